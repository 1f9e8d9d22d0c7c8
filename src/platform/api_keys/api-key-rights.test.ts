import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type CallOptions, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { probeProduct } from "../../../test/support/probe-product.ts";
import { operations } from "../../../test/support/routes.ts";

let plinth: TestApp;
let probe: Awaited<ReturnType<typeof probeProduct>>;
/** Ada owns the team, Mia is an admin of it; Eve has nothing to do with it. */
let ada: SignedUp;
let mia: SignedUp;
let eve: SignedUp;
let root: SignedUp;
let team: string;
let scopes: string[];
beforeAll(async () => {
  probe = await probeProduct([
    { method: "POST", path: "/v1/probe/member", auth: "workspace" },
    { method: "POST", path: "/v1/probe/admin", auth: "workspace", role: "admin" },
    { method: "POST", path: "/v1/probe/owner", auth: "workspace", role: "owner" },
  ]);
  plinth = await testApp({ products: [probe.file], env: { QUOTA_API_KEYS: "100000" } });
  [ada, mia, eve, root] = [
    await plinth.signUp("ada@example.com"),
    await plinth.signUp("mia@example.com"),
    await plinth.signUp("eve@example.com"),
    await plinth.signUp("root@example.com"),
  ];
  await plinth.app.promote("root@example.com");
  scopes = (await plinth.call("GET", "/v1/api-key-scopes", { token: ada.access_token })).body.data;
});
afterAll(async () => {
  await plinth.close();
  await probe.remove();
});
beforeEach(async () => {
  const { body } = await plinth.call("POST", "/v1/workspaces", { token: ada.access_token, body: { name: "Team" } });
  team = body.id;
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'admin')", [
    team,
    mia.user_id,
  ]);
});

const create = (more: object = {}, by = ada, workspace_id = team) =>
  plinth.call("POST", "/v1/api-keys", {
    token: by.access_token,
    headers: { "plinth-workspace": workspace_id },
    body: { name: "ci", scopes, ...more },
  });
const make = async (more: object = {}, by = ada): Promise<{ id: string; key: string }> => {
  const { status, body } = await create(more, by);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body;
};
const use = async (key: string, options: CallOptions = {}) =>
  (await plinth.call("POST", "/v1/probe/member", { token: key, body: {}, ...options })).status;
const soon = (work: () => Promise<void>) => vi.waitFor(work, { timeout: 20_000, interval: 5 });

describe("the addresses", () => {
  test.each<[string[], string, number]>([
    [[], "203.0.113.9", 200],
    [["192.0.2.7"], "192.0.2.7", 200],
    [["192.0.2.7"], "192.0.2.8", 403],
    [["192.0.2.7"], "::ffff:192.0.2.7", 200],
    [["::ffff:192.0.2.7"], "192.0.2.7", 200],
    [["192.0.2.0/24"], "192.0.2.255", 200],
    [["192.0.2.0/24"], "192.0.3.0", 403],
    [["192.0.2.129/25"], "192.0.2.128", 200],
    [["192.0.2.129/25"], "192.0.2.127", 403],
    [["192.0.2.7/32"], "192.0.2.6", 403],
    [["0.0.0.0/0"], "203.0.113.9", 200],
    [["0.0.0.0/0"], "2001:db8::1", 403],
    [["2001:db8::/32"], "2001:db8:ffff::1", 200],
    [["2001:db8::/32"], "2001:db9::1", 403],
    [["2001:DB8:0:0::7"], "2001:db8::7", 200],
    [["2001:db8::7"], "2001:db8::8", 403],
    [["::1"], "127.0.0.1", 403],
    [["10.0.0.0/8", "2001:db8::/48"], "10.255.0.1", 200],
    [["10.0.0.0/8", "2001:db8::/48"], "2001:db8:0:ffff::1", 200],
    [["10.0.0.0/8", "2001:db8::/48"], "11.0.0.1", 403],
  ])("K6: %j takes it from %s: %i", async (allowed_addresses, ip, status) => {
    const { key } = await make({ allowed_addresses });
    const answer = await plinth.call("POST", "/v1/probe/member", { token: key, body: {}, ip });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.code).toBe("api_keys.address_forbidden");
  });

  test("K6: are not what X-Forwarded-For says, and are changed at the next request", async () => {
    const { id, key } = await make({ allowed_addresses: ["192.0.2.7"] });
    const spoofed = { "x-forwarded-for": "192.0.2.7", forwarded: "for=192.0.2.7", "x-real-ip": "192.0.2.7" };
    expect(await use(key, { ip: "203.0.113.9", headers: spoofed })).toBe(403);
    const changed = await plinth.call("PATCH", `/v1/api-keys/${id}`, {
      token: ada.access_token,
      headers: { "plinth-workspace": team },
      body: { allowed_addresses: ["203.0.113.9"] },
    });
    expect(changed.status).toBe(200);
    expect([await use(key, { ip: "203.0.113.9" }), await use(key, { ip: "192.0.2.7" })]).toEqual([200, 403]);
  });

  test.each([
    "192.0.2.300",
    "192.0.2",
    "192.0.2.0/33",
    "192.0.2.0/",
    "192.0.2.0/-1",
    "192.0.2.0/1.5",
    "192.0.2.0/24/8",
    "::/129",
    "2001:db8",
    "example.com",
    "localhost",
    "*",
    " 192.0.2.1",
    "",
  ])("K6: %j is none, and the answer says which", async (bad) => {
    const answer = await create({ allowed_addresses: ["192.0.2.1", bad] });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, "/allowed_addresses/1"]);
  });
});

describe("its end", () => {
  test("K6: comes when it was set to", async () => {
    const expires_at = new Date(plinth.clock.now().getTime() + 60_000).toISOString();
    const { key } = await make({ expires_at });
    expect(await use(key)).toBe(200);
    plinth.clock.advance(61_000);
    try {
      expect(await use(key)).toBe(401);
    } finally {
      plinth.clock.advance(-61_000);
    }
  });

  test.each([
    ["2099-01-01T00:00:00+23:59", "2098-12-31T00:01:00.000Z"],
    ["2099-01-01T00:00:00.123456789-00:30", "2099-01-01T00:30:00.123Z"],
    ["9999-12-31T23:59:59.999999999+23:59", "9999-12-31T00:00:59.999Z"],
  ])("K6: set to %s is the moment %s", async (expires_at, moment) => {
    const answer = await create({ expires_at });
    expect([answer.status, answer.body.expires_at]).toEqual([201, moment]);
  });

  test.each(["2020-01-01T00:00:00Z", "2099-12-31T23:59:60Z", "tomorrow", "2030-01-01", 4_070_908_800, ""])(
    "K6: is not to be %j",
    async (expires_at) => {
      const answer = await create({ expires_at });
      expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, "/expires_at"]);
    },
  );

  test("K6: comes when its maker leaves the workspace, whoever removes whom", async () => {
    const { key } = await make({}, mia);
    expect(await use(key)).toBe(200);
    const removed = await plinth.call("DELETE", `/v1/workspaces/${team}/members/${mia.user_id}`, {
      token: ada.access_token,
    });
    expect(removed.status).toBe(204);
    expect(await use(key)).toBe(401);
  });

  test.each([
    ["suspend", "reinstate"],
    ["suspend", undefined],
  ])("K6: comes when the platform does this to its maker: %s, then %s", async (action, back) => {
    const maker = await plinth.signUp(`maker-${back ?? "gone"}@example.com`);
    const made = await create({}, maker, maker.workspace_id);
    expect(await use(made.body.key)).toBe(200);
    const act = (what: string) =>
      plinth.call("POST", `/v1/admin/users/${maker.user_id}/${what}`, {
        token: root.access_token,
        body: { reason: "test" },
      });
    expect((await act(action)).status).toBe(200);
    await soon(async () => expect(await use(made.body.key)).toBe(401));
    if (back === undefined) return;
    expect((await act(back)).status).toBe(200);
    await soon(async () => expect(await use(made.body.key)).toBe(200));
  });

  test("K6: comes when its maker deletes the account", async () => {
    const maker = await plinth.signUp("leaver@example.com");
    const made = await create({}, maker, maker.workspace_id);
    expect(await use(made.body.key)).toBe(200);
    expect((await plinth.call("DELETE", "/v1/me", { token: maker.access_token })).status).toBe(202);
    await soon(async () => expect(await use(made.body.key)).toBe(401));
  });
});

describe("what it may do", () => {
  const statuses = async (key: string) => {
    const answers = ["member", "admin", "owner"].map((role) =>
      plinth.call("POST", `/v1/probe/${role}`, { token: key, body: {} }),
    );
    return (await Promise.all(answers)).map(({ status }) => status);
  };

  test("K6: is what its role may, never an owner's", async () => {
    expect(await statuses((await make()).key)).toEqual([200, 403, 403]);
    expect(await statuses((await make({ role: "admin" })).key)).toEqual([200, 200, 403]);
    expect((await create({ role: "owner" })).status).toBe(422);
  });

  test("K6: shrinks with its maker's role at the next request, and is no more than it was made for when it grows", async () => {
    const strong = await make({ role: "admin" }, mia);
    const weak = await make({ role: "member" }, mia);
    expect(await statuses(strong.key)).toEqual([200, 200, 403]);
    const become = async (role: string) => {
      const path = `/v1/workspaces/${team}/members/${mia.user_id}`;
      const changed = await plinth.call("PATCH", path, { token: ada.access_token, body: { role } });
      expect(changed.status).toBe(204);
    };
    await become("member");
    expect(await statuses(strong.key)).toEqual([200, 403, 403]);
    await become("owner");
    expect(await statuses(strong.key)).toEqual([200, 200, 403]);
    expect(await statuses(weak.key)).toEqual([200, 403, 403]);
  });

  test("K6: is what its scopes name, and changes with them at the next request", async () => {
    const { id, key } = await make({ scopes: ["billing:read"] });
    const answer = await plinth.call("POST", "/v1/probe/member", { token: key, body: {} });
    expect([answer.status, answer.body.code, answer.body.scope]).toEqual([403, "request.scope_missing", "probe:write"]);
    await plinth.call("PATCH", `/v1/api-keys/${id}`, {
      token: ada.access_token,
      headers: { "plinth-workspace": team },
      body: { scopes: ["probe:write"] },
    });
    expect(await use(key)).toBe(200);
  });

  test("K6: is in its workspace alone", async () => {
    const { key } = await make();
    expect(await use(key, { headers: { "plinth-workspace": team } })).toBe(200);
    for (const foreign of [ada.workspace_id, eve.workspace_id, eve.user_id]) {
      expect(await use(key, { headers: { "plinth-workspace": foreign } })).toBe(404);
      expect((await plinth.call("GET", `/v1/workspaces/${foreign}`, { token: key })).status).toBe(404);
    }
    expect((await plinth.call("GET", `/v1/workspaces/${team}`, { token: key })).body.id).toBe(team);
  });

  test.each([
    ["GET", "/v1/api-keys"],
    ["POST", "/v1/api-keys"],
    ["GET", "/v1/api-keys/{key}"],
    ["PATCH", "/v1/api-keys/{key}"],
    ["DELETE", "/v1/api-keys/{key}"],
    ["POST", "/v1/api-keys/{key}/rotate"],
    ["PATCH", "/v1/workspaces/{team}/members/{mia}"],
    ["DELETE", "/v1/workspaces/{team}/members/{mia}"],
    ["POST", "/v1/workspaces/{team}/transfer"],
    ["GET", "/v1/workspaces/{team}/invitations"],
    ["POST", "/v1/workspaces/{team}/invitations"],
    ["PATCH", "/v1/workspaces/{team}"],
    ["DELETE", "/v1/workspaces/{team}"],
    ["GET", "/v1/workspaces/{team}/audit-entries"],
    ["GET", "/v1/me"],
    ["PATCH", "/v1/me"],
    ["POST", "/v1/auth/logout"],
    ["GET", "/v1/admin/users"],
  ] as const)("K6: with every scope and the role of an admin it is not let to %s %s", async (method, path) => {
    const { id, key } = await make({ role: "admin" });
    const url = path.replace("{key}", id).replace("{team}", team).replace("{mia}", mia.user_id);
    const answer = await plinth.call(method, url, { token: key, ...(method === "GET" ? {} : { body: {} }) });
    expect([answer.status, answer.body.code]).toEqual([403, "request.person_required"]);
    expect(await use(key)).toBe(200);
  });

  test("K6: in a suspended workspace is to read", async () => {
    const { key } = await make();
    await plinth.sql("update workspaces.workspaces set status = 'suspended', suspended_reason = 'test' where id = $1", [
      team,
    ]);
    await soon(async () => expect(await use(key)).toBe(403));
    expect((await plinth.call("GET", `/v1/workspaces/${team}`, { token: key })).status).toBe(200);
  });
});

describe("where it is taken from", () => {
  test.each([
    ["the query", (key: string) => ({ url: `?api_key=${key}` })],
    ["the query as an access token", (key: string) => ({ url: `?access_token=${key}` })],
    ["the body", (key: string) => ({ body: { api_key: key } })],
    ["X-API-Key", (key: string) => ({ headers: { "x-api-key": key } })],
    ["Basic", (key: string) => ({ headers: { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` } })],
    [
      "a cookie",
      (key: string) => ({ headers: { cookie: `__Host-plinth_access=${key}`, origin: "http://plinth.test" } }),
    ],
  ])("K7: not from %s", async (_, place) => {
    const { key } = await make();
    const { url = "", ...options }: CallOptions & { url?: string } = place(key);
    const answer = await plinth.call("POST", `/v1/probe/member${url}`, { body: {}, ...options });
    expect([answer.status, answer.body.code]).toEqual([401, "request.unauthenticated"]);
  });
});

describe("making one", () => {
  test.each([
    ["user_id", (): unknown => eve.user_id],
    ["created_by", () => eve.user_id],
    ["workspace_id", () => eve.workspace_id],
    ["permissions", () => ["*"]],
    ["environment", () => "live"],
    ["secret", () => "known"],
    ["key", () => "pk_test_mine"],
    ["id", () => eve.user_id],
  ])("K9: refuses %s from whoever asks", async (field, value) => {
    const answer = await create({ [field]: value() });
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, `/${field}`]);
  });

  test("K9: knows the scopes that some route takes, and no other", async () => {
    const taken = operations.flatMap(({ scope }) => scope ?? []);
    expect(scopes).toEqual([...new Set([...taken, "probe:write"])].sort());
  });

  test("K9: is for a workspace's own admins, and for no scope that there is none of", async () => {
    expect((await create({}, eve)).status).toBe(404);
    expect((await create({ scopes: ["*"] })).body.code).toBe("api_keys.unknown_scope");
    const made = await make({}, mia);
    const get = (by: SignedUp, workspace_id: string) =>
      plinth.call("GET", `/v1/api-keys/${made.id}`, {
        token: by.access_token,
        headers: { "plinth-workspace": workspace_id },
      });
    expect((await get(mia, team)).body.created_by).toBe(mia.user_id);
    expect((await get(eve, eve.workspace_id)).status).toBe(404);
    expect((await get(ada, ada.workspace_id)).status).toBe(404);
  });

  test("the quota holds: of 20 at once exactly 3 are made; a revoked or expired one makes room", async () => {
    const small = await testApp({ beside: plinth, worker: false, env: { QUOTA_API_KEYS: "3" } });
    const headers = { "plinth-workspace": team };
    const add = (more: object = {}) =>
      small.call("POST", "/v1/api-keys", {
        token: ada.access_token,
        headers,
        body: { name: "ci", scopes: ["billing:read"], ...more },
      });
    try {
      const answers = await Promise.all(Array.from({ length: 20 }, () => add()));
      const made = answers.filter(({ status }) => status === 201);
      expect(made.length).toBe(3);
      for (const { status, body } of answers.filter((each) => each.status !== 201)) {
        expect([status, body.code, body.quota, body.limit]).toEqual([429, "workspaces.quota_reached", "api_keys", 3]);
      }
      const [first] = made;
      const path = `/v1/api-keys/${first?.body.id}`;
      expect((await small.call("POST", `${path}/rotate`, { token: ada.access_token, headers, body: {} })).status).toBe(
        200,
      );
      expect((await small.call("DELETE", path, { token: ada.access_token, headers })).status).toBe(204);
      const expires_at = new Date(plinth.clock.now().getTime() + 30_000).toISOString();
      expect((await add({ expires_at })).status).toBe(201);
      expect((await add()).body.code).toBe("workspaces.quota_reached");
      plinth.clock.advance(31_000);
      expect((await add()).status).toBe(201);
    } finally {
      plinth.clock.advance(-31_000);
      await small.close();
    }
  });
});
