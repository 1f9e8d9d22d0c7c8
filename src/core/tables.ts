import { type Kysely, type RawBuilder, sql } from "kysely";
import type { DB } from "./database.types.ts";
import type { Position } from "./pages.ts";

/**
 * A transaction as it is handed from door to door. It shows no table: a store looks at it through
 * `ownTables`, and so reaches its own tables and no others.
 */
export interface Tx {
  readonly [session]: Kysely<unknown>;
  /** Runs after the commit, and not at all when the transaction rolls back. For signals, never for state. */
  afterCommit(effect: () => void): void;
}

/** Known to core alone, so that no module takes the session out of a transaction by itself. */
export const session = Symbol("session");

/**
 * Declares the tables that a store owns, as the store's first statement; returns the function that opens a transaction
 * on exactly these. The names are checked against the database's generated types, and an architecture test sees
 * to it that no table has two owners.
 */
export function ownTables<const K extends keyof DB & string>(...names: K[]): (tx: Tx) => Kysely<Pick<DB, K>> {
  owners.push(names);
  return (tx) => tx[session] as unknown as Kysely<Pick<DB, K>>;
}

/** As `ownTables`, for a product outside this repository, which brings the types of its own tables. */
export function productTables<Tables>(): (tx: Tx) => Kysely<Tables> {
  return (tx) => tx[session] as unknown as Kysely<Tables>;
}

const owners: string[][] = [];

/** Every list of tables that a store declared, for the architecture test. */
export function declaredTables(): readonly (readonly string[])[] {
  return owners;
}

/** Rows behind the position in a list that is ordered by (created_at, id), the newest first; all of them without one. */
export function olderThan(after: Position | undefined) {
  return after === undefined ? sql<boolean>`true` : sql<boolean>`(created_at, id) < (${after.created_at}, ${after.id})`;
}

export { type RawBuilder, sql };
