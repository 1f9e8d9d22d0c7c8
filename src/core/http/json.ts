/** Why a text is not the JSON that we take: a sentence for the client, and a JSON pointer (RFC 6901) where there is one. */
export interface JsonFault {
  code:
    | "invalid_json"
    | "invalid_utf8"
    | "duplicate_key"
    | "forbidden_key"
    | "too_deep"
    | "too_many_keys"
    | "nul_character"
    | "lone_surrogate"
    | "number_out_of_range";
  detail: string;
  pointer: string;
}

export type JsonResult = { ok: true; value: unknown } | { ok: false; fault: JsonFault };

const deepest = 64;
const mostKeys = 10_000;
const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Parses a body as I-JSON (RFC 7493) does: UTF-8, no duplicate keys, no lone surrogates, no number beyond a double. Also refused:
 * nesting beyond 64, more than 10,000 keys, NUL in a text (PostgreSQL stores none), `__proto__`, and `constructor` with a
 * `prototype`. Takes linear time; the nesting is counted before anything is parsed.
 */
export function parseStrictJson(body: Uint8Array): JsonResult {
  let text: string;
  try {
    text = decoder.decode(body);
  } catch {
    return refuse("invalid_utf8", "The body is not valid UTF-8");
  }
  if (text.trim() === "") return refuse("invalid_json", "The body is empty; send a JSON object");
  if (isTooDeep(text)) return refuse("too_deep", `The body is nested more than ${deepest} levels deep`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return refuse("invalid_json", explain(error));
  }
  const fault = findDuplicate(text) ?? findForbidden(value);
  return fault === undefined ? { ok: true, value } : { ok: false, fault };
}

function refuse(code: JsonFault["code"], detail: string, pointer = ""): { ok: false; fault: JsonFault } {
  return { ok: false, fault: { code, detail, pointer } };
}

/** The parser's own words, without the excerpt of the body that it puts behind them. */
function explain(error: unknown): string {
  const [message = ""] = error instanceof Error ? error.message.split(/, "|, \.\.\."| in JSON/) : [];
  return `The body is not valid JSON: ${message.slice(0, 100)}`;
}

const quote = 34;
const backslash = 92;
const isOpening = (code: number) => code === 123 || code === 91;
const isClosing = (code: number) => code === 125 || code === 93;

/** Skips a text that begins at `start`; returns the index of its closing quote, or the end. */
function endOfText(json: string, start: number): number {
  let i = start + 1;
  while (i < json.length) {
    const code = json.charCodeAt(i);
    if (code === backslash) i++;
    else if (code === quote) return i;
    i++;
  }
  return i;
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) i = endOfText(json, i);
    else if (isOpening(code)) {
      if (++depth > deepest) return true;
    } else if (isClosing(code)) depth--;
  }
  return false;
}

/** Walks valid JSON for what JSON.parse hides: a key that stands twice in an object, and too many keys. */
function findDuplicate(json: string): JsonFault | undefined {
  // One entry for each open bracket: the keys of an object so far, or undefined for an array.
  const open: (Set<string> | undefined)[] = [];
  let keys = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === quote) {
      const end = endOfText(json, i);
      const own = open.at(-1);
      if (own !== undefined && isKey(json, end)) {
        const key: string = JSON.parse(json.slice(i, end + 1));
        if (own.has(key))
          return fault("duplicate_key", `The key ${quoted(key)} stands twice in one object`, `/${escapePointer(key)}`);
        if (++keys > mostKeys) return fault("too_many_keys", `The body has more than ${mostKeys} keys`, "");
        own.add(key);
      }
      i = end;
    } else if (code === 123) open.push(new Set());
    else if (code === 91) open.push(undefined);
    else if (isClosing(code)) open.pop();
  }
  return undefined;
}

/** In valid JSON a text is a key exactly when a colon comes next. */
function isKey(json: string, end: number): boolean {
  let i = end + 1;
  while (json.charCodeAt(i) <= 32) i++;
  return json.charCodeAt(i) === 58;
}

/** What no text, key or number of the value may be. The depth is bounded, so that this may recurse. */
function findForbidden(value: unknown, pointer = ""): JsonFault | undefined {
  if (typeof value === "string") return checkText(value, pointer);
  if (typeof value === "number" && !Number.isFinite(value)) {
    return fault("number_out_of_range", "A number is too large", pointer);
  }
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const at = `${pointer}/${escapePointer(key)}`;
    const found = checkKey(key, member, at) ?? findForbidden(member, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

function checkKey(key: string, member: unknown, at: string): JsonFault | undefined {
  const isPollution =
    key === "__proto__" ||
    (key === "constructor" && typeof member === "object" && member !== null && Object.hasOwn(member, "prototype"));
  return isPollution ? fault("forbidden_key", `The key ${quoted(key)} is not allowed`, at) : checkText(key, at);
}

function checkText(text: string, at: string): JsonFault | undefined {
  if (text.includes("\u0000")) return fault("nul_character", "A text contains the NUL character", at);
  if (!text.isWellFormed()) return fault("lone_surrogate", "A text contains half of a surrogate pair", at);
  return undefined;
}

function fault(code: JsonFault["code"], detail: string, pointer: string): JsonFault {
  return { code, detail, pointer: pointer.toWellFormed().replaceAll("\u0000", "") };
}

function quoted(key: string): string {
  return JSON.stringify(key.slice(0, 40).toWellFormed());
}

function escapePointer(key: string): string {
  return key.slice(0, 100).replaceAll("~", "~0").replaceAll("/", "~1");
}
