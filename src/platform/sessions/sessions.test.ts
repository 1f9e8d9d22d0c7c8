import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
let eve: SignedUp;
beforeAll(async () => {
  plinth = await testApp({
    worker: false,
    env: {
      PASSWORD_HASH_MEMORY_KIB: "64",
      PASSWORD_HASH_PASSES: "1",
      SESSION_IDLE_DAYS: "30",
      SESSION_ABSOLUTE_DAYS: "90",
    },
  });
});
afterAll(() => plinth.close());
let people = 0;
beforeEach(async () => {
  people++;
  ada = await plinth.signUp(`ada${people}@example.com`);
  eve = await plinth.signUp(`eve${people}@example.com`);
});

const login = async (person: SignedUp, more: object = {}, headers: Record<string, string> = {}): Promise<SignedUp> => {
  const body = { email: person.email, password, ...more };
  const answer = await plinth.call("POST", "/v1/auth/login", { body, headers });
  return { ...person, ...answer.body };
};
const me = (token: string) => plinth.call("GET", "/v1/me", { token });
const refresh = (refresh_token: string) => plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token } });
const list = async ({ access_token: token }: SignedUp, query = "") =>
  (await plinth.call("GET", `/v1/me/sessions${query}`, { token })).body;
const end = (by: SignedUp, id: string) => plinth.call("DELETE", `/v1/me/sessions/${id}`, { token: by.access_token });
const logoutAll = (by: SignedUp, body?: object) =>
  plinth.call("POST", "/v1/auth/logout-all", { token: by.access_token, body });
const expectDead = async ({ access_token, refresh_token }: SignedUp) => {
  expect((await me(access_token)).status).toBe(401);
  expect((await refresh(refresh_token)).body.code).toBe("identity.refresh_invalid");
};
const expectAlive = async ({ access_token, refresh_token }: SignedUp) => {
  expect((await me(access_token)).status).toBe(200);
  expect((await refresh(refresh_token)).status).toBe(200);
};
const days = (count: number) => count * 86_400_000;

async function later<R>(milliseconds: number, work: () => Promise<R>): Promise<R> {
  plinth.clock.advance(milliseconds);
  try {
    return await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
}

describe("the list of sessions", () => {
  test("R14: tells where and when each began, and which one asks, and nothing secret", async () => {
    const phone = await login(ada, { device_label: "Phone" }, { "user-agent": "Test/1.0" });
    const { data, next_cursor } = await list(phone);
    expect(next_cursor).toBeNull();
    const shown = { ip_address: "127.0.0.1", transport: "bearer", methods: ["pwd"], impersonated: false };
    expect(data).toMatchObject([
      { ...shown, id: phone.session_id, current: true, user_agent: "Test/1.0", device_label: "Phone" },
      { ...shown, id: ada.session_id, current: false, device_label: null },
    ]);
    for (const { created_at, last_seen_at, expires_at } of data) {
      expect(Math.abs(Date.parse(created_at) - Date.now())).toBeLessThan(60_000);
      expect(Math.abs(Date.parse(last_seen_at) - Date.parse(created_at))).toBeLessThan(1_000);
      expect(Date.parse(expires_at) - Date.parse(created_at)).toBeCloseTo(days(90), -4);
    }
    const allowed =
      "created_at current device_label expires_at id impersonated ip_address last_seen_at methods transport";
    expect(Object.keys(data[0]).sort()).toEqual([...allowed.split(" "), "user_agent"].sort());
  });

  test("R14: has a person's own, and no ended ones", async () => {
    const [gone, alive] = [await login(ada), await login(ada)];
    await end(ada, gone.session_id);
    expect((await list(eve)).data.map(({ id }: { id: string }) => id)).toEqual([eve.session_id]);
    const ids = (await list(ada)).data.map(({ id }: { id: string }) => id);
    expect(ids).toEqual([alive.session_id, ada.session_id]);
    await later(days(31), async () => {
      const fresh = await login(ada);
      expect((await list(fresh)).data.map(({ id }: { id: string }) => id)).toEqual([fresh.session_id]);
    });
  });

  test("R14: says when a session was last seen: with its last refresh", async () => {
    await later(3_600_000, async () => {
      const { body } = await refresh(ada.refresh_token);
      const [session] = (await list({ ...ada, ...body })).data;
      expect(Date.parse(session.last_seen_at) - Date.parse(session.created_at)).toBeGreaterThan(3_590_000);
    });
  });

  test("R14: comes page by page, none twice", async () => {
    for (let i = 0; i < 6; i++) await login(ada);
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await list(ada, `?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`);
      ids.push(...page.data.map(({ id }: { id: string }) => id));
      cursor = page.next_cursor;
    }
    expect([ids.length, new Set(ids).size]).toEqual([7, 7]);
  });

  test("R14, K2: no token of a session is in the database, in any form", async () => {
    const child = (await refresh(ada.refresh_token)).body;
    const grandchild = (await refresh(child.refresh_token)).body;
    const tables = await plinth.sql<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
    );
    expect(tables.length).toBeGreaterThan(20);
    let dump = "";
    for (const { name } of tables)
      dump += JSON.stringify(await plinth.sql(`select to_jsonb(t)::text as row from ${name} t`));
    expect(dump).toContain(ada.session_id);
    for (const { access_token, refresh_token } of [ada, child, grandchild])
      for (const token of [access_token, refresh_token, refresh_token.slice(3), access_token.split(".")[2]]) {
        expect(dump).not.toContain(token);
        expect(dump).not.toContain(Buffer.from(token, "base64url").toString("hex"));
        expect(dump).not.toContain(Buffer.from(token).toString("hex"));
      }
  });
});

describe("ending a session", () => {
  test("one of one's own: neither of its tokens works from then on", async () => {
    const other = await login(ada);
    expect((await me(other.access_token)).status).toBe(200);
    expect((await end(ada, other.session_id)).status).toBe(204);
    await expectDead(other);
    expect((await end(ada, other.session_id)).status).toBe(404);
    await expectAlive(ada);
  });

  test("R15: another person's is none, and lives", async () => {
    const foreign = await end(eve, ada.session_id);
    const unknown = await end(eve, "00000000-0000-7000-8000-000000000000");
    const shown = ({ status, body }: typeof foreign) => ({ status, ...body, request_id: "" });
    expect(foreign.status).toBe(404);
    expect(shown(foreign)).toEqual(shown(unknown));
    expect((await end(eve, "x")).status).toBe(404);
    await expectAlive(ada);
  });

  test("R11: by a logout", async () => {
    expect((await me(ada.access_token)).status).toBe(200);
    const logout = () => plinth.call("POST", "/v1/auth/logout", { token: ada.access_token });
    expect((await logout()).status).toBe(204);
    await expectDead(ada);
    expect((await logout()).status).toBe(401);
  });

  test("R12: by logging out everywhere, on this device too", async () => {
    const others = [await login(ada), await login(ada)];
    for (const { access_token } of others) expect((await me(access_token)).status).toBe(200);
    expect((await logoutAll(ada, {})).body).toEqual({ ended: 3 });
    for (const session of [ada, ...others]) await expectDead(session);
    await expectAlive(eve);
  });

  test("R12: by logging out everywhere else", async () => {
    const others = [await login(ada), await login(ada)];
    expect((await logoutAll(ada, { keep_current: true })).body).toEqual({ ended: 2 });
    for (const session of others) await expectDead(session);
    expect((await logoutAll(ada, { keep_current: true })).body).toEqual({ ended: 0 });
    await expectAlive(ada);
  });

  test("R12: what is no answer to whether this one goes on ends nothing", async () => {
    expect((await logoutAll(ada, { keep_current: "false" })).status).toBe(422);
    expect((await logoutAll(ada, { keep_current: true, user_id: eve.user_id })).status).toBe(422);
    await expectAlive(ada);
  });

  test("all of it stands in the person's record", async () => {
    const [one, two] = [await login(ada), await login(ada)];
    await end(two, one.session_id);
    await logoutAll(two, { keep_current: true });
    const path = `/v1/workspaces/${ada.workspace_id}/audit-entries`;
    const { body } = await plinth.call("GET", path, { token: two.access_token });
    expect(body.data.slice(0, 2)).toMatchObject([
      { action: "identity.sessions_revoked", details: { count: 1 }, actor_id: ada.user_id },
      { action: "identity.session_revoked", target: `session:${one.session_id}` },
    ]);
  });

  test("R11: on another node is heard of here a moment later", async () => {
    expect((await me(ada.access_token)).status).toBe(200);
    await plinth.sql("update sessions.sessions set revoked_at = now() where id = $1", [ada.session_id]);
    const isRefused = async () => expect((await me(ada.access_token)).status).toBe(401);
    await vi.waitFor(isRefused, { timeout: 20_000, interval: 5 });
  });
});

describe("R10: a session ends by itself", () => {
  test("when it was not refreshed for 30 days", async () => {
    await later(days(30) - 60_000, async () => expect((await refresh(ada.refresh_token)).status).toBe(200));
    await later(days(30) + 60_000, async () => expect((await refresh(eve.refresh_token)).status).toBe(401));
  });

  test("after 90 days however often it was refreshed, access tokens included", async () => {
    let tokens: SignedUp = ada;
    const step = async (to: number, from: number) => {
      plinth.clock.advance(to - from);
      const { status, body } = await refresh(tokens.refresh_token);
      expect(status).toBe(200);
      tokens = { ...ada, ...body };
    };
    const times = [0, days(25), days(50), days(75), days(90) - 60_000];
    try {
      for (const [i, time] of times.entries()) if (i > 0) await step(time, times[i - 1] ?? 0);
      expect((await me(tokens.access_token)).status).toBe(200);
      const [{ expires_at }] = (await list(tokens)).data;
      expect(Date.parse(expires_at) - plinth.clock.now().getTime()).toBeLessThanOrEqual(60_000);
      plinth.clock.advance(120_000);
      await expectDead(tokens);
    } finally {
      plinth.clock.advance(-plinth.clock.offset());
    }
  });
});
