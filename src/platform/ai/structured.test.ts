import { describe, expect, test } from "vitest";
import { ask, checkedStage, readAll, refusal, turn, turnCost } from "../../../test/support/ai-gateway.ts";
import { createChecker } from "./structured.ts";

const { fake, ctx, start } = await checkedStage();

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

describe("an answer that was cut off", () => {
  const response_schema = { name: "n", schema: { type: "object", required: ["n"] } };
  const cut = { text: '{"n": 1', finish_reason: "length" };

  test("is not sent back for repair, which would be cut off at the same place: the caller is told why", async () => {
    const { ai, ledger } = start();
    fake.otherwise(cut);
    const error = await refusal(ask(ai, ctx, { response_schema }));
    expect(error).toMatchObject({
      code: "ai.invalid_output",
      occurrence: {
        detail: "The answer was cut off at max_output_tokens (60)",
        extensions: { finish_reason: "length" },
      },
    });
    expect(fake.calls).toHaveLength(1);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnCost }]);
    expect(ledger.repeats()).toBe(0);
  });

  test("by the provider's filter is not sent back either", async () => {
    const { ai } = start();
    fake.otherwise({ ...cut, finish_reason: "content_filter" });
    expect(await refusal(ask(ai, ctx, { response_schema }))).toMatchObject({
      code: "ai.invalid_output",
      occurrence: { extensions: { finish_reason: "content_filter" } },
    });
    expect(fake.calls).toHaveLength(1);
  });

  test("is told of in a stream, and as the answer to a repair", async () => {
    const { ai } = start();
    fake.script(cut, { text: "{}" }, cut);
    const { error } = await readAll(await ai.stream(ctx, { ...turn, response_schema }));
    const told = { code: "ai.invalid_output", occurrence: { extensions: { finish_reason: "length" } } };
    expect(error).toMatchObject(told);
    expect(await refusal(ask(ai, ctx, { response_schema }))).toMatchObject(told);
  });

  test("is valid where it is whole all the same", async () => {
    const { ai } = start();
    fake.script({ ...cut, text: '{"n": 1}' });
    expect(await ask(ai, ctx, { response_schema })).toMatchObject({ output: { n: 1 }, finish_reason: "length" });
  });

  test("goes to a client that wrote the schema as it is: it reads finish_reason", async () => {
    const { ai } = start();
    fake.otherwise(cut);
    const input = { response_schema: { ...response_schema, from_client: true } };
    const completion = await ask(ai, ctx, input);
    expect(completion).toMatchObject({ text: '{"n": 1', finish_reason: "length" });
    expect(completion).not.toHaveProperty("output");
    const { events } = await readAll(await ai.stream(ctx, { ...turn, ...input }));
    expect(events.at(-1)).toMatchObject({ type: "done", completion: { finish_reason: "length" } });
  });
});
