import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How the fake answers one call. Without anything: a completion with status 200. */
export interface FakeAnswer {
  status?: number;
  headers?: Record<string, string>;
  /** Sent as it is instead of a completion: a text, or an object as JSON. */
  body?: string | object;
  text?: string;
  model?: string;
  finish_reason?: string;
  /** Usage as it stands in the completion; `missing` leaves the member out. Default: 12 in, 5 out. */
  usage?: object | null | "missing";
  /** Nothing is sent before it is settled. */
  after?: Promise<unknown>;
  /**
   * `hang` sends nothing ever, `stall` the headers and half of the body and then nothing; `reset` cuts the connection instead of answering,
   * `reset_in_body` in the middle of the body.
   */
  fault?: "hang" | "stall" | "reset" | "reset_in_body";
}

/** One call as it came over the wire. */
export interface FakeCall {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  body: Record<string, unknown>;
  /** Resolves when the connection that it came on is closed. */
  closed: Promise<void>;
}

export interface FakeOpenAi {
  /** What an OpenAI client takes as its base URL. */
  base_url: string;
  /** Every call so far: what was really on the wire, whoever says otherwise. */
  calls: readonly FakeCall[];
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

/** A real HTTP server on loopback that speaks OpenAI's chat completions format and fails as it is told. */
export async function fakeOpenAi(): Promise<FakeOpenAi> {
  const calls: FakeCall[] = [];
  const scripted: FakeAnswer[] = [];
  const awaited: { n: number; resolve: (call: FakeCall) => void }[] = [];
  let fallback: FakeAnswer = {};

  const server = createServer(async (request, response) => {
    const call = await receive(request);
    calls.push(call);
    for (const { n, resolve } of awaited) if (n === calls.length) resolve(call);
    await answer(response, call, scripted.shift() ?? fallback);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    base_url: `http://127.0.0.1:${port}/v1`,
    calls,
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
  const body = JSON.parse(Buffer.concat(chunks).toString("utf8"));
  return { method: request.method ?? "", path: request.url ?? "", headers: request.headers, body, closed };
}

async function answer(response: ServerResponse, call: FakeCall, how: FakeAnswer): Promise<void> {
  await how.after;
  if (how.fault === "hang") return;
  if (how.fault === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  const body = typeof how.body === "string" ? how.body : JSON.stringify(how.body ?? completion(call, how));
  const length = String(Buffer.byteLength(body));
  response.writeHead(how.status ?? 200, {
    "content-type": "application/json",
    "content-length": length,
    ...how.headers,
  });
  if (how.fault === undefined) {
    response.end(body);
    return;
  }
  const sent = new Promise((resolve) => response.write(body.slice(0, body.length / 2), resolve));
  await sent;
  if (how.fault === "reset_in_body") response.socket?.resetAndDestroy();
}

function completion(call: FakeCall, how: FakeAnswer): object {
  const usage = how.usage === undefined ? { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 } : how.usage;
  return {
    id: "chatcmpl-fake",
    object: "chat.completion",
    created: 1_767_225_600,
    model: how.model ?? `${call.body.model}-2026-01-01`,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: how.text ?? "Take one small step.", refusal: null },
        logprobs: null,
        finish_reason: how.finish_reason ?? "stop",
      },
    ],
    ...(usage === "missing" ? {} : { usage }),
  };
}
