import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { shippedRules } from "../../../test/support/safety.ts";
import { evaluate, summarise } from "../safety/findings.ts";
import { createTextStream } from "./stream.ts";

const findIn = (pieces: string[]) => {
  const stream = createTextStream(shippedRules.input);
  for (const piece of pieces) stream.push(piece);
  return summarise(shippedRules, stream.end());
};

const texts = fc.array(
  fc.constantFrom(
    ..."I want to kill myself|never|.|\n|!| |  |k i l l|m y s e l f|k.i.l.l|10 kms|kms|je veux mourir|de rire|no quiero vivir|en Madrid|😭|а|die|\u200b|this is killing me|ich will sterben|vor Lachen|…|suici|de|she said|ten years ago".split(
      "|",
    ),
  ),
  { maxLength: 40 },
);

describe("a text that comes in pieces", () => {
  test("tells what the whole text tells, wherever it is cut", () => {
    fc.assert(
      fc.property(texts, fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 30 }), (words, sizes) => {
        const text = words.join(" ");
        const pieces: string[] = [];
        for (let at = 0, n = 0; at < text.length; n++) {
          const size = sizes[n % sizes.length] ?? 1;
          pieces.push(text.slice(at, at + size));
          at += size;
        }
        expect(findIn(pieces)).toEqual(evaluate(shippedRules, [text]));
      }),
      { numRuns: 400 },
    );
  });

  test("is called a crisis a dozen words after it at the latest, without an end", () => {
    const stream = createTextStream(shippedRules.input);
    let words = 0;
    let status = "allow";
    for (const word of `I want to kill myself${" and then there was nothing".repeat(5)}`.split(" ")) {
      status = summarise(shippedRules, stream.push(`${word} `)).status;
      words++;
      if (status === "crisis") break;
    }
    expect(status).toBe("crisis");
    expect(words).toBeLessThanOrEqual(5 + 14);
  });

  test("in pieces of a token's length costs a few times what it costs at once, and twice the text twice as much", () => {
    const text = "You could go for a walk, and then call a friend who wants to hear it. ".repeat(150);
    const time = (given: string, size: number) =>
      cpuTime(() => {
        const stream = createTextStream(shippedRules.output);
        for (let at = 0; at < given.length; at += size) stream.push(given.slice(at, at + size));
        stream.end();
      });
    const inPieces = time(text, 4);
    expect(time(text + text, 4) / inPieces).toBeLessThan(3);
    expect(inPieces / time(text, text.length)).toBeLessThan(12);
  });

  test("without a space is cut, and loses no half of a pair", () => {
    const stream = createTextStream(shippedRules.input);
    for (let n = 0; n < 3_000; n++) stream.push("😭x");
    stream.push(" I want to kill myself");
    expect(summarise(shippedRules, stream.end()).status).toBe("crisis");
  });
});
