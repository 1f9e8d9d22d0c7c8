/** What this file reads of a JSON Schema. */
interface Schema {
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  minItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  format?: string;
  $defs?: Record<string, Schema>;
  definitions?: Record<string, Schema>;
}

const formats: Record<string, string> = {
  date: "2026-01-01",
  "date-time": "2026-01-01T00:00:00Z",
  time: "00:00:00Z",
  email: "demo@example.com",
  uri: "https://example.com",
  uuid: "00000000-0000-4000-8000-000000000000",
};

/** How deep a schema is followed that names itself. */
const deepest = 12;

/** The smallest value that an ordinary schema takes, with this text wherever it wants one: all that is required, one of each list. Patterns are not looked at. */
export function demoValue(schema: object, text: string): unknown {
  const root = schema as Schema;
  const make = (given: Schema, depth: number): unknown => {
    const one = resolve(given, root);
    if (depth > deepest) return null;
    if (one.const !== undefined) return one.const;
    if (one.enum !== undefined) return one.enum[0];
    const choice = one.anyOf?.[0] ?? one.oneOf?.[0];
    if (choice !== undefined) return make(choice, depth + 1);
    if (one.allOf !== undefined) return make(Object.assign({}, ...one.allOf, { ...one, allOf: undefined }), depth + 1);
    switch (typeOf(one)) {
      case "object": {
        const { properties = {}, required = [] } = one;
        return Object.fromEntries(required.map((name) => [name, make(properties[name] ?? {}, depth + 1)]));
      }
      case "array":
        return Array.from({ length: Math.max(1, one.minItems ?? 1) }, () => make(one.items ?? {}, depth + 1));
      case "string":
        return (formats[one.format ?? ""] ?? text).slice(0, one.maxLength).padEnd(one.minLength ?? 0, ".");
      case "integer":
      case "number":
        return (
          one.minimum ?? (one.exclusiveMinimum === undefined ? Math.min(1, one.maximum ?? 1) : one.exclusiveMinimum + 1)
        );
      case "boolean":
        return false;
      default:
        return null;
    }
  };
  return make(root, 0);
}

function typeOf({ type, properties, items }: Schema): string | undefined {
  if (type !== undefined) return [type].flat()[0];
  if (properties !== undefined) return "object";
  return items === undefined ? "string" : "array";
}

/** What a reference within the schema names (JSON Schema 2020-12, 8.2.3). */
function resolve(schema: Schema, root: Schema): Schema {
  const [, name = ""] = /^#\/(?:\$defs|definitions)\/(.+)$/.exec(schema.$ref ?? "") ?? [];
  if (schema.$ref === "#") return root;
  return root.$defs?.[name] ?? root.definitions?.[name] ?? schema;
}
