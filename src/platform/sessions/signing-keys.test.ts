import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { password, type TestApp, testApp } from "../../../test/support/app.ts";
import { type App, createApp } from "../../app.ts";
import { loadConfig } from "../../core/config.ts";
import { open } from "../../core/crypto.ts";
import { createLogger } from "../../core/logger.ts";
import { createAudit } from "../audit/index.ts";
import { createSessions } from "./index.ts";

const env = { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1", AUTH_RATE_LIMIT: "1000000" };
const minute = 60_000;

let plinth: TestApp;
let others: App[] = [];
beforeAll(async () => {
  plinth = await testApp({ worker: false, env });
  await plinth.signUp("ada@example.com");
  await plinth.signUp("root@example.com");
  await plinth.app.promote("root@example.com");
});
afterAll(() => plinth.close());
beforeEach(async () => {
  // One key that has signed for a while, as it would be on an ordinary day.
  await plinth.sql("delete from sessions.signing_keys");
  await waitFor(async () => expect(await stages()).toEqual(["signing"]));
});
afterEach(async () => {
  await Promise.all(others.map((app) => app.stop()));
  others = [];
});

interface SigningKey {
  kid: string;
  stage: string;
  created_at: string;
  active_from: string;
  retires_at: string | null;
}
/** What goes from process to process takes the time that the machine takes. */
const waitFor = <R>(check: () => Promise<R>) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const login = async (email: string) =>
  (await plinth.call("POST", "/v1/auth/login", { body: { email, password } })).body;
const asAdmin = async (method: "GET" | "POST" | "DELETE", path = "") => {
  const { access_token } = await login("root@example.com");
  return plinth.call(method, `/v1/admin/signing-keys${path}`, { token: access_token });
};
const keysNow = async (): Promise<SigningKey[]> => (await asAdmin("GET")).body.data;
const stages = async () => (await keysNow()).map(({ stage }) => stage);
const kidOf = (token: string): string => JSON.parse(Buffer.from(token.split(".")[0] ?? "", "base64url").toString()).kid;
const published = async (app = plinth.app): Promise<string[]> =>
  (await app.http.inject("/.well-known/jwks.json")).json().keys.map(({ kid }: { kid: string }) => kid);
const statusOf = async (token: string, app = plinth.app) =>
  (await app.http.inject({ url: "/v1/me", headers: { authorization: `Bearer ${token}` } })).statusCode;
const signedBy = async (email = "ada@example.com") => kidOf((await login(email)).access_token);

/** Another process of this installation, with the tasks that come every hour when it is a worker. */
async function anotherProcess(role: "api" | "all"): Promise<App> {
  const config = loadConfig({ ...env, NODE_ENV: "test", LOG_LEVEL: "silent", DATABASE_POOL_SIZE: "4" });
  const logger = createLogger(config);
  const app = await createApp({
    ...plinth,
    config,
    logger,
    role,
    public_url: "http://plinth.test",
    products: [],
    plans: [],
  });
  others.push(app);
  await app.start();
  await app.http.ready();
  return app;
}

/** Lets the tasks run that come every hour, as a worker does when it starts. */
async function keepHouse(): Promise<void> {
  const app = await anotherProcess("all");
  const isDone = 'plinth_database_system_tasks_total{reason="forget ended sessions"}';
  await waitFor(async () => expect((await app.http.inject("/metrics")).body).toContain(isDone));
}

async function at<R>(minutes: number, work: () => Promise<R>): Promise<R> {
  plinth.clock.advance(minutes * minute);
  try {
    return await work();
  } finally {
    plinth.clock.advance(-minutes * minute);
  }
}

test("J12: a new key is published at once, signs after the lead, and the old one verifies on until its last token is over", async () => {
  const [before] = await keysNow();
  const { status, body } = await asAdmin("POST");
  expect(status).toBe(201);
  const [present, next] = body.data as [SigningKey, SigningKey];
  expect([present.kid, present.stage, next.stage]).toEqual([before?.kid, "signing", "published"]);
  const lead = Date.parse(next.active_from) - Date.parse(next.created_at);
  expect(lead).toBe(60 * minute);
  expect(Date.parse(present.retires_at ?? "")).toBeGreaterThan(Date.parse(next.active_from) + 10 * minute);
  expect(next.retires_at).toBeNull();
  await waitFor(async () => expect((await published()).sort()).toEqual([present.kid, next.kid].sort()));
  const cached = (await plinth.call("GET", "/.well-known/jwks.json")).headers["cache-control"];
  expect(Number(/max-age=(\d+)/.exec(String(cached))?.[1]) * 1_000).toBeLessThan(lead);

  const old = await at(59, () => login("ada@example.com"));
  expect(kidOf(old.access_token)).toBe(present.kid);
  await at(61, async () => {
    expect(await signedBy()).toBe(next.kid);
    expect(await statusOf(old.access_token)).toBe(200);
    expect(await stages()).toEqual(["verifying", "signing"]);
  });
  await at(68, async () => expect(await statusOf(old.access_token)).toBe(200));
  await at(70, async () => expect(await statusOf(old.access_token)).toBe(401));
});

test("J12: the housekeeping publishes the next key in time and retires the old one after its last token", async () => {
  const day = 24 * 60;
  const [first] = await keysNow();
  await at(90 * day - 61, keepHouse);
  expect(await stages()).toEqual(["signing"]);
  await at(90 * day - 59, keepHouse);
  expect(await stages()).toEqual(["signing", "published"]);
  const over = Date.parse((await keysNow())[0]?.retires_at ?? "") - plinth.clock.now().getTime();
  expect(over).toBeGreaterThan((90 * day + 10) * minute);
  await at(over / minute - 1, keepHouse);
  expect((await keysNow())[0]?.kid).toBe(first?.kid);
  await at(over / minute + 1, keepHouse);
  expect((await keysNow()).map(({ kid }) => kid)).not.toContain(first?.kid);
  await waitFor(async () => expect(await published()).not.toContain(first?.kid));
});

test("J12: a token of half an hour, made in another's name, outlives the change of keys as well", async () => {
  const [ada] = await plinth.sql<{ id: string }>("select id from identity.users where email = 'ada@example.com'");
  await asAdmin("POST");
  const acting = await at(59, async () => {
    const { access_token } = await login("root@example.com");
    const path = `/v1/admin/users/${ada?.id}/impersonate`;
    return (await plinth.call("POST", path, { token: access_token, body: { reason: "a test" } })).body;
  });
  expect(acting.expires_in).toBe(1_800);
  await at(75, async () => {
    expect(await statusOf(acting.access_token)).toBe(200);
    await keepHouse();
    expect(await stages()).toContain("signing");
    expect(await statusOf(acting.access_token)).toBe(200);
  });
});

test("J12: every token of a key that was taken out of use is refused, seen before or not; the sessions go on", async () => {
  const seen = await login("ada@example.com");
  const unseen = await login("ada@example.com");
  expect(await statusOf(seen.access_token)).toBe(200);
  const kid = kidOf(seen.access_token);
  expect((await asAdmin("DELETE", `/${kid}`)).status).toBe(204);
  await waitFor(async () => expect(await statusOf(seen.access_token)).toBe(401));
  expect(await statusOf(unseen.access_token)).toBe(401);
  expect(await published()).not.toContain(kid);
  const body = { refresh_token: seen.refresh_token };
  const refreshed = await plinth.call("POST", "/v1/auth/refresh", { body });
  expect(kidOf(refreshed.body.access_token)).not.toBe(kid);
  expect(await statusOf(refreshed.body.access_token)).toBe(200);
  expect((await asAdmin("DELETE", `/${kid}`)).status).toBe(404);
});

test("J12: with the signing key gone the published one keeps its lead, and another signs at once", async () => {
  const { body } = await asAdmin("POST");
  const [present, next] = body.data as [SigningKey, SigningKey];
  await asAdmin("DELETE", `/${present.kid}`);
  await waitFor(async () => expect([present.kid, next.kid]).not.toContain(await signedBy()));
  expect((await stages()).sort()).toEqual(["published", "signing"]);
});

test("J12: another process publishes, signs and refuses what this one does a moment later", async () => {
  const other = await anotherProcess("api");
  const [present] = await keysNow();
  const old = await at(59, () => login("ada@example.com"));
  expect(await at(59, () => statusOf(old.access_token, other))).toBe(200);

  const { body } = await asAdmin("POST");
  const kids = body.data.map(({ kid }: SigningKey) => kid);
  await waitFor(async () => expect(await published(other)).toEqual(kids));
  await at(61, async () => {
    const payload = { email: "ada@example.com", password };
    const { access_token } = (await other.http.inject({ method: "POST", url: "/v1/auth/login", payload })).json();
    expect(kidOf(access_token)).toBe(kids[1]);
    expect(await statusOf(access_token)).toBe(200);
  });
  await asAdmin("DELETE", `/${present?.kid}`);
  await at(60, () => waitFor(async () => expect(await statusOf(old.access_token, other)).toBe(401)));
});

test("J12: a process that no notification reaches, as behind a pooler, follows all the same", async () => {
  const options = {
    ...plinth,
    audit: createAudit(plinth),
    public_url: "http://plinth.test",
    access_token_minutes: 10,
    sessions: { idle_days: 30, absolute_days: 90, refresh_grace_seconds: 30 },
    signing_keys: { signs_days: 90, lead_minutes: 60 },
  };
  expect(plinth.listener.connected()).toBe(false);
  const deaf = createSessions(options);
  const { access_token, user } = await login("ada@example.com");
  expect(await deaf.authenticate(access_token)).toMatchObject({ user_id: user.id });
  await asAdmin("POST");
  await waitFor(async () => expect((await deaf.jwks()).keys.length).toBe(2));
  await asAdmin("DELETE", `/${kidOf(access_token)}`);
  await waitFor(() => expect(deaf.authenticate(access_token)).rejects.toThrow(/Authentication is required/));
});

test("J12: many processes that start at once on an empty table sign with one key", async () => {
  await plinth.sql("delete from sessions.signing_keys");
  const apps = await Promise.all(Array.from({ length: 4 }, () => anotherProcess("all")));
  const sets = await Promise.all(apps.map((app) => published(app)));
  expect(new Set(sets.flat()).size).toBe(1);
  const [row] = await plinth.sql("select count(*)::int as keys from sessions.signing_keys");
  expect(row).toEqual({ keys: 1 });
});

test("the private parts are encrypted at rest, for this installation alone, and go when the key does", async () => {
  const [row] = await plinth.sql<{ kid: string; public_jwk: object; private_jwk_sealed: Buffer }>(
    "select kid, public_jwk, private_jwk_sealed from sessions.signing_keys",
  );
  if (row === undefined) throw new Error("There is no key");
  const { d } = JSON.parse(open(plinth.keyring.derive("identity:signing-keys"), row.private_jwk_sealed));
  expect(d).toMatch(/^[\w-]{43}$/);
  const [dump] = await plinth.sql<{ text: string }>("select to_jsonb(k)::text as text from sessions.signing_keys k");
  const raw = row.private_jwk_sealed.toString("latin1");
  for (const form of [d, Buffer.from(d, "base64url").toString("hex")]) expect(dump?.text).not.toContain(form);
  expect(raw).not.toContain(Buffer.from(d, "base64url").toString("latin1"));
  expect(Object.keys(row.public_jwk)).not.toContain("d");
  expect(() => open(plinth.keyring.derive("another purpose"), row.private_jwk_sealed)).toThrow();
  await asAdmin("DELETE", `/${row.kid}`);
  const [retired] = await plinth.sql(
    "select private_jwk_sealed, retired_at is not null as retired from sessions.signing_keys where kid = $1",
    [row.kid],
  );
  expect(retired).toEqual({ private_jwk_sealed: Buffer.alloc(0), retired: true });
});
