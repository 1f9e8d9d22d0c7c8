import type { Database } from "../../core/database.ts";
import { defineSubscriber, type Subscriber } from "../events/index.ts";
import { accountExists, type Messaging, verifyEmail } from "../messaging/index.ts";
import { RegisteredAgain, VerificationRequested } from "./events.ts";
import type { SecretMaker } from "./one-time-secrets.ts";
import { verificationHours } from "./registration.ts";
import { findAddressee, findLiveVerification } from "./store.ts";

interface JobsOptions {
  db: Pick<Database, "systemStatement">;
  messaging: Pick<Messaging, "send">;
  secrets: SecretMaker;
  /** Links are built from it, never from a request. */
  public_url: string;
}

/** A mail should not wait minutes for its second try: 5 s, 20 s, 80 s, then ever longer. */
const mailBackoff = (attempt: number) => 5 * 4 ** Math.min(attempt - 1, 6);

export function identitySubscribers({ db, messaging, secrets, public_url }: JobsOptions): Subscriber[] {
  return [
    defineSubscriber({
      name: "identity.mail_verification",
      event: VerificationRequested,
      max_attempts: 8,
      backoff: mailBackoff,
      handle: async (_ctx, { token_id }, { event_id }) => {
        const person = await db.systemStatement("mail verification", (tx) => findLiveVerification(tx, token_id));
        if (person === undefined) return;
        const url = `${public_url}/v1/auth/verify-email/${secrets.linkToken(token_id)}`;
        const mail = verifyEmail({ full_name: person.full_name, url, hours: verificationHours });
        await messaging.send({ to: person.email, ...mail, idempotency_key: event_id });
      },
    }),
    defineSubscriber({
      name: "identity.mail_account_exists",
      event: RegisteredAgain,
      max_attempts: 8,
      backoff: mailBackoff,
      handle: async (_ctx, { user_id }, { event_id }) => {
        const person = await db.systemStatement("mail account exists", (tx) => findAddressee(tx, user_id));
        if (person === undefined) return;
        const mail = accountExists({ full_name: person.full_name, login_url: public_url });
        await messaging.send({ to: person.email, ...mail, idempotency_key: event_id });
      },
    }),
  ];
}
