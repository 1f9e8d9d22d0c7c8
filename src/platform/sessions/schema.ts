import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, Timestamp } from "../../core/schema.ts";

/** How a client keeps a session: an app keeps tokens, a browser's page is given cookies that no script can read. */
export const Transport = Type.Enum(["bearer", "cookie"], {
  description: "`bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read",
  default: "bearer",
});
export type Transport = "bearer" | "cookie";

export const Tokens = Closed({
  access_token: Type.String({ description: "JWT; send as Authorization: Bearer" }),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer({ description: "Seconds that the access token lives" }),
  refresh_token: Type.String({ description: "Good for one refresh" }),
  session_id: Id,
});
export type Tokens = Static<typeof Tokens>;

/** A session whose tokens are in cookies. */
export const CookieSession = Closed({
  token_type: Type.Literal("Cookie"),
  expires_in: Type.Integer({ description: "Seconds until POST /v1/auth/refresh is due" }),
  session_id: Id,
});

/** Who and what asks, as a session remembers it. */
export interface Device {
  ip_address: string;
  user_agent: string | null;
  device_label: string | null;
}

export const Session = Closed({
  id: Id,
  current: Type.Boolean({ description: "Whether this request belongs to it" }),
  ip_address: Type.Union([Type.String(), Type.Null()]),
  user_agent: Type.Union([Type.String(), Type.Null()]),
  device_label: Type.Union([Type.String(), Type.Null()]),
  transport: Type.Enum(["bearer", "cookie"]),
  methods: Type.Array(Type.String(), { description: "How the person proved who they are (RFC 8176)" }),
  impersonated: Type.Boolean({ description: "Whether an administrator acts as you in it" }),
  created_at: Timestamp,
  last_seen_at: Timestamp,
  expires_at: Timestamp,
});
export type Session = Static<typeof Session>;
export const SessionPage = Page(Session);

export const SessionParams = Closed({ session_id: Id });

export const Jwks = Type.Object({ keys: Type.Array(Type.Object({}, { additionalProperties: true })) });

export const SigningKey = Closed({
  kid: Type.String(),
  stage: Type.Enum(["published", "signing", "verifying"], {
    description: "Published before it signs, then signing, then verifying what it signed until that is over",
  }),
  created_at: Timestamp,
  active_from: Timestamp,
  retires_at: NullableTimestamp,
});
export type SigningKey = Static<typeof SigningKey>;
export const SigningKeys = Closed({ data: Type.Array(SigningKey) });
export const SigningKeyParams = Closed({ kid: Type.String({ minLength: 1, maxLength: 100 }) });
