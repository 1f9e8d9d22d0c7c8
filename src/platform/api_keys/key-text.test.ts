import { crc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { looksLikeKey, newSecret, readKey, writeKey } from "./key-text.ts";

const letters = [..."0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"];
const id = "01934b5e-7c1a-7def-8abc-0123456789ab";
const secret = newSecret();
const key = writeKey({ id, environment: "test", secret });

/** Puts the right checksum behind a body, as somebody would who knows how it is made. */
function signed(body: string): string {
  let value = crc32(body);
  let sum = "";
  for (; value > 0; value = Math.floor(value / 62)) sum = `${letters[value % 62]}${sum}`;
  return `${body}_${sum.padStart(6, "0")}`;
}

describe("the text of a key", () => {
  test("is pk, environment, id, secret and checksum, which a double click selects as one word", () => {
    expect(key).toMatch(/^pk_test_[0-9A-Za-z]{22}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(/\w+/.exec(key)?.[0]).toBe(key);
    expect(key).toBe(signed(key.slice(0, -7)));
  });

  test("is read back as it was written, whatever the id", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.constantFrom("live", "test"), (any, environment) => {
        expect(readKey(writeKey({ id: any, environment, secret }))).toEqual({ id: any, environment, secret });
      }),
    );
    for (const edge of ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]) {
      expect(readKey(writeKey({ id: edge, environment: "live", secret }))?.id).toBe(edge);
    }
  });

  test("K5: with any one character changed, in any way, is no key", () => {
    for (let at = 0; at < key.length; at++) {
      for (const letter of [...letters, "_", "-", " ", "\n", "ä"]) {
        if (letter === key[at]) continue;
        expect(readKey(key.slice(0, at) + letter + key.slice(at + 1))).toBeUndefined();
      }
    }
  });

  test("K5: cut off anywhere, lengthened, or with two neighbours swapped is no key", () => {
    for (let at = 0; at < key.length; at++) {
      expect(readKey(key.slice(0, at))).toBeUndefined();
      expect(readKey(key.slice(at + 1))).toBeUndefined();
      const [one = "", two = ""] = key.slice(at, at + 2);
      if (two !== "" && one !== two) expect(readKey(key.slice(0, at) + two + one + key.slice(at + 2))).toBeUndefined();
    }
    for (const more of [`${key}0`, `0${key}`, `${key}\n`, ` ${key}`, `${key}${key}`]) {
      expect(readKey(more)).toBeUndefined();
    }
  });

  test.each([
    ["an environment that is none", `pk_prod_${"0".repeat(22)}_${secret}`],
    ["an id beyond 128 bits", `pk_test_${"z".repeat(22)}_${secret}`],
    ["a short secret", `pk_test_${"0".repeat(22)}_${secret.slice(1)}`],
    ["another letter", `pk_test_${"0".repeat(22)}_${"ä".repeat(43)}`],
    ["another beginning", `sk_test_${"0".repeat(22)}_${secret}`],
  ])("with %s is no key, right as the checksum may be", (_, body) => {
    expect(readKey(signed(body))).toBeUndefined();
  });

  test("throws for no text whatever", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => readKey(text) === undefined));
    fc.assert(fc.property(fc.stringMatching(/^pk_(live|test)_\w{0,80}$/), (text) => readKey(text) === undefined));
  });

  test.each([
    ["pk_test_cut-off", true],
    ["pk_", true],
    ["eyJhbGciOiJFZERTQSJ9.e30.x", false],
    ["", false],
    ["PK_test", false],
  ])("%j means to be one: %s", (text, meant) => expect(looksLikeKey(text)).toBe(meant));
});

test("a secret is 43 letters and digits, each of them used, and no two are alike", () => {
  const secrets = Array.from({ length: 2_000 }, newSecret);
  expect(secrets.filter((each) => !/^[0-9A-Za-z]{43}$/.test(each))).toEqual([]);
  expect(new Set(secrets).size).toBe(secrets.length);
  expect(new Set(secrets.join("")).size).toBe(62);
});
