import { boundary, tokenize } from "./normalise.ts";

/** One place in a pattern. */
export type Item =
  /** One of these words, or a word that begins so. */
  | { kind: "word"; words: string[]; prefixes: string[]; optional: boolean }
  /** One of these phrases. */
  | { kind: "group"; phrases: Item[][]; optional: boolean }
  /** Any words, up to `longestGap`, of the same sentence. */
  | { kind: "gap" }
  | { kind: "number"; optional: boolean }
  /** The beginning or the end of a sentence. */
  | { kind: "edge" }
  /** In a context: the match itself. */
  | { kind: "match" };

export type Lists = Readonly<Record<string, readonly string[]>>;

/** A pattern that means nothing, in words for whoever wrote it. */
export class PatternError extends Error {}

/** Words that a gap may skip. */
export const longestGap = 3;
/** Tokens that a match may span; matching keeps its places in the bits of an integer. */
export const longestMatch = 30;

/**
 * Reads a pattern; its words pass through the same normaliser as every text. German words may also be written with ae, oe, ue. Throws a
 * PatternError for what means nothing or could match anything.
 */
export function parsePattern(source: string, language: string): Item[] {
  const items = readSequence(source, language);
  if (items.filter(({ kind }) => kind === "match").length > 1) throw new PatternError("has more than one @");
  if (isGap(items[0]) || isGap(items.at(-1))) throw new PatternError("begins or ends with a gap");
  if (items.every(isOptional)) throw new PatternError("needs a word that has to be there");
  if (lengthOf(items) > longestMatch) throw new PatternError(`may span more than ${longestMatch} words`);
  return items;
}

/** The patterns without lists: one that is the name of a list alone is every entry of it, a name among words is a choice. */
export function writtenOut(patterns: readonly string[], lists: Lists): string[] {
  return patterns.flatMap((pattern) => {
    const [, name] = /^<(\w+)>$/.exec(pattern.trim()) ?? [];
    return name === undefined ? [expandLists(pattern, lists)] : writtenOut(listNamed(lists, name), lists);
  });
}

/** Every way to write a pattern of plain words; none when there are too many, or words between. */
export function plainReadings(items: Item[]): string[][] {
  return phrasesOf(items, 64) ?? [];
}

/** The same, each as one word ("killmyself"). */
export function compactForms(items: Item[]): string[] {
  return plainReadings(items)
    .map((words) => words.join(""))
    .filter((form) => form.length >= 8);
}

function listNamed(lists: Lists, name: string): readonly string[] {
  const list = lists[name];
  if (list === undefined) throw new PatternError(`names the list <${name}>, which does not exist`);
  return list;
}

function expandLists(source: string, lists: Lists, depth = 0): string {
  if (depth > 5) throw new PatternError("names a list that names itself");
  return source.replaceAll(/<(\w+)>/g, (_, name: string) =>
    expandLists(`(${listNamed(lists, name).join("|")})`, lists, depth + 1),
  );
}

/** Sequence: items with spaces between. A group is (phrase|phrase), its phrases are sequences. */
function readSequence(source: string, language: string): Item[] {
  return splitOutside(source, /\s/).map((part) => readItem(part, language));
}

function readItem(part: string, language: string): Item {
  if (part === "...") return { kind: "gap" };
  if (part === "^" || part === "$") return { kind: "edge" };
  if (part === "@") return { kind: "match" };
  const optional = part.endsWith("?");
  const bare = optional ? part.slice(0, -1) : part;
  if (bare === "%") return { kind: "number", optional };
  const group = /^\((.*)\)$/s.exec(bare)?.[1];
  if (group === undefined) return { ...readWord(bare, language), optional };
  const phrases = splitOutside(group, /\|/).map((phrase) => readSequence(phrase, language));
  if (phrases.some((phrase) => isGap(phrase[0]) || isGap(phrase.at(-1))))
    throw new PatternError("has a gap at a choice's edge");
  return merged(phrases, optional);
}

/** Phrases of one word each are one place; the others stay apart. */
function merged(phrases: Item[][], optional: boolean): Item {
  const one: Item & { kind: "word" } = { kind: "word", words: [], prefixes: [], optional: false };
  const rest: Item[][] = [];
  for (const phrase of phrases) {
    const [item] = phrase;
    if (phrase.length === 1 && item?.kind === "word" && !item.optional) {
      one.words.push(...item.words);
      one.prefixes.push(...item.prefixes);
    } else if (phrase.length === 1 && item?.kind === "group" && !item.optional) rest.push(...item.phrases);
    else rest.push(phrase);
  }
  if (phrases.length === 0 || phrases.some(({ length }) => length === 0)) throw new PatternError("has an empty choice");
  const words = one.words.length + one.prefixes.length > 0 ? [[one]] : [];
  return rest.length === 0 ? { ...one, optional } : { kind: "group", phrases: [...words, ...rest], optional };
}

function readWord(written: string, language: string): { kind: "word"; words: string[]; prefixes: string[] } {
  if (!/^[\p{L}\p{N}\p{M}\p{Extended_Pictographic}'’]+\*?$/u.test(written))
    throw new PatternError(`has "${written}", which means nothing here`);
  const forms = [...new Set(spellings(written.replace("*", ""), language).map(normal))];
  if (forms.includes("")) throw new PatternError(`has "${written}", which is no word`);
  if (!written.endsWith("*")) return { kind: "word", words: forms, prefixes: [] };
  if (forms.some(({ length }) => length < prefixKey))
    throw new PatternError(`has "${written}": a beginning needs ${prefixKey} letters`);
  return { kind: "word", words: [], prefixes: forms };
}

/** Letters by which beginnings of words are found; none is shorter. */
export const prefixKey = 4;

function spellings(word: string, language: string): string[] {
  if (language !== "de" || !/[äöü]/i.test(word)) return [word];
  return [word, word.replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue")];
}

/** Lists are written into many patterns: each of their words is normalised once. */
const normalised = new Map<string, string>();

function normal(word: string): string {
  const known = normalised.get(word);
  if (known !== undefined) return known;
  const words = tokenize(word).filter((token) => token !== boundary);
  const text = words.map(({ text }) => text).join("");
  normalised.set(word, text);
  return text;
}

/** The parts of a text between separators that stand in no parentheses. */
function splitOutside(source: string, separator: RegExp): string[] {
  const parts: string[] = [];
  let depth = 0;
  let part = "";
  for (const sign of source) {
    if (sign === "(") depth++;
    if (sign === ")") depth--;
    if (depth < 0) throw new PatternError("closes a parenthesis that is not open");
    if (depth === 0 && separator.test(sign)) {
      parts.push(part);
      part = "";
    } else part += sign;
  }
  if (depth > 0) throw new PatternError("leaves a parenthesis open");
  return [...parts, part].map((piece) => piece.trim()).filter((piece) => piece !== "");
}

function isGap(item: Item | undefined): boolean {
  return item?.kind === "gap";
}

/** Whether it can be left out altogether, and the pattern with it. */
function isOptional(item: Item): boolean {
  if (item.kind === "group") return item.optional || item.phrases.some((phrase) => phrase.every(isOptional));
  return "optional" in item ? item.optional : item.kind === "gap";
}

function lengthOf(items: Item[]): number {
  return items.reduce((sum, item) => {
    if (item.kind === "gap") return sum + longestGap;
    return sum + (item.kind === "group" ? Math.max(...item.phrases.map(lengthOf)) : 1);
  }, 0);
}

/** All sequences of plain words that the items stand for; undefined when they are more than so many, or not plain. */
function phrasesOf(items: Item[], most: number): string[][] | undefined {
  let written: string[][] = [[]];
  for (const item of items) {
    const choices = choicesOf(item, most);
    if (choices === undefined || written.length * choices.length > most) return undefined;
    written = written.flatMap((before) => choices.map((choice) => [...before, ...choice]));
  }
  return written;
}

function choicesOf(item: Item, most: number): string[][] | undefined {
  const absent = "optional" in item && item.optional ? [[]] : [];
  if (item.kind === "word" && item.prefixes.length === 0) return [...item.words.map((word) => [word]), ...absent];
  if (item.kind !== "group") return undefined;
  const phrases = item.phrases.map((phrase) => phrasesOf(phrase, most));
  if (phrases.includes(undefined)) return undefined;
  return [...phrases.flatMap((phrase) => phrase ?? []), ...absent];
}
