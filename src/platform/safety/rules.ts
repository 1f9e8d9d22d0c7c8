import { boundary, squeeze, type Token, tokenize } from "./normalise.ts";
import type { Resource, SafetyPolicy, SafetyStatus } from "./schema.ts";

/** What was found in a text. */
export interface Finding {
  status: SafetyStatus;
  rule_ids: string[];
  categories: string[];
}

/** A policy made ready to match. */
export interface CompiledPolicy {
  version: string;
  /** The rules by the words that a match can begin with. */
  rules: CompiledRule[];
  resources: SafetyPolicy["resources"];
}

interface CompiledRule {
  id: string;
  category: string;
  severity: "crisis" | "caution";
  patterns: Step[][];
  unless: Step[][];
  soften: Step[][];
}

/** A word of a pattern: one of these words, or a gap of up to so many; perhaps left out. */
type Step = { words: Set<string>; squeezed: Set<string>; prefixes: string[]; optional: boolean } | { gap: number };

interface Span {
  from: number;
  to: number;
}

/** Tokens around a match in which a context counts. */
const contextReach = 6;
const longestGap = 3;

export function compilePolicy(policy: SafetyPolicy): CompiledPolicy {
  const compileAll = (patterns: string[] = []) => patterns.flatMap(compilePattern);
  return {
    version: policy.policy_version,
    resources: policy.resources,
    rules: policy.rules.map(({ id, category, severity, patterns, unless, soften }) => ({
      id,
      category,
      severity,
      patterns: [...compileAll(patterns), ...patterns.flatMap(compactForm)],
      unless: compileAll(unless),
      soften: compileAll(soften),
    })),
  };
}

/** The notation is explained at the head of config/safety.yaml. Its words pass through the same normaliser as every text. */
function compilePattern(pattern: string): Step[][] {
  const parts = pattern.match(/\([^)]*\)\??|\S+/g) ?? [];
  return parts
    .reduce<string[][]>(
      (written, part) => written.flatMap((before) => readings(part).map((reading) => [...before, ...reading])),
      [[]],
    )
    .map((steps) => steps.map(compileStep));
}

/** The ways to read a group: its single words together, and each of its phrases by itself. */
function readings(part: string): string[][] {
  const [, inside] = /^\(([^)]*)\)\??$/.exec(part) ?? [];
  if (inside === undefined || !inside.includes(" ")) return [[part]];
  const alternatives = inside.split("|");
  const words = alternatives.filter((alternative) => !alternative.includes(" "));
  const phrases = alternatives.filter((alternative) => alternative.includes(" ")).map((phrase) => phrase.split(" "));
  const absent = part.endsWith("?") ? [[]] : [];
  return [...(words.length > 0 ? [[`(${words.join("|")})`]] : []), ...phrases, ...absent];
}

function compileStep(written: string): Step {
  if (written === "...") return { gap: longestGap };
  const optional = written.endsWith("?");
  const bare = optional ? written.slice(0, -1) : written;
  const alternatives = bare.replace(/^\((.*)\)$/, "$1").split("|");
  const whole = alternatives.filter((word) => !word.endsWith("*")).map(normal);
  const prefixes = alternatives.filter((word) => word.endsWith("*")).map((word) => normal(word.slice(0, -1)));
  return { words: new Set(whole), squeezed: new Set(whole.map(squeeze)), prefixes, optional };
}

function normal(word: string): string {
  return tokenize(word)
    .filter((token) => token !== boundary)
    .map(({ text }) => text)
    .join("");
}

/** A sequence of plain words also as one, for a text whose letters were spelled out without a word's end to see. */
function compactForm(pattern: string): Step[][] {
  if (!/^[\p{L}' ]+$/u.test(pattern)) return [];
  const word = normal(pattern.replaceAll(" ", ""));
  return word.length < 8
    ? []
    : [[{ words: new Set([word]), squeezed: new Set([squeeze(word)]), prefixes: [], optional: false }]];
}

/**
 * What the policy finds in the texts: each by itself, and all of them as one, because a message may be split. Pure, deterministic, and
 * linear in the texts.
 */
export function evaluate(policy: CompiledPolicy, texts: string[]): Finding {
  const sequences = texts.map(tokenize);
  if (texts.length > 1) sequences.push(sequences.flat().filter((token) => token !== boundary));
  const found = new Map<CompiledRule, SafetyStatus>();
  for (const tokens of sequences) {
    for (const rule of policy.rules) {
      const status = judge(rule, tokens);
      if (status !== "allow" && found.get(rule) !== "crisis") found.set(rule, status);
    }
  }
  const statuses = [...found.values()];
  return {
    status: statuses.includes("crisis") ? "crisis" : statuses.length > 0 ? "caution" : "allow",
    rule_ids: [...found.keys()].map(({ id }) => id),
    categories: [...new Set([...found.keys()].map(({ category }) => category))],
  };
}

function judge(rule: CompiledRule, tokens: Token[]): SafetyStatus {
  const matches = rule.patterns.flatMap((pattern) => findAll(pattern, tokens));
  if (matches.length === 0) return "allow";
  const excused = rule.unless.flatMap((pattern) => findAll(pattern, tokens));
  const counting = matches.filter((match) => !excused.some((other) => other.from < match.to && match.from < other.to));
  if (counting.length === 0) return "allow";
  if (rule.severity === "caution") return "caution";
  const softened = rule.soften.flatMap((pattern) => findAll(pattern, tokens));
  const isHard = counting.some((match) => !softened.some((context) => isNear(context, match, tokens)));
  return isHard ? "crisis" : "caution";
}

/** Whether the context begins outside of the match, in the same sentence, close to it: "I dont want to live" denies nothing. */
function isNear(context: Span, match: Span, tokens: Token[]): boolean {
  if (context.from >= match.from && context.from < match.to) return false;
  const [first, second] = context.from <= match.from ? [context, match] : [match, context];
  if (second.from - first.to > contextReach) return false;
  return !tokens.slice(first.to, second.from).includes(boundary);
}

function findAll(pattern: Step[], tokens: Token[]): Span[] {
  const found: Span[] = [];
  for (let from = 0; from < tokens.length; from++) {
    const to = matchFrom(pattern, 0, tokens, from);
    if (to !== undefined) found.push({ from, to });
  }
  return found;
}

/** Where the pattern's rest ends when it matches here. Its depth is the pattern's length, and its breadth the gap's. */
function matchFrom(pattern: Step[], index: number, tokens: Token[], at: number): number | undefined {
  const step = pattern[index];
  if (step === undefined) return at;
  if ("gap" in step) {
    for (let skipped = 0; skipped <= step.gap; skipped++) {
      if (skipped > 0 && tokens[at + skipped - 1] === boundary) return undefined;
      const end = matchFrom(pattern, index + 1, tokens, at + skipped);
      if (end !== undefined) return end;
    }
    return undefined;
  }
  const token = tokens[at];
  if (token !== undefined && fits(step, token)) {
    const end = matchFrom(pattern, index + 1, tokens, at + 1);
    if (end !== undefined) return end;
  }
  return step.optional ? matchFrom(pattern, index + 1, tokens, at) : undefined;
}

function fits(step: Exclude<Step, { gap: number }>, { text, squeezed }: Token): boolean {
  if (step.words.has(text)) return true;
  if (squeezed !== undefined && step.squeezed.has(squeezed)) return true;
  return step.prefixes.some((prefix) => text.startsWith(prefix));
}

/** Who helps a person of this locale: by its country, else by its language, else everybody's. */
export function resourcesFor(resources: SafetyPolicy["resources"], locale: string): Resource[] {
  const [language = "", ...rest] = locale.split("-");
  const country = rest.find((part) => /^[A-Za-z]{2}$/.test(part))?.toUpperCase() ?? "";
  return resources[country] ?? resources[language.toLowerCase()] ?? resources.default ?? [];
}
