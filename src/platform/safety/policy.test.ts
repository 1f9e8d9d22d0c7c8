import { describe, expect, test } from "vitest";
import { shippedFiles, shippedPolicy } from "../../../test/support/safety.ts";
import { compilePolicy, evaluate } from "./findings.ts";
import { parsePolicy, SafetyPolicyError } from "./policy.ts";
import { messageFor, resourcesFor } from "./resources.ts";

const mistakesOf = (text: string): string[] => {
  try {
    parsePolicy({ ...shippedFiles, own: { file: "own.yaml", text } });
    return [];
  } catch (error) {
    if (error instanceof SafetyPolicyError) return error.mistakes;
    throw error;
  }
};
const file = (rules: string, head = "extends: builtin\n") => `${head}rules:\n${rules}`;
const rule = (id: string, more = "") =>
  `  - id: ${id}\n    language: en\n    category: suicide\n    severity: crisis\n    patterns: [catch the bus]\n${more}`;

describe("an operator's file", () => {
  const own = (text: string) => parsePolicy({ ...shippedFiles, own: { file: "own.yaml", text } });
  const statusOf = (text: string, sentence: string) => evaluate(compilePolicy(own(text)), [sentence]).status;

  test("adds rules to those that come with Plinth, with their lists", () => {
    const text = file(rule("own.en.bus", "    soften: [<softer>]\n"));
    expect(statusOf("extends: builtin\n", "I will catch the bus")).toBe("allow");
    expect(statusOf(text, "I will catch the bus")).toBe("crisis");
    expect(statusOf(text, "I would never catch the bus")).toBe("caution");
    expect(statusOf(text, "I want to kill myself")).toBe("crisis");
  });

  test("disables rules, adds categories, helpers and messages", () => {
    const policy = own(
      "extends: builtin\ndisabled: [suicide.en.kms]\ncategories:\n  gambling: Somebody cannot stop gambling.\nresources:\n  XK:\n    - { name: Ours, phone: '12 34' }\nmessages:\n  en: { gambling: Stop here. }\n",
    );
    expect(policy.rules.length).toBe(shippedPolicy.rules.length - 1);
    expect(resourcesFor(policy, "sq-XK")).toEqual([{ name: "Ours", phone: "12 34" }]);
    expect(messageFor(policy, "en-GB", ["gambling"])).toBe("Stop here.");
    expect(messageFor(policy, "en-GB", ["suicide"])).toBe(shippedPolicy.messages.en?.suicide);
    expect(policy.policy_version).toMatch(/^2026-11-\d+\+[0-9a-f]{8}$/);
  });

  test("may stand alone, under its own version", () => {
    const policy = own(file(rule("own.en.bus"), "extends: nothing\npolicy_version: ours-1\n"));
    expect([policy.rules.length, policy.policy_version]).toEqual([1, "ours-1"]);
  });

  test("with several mistakes is refused with each and its line", () => {
    expect(mistakesOf(file(rule("a.b") + rule("a.b") + rule("c.d").replace("suicide", "suicied")))).toEqual([
      "own.yaml:8: there are two rules named a.b",
      "own.yaml:13: the rule c.d has the unknown category suicied",
    ]);
  });

  test.each([
    ["an empty list", file(rule("a.b").replace("[catch the bus]", "[]")), /own\.yaml:7: \/rules\/0\/patterns/],
    ["an unknown severity", file(rule("a.b").replace("crisis", "loud")), /own\.yaml:6: \/rules\/0\/severity/],
    ["an unknown field", file(rule("a.b", "    when: now\n")), /own\.yaml:3: /],
    ["no word on what it extends", file(rule("a.b"), ""), /own\.yaml:1: .*extends/],
    [
      "a rule to disable that there is not",
      "extends: builtin\ndisabled:\n  - a.b\n  - no.rule\n",
      /own\.yaml:4: there is no rule no\.rule/,
    ],
    [
      "a gap at the edge",
      file(rule("a.b").replace("catch the bus", "... bus")),
      /own\.yaml:7: .* begins or ends with a gap/,
    ],
    [
      "a sign that means nothing",
      file(rule("a.b").replace("catch the bus", "one & two")),
      /has "&", which means nothing/,
    ],
    ["an unknown list", file(rule("a.b").replace("catch the bus", "<nobody> die")), /names the list <nobody>/],
    [
      "a list that names itself",
      file(rule("a.b").replace("catch the bus", "<me> die"), "extends: builtin\nlists:\n  me: [<me> x]\n"),
      /names itself/,
    ],
    ["an open parenthesis", file(rule("a.b").replace("catch the bus", "(one two")), /leaves a parenthesis open/],
    ["a closed parenthesis", file(rule("a.b").replace("catch the bus", "one) two")), /closes a parenthesis/],
    ["a short beginning", file(rule("a.b").replace("catch the bus", "sui* x")), /needs 4 letters/],
    [
      "nothing that has to be there",
      file(rule("a.b").replace("catch the bus", "one?")),
      /needs a word that has to be there/,
    ],
    ["an @ in a pattern", file(rule("a.b").replace("[catch the bus]", "['@ one']")), /stands in contexts alone/],
    ["two @ in a context", file(rule("a.b", "    unless: ['@ one @']\n")), /more than one @/],
    ["an empty choice", file(rule("a.b").replace("catch the bus", "(|) one")), /has an empty choice/],
    [
      "a helper for nothing",
      "extends: builtin\nresources:\n  XK:\n    - { name: Ours, for: [boredom] }\n",
      /own\.yaml:4: there is no category boredom/,
    ],
    ["no YAML", "rules: [", /own\.yaml:1:/],
  ])("with %s is refused with the line", (_, text, message) => expect(mistakesOf(text).join("\n")).toMatch(message));
});

describe("helpers and messages", () => {
  test.each([
    ["en-GB", "Samaritans"],
    ["en-US", "988 Suicide & Crisis Lifeline"],
    ["de-AT", "TelefonSeelsorge"],
    ["de-CH", "Die Dargebotene Hand / La Main Tendue / Telefono Amico"],
    ["pt-PT", "Linha Nacional de Prevenção do Suicídio"],
    ["pt", "Centro de Valorização da Vida (Brasil)"],
    ["fr-CA", "9-8-8 Suicide Crisis Helpline"],
    ["zh-Hant-AU", "Lifeline"],
    ["zu", "Find a Helpline"],
    ["", "Find a Helpline"],
  ])("of the locale %j begin with %s when life is at risk", (locale, name) =>
    expect(resourcesFor(shippedPolicy, locale, ["suicide"])[0]?.name).toBe(name),
  );

  test("are there for every category in every place, and tell how to reach them", () => {
    for (const place of Object.keys(shippedPolicy.resources)) {
      const locale = place === "default" ? "zu" : place.toUpperCase() === place ? `xx-${place}` : place;
      for (const category of Object.keys(shippedPolicy.categories)) {
        const helpers = resourcesFor(shippedPolicy, locale, [category]);
        expect(helpers.length, `${place} ${category}`).toBeGreaterThan(0);
        expect(helpers.some(({ phone, url }) => phone !== undefined || url !== undefined)).toBe(true);
        expect(helpers.every((helper) => !("for" in helper))).toBe(true);
      }
    }
  });

  test("are in every language for which there are rules, and in English elsewhere", () => {
    const languages = [...new Set(shippedPolicy.rules.map(({ language }) => language))].sort();
    expect(Object.keys(shippedPolicy.messages).sort()).toEqual(languages);
    for (const language of languages) {
      expect(shippedPolicy.messages[language]).toMatchObject({
        default: expect.any(String),
        suicide: expect.any(String),
      });
    }
    expect(messageFor(shippedPolicy, "zu", ["suicide"])).toBe(shippedPolicy.messages.en?.suicide);
    expect(messageFor(shippedPolicy, "de-AT", ["self_harm"])).toBe(shippedPolicy.messages.de?.default);
  });
});
