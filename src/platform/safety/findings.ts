import {
  boundary,
  compileRules,
  createScan,
  longestMatch,
  type Match,
  type RuleIndex,
  type Token,
  tokenize,
} from "../lexicon/index.ts";
import type { Direction, SafetyPolicy, SafetyStatus } from "./schema.ts";

/** A policy made ready to match. */
export interface CompiledPolicy {
  policy: SafetyPolicy;
  input: RuleIndex;
  output: RuleIndex;
}

export function compilePolicy(policy: SafetyPolicy): CompiledPolicy {
  const of = (direction: Direction) =>
    compileRules(policy.rules.filter((rule) => (rule.direction ?? "input") === direction));
  return { policy, input: of("input"), output: of("output") };
}

/** What was found in a text. */
export interface Finding {
  status: SafetyStatus;
  rule_ids: string[];
  /** The gravest first. */
  categories: string[];
}

/** Words of a message that is short enough to be a piece of a sentence. */
const longestPiece = 4;

const severities: SafetyStatus[] = ["allow", "caution", "crisis"];

/**
 * What the policy finds in the texts, the newest last: in each by itself, and in several as one, where a sentence seems to have been split.
 * Those before the last `unchecked` were answered before: what they hold is a caution at most. Pure, deterministic, linear in the texts.
 */
export function evaluate(policy: CompiledPolicy, texts: readonly string[], unchecked = 1): Finding {
  return summarise(policy, findMatches(policy, texts, unchecked));
}

/** As `evaluate`, before it is put together. */
export function findMatches(policy: CompiledPolicy, texts: readonly string[], unchecked = 1): Match[] {
  const sequences = texts.map(tokenize);
  const oldest = Math.max(0, texts.length - Math.max(1, unchecked));
  const matches = sequences.flatMap((tokens, index) => {
    const found = matchesOf(policy.input, tokens);
    return index >= oldest ? found : found.filter(({ status }) => status === "crisis").map(asCaution);
  });
  if (texts.length > 1) matches.push(...splitMatches(policy.input, sequences, oldest));
  return matches;
}

/** What the policy finds in what a model said. */
export function evaluateOutput(policy: CompiledPolicy, text: string): Finding {
  return summarise(policy, matchesOf(policy.output, tokenize(text)));
}

/** Every match in a text, with what excused it, for people who ask why. */
export function explain(
  policy: CompiledPolicy,
  text: string,
  direction: Direction,
): { words: string[]; matches: Match[] } {
  const tokens = tokenize(text);
  return { words: tokens.map(({ text }) => text), matches: matchesOf(policy[direction], tokens, true) };
}

export function summarise({ policy }: CompiledPolicy, matches: Match[]): Finding {
  const order = Object.keys(policy.categories);
  const found = matches.filter(({ status }) => status !== "allow");
  const worst = Math.max(0, ...found.map(({ status }) => severities.indexOf(status)));
  const gravest = [...found].sort(
    (a, b) =>
      severities.indexOf(b.status) - severities.indexOf(a.status) ||
      order.indexOf(a.rule.category) - order.indexOf(b.rule.category),
  );
  return {
    status: severities[worst] ?? "allow",
    rule_ids: [...new Set(gravest.map(({ rule }) => rule.id))],
    categories: [...new Set(gravest.map(({ rule }) => rule.category))],
  };
}

function matchesOf(index: RuleIndex, tokens: Token[], keepsAll = false): Match[] {
  const scan = createScan(index, { keepsAll });
  scan.read(tokens);
  scan.finish();
  return scan.matches();
}

function asCaution(match: Match): Match {
  return { ...match, status: "caution" };
}

/**
 * Matches that begin in one message and end in a later one that nobody checked. Two messages are read as one when the first ends in no
 * sentence's end and one of them is a piece of a few words: so what has nothing to do with each other is not put together.
 */
function splitMatches(index: RuleIndex, messages: Token[][], oldest: number): Match[] {
  const chains: { pieces: Token[][]; unchecked: number }[] = [];
  messages.forEach((tokens, at) => {
    const chain = chains.at(-1);
    const goesOn = chain !== undefined && isContinued(messages[at - 1] ?? [], tokens);
    if (!goesOn) chains.push({ pieces: [edges(tokens)], unchecked: at >= oldest ? 0 : 1 });
    else {
      if (at < oldest) chain.unchecked++;
      chain.pieces.push(edges(tokens));
    }
  });
  return chains
    .filter(({ pieces, unchecked }) => pieces.length > 1 && unchecked < pieces.length)
    .flatMap(({ pieces, unchecked }) => [
      ...acrossJoints(index, pieces, unchecked),
      ...acrossJoints(index, mended(index, pieces), unchecked, true),
    ]);
}

function isContinued(before: Token[], tokens: Token[]): boolean {
  if (before.length === 0 || tokens.length === 0 || before.at(-1) === boundary) return false;
  return Math.min(before.length, tokens.filter((token) => token !== boundary).length) <= longestPiece;
}

/** The words within reach of a message's ends. */
function edges(tokens: Token[]): Token[] {
  const reach = 2 * longestMatch;
  return tokens.length <= 2 * reach ? tokens : [...tokens.slice(0, reach), boundary, ...tokens.slice(-reach)];
}

/** The pieces with a word that was split over two of them ("su", "icide") as the first of the later one. */
function mended({ vocabulary }: RuleIndex, pieces: Token[][]): Token[][] {
  const whole = pieces.map((tokens) => [...tokens]);
  for (let at = 1; at < whole.length; at++) {
    const [before, tokens] = [whole[at - 1], whole[at]];
    const text = `${before?.at(-1)?.text}${tokens?.[0]?.text}`;
    if (text.length < shortestMended || !vocabulary.has(text)) continue;
    before?.pop();
    tokens?.splice(0, 1, { text });
  }
  return whole;
}

const shortestMended = 4;

/** Matches that reach over a joint, or with `isMended` hold the word upon it, and leave next to nothing of the piece on one of its sides. */
function acrossJoints(index: RuleIndex, pieces: Token[][], unchecked: number, isMended = false): Match[] {
  const scan = createScan(index, { keepsAll: true });
  const starts = pieces.map((tokens) => {
    const start = scan.position();
    scan.read(tokens);
    return start;
  });
  const ends = [...starts.slice(1), scan.position()];
  scan.finish();
  const since = starts[unchecked] ?? 0;
  const isAcross = ({ from, to }: Match) =>
    starts.slice(1).some((joint, at) => {
      if (to <= joint || (isMended ? from > joint : from >= joint)) return false;
      const left = Math.max(0, from - (starts[at] ?? 0));
      const right = Math.max(0, (ends[at + 1] ?? 0) - to);
      return Math.min(left, right) <= mostLeftOver;
    });
  return scan.matches().filter((match) => match.to > since && isAcross(match));
}

/** Words of a piece that a match may leave out: "I want", "to die". */
const mostLeftOver = 1;
