import Type, { type Static } from "typebox";
import { Errors } from "typebox/value";
import { parse } from "yaml";
import { type CompiledPolicy, compilePolicy, evaluate, evaluateOutput, explain } from "./findings.ts";
import type { Direction, SafetyPolicy, SafetyStatus } from "./schema.ts";

/** A sentence with what must be found in it. */
export interface Sentence {
  /** The language, or `output` for what a model says. */
  group: string;
  label: SafetyStatus;
  /** Undefined where the file names none. */
  category: string | undefined;
  text: string;
}

const Texts = Type.Array(Type.String(), { minItems: 1 });
const Labelled = Type.Union([Texts, Type.Record(Type.String(), Texts)]);
const Group = Type.Object(
  { crisis: Type.Optional(Labelled), caution: Type.Optional(Labelled), allow: Type.Optional(Texts) },
  { additionalProperties: false },
);
const SentenceFile = Type.Record(Type.String({ pattern: "^([a-z]{2}|output)$" }), Group, {
  additionalProperties: false,
});

/** Reads a file of sentences: by group, by status, and there by category. Throws what is wrong with it. */
export function readSentences(text: string, file: string): Sentence[] {
  const value: unknown = parse(text);
  const [fault] = Errors(SentenceFile, value);
  if (fault !== undefined) throw new Error(`${file}: ${fault.instancePath || "the file"} ${fault.message}`);
  const groups = value as Static<typeof SentenceFile>;
  return Object.entries(groups).flatMap(([group, labels]) =>
    (["crisis", "caution", "allow"] as const).flatMap((label) => {
      const labelled = labels[label] ?? [];
      const lists = Array.isArray(labelled) ? [[undefined, labelled] as const] : Object.entries(labelled);
      return lists.flatMap(([category, texts]) =>
        texts.map((sentence) => ({ group, label, category, text: sentence })),
      );
    }),
  );
}

/** Of so many sentences so many. */
interface Share {
  right: number;
  of: number;
}

/** How the rules do on sentences of one language. */
export interface SentenceReport {
  group: string;
  sentences: number;
  /** Of the sentences that are a crisis, those that are called one. */
  recall: Share;
  /** Of those that are called a crisis, the sentences that are one. */
  precision: Share;
  /** Of the sentences to be careful with, those in which anything is found. */
  noticed: Share;
  /** Of the harmless ones, those that pass. */
  quiet: Share;
  /** Recall by category. */
  categories: Record<string, Share>;
  /** What was found otherwise than labelled. */
  wrong: { sentence: Sentence; found: SafetyStatus; rule_ids: string[] }[];
}

/** Runs the sentences past the rules. */
export function testSentences(policy: SafetyPolicy, sentences: Sentence[]): SentenceReport[] {
  const compiled = compilePolicy(policy);
  const rows = sentences.map((sentence) => ({ sentence, ...findingOf(compiled, sentence) }));
  const groups = [...new Set(sentences.map(({ group }) => group))];
  return groups.map((group) =>
    reportOf(
      group,
      rows.filter(({ sentence }) => sentence.group === group),
    ),
  );
}

interface Row {
  sentence: Sentence;
  status: SafetyStatus;
  rule_ids: string[];
}

function findingOf(compiled: CompiledPolicy, { group, text }: Sentence) {
  return group === "output" ? evaluateOutput(compiled, text) : evaluate(compiled, [text]);
}

function reportOf(group: string, rows: Row[]): SentenceReport {
  const crises = rows.filter(({ sentence }) => sentence.label === "crisis");
  const called = rows.filter(({ status }) => status === "crisis");
  const share = (list: Row[], isRight: (row: Row) => boolean): Share => ({
    right: list.filter(isRight).length,
    of: list.length,
  });
  const ofCategory = (name: string) => crises.filter(({ sentence }) => sentence.category === name);
  const names = [...new Set(crises.flatMap(({ sentence }) => sentence.category ?? []))];
  return {
    group,
    sentences: rows.length,
    recall: share(crises, ({ status }) => status === "crisis"),
    precision: share(called, ({ sentence }) => sentence.label === "crisis"),
    noticed: share(
      rows.filter(({ sentence }) => sentence.label === "caution"),
      ({ status }) => status !== "allow",
    ),
    quiet: share(
      rows.filter(({ sentence }) => sentence.label === "allow"),
      ({ status }) => status === "allow",
    ),
    categories: Object.fromEntries(
      names.map((name) => [name, share(ofCategory(name), ({ status }) => status === "crisis")]),
    ),
    wrong: rows
      .filter(({ sentence, status }) => status !== sentence.label)
      .map(({ sentence, status, rule_ids }) => ({ sentence, found: status, rule_ids })),
  };
}

/** Why a text is found what it is found, in lines for a terminal. */
export function explanationOf(policy: SafetyPolicy, text: string, direction: Direction): string {
  const compiled = compilePolicy(policy);
  const { words, matches } = explain(compiled, text, direction);
  const { status, categories } = direction === "output" ? evaluateOutput(compiled, text) : evaluate(compiled, [text]);
  const lines = matches.map(({ rule, status: counted, words: matched, pattern, because }) => {
    const why =
      because === undefined ? "" : `\n      ${counted === "allow" ? "excused" : "softened"} by   ${shortened(because)}`;
    return `  ${counted.padEnd(8)} ${rule.id}\n      matched      ${matched.join(" ")}\n      pattern      ${shortened(pattern)}${why}`;
  });
  const found = categories.length === 0 ? status : `${status}: ${categories.join(", ")}`;
  return [`${found} (policy ${policy.policy_version})`, `read as: ${words.join(" ")}`, ...lines].join("\n");
}

function shortened(pattern: string): string {
  return pattern.length > 160 ? `${pattern.slice(0, 159)}…` : pattern;
}
