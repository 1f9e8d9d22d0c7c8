import { session, sql, type Tx } from "./tables.ts";

/** Asks the database for nothing, to see that it answers. */
export async function ping(tx: Tx): Promise<void> {
  await sql`select 1`.execute(tx[session]);
}
