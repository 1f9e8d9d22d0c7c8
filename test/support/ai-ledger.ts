import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { Ctx } from "../../src/core/context.ts";
import { createDatabase } from "../../src/core/database.ts";
import { newId } from "../../src/core/id.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import type { RedisClient } from "../../src/core/redis.ts";
import { BudgetExhausted, BudgetWarned } from "../../src/platform/ai_ledger/events.ts";
import { createAiLedger, type LedgerEntry } from "../../src/platform/ai_ledger/index.ts";
import { createEvents, defineSubscriber } from "../../src/platform/events/index.ts";
import type { TestDatabase } from "./database.ts";

/** Where a ledger stands: a database's connection strings and a clock. */
type Place = Pick<TestDatabase, "app_url" | "system_url" | "clock">;

/** A ledger with pools, a log and metrics of its own, as a process has them. Somebody hears of its budgets. */
export function testLedger(place: Place, { redis }: { redis?: RedisClient | undefined } = {}) {
  const lines: string[] = [];
  const db = createDatabase({ ...place, pool_size: 8, onError: () => {} });
  const logger = createLogger({ LOG_LEVEL: "debug" }, { write: (line) => lines.push(line) });
  const metrics = createMetrics();
  const events = createEvents({ db, onError: () => {} });
  events.subscribe(
    [BudgetWarned, BudgetExhausted].map((event) =>
      defineSubscriber({ name: `test.hear_${event.type}`, event, handle: async () => {} }),
    ),
  );
  const ledger = createAiLedger({ db, events, logger, metrics, clock: place.clock, redis });
  const close = async () => {
    await ledger.settled();
    await events.settled();
    await db.close();
  };
  return { ledger, db, metrics, lines, close };
}

/** An attempt that went well, at so many pico-USD. */
export function entryOf(call_id: string, cost_pico_usd: number, facts: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    call_id,
    attempt: 1,
    feature: "prism.turn",
    operation: "complete",
    provider: "openai",
    model: "gpt-4.1-mini",
    outcome: "ok",
    error_code: null,
    input_tokens: 12,
    cached_input_tokens: 2,
    cache_write_tokens: 0,
    output_tokens: 5,
    reasoning_tokens: 1,
    images: 0,
    audio_ms: 0,
    estimated: false,
    cost_pico_usd,
    latency_ms: 20,
    first_token_ms: null,
    prompt: null,
    ...facts,
  };
}

/** What is spent and reserved in a workspace's budgets, by scope. */
export async function standing(
  { sql }: Pick<TestDatabase, "sql">,
  { workspace_id }: Pick<Ctx, "workspace_id">,
): Promise<Record<string, [spent: number, reserved: number]>> {
  const rows = await sql<{ scope: string; spent: string; reserved: string }>(
    "select scope, spent_pico_usd as spent, reserved_pico_usd as reserved from ai_ledger.spending where workspace_id = $1",
    [workspace_id],
  );
  return Object.fromEntries(rows.map(({ scope, spent, reserved }) => [scope, [Number(spent), Number(reserved)]]));
}

/** What a process of the storm is told. */
export interface LedgerTask {
  app_url: string;
  system_url: string;
  redis_url?: string;
  /** Its calls go there between reserve and settle. */
  upstream_url: string;
  workspaces: string[];
  calls: number;
  limits: { feature?: number; workspace?: number; workspace_feature?: number };
  amount: number;
  cost: number;
  /** Reserves and then waits for its end. */
  hangs?: boolean;
}

/** Starts a process that makes the calls when it is told to. */
export async function ledgerProcess(task: LedgerTask): Promise<{
  child: ChildProcess;
  run(): Promise<string[]>;
}> {
  const child = fork(new URL("./ledger-process.ts", import.meta.url), [JSON.stringify(task)], {
    execArgv: ["--conditions=plinth-source"],
  });
  await once(child, "message");
  return {
    child,
    run: async () => {
      const told = once(child, "message");
      child.send("go");
      const [outcomes] = await told;
      return outcomes as string[];
    },
  };
}

/** The context of somebody in the workspace, for processes that have no test database. */
export function ctxIn(workspace_id: string): Ctx {
  return { workspace_id, actor: { kind: "system", reason: "test" }, request_id: newId(), role: "owner" };
}
