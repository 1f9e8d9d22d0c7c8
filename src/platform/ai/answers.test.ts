import { afterAll, beforeEach, describe, expect, test } from "vitest";
import {
  aiStage,
  ask,
  down,
  readAll,
  refusal,
  turn,
  turnCost,
  turnMost,
  wordsOf,
} from "../../../test/support/ai-gateway.ts";
import { makeMember } from "../../../test/support/factories.ts";

const stage = await aiStage();
const { t, fake, gateway, expectOneToOne, key } = stage;
const ctx = await makeMember(t);
const stranger = await makeMember(t);

beforeEach(() => fake.reset());
afterAll(() => stage.close());

describe("structured output", () => {
  const schema = {
    type: "object",
    properties: { mood: { enum: ["calm", "sad"] }, score: { type: "integer" } },
    required: ["mood", "score"],
    additionalProperties: false,
  };
  const response_schema = { name: "mood", schema };

  test("is parsed and checked; a block of Markdown around it does no harm", async () => {
    const { ai, ledger } = gateway();
    fake.script({ text: '{"mood":"calm","score":3}' }, { text: '```json\n{"mood":"sad","score":1}\n```' });
    expect((await ask(ai, ctx, { response_schema })).output).toEqual({ mood: "calm", score: 3 });
    expect((await ask(ai, ctx, { response_schema })).output).toEqual({ mood: "sad", score: 1 });
    expect(fake.calls).toHaveLength(2);
    expectOneToOne(ledger, fake);
  });

  test("is repaired once: the model is told what was wrong; both attempts are metered, with room set aside for both", async () => {
    const { ai, ledger } = gateway();
    fake.script({ text: '{"mood":"happy"}' }, { text: '{"mood":"calm","score":3}' });
    const completion = await ask(ai, ctx, { response_schema });
    expect(completion).toMatchObject({ output: { mood: "calm", score: 3 }, cost_pico_usd: 2 * turnCost });
    expect(completion.usage).toMatchObject({ input_tokens: 24, output_tokens: 10 });
    const messages = fake.calls[1]?.body.messages as { role: string; content: string }[];
    expect(messages.map(({ role }) => role)).toEqual(["user", "assistant", "user"]);
    expect(messages[1]?.content).toBe('{"mood":"happy"}');
    expect(messages[2]?.content).toMatch(/required property 'score'[\s\S]*\/mood must be equal to one of/);
    expect(ledger.entries).toMatchObject([
      { attempt: 1, outcome: "ok" },
      { attempt: 2, outcome: "ok" },
    ]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: 2 * turnCost }]);
    expect(ledger.reservations[0]?.amount_pico_usd).toBeGreaterThanOrEqual(2 * turnMost);
    expectOneToOne(ledger, fake);
  });

  test("invalid twice is a typed error that says where, and nothing of what the model wrote", async () => {
    const { ai, ledger, lines } = gateway();
    fake.otherwise({ text: '{"mood":"secretly happy","score":1}' });
    const error = await refusal(ask(ai, ctx, { response_schema }));
    expect(error).toMatchObject({ code: "ai.invalid_output", occurrence: { errors: [{ pointer: "/mood" }] } });
    expect(JSON.stringify(error) + lines.join()).not.toContain("secretly");
    expect(ledger.entries).toHaveLength(2);
    expectOneToOne(ledger, fake);
  });

  test("a repair that fails on the wire settles what was paid", async () => {
    const { ai, ledger } = gateway();
    fake.script({ text: "no" }, { status: 400 });
    expect(await refusal(ask(ai, ctx, { response_schema }))).toMatchObject({ code: "ai.invalid_request" });
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnCost }]);
    expectOneToOne(ledger, fake);
  });

  test("a schema that is none is refused with its place, before anything is sent", async () => {
    const { ai } = gateway();
    const broken = { name: "x", schema: { type: "object", properties: { a: { type: "strnig" } } } };
    expect(await refusal(ask(ai, ctx, { response_schema: broken }))).toMatchObject({
      code: "ai.invalid_request",
      occurrence: {
        errors: expect.arrayContaining([
          { pointer: "/response_schema/schema/properties/a/type", detail: expect.any(String) },
        ]),
      },
    });
    const dangling = { name: "x", schema: { $ref: "#/$defs/none" } };
    expect(await refusal(ask(ai, ctx, { response_schema: dangling }))).toMatchObject({ code: "ai.invalid_request" });
    expect(fake.calls).toHaveLength(0);
  });

  test("two schemas may bear the same $id", async () => {
    const { ai } = gateway();
    fake.script({ text: "1" }, { text: '"a"' });
    const named = (type: string) => ({ name: "x", schema: { $id: "https://x.test/same", type } });
    expect((await ask(ai, ctx, { response_schema: named("integer") })).output).toBe(1);
    expect((await ask(ai, stranger, { response_schema: named("string") })).output).toBe("a");
  });

  test("an answer that asks for tools is not the one that the schema is for", async () => {
    const { ai } = gateway();
    fake.script({ tool_calls: [{ name: "look", pieces: ["{}"] }] });
    const tools = [{ name: "look", parameters: { type: "object" } }];
    const completion = await ask(ai, ctx, { response_schema, tools });
    expect(completion).toMatchObject({ finish_reason: "tool_calls", tool_calls: [{ name: "look", arguments: "{}" }] });
    expect(completion.output).toBeUndefined();
  });
});

describe("AI 19: an idempotency key", () => {
  test("gets the first answer for a day, in its workspace: one upstream call, one cost", async () => {
    const { ai, ledger } = gateway();
    const first = await ask(ai, ctx, { idempotency_key: "k1" });
    const other = gateway();
    fake.otherwise({ text: "Another." });
    expect(await ask(other.ai, ctx, { idempotency_key: "k1" })).toEqual(first);
    expect(other.ledger.reservations).toEqual([]);
    expectOneToOne(ledger, fake);
    expect((await ask(ai, stranger, { idempotency_key: "k1" })).text).toBe("Another.");
    t.clock.advance(86_401_000);
    expect((await ask(ai, ctx, { idempotency_key: "k1" })).text).toBe("Another.");
  });

  test("of another question is 409; of one that runs is 409 with Retry-After; 20 at once send one", async () => {
    const { ai, ledger } = gateway();
    await ask(ai, ctx, { idempotency_key: "k2" });
    expect(await refusal(ask(ai, ctx, { idempotency_key: "k2", temperature: 1 }))).toMatchObject({
      code: "ai.idempotency_conflict",
      kind: "conflict",
    });
    const hold = Promise.withResolvers<void>();
    let refused = 0;
    fake.script({ after: hold.promise });
    const calls = Array.from({ length: 20 }, () =>
      ask(ai, ctx, { idempotency_key: "k3" }).then(
        () => "ok",
        (error) => {
          expect(error.occurrence.retry_after).toBe(1);
          refused++;
          return error.code;
        },
      ),
    );
    await fake.arrival(2);
    // All the others have been refused before the first is answered.
    await expect.poll(() => refused).toBe(19);
    hold.resolve();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "ai.in_progress")).toHaveLength(19);
    expectOneToOne(ledger, fake);
  });

  test("of a call that failed is free again, and of one whose process died after its lease", async () => {
    const { ai } = gateway();
    fake.script({ status: 400 });
    await refusal(ask(ai, ctx, { idempotency_key: "k4" }));
    await ask(ai, ctx, { idempotency_key: "k4" });
    const dying = new AbortController();
    fake.script({ fault: "hang" });
    const died = ask(ai, ctx, { idempotency_key: "k5", signal: dying.signal }).catch(() => undefined);
    await fake.arrival(3);
    const other = gateway();
    expect(await refusal(ask(other.ai, ctx, { idempotency_key: "k5" }))).toMatchObject({ code: "ai.in_progress" });
    t.clock.advance(66_000);
    const { call_id } = await ask(other.ai, ctx, { idempotency_key: "k5" });
    // Whatever becomes of the old one, the answer stays.
    dying.abort();
    await died;
    expect(await ask(ai, ctx, { idempotency_key: "k5" })).toMatchObject({ call_id });
  });

  test("of a call that outlived its lease is not freed under the call that took it: that one goes on alone", async () => {
    const { ai } = gateway();
    const other = gateway();
    const late = new AbortController();
    fake.script({ fault: "hang" });
    const first = refusal(ask(ai, ctx, { idempotency_key: "k8", signal: late.signal }));
    await fake.arrival(1);
    t.clock.advance(66_000);
    const hold = Promise.withResolvers<void>();
    fake.script({ after: hold.promise });
    const second = ask(other.ai, ctx, { idempotency_key: "k8" });
    await fake.arrival(2);
    late.abort();
    await first;
    const third = await refusal(ask(ai, ctx, { idempotency_key: "k8" }));
    hold.resolve();
    expect(third).toMatchObject({ code: "ai.in_progress" });
    const { call_id } = await second;
    expect(await ask(ai, ctx, { idempotency_key: "k8" })).toMatchObject({ call_id });
    expect(fake.calls).toHaveLength(2);
  });

  test("of a call that outlived its lease does not get its answer when another call has taken it", async () => {
    const { ai } = gateway();
    const other = gateway();
    const holds = [Promise.withResolvers<void>(), Promise.withResolvers<void>()] as const;
    fake.script({ after: holds[0].promise, text: "Late." }, { after: holds[1].promise });
    const first = ask(ai, ctx, { idempotency_key: "k9" });
    await fake.arrival(1);
    t.clock.advance(66_000);
    const second = ask(other.ai, ctx, { idempotency_key: "k9" });
    await fake.arrival(2);
    holds[0].resolve();
    expect((await first).text).toBe("Late.");
    holds[1].resolve();
    const { call_id } = await second;
    expect(await ask(ai, ctx, { idempotency_key: "k9" })).toMatchObject({ call_id });
  });

  test("of a stream gets the same words in one piece", async () => {
    const { ai, ledger } = gateway();
    const first = await readAll(await ai.stream(ctx, { ...turn, idempotency_key: "k6" }));
    const again = await readAll(await ai.stream(ctx, { ...turn, idempotency_key: "k6" }));
    expect(wordsOf(again.events)).toEqual(["Take one small step."]);
    expect(again.events.at(-1)).toEqual(first.events.at(-1));
    expectOneToOne(ledger, fake);
    fake.script({ text: "a b c", breaks: { after: 3, by: "reset" } });
    expect((await readAll(await ai.stream(ctx, { ...turn, idempotency_key: "k7" }))).error).toBeDefined();
    expect((await readAll(await ai.stream(ctx, { ...turn, idempotency_key: "k7" }))).error).toBeUndefined();
  });

  test("whose answer cannot be opened any more is refused, not paid for again; a new key is", async () => {
    const { ai, lines } = gateway();
    await ask(ai, ctx, { idempotency_key: "k10" });
    await t.sql(
      "update ai.idempotent_calls set answer = set_byte(answer, 30, 255 - get_byte(answer, 30)) where key = 'k10'",
    );
    expect(await refusal(ask(ai, ctx, { idempotency_key: "k10" }))).toMatchObject({
      code: "ai.idempotency_conflict",
      occurrence: { detail: expect.stringContaining("another key") },
    });
    expect(fake.calls).toHaveLength(1);
    expect(lines).toHaveLength(1);
    await ask(ai, ctx, { idempotency_key: "k11" });
  });

  test("what is kept cannot be read in the tables", async () => {
    const kept = await t.sql<{ text: string }>(
      "select row_to_json(c)::text || encode(coalesce(answer, ''), 'escape') as text from ai.idempotent_calls c",
    );
    expect(kept.length).toBeGreaterThan(3);
    expect(JSON.stringify(kept)).not.toMatch(/small step|not sure/);
  });
});

describe("the cache", () => {
  const feature = "prism.cached";

  test("answers exactly the same question again in its workspace, where the feature says so, until its time is over", async () => {
    const { ai, ledger, metrics } = gateway();
    const first = await ask(ai, ctx, { feature });
    const again = await ask(ai, ctx, { feature });
    expect(again).toMatchObject({ text: first.text, cached: true, cost_pico_usd: 0, usage: { input_tokens: 0 } });
    expect(first.cached).toBe(false);
    expect(fake.calls).toHaveLength(1);
    expectOneToOne(ledger, fake);
    for (const change of [
      { temperature: 1 },
      { max_output_tokens: 5 },
      { messages: [{ role: "user" as const, content: "?" }] },
      { model: "other" },
    ]) {
      expect((await ask(ai, ctx, { feature, ...change })).cached).toBe(false);
    }
    expect((await ask(ai, stranger, { feature })).cached).toBe(false);
    expect((await ask(ai, ctx)).cached).toBe(false);
    t.clock.advance(61_000);
    expect((await ask(ai, ctx, { feature })).cached).toBe(false);
    expect((await metrics.page()).body).toContain(
      'plinth_ai_cache_lookups_total{feature="prism.cached",result="hit"} 1',
    );
  });

  test("keeps no failure, nothing with tools and no stream", async () => {
    const { ai } = gateway();
    fake.script(down, down, down);
    const messages = [{ role: "user" as const, content: "Once" }];
    await refusal(ask(ai, ctx, { feature, messages }));
    expect((await ask(ai, ctx, { feature, messages })).cached).toBe(false);
    const tools = [{ name: "look", parameters: { type: "object" } }];
    for (let n = 0; n < 2; n++) expect((await ask(ai, ctx, { feature, tools })).cached).toBe(false);
    const { events } = await readAll(await ai.stream(ctx, { ...turn, feature, messages }));
    expect(events.at(-1)).toMatchObject({ completion: { cached: false } });
  });

  test("that cannot be read costs a call, and is written anew", async () => {
    const { ai, lines } = gateway();
    const messages = [{ role: "user" as const, content: "Twice" }];
    await ask(ai, ctx, { feature, messages });
    await t.sql("update ai.cached_completions set answer = set_byte(answer, 30, 255 - get_byte(answer, 30))");
    expect((await ask(ai, ctx, { feature, messages })).cached).toBe(false);
    expect(lines).toHaveLength(1);
    expect((await ask(ai, ctx, { feature, messages })).cached).toBe(true);
  });

  test("is pruned, and says nothing to who reads the tables", async () => {
    const { ai } = gateway();
    const [kept] = await t.sql<{ text: string }>(
      "select string_agg(encode(answer, 'escape') || encode(key, 'escape'), '') as text from ai.cached_completions",
    );
    expect(kept?.text).not.toMatch(/small step|not sure/);
    t.clock.advance(2 * 86_400_000);
    expect(await ai.maintain()).toBeGreaterThan(0);
    for (const table of ["ai.cached_completions", "ai.idempotent_calls"]) {
      expect(await t.sql(`select from ${table}`)).toEqual([]);
    }
  });
});

describe("prompts and answers in the log", () => {
  test("stand there only in a workspace that says so, without keys", async () => {
    const { ai, lines } = gateway();
    const messages = [{ role: "user" as const, content: `My key is\n${key}\tand "\\n${key}", and I am not sure.` }];
    await ask(ai, ctx, { messages });
    expect(lines).toEqual([]);
    expect(await ai.settings.get(ctx)).toEqual({ log_content: false, updated_at: null });
    await ai.settings.update(ctx, { log_content: true });
    const { call_id } = await ask(ai, ctx, { messages });
    await readAll(await ai.stream(ctx, { ...turn, messages }));
    await ask(ai, stranger, { messages });
    expect(lines).toHaveLength(2);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({
      ...{ level: "info", call_id, feature: "prism.turn", text: "Take one small step." },
      messages: [{ role: "user", content: 'My key is\n[redacted]\tand "\\n[redacted]", and I am not sure.' }],
    });
    expect(lines.join()).not.toContain(key);
    await ai.settings.update(ctx, { log_content: false });
    await ask(ai, ctx, { messages });
    expect(lines).toHaveLength(2);
    const audited = await t.sql(
      "select action, details from audit.entries where workspace_id = $1 order by created_at",
      [ctx.workspace_id],
    );
    expect(audited).toEqual([
      { action: "ai.settings_changed", details: { log_content: true } },
      { action: "ai.settings_changed", details: { log_content: false } },
    ]);
  });
});
