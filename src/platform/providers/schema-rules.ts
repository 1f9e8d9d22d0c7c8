import { isRecord } from "./json-rules.ts";
import type { ResponseSchema } from "./port.ts";

/**
 * Whether OpenAI's strict mode takes the schema: every object closed, and each of its members required
 * (https://platform.openai.com/docs/guides/structured-outputs).
 */
export function isStrict(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isStrict);
  if (!isRecord(schema)) return true;
  const { properties, required } = schema;
  if (schema.type === "object" || properties !== undefined) {
    const names = isRecord(properties) ? Object.keys(properties) : [];
    const needed = Array.isArray(required) ? required : [];
    if (schema.additionalProperties !== false || !names.every((name) => needed.includes(name))) return false;
  }
  return Object.entries(schema).every(([key, value]) => literals.has(key) || isStrict(value));
}

/** Members of a schema whose values are no schemas. */
const literals: ReadonlySet<string> = new Set(["enum", "const", "default", "examples", "required"]);

/** Members of a schema that hold schemas by name, which may be called like a keyword. */
const byName: ReadonlySet<string> = new Set([
  "properties",
  "patternProperties",
  "$defs",
  "definitions",
  "dependentSchemas",
]);

const isObjectType = (type: unknown) => type === "object" || (Array.isArray(type) && type.includes("object"));

/**
 * Whether every object in the schema can be closed and still be what is meant: it names its members, or has none. A map, whose members have names that nobody knows before,
 * would be left with `{}` alone.
 */
export function isClosable(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosable);
  if (!isRecord(schema)) return true;
  const { type, properties, additionalProperties, patternProperties } = schema;
  const isMap = isRecord(additionalProperties) || isRecord(patternProperties);
  const isNamed = isRecord(properties) && Object.keys(properties).length > 0;
  if (isMap || (isObjectType(type) && additionalProperties !== false && !isNamed)) return false;
  return Object.entries(schema).every(([key, value]) => {
    if (byName.has(key) && isRecord(value)) return Object.values(value).every(isClosable);
    return literals.has(key) || isClosable(value);
  });
}

/** Keywords that Anthropic's structured outputs refuse. What they demand is left to the check of the answer. */
const unsupported: ReadonlySet<string> = new Set([
  "$schema",
  "$id",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "multipleOf",
  "minLength",
  "maxLength",
  "maxItems",
  "uniqueItems",
  "minProperties",
  "maxProperties",
  "default",
  "examples",
]);

/**
 * A schema that is closable as Anthropic takes it: objects closed, keywords that it refuses told in the description instead
 * (https://platform.claude.com/docs/en/build-with-claude/structured-outputs).
 */
export function narrowed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(narrowed);
  if (!isRecord(schema)) return schema;
  const kept: Record<string, unknown> = {};
  const told: string[] = [];
  for (const [key, value] of Object.entries(schema)) {
    const isTold = unsupported.has(key) || (key === "minItems" && Number(value) > 1);
    if (isTold) told.push(`${key}: ${JSON.stringify(value)}`);
    else kept[key] = byName.has(key) ? mapValues(value) : literals.has(key) ? value : narrowed(value);
  }
  if (isObjectType(schema.type)) kept.additionalProperties = false;
  const words = told.filter((text) => !text.startsWith("$"));
  if (words.length > 0) kept.description = [kept.description, words.join(", ")].filter(Boolean).join("; ");
  return kept;
}

function mapValues(members: unknown): unknown {
  if (!isRecord(members)) return members;
  return Object.fromEntries(Object.entries(members).map(([name, schema]) => [name, narrowed(schema)]));
}

/** What a model is told whose provider takes no schema. */
export function schemaInstruction({ schema }: ResponseSchema): string {
  return `Answer with JSON alone, without any other text, that is valid by this JSON Schema: ${JSON.stringify(schema)}`;
}

/** The name of a schema as OpenAI takes it. */
export function schemaName({ name }: ResponseSchema): string {
  return name.replaceAll(/[^\w-]/g, "_").slice(0, 64) || "answer";
}
