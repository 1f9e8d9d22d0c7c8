import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Ctx } from "../../src/core/context.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { parseModels } from "../../src/platform/ai/catalogue.ts";
import type { Timer } from "../../src/platform/ai/deadline.ts";
import { createOpenAiProvider } from "../../src/platform/ai/openai.ts";
import { type Ai, type AiOptions, type CompletionInput, createAi } from "../../src/platform/ai/service.ts";
import { testDatabase } from "./database.ts";
import { type FakeAnswer, fakeOpenAi } from "./fake-openai.ts";

const models = `models:
  priced:
    provider: openai
    prices: { input: 2500000, cached_input: 1250000, output: 10000000 }
  other:
    provider: openai
    reasoning: true
    prices: { input: 1000000, cached_input: 0, output: 2000000 }
features:
  default: { model: priced, temperature: 0.7, max_output_tokens: 100, timeout_ms: 5000 }
  prism.turn: { model: priced, temperature: 0.3, max_output_tokens: 60, timeout_ms: 5000 }
`;

/** A question whose text is estimated at 4 tokens. */
export const turn: CompletionInput = { feature: "prism.turn", messages: [{ role: "user", content: "I am not sure." }] };

/** A provider that is down, and one behind a proxy that says hello. */
export const down: FakeAnswer = { status: 500, body: { error: { message: "down", type: "server_error" } } };
export const html: FakeAnswer = { body: "<html>Hello</html>", headers: { "content-type": "text/html" } };

interface UsageEvent {
  call_id: string;
  attempt: number;
  outcome: string;
  error_code: string | null;
  cost_pico_usd: number;
}

/** A database, a fake OpenAI and gateways between them. Close it after all. */
export async function aiStage() {
  const t = await testDatabase();
  const fake = await fakeOpenAi();
  const key = "sk-test-9d1b77aa";
  const openai = createOpenAiProvider({ base_url: fake.base_url, api_key: key });
  return {
    t,
    fake,
    key,
    /** A gateway with a timer, a log and metrics of its own. */
    gateway: (options: Partial<AiOptions> = {}) => {
      const lines: string[] = [];
      const metrics = createMetrics();
      const logger = createLogger({ LOG_LEVEL: "debug" }, { write: (line) => lines.push(line) });
      const { timer, ...time } = noteTimer();
      const catalogue = parseModels(models, "models.yaml");
      const defaults = { db: t.db, catalogue, providers: { openai }, logger, metrics, timer, random: () => 0.5 };
      return { ai: createAi({ ...defaults, ...options }), metrics, lines, ...time };
    },
    /** The usage events of a workspace, oldest first, as the superuser sees them. */
    eventsOf: (ctx: Pick<Ctx, "workspace_id">) =>
      t.sql<UsageEvent>("select * from ai.ai_usage_events where workspace_id = $1 order by created_at, attempt", [
        ctx.workspace_id,
      ]),
    close: async () => {
      await openai.close();
      await fake.close();
      await t.close();
    },
  };
}

/** Time in which a wait takes none, is noted and counts against the deadline; the deadline rings when it is told to. */
function noteTimer() {
  const waits: number[] = [];
  const alarms: (() => void)[] = [];
  let now = 0;
  const timer: Timer = {
    now: () => now,
    wait: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
      now += milliseconds;
    },
    alarm: (_milliseconds, ring) => {
      alarms.push(ring);
      return () => {
        alarms.splice(alarms.indexOf(ring), 1);
      };
    },
  };
  const ring = () => {
    for (const alarm of [...alarms]) alarm();
  };
  return { timer, waits, alarms, ring };
}

/** What a completion is refused with. */
export async function refusal(ai: Ai, ctx: Ctx, input: CompletionInput = turn): Promise<unknown> {
  return ai.complete(ctx, input).then(
    () => {
      throw new Error("The completion was not refused");
    },
    (error: unknown) => error,
  );
}

/** Resolves when the next answer's headers have been read, whatever becomes of its body. */
export function headersRead(): Promise<void> {
  return new Promise((resolve) => {
    const seen = () => {
      unsubscribe("undici:request:headers", seen);
      resolve();
    };
    subscribe("undici:request:headers", seen);
  });
}
