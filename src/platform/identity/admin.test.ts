import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { randomId } from "../../../test/support/routes.ts";

let plinth: TestApp;
/** The platform's one administrator. */
let root: SignedUp;
let people = 0;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
});
afterAll(() => plinth.close());
beforeEach(async () => {
  root = await stranger();
  await plinth.sql("update identity.users set role = case when id = $1 then 'admin' else 'user' end", [root.user_id]);
  await shows(root, true);
});

const stranger = () => plinth.signUp(`person${people++}@example.com`);
const as = (person: SignedUp, method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: object) =>
  plinth.call(method, path, { token: person.access_token, body });
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const users = (query: string) => as(root, "GET", `/v1/admin/users${query}`);
const ids = ({ body }: Called): string[] => body.data.map(({ id }: { id: string }) => id);
const act = (verb: string, whom: SignedUp, by = root, body: object = { reason: "ticket 42" }) =>
  as(by, "POST", `/v1/admin/users/${whom.user_id}/${verb}`, body);
const setRole = (whom: SignedUp, role: string, by = root) =>
  as(by, "PUT", `/v1/admin/users/${whom.user_id}/role`, { role });
const login = ({ email }: SignedUp) => plinth.call("POST", "/v1/auth/login", { body: { email, password } });
const refresh = ({ refresh_token }: SignedUp) => plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token } });
const entries = ({ workspace_id }: SignedUp, action: string) =>
  plinth.sql(
    "select actor_kind, actor_id, target, details from audit.entries where workspace_id = $1 and action = $2",
    [workspace_id, action],
  );
const isAdmin = async (person: SignedUp) => (await as(person, "GET", "/v1/admin/users?limit=1")).status === 200;
const shows = (person: SignedUp, is: boolean) =>
  vi.waitFor(async () => expect(await isAdmin(person)).toBe(is), { timeout: 30_000, interval: 5 });

describe("the accounts", () => {
  test("are listed, the newest first, page by page, none twice", async () => {
    for (let i = 0; i < 3; i++) await stranger();
    const seen: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await users(`?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...ids(page));
      cursor = page.body.next_cursor;
    }
    const rows = await plinth.sql<{ id: string }>("select id from identity.users order by created_at desc, id desc");
    expect(seen).toEqual(rows.map(({ id }) => id));
  });

  test("are found by address in whatever case, by state and by role", async () => {
    const [one, out] = [await stranger(), await stranger()];
    await act("suspend", out);
    expect(ids(await users(`?email=${one.email.toUpperCase()}`))).toEqual([one.user_id]);
    expect(ids(await users("?email=nobody@example.com"))).toEqual([]);
    expect(ids(await users("?status=suspended"))).toEqual([out.user_id]);
    expect(ids(await users("?role=admin"))).toEqual([root.user_id]);
    expect(ids(await users(`?status=active&email=${out.email}`))).toEqual([]);
    expect(ids(await users("?status=active&limit=100"))).not.toContain(out.user_id);
    await act("reinstate", out);
  });

  test.each(["?status=gone", "?role=owner", "?limit=0", "?name=x", "?cursor=x"])(
    "are not listed for %s",
    async (query) => {
      expect((await users(query)).status).toBe(422);
    },
  );

  test("show nothing by which anybody signs in", async () => {
    const one = await stranger();
    const { status, body } = await as(root, "GET", `/v1/admin/users/${one.user_id}`);
    expect([status, body]).toMatchObject([200, { id: one.user_id, email: one.email, status: "active", role: "user" }]);
    expect(Object.keys(body).sort()).toEqual(
      // biome-ignore format: one list
      ["avatar_url", "created_at", "deleted_at", "display_name", "email", "email_verified", "full_name", "id", "locale", "role", "status", "time_zone"],
    );
  });

  test.each(["suspend", "reinstate", "end-sessions", "reset-password", "impersonate"])(
    "that there are not answer 404 to %s, and without a reason it is refused",
    async (verb) => {
      const nobody = { ...root, user_id: randomId };
      expect(coded(await act(verb, nobody))).toBe("404 request.not_found");
      const one = await stranger();
      for (const body of [{}, { reason: "" }, { reason: "  " }, { reason: 7 }]) {
        expect(coded(await act(verb, one, root, body))).toBe("422 request.invalid");
      }
      expect((await as(one, "GET", "/v1/me")).status).toBe(200);
    },
  );
});

describe("a person who is kept out", () => {
  test("has no session, no way in and no key from the next request on, until let in again", async () => {
    const one = await stranger();
    const other = (await login(one)).body as SignedUp;
    const made = await as(one, "POST", "/v1/api-keys", { name: "test", scopes: ["workspaces:read"] });
    const look = () => plinth.call("GET", `/v1/workspaces/${one.workspace_id}`, { token: made.body.key });
    expect((await look()).status).toBe(200);
    expect((await act("suspend", one)).body).toMatchObject({ id: one.user_id, status: "suspended" });
    for (const session of [one, other]) {
      expect((await as(session, "GET", "/v1/me")).status).toBe(401);
      expect(coded(await refresh(session))).toBe("401 identity.refresh_invalid");
    }
    expect(coded(await login(one))).toBe("401 identity.invalid_credentials");
    await vi.waitFor(async () => expect((await look()).status).toBe(401), { timeout: 30_000, interval: 5 });

    expect((await act("reinstate", one)).body.status).toBe("active");
    expect((await login(one)).status).toBe(200);
    expect((await as(one, "GET", "/v1/me")).status).toBe(401);
    await vi.waitFor(async () => expect((await look()).status).toBe(200), { timeout: 30_000, interval: 5 });
    const by = { actor_kind: "user", actor_id: root.user_id, target: `user:${one.user_id}` };
    for (const action of ["identity.suspended", "identity.reinstated"]) {
      expect(await entries(one, action)).toEqual([{ ...by, details: { reason: "ticket 42" } }]);
    }
  });

  test("is not let in by reinstating once the account is closed", async () => {
    const one = await stranger();
    expect((await as(one, "DELETE", "/v1/me")).status).toBe(202);
    expect((await act("reinstate", one)).body.status).toBe("deleted");
    expect(coded(await login(one))).toBe("401 identity.invalid_credentials");
  });
});

describe("a person who is helped", () => {
  test("is signed out everywhere, and may sign in again", async () => {
    const one = await stranger();
    const other = (await login(one)).body as SignedUp;
    expect((await act("end-sessions", one)).status).toBe(204);
    for (const session of [one, other]) {
      expect((await as(session, "GET", "/v1/me")).status).toBe(401);
      expect((await refresh(session)).status).toBe(401);
    }
    expect((await login(one)).status).toBe(200);
    expect(await entries(one, "identity.sessions_revoked")).toMatchObject([{ actor_id: root.user_id }]);
  });

  test("is mailed a link for a new password, which the administrator does not see", async () => {
    const one = await stranger();
    const answer = await act("reset-password", one);
    expect(answer.status).toBeLessThan(300);
    const link = await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${one.email}`);
        const texts: string[] = body.data.map(({ text }: { text: string }) => text);
        const [found] = texts.flatMap((text) => /(\/v1\/auth\/reset-password\/\S+)/.exec(text)?.[1] ?? []);
        if (found === undefined) throw new Error("no mail yet");
        return found;
      },
      { timeout: 30_000, interval: 20 },
    );
    expect(JSON.stringify(answer.body ?? "")).not.toContain(link.split("/").at(-1));
    expect((await login(one)).status).toBe(200);
    expect((await plinth.call("POST", link, { body: { password: "Another-horse-8" } })).status).toBe(200);
    expect((await login(one)).status).toBe(401);
    expect(await entries(one, "identity.password_reset_mailed")).toMatchObject([{ actor_id: root.user_id }]);
  });

  test("needs an address for that", async () => {
    const one = await stranger();
    await plinth.sql("update identity.users set email = null, email_normalized = null where id = $1", [one.user_id]);
    expect(coded(await act("reset-password", one))).toBe("409 identity.no_address");
  });
});

describe("an administrator", () => {
  test("is made and unmade by another, each from the next request on, 20 rounds", async () => {
    const one = await stranger();
    for (let round = 0; round < 20; round++) {
      expect(await isAdmin(one)).toBe(false);
      expect((await setRole(one, "admin")).body.role).toBe("admin");
      expect(await isAdmin(one)).toBe(true);
      expect((await setRole(one, "user")).body.role).toBe("user");
    }
    expect(coded(await as(one, "GET", "/v1/admin/users"))).toBe("403 request.forbidden");
    expect(await entries(one, "identity.role_changed")).toHaveLength(40);
  });

  test.each([
    ["a role that there is not", (one: SignedUp) => setRole(one, "owner"), "422 request.invalid"],
    ["somebody that there is not", () => setRole({ ...root, user_id: randomId }, "admin"), "404 request.not_found"],
    ["a person's own promotion", (one: SignedUp) => setRole(one, "admin", one), "403 request.forbidden"],
  ])("is not made of %s", async (_, make, answer) => {
    expect(coded(await make(await stranger()))).toBe(answer);
    expect(ids(await users("?role=admin"))).toEqual([root.user_id]);
  });

  test.each([
    ["steps down", () => setRole(root, "user")],
    ["is suspended", () => act("suspend", root)],
    ["closes the account", () => as(root, "DELETE", "/v1/me")],
  ])("who is the last one never %s", async (_, end) => {
    expect(coded(await end())).toBe("409 identity.last_admin");
    expect(await isAdmin(root)).toBe(true);
    expect(await entries(root, "identity.suspended")).toEqual([]);
  });

  const promoted = async () => {
    const one = await stranger();
    expect((await setRole(one, "admin")).status).toBe(200);
    await shows(one, true);
    return one;
  };

  test.each([
    ["each other", (one: SignedUp) => [setRole(one, "user"), setRole(root, "user", one)]],
    ["themselves", (one: SignedUp) => [setRole(root, "user"), setRole(one, "user", one)]],
  ])("is left when the last two demote %s at once, 50 rounds", async (_, demote) => {
    for (let round = 0; round < 50; round++) {
      const other = await promoted();
      const answers = await Promise.all(demote(other));
      const [won, lost] = answers.map(({ status }) => status).sort();
      expect(won).toBe(200);
      expect([403, 409]).toContain(lost);
      const left = await plinth.sql<{ id: string }>("select id from identity.users where role = 'admin'");
      expect(left).toHaveLength(1);
      if (left[0]?.id !== root.user_id) root = other;
    }
  });

  test("is left when of the last two one is suspended and one steps down at once, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      const other = await promoted();
      const answers = await Promise.all([act("suspend", other), setRole(root, "user", other)]);
      const left = await plinth.sql<{ id: string }>(
        "select id from identity.users where role = 'admin' and status = 'active'",
      );
      expect([left.length, answers.filter(({ status }) => status === 200).length]).toEqual([1, 1]);
      if (left[0]?.id !== root.user_id) root = other;
    }
  });

  test("comes about by the installation, which stands in the audit record", async () => {
    const one = await stranger();
    expect(await plinth.app.promote(one.email.toUpperCase())).toMatchObject({ email: one.email });
    await shows(one, true);
    expect(await entries(one, "identity.role_changed")).toMatchObject([
      { actor_kind: "system", actor_id: null, details: { role: "admin", reason: "command line" } },
    ]);
    await expect(plinth.app.promote("nobody@example.com")).rejects.toThrow("Nobody has the address nobody@example.com");
  });
});
