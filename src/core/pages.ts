import { requestErrors } from "./errors.ts";
import { isId } from "./id.ts";

/** Where a page of a list ordered by (created_at, id) ended. */
export interface Position {
  created_at: Date;
  id: string;
}

/** Reads a cursor that `pageOf` made; throws `request.invalid` for anything else. */
export function readCursor(cursor: string | undefined): Position | undefined {
  if (cursor === undefined) return undefined;
  const [time = "", id = ""] = Buffer.from(cursor, "base64url").toString("utf8").split("|");
  const created_at = new Date(time);
  if (Number.isNaN(created_at.getTime()) || !isId(id)) {
    throw requestErrors.invalid({
      errors: [{ pointer: "/cursor", detail: "is not a cursor that this list gave out" }],
    });
  }
  return { created_at, id };
}

/**
 * Makes the page from the rows of a query that asked for one more than `limit`.
 * The time in the cursor has milliseconds: lists order by `date_trunc('milliseconds', created_at)` or store no more.
 */
export function pageOf<Row extends Position>(rows: Row[], limit: number): { data: Row[]; next_cursor: string | null } {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  if (rows.length <= limit || last === undefined) return { data, next_cursor: null };
  return { data, next_cursor: Buffer.from(`${last.created_at.toISOString()}|${last.id}`).toString("base64url") };
}
