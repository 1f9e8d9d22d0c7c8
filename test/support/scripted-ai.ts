import type { Ctx } from "../../src/core/context.ts";
import { newId } from "../../src/core/id.ts";
import type { Ai } from "../../src/platform/ai/index.ts";

type Input = Parameters<Ai["complete"]>[1];
type Completion = Awaited<ReturnType<Ai["complete"]>>;
type Event = Awaited<ReturnType<Ai["stream"]>> extends AsyncIterable<infer E> ? E : never;

/** What the next call answers. */
export interface Script {
  completion?: Partial<Completion>;
  /** The pieces of a stream; `done` comes behind them, unless there is an error. */
  pieces?: Exclude<Event, { type: "done" }>[];
  /** Thrown: at once, or in a stream behind its pieces. */
  error?: Error;
  /** Nothing comes before it is settled. */
  after?: Promise<unknown>;
  /** Of a stream: nothing comes behind its pieces before it is settled. */
  pause?: Promise<unknown>;
}

/** A gateway that answers what it is told to, and keeps what it was asked. */
export function scriptedAi() {
  const asked: { ctx: Ctx; input: Input }[] = [];
  const embedded: Parameters<Ai["embed"]>[1][] = [];
  const scripts: Script[] = [];
  const models: Record<string, { name: string; provider: string }[]> = {
    "ai.api": [
      { name: "gpt-4.1-mini", provider: "openai" },
      { name: "vendor/large", provider: "ollama" },
    ],
    "ai.embeddings": [{ name: "text-embedding-3-small", provider: "openai" }],
  };
  const completionOf = ({ completion }: Script): Completion => ({
    text: "Take one small step.",
    tool_calls: [],
    provider: "openai",
    model: "gpt-4.1-mini-2026-01-01",
    finish_reason: "stop",
    usage: {
      input_tokens: 12,
      cached_input_tokens: 2,
      cache_write_tokens: 0,
      output_tokens: 5,
      reasoning_tokens: 1,
      images: 0,
      audio_seconds: 0,
      estimated: false,
    },
    cost_pico_usd: 80_000_000,
    call_id: newId(),
    cached: false,
    ...completion,
  });
  const arrive = async (ctx: Ctx, input: Input): Promise<Script> => {
    asked.push({ ctx, input });
    const script = scripts.shift() ?? {};
    const left = new Promise<never>((_, reject) => {
      input.signal?.addEventListener("abort", () => reject(input.signal?.reason), { once: true });
    });
    left.catch(() => undefined);
    await Promise.race([script.after, left]);
    return script;
  };
  async function* eventsOf({ pieces, error, pause, ...script }: Script): AsyncGenerator<Event> {
    const all = pieces ?? [
      { type: "text" as const, text: "Take one " },
      { type: "text" as const, text: "small step." },
    ];
    for (const piece of all) yield piece;
    await pause;
    if (error !== undefined) throw error;
    yield { type: "done", completion: completionOf(script) };
  }
  const ai: Pick<Ai, "complete" | "stream" | "embed" | "models"> = {
    complete: async (ctx, input) => {
      const script = await arrive(ctx, input);
      if (script.error !== undefined) throw script.error;
      return completionOf(script);
    },
    stream: async (ctx, input) => {
      const script = await arrive(ctx, input);
      if (script.error !== undefined && script.pieces === undefined) throw script.error;
      const { call_id, provider, model } = completionOf(script);
      return Object.assign(eventsOf({ ...script, completion: { call_id, ...script.completion } }), {
        call_id,
        provider,
        model,
      });
    },
    embed: async (_ctx, input) => {
      embedded.push(input);
      const { usage, call_id } = completionOf({});
      const vectors = input.inputs.map((text) => [text.length, 0.5, -1.25]);
      return { vectors, model: input.model ?? "text-embedding-3-small", provider: "openai", usage, call_id };
    },
    models: (feature) => models[feature] ?? [],
  };
  return { ai, asked, embedded, script: (...next: Script[]) => void scripts.push(...next) };
}
