import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
let crowd: SignedUp[];
/** Ada owns it. */
let team: string;
let teamName: string;
let teams = 0;
beforeAll(async () => {
  plinth = await testApp({
    env: { QUOTA_MEMBERS: "5", QUOTA_API_KEYS: "3", PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" },
  });
  ada = await plinth.signUp("ada@example.com");
  crowd = [];
  for (let i = 0; i < 20; i++) crowd.push(await plinth.signUp(`person${i}@example.com`));
});
afterAll(() => plinth.close());
beforeEach(async () => {
  teamName = `Team ${String(teams++).padStart(3, "0")}`;
  team = (await as(ada, "POST", "/v1/workspaces", { name: teamName })).body.id;
});

const as = (person: SignedUp, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) =>
  plinth.call(method, path, {
    token: person.access_token,
    body,
    headers: path.startsWith("/v1/api-keys") ? { "plinth-workspace": team } : {},
  });
const quotas = async () => (await as(ada, "GET", `/v1/workspaces/${team}/quotas`)).body;
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const memberIds = async () =>
  (await plinth.sql<{ user_id: string }>("select user_id from workspaces.members where workspace_id = $1", [team])).map(
    ({ user_id }) => user_id,
  );

async function invitationOf({ email }: SignedUp): Promise<string> {
  expect((await as(ada, "POST", `/v1/workspaces/${team}/invitations`, { email })).status).toBe(201);
  return vi.waitFor(
    async () => {
      const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${email}`);
      const mail = body.data.find(({ subject }: { subject: string }) => subject.endsWith(teamName));
      return /invitations\/(\S+)/.exec(mail.text)?.[1] ?? "";
    },
    { timeout: 30_000, interval: 20 },
  );
}
const accept = (person: SignedUp, token: string) => as(person, "POST", `/v1/invitations/${token}/accept`);
const admit = async (person: SignedUp) => accept(person, await invitationOf(person));
const makeKey = () => as(ada, "POST", "/v1/api-keys", { name: "test", scopes: ["workspaces:read"] });

/** A plan that gives the team so much of the feature, until the end if there is one. */
async function grant(product: string, feature: string, limit: number | null, ends_at: Date | null = null) {
  await plinth.sql(
    `insert into entitlements.grants (workspace_id, product, source, plan_id, plan_version_id, rank, features, starts_at, ends_at)
     values ($1, $2, 'test', 'test', gen_random_uuid(), 5, $3, now() - interval '1 hour', $4)`,
    [team, product, JSON.stringify({ [feature]: { kind: "limit", limit, window: "none", per: "workspace" } }), ends_at],
  );
  await plinth.sql("delete from entitlements.entitlement_snapshots where workspace_id = $1", [team]);
}

describe("the quotas of a workspace", () => {
  test("are the installation's where no plan says anything, with what is used of them", async () => {
    expect(await quotas()).toEqual({
      members: { limit: 5, used: 1 },
      api_keys: { limit: 3, used: 0 },
      storage_bytes: { limit: 1_073_741_824 },
      requests_per_minute: { limit: 1_000_000_000 },
    });
    await makeKey();
    await admit(crowd[0] as SignedUp);
    expect(await quotas()).toMatchObject({ members: { used: 2 }, api_keys: { used: 1 } });
  });

  test.each([
    ["more", [["prism", 7]], 7],
    ["less", [["prism", 2]], 2],
    ["any number", [["prism", null]], null],
    [
      "the most that one of two plans gives",
      [
        ["prism", 2],
        ["swan", 9],
      ],
      9,
    ],
    [
      "any number, when one of two plans says so",
      [
        ["prism", null],
        ["swan", 9],
      ],
      null,
    ],
  ] as const)("are a plan's, where it says something: %s", async (_, plans, limit) => {
    for (const [product, most] of plans) await grant(product, "workspace_members", most);
    expect((await quotas()).members).toEqual({ limit, used: 1 });
    expect((await quotas()).api_keys).toEqual({ limit: 3, used: 0 });
  });

  test("are the installation's again when the plan has ended", async () => {
    await grant("prism", "workspace_members", 7, new Date(Date.now() + 60_000));
    expect((await quotas()).members.limit).toBe(7);
    plinth.clock.advance(61_000);
    try {
      expect((await quotas()).members.limit).toBe(5);
    } finally {
      plinth.clock.advance(-61_000);
    }
  });
});

describe("members", () => {
  test("W14: 20 people who accept at once fill the places, and nobody is squeezed in", async () => {
    const tokens: string[] = [];
    for (const person of crowd) tokens.push(await invitationOf(person));
    const answers = await Promise.all(crowd.map((person, i) => accept(person, tokens[i] ?? "")));
    expect(answers.filter(({ status }) => status === 200).length).toBe(4);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(coded))).toEqual(new Set(["429 workspaces.quota_reached"]));
    expect(refused[0]?.body).toMatchObject({ quota: "members", limit: 5, used: 5 });
    expect((await memberIds()).length).toBe(5);
  });

  test("that leave make room for who was refused, whose invitation is still good", async () => {
    await grant("prism", "workspace_members", 2);
    const [first, second] = crowd as [SignedUp, SignedUp];
    expect((await admit(first)).status).toBe(200);
    const token = await invitationOf(second);
    expect((await accept(second, token)).status).toBe(429);
    expect((await as(first, "DELETE", `/v1/workspaces/${team}/members/${first.user_id}`)).status).toBe(204);
    expect((await accept(second, token)).status).toBe(200);
  });

  test("beyond a plan that gives fewer stay, and no other comes", async () => {
    const [first, second, third] = crowd as [SignedUp, SignedUp, SignedUp];
    for (const person of [first, second]) expect((await admit(person)).status).toBe(200);
    await grant("prism", "workspace_members", 1);
    expect((await quotas()).members).toEqual({ limit: 1, used: 3 });
    expect((await as(second, "GET", `/v1/workspaces/${team}`)).status).toBe(200);
    expect(coded(await admit(third))).toBe("429 workspaces.quota_reached");
  });
});

describe("API keys", () => {
  test("made 20 at once are as many as the workspace may have", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, makeKey));
    expect(answers.filter(({ status }) => status === 201).length).toBe(3);
    const refused = answers.filter(({ status }) => status !== 201);
    expect(new Set(refused.map(coded))).toEqual(new Set(["429 workspaces.quota_reached"]));
    expect(refused[0]?.body).toMatchObject({ quota: "api_keys", limit: 3, used: 3 });
  });

  test("that are revoked make room", async () => {
    const keys = await Promise.all([makeKey(), makeKey(), makeKey()]);
    expect((await makeKey()).status).toBe(429);
    await as(ada, "DELETE", `/v1/api-keys/${keys[0]?.body.id}`);
    expect((await makeKey()).status).toBe(201);
  });

  test("are none where a plan gives none", async () => {
    await grant("prism", "workspace_api_keys", 0);
    expect((await makeKey()).body).toMatchObject({ code: "workspaces.quota_reached", limit: 0 });
  });
});

describe("requests", () => {
  const look = () => as(ada, "GET", `/v1/workspaces/${team}`);

  test("of 30 at once, as many as the plan gives in a minute; other workspaces go on", async () => {
    await grant("prism", "workspace_requests_per_minute", 10);
    const answers = await Promise.all(Array.from({ length: 30 }, look));
    expect(answers.filter(({ status }) => status === 200).length).toBe(10);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(new Set(refused.map(coded))).toEqual(new Set(["429 request.rate_limited"]));
    expect(Number(refused[0]?.headers["retry-after"])).toBeGreaterThan(0);
    team = ada.workspace_id;
    expect((await look()).status).toBe(200);
  });

  test("count for the workspace, whoever calls", async () => {
    const [member] = crowd as [SignedUp];
    expect((await admit(member)).status).toBe(200);
    // What was asked before the limit changed counts: the invitation; and so does the key.
    await grant("prism", "workspace_requests_per_minute", 5);
    plinth.clock.advance(31_000);
    try {
      const { body } = await makeKey();
      const callers = [ada.access_token, member.access_token, body.key, ada.access_token, member.access_token];
      const statuses: number[] = [];
      for (const token of callers) {
        statuses.push((await plinth.call("GET", `/v1/workspaces/${team}`, { token })).status);
      }
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
    } finally {
      plinth.clock.advance(-31_000);
    }
  });
});
