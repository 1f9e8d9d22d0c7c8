import { squeeze, type Token } from "./normalise.ts";
import { prefixKey } from "./patterns.ts";

/** The words that rules know, by number, and how a text's words are found among them. */
export interface Vocabulary {
  /** The number of a word, or of a beginning of words; a new one gets the next. */
  number(word: string, isPrefix?: boolean): number;
  /** The numbers of a token; several for a word in disguise; none for most words. */
  resolve(token: Token): readonly number[];
  /** Letters that were spelled out without a gap between words, as the fewest words that are known; undefined when they are none. */
  segment(spelled: string): string[] | undefined;
  has(word: string): boolean;
  /** How many numbers there are. */
  size(): number;
}

/** A sentence's edge, and any number. */
export const edge = 0;
export const anyNumber = 1;

const none: readonly number[] = [];
const longestWord = 24;

export function createVocabulary(): Vocabulary {
  const words = new Map<string, number[]>();
  const prefixes = new Map<string, [prefix: string, number: number][]>();
  const squeezed = new Map<string, number[]>();
  const skeletons = new Map<string, number[]>();
  /** Words by first letter and length, for words in which letters are starred out. */
  const shapes = new Map<string, string[]>();
  let next = 2;

  const number = (word: string, isPrefix = false): number => {
    const known = isPrefix
      ? prefixes.get(word.slice(0, prefixKey))?.find(([prefix]) => prefix === word)?.[1]
      : words.get(word)?.[0];
    if (known !== undefined) return known;
    const made = next++;
    if (isPrefix) addTo(prefixes, word.slice(0, prefixKey), [word, made]);
    else {
      words.set(word, isNumber(word) ? [made, anyNumber] : [made]);
      addTo(squeezed, squeeze(word), made);
      if (word.length >= 3) addTo(skeletons, skeleton(word), made);
      if (word.length >= 4) addTo(shapes, `${word[0]}${word.length}`, word);
    }
    return made;
  };
  const byPrefix = (text: string): readonly number[] => {
    const candidates = prefixes.get(text.slice(0, prefixKey));
    if (candidates === undefined) return none;
    return candidates.filter(([prefix]) => text.startsWith(prefix)).map(([, made]) => made);
  };
  const whole = (text: string): readonly number[] => {
    const known = words.get(text);
    const begun = byPrefix(text);
    if (known === undefined) return begun;
    return begun.length === 0 ? known : [...known, ...begun];
  };
  const masked = (text: string): readonly number[] => {
    const shown = text.replaceAll("*", "").length;
    if (shown * 2 < text.length) return none;
    const candidates = shapes.get(`${text[0]}${text.length}`) ?? [];
    return candidates.filter((word) => fitsMask(word, text)).flatMap((word) => words.get(word) ?? none);
  };

  return {
    number,
    has: (word) => words.has(word),
    size: () => next,
    resolve: ({ text, stretched, disguised }) => {
      const plain = whole(text);
      if (plain.length > 0) return plain;
      if (isNumber(text)) return [anyNumber];
      if (text.includes("*")) return masked(text);
      if (stretched) {
        const short = squeeze(text);
        const found = squeezed.get(short) ?? byPrefix(short);
        if (found.length > 0) return found;
      }
      return disguised ? (skeletons.get(skeleton(text)) ?? none) : none;
    },
    segment: (spelled) => segment(spelled, (word) => words.has(word)),
  };
}

function addTo<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function isNumber(text: string): boolean {
  return /^\p{N}+$/u.test(text);
}

/** What is the same for words that differ in i and l alone. */
function skeleton(text: string): string {
  return squeeze(text.replaceAll("l", "i"));
}

function fitsMask(word: string, mask: string): boolean {
  for (let at = 0; at < word.length; at++) if (mask[at] !== "*" && mask[at] !== word[at]) return false;
  return true;
}

function segment(text: string, isWord: (word: string) => boolean): string[] | undefined {
  /** For each place, how few words reach it, and where the last of them begins. */
  const best: ({ words: number; from: number } | undefined)[] = [{ words: 0, from: 0 }];
  for (let to = 1; to <= text.length; to++) {
    for (let from = Math.max(0, to - longestWord); from < to; from++) {
      const before = best[from];
      if (before === undefined || before.words + 1 >= (best[to]?.words ?? Number.POSITIVE_INFINITY)) continue;
      if (isWord(text.slice(from, to))) best[to] = { words: before.words + 1, from };
    }
  }
  const found: string[] = [];
  for (let to = text.length; to > 0; to = best[to]?.from ?? 0) {
    if (best[to] === undefined) return undefined;
    found.unshift(text.slice(best[to]?.from, to));
  }
  return found;
}
