import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createSafety, parsePolicy } from "./index.ts";
import { SafetyPolicyError } from "./policy.ts";
import { compilePolicy, evaluate, resourcesFor } from "./rules.ts";
import type { SafetyStatus } from "./schema.ts";

const text = await readFile("config/safety.yaml", "utf8");
const policy = parsePolicy(text, "safety.yaml");
const compiled = compilePolicy(policy);
const statusOf = (...texts: string[]) => evaluate(compiled, texts).status;
const sentences: Record<SafetyStatus, string[]> = parse(await readFile("src/platform/safety/sentences.yaml", "utf8"));

describe("the shipped rules", () => {
  test("find the crises in the labelled sentences, and little else", () => {
    const rows = (["crisis", "caution", "allow"] as const).flatMap((label) =>
      sentences[label].map((sentence) => ({ label, sentence, found: statusOf(sentence) })),
    );
    const ofCrisis = rows.filter(({ label }) => label === "crisis");
    const called = rows.filter(({ found }) => found === "crisis");
    const right = ofCrisis.filter(({ found }) => found === "crisis").length;
    const missed = ofCrisis.filter(({ found }) => found !== "crisis").map(({ sentence }) => sentence);
    const wrong = called.filter(({ label }) => label !== "crisis").map(({ sentence }) => sentence);
    const noticed = rows.filter(({ label, found }) => label === "caution" && found !== "allow").length;
    const quiet = rows.filter(({ label, found }) => label === "allow" && found === "allow").length;
    const report = {
      recall: right / ofCrisis.length,
      precision: right / called.length,
      cautions: noticed / sentences.caution.length,
      quiet: quiet / sentences.allow.length,
    };
    console.info(`${rows.length} sentences:`, report, { missed, wrong });
    expect(rows.length).toBeGreaterThan(140);
    expect(report.recall).toBeGreaterThanOrEqual(0.95);
    expect(report.precision).toBeGreaterThanOrEqual(0.9);
    expect(report.cautions).toBeGreaterThanOrEqual(0.85);
    expect(report.quiet).toBeGreaterThanOrEqual(0.93);
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
  ])("let %j pass", (sentence) => expect(statusOf(sentence)).toBe("allow"));

  test("see a message that was split over several", () => {
    expect(statusOf("I want to")).toBe("allow");
    expect(statusOf("I want to", "kill", "myself")).toBe("crisis");
  });

  test("do not reach over the end of a sentence", () => {
    expect(statusOf("I will kill. Everyone laughed.")).toBe("allow");
  });

  test("leave real Cyrillic alone", () => expect(statusOf("кит и кот")).toBe("allow"));

  test("are deterministic, throw for no text, and find what is hidden in the middle of anything", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (any) => {
        expect(evaluate(compiled, [any])).toEqual(evaluate(compiled, [any]));
        expect(statusOf(`${any}\nI want to kill myself\n${any}`)).not.toBe("allow");
      }),
      { numRuns: 60 },
    );
  });
});

describe("a policy file", () => {
  const mistakesOf = (source: string) => {
    try {
      parsePolicy(source, "own.yaml");
      return [];
    } catch (error) {
      if (error instanceof SafetyPolicyError) return error.mistakes;
      throw error;
    }
  };
  const file = (rules: string) =>
    `policy_version: "1"\ncategories: [harm]\nresources:\n  default:\n    - { name: Help }\nrules:\n${rules}`;
  const rule = (id: string, more = "") =>
    `  - id: ${id}\n    category: harm\n    severity: crisis\n    language: en\n    patterns: [one two]\n${more}`;

  test("with several mistakes is refused with each and its line", () => {
    expect(mistakesOf(file(rule("a.b") + rule("a.b") + rule("c.d").replace("harm", "harn")))).toEqual([
      "own.yaml:12: there are two rules named a.b",
      "own.yaml:17: the rule c.d has the unknown category harn",
    ]);
  });

  test.each([
    [file(rule("a.b").replace("[one two]", "[]")), /own\.yaml:11: \/rules\/0\/patterns/],
    [file(rule("a.b").replace("crisis", "loud")), /own\.yaml:9: \/rules\/0\/severity/],
    [file(rule("a.b", "    when: now\n")), /own\.yaml:7:/],
    [file(rule("a.b").replace("one two", "... two")), /begins and ends with a word/],
    [file(rule("a.b").replace("one two", "one & two")), /a sign that means nothing/],
    [file(rule("a.b")).replace("default:", "GB:"), /need a default/],
    ["rules: [", /own\.yaml:1:/],
  ])("with a fault is refused: %#", (source, message) => expect(mistakesOf(source).join()).toMatch(message));
});

test.each([
  ["en-GB", "Samaritans"],
  ["de-AT", "TelefonSeelsorge"],
  ["pt", "Centro de Valorização da Vida (Brasil)"],
  ["fr-CA", "9-8-8 Suicide Crisis Helpline"],
  ["zu", "Find a Helpline"],
])("somebody of the locale %s is sent to %s", (locale, name) =>
  expect(resourcesFor(policy.resources, locale)[0]?.name).toBe(name),
);

describe("the precheck", () => {
  let t: TestDatabase;
  beforeAll(async () => {
    t = await testDatabase();
  });
  afterAll(() => t.close());
  const safety = () => createSafety({ db: t.db, policy, keyring: t.keyring, metrics: createMetrics() });
  const input = { feature: "test.feature", texts: ["I want to kill myself"], locale: "en-GB" };
  const events = () => t.sql("select * from safety.safety_events");

  test("records what it finds before it answers, without the text; and nothing when it finds nothing", async () => {
    const ada = await makeMember(t);
    expect(await safety().precheck(ada, { ...input, texts: ["What went well?"] })).toMatchObject({
      status: "allow",
      resources: [],
    });
    expect(await events()).toEqual([]);
    const verdict = await safety().precheck(ada, input);
    expect(verdict).toMatchObject({ status: "crisis", categories: ["self_harm"], resources: [{ name: "Samaritans" }] });
    const [event] = await events();
    expect(event).toMatchObject({
      workspace_id: ada.workspace_id,
      user_id: ada.user_id,
      status: "crisis",
      rule_ids: ["self_harm.en.kill_myself"],
      locale: "en-GB",
      policy_version: policy.policy_version,
    });
    expect(JSON.stringify(event)).not.toContain("myself ");
    expect(Object.values(event ?? {})).not.toContain(input.texts[0]);
  });

  test("that cannot be recorded lets nothing pass", async () => {
    const ada = await makeMember(t);
    await t.sql("revoke insert on safety.safety_events from plinth_app");
    try {
      await expect(safety().precheck(ada, input)).rejects.toMatchObject({ code: "safety.unavailable" });
    } finally {
      await t.sql("grant insert on safety.safety_events to plinth_app");
    }
  });
});
