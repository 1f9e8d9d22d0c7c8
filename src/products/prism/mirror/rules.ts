import type { LiftedOutput, MirrorMessage } from "./schema.ts";

/** What of a message the decisions need. */
export type Line = Pick<MirrorMessage, "id" | "role" | "status" | "content" | "safety_status">;

/** A line of the conversation as the model reads it. */
export interface ModelLine {
  role: "user" | "assistant";
  content: string;
}

/** About a token for four bytes, and a few around each message. */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / 4) + 4;
}

/** Tokens of a conversation that go to the model with a new message. */
export const windowTokens = 6_000;

/**
 * The newest lines that fit into the window, in their order; the newest always. What was answered with help instead of a model, and replies
 * that never came, are left out; lines of one side that then stand together become one, as some providers want them to alternate.
 */
export function windowOf(lines: Line[], tokens = windowTokens): ModelLine[] {
  const window: ModelLine[] = [];
  let left = tokens;
  for (const { role, content } of lines.filter(isTold).toReversed()) {
    left -= estimateTokens(content);
    if (left < 0 && window.length > 0) break;
    const [next] = window;
    if (next?.role === role) next.content = `${content}\n\n${next.content}`;
    else window.unshift({ role, content });
  }
  return window;
}

function isTold({ role, status, content, safety_status }: Line): boolean {
  if (role === "user") return safety_status !== "crisis";
  return (status === "completed" || status === "interrupted") && content !== "";
}

/** Messages of the person that are checked with a new one: what is split over several is found in their sequence. */
const checkedTogether = 5;

/** What the person wrote last, the newest last. What came before a crisis was answered with help then, and does not count again. */
export function textsToCheck(lines: Line[], content: string): string[] {
  const own = lines.filter(({ role }) => role === "user");
  const since = own.slice(own.findLastIndex(({ safety_status }) => safety_status === "crisis") + 1);
  return [...since.slice(1 - checkedTogether).map((line) => line.content), content];
}

/** The conversation as one numbered text, the newest part of it that fits, and the ids of the lines by their numbers. */
export function transcriptOf(lines: Line[], tokens = windowTokens): { text: string; ids: Map<number, string> } {
  const told = lines.filter(isTold);
  const chosen: string[] = [];
  const ids = new Map<number, string>();
  let left = tokens;
  for (const [index, { id, role, content }] of [...told.entries()].toReversed()) {
    left -= estimateTokens(content);
    if (left < 0 && chosen.length > 0) break;
    ids.set(index + 1, id);
    chosen.unshift(`[${index + 1}] ${role === "user" ? "Person" : "Mirror"}: ${content}`);
  }
  return { text: chosen.join("\n\n"), ids };
}

/** The insights that are new, tidied, with the messages that they come from: numbers that no message has are left out. */
export function liftedOf({ fragments }: LiftedOutput, ids: Map<number, string>, known: string[]) {
  const seen = new Set(known.map(sameText));
  return fragments.flatMap(({ text, theme, mood, messages }) => {
    const key = sameText(text);
    if (key === "" || seen.has(key)) return [];
    seen.add(key);
    const source_message_ids = [...new Set(messages.flatMap((number) => ids.get(number) ?? []))];
    return [{ text: storable(text).trim(), theme: themeOf(theme), mood, source_message_ids }];
  });
}

function sameText(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/** A theme as it is compared and counted. */
export function themeOf(theme: string): string {
  const tidy = storable(theme).normalize("NFC").toLowerCase().replaceAll(/\s+/gu, " ").trim().slice(0, 40).trim();
  return tidy === "" ? "other" : tidy;
}

/** A generated text as PostgreSQL takes it: valid Unicode without NUL. */
export function storable(text: string): string {
  return text.replaceAll("\u0000", "").toWellFormed();
}
