/** A word of a text, as rules compare it. */
export interface Token {
  text: string;
  /** Ones and bars were read as i and may have been l. */
  disguised?: true;
  /** A letter was there three times or more. */
  stretched?: true;
  /** Its letters were spelled out one by one, and perhaps other words' with them. */
  spelled?: true;
}

/** The end of a sentence: no pattern reaches across it. */
export const boundary: Token = { text: "." };

/** Letters of other scripts that look like Latin ones (a part of Unicode TR 39's confusables), for words of mixed script. */
const lookalikes: ReadonlyMap<string, string> = pairs(
  "авсԁеһіјкӏмнорԛѕтυѵѡхуьԝгп", // Cyrillic, and one Greek upsilon
  "abcdehijklmhopqstuvwxybwrn",
  "αβγεηικνορσςτχωδμ", // Greek
  "abyenikvopsstxwdu",
  "ɑɡɩɪ", // letters of the phonetic alphabet
  "agii",
  "օսոհցքյզ", // Armenian
  "ounhgpjq",
);

/** Latin letters in dress that NFKC leaves on: small capitals, letters that NFD does not take apart, enclosed ones. */
const styled: ReadonlyMap<string, string> = new Map([
  ...pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡʏᴢøłđħŧı", "abcdefghijklmnopqrstuvwyzoldhti"),
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ...alphabet(0x1f150),
  ...alphabet(0x1f170),
  ...alphabet(0x1f1e6),
]);

/** Digits and signs that stand for letters inside words. */
const leet: ReadonlyMap<string, string> = pairs("013457@$!|+", "oieastasilt");

// What is there to be not seen: zero-width and bidirectional marks, soft hyphens, variation selectors, tags, control characters.
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]|(?![\t\n\r])\p{Cc}/gu;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
const invisibleAscii = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII
const ascii = /^[\x00-\x7f]*$/;
const apostrophe = /['’‘ʼ`]| \u0301(?=\p{L})/gu;
const styledLetter = new RegExp(`[${[...styled.keys()].join("")}]`, "gu");

const word = /[\p{L}\p{N}@$!|+*]+|\p{Extended_Pictographic}/gu;
const asciiWord = /[a-z0-9@$!|+*]+/g;
const sentenceEnd = /[.?!…。｡\n\r]/;

/** The longest gap between letters that are spelled out. */
const widestGap = 3;

/** A word as it stands in the text. */
interface Raw {
  text: string;
  start: number;
  end: number;
}

/**
 * The words of a text in the form in which rules see them, whatever was done to hide them, in this order: compatibility forms (NFKC),
 * invisible characters, case (both Turkish i), diacritics, look-alikes in words of mixed script (real Cyrillic and Greek survive), digits for
 * letters inside words, letters spelled out one by one, letters repeated. `boundary` stands where a sentence ends, never first, and last
 * only if the text ends so. Throws for no text; linear in its length.
 */
export function tokenize(text: string): Token[] {
  const isAscii = ascii.test(text);
  const plain = isAscii ? plainAscii(text) : plainUnicode(text);
  const raws = rawWords(plain, isAscii ? asciiWord : word);
  const tokens: Token[] = [];
  let at = 0;
  let spelling = "";
  while (at < raws.length) {
    const end = spelledOutUntil(raws, at, plain, spelling === "" ? 3 : 2);
    spelling = end > at + 1 ? (gapAfter(raws, at, plain) ?? "") : "";
    pushWord(tokens, spelling === "" ? (raws[at]?.text ?? "") : joined(raws, at, end), spelling !== "");
    const gap = plain.slice(raws[end - 1]?.end, raws[end]?.start ?? plain.length);
    // In "k.i.l.l. m.e" the stop is what spells.
    if (sentenceEnd.test(gap) && !sentenceEnd.test(spelling)) pushBoundary(tokens);
    at = end;
  }
  return tokens;
}

/** Ends the sentence, if one has begun. */
function pushBoundary(tokens: Token[]): void {
  if (tokens.length > 0 && tokens.at(-1) !== boundary) tokens.push(boundary);
}

/** The text as rules see it, words with one space between. What it gives, it leaves as it is. */
export function normalise(text: string): string {
  return tokenize(text)
    .map(({ text }) => text)
    .join(" ");
}

/** The word with every run of a letter as one. */
export function squeeze(text: string): string {
  return text.replaceAll(/(\p{L})\1+/gu, "$1");
}

function plainAscii(text: string): string {
  return text.replaceAll(invisibleAscii, "").toLowerCase().replaceAll(/['`]/g, "");
}

function plainUnicode(text: string): string {
  return text
    .normalize("NFKC")
    .replaceAll(apostrophe, "")
    .replaceAll(invisible, "")
    .replaceAll("İ", "i")
    .toLowerCase()
    .normalize("NFD")
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(styledLetter, (letter) => styled.get(letter) ?? letter);
}

/** The words with their places, without the signs around them. A quantity with its unit ("10kms") is two words. */
function rawWords(plain: string, pattern: RegExp): Raw[] {
  const raws: Raw[] = [];
  for (const match of plain.matchAll(pattern)) {
    let [text] = match;
    let start = match.index;
    let end = start + text.length;
    if (signed.test(text)) {
      const bare = text.replace(/^[@!|+*]+/, "");
      start += text.length - bare.length;
      text = bare.replace(/[@!|+*]+$/, "");
      end = start + text.length;
      if (spelledWithSigns.test(text)) text = text.replaceAll(/[*+|]/g, "");
      if (!/[\p{L}\p{N}]/u.test(text)) continue;
    }
    const [, amount] = quantity.exec(text) ?? [];
    if (amount !== undefined) {
      raws.push({ text: amount, start, end: start + amount.length });
      start += amount.length;
      text = text.slice(amount.length);
    }
    raws.push({ text, start, end });
  }
  return raws;
}

const signed = /[@$!|+*]/;
const spelledWithSigns = /^[\p{L}\p{N}](?:([*+|])[\p{L}\p{N}])(?:\1[\p{L}\p{N}])+$/u;
const quantity = /^(\p{N}{2,})\p{L}+$/u;

/**
 * Where a run of single letters from here ends, when it is spelled out ("k i l l", "k.i.l.l"); else the next word. The same gap stands
 * between all its letters: a wider one ends the word.
 */
function spelledOutUntil(raws: Raw[], from: number, plain: string, least: number): number {
  const gap = gapAfter(raws, from, plain);
  if (gap === undefined) return from + 1;
  let end = from + 1;
  let hasLetter = isLetter(raws[from]);
  while (end < raws.length && isSingle(raws[end]) && gapAfter(raws, end - 1, plain) === gap) {
    hasLetter ||= isLetter(raws[end]);
    end++;
  }
  return end - from >= least && hasLetter ? end : from + 1;
}

/** What stands between this single letter and the next, when it is short. */
function gapAfter(raws: Raw[], at: number, plain: string): string | undefined {
  const [one, next] = [raws[at], raws[at + 1]];
  if (one === undefined || next === undefined || !isSingle(one) || !isSingle(next)) return undefined;
  const width = next.start - one.end;
  return width >= 1 && width <= widestGap ? plain.slice(one.end, next.start) : undefined;
}

/** A face before them is none of the letters that are spelled out. */
function isSingle(raw: Raw | undefined): boolean {
  if (raw === undefined || raw.text.length !== ((raw.text.codePointAt(0) ?? 0) > 0xffff ? 2 : 1)) return false;
  return !/\p{Extended_Pictographic}/u.test(raw.text);
}

function isLetter(raw: Raw | undefined): boolean {
  return raw !== undefined && /\p{L}/u.test(raw.text);
}

function joined(raws: Raw[], from: number, to: number): string {
  let text = "";
  for (let at = from; at < to; at++) text += raws[at]?.text ?? "";
  return text;
}

// Most words are in no disguise.
const undisguised = /^(?:([a-z])(?!\1\1))+$/;

function pushWord(tokens: Token[], raw: string, spelled: boolean): void {
  if (!spelled && undisguised.test(raw)) {
    tokens.push({ text: raw });
    return;
  }
  const folded = foldLookalikes(raw);
  const plain = readLeet(folded);
  const read = withoutStars(plain === folded ? folded : foldLookalikes(plain));
  const text = read.replaceAll(/(\p{L})\1{2,}/gu, "$1$1");
  const token: Token = { text };
  if (text !== read) token.stretched = true;
  if (read !== folded && /[1!|]/.test(folded)) token.disguised = true;
  if (spelled) token.spelled = true;
  tokens.push(token);
}

/** "k*!*l*l" is known as spelled with stars only now that its signs are read. */
function withoutStars(text: string): string {
  return text.includes("*") && spelledWithSigns.test(text) ? text.replaceAll("*", "") : text;
}

function foldLookalikes(text: string): string {
  if (ascii.test(text) || !/[a-z]/.test(text)) return text;
  let folded = "";
  for (const letter of text) folded += lookalikes.get(letter) ?? letter;
  return folded;
}

function readLeet(text: string): string {
  if (!/[013457@$!|+]/.test(text)) return text;
  if (!/\p{L}/u.test(text)) return text.replaceAll(/[^\p{L}\p{N}]/gu, "");
  let read = "";
  for (const letter of text) read += leet.get(letter) ?? letter;
  return read;
}

function pairs(...lists: string[]): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < lists.length; at += 2) {
    const latin = [...(lists[at + 1] ?? "")];
    for (const [index, letter] of [...(lists[at] ?? "")].entries()) found.set(letter, latin[index] ?? letter);
  }
  return found;
}

/** Twenty-six code points in a row, from the one that stands for a. */
function alphabet(first: number): [string, string][] {
  return Array.from({ length: 26 }, (_, n) => [String.fromCodePoint(first + n), String.fromCharCode(97 + n)]);
}
