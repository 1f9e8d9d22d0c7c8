import { isId } from "../core/id.ts";
import type { CommandOptions } from "./command.ts";
import { withApp } from "./with-app.ts";

const stores = ["stripe", "app_store", "google_play", "revenuecat"] as const;

/** `plinth replay <id>` applies a kept notification again; `plinth replay open` all that wait or failed. */
export async function replay({ arguments: [what] }: CommandOptions): Promise<void> {
  if (what === undefined || (what !== "open" && !isId(what))) {
    throw new Error("plinth replay <id of a notification, from GET /v1/admin/webhook-events> | open");
  }
  await withApp(async ({ billing }) => {
    if (what === "open") {
      const { seen, applied, failed } = await billing.admin.replayOpen("plinth replay");
      process.stdout.write(`${seen} notifications waited or had failed; ${applied} of them are applied now\n`);
      if (failed > 0)
        process.stdout.write(`${failed} could not be tried: their stores are not configured or do not answer\n`);
      return;
    }
    const { status, reason } = await billing.admin.replay(what, "plinth replay");
    process.stdout.write(`${what}: ${status}${reason === null ? "" : ` (${reason})`}\n`);
  });
}

/** `plinth reconcile <store>`: compares every subscription with what its store says now, and puts right what differs. */
export async function reconcile({ arguments: [name] }: CommandOptions): Promise<void> {
  const store = stores.find((known) => known === name?.replaceAll("-", "_"));
  if (store === undefined) throw new Error(`plinth reconcile knows ${stores.join(", ")}; not ${name ?? "none"}`);
  await withApp(async ({ billing }) => {
    const { seen, corrected, failed } = await billing.reconciliation.reconcile(store, "plinth reconcile");
    process.stdout.write(`${store}: ${seen} compared, ${corrected} corrected, ${failed} could not be compared\n`);
    if (failed > 0) process.exitCode = 1;
  });
}
