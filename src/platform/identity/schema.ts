import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  description: "Compared without regard to case and outer spaces",
});
const Password = Type.String({
  minLength: 1,
  maxLength: 256,
  description: "8 to 256 characters, with upper case, lower case and a digit",
});

export const Registration = Closed({
  email: Email,
  password: Password,
  full_name: Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" }),
  company_name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: "Names the workspace" }),
  ),
  time_zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA name; UTC when left out" })),
});
export type Registration = Static<typeof Registration>;

export const Registered = Closed({ email: Type.String(), status: Type.Literal("verification_sent") });
export type Registered = Static<typeof Registered>;

export const Credentials = Closed({
  email: Email,
  password: Password,
  device_label: Type.Optional(
    Type.String({ maxLength: 100, description: "How the person will recognise this session" }),
  ),
});
export type Credentials = Static<typeof Credentials>;

export const RefreshRequest = Closed({ refresh_token: Type.String({ maxLength: 500 }) });

export const Tokens = Closed({
  access_token: Type.String({ description: "JWT; send as Authorization: Bearer" }),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer({ description: "Seconds that the access token lives" }),
  refresh_token: Type.String({ description: "Good for one refresh" }),
  session_id: Id,
});
export type Tokens = Static<typeof Tokens>;

export const Me = Closed({
  id: Id,
  email: Type.String(),
  full_name: Type.String(),
  email_verified: Type.Boolean(),
  created_at: Timestamp,
});
export type Me = Static<typeof Me>;

export const VerifyParams = Closed({ token: Type.String({ minLength: 10, maxLength: 200 }) });
export const Verified = Closed({ status: Type.Literal("verified") });
export type Verified = Static<typeof Verified>;

export const Jwks = Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) });

/** Who and what asks, as a session remembers it. */
export interface Device {
  ip_address: string;
  user_agent: string | null;
  device_label: string | null;
}
