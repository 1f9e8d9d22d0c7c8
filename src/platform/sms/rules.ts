import type { Keyword, SmsStatus } from "./schema.ts";

/** Words that carriers know (https://help.twilio.com/articles/223134027). */
const words: Record<string, Keyword> = {
  ...Object.fromEntries(
    ["stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"].map((word) => [word, "stop"]),
  ),
  ...Object.fromEntries(["start", "yes", "unstop"].map((word) => [word, "start"])),
  ...Object.fromEntries(["help", "info"].map((word) => [word, "help"])),
};

/** The keyword that a message is, by itself: "STOP." is one, "stop by at five" is none. */
export function keywordOf(body: string): Keyword | undefined {
  const word = body
    .trim()
    .toLowerCase()
    .replace(/[.!]+$/, "");
  return Object.hasOwn(words, word) ? words[word] : undefined;
}

/** Whether it is a number in the international form (ITU-T E.164). */
export function isNumber(text: string): boolean {
  return /^\+[1-9]\d{6,14}$/.test(text);
}

/** States by their place in a message's life: notifications come in any order, and a later state is never undone. */
export const places: Record<SmsStatus, number> = {
  queued: 0,
  sending: 1,
  sent: 2,
  undelivered: 3,
  failed: 3,
  suppressed: 3,
  delivered: 4,
  received: 4,
};

/** The states before this one, out of which a message may come into it. */
export function statesBefore(status: SmsStatus): SmsStatus[] {
  const known = Object.entries(places) as [SmsStatus, number][];
  return known.filter(([, place]) => place < places[status]).map(([name]) => name);
}
