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
  AUTH_RATE_LIMIT: whole("Sign-ups, logins and refreshes for each address in a minute", 60, 1, 100_000),
  STRIPE_WEBHOOK_SECRET: Type.Array(Type.String({ pattern: "^whsec_" }), {
    description:
      "Signing secrets of the Stripe endpoint, separated by commas while one is rotated. Generated in development; without any, the endpoint does not exist",
    default: [],
    ...secret,
  }),
  STRIPE_ENVIRONMENT: optional(
    Type.Enum(["live", "test"], { description: "Whose events grant anything. Default: live in production, else test" }),
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
      "Mail server, smtp://user:password@host:587 or smtps://. Without it mails go to the dev mailbox, and in production nowhere",
      {
        pattern: "^smtps?://",
        ...secret,
      },
    ),
  ),
  MAIL_FROM: text("Sender of the mails", { default: "Plinth <no-reply@localhost>" }),
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
