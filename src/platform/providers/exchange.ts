import { type Dispatcher, errors, type Pool } from "undici";
import type { Clock } from "../../core/clock.ts";
import { ProviderError } from "./errors.ts";
import { parseJson } from "./json-rules.ts";
import type { AttemptOptions } from "./port.ts";
import { refusalOf, retryAfterSeconds } from "./refusal-rules.ts";

export type Controller = Dispatcher.DispatchController;

/** What happens to a call, in its order; after `failed` or `ended` comes nothing. */
export interface Receiver {
  head(status: number, header: (name: string) => string | undefined, controller: Controller): void;
  data(chunk: Buffer, controller: Controller): void;
  ended(): void;
  failed(error: unknown): void;
}

/** The body of an answer with status 200. */
export interface Answer {
  body: Buffer;
  content_type: string;
}

/** Sends a request and tells the receiver what becomes of it. The function that is returned cuts it off, whatever state it is in; nothing is told after that. */
export function dispatch(
  pool: Pool,
  request: Dispatcher.DispatchOptions,
  { signal, onProgress }: AttemptOptions,
  receiver: Receiver,
): () => void {
  let controller: Controller | undefined;
  let isDone = false;
  const finish = (tell: () => void) => {
    if (isDone) return;
    isDone = true;
    signal.removeEventListener("abort", onAbort);
    tell();
  };
  const cut = (tell: () => void) => {
    finish(tell);
    controller?.abort(cutOff);
  };
  const onAbort = () => cut(() => receiver.failed(signal.reason));
  if (signal.aborted) {
    receiver.failed(signal.reason);
    return () => {};
  }
  signal.addEventListener("abort", onAbort, { once: true });
  pool.dispatch(request, {
    onRequestStart: (started) => {
      controller = started;
      // It was given up while it waited for a connection.
      if (isDone) started.abort(cutOff);
    },
    onResponseStart: (current, status, headers) => {
      if (isDone || status < 200) return;
      onProgress("head");
      receiver.head(status, (name) => [headers[name]].flat()[0], current);
    },
    onResponseData: (current, chunk) => {
      if (isDone) return;
      onProgress("body");
      receiver.data(chunk, current);
    },
    onResponseEnd: () => finish(() => receiver.ended()),
    // A request that was not begun found no connection.
    onResponseError: (_, error) => finish(() => receiver.failed(transportFailure(error, controller !== undefined))),
  });
  return () => cut(() => {});
}

/** The reason of connections that we closed: nobody reads it. */
export const cutOff = new Error("The call was cut off");

/** Collects a body; an answer with another status than 200 is the error that it tells. */
export function collect(
  clock: Pick<Clock, "now">,
  resolve: (answer: Answer) => void,
  reject: (error: unknown) => void,
): Receiver {
  const chunks: Buffer[] = [];
  let status = 0;
  let header: (name: string) => string | undefined = () => undefined;
  return {
    head: (told, read) => {
      status = told;
      header = read;
    },
    data: (chunk) => chunks.push(chunk),
    ended: () => {
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      if (status === 200) resolve({ body, content_type: header("content-type") ?? "" });
      else reject(refusalOf(status, parseJson(body.toString()), retryAfterSeconds(header, clock.now())));
    },
    failed: reject,
  };
}

/** Of the transport's error only its code goes on: a parser's error carries the bytes that it could not read. */
function transportFailure(error: unknown, maybe_billed: boolean): ProviderError {
  const reason = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown";
  if (error instanceof errors.HTTPParserError)
    return new ProviderError("bad_response", { reason: "not_http", maybe_billed });
  const isTooLarge = reason === "UND_ERR_RES_EXCEEDED_MAX_SIZE";
  return new ProviderError(isTooLarge ? "bad_response" : "network", { reason, maybe_billed });
}
