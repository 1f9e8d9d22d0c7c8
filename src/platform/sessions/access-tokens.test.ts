import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign,
} from "node:crypto";
import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { adjustableClock } from "../../core/clock.ts";
import { open } from "../../core/crypto.ts";
import { createAccessTokens, createSigningKey } from "./access-tokens.ts";

let plinth: TestApp;
let ada: SignedUp;
let eve: SignedUp;
/** The private key that the server signs with: what is signed by it is refused for the one thing that is wrong with it. */
let own: KeyObject;
const stranger = generateKeyPairSync("ed25519");
beforeAll(async () => {
  plinth = await testApp({ worker: false, env: { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1" } });
  ada = await plinth.signUp("ada@example.com");
  eve = await plinth.signUp("eve@example.com");
  const [row] = await plinth.sql<{ sealed: Buffer }>("select private_jwk_sealed as sealed from sessions.signing_keys");
  const jwk = open(plinth.keyring.derive("identity:signing-keys"), row?.sealed ?? Buffer.alloc(0));
  own = createPrivateKey({ key: JSON.parse(jwk), format: "jwk" });
});
afterAll(() => plinth.close());

type Members = Record<string, unknown>;
const encode = (value: string | Buffer) => Buffer.from(value).toString("base64url");
const decode = (part: string): Members => JSON.parse(Buffer.from(part, "base64url").toString());
const parts = () => ada.access_token.split(".") as [string, string, string];
const headerNow = () => decode(parts()[0]);
const claimsNow = () => decode(parts()[1]);
const seconds = () => Math.floor(plinth.clock.now().getTime() / 1_000);

function signText(header: string, payload: string, key: KeyObject = own): string {
  const signed = `${encode(header)}.${encode(payload)}`;
  return `${signed}.${encode(sign(null, Buffer.from(signed), key))}`;
}
const withHeader = (change: Members, key?: KeyObject) =>
  signText(JSON.stringify({ ...headerNow(), ...change }), JSON.stringify(claimsNow()), key);
const withClaims = (change: Members) =>
  signText(JSON.stringify(headerNow()), JSON.stringify({ ...claimsNow(), ...change }));
/** Claims as text, so that they can be what no object is; `"claims"` in it stands for the usual ones. */
const withText = (payload: string) =>
  signText(JSON.stringify(headerNow()), payload.replace('"claims"', JSON.stringify(claimsNow()).slice(1, -1)));

const me = (token: string) => plinth.call("GET", "/v1/me", { headers: { authorization: `Bearer ${token}` } });
const refused = { status: 401, body: { code: "request.unauthenticated", title: "Authentication is required" } };
const expectRefused = async (token: string) => expect(await me(token), token).toMatchObject(refused);

describe("the access token", () => {
  test("says who and which session, and nothing of roles", () => {
    expect(headerNow()).toMatchObject({ alg: "EdDSA", typ: "at+jwt" });
    const { exp, iat, ...claims } = claimsNow();
    expect(Object.keys(claims).sort()).toEqual(["aud", "iss", "jti", "sid", "sub"]);
    expect(claims).toMatchObject({ sub: ada.user_id, sid: ada.session_id, iss: "http://plinth.test", aud: "plinth" });
    expect(Number(exp) - Number(iat)).toBe(600);
  });

  test("is one that the server's key has signed, whoever wrote it", async () => {
    for (const token of [withHeader({}), withClaims({ jti: "x" }), withText('{"claims"}')])
      expect((await me(token)).body).toMatchObject({ id: ada.user_id });
  });

  test("J13: is checked by anybody with the published keys, which have only public members", async () => {
    const { body, headers } = await plinth.call("GET", "/.well-known/jwks.json");
    expect(Object.keys(body.keys[0]).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
    expect(headers["cache-control"]).toContain("max-age");
  });

  test("J6: is over after ten minutes", async () => {
    const { body } = await plinth.call("POST", "/v1/auth/login", { body: { email: "ada@example.com", password } });
    expect((await me(body.access_token)).status).toBe(200);
    plinth.clock.advance(601_000);
    try {
      await expectRefused(body.access_token);
    } finally {
      plinth.clock.advance(-601_000);
    }
  });
});

describe("a token that somebody else has signed", () => {
  test.each(["none", "None", "NONE", "nOnE", "", undefined, null, ["EdDSA"]])("J1: alg %j", async (alg) => {
    const signed = withHeader({ alg });
    await expectRefused(signed);
    await expectRefused(signed.slice(0, signed.lastIndexOf(".") + 1));
  });

  test("J1: no signature", () => expectRefused(ada.access_token.replace(/[^.]*$/, "")));

  test("J2: HS256 by our public key, in whatever form", async () => {
    const { body } = await plinth.call("GET", "/.well-known/jwks.json");
    const key = createPublicKey({ key: body.keys[0], format: "jwk" });
    const pem = key.export({ format: "pem", type: "spki" }).toString();
    const { x } = body.keys[0];
    const forms = [
      pem,
      pem.trim(),
      ` ${pem}`,
      key.export({ format: "der", type: "spki" }),
      x,
      Buffer.from(x, "base64url"),
    ];
    for (const secret of [...forms, JSON.stringify(body.keys[0]), JSON.stringify(body)]) {
      const head = encode(JSON.stringify({ ...headerNow(), alg: "HS256" }));
      const mac = createHmac("sha256", secret).update(`${head}.${parts()[1]}`).digest();
      await expectRefused(`${head}.${parts()[1]}.${encode(mac)}`);
    }
  });

  test("J3: by a key that it brings along or says where to find, and nobody goes there", async () => {
    let visits = 0;
    const jwk = { ...stranger.publicKey.export({ format: "jwk" }), kid: "stranger", alg: "EdDSA" };
    const sink = createServer((_, response) => {
      visits++;
      response.end(JSON.stringify({ keys: [jwk] }));
    });
    await new Promise<void>((resolve) => sink.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/jwks.json`;
      const x5c = [stranger.publicKey.export({ format: "der", type: "spki" }).toString("base64")];
      const brought = [{ jwk }, { jku: url }, { x5u: url }, { x5c }, { jwk, jku: url, x5u: url, x5c }];
      const kids = [headerNow().kid, "stranger", url, undefined];
      for (const header of brought)
        for (const kid of kids) await expectRefused(withHeader({ ...header, kid }, stranger.privateKey));
      expect(visits).toBe(0);
      expect((await fetch(url)).ok && visits).toBe(1);
    } finally {
      sink.closeAllConnections();
      sink.close();
    }
  });

  test.each([
    ["our kid and another key", {}],
    ["J8: another type", { typ: "JWT" }],
  ])("%s", (_, header) => expectRefused(withHeader(header, stranger.privateKey)));
});

describe("a token that our key has signed, but that is not for this", () => {
  test.each([
    ["J4: an unknown kid", { kid: "unknown" }],
    ["J4: a path as kid", { kid: "../../dev/null" }],
    ["J4: SQL as kid", { kid: "' OR 1=1--" }],
    ["J4: 10 KB of kid", { kid: "x".repeat(10_240) }],
    ["J4: an array as kid", { kid: ["x"] }],
    ["J4: a number as kid", { kid: 7 }],
    ["J4: null as kid", { kid: null }],
    ["J4: __proto__ as kid", { kid: "__proto__" }],
    ["J4: no kid", { kid: undefined }],
    ["J5: ES256 by an Ed25519 key", { alg: "ES256" }],
    ["J5: RS256 by an Ed25519 key", { alg: "RS256" }],
    ["J5: HS256 by an Ed25519 key", { alg: "HS256" }],
    ["J8: a JWT of no kind", { typ: "JWT" }],
    ["J8: an id token", { typ: "id+jwt" }],
    ["J8: without a type", { typ: undefined }],
    ["J10: an unknown crit", { crit: ["x"], x: 1 }],
    ["J10: an empty crit", { crit: [] }],
    ["J10: a crit of what is registered", { crit: ["alg"] }],
    ["J10: b64 false in crit", { crit: ["b64"], b64: false }],
    ["J10: b64 false", { b64: false }],
    ["J10: zip", { zip: "DEF" }],
  ])("%s", (_, header) => expectRefused(withHeader(header)));

  test.each<[string, () => Members]>([
    ["J6: over", () => ({ exp: seconds() - 61 })],
    ["J6: an end in text", () => ({ exp: `${seconds() + 60}` })],
    ["J6: no end", () => ({ exp: undefined })],
    ["J6: null as end", () => ({ exp: null })],
    ["J6: an end before all time", () => ({ exp: -1 })],
    ["J6: an end in an array", () => ({ exp: [seconds() + 60] })],
    ["J6: not good yet", () => ({ nbf: seconds() + 120 })],
    ["J6: issued in the far future", () => ({ iat: seconds() + 3_600, exp: seconds() + 4_200 })],
    ["J6: issued no number", () => ({ iat: "yesterday" })],
    ["J6: not issued", () => ({ iat: undefined })],
    ["J7: of another issuer", () => ({ iss: "http://plinth.test/" })],
    ["J7: of no issuer", () => ({ iss: undefined })],
    ["J7: of two issuers", () => ({ iss: ["http://plinth.test", "http://evil.example"] })],
    ["J7: for others", () => ({ aud: "plinth2" })],
    ["J7: for many others", () => ({ aud: ["x", "y"] })],
    ["J7: for nobody", () => ({ aud: undefined })],
    ["J7: about nobody", () => ({ sub: undefined })],
    ["J7: of no session", () => ({ sid: undefined })],
    ["J7: of a session that is no id", () => ({ sid: "x" })],
    ["J7: of a session that is none", () => ({ sid: ada.user_id })],
    ["J7: about somebody whose session it is not", () => ({ sub: eve.user_id })],
  ])("%s", (_, claims) => expectRefused(withClaims(claims())));

  test.each(["exp", "iat", "nbf"])("J6: a %s beyond every number", (claim) =>
    expectRefused(withText(`{"claims","${claim}":1e309}`)),
  );

  test("J11: what comes twice, or for every object, has no effect", async () => {
    await expectRefused(withText('{"claims","iss":"http://evil.example"}'));
    await expectRefused(withText('{"claims","sub":null,"__proto__":{"sub":"x"}}'));
    await expectRefused(withText('{"__proto__":{"claims"}}'));
    const polluted = withText(`{"sub":"${eve.user_id}","claims","__proto__":{"sub":"${eve.user_id}"}}`);
    expect((await me(polluted)).body.id).toBe(ada.user_id);
    expect(Object.hasOwn(Object.prototype, "sub")).toBe(false);
  });

  test("J8: another kind of token is none, and an access token refreshes nothing", async () => {
    await expectRefused(ada.refresh_token);
    const { body } = await plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token: ada.access_token } });
    expect(body.code).toBe("identity.refresh_invalid");
  });
});

test("J9: a token with any bit flipped, cut off anywhere, or spelt otherwise is refused", async () => {
  const token = withHeader({});
  const own_parts = token.split(".");
  const spoilt = [`${token}.`, `${token}.e30`, `.${token}`, `${token}=`, `${token}==`, `${token}A`];
  for (const [at, part] of own_parts.entries()) {
    for (let bit = 0; bit < Buffer.from(part, "base64url").length * 8; bit++) {
      const bytes = Buffer.from(part, "base64url");
      bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      spoilt.push(own_parts.with(at, encode(bytes)).join("."));
    }
    spoilt.push(...spellings(part).map((other) => own_parts.with(at, other).join(".")));
  }
  for (let length = 0; length < token.length; length++) spoilt.push(token.slice(0, length));
  for (const bad of spoilt) await expectRefused(bad);
  expect((await me(token)).status).toBe(200);
});

test("J9: no signature of zeros, and none whose S is not reduced (RFC 8032, 5.1.7)", async () => {
  const [header, payload, signature] = withHeader({}).split(".") as [string, string, string];
  const order = 2n ** 252n + 27_742_317_777_372_353_535_851_937_790_883_648_493n;
  const bytes = Buffer.from(signature, "base64url");
  const s = BigInt(`0x${Buffer.from(bytes.subarray(32)).reverse().toString("hex")}`) + order;
  const unreduced = Buffer.from(s.toString(16).padStart(64, "0"), "hex").reverse();
  for (const bad of [Buffer.alloc(64), Buffer.concat([bytes.subarray(0, 32), unreduced])])
    await expectRefused(`${header}.${payload}.${encode(bad)}`);
});

/** The same bytes written otherwise: in the other alphabet, padded, or with a bit set that no byte uses. */
function spellings(part: string): string[] {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const standard = part.replaceAll("-", "+").replaceAll("_", "/");
  const unused = part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) ?? "") ^ 1];
  return [`${part}=`, ...(standard === part ? [] : [standard]), ...(part.length % 4 === 0 ? [] : [unused])];
}

describe("the Authorization header", () => {
  test("J14: is the one place where a token counts", async () => {
    const { access_token } = ada;
    const places = [
      plinth.call("GET", `/v1/me?access_token=${access_token}`),
      plinth.call("POST", "/v1/workspaces", { body: { name: "x", access_token } }),
      plinth.call("GET", "/v1/me", { headers: { "x-access-token": access_token } }),
      plinth.call("GET", "/v1/me", { headers: { cookie: `access_token=${access_token}` } }),
    ];
    for (const answer of await Promise.all(places)) expect(answer).toMatchObject(refused);
  });

  test.each([
    ["bearer <token>"],
    ["BEARER <token>"],
    ["Bearer  <token>"],
    ["Bearer\t<token>"],
    ["Bearer <token> x"],
    ["Bearer <token>,<token>"],
    ["Bearer"],
    ["Bearer "],
    ["<token>"],
    ["Basic <token>"],
    ["Token <token>"],
  ])("J15: in one spelling: not %j", async (text) => {
    const authorization = text.replaceAll("<token>", ada.access_token);
    expect(await plinth.call("GET", "/v1/me", { headers: { authorization } })).toMatchObject(refused);
  });

  test("J15: once: two of them are refused, the same one as well", async () => {
    await plinth.app.http.listen({ port: 0, host: "127.0.0.1" });
    const { port } = plinth.app.http.server.address() as AddressInfo;
    const statusOf = (...tokens: string[]) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = ["host", "plinth.test", ...tokens.flatMap((token) => ["authorization", `Bearer ${token}`])];
        httpRequest({ port, host: "127.0.0.1", path: "/v1/me", headers }, (answer) => {
          answer.resume().on("end", () => resolve(answer.statusCode));
        })
          .on("error", reject)
          .end();
      });
    expect(await statusOf(ada.access_token)).toBe(200);
    expect(await statusOf(ada.access_token, ada.access_token)).toBe(401);
    expect(await statusOf(ada.access_token, eve.access_token)).toBe(401);
    expect(await statusOf("x", ada.access_token)).toBe(401);
  });
});

describe("what a process remembers of keys and tokens", () => {
  const person = { user_id: randomUUID(), session_id: randomUUID() };
  async function remembering() {
    const clock = adjustableClock();
    const newKey = async () => {
      const made = await createSigningKey(plinth.keyring);
      return { ...made, created_at: clock.now(), active_from: clock.now() };
    };
    const stored = { keys: [await newKey()], loads: 0 };
    const create = () =>
      createAccessTokens({
        issuer: "http://plinth.test",
        lifetime_minutes: 10,
        clock,
        keyring: plinth.keyring,
        loadKeys: async () => {
          stored.loads++;
          return stored.keys;
        },
      });
    const tokens = create();
    const issue = async (by = tokens) => (await by.issue({ ...person, token_id: randomUUID() })).token;
    return { clock, stored, tokens, create, newKey, issue };
  }

  test("the second check of a token is at least 20 times cheaper than the first", async () => {
    const { tokens, issue } = await remembering();
    const many = await Promise.all(Array.from({ length: 600 }, () => issue()));
    const timed = async (token: string) => {
      const before = performance.now();
      const claims = await tokens.check(token);
      const took = performance.now() - before;
      expect(claims).toMatchObject(person);
      return took;
    };
    const [first, second]: [number[], number[]] = [[], []];
    for (const token of many) first.push(await timed(token));
    for (const token of many) second.push(await timed(token));
    const median = (times: number[]) => times.toSorted((a, b) => a - b)[times.length / 2] ?? 0;
    expect(median(first) / median(second)).toBeGreaterThan(20);
  });

  test("J6: a token that is remembered is over in time all the same", async () => {
    const { clock, tokens, issue } = await remembering();
    const token = await issue();
    expect(await tokens.check(token)).toMatchObject(person);
    clock.advance(601_000);
    expect(await tokens.check(token)).toBeUndefined();
  });

  test("J12: a token that is remembered goes with its key", async () => {
    const { stored, tokens, issue, newKey } = await remembering();
    const token = await issue();
    expect(await tokens.check(token)).toMatchObject(person);
    stored.keys = [await newKey()];
    tokens.forget();
    expect(await tokens.check(token)).toBeUndefined();
  });

  test("J4: of 1,000 unknown kids in a cool-down one makes it look for new keys, one by one or all at once", async () => {
    const { stored, tokens, issue } = await remembering();
    const token = await issue();
    const [, payload = "", signature = ""] = token.split(".");
    const unknown = () => `${encode(JSON.stringify({ ...headerNow(), kid: randomUUID() }))}.${payload}.${signature}`;
    expect(await tokens.check(token)).toMatchObject(person);
    expect(stored.loads).toBe(1);
    const flock = Array.from({ length: 1_000 }, unknown);
    expect(new Set(await Promise.all(flock.map(tokens.check)))).toEqual(new Set([undefined]));
    for (const each of flock) expect(await tokens.check(each)).toBeUndefined();
    expect(stored.loads).toBe(2);
  });

  test("J4: a key that another process has just made is found by its first token", async () => {
    const { stored, tokens, create, issue, newKey } = await remembering();
    expect(await tokens.check(await issue())).toMatchObject(person);
    stored.keys = [await newKey()];
    expect(await tokens.check(await issue(create()))).toMatchObject(person);
  });
});
