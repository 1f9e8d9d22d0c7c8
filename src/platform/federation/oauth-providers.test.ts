import { generateKeyPairSync } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { type FakeConsent, type FakeOAuth, type FakePerson, startFakeOAuth } from "../../../test/support/fake-oauth.ts";
import {
  createOAuthProviders,
  type OAuthFlow,
  type OAuthProvider,
  type OAuthProviderName,
  OAuthRefused,
  type OAuthSettings,
} from "./oauth-providers.ts";

const all: OAuthProviderName[] = ["google", "github", "apple"];
const openId: OAuthProviderName[] = ["google", "apple"];
const ada: FakePerson = { subject: "1815", email: "ada@example.test", email_verified: true, name: "Ada Lovelace" };

let fake: FakeOAuth;
beforeAll(async () => {
  fake = await startFakeOAuth();
});
afterEach(() => {
  fake.fail(undefined);
  fake.tamper(undefined);
  fake.requests.length = 0;
});
afterAll(() => fake.close());

function provider(name: OAuthProviderName, settings: OAuthSettings = fake.settings): OAuthProvider {
  const found = createOAuthProviders(settings).get(name);
  if (found === undefined) throw new Error(`${name} is not configured`);
  return found;
}

let flows = 0;
function newFlow(name: OAuthProviderName): OAuthFlow {
  flows += 1;
  return {
    redirect_uri: `https://plinth.example/v1/federation/${name}/callback`,
    state: `state-${flows}`,
    code_verifier: `verifier-${flows}`.padEnd(43, "~"),
    nonce: `nonce-${flows}`,
  };
}

/** What the route makes of the browser's return: Apple's form fields stand in the query, `user` beside it. */
function received({ callback, form = {} }: FakeConsent): { callback: URL; user?: string } {
  const { user, ...fields } = form;
  const full = new URL(callback);
  for (const [field, value] of Object.entries(fields)) full.searchParams.set(field, value);
  return { callback: full, ...(user !== undefined && { user }) };
}

/** One sign-in up to the browser's return. */
async function consent(name: OAuthProviderName, person: FakePerson = ada, oauth = provider(name)) {
  const flow = newFlow(name);
  const answer = await fake.authorize(await oauth.authorizationUrl(flow), person);
  return { oauth, answer: { ...flow, ...received(answer) } };
}

async function signIn(name: OAuthProviderName, person: FakePerson = ada) {
  const { oauth, answer } = await consent(name, person);
  return oauth.complete(answer);
}

const refused = (provider: OAuthProviderName, reason: "denied" | "invalid", detail: string | RegExp = /./) =>
  expect.objectContaining({ name: "OAuthRefused", provider, reason, message: expect.stringMatching(detail) });

const unavailable = (provider: OAuthProviderName, detail: string | RegExp) =>
  expect.objectContaining({ name: "OAuthUnavailable", provider, message: expect.stringMatching(detail) });

/** How each calls a code that it does not take. */
const badCode = { google: "invalid_grant", github: "bad_verification_code", apple: "invalid_grant" };

describe("the consent page", () => {
  test.each([
    ["google", "https://accounts.google.com/o/oauth2/v2/auth", "openid email profile"],
    ["github", "https://github.com/login/oauth/authorize", "read:user user:email"],
    ["apple", "https://appleid.apple.com/auth/authorize", "name email"],
  ] as const)("%s's own is at its documented address, with PKCE, state and scopes", async (name, page, scope) => {
    const oauth = provider(name, { [name]: { ...fake.settings[name], base_url: undefined } });
    // The pair of RFC 7636, appendix B.
    const flow = { ...newFlow(name), code_verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" };
    const url = await oauth.authorizationUrl(flow);
    expect(`${url.origin}${url.pathname}`).toBe(page);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: fake.settings[name].client_id,
      response_type: "code",
      redirect_uri: flow.redirect_uri,
      scope,
      state: flow.state,
      code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
      code_challenge_method: "S256",
      ...(name !== "github" && { nonce: flow.nonce }),
      ...(name === "apple" && { response_mode: "form_post" }),
    });
    expect(oauth.issuer).toBe(url.origin);
  });

  test.each(["https://plinth.example", "https://plinth.example/callback?a=b", "https://plinth.example/callback#"])(
    "refuses the redirect_uri %s, which could not be repeated exactly",
    async (redirect_uri) => {
      const flow = { ...newFlow("google"), redirect_uri };
      await expect(provider("google").authorizationUrl(flow)).rejects.toThrow("redirect_uri");
      const callback = new URL(redirect_uri);
      await expect(provider("google").complete({ ...flow, callback })).rejects.toThrow("redirect_uri");
    },
  );
});

describe("signing in", () => {
  test.each(all)("%s tells who it is", async (name) => {
    expect(await signIn(name, { ...ada, subject: "1816" })).toEqual({
      subject: "1816",
      issuer: fake.url(name),
      email: "ada@example.test",
      email_verified: true,
      full_name: "Ada Lovelace",
    });
  });

  test("takes one exchange, and the keys once", async () => {
    const oauth = provider("google");
    for (const _time of [1, 2]) {
      const { answer } = await consent("google", ada, oauth);
      await oauth.complete(answer);
    }
    expect(fake.requests).toEqual(["POST /google/token", "GET /google/oauth2/v3/certs", "POST /google/token"]);
  });

  test("needs of the callback its query alone: a proxy may have changed host and path", async () => {
    const { oauth, answer } = await consent("google");
    const callback = new URL(`http://10.0.0.7:4000/inside${answer.callback.search}`);
    expect(await oauth.complete({ ...answer, callback })).toMatchObject({ subject: "1815" });
  });

  test.each(all)("%s: an address that is not verified", async (name) => {
    const profile = await signIn(name, { ...ada, email_verified: false });
    expect(profile).toMatchObject({ email: "ada@example.test", email_verified: false });
  });

  test.each(all)("%s: no address at all", async (name) => {
    expect(await signIn(name, { ...ada, email: null })).toMatchObject({ email: null, email_verified: false });
  });

  test.each([
    ["google", "true", false],
    ["apple", "true", true],
    ["apple", "false", false],
  ] as const)("%s: email_verified as the text %s counts as %s", async (name, email_verified, expected) => {
    expect((await signIn(name, { ...ada, email_verified })).email_verified).toBe(expected);
  });

  test.each(all)("%s: a person without a name", async (name) => {
    expect((await signIn(name, { ...ada, name: null })).full_name).toBeNull();
  });

  test.each([
    ["google", "https://oauth2.googleapis.com/token"],
    ["github", "https://github.com/login/oauth/access_token"],
    ["apple", "https://appleid.apple.com/auth/token"],
  ] as const)("%s's own takes the code at %s", async (name, endpoint) => {
    const { answer } = await consent(name);
    answer.callback.searchParams.delete("iss");
    const sent = vi.spyOn(globalThis, "fetch").mockRejectedValueOnce(new Error("nobody leaves this machine"));
    onTestFinished(() => sent.mockRestore());
    const oauth = provider(name, { [name]: { ...fake.settings[name], base_url: undefined } });
    await expect(oauth.complete(answer)).rejects.toEqual(unavailable(name, /./));
    expect(sent.mock.calls.map(([url]) => url)).toEqual([endpoint]);
  });

  test("a name is cut to 200 characters, stays well-formed and holds no control character", async () => {
    const name = `Ada\u0000\n${"x".repeat(195)}😀`;
    const { full_name } = await signIn("google", { ...ada, name });
    expect(full_name).toBe(`Ada ${"x".repeat(195)}\ufffd`);
  });
});

describe("Apple's `user` field", () => {
  test("comes once, and its name counts then alone", async () => {
    const person = { ...ada, subject: "first-timer" };
    expect((await signIn("apple", person)).full_name).toBe("Ada Lovelace");
    expect((await signIn("apple", person)).full_name).toBeNull();
  });

  test("proves nothing but the name", async () => {
    const { oauth, answer } = await consent("apple");
    const user = JSON.stringify({ name: { lastName: "King" }, email: "boss@example.test", sub: "1" });
    const profile = await oauth.complete({ ...answer, user });
    expect(profile).toMatchObject({ subject: "1815", email: "ada@example.test", full_name: "King" });
  });

  test.each(["", "{", "null", "[]", '{"name":null}', '{"name":{"firstName":1}}', '{"name":{"firstName":" "}}'])(
    "broken as %j, it leaves the name open",
    async (user) => {
      const { oauth, answer } = await consent("apple");
      expect((await oauth.complete({ ...answer, user })).full_name).toBeNull();
    },
  );
});

describe("refused", () => {
  test.each(all)("%s: a code that was used", async (name) => {
    const { oauth, answer } = await consent(name);
    await oauth.complete(answer);
    await expect(oauth.complete(answer)).rejects.toEqual(refused(name, "invalid", badCode[name]));
  });

  test.each(all)("%s: a verifier of another browser", async (name) => {
    const { oauth, answer } = await consent(name);
    const { code_verifier } = newFlow(name);
    await expect(oauth.complete({ ...answer, code_verifier })).rejects.toEqual(refused(name, "invalid", badCode[name]));
  });

  test.each(all)("%s: a code for another redirect_uri", async (name) => {
    const { oauth, answer } = await consent(name);
    const redirect_uri = "https://plinth.example/elsewhere";
    await expect(oauth.complete({ ...answer, redirect_uri })).rejects.toEqual(refused(name, "invalid"));
  });

  test.each(all)("%s: another state, none, or two; and nothing is sent", async (name) => {
    const { oauth, answer } = await consent(name);
    const none = new URL(answer.callback);
    none.searchParams.delete("state");
    const two = new URL(answer.callback);
    two.searchParams.append("state", answer.state);
    for (const changed of [{ state: "another" }, { state: "" }, { callback: none }, { callback: two }]) {
      await expect(oauth.complete({ ...answer, ...changed })).rejects.toEqual(refused(name, "invalid"));
    }
    expect(fake.requests).toEqual([]);
  });

  test.each(all)("%s: a callback that names another issuer (RFC 9207); and nothing is sent", async (name) => {
    const { oauth, answer } = await consent(name);
    answer.callback.searchParams.set("iss", "https://issuer.example");
    await expect(oauth.complete(answer)).rejects.toEqual(refused(name, "invalid", '"iss"'));
    expect(fake.requests).toEqual([]);
  });

  test("a code of one provider at another", async () => {
    const { answer } = await consent("apple");
    await expect(provider("google").complete(answer)).rejects.toEqual(refused("google", "invalid", "invalid_grant"));
  });

  test.each([
    ["wrong_nonce", /"nonce"/],
    ["wrong_aud", /"aud"/],
    ["wrong_iss", /"iss"/],
    ["expired", /"exp"/],
    ["wrong_key", /signature/],
  ] as const)("an ID token with a %s", async (mode, detail) => {
    fake.tamper(mode);
    for (const name of openId) {
      await expect(signIn(name)).rejects.toEqual(refused(name, "invalid", detail));
    }
  });

  test.each(all)("%s: the person said no", async (name) => {
    const oauth = provider(name);
    const flow = newFlow(name);
    const answer = received(await fake.deny(await oauth.authorizationUrl(flow)));
    await expect(oauth.complete({ ...flow, ...answer })).rejects.toEqual(refused(name, "denied"));
    const of_another = oauth.complete({ ...flow, ...answer, state: "another" });
    await expect(of_another).rejects.toEqual(refused(name, "invalid"));
    expect(fake.requests).toEqual([]);
  });

  test.each(["invalid_scope", "<script>alert(1)</script>"])("any other error in the callback: %s", async (error) => {
    const { oauth, answer } = await consent("google");
    answer.callback.searchParams.set("error", error);
    const outcome = oauth.complete(answer);
    await expect(outcome).rejects.toEqual(refused("google", "invalid"));
    await expect(outcome).rejects.not.toThrow("script");
  });

  test.each([
    ["google", { client_secret: "wrong" }, "invalid_client"],
    ["github", { client_secret: "wrong" }, "incorrect_client_credentials"],
    ["apple", { key_id: "ANOTHERKEY" }, "invalid_client"],
    ["apple", { team_id: "ANOTHER" }, "invalid_client"],
    ["apple", { private_key: newKey("P-256") }, "invalid_client"],
  ] as const)("%s: a client with %o, and the log hears why", async (name, wrong, detail) => {
    const { answer } = await consent(name);
    const oauth = provider(name, { ...fake.settings, [name]: { ...fake.settings[name], ...wrong } });
    await expect(oauth.complete(answer)).rejects.toEqual(refused(name, "invalid", detail));
  });

  test("GitHub, when the addresses were not asked for", async () => {
    const oauth = provider("github");
    const flow = newFlow("github");
    const url = await oauth.authorizationUrl(flow);
    url.searchParams.set("scope", "read:user");
    const answer = received(await fake.authorize(url, ada));
    await expect(oauth.complete({ ...flow, ...answer })).rejects.toEqual(refused("github", "invalid", "answered 404"));
  });

  test.each(all)("%s: an answer that sends us elsewhere, where nobody goes", async (name) => {
    const { oauth, answer } = await consent(name);
    fake.fail("redirect");
    await expect(oauth.complete(answer)).rejects.toEqual(refused(name, "invalid"));
    expect(fake.requests).toHaveLength(1);
  });

  test("errors carry no code, verifier, token or address", async () => {
    fake.tamper("wrong_aud");
    const { oauth, answer } = await consent("google");
    const error: unknown = await oauth.complete(answer).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OAuthRefused);
    expect(error).not.toHaveProperty("cause");
    const told = JSON.stringify(Object.entries(error as Error)) + (error as Error).message;
    const { code_verifier, callback } = answer;
    for (const secret of [callback.searchParams.get("code") ?? "", code_verifier, "ada@example.test", "eyJ"]) {
      expect(told).not.toContain(secret);
    }
  });
});

describe("unavailable", () => {
  // Patience is short only where the answer never comes, however long one waits.
  const impatient = () => ({ ...fake.settings, timeout_ms: 300 });

  test.each(all)("%s never answers, or not to the end", async (name) => {
    for (const mode of ["hang", "stall"] as const) {
      const { oauth, answer } = await consent(name, ada, provider(name, impatient()));
      fake.fail(mode);
      await expect(oauth.complete(answer)).rejects.toEqual(unavailable(name, "Timeout"));
    }
  });

  test.each(all)("%s cuts the connection, or has an error of its own", async (name) => {
    const details = { down: /SOCKET|RESET/, error: "status 503" };
    for (const mode of ["down", "error"] as const) {
      const { oauth, answer } = await consent(name);
      fake.fail(mode);
      await expect(oauth.complete(answer)).rejects.toEqual(unavailable(name, details[mode]));
    }
  });

  test.each([
    ["google", "GET /google/oauth2/v3/certs"],
    ["apple", "GET /apple/auth/keys"],
    ["github", "GET /github/api/v3/user"],
    ["github", "GET /github/api/v3/user/emails"],
  ] as const)("%s takes the code, but %s does not answer", async (name, endpoint) => {
    const { oauth, answer } = await consent(name);
    fake.fail("error", endpoint);
    await expect(oauth.complete(answer)).rejects.toEqual(unavailable(name, "status 503"));
    expect(fake.requests).toContain(endpoint);
  });

  test("nobody listens", async () => {
    const another = await startFakeOAuth();
    const oauth = provider("google", another.settings);
    const flow = newFlow("google");
    const consented = await another.authorize(await oauth.authorizationUrl(flow), ada);
    await another.close();
    const answer = { ...flow, ...received(consented) };
    await expect(oauth.complete(answer)).rejects.toEqual(unavailable("google", "ECONNREFUSED"));
  });

  test.each(["server_error", "temporarily_unavailable"])("the callback says %s", async (error) => {
    const { oauth, answer } = await consent("google");
    answer.callback.searchParams.set("error", error);
    await expect(oauth.complete(answer)).rejects.toEqual(unavailable("google", error));
  });
});

describe("settings", () => {
  test("name the providers there are", () => {
    expect([...createOAuthProviders({}).keys()]).toEqual([]);
    expect([...createOAuthProviders(fake.settings).keys()]).toEqual(all);
  });

  test.each(["http://github.example", "http://127.0.0.1.example", "ftp://127.0.0.1", "//github.example"])(
    "do not take the base_url %s",
    (base_url) => {
      const github = { ...fake.settings.github, base_url };
      expect(() => createOAuthProviders({ github })).toThrow();
    },
  );

  test("take a GitHub Enterprise Server, with or without a slash at the end", async () => {
    const github = { ...fake.settings.github, base_url: "https://git.example/" };
    const oauth = provider("github", { github });
    const url = await oauth.authorizationUrl(newFlow("github"));
    expect(url.href).toMatch(/^https:\/\/git\.example\/login\/oauth\/authorize\?/);
    expect(oauth.issuer).toBe("https://git.example");
  });

  test.each(["", "no key", newKey("P-384")])("take no key of Apple's but P-256 (%#)", (private_key) => {
    const apple = { ...fake.settings.apple, private_key };
    expect(() => createOAuthProviders({ apple })).toThrow("P-256");
  });
});

function newKey(namedCurve: "P-256" | "P-384"): string {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
