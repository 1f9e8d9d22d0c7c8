import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp();
});
afterAll(() => plinth.close());

const call = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, token?: string, body?: unknown) =>
  plinth.call(method, path, { body, ...(token === undefined ? {} : { token }) });
const post = (path: string, body?: unknown, token?: string) => call("POST", path, token, body);
const login = (email: string, given = password) => post("/v1/auth/login", { email, password: given });
const answer = (mfa_token: string, given: object) => post("/v1/auth/second-factor", { mfa_token, ...given });
const stepUp = (token: string, given: object) => post("/v1/auth/step-up", given, token);
type Session = Pick<SignedUp, "access_token" | "refresh_token">;
const alive = async ({ access_token, refresh_token }: Session) => [
  (await call("GET", "/v1/me", access_token)).status,
  (await post("/v1/auth/refresh", { refresh_token })).status,
];

let people = 0;
const signUp = () => plinth.signUp(`person-${++people}@example.com`);
/** The code of a step that was never shown yet. */
const nextCode = (secret: string) => {
  plinth.clock.advance(30_000);
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plinth.clock.now().getTime() });
};
const enrol = async ({ access_token }: SignedUp) =>
  (await post("/v1/me/factors/totp", undefined, access_token)).body.secret as string;
const confirm = ({ access_token }: SignedUp, secret: string) =>
  post("/v1/me/factors/totp/confirm", { code: nextCode(secret) }, access_token);
/** A person with an authenticator app. */
const protectedPerson = async () => {
  const person = await signUp();
  const secret = await enrol(person);
  const { recovery_codes } = (await confirm(person, secret)).body as { recovery_codes: string[] };
  return { ...person, secret, recovery_codes };
};
type Protected = Awaited<ReturnType<typeof protectedPerson>>;
const owed = async (email: string, given = password) => (await login(email, given)).body.mfa_token as string;
const signIn = async ({ email, secret }: Protected) =>
  (await answer(await owed(email), { code: nextCode(secret) })).body as Session;
/** How often PostgreSQL had to end a transaction because two waited for each other: the work is then done again, seconds later. */
const deadlocks = () =>
  plinth.sql("select deadlocks::int as n from pg_stat_database where datname = current_database()");
/** What a mail to the person says in the parentheses. */
const mailed = (to: string, text: RegExp) =>
  vi.waitFor(
    async () => {
      const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
      const found = (body.data as { text: string }[]).flatMap((mail) => text.exec(mail.text)?.[1] ?? []);
      if (found[0] === undefined) throw new Error(`no mail ${text} for ${to}`);
      return found[0];
    },
    { timeout: 30_000, interval: 20 },
  );

describe("R13: a change of the second factor ends every other session, and the person is told", () => {
  test("when an app is set up", async () => {
    const person = await signUp();
    const other = (await login(person.email)).body;
    const secret = await enrol(person);
    expect(await alive({ ...other, refresh_token: "" })).toEqual([200, 401]);
    await confirm(person, secret);
    expect(await alive(other)).toEqual([401, 401]);
    expect(await alive(person)).toEqual([200, 200]);
    await mailed(person.email, /(An authenticator app was set up)/);
  });

  test.each([
    [
      "when its recovery codes are renewed",
      "POST",
      "/v1/me/factors/recovery-codes",
      /(recovery codes of your account were)/,
    ],
    ["when it is removed", "DELETE", "/v1/me/factors/totp", /(authenticator app of your account was removed)/],
  ] as const)("%s", async (_, method, path, text) => {
    const person = await protectedPerson();
    const other = await signIn(person);
    expect((await call("GET", "/v1/me", other.access_token)).status).toBe(200);
    expect((await call(method, path, person.access_token)).status).toBeLessThan(300);
    expect(await alive(other)).toEqual([401, 401]);
    expect(await alive(person)).toEqual([200, 200]);
    await mailed(person.email, text);
  });

  test("also one that begins at the same moment with the password alone", async () => {
    const person = await signUp();
    const secret = await enrol(person);
    const waiting = (n: number) =>
      vi.waitFor(
        async () => {
          const [row] = await plinth.sql(
            "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          expect(row).toEqual({ n });
        },
        { timeout: 30_000, interval: 5 },
      );
    let racing: ReturnType<typeof login>;
    let confirming: ReturnType<typeof confirm>;
    await plinth.sql("begin");
    try {
      await plinth.sql("lock table audit.entries in share mode");
      racing = login(person.email);
      await waiting(1);
      confirming = confirm(person, secret);
      await waiting(2);
    } finally {
      await plinth.sql("commit");
    }
    expect((await confirming).status).toBe(200);
    const { status, body } = await racing;
    expect(status === 202 ? [401, 401] : await alive(body)).toEqual([401, 401]);
  });
});

test("codes renewed while they are used: one waits for the other, and never both", async () => {
  const person = await protectedPerson();
  let { recovery_codes } = person;
  for (let round = 0; round < 8; round++) {
    const open = await Promise.all(Array.from({ length: 4 }, () => owed(person.email)));
    const renewing = post("/v1/me/factors/recovery-codes", undefined, person.access_token);
    const answers = await Promise.all(open.map((token, i) => answer(token, { recovery_code: recovery_codes[i] })));
    const renewed = await renewing;
    expect(renewed.status).toBe(201);
    for (const { status } of answers) expect([200, 401, 403, 410, 429]).toContain(status);
    recovery_codes = renewed.body.recovery_codes;
  }
  expect(await deadlocks()).toEqual([{ n: 0 }]);
});

test("an app that was removed is asked for no more, and the next one brings codes of its own", async () => {
  const person = await protectedPerson();
  expect((await call("DELETE", "/v1/me/factors/totp", person.access_token)).status).toBe(204);
  expect((await login(person.email)).status).toBe(200);
  expect((await call("GET", "/v1/me/factors", person.access_token)).body).toMatchObject({
    totp: false,
    recovery_codes_left: 0,
  });
  const next = await enrol(person);
  expect((await confirm(person, next)).status).toBe(200);
  const mfa_token = await owed(person.email);
  expect((await answer(mfa_token, { recovery_code: person.recovery_codes[0] })).status).toBe(403);
  expect((await answer(mfa_token, { code: nextCode(person.secret) })).status).toBe(403);
  expect((await answer(mfa_token, { code: nextCode(next) })).status).toBe(200);
});

describe("what does not go round the second factor", () => {
  test("T6: a password reset: it signs nobody in, ends what waits, and the code is owed as before", async () => {
    const person = await protectedPerson();
    const before = await owed(person.email);
    await post("/v1/auth/forgot-password", { email: person.email });
    const path = await mailed(person.email, /http:\/\/plinth\.test(\/v1\/auth\/reset-password\/\S+)/);
    const reset = await post(path, { password: "Another-horse-8" });
    expect([reset.status, reset.body]).toEqual([200, { status: "password_changed" }]);
    expect(reset.headers["set-cookie"]).toBeUndefined();
    expect(await alive(person)).toEqual([401, 401]);
    expect((await answer(before, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
    const again = await login(person.email, "Another-horse-8");
    expect([again.status, again.body.access_token]).toEqual([202, undefined]);
    expect((await answer(again.body.mfa_token, { code: nextCode(person.secret) })).status).toBe(200);
  });

  test.each([
    ["link", /http:\/\/plinth\.test(\/v1\/auth\/magic-link\/\S+)/],
    ["code", /enter this code: (\d{6})/],
  ])("a mailed %s to sign in", async (kind, text) => {
    const person = await protectedPerson();
    await post("/v1/auth/magic-link", { email: person.email });
    const found = await mailed(person.email, text);
    const { email } = person;
    const entered = await (kind === "link"
      ? post(found, {})
      : post("/v1/auth/magic-link/code", { email, code: found }));
    expect([entered.status, entered.body.access_token]).toEqual([202, undefined]);
    expect((await answer(entered.body.mfa_token, { code: nextCode(person.secret) })).status).toBe(200);
  });

  test("a mailed link's page, whose form is empty: it sets no cookies", async () => {
    const person = await protectedPerson();
    await post("/v1/auth/magic-link", { email: person.email });
    const path = await mailed(person.email, /http:\/\/plinth\.test(\/v1\/auth\/magic-link\/\S+)/);
    const headers = { accept: "text/html", "content-type": "application/x-www-form-urlencoded" };
    const page = await plinth.call("POST", path, { body: "", headers });
    expect(page.headers["set-cookie"]).toBeUndefined();
    expect(page.body).toContain("authenticator app");
    expect(page.body).not.toMatch(/You are signed in|mfa_/);
  });

  test("a password changed while signed in: what waits for a code is over", async () => {
    const person = await protectedPerson();
    const before = await owed(person.email);
    const change = { current_password: password, password: "Another-horse-8" };
    expect((await call("PUT", "/v1/me/password", person.access_token, change)).status).toBe(200);
    expect((await answer(before, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
  });

  test("step-up: it wants the code beside the password, and a code that has not signed in before", async () => {
    const person = await protectedPerson();
    const code = nextCode(person.secret);
    const { access_token, refresh_token } = (await answer(await owed(person.email), { code })).body;
    expect((await stepUp(access_token, { password })).body).toMatchObject({
      code: "identity.proof_missing",
      errors: [{ pointer: "/code" }],
    });
    expect((await stepUp(access_token, { code: nextCode(person.secret) })).body.code).toBe("identity.proof_missing");
    expect((await stepUp(access_token, { password, code })).body.code).toBe("factors.code_invalid");
    expect((await stepUp(access_token, { password: "Wrong-horse-7", code: nextCode(person.secret) })).body.code).toBe(
      "identity.wrong_password",
    );
    plinth.clock.advance(16 * 60_000);
    const late = (await post("/v1/auth/refresh", { refresh_token })).body.access_token;
    expect((await call("DELETE", "/v1/me/factors/totp", late)).body.code).toBe("request.step_up_required");
    expect((await stepUp(late, { password })).status).toBe(422);
    expect((await call("DELETE", "/v1/me/factors/totp", late)).status).toBe(403);
    expect((await stepUp(late, { password, recovery_code: person.recovery_codes[0] })).status).toBe(200);
    expect((await call("DELETE", "/v1/me/factors/totp", late)).status).toBe(204);
  });
});

test("K2: neither the secret nor a recovery code is in the database, L15: nor in the log", async () => {
  const person = await protectedPerson();
  const mfa_token = await owed(person.email);
  const [used = ""] = person.recovery_codes;
  await answer(mfa_token, { recovery_code: used });
  const tables = [
    "factors.authenticators",
    "factors.recovery_codes",
    "factors.challenges",
    "audit.entries",
    "events.deliveries",
  ];
  const rows = await Promise.all(tables.map((table) => plinth.sql(`select t::text as row from ${table} t`)));
  const dump = JSON.stringify([...rows.flat(), ...plinth.logged]);
  const secret = Secret.fromBase32(person.secret).hex;
  for (const text of [
    person.secret,
    secret,
    secret.toLowerCase(),
    used,
    used.replace("-", ""),
    mfa_token.split(".")[1] ?? "",
  ])
    expect(dump).not.toContain(text);
});
