import type { Change, Texts } from "./texts.ts";

/** Writes values as one language writes them. */
export interface Formats {
  /** What a person typed, as it may stand in a mail: see `cleanName`. */
  name(text: string): string;
  /** An instant to the minute, in UTC, which is named; null for none. */
  date(at: Date | null): string | null;
  /** Minutes, in the largest unit that tells them exactly or well: 2 hours, 30 days. */
  duration(minutes: number): string;
  count(value: number): string;
  /** An amount in minor units of its currency (ISO 4217), and how often it is paid. */
  price(price: Price): string;
  /** What happened to how somebody signs in. */
  change(change: Change): string;
}

export interface Price {
  /** In minor units: cents of USD, yen of JPY. */
  amount: number;
  currency: string;
  /** `day`, `week`, `month` or `year`; whatever else is said is not told. */
  interval: string;
}

/** The formats of a language tag (BCP 47), with the words of its language. */
export function createFormats(tag: string, { price: prices, changes }: Pick<Texts, "price" | "changes">): Formats {
  return {
    name: cleanName,
    date: (at) => (at === null ? null : dateFormat(tag).format(at)),
    duration: (minutes) => {
      const [amount, unit] = durationOf(minutes);
      return new Intl.NumberFormat(tag, { style: "unit", unit, unitDisplay: "long" }).format(amount);
    },
    count: (value) => new Intl.NumberFormat(tag).format(value),
    change: (change) => changes[change],
    price: ({ amount, currency, interval }) => {
      const pattern = isInterval(interval, prices) ? prices[interval] : prices.none;
      return pattern.replace("{amount}", () => money(tag, amount, currency));
    },
  };
}

function isInterval(interval: string, prices: Texts["price"]): interval is keyof Texts["price"] {
  return Object.hasOwn(prices, interval);
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** Made once for each language and region, of which there are few: making one takes as long as writing ten mails. */
function dateFormat(tag: string): Intl.DateTimeFormat {
  const known = dateFormats.get(tag);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(tag, {
    year: "numeric",
    month: "long",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    timeZone: "UTC",
    timeZoneName: "short",
  });
  dateFormats.set(tag, format);
  return format;
}

function durationOf(minutes: number): [number, "day" | "hour" | "minute"] {
  if (minutes >= 2_880) return [Math.floor(minutes / 1_440), "day"];
  return minutes >= 120 ? [Math.floor(minutes / 60), "hour"] : [minutes, "minute"];
}

function money(tag: string, amount: number, currency: string): string {
  const format = new Intl.NumberFormat(tag, { style: "currency", currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

/** Format characters that hide or turn what is read (RFC 8264 §9.13 and the attacks of trojansource.codes); joiners see below. */
const invisible = /[\p{Cc}\p{Zl}\p{Zp}\p{Co}]|(?![\u200c\u200d])\p{Cf}|[\u115f\u1160\u3164\uffa0\u2800]/gu;
/** Joiners belong behind emoji, marks and Arabic letters; anywhere else they only tell two equal names apart. */
const strayJoiner = /(?<![\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Script=Arabic}])[\u200c\u200d]/gu;

/**
 * What a person typed (a name, a reason), as one visible line of at most 200 characters: no control characters, no line ends, nothing
 * that is invisible or turns the direction of writing, at most three marks on a letter, and nothing that a mail program makes a link of.
 */
export function cleanName(text: string, length = 200): string {
  const line = text
    .toWellFormed()
    .normalize("NFC")
    .replace(/[\r\n\t\u2028\u2029]+/g, " ")
    .replace(invisible, "")
    .replace(strayJoiner, "")
    .replace(/(\p{M}{3})\p{M}+/gu, "$1")
    .replace(/\s+/gu, " ")
    .trim();
  const letters = [...line];
  const short = letters.length <= length ? line : `${letters.slice(0, length - 1).join("")}…`;
  return short.split(" ").map(unlinked).join(" ");
}

/** A stranger's name goes to strangers (invitations), and is no place for a link. */
function unlinked(word: string): string {
  return /:\/\/|^www\.|\.\p{L}{2,}[/?#:]/iu.test(word) ? word.replaceAll("://", "[:]//").replaceAll(".", "[.]") : word;
}
