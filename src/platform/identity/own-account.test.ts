import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp();
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

const day = 86_400_000;
const login = async (email: string) => plinth.call("POST", "/v1/auth/login", { body: { email, password } });
const me = ({ access_token: token }: SignedUp) => plinth.call("GET", "/v1/me", { token });
const patch = (body: unknown, { access_token: token } = ada) => plinth.call("PATCH", "/v1/me", { token, body });
const remove = ({ access_token: token }: SignedUp) => plinth.call("DELETE", "/v1/me", { token });
const newTeam = async ({ access_token: token }: SignedUp, name: string): Promise<string> =>
  (await plinth.call("POST", "/v1/workspaces", { token, body: { name } })).body.id;
const join = (workspace_id: string, { user_id }: SignedUp) =>
  plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    workspace_id,
    user_id,
  ]);
/** Moves the clock for the time that the work takes. */
async function later<T>(milliseconds: number, work: () => Promise<T>): Promise<T> {
  plinth.clock.advance(milliseconds);
  try {
    return await work();
  } finally {
    plinth.clock.advance(-milliseconds);
  }
}

describe("the profile", () => {
  test("keeps what is set, in its canonical form, and forgets what is null", async () => {
    const set = {
      full_name: "Ada King",
      display_name: "Ada 🦆",
      locale: "de-at",
      time_zone: "europe/vienna",
      avatar_url: "https://img.example/ada.png",
    };
    const kept = { ...set, locale: "de-AT", time_zone: "Europe/Vienna" };
    expect((await patch(set)).body).toMatchObject({ ...kept, email: "ada@example.com", role: "user" });
    expect((await me(ada)).body).toMatchObject(kept);
    const empty = { display_name: null, locale: null, time_zone: null, avatar_url: null };
    expect((await patch(empty)).body).toMatchObject({ ...empty, full_name: "Ada King" });
    expect((await patch({ full_name: "Ada Test" })).body.full_name).toBe("Ada Test");
  });

  test.each([
    ["time_zone", "Mars/Olympus"],
    ["time_zone", ""],
    ["locale", "not a tag"],
    ["locale", "e"],
    ["avatar_url", "http://img.example/ada.png"],
    ["avatar_url", "javascript:alert(1)"],
    ["avatar_url", "https://img.example/a b"],
    ["display_name", "  "],
    ["display_name", "x".repeat(101)],
    ["full_name", null],
    ["full_name", ""],
    ["email", "other@example.com"],
  ])("%s: %j is refused by name", async (field, value) => {
    const before = (await me(ada)).body;
    const answer = await patch({ [field]: value });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, `/${field}`]);
    expect((await me(ada)).body).toEqual(before);
  });

  test("is not changed by nothing, or by anything but an object", async () => {
    for (const body of [{}, [], "null", '"Ada"']) expect((await patch(body)).status).toBe(422);
  });

  test("shows members of one workspace to each other by the display name", async () => {
    const eve = await plinth.signUp("eve@example.com");
    const team = await newTeam(ada, "Team");
    await join(team, eve);
    await patch({ display_name: "E.", avatar_url: "https://img.example/eve.png" }, eve);
    const { body } = await plinth.call("GET", `/v1/workspaces/${team}/members`, { token: ada.access_token });
    expect(body.data.find(({ user_id }: SignedUp) => user_id === eve.user_id)).toMatchObject({
      full_name: "E.",
      avatar_url: "https://img.example/eve.png",
    });
  });
});

describe("deleting the account", () => {
  const exists = async ({ user_id }: SignedUp) =>
    (await plinth.sql("select id from identity.users where id = $1", [user_id])).length === 1;
  const gone = (person: SignedUp) =>
    vi.waitFor(async () => expect(await exists(person)).toBe(false), { timeout: 30_000, interval: 20 });
  /** Waits until every erasure that is due now has been handled. */
  const settled = () =>
    vi.waitFor(
      async () => {
        const due = await plinth.sql(
          "select id from events.outbox where subscriber = 'identity.erase_account' and scheduled_for <= now() + make_interval(secs => $1)",
          [plinth.clock.offset() / 1_000],
        );
        expect(due).toEqual([]);
      },
      { timeout: 30_000, interval: 20 },
    );
  const seen = new Set<string>();
  const restoreLink = ({ email }: SignedUp): Promise<string> =>
    vi.waitFor(
      async () => {
        const { data } = (await plinth.call("GET", `/dev/mailbox/messages?to=${email}`)).body;
        const texts: string[] = data.map(({ text }: { text: string }) => text);
        const links = texts.map((text) => /plinth\.test(\/v1\/auth\/restore-account\/\S+)/.exec(text)?.[1] ?? "");
        const link = links.find((each) => each !== "" && !seen.has(each));
        if (link === undefined) throw new Error("no link to restore");
        seen.add(link);
        return link;
      },
      { timeout: 30_000, interval: 20 },
    );

  test("asks for recent proof, ends every session, and says when it is erased", async () => {
    const eve = await plinth.signUp("soft@example.com");
    const other = (await login(eve.email)).body;
    const refresh = () => plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token: other.refresh_token } });
    await later(16 * 60_000, async () => {
      const { access_token } = (await refresh()).body;
      expect((await remove({ ...eve, access_token })).body.code).toBe("request.step_up_required");
    });
    const { status, body } = await remove(eve);
    expect([status, body.status]).toEqual([202, "deleted"]);
    expect(Date.parse(body.erased_at) - Date.now()).toBeGreaterThan(29.9 * day);
    expect(Date.parse(body.erased_at) - Date.now()).toBeLessThanOrEqual(30 * day);
    expect([(await me(eve)).status, (await me(other)).status, (await refresh()).status]).toEqual([401, 401, 401]);
    expect((await login(eve.email)).body.code).toBe("identity.invalid_credentials");
    const again = await plinth.call("POST", "/v1/auth/register", {
      body: { email: eve.email, password, full_name: "Eve" },
    });
    expect([again.status, again.body.status]).toEqual([201, "verification_sent"]);
    expect((await login(eve.email)).status).toBe(401);
  });

  test("is taken back by the mailed link, for good", async () => {
    const eve = await plinth.signUp("back@example.com");
    await remove(eve);
    expect((await plinth.call("POST", await restoreLink(eve))).body).toEqual({ status: "restored" });
    expect((await me(eve)).status).toBe(401);
    expect((await login(eve.email)).body.workspace.id).toBe(eve.workspace_id);
    await later(31 * day, async () => {
      await settled();
      expect((await login(eve.email)).status).toBe(200);
    });
  });

  test("a second time counts from then", async () => {
    const eve = await plinth.signUp("twice@example.com");
    await remove(eve);
    await plinth.call("POST", await restoreLink(eve));
    await later(20 * day, async () => {
      expect((await remove((await login(eve.email)).body)).status).toBe(202);
      await restoreLink(eve);
    });
    await later(31 * day, async () => {
      await settled();
      expect(await exists(eve)).toBe(true);
    });
    await later(50 * day + 60_000, () => gone(eve));
  });

  test("after 30 days leaves nothing of the person, and the address to whoever wants it", async () => {
    const eve = await plinth.signUp("gwendolyn@erased.example");
    await patch({ display_name: "Gwendolyn", avatar_url: "https://img.example/gwendolyn.png" }, eve);
    await plinth.call("PUT", "/v1/me/email", { token: eve.access_token, body: { email: "gwendolyn@new.example" } });
    expect((await remove(eve)).status).toBe(202);
    await later(30 * day - 60_000, async () => {
      await settled();
      expect(await exists(eve)).toBe(true);
    });
    await later(30 * day + 60_000, () => gone(eve));
    const tables = await plinth.sql<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema', 'messaging')",
    );
    const left: string[] = [];
    for (const { name } of tables) {
      const rows = await plinth.sql(`select from ${name} t where t::text ilike '%gwendolyn%'`);
      if (rows.length > 0) left.push(name);
    }
    expect(left).toEqual([]);
    expect(await plinth.sql("select id from workspaces.workspaces where id = $1", [eve.workspace_id])).toEqual([]);
    expect((await plinth.signUp(eve.email)).user_id).not.toBe(eve.user_id);
  });

  test("after 30 days erases the teams that nobody else belongs to", async () => {
    const eve = await plinth.signUp("alone@example.com");
    const team = await newTeam(eve, "Alone");
    expect((await remove(eve)).status).toBe(202);
    await later(30 * day + 60_000, () => gone(eve));
    expect(await plinth.sql("select id from workspaces.workspaces where id = $1", [team])).toEqual([]);
  });
});
