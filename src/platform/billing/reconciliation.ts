import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Store as StoreName } from "../plans/index.ts";
import { billingErrors } from "./errors.ts";
import { type Inbox, reconciled } from "./inbox.ts";
import { beginRun, findRun, lastFinished, listRuns, type Run, saveRun } from "./reconciliation-store.ts";
import type { Environment, Reconciliation } from "./schema.ts";
import { listForReconciliation } from "./store.ts";
import type { Content, Store } from "./store-port.ts";

interface ReconciliationOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  inbox: Pick<Inbox, "compare">;
  stores: ReadonlyMap<StoreName, Store>;
  environment: Environment;
  logger: Pick<Logger, "info" | "warn" | "error">;
  metrics: Pick<Metrics, "counter">;
}

const batch = 20;
/** A run whose last sign is older was left by a process that ended; another one goes on with it. */
const patienceSeconds = 120;
const nightly = 20 * 3_600_000;

/** Asks the stores for what they know, and puts right what notifications missed. */
export function createReconciliation(options: ReconciliationOptions) {
  const { db, inbox, stores, environment, logger } = options;
  const count = options.metrics.counter(
    "plinth_billing_reconciled_total",
    "Subscriptions that were compared with their stores, by what came of it; `corrected` are notifications that never arrived",
    ["source", "outcome"],
  );

  /** Takes what a store says as news; whether it was any. */
  const compare = async (source: StoreName, contents: Content[], request_id: string, run: Run): Promise<Run> => {
    let { seen, corrected, failed } = run;
    for (const content of contents) {
      const event_id = `reconciliation:${newId()}`;
      const about = {
        source,
        environment,
        event_id,
        event_type: reconciled,
        created_at: new Date(),
        payload: "{}",
      };
      const subject = "buyer" in content ? (content.buyer?.customer ?? null) : null;
      const { status, reason } = await inbox.compare({ ...about, subject, contents: [content] }, request_id);
      const isCorrected = status === "applied" && reason === null;
      seen++;
      if (isCorrected) corrected++;
      if (status === "failed") failed++;
      count({ source, outcome: isCorrected ? "corrected" : status === "applied" ? "agrees" : status });
    }
    return { ...run, seen, corrected, failed };
  };

  /** One batch of a run: read on in what the store lists, then ask about each that is known here. */
  const step = async (store: Store, run: Run, request_id: string): Promise<Run> => {
    const { source } = store;
    const now = await db.systemStatement("reconciliation", (tx) => lastFinished(tx, source, environment));
    if (run.phase === "store") {
      if (store.page === undefined) return { ...run, phase: "own", cursor: null };
      const { contents, next } = await store.page(run.cursor, now.now);
      const compared = await compare(source, contents, request_id, run);
      return next === null ? { ...compared, phase: "own", cursor: null } : { ...compared, cursor: next };
    }
    if (store.current === undefined) return { ...run, phase: "done" };
    const rows = await db.systemStatement("reconciliation", (tx) =>
      listForReconciliation(tx, { source, environment }, { after: run.cursor, since: run.started_at, limit: batch }),
    );
    let compared = run;
    for (const { id: _, customer_id, ...known } of rows) {
      const { external_id } = known;
      try {
        const contents = await store.current({ ...known, customer: customer_id ?? external_id }, now.now);
        compared = await compare(source, contents, request_id, compared);
      } catch (error) {
        logger.warn({ err: error, source, external_id }, "a subscription could not be compared; nothing was changed");
        compared = { ...compared, failed: compared.failed + 1 };
      }
    }
    const last = rows.at(-1);
    return rows.length < batch || last === undefined
      ? { ...compared, phase: "done" }
      : { ...compared, cursor: last.id };
  };

  const start = async (source: StoreName) => {
    const store = stores.get(source);
    if (store === undefined) throw billingErrors.store_not_configured();
    if (!canBeAsked(store))
      throw billingErrors.store_not_configured({ detail: "It has no credentials to be asked with" });
    const run = await db.systemStatement("reconciliation", (tx) =>
      beginRun(tx, { source, environment }, patienceSeconds),
    );
    if (run === undefined) throw billingErrors.reconciliation_running({ retry_after: patienceSeconds });
    return { store, run };
  };
  const finish = async (store: Store, begun: Run, request_id: string): Promise<Run> => {
    let run = begun;
    while (run.phase !== "done") {
      if (isEnding) return run;
      const next = await step(store, run, request_id);
      const updated_at = await db.systemStatement("reconciliation", (tx) => saveRun(tx, next));
      if (updated_at === undefined) throw billingErrors.reconciliation_running({ retry_after: patienceSeconds });
      run = { ...next, updated_at };
    }
    const { seen, corrected, failed } = run;
    logger.info({ source: store.source, seen, corrected, failed }, "reconciled with a store");
    return run;
  };
  const reconcile = async (source: StoreName, request_id: string): Promise<Run> => {
    const { store, run } = await start(source);
    return finish(store, run, request_id);
  };
  const running = new Set<Promise<unknown>>();
  let isEnding = false;

  return {
    /**
     * Compares every subscription of a store with what the store says now, in batches; a run that was interrupted goes on where it was.
     * Throws `billing.store_not_configured` and `billing.reconciliation_running`.
     */
    reconcile,
    /** As `reconcile`, in the background; returns the run as it begins. */
    begin: async (source: StoreName, request_id: string): Promise<Reconciliation> => {
      const { store, run } = await start(source);
      const work: Promise<unknown> = finish(store, run, request_id)
        .catch((error: unknown) =>
          logger.error({ err: error, source }, "a reconciliation broke off; it goes on where it was"),
        )
        .finally(() => running.delete(work));
      running.add(work);
      return db.systemStatement("reconciliations", (tx) => findRun(tx, run.id));
    },
    /** Ends what runs in the background after its batch, and waits for that; it goes on from there when it is next begun. */
    stop: async (): Promise<void> => {
      isEnding = true;
      await Promise.all(running);
    },
    /** Reconciles every store whose last run is a night ago; errors are logged, and the next hour tries again. */
    nightly: async (): Promise<void> => {
      for (const [source, store] of stores) {
        if (!canBeAsked(store)) continue;
        const { finished_at, now } = await db.systemStatement("reconciliation", (tx) =>
          lastFinished(tx, source, environment),
        );
        if (finished_at !== null && now.getTime() - finished_at.getTime() < nightly) continue;
        await reconcile(source, "nightly").catch((error: unknown) =>
          logger.warn({ err: error, source }, "a store was not reconciled"),
        );
      }
    },
    /** A page of the runs, newest first. */
    list: async ({ limit, cursor }: PageQuery): Promise<{ data: Reconciliation[]; next_cursor: string | null }> => {
      const rows = await db.systemStatement("reconciliations", (tx) => listRuns(tx, limit, readCursor(cursor)));
      const { data, next_cursor } = pageOf(
        rows.map((row) => ({ ...row, created_at: row.started_at })),
        limit,
      );
      return { data: data.map(({ created_at: _, ...row }) => row), next_cursor };
    },
  };
}

/** Whether the store's credentials are here, without which there is nothing to compare with. */
function canBeAsked({ page, current }: Store): boolean {
  return page !== undefined || current !== undefined;
}

export type ReconciliationService = ReturnType<typeof createReconciliation>;
