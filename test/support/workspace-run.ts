// A process that handles one workspace's event of a schedule: it writes what its handler writes when it is told to, and says what became of it.
import { systemCtx } from "../../src/core/context.ts";
import { session, sql } from "../../src/core/tables.ts";
import { forEachWorkspace } from "../../src/platform/schedules/index.ts";
import { scheduleNode } from "./schedules.ts";

const { workspace_id, due, who, ...urls } = JSON.parse(process.argv[2] ?? "");
const told = () => new Promise((resolve) => process.once("message", resolve));

const digest = forEachWorkspace(
  { name: "test.digest", cron: "0 7 * * 1", lock_seconds: 1, timeout_ms: 120_000 },
  async (ctx, { lock }) => {
    process.send?.({ token: lock.token });
    await told();
    await node.db.inWorkspace(ctx, async (tx) => {
      await lock.check(tx);
      await sql`insert into ledger.entries (who, token) values (${who}, ${lock.token})`.execute(tx[session]);
    });
  },
);
const node = await scheduleNode(urls, [digest]);
const ctx = systemCtx(workspace_id, "test", "test");
const delivery = { event_id: "test", idempotency_key: "test", attempt: 1, signal: new AbortController().signal };
const outcome = await node
  .subscriber("test.digest")
  .handle?.(ctx, due, delivery)
  .then(
    () => "written",
    (error) => error.code ?? String(error),
  );
await node.close();
process.send?.({ outcome }, () => process.disconnect?.());
