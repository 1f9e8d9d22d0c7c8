import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  ask,
  checkedStage,
  down,
  html,
  refusal,
  scripted,
  turn,
  turnCost,
  turnMost,
} from "../../../test/support/ai-gateway.ts";
import { standing, testLedger } from "../../../test/support/ai-ledger.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { FakeAnswer } from "../../../test/support/fake-openai.ts";
import { ProviderError } from "../providers/index.ts";
import { estimateTokens } from "./rules.ts";

const { t, fake, second, key, gateway, expectOneToOne, ctx, start } = await checkedStage();

describe("money", () => {
  const faults: Record<string, FakeAnswer> = {
    ok: {},
    no_usage: { usage: null },
    down,
    busy: { status: 429, headers: { "retry-after": "1" } },
    later: { status: 429, headers: { "retry-after": "3600" } },
    refused: { status: 400 },
    wrong_key: { status: 401 },
    html,
    reset: { fault: "reset" },
    reset_in_body: { fault: "reset_in_body" },
  };

  test("AI 25: calls on the wire are usage events, one to one, settled with their sum, whatever the providers do", async () => {
    const script = fc.array(fc.constantFrom(...Object.keys(faults)), { minLength: 3, maxLength: 3 });
    const feature = fc.constantFrom("prism.turn", "prism.two");
    await fc.assert(
      fc.asyncProperty(script, script, feature, fc.boolean(), async (a, b, feature, isStream) => {
        fake.reset();
        second.reset();
        fake.script(...a.map((name) => faults[name] ?? {}));
        second.script(...b.map((name) => faults[name] ?? {}));
        const { ai, ledger } = gateway();
        const answered = isStream
          ? ai.stream(ctx, { ...turn, feature }).then(async (stream) => {
              for await (const event of stream) expect(event).toBeDefined();
            })
          : ask(ai, ctx, { feature });
        await answered.catch(() => undefined);
        expectOneToOne(ledger, fake, second);
        expect(ledger.entries.map(({ attempt }) => attempt)).toEqual(ledger.entries.map((_, index) => index + 1));
        const total_pico_usd = ledger.entries.reduce((sum, { cost_pico_usd }) => sum + cost_pico_usd, 0);
        expect(ledger.settled).toMatchObject([{ total_pico_usd }]);
        const reserved = [...ledger.reservations, ...ledger.extended].reduce(
          (sum, each) => sum + each.amount_pico_usd,
          0,
        );
        expect(total_pico_usd).toBeLessThanOrEqual(reserved);
      }),
      { numRuns: 60 },
    );
    fake.reset();
    second.reset();
  });

  test("over budget nothing is sent; a feature that says so goes to its cheaper model, with room for that set aside whole", async () => {
    const { ai, ledger } = start();
    ledger.limit(turnMost - 1);
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.budget_exhausted" });
    expect(fake.calls).toHaveLength(0);
    await ask(ai, ctx, { feature: "prism.thrifty" });
    expect(fake.calls[0]?.body).toMatchObject({ model: "cheap" });
    expect(ledger.reservations).toMatchObject([
      { amount_pico_usd: 64_000, limits: { feature: 1.5e12, user: 0.25e12 } },
    ]);
    ledger.limit(63_999);
    expect(await refusal(ask(ai, ctx, { feature: "prism.thrifty" }))).toMatchObject({ code: "ai.budget_exhausted" });
  });

  describe("AI 17: an attempt after one that may have been charged", () => {
    test("goes out with room set aside for it, too", async () => {
      const { ai, ledger } = start();
      fake.script(html);
      await ask(ai, ctx);
      expect(ledger.entries.map(({ cost_pico_usd }) => cost_pico_usd)).toEqual([turnMost, turnCost]);
      expect(ledger.reservations).toMatchObject([{ amount_pico_usd: turnMost }]);
      expect(ledger.extended).toMatchObject([{ amount_pico_usd: turnMost }]);
    });

    test("after one that costs nothing needs no more room", async () => {
      const { ai, ledger } = start();
      fake.script(down, down);
      await ask(ai, ctx);
      expect(ledger.extended).toEqual([]);
    });

    test("does not go out without room: the failure is told, and what was spent is settled", async () => {
      const { ai, ledger } = start();
      ledger.limit(2 * turnMost - 1);
      fake.script(html);
      expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.bad_provider_response" });
      expect(fake.calls).toHaveLength(1);
      expect(ledger.settled).toMatchObject([{ total_pico_usd: turnMost }]);
    });

    test("goes to the cheaper model where there is room for that alone", async () => {
      const { ai, ledger } = start();
      ledger.limit(turnMost + 64_000);
      fake.script(html);
      expect(await ask(ai, ctx, { feature: "prism.thrifty" })).toMatchObject({ text: "Take one small step." });
      expect(fake.calls.map(({ body }) => body.model)).toEqual(["priced", "cheap"]);
      expect(ledger.extended).toMatchObject([{ amount_pico_usd: 64_000 }]);
    });

    test("a repair without room is not tried: what was wrong with the answer is told", async () => {
      const { ai, ledger } = start();
      const response_schema = { name: "n", schema: { type: "object", required: ["n"] } };
      const most = turnMost + estimateTokens(JSON.stringify(response_schema)) * 2_500_000;
      ledger.limit(2 * most);
      fake.script(html, { text: "{}" });
      expect(await refusal(ask(ai, ctx, { response_schema }))).toMatchObject({ code: "ai.invalid_output" });
      expect(fake.calls).toHaveLength(2);
      expect(ledger.settled).toMatchObject([{ total_pico_usd: most + turnCost }]);
    });
  });

  test("AI 17: 100 calls at once with room for 10, through the gateway, the ledger and PostgreSQL: exactly 10 reach the provider", async () => {
    const { ledger, close } = testLedger(t);
    const ada = await makeMember(t);
    const yaml = `models:
  priced: { provider: first, prices: { input: 2500000, cached_input: 1250000, output: 10000000 } }
features:
  default: { model: priced, temperature: 0.3, max_output_tokens: 60, timeout_ms: 5000 }
budgets: { feature_daily_usd: 1, workspace_daily_usd: ${(10 * turnMost) / 1e12}, user_daily_usd: 1 }
`;
    const { ai } = gateway({ ledger, yaml });
    const hold = Promise.withResolvers<void>();
    fake.otherwise({ after: hold.promise });
    const calls = Array.from({ length: 100 }, () =>
      ask(ai, ada).then(
        () => "ok",
        (error) => error.code,
      ),
    );
    await fake.arrival(10);
    expect(await standing(t, ada)).toMatchObject({ workspace: [0, 10 * turnMost] });
    hold.resolve();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "ai.budget_exhausted")).toHaveLength(90);
    expect(fake.calls).toHaveLength(10);
    const [entered] = await t.sql(
      "select count(*)::int as attempts, count(distinct call_id)::int as calls from ai_ledger.ai_usage_events where workspace_id = $1",
      [ada.workspace_id],
    );
    expect(entered).toEqual({ attempts: 10, calls: 10 });
    expect(await standing(t, ada)).toMatchObject({ workspace: [10 * turnCost, 0], user: [10 * turnCost, 0] });
    await close();
  });

  test("100 calls at once with room for 10: exactly 10 reach the provider", async () => {
    const { ai, ledger } = start();
    ledger.limit(10 * turnMost);
    const hold = Promise.withResolvers<void>();
    fake.otherwise({ after: hold.promise });
    const calls = Array.from({ length: 100 }, () =>
      ask(ai, ctx).then(
        () => "ok",
        (error) => error.code,
      ),
    );
    await fake.arrival(10);
    hold.resolve();
    const outcomes = await Promise.all(calls);
    expect(outcomes.filter((outcome) => outcome === "ok")).toHaveLength(10);
    expect(outcomes.filter((outcome) => outcome === "ai.budget_exhausted")).toHaveLength(90);
    expect(fake.calls).toHaveLength(10);
  });

  test("nothing of a prompt, an answer or a key reaches the log or an error", async () => {
    const { ai, lines } = start();
    fake.script(html, { status: 401, body: { error: { message: `${key} I am not sure.` } } }, {});
    await refusal(ask(ai, ctx));
    await ask(ai, ctx);
    expect(lines.join()).not.toContain("not sure");
    expect(lines.join()).not.toContain("small step");
    expect(lines.join()).not.toContain(key);
    expect(lines).toHaveLength(2);
  });

  test("each attempt is told to who traces, with what its usage event says", async () => {
    const told: object[] = [];
    const { ai, ledger } = start({ trace: { onAttempt: (facts) => told.push(facts) } });
    fake.script(down);
    await ask(ai, ctx, { feature: "prism.two" });
    expect(told).toMatchObject(ledger.entries);
    expect(told[1]).toMatchObject({
      wire_model: "second-large",
      streaming: false,
      request_id: "test",
      began_at: expect.any(Date),
    });
  });
});

test("AI 13: images that were sent cost what the model's price says, whether the provider tells its usage or not", async () => {
  const yaml = `models:
  seeing: { provider: first, prices: { input: 0, cached_input: 0, output: 0, per_image: 40000 } }
features:
  default: { model: seeing, temperature: 0, max_output_tokens: 10, timeout_ms: 5000 }
`;
  const { ai, ledger } = start({ yaml });
  const image = { type: "image" as const, media_type: "image/png", data: "AAAA" };
  fake.script({}, { usage: "missing" }, { status: 400 });
  for (let n = 0; n < 3; n++) await ai.describeImage(ctx, { ...turn, images: [image, image] }).catch(() => undefined);
  expect(ledger.entries).toMatchObject([
    { images: 2, cost_pico_usd: 80e9, estimated: false },
    { images: 2, cost_pico_usd: 80e9, estimated: true },
    { images: 0, cost_pico_usd: 0 },
  ]);
  expect(ledger.reservations[0]).toMatchObject({ amount_pico_usd: 80e9 });
});

test("embed, speak, transcribe and describeImage go the same way: planned, reserved, entered, with fallback", async () => {
  const usage = {
    input_tokens: 9,
    cached_input_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 0,
    reasoning_tokens: 0,
    images: 0,
    audio_seconds: 0,
  };
  const asked: string[] = [];
  const able = scripted({
    name: "able",
    embed: async ({ inputs, model }) => ({ vectors: inputs.map(() => [1, 2]), model, usage }),
    speak: async ({ voice, format }) => {
      asked.push(voice, format);
      return { audio: Buffer.from("sound"), media_type: "audio/mpeg", usage: null };
    },
    transcribe: async () => {
      asked.push("transcribe");
      if (asked.filter((each) => each === "transcribe").length === 1) throw new ProviderError("overloaded");
      return { text: "heard", usage: { ...usage, audio_seconds: 1.5 } };
    },
    complete: async ({ messages }) => {
      asked.push(JSON.stringify(messages.at(-1)?.content));
      return { text: "a cat", tool_calls: [], model: "m", finish_reason: "stop", usage };
    },
  });
  const { ai, ledger } = gateway({ providers: { first: able, second: able } });
  const feature = "prism.thrifty";
  expect(await ai.embed(ctx, { feature, inputs: ["a", "b"] })).toMatchObject({
    vectors: [
      [1, 2],
      [1, 2],
    ],
    provider: "able",
    model: "priced",
  });
  expect(await refusal(ai.embed(ctx, { feature, model: "cheap", inputs: ["a", "b", "c", "d"] }))).toMatchObject({
    code: "ai.invalid_request",
  });
  expect(await refusal(ai.embed(ctx, { feature, inputs: [] }))).toMatchObject({ code: "ai.invalid_request" });
  expect((await ai.speak(ctx, { feature, text: "Hello there" })).audio.toString()).toBe("sound");
  expect(asked).toEqual(["alloy", "mp3"]);
  expect(await refusal(ai.speak(ctx, { feature: "prism.turn", text: "x" }))).toMatchObject({
    code: "ai.invalid_request",
  });
  expect(await ai.transcribe(ctx, { feature, audio: Buffer.alloc(4_000), media_type: "audio/mpeg" })).toMatchObject({
    text: "heard",
  });
  const image = { type: "image" as const, media_type: "image/png", data: "AAAA" };
  expect(await ai.describeImage(ctx, { ...turn, images: [image] })).toMatchObject({ text: "a cat" });
  expect(asked.at(-1)).toBe(JSON.stringify([{ type: "text", text: "I am not sure." }, image]));
  expect(await refusal(ai.describeImage(ctx, { ...turn, images: [] }))).toMatchObject({ code: "ai.invalid_request" });
  expect(ledger.entries.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
    "embed ok",
    "speak ok",
    "transcribe error",
    "transcribe ok",
    "complete ok",
  ]);
  expect(ledger.entries[1]).toMatchObject({ estimated: true, audio_ms: 1_000 });
  expect(ledger.entries[3]).toMatchObject({ audio_ms: 1_500 });
  expect(ledger.open()).toBe(0);
  expect(ai.models("prism.two")).toEqual([
    { name: "priced", provider: "able" },
    { name: "second", provider: "able" },
  ]);
});
