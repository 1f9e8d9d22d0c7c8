import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

/** Six digits of an authenticator app. */
export const Code = Type.String({ pattern: "^[0-9]{6}$", description: "Six digits of the authenticator app" });

/** What shows the second factor: a code of the app, or a recovery code. */
export interface SecondFactor {
  code?: string | undefined;
  recovery_code?: string | undefined;
}

export const Enrolment = Closed({
  secret: Type.String({ description: "Base32, for typing it in" }),
  otpauth_url: Type.String({ description: "For a QR code" }),
});
export type Enrolment = Static<typeof Enrolment>;

export const Confirmation = Closed({ code: Code });

export const RecoveryCodes = Closed({
  recovery_codes: Type.Array(Type.String(), { description: "Shown once; each is good once" }),
});

export const PasskeyResponse = Type.Unsafe<Record<string, unknown>>({
  type: "object",
  additionalProperties: true,
  maxProperties: 20,
  description: "What navigator.credentials gave, as JSON (PublicKeyCredential.toJSON)",
});

export const PasskeyOptions = Closed({
  challenge_id: Id,
  options: Type.Unsafe<object>({
    type: "object",
    additionalProperties: true,
    description: "For navigator.credentials",
  }),
});
export type PasskeyOptions = Static<typeof PasskeyOptions>;

export const NewPasskey = Closed({
  challenge_id: Id,
  response: PasskeyResponse,
  name: Type.String({ minLength: 1, maxLength: 100, pattern: "\\S", description: "How the person will recognise it" }),
});
export type NewPasskey = Static<typeof NewPasskey>;

export const Passkey = Closed({
  id: Id,
  name: Type.String(),
  backed_up: Type.Boolean({ description: "Whether it is synced by its provider" }),
  created_at: Timestamp,
  last_used_at: Type.Union([Timestamp, Type.Null()]),
});
export type Passkey = Static<typeof Passkey>;

export const PasskeyParams = Closed({ passkey_id: Id });

export const Factors = Closed({
  totp: Type.Boolean({ description: "Whether an authenticator app is set up: then a password alone does not sign in" }),
  recovery_codes_left: Type.Integer(),
  passkeys: Type.Array(Passkey),
});
export type FactorList = Static<typeof Factors>;
