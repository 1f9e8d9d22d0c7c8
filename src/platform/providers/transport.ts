import { Pool } from "undici";
import type { Clock } from "../../core/clock.ts";
import { type Answer, collect, dispatch, type Receiver } from "./exchange.ts";
import type { AttemptOptions } from "./port.ts";
import { receiveEvents, type StreamReader, streamed } from "./streams.ts";

export interface TransportOptions {
  /** For example `https://api.openai.com/v1`; a query in it, such as Azure's api-version, is sent with each call. */
  base_url: string;
  /** Sent with each call: the key, a version. */
  headers: Record<string, string>;
  /** Calls at once; more wait, and their deadline goes on. */
  connections: number;
  /** A longer answer is refused. */
  max_response_bytes: number;
  /** How long an idle connection is kept for the next call where the server does not say: shorter than the server keeps it. */
  keep_alive_ms: number;
  /** Against which a Retry-After in the form of a date is read. */
  clock: Pick<Clock, "now">;
}

/** A call: what is sent where. */
export interface Call {
  /** Below the base URL, with a slash in front and perhaps a query: `/chat/completions`. */
  path: string;
  body: string | Buffer;
  /** Of the body. Default JSON. */
  content_type?: string;
}

export interface Transport {
  /** Resolves with the body of an answer with status 200; throws a ProviderError for any other. */
  post(call: Call, options: AttemptOptions): Promise<Answer>;
  /** What the reader finds in the server-sent events of the answer. Who stops reading closes the connection. */
  stream<E>(call: () => Call, reader: StreamReader<E>, options: AttemptOptions): AsyncGenerator<E, void, undefined>;
  close(): Promise<void>;
}

/**
 * Calls to one server: one call is one request on the wire, with no retry and no redirect, and time is the caller's business alone. An aborted signal closes the
 * connection at once. Neither a key nor anything of a request or an answer stands in an error.
 */
export function createTransport(options: TransportOptions): Transport {
  const base = new URL(options.base_url);
  const pool = new Pool(base.origin, {
    connections: options.connections,
    // One call is one socket, which can be closed.
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: options.keep_alive_ms,
    maxResponseSize: options.max_response_bytes,
  });
  const headers = { ...options.headers, accept: "application/json" };
  const streamHeaders = { ...options.headers, accept: "text/event-stream" };
  const send = (call: Call, accepting: Record<string, string>, attempt: AttemptOptions, receiver: Receiver) => {
    const path = pathOf(base, call.path);
    const content = { "content-type": call.content_type ?? "application/json" };
    return dispatch(
      pool,
      { path, method: "POST", headers: { ...accepting, ...content }, body: call.body },
      attempt,
      receiver,
    );
  };
  return {
    post: (call, attempt) =>
      new Promise((resolve, reject) => {
        const answer = collect(options.clock, resolve, reject);
        send(call, headers, attempt, answer);
      }),
    stream: (call, reader, attempt) =>
      streamed(attempt.signal, (listener) => {
        const whole = (answered: (body: Buffer) => void, failed: (error: unknown) => void) =>
          collect(options.clock, ({ body }) => answered(body), failed);
        const receiver = receiveEvents(reader, listener, { whole, max_bytes: options.max_response_bytes });
        return send(call(), streamHeaders, attempt, receiver);
      }),
    close: () => pool.close(),
  };
}

function pathOf(base: URL, path: string): string {
  const whole = `${base.pathname.replace(/\/+$/, "")}${path}`;
  return base.search === "" ? whole : `${whole}${whole.includes("?") ? "&" : "?"}${base.search.slice(1)}`;
}
