// What the server is asked, and what its answers mean. Nothing here throws or rejects.
import { type Outcome, RELEASE_TIMEOUT, REQUEST_TIMEOUT } from "./rules.ts";
import type { LicenseFetch, LicenseProblem, LicenseSession, LicenseTimers } from "./types.ts";

/** What a request came to that is made once, and not tried again. */
export type LicenseAnswer<Data> = { ok: true; data: Data } | { ok: false; problem: LicenseProblem };

export interface SeatRequest {
  license_key: string;
  hardware_id: string;
  instance_id?: string;
  name?: string;
}

/** What `validate` tells: `code` is `valid`, or why the licence is not. */
export interface Validation {
  valid: boolean;
  code: string;
  message: string;
  license?: Record<string, unknown>;
}

export interface LicenseApi {
  acquire(seat: SeatRequest): Promise<Outcome>;
  heartbeat(session_id: string): Promise<Outcome>;
  /** Sent before this returns, so that it goes out from a page that is being left. Resolves within 2 s, whatever comes of it. */
  release(session_id: string): Promise<void>;
  validate(body: { license_key: string; product?: string; hardware_id?: string }): Promise<LicenseAnswer<Validation>>;
  activate(body: Omit<SeatRequest, "instance_id">): Promise<LicenseAnswer<Record<string, unknown>>>;
  /** Gives up the requests under way. */
  abort(): void;
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
  retry_after_ms?: number;
}

export function createLicenseApi(options: {
  base_url: string;
  fetch: LicenseFetch;
  timers: LicenseTimers;
}): LicenseApi {
  const base = `${options.base_url.replace(/\/+$/, "")}/v1/licenses`;
  new URL(base); // Throws for an address that is none, at once and not in the background.
  const under_way = new Set<AbortController>();

  const call = async (method: string, path: string, body?: object, ms = REQUEST_TIMEOUT): Promise<Answer> => {
    const controller = new AbortController();
    under_way.add(controller);
    let timer: unknown;
    const late = new Promise<never>((_, reject) => {
      timer = options.timers.set(() => reject(new Error(`No answer within ${ms / 1_000} s`)), ms, true);
    });
    try {
      const request = options.fetch(`${base}${path}`, requestInit(method, body, controller.signal));
      return await Promise.race([request.then(readAnswer), late]);
    } finally {
      options.timers.clear(timer);
      controller.abort();
      under_way.delete(controller);
    }
  };
  const ask = (path: string, verdicts: Verdicts, body?: object): Promise<Outcome> =>
    call("POST", path, body).then((answer) => readOutcome(answer, verdicts), unreached);
  const askOnce = <Data>(path: string, body: object): Promise<LicenseAnswer<Data>> =>
    call("POST", path, body).then(
      (answer) =>
        answer.status === 200
          ? { ok: true, data: answer.body as Data }
          : { ok: false, problem: readProblem(answer) ?? unreachable(`HTTP ${answer.status}`, answer.status) },
      (error: unknown) => ({ ok: false, problem: unreached(error).problem }),
    );

  return {
    acquire: (seat) => ask("/acquire", acquireVerdicts, seat),
    heartbeat: (session_id) => ask(`/sessions/${encodeURIComponent(session_id)}/heartbeat`, heartbeatVerdicts),
    release: (session_id) =>
      call("DELETE", `/sessions/${encodeURIComponent(session_id)}`, undefined, RELEASE_TIMEOUT).then(
        () => undefined,
        () => undefined,
      ),
    validate: (body) => askOnce("/validate", body),
    activate: (body) => askOnce("/activate", body),
    abort: () => {
      for (const controller of under_way) controller.abort();
    },
  };
}

function requestInit(method: string, body: object | undefined, signal: AbortSignal): RequestInit {
  return {
    method,
    signal,
    // A key is sent to the address that it was meant for, and to none that it is sent on to.
    redirect: "error",
    credentials: "omit",
    cache: "no-store",
    keepalive: method === "DELETE",
    headers: {
      accept: "application/json, application/problem+json",
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  };
}

async function readAnswer(response: Response): Promise<Answer> {
  const text = await response.text();
  const wait = Number(response.headers.get("retry-after") ?? Number.NaN);
  return {
    status: response.status,
    body: parseObject(text),
    ...(Number.isFinite(wait) && wait > 0 && { retry_after_ms: wait * 1_000 }),
  };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

type Refusal = Exclude<Outcome["kind"], "granted" | "unanswered">;
type Verdicts = (status: number, code: string) => Refusal | undefined;

// A status alone is no verdict: proxies and hotel networks answer 403, 404 and 200 as well. The server's code is one.
const acquireVerdicts: Verdicts = (status, code) => {
  if (code === "licensing.seats_exhausted") return "seats_exhausted";
  if (code === "licensing.license_inactive") return "inactive";
  if (code === "licensing.license_not_found" || code === "licensing.key_invalid") return "refused";
  return (status === 400 || status === 422) && /^(?:request|licensing)\./.test(code) ? "refused" : undefined;
};

const heartbeatVerdicts: Verdicts = (status, code) => {
  if (code === "licensing.license_inactive") return "inactive";
  // What the server does not know is no seat either; the acquire that follows is told the reason.
  return (status === 410 || status === 404) && code.startsWith("licensing.") ? "seat_lost" : undefined;
};

function readOutcome(answer: Answer, verdicts: Verdicts): Outcome {
  if (answer.status === 200 || answer.status === 201) {
    return readGrant(answer.body) ?? unreached(new Error("The answer is not Plinth's"), answer.status);
  }
  const problem = readProblem(answer);
  if (problem === undefined)
    return { ...unreached(new Error(`HTTP ${answer.status}`), answer.status), ...pause(answer) };
  const kind = verdicts(answer.status, problem.code);
  return kind === undefined ? { kind: "unanswered", problem, ...pause(answer) } : { kind, problem };
}

function pause({ retry_after_ms }: Answer) {
  return retry_after_ms === undefined ? {} : { retry_after_ms };
}

function readGrant(body: Record<string, unknown>): Outcome | undefined {
  const { session_id, lease_expires_in, next_heartbeat_in, current_seats_used, max_seats, server_time } = body;
  if (typeof session_id !== "string" || typeof server_time !== "string" || session_id === "") return undefined;
  if (!isSeconds(lease_expires_in) || !isSeconds(next_heartbeat_in)) return undefined;
  if (typeof current_seats_used !== "number" || typeof max_seats !== "number") return undefined;
  const session: LicenseSession = { session_id, current_seats_used, max_seats, server_time };
  return { kind: "granted", session, lease_ms: lease_expires_in * 1_000, next_ms: next_heartbeat_in * 1_000 };
}

function isSeconds(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

/** The problem document (RFC 9457) of a refusal; undefined when it is not one of Plinth's. */
function readProblem({ status, body }: Answer): LicenseProblem | undefined {
  const { code, title, detail, reason, current_seats_used, max_seats, earliest_expiry } = body;
  if (typeof code !== "string") return undefined;
  return {
    code,
    status,
    detail: [detail, title, code].find((text) => typeof text === "string") as string,
    ...(typeof reason === "string" && { reason }),
    ...(typeof current_seats_used === "number" && { current_seats_used }),
    ...(typeof max_seats === "number" && { max_seats }),
    ...(typeof earliest_expiry === "string" && { earliest_expiry }),
  };
}

function unreached(error: unknown, status?: number): Outcome & { kind: "unanswered" } {
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: "unanswered", problem: unreachable(detail, status) };
}

function unreachable(detail: string, status?: number): LicenseProblem {
  return { code: "client.unreachable", detail, ...(status !== undefined && { status }) };
}
