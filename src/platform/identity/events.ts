import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const LinkRequested = defineEvent(
  "identity.link_requested",
  "A person is to be mailed a link: to prove an address, to reset a password, to sign in, to restore an account",
  Type.Object({ user_id: Type.String(), token_id: Type.String() }),
);

export const Registered = defineEvent(
  "identity.registered",
  "A person has an account and a personal workspace",
  Type.Object({ user_id: Type.String() }),
);

export const RegisteredAgain = defineEvent(
  "identity.registered_again",
  "Somebody registered with an address that has an account",
  Type.Object({ user_id: Type.String() }),
);

export const EmailVerified = defineEvent(
  "identity.email_verified",
  "A person has proved an e-mail address",
  Type.Object({ user_id: Type.String() }),
);

export const EmailChanged = defineEvent(
  "identity.email_changed",
  "A person has another e-mail address; the old one is the token's",
  Type.Object({ user_id: Type.String(), token_id: Type.String() }),
);

export const CredentialsChanged = defineEvent(
  "identity.credentials_changed",
  "A password, a second factor or a passkey was changed; the person is told",
  Type.Object({ user_id: Type.String(), change: Type.String() }),
);

export const RefreshReused = defineEvent(
  "identity.refresh_reused",
  "A spent refresh token came back: the session was ended, because somebody else may hold it; the person is told",
  Type.Object({ user_id: Type.String(), session_id: Type.String() }),
);

export const Impersonated = defineEvent(
  "identity.impersonated",
  "An administrator began to act as a person; the person is told",
  Type.Object({ user_id: Type.String(), reason: Type.String() }),
);

export const AccountDeleted = defineEvent(
  "identity.account_deleted",
  "A person deleted the account; it is erased after 30 days unless restored",
  Type.Object({ user_id: Type.String(), token_id: Type.String() }),
);

export const ErasureDue = defineEvent(
  "identity.erasure_due",
  "The time in which a deleted account can be restored is over",
  Type.Object({ user_id: Type.String(), deleted_at: Type.String() }),
);

export const AccountErased = defineEvent(
  "identity.account_erased",
  "A person and the personal workspace are about to be erased, in the same transaction",
  Type.Object({ user_id: Type.String() }),
);
