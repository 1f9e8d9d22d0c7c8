import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type LicensingStage, licensingStage } from "../../../test/support/licensing.ts";
import { systemClock } from "../../core/clock.ts";
import type { Role } from "../../core/context.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { serveReference } from "../../core/http/openapi.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { newId } from "../../core/id.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
// Declares the error of a suspended workspace, which routes name.
import "../workspaces/index.ts";
import { licensingRoutes } from "./routes.ts";

let t: LicensingStage;
let app: FastifyInstance;
const lines: string[] = [];

/** A server where the access token is role and workspace; the token `admin` is an administrator's. */
async function serve(): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const logger = createLogger({ LOG_LEVEL: "trace" }, { write: (line) => lines.push(line) });
  const metrics = createMetrics();
  const server = await createServer({ config, logger, metrics });
  await serveReference(server, "test");
  const [user_id, session_id] = [newId(), newId()];
  registerRoutes(server, licensingRoutes(t.licensing), {
    gatekeeper: {
      authenticate: async (token) => ({
        kind: "user",
        user_id: token === "admin" ? adminId : user_id,
        session_id: token.includes("_") ? token : session_id,
        ...(token.includes("_stale") ? {} : { authenticated_at: systemClock.now() }),
      }),
      authenticateCookie: async () => {
        throw requestErrors.unauthenticated();
      },
      requireAdmin: async (id) => {
        if (id !== adminId) throw requestErrors.forbidden();
      },
      enterWorkspace: async (actor) => {
        const [role, workspace_id = ""] = (actor.kind === "user" ? (actor.session_id ?? "") : "").split("_");
        return { workspace_id, role: role as Role };
      },
      requestsPerMinute: async () => 1_000_000,
    },
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(t.rates),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await server.ready();
  return server;
}

const adminId = newId();
beforeAll(async () => {
  t = await licensingStage();
  await t.licensing.signingKeys.maintain();
  app = await serve();
}, 300_000);
afterAll(async () => {
  await app.close();
  await t.close();
});

const call = (
  method: "GET" | "POST" | "DELETE",
  url: string,
  token?: string,
  payload?: object,
  remoteAddress = "192.0.2.1",
) =>
  app.inject({
    method,
    url,
    remoteAddress,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(payload === undefined ? {} : { payload }),
  });

test("members see the key masked, administrators and owners in full", async () => {
  const { workspace_id, license } = await t.licensed();
  const seen: Record<string, string> = {};
  for (const role of ["member", "admin", "owner"]) {
    const one = await call("GET", `/v1/licenses/${license.id}`, `${role}_${workspace_id}`);
    const list = await call("GET", "/v1/licenses", `${role}_${workspace_id}`);
    expect([one.statusCode, list.statusCode]).toEqual([200, 200]);
    expect(list.json().data).toEqual([one.json()]);
    seen[role] = one.json().license_key;
    expect(one.body).not.toMatch(/hash|sealed|signed/);
  }
  const masked = `CODITECT-****-****-****-****-${license.key_last4}`;
  expect(seen).toEqual({ member: masked, admin: license.license_key, owner: license.license_key });
});

test("the list is filtered, and in pages", async () => {
  const { workspace_id } = await t.licensed();
  await t.grant({ workspace_id, product: "swan" });
  await t.grant({ workspace_id, product: "swan", standing: "suspended", reason: "x", ends_at: new Date(0) });
  const get = async (query: string) => (await call("GET", `/v1/licenses${query}`, `member_${workspace_id}`)).json();
  const products = ({ data }: { data: { product: string }[] }) => data.map(({ product }) => product);
  expect(products(await get(""))).toEqual(["swan", "coditect"]);
  expect(products(await get("?product=swan"))).toEqual(["swan"]);
  expect(products(await get("?status=active"))).toEqual(["coditect"]);
  const first = await get("?limit=1");
  expect(products(await get(`?limit=1&cursor=${first.next_cursor}`))).toEqual(["coditect"]);
  expect((await call("GET", "/v1/licenses?status=good", `member_${workspace_id}`)).statusCode).toBe(422);
});

test("the file is downloaded as itself, or in JSON with what it says", async () => {
  const { workspace_id, license } = await t.licensed();
  const url = `/v1/licenses/${license.id}/download`;
  const token = `member_${workspace_id}`;
  const file = await call("GET", url, token);
  expect(file.statusCode).toBe(200);
  expect(file.headers).toMatchObject({
    "content-type": "application/jose",
    "content-disposition": 'attachment; filename="coditect-license.jws"',
  });
  const json = await call("GET", `${url}?format=json`, token);
  expect(json.json()).toMatchObject({ file: file.body, payload: { license_id: license.id, max_seats: 3 } });
  expect(json.json().payload.features).toEqual({ reports: { kind: "flag", enabled: true } });
  const keys = await call("GET", "/.well-known/license-keys.json");
  expect(keys.headers["cache-control"]).toBe("public, max-age=300");
  expect(keys.json().keys.map(({ kid }: { kid: string }) => kid)).toContain(json.json().kid);
  expect(keys.body).not.toMatch(/"(d|p|q|dp|dq|qi)"/);
  const unbound = await call("GET", `${url}?hardware_id=machine-0123456789abcdef`, token);
  expect([unbound.statusCode, unbound.json().code]).toEqual([403, "licensing.hardware_not_activated"]);
  const stranger = await t.licensed();
  const foreign = await call("GET", url, `owner_${stranger.workspace_id}`);
  const random = await call("GET", url.replace(license.id, newId()), `owner_${stranger.workspace_id}`);
  expect([foreign.statusCode, random.statusCode]).toEqual([404, 404]);
  expect(foreign.json().code).toBe(random.json().code);
});

test("a key is looked at by anybody, in the body or in the path, where it stands in no log line", async () => {
  const { license } = await t.licensed();
  const { license_key } = license;
  const posted = await call("POST", "/v1/licenses/validate", undefined, { license_key, product: "coditect" });
  expect([posted.statusCode, posted.json().code]).toEqual([200, "valid"]);
  expect(posted.body).not.toMatch(/workspace|hash|sealed/);
  const got = await call("GET", `/v1/licenses/${license_key}/status`);
  expect([got.statusCode, got.json().code]).toEqual([200, "valid"]);
  const spaced = await call(
    "GET",
    `/v1/licenses/${encodeURIComponent(license_key.replaceAll("-", " ").toLowerCase())}/status`,
  );
  expect(spaced.json().code).toBe("valid");
  expect((await call("GET", "/v1/licenses/nonsense/status")).json()).toMatchObject({
    valid: false,
    code: "malformed_key",
  });
  expect((await call("POST", `/v1/licenses/${license_key}/status`, undefined, {})).statusCode).toBe(405);
  expect((await call("GET", `/v1/licenses/${license_key}/nothing`)).statusCode).toBe(404);
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.join("\n")).not.toContain(license_key);
});

test("21: 60 in a minute from an address, then 429 with Retry-After; another address is not held up", async () => {
  const ask = (from: string) => call("POST", "/v1/licenses/validate", undefined, { license_key: "nonsense" }, from);
  const codes: number[] = [];
  for (let n = 0; n < 61; n++) codes.push((await ask("198.51.100.7")).statusCode);
  expect(codes).toEqual([...Array(60).fill(200), 429]);
  expect(Number((await ask("198.51.100.7")).headers["retry-after"])).toBeGreaterThan(0);
  expect((await ask("198.51.100.8")).statusCode).toBe(200);
});

test("21: an office of activated machines behind one address is not held up by that", async () => {
  const { license } = await t.licensed();
  const { license_key } = license;
  const office = "198.51.100.9";
  const machines = ["machine-0123456789abcdef", "machine-fedcba9876543210"];
  const ask = (hardware_id: string | undefined, path = "validate") =>
    call("POST", `/v1/licenses/${path}`, undefined, { license_key, hardware_id }, office);
  for (const hardware_id of machines) expect((await ask(hardware_id, "activate")).statusCode).toBe(201);
  for (let n = 0; n < 55; n++) {
    for (const hardware_id of machines) expect((await ask(hardware_id)).statusCode).toBe(200);
  }
  let others = 0;
  while ((await ask("machine-that-is-not-activated")).statusCode === 200) others++;
  expect(others).toBeLessThan(60);
  expect((await ask(machines[0])).statusCode).toBe(429);
});

test("a machine is activated with 201, again with 200, listed and removed", async () => {
  const { workspace_id, license } = await t.licensed();
  const { license_key } = license;
  const hardware_id = "machine-0123456789abcdef";
  const activate = (body: object) =>
    call("POST", "/v1/licenses/activate", undefined, { license_key, hardware_id, ...body });
  const first = await activate({ name: "Ada's laptop" });
  expect([first.statusCode, first.json().name]).toEqual([201, "Ada's laptop"]);
  expect((await activate({})).statusCode).toBe(200);
  for (const bad of ["short", "with a space 0123456789", `x${"y".repeat(128)}`, "ümlaut-0123456789abcdef"]) {
    expect((await activate({ hardware_id: bad })).statusCode).toBe(422);
  }
  const malformed = await activate({ license_key: "nonsense" });
  expect([malformed.statusCode, malformed.json().code]).toEqual([422, "licensing.key_invalid"]);
  const url = `/v1/licenses/${license.id}/activations`;
  const list = await call("GET", url, `member_${workspace_id}`);
  expect(list.json().data).toMatchObject([{ hardware_id, license_id: license.id }]);
  const one = `${url}/${first.json().id}`;
  expect((await call("DELETE", one, `member_${workspace_id}`)).statusCode).toBe(403);
  expect((await call("DELETE", one, `admin_${workspace_id}`)).statusCode).toBe(204);
  expect((await call("DELETE", one, `admin_${workspace_id}`)).statusCode).toBe(404);
});

test("an owner with a recent sign-in gives a licence another key; the old one is nobody's from then on", async () => {
  const { workspace_id, license } = await t.licensed();
  const url = `/v1/licenses/${license.id}/rotate-key`;
  expect((await call("POST", url, `admin_${workspace_id}`)).statusCode).toBe(403);
  expect((await call("POST", url, `owner_${workspace_id}_stale`)).json().code).toBe("request.step_up_required");
  const rotated = await call("POST", url, `owner_${workspace_id}`);
  expect(rotated.statusCode).toBe(200);
  const { license_key } = rotated.json();
  expect(license_key).not.toBe(license.license_key);
  const check = async (key: string) =>
    (await call("POST", "/v1/licenses/validate", undefined, { license_key: key })).json().code;
  expect([await check(license.license_key), await check(license_key)]).toEqual(["unknown_key", "valid"]);
  const file = await call("GET", `/v1/licenses/${license.id}/download?format=json`, `owner_${workspace_id}`);
  expect(file.json().payload).toMatchObject({ revision: 2, key_last4: license_key.slice(-4) });
});

test("administrators see all licences, masked, and the keys that sign", async () => {
  const { workspace_id, license } = await t.licensed();
  const all = await call("GET", `/v1/admin/licenses?workspace_id=${workspace_id}&product=coditect`, "admin");
  expect(all.json().data).toMatchObject([{ id: license.id, workspace_id }]);
  expect(all.body).not.toContain(license.license_key);
  expect((await call("GET", "/v1/admin/licenses?limit=2", "admin")).json().data).toHaveLength(2);
  expect((await call("GET", "/v1/admin/licenses", `owner_${workspace_id}`)).statusCode).toBe(403);
  expect((await call("GET", "/v1/admin/license-keys", "admin")).json().data).toMatchObject([{ stage: "signing" }]);
  expect((await call("POST", "/v1/admin/license-keys/rotate", `owner_${workspace_id}`)).statusCode).toBe(403);
});

test("every route is in the reference", async () => {
  const { paths } = (await call("GET", "/openapi.json")).json();
  const methods = Object.values<object>(paths).flatMap((path) => Object.keys(path));
  expect(methods).toHaveLength(licensingRoutes(t.licensing).length);
});
