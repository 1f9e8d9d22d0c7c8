// The licence endpoints of the contract, in memory, with the semantics of the real ones: leases that end (half-open), fencing by
// session id, and an acquire that is idempotent for a machine.
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface FakeLicense {
  product: string;
  max_seats: number;
  status: string;
  reason?: string;
}

interface FakeSession {
  session_id: string;
  license_key: string;
  hardware_id: string;
  instance_id: string;
  expires_at: number;
}

interface Reply {
  status: number;
  body?: object;
  headers?: Record<string, string>;
}

export interface FakeLicenseServer {
  port: number;
  licenses: Map<string, FakeLicense>;
  /** `METHOD path` of each request in order, with the answer's status. */
  requests: string[];
  bodies: Record<string, unknown>[];
  /** Answers the next requests in place of the endpoint. */
  script: (Reply & { text?: string })[];
  live(license_key: string): FakeSession[];
  /** Another machine asks, past all networks. */
  take(license_key: string, hardware_id: string): Reply;
  close(): Promise<void>;
}

export const ttl_seconds = 360;
export const heartbeat_seconds = 300;

export async function startLicenseServer(now: () => number): Promise<FakeLicenseServer> {
  const licenses = new Map<string, FakeLicense>();
  const sessions = new Map<string, FakeSession>();
  const requests: string[] = [];
  const bodies: Record<string, unknown>[] = [];
  const script: FakeLicenseServer["script"] = [];

  const live = (license_key: string) =>
    [...sessions.values()].filter((session) => session.license_key === license_key && session.expires_at > now());
  const granted = (session: FakeSession, status = 200): Reply => {
    session.expires_at = now() + ttl_seconds * 1_000;
    const body = {
      session_id: session.session_id,
      lease_expires_in: ttl_seconds,
      next_heartbeat_in: heartbeat_seconds,
      current_seats_used: live(session.license_key).length,
      max_seats: licenses.get(session.license_key)?.max_seats ?? 0,
      server_time: new Date(now()).toISOString(),
    };
    return { status, body };
  };
  const acquire = (license_key: string, hardware_id: string, instance_id = ""): Reply => {
    const license = licenses.get(license_key);
    if (license === undefined) return problem(404, "licensing.key_invalid");
    if (license.status !== "active") return problem(403, "licensing.license_inactive", { reason: license.reason });
    const taken = live(license_key);
    const own = taken.find((session) => session.hardware_id === hardware_id && session.instance_id === instance_id);
    if (own !== undefined) return granted(own);
    if (taken.length >= license.max_seats) return full(taken, license.max_seats);
    const session = { session_id: randomUUID(), license_key, hardware_id, instance_id, expires_at: 0 };
    sessions.set(session.session_id, session);
    return granted(session, 201);
  };
  const heartbeat = (session_id: string): Reply => {
    const session = sessions.get(session_id);
    const license = licenses.get(session?.license_key ?? "");
    if (license !== undefined && license.status !== "active")
      return problem(403, "licensing.license_inactive", { reason: license.reason });
    if (session === undefined || session.expires_at <= now()) return problem(410, "licensing.seat_lost");
    return granted(session);
  };
  const validate = (license_key: string, product?: string): Reply => {
    const license = licenses.get(license_key);
    const code =
      license === undefined
        ? "unknown_key"
        : license.product === (product ?? license.product)
          ? "valid"
          : "product_mismatch";
    return { status: 200, body: { valid: code === "valid", code, message: code } };
  };
  const route = (name: string, body: Record<string, string>): Reply => {
    const [, session_id = ""] = /sessions\/([^/]+)/.exec(name) ?? [];
    const { license_key = "", hardware_id = "", instance_id, product } = body;
    if (name === "POST /v1/licenses/validate") return validate(license_key, product);
    if (name === "POST /v1/licenses/activate") return { status: 200, body: { hardware_id } };
    if (name === "POST /v1/licenses/acquire") return acquire(license_key, hardware_id, instance_id);
    if (name.startsWith("POST /v1/licenses/sessions/")) return heartbeat(session_id);
    if (!name.startsWith("DELETE /v1/licenses/sessions/")) return problem(404, "request.not_found");
    sessions.delete(session_id);
    return { status: 204 };
  };

  const server = createServer(async (request, response) => {
    const body = await readBody(request);
    const name = `${request.method} ${request.url}`;
    const scripted = script.shift();
    const reply = scripted ?? route(name, body);
    requests.push(`${name.replace(/sessions\/[^/]+/, "sessions/{id}")} ${reply.status}`);
    bodies.push(body);
    const type = reply.status < 400 ? "application/json" : "application/problem+json";
    response.writeHead(reply.status, { "content-type": type, ...reply.headers });
    response.end(scripted?.text ?? (reply.body && JSON.stringify(reply.body)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    licenses,
    requests,
    bodies,
    script,
    live,
    take: acquire,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return text === "" ? {} : JSON.parse(text);
}

export function problem(status: number, code: string, more: object = {}): Reply {
  return { status, body: { type: `/docs/errors#${code}`, title: code, status, code, request_id: "r", ...more } };
}

function full(taken: FakeSession[], max_seats: number): Reply {
  const earliest_expiry = new Date(Math.min(...taken.map(({ expires_at }) => expires_at))).toISOString();
  return problem(429, "licensing.seats_exhausted", { current_seats_used: taken.length, max_seats, earliest_expiry });
}
