import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type CallOptions, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { newSecret, readKey, writeKey } from "./key-text.ts";

let plinth: TestApp;
/** Another process on the same database. */
let other: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp({ env: { QUOTA_API_KEYS: "100000" } });
  other = await testApp({ beside: plinth, worker: false });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(async () => {
  await other.close();
  await plinth.close();
});

interface Made {
  id: string;
  key: string;
  prefix: string;
  last4: string;
}

const minute = 60_000;
const hour = 60 * minute;
const post = (path: string, body?: object, headers: Record<string, string> = {}) =>
  plinth.call("POST", path, { token: ada.access_token, body, headers });
const create = (more: object = {}) => post("/v1/api-keys", { name: "ci", scopes: ["billing:read"], ...more });
const make = async (more: object = {}): Promise<Made> => (await create(more)).body;
const rotate = async (id: string, body: object): Promise<Made> => (await post(`/v1/api-keys/${id}/rotate`, body)).body;
const revoke = (id: string) => plinth.call("DELETE", `/v1/api-keys/${id}`, { token: ada.access_token });
const use = async (key: string, options: CallOptions = {}, app = plinth) =>
  (await app.call("GET", "/v1/billing/subscriptions", { token: key, ...options })).status;
/** The same key with another secret, its checksum right. */
const guessed = (key: string) => {
  const text = readKey(key);
  if (text === undefined) throw new Error("That is no key");
  return writeKey({ ...text, secret: newSecret() });
};
const later = async (milliseconds: number, work: () => Promise<void>) => {
  plinth.clock.advance(milliseconds);
  try {
    await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
};

describe("the plaintext", () => {
  /** Every row of every table, as text. */
  const dump = async () => {
    const tables = await plinth.sql<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    let text = "";
    for (const { name } of tables) text += JSON.stringify(await plinth.sql(`select t::text as row from ${name} t`));
    return text;
  };

  test("K1: is in the answers to create and rotate alone; the others show how it begins and ends", async () => {
    const made = await create();
    expect(made.status).toBe(201);
    const { id, key, prefix, last4 } = made.body as Made;
    expect(key.startsWith(`${prefix}_`)).toBe(true);
    expect(readKey(key)?.secret.slice(-4)).toBe(last4);
    const rotated = await rotate(id, { overlap_hours: 0 });
    expect(rotated.key).not.toBe(key);
    const path = `/v1/api-keys/${id}`;
    for (const [method, url, body] of [
      ["GET", path, undefined],
      ["GET", "/v1/api-keys", undefined],
      ["PATCH", path, { name: "renamed" }],
    ] as const) {
      const answer = await plinth.call(method, url, { token: ada.access_token, body });
      expect(answer.status).toBe(200);
      const shown = answer.body.data?.find((each: Made) => each.id === id) ?? answer.body;
      expect(shown).toMatchObject({ prefix, last4: rotated.last4 });
      expect(JSON.stringify(answer.body)).not.toMatch(/secret|hash|"key"|pk_test_\w{22}_/);
    }
  });

  test("K1, K2: is in no table, log line or event, also when the answer is kept for an Idempotency-Key", async () => {
    const headers = { "idempotency-key": "make-once" };
    const body = { name: "once", scopes: ["billing:read"] };
    const first = await post("/v1/api-keys", body, headers);
    const again = await post("/v1/api-keys", body, headers);
    expect(again.body).toEqual(first.body);
    const rotation = { "idempotency-key": "rotate-once" };
    const second = await post(`/v1/api-keys/${first.body.id}/rotate`, {}, rotation);
    const secondAgain = await post(`/v1/api-keys/${first.body.id}/rotate`, {}, rotation);
    expect(secondAgain.body).toEqual(second.body);
    expect(await use(first.body.key)).toBe(200);
    expect(await use(second.body.key)).toBe(200);
    const kept = `${await dump()}${JSON.stringify(plinth.logged)}`;
    expect(kept).toContain(first.body.id);
    for (const { key } of [first.body, second.body]) {
      const secret = readKey(key)?.secret ?? "";
      for (const form of [secret, Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64")]) {
        expect(kept).not.toContain(form);
      }
    }
  });
});

describe("a damaged key", () => {
  const damaged = (key: string) => [
    `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`,
    `${key.slice(0, 40)}${key[40] === "x" ? "y" : "x"}${key.slice(41)}`,
    key.slice(0, -7),
    key.replace("pk_test_", "pk_live_"),
    key.toUpperCase(),
    `${key}0`,
    "pk_",
  ];
  /** Throws every process out of the database and lets none in. */
  const close = async () => {
    await plinth.sql(`alter database ${databaseName()} connection limit 0`);
    await plinth.sql(
      "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename <> current_user",
    );
  };
  const databaseName = () => new URL(plinth.owner_url).pathname.slice(1);
  const reopen = async () => {
    const client = new Client({ connectionString: new URL("/postgres", plinth.owner_url).toString() });
    await client.connect();
    await client.query(`alter database ${databaseName()} connection limit -1`);
    await client.end();
  };

  test("K5: is refused without a query: also while the database lets nobody in", async () => {
    const { key } = await make();
    await close();
    try {
      expect(await use(guessed(key))).toBe(503);
      for (const bad of damaged(key)) expect(await use(bad)).toBe(401);
      const live = writeKey({ id: readKey(key)?.id ?? "", environment: "live", secret: newSecret() });
      expect(await use(live)).toBe(401);
    } finally {
      await reopen();
    }
    await vi.waitFor(async () => expect(await use(key)).toBe(200), { timeout: 30_000, interval: 20 });
  });

  test("K5: gets the same answer as one that was made up, and as one that was revoked", async () => {
    const { id, key } = await make();
    const unknown = writeKey({ id: ada.user_id, environment: "test", secret: newSecret() });
    const revoked = await make();
    await revoke(revoked.id);
    expect(id).not.toBe(revoked.id);
    const answers = await Promise.all(
      [`${key.slice(0, -1)}ä`, guessed(key), unknown, revoked.key].map((token) =>
        plinth.call("GET", "/v1/billing/subscriptions", { token: encodeURI(token) }),
      ),
    );
    const shown = answers.map(({ status, body, headers }) => [
      status,
      body.code,
      body.title,
      headers["www-authenticate"],
    ]);
    expect(new Set(shown.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(shown[0]?.slice(0, 2)).toEqual([401, "request.unauthenticated"]);
  });
});

describe("revoking", () => {
  test("K3: ends a key here at once and in another process within a second", async () => {
    const { id, key } = await make();
    expect([await use(key), await use(key, {}, other)]).toEqual([200, 200]);
    expect((await revoke(id)).status).toBe(204);
    expect(await use(key)).toBe(401);
    await vi.waitFor(async () => expect(await use(key, {}, other)).toBe(401), { timeout: 20_000, interval: 5 });
  });

  test("K3: ends the key before a rotation too, and is for good: 404 for a second time, a rotation, a change", async () => {
    const { id, key } = await make();
    const next = await rotate(id, { overlap_hours: 24 });
    await revoke(id);
    expect([await use(key), await use(next.key)]).toEqual([401, 401]);
    const { access_token: token } = ada;
    expect((await revoke(id)).status).toBe(404);
    expect((await post(`/v1/api-keys/${id}/rotate`, {})).status).toBe(404);
    expect((await plinth.call("PATCH", `/v1/api-keys/${id}`, { token, body: { name: "x" } })).status).toBe(404);
    const shown = await plinth.call("GET", `/v1/api-keys/${id}`, { token });
    expect(shown.body.revoked_at).not.toBeNull();
  });

  test("K3: that races uses in two processes wins, 30 rounds", async () => {
    for (let round = 0; round < 30; round++) {
      const { id, key } = await make();
      await Promise.all([use(key), use(key, {}, other), revoke(id), use(key), use(key, {}, other)]);
      expect(await use(key)).toBe(401);
      await vi.waitFor(async () => expect(await use(key, {}, other)).toBe(401), { timeout: 20_000, interval: 5 });
    }
  });
});

describe("rotating", () => {
  test("K4: with an overlap of 24 hours both are good until then, on every node, then the new one alone", async () => {
    const { id, key } = await make();
    expect(await use(key, {}, other)).toBe(200);
    const next = await rotate(id, { overlap_hours: 24 });
    expect(next).toMatchObject({ id, rotated_at: expect.any(String), previous_expires_at: expect.any(String) });
    const both = async () => {
      expect([await use(key), await use(next.key)]).toEqual([200, 200]);
      await vi.waitFor(async () => expect(await use(next.key, {}, other)).toBe(200), { timeout: 20_000, interval: 5 });
      expect(await use(key, {}, other)).toBe(200);
    };
    await both();
    await later(24 * hour - minute, both);
    await later(24 * hour + 1_000, async () => {
      expect([await use(key), await use(key, {}, other)]).toEqual([401, 401]);
      expect([await use(next.key), await use(next.key, {}, other)]).toEqual([200, 200]);
    });
  });

  test("K4: with an overlap of 0 the old one ends at once, here and within a second elsewhere", async () => {
    const { id, key } = await make();
    expect(await use(key, {}, other)).toBe(200);
    const next = await rotate(id, { overlap_hours: 0 });
    expect([await use(key), await use(next.key)]).toEqual([401, 200]);
    await vi.waitFor(async () => expect(await use(key, {}, other)).toBe(401), { timeout: 20_000, interval: 5 });
    expect(await use(next.key, {}, other)).toBe(200);
  });

  test("K4: with an overlap of 0 ends an overlap that runs", async () => {
    const { id, key } = await make();
    const second = await rotate(id, {});
    const third = await rotate(id, { overlap_hours: 0 });
    expect([await use(key), await use(second.key), await use(third.key)]).toEqual([401, 401, 200]);
  });

  test("K4: ten at once without overlap leave one good key", async () => {
    const { id, key } = await make();
    const rotated = await Promise.all(Array.from({ length: 10 }, () => rotate(id, { overlap_hours: 0 })));
    const statuses = await Promise.all([key, ...rotated.map((each) => each.key)].map((each) => use(each)));
    expect(statuses.filter((status) => status === 200).length).toBe(1);
    expect(statuses.filter((status) => status === 401).length).toBe(10);
  });

  test.each([-1, 169, 1.5, "24", null])("K4: an overlap of %j hours is refused", async (overlap_hours) => {
    const { id, key } = await make();
    const answer = await post(`/v1/api-keys/${id}/rotate`, { overlap_hours });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, "/overlap_hours"]);
    expect(await use(key)).toBe(200);
  });
});

describe("its rate", () => {
  test("K8: is a 429 with Retry-After, never a 401: exactly 10 of 100 at once pass", async () => {
    const { key } = await make({ rate_per_minute: 10 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => plinth.call("GET", "/v1/billing/subscriptions", { token: key })),
    );
    const refused = answers.filter(({ status }) => status !== 200);
    expect(answers.length - refused.length).toBe(10);
    for (const { status, body, headers } of refused) {
      expect([status, body.code]).toEqual([429, "request.rate_limited"]);
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    }
    expect(await use(guessed(key))).toBe(401);
  });

  test("K8: is used up by nobody who has not the secret", async () => {
    const { key } = await make({ rate_per_minute: 3 });
    const stranger = guessed(key);
    for (let i = 0; i < 10; i++) expect(await use(stranger)).toBe(401);
    expect([await use(key), await use(key), await use(key), await use(key)]).toEqual([200, 200, 200, 429]);
  });

  test("K8: is each key's own, and the installation's where it says none", async () => {
    const small = await testApp({ beside: plinth, worker: false, env: { RATE_LIMIT_API_KEY: "2" } });
    try {
      for (const { key } of [await make(), await make()]) {
        const statuses = [await use(key, {}, small), await use(key, {}, small), await use(key, {}, small)];
        expect(statuses).toEqual([200, 200, 429]);
      }
    } finally {
      await small.close();
    }
  });
});

describe("what is kept of it", () => {
  let key: Made;
  beforeEach(async () => {
    key = await make();
  });
  const row = async () =>
    (
      await plinth.sql<{ version: string; last_used_at: Date | null }>(
        "select xmin::text as version, last_used_at from api_keys.keys where id = $1",
        [key.id],
      )
    )[0];

  test("K1: when it was last used is written at most once a minute", async () => {
    expect((await row())?.last_used_at).toBeNull();
    await Promise.all(Array.from({ length: 20 }, () => use(key.key)));
    await vi.waitFor(async () => expect((await row())?.last_used_at).not.toBeNull(), { timeout: 20_000, interval: 5 });
    const written = await row();
    for (let i = 0; i < 20; i++) await use(key.key);
    await later(50_000, async () => {
      await use(key.key);
    });
    await later(61_000, async () => {
      expect((await row())?.version).toBe(written?.version);
      await use(key.key);
      await vi.waitFor(async () => expect((await row())?.version).not.toBe(written?.version), {
        timeout: 20_000,
        interval: 5,
      });
    });
  });

  test("making, changing, rotating and revoking stand in the audit record, without a secret", async () => {
    await plinth.call("PATCH", `/v1/api-keys/${key.id}`, { token: ada.access_token, body: { name: "renamed" } });
    const next = await rotate(key.id, { overlap_hours: 3 });
    await revoke(key.id);
    const { body } = await plinth.call("GET", `/v1/workspaces/${ada.workspace_id}/audit-entries?limit=100`, {
      token: ada.access_token,
    });
    const own = (body.data as { target: string; action: string }[]).filter(
      ({ target }) => target === `api_key:${key.id}`,
    );
    const by = { actor_kind: "user", actor_id: ada.user_id, ip_address: "127.0.0.1", request_id: expect.any(String) };
    expect(own.reverse()).toEqual([
      expect.objectContaining({
        ...by,
        action: "api_keys.created",
        details: { scopes: ["billing:read"], role: "owner" },
      }),
      expect.objectContaining({ ...by, action: "api_keys.updated", details: { fields: ["name"], role: "owner" } }),
      expect.objectContaining({ ...by, action: "api_keys.rotated", details: { overlap_hours: 3, role: "owner" } }),
      expect.objectContaining({ ...by, action: "api_keys.revoked", details: { role: "owner" } }),
    ]);
    for (const { key: text } of [key, next]) expect(JSON.stringify(body)).not.toContain(readKey(text)?.secret);
  });
});
