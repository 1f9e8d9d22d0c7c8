// A worker in a process of its own, for tests that kill, stop and starve it. It writes what it does into public.ledger, outside of any handler's transaction.
import Type from "typebox";
import { createDatabase } from "../../src/core/database.ts";
import { createListener } from "../../src/core/listener.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { session, sql } from "../../src/core/tables.ts";
import { createEvents, createWorker, defineEvent, defineSubscriber } from "../../src/platform/events/index.ts";

/** What the handler does with the event. */
export const Task = defineEvent(
  "test.task",
  "Something to do",
  Type.Object({
    act: Type.Enum(["note", "wait", "slow", "exit", "block", "effect", "write"]),
    n: Type.Integer(),
  }),
);

export interface WorkerTask {
  app_url: string;
  system_url: string;
  concurrency: number;
  lease_seconds: number;
  max_retries: number;
}

/** The subscribers of such a process; `wait` hangs, `slow` takes as long as `n` says in milliseconds. */
export function taskSubscribers(db: ReturnType<typeof createDatabase>, max_retries: number) {
  const note = (what: string, event_id: string, attempt: number, key: string) =>
    db.systemStatement("test", (tx) =>
      sql`insert into public.ledger (what, event_id, attempt, key, pid) values (${what}, ${event_id}, ${attempt}, ${key}, ${process.pid})`.execute(
        tx[session],
      ),
    );
  const begunBefore = async (event_id: string) => {
    const { rows } = await db.systemStatement("test", (tx) =>
      sql<{
        n: number;
      }>`select count(*) as n from public.ledger where event_id = ${event_id} and what = 'begun'`.execute(tx[session]),
    );
    return rows[0]?.n;
  };
  const hang = () => new Promise<never>(() => {});
  return [
    defineSubscriber({
      name: "test.does",
      event: Task,
      max_retries,
      timeout_ms: 600_000,
      backoff: () => 0,
      handle: async (_ctx, { act, n }, { event_id, attempt, idempotency_key }) => {
        if (act === "write") return;
        await note("begun", event_id, attempt, idempotency_key);
        if (act === "wait" && attempt === 1) await hang();
        if (act === "slow") await new Promise((resolve) => setTimeout(resolve, n));
        if (act === "exit") process.exit(1);
        if (act === "block" && (await begunBefore(event_id)) === 1) {
          const end = Date.now() + 8_000;
          while (Date.now() < end);
        }
        await note("done", event_id, attempt, idempotency_key);
        // What happened outside is done, and nobody has been told.
        if (act === "effect" && attempt === 1) await hang();
      },
    }),
    defineSubscriber({
      name: "test.writes",
      event: Task,
      max_retries,
      timeout_ms: 600_000,
      backoff: () => 0,
      handleInTransaction: async (tx, _ctx, { act, n }, { event_id, attempt, idempotency_key }) => {
        if (act !== "write") return;
        await note("begun", event_id, attempt, idempotency_key);
        await sql`insert into public.effects (event_id) values (${event_id})`.execute(tx[session]);
        if (n > 0 && attempt === 1) await hang();
      },
    }),
  ];
}

async function main({ concurrency, lease_seconds, max_retries, ...urls }: WorkerTask): Promise<void> {
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => process.send?.({ line: JSON.parse(line) }) });
  const db = createDatabase({ ...urls, pool_size: 10 });
  const listener = createListener({ url: urls.system_url, onError: () => {} });
  const events = createEvents({ db, onError: () => {} });
  events.subscribe(taskSubscribers(db, max_retries));
  const metrics = createMetrics();
  const worker = createWorker({ db, events, listener, logger, metrics, concurrency, lease_seconds, poll_ms: 200 });
  await listener.start();
  worker.start();
  process.once("SIGTERM", async () => {
    await worker.stop(1_500);
    await listener.stop();
    await db.close();
    process.exit(0);
  });
  process.send?.("ready");
}

const [, file, task] = process.argv;
if (file?.endsWith("event-process.ts") && task !== undefined) await main(JSON.parse(task));
