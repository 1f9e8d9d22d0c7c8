/** A word of a text, as rules compare it. */
export interface Token {
  text: string;
  /** With every run of a letter as one, for words in which a letter was repeated three times or more ("kiiill"). */
  squeezed: string | undefined;
}

/** The end of a sentence: no pattern reaches across it. */
export const boundary: Token = { text: ".", squeezed: undefined };

// What is there to be not seen: zero-width and bidirectional marks, soft hyphens, variation selectors, tags.
const invisible = /\p{Default_Ignorable_Code_Point}|\p{Cf}/gu;

/** Letters of other scripts that look like Latin ones (a part of Unicode TR 39's confusables). */
const lookalikes = new Map(
  Object.entries({
    а: "a",
    в: "b",
    с: "c",
    ԁ: "d",
    е: "e",
    һ: "h",
    і: "i",
    ј: "j",
    к: "k",
    ӏ: "l",
    м: "m",
    н: "h",
    о: "o",
    р: "p",
    ԛ: "q",
    ѕ: "s",
    т: "t",
    υ: "u",
    ѵ: "v",
    ѡ: "w",
    х: "x",
    у: "y",
    α: "a",
    β: "b",
    ε: "e",
    η: "n",
    ι: "i",
    κ: "k",
    ν: "v",
    ο: "o",
    ρ: "p",
    τ: "t",
    χ: "x",
    ı: "i",
    ɩ: "i",
    ɡ: "g",
  }),
);

/** Digits and signs that stand for letters inside words. */
const leet = new Map(
  Object.entries({
    "0": "o",
    "1": "i",
    "3": "e",
    "4": "a",
    "5": "s",
    "7": "t",
    "@": "a",
    $: "s",
    "!": "i",
    "|": "l",
    "+": "t",
  }),
);

/**
 * The words of a text in the form in which rules see them, whatever was done to hide them: compatibility forms, invisible characters,
 * case (the Turkish dotted I too), accents, look-alikes in words of mixed script (real Cyrillic survives), digits for
 * letters inside words, letters spelled out one by one. Linear in the length of the text.
 */
export function tokenize(text: string): Token[] {
  const plain = text
    .normalize("NFKC")
    .replaceAll(invisible, "")
    .replaceAll("İ", "i")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/['’ʼ`´]/gu, "");
  const tokens: Token[] = [];
  for (const sentence of joinSpelledOut(plain).split(/[.?…。！？\n\r]+|!+(?!\p{L})/u)) {
    for (const [raw] of sentence.matchAll(/[\p{L}\p{N}@$!|+]+/gu)) {
      const word = readLeet(foldLookalikes(raw)).replaceAll(/[^\p{L}\p{N}]/gu, "");
      if (word !== "") tokens.push({ text: word, squeezed: /(\p{L})\1\1/u.test(word) ? squeeze(word) : undefined });
    }
    if (tokens.length > 0 && tokens.at(-1) !== boundary) tokens.push(boundary);
  }
  return tokens;
}

/** The word with every run of a letter as one. */
export function squeeze(word: string): string {
  return word.replaceAll(/(\p{L})\1+/gu, "$1");
}

/** "k i l l" and "k.i.l.l" become "kill"; two spaces or more are where a word ends. */
function joinSpelledOut(text: string): string {
  return text.replaceAll(
    /(?<![\p{L}\p{N}])[\p{L}\p{N}](?:[ .\-_*]{1}[\p{L}\p{N}](?![\p{L}\p{N}])){2,}(?:[.\-_*](?=\s|$))?/gu,
    (run) => run.replaceAll(/[^\p{L}\p{N}]/gu, ""),
  );
}

function foldLookalikes(word: string): string {
  if (!/[a-z]/.test(word) || !/\P{ASCII}/u.test(word)) return word;
  return [...word].map((letter) => lookalikes.get(letter) ?? letter).join("");
}

function readLeet(word: string): string {
  if (!/\p{L}/u.test(word) || !/[013457@$!|+]/.test(word)) return word;
  return [...word].map((letter) => leet.get(letter) ?? letter).join("");
}
