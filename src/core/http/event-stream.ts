import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { requestErrors } from "../errors.ts";
import { publicError, toProblem } from "./problem.ts";

/** One event of a stream (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
export interface ServerSentEvent {
  /** Its name; a client that listens for none takes it for `message`. */
  event?: string;
  id?: string;
  /** Sent as JSON; a string is sent as it is, for formats that end with a word of their own. */
  data: unknown;
}

export const eventStreamHeaders = {
  "content-type": "text/event-stream; charset=utf-8",
  // Proxies that buffer would hold the words back until the end.
  "x-accel-buffering": "no",
};

interface EventStreamOptions {
  request_id: string;
  /** Told of what ended the stream early, with its public form. */
  onError: (error: ReturnType<typeof publicError>) => void;
  /** How an error is told to the client; an event `error` with the problem details (RFC 9457) when left out. */
  errorEvent?: (problem: ReturnType<typeof toProblem>["body"]) => ServerSentEvent;
  /** A comment is sent when nothing else was for so long, so that no proxy takes the connection for dead. Default 15,000. */
  keep_alive_ms?: number;
}

/**
 * The bytes of a stream of events. An error in it becomes its last event, because the status has long been sent; whoever reads knows a complete
 * stream by what its format says ends it. Reading stops when the client reads no more.
 */
export function eventStream(events: AsyncIterable<ServerSentEvent>, options: EventStreamOptions): Readable {
  const iterator = events[Symbol.asyncIterator]();
  const { keep_alive_ms = 15_000 } = options;
  let timer: NodeJS.Timeout | undefined;
  let isEnded = false;
  const rest = () => {
    clearTimeout(timer);
    if (isEnded) return;
    timer = setTimeout(() => {
      stream.push(": keep-alive\n\n");
      rest();
    }, keep_alive_ms);
    timer.unref();
  };
  const finish = (last?: ServerSentEvent) => {
    isEnded = true;
    clearTimeout(timer);
    if (last !== undefined) stream.push(textOf(last));
    stream.push(null);
  };
  const tell = (thrown: unknown) => {
    if (isEnded) return;
    const error = publicError(thrown);
    options.onError(error);
    const { body } = toProblem(error, options.request_id);
    finish(options.errorEvent?.(body) ?? { event: "error", data: body });
  };
  const stream = new Readable({
    read: () => {
      iterator.next().then((step) => {
        if (isEnded) return;
        if (step.done === true) return finish();
        rest();
        stream.push(textOf(step.value));
      }, tell);
    },
    destroy: (_error, done) => {
      isEnded = true;
      clearTimeout(timer);
      Promise.resolve(iterator.return?.()).then(
        () => done(null),
        () => done(null),
      );
    },
  });
  rest();
  return stream;
}

function textOf({ event, id, data }: ServerSentEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  const lines = text.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `${event === undefined ? "" : `event: ${event}\n`}${id === undefined ? "" : `id: ${id}\n`}${lines.join("")}\n`;
}

/** A signal that is aborted, with `request.client_left`, when the client leaves before its answer is complete. */
export function clientGone(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const leave = () => {
    if (!response.writableFinished) gone.abort(requestErrors.client_left());
  };
  if (response.destroyed) leave();
  else response.once("close", leave);
  return gone.signal;
}
