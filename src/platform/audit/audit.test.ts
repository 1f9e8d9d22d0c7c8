import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import type { AuditEntry } from "./schema.ts";

let plinth: TestApp;
let root: SignedUp;
let ada: SignedUp;
let bob: SignedUp;
let mia: SignedUp;
/** Ada owns it, Bob is an admin, Mia is a member. */
let team: string;
let people = 0;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
  root = await stranger();
  await plinth.app.promote(root.email);
  ada = await stranger();
  bob = await stranger();
  mia = await stranger();
});
afterAll(() => plinth.close());
beforeEach(async () => {
  team = (await as(ada, "POST", "/v1/workspaces", { name: `Team ${people++}` })).body.id;
  await join(bob, "admin");
  await join(mia, "member");
});

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
const stranger = () => plinth.signUp(`person${people++}@example.com`);
const as = (person: SignedUp, method: Method, path: string, body?: object, headers: Record<string, string> = {}) =>
  plinth.call(method, path, { token: person.access_token, body, headers });
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const join = ({ user_id }: SignedUp, role: string) =>
  plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, $3)", [team, user_id, role]);
const entries = async (query = "", person = ada, workspace_id = team) =>
  as(person, "GET", `/v1/workspaces/${workspace_id}/audit-entries${query}`);
const listed = async (query = "", person = ada, workspace_id = team): Promise<AuditEntry[]> => {
  const { status, body } = await entries(`?limit=100${query}`, person, workspace_id);
  expect(status).toBe(200);
  return body.data;
};
const actions = (list: { action: string }[]) => list.map(({ action }) => action).reverse();
const member = (person: SignedUp) => `/v1/workspaces/${team}/members/${person.user_id}`;

async function tokenOf(email: string, name: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${email}`);
      const mail = body.data.find(({ subject }: { subject: string }) => subject.endsWith(name));
      return /invitations\/(\S+)/.exec(mail.text)?.[1] ?? "";
    },
    { timeout: 30_000, interval: 20 },
  );
}

describe("what happens in a workspace", () => {
  test("is recorded, each act as an entry", async () => {
    const path = `/v1/workspaces/${team}`;
    const inTeam = { "plinth-workspace": team };
    const guest = await stranger();
    await as(ada, "PATCH", path, { name: "The Guests", time_zone: "Europe/Vienna" });
    const vain = await as(ada, "POST", `${path}/invitations`, { email: "x@example.com", role: "admin" });
    await as(ada, "DELETE", `${path}/invitations/${vain.body.id}`);
    const invitation = await as(ada, "POST", `${path}/invitations`, { email: guest.email });
    await as(guest, "POST", `/v1/invitations/${await tokenOf(guest.email, "The Guests")}/accept`);
    await as(ada, "PATCH", member(guest), { role: "owner" });
    await as(guest, "DELETE", member(guest));
    const key = await as(ada, "POST", "/v1/api-keys", { name: "k", scopes: ["workspaces:read"] }, inTeam);
    const keyPath = `/v1/api-keys/${key.body.id}`;
    await as(ada, "PATCH", keyPath, { name: "renamed" }, inTeam);
    await as(ada, "POST", `${keyPath}/rotate`, { overlap_hours: 0 }, inTeam);
    await as(ada, "DELETE", keyPath, undefined, inTeam);
    await as(root, "POST", `/v1/admin/workspaces/${team}/suspend`, { reason: "unpaid" });
    await as(root, "POST", `/v1/admin/workspaces/${team}/reinstate`, { reason: "paid" });
    await as(ada, "POST", `${path}/transfer`, { user_id: bob.user_id });
    const list = (await listed()).reverse();
    const by = ({ user_id }: SignedUp) => ({ actor_kind: "user", actor_id: user_id, impersonator_id: null });
    const aKey = { ...by(ada), target: `api_key:${key.body.id}` };
    const anInvitation = { target: `invitation:${invitation.body.id}` };
    const aMember = { target: `user:${guest.user_id}` };
    expect(list).toMatchObject([
      { ...by(ada), action: "workspaces.created", target: `workspace:${team}` },
      { ...by(ada), action: "workspaces.updated", details: { fields: ["name", "time_zone"] } },
      { ...by(ada), action: "invitations.invited", details: { role: "admin" } },
      { ...by(ada), action: "invitations.revoked", target: `invitation:${vain.body.id}` },
      { ...by(ada), ...anInvitation, action: "invitations.invited", details: { role: "member" } },
      { ...by(guest), ...aMember, action: "workspaces.member_added", details: { role: "member" } },
      { ...by(guest), ...anInvitation, action: "invitations.accepted" },
      { ...by(ada), ...aMember, action: "workspaces.role_changed", details: { from: "member", to: "owner" } },
      { ...by(guest), ...aMember, action: "workspaces.member_removed" },
      { ...aKey, action: "api_keys.created", details: { scopes: ["workspaces:read"] } },
      { ...aKey, action: "api_keys.updated", details: { fields: ["name"] } },
      { ...aKey, action: "api_keys.rotated", details: { overlap_hours: 0 } },
      { ...aKey, action: "api_keys.revoked" },
      { ...by(root), action: "workspaces.suspended", details: { reason: "unpaid" } },
      { ...by(root), action: "workspaces.reinstated", details: { reason: "paid" } },
      {
        ...by(ada),
        action: "workspaces.ownership_transferred",
        target: `user:${bob.user_id}`,
        details: { from: ada.user_id },
      },
    ]);
    const known = JSON.stringify(list);
    for (const secret of [password, key.body.key, ada.access_token, ada.refresh_token]) {
      expect(known).not.toContain(secret);
    }
  });

  test("names the request and the client's address", async () => {
    const renamed = await as(ada, "PATCH", `/v1/workspaces/${team}`, { name: "Renamed" });
    const [entry] = await listed();
    expect(entry).toMatchObject({ request_id: renamed.headers["x-request-id"], ip_address: "127.0.0.1" });
    expect(Math.abs(new Date(String(entry?.created_at)).getTime() - Date.now())).toBeLessThan(600_000);
  });

  test("is recorded when it happens, not when it is refused", async () => {
    const refused = [
      await as(ada, "PATCH", member(ada), { role: "member" }),
      await as(bob, "PATCH", member(mia), { role: "owner" }),
      await as(mia, "DELETE", member(bob)),
      await as(ada, "PATCH", `/v1/workspaces/${team}`, { time_zone: "Mars/Olympus" }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([409, 403, 403, 422]);
    expect(actions(await listed())).toEqual(["workspaces.created"]);
  });

  test("of 20 acts at once is recorded 20 times", async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) => as(ada, "PATCH", `/v1/workspaces/${team}`, { name: `Name ${i}` })),
    );
    expect(await listed("&action=workspaces.updated")).toHaveLength(20);
  });

  test("stays on record when the workspace is deleted, until it is erased", async () => {
    await as(ada, "DELETE", `/v1/workspaces/${team}`);
    const rows = await plinth.sql(
      "select action, actor_id from audit.entries where workspace_id = $1 order by created_at",
      [team],
    );
    expect(rows.at(-1)).toEqual({ action: "workspaces.deleted", actor_id: ada.user_id });
  });
});

test("what a person does to the own account stands in the personal workspace, and nowhere else", async () => {
  const one = await stranger();
  await as(one, "PATCH", "/v1/me", { display_name: "One" });
  await as(one, "PUT", "/v1/me/password", { current_password: password, password: "Another-horse-8" });
  const other = await plinth.call("POST", "/v1/auth/login", {
    body: { email: one.email, password: "Another-horse-8" },
  });
  await as(other.body, "DELETE", `/v1/me/sessions/${one.session_id}`);
  await as(other.body, "POST", "/v1/auth/logout-all", { keep_current: true });
  const list = await listed("", other.body, one.workspace_id);
  expect(actions(list)).toEqual(
    expect.arrayContaining([
      "identity.profile_updated",
      "identity.password_changed",
      "identity.session_revoked",
      "identity.sessions_revoked",
    ]),
  );
  expect(new Set(list.map(({ actor_id }) => actor_id))).toEqual(new Set([one.user_id]));
  const [elsewhere] = await plinth.sql(
    "select count(*)::int as n from audit.entries where actor_id = $1 and workspace_id <> $2",
    [one.user_id, one.workspace_id],
  );
  expect(elsewhere).toEqual({ n: 0 });
  expect(JSON.stringify(list)).not.toMatch(/Correct-horse|Another-horse/);
});

describe("the entries", () => {
  test("are read by admins and owners alone, of their own workspace", async () => {
    expect((await entries("", bob)).status).toBe(200);
    expect(coded(await entries("", mia))).toBe("403 request.forbidden");
    expect(coded(await entries("", root))).toBe("404 request.not_found");
    const key = await as(
      ada,
      "POST",
      "/v1/api-keys",
      { name: "k", role: "admin", scopes: ["workspaces:read"] },
      {
        "plinth-workspace": team,
      },
    );
    const asKey = await plinth.call("GET", `/v1/workspaces/${team}/audit-entries`, { token: key.body.key });
    expect(coded(asKey)).toBe("403 request.person_required");
  });

  test("are filtered by action and by who acted", async () => {
    for (const person of [ada, bob, bob]) await as(person, "PATCH", `/v1/workspaces/${team}`, { name: "Renamed" });
    await as(bob, "DELETE", member(mia));
    const count = async (query: string) => (await listed(query)).length;
    expect(await count("&action=workspaces.updated")).toBe(3);
    expect(await count(`&actor_id=${bob.user_id}`)).toBe(3);
    expect(await count(`&actor_id=${bob.user_id}&action=workspaces.updated`)).toBe(2);
    expect(await count(`&actor_id=${mia.user_id}`)).toBe(0);
    expect(await count("&action=workspaces")).toBe(0);
  });

  test.each(["?actor_id=x", "?target=x", "?cursor=x", "?limit=101", `?action=${"x".repeat(101)}`])(
    "are not listed for %s",
    async (query) => {
      expect((await entries(query)).status).toBe(422);
    },
  );

  test("are listed the newest first, page by page, none twice, those of one transaction among them", async () => {
    for (let i = 0; i < 5; i++) await as(ada, "PATCH", `/v1/workspaces/${team}`, { name: `Name ${i}` });
    await plinth.sql("update audit.entries set created_at = date_trunc('minute', created_at) where workspace_id = $1", [
      team,
    ]);
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await entries(`?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    }
    const rows = await plinth.sql<{ id: string }>(
      "select id from audit.entries where workspace_id = $1 order by created_at desc, id desc",
      [team],
    );
    expect(seen).toEqual(rows.map(({ id }) => id));
    expect(seen).toHaveLength(6);
  });
});

describe("append-only: an entry", () => {
  /** Runs the statement as the role of that connection, bound to the team where row-level security asks for it. */
  async function run(url: string, statement: string): Promise<string> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await client.query("begin");
      await client.query("select set_config('app.workspace_id', $1, true)", [team]);
      return `${(await client.query(statement)).rowCount} rows`;
    } catch (error) {
      return error instanceof Error ? error.message : "failed";
    } finally {
      await client.end();
    }
  }
  const denied = "permission denied for table entries";
  const entry = (workspace_id: string) =>
    `insert into audit.entries (id, workspace_id, actor_kind, action, request_id, created_at)
     values (gen_random_uuid(), '${workspace_id}', 'system', 'test.forged', 'test', now())`;

  test.each([
    ["changed by who serves", "app_url", "update audit.entries set action = 'x'"],
    ["deleted by who serves", "app_url", "delete from audit.entries"],
    ["truncated by who serves", "app_url", "truncate audit.entries"],
    ["changed by the platform", "system_url", "update audit.entries set action = 'x'"],
    ["deleted by the platform", "system_url", "delete from audit.entries"],
    ["truncated by the platform", "system_url", "truncate audit.entries"],
  ] as const)("is not %s", async (_, role, statement) => {
    expect(await run(plinth[role], statement)).toBe(denied);
    expect(actions(await listed())).toEqual(["workspaces.created"]);
  });

  test("of another workspace is neither seen nor added by who serves", async () => {
    expect(await run(plinth.app_url, "select from audit.entries")).toBe("1 rows");
    expect(await run(plinth.app_url, entry(team))).toBe("1 rows");
    expect(await run(plinth.app_url, entry(ada.workspace_id))).toContain("row-level security");
  });
});
