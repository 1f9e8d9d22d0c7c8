import { type ChatEvent, type FinishReason, ProviderError, type Usage } from "../providers/index.ts";
import { type Answered, failureOf } from "./attempt.ts";
import type { Call } from "./call.ts";
import type { Completion, CompletionEvent, CompletionStream } from "./port.ts";
import { estimateTokens, publicFailure } from "./rules.ts";

type Content = Extract<ChatEvent, { type: "text" | "tool_call" }>;

/** What has come of a stream so far. */
export interface Received {
  texts: string[];
  calls: Map<number, { id: string; name: string; arguments: string }>;
  model: string | undefined;
  finish_reason: FinishReason | undefined;
  usage: Usage | null;
}

/** A provider's stream that has brought its first content, or ended without any. */
export interface OpenedStream {
  events: AsyncIterator<ChatEvent>;
  received: Received;
  first: Content | undefined;
}

/** Reads a provider's stream up to its first content: until then it may be given up for another attempt. */
export async function openStream(events: AsyncIterable<ChatEvent>): Promise<OpenedStream> {
  const received: Received = { texts: [], calls: new Map(), model: undefined, finish_reason: undefined, usage: null };
  const iterator = events[Symbol.asyncIterator]();
  return { events: iterator, received, first: await nextContent(iterator, received) };
}

/** The next piece for the caller; undefined at the end. Throws when the stream ends without saying why. */
async function nextContent(events: AsyncIterator<ChatEvent>, received: Received): Promise<Content | undefined> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) {
      if (received.finish_reason !== undefined) return undefined;
      throw new ProviderError("incomplete", { maybe_billed: true, usage: received.usage });
    }
    const content = take(received, step.value);
    if (content !== undefined) return content;
  }
}

function take(received: Received, event: ChatEvent): Content | undefined {
  if (event.type === "start") received.model = event.model;
  if (event.type === "finish") received.finish_reason = event.reason;
  if (event.type === "usage") received.usage = event.usage;
  if (event.type === "text") {
    const text = event.text.replaceAll("\u0000", "");
    received.texts.push(text);
    return text === "" ? undefined : { ...event, text };
  }
  if (event.type !== "tool_call") return undefined;
  const call = received.calls.get(event.index) ?? { id: "", name: "", arguments: "" };
  received.calls.set(event.index, {
    id: event.id ?? call.id,
    name: event.name ?? call.name,
    arguments: call.arguments + event.arguments,
  });
  return event;
}

/** Output tokens of what has come, by our count. */
export function receivedTokens({ texts, calls }: Received): number {
  const arguments_ = [...calls.values()].map((call) => call.name + call.arguments);
  return estimateTokens(texts.join("") + arguments_.join(""));
}

interface FollowOptions {
  call: Call;
  answered: Answered<OpenedStream>;
  /** The usage of what had come when the stream broke. */
  estimate(received: Received): Usage;
  /** The caller's signal. */
  caller: AbortSignal | undefined;
  /** What the whole stream comes to, made as soon as it is over, whoever still reads. It may throw the caller's error. */
  complete(received: Received): Promise<Completion>;
  /** The stream failed or was left, with what the caller is told. */
  fail(error: unknown): Promise<void>;
  /** Counts the stream among the calls that run. */
  track(over: Promise<unknown>): void;
}

/**
 * Hands a stream on as it is read. Whatever ends it (its end, a failure, a clock, a caller that leaves, in the middle of a read or between two) enters the
 * attempt once. A caller that leaves cancels it, or lets it be read to its end for its usage.
 */
export function followStream(options: FollowOptions): CompletionStream {
  const { call, answered, caller } = options;
  const { answer, target, watch } = answered;
  const first_token_ms = answered.elapsed_ms();
  const over = Promise.withResolvers<void>();
  options.track(over.promise);
  let first = answer.first;
  let pulling: Promise<Content | undefined> | undefined;
  let isOver = false;
  let hasLeft = false;
  let whole: Promise<Completion> | undefined;

  const finish = async (failure: ProviderError | undefined): Promise<void> => {
    if (isOver) return over.promise;
    isOver = true;
    caller?.removeEventListener("abort", leave);
    const { received } = answer;
    const estimate = options.estimate(received);
    const told = received.usage;
    const ending = failure ? { error: failure, told, delivered: estimate } : { told, estimate };
    try {
      await answered.end(ending, { is_last: true, first_token_ms });
      await call.close();
      if (failure !== undefined) return await options.fail(publicFailure(failure));
      whole = options.complete(received);
      await whole.catch(() => undefined);
    } finally {
      over.resolve();
    }
  };
  /** Reads one piece on; at the end, whichever that is, the attempt is entered before it is told. */
  const pull = (): Promise<Content | undefined> => {
    pulling ??= (async () => {
      watch.resume();
      try {
        const content = await watch.bound(nextContent(answer.events, answer.received));
        if (content === undefined) await finish(undefined);
        return content;
      } catch (error) {
        const failure = failureOf(error);
        await finish(failure);
        throw failure;
      } finally {
        watch.rest();
        pulling = undefined;
      }
    })();
    return pulling;
  };
  const drain = async () => {
    while (!isOver) await pull();
  };
  const leave = () => {
    if (hasLeft || isOver) return;
    hasLeft = true;
    if (target.drains) drain().catch(() => undefined);
    else watch.leave();
  };
  const { signal } = watch.options;
  const stop = () => {
    // Nobody reads, so nobody else would notice.
    if (pulling === undefined) void finish(failureOf(signal.reason));
  };
  watch.rest();
  signal.addEventListener("abort", stop, { once: true });
  caller?.addEventListener("abort", leave, { once: true });
  // What happened while the stream was opened.
  if (signal.aborted) stop();
  if (caller?.aborted) leave();

  const steps = readSteps({
    take: async () => {
      const content = first ?? (await unlessGone(pull(), target.drains ? caller : undefined));
      first = undefined;
      return content;
    },
    complete: async () => whole ?? Promise.reject(new Error("A stream that is not over has no whole")),
    told: (error) => {
      caller?.throwIfAborted();
      return error instanceof ProviderError ? publicFailure(error) : error;
    },
    leave,
    left: () => (target.drains ? Promise.resolve() : over.promise),
  });
  return {
    call_id: call.call_id,
    provider: target.provider.name,
    model: answer.received.model ?? target.model,
    ...steps,
  };
}

interface Steps {
  take(): Promise<Content | undefined>;
  complete(): Promise<Completion>;
  /** The error as the caller is told. */
  told(error: unknown): unknown;
  leave(): void;
  /** Resolves when what the caller left behind is settled. */
  left(): Promise<void>;
}

/** The steps as the caller reads them: pieces, then the whole, then the end. Whoever stops reading before it has left, even in the middle of a read. */
function readSteps({ take, complete, told, leave, left }: Steps): AsyncIterable<CompletionEvent> {
  const read = async function* (): AsyncGenerator<CompletionEvent, undefined> {
    try {
      for (let content = await take(); content !== undefined; content = await take()) yield content;
      yield { type: "done", completion: await complete() };
    } catch (error) {
      throw told(error);
    }
  };
  return {
    [Symbol.asyncIterator]: () => {
      const steps = read();
      return {
        next: () => steps.next(),
        return: async () => {
          leave();
          await left();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** The promise's value, or the signal's reason as soon as it is aborted. */
export async function unlessGone<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const gone = Promise.withResolvers<never>();
  const leave = () => gone.reject(signal.reason);
  if (signal.aborted) leave();
  signal.addEventListener("abort", leave, { once: true });
  // What goes on without its caller is nobody's to catch.
  promise.catch(() => undefined);
  try {
    return await Promise.race([promise, gone.promise]);
  } finally {
    signal.removeEventListener("abort", leave);
  }
}
