import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { createFakeAuthenticator } from "../../../test/support/fake-authenticator.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1" } });
});
afterAll(() => plinth.close());

let ada: SignedUp;
let people = 0;
beforeEach(async () => {
  ada = await plinth.signUp(`ada${++people}@example.com`);
});

const post = (path: string, body?: object, token = ada.access_token) =>
  plinth.call("POST", path, { token, ...(body === undefined ? {} : { body }) });
const stepUp = (body: object, person = ada) => post("/v1/auth/step-up", body, person.access_token);
/** Something that asks for a recent proof, and that can be done twice. */
const doGuarded = (person = ada) => post("/v1/me/passkeys/options", undefined, person.access_token);
const code = ({ body }: { body: { code?: string } }) => body.code;
const asked = "request.step_up_required";
const age = ({ session_id }: SignedUp, minutes = 16) =>
  plinth.sql(
    "update sessions.sessions set authenticated_at = now() - make_interval(mins => $2::int), methods = '{}' where id = $1",
    [session_id, minutes],
  );
/** The trigger tells of it, as it does of a step-up on another node. */
const stale = async (person = ada) => {
  await age(person);
  await vi.waitFor(async () => expect(code(await doGuarded(person))).toBe(asked), { timeout: 20_000, interval: 5 });
};
const signIn = async (person: SignedUp): Promise<SignedUp> => {
  const { body } = await plinth.call("POST", "/v1/auth/login", { body: { email: person.email, password } });
  return { ...person, ...body };
};

async function addApp(): Promise<{ secret: string; recovery_codes: string[] }> {
  const { secret } = (await post("/v1/me/factors/totp")).body;
  const { body } = await post("/v1/me/factors/totp/confirm", { code: codeOf(secret) });
  return { secret, ...body };
}
const codeOf = (secret: string, ahead = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plinth.clock.now().getTime() + ahead });

async function addPasskey(person: SignedUp) {
  const authenticator = createFakeAuthenticator({ origin: "http://plinth.test", rp_id: "plinth.test" });
  const token = person.access_token;
  const { challenge_id, options } = (await post("/v1/me/passkeys/options", undefined, token)).body;
  await post("/v1/me/passkeys", { challenge_id, response: authenticator.create(options), name: "Key" }, token);
  return async () => {
    const { body } = await plinth.call("POST", "/v1/auth/passkey/options");
    return { passkey: { challenge_id: body.challenge_id, response: authenticator.get(body.options) } };
  };
}

describe("a sign-in", () => {
  test("is recent for 15 minutes, and a refresh makes it no younger", async () => {
    plinth.clock.advance(9 * 60_000);
    const { body } = await plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token: ada.refresh_token } });
    const later = { ...ada, ...body };
    plinth.clock.advance(5 * 60_000);
    try {
      expect((await doGuarded(later)).status).toBe(200);
      plinth.clock.advance(2 * 60_000);
      expect(code(await doGuarded(later))).toBe(asked);
    } finally {
      plinth.clock.advance(-16 * 60_000);
    }
  });

  test("is no longer recent on any node once one says so", () => stale());

  test("of another day still does what asks for nothing recent", async () => {
    await stale();
    expect((await plinth.call("GET", "/v1/me", { token: ada.access_token })).status).toBe(200);
  });
});

describe("a step-up", () => {
  test("by the password makes this session recent, and no other, and stands in the record", async () => {
    const other = await signIn(ada);
    await stale();
    await stale(other);
    expect((await stepUp({ password })).body).toEqual({ status: "confirmed" });
    expect((await doGuarded()).status).toBe(200);
    expect(code(await doGuarded(other))).toBe(asked);
    const { body } = await plinth.call("GET", "/v1/me/sessions", { token: ada.access_token });
    expect(body.data.map(({ methods }: { methods: string[] }) => methods)).toEqual([[], ["pwd"]]);
    const path = `/v1/workspaces/${ada.workspace_id}/audit-entries`;
    const entries = (await plinth.call("GET", path, { token: ada.access_token })).body.data;
    expect(entries[0]).toMatchObject({ action: "identity.stepped_up", details: { methods: ["pwd"] } });
  });

  test.each<[string, object, number, string]>([
    ["a wrong password", { password: "Wrong-horse-7" }, 403, "identity.wrong_password"],
    ["no password", { code: "123456" }, 422, "identity.proof_missing"],
    ["a mailed code in place of the password", { mailed_code: "123456" }, 422, "identity.proof_missing"],
    ["nothing", {}, 422, "request.invalid"],
    ["another person", { password, email: "eve@example.com" }, 422, "request.invalid"],
  ])("with %s changes nothing", async (_, body, status, expected) => {
    await stale();
    const answer = await stepUp(body);
    expect([answer.status, code(answer)]).toEqual([status, expected]);
    expect(code(await doGuarded())).toBe(asked);
  });

  test("of whoever has an authenticator app asks for its code as well", async () => {
    const { secret } = await addApp();
    await stale();
    const owed = await stepUp({ password });
    expect([owed.status, code(owed), owed.body.errors[0].pointer]).toEqual([422, "identity.proof_missing", "/code"]);
    const next = codeOf(secret, 30_000);
    const wrong = String((Number(next) + 500_000) % 1_000_000).padStart(6, "0");
    expect(code(await stepUp({ password, code: wrong }))).toBe("factors.code_invalid");
    expect(code(await stepUp({ password: "Wrong-horse-7", code: next }))).toBe("identity.wrong_password");
    expect(code(await doGuarded())).toBe(asked);
    expect((await stepUp({ password, code: next })).status).toBe(200);
    expect((await doGuarded()).status).toBe(200);
    await stale();
    expect(code(await stepUp({ password, code: next }))).toBe("factors.code_invalid");
  });

  test("takes a recovery code for the app's, once", async () => {
    const { recovery_codes } = await addApp();
    const given = { password, recovery_code: recovery_codes[0] };
    await stale();
    expect((await stepUp(given)).status).toBe(200);
    await stale();
    expect(code(await stepUp(given))).toBe("factors.code_invalid");
    expect(code(await doGuarded())).toBe(asked);
  });

  test("takes the own passkey alone, and nobody else's", async () => {
    const eve = await plinth.signUp(`eve${people}@example.com`);
    const [own, foreign] = [await addPasskey(ada), await addPasskey(eve)];
    await addApp();
    await stale();
    expect(code(await stepUp(await foreign()))).toBe("identity.wrong_password");
    expect(code(await doGuarded())).toBe(asked);
    const proof = await own();
    expect((await stepUp(proof)).status).toBe(200);
    expect((await doGuarded()).status).toBe(200);
    expect(code(await stepUp(proof))).toBe("factors.challenge_over");
  });

  test("takes a mailed code of whoever has no password, once", async () => {
    await plinth.sql("delete from identity.passwords where user_id = $1", [ada.user_id]);
    await stale();
    expect(code(await stepUp({ password }))).toBe("identity.code_invalid");
    await post("/v1/auth/magic-link", { email: ada.email });
    const mailed_code = await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${ada.email}`);
        const texts: string[] = body.data.map(({ text }: { text: string }) => text);
        const found = /\b\d{6}\b/.exec(texts.join("\n"))?.[0];
        if (found === undefined) throw new Error("no mail yet");
        return found;
      },
      { timeout: 30_000, interval: 20 },
    );
    expect((await stepUp({ mailed_code })).status).toBe(200);
    await stale();
    expect(code(await stepUp({ mailed_code }))).toBe("identity.code_invalid");
  });

  test("is nothing that an API key, or a stranger, can do", async () => {
    const scopes = (await plinth.call("GET", "/v1/api-key-scopes", { token: ada.access_token })).body.data;
    const { key } = (await post("/v1/api-keys", { name: "test", scopes })).body;
    expect(code(await post("/v1/auth/step-up", { password }, key))).toBe("request.person_required");
    expect((await plinth.call("POST", "/v1/auth/step-up", { body: { password } })).status).toBe(401);
  });

  test("that an ended session asks for is refused", async () => {
    await post("/v1/auth/logout");
    expect((await stepUp({ password })).status).toBe(401);
  });
});
