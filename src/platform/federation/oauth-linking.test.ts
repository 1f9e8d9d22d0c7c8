import { Secret, TOTP } from "otpauth";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type TestApp, testApp } from "../../../test/support/app.ts";
import { type FakeOAuth, type FakePerson, startFakeOAuth } from "../../../test/support/fake-oauth.ts";

const origin = "https://app.example.com";

let plinth: TestApp;
let fake: FakeOAuth;
beforeAll(async () => {
  fake = await startFakeOAuth();
  const { google, github } = fake.settings;
  plinth = await testApp({
    env: {
      CORS_ORIGINS: origin,
      OAUTH_GOOGLE_CLIENT_ID: google.client_id,
      OAUTH_GOOGLE_CLIENT_SECRET: google.client_secret,
      OAUTH_GOOGLE_URL: fake.url("google"),
      OAUTH_GITHUB_CLIENT_ID: github.client_id,
      OAUTH_GITHUB_CLIENT_SECRET: github.client_secret,
      OAUTH_GITHUB_URL: fake.url("github"),
    },
  });
});
afterAll(async () => {
  await plinth.close();
  await fake.close();
});

const call = (method: "GET" | "POST" | "DELETE", path: string, token?: string, body?: unknown) =>
  plinth.call(method, path, { body, ...(token === undefined ? {} : { token }) });
const post = (path: string, body?: unknown, token?: string) => call("POST", path, token, body);
const login = (email: string, given = password) => post("/v1/auth/login", { email, password: given });

let people = 0;
/** Somebody whom nobody here has seen; at GitHub a subject is a number. */
const stranger = (known: Partial<FakePerson> = {}): FakePerson => {
  const subject = String(10_000 + ++people);
  return { subject, email: `person-${subject}@example.com`, email_verified: true, name: "Ada Lovelace", ...known };
};
/** Somebody with an account here, and an account with the same address at a provider. */
const member = async (known: Partial<FakePerson> = {}) => {
  const person = stranger();
  return { ...(await plinth.signUp(person.email ?? "")), person: { ...person, ...known } };
};
type Provider = "google" | "github";
/** A sign-in at the provider up to the product's page: both halves of its proof. */
const agreed = async (person: FakePerson, provider: Provider = "google") => {
  const { body } = await post(`/v1/auth/oauth/${provider}/start`, { return_to: `${origin}/done` });
  const { callback } = await fake.authorize(new URL(body.authorization_url), person);
  const { headers } = await call("GET", `${callback.pathname}${callback.search}`);
  return { flow_token: body.flow_token as string, code: new URL(String(headers.location)).searchParams.get("code") };
};
const complete = (proof: object) => post("/v1/auth/oauth/complete", proof);
const signIn = async (person: FakePerson, provider?: Provider) => complete(await agreed(person, provider));
const link = (proof: object, token: string) => post("/v1/me/identities", proof, token);
type Linked = { id: string; provider: string }[];
const identitiesOf = async (token: string) => (await call("GET", "/v1/me/identities", token)).body.data as Linked;
const unlink = (id: string | undefined, token: string) => call("DELETE", `/v1/me/identities/${id}`, token);
const mailed = (to: string, text: RegExp) =>
  vi.waitFor(
    async () => {
      const { body } = await call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
      const found = (body.data as { text: string }[]).flatMap((mail) => text.exec(mail.text)?.[1] ?? []);
      if (found[0] === undefined) throw new Error(`no mail ${text} for ${to}`);
      return found[0];
    },
    { timeout: 30_000, interval: 20 },
  );
/** Somebody with an account here that is linked to one at Google. */
const linkedMember = async () => {
  const ada = await member();
  expect((await link(await agreed(ada.person), ada.access_token)).status).toBe(201);
  return ada;
};

describe("X3: an account at a provider with the address of an account here", () => {
  test("is linked by its person alone, by the same two halves, and is a way in from then on", async () => {
    const ada = await member();
    const proof = await agreed(ada.person);
    const { status, body } = await complete(proof);
    expect([status, body.code, body.access_token]).toEqual([409, "federation.link_required", undefined]);
    expect(await identitiesOf(ada.access_token)).toEqual([]);
    const { access_token } = (await login(ada.email)).body;
    const linked = await link(proof, access_token);
    expect([linked.status, linked.body.data]).toMatchObject([201, [{ provider: "google", email: ada.email }]]);
    const entered = await signIn(ada.person);
    expect([entered.status, entered.body.user.id]).toEqual([200, ada.user_id]);
    expect((await link(proof, access_token)).body.code).toBe("federation.flow_over");
    expect((await complete(proof)).body.code).toBe("federation.flow_over");
    await mailed(ada.email, /(An account at another provider was linked)/);
    const audit = await plinth.sql("select 1 from audit.entries where action = 'identity.linked' and actor_id = $1", [
      ada.user_id,
    ]);
    expect(audit).toHaveLength(1);
  });

  test("however the provider writes it, is not joined", async () => {
    const ada = await member();
    const answer = await signIn({ ...ada.person, email: ` ${ada.email.toUpperCase()}` });
    expect(answer.body.code).toBe("federation.link_required");
  });

  test("which the provider has not verified, becomes a person apart and can never be linked", async () => {
    const ada = await member({ email_verified: false });
    const apart = await signIn(ada.person, "github");
    expect([apart.status, apart.body.user.email_verified]).toEqual([200, false]);
    expect(apart.body.user.id).not.toBe(ada.user_id);
    const other = stranger({ email: ada.email, email_verified: false });
    expect((await link(await agreed(other), ada.access_token)).body.code).toBe("federation.address_unverified");
    expect(await identitiesOf(ada.access_token)).toEqual([]);
    expect((await login(ada.email)).body.user.id).toBe(ada.user_id);
  });

  test("which somebody registered before and never proved, leaves that one no way in once its owner has proved it", async () => {
    const ada = stranger();
    const email = ada.email ?? "";
    await post("/v1/auth/register", { email, password: "Eve-was-first-1", full_name: "Eve" });
    const proof = await agreed(ada);
    expect((await complete(proof)).body.code).toBe("federation.link_required");
    await post("/v1/auth/magic-link", { email });
    const path = await mailed(email, /http:\/\/plinth\.test(\/v1\/auth\/magic-link\/\S+)/);
    const { access_token } = (await post(path, {})).body;
    expect((await link(proof, access_token)).status).toBe(201);
    expect((await signIn(ada)).status).toBe(200);
    expect((await login(email, "Eve-was-first-1")).body.access_token).toBeUndefined();
  });

  test("keeps a stranger from setting a password for the person whom the provider brought", async () => {
    const ada = stranger();
    const email = ada.email ?? "";
    const { body } = await signIn(ada);
    expect((await post("/v1/auth/register", { email, password, full_name: "Eve" })).status).toBe(201);
    await mailed(email, /(You already have an account)/);
    expect((await login(email)).status).toBe(401);
    expect((await signIn(ada)).body.user.id).toBe(body.user.id);
  });
});

describe("linking", () => {
  test("needs a person who signed in a short while ago", async () => {
    const ada = await member();
    expect((await post("/v1/me/identities", await agreed(ada.person))).status).toBe(401);
    plinth.clock.advance(16 * 60_000);
    const { access_token } = (await post("/v1/auth/refresh", { refresh_token: ada.refresh_token })).body;
    const proof = await agreed(ada.person);
    expect((await link(proof, access_token)).body.code).toBe("request.step_up_required");
    await post("/v1/auth/step-up", { password }, access_token);
    expect((await link(proof, access_token)).status).toBe(201);
  });

  test("needs both halves of one sign-in", async () => {
    const [ada, eve] = [await member(), await member()];
    const [own, evil] = [await agreed(ada.person), await agreed(eve.person)];
    for (const proof of [
      { ...own, code: evil.code },
      { ...own, flow_token: evil.flow_token },
    ])
      expect((await link(proof, ada.access_token)).body.code).toBe("federation.flow_over");
    expect(await identitiesOf(ada.access_token)).toEqual([]);
  });

  test("is refused for an account that is somebody's already, who keeps it", async () => {
    const [ada, eve] = [await linkedMember(), await member()];
    expect((await link(await agreed(ada.person), eve.access_token)).body.code).toBe("federation.identity_taken");
    expect((await link(await agreed(ada.person), ada.access_token)).body.code).toBe("federation.identity_taken");
    expect((await signIn(ada.person)).body.user.id).toBe(ada.user_id);
    expect(await identitiesOf(eve.access_token)).toEqual([]);
  });

  test("of one account by ten people at once makes it one's", async () => {
    const shared = stranger();
    const crowd = await Promise.all(
      Array.from({ length: 10 }, async () => ({ ...(await member()), proof: await agreed(shared) })),
    );
    const answers = await Promise.all(crowd.map(({ proof, access_token }) => link(proof, access_token)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(9);
    const winner = crowd[answers.findIndex(({ status }) => status === 201)];
    expect((await signIn(shared)).body.user.id).toBe(winner?.user_id);
  });

  test("T2: ten times at once with the same halves happens once", async () => {
    const ada = await member();
    const proof = await agreed(ada.person);
    const answers = await Promise.all(Array.from({ length: 10 }, () => link(proof, ada.access_token)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, ...Array<number>(9).fill(410)]);
    expect(await identitiesOf(ada.access_token)).toHaveLength(1);
  });
});

describe("a linked account", () => {
  test("still owes the second factor", async () => {
    const ada = await linkedMember();
    const { secret } = (await post("/v1/me/factors/totp", undefined, ada.access_token)).body;
    const code = (steps: number) =>
      new TOTP({ secret: Secret.fromBase32(secret) }).generate({
        timestamp: plinth.clock.now().getTime() + steps * 30_000,
      });
    await post("/v1/me/factors/totp/confirm", { code: code(0) }, ada.access_token);
    const { status, body } = await signIn(ada.person);
    expect([status, body.access_token]).toEqual([202, undefined]);
    const entered = await post("/v1/auth/second-factor", { mfa_token: body.mfa_token, code: code(1) });
    expect([entered.status, entered.body.user.id]).toEqual([200, ada.user_id]);
  });

  test.each(["suspended", "deleted"])("of a person who is %s lets nobody in, and makes nobody", async (status) => {
    const ada = await linkedMember();
    await plinth.sql(
      "update identity.users set status = $2, deleted_at = case $2 when 'deleted' then now() end where id = $1",
      [ada.user_id, status],
    );
    const answer = await signIn(ada.person);
    expect([answer.status, answer.body.code]).toEqual([401, "identity.invalid_credentials"]);
  });

  test("is unlinked by its person, who is told; from then on it is no way in", async () => {
    const ada = await linkedMember();
    const [own] = await identitiesOf(ada.access_token);
    expect((await unlink(own?.id, ada.access_token)).status).toBe(204);
    expect(await identitiesOf(ada.access_token)).toEqual([]);
    expect((await signIn(ada.person)).body.code).toBe("federation.link_required");
    await mailed(ada.email, /(An account at another provider was unlinked)/);
  });

  test("W1: of somebody else is answered as a random id is, and stays", async () => {
    const [ada, eve] = [await linkedMember(), await member()];
    const [own] = await identitiesOf(ada.access_token);
    const answers = [
      await unlink(own?.id, eve.access_token),
      await unlink("00000000-0000-7000-8000-000000000000", eve.access_token),
    ];
    const shown = answers.map(({ status, body }) => ({ status, ...body, request_id: "" }));
    expect(shown[0]).toEqual(shown[1]);
    expect(shown[0]?.status).toBe(404);
    expect(await identitiesOf(ada.access_token)).toHaveLength(1);
  });
});

describe("the last way into an account without an address", () => {
  const withoutAddress = async () => {
    const person = stranger({ email: null, email_verified: false });
    const { access_token } = (await signIn(person)).body;
    return { person, access_token };
  };

  test("is not unlinked", async () => {
    const { person, access_token } = await withoutAddress();
    const [own] = await identitiesOf(access_token);
    expect((await unlink(own?.id, access_token)).body.code).toBe("federation.last_way_in");
    expect((await signIn(person)).status).toBe(200);
  });

  test("stays when both are unlinked at the same moment", async () => {
    const { access_token } = await withoutAddress();
    expect((await link(await agreed(stranger(), "github"), access_token)).status).toBe(201);
    const both = await identitiesOf(access_token);
    const unlinking: ReturnType<typeof unlink>[] = [];
    await plinth.sql("begin");
    try {
      await plinth.sql("lock table audit.entries in share mode");
      unlinking.push(...both.map(({ id }) => unlink(id, access_token)));
      await vi.waitFor(
        async () => {
          const [row] = await plinth.sql(
            "select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
          );
          expect(row).toEqual({ n: 2 });
        },
        { timeout: 30_000, interval: 5 },
      );
    } finally {
      await plinth.sql("commit");
    }
    const answers = await Promise.all(unlinking);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([204, 409]);
    expect(await identitiesOf(access_token)).toHaveLength(1);
  });
});
