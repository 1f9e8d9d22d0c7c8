import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_QUEUE: "200" } });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

let clients = 0;
/** Each call comes from another address: one address may ask for only so many mails. */
const post = (path: string, body?: unknown, token?: string) =>
  plinth.call("POST", path, { body, ip: `10.0.0.${clients++ % 256}`, ...(token === undefined ? {} : { token }) });
const register = (email: string, more: object = {}, at: TestApp = plinth) =>
  at.call("POST", "/v1/auth/register", { body: { email, password, full_name: "Ada Test", ...more } });
const login = (email: string, given = password, at: TestApp = plinth) =>
  at.call("POST", "/v1/auth/login", { body: { email, password: given } });
const verify = (email: string) =>
  plinth.sql("update identity.users set email_verified_at = now() where email = $1", [email]);
const mailsTo = async (to: string) =>
  (await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`)).body.data as { subject: string }[];
const mailTo = (to: string, subject: RegExp) =>
  vi.waitFor(
    async () => expect((await mailsTo(to)).map((mail) => mail.subject)).toContainEqual(expect.stringMatching(subject)),
    {
      timeout: 30_000,
      interval: 20,
    },
  );
/** All that a client can tell two answers apart by, but for what differs in every answer. */
const shown = ({ status, body, headers }: Called) => ({
  status,
  body: { ...body, request_id: "", email: "", id: "", created_at: "", expires_at: "" },
  headers: { ...headers, "x-request-id": "", date: "", ratelimit: "", "content-length": "" },
});

describe("what answers tell of accounts", () => {
  beforeAll(async () => {
    for (const name of ["bare", "suspended", "deleted"]) await plinth.signUp(`${name}@example.com`);
    await plinth.sql(
      "delete from identity.passwords p using identity.users u where u.id = p.user_id and u.email = 'bare@example.com'",
    );
    await plinth.sql("update identity.users set status = 'suspended' where email = 'suspended@example.com'");
    await plinth.sql(
      "update identity.users set status = 'deleted', deleted_at = now() where email = 'deleted@example.com'",
    );
  });

  test.each(["nobody", "bare", "suspended", "deleted"])(
    "E1: a login to %s@example.com is answered as a wrong password is, headers included",
    async (name) => {
      const wrong = await login("ada@example.com", "Wrong-horse-7");
      expect(wrong.body.code).toBe("identity.invalid_credentials");
      expect(shown(await login(`${name}@example.com`))).toEqual(shown(wrong));
    },
  );

  test.each([
    ["E3", "forgot-password", "ada@example.com", /Choose a new password/],
    ["E3", "magic-link", "ada@example.com", /sign in/],
    ["E6", "resend-verification", "unproved@example.com", /Confirm/],
  ])("%s: %s answers alike for known and unknown addresses, and mails the known one", async (_, path, known, mail) => {
    if (known === "unproved@example.com") await register(known);
    const before = (await mailsTo(known)).length;
    const [first, second] = [
      await post(`/v1/auth/${path}`, { email: known }),
      await post(`/v1/auth/${path}`, { email: `nobody-${path}@example.com` }),
    ];
    expect(first.status).toBe(202);
    expect(shown(second)).toEqual(shown(first));
    await vi.waitFor(async () => expect((await mailsTo(known)).length).toBeGreaterThan(before), { timeout: 30_000 });
    await mailTo(known, mail);
    expect(await mailsTo(`nobody-${path}@example.com`)).toEqual([]);
  });

  test("E6: a change of e-mail is answered alike for known and unknown addresses", async () => {
    const { access_token: token } = await plinth.signUp("eve@example.com");
    const change = (email: string) => plinth.call("PUT", "/v1/me/email", { token, body: { email } });
    const known = await change("ada@example.com");
    expect([known.status, known.body]).toEqual([202, { email: "ada@example.com", status: "verification_sent" }]);
    expect(shown(await change("stranger@example.com"))).toEqual(shown(known));
  });
});

describe("an address", () => {
  test.each(["ADA@example.com", "ada@EXAMPLE.com", " ada@example.com ", "ada\uff20example.com"])(
    "E7: %j signs in to the account of ada@example.com",
    async (spelling) => expect((await login(spelling)).body.user?.id).toBe(ada.user_id),
  );

  test("E7: mail for a look-alike goes to the stored address alone", async () => {
    for (const email of ["lily@looks.example", "l\u0131ly@looks.example"]) await register(email);
    await verify("l\u0131ly@looks.example");
    await post("/v1/auth/forgot-password", { email: " L\u0131LY@Looks.example " });
    await mailTo("l\u0131ly@looks.example", /Choose a new password/);
    const others = await plinth.sql(
      "select to_address from messaging.dev_mailbox where subject like 'Choose%' and to_address like '%looks.example'",
    );
    expect(others).toEqual([{ to_address: "l\u0131ly@looks.example" }]);
  });

  const bad: [string, string][] = [
    ["two in an array", '"email":["a@x.example","b@x.example"]'],
    ["a second recipient behind a line break", '"email":"a@x.example\\nbcc: b@x.example"'],
    ["a carriage return", '"email":"a@x.example\\rbcc:b@x.example"'],
    ["an operator", '"email":{"$gt":""}'],
    ["two under one key", '"email":"a@x.example","email":"b@x.example"'],
  ];
  test.each(bad)("E8: %s is refused wherever an address is sent, and nothing is mailed", async (_, email) => {
    for (const [path, more] of [
      ["/v1/auth/register", `,"password":"${password}","full_name":"A"`],
      ["/v1/auth/login", `,"password":"${password}"`],
      ["/v1/auth/forgot-password", ""],
      ["/v1/auth/magic-link", ""],
      ["/v1/auth/resend-verification", ""],
      [`/v1/workspaces/${ada.workspace_id}/invitations`, ""],
    ] as const) {
      const answer = await post(path, `{${email}${more}}`, ada.access_token);
      expect([path, answer.status]).toEqual([path, 422]);
    }
    expect(
      await plinth.sql("select to_address from messaging.dev_mailbox where to_address like '%b@x.example%'"),
    ).toEqual([]);
  });
});

describe("where registering signs in at once", () => {
  let open: TestApp;
  beforeAll(async () => {
    open = await testApp({ env: { REGISTRATION_MODE: "sign_in" } });
  });
  afterAll(() => open.close());

  test("the answer is a session, and the address is still to be proved", async () => {
    const { status, body } = await register("grace@example.com", { company_name: "Navy" }, open);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { email: "grace@example.com", email_verified: false },
      workspace: { name: "Navy" },
    });
    expect((await open.call("GET", "/v1/me", { token: body.access_token })).body.id).toBe(body.user.id);
    expect((await login("grace@example.com", password, open)).status).toBe(200);
    const path = "/dev/mailbox/messages?to=grace@example.com";
    await vi.waitFor(async () => expect((await open.call("GET", path)).body.data[0]?.subject).toMatch(/Confirm/), {
      timeout: 30_000,
    });
  });

  test("a known address is told by 409, in whatever spelling, and changes nothing", async () => {
    await register("known@example.com", {}, open);
    const again = await register(" KNOWN@example.com ", { password: "Another-horse-8" }, open);
    expect([again.status, again.body.code]).toEqual([409, "identity.email_taken"]);
    expect((await login("known@example.com", "Another-horse-8", open)).status).toBe(401);
  });

  test("of 20 at once with one address one is in", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => register("crowd@example.com", {}, open)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(409)]);
  });
});

describe("fields that nobody may set", () => {
  const fields = {
    role: "admin",
    isAdmin: true,
    is_admin: true,
    email_verified: true,
    emailVerified: true,
    email_verified_at: "2026-01-01T00:00:00Z",
    plan: "enterprise",
    owner_id: "00000000-0000-7000-8000-000000000000",
    ownerId: "00000000-0000-7000-8000-000000000000",
    credits: 1_000_000,
    status: "active",
    id: "00000000-0000-7000-8000-000000000000",
    "role[]": "admin",
    user: { role: "admin" },
    workspace: { owner_id: "00000000-0000-7000-8000-000000000000", plan: "enterprise" },
    prototype: { role: "admin" },
  };
  const polluting = { ["__proto__"]: { role: "admin" }, constructor: { prototype: { role: "admin" } } };
  const routes = (): ["POST" | "PATCH" | "PUT", string, object][] => [
    ["POST", "/v1/auth/register", { email: "w11@example.com", password, full_name: "A" }],
    ["PATCH", "/v1/me", { full_name: "A" }],
    ["PUT", "/v1/me/email", { email: "w11@example.com" }],
    ["POST", "/v1/workspaces", { name: "W11" }],
    ["PATCH", `/v1/workspaces/${ada.workspace_id}`, { name: "W11" }],
  ];
  const send = async (name: string, value: unknown) => {
    for (const [method, path, good] of routes()) {
      const body = JSON.stringify({ ...good, [name]: value });
      const answer = await plinth.call(method, path, { body, token: ada.access_token });
      expect([path, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([path, 422, `/${name}`]);
    }
  };

  test.each(Object.entries(fields))("W11: %s is refused by name, wherever a person sends fields", send);
  test.each(Object.entries(polluting))("W11: %s is refused too", async (name, value) => {
    for (const [method, path, good] of routes()) {
      const body = JSON.stringify(Object.defineProperty({ ...good }, name, { value, enumerable: true }));
      expect(body).toContain(name);
      const answer = await plinth.call(method, path, { body, token: ada.access_token });
      expect([path, answer.status]).toEqual([path, 422]);
    }
  });

  test("W11: nothing of it was kept", async () => {
    const me = (await plinth.call("GET", "/v1/me", { token: ada.access_token })).body;
    expect([me.full_name, me.role]).toEqual(["Ada Test", "user"]);
    expect(await plinth.sql("select id from identity.users where role <> 'user' or email = 'w11@example.com'")).toEqual(
      [],
    );
    expect(await plinth.sql("select id from workspaces.workspaces where name = 'W11'")).toEqual([]);
    expect(({} as Record<string, unknown>).role).toBeUndefined();
  });

  test("W11: whoever accepts an invitation gets its role, whatever the body says", async () => {
    const [owner, guest] = [await plinth.signUp("owner@example.com"), await plinth.signUp("guest@example.com")];
    const { body: team } = await post("/v1/workspaces", { name: "Team" }, owner.access_token);
    const invitations = `/v1/workspaces/${team.id}/invitations`;
    const asOwner = await post(invitations, { email: guest.email, role: "owner" }, owner.access_token);
    expect([asOwner.status, asOwner.body.errors[0].pointer]).toEqual([422, "/role"]);
    await post(invitations, { email: guest.email, role: "member" }, owner.access_token);
    const [, token] = await vi.waitFor(
      async () => {
        const { data } = (await plinth.call("GET", "/dev/mailbox/messages?to=guest@example.com")).body;
        const found = data.map(({ text }: { text: string }) => /invitations\/([\w-]+)/.exec(text)).find(Boolean);
        expect(found).toBeTruthy();
        return found as RegExpExecArray;
      },
      { timeout: 30_000, interval: 20 },
    );
    const body = { role: "owner", workspace_id: owner.workspace_id, user_id: owner.user_id };
    await post(`/v1/invitations/${token}/accept?role=owner`, body, guest.access_token);
    const joined = await plinth.sql(
      "select workspace_id, role from workspaces.members where user_id = $1 and workspace_id <> $2",
      [guest.user_id, guest.workspace_id],
    );
    expect(joined.filter(({ role }) => role !== "member")).toEqual([]);
    expect(joined.filter(({ workspace_id }) => workspace_id !== team.id)).toEqual([]);
  });
});
