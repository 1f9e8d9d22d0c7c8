import fc from "fast-check";
import { expect, test } from "vitest";
import { isClosable, isStrict, narrowed } from "./schema-rules.ts";
import { fittingId } from "./tool-calls.ts";
import { sumOf, usageOf } from "./usage-rules.ts";

test("AI 13: usage holds for whatever a provider tells: parts never exceed the whole, and what cannot be true is null", () => {
  const told = fc.oneof(fc.integer({ min: -5, max: 4e9 }), fc.double(), fc.constantFrom(null, undefined, "9", {}, 0));
  const counts = fc.record({ input: told, cached: told, written: told, output: told, reasoning: told });
  const holds = (given: {
    input?: unknown;
    cached?: unknown;
    written?: unknown;
    output?: unknown;
    reasoning?: unknown;
  }) => {
    const usage = usageOf({ input: given.input, output: given.output, ...given });
    if (usage === null) return true;
    const isWhole = Object.values(usage).every((count) => Number.isInteger(count) && count >= 0);
    const fits = usage.cached_input_tokens + usage.cache_write_tokens <= usage.input_tokens;
    return isWhole && fits && usage.reasoning_tokens <= usage.output_tokens && usage.input_tokens === given.input;
  };
  fc.assert(fc.property(counts, holds), { numRuns: 2_000 });
});

test("a sum of parts is told when one of them was, and can be true", () => {
  expect(sumOf(3, 12_304, 0)).toBe(12_307);
  expect(sumOf(3, null, undefined)).toBe(3);
  expect(sumOf(undefined, null)).toBeUndefined();
  expect(sumOf(3, "4")).toBeUndefined();
});

test("strict mode takes closed objects whose members are all required, however deep", () => {
  const closed = (properties: object) => ({
    type: "object",
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  expect(isStrict(closed({ a: { type: "string" }, required: closed({}) }))).toBe(true);
  expect(isStrict(closed({ a: { type: "array", items: { type: "object", properties: {} } } }))).toBe(false);
  expect(isStrict({ ...closed({ a: { type: "string" } }), required: [] })).toBe(false);
  expect(isStrict({ $defs: { a: { type: "object" } }, type: "string" })).toBe(false);
  expect(isStrict({ type: "string", enum: ["object"], default: { type: "object" } })).toBe(true);
});

test("a schema for Anthropic is closed, and says in words what it may not demand", () => {
  const schema = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: {
      mood: { type: "string", minLength: 2, description: "How it feels" },
      days: { type: "array", minItems: 2, items: { type: "integer", maximum: 7 } },
      maximum: { type: "number" },
    },
  };
  expect(narrowed(schema)).toEqual({
    type: "object",
    properties: {
      mood: { type: "string", description: "How it feels; minLength: 2" },
      days: { type: "array", description: "minItems: 2", items: { type: "integer", description: "maximum: 7" } },
      maximum: { type: "number" },
    },
    additionalProperties: false,
  });
});

test("a schema can be closed where its objects name their members or have none; a map is told in words instead", () => {
  const closable: object[] = [
    { type: "object", properties: { type: { type: "string" } } },
    { type: "object", properties: { additionalProperties: { type: "object", properties: { a: {} } } } },
    { type: "object", additionalProperties: false },
    { type: "array", items: { type: "string", default: { type: "object" } } },
  ];
  const map = { type: "object", additionalProperties: { type: "integer" } };
  const open: object[] = [
    { type: "object" },
    { type: ["object", "null"] },
    { type: "object", properties: {} },
    { ...map, properties: { a: { type: "string" } } },
    { type: "object", properties: { scores: map } },
    { type: "object", properties: { enum: map } },
    { anyOf: [{ type: "string" }, map] },
    { type: "array", items: { $ref: "#/$defs/a" }, $defs: { a: map } },
    { type: "object", patternProperties: { "^x": {} }, additionalProperties: false },
  ];
  for (const schema of closable) expect(isClosable(schema), JSON.stringify(schema)).toBe(true);
  for (const schema of open) expect(isClosable(schema), JSON.stringify(schema)).toBe(false);
});

test("the id of a tool call fits everywhere, and stays what it was where it did", () => {
  expect(fittingId("call_1-a")).toBe("call_1-a");
  fc.assert(fc.property(fc.string(), (id) => /^[\w-]{1,40}$/.test(fittingId(id))));
  expect(fittingId("a~b")).not.toBe(fittingId("a~c"));
});
