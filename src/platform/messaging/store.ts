import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { MailOutcome } from "./rules.ts";
import type { Attachment, EmailLog, MailStatus, OutgoingMail, Suppression, SuppressionReason } from "./schema.ts";

const tables = ownTables("messaging.dev_mailbox", "messaging.email_logs", "messaging.suppressions");

const now = sql<Date>`plinth.now()`;
const milliseconds = sql<Date>`date_trunc('milliseconds', plinth.now())`;

// The log

export interface NewLogRow {
  id: string;
  idempotency_key: string;
  workspace_id: string | null;
  user_id: string | null;
  template: string;
  locale: string;
  to_hash: Buffer;
  to_sealed: Buffer;
  provider: string;
  /** Suppressions for these reasons stop it. */
  stopped_by: SuppressionReason[];
  lease_seconds: number;
}

export interface Claim {
  id: string;
  status: "queued" | "suppressed";
  attempts: number;
}

/**
 * Takes a mail in hand: enters it or takes it up again, in one statement. Undefined when it is settled, or when somebody else has it in
 * hand. A suppressed address settles it here.
 */
export async function claimMail(tx: Tx, mail: NewLogRow): Promise<Claim | undefined> {
  const { rows } = await sql<Claim>`
    insert into messaging.email_logs as log
      (id, idempotency_key, workspace_id, user_id, template, locale, to_hash, to_sealed, provider, status, attempts, lease_until,
       created_at, updated_at)
    select ${mail.id}::uuid, ${mail.idempotency_key}::text, ${mail.workspace_id}::uuid, ${mail.user_id}::uuid, ${mail.template}::text,
      ${mail.locale}::text, ${mail.to_hash}::bytea, ${mail.to_sealed}::bytea, ${mail.provider}::text,
      case when stopped then 'suppressed' else 'queued' end, case when stopped then 0 else 1 end,
      plinth.now() + make_interval(secs => ${mail.lease_seconds}), ${milliseconds}, plinth.now()
    from (
      select exists (
        select from messaging.suppressions
        where address_hash = ${mail.to_hash}::bytea and lifted_at is null and reason = any(${mail.stopped_by}::text[])
      ) as stopped
    ) as list
    on conflict (idempotency_key) do update set status = excluded.status, attempts = log.attempts + excluded.attempts,
      provider = excluded.provider, lease_until = excluded.lease_until, updated_at = excluded.updated_at
    where log.status = 'queued' and (log.lease_until is null or log.lease_until <= plinth.now())
    returning id, status, attempts`.execute(tables(tx));
  return rows[0];
}

/** Whether a mail of this key still waits: for the one who has it in hand, or for its provider. */
export async function findWaiting(tx: Tx, idempotency_key: string): Promise<{ seconds: number } | undefined> {
  return tables(tx)
    .selectFrom("messaging.email_logs")
    .select(sql<number>`greatest(ceil(extract(epoch from lease_until - plinth.now())), 0)::int`.as("seconds"))
    .where("idempotency_key", "=", idempotency_key)
    .where("status", "=", "queued")
    .executeTakeFirst();
}

/** Notes that the provider took the mail. What the provider told meanwhile stands. */
export async function recordSent(tx: Tx, { id, message_id }: { id: string; message_id: string | null }) {
  await tables(tx)
    .updateTable("messaging.email_logs")
    .set({
      status: sql<string>`case when status = 'queued' then 'sent' else status end`,
      error: sql<string | null>`case when status = 'queued' then null else error end`,
      provider_message_id: message_id,
      lease_until: null,
      sent_at: now,
      updated_at: now,
    })
    .where("id", "=", id)
    .execute();
}

/** Notes that this attempt failed: for good, or until the next, which comes no sooner than after `wait_seconds`. */
export async function recordFailure(
  tx: Tx,
  failure: { id: string; attempts: number; error: string; is_final: boolean; wait_seconds: number },
): Promise<void> {
  const { id, attempts, error, is_final, wait_seconds } = failure;
  await tables(tx)
    .updateTable("messaging.email_logs")
    .set({
      status: is_final ? "failed" : "queued",
      error,
      lease_until: wait_seconds > 0 ? sql<Date>`plinth.now() + make_interval(secs => ${wait_seconds})` : null,
      updated_at: now,
    })
    .where("id", "=", id)
    .where("status", "=", "queued")
    // Another attempt that began when this one's lease was over keeps its own.
    .where("attempts", "=", attempts)
    .execute();
}

/** Moves mails on to what their provider told, never back. The rows are locked in one order, so that batches do not deadlock. */
export async function recordOutcomes(tx: Tx, outcomes: MailOutcome[], finality: Record<MailStatus, number>) {
  const column = <K extends keyof MailOutcome>(name: K) => outcomes.map((outcome) => outcome[name]);
  await sql`
    with told as (
      select * from unnest(${column("mail_id")}::uuid[], ${column("provider_message_id")}::text[], ${column("status")}::text[],
        ${column("rank")}::int[], ${column("detail")}::text[]) as t (mail_id, message_id, status, rank, detail)
    ), found as (
      select distinct on (log.id) log.id, told.status, told.rank, told.detail
      from told join messaging.email_logs log
        on log.id = told.mail_id or (told.mail_id is null and log.provider_message_id = told.message_id)
      order by log.id, told.rank desc
    ), locked as (
      select id from messaging.email_logs where id in (select id from found) order by id for update
    )
    update messaging.email_logs log
    set status = found.status, error = found.detail, lease_until = null, updated_at = plinth.now()
    from found join locked on locked.id = found.id
    where log.id = found.id and found.rank > (${JSON.stringify(finality)}::jsonb ->> log.status)::int`.execute(
    tables(tx),
  );
}

export type LogRow = Omit<EmailLog, "to"> & { to_sealed: Buffer | null };

export async function listLogs(
  tx: Tx,
  filter: { status?: string; template?: string; to_hash?: Buffer },
  after: Position | undefined,
  limit: number,
): Promise<LogRow[]> {
  const rows = await tables(tx)
    .selectFrom("messaging.email_logs")
    .select(["id", "template", "locale", "to_sealed", "workspace_id", "user_id", "status", "provider"])
    .select(["provider_message_id", "attempts", "error", "created_at", "sent_at", "updated_at"])
    .where((eb) =>
      eb.and([
        ...(filter.status === undefined ? [] : [eb("status", "=", filter.status)]),
        ...(filter.template === undefined ? [] : [eb("template", "=", filter.template)]),
        ...(filter.to_hash === undefined ? [] : [eb("to_hash", "=", filter.to_hash)]),
      ]),
    )
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map((row) => ({ ...row, status: row.status as MailStatus }));
}

/** Deletes entries older than so many days; returns how many they were. */
export async function deleteOldLogs(tx: Tx, days: number): Promise<number> {
  const { numDeletedRows } = await tables(tx)
    .deleteFrom("messaging.email_logs")
    .where("created_at", "<", sql<Date>`plinth.now() - make_interval(days => ${days})`)
    .executeTakeFirst();
  return Number(numDeletedRows);
}

// The suppression list

const suppressionColumns = ["id", "address_sealed", "reason", "detail", "created_by", "created_at"] as const;
export type SuppressionRow = Omit<Suppression, "email"> & { address_sealed: Buffer | null };
const typed = <R extends { reason: string }>(row: R) => ({ ...row, reason: row.reason as SuppressionReason });

export interface NewSuppressionRow {
  address_hash: Buffer;
  address_sealed: Buffer;
  reason: SuppressionReason;
  detail: string | null;
  at: Date;
}

/** Enters reasons as a provider told them; a known one stays as it is, a lifted one comes back when it was given after that. */
export async function insertSuppressions(tx: Tx, rows: NewSuppressionRow[]): Promise<void> {
  if (rows.length === 0) return;
  await tables(tx)
    .insertInto("messaging.suppressions")
    .values(
      rows.map(({ at, ...row }) => ({
        ...row,
        id: newId(),
        created_at: sql<Date>`date_trunc('milliseconds', ${at}::timestamptz)`,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(["address_hash", "reason"])
        .doUpdateSet((eb) => ({
          address_sealed: eb.ref("excluded.address_sealed"),
          detail: eb.ref("excluded.detail"),
          created_at: eb.ref("excluded.created_at"),
          lifted_at: null,
          lifted_by: null,
        }))
        .where(sql<boolean>`suppressions.lifted_at is not null and excluded.created_at > suppressions.lifted_at`),
    )
    .execute();
}

/** Enters an address by hand; the entry that there is when it was entered already. */
export async function suppressByHand(
  tx: Tx,
  row: Omit<NewSuppressionRow, "at" | "reason"> & { created_by: string | null },
): Promise<SuppressionRow> {
  const set = { ...row, lifted_at: null, lifted_by: null };
  return typed(
    await tables(tx)
      .insertInto("messaging.suppressions")
      .values({ ...row, id: newId(), reason: "manual", created_at: milliseconds })
      .onConflict((conflict) => conflict.columns(["address_hash", "reason"]).doUpdateSet(set))
      .returning(suppressionColumns)
      .executeTakeFirstOrThrow(),
  );
}

export async function listSuppressions(
  tx: Tx,
  filter: { reason?: string; address_hash?: Buffer },
  after: Position | undefined,
  limit: number,
): Promise<SuppressionRow[]> {
  const rows = await tables(tx)
    .selectFrom("messaging.suppressions")
    .select(suppressionColumns)
    .where("lifted_at", "is", null)
    .where((eb) =>
      eb.and([
        ...(filter.reason === undefined ? [] : [eb("reason", "=", filter.reason)]),
        ...(filter.address_hash === undefined ? [] : [eb("address_hash", "=", filter.address_hash)]),
      ]),
    )
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

/** Lifts a suppression; false when there is none. */
export async function liftSuppression(tx: Tx, id: string, lifted_by: string | null): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("messaging.suppressions")
    .set({ lifted_at: now, lifted_by })
    .where("id", "=", id)
    .where("lifted_at", "is", null)
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

/** Takes an address out of everything. That it gets no mail stays known, by its keyed hash alone. */
export async function eraseAddress(
  tx: Tx,
  person: { hash: Buffer; address: string; user_id: string | null },
): Promise<void> {
  const { hash, address, user_id } = person;
  await tables(tx)
    .updateTable("messaging.email_logs")
    .set({ to_hash: null, to_sealed: null, user_id: null, error: null })
    // Mails to an address that the person had before bear the person alone.
    .where((eb) => eb.or([eb("to_hash", "=", hash), eb("user_id", "=", user_id)]))
    .execute();
  await tables(tx)
    .updateTable("messaging.suppressions")
    .set({ address_sealed: null, detail: null })
    .where("address_hash", "=", hash)
    .execute();
  await tables(tx).deleteFrom("messaging.dev_mailbox").where(sql<boolean>`lower(to_address) = ${address}`).execute();
}

// The development mailbox

const mailColumns = [
  "id",
  "to_address as to",
  "subject",
  "template",
  "text_body as text",
  "html_body as html",
  "attachments",
  "created_at",
] as const;

/** A kept mail, its attachments with what is in them. */
export interface CaughtRow {
  id: string;
  to: string;
  subject: string;
  template: string | null;
  text: string;
  html: string;
  attachments: Attachment[];
  created_at: Date;
}
const withAttachments = <R extends { attachments: unknown }>(row: R) => ({
  ...row,
  attachments: row.attachments as Attachment[],
});

/** Keeps a mail; one whose key is known is kept once. */
export async function insertMail(tx: Tx, mail: OutgoingMail): Promise<void> {
  const { idempotency_key, to, subject, template, text, html, attachments } = mail;
  await tables(tx)
    .insertInto("messaging.dev_mailbox")
    .values({
      id: newId(),
      idempotency_key,
      subject,
      template,
      to_address: to,
      text_body: text,
      html_body: html,
      attachments: JSON.stringify(attachments),
      created_at: now,
    })
    .onConflict((conflict) => conflict.column("idempotency_key").doNothing())
    .execute();
}

/** The newest mails, to one address or to all. */
export async function listMails(tx: Tx, options: { to?: string; limit: number }): Promise<CaughtRow[]> {
  const rows = await tables(tx)
    .selectFrom("messaging.dev_mailbox")
    .select(mailColumns)
    .$if(options.to !== undefined, (query) => query.where("to_address", "=", options.to ?? ""))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(options.limit)
    .execute();
  return rows.map(withAttachments);
}

export async function findMail(tx: Tx, id: string): Promise<CaughtRow | undefined> {
  const row = await tables(tx)
    .selectFrom("messaging.dev_mailbox")
    .select(mailColumns)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : withAttachments(row);
}

export async function deleteMails(tx: Tx): Promise<void> {
  await tables(tx).deleteFrom("messaging.dev_mailbox").execute();
}
