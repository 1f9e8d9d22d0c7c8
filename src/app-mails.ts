import type { Ctx } from "./core/context.ts";
import type { Database } from "./core/database.ts";
import type { Identity } from "./platform/identity/index.ts";
import type { MailContent, Messaging } from "./platform/messaging/index.ts";
import type { Workspaces } from "./platform/workspaces/index.ts";

interface MailOwnersParts {
  db: Pick<Database, "asSystem">;
  workspaces: Pick<Workspaces, "owners" | "nameOf">;
  identity: Pick<Identity, "addressees">;
  messaging: Pick<Messaging, "send">;
}

interface Owner {
  full_name: string;
  locale?: string;
  workspace: string;
}

type Mail = MailContent & { attachments?: { filename: string; content: string; content_type: string }[] };

/** Mails every owner of a workspace who has an address, each in their own language; the same key again is the same mails. */
export function mailOwnersBy({ db, workspaces, identity, messaging }: MailOwnersParts) {
  return async ({ workspace_id }: Ctx, compose: (owner: Owner) => Mail, idempotency_key: string): Promise<void> => {
    const { owners, workspace } = await db.asSystem("mail the owners", async (tx) => ({
      owners: await identity.addressees(tx, await workspaces.owners(tx, workspace_id)),
      workspace: await workspaces.nameOf(tx, workspace_id),
    }));
    for (const { user_id, email, full_name, locale } of owners) {
      if (email === null) continue;
      const mail = compose({ full_name, workspace, ...(locale === null ? {} : { locale }) });
      const about = { workspace_id, user_id, idempotency_key: `${idempotency_key}:${user_id}` };
      await messaging.send({ ...mail, ...about, to: email });
    }
  };
}
