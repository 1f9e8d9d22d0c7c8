import { constants, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Compile } from "typebox/compile";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { adjustableClock } from "../../core/clock.ts";
import { createForeignTokens, type ForeignIssuer, IssuerEntry, resolveIssuer } from "./foreign-tokens.ts";

const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const otherRsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ed = generateKeyPairSync("ed25519");
type Members = Record<string, unknown>;
const jwk = (key: KeyObject, members: Members = {}): Members => ({ ...key.export({ format: "jwk" }), ...members });
const published = [
  jwk(rsa.publicKey, { kid: "rsa", alg: "RS256", use: "sig" }),
  jwk(ec.publicKey, { kid: "ec", alg: "ES256", use: "sig" }),
  jwk(ed.publicKey, { kid: "ed", alg: "EdDSA", use: "sig" }),
];

type Answer = (response: ServerResponse) => void;
const servers: Server[] = [];
async function startServer() {
  const fake = { url: "", hits: 0, answer: publish() };
  const server = createServer((_, response) => {
    fake.hits++;
    fake.answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  fake.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}
const sendText =
  (text: string, status = 200): Answer =>
  (response) =>
    response.writeHead(status).end(text);
const publish = (...keys: Members[]) => sendText(JSON.stringify({ keys }));
const [jwks, sink] = [await startServer(), await startServer()];

const clock = adjustableClock();
const acme: ForeignIssuer = {
  name: "acme",
  issuer: "https://acme.example",
  jwks_uri: `${jwks.url}/keys`,
  algorithms: ["RS256", "ES256", "EdDSA"],
  audience: ["plinth"],
};
const unavailable = new Error("unavailable");
const onError = vi.fn();
type Options = Partial<Parameters<typeof createForeignTokens>[0]>;
const create = (options: Options = {}) =>
  createForeignTokens({ issuers: [acme], clock, onError, unavailable: () => unavailable, ...options });

beforeEach(() => {
  for (const server of [jwks, sink]) server.hits = 0;
  jwks.answer = publish(...published);
  onError.mockClear();
});
afterAll(() => {
  for (const server of servers) {
    server.close();
    server.closeAllConnections();
  }
});

const encode = (value: string | Buffer) => Buffer.from(value).toString("base64url");
const signers: Record<string, (data: Buffer, key: KeyObject) => Buffer> = {
  RS256: (data, key) => sign("sha256", data, key),
  PS256: (data, key) => sign("sha256", data, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }),
  ES256: (data, key) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  EdDSA: (data, key) => sign(null, data, key),
};
function signText(header: string, payload: string, signer: (data: Buffer) => Buffer): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${encode(signer(Buffer.from(signed)))}`;
}
const person = (): Members => ({ iss: acme.issuer, sub: "user_1", aud: "plinth" });
const now = () => Math.floor(clock.now().getTime() / 1_000);
const claimsNow = () => ({ ...person(), ...{ iat: now(), exp: now() + 3_600, jti: randomBytes(8).toString("hex") } });

/** A token as acme makes it, but for the members given; one that is undefined is left out. */
function makeToken(claims: Members = {}, header: Members = {}, key = rsa.privateKey): string {
  const whole = { alg: "RS256", kid: "rsa", typ: "JWT", ...header };
  const signer = signers[whole.alg] ?? signers.RS256;
  const payload = JSON.stringify({ ...claimsNow(), ...claims });
  return signText(JSON.stringify(whole), payload, (data) => signer?.(data, key) ?? Buffer.alloc(0));
}
/** As acme makes it, with a payload written by hand: `{…}` with acme's claims where it says "claims". */
function makeTokenOf(payload: string): string {
  const whole = payload.replace('"claims"', JSON.stringify(claimsNow()).slice(1, -1));
  return signText('{"alg":"RS256","kid":"rsa"}', whole, (data) => sign("sha256", data, rsa.privateKey));
}
async function expectRefused(token: string, tokens = create()) {
  expect(await tokens.verify(token), token.slice(0, 200)).toBeUndefined();
}

describe("a valid token", () => {
  test("tells who it is", async () => {
    const [iat, exp, auth_time] = [now() - 1, now() + 60, now() - 30];
    const claims = { email: "ada@example.com", email_verified: true, name: "Ada", iat, exp, auth_time };
    expect(await create().verify(makeToken(claims))).toEqual({
      ...{ issuer_name: "acme", issuer: acme.issuer, subject: "user_1", full_name: "Ada" },
      ...{ email: "ada@example.com", email_verified: true, authenticated_at: new Date(auth_time * 1_000) },
      ...{ issued_at: new Date(iat * 1_000), expires_at: new Date(exp * 1_000) },
    });
  });

  test("may be signed by each algorithm of the issuer, and bear the types of an ID and an access token", async () => {
    const tokens = create();
    for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt", undefined]) {
      expect(await tokens.verify(makeToken({}, { typ }))).toMatchObject({ subject: "user_1" });
      expect(await tokens.verify(makeToken({}, { alg: "ES256", kid: "ec", typ }, ec.privateKey))).toBeDefined();
      expect(await tokens.verify(makeToken({}, { alg: "EdDSA", kid: "ed", typ }, ed.privateKey))).toBeDefined();
    }
    for (const typ of ["refresh+jwt", "logout+jwt", "JWE", "", 1, null, ["JWT"]])
      await expectRefused(makeToken({}, { typ }), tokens);
    expect(jwks.hits).toBe(1);
  });

  test.each<[claims: Members, expected: Members]>([
    [{ email: "a@b.example" }, { email: "a@b.example", email_verified: false }],
    [{ email: "a@b.example", email_verified: "true" }, { email_verified: false }],
    [{ email: "a@b.example", email_verified: 1 }, { email_verified: false }],
    [{ email: "a@b.example", user_metadata: { email_verified: true } }, { email_verified: false }],
    [
      { email: ["a@b.example"], email_verified: true },
      { email: null, email_verified: false },
    ],
    [{ email_verified: true }, { email: null, email_verified: false }],
    [{ user_metadata: { full_name: "Ada L." } }, { full_name: "Ada L." }],
    [{ user_metadata: null, name: "A\u0000da" }, { full_name: null }],
    [{ auth_time: "1" }, { authenticated_at: null }],
    [{ auth_time: 4_000_000_000 }, { authenticated_at: null }],
  ])("tells no more than the issuer vouches for: %j", async (claims, expected) => {
    expect(await create().verify(makeToken(claims))).toMatchObject(expected);
  });

  test("is checked once, until it expires", async () => {
    const tokens = create();
    const token = makeToken({ exp: now() + 100 });
    const verify = vi.spyOn(crypto.subtle, "verify");
    const first = await tokens.verify(token);
    expect(await tokens.verify(token)).toEqual(first);
    expect(verify).toHaveBeenCalledTimes(1);
    verify.mockRestore();
    clock.advance(101_000);
    await expectRefused(token, tokens);
  });

  test("is forgotten when 10,000 others came after it", async () => {
    const tokens = create();
    const many = Array.from({ length: 10_001 }, () => makeToken({}, { alg: "EdDSA", kid: "ed" }, ed.privateKey));
    for (const token of many) expect(await tokens.verify(token)).toBeDefined();
    const verify = vi.spyOn(crypto.subtle, "verify");
    await tokens.verify(many.at(-1) ?? "");
    expect(verify).toHaveBeenCalledTimes(0);
    await tokens.verify(many[0] ?? "");
    expect(verify).toHaveBeenCalledTimes(1);
    verify.mockRestore();
  });
});

describe("issuers", () => {
  const beta = { ...acme, name: "beta", issuer: "https://beta.example", jwks_uri: `${sink.url}/keys` };
  const entries = {
    clerk: { preset: "clerk", issuer: "https://x.clerk.example/", authorized_parties: ["https://app.example"] },
    firebase: { preset: "firebase", project_id: "shop-1" },
    supabase: { preset: "supabase", project_url: "https://ref.supabase.example" },
    oidc: { preset: "oidc", issuer: "https://idp.example/", jwks_uri: `${jwks.url}/k`, audience: ["plinth"] },
  } satisfies Record<string, IssuerEntry>;

  test("X2: one subject of two issuers is two persons", async () => {
    sink.answer = publish(jwk(otherRsa.publicKey, { kid: "rsa" }));
    const tokens = create({ issuers: [acme, beta] });
    const one = await tokens.verify(makeToken());
    const two = await tokens.verify(makeToken({ iss: beta.issuer }, {}, otherRsa.privateKey));
    expect(one).toMatchObject({ issuer: acme.issuer, issuer_name: "acme", subject: "user_1" });
    expect(two).toMatchObject({ issuer: beta.issuer, issuer_name: "beta", subject: "user_1" });
    expect(() => create({ issuers: [acme, { ...beta, name: "acme" }] })).toThrow(TypeError);
    expect(() => create({ issuers: [acme, { ...beta, issuer: acme.issuer }] })).toThrow(TypeError);
  });

  test("X4: an issuer speaks by its own keys alone", async () => {
    sink.answer = publish(jwk(otherRsa.publicKey, { kid: "beta-key" }));
    const tokens = create({ issuers: [acme, beta] });
    await tokens.verify(makeToken({ iss: beta.issuer }, { kid: "beta-key" }, otherRsa.privateKey));
    for (const kid of ["rsa", "beta-key", undefined])
      await expectRefused(makeToken({}, { kid }, otherRsa.privateKey), tokens);
  });

  test("X5: a token for somebody else is refused", async () => {
    const good: [IssuerEntry, Members][] = [
      [entries.clerk, { iss: "https://x.clerk.example", azp: "https://app.example", aud: undefined }],
      [entries.firebase, { iss: "https://securetoken.google.com/shop-1", aud: "shop-1" }],
      [entries.supabase, { iss: "https://ref.supabase.example/auth/v1", aud: "authenticated" }],
      [entries.oidc, { iss: "https://idp.example/", aud: ["other", "plinth"] }],
    ];
    const bad: Record<IssuerEntry["preset"], Members[]> = {
      clerk: [{ azp: "https://evil.example" }, { azp: undefined }, { azp: ["https://app.example"] }],
      firebase: [{ aud: "shop-2" }, { aud: undefined }, { iss: "https://securetoken.google.com/shop-2" }],
      supabase: [{ aud: "anon" }, { aud: [] }, { aud: { authenticated: true } }],
      oidc: [{ aud: "Plinth" }, { aud: ["other"] }, { aud: null }, { iss: "https://idp.example" }],
    };
    for (const [entry, claims] of good) {
      const tokens = create({ issuers: [resolveIssuer({ ...entry, jwks_uri: acme.jwks_uri })] });
      expect(await tokens.verify(makeToken(claims))).toMatchObject({ issuer_name: entry.preset });
      for (const wrong of bad[entry.preset]) await expectRefused(makeToken({ ...claims, ...wrong }), tokens);
    }
  });

  test("are foreign by what they claim, and others are not", () => {
    const { isForeign } = create();
    expect(isForeign(makeToken())).toBe(true);
    expect(isForeign(makeToken({ exp: 1 }, { alg: "none" }))).toBe(true);
    const payloads = ["null", "[]", '"x"', "{", '{"iss":["https://acme.example"]}', '{"__proto__":{"iss":"x"}}'];
    const odd = ["", ".", "..", "a.b.c", "a.b.c.d", "é.é.é", "x".repeat(100_000), ...payloads.map(makeTokenOf)];
    for (const token of [...odd, makeToken({ iss: "https://x" })]) expect(isForeign(token)).toBe(false);
    expect(jwks.hits).toBe(0);
  });

  test("presets are resolved as their vendors document them", () => {
    const keys = "/.well-known/jwks.json";
    const [clerk, supabase] = ["https://x.clerk.example", "https://ref.supabase.example/auth/v1"];
    const firebase = { issuer: "https://securetoken.google.com/shop-1", audience: ["shop-1"], algorithms: ["RS256"] };
    const google = "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com";
    const { authorized_parties } = entries.clerk;
    const { preset: name, ...oidc } = entries.oidc;
    const expected = [
      { name: "clerk", issuer: clerk, jwks_uri: clerk + keys, algorithms: ["RS256"], authorized_parties },
      { name: "firebase", ...firebase, jwks_uri: google },
      { name: "supabase", issuer: supabase, jwks_uri: supabase + keys, algorithms: ["ES256", "RS256"] },
      { name, ...oidc, algorithms: ["RS256"] },
    ];
    expect(Object.values(entries).map(resolveIssuer)).toMatchObject(expected);
    expect(resolveIssuer(entries.supabase).audience).toEqual(["authenticated"]);
    expect(resolveIssuer({ ...entries.oidc, name: "idp" }).name).toBe("idp");
  });

  test("are written down in closed objects, with public-key algorithms and keys over HTTPS", () => {
    const schema = Compile(IssuerEntry);
    for (const entry of Object.values(entries)) {
      expect(schema.Check(entry)).toBe(true);
      expect(schema.Check({ ...entry, secret: "x" })).toBe(false);
    }
    expect(schema.Check({ ...entries.oidc, audience: undefined })).toBe(false);
    for (const algorithm of ["HS256", "HS512", "none", "dir"]) {
      expect(schema.Check({ ...entries.oidc, algorithms: [algorithm] })).toBe(false);
      expect(() => resolveIssuer({ ...entries.oidc, algorithms: ["RS256", algorithm] })).toThrow(TypeError);
      expect(() => create({ issuers: [{ ...acme, algorithms: [algorithm] }] })).toThrow(TypeError);
    }
    for (const jwks_uri of ["http://idp.example/keys", "file:///keys", "keys"])
      expect(() => resolveIssuer({ ...entries.clerk, jwks_uri })).toThrow(TypeError);
  });
});

describe("the published keys", () => {
  const trickle: Answer = (response) => {
    response.writeHead(200).write('{"keys":[');
    const timer = setInterval(() => response.write(" "), 10);
    response.once("close", () => clearInterval(timer));
  };
  const flood: Answer = (response) => {
    const pour = () => {
      while (!response.destroyed && response.write(" ".repeat(65_536)));
    };
    response.on("drain", pour).writeHead(200);
    pour();
  };
  const redirect: Answer = (response) => response.writeHead(302, { location: `${sink.url}/keys` }).end();
  const failures: [name: string, answer: Answer, options: Options][] = [
    ["answers 500", sendText("{}", 500), {}],
    ["answers 500 without an end", (response) => response.writeHead(500).write("x"), {}],
    ["answers 304", (response) => response.writeHead(304).end(), {}],
    ["never answers", () => {}, { timeout_ms: 200 }],
    ["never ends its answer", trickle, { timeout_ms: 200 }],
    ["sends an endless body", flood, { timeout_ms: 60_000 }],
    ["sends a byte too many", sendText(JSON.stringify({ keys: published }).padEnd(262_145)), {}],
    ["redirects", redirect, {}],
    ["hangs up", (response) => response.destroy(), {}],
    ["sends HTML", sendText("<html>"), {}],
    ["sends no set", sendText('{"keys":{}}'), {}],
    ["sends no key", publish(), {}],
    ["sends keys in pieces", sendText('{"keys":[{"kty":"RSA","kid":"rsa"},{"kty":"__proto__"}]}'), {}],
    ["sends only secrets", publish({ kty: "oct", k: "AAAA", kid: "rsa" }, jwk(rsa.privateKey, { kid: "rsa" })), {}],
  ];

  test.each(failures)("X6: an issuer that %s is unavailable, or known as before", async (_, answer, options) => {
    sink.answer = publish(...published);
    jwks.answer = answer;
    const never = create(options);
    await expect(never.verify(makeToken())).rejects.toBe(unavailable);
    await expect(never.verify(makeToken())).rejects.toBe(unavailable);
    expect(onError).toHaveBeenCalledTimes(1);
    expect(jwks.hits).toBe(1);

    jwks.answer = publish(...published);
    const loaded = create(options);
    expect(await loaded.verify(makeToken())).toBeDefined();
    jwks.answer = answer;
    clock.advance(86_400_000);
    for (let failed = 2; failed <= 3; failed++) {
      expect(await loaded.verify(makeToken())).toBeDefined();
      await expectRefused(makeToken({}, { kid: "unknown" }), loaded);
      expect(onError).toHaveBeenCalledTimes(failed);
      clock.advance(30_001);
    }
    expect(sink.hits).toBe(0);
  });

  test("X6: an issuer that comes back is asked again after a second", async () => {
    jwks.answer = sendText("", 503);
    const tokens = create();
    await expect(tokens.verify(makeToken())).rejects.toBe(unavailable);
    jwks.answer = sendText(JSON.stringify({ keys: [null, ...published] }).padEnd(262_144));
    clock.advance(1_001);
    expect(await tokens.verify(makeToken())).toBeDefined();
  });

  test("X6: old keys are renewed behind the back of who asks, and what a withdrawn one vouched for is forgotten", async () => {
    const tokens = create();
    const token = makeToken();
    expect(await tokens.verify(token)).toBeDefined();
    jwks.answer = publish(jwk(otherRsa.publicKey, { kid: "new" }));
    clock.advance(600_000);
    expect(await tokens.verify(token)).toBeDefined();
    await vi.waitFor(async () => expectRefused(token, tokens), { timeout: 30_000 });
    expect(jwks.hits).toBe(2);
  });

  test("X7: a public key is no shared secret", async () => {
    const key = jwk(rsa.publicKey, { kid: "rsa" });
    jwks.answer = publish(key);
    const tokens = create();
    expect(await tokens.verify(makeToken())).toBeDefined();
    const pem = rsa.publicKey.export({ format: "pem", type: "spki" }).toString();
    const der = rsa.publicKey.export({ format: "der", type: "spki" });
    const pkcs1 = rsa.publicKey.export({ format: "pem", type: "pkcs1" });
    for (const secret of [pem, pem.trim(), der, pkcs1, JSON.stringify(key), String(key.n)])
      for (const header of ['{"alg":"HS256","kid":"rsa"}', '{"alg":"hs256"}', '{"alg":"RS256"}']) {
        const signer = (data: Buffer) => createHmac("sha256", secret).update(data).digest();
        await expectRefused(signText(header, JSON.stringify(claimsNow()), signer), tokens);
      }
  });

  test("J4: an unknown kid asks the issuer once in a cool-down, however many come, one by one or all at once", async () => {
    const tokens = create();
    const random = () => makeToken({}, { kid: randomBytes(12).toString("hex") });
    const flock = Array.from({ length: 1_000 }, random);
    expect(new Set(await Promise.all(flock.map(tokens.verify)))).toEqual(new Set([undefined]));
    expect(jwks.hits).toBe(1);
    clock.advance(30_001);
    await Promise.all(flock.map(tokens.verify));
    expect(jwks.hits).toBe(2);
    for (const token of flock) await expectRefused(token, tokens);
    expect(jwks.hits).toBe(2);
  });

  test("J4: a new key is found once the cool-down is over", async () => {
    const tokens = create({ cool_down_ms: 5_000 });
    await tokens.verify(makeToken());
    jwks.answer = publish(...published, jwk(otherRsa.publicKey, { kid: "new" }));
    const token = makeToken({}, { kid: "new" }, otherRsa.privateKey);
    await expectRefused(token, tokens);
    clock.advance(5_000);
    expect(await tokens.verify(token)).toBeDefined();
    expect(jwks.hits).toBe(2);
  });

  test("J4: without a kid the set must have one key that fits", async () => {
    expect(await create().verify(makeToken({}, { kid: undefined }))).toBeDefined();
    jwks.answer = publish(...published, jwk(otherRsa.publicKey, { kid: "second" }));
    await expectRefused(makeToken({}, { kid: undefined }));
  });
});

describe("a token that was made or changed by others", () => {
  test("J1: without a signature", async () => {
    for (const alg of ["none", "None", "NONE", "nOnE", "", undefined, null, ["RS256"]]) {
      const token = makeToken({}, { alg });
      await expectRefused(token);
      await expectRefused(token.slice(0, token.lastIndexOf(".") + 1));
    }
    await expectRefused(makeToken().replace(/[^.]*$/, ""));
    expect(jwks.hits).toBe(0);
  });

  test("J3: signed by a key that it brings along", async () => {
    sink.answer = publish(jwk(otherRsa.publicKey, { kid: "rsa" }));
    const der = otherRsa.publicKey.export({ format: "der", type: "spki" }).toString("base64");
    const brought = [{ jwk: jwk(otherRsa.publicKey) }, { jku: sink.url }, { x5u: sink.url }, { x5c: [der] }];
    const tokens = create();
    const all: Members = Object.assign({}, ...brought);
    for (const header of [...brought, all])
      for (const kid of ["rsa", sink.url, undefined])
        await expectRefused(makeToken({}, { ...header, kid }, otherRsa.privateKey), tokens);
    expect(sink.hits).toBe(0);
  });

  test("J4: with a kid that is none", async () => {
    const tokens = create({ cool_down_ms: 0 });
    await tokens.verify(makeToken());
    const impossible = ["x".repeat(10_240), ["rsa"], 1, 0, null, {}, true];
    for (const kid of impossible) await expectRefused(makeToken({}, { kid }), tokens);
    expect(jwks.hits).toBe(1);
    const unknown = ["../../dev/null", "' OR 1=1--", "", "RSA", "__proto__"];
    await Promise.all(unknown.map((kid) => expectRefused(makeToken({}, { kid }), tokens)));
    // Without a cool-down as well, there is one fetch at a time.
    expect(jwks.hits).toBe(2);
  });

  test("J5: with another algorithm than the key's", async () => {
    const tokens = create({ issuers: [{ ...acme, algorithms: ["RS256", "PS256", "ES256"] }] });
    await expectRefused(makeToken({}, { alg: "PS256" }), tokens);
    await expectRefused(makeToken({}, { alg: "ES256" }, ec.privateKey), tokens);
    await expectRefused(makeToken({}, { alg: "EdDSA", kid: "ed" }, ed.privateKey), tokens);
    await expectRefused(makeToken({}, { alg: "RS256", kid: "ec" }), tokens);
  });

  test("J6: out of its time", async () => {
    const tokens = create();
    const times: Members[] = [
      ...[now() - 1, now(), `${now() + 60}`, undefined, -1, null, [now() + 60], 1e300].map((exp) => ({ exp })),
      ...[now() + 120, `${now()}`, null].map((nbf) => ({ nbf })),
      ...[now() + 120, `${now()}`, undefined, -1, null].map((iat) => ({ iat })),
    ];
    for (const claims of times) await expectRefused(makeToken(claims), tokens);
    for (const claim of ["exp", "nbf", "iat"]) await expectRefused(makeTokenOf(`{"claims","${claim}":1e309}`), tokens);
    expect(await tokens.verify(makeToken({ nbf: now() + 50, iat: now() + 50 }))).toBeDefined();
  });

  test("J7: for or by somebody else, or of nobody", async () => {
    const tokens = create();
    for (const iss of ["https://acme.example/", "https://ACME.example", ["https://acme.example"], undefined, null])
      await expectRefused(makeToken({ iss }), tokens);
    for (const aud of ["plinth2", "", undefined, null, ["x"], 1]) await expectRefused(makeToken({ aud }), tokens);
    for (const sub of [undefined, "", " ", 1, null, ["user_1"], "x".repeat(256), "a\u0000b", "\ud800"])
      await expectRefused(makeToken({ sub }), tokens);
    expect(await tokens.verify(makeToken({ sub: "x".repeat(255) }))).toBeDefined();
  });

  test("J9: with any bit flipped, cut off anywhere, or spelt otherwise", async () => {
    const tokens = create();
    const token = makeToken();
    expect(await tokens.verify(token)).toBeDefined();
    const parts = token.split(".");
    for (const [at, part] of parts.entries())
      for (let bit = 0; bit < Buffer.from(part, "base64url").length * 8; bit++) {
        const bytes = Buffer.from(part, "base64url");
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        await expectRefused(parts.with(at, encode(bytes)).join("."), tokens);
      }
    for (let length = 0; length < token.length; length++) await expectRefused(token.slice(0, length), tokens);
    const respelt = parts.flatMap((part, at) => [...spellings(part)].map((other) => parts.with(at, other).join(".")));
    for (const other of [...respelt, `${token}.`, `${token}.e30`, ` ${token}`, `${token}\n`, `.${token}`])
      await expectRefused(other, tokens);
  });

  test("J10: with extensions", async () => {
    const tokens = create();
    const critical = [["exp"], [], ["b64"], ["alg"], null].map((crit) => ({ crit, exp: 1, b64: undefined }));
    const unencoded = [false, true].flatMap((b64) => [{ b64 }, { b64, crit: ["b64"] }]);
    for (const header of [...critical, ...unencoded, { zip: "DEF" }, { zip: null }])
      await expectRefused(makeToken({}, header), tokens);
    expect(jwks.hits).toBe(0);
  });

  test("J11: with claims twice or for every object", async () => {
    const tokens = create();
    await expectRefused(makeTokenOf('{"claims","iss":"https://evil.example"}'), tokens);
    await expectRefused(makeTokenOf('{"claims","aud":"evil"}'), tokens);
    await expectRefused(makeTokenOf('{"claims","sub":null,"__proto__":{"sub":"admin"}}'), tokens);
    expect(await tokens.verify(makeTokenOf('{"sub":"admin","claims"}'))).toMatchObject({ subject: "user_1" });
    const polluted = makeTokenOf('{"claims","email":"a@b.example","__proto__":{"email_verified":true}}');
    expect(await tokens.verify(polluted)).toMatchObject({ email_verified: false });
    expect(Object.hasOwn(Object.prototype, "email_verified")).toBe(false);
    await expectRefused(makeToken({}, JSON.parse('{"__proto__":{"alg":"RS256"},"alg":"none"}')), tokens);
  });
});

/** The same bytes written otherwise: padded, in the other alphabet, with a bit set that no byte uses. */
function* spellings(part: string): Generator<string> {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  yield* [`${part}=`, `${part}==`, `${part}A`, `${part}\n`, ` ${part}`];
  const standard = part.replaceAll("-", "+").replaceAll("_", "/");
  if (standard !== part) yield standard;
  if (part.length % 4 !== 0) yield part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) ?? "") ^ 1];
}
