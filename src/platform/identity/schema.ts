import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";
import { PasskeyResponse } from "../factors/index.ts";
import { CookieSession, TokensSchema as Tokens } from "../sessions/index.ts";

export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  description: "Compared without regard to case and outer spaces",
});
const Password = Type.String({ minLength: 1, maxLength: 256 });
const NewPassword = Type.String({
  minLength: 1,
  maxLength: 256,
  description:
    "8 to 256 characters, with upper case, lower case and a digit unless the installation asks for length alone; none of the common ones",
});
const FullName = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const DeviceLabel = Type.Optional(
  Type.String({ maxLength: 100, description: "How the person will recognise this session" }),
);
const SessionKind = Type.Enum(["bearer", "cookie"], {
  default: "bearer",
  description: "`bearer`: the tokens are in the answer. `cookie`: they are cookies, which no script of a page can read",
});

/** How a client that signs in wants its session. */
const Wishes = { device_label: DeviceLabel, session: SessionKind };

export const Registration = Closed({
  email: Email,
  password: NewPassword,
  full_name: FullName,
  company_name: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, pattern: "\\S", description: "Names the workspace" }),
  ),
  time_zone: Type.Optional(Type.String({ maxLength: 64, description: "IANA name; UTC when left out" })),
  ...Wishes,
});
export type Registration = Static<typeof Registration>;

export const VerificationSent = Closed({ email: Type.String(), status: Type.Literal("verification_sent") });
export type VerificationSent = Static<typeof VerificationSent>;

export const Credentials = Closed({
  email: Email,
  password: Password,
  device_token: Type.Optional(
    Type.String({ maxLength: 200, description: "From an earlier sign-in on this device: keeps a lockout from it" }),
  ),
  ...Wishes,
});
export type Credentials = Static<typeof Credentials>;

export const RefreshRequest = Closed({
  refresh_token: Type.Optional(Type.String({ maxLength: 500, description: "Left out with cookies" })),
});

export type PlatformRole = "user" | "admin";
export type UserStatus = "active" | "suspended" | "deleted";

const nullable = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

export const Me = Closed({
  id: Id,
  email: Type.Union([Type.String(), Type.Null()], {
    description: "Null for an account of another provider without one",
  }),
  email_verified: Type.Boolean(),
  full_name: Type.String(),
  display_name: nullable("What others see; the full name without it"),
  locale: nullable("BCP 47"),
  time_zone: nullable("IANA"),
  avatar_url: nullable("https"),
  role: Type.Enum(["user", "admin"]),
  created_at: Timestamp,
});
export type Me = Static<typeof Me>;

export const MeShown = Closed({
  ...Me.properties,
  impersonated_by: Type.Optional(Type.String({ description: "The administrator who acts as you in this session" })),
});

export const ProfileChange = Closed(
  {
    full_name: Type.Optional(FullName),
    display_name: Type.Optional(
      Type.Union([Type.String({ minLength: 1, maxLength: 100, pattern: "\\S" }), Type.Null()]),
    ),
    locale: Type.Optional(Type.Union([Type.String({ minLength: 2, maxLength: 35 }), Type.Null()])),
    time_zone: Type.Optional(Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Null()])),
    avatar_url: Type.Optional(
      Type.Union([Type.String({ pattern: "^https://[^\\s]+$", maxLength: 2_000 }), Type.Null()]),
    ),
  },
  { minProperties: 1 },
);
export type ProfileChange = Static<typeof ProfileChange>;

const OwnWorkspace = Closed({ id: Id, name: Type.String(), slug: Type.String() });

const SignInExtras = {
  user: Me,
  workspace: OwnWorkspace,
  device_token: Type.String({ description: "Keep it on the device, and send it with the next sign-in" }),
};
export const SignedIn = Type.Union([
  Closed({ ...Tokens.properties, ...SignInExtras }),
  Closed({ ...CookieSession.properties, ...SignInExtras }),
]);

export const SecondFactorNeeded = Closed({
  status: Type.Literal("second_factor_required"),
  mfa_token: Type.String({ description: "For POST /v1/auth/second-factor" }),
  expires_in: Type.Integer(),
  methods: Type.Array(Type.Enum(["totp", "recovery_code"])),
});

export const SecondFactorAnswer = Closed({
  mfa_token: Type.String({ maxLength: 200 }),
  code: Type.Optional(Type.String({ pattern: "^[0-9]{6}$" })),
  recovery_code: Type.Optional(Type.String({ minLength: 10, maxLength: 20 })),
  ...Wishes,
});
export type SecondFactorAnswer = Static<typeof SecondFactorAnswer>;

export const PasskeyLogin = Closed({ challenge_id: Id, response: PasskeyResponse, ...Wishes });
export type PasskeyLogin = Static<typeof PasskeyLogin>;

export const RefreshedTokens = Type.Union([Tokens, CookieSession]);

export const Address = Closed({ email: Email });
export const Accepted = Closed({ status: Type.Literal("sent_if_possible") });

export const TokenParams = Closed({ token: Type.String({ minLength: 10, maxLength: 200 }) });
export const Verified = Closed({ status: Type.Literal("verified") });
export const EmailChangedReply = Closed({ status: Type.Literal("email_changed") });
export const Restored = Closed({ status: Type.Literal("restored") });

export const PasswordReset = Closed({ password: NewPassword });
export const PasswordChanged = Closed({ status: Type.Literal("password_changed") });
export const PasswordChange = Closed({
  current_password: Type.Optional(
    Type.String({ minLength: 1, maxLength: 256, description: "Left out by who has none yet" }),
  ),
  password: NewPassword,
});
export type PasswordChange = Static<typeof PasswordChange>;

export const EmailChange = Closed({ email: Email });
export const EmailChangeSent = Closed({ email: Type.String(), status: Type.Literal("verification_sent") });

export const LinkWishes = Closed(Wishes);
export const CodeSignIn = Closed({ email: Email, code: Type.String({ pattern: "^[0-9]{6}$" }), ...Wishes });
export type CodeSignIn = Static<typeof CodeSignIn>;

export const StepUp = Closed(
  {
    password: Type.Optional(Password),
    code: Type.Optional(Type.String({ pattern: "^[0-9]{6}$", description: "Of the authenticator app" })),
    recovery_code: Type.Optional(Type.String({ minLength: 10, maxLength: 20 })),
    mailed_code: Type.Optional(
      Type.String({
        pattern: "^[0-9]{6}$",
        description: "From POST /v1/auth/magic-link, for accounts without password",
      }),
    ),
    passkey: Type.Optional(Closed({ challenge_id: Id, response: PasskeyResponse })),
  },
  { minProperties: 1 },
);
export type StepUp = Static<typeof StepUp>;
export const SteppedUp = Closed({ status: Type.Literal("confirmed") });

export const AccountDeletion = Closed({ status: Type.Literal("deleted"), erased_at: Timestamp });
export type AccountDeletion = Static<typeof AccountDeletion>;

export const User = Closed({
  ...Me.properties,
  status: Type.Enum(["active", "suspended", "deleted"]),
  deleted_at: NullableTimestamp,
});
export type User = Static<typeof User>;
export const Users = Page(User);
export const UserParams = Closed({ user_id: Id });
export const UserQuery = Closed({
  ...PageQuery.properties,
  email: Type.Optional(Email),
  search: Type.Optional(
    Type.String({
      minLength: 3,
      maxLength: 100,
      description: "A part of the address or of the name, without regard to case",
    }),
  ),
  status: Type.Optional(Type.Enum(["active", "suspended", "deleted"])),
  role: Type.Optional(Type.Enum(["user", "admin"])),
});
export type UserQuery = Static<typeof UserQuery>;

export const Reason = Closed({
  reason: Type.String({ minLength: 3, maxLength: 500, pattern: "\\S", description: "Stands in the audit record" }),
});
export const RoleChange = Closed({ role: Type.Enum(["user", "admin"]) });

export const Impersonation = Closed({
  access_token: Type.String({ description: "Acts as the person for half an hour; there is no refresh" }),
  token_type: Type.Literal("Bearer"),
  expires_in: Type.Integer(),
  session_id: Id,
});
export type Impersonation = Static<typeof Impersonation>;
