import { requestErrors } from "../../product.ts";

/**
 * The time zone under its canonical IANA name. Throws `request.invalid` for a name that is none, and for an offset, which PostgreSQL would read
 * the other way round.
 */
export function checkTimeZone(name: string): string {
  try {
    if (/^[A-Za-z]/.test(name)) return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    // Told below, as an offset is.
  }
  throw requestErrors.invalid({
    errors: [{ pointer: "/time_zone", detail: "must be an IANA time zone such as Europe/Berlin" }],
  });
}

/** Where a page of a list ended that is ordered by a key of its own and the id. */
export interface Place {
  key: string;
  id: string;
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads a cursor of `pageByKey` whose key passes. Throws `request.invalid` for anything else. */
export function readPlace(cursor: string | undefined, isKey: (key: string) => boolean): Place | undefined {
  if (cursor === undefined) return undefined;
  const [key = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("|");
  if (isKey(key) && uuid.test(id)) return { key, id };
  throw requestErrors.invalid({ errors: [{ pointer: "/cursor", detail: "is not a cursor that this list gave out" }] });
}

/** The page of a query that asked for one row more than `limit`. */
export function pageByKey<Row extends { id: string }>(rows: Row[], limit: number, keyOf: (row: Row) => string) {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data, next_cursor: null };
  return { data, next_cursor: Buffer.from(`${keyOf(last)}|${last.id}`).toString("base64url") };
}

/** Whether a key is a position in a list. */
export function isPosition(key: string): boolean {
  return /^[0-9]{1,7}$/.test(key);
}

/** Every string value of a structured answer, each on a line of its own: the words as a person reads them, where its JSON has escapes. */
export function wordsOf(output: unknown): string {
  if (typeof output === "string") return output;
  if (typeof output !== "object" || output === null) return "";
  return Object.values(output).map(wordsOf).filter(Boolean).join("\n");
}
