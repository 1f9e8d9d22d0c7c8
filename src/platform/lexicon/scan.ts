import type { CompiledRule, Contexts, RuleIndex, Step } from "./compile.ts";
import { boundary, type Token } from "./normalise.ts";
import { longestGap, longestMatch } from "./patterns.ts";
import { edge } from "./vocabulary.ts";

/** Tokens around a match in which a context counts. */
const contextReach = 6;

/** What a match amounts to, the least first. */
export type Status = "allow" | "caution" | "crisis";

/** Words from `from` to before `to`. */
interface Span {
  from: number;
  to: number;
}

/** A rule's match, and what was made of it. */
export interface Match extends Span {
  rule: CompiledRule;
  /** The pattern, as it is written. */
  pattern: string;
  /** The words that matched, as the normaliser gives them. */
  words: string[];
  status: Status;
  /** The context because of which it does not count, or counts less. */
  because?: string;
}

/** A text on its way past the rules. */
export interface Scan {
  /** Reads the next words. Each is looked at once, whatever was read before. */
  read(tokens: readonly Token[]): void;
  /** The place of the next word. */
  position(): number;
  /** Ends the sentence; every match is judged then. */
  finish(): void;
  /** What was judged so far. With `keepsAll` also what did not count, and every match of a rule; else one match for a rule. */
  matches(): Match[];
}

/** The beginning of a text counts as a sentence's edge. */
export function createScan(index: RuleIndex, { keepsAll = false } = {}): Scan {
  const numbers: (readonly number[])[] = [[edge]];
  const words: string[] = [boundary.text];
  const sentences: number[] = [0];
  const contexts = new Map<number, Span[]>();
  const judged: Match[] = [];
  /** By rule: a match that stands for all others. */
  const settled: (Match | undefined)[] = [];
  /** Where each pattern's rarest word, and where each word, stood last. */
  const armed = new Int32Array(index.patterns.length).fill(never);
  const seen = new Int32Array(index.vocabulary.size()).fill(never);
  let pending: (Span & { rule: CompiledRule; pattern: string })[] = [];
  let sentence = 0;

  const add = (text: string, of: readonly number[]) => {
    numbers.push(of);
    words.push(text);
    sentences.push(sentence);
    const at = numbers.length - 1;
    if (of.length === 0) {
      for (const { source, rule } of index.compact.get(text) ?? []) note({ from: at, to: at + 1 }, source, rule);
    }
    for (const number of of) {
      seen[number] = at;
      const patterns = index.armedBy[number];
      if (patterns !== undefined) for (const pattern of patterns) armed[pattern.index] = at;
    }
    for (const number of of) {
      const patterns = index.completedBy[number];
      if (patterns === undefined) continue;
      for (const { index: own, backwards, rule, context, source } of patterns) {
        if ((armed[own] ?? never) <= at - longestMatch) continue;
        if (rule !== undefined && !keepsAll && settled[rule.index]?.status === rule.severity) continue;
        const length = longest(advance(backwards, 1, numbers, at, -1));
        if (length === 0) continue;
        const span = { from: at - length + 1, to: at + 1 };
        if (context === undefined) note(span, source, rule);
        else contexts.set(context, [...(contexts.get(context) ?? []).slice(-keptContexts), span]);
      }
    }
  };
  const note = (span: Span, pattern: string, rule: CompiledRule | undefined) => {
    const isKnown = pending.some((other) => other.rule === rule && other.from === span.from && other.to === span.to);
    if (rule !== undefined && (!isKnown || keepsAll)) pending.push({ ...span, rule, pattern });
  };
  const judge = (hit: Span & { rule: CompiledRule; pattern: string }) => {
    const { rule, from, to } = hit;
    const excuse = fitting(rule.unless, hit, (span) => span.from < to && from < span.to);
    const comfort =
      excuse === undefined && rule.severity === "crisis"
        ? fitting(rule.soften, hit, (span) => isNear(span, hit))
        : undefined;
    const status: Status = excuse !== undefined ? "allow" : comfort !== undefined ? "caution" : rule.severity;
    const because = excuse ?? comfort;
    const match: Match = {
      ...hit,
      words: words.slice(from, to),
      status,
      ...(because === undefined ? {} : { because }),
    };
    if (keepsAll) judged.push(match);
    else if (status !== "allow" && settled[rule.index]?.status !== "crisis") settled[rule.index] = match;
  };
  const fitting = ({ around, beside }: Contexts, { from, to }: Span, fits: (span: Span) => boolean) => {
    for (const number of beside) if (contexts.get(number)?.some(fits)) return index.contexts[number];
    return around.find(
      ({ needs, before, behind }) =>
        (needs === undefined || needs.some((number) => (seen[number] ?? never) > from - longestMatch)) &&
        advance(before, 1, numbers, from - 1, -1) !== 0 &&
        advance(behind, 1, numbers, to, 1) !== 0,
    )?.source;
  };
  /** In the same sentence, close by, and not begun by the match itself: "I dont want to live" denies nothing. */
  const isNear = (span: Span, match: Span): boolean => {
    if (span.from >= match.from && span.from < match.to) return false;
    const apart = span.from < match.from ? match.from - span.to : span.from - match.to;
    return apart <= contextReach && sentences[span.to - 1] === sentences[match.to - 1];
  };
  const settle = (until: number) => {
    if (pending.length === 0) return;
    for (const hit of pending) if (hit.to <= until) judge(hit);
    pending = pending.filter(({ to }) => to > until);
  };
  /** Several words when they were spelled out without a gap; nothing for a pictograph that says nothing. */
  const readWord = (token: Token) => {
    const of = index.vocabulary.resolve(token);
    if (of.length === 0 && token.spelled) {
      const parts = index.vocabulary.segment(token.text);
      if (parts !== undefined) {
        for (const text of parts) add(text, index.vocabulary.resolve({ text }));
        return;
      }
    }
    if (of.length > 0 || !isPictograph(token.text)) add(token.text, of);
  };
  const endSentence = () => {
    if (words.at(-1) === boundary.text) return;
    add(boundary.text, [edge]);
    settle(numbers.length);
    sentence++;
    contexts.clear();
  };

  return {
    read: (tokens) => {
      for (const token of tokens) {
        if (token === boundary) endSentence();
        else {
          readWord(token);
          settle(numbers.length - 2 * contextReach);
        }
      }
    },
    position: () => numbers.length,
    finish: () => {
      endSentence();
    },
    matches: () => (keepsAll ? judged : settled.filter((match) => match !== undefined)),
  };
}

function isPictograph(text: string): boolean {
  return text > "\u2000" && /^\p{Extended_Pictographic}$/u.test(text);
}

/** Longer ago than anything reaches. */
const never = -1_000_000;

/** Places of a context that are kept in one sentence: those before are further away than any context reaches. */
const keptContexts = 2 * contextReach;

/**
 * Where the steps can end that begin at one of these places: both are sets of places, as bits; bit n is n words from `origin` in the
 * direction. Its time is the steps' number times their length: nothing is tried twice.
 */
function advance(
  steps: readonly Step[],
  begun: number,
  numbers: readonly (readonly number[])[],
  origin: number,
  direction: 1 | -1,
): number {
  let places = begun;
  for (const step of steps) {
    if (places === 0) return 0;
    let next = step.optional ? places : 0;
    if (step.kind === "group") {
      for (const phrase of step.phrases) next |= advance(phrase, places, numbers, origin, direction);
    } else if (step.kind === "gap") {
      next = places;
      for (let skipped = 0, reached = places; skipped < longestGap; skipped++) {
        reached = moved(reached, numbers, origin, direction, isNoEdge);
        next |= reached;
      }
    } else next |= moved(places, numbers, origin, direction, step.words);
    places = next;
  }
  return places;
}

const isNoEdge = { has: (number: number) => number !== edge };

/** The places one further, of those at which one of the words stands. */
function moved(
  places: number,
  numbers: readonly (readonly number[])[],
  origin: number,
  direction: 1 | -1,
  words: { has(number: number): boolean },
): number {
  let next = 0;
  for (let left = places; left !== 0; left &= left - 1) {
    const place = 31 - Math.clz32(left & -left);
    if (place >= 30) continue;
    const of = numbers[origin + direction * place];
    if (of === undefined) continue;
    if (words === isNoEdge) {
      if (of[0] !== edge) next |= 1 << (place + 1);
      continue;
    }
    for (const number of of) if (words.has(number)) next |= 1 << (place + 1);
  }
  return next;
}

/** The furthest of the places; 0 for none. */
function longest(places: number): number {
  return places === 0 ? 0 : 31 - Math.clz32(places);
}
