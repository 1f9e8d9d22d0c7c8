import type { Database } from "../../core/database.ts";
import { messagingErrors } from "./errors.ts";
import type { CaughtMail, MailTransport } from "./schema.ts";
import { deleteMails, findMail, insertMail, listMails } from "./store.ts";

/** The development mailbox: mails end here and can be read, instead of leaving. */
export interface Mailbox extends MailTransport {
  list(options: { to?: string; limit: number }): Promise<CaughtMail[]>;
  /** Throws `messaging.mail_not_found`. */
  get(id: string): Promise<CaughtMail>;
  clear(): Promise<void>;
}

export function createMailbox(db: Pick<Database, "systemStatement">): Mailbox {
  return {
    name: "dev_mailbox",
    send: (mail) => db.systemStatement("dev mailbox", (tx) => insertMail(tx, mail)),
    list: (options) => db.systemStatement("dev mailbox", (tx) => listMails(tx, options)),
    get: async (id) => {
      const mail = await db.systemStatement("dev mailbox", (tx) => findMail(tx, id));
      if (mail === undefined) throw messagingErrors.mail_not_found();
      return mail;
    },
    clear: () => db.systemStatement("dev mailbox", deleteMails),
  };
}
