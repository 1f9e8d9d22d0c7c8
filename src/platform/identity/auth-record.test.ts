import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { createFakeAuthenticator } from "../../../test/support/fake-authenticator.ts";

let plinth: TestApp;
let root: SignedUp;
beforeAll(async () => {
  plinth = await testApp({ env: { LOG_LEVEL: "trace", PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
  root = await plinth.signUp("root@example.com");
  await plinth.app.promote("root@example.com");
});
afterAll(() => plinth.close());

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
let count = 0;
const newEmail = () => `person-${++count}@example.com`;

/** Members of requests and answers whose values are secrets. */
const secretMembers =
  /^(password|current_password|code|mailed_code|recovery_codes?|secret|key|token|otpauth_url|challenge|\w+_token|signature)$/;
const secrets = new Set<string>();
/** Remembers every secret in a request or an answer. */
function learn(value: unknown, isSecret = false): void {
  if (typeof value === "string" && isSecret && value.length > 0) secrets.add(value);
  if (typeof value !== "object" || value === null) return;
  for (const [name, part] of Object.entries(value))
    learn(part, Array.isArray(value) ? isSecret : secretMembers.test(name));
}
const call = async (method: Method, path: string, body?: object, token?: string) => {
  const answer = await plinth.call(method, path, { body, ...(token === undefined ? {} : { token }) });
  learn(body);
  if (answer.status < 400) learn(answer.body);
  return answer;
};
const post = (path: string, body?: object, token?: string) => call("POST", path, body, token);
const done = async (answer: ReturnType<typeof call>) => {
  const { status, body } = await answer;
  expect([status, body?.code]).toEqual([expect.toSatisfy((each: number) => each < 300), undefined]);
  return body;
};
/** The token of the newest mailed link of a kind, and the code beside it. */
const mailed = (to: string, kind: string, known: string[] = []) =>
  vi.waitFor(
    async () => {
      const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
      const texts = (body.data as { text: string }[]).map(({ text }) => text);
      for (const text of texts) {
        const token = new RegExp(`/v1/auth/${kind}/(\\S+)`).exec(text)?.[1];
        if (token === undefined || known.includes(token)) continue;
        const code = /this code: (\d{6})/.exec(text)?.[1] ?? "";
        learn({ token, code });
        return { token, code };
      }
      throw new Error(`no ${kind} for ${to}`);
    },
    { timeout: 30_000, interval: 20 },
  );
const totp = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: plinth.clock.now().getTime() });
/** Wrong, whatever the secret is: none of the codes that are good about now. */
const wrongTotp = (secret: string) => {
  const app = new TOTP({ secret: Secret.fromBase32(secret) });
  const now = plinth.clock.now().getTime();
  const good = [-3, -2, -1, 0, 1, 2, 3].map((step) => app.generate({ timestamp: now + step * 30_000 }));
  return ["111111", "222222", "333333", "444444", "555555", "666666", "777777", "888888"].find(
    (code) => !good.includes(code),
  );
};
const actionsOf = async (user_id: string) => {
  const rows = await plinth.sql<{ action: string }>(
    "select e.action from audit.entries e join workspaces.workspaces w on w.id = e.workspace_id where w.personal_of = $1 order by e.created_at, e.id",
    [user_id],
  );
  return rows.map(({ action }) => action);
};
const userOf = async (email: string) =>
  (await plinth.sql("select id from identity.users where email = $1", [email]))[0]?.id as string;

test("L15: every act of signing in and proving oneself is in the audit record, and no secret of it there, in the log or in an event", async () => {
  const email = newEmail();
  const credentials = { email, password };
  const login = async () => (await done(post("/v1/auth/login", credentials))) as SignedUp;
  await done(post("/v1/auth/register", { ...credentials, full_name: "Ada Test" }));
  await done(post(`/v1/auth/verify-email/${(await mailed(email, "verify-email")).token}`));
  const user_id = await userOf(email);
  await post("/v1/auth/login", { email, password: "Wrong-horse-7" });

  const first = await login();
  const second = await done(post("/v1/auth/refresh", { refresh_token: first.refresh_token }));
  await done(post("/v1/auth/refresh", { refresh_token: second.refresh_token }));
  await post("/v1/auth/refresh", { refresh_token: first.refresh_token });

  await done(post("/v1/auth/magic-link", { email }));
  const link = await mailed(email, "magic-link");
  await done(post(`/v1/auth/magic-link/${link.token}`, {}));
  await done(post("/v1/auth/magic-link", { email }));
  const { code } = await mailed(email, "magic-link", [link.token]);
  await done(post("/v1/auth/magic-link/code", { email, code }));

  await done(post("/v1/auth/forgot-password", { email }));
  const reset = (await mailed(email, "reset-password")).token;
  credentials.password = "Second-horse-8";
  await done(post(`/v1/auth/reset-password/${reset}`, { password: credentials.password }));

  const { access_token } = await login();
  const own = (method: Method, path: string, body?: object) => call(method, path, body, access_token);
  await done(own("POST", "/v1/auth/step-up", { password: credentials.password }));
  const changed = { current_password: credentials.password, password: "Third-horse-9" };
  await done(own("PUT", "/v1/me/password", changed));
  credentials.password = changed.password;
  await done(own("PATCH", "/v1/me", { display_name: "Ada" }));

  const authenticator = createFakeAuthenticator({ origin: "http://plinth.test", rp_id: "plinth.test" });
  const creation = await done(own("POST", "/v1/me/passkeys/options"));
  const response = authenticator.create(creation.options);
  const passkey = await done(
    own("POST", "/v1/me/passkeys", { challenge_id: creation.challenge_id, response, name: "Key" }),
  );
  const asked = await done(post("/v1/auth/passkey/options"));
  const proof = authenticator.get(asked.options);
  await done(post("/v1/auth/passkey", { challenge_id: asked.challenge_id, response: proof }));
  await done(own("DELETE", `/v1/me/passkeys/${passkey.id}`));

  const { secret } = await done(own("POST", "/v1/me/factors/totp"));
  await done(own("POST", "/v1/me/factors/totp/confirm", { code: totp(secret) }));
  const { recovery_codes } = await done(own("POST", "/v1/me/factors/recovery-codes"));
  const { mfa_token } = await done(post("/v1/auth/login", credentials));
  const other = await done(post("/v1/auth/second-factor", { mfa_token, recovery_code: recovery_codes[0] }));
  await done(own("DELETE", `/v1/me/sessions/${other.session_id}`));
  await done(own("DELETE", "/v1/me/factors/totp"));

  const key = await done(own("POST", "/v1/api-keys", { name: "ci", scopes: ["billing:read"] }));
  await done(own("POST", `/v1/api-keys/${key.id}/rotate`, {}));
  await done(call("GET", "/v1/billing/subscriptions", undefined, key.key));
  await done(own("DELETE", `/v1/api-keys/${key.id}`));

  const moved = newEmail();
  await done(own("PUT", "/v1/me/email", { email: moved }));
  await done(post(`/v1/auth/change-email/${(await mailed(moved, "change-email")).token}`));
  credentials.email = moved;
  await done(own("POST", "/v1/auth/logout-all", { keep_current: true }));
  await done(own("POST", "/v1/auth/logout"));

  const admin = (what: string, body: object = { reason: "a test" }) =>
    done(call(what === "role" ? "PUT" : "POST", `/v1/admin/users/${user_id}/${what}`, body, root.access_token));
  for (const what of ["suspend", "reinstate", "end-sessions", "reset-password", "impersonate"]) await admin(what);
  for (const role of ["admin", "user"]) await admin("role", { role });

  const last = await done(post("/v1/auth/login", credentials));
  await done(call("DELETE", "/v1/me", undefined, last.access_token));
  await done(post(`/v1/auth/restore-account/${(await mailed(moved, "restore-account")).token}`));

  await vi.waitFor(async () => expect(await actionsOf(user_id)).toContain("identity.sign_in_failed"), 30_000);
  const actions = await actionsOf(user_id);
  expect(actions.filter((action) => action !== "identity.sign_in_failed")).toEqual([
    "identity.registered",
    "identity.email_verified",
    "identity.signed_in",
    "identity.refresh_reused",
    "identity.signed_in",
    "identity.signed_in",
    "identity.password_reset",
    "identity.signed_in",
    "identity.stepped_up",
    "identity.password_changed",
    "identity.profile_updated",
    "identity.passkey_added",
    "identity.signed_in",
    "identity.passkey_removed",
    "identity.second_factor_enabled",
    "identity.recovery_codes_renewed",
    "identity.signed_in",
    "identity.session_revoked",
    "identity.second_factor_removed",
    "api_keys.created",
    "api_keys.rotated",
    "api_keys.revoked",
    "identity.email_change_requested",
    "identity.email_changed",
    "identity.sessions_revoked",
    "identity.logged_out",
    "identity.suspended",
    "identity.reinstated",
    "identity.sessions_revoked",
    "identity.password_reset_mailed",
    "identity.impersonated",
    "identity.role_changed",
    "identity.role_changed",
    "identity.signed_in",
    "identity.account_deleted",
    "identity.account_restored",
  ]);

  const kept = JSON.stringify([
    plinth.logged,
    await plinth.sql("select * from audit.entries"),
    await plinth.sql("select * from events.deliveries"),
  ]);
  expect(kept).toContain(user_id);
  expect(secrets.size).toBeGreaterThan(60);
  const told = [...secrets].filter((each) => new RegExp(`(?<![\\w.-])${RegExp.escape(each)}(?![\\w-])`).test(kept));
  expect(told).toEqual([]);
});

describe("a wrong proof is in the audit record of whom it was about:", () => {
  let person: SignedUp;
  beforeEach(async () => {
    person = await plinth.signUp(newEmail());
  });
  const own = (method: Method, path: string, body?: object) => call(method, path, body, person.access_token);
  const withTotp = async () => {
    const { secret } = await done(own("POST", "/v1/me/factors/totp"));
    await done(own("POST", "/v1/me/factors/totp/confirm", { code: totp(secret) }));
    return secret as string;
  };
  const cases: [name: string, attempt: () => Promise<() => ReturnType<typeof call>>][] = [
    [
      "the password at login",
      async () => () => post("/v1/auth/login", { email: person.email, password: "Wrong-horse-7" }),
    ],
    ["the password for a step-up", async () => () => own("POST", "/v1/auth/step-up", { password: "Wrong-horse-7" })],
    [
      "the present password for a new one",
      async () => () => own("PUT", "/v1/me/password", { current_password: "Wrong-horse-7", password: "Fine-horse-8" }),
    ],
    [
      "the mailed code",
      async () => {
        await done(post("/v1/auth/magic-link", { email: person.email }));
        const { code } = await mailed(person.email, "magic-link");
        const wrong = code === "111111" ? "222222" : "111111";
        return () => post("/v1/auth/magic-link/code", { email: person.email, code: wrong });
      },
    ],
    [
      "the second factor",
      async () => {
        const secret = await withTotp();
        const { mfa_token } = await done(post("/v1/auth/login", { email: person.email, password }));
        return () => post("/v1/auth/second-factor", { mfa_token, code: wrongTotp(secret) });
      },
    ],
    [
      "the second factor for a step-up",
      async () => {
        const secret = await withTotp();
        return () => own("POST", "/v1/auth/step-up", { password, code: wrongTotp(secret) });
      },
    ],
  ];

  test.each(cases)("L15: %s", async (_, prepare) => {
    const attempt = await prepare();
    const before = (await actionsOf(person.user_id)).length;
    const { status } = await attempt();
    expect([401, 403, 422]).toContain(status);
    await vi.waitFor(
      async () => expect((await actionsOf(person.user_id)).slice(before)).toEqual([expect.stringMatching(/_failed$/)]),
      {
        timeout: 20_000,
        interval: 20,
      },
    );
  });
});
