import type { Database } from "../../core/database.ts";
import { messagingErrors } from "./errors.ts";
import type { Attachment, CaughtMail, MailTransport } from "./schema.ts";
import { type CaughtRow, deleteMails, findMail, insertMail, listMails } from "./store.ts";

/** The development mailbox: mails end here and can be read, instead of leaving. */
export interface Mailbox extends MailTransport {
  list(options: { to?: string; limit: number }): Promise<CaughtMail[]>;
  /** Throws `messaging.mail_not_found`. */
  get(id: string): Promise<CaughtMail>;
  /** The n-th attachment, from 0. Throws `messaging.mail_not_found`. */
  attachment(id: string, n: number): Promise<Attachment>;
  clear(): Promise<void>;
}

export function createMailbox(db: Pick<Database, "systemStatement">): Mailbox {
  const find = async (id: string) => {
    const mail = await db.systemStatement("dev mailbox", (tx) => findMail(tx, id));
    if (mail === undefined) throw messagingErrors.mail_not_found();
    return mail;
  };
  return {
    name: "dev_mailbox",
    send: async (mail) => {
      await db.systemStatement("dev mailbox", (tx) => insertMail(tx, mail));
      return { message_id: null };
    },
    list: async (options) => (await db.systemStatement("dev mailbox", (tx) => listMails(tx, options))).map(shown),
    get: async (id) => shown(await find(id)),
    attachment: async (id, n) => {
      const attachment = (await find(id)).attachments[n];
      if (attachment === undefined) throw messagingErrors.mail_not_found();
      return attachment;
    },
    clear: () => db.systemStatement("dev mailbox", deleteMails),
  };
}

function shown(mail: CaughtRow): CaughtMail {
  const attachments = mail.attachments.map(({ filename, content_type, content }) => ({
    filename,
    content_type,
    size: Buffer.byteLength(content),
  }));
  return { ...mail, attachments };
}
