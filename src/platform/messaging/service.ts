import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { PlinthError } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import { type Addresses, createAddresses } from "./addresses.ts";
import type { House } from "./compose.ts";
import { MailDelayed, MailRefused, messagingErrors } from "./errors.ts";
import { createMailbox, type Mailbox } from "./mailbox.ts";
import { createPreviews, type Previews } from "./previews.ts";
import { errorText, fileName, normaliseAddress, stoppingReasons } from "./rules.ts";
import type { EmailLog, EmailLogQuery, Mail, MailTransport, OutgoingMail } from "./schema.ts";
import { createSendGridTransport } from "./sendgrid.ts";
import { createSendGridWebhook, type SignedNotification } from "./sendgrid-webhook.ts";
import { createSmtpTransport } from "./smtp.ts";
import {
  type Claim,
  claimMail,
  deleteOldLogs,
  eraseAddress,
  findWaiting,
  listLogs,
  recordFailure,
  recordSent,
} from "./store.ts";
import { createSuppressions, type Suppressions } from "./suppressions.ts";

/** Sends messages to people. */
export interface Messaging {
  /**
   * Sends a mail once for its key, and logs what became of it. Throws when it has to be tried again, so that whoever calls (an event's
   * handler) does so; a mail that is refused for good, or whose address is suppressed, is logged and does not throw. Never call it in a
   * transaction or in the middle of a request.
   */
  send(mail: Mail): Promise<void>;
  /**
   * Takes a person's address, and with `user_id` the former ones too, out of logs and lists, in the transaction that erases the person
   * (role plinth_system). A suppression holds on, by a keyed hash.
   */
  erase(tx: Tx, person: { address: string; user_id?: string }): Promise<void>;
  /** Deletes log entries older than so many days; returns how many they were. */
  prune(days: number): Promise<number>;
  /** The log, the newest first. */
  listLogs(query: EmailLogQuery): Promise<{ data: EmailLog[]; next_cursor: string | null }>;
  suppressions: Pick<Suppressions, "list" | "create" | "lift">;
  /** Takes in a notification of SendGrid's. Throws `messaging.signature_invalid`, `messaging.event_malformed`. */
  receiveSendGrid(notification: SignedNotification): Promise<void>;
  /** The development mailbox, when mails go there. */
  mailbox: Mailbox | undefined;
  /** Every template with sample data, where the development mailbox is. */
  previews: Previews | undefined;
  /** What an operator should know. */
  warning: string | undefined;
}

type MailConfig = Pick<
  Config,
  | "NODE_ENV"
  | "APP_NAME"
  | "MAIL_FROM"
  | "MAIL_LOCALE"
  | "MAIL_SMTP_URL"
  | "MAIL_SENDGRID_API_KEY"
  | "MAIL_SENDGRID_URL"
  | "MAIL_SENDGRID_TEMPLATES"
  | "MAIL_SENDGRID_WEBHOOK_KEY"
>;

interface MessagingOptions {
  config: MailConfig;
  db: Pick<Database, "asSystem" | "systemStatement">;
  keyring: Keyring;
  clock: Pick<Clock, "now">;
  metrics: Pick<Metrics, "counter">;
}

/** As long as one attempt may take: beyond it another may try. Longer than any transport waits. */
const lease_seconds = 60;

/**
 * By SendGrid where its key is configured, else by SMTP; else to the development mailbox; in production, where that is none, nothing is
 * sent and mails wait. Throws a TypeError for a verification key of SendGrid's that is none.
 */
export function createMessagingFromConfig({ config, db, keyring, clock, metrics }: MessagingOptions): Messaging {
  const addresses = createAddresses(keyring);
  const suppressions = createSuppressions({ db, addresses });
  const webhook = createSendGridWebhook(config.MAIL_SENDGRID_WEBHOOK_KEY);
  const house = { app_name: config.APP_NAME, locale: config.MAIL_LOCALE };
  const transport = chooseTransport(config, clock);
  const mailbox = transport === undefined && config.NODE_ENV !== "production" ? createMailbox(db) : undefined;
  const isMute = transport === undefined && mailbox === undefined;
  return {
    send: createSender({ db, addresses, metrics, house, transport: transport ?? mailbox ?? nobody }),
    erase: (tx, { address, user_id = null }) =>
      eraseAddress(tx, { hash: addresses.hash(address), address: normaliseAddress(address), user_id }),
    prune: (days) => db.systemStatement("prune mail log", (tx) => deleteOldLogs(tx, days)),
    listLogs: (query) => listed(db, addresses, query),
    suppressions,
    receiveSendGrid: async (notification) => suppressions.record(webhook.open(notification)),
    mailbox,
    previews: mailbox && createPreviews(house),
    warning: isMute
      ? "no mail provider is configured: mails wait in the outbox and end as dead letters; set MAIL_SENDGRID_API_KEY or MAIL_SMTP_URL"
      : undefined,
  };
}

function chooseTransport(config: MailConfig, clock: Pick<Clock, "now">): MailTransport | undefined {
  const from = config.MAIL_FROM;
  if (config.MAIL_SENDGRID_API_KEY !== undefined) {
    const templates = new Map(config.MAIL_SENDGRID_TEMPLATES.map((pair) => pair.split(":", 2) as [string, string]));
    const base_url = config.MAIL_SENDGRID_URL;
    return createSendGridTransport({ api_key: config.MAIL_SENDGRID_API_KEY, base_url, from, templates, clock });
  }
  if (config.MAIL_SMTP_URL !== undefined) return createSmtpTransport({ url: config.MAIL_SMTP_URL, from });
  return undefined;
}

const nobody: MailTransport = {
  name: "none",
  send: async () => {
    throw messagingErrors.no_provider({ detail: "Set MAIL_SENDGRID_API_KEY or MAIL_SMTP_URL" });
  },
};

interface SenderParts {
  db: Pick<Database, "systemStatement">;
  addresses: Addresses;
  metrics: Pick<Metrics, "counter">;
  house: House;
  transport: MailTransport;
}

/** Claim, call the provider outside of any transaction, record. */
function createSender({ db, addresses, metrics, house, transport }: SenderParts): Messaging["send"] {
  const count = metrics.counter(
    "plinth_messaging_mails_total",
    "Mails by what became of an attempt: sent, suppressed, refused (for good), failed (tried again) or duplicate",
    ["provider", "outcome"],
  );
  const done = (outcome: string) => count({ provider: transport.name, outcome });
  /** Tells of a refusal by the log alone; whatever else it is, the caller has to try again. */
  const fail = async (claim: Claim, error: unknown): Promise<undefined> => {
    await db.systemStatement("log a mail", (tx) => recordFailure(tx, failureOf(claim, error)));
    if (error instanceof MailRefused) return;
    done("failed");
    throw error instanceof PlinthError ? error : new Error(whyOf(error));
  };
  return async (mail) => {
    const outgoing = prepared(mail, house);
    const claim = await db.systemStatement("send a mail", (tx) =>
      claimMail(tx, entryOf(outgoing, addresses, transport.name)),
    );
    if (claim === undefined) {
      await refuseWaiting(db, mail.idempotency_key);
      return done("duplicate");
    }
    if (claim.status === "suppressed") return done("suppressed");
    const taken = await transport.send({ ...outgoing, id: claim.id }).catch((error) => fail(claim, error));
    if (taken === undefined) return done("refused");
    await db.systemStatement("log a mail", (tx) => recordSent(tx, { id: claim.id, ...taken }));
    done("sent");
  };
}

/** The mail as it leaves: in the installation's name and language, its files' names fit for every mail program. */
function prepared({ render, ...mail }: Mail, house: House): OutgoingMail {
  const attachments = (mail.attachments ?? []).map((file) => ({ ...file, filename: fileName(file.filename) }));
  return { ...mail, ...render?.(house), id: newId(), attachments };
}

function entryOf(mail: OutgoingMail, addresses: Addresses, provider: string) {
  const { id, idempotency_key, workspace_id = null, user_id = null, template, locale } = mail;
  const entry = { id, idempotency_key, workspace_id, user_id, template, locale, provider, lease_seconds };
  const stopped_by = stoppingReasons(mail.essential === true);
  return { ...entry, stopped_by, to_hash: addresses.hash(mail.to), to_sealed: addresses.seal(mail.to) };
}

/** Throws for a mail that is in somebody else's hands: whether it leaves is not known yet. */
async function refuseWaiting(db: Pick<Database, "systemStatement">, key: string): Promise<void> {
  const waiting = await db.systemStatement("send a mail", (tx) => findWaiting(tx, key));
  if (waiting !== undefined) throw messagingErrors.in_progress({ retry_after: Math.max(waiting.seconds, 1) });
}

function failureOf({ id, attempts }: Claim, error: unknown) {
  return {
    id,
    attempts,
    error: whyOf(error),
    is_final: error instanceof MailRefused,
    wait_seconds: error instanceof MailDelayed ? error.retry_after : 0,
  };
}

async function listed(db: Pick<Database, "systemStatement">, addresses: Addresses, query: EmailLogQuery) {
  const { limit, cursor, to, status, template } = query;
  const filter = {
    ...(to === undefined ? {} : { to_hash: addresses.hash(to) }),
    ...(status === undefined ? {} : { status }),
    ...(template === undefined ? {} : { template }),
  };
  const after = readCursor(cursor);
  const page = pageOf(await db.systemStatement("mail log", (tx) => listLogs(tx, filter, after, limit)), limit);
  return { ...page, data: page.data.map(({ to_sealed, ...row }) => ({ ...row, to: addresses.open(to_sealed) })) };
}

/** What went wrong, with its cause (fetch says no more than that it failed). It names no address, for it goes to logs. */
function whyOf(error: unknown): string {
  if (!(error instanceof Error)) return errorText(String(error));
  const { message, cause } = error;
  return errorText(cause instanceof Error && cause.message !== message ? `${message}: ${cause.message}` : message);
}
