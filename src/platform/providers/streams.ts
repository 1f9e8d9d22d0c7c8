import { StringDecoder } from "node:string_decoder";
import { createParser } from "eventsource-parser";
import { ProviderError } from "./errors.ts";
import { type Controller, cutOff, type Receiver } from "./exchange.ts";
import { parseJson } from "./json-rules.ts";
import { isError, toldError } from "./refusal-rules.ts";

/** Reads a stream message by message. `read` hands over what it finds, and throws the error that a message tells. */
export interface StreamReader<E> {
  /** The data of one server-sent event, as text. */
  read(data: string, found: (event: E) => void): void;
  /** Whether the stream has said that it is over: nothing after that is waited for. */
  isOver(): boolean;
  /** The connection has ended well. Hands over what is left; throws `incomplete` when the end was not said. */
  end(found: (event: E) => void): void;
}

/** What becomes of a stream; after `over` or `failed` comes nothing. */
interface Listener<E> {
  found(event: E): void;
  /** A piece of the body has been read. */
  told(controller: Controller): void;
  over(): void;
  failed(error: unknown): void;
}

/** So many events may wait for their reader before the connection is paused. */
const mostWaiting = 256;
/** After a stream has said that it is over, its connection has so long to end, too, and to be used again. */
const lingerMs = 1_000;

/** The events of a stream, as somebody asks for them. The request is sent with the first question; who stops asking cuts it off. */
export async function* streamed<E>(
  signal: AbortSignal,
  send: (listener: Listener<E>) => () => void,
): AsyncGenerator<E, void, undefined> {
  const inbox = createInbox<E>();
  const cut = send(inbox);
  try {
    for (let events = await inbox.take(); events !== undefined; events = await inbox.take()) {
      for (const event of events) {
        if (signal.aborted) throw signal.reason;
        yield event;
      }
    }
  } finally {
    if (!inbox.isOver()) cut();
  }
}

/** Between the connection that brings events and whoever asks for them. */
function createInbox<E>() {
  let waiting: E[] = [];
  let failure: { error: unknown } | undefined;
  let isOver = false;
  let wake = () => {};
  let paused: Controller | undefined;
  const more = () => {
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    // To go on may bring the next piece at once, which may pause it again.
    const resumed = paused;
    paused = undefined;
    resumed?.resume();
    return woken;
  };
  return {
    isOver: () => isOver,
    /** What has come since; undefined when the stream is over. What was found before a failure is handed over first: it was paid for. */
    take: async (): Promise<E[] | undefined> => {
      while (waiting.length === 0) {
        if (failure !== undefined) throw failure.error;
        if (isOver) return undefined;
        await more();
      }
      const events = waiting;
      waiting = [];
      return events;
    },
    found: (event: E) => void waiting.push(event),
    told: (controller: Controller) => {
      if (waiting.length > mostWaiting) {
        controller.pause();
        paused = controller;
      }
      wake();
    },
    over: () => {
      isOver = true;
      wake();
    },
    failed: (error: unknown) => {
      failure = { error };
      wake();
    },
  };
}

interface ReceivingOptions {
  /** Receives an answer that is no stream: its body with status 200, or its error. */
  whole(answered: (body: Buffer) => void, failed: (error: unknown) => void): Receiver;
  /** Of one message. */
  max_bytes: number;
}

/** Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) out of an answer, wherever its bytes are cut. */
export function receiveEvents<E>(reader: StreamReader<E>, listener: Listener<E>, options: ReceivingOptions): Receiver {
  const feed = createFeed(reader, listener, options.max_bytes);
  const outcome = createOutcome(reader, listener);
  let whole: Receiver | undefined;
  let lingering: NodeJS.Timeout | undefined;
  return {
    head: (status, header, controller) => {
      if (status === 200 && !/json|html/.test(header("content-type") ?? "")) return;
      whole = options.whole((body) => outcome.fail(unstreamed(parseJson(body.toString()))), outcome.fail);
      whole.head(status, header, controller);
    },
    data: (chunk, controller) => {
      if (whole !== undefined) return whole.data(chunk, controller);
      if (outcome.isKnown()) return;
      const error = feed(chunk);
      if (error !== undefined) {
        outcome.fail(error);
        controller.abort(cutOff);
      } else if (reader.isOver()) {
        outcome.succeed();
        lingering = setTimeout(() => controller.abort(cutOff), lingerMs).unref();
      } else listener.told(controller);
    },
    ended: () => {
      clearTimeout(lingering);
      if (whole !== undefined) whole.ended();
      else outcome.succeed();
    },
    failed: (error) => {
      clearTimeout(lingering);
      outcome.fail(error);
    },
  };
}

/** Hands the messages in these bytes to the reader; answers with the error that one of them tells or is. */
function createFeed<E>(reader: StreamReader<E>, { found }: Pick<Listener<E>, "found">, maxBufferSize: number) {
  const decoder = new StringDecoder("utf8");
  const parser = createParser({
    maxBufferSize,
    onEvent: ({ data }) => {
      if (!reader.isOver()) reader.read(data, found);
    },
  });
  return (chunk: Buffer): ProviderError | undefined => {
    try {
      parser.feed(decoder.write(chunk));
      return undefined;
    } catch (error) {
      if (error instanceof ProviderError) return error;
      return new ProviderError("bad_response", { status: 200, reason: "unreadable", maybe_billed: true });
    }
  };
}

/** How a stream came out: told once, whatever becomes of its connection after that. */
function createOutcome<E>(reader: StreamReader<E>, listener: Listener<E>) {
  let isKnown = false;
  const fail = (error: unknown) => {
    if (isKnown) return;
    isKnown = true;
    listener.failed(error);
  };
  return {
    isKnown: () => isKnown,
    fail,
    succeed: () => {
      if (isKnown) return;
      try {
        reader.end(listener.found);
      } catch (error) {
        return fail(error);
      }
      isKnown = true;
      listener.over();
    },
  };
}

/** The error of an answer with status 200 that should have been a stream. */
function unstreamed(body: unknown): ProviderError {
  if (isError(body)) return toldError(body, false);
  const reason = body === undefined ? "not_json" : "not_a_stream";
  return new ProviderError("bad_response", { status: 200, reason, maybe_billed: true });
}
