import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";
import { type FakeConsent, type FakeOAuth, type FakePerson, startFakeOAuth } from "../../../test/support/fake-oauth.ts";

const origin = "https://app.example.com";
const providers = ["google", "github", "apple"] as const;
type Provider = (typeof providers)[number];

let plinth: TestApp;
let fake: FakeOAuth;
beforeAll(async () => {
  fake = await startFakeOAuth();
  const { google, github, apple } = fake.settings;
  plinth = await testApp({
    env: {
      CORS_ORIGINS: `${origin},https://second.example.com`,
      OAUTH_GOOGLE_CLIENT_ID: google.client_id,
      OAUTH_GOOGLE_CLIENT_SECRET: google.client_secret,
      OAUTH_GOOGLE_URL: fake.url("google"),
      OAUTH_GITHUB_CLIENT_ID: github.client_id,
      OAUTH_GITHUB_CLIENT_SECRET: github.client_secret,
      OAUTH_GITHUB_URL: fake.url("github"),
      OAUTH_APPLE_CLIENT_ID: apple.client_id,
      OAUTH_APPLE_TEAM_ID: apple.team_id,
      OAUTH_APPLE_KEY_ID: apple.key_id,
      OAUTH_APPLE_PRIVATE_KEY: apple.private_key.replaceAll("\n", "\\n"),
      OAUTH_APPLE_URL: fake.url("apple"),
    },
  });
});
afterEach(() => {
  fake.fail(undefined);
  fake.tamper(undefined);
});
afterAll(async () => {
  await plinth.close();
  await fake.close();
});

const post = (path: string, body: unknown) => plinth.call("POST", path, { body });
const meOf = async (token: string) => (await plinth.call("GET", "/v1/me", { token })).body;
const times = <T>(n: number, make: () => Promise<T>) => Promise.all(Array.from({ length: n }, make));

let people = 0;
/** Somebody whom nobody here has seen; at GitHub a subject is a number. */
const stranger = (known: Partial<FakePerson> = {}): FakePerson => {
  const subject = String(10_000 + ++people);
  return { subject, email: `person-${subject}@example.com`, email_verified: true, name: "Ada Lovelace", ...known };
};
const start = (provider: string, return_to = `${origin}/done?from=login`) =>
  post(`/v1/auth/oauth/${provider}/start`, { return_to });
const form = (fields: Record<string, string>) => ({
  body: new URLSearchParams(fields).toString(),
  headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://appleid.apple.com" },
});
/** The browser on its way back: by a redirect, or by Apple's form. */
const comeBack = ({ callback, form: fields }: FakeConsent, path = `${callback.pathname}${callback.search}`) =>
  fields === undefined ? plinth.call("GET", path) : plinth.call("POST", path, form(fields));
const begin = async (provider: Provider) => {
  const { authorization_url, flow_token } = (await start(provider)).body;
  return { url: new URL(authorization_url), flow_token: flow_token as string };
};
/** A sign-in at the provider up to the product's page, with both halves of its proof. */
const agreed = async (provider: Provider, person: FakePerson) => {
  const { url, flow_token } = await begin(provider);
  const { headers } = await comeBack(await fake.authorize(url, person));
  return { flow_token, code: new URL(String(headers.location)).searchParams.get("code") ?? "" };
};
const complete = (proof: object) => post("/v1/auth/oauth/complete", proof);
const signIn = async (provider: Provider, person: FakePerson) => complete(await agreed(provider, person));
const identitiesOf = async (token: string) => (await plinth.call("GET", "/v1/me/identities", { token })).body.data;
const usersWith = async ({ subject }: FakePerson) =>
  plinth.sql<{ user_id: string }>("select user_id from federation.identities where subject = $1", [subject]);

describe("a sign-in at a provider", () => {
  test.each(providers)("X1: %s: makes the person at first, with a workspace, and finds it again", async (provider) => {
    const person = stranger();
    const first = await signIn(provider, person);
    expect([first.status, first.body.user]).toMatchObject([
      200,
      { email: person.email, email_verified: true, full_name: "Ada Lovelace" },
    ]);
    expect((await meOf(first.body.access_token)).id).toBe(first.body.user.id);
    const workspaces = await plinth.call("GET", "/v1/workspaces", { token: first.body.access_token });
    expect(workspaces.body.data).toMatchObject([{ id: first.body.workspace.id, role: "owner" }]);
    const again = await signIn(provider, { ...person, email: `moved-${person.subject}@example.com`, name: "Other" });
    expect([again.status, again.body.user.id, again.body.user.email]).toEqual([200, first.body.user.id, person.email]);
    expect(await identitiesOf(again.body.access_token)).toMatchObject([{ provider, email: person.email }]);
  });

  test("X2: the same subject at two providers is two people", async () => {
    const person = stranger();
    const one = await signIn("google", person);
    const other = await signIn("github", { ...person, email: `github-${person.subject}@example.com` });
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(one.body.user.id).not.toBe(other.body.user.id);
  });

  test.each([
    ["no address", { email: null, email_verified: false }],
    ["no name", { name: null }],
    ["an address that is none by our rules", { email: "x@localhost" }],
    ["a name that wants to be a header", { name: "Ada\r\nbcc: x@example.com" }],
  ] as const)("of somebody with %s makes a person all the same", async (_, known) => {
    const { status, body } = await signIn("google", stranger(known));
    expect(status).toBe(200);
    expect(body.user.full_name).toMatch(/^[^\r\n]+$/);
  });

  test("R17: keeps its session in cookies when that is asked for", async () => {
    const proof = await agreed("google", stranger());
    const { body, headers } = await complete({ ...proof, session: "cookie", device_label: "Laptop" });
    expect([body.token_type, body.access_token]).toEqual(["Cookie", undefined]);
    expect(String(headers["set-cookie"])).toMatch(/__Host-plinth_access=[^;]+;.*HttpOnly; Secure; SameSite=Strict/);
  });

  test("sends the browser back to where it was begun, with its query and one of two halves", async () => {
    const { url, flow_token } = await begin("google");
    const { status, headers } = await comeBack(await fake.authorize(url, stranger()));
    const location = new URL(String(headers.location));
    expect([status, location.origin, location.pathname]).toEqual([303, origin, "/done"]);
    expect([...location.searchParams.keys()]).toEqual(["from", "code"]);
    expect(headers.location).not.toContain(flow_token);
    expect(url.toString()).not.toContain(flow_token);
    expect(url.searchParams.get("redirect_uri")).toBe("http://plinth.test/v1/auth/oauth/google/callback");
  });

  test.each([
    "//evil.example/x",
    "https:evil.example",
    "\\evil.example",
    "https:\\\\evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "/relative",
    "https://evil.example/",
    `${origin}.evil.example/`,
    `${origin}@evil.example/`,
    `https://evil.example\\@app.example.com/`,
    "https://user:word@app.example.com/",
    "http://app.example.com/",
    `${origin}:8443/`,
    `${origin}/x#fragment`,
    `${origin}/\r\nset-cookie: a=b`,
    ` ${origin}/`,
    "",
  ])("T8: does not return to %j", async (return_to) => {
    const { status, body } = await start("google", return_to);
    expect([status, body.code, body.authorization_url]).toEqual([400, "request.bad", undefined]);
  });

  test.each([`${origin}/`, origin, `${origin}?a=b`, "https://second.example.com/x/y", "http://plinth.test/docs"])(
    "T8: returns to %s",
    async (return_to) => {
      expect((await start("google", return_to)).status).toBe(200);
    },
  );

  test("is no way in at a provider that is unknown or not set up", async () => {
    expect((await start("facebook")).status).toBe(404);
    const bare = await testApp({ beside: plinth, worker: false, env: { CORS_ORIGINS: origin } });
    try {
      const answer = await bare.call("POST", "/v1/auth/oauth/google/start", { body: { return_to: origin } });
      expect([answer.status, answer.body.code]).toEqual([404, "federation.unknown_provider"]);
    } finally {
      await bare.close();
    }
  });
});

describe("the two halves", () => {
  test("belong together: neither another's code nor another's token finishes a sign-in, and nobody is made", async () => {
    const [ada, eve] = [stranger(), stranger()];
    const [own, evil] = [await agreed("google", ada), await agreed("google", eve)];
    const wrong = [
      { flow_token: own.flow_token, code: evil.code },
      { flow_token: evil.flow_token, code: own.code },
      { flow_token: own.code, code: own.flow_token },
      { flow_token: own.flow_token, code: "" },
      { flow_token: `${own.flow_token}x`, code: own.code },
      { flow_token: own.flow_token.split(".")[0] ?? "", code: own.code },
    ];
    for (const proof of wrong) expect((await complete(proof)).body.code).toBe("federation.flow_over");
    expect([...(await usersWith(ada)), ...(await usersWith(eve))]).toEqual([]);
    expect((await complete(own)).body.user.email).toBe(ada.email);
    expect((await complete(evil)).body.user.email).toBe(eve.email);
  });

  test("T1: are good once; T2: 20 times at once they begin one session", async () => {
    const person = stranger();
    const proof = await agreed("github", person);
    const answers = await times(20, () => complete(proof));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(19);
    const [user] = await usersWith(person);
    expect(await plinth.sql("select 1 from sessions.sessions where user_id = $1", [user?.user_id])).toHaveLength(1);
    const known = await agreed("github", person);
    const later = await times(20, () => complete(known));
    expect(later.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  test("of 20 first sign-ins of one person at once make one person", async () => {
    const person = stranger();
    const proofs = await times(20, () => agreed("google", person));
    const answers = await Promise.all(proofs.map(complete));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(new Set(answers.map(({ body }) => body.user.id)).size).toBe(1);
  });

  test("T3: are over a quarter of an hour after the start, and so is the way back", async () => {
    const proof = await agreed("google", stranger());
    const { url, flow_token } = await begin("google");
    const late = await fake.authorize(url, stranger());
    plinth.clock.advance(15 * 60_000 + 1_000);
    expect((await complete(proof)).body.code).toBe("federation.flow_over");
    expect((await comeBack(late)).body.code).toBe("federation.flow_over");
    expect((await complete({ flow_token, code: proof.code })).body.code).toBe("federation.flow_over");
  });

  test("finish nothing before the browser came back", async () => {
    const { flow_token } = await begin("google");
    const { code } = await agreed("google", stranger());
    expect((await complete({ flow_token, code })).body.code).toBe("federation.flow_over");
  });
});

describe("the way back", () => {
  test("is gone once: the second time, at another provider's address, or with a state of nobody", async () => {
    const { url } = await begin("google");
    const consent = await fake.authorize(url, stranger());
    const { search } = consent.callback;
    expect((await comeBack(consent, `/v1/auth/oauth/github/callback${search}`)).body.code).toBe("federation.flow_over");
    expect((await comeBack(consent)).status).toBe(303);
    expect((await comeBack(consent)).body.code).toBe("federation.flow_over");
    for (const state of ["", "x", `${url.searchParams.get("state")}x`, "00000000-0000-7000-8000-000000000000.x"]) {
      const { status, headers } = await plinth.call("GET", `/v1/auth/oauth/google/callback?code=x&state=${state}`);
      expect([status, headers.location]).toEqual([410, undefined]);
    }
  });

  test.each(providers)("of who said no at %s says so to the product's page", async (provider) => {
    const { url } = await begin(provider);
    const { status, headers } = await comeBack(await fake.deny(url));
    expect([status, headers.location]).toEqual([303, `${origin}/done?from=login&error=access_denied`]);
  });

  test.each([
    ["is down", () => fake.fail("down"), "temporarily_unavailable"],
    ["answers 503", () => fake.fail("error"), "temporarily_unavailable"],
    ["answers for another client", () => fake.tamper("wrong_aud"), "invalid_request"],
    ["answers another browser's sign-in", () => fake.tamper("wrong_nonce"), "invalid_request"],
    ["signs with a key that is not its own", () => fake.tamper("wrong_key"), "invalid_request"],
  ])("while the provider %s says so to the product's page, and lets nobody in", async (_, break_, error) => {
    const person = stranger();
    const { url, flow_token } = await begin("google");
    const consent = await fake.authorize(url, person);
    const { code } = await agreed("google", stranger());
    break_();
    const { status, headers } = await comeBack(consent);
    expect([status, headers.location]).toEqual([303, `${origin}/done?from=login&error=${error}`]);
    expect((await complete({ flow_token, code })).status).toBe(410);
    expect(await usersWith(person)).toEqual([]);
  });

  test("with a code that another sign-in was given lets nobody in (RFC 9700, 4.5)", async () => {
    const [own, evil] = [await begin("google"), await begin("google")];
    const injected = (await fake.authorize(evil.url, stranger())).callback;
    injected.searchParams.set("state", own.url.searchParams.get("state") ?? "");
    expect((await comeBack({ callback: injected })).headers.location).toContain("error=invalid_request");
  });
});
