import Type from "typebox";
import { list, optional, secret, text, whole } from "./kinds.ts";

/** Variables of the process itself: where it listens, its database, its logs. */
export const processVariables = {
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
  PLINTH_CONFIG_DIR: text("Folder with models.yaml, and with safety.yaml and plans.yaml where there are any", {
    default: "config",
  }),
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
  SENTRY_DSN: optional(
    text("Where errors are reported: the DSN of a project at Sentry or GlitchTip, https://<key>@<host>/<project>", {
      pattern: "^https?://[^\\s@/]+@[^\\s/]+/\\S+$",
      ...secret,
    }),
  ),
  RELEASE: optional(
    text("What errors and traces call this deployment, for example a commit. Default: Plinth's version"),
  ),
  OTEL_EXPORTER_OTLP_ENDPOINT: optional(
    text("Where traces go, by OTLP over HTTP: http://localhost:4318. Without it there are none", {
      pattern: "^https?://",
    }),
  ),
  OTEL_EXPORTER_OTLP_HEADERS: Type.Array(Type.String({ pattern: "^[^=]+=.*$" }), {
    description: "Headers that the traces are sent with, as name=value separated by commas",
    default: [],
    ...secret,
  }),
  OTEL_SERVICE_NAME: text("What traces call this service", { default: "plinth" }),
  TRACE_PERCENT: whole(
    "Of a hundred requests, so many are traced; a caller who traces decides for its own",
    100,
    0,
    100,
  ),
};
