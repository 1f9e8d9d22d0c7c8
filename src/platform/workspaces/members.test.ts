import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

type Role = "member" | "admin" | "owner";

let plinth: TestApp;
let ada: SignedUp;
let bob: SignedUp;
let eve: SignedUp;
let mia: SignedUp;
/** Ada owns it. */
let team: string;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" }, worker: false });
  ada = await signUp("ada");
  bob = await signUp("bob");
  eve = await signUp("eve");
  mia = await signUp("mia");
});
afterAll(() => plinth.close());
beforeEach(async () => {
  team = await makeTeam();
});

const signUp = (name: string) => plinth.signUp(`${name}@example.com`);
const as = (person: SignedUp, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) =>
  plinth.call(method, path, { token: person.access_token, body });
const makeTeam = async (owner = ada): Promise<string> =>
  (await as(owner, "POST", "/v1/workspaces", { name: "The Team" })).body.id;
const join = (person: SignedUp, role: Role) =>
  plinth.sql(
    "insert into workspaces.members (workspace_id, user_id, role, created_at) values ($1, $2, $3, date_trunc('milliseconds', now()))",
    [team, person.user_id, role],
  );
const setRole = (by: SignedUp, whom: SignedUp, role: string) =>
  as(by, "PATCH", `/v1/workspaces/${team}/members/${whom.user_id}`, { role });
const remove = (by: SignedUp, whom: SignedUp) => as(by, "DELETE", `/v1/workspaces/${team}/members/${whom.user_id}`);
const transfer = (by: SignedUp, to: SignedUp) =>
  as(by, "POST", `/v1/workspaces/${team}/transfer`, { user_id: to.user_id });
const closeAccount = (person: SignedUp) => as(person, "DELETE", "/v1/me");
const rename = (by: SignedUp) => as(by, "PATCH", `/v1/workspaces/${team}`, { name: "Renamed" });
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const roleOf = async (person: SignedUp) =>
  (
    await plinth.sql<{ role: Role }>("select role from workspaces.members where workspace_id = $1 and user_id = $2", [
      team,
      person.user_id,
    ])
  )[0]?.role;
const owners = async () =>
  (await plinth.sql("select from workspaces.members where workspace_id = $1 and role = 'owner'", [team])).length;

describe("the members", () => {
  test("are listed with who they are, the first first, page by page, none twice", async () => {
    await join(bob, "admin");
    await join(mia, "member");
    const seen: object[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const query = cursor === "" ? "" : `&cursor=${cursor}`;
      const { status, body } = await as(mia, "GET", `/v1/workspaces/${team}/members?limit=1${query}`);
      expect(status).toBe(200);
      seen.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(seen).toMatchObject([
      { user_id: ada.user_id, role: "owner", email: "ada@example.com", full_name: "Ada Test" },
      { user_id: bob.user_id, role: "admin" },
      { user_id: mia.user_id, role: "member" },
    ]);
    expect(Object.keys(seen[0] ?? {}).sort()).toEqual(
      ["avatar_url", "created_at", "email", "full_name", "role", "user_id"].sort(),
    );
  });

  test("get their roles from an owner, and each holds from the next request on, 20 rounds", async () => {
    await join(mia, "member");
    expect((await rename(mia)).status).toBe(403);
    for (let round = 0; round < 20; round++) {
      for (const [role, status] of [
        ["admin", 200],
        ["owner", 200],
        ["member", 403],
      ] as const) {
        expect((await setRole(ada, mia, role)).status).toBe(204);
        expect([await roleOf(mia), (await rename(mia)).status]).toEqual([role, status]);
      }
    }
  });

  test.each([
    ["a role that there is not", () => setRole(ada, mia, "superuser"), "422 request.invalid"],
    ["a stranger's role", () => setRole(ada, bob, "admin"), "404 request.not_found"],
    ["a stranger's removal", () => remove(ada, bob), "404 request.not_found"],
    ["a handing over to a stranger", () => transfer(ada, bob), "404 request.not_found"],
    ["a handing over by an admin", () => transfer(eve, mia), "403 request.forbidden"],
    ["the last owner's other role", () => setRole(ada, ada, "admin"), "409 workspaces.last_owner"],
    ["the last owner's leaving", () => remove(ada, ada), "409 workspaces.last_owner"],
    ["W12: an admin who makes an owner", () => setRole(eve, mia, "owner"), "403 workspaces.owner_protected"],
    ["W12: an admin who makes an owner of itself", () => setRole(eve, eve, "owner"), "403 workspaces.owner_protected"],
    ["W12: an admin who demotes an owner", () => setRole(eve, ada, "member"), "403 workspaces.owner_protected"],
    ["W12: an admin who removes an owner", () => remove(eve, ada), "403 workspaces.owner_protected"],
    ["a member who promotes itself", () => setRole(mia, mia, "admin"), "403 request.forbidden"],
  ])("%s is refused, and nothing changes", async (_, act, answer) => {
    await join(eve, "admin");
    await join(mia, "member");
    expect(coded(await act())).toBe(answer);
    expect([await roleOf(ada), await roleOf(eve), await roleOf(mia)]).toEqual(["owner", "admin", "member"]);
  });

  test("an admin may do the rest: give and take the role of admin, remove, leave", async () => {
    await join(eve, "admin");
    await join(mia, "member");
    await join(bob, "member");
    expect((await setRole(eve, mia, "admin")).status).toBe(204);
    expect((await setRole(eve, mia, "member")).status).toBe(204);
    expect((await remove(eve, mia)).status).toBe(204);
    expect((await remove(bob, bob)).status).toBe(204);
    expect((await remove(eve, eve)).status).toBe(204);
    expect(await plinth.sql("select role from workspaces.members where workspace_id = $1", [team])).toEqual([
      { role: "owner" },
    ]);
  });

  test("the owner of a personal workspace stays in it", async () => {
    team = ada.workspace_id;
    expect(coded(await remove(ada, ada))).toBe("409 workspaces.last_owner");
    expect(coded(await transfer(ada, ada))).toBe("409 workspaces.personal");
  });
});

describe("a workspace that is handed over", () => {
  test("has its new owner, and the former as an admin, from the next request on", async () => {
    await join(mia, "member");
    expect((await transfer(ada, mia)).status).toBe(204);
    expect([await roleOf(ada), await roleOf(mia)]).toEqual(["admin", "owner"]);
    expect((await as(ada, "DELETE", `/v1/workspaces/${team}`)).status).toBe(403);
    expect(coded(await remove(ada, mia))).toBe("403 workspaces.owner_protected");
    expect((await setRole(mia, ada, "member")).status).toBe(204);
  });

  test("to two at once goes to one of them, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      team = await makeTeam();
      await join(bob, "member");
      await join(mia, "member");
      const answers = await Promise.all([transfer(ada, bob), transfer(ada, mia)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 403]);
      expect(await owners()).toBe(1);
    }
  });
});

describe("W12: the last owner stays", () => {
  test.each([
    ["demote each other", () => [setRole(ada, bob, "member"), setRole(bob, ada, "member")]],
    ["demote themselves", () => [setRole(ada, ada, "member"), setRole(bob, bob, "admin")]],
    ["leave, the one, and step down, the other", () => [remove(ada, ada), setRole(bob, bob, "member")]],
    ["leave, the one, having demoted the other", () => [remove(ada, ada), setRole(ada, bob, "member")]],
    ["remove each other", () => [remove(ada, bob), remove(bob, ada)]],
  ])("when two owners %s at once, 50 rounds", async (_, acts) => {
    for (let round = 0; round < 50; round++) {
      team = await makeTeam();
      await join(bob, "owner");
      const statuses = (await Promise.all(acts())).map(({ status }) => status).sort();
      expect(statuses[0]).toBe(204);
      expect([403, 404, 409]).toContain(statuses[1]);
      expect(await owners()).toBe(1);
    }
  });

  test("when the owner hands over to a member who leaves at once, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      team = await makeTeam();
      await join(mia, "member");
      await Promise.all([transfer(ada, mia), remove(mia, mia)]);
      expect(await owners()).toBe(1);
    }
  });
});

describe("W12: what changed while the request waited counts", () => {
  /** Lets the request come in as things stand, changes them before it gets its turn, and returns its answer. */
  async function overtaken(act: () => Promise<Called>, whom: SignedUp, role: Role | undefined): Promise<Called> {
    await plinth.sql("begin");
    await plinth.sql("select from workspaces.workspaces where id = $1 for update", [team]);
    const answer = act();
    try {
      const waiting = "select from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))";
      await vi.waitFor(async () => expect(await plinth.sql(waiting)).not.toEqual([]), { timeout: 30_000, interval: 5 });
      const change =
        role === undefined
          ? "delete from workspaces.members where workspace_id = $1 and user_id = $2 and $3::text is null"
          : "update workspaces.members set role = $3 where workspace_id = $1 and user_id = $2";
      await plinth.sql(change, [team, whom.user_id, role ?? null]);
    } finally {
      await plinth.sql("commit");
    }
    return answer;
  }

  test.each([
    [
      "an admin demoted meanwhile promotes",
      () => setRole(eve, mia, "admin"),
      () => eve,
      "member",
      "403 request.forbidden",
    ],
    ["an admin demoted meanwhile removes", () => remove(eve, mia), () => eve, "member", "403 request.forbidden"],
    ["an admin removed meanwhile removes", () => remove(eve, mia), () => eve, undefined, "404 request.not_found"],
    [
      "an admin demotes who is an owner meanwhile",
      () => setRole(eve, mia, "member"),
      () => mia,
      "owner",
      "403 workspaces.owner_protected",
    ],
    [
      "an admin removes who is an owner meanwhile",
      () => remove(eve, mia),
      () => mia,
      "owner",
      "403 workspaces.owner_protected",
    ],
    [
      "an owner demoted meanwhile makes an owner",
      () => setRole(bob, mia, "owner"),
      () => bob,
      "admin",
      "403 workspaces.owner_protected",
    ],
    [
      "an owner demoted meanwhile hands over",
      () => transfer(bob, mia),
      () => bob,
      "admin",
      "403 workspaces.owner_protected",
    ],
    [
      "an owner leaves who is the last meanwhile",
      () => remove(bob, bob),
      () => ada,
      "member",
      "409 workspaces.last_owner",
    ],
    [
      "an owner steps down who is the last meanwhile",
      () => setRole(bob, bob, "member"),
      () => ada,
      undefined,
      "409 workspaces.last_owner",
    ],
  ] as const)("%s: refused", async (_, act, whom, role, answer) => {
    await join(bob, "owner");
    await join(eve, "admin");
    await join(mia, "member");
    expect(coded(await overtaken(act, whom(), role))).toBe(answer);
    expect(await owners()).toBeGreaterThan(0);
  });
});

describe("an owner who closes the account", () => {
  let people = 0;
  const stranger = () => signUp(`person${people++}`);

  test("is refused while others would be left without one, and told which workspaces", async () => {
    const owner = await stranger();
    team = await makeTeam(owner);
    await join(mia, "member");
    const refused = await closeAccount(owner);
    expect([coded(refused), refused.body.workspace_ids]).toEqual(["409 identity.owns_workspaces", [team]]);
    expect((await as(owner, "GET", "/v1/me")).status).toBe(200);
    expect((await transfer(owner, mia)).status).toBe(204);
    expect((await closeAccount(owner)).status).toBe(202);
  });

  test.each([
    ["that nobody else belongs to", undefined],
    ["that another owns too", "owner"],
  ] as const)("may own a workspace %s", async (_, other) => {
    const owner = await stranger();
    team = await makeTeam(owner);
    if (other !== undefined) await join(mia, other);
    expect((await closeAccount(owner)).status).toBe(202);
  });

  test("W12: counts as none: the other neither leaves, nor steps down, nor closes the account", async () => {
    const [gone, left] = [await stranger(), await stranger()];
    team = await makeTeam(gone);
    await join(left, "owner");
    await join(mia, "member");
    expect((await closeAccount(gone)).status).toBe(202);
    const answers = [await remove(left, left), await setRole(left, left, "member"), await closeAccount(left)];
    expect(answers.map(coded)).toEqual([
      "409 workspaces.last_owner",
      "409 workspaces.last_owner",
      "409 identity.owns_workspaces",
    ]);
  });

  test("W12: at once with the other one is one of the two, 10 rounds", async () => {
    for (let round = 0; round < 10; round++) {
      const [one, two] = [await stranger(), await stranger()];
      team = await makeTeam(one);
      await join(two, "owner");
      await join(mia, "member");
      const answers = await Promise.all([closeAccount(one), closeAccount(two)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
    }
  });
});
