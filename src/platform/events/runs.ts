import { type Ctx, systemCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { HeldRow } from "./lanes.ts";
import { type Delivery, everyEvent } from "./schema.ts";
import { completeInTransaction } from "./store.ts";

/** The row is another worker's by now: whatever its handler did in the database was undone, and nothing is written down. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** The process ends and the handler did not in time: the row goes back, and uses up no try. */
export class ProcessEnding extends Error {
  override name = "ProcessEnding";
}

/**
 * Runs the row's handler within its time. A handler with a transaction completes the row in it: true when that was done. Throws what the handler throws, or the
 * reason for which it was stopped; it is not waited for then.
 */
export function runHandler(db: Pick<Database, "inWorkspace">, row: HeldRow): Promise<boolean> {
  const { subscriber } = row.lane;
  let controller: AbortController | undefined;
  const delivery: Delivery = {
    event_id: row.event_id,
    idempotency_key: `${row.event_id}:${row.subscriber}`,
    attempt: row.attempt,
    // Made when somebody asks for it: most handlers do not, and it is most of what a delivery costs.
    get signal() {
      controller ??= new AbortController();
      return controller.signal;
    },
  };
  return new Promise((resolve, reject) => {
    row.stop = (reason) => {
      clearTimeout(timer);
      reject(reason);
      controller ??= new AbortController();
      controller.abort(reason);
    };
    const late = () => row.stop?.(new Error(`The handler took longer than ${subscriber.timeout_ms} ms`));
    const timer = setTimeout(late, subscriber.timeout_ms);
    callHandler(db, row, delivery)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer);
        row.stop = undefined;
      });
  });
}

async function callHandler(db: Pick<Database, "inWorkspace">, row: HeldRow, delivery: Delivery): Promise<boolean> {
  const { handle, handleInTransaction, event, name } = row.lane.subscriber;
  const { event_type, event_id } = row;
  const ctx: Ctx = systemCtx(row.workspace_id, name, row.request_id);
  const payload =
    event === everyEvent
      ? { event_type, event_id, payload: row.payload, created_at: new Date(row.published_at * 1_000) }
      : row.payload;
  if (handle !== undefined) {
    await handle(ctx, payload, delivery);
    return false;
  }
  await db.inWorkspace(ctx, async (tx) => {
    await unlessAborted(delivery.signal, handleInTransaction?.(tx, ctx, payload, delivery));
    if (!(await completeInTransaction(tx, row))) throw new LeaseLost("The row is another worker's by now");
  });
  return true;
}

/** The promise, or the signal's reason as soon as it is aborted: a transaction whose handler hangs ends. */
function unlessAborted(signal: AbortSignal, promise: Promise<void> | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    Promise.resolve(promise)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
