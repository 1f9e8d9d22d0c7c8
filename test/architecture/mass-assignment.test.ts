import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../support/app.ts";
import { operations } from "../support/routes.ts";

let plinth: TestApp;
let ada: SignedUp;
let mia: SignedUp;
/** Ada owns it, Mia is a member. */
let team: string;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
  ada = await plinth.signUp("ada@example.com");
  mia = await plinth.signUp("mia@example.com");
  team = (await send(ada, "POST", "/v1/workspaces", { name: "Team" })).body.id;
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team,
    mia.user_id,
  ]);
});
afterAll(() => plinth.close());

const send = (person: SignedUp, method: "POST" | "PATCH" | "PUT", path: string, body: unknown) =>
  plinth.call(method, path, { token: person.access_token, body });

/** Bodies whose shape is somebody else's, who adds to it: taken as they are, and read by name. */
const foreignShapes = [
  "POST /v1/ai/chat/completions /metadata",
  "POST /v1/ai/chat/completions /response_format/json_schema/schema",
  "POST /v1/ai/chat/completions /tools/items/function/parameters",
  "POST /v1/auth/oauth/{provider}/callback",
  "POST /v1/auth/passkey /response",
  "POST /v1/auth/step-up /passkey/response",
  "POST /v1/me/passkeys /response",
];

test("W11: every body refuses what it does not declare, at every depth", () => {
  const open: string[] = [];
  const look = (schema: unknown, name: string, pointer: string): void => {
    if (typeof schema !== "object" || schema === null) return;
    const isObject = "type" in schema && schema.type === "object";
    // Where a schema says nothing of other members, but declares its own, the validator refuses them.
    const isClosed = "additionalProperties" in schema ? schema.additionalProperties === false : "properties" in schema;
    if (isObject && !isClosed) {
      open.push(`${name} ${pointer}`.trim());
      return;
    }
    const properties = "properties" in schema ? Object.entries(schema.properties ?? {}) : [];
    for (const [field, part] of properties) look(part, name, `${pointer}/${field}`);
    for (const list of ["anyOf", "allOf", "oneOf"] as const) {
      for (const part of list in schema ? ((schema as Record<string, unknown[]>)[list] ?? []) : [])
        look(part, name, pointer);
    }
    if ("items" in schema) look(schema.items, name, `${pointer}/items`);
  };
  for (const { body, name } of operations) look(body, name, "");
  expect(operations.filter(({ body }) => body !== undefined).length).toBeGreaterThan(20);
  expect(open.sort()).toEqual(foreignShapes);
});

const member = () => `/v1/workspaces/${team}/members/${mia.user_id}`;
const targets: [string, "POST" | "PATCH" | "PUT", () => string, Record<string, unknown>][] = [
  ["register", "POST", () => "/v1/auth/register", { email: "new@example.com", password, full_name: "New" }],
  ["login", "POST", () => "/v1/auth/login", { email: "ada@example.com", password }],
  ["the own profile", "PATCH", () => "/v1/me", { display_name: "Ada" }],
  ["the own password", "PUT", () => "/v1/me/password", { current_password: password, password: "Another-horse-8" }],
  ["the own address", "PUT", () => "/v1/me/email", { email: "other@example.com" }],
  ["ending sessions", "POST", () => "/v1/auth/logout-all", { keep_current: true }],
  ["a new workspace", "POST", () => "/v1/workspaces", { name: "Another" }],
  ["a workspace", "PATCH", () => `/v1/workspaces/${team}`, { name: "Team" }],
  ["a member", "PATCH", member, { role: "member" }],
  ["an invitation", "POST", () => `/v1/workspaces/${team}/invitations`, { email: "x@example.com", role: "member" }],
  ["an API key", "POST", () => "/v1/api-keys", { name: "k", scopes: ["prism:write"], role: "member" }],
  ["a turn", "POST", () => "/v1/prism/turns", { question: "Why?" }],
  ["a mirror session", "POST", () => "/v1/prism/mirror/sessions", { title: "Monday" }],
  ["a fragment", "POST", () => "/v1/prism/mirror/fragments", { text: "Rest helps", theme: "rest" }],
  ["a goal", "POST", () => "/v1/prism/lens/goals", { title: "Run" }],
];
const privileges: Record<string, unknown> = {
  isAdmin: true,
  is_admin: true,
  admin: true,
  emailVerified: true,
  email_verified: true,
  email_verified_at: "2020-01-01T00:00:00Z",
  plan: "max",
  plan_id: "prism_max",
  ownerId: "00000000-0000-7000-8000-000000000000",
  owner_id: "00000000-0000-7000-8000-000000000000",
  user_id: "00000000-0000-7000-8000-000000000000",
  credits: 1_000_000,
  status: "active",
  id: "00000000-0000-7000-8000-000000000000",
  created_at: "2020-01-01T00:00:00Z",
  "role[]": ["admin"],
  user: { role: "admin" },
};

describe("W11: a privilege that is sent along", () => {
  /** What nobody may set by a body. */
  const standing = async () => [
    await plinth.sql("select id, role, status, email, email_verified_at, display_name from identity.users order by id"),
    await plinth.sql("select id, name, status, personal_of from workspaces.workspaces order by id"),
    await plinth.sql("select workspace_id, user_id, role from workspaces.members order by 1, 2"),
    await plinth.sql(
      "select id from api_keys.keys union all select id from invitations.invitations union all select id from prism.turns union all select id from prism.mirror_sessions union all select id from prism.mirror_fragments union all select id from prism.lens_goals",
    ),
  ];

  test.each(targets)("with %s is refused by its name, and nothing is done", async (_, method, path, body) => {
    const before = await standing();
    const fields = "role" in body ? privileges : { ...privileges, role: "admin", role_id: 1 };
    for (const [field, value] of Object.entries(fields)) {
      const answer = await send(ada, method, path(), { ...body, [field]: value });
      expect({ field, status: answer.status, errors: answer.body.errors }).toMatchObject({
        field,
        status: 422,
        errors: expect.arrayContaining([expect.objectContaining({ pointer: `/${field}` })]),
      });
    }
    expect(await standing()).toEqual(before);
  });

  test.each(targets)(
    "with %s as a prototype, or where a text stands, is refused too",
    async (_, method, path, body) => {
      const before = await standing();
      const [first = ""] = Object.keys(body);
      const text = JSON.stringify(body).slice(0, -1);
      const polluted = [
        `${text},"__proto__":{"role":"admin"}}`,
        `${text},"\\u005f_proto__":{"role":"admin"}}`,
        `${text},"constructor":{"prototype":{"role":"admin"}}}`,
        JSON.stringify({ ...body, [first]: { role: "admin" } }),
        JSON.stringify({ ...body, [first]: [body[first], { role: "admin" }] }),
        `${text},${JSON.stringify(first)}:${JSON.stringify(body[first])}}`,
      ];
      for (const each of polluted) expect([400, 422]).toContain((await send(ada, method, path(), each)).status);
      expect(({} as Record<string, unknown>).role).toBeUndefined();
      expect(await standing()).toEqual(before);
    },
  );

  test("with the acceptance of an invitation changes nothing of the role it names", async () => {
    const guest = await plinth.signUp("guest@example.com");
    await send(ada, "POST", `/v1/workspaces/${team}/invitations`, { email: guest.email });
    const token = await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${guest.email}`);
        const texts: string[] = body.data.map(({ text }: { text: string }) => text);
        const [found] = texts.flatMap((text) => /invitations\/(\S+)/.exec(text)?.[1] ?? []);
        if (found === undefined) throw new Error("no mail yet");
        return found;
      },
      { timeout: 30_000, interval: 20 },
    );
    const answer = await send(guest, "POST", `/v1/invitations/${token}/accept`, {
      role: "owner",
      workspace_id: ada.workspace_id,
    });
    expect([200, 422]).toContain(answer.status);
    await send(guest, "POST", `/v1/invitations/${token}/accept`, {});
    const rows = await plinth.sql("select role from workspaces.members where user_id = $1 and workspace_id <> $2", [
      guest.user_id,
      guest.workspace_id,
    ]);
    expect(rows).toEqual([{ role: "member" }]);
  });
});
