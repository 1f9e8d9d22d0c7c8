import Type from "typebox";
import { optional, secret, text, whole } from "./kinds.ts";

/** Variables of sign-in, sessions, rates and quotas. */
export const identityVariables = {
  ACCESS_TOKEN_MINUTES: whole("Lifetime of an access token", 10, 1, 60),
  REFRESH_GRACE_SECONDS: whole("A refresh token replayed within this time gets the same answer; 0: never", 30, 0, 300),
  SESSION_IDLE_DAYS: whole("A session not refreshed for so long is over", 30, 1, 3_650),
  SESSION_ABSOLUTE_DAYS: whole("No session lives longer than this", 90, 1, 3_650),
  PASSWORD_HASH_CONCURRENCY: whole("Passwords hashed at once (each takes 19 MiB and a thread)", 2, 1, 64),
  PASSWORD_HASH_QUEUE: whole(
    "Passwords that may wait for hashing; beyond it the answer is 503 with Retry-After",
    64,
    0,
    10_000,
  ),
  PASSWORD_HASH_MEMORY_KIB: whole(
    "Memory of a password's hash; older hashes are renewed at the next login",
    19_456,
    8,
    1_048_576,
  ),
  PASSWORD_HASH_PASSES: whole("Passes of a password's hash over its memory", 2, 1, 100),
  PASSWORD_RULE: Type.Enum(["composition", "length"], {
    description:
      "`composition` asks for upper case, lower case and a digit beside 8 characters; `length` for the characters alone. Common passwords are refused by both",
    default: "composition",
  }),
  REGISTRATION_MODE: Type.Enum(["verify_first", "sign_in"], {
    description:
      "`verify_first` mails a link and tells nobody which addresses have accounts. `sign_in` signs in at once and answers 409 for a known address, which tells strangers who has an account",
    default: "verify_first",
  }),
  STEP_UP_MINUTES: whole("A sign-in or step-up counts as recent for so long", 15, 1, 1_440),
  SIGNING_KEY_DAYS: whole("A key signs access tokens for so long, then the next one does", 90, 1, 3_650),
  SIGNING_KEY_LEAD_MINUTES: whole("A signing key is published so long before it signs", 60, 5, 10_080),
  APP_NAME: text("What people know the product as: in authenticator apps and passkeys", { default: "Plinth" }),
  MAIL_LINK_URL: optional(
    text(
      "Where mailed links begin, for pages of the product's own: /verify-email/<token>, /reset-password/<token> and so on are added. Default: PUBLIC_URL/v1/auth",
      { pattern: "^https?://[^\\s]+[^/]$" },
    ),
  ),
  PASSKEY_DOMAIN: optional(
    text("Domain that passkeys belong to, of the product's pages: example.com. Default: the host of PUBLIC_URL"),
  ),
  AUTH_RATE_LIMIT: whole(
    "Calls of a client address in a minute to what needs no session: sign-ups, logins, refreshes",
    60,
    1,
    1_000_000,
  ),
  LOGIN_FAILURES_PER_ADDRESS: whole("Failed sign-ins of a client address in 15 minutes", 50, 1, 1_000_000),
  LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT: whole(
    "Failed sign-ins of a client address at one account in 15 minutes",
    10,
    1,
    1_000_000,
  ),
  LOGIN_FAILURES_PER_ACCOUNT: whole(
    "Failed sign-ins at one account in an hour, from everywhere; beyond it only devices that it has signed in on before go on",
    30,
    1,
    1_000_000,
  ),
  RATE_LIMIT_ADDRESS: whole("Calls of a client address in a minute", 3_000, 1, 1_000_000_000),
  RATE_LIMIT_USER: whole("Calls of a person in a minute", 1_200, 1, 1_000_000_000),
  RATE_LIMIT_API_KEY: whole("Calls of an API key in a minute, when it says nothing of it", 600, 1, 1_000_000_000),
  QUOTA_MEMBERS: whole("Members of a workspace whose plans say nothing of `workspace_members`", 50, 1),
  QUOTA_API_KEYS: whole("API keys of a workspace whose plans say nothing of `workspace_api_keys`", 20, 0),
  QUOTA_STORAGE_BYTES: whole(
    "Stored bytes of a workspace whose plans say nothing of `workspace_storage_bytes`",
    1_073_741_824,
    0,
  ),
  QUOTA_REQUESTS_PER_MINUTE: whole(
    "Calls in a minute of a workspace whose plans say nothing of `workspace_requests_per_minute`",
    6_000,
    1,
  ),
  OAUTH_GOOGLE_CLIENT_ID: optional(text("Sign-in with Google: the client's id")),
  OAUTH_GOOGLE_CLIENT_SECRET: optional(text("Sign-in with Google: the client's secret", secret)),
  OAUTH_GOOGLE_URL: optional(text("Stands for Google's hosts, in a test", { pattern: "^https?://" })),
  OAUTH_GITHUB_CLIENT_ID: optional(text("Sign-in with GitHub: the client's id")),
  OAUTH_GITHUB_CLIENT_SECRET: optional(text("Sign-in with GitHub: the client's secret", secret)),
  OAUTH_GITHUB_URL: optional(text("Address of a GitHub Enterprise Server", { pattern: "^https?://" })),
  OAUTH_APPLE_CLIENT_ID: optional(text("Sign-in with Apple: the Services ID")),
  OAUTH_APPLE_TEAM_ID: optional(text("Sign-in with Apple: the team's id")),
  OAUTH_APPLE_KEY_ID: optional(text("Sign-in with Apple: the key's id")),
  OAUTH_APPLE_PRIVATE_KEY: optional(text("Sign-in with Apple: the .p8 key, with \\n for line ends", secret)),
  OAUTH_APPLE_URL: optional(text("Stands for Apple's host, in a test", { pattern: "^https?://" })),
};
