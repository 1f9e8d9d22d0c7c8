import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type TestApp, testApp } from "../../../test/support/app.ts";

type Claims = Record<string, unknown>;
const issuers = {
  acme: { alg: "ES256", claims: { iss: "https://acme.example", aud: "plinth" } },
  other: { alg: "EdDSA", claims: { iss: "https://other.example", aud: ["elsewhere", "plinth"] } },
  clerk: { alg: "RS256", claims: { iss: "https://tame-1.clerk.accounts.dev", azp: "https://app.example.com" } },
  firebase: { alg: "RS256", claims: { iss: "https://securetoken.google.com/plinth-1", aud: "plinth-1" } },
  supabase: { alg: "ES256", claims: { iss: "https://ref.supabase.co/auth/v1", aud: "authenticated" } },
  /** Whose keys could never be had. */
  lost: { alg: "ES256", claims: { iss: "https://lost.example", aud: "plinth" } },
};
type Issuer = keyof typeof issuers;
const names = Object.keys(issuers) as Issuer[];
const [common, ...presets] = ["acme", "clerk", "firebase", "supabase", "other"] as const;

const keys = Object.fromEntries(
  await Promise.all(
    names.map(async (name) => [name, await generateKeyPair(issuers[name].alg, { extractable: true })] as const),
  ),
);
const keyOf = (name: Issuer) => {
  const pair = keys[name];
  if (pair === undefined) throw new Error(`no key of ${name}`);
  return pair;
};

/** The server of everybody's keys: /acme is acme's. */
type Answer = (response: ServerResponse) => void;
const answers = new Map<string, Answer>();
const asked: string[] = [];
const server = createServer((request, response) => {
  asked.push(request.url ?? "");
  const answer = answers.get(request.url ?? "");
  if (answer === undefined) response.writeHead(404).end();
  else answer(response);
});
const publish = async (name: Issuer): Promise<Answer> => {
  const jwk = { ...(await exportJWK(keyOf(name).publicKey)), kid: "1" };
  return (response) => response.writeHead(200).end(JSON.stringify({ keys: [jwk] }));
};
const down: Answer = (response) => response.writeHead(500).end();

let plinth: TestApp;
let dir: string;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const at = (name: Issuer) => `jwks_uri: "http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}"`;
  const oidc = (name: Issuer) =>
    `{ preset: oidc, name: ${name}, issuer: "${issuers[name].claims.iss}", audience: [plinth], algorithms: [${issuers[name].alg}], ${at(name)} }`;
  dir = await mkdtemp(join(tmpdir(), "plinth-issuers-"));
  await writeFile(
    join(dir, "issuers.yaml"),
    `issuers:
  - ${oidc("acme")}
  - ${oidc("other")}
  - ${oidc("lost")}
  - { preset: clerk, issuer: "https://tame-1.clerk.accounts.dev/", authorized_parties: ["https://app.example.com"], ${at("clerk")} }
  - { preset: firebase, project_id: plinth-1, ${at("firebase")} }
  - { preset: supabase, project_url: "https://ref.supabase.co", ${at("supabase")} }
`,
  );
  for (const name of names) answers.set(`/${name}`, name === "lost" ? down : await publish(name));
  plinth = await testApp({ env: { PLINTH_CONFIG_DIR: dir } });
});
afterEach(async () => {
  answers.set("/acme", await publish("acme"));
});
afterAll(async () => {
  await plinth.close();
  server.close();
  server.closeAllConnections();
  await rm(dir, { recursive: true });
});

let people = 0;
const newSubject = () => `user_${++people}`;
const now = () => Math.floor(plinth.clock.now().getTime() / 1_000);
/** A token as the issuer makes it, but for these claims; signed by another's key when one is named. */
const tokenOf = (name: Issuer, claims: Claims = {}, signer: Issuer = name) =>
  new SignJWT({ ...issuers[name].claims, iat: now(), exp: now() + 3_600, ...claims })
    .setProtectedHeader({ alg: issuers[signer].alg, kid: "1", typ: "JWT" })
    .sign(keyOf(signer).privateKey);
const call = (method: "GET" | "POST" | "DELETE", path: string, token?: string, body?: unknown, at: TestApp = plinth) =>
  at.call(method, path, { body, ...(token === undefined ? {} : { token }) });
const me = (token: string, at?: TestApp) => call("GET", "/v1/me", token, undefined, at);
const link = (token: string, foreign_token: string) => call("POST", "/v1/me/identities", token, { foreign_token });
const identitiesOf = async (token: string) => (await call("GET", "/v1/me/identities", token)).body.data;
const usersBehind = (subject: string) =>
  plinth.sql("select 1 from federation.identities where subject = $1", [subject]);
const userCount = async () => (await plinth.sql("select 1 from identity.users")).length;

describe("a token of a configured issuer", () => {
  test.each([common, ...presets])(
    "X1: of %s is its person's, who is made at first sight with a workspace",
    async (name) => {
      const sub = newSubject();
      const first = await me(await tokenOf(name, { sub, name: "Ada Lovelace" }));
      expect([first.status, first.body]).toMatchObject([200, { full_name: "Ada Lovelace", email: null, role: "user" }]);
      const again = await tokenOf(name, { sub, name: "Somebody else", jti: "2" });
      expect((await me(again)).body).toEqual(first.body);
      const { body } = await call("GET", "/v1/workspaces", again);
      expect(body.data).toMatchObject([{ role: "owner", name: "Ada Lovelace" }]);
      expect((await call("GET", `/v1/workspaces/${body.data[0].id}/members`, again)).body.data).toHaveLength(1);
      expect(await identitiesOf(again)).toMatchObject([{ provider: name, issuer: issuers[name].claims.iss }]);
    },
  );

  test("X1: 20 first ones at once, at two processes, make one person with one workspace", async () => {
    const beside = await testApp({ beside: plinth, worker: false, env: { PLINTH_CONFIG_DIR: dir } });
    try {
      for (let round = 0; round < 6; round++) {
        const [sub, before] = [newSubject(), await userCount()];
        const tokens = await Promise.all(Array.from({ length: 20 }, (_, i) => tokenOf("acme", { sub, jti: `${i}` })));
        const first = await Promise.all(tokens.map((token, i) => me(token, i % 2 === 0 ? plinth : beside)));
        expect(first.map(({ status }) => status)).toEqual(Array(20).fill(200));
        expect(new Set(first.map(({ body }) => body.id)).size).toBe(1);
        const user_id = first[0]?.body.id;
        expect(await plinth.sql("select 1 from workspaces.workspaces where personal_of = $1", [user_id])).toHaveLength(
          1,
        );
        expect(await userCount()).toBe(before + 1);
      }
    } finally {
      await beside.close();
    }
  });

  test("X2: with the subject of another issuer's person is another person's", async () => {
    const sub = newSubject();
    const [one, other] = await Promise.all([me(await tokenOf("acme", { sub })), me(await tokenOf("other", { sub }))]);
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(one.body.id).not.toBe(other.body.id);
  });

  test.each([
    ["verified", true],
    ["unverified", false],
  ])("X3: with the %s address of an account here is a person apart", async (word, email_verified) => {
    const ada = await plinth.signUp(`${word}@example.com`);
    const apart = await me(
      await tokenOf("acme", { sub: newSubject(), email: ada.email.toUpperCase(), email_verified }),
    );
    expect(apart.status).toBe(200);
    expect(apart.body.id).not.toBe(ada.user_id);
    expect((await me(ada.access_token)).body).toMatchObject({ id: ada.user_id, full_name: "Ada Test" });
    expect(await identitiesOf(ada.access_token)).toEqual([]);
    const { body } = await call("POST", "/v1/auth/login", undefined, { email: ada.email, password });
    expect(body.user.id).toBe(ada.user_id);
  });

  test("says nothing of rights: what it claims of roles and workspaces is not read", async () => {
    const ada = await plinth.signUp("rights@example.com");
    const claims = {
      role: "admin",
      roles: ["admin", "owner"],
      plan: "pro",
      workspace_id: ada.workspace_id,
      user_id: ada.user_id,
    };
    const token = await tokenOf("acme", { sub: newSubject(), ...claims, app_metadata: claims, user_metadata: claims });
    expect((await me(token)).body.role).toBe("user");
    expect((await call("GET", "/v1/admin/users", token)).status).toBe(403);
    expect((await call("GET", `/v1/workspaces/${ada.workspace_id}`, token)).status).toBe(404);
  });

  test.each([
    ["X4: signed by another issuer's key", "acme", {}, "supabase"],
    ["X5: for another audience", "acme", { aud: "elsewhere" }],
    ["X5: for nobody", "acme", { aud: undefined }],
    ["X5: for another page of Clerk's", "clerk", { azp: "https://evil.example" }],
    ["X5: for no page of Clerk's", "clerk", { azp: undefined }],
    ["X5: for another project of Firebase's", "firebase", { aud: "plinth-2" }],
    ["X5: of another project of Firebase's", "firebase", { iss: "https://securetoken.google.com/plinth-2" }],
    ["X5: for the anonymous of Supabase", "supabase", { aud: "anon" }],
    ["of an issuer that nobody named", "acme", { iss: "https://acme.example/" }],
    ["that is over", "acme", { exp: 1 }],
    ["without a subject", "acme", { sub: undefined }],
    ["with an empty subject", "acme", { sub: "" }],
    ["with NUL in its subject", "acme", { sub: "a\u0000b" }],
  ] as [string, Issuer, Claims, Issuer?][])("%s is refused, and makes nobody", async (_, name, claims, signer) => {
    const sub = newSubject();
    const { status, body } = await me(await tokenOf(name, { sub, ...claims }, signer));
    expect([status, body.code]).toEqual([401, "request.unauthenticated"]);
    expect(await usersBehind(sub)).toEqual([]);
  });

  test("X7: signed by HS256 with the public key as the secret is refused", async () => {
    const { publicKey } = keyOf("acme");
    const jwk = JSON.stringify(await exportJWK(publicKey));
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const payload = encode({ ...issuers.acme.claims, sub: newSubject(), iat: now(), exp: now() + 60 });
    for (const secret of [jwk, await exportSPKI(publicKey), ` ${jwk}`]) {
      const signed = `${encode({ alg: "HS256", kid: "1", typ: "JWT" })}.${payload}`;
      const mac = createHmac("sha256", secret).update(signed).digest("base64url");
      expect((await me(`${signed}.${mac}`)).status).toBe(401);
    }
  });

  test.each(["suspended", "deleted"])(
    "of a person who is %s is refused, and welcome again afterwards",
    async (state) => {
      const token = await tokenOf("acme", { sub: newSubject() });
      const { id } = (await me(token)).body;
      const move = (to: string) =>
        plinth.sql(
          "update identity.users set status = $2, deleted_at = case $2 when 'deleted' then now() end where id = $1",
          [id, to],
        );
      const becomes = (status: number) =>
        vi.waitFor(async () => expect((await me(token)).status).toBe(status), { timeout: 20_000, interval: 5 });
      await move(state);
      await becomes(401);
      await move("active");
      await becomes(200);
      expect((await me(token)).body.id).toBe(id);
    },
  );
});

describe("X3: linking to an account here", () => {
  test("is done by its person, and the token is theirs from then on", async () => {
    const ada = await plinth.signUp("links@example.com");
    const token = await tokenOf("acme", { sub: newSubject(), email: "other@acme.example", email_verified: true });
    expect((await link(ada.access_token, token)).status).toBe(201);
    expect((await me(token)).body.id).toBe(ada.user_id);
    expect(await identitiesOf(token)).toMatchObject([{ provider: "acme", email: "other@acme.example" }]);
  });

  test.each([
    ["no verified address", { email: "links2@example.com", email_verified: "true" }, "federation.address_unverified"],
    ["no address", { email_verified: true }, "federation.address_unverified"],
    ["a token that is over", { exp: 1 }, "federation.flow_over"],
    ["a token for another audience", { aud: "elsewhere" }, "federation.flow_over"],
  ])("is refused for %s", async (word, claims, code) => {
    const ada = await plinth.signUp(`${word.replaceAll(" ", ".")}@example.com`);
    const token = await tokenOf("acme", { sub: newSubject(), ...claims });
    expect((await link(ada.access_token, token)).body.code).toBe(code);
    expect(await identitiesOf(ada.access_token)).toEqual([]);
  });

  test("is refused for a person who came here before, and needs a recent proof", async () => {
    const ada = await plinth.signUp("links3@example.com");
    const person = { sub: newSubject(), email: "x@acme.example", email_verified: true };
    const { id } = (await me(await tokenOf("acme", person))).body;
    expect((await link(ada.access_token, await tokenOf("acme", person))).body.code).toBe("federation.identity_taken");
    expect((await me(await tokenOf("acme", { ...person, jti: "2" }))).body.id).toBe(id);
    plinth.clock.advance(16 * 60_000);
    const { body } = await call("POST", "/v1/auth/refresh", undefined, { refresh_token: ada.refresh_token });
    const other = await tokenOf("other", { ...person, sub: newSubject() });
    expect((await link(body.access_token, other)).body.code).toBe("request.step_up_required");
  });
});

describe("a session that is the issuer's", () => {
  const options = (token: string) => call("POST", "/v1/me/passkeys/options", token);

  test.each([
    ["no auth_time", undefined, 403],
    ["one of an hour ago", -3_600, 403],
    ["one that is still to come", 3_600, 403],
    ["one of a minute ago", -60, 200],
  ])("does what needs a recent proof with %s: %s seconds -> %i", async (_, seconds, status) => {
    const auth_time = seconds === undefined ? undefined : now() + seconds;
    const answer = await options(await tokenOf("acme", { sub: newSubject(), auth_time }));
    expect([answer.status, answer.body.code]).toEqual([
      status,
      status === 403 ? "request.step_up_required" : undefined,
    ]);
  });

  test.each([
    ["/v1/auth/logout", undefined],
    ["/v1/auth/logout-all", { keep_current: true }],
    ["/v1/auth/step-up", { password }],
    ["/v1/auth/step-up", { mailed_code: "123456" }],
  ])("is not ended or confirmed here: POST %s %j", async (path, body) => {
    const token = await tokenOf("acme", { sub: newSubject(), auth_time: now() });
    expect((await call("POST", path, token, body)).body.code).toBe("sessions.foreign_session");
  });

  test("has no row among the sessions", async () => {
    expect((await call("GET", "/v1/me/sessions", await tokenOf("acme", { sub: newSubject() }))).body.data).toEqual([]);
  });
});

describe("the issuer's keys", () => {
  const lost = async () => me(await tokenOf("lost", { sub: newSubject() }));

  test.each([
    ["500", down],
    ["a redirect", (response: ServerResponse) => response.writeHead(302, { location: "/acme" }).end()],
    ["no JSON", (response: ServerResponse) => response.writeHead(200).end("<html>")],
    ["a megabyte", (response: ServerResponse) => response.writeHead(200).end(" ".repeat(1_048_576))],
    ["nothing at all", () => {}],
  ])(
    "X6: that were never had, because %s is answered: 503 with Retry-After, and others are let in",
    async (_, answer) => {
      answers.set("/lost", answer);
      plinth.clock.advance(31_000);
      const before = asked.length;
      const { status, body, headers } = await lost();
      expect([status, body.code]).toEqual([503, "federation.keys_unavailable"]);
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
      expect(asked.slice(before)).toEqual(["/lost"]);
      expect((await me(await tokenOf("acme", { sub: newSubject() }))).status).toBe(200);
    },
  );

  test("X6: that were had once serve on while the issuer is away; those that come back are taken", async () => {
    expect((await me(await tokenOf("acme", { sub: newSubject() }))).status).toBe(200);
    answers.set("/acme", down);
    plinth.clock.advance(3_600_000);
    for (let i = 0; i < 3; i++) expect((await me(await tokenOf("acme", { sub: newSubject() }))).status).toBe(200);
    answers.set("/lost", await publish("lost"));
    plinth.clock.advance(31_000);
    expect((await lost()).status).toBe(200);
  });
});

test("X8: an issuer that is taken from the file is nobody's after the restart; put back, it is the same people's", async () => {
  const token = await tokenOf("acme", { sub: newSubject() });
  const { id } = (await me(token)).body;
  const restart = async (PLINTH_CONFIG_DIR: string) => {
    const app = await testApp({ beside: plinth, worker: false, env: { PLINTH_CONFIG_DIR } });
    const { status, body } = await me(token, app);
    await app.close();
    return [status, body.id];
  };
  const empty = await mkdtemp(join(tmpdir(), "plinth-issuers-"));
  await writeFile(join(empty, "issuers.yaml"), "issuers: []\n");
  expect(await restart(empty)).toEqual([401, undefined]);
  expect(await restart(dir)).toEqual([200, id]);
  await rm(empty, { recursive: true });
});
