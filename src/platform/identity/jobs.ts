import type { Database } from "../../core/database.ts";
import { defineSubscriber, type Subscriber } from "../events/index.ts";
import {
  accountClosed,
  accountExists,
  credentialsChanged,
  emailChanged,
  impersonated,
  type MailContent,
  type Messaging,
  mailedLink,
  welcome,
} from "../messaging/index.ts";
import {
  AccountDeleted,
  CredentialsChanged,
  EmailChanged,
  EmailVerified,
  ErasureDue,
  Impersonated,
  LinkRequested,
  RefreshReused,
  RegisteredAgain,
} from "./events.ts";
import type { MailedTokens } from "./mailed-tokens.ts";
import { lifetimes, type Purpose } from "./rules.ts";
import { findFormerAddress, findMailing, findUser } from "./store.ts";

interface JobsOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  messaging: Pick<Messaging, "send">;
  mailedTokens: MailedTokens;
  app_name: string;
  /** Where mailed links begin; they are built from it, never from a request. */
  link_url: string;
  erase: (user_id: string, deleted_at: Date, request_id: string) => Promise<void>;
}

/** A mail should not wait minutes for its second try: 5 s, 20 s, 80 s, then ever longer. */
const mailBackoff = (attempt: number) => 5 * 4 ** Math.min(attempt - 1, 6);
const mailing = { max_retries: 7, backoff: mailBackoff };

/** The page behind a link of each purpose. */
const pages: Record<Purpose, string> = {
  verify_email: "verify-email",
  change_email: "change-email",
  reset_password: "reset-password",
  magic_link: "magic-link",
  restore_account: "restore-account",
};

/** A person as templates write to them. */
const readerOf = ({ full_name, locale }: { full_name: string; locale: string | null }) => ({
  full_name,
  ...(locale === null ? {} : { locale }),
});
type Reader = ReturnType<typeof readerOf>;

export function identitySubscribers(options: JobsOptions): Subscriber[] {
  const { db, messaging, mailedTokens, app_name, link_url, erase } = options;
  const urlOf = (purpose: Purpose, token_id: string) =>
    `${link_url}/${pages[purpose]}/${mailedTokens.linkToken(token_id)}`;
  /** Writes to a person at the stored address; nothing to whoever has none, or is gone. */
  const tell = async (user_id: string, key: string, content: (reader: Reader) => MailContent) => {
    const person = await db.systemStatement("mail a notice", (tx) => findUser(tx, user_id));
    // An address that another provider only claims may be anybody's.
    if (person?.email == null || (person.email_normalized === null && person.email_verified_at === null)) return;
    await messaging.send({ to: person.email, user_id, ...content(readerOf(person)), idempotency_key: key });
  };
  return [
    defineSubscriber({
      ...mailing,
      name: "identity.mail_link",
      event: LinkRequested,
      handle: async (_ctx, { token_id }, { event_id }) => {
        const found = await db.systemStatement("mail a link", (tx) => findMailing(tx, token_id));
        if (found?.to == null) return;
        const purpose = found.purpose as Purpose;
        const content = mailedLink({
          ...readerOf(found),
          purpose,
          url: urlOf(purpose, token_id),
          minutes: lifetimes[purpose],
          ...(purpose === "magic_link" ? { code: mailedTokens.code(token_id) } : {}),
        });
        await messaging.send({ to: found.to, user_id: found.user_id, ...content, idempotency_key: event_id });
      },
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_welcome",
      event: EmailVerified,
      // A person is welcomed once, however many addresses they prove.
      handle: (_ctx, { user_id }) =>
        tell(user_id, `welcome:${user_id}`, (reader) =>
          welcome({ ...reader, app_name, url: new URL(link_url).origin }),
        ),
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_account_exists",
      event: RegisteredAgain,
      handle: (_ctx, { user_id }, { event_id }) =>
        tell(user_id, event_id, (reader) => accountExists({ ...reader, login_url: new URL(link_url).origin })),
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_credentials_changed",
      event: CredentialsChanged,
      handle: (_ctx, { user_id, change }, { event_id }) =>
        tell(user_id, event_id, (reader) => credentialsChanged({ ...reader, change })),
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_refresh_reused",
      event: RefreshReused,
      handle: (_ctx, { user_id }, { event_id }) =>
        tell(user_id, event_id, (reader) => credentialsChanged({ ...reader, change: "refresh_reused" })),
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_email_changed",
      event: EmailChanged,
      handle: async (_ctx, { user_id, token_id }, { event_id }) => {
        const to = await db.systemStatement("mail the former address", (tx) => findFormerAddress(tx, token_id));
        const person = await db.systemStatement("mail the former address", (tx) => findUser(tx, user_id));
        if (to === undefined || person === undefined) return;
        await messaging.send({ to, user_id, ...emailChanged(readerOf(person)), idempotency_key: event_id });
      },
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_impersonated",
      event: Impersonated,
      handle: (_ctx, { user_id, reason }, { event_id }) =>
        tell(user_id, event_id, (reader) => impersonated({ ...reader, reason })),
    }),
    defineSubscriber({
      ...mailing,
      name: "identity.mail_account_deleted",
      event: AccountDeleted,
      handle: (_ctx, { user_id, token_id }, { event_id }) =>
        tell(user_id, event_id, (reader) =>
          accountClosed({
            ...reader,
            url: urlOf("restore_account", token_id),
            days: lifetimes.restore_account / 1_440,
          }),
        ),
    }),
    defineSubscriber({
      name: "identity.erase_account",
      event: ErasureDue,
      handle: (ctx, { user_id, deleted_at }) => erase(user_id, new Date(deleted_at), ctx.request_id),
    }),
  ];
}
