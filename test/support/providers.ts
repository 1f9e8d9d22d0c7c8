import { inspect } from "node:util";
import type { Config } from "../../src/core/config.ts";
import {
  type ChatAnswer,
  type ChatEvent,
  type ChatRequest,
  createProviders,
  type Provider,
  ProviderError,
  type ProviderSettings,
} from "../../src/platform/providers/index.ts";
import { fakeAnthropic } from "./fake-anthropic.ts";
import { fakeGemini } from "./fake-gemini.ts";
import { fakeOpenAi } from "./fake-openai.ts";
import type { FakeProvider } from "./fake-provider.ts";

export const testKey = "sk-test-4f9c0f64d2";

export const keys: Pick<
  Config,
  "NODE_ENV" | "AI_BASE_URL" | "AI_API_KEY" | "ANTHROPIC_API_KEY" | "GEMINI_API_KEY" | "AI_API_KEYS"
> = {
  NODE_ENV: "test",
  AI_BASE_URL: "https://api.openai.com/v1",
  AI_API_KEY: testKey,
  ANTHROPIC_API_KEY: testKey,
  GEMINI_API_KEY: testKey,
  AI_API_KEYS: [],
};

/** A provider by its settings alone. */
export function providerOf(
  settings: ProviderSettings,
  clock?: { now(): Date },
): Provider & Required<Pick<Provider, "complete" | "stream" | "close">> {
  const { one } = createProviders({ one: settings }, { config: keys, clock });
  if (one?.complete === undefined || one.stream === undefined || one.close === undefined)
    throw new Error("Not a chat provider");
  return one as ReturnType<typeof providerOf>;
}

type Fake = FakeProvider & { base_url: string };

/** An adapter and the server that it speaks with; counts as its vendor writes them. */
export interface Stage {
  adapter: ProviderSettings["adapter"];
  makeFake(): Promise<Fake>;
  model: string;
  /** Input, what of it came from the cache and went into it, output, what of it is reasoning. */
  usage(counts: { input: number; cached: number; written?: number; output: number; reasoning?: number }): object;
  /** The vendor's words for an answer at its limit, one that was filtered, and one for which we have no word. */
  finish: { length: string; content_filter: string; other?: string };
  /** Whether a prompt's cache can be written to, told apart. */
  tellsWrites: boolean;
}

const chatUsage: Stage["usage"] = ({ input, cached, written = 0, output, reasoning = 0 }) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: reasoning, audio_tokens: 0 },
});

const chatFinish = { length: "length", content_filter: "content_filter", other: "eos_token" };

export const stages: Stage[] = [
  {
    adapter: "openai",
    makeFake: fakeOpenAi,
    model: "gpt-4o",
    usage: chatUsage,
    finish: chatFinish,
    tellsWrites: true,
  },
  {
    adapter: "openai_responses",
    makeFake: fakeOpenAi,
    model: "gpt-4o",
    usage: ({ input, cached, written = 0, output, reasoning = 0 }) => ({
      input_tokens: input,
      input_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
      output_tokens: output,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + output,
    }),
    finish: { length: "length", content_filter: "content_filter" },
    tellsWrites: true,
  },
  {
    adapter: "anthropic",
    makeFake: fakeAnthropic,
    model: "claude-sonnet-5",
    usage: ({ input, cached, written = 0, output, reasoning = 0 }) => ({
      input_tokens: input - cached - written,
      cache_creation_input_tokens: written,
      cache_read_input_tokens: cached,
      output_tokens: output,
      output_tokens_details: { thinking_tokens: reasoning },
    }),
    finish: { length: "max_tokens", content_filter: "refusal", other: "pause_turn" },
    tellsWrites: true,
  },
  {
    adapter: "gemini",
    makeFake: fakeGemini,
    model: "gemini-2.5-flash",
    usage: ({ input, cached, output, reasoning = 0 }) => ({
      promptTokenCount: input,
      cachedContentTokenCount: cached,
      candidatesTokenCount: output - reasoning,
      thoughtsTokenCount: reasoning,
      totalTokenCount: input + output,
    }),
    finish: { length: "MAX_TOKENS", content_filter: "SAFETY", other: "MALFORMED_FUNCTION_CALL" },
    tellsWrites: false,
  },
  {
    adapter: "compatible",
    makeFake: fakeOpenAi,
    model: "llama3.3",
    usage: chatUsage,
    finish: chatFinish,
    tellsWrites: true,
  },
];

/** A request that says no more than it must. */
export function question(model: string, more: Partial<ChatRequest> = {}): ChatRequest {
  return {
    model,
    messages: [{ role: "user", content: "A private worry" }],
    temperature: 0.4,
    max_output_tokens: 90,
    reasoning: false,
    ...more,
  };
}

/** How an attempt is followed by somebody who has time. */
export function patient(signal = new AbortController().signal) {
  const progress: ("head" | "body")[] = [];
  return { signal, progress, onProgress: (what: "head" | "body") => void progress.push(what) };
}

/** The answer that a stream adds up to, with the events that it came in. */
export async function gather(
  stream: AsyncIterable<ChatEvent>,
): Promise<ChatAnswer & { events: ChatEvent[]; kinds: string }> {
  const answer: ChatAnswer = { text: "", tool_calls: [], model: "", finish_reason: "other", usage: null };
  const events: ChatEvent[] = [];
  for await (const event of stream) {
    events.push(event);
    if (event.type === "start") answer.model = event.model;
    if (event.type === "text") answer.text += event.text;
    if (event.type === "usage") answer.usage = event.usage;
    if (event.type === "finish") answer.finish_reason = event.reason;
    if (event.type === "tool_call") {
      const { index, id, name, arguments: piece } = event;
      const call = answer.tool_calls[index];
      if (call !== undefined) call.arguments += piece;
      else answer.tool_calls[index] = { id: id ?? "", name: name ?? "", arguments: piece };
    }
  }
  const kinds = events.map(({ type }) => type).filter((type, n, all) => type !== "alive" && type !== all[n - 1]);
  return { ...answer, events, kinds: kinds.join(" ") };
}

/** What an attempt fails with. */
export async function failure(attempt: Promise<unknown>): Promise<ProviderError> {
  const error = await attempt.then(
    (value) => new Error(`It did not fail: ${inspect(value)}`),
    (caught: unknown) => caught,
  );
  if (!(error instanceof ProviderError)) throw new Error(`Expected a ProviderError, got ${inspect(error)}`);
  return error;
}
