import Type, { type Static, type TSchema } from "typebox";
import { Errors } from "typebox/value";

const text = (description: string, options: Record<string, unknown> = {}) => Type.String({ description, ...options });
const whole = (description: string, value: number, minimum = 0, maximum = 2_147_483_647) =>
  Type.Integer({ description, default: value, minimum, maximum });
const list = (description: string) => Type.Array(Type.String({ minLength: 1 }), { description, default: [] });
const optional = <T extends TSchema>(schema: T) => Type.Optional(schema);
const secret = { secret: true };

/** Every variable that Plinth reads. `docs/configuration.md` is generated from it. */
export const configSchema = Type.Object({
  NODE_ENV: Type.Enum(["development", "test", "production"], {
    description: "`production` switches off the demo provider, the dev mailbox and generated secrets",
    default: "development",
  }),
  HOST: text("Address to listen on", { default: "127.0.0.1" }),
  PORT: whole(
    "Port to listen on; 0 takes a free one. In development a busy port moves to the next free one",
    4000,
    0,
    65_535,
  ),
  PUBLIC_URL: optional(
    text("Where clients reach the API; links in mails are built from it. Default: the address it listens on", {
      pattern: "^https?://[^\\s]+[^/]$",
    }),
  ),
  PLINTH_SECRET: optional(
    text("The installation's secret, from which keys are derived. Generated in development; required in production", {
      minLength: 32,
      ...secret,
    }),
  ),
  PLINTH_PRODUCTS: list("Products to switch on, separated by commas. Empty: all that are built in"),
  PLINTH_DATA_DIR: text("Folder of the embedded PostgreSQL and the generated secrets", { default: ".plinth" }),
  PLINTH_CONFIG_DIR: text("Folder with models.yaml, safety.yaml and plans.yaml", { default: "config" }),
  DATABASE_URL: optional(
    text("PostgreSQL 16 or newer, as a user who may create roles. Without it the embedded one is started", {
      pattern: "^postgres(ql)?://",
      ...secret,
    }),
  ),
  DATABASE_APP_URL: optional(
    text("Connection string of the role plinth_app, when its password is managed by the operator", {
      pattern: "^postgres(ql)?://",
      ...secret,
    }),
  ),
  DATABASE_SYSTEM_URL: optional(
    text("Connection string of the role plinth_system, when its password is managed by the operator", {
      pattern: "^postgres(ql)?://",
      ...secret,
    }),
  ),
  DATABASE_POOL_SIZE: whole("Connections for requests; the platform's own tasks have half as many", 20, 2, 500),
  DATABASE_PREPARED_STATEMENTS: Type.Enum(["on", "off"], {
    description:
      "Whether each connection parses and plans a statement once; `off` behind a PgBouncer older than 1.21 in transaction mode",
    default: "on",
  }),
  REDIS_URL: optional(
    text("Redis, shared by all processes for rate limits. Without it each process counts for itself", {
      pattern: "^rediss?://",
      ...secret,
    }),
  ),
  LOG_LEVEL: Type.Enum(["trace", "debug", "info", "warn", "error", "silent"], {
    description: "Least severe log line that is written",
    default: "info",
  }),
  TRUSTED_PROXIES: list("Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed, separated by commas"),
  CORS_ORIGINS: list(
    "Origins of browsers that may call the API, separated by commas, for example https://app.example.com",
  ),
  BODY_LIMIT_BYTES: whole("Largest request body", 1_048_576, 1_024, 104_857_600),
  REQUEST_TIMEOUT_MS: whole("A client has this long to send a whole request", 30_000, 1_000, 600_000),
  SHUTDOWN_GRACE_MS: whole("Requests and handlers in flight have this long to finish at shutdown", 10_000, 0, 600_000),
  METRICS_TOKEN: optional(
    text("Bearer token for GET /metrics; without it the page is open", { minLength: 16, ...secret }),
  ),
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
  STRIPE_WEBHOOK_SECRET: Type.Array(Type.String({ pattern: "^whsec_" }), {
    description:
      "Signing secrets of the Stripe endpoint, separated by commas while one is rotated. Generated in development; without any, the endpoint does not exist",
    default: [],
    ...secret,
  }),
  STRIPE_SECRET_KEY: optional(
    text(
      "Key of Stripe's API: with it Plinth sells (checkout, portal), and asks Stripe for the present state instead of believing notifications",
      { pattern: "^(sk|rk)_(live|test)_", ...secret },
    ),
  ),
  STRIPE_URL: optional(text("Stands for Stripe's host, in a test", { pattern: "^https?://" })),
  BILLING_URL: optional(
    text("The page of your product where payments are put in order: mails about failed payments lead there", {
      pattern: "^https?://",
    }),
  ),
  PURCHASE_CONFLICT: Type.Enum(["keep", "transfer"], {
    description:
      "When a purchase of a store shows up with another buyer: `keep` leaves it whose it is, `transfer` gives it to whoever shows it last",
    default: "keep",
  }),
  APP_STORE_BUNDLE_ID: optional(text("The app's bundle id: with it the App Store's notifications are taken")),
  APP_STORE_APP_ID: optional(
    Type.Integer({
      minimum: 1,
      description: "The app's Apple ID, a number: required where BILLING_ENVIRONMENT is live",
    }),
  ),
  APP_STORE_ISSUER_ID: optional(
    text("App Store Server API: the issuer's id; with the key, states are asked for and lost notifications found"),
  ),
  APP_STORE_KEY_ID: optional(text("App Store Server API: the key's id")),
  APP_STORE_PRIVATE_KEY: optional(text("App Store Server API: the .p8 key, with \\n for line ends", secret)),
  APP_STORE_URL: optional(text("Stands for Apple's host, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_PACKAGE_NAMES: list(
    "The apps whose Google Play notifications are taken; without any, there is no endpoint",
  ),
  GOOGLE_PLAY_PUSH_AUDIENCE: optional(text("Audience of the Pub/Sub push subscription's tokens")),
  GOOGLE_PLAY_PUSH_ACCOUNT: optional(text("E-mail of the service account whose tokens the pushes bear")),
  GOOGLE_PLAY_CLIENT_EMAIL: optional(text("Service account for the Google Play Developer API")),
  GOOGLE_PLAY_PRIVATE_KEY: optional(text("Its key, PKCS #8 in PEM, with \\n for line ends", secret)),
  GOOGLE_PLAY_JWKS_URL: optional(text("Stands for Google's published keys, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_TOKEN_URL: optional(text("Stands for Google's token endpoint, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_API_URL: optional(text("Stands for the Google Play Developer API, in a test", { pattern: "^https?://" })),
  REVENUECAT_AUTHORIZATION: Type.Array(Type.String({ minLength: 16 }), {
    description:
      "Whole values of the Authorization header set for the webhook in RevenueCat, separated by commas while one is replaced; without any, the endpoint does not exist",
    default: [],
    ...secret,
  }),
  REVENUECAT_API_KEY: optional(
    text("RevenueCat's secret key (API v1): with it states are asked for", { minLength: 8, ...secret }),
  ),
  REVENUECAT_API_URL: optional(text("Stands for RevenueCat's host, in a test", { pattern: "^https?://" })),
  USAGE_REDIS: Type.Enum(["on", "off"], {
    description:
      "Whether refusals of members' limits are remembered in Redis for some seconds. It never admits anything: that PostgreSQL does",
    default: "off",
  }),
  STORE_FEES: Type.Array(Type.String({ pattern: "^[a-z_]+:\\d{1,2}(\\.\\d+)?(:\\d+[A-Z]{3})?$" }), {
    description:
      "What the stores keep, for the estimate of net revenue: store:percent, and an amount in minor units for each charge, for example stripe:2.9:30USD",
    default: ["stripe:2.9:30USD", "app_store:30", "google_play:15"],
  }),
  LICENSE_FILE_TTL_SECONDS: whole("A licence file may be relied on for so long", 604_800, 3_600, 31_536_000),
  LICENSE_KEY_DAYS: whole("A key signs licence files for so long, then the next one does", 365, 1, 3_650),
  LICENSE_KEY_LEAD_MINUTES: whole("A key that signs licence files is published so long before it signs", 10, 5, 10_080),
  LICENSE_ACTIVATIONS: whole("Machines that one licence may be activated on", 1_000, 1, 1_000_000),
  BILLING_ENVIRONMENT: optional(
    Type.Enum(["live", "test"], {
      description:
        "Whose money counts, of every store: real, or the sandboxes'. Default: live in production, else test",
    }),
  ),
  AI_BASE_URL: text("Base URL of the OpenAI-compatible server", {
    default: "https://api.openai.com/v1",
    pattern: "^https?://",
  }),
  AI_API_KEY: optional(text("Key of the OpenAI-compatible server. Without it the demo provider answers", secret)),
  AI_TIMEOUT_MS: whole("Longest wait for a completion, all attempts together", 60_000, 100, 240_000),
  WORKER_CONCURRENCY: whole("Event handlers that run at once in a process", 10, 1, 1_000),
  MAIL_SMTP_URL: optional(
    text(
      "Mail server, smtp://user:password@host:587 or smtps://. Without it and SendGrid, mails go to the dev mailbox, and in production nowhere",
      {
        pattern: "^smtps?://",
        ...secret,
      },
    ),
  ),
  MAIL_FROM: text("Sender of the mails", { default: "Plinth <no-reply@localhost>" }),
  MAIL_LOCALE: text("Language of mails to people who have chosen none (BCP 47): en or de, any region", {
    default: "en",
    pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
  }),
  MAIL_SENDGRID_API_KEY: optional(
    text("SendGrid's API key, with the right to send. Goes before MAIL_SMTP_URL", secret),
  ),
  MAIL_SENDGRID_URL: text("Where SendGrid's API is: https://api.eu.sendgrid.com for a subuser in the EU", {
    default: "https://api.sendgrid.com",
    pattern: "^https?://[^\\s]+[^/]$",
  }),
  MAIL_SENDGRID_TEMPLATES: Type.Array(Type.String({ pattern: "^[a-z0-9_]+:[A-Za-z0-9-]+$" }), {
    description:
      "SendGrid's dynamic templates that stand in for ours, as name:id separated by commas, for example welcome:d-0123. GET /dev/mails in development lists the names",
    default: [],
  }),
  MAIL_SENDGRID_WEBHOOK_KEY: Type.Array(Type.String({ minLength: 1 }), {
    description:
      "Verification keys of SendGrid's signed Event Webhook (POST /v1/webhooks/sendgrid), separated by commas while one is replaced. Without any, nothing is believed there",
    default: [],
  }),
});

export type Config = Static<typeof configSchema>;

/** Configuration that cannot be used, with every mistake in it. */
export class ConfigError extends Error {
  readonly mistakes: string[];
  constructor(mistakes: string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:\n${mistakes.map((m) => `  - ${m}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads the configuration from environment variables. Empty ones count as unset.
 * Throws a ConfigError that names every mistake at once, misspelt names included.
 */
export function loadConfig(env: Record<string, string | undefined>): Config {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(configSchema.properties)) {
    const raw = env[name];
    values[name] = raw === undefined || raw === "" ? defaultOf(schema) : parse(schema, raw);
    if (values[name] === undefined) delete values[name];
  }
  const mistakes = [...misspelt(env), ...invalid(values), ...missing(values)];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return values as Config;
}

/** The names of the variables whose values must never be logged. */
export function secretNames(): string[] {
  return Object.entries(configSchema.properties)
    .filter(([, schema]) => "secret" in schema && schema.secret === true)
    .map(([name]) => name);
}

/** The configuration as it may be shown: secrets replaced. */
export function redactConfig(config: Config): Record<string, unknown> {
  const secrets = new Set(secretNames());
  const shown = (name: string, value: unknown) =>
    secrets.has(name) && !(Array.isArray(value) && value.length === 0) ? "[redacted]" : value;
  return Object.fromEntries(Object.entries(config).map(([name, value]) => [name, shown(name, value)]));
}

function defaultOf(schema: TSchema): unknown {
  return "default" in schema ? schema.default : undefined;
}

function parse(schema: TSchema, raw: string): unknown {
  const type = "type" in schema ? schema.type : undefined;
  if (type === "integer") return /^-?\d+$/.test(raw.trim()) ? Number(raw) : raw;
  if (type === "array")
    return raw
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== "");
  return raw;
}

/** Each variable is checked by itself, so that no number of mistakes hides another. */
function invalid(values: Record<string, unknown>): string[] {
  const secrets = new Set(secretNames());
  return Object.entries(configSchema.properties).flatMap(([name, schema]) => {
    const [fault] = values[name] === undefined ? [] : Errors(schema, values[name]);
    if (fault === undefined) return [];
    const got = secrets.has(name) ? "" : `, got ${JSON.stringify(values[name])}`;
    return [`${name} ${wanted(schema, fault.message)}${got}`];
  });
}

function wanted(schema: TSchema, message: string): string {
  return "enum" in schema && Array.isArray(schema.enum) ? `must be one of ${schema.enum.join(", ")}` : message;
}

function missing(values: Record<string, unknown>): string[] {
  if (values.NODE_ENV !== "production") return [];
  const needed = {
    PLINTH_SECRET: "for example the output of: openssl rand -base64 48",
    PUBLIC_URL: "for example https://api.example.com",
    DATABASE_URL: "the embedded PostgreSQL is for development",
  };
  return Object.entries(needed)
    .filter(([name]) => values[name] === undefined)
    .map(([name, hint]) => `${name} is required when NODE_ENV is production (${hint})`);
}

function misspelt(env: Record<string, string | undefined>): string[] {
  const names = Object.keys(configSchema.properties);
  return Object.keys(env)
    .filter((name) => !names.includes(name) && env[name] !== undefined)
    .flatMap((name) => {
      const isNear = (known: string) => known.length > 4 && distance(name, known) <= (known.length > 8 ? 2 : 1);
      const near = names.find((known) => env[known] === undefined && isNear(known));
      if (near !== undefined) return [`${name} is not known; did you mean ${near}?`];
      return name.startsWith("PLINTH_") ? [`${name} is not known; see docs/configuration.md`] : [];
    });
}

/** The edits between two names, a swap of neighbours counting as one (optimal string alignment). */
function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + same, swapped ? at(i - 2, j - 2) + 1 : 3),
      );
    }
  }
  return at(a.length, b.length);
}
