import { newId } from "../../core/id.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { CaughtMail, Mail } from "./schema.ts";

const tables = ownTables("messaging.dev_mailbox");

const columns = ["id", "to_address as to", "subject", "text_body as text", "html_body as html", "created_at"] as const;

/** Keeps a mail; one whose key is known is kept once. */
export async function insertMail(tx: Tx, { to, text, html, ...mail }: Mail): Promise<void> {
  await tables(tx)
    .insertInto("messaging.dev_mailbox")
    .values({
      ...mail,
      id: newId(),
      to_address: to,
      text_body: text,
      html_body: html,
      created_at: sql<Date>`plinth.now()`,
    })
    .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
    .execute();
}

/** The newest mails, to one address or to all. */
export async function listMails(tx: Tx, options: { to?: string; limit: number }): Promise<CaughtMail[]> {
  return tables(tx)
    .selectFrom("messaging.dev_mailbox")
    .select(columns)
    .$if(options.to !== undefined, (query) => query.where("to_address", "=", options.to ?? ""))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(options.limit)
    .execute();
}

export async function findMail(tx: Tx, id: string): Promise<CaughtMail | undefined> {
  return tables(tx).selectFrom("messaging.dev_mailbox").select(columns).where("id", "=", id).executeTakeFirst();
}

export async function deleteMails(tx: Tx): Promise<void> {
  await tables(tx).deleteFrom("messaging.dev_mailbox").execute();
}
