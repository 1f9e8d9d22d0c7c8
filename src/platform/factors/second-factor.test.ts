import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_QUEUE: "200" } });
});
afterAll(() => plinth.close());

const call = (method: "GET" | "POST" | "DELETE", path: string, token?: string, body?: unknown) =>
  plinth.call(method, path, { body, ...(token === undefined ? {} : { token }) });
const post = (path: string, body?: unknown, token?: string) => call("POST", path, token, body);
const login = (email: string, given = password) => post("/v1/auth/login", { email, password: given });
const answer = (mfa_token: string, given: object) => post("/v1/auth/second-factor", { mfa_token, ...given });
const factorsOf = async (token: string) => (await call("GET", "/v1/me/factors", token)).body;
const times = <T>(n: number, make: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));
const tally = (words: (string | number)[]) =>
  Object.fromEntries(Object.entries(Object.groupBy(words, String)).map(([word, all]) => [word, all?.length]));

let people = 0;
const signUp = () => plinth.signUp(`person-${++people}@example.com`);
/** The code of the app, so many steps of 30 seconds from now. */
const codeOf = (secret: string, steps = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({
    timestamp: plinth.clock.now().getTime() + steps * 30_000,
  });
/** The code of a step that was never shown yet. */
const nextCode = (secret: string) => {
  plinth.clock.advance(30_000);
  return codeOf(secret);
};
const wrongCode = (secret: string, i = 0) => {
  const near = Array.from({ length: 41 }, (_, step) => codeOf(secret, step - 20));
  const far = Array.from({ length: 62 }, (_, n) => String(100_000 + n)).filter((code) => !near.includes(code));
  return far[i] ?? "";
};
const enrol = async ({ access_token }: SignedUp) =>
  (await post("/v1/me/factors/totp", undefined, access_token)).body.secret as string;
const confirm = ({ access_token }: SignedUp, code: string) =>
  post("/v1/me/factors/totp/confirm", { code }, access_token);
/** A person with an authenticator app. */
const protectedPerson = async () => {
  const person = await signUp();
  const secret = await enrol(person);
  const { recovery_codes } = (await confirm(person, codeOf(secret))).body as { recovery_codes: string[] };
  return { ...person, secret, recovery_codes };
};
const owed = async (email: string, given = password) => (await login(email, given)).body.mfa_token as string;

describe("setting up an authenticator app", () => {
  test("counts from the first code on, which brings ten recovery codes", async () => {
    const person = await signUp();
    const { status, body } = await post("/v1/me/factors/totp", undefined, person.access_token);
    expect(status).toBe(201);
    const url = new URL(body.otpauth_url);
    expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual([
      "otpauth:",
      "totp",
      `/Plinth:${person.email}`,
    ]);
    expect([url.searchParams.get("secret"), url.searchParams.get("issuer")]).toEqual([body.secret, "Plinth"]);
    expect((await login(person.email)).status).toBe(200);
    expect((await confirm(person, wrongCode(body.secret))).body.code).toBe("factors.code_invalid");
    expect((await login(person.email)).status).toBe(200);
    const confirmed = await confirm(person, codeOf(body.secret));
    expect(new Set(confirmed.body.recovery_codes).size).toBe(10);
    expect(await factorsOf(person.access_token)).toMatchObject({ totp: true, recovery_codes_left: 10 });
    const waiting = await login(person.email);
    expect([waiting.status, waiting.body]).toMatchObject([
      202,
      { status: "second_factor_required", methods: ["totp", "recovery_code"], expires_in: 600 },
    ]);
    expect(JSON.stringify(waiting.body)).not.toMatch(/access_token|refresh_token|"user"/);
    const entered = await answer(waiting.body.mfa_token, { code: nextCode(body.secret) });
    expect([entered.status, entered.body.user.email]).toEqual([200, person.email]);
    expect((await call("GET", "/v1/me", entered.body.access_token)).status).toBe(200);
  });

  test("begun again, takes codes of the newest secret alone; set up, it cannot be begun again", async () => {
    const person = await signUp();
    const [former, newest] = [await enrol(person), await enrol(person)];
    expect((await confirm(person, codeOf(former))).body.code).toBe("factors.code_invalid");
    expect((await confirm(person, codeOf(newest))).status).toBe(200);
    expect((await post("/v1/me/factors/totp", undefined, person.access_token)).body.code).toBe(
      "factors.already_enabled",
    );
    expect((await confirm(person, nextCode(newest))).body.code).toBe("factors.code_invalid");
  });

  test("confirmed 10 times at once with one code, gives recovery codes once", async () => {
    const person = await signUp();
    const code = codeOf(await enrol(person));
    const answers = await times(10, () => confirm(person, code));
    expect(tally(answers.map(({ status }) => status))).toMatchObject({ 200: 1 });
    expect((await factorsOf(person.access_token)).recovery_codes_left).toBe(10);
  });

  test.each([
    ["DELETE", "/v1/me/factors/totp"],
    ["POST", "/v1/me/factors/recovery-codes"],
  ] as const)("%s %s without one is a conflict, also while it is being set up", async (method, path) => {
    const person = await signUp();
    expect((await call(method, path, person.access_token)).body.code).toBe("factors.not_enabled");
    if (method === "DELETE") return;
    await enrol(person);
    expect((await call(method, path, person.access_token)).body.code).toBe("factors.not_enabled");
  });

  test("needs a recent proof of who it is", async () => {
    const person = await signUp();
    plinth.clock.advance(16 * 60_000);
    const { access_token } = (await post("/v1/auth/refresh", { refresh_token: person.refresh_token })).body;
    const again = () => post("/v1/me/factors/totp", undefined, access_token);
    expect((await again()).body.code).toBe("request.step_up_required");
    expect((await post("/v1/auth/step-up", { password }, access_token)).status).toBe(200);
    expect((await again()).status).toBe(201);
  });
});

describe("a code of the app", () => {
  test("is good once, the one that set it up included", async () => {
    const person = await signUp();
    const secret = await enrol(person);
    const code = codeOf(secret);
    await confirm(person, code);
    expect((await answer(await owed(person.email), { code })).body.code).toBe("factors.code_invalid");
    const next = nextCode(secret);
    expect((await answer(await owed(person.email), { code: next })).status).toBe(200);
    expect((await answer(await owed(person.email), { code: next })).body.code).toBe("factors.code_invalid");
    expect((await answer(await owed(person.email), { code })).body.code).toBe("factors.code_invalid");
  });

  test("shown 50 times at once, signs in once, on one sign-in and on fifty", async () => {
    const person = await protectedPerson();
    const one = await owed(person.email);
    const code = nextCode(person.secret);
    const onOne = await times(50, () => answer(one, { code }));
    expect(tally(onOne.map(({ status }) => status))).toMatchObject({ 200: 1 });
    const other = await protectedPerson();
    const many = await times(50, () => owed(other.email));
    const fresh = nextCode(other.secret);
    const onMany = await times(50, (i) => answer(many[i] ?? "", { code: fresh }));
    const tallied = tally(onMany.map(({ status }) => status));
    expect(tallied).toMatchObject({ 200: 1 });
    expect((tallied[403] ?? 0) + (tallied[429] ?? 0)).toBe(49);
  });

  test.each([
    [-1, 200],
    [0, 200],
    [1, 200],
    [-2, 403],
    [3, 403],
  ])("of %i steps from now is answered %i", async (steps, status) => {
    const person = await protectedPerson();
    // To the beginning of a step, three further on, so that no code of before is in the way.
    plinth.clock.advance(120_000 - (plinth.clock.now().getTime() % 30_000));
    const mfa_token = await owed(person.email);
    expect((await answer(mfa_token, { code: codeOf(person.secret, steps) })).status).toBe(status);
  });

  test.each(["12345", "1234567", "abcdef", "١٢٣٤٥٦", ""])("%j is none, and costs no try", async (code) => {
    const person = await protectedPerson();
    const mfa_token = await owed(person.email);
    for (let i = 0; i < 6; i++) expect((await answer(mfa_token, { code })).status).toBe(422);
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).status).toBe(200);
  });

  test("T10: five wrong answers end the sign-in, for the right code too", async () => {
    const person = await protectedPerson();
    const mfa_token = await owed(person.email);
    for (let i = 0; i < 5; i++) {
      const given = i % 2 === 0 ? { code: wrongCode(person.secret, i) } : { recovery_code: "AAAAA-AAAAA" };
      expect((await answer(mfa_token, given)).body.code).toBe("factors.code_invalid");
    }
    const code = nextCode(person.secret);
    expect((await answer(mfa_token, { code })).body.code).toBe("factors.challenge_over");
    expect((await answer(await owed(person.email), { code })).status).toBe(200);
  });

  test("T10: 60 wrong answers at once are five tries", async () => {
    const person = await protectedPerson();
    const mfa_token = await owed(person.email);
    const answers = await times(60, (i) => answer(mfa_token, { code: wrongCode(person.secret, i) }));
    expect(tally(answers.map(({ body }) => body.code))).toEqual({
      "factors.code_invalid": 5,
      "factors.challenge_over": 55,
    });
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
  });

  test("T10: tries are not refilled by signing in again: after ten it is 429 with Retry-After, and only for this person", async () => {
    const [person, other] = [await protectedPerson(), await protectedPerson()];
    const open = await times(4, () => owed(person.email));
    const answers = await times(20, (i) => answer(open[i % 4] ?? "", { code: wrongCode(person.secret, i) }));
    expect(tally(answers.map(({ status }) => status))).toEqual({ 403: 10, 429: 10 });
    const right = await answer(await owed(person.email), { code: nextCode(person.secret) });
    expect([right.status, right.body.code]).toEqual([429, "request.rate_limited"]);
    expect(Number(right.headers["retry-after"])).toBeGreaterThan(0);
    expect((await answer(await owed(other.email), { code: nextCode(other.secret) })).status).toBe(200);
  });
});

describe("a sign-in that waits", () => {
  test("T3: is over after ten minutes", async () => {
    const person = await protectedPerson();
    const [used, late] = [await owed(person.email), await owed(person.email)];
    plinth.clock.advance(599_000);
    expect((await answer(used, { code: codeOf(person.secret) })).status).toBe(200);
    plinth.clock.advance(31_000);
    expect((await answer(late, { code: codeOf(person.secret) })).body.code).toBe("factors.challenge_over");
  });

  test("is finished once, by its own token and its own person's code alone", async () => {
    const [person, other] = [await protectedPerson(), await protectedPerson()];
    const mfa_token = await owed(person.email);
    const [id = "", mac = ""] = mfa_token.split(".");
    const othersMac = (await owed(other.email)).split(".")[1];
    for (const forged of [
      `${id}.${othersMac}`,
      `${id}.${mac.slice(0, -1)}`,
      `${mfa_token}x`,
      "mfa_",
      person.access_token.slice(0, 200),
    ])
      expect((await answer(forged, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
    expect((await call("GET", "/v1/me", mfa_token)).status).toBe(401);
    expect((await post("/v1/auth/refresh", { refresh_token: mfa_token })).status).toBe(401);
    expect((await answer(mfa_token, { code: nextCode(other.secret) })).status).toBe(403);
    expect((await answer(mfa_token, { recovery_code: other.recovery_codes[0] })).status).toBe(403);
    expect((await answer(mfa_token, {})).status).toBe(403);
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).status).toBe(200);
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
  });

  test("is no way in for a person who was suspended meanwhile", async () => {
    const person = await protectedPerson();
    const mfa_token = await owed(person.email);
    await plinth.sql("update identity.users set status = 'suspended' where id = $1", [person.user_id]);
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).body.code).toBe("identity.invalid_credentials");
  });

  test("T5: ends when the factors change", async () => {
    const person = await protectedPerson();
    const mfa_token = await owed(person.email);
    await post("/v1/me/factors/recovery-codes", undefined, person.access_token);
    expect((await answer(mfa_token, { code: nextCode(person.secret) })).body.code).toBe("factors.challenge_over");
  });

  test("R17: puts the session into cookies when that is asked for", async () => {
    const person = await protectedPerson();
    const first = await post("/v1/auth/login", { email: person.email, password, session: "cookie" });
    expect([first.status, first.headers["set-cookie"]]).toEqual([202, undefined]);
    const entered = await answer(first.body.mfa_token, { code: nextCode(person.secret), session: "cookie" });
    expect([entered.status, entered.body.access_token, entered.body.token_type]).toEqual([200, undefined, "Cookie"]);
    expect(String(entered.headers["set-cookie"])).toContain("__Host-plinth_access=");
  });
});

describe("recovery codes", () => {
  test("each works once, however it is written, and the rest stay", async () => {
    const person = await protectedPerson();
    const [first = "", second = ""] = person.recovery_codes;
    const written = ` ${first.toLowerCase().replace("-", " ")} `;
    expect((await answer(await owed(person.email), { recovery_code: written })).status).toBe(200);
    expect((await answer(await owed(person.email), { recovery_code: first })).body.code).toBe("factors.code_invalid");
    expect((await factorsOf(person.access_token)).recovery_codes_left).toBe(9);
    expect((await answer(await owed(person.email), { recovery_code: second })).status).toBe(200);
  });

  test("one shown on 30 sign-ins at once signs in once", async () => {
    const person = await protectedPerson();
    const [recovery_code] = person.recovery_codes;
    const open = await times(30, () => owed(person.email));
    const answers = await times(30, (i) => answer(open[i] ?? "", { recovery_code }));
    expect(tally(answers.map(({ status }) => status))).toMatchObject({ 200: 1 });
    expect((await factorsOf(person.access_token)).recovery_codes_left).toBe(9);
  });

  test("renewed, the former ones are worth nothing", async () => {
    const person = await protectedPerson();
    const renewed = await post("/v1/me/factors/recovery-codes", undefined, person.access_token);
    expect([renewed.status, renewed.body.recovery_codes.length]).toEqual([201, 10]);
    const mfa_token = await owed(person.email);
    expect((await answer(mfa_token, { recovery_code: person.recovery_codes[3] })).status).toBe(403);
    expect((await answer(mfa_token, { recovery_code: renewed.body.recovery_codes[3] })).status).toBe(200);
  });
});
