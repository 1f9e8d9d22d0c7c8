import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { createFakeAuthenticator, type FakeAuthenticator } from "../../../test/support/fake-authenticator.ts";

const site = { origin: "http://plinth.test", rp_id: "plinth.test" };
const app_origin = "https://app.plinth.test";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({ env: { CORS_ORIGINS: app_origin } });
});
afterAll(() => plinth.close());

const call = (method: "GET" | "POST" | "DELETE", path: string, token?: string, body?: unknown) =>
  plinth.call(method, path, { body, ...(token === undefined ? {} : { token }) });
const post = (path: string, body?: unknown, token?: string) => call("POST", path, token, body);
const me = async (token: string) => (await call("GET", "/v1/me", token)).status;
const passkeysOf = async (token: string) =>
  (await call("GET", "/v1/me/factors", token)).body.passkeys as { id: string }[];
const times = <T>(n: number, make: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => make(i)));
const count = (answers: { status: number }[], status: number) =>
  answers.filter((each) => each.status === status).length;

let people = 0;
const signUp = () => plinth.signUp(`person-${++people}@example.com`);
type Overrides<K extends "create" | "get"> = Parameters<FakeAuthenticator[K]>[1];
interface Challenge {
  challenge_id: string;
  options: object;
}
const creation = async (token: string): Promise<Challenge> =>
  (await post("/v1/me/passkeys/options", undefined, token)).body;
const request = async (): Promise<Challenge> => (await post("/v1/auth/passkey/options")).body;
/** What the browser made, before it is sent. */
const made = async ({ access_token }: SignedUp, authenticator: FakeAuthenticator, overrides?: Overrides<"create">) => {
  const { challenge_id, options } = await creation(access_token);
  return { challenge_id, response: authenticator.create(options, overrides), name: "Laptop" };
};
const keep = ({ access_token }: SignedUp, body: object) => post("/v1/me/passkeys", body, access_token);
/** What the browser answers to a request to sign in, before it is sent. */
const signed = async (authenticator: FakeAuthenticator, overrides?: Overrides<"get">) => {
  const { challenge_id, options } = await request();
  return { challenge_id, response: authenticator.get(options, overrides) };
};
const enter = (body: object) => post("/v1/auth/passkey", body);
/** A person with a passkey. */
const withPasskey = async (overrides?: Overrides<"create">) => {
  const person = await signUp();
  const authenticator = createFakeAuthenticator(site);
  const first = await made(person, authenticator, overrides);
  const { status, body } = await keep(person, first);
  expect(status).toBe(201);
  return { ...person, authenticator, made: first.response, passkey_id: body.id as string };
};
/** How often PostgreSQL had to end a transaction because two waited for each other: the work is then done again, seconds later. */
const deadlocks = () =>
  plinth.sql("select deadlocks::int as n from pg_stat_database where datname = current_database()");
const mailed = (to: string, text: string) =>
  vi.waitFor(
    async () => {
      const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
      expect((body.data as { text: string }[]).map((mail) => mail.text).join()).toContain(text);
    },
    { timeout: 30_000, interval: 20 },
  );

describe("adding a passkey", () => {
  test("R13: lists it, tells the person, and ends every other session", async () => {
    const person = await signUp();
    const other = (await post("/v1/auth/login", { email: person.email, password })).body;
    expect(await me(other.access_token)).toBe(200);
    const authenticator = createFakeAuthenticator(site);
    const added = await keep(person, await made(person, authenticator, { backed_up: true }));
    expect([added.status, added.body]).toMatchObject([201, { name: "Laptop", backed_up: true, last_used_at: null }]);
    expect(await passkeysOf(person.access_token)).toEqual([added.body]);
    expect([await me(other.access_token), await me(person.access_token)]).toEqual([401, 200]);
    await mailed(person.email, "A passkey was added to your account.");
  });

  test("offers those that are there for exclusion, so that an authenticator makes no second one", async () => {
    const person = await withPasskey();
    const { options } = await creation(person.access_token);
    expect(options).toMatchObject({ rp: { id: "plinth.test", name: "Plinth" }, user: { name: person.email } });
    expect(() => person.authenticator.create(options)).toThrow(/already/);
  });

  test("20 answers at once to one challenge add one", async () => {
    const person = await signUp();
    const { challenge_id, options } = await creation(person.access_token);
    const answers = await times(20, () => {
      const response = createFakeAuthenticator(site).create(options);
      return keep(person, { challenge_id, response, name: "Laptop" });
    });
    expect(count(answers, 201)).toBe(1);
    expect(await passkeysOf(person.access_token)).toHaveLength(1);
  });

  test("stops at 20, also when the last place is wanted ten times at once", async () => {
    const person = await signUp();
    for (let i = 0; i < 19; i++)
      expect((await keep(person, await made(person, createFakeAuthenticator(site)))).status).toBe(201);
    const ready = await times(10, () => made(person, createFakeAuthenticator(site)));
    const answers = await times(10, (i) => keep(person, ready[i] ?? {}));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)[0]).toBe(201);
    // Each that is added ends what else waits, so the others come too late or find no room.
    expect(count(answers, 409) + count(answers, 410)).toBe(9);
    expect(await deadlocks()).toEqual([{ n: 0 }]);
    const passkeys = await passkeysOf(person.access_token);
    expect(passkeys).toHaveLength(20);
    const over = await keep(person, await made(person, createFakeAuthenticator(site)));
    expect([over.status, over.body.code]).toEqual([409, "factors.too_many_passkeys"]);
    expect((await call("DELETE", `/v1/me/passkeys/${passkeys[0]?.id}`, person.access_token)).status).toBe(204);
    expect((await keep(person, await made(person, createFakeAuthenticator(site)))).status).toBe(201);
  });

  test("is refused to a challenge of another person, of a sign-in, or of five minutes ago", async () => {
    const [person, other] = [await signUp(), await signUp()];
    const others = await made(other, createFakeAuthenticator(site));
    expect((await keep(person, others)).body.code).toBe("factors.challenge_over");
    const { challenge_id, options } = await request();
    const { response } = await made(person, createFakeAuthenticator(site), {
      challenge: (options as { challenge: string }).challenge,
    });
    expect((await keep(person, { challenge_id, response, name: "x" })).body.code).toBe("factors.challenge_over");
    const late = await made(person, createFakeAuthenticator(site));
    plinth.clock.advance(301_000);
    expect((await keep(person, late)).body.code).toBe("factors.challenge_over");
    expect(await passkeysOf(person.access_token)).toEqual([]);
  });

  test("is refused for a passkey of somebody else, whose public half anybody could copy", async () => {
    const [person, other] = [await withPasskey(), await signUp()];
    const { challenge_id, response, name } = await made(other, createFakeAuthenticator(site));
    const { clientDataJSON } = response.response;
    const copied = { ...person.made, response: { ...person.made.response, clientDataJSON } };
    expect((await keep(other, { challenge_id, response: copied, name })).status).toBe(409);
    expect(await passkeysOf(other.access_token)).toEqual([]);
    expect((await enter(await signed(person.authenticator))).body.user.email).toBe(person.email);
  });

  test("needs a recent proof of who it is", async () => {
    const person = await signUp();
    plinth.clock.advance(16 * 60_000);
    const { access_token } = (await post("/v1/auth/refresh", { refresh_token: person.refresh_token })).body;
    expect((await post("/v1/me/passkeys/options", undefined, access_token)).body.code).toBe("request.step_up_required");
  });

  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["another site", { rp_id: "evil.example" }],
    ["a page in a frame elsewhere", { top_origin: "https://evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32, 7).toString("base64url") }],
    ["a signature to sign in", { type: "webauthn.get" }],
    ["no proof of who touched it", { user_verified: false }],
  ] as const)("is refused with %s, and the right answer after it is taken", async (_, overrides) => {
    const person = await signUp();
    const { challenge_id, options } = await creation(person.access_token);
    const send = (wrong?: Overrides<"create">) =>
      keep(person, { challenge_id, response: createFakeAuthenticator(site).create(options, wrong), name: "Laptop" });
    expect((await send(overrides)).body.code).toBe("factors.passkey_invalid");
    expect((await send()).status).toBe(201);
  });
});

describe("signing in with a passkey", () => {
  test("needs no password and no name, and is two factors at once", async () => {
    const person = await withPasskey();
    const { secret } = (await post("/v1/me/factors/totp", undefined, person.access_token)).body;
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plinth.clock.now().getTime() });
    expect((await post("/v1/me/factors/totp/confirm", { code }, person.access_token)).status).toBe(200);
    expect((await post("/v1/auth/login", { email: person.email, password })).status).toBe(202);
    const entered = await enter(await signed(person.authenticator));
    expect([entered.status, entered.body.user.email]).toEqual([200, person.email]);
    expect(await me(entered.body.access_token)).toBe(200);
    const [used] = (await call("GET", "/v1/me/factors", person.access_token)).body.passkeys;
    expect(Date.parse(used.last_used_at)).toBeGreaterThan(0);
  });

  test("tells nobody who has one: the options name no credential and differ by the challenge alone", async () => {
    await withPasskey();
    const [one, other] = [await request(), await request()];
    expect(JSON.stringify(one.options)).not.toContain("allowCredentials");
    expect({ ...one.options, challenge: "" }).toEqual({ ...other.options, challenge: "" });
    expect(one).not.toEqual(other);
  });

  test("30 times at once with one answer begins one session", async () => {
    const person = await withPasskey();
    const body = await signed(person.authenticator);
    const answers = await times(30, () => enter(body));
    expect(count(answers, 200)).toBe(1);
    expect((await enter(body)).body.code).toBe("factors.challenge_over");
    const [sessions] = await plinth.sql("select count(*)::int as n from sessions.sessions where user_id = $1", [
      person.user_id,
    ]);
    expect(sessions).toEqual({ n: 2 });
  });

  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["an origin that only begins like ours", { origin: `${site.origin}.evil.example` }],
    ["another site", { rp_id: "evil.example" }],
    ["a page in a frame elsewhere", { top_origin: "https://evil.example" }],
    ["another challenge", { challenge: Buffer.alloc(32, 7).toString("base64url") }],
    ["an answer of a registration", { type: "webauthn.create" }],
    ["a damaged signature", { corrupt_signature: true }],
    ["another person's name", { user_handle: Buffer.alloc(16, 7).toString("base64url") }],
    ["no proof of who touched it", { user_verified: false }],
  ] as const)("is refused with %s", async (_, overrides) => {
    const person = await withPasskey();
    expect((await enter(await signed(person.authenticator, overrides))).body.code).toBe("factors.passkey_invalid");
    expect((await enter(await signed(person.authenticator))).status).toBe(200);
  });

  test("is taken from the product's page, whose origin is in CORS_ORIGINS", async () => {
    const person = await withPasskey({ origin: app_origin });
    expect((await enter(await signed(person.authenticator, { origin: app_origin }))).status).toBe(200);
  });

  test("five wrong answers end the challenge", async () => {
    const person = await withPasskey();
    const { challenge_id, options } = await request();
    const send = (overrides?: Overrides<"get">) =>
      enter({ challenge_id, response: person.authenticator.get(options, overrides) });
    for (let i = 0; i < 5; i++) expect((await send({ corrupt_signature: true })).status).toBe(403);
    expect((await send()).body.code).toBe("factors.challenge_over");
  });

  test("is refused to a copy of the authenticator, whose counter lags behind", async () => {
    const person = await withPasskey({ counter: 10 });
    expect((await enter(await signed(person.authenticator))).status).toBe(200);
    for (const counter of [11, 10, 3, 0])
      expect((await enter(await signed(person.authenticator, { counter }))).body.code).toBe("factors.passkey_invalid");
    expect((await enter(await signed(person.authenticator, { counter: 12 }))).status).toBe(200);
  });

  test("is taken again and again from an authenticator that does not count", async () => {
    const person = await withPasskey({ counter: 0 });
    for (let i = 0; i < 3; i++)
      expect((await enter(await signed(person.authenticator, { counter: 0 }))).status).toBe(200);
  });

  test("is refused to the challenge of a registration", async () => {
    const person = await withPasskey();
    const { challenge_id, options } = await creation(person.access_token);
    const { challenge } = options as { challenge: string };
    const { response } = await signed(person.authenticator, { challenge });
    expect((await enter({ challenge_id, response })).body.code).toBe("factors.challenge_over");
  });

  test("is refused five minutes after it was asked for", async () => {
    const person = await withPasskey();
    const late = await signed(person.authenticator);
    plinth.clock.advance(301_000);
    expect((await enter(late)).body.code).toBe("factors.challenge_over");
  });

  test("is refused to a person who was suspended, as a wrong password is", async () => {
    const person = await withPasskey();
    await plinth.sql("update identity.users set status = 'suspended' where id = $1", [person.user_id]);
    const { status, body } = await enter(await signed(person.authenticator));
    expect([status, body.code]).toEqual([401, "identity.invalid_credentials"]);
  });

  test.each([
    ["nothing", {}],
    ["no object", { id: 7, response: "x" }],
    [
      "a passkey that nobody has",
      { id: "AAAAAAAAAAAAAAAAAAAAAA", rawId: "AAAAAAAAAAAAAAAAAAAAAA", type: "public-key" },
    ],
  ])("an answer of %s is refused, and is no error of ours", async (_, response) => {
    const { challenge_id } = await request();
    expect((await enter({ challenge_id, response })).body.code).toBe("factors.passkey_invalid");
  });
});

describe("a passkey at step-up", () => {
  const stepUp = async (token: string, authenticator: FakeAuthenticator) =>
    post("/v1/auth/step-up", { passkey: await signed(authenticator) }, token);
  const stale = async (person: SignedUp) => {
    plinth.clock.advance(16 * 60_000);
    return (await post("/v1/auth/refresh", { refresh_token: person.refresh_token })).body.access_token as string;
  };

  test("counts as a recent proof", async () => {
    const person = await withPasskey();
    const token = await stale(person);
    const remove = () => call("DELETE", `/v1/me/passkeys/${person.passkey_id}`, token);
    expect((await remove()).body.code).toBe("request.step_up_required");
    expect((await stepUp(token, person.authenticator)).status).toBe(200);
    expect((await remove()).status).toBe(204);
  });

  test("is refused when it is another person's, who stays the only one whom it lets in", async () => {
    const [person, other] = [await withPasskey(), await withPasskey()];
    const token = await stale(person);
    expect((await stepUp(token, other.authenticator)).status).toBe(403);
    expect((await post("/v1/me/passkeys/options", undefined, token)).body.code).toBe("request.step_up_required");
    expect((await enter(await signed(other.authenticator))).body.user.email).toBe(other.email);
  });
});

describe("removing a passkey", () => {
  test("R13: it lets nobody in any more, other sessions end, and the person is told", async () => {
    const person = await withPasskey();
    const other = (await enter(await signed(person.authenticator))).body;
    const waiting = await signed(person.authenticator);
    expect((await call("DELETE", `/v1/me/passkeys/${person.passkey_id}`, person.access_token)).status).toBe(204);
    expect([await me(other.access_token), await me(person.access_token)]).toEqual([401, 200]);
    expect((await enter(waiting)).body.code).toBe("factors.passkey_invalid");
    expect((await enter(await signed(person.authenticator))).body.code).toBe("factors.passkey_invalid");
    await mailed(person.email, "A passkey was removed from your account.");
  });

  test("W1: another person's is answered as a random id is, and stays", async () => {
    const [person, other] = [await withPasskey(), await signUp()];
    const remove = (id: string) => call("DELETE", `/v1/me/passkeys/${id}`, other.access_token);
    const answers = [await remove(person.passkey_id), await remove("00000000-0000-7000-8000-000000000000")];
    const shown = answers.map(({ status, body }) => ({ status, ...body, request_id: "" }));
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]?.status).toBe(404);
    expect((await enter(await signed(person.authenticator))).status).toBe(200);
  });
});
