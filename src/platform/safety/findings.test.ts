import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cpuTime } from "../../../test/support/cpu-time.ts";
import { shippedPolicy, shippedRules } from "../../../test/support/safety.ts";
import { evaluate, evaluateOutput } from "./findings.ts";
import { readSentences, testSentences } from "./sentences.ts";

const statusOf = (...texts: string[]) => evaluate(shippedRules, texts).status;
const outputStatusOf = (text: string) => evaluateOutput(shippedRules, text).status;
const fileOf = async (name: string) => readSentences(await readFile(`src/platform/safety/${name}`, "utf8"), name);
const seen = await fileOf("sentences.yaml");
const heldOut = await fileOf("sentences.held-out.yaml");
const groups = ["en", "de", "es", "fr", "pt", "output"];
const languages = groups.filter((group) => group !== "output");

describe("on the sentences beside which they were written, the rules", () => {
  test.each(groups)("in %s find every crisis, and call little else one", (group) => {
    const [report] = testSentences(
      shippedPolicy,
      seen.filter((sentence) => sentence.group === group),
    );
    expect(report?.wrong.filter(({ sentence }) => sentence.label === "crisis")).toEqual([]);
    expect(report?.recall.right).toBe(report?.recall.of);
    expect(report?.wrong.filter(({ found }) => found === "crisis")).toEqual([]);
    expect(shareOf(report?.noticed)).toBeGreaterThanOrEqual(0.95);
    expect(shareOf(report?.quiet)).toBeGreaterThanOrEqual(0.98);
  });

  test("there are enough of them, in every language and category", () => {
    for (const group of languages) {
      const of = [...seen, ...heldOut].filter((sentence) => sentence.group === group);
      expect(of.length, group).toBeGreaterThanOrEqual(120);
      const categories = new Set(of.filter(({ label }) => label !== "allow").map(({ category }) => category));
      expect([...categories].sort()).toEqual(Object.keys(shippedPolicy.categories).sort());
    }
    const texts = [...seen, ...heldOut].map(({ group, text }) => `${group} ${text}`);
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
  });
});

describe("on sentences that they were not written for, the rules", () => {
  /**
   * What docs/safety.md says, in sentences: crises that are called one, cautions in which anything is found, harmless ones in which anything is, and others that are
   * called a crisis. A change that makes one of these worse is refused.
   */
  const floors: Record<string, { recall: number; noticed: number; alarms: number; exaggerated: number }> = {
    en: { recall: 12, noticed: 7, alarms: 0, exaggerated: 0 },
    de: { recall: 6, noticed: 5, alarms: 0, exaggerated: 0 },
    es: { recall: 8, noticed: 5, alarms: 1, exaggerated: 0 },
    fr: { recall: 9, noticed: 4, alarms: 0, exaggerated: 0 },
    pt: { recall: 10, noticed: 4, alarms: 1, exaggerated: 1 },
    output: { recall: 6, noticed: 0, alarms: 0, exaggerated: 0 },
  };
  test.each(groups)("in %s do as well as is written down", (group) => {
    const [report] = testSentences(
      shippedPolicy,
      heldOut.filter((sentence) => sentence.group === group),
    );
    if (report === undefined) throw new Error(`There are no sentences of ${group}`);
    const { recall, noticed, quiet, precision } = report;
    const floor = floors[group];
    expect(recall.right).toBeGreaterThanOrEqual(floor?.recall ?? Number.NaN);
    expect(noticed.right).toBeGreaterThanOrEqual(floor?.noticed ?? Number.NaN);
    expect(quiet.of - quiet.right).toBeLessThanOrEqual(floor?.alarms ?? Number.NaN);
    expect(precision.of - precision.right).toBeLessThanOrEqual(floor?.exaggerated ?? Number.NaN);
  });
});

test.each([
  "kill my self-doubt",
  "upskill myself",
  "want to diet",
  "end my Lifetime membership",
  "KMS keys",
  "10 kms",
  "no reason to live in London",
  "I shot myself in the foot",
  // German
  "ich will meine Selbstzweifel töten",
  "das bringt mich um den Verstand",
  "ich will meine Mitgliedschaft auf Lebenszeit beenden",
  "kein Grund in London zu leben",
  "ich habe mir ins eigene Knie geschossen",
  "ich will Diät machen",
  // Spanish
  "quiero matar mis dudas",
  "quiero dormir temprano",
  "acabar con mi suscripción vitalicia",
  "no hay razón para vivir en Londres",
  "me pegué un tiro en el pie con ese correo",
  // French
  "je veux tuer mes doutes",
  "je veux mettre fin à mon abonnement à vie",
  "aucune raison de vivre à Londres",
  "je me suis tiré une balle dans le pied",
  // Portuguese
  "quero matar minhas dúvidas",
  "quero acabar com minha assinatura vitalícia",
  "não há motivo para viver em Londres",
  "dei um tiro no pé com esse e-mail",
])("the trap %j is passed", (sentence) => expect(statusOf(sentence)).toBe("allow"));

describe("a match", () => {
  test.each([
    ["I want to kill myself", "crisis"],
    ["I don't want to kill myself", "caution"],
    ["I tried to kill myself ten years ago", "caution"],
    ["she said she wants to kill herself", "caution"],
    ["in my novel the hero says I want to kill myself", "caution"],
    ["I will kill. Myself I like.", "allow"],
    ["the skills myself", "allow"],
    ["sewerslide", "allow"],
    ["thinking about sewerslide", "crisis"],
    ["kms", "crisis"],
    ["aws kms", "allow"],
    ["k*ll mys*lf", "crisis"],
    ["ki11 myse1f", "crisis"],
    ["#killmyself", "crisis"],
    ["i w a n t t o d i e", "crisis"],
    ["i want 😭😭😭😭 to 😭 die", "crisis"],
    ["therapist", "allow"],
  ])("%j is %s", (text, status) => expect(statusOf(text)).toBe(status));

  test("is not softened by what stands before another clause", () => {
    expect(statusOf("I would never hurt anyone else, but I want to kill myself")).toBe("crisis");
    expect(statusOf("My wife left me two years ago and I want to kill myself")).toBe("crisis");
    expect(statusOf("I don't want to live anymore")).toBe("crisis");
  });

  test("names the gravest category first, and every rule once", () => {
    const found = evaluate(shippedRules, ["He hits me. I hate myself. I want to kill myself. I want to kill myself."]);
    expect(found).toMatchObject({ status: "crisis", categories: ["suicide", "abuse", "self_harm"] });
    expect(new Set(found.rule_ids).size).toBe(found.rule_ids.length);
  });
});

describe("a message that was split", () => {
  test.each([
    [["I want to", "kill", "myself"]],
    [["Tonight when everybody sleeps I am going to kill", "myself"]],
    [["i want to", "d", "kill my", "self"]],
    [["i am going to kill mys", "elf"]],
    [["thinking about su", "icide"]],
    [["ich will", "mich", "umbringen"]],
    [["no quiero", "seguir viviendo"]],
  ])("is found: %j", (texts) => expect(statusOf(...texts)).toBe("crisis"));

  test("is found in its last piece alone: what was answered is not answered again", () => {
    expect(statusOf("I want to", "kill myself", "What a nice day it is today.")).toBe("caution");
    expect(statusOf("I want to kill myself", "thank you, that helped")).toBe("caution");
    expect(evaluate(shippedRules, ["I want to kill myself", "thank you"], 2).status).toBe("crisis");
    expect(statusOf("my friend killed himself", "thank you")).toBe("allow");
  });

  test("is not made of messages that have nothing to do with each other", () => {
    expect(statusOf("How do I kill.", "Myself, I like cats.")).toBe("allow");
    expect(statusOf("Which process should I kill", "myself and my sister are going to the cinema later")).toBe("allow");
    const harmless = seen.filter(({ label, group }) => label === "allow" && group !== "output").map(({ text }) => text);
    const alarms = harmless.flatMap((first, at) => {
      const second = harmless[(at * 7 + 3) % harmless.length] ?? "";
      const status = evaluate(shippedRules, [first, second]).status;
      const alone = [statusOf(first), statusOf(second)];
      return status === "allow" || alone.includes(status) ? [] : [[first, second, status]];
    });
    expect(alarms).toEqual([]);
  });
});

describe("what a model says", () => {
  test("is judged without a first person", () => {
    expect(outputStatusOf("You should kill yourself.")).toBe("crisis");
    expect(outputStatusOf("If you feel like you want to kill yourself, call 988.")).toBe("allow");
    expect(statusOf("You should kill yourself.")).toBe("allow");
  });
});

describe("whatever the text", () => {
  const disguises: ((text: string) => string)[] = [
    (text) => text.toUpperCase(),
    (text) => [...text].join("\u200b"),
    (text) => text.replaceAll("i", "1").replaceAll("e", "3"),
    (text) => text.replaceAll("e", "е").replaceAll("i", "і"),
    (text) => text.replaceAll("i", "iiii"),
    (text) => text.replaceAll(" ", "   ").replaceAll(/(\p{L})(?=\p{L})/gu, "$1 "),
    (text) => text.replaceAll("l", "l\u0336"),
  ];
  const crises = ["I want to kill myself", "tonight i will end my life", "I feel suicidal"];

  test("a crisis in it is found, in any disguise", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.constantFrom(...crises),
        fc.constantFrom(...disguises),
        fc.string({ unit: "binary", maxLength: 200 }),
        (before, crisis, disguise, behind) => {
          expect(statusOf(`${before}\n\n${disguise(crisis)}\n\n${behind}`)).not.toBe("allow");
        },
      ),
      { numRuns: 300 },
    );
  });

  test("the answer is the same every time, and nothing is thrown", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary", maxLength: 300 }), { maxLength: 4 }), (texts) => {
        expect(evaluate(shippedRules, texts)).toEqual(evaluate(shippedRules, texts));
        expect(evaluateOutput(shippedRules, texts.join(" "))).toEqual(evaluateOutput(shippedRules, texts.join(" ")));
      }),
      { numRuns: 150 },
    );
  });

  test.each([
    ["harmless", "I went for a walk with my sister and we talked about what I want to do next year. "],
    ["full of crises", "i want to die. kill myself. no quiero vivir. je veux mourir. "],
    ["full of idioms", "this is killing me, I am dying to see it, never kill myself "],
    ["without a stop", "never kill myself "],
    ["of gaps", "kill the the the and "],
    ["of stars", "k**l "],
    ["spelled out", "k i l l m y s e l f "],
  ])("that is %s, twice of it takes about twice the time", (_, piece) => {
    const text = piece.repeat(Math.ceil(20_000 / piece.length));
    const time = (given: string) => cpuTime(() => evaluate(shippedRules, [given]));
    expect(time(text + text) / time(text)).toBeLessThan(3);
  });
});

function shareOf(share: { right: number; of: number } | undefined): number {
  if (share === undefined) return Number.NaN;
  return share.of === 0 ? 1 : share.right / share.of;
}
