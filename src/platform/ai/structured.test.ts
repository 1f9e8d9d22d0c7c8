import { expect, test } from "vitest";
import { createChecker } from "./structured.ts";

const schema = { type: "object", properties: { word: { type: "string", pattern: "^(a+)+$" } }, required: ["word"] };

test("a product's pattern is held to; a client's is not run, so that none of them can hold up the process", () => {
  const check = createChecker();
  const endless = JSON.stringify({ word: `${"a".repeat(60)}!` });
  expect(check({ name: "n", schema })('{"word":"b"}')).toHaveProperty("problems");
  expect(check({ name: "n", schema, from_client: true })(endless)).toEqual({ output: JSON.parse(endless) });
  expect(check({ name: "n", schema, from_client: true })("{}")).toHaveProperty("problems");
});

test("patterns of names are refused from a client, and taken from a product", () => {
  const check = createChecker();
  const named = { type: "object", patternProperties: { "^x": { type: "integer" } }, additionalProperties: false };
  expect(check({ name: "n", schema: named })('{"x1":1}')).toEqual({ output: { x1: 1 } });
  expect(() => check({ name: "n", schema: named, from_client: true })).toThrow(
    expect.objectContaining({ code: "ai.invalid_request" }),
  );
});
