import { systemClock } from "../src/core/clock.ts";
import type { Ctx } from "../src/core/context.ts";
import { newId } from "../src/core/id.ts";
import { createLogger } from "../src/core/logger.ts";
import { createMetrics } from "../src/core/metrics.ts";
import { createAiLedger } from "../src/platform/ai_ledger/index.ts";
import type { Ground } from "./ground.ts";
import { alone, inTurn, perSecond, type Row, rounds, seconds } from "./measure.ts";

const usd = 1e12;
/** Nobody gets to a limit: what is measured is the work of those that pass. */
const limits = { feature: 1e6 * usd, workspace: 1e5 * usd, workspace_feature: 1e5 * usd, user: 1e4 * usd };

/** Reserve and settle of one AI call, as the gateway does both around each call, with every budget there is. */
export async function measureAiLedger({ db, workspaces }: Ground): Promise<Row[]> {
  const logger = createLogger({ LOG_LEVEL: "warn" });
  const events = { append: async () => "" };
  const ledger = createAiLedger({ db, events, logger, metrics: createMetrics(), clock: systemClock });
  const call = async (ctx: Ctx) => {
    const call_id = newId();
    const amount = { amount_pico_usd: 2e9, ttl_seconds: 120 };
    const reservation = await ledger.reserve(ctx, { call_id, feature: "prism.turn", limits, ...amount });
    if (reservation === null) throw new Error("There are budgets");
    await ledger.record(ctx, entry(call_id), { reservation, total_pico_usd: 1e9 });
  };
  const at = (concurrency: number, of: number) => () =>
    perSecond(concurrency, seconds * 1_000, (n) => call(workspaces[n % of] as Ctx));
  const rows: Row[] = [];
  for (const [where, of] of [
    ["spread over 10,000 workspaces", workspaces.length],
    ["of one workspace", 1],
  ] as const) {
    const measured = await inTurn(rounds, { 1: at(1, of), 32: at(32, of), 128: at(128, of) });
    for (const concurrency of [1, 32, 128] as const) {
      const name = `AI call reserved and settled, four budgets, ${where}, ${concurrency} at once, durable`;
      rows.push(alone(name, measured[concurrency] ?? Number.NaN, "", concurrency === 32 ? 3_600 : undefined));
    }
  }
  return rows;
}

function entry(call_id: string) {
  return {
    call_id,
    attempt: 1,
    feature: "prism.turn",
    operation: "complete" as const,
    provider: "openai",
    model: "gpt-4.1-mini",
    outcome: "ok" as const,
    error_code: null,
    input_tokens: 400,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 200,
    reasoning_tokens: 0,
    images: 0,
    audio_ms: 0,
    estimated: false,
    cost_pico_usd: 1e9,
    latency_ms: 800,
    first_token_ms: null,
    prompt: null,
  };
}
