import { type Logger, pino } from "pino";
import { type Config, secretNames } from "./config.ts";

export type { Logger } from "pino";

/** Names that never reach a log with their value, wherever they stand in an object, beside the secrets of the configuration. */
const secretFields = [
  "authorization",
  "cookie",
  "set-cookie",
  "password",
  "token",
  "access_token",
  "refresh_token",
  "secret",
  "api_key",
];

/**
 * The logger: JSON lines on standard output. Values under a secret's name are replaced, at the top and up to two levels down.
 * A child made with `{ request_id }` marks every line of a request and of the work that it causes.
 */
export function createLogger(config: Pick<Config, "LOG_LEVEL">, destination?: { write(line: string): void }): Logger {
  const names = [...secretFields, ...secretNames()];
  const paths = names.flatMap((name) => ["", "*.", "*.*."].map((prefix) => path(prefix, name)));
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths, censor: "[redacted]" },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function path(prefix: string, name: string): string {
  return /^\w+$/.test(name) ? `${prefix}${name}` : `${prefix.replace(/\.$/, "")}["${name}"]`;
}
