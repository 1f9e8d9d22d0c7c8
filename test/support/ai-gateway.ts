import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { afterAll, afterEach, beforeEach } from "vitest";
import { loadConfig } from "../../src/core/config.ts";
import type { Ctx } from "../../src/core/context.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { parseModels } from "../../src/platform/ai/catalogue.ts";
import type { Timer } from "../../src/platform/ai/deadline.ts";
import type { Ai, CompletionEvent, CompletionInput, CompletionStream } from "../../src/platform/ai/index.ts";
import { type AiOptions, createAi } from "../../src/platform/ai/service.ts";
import { createAudit } from "../../src/platform/audit/index.ts";
import { createProviders, type Provider } from "../../src/platform/providers/index.ts";
import { testDatabase } from "./database.ts";
import { makeMember } from "./factories.ts";
import { type FakeAnswer, type FakeOpenAi, fakeOpenAi } from "./fake-openai.ts";
import { type MemoryLedger, memoryLedger } from "./memory-ledger.ts";

const prices = "{ input: 2500000, cached_input: 1250000, output: 10000000 }";

const models = `models:
  priced: { provider: first, prices: ${prices} }
  other:
    provider: first
    reasoning: true
    prices: { input: 1000000, cached_input: 0, output: 2000000 }
  second: { provider: second, wire_name: second-large, prices: { input: 5000000, cached_input: 0, output: 20000000 } }
  cheap: { provider: first, prices: { input: 1000, cached_input: 0, output: 1000 }, max_inputs: 3 }
features:
  default: { model: priced, temperature: 0.7, max_output_tokens: 100, timeout_ms: 5000 }
  prism.turn: { model: priced, temperature: 0.3, max_output_tokens: 60, timeout_ms: 5000 }
  prism.two: { models: [priced, second], temperature: 0.3, max_output_tokens: 60, timeout_ms: 5000 }
  prism.patient:
    model: priced
    temperature: 0.3
    max_output_tokens: 60
    timeouts: { total: 60000, first_byte: 3000, idle: 2000 }
  prism.cached: { model: priced, temperature: 0.3, max_output_tokens: 60, timeout_ms: 5000, cache: { ttl_seconds: 60 } }
  prism.thrifty:
    model: priced
    temperature: 0.3
    max_output_tokens: 60
    timeout_ms: 5000
    voice: alloy
    over_budget: { model: cheap }
    budget: { feature_daily_usd: 1.5 }
budgets: { user_daily_usd: 0.25 }
`;

/** A question whose text is estimated at 4 tokens. */
export const turn: CompletionInput = { feature: "prism.turn", messages: [{ role: "user", content: "I am not sure." }] };

/** What `turn` costs when it is answered with 12 tokens in and 5 out, and the most that it can have cost. */
export const turnCost = 12 * 2_500_000 + 5 * 10_000_000;
export const turnMost = 4 * 2_500_000 + 60 * 10_000_000;

/** A provider that is down, and one behind a proxy that says hello. */
export const down: FakeAnswer = { status: 500, body: { error: { message: "down", type: "server_error" } } };
export const html: FakeAnswer = { body: "<html>Hello</html>", headers: { "content-type": "text/html" } };

/** A database, two fake OpenAIs and gateways between them. Close it after all. */
export async function aiStage() {
  const t = await testDatabase();
  const fake = await fakeOpenAi();
  const second = await fakeOpenAi();
  const key = "sk-test-9d1b77aa";
  const config = loadConfig({ NODE_ENV: "test", PLINTH_SECRET: "0".repeat(64), AI_API_KEY: key });
  const openai = createProviders(
    {
      first: { adapter: "openai", base_url: fake.base_url },
      second: { adapter: "openai", base_url: second.base_url },
    },
    { config },
  );
  return {
    t,
    fake,
    second,
    key,
    /** A gateway with a timer, a log, metrics and a ledger of its own. */
    gateway: (options: Partial<AiOptions> & { drains?: boolean; yaml?: string } = {}) => {
      const lines: string[] = [];
      const metrics = createMetrics();
      const ledger = memoryLedger();
      const logger = createLogger({ LOG_LEVEL: "debug" }, { write: (line) => lines.push(line) });
      const time = virtualTime();
      const catalogue = parseModels(options.yaml ?? yamlOf(options.drains ?? false), "models.yaml");
      const defaults = {
        ...{ db: t.db, keyring: t.keyring, clock: t.clock, audit: createAudit({ db: t.db }) },
        // It never starts here, so everything is read afresh.
        listener: { on: () => {}, onGap: () => {}, connected: () => false },
        ...{ catalogue, providers: openai, ledger, logger, metrics, timer: time.timer, random: () => 0.5 },
      };
      return { ai: createAi({ ...defaults, ...options }), metrics, ledger, lines, ...time };
    },
    /** Calls on the wire are usage events, one to one. */
    expectOneToOne: (ledger: MemoryLedger, ...fakes: FakeOpenAi[]) => oneToOne(ledger, fakes),
    close: async () => {
      for (const provider of Object.values(openai)) await provider.close?.();
      await fake.close();
      await second.close();
      await t.close();
    },
  };
}

function oneToOne({ entries, open }: MemoryLedger, fakes: FakeOpenAi[]): void {
  const wire = fakes.reduce((sum, { calls }) => sum + calls.length, 0);
  if (wire !== entries.length) throw new Error(`${wire} calls on the wire are ${entries.length} usage events`);
  if (open() > 0) throw new Error(`${open()} reservations were neither settled nor released`);
}

function yamlOf(drains: boolean): string {
  const provider = `{ adapter: openai${drains ? ", on_client_gone: drain" : ""} }`;
  return `providers:\n  first: ${provider}\n  second: ${provider}\n${models}`;
}

/**
 * Time that passes only when somebody says so: a wait takes none of the machine's, is noted, and moves it on. Alarms ring when it passes them.
 */
function virtualTime() {
  const waits: number[] = [];
  const alarms = new Set<{ at: number; ring: () => void }>();
  let now = 0;
  const advance = (milliseconds: number) => {
    const end = now + milliseconds;
    for (;;) {
      const [due] = [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
      if (due === undefined) break;
      alarms.delete(due);
      now = Math.max(now, due.at);
      due.ring();
    }
    now = end;
  };
  const timer: Timer = {
    now: () => now,
    wait: async (milliseconds, signal) => {
      signal.throwIfAborted();
      waits.push(milliseconds);
      advance(milliseconds);
    },
    alarm: (milliseconds, ring) => {
      const alarm = { at: now + milliseconds, ring };
      alarms.add(alarm);
      return () => {
        alarms.delete(alarm);
      };
    },
  };
  return { timer, waits, alarms, advance };
}

/** What a promise was rejected with. */
export async function refusal(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error("The call was not refused");
    },
    (error: unknown) => error,
  );
}

/** Reads a stream to its end, or to its error. */
export async function readAll(stream: CompletionStream): Promise<{ events: CompletionEvent[]; error: unknown }> {
  const events: CompletionEvent[] = [];
  try {
    for await (const event of stream) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** The words of a stream's events. */
export function wordsOf(events: CompletionEvent[]): string[] {
  return events.flatMap((event) => (event.type === "text" ? [event.text] : []));
}

/** What `complete` is asked for, in words: a short form for tests. */
export function ask(ai: Ai, ctx: Ctx, input: Partial<CompletionInput> = {}) {
  return ai.complete(ctx, { ...turn, ...input });
}

/** A provider that does what a function says; it counts its calls, which are those on its wire. */
export function scripted(parts: Partial<Provider>): Provider {
  return { name: "scripted", ...parts };
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

/**
 * The stage for a file of tests, and somebody who asks: fakes are as new before each test, and after it the ledger of the gateway that it started holds one event for each
 * call on the wire.
 */
export async function checkedStage() {
  const stage = await aiStage();
  const { t, fake, second, gateway, expectOneToOne } = stage;
  const ctx = await makeMember(t);
  let ledger: MemoryLedger | undefined;
  beforeEach(() => {
    fake.reset();
    second.reset();
    ledger = undefined;
  });
  afterEach(() => {
    if (ledger !== undefined) expectOneToOne(ledger, fake, second);
  });
  afterAll(() => stage.close());
  const start = (options: Parameters<typeof gateway>[0] = {}) => {
    const made = gateway(options);
    ledger = made.ledger;
    return made;
  };
  return { ...stage, ctx, start };
}
