import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const VerificationRequested = defineEvent(
  "identity.verification_requested",
  "A person has to prove an e-mail address",
  Type.Object({ user_id: Type.String(), token_id: Type.String() }),
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

export const RefreshReused = defineEvent(
  "identity.refresh_reused",
  "A spent refresh token came back: the session was ended, because somebody else may hold it",
  Type.Object({ user_id: Type.String(), session_id: Type.String() }),
);
