import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

const cheap = { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" };
const day = 86_400_000;

let plinth: TestApp;
let ada: SignedUp;
let bob: SignedUp;
let eve: SignedUp;
/** Ada owns it; its name is in the subject of its invitations. */
let team: string;
let teamName: string;
let teams = 0;
beforeAll(async () => {
  plinth = await testApp({ env: cheap });
  ada = await plinth.signUp("ada@example.com");
  bob = await plinth.signUp("bob@example.com");
  eve = await plinth.signUp("eve@example.com");
});
afterAll(() => plinth.close());
beforeEach(() => newTeam());

async function newTeam(): Promise<void> {
  teamName = `Team ${String(teams++).padStart(3, "0")}`;
  team = (await as(ada, "POST", "/v1/workspaces", { name: teamName })).body.id;
}

const as = (person: SignedUp, method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: object) =>
  plinth.call(method, path, { token: person.access_token, body });
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const invite = (email: unknown, more: object = {}, by = ada) =>
  as(by, "POST", `/v1/workspaces/${team}/invitations`, { email, ...more });
const accept = (person: SignedUp, token: string) => as(person, "POST", `/v1/invitations/${token}/accept`);
const revoke = (id: string) => as(ada, "DELETE", `/v1/workspaces/${team}/invitations/${id}`);
const list = async (query = "") => (await as(ada, "GET", `/v1/workspaces/${team}/invitations${query}`)).body;
const join = ({ user_id }: SignedUp, role: string) =>
  plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, $3)", [team, user_id, role]);
const roleOf = async ({ user_id }: SignedUp) =>
  (
    await plinth.sql<{ role: string }>("select role from workspaces.members where workspace_id = $1 and user_id = $2", [
      team,
      user_id,
    ])
  )[0]?.role;
const again = async ({ email }: SignedUp): Promise<SignedUp> =>
  (await plinth.call("POST", "/v1/auth/login", { body: { email, password } })).body;

interface Mail {
  subject: string;
  text: string;
  html: string;
}
/** The team's invitations to the address, the newest first, once there are so many. */
const mailsTo = (to: string, count = 1, app = plinth) =>
  vi.waitFor(
    async () => {
      const { body } = await app.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
      const mails = body.data.filter(({ subject }: Mail) => subject.endsWith(teamName)) as Mail[];
      if (mails.length < count) throw new Error(`${mails.length} of ${count} mails to ${to}`);
      return mails;
    },
    { timeout: 30_000, interval: 20 },
  );
const tokenIn = (mail: Mail | undefined) => /\/v1\/auth\/invitations\/(\S+)/.exec(mail?.text ?? "")?.[1] ?? "";
async function invited(email: string, more: object = {}, by = ada): Promise<{ id: string; token: string }> {
  const { status, body } = await invite(email, more, by);
  expect(status).toBe(201);
  return { id: body.id, token: tokenIn((await mailsTo(email))[0]) };
}

describe("an invitation", () => {
  test("W14: makes whoever has the address a member, once, with the role it names", async () => {
    const { id, token } = await invited("bob@example.com", { role: "admin" });
    const accepted = await accept(bob, token);
    expect([accepted.status, accepted.body]).toEqual([200, { workspace_id: team, role: "admin" }]);
    expect((await as(bob, "GET", `/v1/workspaces/${team}`)).body).toMatchObject({ id: team, role: "admin" });
    expect(coded(await accept(bob, token))).toBe("410 invitations.over");
    expect((await list()).data).toMatchObject([{ id, status: "accepted", email: "bob@example.com", role: "admin" }]);
  });

  test("goes to the address as it was written, and is its in whatever case", async () => {
    const { token } = await invited("Bob@EXAMPLE.com");
    expect((await accept(bob, token)).status).toBe(200);
  });

  test("T7: has a link that is built from the configuration, whatever Host says", async () => {
    const evil = { host: "evil.example", "x-forwarded-host": "evil.example" };
    await plinth.call("POST", `/v1/workspaces/${team}/invitations`, {
      token: ada.access_token,
      body: { email: "host@example.com" },
      headers: evil,
    });
    const [mail] = await mailsTo("host@example.com");
    expect(mail?.text).toMatch(/ http:\/\/plinth\.test\/v1\/auth\/invitations\/[\w-]{43}\s/);
    expect(JSON.stringify(mail)).not.toContain("evil");
  });

  test("has a link to the product's own page, where one is configured", async () => {
    const other = await testApp({ env: { ...cheap, MAIL_LINK_URL: "https://app.example.com/join" } });
    try {
      const { access_token: token } = await other.signUp("ada@example.com");
      const { body } = await other.call("POST", "/v1/workspaces", { token, body: { name: teamName } });
      await other.call("POST", `/v1/workspaces/${body.id}/invitations`, { token, body: { email: "page@example.com" } });
      const [mail] = await mailsTo("page@example.com", 1, other);
      expect(mail?.text).toContain(" https://app.example.com/join/invitations/");
    } finally {
      await other.close();
    }
  });

  test("L7: shows the workspace's name in the mail as text", async () => {
    await as(ada, "PATCH", `/v1/workspaces/${team}`, { name: `<img src=x>\r\nBcc: x ${teamName}` });
    await invite("escaped@example.com");
    const [mail] = await mailsTo("escaped@example.com");
    expect(mail?.html).toContain("&lt;img src=x&gt;");
    expect(mail?.html).not.toContain("<img");
    expect(mail?.subject).toBe(`Ada Test invites you to <img src=x> Bcc: x ${teamName}`);
  });

  test("T9: is not used up by whoever looks at the link", async () => {
    const { token } = await invited("bob@example.com");
    const link = `/v1/auth/invitations/${token}`;
    expect((await plinth.call("GET", link)).body).toContain(`POST /v1/invitations/${token}/accept`);
    expect((await plinth.call("HEAD", link)).status).toBe(200);
    expect((await accept(bob, token)).status).toBe(200);
  });

  test("W14, K2: has its token in the mail and nowhere else", async () => {
    const made = await invite("bob@example.com");
    const token = tokenIn((await mailsTo("bob@example.com"))[0]);
    expect(token.length).toBe(43);
    const entries = await as(ada, "GET", `/v1/workspaces/${team}/audit-entries`);
    const places = [made.body, await list(), entries.body, plinth.logged];
    for (const table of ["invitations.invitations", "events.deliveries", "audit.entries", "plinth.idempotency_keys"]) {
      places.push(await plinth.sql(`select * from ${table}`));
    }
    for (const place of places) expect(JSON.stringify(place)).not.toContain(token);
    expect(Object.keys(made.body).sort()).toEqual(
      ["created_at", "email", "expires_at", "id", "invited_by", "role", "status"].sort(),
    );
  });

  test("E6: is answered alike for an address with an account and one without", async () => {
    const [known, unknown] = [await invite("eve@example.com"), await invite("nobody@example.com")];
    const shown = ({ status, body, headers }: Called) => ({
      status,
      body: { ...body, id: "", email: "", created_at: "", expires_at: "" },
      headers: Object.keys(headers).sort(),
    });
    expect(shown(known)).toEqual(shown(unknown));
  });

  test.each([
    ["W12: an owner's role", "x@example.com", { role: "owner" }, "/role"],
    ["W11: a field that is not the client's", "x@example.com", { status: "accepted" }, "/status"],
    ["E8: two addresses", ["x@example.com", "y@example.com"], {}, "/email"],
    ["E8: a line break", "x@example.com\r\nbcc: y@example.com", {}, "/email"],
    ["no address", "nobody", {}, "/email"],
  ])("with %s is refused", async (_, email, more, pointer) => {
    const answer = await invite(email, more);
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([422, pointer]);
    expect((await list()).data).toEqual([]);
  });

  test("to a personal workspace, which nobody else can belong to, is refused and mailed to nobody", async () => {
    team = ada.workspace_id;
    expect(coded(await invite("bob@example.com"))).toBe("409 workspaces.personal");
  });

  test("is listed with the others, the newest first, page by page; on request only those that can be accepted", async () => {
    const emails = ["one@example.com", "two@example.com", "three@example.com"];
    const ids: string[] = [];
    for (const email of emails) ids.unshift((await invite(email)).body.id);
    await revoke(ids[1] ?? "");
    const seen: { id: string; status: string }[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await list(`?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...page.data);
      cursor = page.next_cursor;
    }
    expect(seen.map(({ id }) => id)).toEqual(ids);
    expect(seen.map(({ status }) => status)).toEqual(["pending", "revoked", "pending"]);
    expect((await list("?status=pending")).data.map(({ id }: { id: string }) => id)).toEqual([ids[0], ids[2]]);
  });
});

describe("W14: an invitation is refused", () => {
  test("to another account, and to an address that is not proved", async () => {
    const { token } = await invited("bob@example.com");
    expect(coded(await accept(eve, token))).toBe("403 invitations.not_yours");
    const verified = (at: string) =>
      plinth.sql(`update identity.users set email_verified_at = ${at} where id = $1`, [bob.user_id]);
    const shows = (is: boolean) =>
      vi.waitFor(async () => expect((await as(bob, "GET", "/v1/me")).body.email_verified).toBe(is), {
        timeout: 30_000,
        interval: 5,
      });
    await verified("null");
    await shows(false);
    expect(coded(await accept(bob, token))).toBe("403 invitations.email_unverified");
    expect(await roleOf(bob)).toBeUndefined();
    await verified("now()");
    await shows(true);
    expect((await accept(bob, token)).status).toBe(200);
  });

  test("when nobody is signed in, or the token is none", async () => {
    const { token } = await invited("bob@example.com");
    expect((await plinth.call("POST", `/v1/invitations/${token}/accept`)).status).toBe(401);
    const flipped = (token.startsWith("A") ? "B" : "A") + token.slice(1);
    expect(coded(await accept(bob, flipped))).toBe("404 request.not_found");
  });

  test("after seven days, and not before", async () => {
    const [early, late] = [await invited("bob@example.com"), await invited("eve@example.com")];
    plinth.clock.advance(7 * day - 60_000);
    try {
      expect((await accept(await again(bob), early.token)).status).toBe(200);
      plinth.clock.advance(61_000);
      expect(coded(await accept(await again(eve), late.token))).toBe("410 invitations.over");
      const { body } = await as(await again(ada), "GET", `/v1/workspaces/${team}/invitations`);
      expect(body.data).toMatchObject([{ id: late.id, status: "expired" }, { status: "accepted" }]);
    } finally {
      plinth.clock.advance(-7 * day - 1_000);
    }
  });

  test("after it was taken back; then and once accepted it cannot be", async () => {
    const { id, token } = await invited("bob@example.com");
    expect((await revoke(id)).status).toBe(204);
    expect(coded(await accept(bob, token))).toBe("410 invitations.over");
    expect((await revoke(id)).status).toBe(404);
    const other = await invited("eve@example.com");
    expect((await accept(eve, other.token)).status).toBe(200);
    expect((await revoke(other.id)).status).toBe(404);
    expect(await roleOf(eve)).toBe("member");
  });

  test("after a newer one to the same address", async () => {
    const first = await invited("bob@example.com");
    const second = await invite("BOB@example.com", { role: "admin" });
    const [mail] = await mailsTo("BOB@example.com");
    expect(coded(await accept(bob, first.token))).toBe("410 invitations.over");
    expect((await list()).data).toMatchObject([
      { id: second.body.id, status: "pending" },
      { id: first.id, status: "revoked" },
    ]);
    expect((await accept(bob, tokenIn(mail))).body.role).toBe("admin");
  });

  test.each([
    ["demoted", "PATCH", { role: "member" }],
    ["removed", "DELETE", undefined],
  ] as const)("when who invited was %s meanwhile", async (_, method, body) => {
    await join(eve, "admin");
    const { token } = await invited("bob@example.com", {}, eve);
    expect((await as(ada, method, `/v1/workspaces/${team}/members/${eve.user_id}`, body)).status).toBe(204);
    expect(coded(await accept(bob, token))).toBe("410 invitations.over");
    expect(await roleOf(bob)).toBeUndefined();
  });

  test("to who is a member already, whose role stays", async () => {
    const { token } = await invited("bob@example.com", { role: "admin" });
    await join(bob, "member");
    expect(coded(await accept(bob, token))).toBe("409 invitations.already_member");
    expect(await roleOf(bob)).toBe("member");
  });

  test("while the workspace is suspended, and after it was deleted", async () => {
    const { token } = await invited("bob@example.com");
    const suspend = (status: string, reason: string | null) =>
      plinth.sql("update workspaces.workspaces set status = $2, suspended_reason = $3 where id = $1", [
        team,
        status,
        reason,
      ]);
    await suspend("suspended", "test");
    expect(coded(await accept(bob, token))).toBe("403 workspaces.suspended");
    await suspend("active", null);
    await vi.waitFor(async () => expect((await as(ada, "DELETE", `/v1/workspaces/${team}`)).status).toBe(202), {
      timeout: 30_000,
    });
    expect([404, 410]).toContain((await accept(bob, token)).status);
    expect(await roleOf(bob)).toBeUndefined();
  });
});

describe("at once", () => {
  test("W14: 20 acceptances make one membership", async () => {
    const { id, token } = await invited("bob@example.com");
    const answers = await Promise.all(Array.from({ length: 20 }, () => accept(bob, token)));
    expect(answers.map(coded).sort()).toEqual([200, ...Array.from({ length: 19 }, () => "410 invitations.over")]);
    const entries = await plinth.sql(
      "select action from audit.entries where workspace_id = $1 and (target = $2 or target = $3) order by action",
      [team, `invitation:${id}`, `user:${bob.user_id}`],
    );
    expect(entries.map(({ action }) => action)).toEqual([
      "invitations.accepted",
      "invitations.invited",
      "workspaces.member_added",
    ]);
  });

  test("20 invitations to one address leave one that can be accepted", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => invite("crowd@example.com")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const statuses = (await list("?limit=100")).data.map(({ status }: { status: string }) => status).sort();
    expect(statuses).toEqual(["pending", ...Array.from({ length: 19 }, () => "revoked")]);
  });

  test("W14: an acceptance and a revocation: one of them, 20 rounds", async () => {
    for (let round = 0; round < 20; round++) {
      await newTeam();
      const { id, token } = await invited("bob@example.com");
      const [accepted, revoked] = await Promise.all([accept(bob, token), revoke(id)]);
      expect([
        [200, 404],
        [410, 204],
      ]).toContainEqual([accepted.status, revoked.status]);
      expect(await roleOf(bob)).toBe(accepted.status === 200 ? "member" : undefined);
    }
  });
});
