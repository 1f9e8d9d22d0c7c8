import type { Clock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { PlayApi } from "./api.ts";
import { orderOf, readPurchase } from "./mapping.ts";
import { type Deadline, deadlineOf, decide, type Verdict } from "./rules.ts";
import type { SubscriptionPurchase } from "./schema.ts";
import {
  type Attempted,
  countWanted,
  type DuePurchase,
  insertWanted,
  noteAttempt,
  takeDue,
  takeLate,
} from "./store.ts";
import { findAnywhere } from "./webhook.ts";

/** Tells Google that purchases were granted: it takes back within three days what nobody acknowledged. */
export interface Acknowledgements {
  /**
   * Notes that a purchase was granted, then acknowledges it if Google wants that. Once noted it is never forgotten: what fails is tried
   * again by `maintain`, so this throws only where nothing could be noted.
   */
  want(ctx: Ctx, purchase_token: string): Promise<void>;
  /** Tries again what is due, and tells of what is late. To be called every minute, by any number of processes. */
  maintain(): Promise<void>;
}

interface AcknowledgementsOptions {
  db: Pick<Database, "statement" | "systemStatement">;
  api: Pick<PlayApi, "find" | "acknowledge">;
  package_names: readonly string[];
  clock: Pick<Clock, "now">;
  logger: Pick<Logger, "error" | "warn">;
  metrics: Pick<Metrics, "gauge">;
}

/** Purchases that are taken at once. */
const batch = 10;

export function createAcknowledgements(options: AcknowledgementsOptions): Acknowledgements {
  const { db, api, package_names, clock, logger } = options;
  options.metrics.gauge(
    "plinth_google_play_unacknowledged",
    "Granted purchases that Google waits to see acknowledged; `late` wants somebody to look: Google refunds them",
    ["state"],
    async () => {
      const { waiting, late } = await db.systemStatement("count purchases to acknowledge", countWanted);
      return [
        [{ state: "waiting" }, waiting],
        [{ state: "late" }, late],
      ];
    },
  );

  const unreachable = (row: DuePurchase, err: unknown): string => {
    const { id, workspace_id, attempts } = row;
    logger.warn({ err, id, workspace_id, attempts }, "a purchase could not be acknowledged; trying again");
    return "store_unreachable";
  };

  /** Reads the purchase anew, so that a repetition after a crash finds what was done, and acknowledges it if that is due. */
  const attempt = async (row: DuePurchase): Promise<Attempted> => {
    const apps = row.package_name === null ? package_names : [row.package_name];
    const found = await findAnywhere(api, apps, row.external_id);
    const purchase = found && readPurchase(found.purchase);
    if (typeof purchase === "string") return { ...nothing, status: "wanted", reason: `unreadable: ${purchase}` };
    const deadline = deadlineOf(purchase, row.created_at);
    const verdict = decide(purchase, deadline.acknowledge_by, clock.now());
    const known = knownOf(found?.package_name, purchase, deadline);
    if (verdict.kind !== "acknowledge" || found === undefined) return { ...known, ...outcomeOf(verdict) };
    const { package_name } = found;
    const about = { package_name, product_id: verdict.product_id, purchase_token: row.external_id };
    // Refused may mean that somebody else was faster: the next look tells. What was read is kept in any case.
    const refusal = await api.acknowledge(about).catch((err) => unreachable(row, err));
    return { ...known, status: refusal === undefined ? "done" : "wanted", reason: refusal ?? null };
  };

  const run = async (row: DuePurchase): Promise<void> => {
    const { id, workspace_id } = row;
    const found = await attempt(row).catch(
      (err): Attempted => ({ ...nothing, status: "wanted", reason: unreachable(row, err) }),
    );
    await db.systemStatement("acknowledge purchases", (tx) => noteAttempt(tx, row, found));
    if (found.status !== "failed") return;
    logger.error(
      { id, workspace_id, reason: found.reason },
      "a purchase was not acknowledged in time: Google refunds it",
    );
  };

  const tellLate = async () => {
    const late = await db.systemStatement("purchases acknowledged late", takeLate);
    for (const row of late) logger.error(row, "a purchase is still not acknowledged: Google refunds it soon");
  };

  return {
    want: async (ctx, purchase_token) => {
      await db.statement(ctx, (tx) => insertWanted(tx, ctx.workspace_id, purchase_token));
      const rows = await db.systemStatement("acknowledge purchases", (tx) => takeDue(tx, batch, purchase_token));
      await Promise.all(rows.map(run));
    },
    maintain: async () => {
      for (;;) {
        const rows = await db.systemStatement("acknowledge purchases", (tx) => takeDue(tx, batch));
        await Promise.all(rows.map(run));
        if (rows.length < batch) break;
      }
      await tellLate();
    },
  };
}

const nothing = { package_name: null, product_id: null, order_id: null, deadline: null, reason: null };

function knownOf(package_name: string | undefined, purchase: SubscriptionPurchase | undefined, deadline: Deadline) {
  if (package_name === undefined || purchase === undefined) return nothing;
  const product_id = purchase.lineItems[0]?.productId ?? null;
  return { package_name, product_id, order_id: orderOf(purchase), deadline };
}

function outcomeOf(verdict: Verdict): Pick<Attempted, "status" | "reason"> {
  if (verdict.kind === "done") return { status: "done", reason: null };
  if (verdict.kind === "failed" || verdict.kind === "not_needed")
    return { status: verdict.kind, reason: verdict.reason };
  return { status: "wanted", reason: "reason" in verdict ? verdict.reason : null };
}
