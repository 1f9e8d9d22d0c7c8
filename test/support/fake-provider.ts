import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A tool call that a fake answers with. `pieces` is how its arguments are cut in a stream. */
export interface FakeToolCall {
  id?: string;
  name: string;
  pieces: string[];
}

/** How the fake answers one call. Without anything: an answer with status 200, as a stream where one was asked for. */
export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is instead of an answer: a text, or an object as JSON. */
  body?: string | object;
  /** In a stream it comes word by word. */
  text?: string;
  tool_calls?: FakeToolCall[];
  /** The model says no: in the vendor's own way. */
  refusal?: string;
  model?: string;
  /** As the vendor writes it. */
  finish_reason?: string;
  /** Usage as the vendor writes it; `missing` leaves the member out. Default: 12 in, 5 out. */
  usage?: object | null | "missing";
  /** Of embeddings: the vectors, in the order of the inputs. */
  vectors?: number[][];
  /** Of speech. */
  audio?: Buffer;
  /** Nothing is sent before it is settled. */
  after?: Promise<unknown>;
  /** Of a stream: what is awaited before its n-th event (from 0) is sent. */
  pause?: (n: number) => Promise<unknown> | undefined;
  /** Of a stream: how its bytes are cut. Every piece reaches the client by itself. */
  cut?: (bytes: Buffer) => Buffer[];
  /**
   * `hang` sends nothing ever, `stall` the headers and half of the body and then nothing; `reset` cuts the connection instead of answering,
   * `reset_in_body` in the middle of the body.
   */
  fault?: "hang" | "stall" | "reset" | "reset_in_body";
  /** Of a stream: what happens after so many events instead of the rest. `error` sends an error in the vendor's format, or `error` as it stands. */
  breaks?: { after: number; by: "reset" | "stall" | "end" | "error" | "broken_json"; error?: object };
}

/** One call as it came over the wire. */
export interface FakeCall {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  /** JSON; or the fields of a form, whose files are `{ name, type, size }`. */
  body: Record<string, unknown>;
  /** Resolves when the connection that it came on is closed. */
  closed: Promise<void>;
}

/** What a vendor would refuse a request with, or an answer of a fake. */
export interface Reply {
  status?: number;
  headers?: Record<string, string>;
  body: string | object | Buffer;
}

/** A vendor's format: what its server demands of a request, and how it answers. */
export interface Dialect {
  /** The refusal of a request that the vendor would not take. */
  refuse(call: FakeCall): Reply | undefined;
  answer(call: FakeCall, how: FakeAnswer): Reply;
  /** The server-sent events of a streamed answer; undefined when none is asked for. */
  events(call: FakeCall, how: FakeAnswer): string[] | undefined;
  /** The event of an error in a stream. */
  error(call: FakeCall, error: object | undefined): string;
}

/** A vendor's server on loopback, which counts what was really on the wire and fails as it is told. */
export interface FakeProvider {
  /** Without a path: `http://127.0.0.1:40123`. */
  origin: string;
  /** Every call so far, whoever says otherwise. */
  calls: readonly FakeCall[];
  /** Connections so far. */
  connections(): number;
  /** Adds answers for the next calls, in their order. */
  script(...answers: FakeAnswer[]): void;
  /** The answer of calls that nothing was scripted for. */
  otherwise(answer: FakeAnswer): void;
  /** Resolves with the n-th call (from 1) as soon as it has arrived. */
  arrival(n: number): Promise<FakeCall>;
  /** Forgets the calls and what is still scripted. */
  reset(): void;
  close(): Promise<void>;
}

/** Serves a vendor's format. A request that the vendor would refuse is refused, whatever was scripted: a wrong request fails in the test. */
export async function fakeProvider(dialect: Dialect): Promise<FakeProvider> {
  const calls: FakeCall[] = [];
  const scripted: FakeAnswer[] = [];
  const awaited: { n: number; resolve: (call: FakeCall) => void }[] = [];
  let fallback: FakeAnswer = {};

  const server = createServer(async (request, response) => {
    response.on("error", () => {});
    const call = await receive(request);
    calls.push(call);
    for (const { n, resolve } of awaited) if (n === calls.length) resolve(call);
    const how = scripted.shift() ?? fallback;
    await how.after;
    const refusal = dialect.refuse(call);
    if (refusal === undefined) await answer(response, dialect, call, how);
    else await send(response, refusal, {});
  });
  let connections = 0;
  server.on("connection", () => connections++);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    origin: `http://127.0.0.1:${port}`,
    calls,
    connections: () => connections,
    script: (...answers) => {
      scripted.push(...answers);
    },
    otherwise: (answer) => {
      fallback = answer;
    },
    arrival: (n) => {
      const call = calls[n - 1];
      return call === undefined ? new Promise((resolve) => awaited.push({ n, resolve })) : Promise.resolve(call);
    },
    reset: () => {
      calls.length = 0;
      scripted.length = 0;
      awaited.length = 0;
      fallback = {};
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function receive(request: IncomingMessage): Promise<FakeCall> {
  const { socket } = request;
  const closed = new Promise<void>((resolve) => {
    if (socket.destroyed) resolve();
    socket.setMaxListeners(0).once("close", () => resolve());
  });
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = await readBody(Buffer.concat(chunks), request.headers["content-type"] ?? "");
  return { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body, closed };
}

/** A form is read by the platform's own parser: what that cannot read is no form. */
async function readBody(bytes: Buffer<ArrayBuffer>, content_type: string): Promise<Record<string, unknown>> {
  if (!content_type.startsWith("multipart/")) return JSON.parse(bytes.toString("utf8"));
  const form = await new Response(bytes, { headers: { "content-type": content_type } }).formData();
  const fields = [...form].map(([name, value]) => {
    return [name, typeof value === "string" ? value : { name: value.name, type: value.type, size: value.size }];
  });
  return Object.fromEntries(fields);
}

async function answer(response: ServerResponse, dialect: Dialect, call: FakeCall, how: FakeAnswer): Promise<void> {
  if (how.fault === "hang") return;
  if (how.fault === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const isWhole = how.body !== undefined || (how.status !== undefined && how.status !== 200);
  const events = isWhole ? undefined : dialect.events(call, how);
  if (events !== undefined) await stream(response, dialect, call, how, events);
  else await send(response, how.body === undefined ? dialect.answer(call, how) : { body: how.body }, how);
}

/** Sends an answer in one piece, or the half of it that the fault leaves. */
async function send(response: ServerResponse, reply: Reply, how: FakeAnswer): Promise<void> {
  const { body } = reply;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  response.writeHead(how.status ?? reply.status ?? 200, {
    "content-type": "application/json",
    "content-length": String(bytes.length),
    ...reply.headers,
    ...how.headers,
  });
  if (how.fault === undefined) {
    response.end(bytes);
    return;
  }
  await write(response, bytes.subarray(0, bytes.length / 2));
  if (how.fault === "reset_in_body") response.socket?.resetAndDestroy();
}

async function stream(
  response: ServerResponse,
  dialect: Dialect,
  call: FakeCall,
  how: FakeAnswer,
  events: string[],
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...how.headers });
  response.flushHeaders();
  if (how.cut !== undefined) {
    for (const piece of how.cut(Buffer.from(events.join("")))) await write(response, piece);
    response.end();
    return;
  }
  for (const [n, event] of events.slice(0, how.breaks?.after).entries()) {
    const paused = how.pause?.(n);
    if (paused !== undefined) await paused;
    await write(response, event);
  }
  switch (how.breaks?.by) {
    case undefined:
    case "end":
      response.end();
      return;
    case "reset":
      // What was written has to arrive first.
      await write(response, ": the connection is lost after this\n\n");
      response.socket?.resetAndDestroy();
      return;
    case "stall":
      return;
    case "error":
      response.end(dialect.error(call, how.breaks.error));
      return;
    case "broken_json":
      response.end('data: {"choices":[{"del\n\n');
  }
}

/** Node joins what is written within a tick into one chunk: only what is waited for goes out by itself. Nobody may be there any more to take it. */
function write(response: ServerResponse, bytes: Buffer | string): Promise<void> {
  return new Promise((resolve) => response.write(bytes, () => resolve()));
}

/** A server-sent event; `event` is its name where the vendor gives one. */
export function sse(data: object | string, event?: string): string {
  const name = event === undefined ? "" : `event: ${event}\n`;
  return `${name}data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
}

/** A text as a stream brings it: word by word. */
export function words(text: string): string[] {
  return text.match(/\s*\S+\s*/g) ?? [];
}

/** The text that a fake answers with when it is told none. */
export const usualText = "Take one small step.";
