/**
 * The text without what could tell of a person or open a door: addresses of mail and machines, tokens, keys, numbers as long as a card's or a telephone's.
 * For texts that leave the house; what stands in place of each says what it was.
 */
export function scrub(text: string): string {
  return text
    .slice(0, longest)
    .replaceAll(/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g, "[email]")
    .replaceAll(/\beyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, "[token]")
    .replaceAll(/\b(?:sk|rk|pk|whsec|plinth|Bearer)[_ -][\w-]{8,}/g, "[key]")
    .replaceAll(/\/\/[^\s/@:]+:[^\s/@]+@/g, "//[credentials]@")
    .replaceAll(/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, "[address]")
    .replaceAll(/(?<![\w-])\+?\d[\d ()]{8,}\d(?![\w-])/g, "[number]");
}

/** Of an error's text so much is kept. */
const longest = 2_000;
