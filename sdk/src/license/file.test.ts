import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type HighWaterMark, type LicenseFileOptions, type LicenseKey, verifyLicenseFile } from "./index.ts";
import { parseStrictObject } from "./strict-json.ts";

const base64url = (data: string | Buffer) => Buffer.from(data).toString("base64url");
const makeKey = (kid: string, modulusLength = 2_048) => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength });
  const jwk: LicenseKey = { ...publicKey.export({ format: "jwk" }), kid, alg: "PS256", use: "sig" };
  return { kid, privateKey, publicKey, jwk };
};
/** As large as the server's. */
const current = makeKey("2026-01", 4_096);
const former = makeKey("2025-01");
const jwks = { keys: [former.jwk, current.jwk] };

const payload = {
  format: 1,
  license_id: "0198a3c0-0000-7000-8000-000000000001",
  workspace_id: "0198a3c0-0000-7000-8000-000000000002",
  product: "prism",
  plan_id: "prism.prism_plus",
  features: { seats: 5, offline: true },
  max_seats: 5,
  status: "active",
  not_before: "2026-01-01T00:00:00.000Z",
  expires_at: "2026-02-01T00:00:00.000Z" as string | null,
  file_ttl: 604_800,
  issued_at: "2026-01-10T12:00:00.000Z",
  revision: 3,
};
const header = { alg: "PS256", kid: current.kid, typ: "license+jws" };
const pss = (key: KeyObject, input: string, saltLength = 32) =>
  sign("sha256", Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength });
const signText = (head: string, body: string, key = current.privateKey, saltLength = 32) => {
  const input = `${base64url(head)}.${base64url(body)}`;
  return `${input}.${base64url(pss(key, input, saltLength))}`;
};
const signFile = (more: object = {}, key = current) =>
  signText(JSON.stringify({ ...header, kid: key.kid }), JSON.stringify({ ...payload, ...more }), key.privateKey);

const at = (text: string) => Date.parse(text);
const now = at("2026-01-12T00:00:00Z");
const check = async (file: string, more: Partial<LicenseFileOptions> = {}) => {
  const result = await verifyLicenseFile(file, { jwks, product: "prism", now, ...more });
  return result.valid ? "valid" : result.code;
};
const good = signFile();
const memory = () => {
  const mark = { time: undefined as number | undefined };
  const write = (time: number) => {
    mark.time = time;
  };
  return Object.assign(mark, { read: () => mark.time, write }) satisfies HighWaterMark;
};

describe("19: the signature", () => {
  test("19: of a good file is good, and what was signed is told, with fields that came later", async () => {
    const result = await verifyLicenseFile(signFile({ edition: "later" }), { jwks, product: "prism", now });
    expect(result).toEqual({ valid: true, license: { ...payload, edition: "later" } });
    expect(await check(`${good}\n`)).toBe("valid");
  });

  test("19: notices one flipped bit in each field", async () => {
    const [head = "", body = "", signature = ""] = good.split(".");
    const text = Buffer.from(body, "base64url").toString();
    for (const [name, value] of Object.entries(payload)) {
      const bytes = Buffer.from(text);
      const place = text.indexOf(`"${name}"`) + `"${name}":`.length + (typeof value === "string" ? 1 : 0);
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      const code = await check(`${head}.${base64url(bytes)}.${signature}`);
      expect([name, code]).toEqual([name, "bad_signature"]);
    }
  });

  test("19: notices any flipped bit of the file, wherever it is", async () => {
    const { length } = good;
    const flips = fc.tuple(fc.nat({ max: length - 1 }), fc.integer({ min: 0, max: 6 }));
    await fc.assert(
      fc.asyncProperty(flips, async ([place, bit]) => {
        const flipped = String.fromCharCode(good.charCodeAt(place) ^ (1 << bit));
        const file = good.slice(0, place) + flipped + good.slice(place + 1);
        // A blank at the end is no part of the file.
        if (file.trim() === good) return;
        expect(await check(file)).not.toBe("valid");
      }),
      { numRuns: 150 },
    );
  });

  test("19: is over exact bytes: the same JSON in another order is another file", async () => {
    const [head = "", , signature = ""] = good.split(".");
    const reordered = JSON.stringify(Object.fromEntries(Object.entries(payload).toReversed()));
    expect(await check(`${head}.${base64url(reordered)}.${signature}`)).toBe("bad_signature");
    expect(await check(signText(JSON.stringify(header), reordered))).toBe("valid");
  });

  test.each(["", "x", "a.b", "....", "a.b.c.d", "{}", "é.é.é"])("19: is not looked for in %j", async (file) => {
    expect(["malformed", "bad_header"]).toContain(await check(file));
  });

  test("19: of a truncated file is none", async () => {
    for (const cut of [1, 2, 3, 100, 683, 684, 700, good.length - 10]) {
      expect(await check(good.slice(0, -cut))).not.toBe("valid");
    }
  });

  test("19: has one spelling: neither padding nor other last bits nor the other alphabet are taken", async () => {
    const [head = "", body = "", signature = ""] = good.split(".");
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const last = alphabet[alphabet.indexOf(signature.at(-1) ?? "") ^ 1];
    expect(await check(`${head}.${body}.${signature.slice(0, -1)}${last}`)).toBe("malformed");
    expect(await check(`${head}.${body}.${signature}=`)).toBe("malformed");
    expect(await check(`${head}.${body}.${Buffer.from(signature, "base64url").toString("base64")}`)).toBe("malformed");
    expect(await check(`${head}.\n${body}.${signature}`)).toBe("malformed");
  });
});

describe("19: the header", () => {
  const withHeader = (more: object) => signText(JSON.stringify({ ...header, ...more }), JSON.stringify(payload));

  test("19: does not choose the algorithm: HS256 with the public key, and none, are refused", async () => {
    const pem = current.publicKey.export({ type: "spki", format: "pem" }).toString();
    const input = `${base64url(JSON.stringify({ ...header, alg: "HS256" }))}.${base64url(JSON.stringify(payload))}`;
    const mac = createHmac("sha256", pem).update(input).digest();
    expect(await check(`${input}.${base64url(mac)}`)).toBe("bad_header");
    const none = `${base64url(JSON.stringify({ ...header, alg: "none" }))}.${base64url(JSON.stringify(payload))}`;
    expect([await check(`${none}.`), await check(`${none}.AA`)]).toEqual(["malformed", "bad_header"]);
    for (const alg of ["RS256", "PS512", "ps256", "ES256", ""])
      expect(await check(withHeader({ alg }))).toBe("bad_header");
  });

  test.each([
    { typ: "JWT" },
    { typ: undefined },
    { kid: 7 },
    { kid: undefined },
    { crit: ["b64"], b64: false },
    { jwk: makeKey("own").jwk },
    { jku: "https://evil.example/keys.json" },
    { x5c: [] },
  ])("19: with %j is refused", async (more) => {
    expect(await check(withHeader(more))).toBe("bad_header");
  });

  test("19: that names a member twice is refused", async () => {
    const twice = `{"alg":"none","alg":"PS256","kid":"${current.kid}","typ":"license+jws"}`;
    expect(await check(signText(twice, JSON.stringify(payload)))).toBe("bad_header");
  });
});

describe("19: the key", () => {
  test("19: of before a rotation is good while it is published, and unknown afterwards", async () => {
    const file = signFile({}, former);
    expect(await check(file)).toBe("valid");
    expect(await check(file, { jwks: { keys: [current.jwk] } })).toBe("unknown_key");
  });

  test("19: must be the one that the file names", async () => {
    const claimed = signText(JSON.stringify(header), JSON.stringify(payload), former.privateKey);
    expect(await check(claimed)).toBe("bad_signature");
    expect(await check(signFile({}, makeKey("stranger")))).toBe("unknown_key");
  });

  test("19: signs with a salt as long as the hash, and for this use alone", async () => {
    expect(await check(signText(JSON.stringify(header), JSON.stringify(payload), current.privateKey, 0))).toBe(
      "bad_signature",
    );
    for (const more of [{ use: "enc" }, { alg: "RS256" }, { kty: "EC" }, { n: "" }, { n: undefined }]) {
      expect(await check(good, { jwks: { keys: [{ ...current.jwk, ...more }] } })).toBe("bad_signature");
    }
  });
});

describe("19: the payload", () => {
  const signBody = (body: string) => signText(JSON.stringify(header), body);

  test("19: that names a member twice is refused, at any depth and in any spelling", async () => {
    const text = JSON.stringify(payload);
    expect(await check(signBody(text.replace("{", '{"max_seats":500,')))).toBe("malformed");
    expect(await check(signBody(text.replace("{", '{"max\\u005fseats":500,')))).toBe("malformed");
    expect(await check(signBody(text.replace('"seats":5', '"seats":5,"seats":9')))).toBe("malformed");
  });

  test.each([
    { format: 2 },
    { max_seats: "5" },
    { issued_at: 1_768_000_000 },
    { issued_at: "soon" },
    { expires_at: undefined },
    { file_ttl: null },
    { features: null },
    { hardware_id: 7 },
    { license_id: undefined },
  ])("19: with %j is of another format", async (more) => {
    expect(await check(signFile(more))).toBe("malformed");
  });

  test("19: of another tenant, product or machine is refused, and told", async () => {
    expect(await check(good, { workspace_id: payload.workspace_id })).toBe("valid");
    expect(await check(good, { workspace_id: "another" })).toBe("wrong_workspace");
    expect(await check(good, { product: "swan" })).toBe("wrong_product");
    const bound = signFile({ hardware_id: "machine-1" });
    expect(await check(bound, { hardware_id: "machine-1" })).toBe("valid");
    expect(await check(bound, { hardware_id: "machine-2" })).toBe("wrong_machine");
    expect(await check(bound)).toBe("wrong_machine");
    expect(await check(good, { hardware_id: "machine-2" })).toBe("valid");
  });

  test.each(["suspended", "revoked", "expired", ""])("that was %j when it was signed is refused", async (status) => {
    expect(await check(signFile({ status }))).toBe("not_active");
  });

  test("is read strictly: a property test against JSON.parse", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const text = JSON.stringify(value);
        expect(parseStrictObject(text)).toEqual(JSON.parse(text));
        const name = JSON.stringify(Object.keys(value)[0] ?? "a");
        const twice = `{${name}:0,${name}:1${text === "{}" ? "" : ","}${text.slice(1)}`;
        expect(parseStrictObject(twice)).toBeUndefined();
        expect(parseStrictObject(`{"in":[{"a":"\\\\","b":{}},${twice}]}`)).toBeUndefined();
      }),
    );
    for (const text of ["[]", "null", "1", "", "{", '{"a":1}}']) expect(parseStrictObject(text)).toBeUndefined();
    expect(parseStrictObject('{"a":{"a":["a","a",{"a":1}]},"b":"{\\"a\\":1,\\"a\\":2}"}')).toBeDefined();
  });
});

describe("the times of a file", () => {
  const end = at("2026-01-17T12:00:00Z");
  test.each([
    ["before it is valid", { not_before: "2026-01-13T00:00:00Z" }, now, "not_yet_valid"],
    ["within the tolerance", { not_before: "2026-01-12T00:05:00Z" }, now, "valid"],
    ["a moment before its time is over", {}, end - 1, "valid"],
    ["when its time is over", {}, end, "file_too_old"],
    ["a moment before the paid time ends", { file_ttl: 1e9 }, at("2026-02-01T00:00:00Z") - 1, "valid"],
    ["when the paid time ends", { file_ttl: 1e9 }, at("2026-02-01T00:00:00Z"), "expired"],
    ["years later, bought for good", { file_ttl: 1e12, expires_at: null }, at("2046-01-01T00:00:00Z"), "valid"],
    ["before it was signed", {}, at("2026-01-10T11:00:00Z"), "clock_rollback"],
    ["5 minutes before it was signed", {}, at("2026-01-10T11:55:00Z"), "valid"],
  ])("%s", async (_, more, moment, code) => {
    expect(await check(signFile(more), { now: moment })).toBe(code);
  });
});

describe("13: a clock that is set back", () => {
  const hour = 3_600_000;

  test("13: to any point after the signing is noticed by the mark, 5 minutes aside", async () => {
    const high_water_mark = memory();
    expect(await check(good, { now: now + 48 * hour, high_water_mark })).toBe("valid");
    expect(await check(good, { now: now + 48 * hour - 300_000, high_water_mark })).toBe("valid");
    expect(await check(good, { now: now + 48 * hour - 300_001, high_water_mark })).toBe("clock_rollback");
    expect(await check(good, { now, high_water_mark })).toBe("clock_rollback");
    expect(high_water_mark.time).toBe(now + 48 * hour);
  });

  test("13: after the file ran out does not revive it", async () => {
    const high_water_mark = memory();
    expect(await check(good, { now: at("2026-02-02T00:00:00Z"), high_water_mark })).toBe("expired");
    expect(await check(good, { now, high_water_mark })).toBe("clock_rollback");
  });

  test("13: and an older file: the signed time of the newer one is the mark", async () => {
    const high_water_mark = memory();
    const newer = signFile({ issued_at: "2026-01-15T00:00:00.000Z" });
    expect(await check(newer, { now: at("2026-01-15T00:00:00Z"), high_water_mark })).toBe("valid");
    expect(await check(good, { now, high_water_mark })).toBe("clock_rollback");
  });

  test("13: a file that is not ours moves no mark", async () => {
    const high_water_mark = memory();
    const forged = signFile({ issued_at: "2099-01-01T00:00:00Z" }, makeKey(current.kid));
    expect(await check(forged, { now: at("2099-01-01T00:00:00Z"), high_water_mark })).toBe("bad_signature");
    expect(high_water_mark.time).toBeUndefined();
  });

  test("13: a clock that was ahead by mistake is forgiven once the server's time is known", async () => {
    const high_water_mark = memory();
    await check(good, { now: at("2099-01-01T00:00:00Z"), high_water_mark });
    expect(await check(good, { high_water_mark })).toBe("clock_rollback");
    // What the client does with `server_time` at each answer.
    await high_water_mark.write(now);
    expect(await check(good, { high_water_mark })).toBe("valid");
  });
});

test("without WebCrypto the program is told so", async () => {
  await expect(verifyLicenseFile(good, { jwks, product: "prism", crypto: Object.create(null) })).rejects.toThrow(
    TypeError,
  );
});
