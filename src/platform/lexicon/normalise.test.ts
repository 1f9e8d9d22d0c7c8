import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { boundary, normalise, tokenize } from "./normalise.ts";

describe("a disguise", () => {
  test.each([
    ["compatibility forms", "ｋｉｌｌ 𝓶𝔂𝓼𝓮𝓵𝓯", "kill myself"],
    ["zero-width and bidirectional marks", "ki\u200bll \u202emy\u2060self\u202c", "kill myself"],
    ["soft hyphens, variation selectors and tags", "k\u00adi\ufe0fl\u{e0041}l", "kill"],
    ["control characters", "ki\u0000ll", "kill"],
    ["the Turkish dotted I", "K\u0130LL", "kill"],
    ["the Turkish dotless i", "k\u0131ll", "kill"],
    ["diacritics", "kïłł mÿsélf", "kill myself"],
    ["German sharp s", "Scheiße", "scheisse"],
    ["Cyrillic in a Latin word", "kіll mуsеlf", "kill myself"],
    ["Greek in a Latin word", "suιcιde", "suicide"],
    ["small capitals", "ᴋɪʟʟ", "kill"],
    ["letters in squares and flags", "🅺🅸🅻🅻 🇩🇮🇪", "kill die"],
    ["digits and signs", "k1ll my$elf d!e", "kill myself die"],
    ["letters spelled out", "k i l l", "kill"],
    ["letters spelled out with signs", "k.i.l.l k-i-l-l k_i_l_l k*i*l*l", "kill kill kill kill"],
    ["letters spelled out, wide gaps ending words", "k i l l   m y   s e l f", "kill my self"],
    ["the same with wider gaps", "k  i  l  l    m  e", "kill me"],
    ["stops that spell and do not end", "k.i.l.l. m.y.s.e.l.f", "kill myself"],
    ["digits among letters spelled out", "k 1 l l", "kill"],
    ["repeated letters", "kiiiiill", "kiill"],
    ["any apostrophe", "don't don’t don´t donʼt", "dont dont dont dont"],
  ])("of %s is taken off", (_, text, words) => expect(normalise(text)).toBe(words));

  test.each([
    ["real Cyrillic", "кит и кот", "кит и кот"],
    ["real Greek", "και το σπίτι", "και το σπιτι"],
    ["numbers", "10 000 in 2026", "10 000 in 2026"],
    ["a quantity with its unit", "10kms", "10 kms"],
    ["a number beside a word", "level 3", "level 3"],
    ["a double letter", "kill all", "kill all"],
    ["two letters with a space", "I a", "i a"],
    ["half of a pair and emoji", "\ud83d x 😭", "x 😭"],
  ])("is not seen in %s", (_, text, words) => expect(normalise(text)).toBe(words));
});

test("a sentence ends at its signs and at a line's end, and nowhere else", () => {
  const sentences = (text: string) => tokenize(text).filter((token) => token === boundary).length;
  expect(sentences("One. Two! Three? Four… Five\nSix")).toBe(5);
  expect(sentences("One, two; three: four - five")).toBe(0);
  expect(tokenize("... a")[0]?.text).toBe("a");
});

const anything = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 400 }),
  fc
    .array(fc.constantFrom("k", "i", " ", ".", "1", "!", "*", "\u200b", "İ", "ß", "\ud83d", "😭", "а", "'", "\n"), {
      maxLength: 300,
    })
    .map((signs) => signs.join("")),
);

test("no text makes it throw, and what it gives it leaves as it is", () => {
  fc.assert(
    fc.property(anything, (text) => {
      const once = normalise(text);
      const words = (given: string) => given.split(" ").filter((word) => word !== "" && word !== ".");
      // Letters that stand alone may be spelled out only once their neighbours are known: those are left out of the comparison.
      fc.pre(!words(once).some((word) => [...word].length === 1));
      expect(words(normalise(once))).toEqual(words(once));
      expect(once).not.toMatch(/\p{Default_Ignorable_Code_Point}|\p{Cs}/u);
    }),
    { numRuns: 400 },
  );
});

test.each([
  ["words", "I would like to tell you something. "],
  ["letters spelled out", "k i l l "],
  ["one endless word", "a"],
  ["marks", "a\u0301\u200b"],
  ["stars and signs", "k*!l$|+@"],
  ["stops", "a.b.c. "],
])("twice the text of %s takes about twice the time", (_, piece) => {
  const text = piece.repeat(Math.ceil(30_000 / piece.length));
  expect(cpuTime(() => tokenize(text + text)) / cpuTime(() => tokenize(text))).toBeLessThan(3);
});
