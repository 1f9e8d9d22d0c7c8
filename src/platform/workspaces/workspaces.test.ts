import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { checkTimeZone, slugOf } from "./rules.ts";

let plinth: TestApp;
let ada: SignedUp;
let eve: SignedUp;
let team: string;
beforeAll(async () => {
  plinth = await testApp({ worker: false });
  ada = await plinth.signUp("ada@example.com");
  eve = await plinth.signUp("eve@example.com");
});
afterAll(() => plinth.close());
beforeEach(async () => {
  team = (await create({ name: "The Team" })).body.id;
});

const create = (body: object) => plinth.call("POST", "/v1/workspaces", { token: ada.access_token, body });
const join = (person: SignedUp, role: string) =>
  plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, $3)", [
    team,
    person.user_id,
    role,
  ]);
const remove = (by: SignedUp, whom: SignedUp) =>
  plinth.call("DELETE", `/v1/workspaces/${team}/members/${whom.user_id}`, { token: by.access_token });
const get = (path: string, person: SignedUp, headers: Record<string, string> = {}) =>
  plinth.call("GET", path, { token: person.access_token, headers });

describe("workspaces", () => {
  test("everybody has a personal one, and may make others", async () => {
    const { body } = await get("/v1/workspaces?limit=100", ada);
    expect(body.data[0]).toMatchObject({ id: ada.workspace_id, personal: true, role: "owner", time_zone: "UTC" });
    expect(body.data.at(-1)).toMatchObject({ id: team, name: "The Team", personal: false, role: "owner" });
  });

  test("a request names its workspace by path, else by header, else it is the personal one", async () => {
    await join(eve, "member");
    const planOf = async (headers: Record<string, string>) =>
      (await get("/v1/billing/subscriptions", eve, headers)).status;
    expect(await planOf({})).toBe(200);
    expect(await planOf({ "plinth-workspace": team })).toBe(200);
    expect(await planOf({ "plinth-workspace": ada.workspace_id })).toBe(404);
    expect(await planOf({ "plinth-workspace": "x" })).toBe(404);
    const byPath = await get(`/v1/workspaces/${eve.workspace_id}`, eve, { "plinth-workspace": team });
    expect(byPath.body.id).toBe(eve.workspace_id);
  });

  test("W13: one session works in two workspaces at once without mixing them", async () => {
    await join(eve, "member");
    const looks = Array.from({ length: 100 }, async (_, i) => {
      const id = i % 2 === 0 ? team : eve.workspace_id;
      expect((await get(`/v1/workspaces/${id}`, eve)).body.id).toBe(id);
    });
    await Promise.all(looks);
  });

  test("are listed page by page, none twice", async () => {
    for (let i = 0; i < 5; i++) await create({ name: `W${i}` });
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await get(`/v1/workspaces?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`, ada);
      ids.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor;
    }
    const [row] = await plinth.sql("select count(*)::int as n from workspaces.members where user_id = $1", [
      ada.user_id,
    ]);
    expect([ids.length, new Set(ids).size]).toEqual([row?.n, row?.n]);
  });

  test("W6: two may have one name, and each a slug of its own", async () => {
    const [one, two] = [await create({ name: "Müller & Söhne" }), await create({ name: "Müller & Söhne" })];
    expect(one.body.slug).toMatch(/^muller-sohne-[0-9a-f]{12}$/);
    expect(one.body.slug).not.toBe(two.body.slug);
  });
});

describe("a workspace", () => {
  const change = (body: object, person = ada) =>
    plinth.call("PATCH", `/v1/workspaces/${team}`, { token: person.access_token, body });

  test("gets another name, slug and time zone", async () => {
    const slug = `team-${Date.now()}`;
    const { status, body } = await change({ name: "Renamed", slug, time_zone: "europe/vienna" });
    expect([status, body]).toMatchObject([200, { name: "Renamed", slug, time_zone: "Europe/Vienna", role: "owner" }]);
    expect((await get(`/v1/workspaces/${team}`, ada)).body).toEqual(body);
    expect((await change({ name: "Again" })).body).toMatchObject({ name: "Again", slug, time_zone: "Europe/Vienna" });
  });

  test.each([
    ["nothing", {}, ""],
    ["an empty name", { name: " " }, "/name"],
    ["a name too long", { name: "x".repeat(201) }, "/name"],
    ["a slug too short", { slug: "ab" }, "/slug"],
    ["a slug too long", { slug: "x".repeat(61) }, "/slug"],
    ["a slug in upper case", { slug: "Team" }, "/slug"],
    ["a slug with other signs", { slug: "te_am" }, "/slug"],
    ["a slug that begins with a hyphen", { slug: "-team" }, "/slug"],
    ["a time zone that is none", { time_zone: "Mars/Olympus" }, "/time_zone"],
    ["W11: an owner", { owner_id: "x" }, "/owner_id"],
    ["W11: a state", { name: "x", status: "active" }, "/status"],
    ["W11: a plan", { name: "x", plan: "max" }, "/plan"],
  ])("does not take %s", async (_, body, pointer) => {
    const before = (await get(`/v1/workspaces/${team}`, ada)).body;
    const answer = await change(body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
    expect((await get(`/v1/workspaces/${team}`, ada)).body).toEqual(before);
  });

  test.each([
    ["no name", {}, "/name"],
    ["W11: a slug of its own", { name: "x", slug: "mine" }, "/slug"],
    ["W11: another's ownership", { name: "x", personal_of: "x" }, "/personal_of"],
    ["a time zone that is none", { name: "x", time_zone: "Mars/Olympus" }, "/time_zone"],
  ])("is not made with %s", async (_, body, pointer) => {
    const answer = await create(body);
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, pointer]);
  });

  test("keeps a slug that another asks for, and nothing of it is told; of 20 at once one gets it", async () => {
    const { slug } = (await get(`/v1/workspaces/${eve.workspace_id}`, eve)).body;
    const taken = await change({ slug });
    expect([taken.status, taken.body.code]).toEqual([409, "workspaces.slug_taken"]);
    for (const secret of [eve.workspace_id, eve.user_id]) expect(JSON.stringify(taken.body)).not.toContain(secret);
    const teams = await Promise.all(Array.from({ length: 20 }, () => create({ name: "Racer" })));
    const answers = await Promise.all(
      teams.map(({ body }) =>
        plinth.call("PATCH", `/v1/workspaces/${body.id}`, { token: ada.access_token, body: { slug: "the-one" } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 19 }, () => 409)]);
  });
});

describe("members", () => {
  test("W10: a removed one is out at the next request, with a token that is still good", async () => {
    await join(eve, "member");
    expect((await get(`/v1/workspaces/${team}`, eve)).status).toBe(200);
    expect((await remove(ada, eve)).status).toBe(204);
    expect((await get(`/v1/workspaces/${team}`, eve)).status).toBe(404);
    expect((await get("/v1/me", eve)).status).toBe(200);
  });

  test("W10: a role that was taken is gone at the next request", async () => {
    await join(eve, "admin");
    const rename = () =>
      plinth.call("PATCH", `/v1/workspaces/${team}`, { token: eve.access_token, body: { name: "Eve's" } });
    expect((await rename()).status).toBe(200);
    await plinth.sql("update workspaces.members set role = 'member' where workspace_id = $1 and user_id = $2", [
      team,
      eve.user_id,
    ]);
    await expect.poll(async () => (await rename()).status, { timeout: 20_000, interval: 5 }).toBe(403);
  });

  test("may leave; a member removes nobody else; an admin removes no owner", async () => {
    await join(eve, "member");
    expect((await remove(eve, ada)).body.code).toBe("request.forbidden");
    await plinth.sql("update workspaces.members set role = 'admin' where workspace_id = $1 and user_id = $2", [
      team,
      eve.user_id,
    ]);
    await expect
      .poll(async () => (await remove(eve, ada)).body.code, { timeout: 20_000, interval: 5 })
      .toBe("workspaces.owner_protected");
    expect((await remove(eve, eve)).status).toBe(204);
  });

  test("W12: the last owner stays, also when two owners leave at once, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      team = (await create({ name: `Round ${round}` })).body.id;
      await join(eve, "owner");
      const answers = await Promise.all([remove(ada, ada), remove(eve, eve)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      const [row] = await plinth.sql(
        "select count(*)::int as owners from workspaces.members where workspace_id = $1 and role = 'owner'",
        [team],
      );
      expect(row).toEqual({ owners: 1 });
    }
  });
});

test.each([
  ["Café Ünïcode!", "cafe-unicode-x"],
  ["???", "x"],
  ["a".repeat(100), `${"a".repeat(40)}-x`],
])("the slug of %j", (name, slug) => expect(slugOf(name, "x")).toBe(slug));

test("a time zone is an IANA name", () => {
  expect(checkTimeZone("europe/berlin")).toBe("Europe/Berlin");
  expect(() => checkTimeZone("Mars/Olympus")).toThrow(/invalid/);
});
