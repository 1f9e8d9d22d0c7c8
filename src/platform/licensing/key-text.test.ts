import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { checkCharacter, maskedKey, newKeyBody, readKey, writeKey } from "./key-text.ts";

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const body = fc.string({ unit: fc.constantFrom(...alphabet), minLength: 19, maxLength: 19 });
const withCheck = body.map((random) => `${random}${checkCharacter(random)}`);
const key = writeKey({ prefix: "CODITECT", body: newKeyBody() });

describe("the text of a key", () => {
  test("is the prefix and five groups of four, of characters that are not taken for each other", () => {
    const groups = "-[0-9A-HJKMNP-TV-Z]{4}".repeat(5);
    expect(key).toMatch(new RegExp(`^CODITECT${groups}$`));
    expect(maskedKey({ prefix: "CODITECT", last4: key.slice(-4) })).toBe(
      `CODITECT-****-****-****-****-${key.slice(-4)}`,
    );
  });

  test("20: is read in any case, with spaces and dashes anywhere, with O for 0, I and L for 1", () => {
    const canonical = readKey(key);
    expect(canonical).toBeDefined();
    const compact = key.replaceAll("-", "");
    const spellings = [
      key.toLowerCase(),
      compact,
      ` ${key.replaceAll("-", " – ")}\n`,
      [...compact].join(" "),
      key.replaceAll("0", "O"),
      key.replaceAll("0", "o").replaceAll("1", "l"),
      key.replaceAll("1", "I"),
      key.replace("CODITECT", "C0D1TECT"),
      key.replaceAll("-", "\u2011"),
    ];
    expect(spellings.map(readKey)).toEqual(spellings.map(() => canonical));
  });

  test("20: any wrong character at any place, and any swap of two, is no key: all of them", () => {
    fc.assert(
      fc.property(withCheck, (good) => {
        expect(readKey(`CODITECT-${good}`)).toBeDefined();
        for (let at = 0; at < good.length; at++) {
          for (const letter of alphabet) {
            if (letter === good[at]) continue;
            expect(readKey(`CODITECT-${good.slice(0, at)}${letter}${good.slice(at + 1)}`)).toBeUndefined();
          }
          for (let other = at + 1; other < good.length; other++) {
            if (good[at] === good[other]) continue;
            const swapped = [...good];
            swapped[at] = good.charAt(other);
            swapped[other] = good.charAt(at);
            expect(readKey(`CODITECT-${swapped.join("")}`)).toBeUndefined();
          }
        }
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ["empty", ""],
    ["without a prefix", key.slice(9)],
    ["of too few characters", key.slice(0, 20)],
    ["with U, which is in no key", key.replace(/.$/, "U")],
    ["with a prefix of one letter", `C${key.slice(8)}`],
    ["with a prefix that begins with a digit", `9${key}`],
    ["far too long", key.padStart(200, "A")],
    ["of other characters", key.replace("-", "ä")],
  ])("20: %s it is no key", (_, text) => expect(readKey(text)).toBeUndefined());

  test("throws for no text whatever", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => readKey(text) === undefined));
  });
});

test("no two keys are alike, and each character is used", () => {
  const bodies = Array.from({ length: 2_000 }, newKeyBody);
  expect(new Set(bodies).size).toBe(bodies.length);
  expect([...new Set(bodies.join(""))].sort().join("")).toBe(alphabet);
});
