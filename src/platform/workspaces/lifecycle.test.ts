import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { randomId } from "../../../test/support/routes.ts";

const day = 86_400_000;

let plinth: TestApp;
let root: SignedUp;
let ada: SignedUp;
let mia: SignedUp;
/** Ada owns it, Mia is a member; a key of it with every scope. */
let team: string;
let key: { id: string; key: string };
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
  root = await plinth.signUp("root@example.com");
  await plinth.sql("update identity.users set role = 'admin' where id = $1", [root.user_id]);
  ada = await plinth.signUp("ada@example.com");
  mia = await plinth.signUp("mia@example.com");
});
afterAll(() => plinth.close());
beforeEach(async () => {
  team = (await as(ada, "POST", "/v1/workspaces", { name: "The Team" })).body.id;
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team,
    mia.user_id,
  ]);
  const scopes = (await as(ada, "GET", "/v1/api-key-scopes")).body.data;
  key = (await inTeam(ada.access_token, "POST", "/v1/api-keys", { name: "test", scopes, role: "admin" })).body;
});

type Method = "GET" | "POST" | "PATCH" | "DELETE";
const as = (person: SignedUp, method: Method, path: string, body?: object) =>
  plinth.call(method, path, { token: person.access_token, body });
const inTeam = (token: string, method: Method, path: string, body?: object) =>
  plinth.call(method, path, { token, body, headers: { "plinth-workspace": team } });
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const look = (token = ada.access_token) => plinth.call("GET", `/v1/workspaces/${team}`, { token });
const rename = () => as(ada, "PATCH", `/v1/workspaces/${team}`, { name: "Renamed" });
const suspend = (reason = "unpaid since May") => as(root, "POST", `/v1/admin/workspaces/${team}/suspend`, { reason });
const reinstate = () => as(root, "POST", `/v1/admin/workspaces/${team}/reinstate`, { reason: "paid" });
const remove = (person = ada) => as(person, "DELETE", `/v1/workspaces/${team}`);
const ask = (token: string) => inTeam(token, "POST", "/v1/prism/turns", { question: "Why am I tired?" });

describe("a suspended workspace", () => {
  test("can be read, by people and keys, and nothing in it changed; everybody in it sees why", async () => {
    expect((await suspend()).body).toMatchObject({
      id: team,
      status: "suspended",
      suspended_reason: "unpaid since May",
    });
    for (const token of [ada.access_token, mia.access_token, key.key]) {
      expect(await look(token)).toMatchObject({ status: 200, body: { suspended_reason: "unpaid since May" } });
      expect((await inTeam(token, "GET", "/v1/prism/turns")).status).toBe(200);
      expect(coded(await ask(token))).toBe("403 workspaces.suspended");
    }
    expect(coded(await rename())).toBe("403 workspaces.suspended");
    expect(await plinth.sql("select from prism.turns where workspace_id = $1", [team])).toEqual([]);
  });

  test("goes on when it is reinstated, as it was", async () => {
    await suspend();
    expect((await reinstate()).body).toMatchObject({ status: "active", suspended_reason: null });
    expect((await rename()).status).toBe(200);
    expect((await ask(key.key)).status).toBe(201);
  });

  test("is so from the next request on, and so is its end, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      expect((await rename()).status).toBe(200);
      await suspend();
      expect(coded(await rename())).toBe("403 workspaces.suspended");
      await reinstate();
    }
  });

  test("lets its people go, take back what they gave, and delete it", async () => {
    const { body } = await as(ada, "POST", `/v1/workspaces/${team}/invitations`, { email: "x@example.com" });
    await suspend();
    expect((await as(ada, "DELETE", `/v1/workspaces/${team}/invitations/${body.id}`)).status).toBe(204);
    expect((await inTeam(ada.access_token, "DELETE", `/v1/api-keys/${key.id}`)).status).toBe(204);
    expect((await as(mia, "DELETE", `/v1/workspaces/${team}/members/${mia.user_id}`)).status).toBe(204);
    expect((await remove()).status).toBe(202);
  });

  test("leaves its people's other workspaces alone", async () => {
    await suspend();
    expect((await as(ada, "POST", "/v1/prism/turns", { question: "Why am I tired?" })).status).toBe(201);
  });

  test.each([
    ["without a reason", {}, () => team, "422 request.invalid"],
    ["for an empty reason", { reason: "   " }, () => team, "422 request.invalid"],
    ["that there is not", { reason: "unpaid" }, () => randomId, "404 request.not_found"],
  ])("is not made of one %s", async (_, body, id, answer) => {
    expect(coded(await as(root, "POST", `/v1/admin/workspaces/${id()}/suspend`, body))).toBe(answer);
    expect((await look()).body.status).toBe("active");
  });
});

describe("a deleted workspace", () => {
  test("is gone from the next request on, for people and keys, as if it had never been", async () => {
    for (const token of [ada.access_token, mia.access_token, key.key]) expect((await look(token)).status).toBe(200);
    const { status, body } = await remove();
    expect([status, body.status]).toEqual([202, "deleted"]);
    const inDays = (new Date(body.erased_at).getTime() - Date.now()) / day;
    expect(inDays).toBeGreaterThan(29.9);
    expect(inDays).toBeLessThanOrEqual(30);
    for (const { access_token } of [ada, mia]) expect(coded(await look(access_token))).toBe("404 request.not_found");
    expect(coded(await look(key.key))).toBe("401 request.unauthenticated");
    expect(coded(await remove())).toBe("404 request.not_found");
    expect(JSON.stringify((await as(mia, "GET", "/v1/workspaces?limit=100")).body)).not.toContain(team);
  });

  test("is one of a team: a personal one stays", async () => {
    team = ada.workspace_id;
    expect(coded(await remove())).toBe("409 workspaces.personal");
    expect((await look()).status).toBe(200);
  });

  test("can be neither suspended nor reinstated", async () => {
    await remove();
    expect([(await suspend()).status, (await reinstate()).status]).toEqual([404, 404]);
  });
});

describe("30 days after its deletion a workspace", () => {
  const isLog = (table: string) => table.startsWith("events.") || table === "messaging.email_logs";
  /** How many rows of the workspace each table has, but for the logs: they name ids alone, addresses are sealed, and they end by themselves. */
  async function rowsOf(workspace_id: string): Promise<Record<string, number>> {
    const tables = await plinth.sql<{ table: string }>(
      `select c.table_schema || '.' || c.table_name as "table" from information_schema.columns c
       where c.column_name = 'workspace_id' and c.table_schema not in ('pg_catalog', 'information_schema') order by 1`,
    );
    const counts: Record<string, number> = {};
    for (const { table } of tables.filter((each) => !isLog(each.table))) {
      const [row] = await plinth.sql<{ n: number }>(`select count(*)::int as n from ${table} where workspace_id = $1`, [
        workspace_id,
      ]);
      if (row !== undefined && row.n > 0) counts[table] = row.n;
    }
    return counts;
  }
  const wait = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 30_000, interval: 50 });

  test("is erased with everything in it, and not a minute before; its people and their other workspaces stay", async () => {
    await as(ada, "POST", `/v1/workspaces/${team}/invitations`, { email: "x@example.com" });
    expect((await ask(key.key)).status).toBe(201);
    await as(ada, "POST", "/v1/prism/turns", { question: "And here?" });
    const before = await rowsOf(team);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(["api_keys.keys", "audit.entries", "invitations.invitations", "prism.turns"]),
    );
    const others = await rowsOf(ada.workspace_id);
    const later = (await as(ada, "POST", "/v1/workspaces", { name: "Later" })).body.id;
    await remove();
    plinth.clock.advance(60_000);
    await as(ada, "DELETE", `/v1/workspaces/${later}`);
    const kept = await rowsOf(later);
    plinth.clock.advance(30 * day - 30_000);
    try {
      await wait(async () => expect(await rowsOf(team)).toEqual({}));
      expect(await rowsOf(later)).toEqual(kept);
      expect(await rowsOf(ada.workspace_id)).toEqual(others);
    } finally {
      plinth.clock.advance(-30 * day - 30_000);
    }
    const people = await plinth.sql("select id from identity.users where id = any($1)", [[ada.user_id, mia.user_id]]);
    expect(people.length).toBe(2);
  });

  test("that was given back by hand meanwhile is left alone", async () => {
    await remove();
    await plinth.sql("update workspaces.workspaces set deleted_at = null where id = $1", [team]);
    plinth.clock.advance(30 * day + 1_000);
    try {
      const done = "select from events.completed where workspace_id = $1 and subscriber = 'workspaces.erase'";
      await wait(async () => expect(await plinth.sql(done, [team])).toHaveLength(1));
    } finally {
      plinth.clock.advance(-30 * day - 1_000);
    }
    expect(await rowsOf(team)).toMatchObject({ "workspaces.members": 2, "workspaces.workspaces": 1 });
  });
});
