import { compactForms, type Item, parsePattern } from "./patterns.ts";
import { anyNumber, createVocabulary, edge, type Vocabulary } from "./vocabulary.ts";

/** A rule: which sequences of words, in which language, mean what. */
export interface Rule {
  id: string;
  category: string;
  /** Of the language in which its words are. */
  language: string;
  severity: "crisis" | "caution";
  /** Written out: without lists. */
  patterns: string[];
  /** Contexts in which a match does not count. */
  unless?: string[];
  /** Contexts in which a crisis is a caution. */
  soften?: string[];
}

/** One place of a pattern, with its words as numbers. */
export type Step =
  | { kind: "word"; words: ReadonlySet<number>; optional: boolean }
  | { kind: "gap"; optional: false }
  | { kind: "group"; phrases: Step[][]; optional: boolean };

/** What is told of a match: a rule's pattern, or a context in whose presence it means less. */
export interface Pattern {
  /** Its place among the patterns. */
  index: number;
  source: string;
  /** From its last word to its first: the word that completes a match is the one that finds it. */
  backwards: Step[];
  rule?: CompiledRule;
  /** The number under which the places of a context are kept. */
  context?: number;
}

/** A context that is written around the match: what stands before it (backwards) and behind it. */
export interface Around {
  source: string;
  /** One of these words has to stand near; undefined when any may. */
  needs: readonly number[] | undefined;
  before: Step[];
  behind: Step[];
}

/** Contexts of one kind: around the match, and beside it by their numbers. */
export interface Contexts {
  around: Around[];
  beside: number[];
}

export interface CompiledRule {
  id: string;
  /** Its place among the rules. */
  index: number;
  category: string;
  language: string;
  severity: "crisis" | "caution";
  unless: Contexts;
  soften: Contexts;
}

/** Rules made ready to match: an index from each word to the patterns that it can complete. */
export interface RuleIndex {
  rules: CompiledRule[];
  vocabulary: Vocabulary;
  completedBy: Pattern[][];
  /** From each word to the patterns that have no match without it or one of its like, the rarest of each pattern: most are ruled out by that. */
  armedBy: Pattern[][];
  patterns: Pattern[];
  /** Patterns of plain words by the word that they are without spaces. */
  compact: Map<string, Pattern[]>;
  /** How each context is written, by its number. */
  contexts: string[];
}

/** Makes rules ready to match. Throws a PatternError for a pattern that means nothing. */
export function compileRules(rules: readonly Rule[]): RuleIndex {
  const vocabulary = createVocabulary();
  const index: RuleIndex = {
    ...{ rules: [], vocabulary, completedBy: [], armedBy: [], patterns: [], compact: new Map(), contexts: [] },
  };
  const contexts = contextCompiler(index);
  for (const { id, category, severity, language, patterns, unless = [], soften = [] } of rules) {
    const rule: CompiledRule = {
      ...{ id, category, severity, language, index: index.rules.length },
      unless: contexts(unless, language),
      soften: contexts(soften, language),
    };
    index.rules.push(rule);
    for (const source of patterns) {
      const items = parsePattern(source, language);
      const pattern = enter(index, { source, backwards: compileSteps(items, vocabulary, true), rule });
      for (const form of compactForms(items)) {
        const same = index.compact.get(form) ?? [];
        index.compact.set(form, [...same, pattern]);
      }
    }
  }
  arm(index);
  return index;
}

/** Contexts that several rules name are matched once for all of them. */
function contextCompiler(index: RuleIndex) {
  const known = new Map<string, number>();
  const numberOf = (source: string, items: Item[], language: string): number => {
    const key = `${language}:${source}`;
    const same = known.get(key);
    if (same !== undefined) return same;
    const context = index.contexts.push(source) - 1;
    known.set(key, context);
    enter(index, { source, backwards: compileSteps(items, index.vocabulary, true), context });
    return context;
  };
  return (sources: string[], language: string): Contexts => {
    const contexts: Contexts = { around: [], beside: [] };
    for (const source of sources) {
      const items = parsePattern(source, language);
      const at = items.findIndex(({ kind }) => kind === "match");
      if (at === -1) contexts.beside.push(numberOf(source, items, language));
      else {
        const before = compileSteps(items.slice(0, at), index.vocabulary, true);
        const behind = compileSteps(items.slice(at + 1), index.vocabulary, false);
        contexts.around.push({ source, before, behind, needs: undefined });
      }
    }
    return contexts;
  };
}

/** Under every word that can complete it. */
function enter(index: RuleIndex, written: Omit<Pattern, "index">): Pattern {
  const pattern = { ...written, index: index.patterns.length };
  index.patterns.push(pattern);
  for (const word of firstWords(pattern.backwards)) put(index.completedBy, word, pattern);
  return pattern;
}

function put(lists: Pattern[][], word: number, pattern: Pattern): void {
  const list = lists[word];
  if (list === undefined) lists[word] = [pattern];
  else list.push(pattern);
}

/** Finds the rarest place of every pattern and context: the one whose words stand in the fewest patterns. */
function arm(index: RuleIndex): void {
  const uses = new Map<number, number>();
  for (const { backwards } of index.patterns) {
    for (const word of backwards.flatMap((step) => [...firstWords([step])])) uses.set(word, (uses.get(word) ?? 0) + 1);
  }
  const rarest = (steps: Step[]): number[] | undefined => {
    const weight = (words: number[]) => words.reduce((sum, word) => sum + (uses.get(word) ?? 0), 0);
    const [best] = steps
      .filter((step) => !canBeEmpty(step))
      .map((step) => [...firstWords([step])])
      .sort((a, b) => weight(a) - weight(b));
    return best;
  };
  for (const pattern of index.patterns) {
    for (const word of rarest(pattern.backwards) ?? []) put(index.armedBy, word, pattern);
  }
  for (const { unless, soften } of index.rules) {
    for (const around of [...unless.around, ...soften.around]) {
      around.needs = rarest([...around.before, ...around.behind]);
    }
  }
}

function canBeEmpty(step: Step): boolean {
  if (step.optional || step.kind === "gap") return true;
  return step.kind === "group" && step.phrases.some((phrase) => phrase.every(canBeEmpty));
}

function firstWords(steps: Step[]): Set<number> {
  const found = new Set<number>();
  for (const step of steps) {
    if (step.kind === "word") for (const word of step.words) found.add(word);
    if (step.kind === "group")
      for (const phrase of step.phrases) for (const word of firstWords(phrase)) found.add(word);
    if (!step.optional) break;
  }
  return found;
}

function compileSteps(items: Item[], vocabulary: Vocabulary, reversed: boolean): Step[] {
  const steps = items.map((item) => compileItem(item, vocabulary, reversed));
  return reversed ? steps.reverse() : steps;
}

function compileItem(item: Item, vocabulary: Vocabulary, reversed: boolean): Step {
  switch (item.kind) {
    case "gap":
      return { kind: "gap", optional: false };
    case "edge":
      return { kind: "word", words: new Set([edge]), optional: false };
    case "number":
      return { kind: "word", words: new Set([anyNumber]), optional: item.optional };
    case "word": {
      const whole = item.words.map((word) => vocabulary.number(word));
      const begun = item.prefixes.map((prefix) => vocabulary.number(prefix, true));
      return { kind: "word", words: new Set([...whole, ...begun]), optional: item.optional };
    }
    case "group": {
      const phrases = item.phrases.map((phrase) => compileSteps(phrase, vocabulary, reversed));
      return { kind: "group", phrases, optional: item.optional };
    }
    case "match":
      throw new TypeError("A match stands in contexts alone");
  }
}
