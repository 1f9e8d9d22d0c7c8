import { type LogFn, type Logger, pino } from "pino";
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
  "license_key",
  "purchase_token",
  "signed_transaction",
];

/** Told of every line of an error, before it is written: an Error under `err`, and what else the line says. */
export type ErrorListener = (line: Record<string, unknown>, message: string) => void;

/**
 * The logger: JSON lines on standard output. Values under a secret's name are replaced, at the top and up to two levels down.
 * A child made with `{ request_id }` marks every line of a request and of the work that it causes.
 */
export function createLogger(
  config: Pick<Config, "LOG_LEVEL">,
  destination?: { write(line: string): void },
  onError?: ErrorListener,
): Logger {
  const secrets = new Set([...secretFields, ...secretNames()]);
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (line: Record<string, unknown>) => withoutSecrets(line, secrets, levels),
    },
    ...(onError === undefined ? {} : { hooks: { logMethod: hearing(onError) } }),
    serializers: { err: (error: Error) => withoutSecrets({ ...pino.stdSerializers.err(error) }, secrets, levels) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Lines of this level and above tell of errors. */
const errorLevel = 50;

function hearing(onError: ErrorListener) {
  return function hear(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const [line, message] = args;
    if (level >= errorLevel && typeof line === "object") onError({ ...this.bindings(), ...line }, message ?? "");
    method.apply(this, args);
  };
}

/** Levels of an object that are looked through. */
const levels = 3;

/**
 * The object with the values under secrets' names replaced; itself where there are none. One walk over names: the library's way by paths
 * takes longer than all the rest of a line.
 */
function withoutSecrets(object: Record<string, unknown>, secrets: Set<string>, depth: number): Record<string, unknown> {
  let clean = object;
  for (const [name, value] of Object.entries(object)) {
    const shown = secrets.has(name)
      ? "[redacted]"
      : depth > 1 && isPlain(value)
        ? withoutSecrets(value, secrets, depth - 1)
        : value;
    if (shown === value) continue;
    if (clean === object) clean = { ...object };
    clean[name] = shown;
  }
  return clean;
}

/** An error has a serializer of its own, which needs it whole. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
