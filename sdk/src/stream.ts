import type { paths } from "./api.types.ts";
import { readEvents } from "./event-stream.ts";

/** What an error is told by (RFC 9457). */
export interface Problem {
  type: string;
  title: string;
  status: number;
  /** What a program decides by. */
  code: string;
  request_id: string;
  detail?: string;
  errors?: { pointer: string; detail: string }[];
  [member: string]: unknown;
}

/** A stream that was refused, or ended with an error. */
export class StreamProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail ?? problem.title);
    this.name = "StreamProblem";
    this.problem = problem;
  }
}

interface Streaming {
  responses: { 200: { content: { "text/event-stream": unknown } } };
}

/** Paths whose POST can answer with a stream. */
export type StreamPath = {
  [P in keyof paths]: paths[P] extends { post: Streaming } ? P : never;
}[keyof paths];

type PostOf<P extends StreamPath> = paths[P] extends { post: infer Post } ? Post : never;
type BodyOf<P extends StreamPath> =
  PostOf<P> extends { requestBody?: infer Body }
    ? NonNullable<Body> extends { content: { "application/json": infer Content } }
      ? Content
      : never
    : never;
type DataOf<P extends StreamPath> =
  PostOf<P> extends { responses: { 200: { content: { "text/event-stream": infer Data } } } } ? Data : never;
type ParamsOf<P extends StreamPath> = PostOf<P> extends { parameters: { path: infer Path } } ? { path: Path } : unknown;

/** One event: its name, and its data as the API declares them. */
export interface StreamEvent<Data> {
  event: string;
  id?: string;
  data: Data;
}

interface StreamOptions {
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** `stream(path, body, { params: { path: { … } }, signal, headers })`, typed by the path. */
export type Stream = <P extends StreamPath>(
  path: P,
  body: BodyOf<P>,
  ...options: ParamsOf<P> extends { path: object }
    ? [StreamOptions & { params: ParamsOf<P> }]
    : [(StreamOptions & { params?: { path?: object } })?]
) => AsyncGenerator<StreamEvent<DataOf<P>>, void, undefined>;

export function createStream(base_url: string, send: (request: Request) => Promise<Response>): Stream {
  return async function* (path, body, ...[options]) {
    const { signal, headers = {}, params } = options ?? {};
    const answer = await send(
      new Request(urlOf(base_url, path, { ...params?.path }), {
        method: "POST",
        headers: { "content-type": "application/json", accept: "text/event-stream", ...headers },
        body: JSON.stringify(body),
        ...(signal && { signal }),
      }),
    );
    const type = answer.headers.get("content-type") ?? "";
    if (!answer.ok) throw new StreamProblem(await problemOf(answer, type));
    if (answer.body === null || !type.startsWith("text/event-stream")) {
      await answer.body?.cancel();
      throw new TypeError(`The server answered ${path} with ${type || "nothing"} and not with a stream`);
    }
    for await (const { data, ...event } of readEvents(answer.body)) {
      if (event.event === "error") throw new StreamProblem(JSON.parse(data));
      yield { ...event, data: parsed(data) };
    }
  };
}

function urlOf(base_url: string, path: string, params: Record<string, unknown>): URL {
  return new URL(
    path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(params[name]))),
    base_url,
  );
}

/** What a server or a proxy in between refused with. */
async function problemOf(answer: Response, type: string): Promise<Problem> {
  if (type.includes("json")) return (await answer.json()) as Problem;
  const { status } = answer;
  const request_id = answer.headers.get("x-request-id") ?? "";
  return { type: "about:blank", title: `The server answered ${status}`, status, code: `http.${status}`, request_id };
}

/** The event's data as the API declares it: JSON, or the word that some streams end with. */
function parsed<Data>(text: string): Data {
  try {
    return JSON.parse(text);
  } catch {
    return text as Data;
  }
}
