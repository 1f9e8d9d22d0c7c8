import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_CONCURRENCY: "2", PASSWORD_HASH_QUEUE: "40" } });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  plinth.call("POST", path, { body, headers });
const me = (token: string) => plinth.call("GET", "/v1/me", { token });
const login = (email: string) => post("/v1/auth/login", { email, password });
const register = (email: string, more: object = {}) =>
  post("/v1/auth/register", { email, password, full_name: "Ada Test", ...more });
const mailsTo = async (to: string) =>
  (await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`)).body.data as {
    subject: string;
    text: string;
  }[];
const mailTo = (to: string, subject: RegExp) =>
  vi.waitFor(
    async () => {
      const mail = (await mailsTo(to)).find((each) => subject.test(each.subject));
      if (mail === undefined) throw new Error(`no mail ${subject} for ${to}`);
      return mail;
    },
    { timeout: 30_000, interval: 20 },
  );
const linkIn = (text: string) => /http:\/\/plinth\.test(\/v1\/auth\/verify-email\/\S+)/.exec(text)?.[1] ?? "";

describe("signing up", () => {
  test("E5: an address that has an account gets the same answer, and its owner a mail", async () => {
    const known = await register("ada@example.com");
    const unknown = await register("unknown@example.com");
    expect(known.status).toBe(201);
    expect({ ...known.body, email: "" }).toEqual({ ...unknown.body, email: "" });
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    await mailTo("ada@example.com", /already have an account/);
    expect(JSON.stringify(unknown.body)).not.toMatch(/token|id/);
  });

  test.each([
    ["A@Case.example", " a@CASE.EXAMPLE "],
    ["e\u0301@accent.example", "\u00e9@accent.example"],
    ["wide@width.example", "wide\uff20width.example"],
    ["\u212aelvin@sign.example", "kelvin@sign.example"],
    ["umlaut@b\u00fccher.example", "umlaut@xn--bcher-kva.example"],
  ])("E7: %j and %j are one account", async (one, other) => {
    await register(one);
    await register(other);
    const [row] = await plinth.sql("select count(*)::int as n from identity.users where email in ($1, $2)", [
      one.trim(),
      other.trim(),
    ]);
    expect(row).toEqual({ n: 1 });
  });

  test("E7: a dotless i is another letter", async () => {
    await register("i@dots.example");
    await register("\u0131@dots.example");
    expect(
      await plinth.sql("select count(*)::int as n from identity.users where email_normalized like '%@dots.example'"),
    ).toEqual([{ n: 2 }]);
  });

  test.each([
    ["E8: two addresses in an array", { email: ["a@x.example", "b@x.example"] }],
    ["E8: a line break", { email: "a@x.example\nbcc: b@x.example" }],
    ["E8: an operator", { email: { $gt: "" } }],
    ["two addresses in one", { email: "a@x.example,b@x.example" }],
    ["no domain", { email: "a@localhost" }],
    ["E9: seven characters", { password: "Abcdef7" }],
    ["no upper case", { password: "abcdefg7" }],
    ["no lower case", { password: "ABCDEFG7" }],
    ["no digit", { password: "Abcdefgh" }],
    ["E15: too long", { password: `Aa1${"x".repeat(300)}` }],
    ["W11: a field that is not the client's", { role: "owner" }],
    ["an unknown time zone", { time_zone: "Mars/Olympus" }],
    ["an empty name", { full_name: "  " }],
  ])("%s is refused with the field's name", async (_, bad) => {
    const answer = await register("bad@example.com", bad);
    expect(answer.status).toBe(422);
    expect(answer.body.errors[0].pointer).toBe(`/${Object.keys(bad)[0]}`);
    expect(await mailsTo("bad@example.com")).toEqual([]);
  });

  test("E9: 128 characters, spaces and emoji make a password; E10: every character counts", async () => {
    const long = `Aa1 ${"🦆".repeat(124)}`;
    expect((await register("long@example.com", { password: long })).status).toBe(201);
    await plinth.sql("update identity.users set email_verified_at = now() where email = 'long@example.com'");
    expect((await post("/v1/auth/login", { email: "long@example.com", password: long })).status).toBe(200);
    const other = `${long.slice(0, -2)}🦢`;
    expect((await post("/v1/auth/login", { email: "long@example.com", password: other })).status).toBe(401);
  });

  test("100 at once with one address make one account with one workspace", async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => register("crowd@example.com")));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    const [row] = await plinth.sql(
      "select count(*)::int as people, count(w.id)::int as workspaces from identity.users u left join workspaces.workspaces w on w.personal_of = u.id where u.email = 'crowd@example.com'",
    );
    expect(row).toEqual({ people: 1, workspaces: 1 });
  });
});

describe("the mailed link", () => {
  test("T1, T9: looking changes nothing, the button confirms, a second time is refused", async () => {
    await register("link@example.com");
    const link = linkIn((await mailTo("link@example.com", /Confirm/)).text);
    expect((await plinth.call("GET", link)).status).toBe(200);
    expect((await plinth.call("HEAD" as "GET", link)).status).toBe(200);
    expect((await login("link@example.com")).body.code).toBe("identity.email_unverified");
    const page = await post(link, undefined, {
      "content-type": "application/x-www-form-urlencoded",
      accept: "text/html",
    });
    expect([page.status, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect((await login("link@example.com")).status).toBe(200);
    expect((await post(link)).body.code).toBe("identity.token_invalid");
  });

  test("T2: 50 parallel redeems: one success", async () => {
    await register("race@example.com");
    const link = linkIn((await mailTo("race@example.com", /Confirm/)).text);
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(link)));
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
    expect(answers.filter(({ status }) => status === 410).length).toBe(49);
  });

  test("T3, T4: dies after 24 hours, and when a newer one is made", async () => {
    await register("old@example.com");
    const first = linkIn((await mailTo("old@example.com", /Confirm/)).text);
    await register("old@example.com");
    expect((await post(first)).status).toBe(410);
    const second = await vi.waitFor(
      async () => {
        const link = (await mailsTo("old@example.com")).map(({ text }) => linkIn(text)).find((each) => each !== first);
        if (link === undefined) throw new Error("not yet");
        return link;
      },
      { timeout: 30_000, interval: 20 },
    );
    plinth.clock.advance(24 * 3_600_000 + 1_000);
    try {
      expect((await post(second)).status).toBe(410);
    } finally {
      plinth.clock.advance(-24 * 3_600_000 - 1_000);
    }
    expect((await post(second)).status).toBe(200);
  });

  test("T7: is built from the configuration, whatever Host says", async () => {
    await post(
      "/v1/auth/register",
      { email: "host@example.com", password, full_name: "A" },
      { host: "evil.example", "x-forwarded-host": "evil.example" },
    );
    expect((await mailTo("host@example.com", /Confirm/)).text).not.toContain("evil");
  });

  test("K2: no token is in the database", async () => {
    await register("dump@example.com");
    const token =
      linkIn((await mailTo("dump@example.com", /Confirm/)).text)
        .split("/")
        .at(-1) ?? "";
    expect(token.length).toBeGreaterThan(40);
    for (const table of [
      "identity.one_time_tokens",
      "events.deliveries",
      "sessions.sessions",
      "sessions.signing_keys",
    ]) {
      const dump = JSON.stringify(await plinth.sql(`select * from ${table}`));
      expect(dump).not.toContain(token);
      expect(dump).not.toContain(ada.refresh_token);
    }
  });
});

describe("signing in", () => {
  test("E1: an unknown address, a wrong password and a suspended account get one answer", async () => {
    const suspended = await plinth.signUp("suspended@example.com");
    await plinth.sql("update identity.users set status = 'suspended' where email = 'suspended@example.com'");
    const answers = await Promise.all([
      login("nobody@example.com"),
      post("/v1/auth/login", { email: "ada@example.com", password: "Wrong-horse-7" }),
      login("suspended@example.com"),
    ]);
    const shown = answers.map(({ status, body }) => ({ status, ...body, request_id: "" }));
    expect(shown[0]).toMatchObject({ status: 401, code: "identity.invalid_credentials" });
    expect(shown).toEqual([shown[0], shown[0], shown[0]]);
    expect((await me(suspended.access_token)).status).toBe(401);
  });

  test("E16: 100 at once: each is answered or told to come back, and health answers meanwhile", async () => {
    const flood = Array.from({ length: 100 }, () => login("ada@example.com"));
    const health = await plinth.call("GET", "/health/live");
    const answers = await Promise.all(flood);
    expect(health.status).toBe(200);
    for (const { status, headers, body } of answers.filter((answer) => answer.status !== 200)) {
      expect([status, body.code, headers["retry-after"]]).toEqual([503, "identity.hashing_busy", "1"]);
    }
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(42);
  });

  test("L1: too many from one address are refused with Retry-After, whatever X-Forwarded-For says", async () => {
    const small = await testApp({ env: { AUTH_RATE_LIMIT: "5" }, worker: false });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 8; i++) {
        const answer = await small.call("POST", "/v1/auth/refresh", {
          body: { refresh_token: "x" },
          headers: { "x-forwarded-for": `10.0.0.${i}` },
        });
        statuses.push(answer.status);
        if (answer.status === 429) expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
        else expect(answer.headers.ratelimit).toMatch(/"auth";r=\d;t=\d+$/);
      }
      expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
    } finally {
      await small.close();
    }
  });
});

test("L15: no secret is in the log", () => {
  const log = JSON.stringify(plinth.logged);
  expect(log.length).toBeGreaterThan(1_000);
  for (const secret of [password, ada.access_token, ada.refresh_token]) expect(log).not.toContain(secret);
});
