import type { RuleIndex } from "./compile.ts";
import { boundary, tokenize } from "./normalise.ts";
import { createScan, type Match } from "./scan.ts";

/** A growing text on its way past the rules. */
export interface TextStream {
  /** Reads more of the text; tells what was found in it so far, which grows. */
  push(text: string): Match[];
  end(): Match[];
}

/** Characters without a space after which a word is cut, so that work and memory stay bounded. */
const longestWord = 512;

/** The end of a sentence before the first word of a piece: the word that it ends stood in the piece before. */
const leadingEnd = /^[^\p{L}\p{N}]*[.?!…。｡\n\r]/u;

/** Words are read when they are complete: no word is looked at twice, however small the pieces are. */
export function createTextStream(index: RuleIndex): TextStream {
  const scan = createScan(index);
  let rest = "";
  const read = (until: number) => {
    const piece = rest.slice(0, until);
    if (leadingEnd.test(piece)) scan.read([boundary]);
    scan.read(tokenize(piece));
    rest = rest.slice(until);
  };
  return {
    push: (text) => {
      rest += text;
      const until = lastCut(rest);
      if (until > 0) read(until);
      return scan.matches();
    },
    end: () => {
      read(rest.length);
      scan.finish();
      return scan.matches();
    },
  };
}

/** After which character no later one can change the words before: behind a space that stands in no letters spelled out. */
function lastCut(text: string): number {
  for (let at = text.length - 1; at >= Math.max(0, text.length - longestWord); at--) {
    if (isSpace(text, at) && !isSpelledOut(text, at)) return at + 1;
  }
  if (text.length < 2 * longestWord) return 0;
  return /[\uD800-\uDBFF]$/.test(text.slice(0, longestWord)) ? longestWord - 1 : longestWord;
}

function isSpace(text: string, at: number): boolean {
  return /\s/.test(text[at] ?? "");
}

/** Whether the word before is so short that it may be a letter of a word: "k i l l". */
function isSpelledOut(text: string, at: number): boolean {
  return /(?:^|[^\p{L}\p{N}@$!|+*])[\p{L}\p{N}@$!|+*][^\p{L}\p{N}@$!|+*]{0,3}$/u.test(
    text.slice(Math.max(0, at - 6), at),
  );
}
