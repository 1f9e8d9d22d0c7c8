import { Secret, TOTP } from "otpauth";
import { Client } from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { createFakeAuthenticator } from "../../../test/support/fake-authenticator.ts";

const newPassword = "Another-horse-8";

let plinth: TestApp;
let root: SignedUp;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1" } });
  root = await plinth.signUp("root@example.com");
  await plinth.app.promote("root@example.com");
});
afterAll(() => plinth.close());

let ada: SignedUp;
let people = 0;
beforeEach(async () => {
  ada = await plinth.signUp(`ada${++people}@example.com`);
});

const call = async (person: SignedUp, method: "POST" | "PUT" | "DELETE", path: string, body?: object) => {
  const answer = await plinth.call(method, path, {
    token: person.access_token,
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status >= 300) throw new Error(`${method} ${path} answered ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const login = (person: SignedUp) => plinth.call("POST", "/v1/auth/login", { body: { email: person.email, password } });
const signIn = async (person: SignedUp, recovery_code?: string): Promise<SignedUp> => {
  const { body } = await login(person);
  if (recovery_code === undefined) return { ...person, ...body };
  const answer = { mfa_token: body.mfa_token, recovery_code };
  return { ...person, ...(await plinth.call("POST", "/v1/auth/second-factor", { body: answer })).body };
};
const refresh = (refresh_token: string) => plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token } });
const me = (token: string) => plinth.call("GET", "/v1/me", { token });
const expectDead = async ({ access_token, refresh_token }: SignedUp) => {
  expect((await me(access_token)).status).toBe(401);
  expect((await refresh(refresh_token)).body.code).toBe("identity.refresh_invalid");
};
const expectAlive = async ({ access_token, refresh_token }: SignedUp) => {
  expect((await me(access_token)).status).toBe(200);
  expect((await refresh(refresh_token)).status).toBe(200);
};

async function addApp(person: SignedUp): Promise<string[]> {
  const { secret } = await call(person, "POST", "/v1/me/factors/totp");
  const timestamp = plinth.clock.now().getTime();
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp });
  return (await call(person, "POST", "/v1/me/factors/totp/confirm", { code })).recovery_codes;
}

async function addPasskey(person: SignedUp): Promise<string> {
  const authenticator = createFakeAuthenticator({ origin: "http://plinth.test", rp_id: "plinth.test" });
  const { challenge_id, options } = await call(person, "POST", "/v1/me/passkeys/options");
  const passkey = { challenge_id, response: authenticator.create(options), name: "Key" };
  return (await call(person, "POST", "/v1/me/passkeys", passkey)).id;
}

async function resetToken({ email }: SignedUp, app = plinth): Promise<string> {
  await app.call("POST", "/v1/auth/forgot-password", { body: { email } });
  const look = async () => {
    const { body } = await app.call("GET", `/dev/mailbox/messages?to=${email}`);
    const texts: string[] = body.data.map(({ text }: { text: string }) => text);
    const token = /\/reset-password\/(\S+)/.exec(texts.join("\n"))?.[1];
    if (token === undefined) throw new Error("no mail yet");
    return token;
  };
  return vi.waitFor(look, { timeout: 30_000, interval: 20 });
}
const redeem = async (token: string, app = plinth) => {
  const body = { password: newPassword };
  expect((await app.call("POST", `/v1/auth/reset-password/${token}`, { body })).status).toBe(200);
};
async function resetPassword(person: SignedUp): Promise<void> {
  const token = await resetToken(person);
  expect((await me(token)).status, "J8: a mailed token is no access token").toBe(401);
  await redeem(token);
}

const changePassword = (person: SignedUp) =>
  call(person, "PUT", "/v1/me/password", { current_password: password, password: newPassword });
const suspend = (person: SignedUp) =>
  call(root, "POST", `/v1/admin/users/${person.user_id}/suspend`, { reason: "a test" });
const deleteAccount = (person: SignedUp) => call(person, "DELETE", "/v1/me");

type Change = (person: SignedUp) => Promise<unknown>;
describe("R13: all other sessions end", () => {
  test.each<[string, Change]>([
    ["with a new password", changePassword],
    ["with an authenticator app", addApp],
    ["with a passkey", addPasskey],
  ])("%s", async (_, change) => {
    const others = [await signIn(ada), await signIn(ada)];
    const stranger = await plinth.signUp(`stranger${people}@example.com`);
    for (const { access_token } of others) expect((await me(access_token)).status).toBe(200);
    await change(ada);
    for (const other of others) await expectDead(other);
    await expectAlive(ada);
    await expectAlive(stranger);
  });

  test.each<[string, Change]>([
    ["when the app is removed", (person) => call(person, "DELETE", "/v1/me/factors/totp")],
    ["with new recovery codes", (person) => call(person, "POST", "/v1/me/factors/recovery-codes")],
  ])("%s", async (_, change) => {
    const [code] = await addApp(ada);
    const other = await signIn(ada, code);
    expect((await me(other.access_token)).status).toBe(200);
    await change(ada);
    await expectDead(other);
    await expectAlive(ada);
  });

  test("when a passkey is removed", async () => {
    const id = await addPasskey(ada);
    const other = await signIn(ada);
    expect((await me(other.access_token)).status).toBe(200);
    await call(ada, "DELETE", `/v1/me/passkeys/${id}`);
    await expectDead(other);
    await expectAlive(ada);
  });
});

describe("R13: every session ends", () => {
  test.each<[string, Change]>([
    ["with a password that was reset", resetPassword],
    ["when the account is suspended", suspend],
    ["when the account is deleted", deleteAccount],
  ])("%s", async (_, change) => {
    const other = await signIn(ada);
    for (const { access_token } of [ada, other]) expect((await me(access_token)).status).toBe(200);
    await change(ada);
    for (const session of [ada, other]) await expectDead(session);
    await expectAlive(await signIn(root));
  });

  test("and none comes back when the account is reinstated", async () => {
    const child = (await refresh(ada.refresh_token)).body;
    await suspend(ada);
    await call(root, "POST", `/v1/admin/users/${ada.user_id}/reinstate`, { reason: "a test" });
    for (const session of [ada, { ...ada, ...child }]) await expectDead(session);
    await expectAlive(await signIn(ada));
  });

  test("and a refusal tells nobody why", async () => {
    await suspend(ada);
    const { body } = await me(ada.access_token);
    const unknown = await me("x");
    expect({ ...body, request_id: "" }).toEqual({ ...unknown.body, request_id: "" });
  });
});

describe("R13: a sign-in that was under way with what was good before does not outlive", () => {
  const blocked = async (count: number) => {
    const rows = await plinth.sql(
      "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    );
    expect(rows.length).toBeGreaterThanOrEqual(count);
  };
  const waitFor = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 20_000, interval: 5 });

  /** Holds a sign-in at the lock until the change is done, or waits for the same lock; then lets both go on. */
  async function race(lock: string, change: Change) {
    const client = new Client({ connectionString: plinth.owner_url });
    await client.connect();
    try {
      await client.query("begin");
      await client.query(lock);
      const entering = login(ada);
      await waitFor(() => blocked(1));
      let isChanged = false;
      const changing = change(ada).finally(() => {
        isChanged = true;
      });
      await waitFor(async () => {
        if (!isChanged) await blocked(2);
      });
      await client.query("rollback");
      return (await Promise.all([entering, changing]))[0];
    } finally {
      await client.end();
    }
  }

  const atAccount = () => `select from identity.users where id = '${ada.user_id}' for no key update`;
  const atRecord = () => "lock table audit.entries in share mode";
  test.each<[string, string, Change, () => string]>([
    ["a new password", "before its session is there", changePassword, atAccount],
    ["a new password", "while its session is made", changePassword, atRecord],
    ["an authenticator app", "before its session is there", addApp, atAccount],
    ["an authenticator app", "while its session is made", addApp, atRecord],
    ["a passkey", "while its session is made", addPasskey, atRecord],
    ["a suspension", "before its session is there", suspend, atAccount],
    ["a suspension", "while its session is made", suspend, atRecord],
    ["a deletion", "while its session is made", deleteAccount, atRecord],
  ])("%s that comes %s", async (_, _point, change, lock) => {
    const entered = await race(lock(), change);
    if (entered.status === 200) await expectDead({ ...ada, ...entered.body });
    else expect([202, 401]).toContain(entered.status);
  });

  test("a reset that is done while the former password is being checked", async () => {
    // One hash at a time, each as long as many transactions: the reset's comes first, and the sign-in has read the former one by then.
    const env = { PASSWORD_HASH_CONCURRENCY: "1", PASSWORD_HASH_MEMORY_KIB: "65536", PASSWORD_HASH_PASSES: "8" };
    const slow = await testApp({ env });
    try {
      const person = await slow.signUp("ada@example.com");
      const token = await resetToken(person, slow);
      const [, entered] = await Promise.all([
        redeem(token, slow),
        slow.call("POST", "/v1/auth/login", { body: { email: person.email, password } }),
      ]);
      const own = await slow.call("GET", "/v1/me", { token: entered.body.access_token ?? "none" });
      expect(own.status).toBe(401);
    } finally {
      await slow.close();
    }
  });
});
