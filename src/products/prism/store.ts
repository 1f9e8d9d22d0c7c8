import { productTables, sql } from "../../product.ts";
import type { DB } from "./database.types.ts";

/** The tables of prism. */
export const tables = productTables<DB>();

/** The time as lists and their cursors tell it: in whole milliseconds. */
export const now = sql<Date>`date_trunc('milliseconds', plinth.now())`;
