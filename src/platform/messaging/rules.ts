import type { DeliveryEvent, MailStatus, SuppressionReason } from "./schema.ts";

/** The reasons for which an address gets no mail of this kind. */
export function stoppingReasons(isEssential: boolean): SuppressionReason[] {
  return isEssential ? ["bounce", "complaint", "manual"] : ["bounce", "complaint", "manual", "unsubscribe"];
}

/**
 * How final a status is. A notification moves a mail to a more final one, never back, so that duplicates and any order end the same:
 * an address may take a mail and return it later, and what was returned is not delivered, whatever comes after.
 */
export const finality: Record<MailStatus, number> = {
  queued: 0,
  suppressed: 1,
  sent: 1,
  delivered: 2,
  failed: 3,
  bounced: 4,
};

/** What a batch of notifications says of one mail: the most final of them. */
export interface MailOutcome {
  mail_id: string | null;
  provider_message_id: string | null;
  status: MailStatus;
  rank: number;
  detail: string | null;
}

/** One outcome for each mail, ordered by its id. */
export function outcomesOf(events: DeliveryEvent[]): MailOutcome[] {
  const byMail = new Map<string, MailOutcome>();
  for (const { mail_id, provider_message_id, status, detail } of events) {
    const key = mail_id ?? provider_message_id;
    if (key === null || status === null) continue;
    const rank = finality[status];
    const known = byMail.get(key);
    if (known === undefined || rank > known.rank) {
      byMail.set(key, { mail_id, provider_message_id, status, rank, detail });
    }
  }
  return [...byMail.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, outcome]) => outcome);
}

/** What a batch says of addresses: for each address and reason the latest word. */
export function complaintsOf(events: DeliveryEvent[]) {
  const byAddress = new Map<string, { email: string; reason: SuppressionReason; detail: string | null; at: Date }>();
  for (const { email, suppress, detail, at } of events) {
    if (suppress === null) continue;
    const address = normaliseAddress(email);
    const key = `${address} ${suppress}`;
    const known = byAddress.get(key);
    if (known === undefined || known.at < at) byAddress.set(key, { email: address, reason: suppress, detail, at });
  }
  return [...byAddress.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, word]) => word);
}

/** The form of an address by which it is known again: providers write it as they like. */
export function normaliseAddress(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

/** An error as it may stand in the log: one line of at most 500 characters that names no address. */
export function errorText(message: string): string {
  const line = message.toWellFormed().replaceAll(/[^\s<>"'()]+@[^\s<>"'()]+/g, "<address>");
  return line.replaceAll(/[\p{Cc}\s]+/gu, " ").slice(0, 500);
}

/** A file's name as every mail program takes it, without a path. */
export function fileName(name: string): string {
  const plain = name.replaceAll(/[^\w.-]+/g, "_").replace(/^\.+/, "");
  return plain === "" ? "attachment" : plain.slice(0, 100);
}
