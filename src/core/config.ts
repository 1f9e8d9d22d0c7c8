import Type, { type Static, type TSchema } from "typebox";
import { Errors } from "typebox/value";
import { aiVariables } from "./variables/ai.ts";
import { eventsVariables } from "./variables/events.ts";
import { identityVariables } from "./variables/identity.ts";
import { messagingVariables } from "./variables/messaging.ts";
import { moneyVariables } from "./variables/money.ts";
import { processVariables } from "./variables/process.ts";
import { relayVariables } from "./variables/relay.ts";
import { safetyVariables } from "./variables/safety.ts";

/** Every variable that Plinth reads. `docs/configuration.md` is generated from it. */
export const configSchema = Type.Object({
  ...processVariables,
  ...identityVariables,
  ...moneyVariables,
  ...aiVariables,
  ...eventsVariables,
  ...safetyVariables,
  ...messagingVariables,
  ...relayVariables,
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
