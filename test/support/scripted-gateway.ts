import type { Ctx } from "../../src/core/context.ts";
import { aiErrors } from "../../src/platform/ai/errors.ts";
import type { Ai, Completion, CompletionEvent, CompletionInput } from "../../src/platform/ai/port.ts";

/** How a scripted call is answered. Without anything: "Take one small step." */
export interface ScriptedAnswer {
  /** The whole text; a stream brings it in the pieces. */
  text?: string;
  pieces?: string[];
  /** What structured output is. */
  output?: unknown;
  /** The call waits for it; a stream before each piece but the first. */
  after?: Promise<unknown>;
  /** Thrown instead of an answer; of a stream after its pieces. */
  error?: Error;
}

/** One call as the product made it. */
export interface ScriptedCall extends CompletionInput {
  workspace_id: string;
  /** Resolves when the call's signal is aborted. */
  aborted: Promise<void>;
}

export interface ScriptedAi {
  ai: Pick<Ai, "complete" | "stream">;
  calls: ScriptedCall[];
  /** Answers the next calls, in their order. */
  script(...answers: ScriptedAnswer[]): void;
  /** Resolves with the n-th call (from 1) as soon as it is made. */
  arrival(n: number): Promise<ScriptedCall>;
  reset(): void;
}

/** The gateway's port in memory: it answers as it is told, and keeps what it was asked. */
export function scriptedAi(): ScriptedAi {
  const calls: ScriptedCall[] = [];
  const scripted: ScriptedAnswer[] = [];
  let awaited: { n: number; resolve: (call: ScriptedCall) => void }[] = [];

  const next = (ctx: Ctx, input: CompletionInput): ScriptedAnswer => {
    const { signal } = input;
    const aborted = new Promise<void>((resolve) => signal?.addEventListener("abort", () => resolve(), { once: true }));
    const call = { ...input, workspace_id: ctx.workspace_id, aborted };
    calls.push(call);
    for (const { n, resolve } of awaited) if (n === calls.length) resolve(call);
    return scripted.shift() ?? {};
  };

  return {
    calls,
    ai: {
      complete: async (ctx, input) => {
        const answer = next(ctx, input);
        await unlessAborted(answer.after, input.signal);
        if (answer.error !== undefined) throw answer.error;
        return completionOf(answer);
      },
      stream: async (ctx, input) => {
        const answer = next(ctx, input);
        const pieces = answer.pieces ?? [textOf(answer)];
        if (answer.error !== undefined && pieces.join("") === "") throw answer.error;
        const { call_id, provider, model } = completionOf(answer);
        return Object.assign(eventsOf(answer, pieces, input.signal), { call_id, provider, model });
      },
    },
    script: (...answers) => {
      scripted.push(...answers);
    },
    arrival: (n) => {
      const call = calls[n - 1];
      return call === undefined ? new Promise((resolve) => awaited.push({ n, resolve })) : Promise.resolve(call);
    },
    reset: () => {
      calls.length = 0;
      scripted.length = 0;
      awaited = [];
    },
  };
}

/** What the gateway throws when no provider answers. */
export const unavailable = () => aiErrors.provider_unavailable();

async function* eventsOf(
  answer: ScriptedAnswer,
  pieces: string[],
  signal: AbortSignal | undefined,
): AsyncGenerator<CompletionEvent> {
  for (const [index, text] of pieces.entries()) {
    if (index > 0) await unlessAborted(answer.after, signal);
    yield { type: "text", text };
  }
  if (pieces.length === 1) await unlessAborted(answer.after, signal);
  if (answer.error !== undefined) throw answer.error;
  yield { type: "done", completion: completionOf({ ...answer, text: pieces.join("") }) };
}

/** Waits for it, or throws the signal's reason as soon as it is aborted. */
async function unlessAborted(after: Promise<unknown> | undefined, signal: AbortSignal | undefined): Promise<void> {
  if (after === undefined) return;
  const aborted = new Promise<never>((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  await Promise.race([after, aborted]);
}

function textOf({ text, pieces, output }: ScriptedAnswer): string {
  if (output !== undefined) return JSON.stringify(output);
  return text ?? pieces?.join("") ?? "Take one small step.";
}

function completionOf(answer: ScriptedAnswer): Completion {
  const none = { cached_input_tokens: 0, cache_write_tokens: 0, reasoning_tokens: 0, images: 0, audio_seconds: 0 };
  return {
    text: textOf(answer),
    ...(answer.output === undefined ? {} : { output: answer.output }),
    tool_calls: [],
    provider: "scripted",
    model: "scripted-1",
    finish_reason: "stop",
    usage: { ...none, input_tokens: 12, output_tokens: 5, estimated: false },
    cost_pico_usd: 0,
    call_id: "00000000-0000-7000-8000-00000000ca11",
    cached: false,
  };
}
