import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { aiStage, down, headersRead, html, refusal, turn } from "../../../test/support/ai-gateway.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { systemCtx } from "../../core/context.ts";
import type { Provider } from "./provider.ts";

const stage = await aiStage();
const { t, fake, key, gateway, eventsOf } = stage;

beforeEach(() => fake.reset());
afterAll(() => stage.close());

const { messages } = turn;

describe("an answer", () => {
  test("comes with its provider, model, usage and call, and one event holds all of it", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    const completion = await ai.complete({ ...ctx, request_id: "req-7" }, turn);
    expect(completion).toEqual({
      text: "Take one small step.",
      provider: "openai",
      model: "priced-2026-01-01",
      finish_reason: "stop",
      usage: { input_tokens: 12, cached_input_tokens: 0, output_tokens: 5, estimated: false },
      call_id: expect.any(String),
    });
    expect(await eventsOf(ctx)).toEqual([
      {
        id: expect.any(String),
        workspace_id: ctx.workspace_id,
        user_id: ctx.user_id,
        call_id: completion.call_id,
        attempt: 1,
        feature: "prism.turn",
        provider: "openai",
        model: "priced",
        outcome: "ok",
        error_code: null,
        input_tokens: 12,
        cached_input_tokens: 0,
        output_tokens: 5,
        estimated: false,
        cost_pico_usd: 12 * 2_500_000 + 5 * 10_000_000,
        latency_ms: 0,
        request_id: "req-7",
        created_at: expect.any(Date),
      },
    ]);
  });

  test("is asked for with the feature's settings, those of default, or the caller's own", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    await ai.complete(ctx, turn);
    await ai.complete(ctx, { feature: "swan.review", messages });
    await ai.complete(ctx, { ...turn, temperature: 0, max_output_tokens: 7 });
    await ai.complete(ctx, { ...turn, model: "other" });
    const [first, second, third, fourth] = fake.calls.map(({ body }) => body);
    expect(first).toMatchObject({ model: "priced", temperature: 0.3, max_tokens: 60, messages });
    expect(second).toMatchObject({ model: "priced", temperature: 0.7, max_tokens: 100 });
    expect(third).toMatchObject({ temperature: 0, max_tokens: 7 });
    expect(fourth).toMatchObject({ model: "other", max_completion_tokens: 60 });
  });

  test("can be stored: NUL and broken surrogates are taken out", async () => {
    fake.script({ text: "a\u0000b\ud83d" });
    const { ai } = gateway();
    expect((await ai.complete(await makeMember(t), turn)).text).toBe("ab\ufffd");
  });

  test("for the platform itself is entered without a person, at the database's time", async () => {
    const { workspace_id } = await makeMember(t);
    t.clock.advance(86_400_000);
    await gateway().ai.complete(systemCtx(workspace_id, "test", "job-1"), turn);
    const [event] = await t.sql(
      "select user_id, created_at > now() + interval '23 hours' as moved from ai.ai_usage_events where workspace_id = $1",
      [workspace_id],
    );
    expect(event).toEqual({ user_id: null, moved: true });
  });

  test("a model that is not in the catalogue is refused before anything is sent", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    await expect(ai.complete(ctx, { ...turn, model: "toString" })).rejects.toMatchObject({
      code: "ai.invalid_request",
    });
    expect(fake.calls).toHaveLength(0);
    expect(await eventsOf(ctx)).toEqual([]);
  });

  test("a catalogue that names a provider that is not there is refused at boot", () => {
    expect(() => gateway({ providers: {} })).toThrow(/openai/);
  });
});

describe("failures of the provider", () => {
  test("scenario 1: 429 with Retry-After 1, then 200: the second call a second later, two events, one charged", async () => {
    const ctx = await makeMember(t);
    const { ai, waits } = gateway();
    fake.script({ status: 429, headers: { "retry-after": "1" } }, {});
    const { call_id } = await ai.complete(ctx, turn);
    expect(fake.calls).toHaveLength(2);
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(await eventsOf(ctx)).toMatchObject([
      {
        call_id,
        attempt: 1,
        outcome: "error",
        error_code: "rate_limited",
        cost_pico_usd: 0,
        input_tokens: 0,
        estimated: false,
      },
      { call_id, attempt: 2, outcome: "ok", error_code: null, cost_pico_usd: 80_000_000 },
    ]);
  });

  test("scenario 2: 429 with Retry-After 3600: no wait, no second call, the hour passed on", async () => {
    const ctx = await makeMember(t);
    const { ai, waits } = gateway();
    fake.script({ status: 429, headers: { "retry-after": "3600" } });
    const error = await refusal(ai, ctx);
    expect(error).toMatchObject({ code: "ai.rate_limited", kind: "rate_limited", occurrence: { retry_after: 3_600 } });
    expect(waits).toEqual([]);
    expect(fake.calls).toHaveLength(1);
    expect(await eventsOf(ctx)).toMatchObject([{ attempt: 1, error_code: "rate_limited", cost_pico_usd: 0 }]);
  });

  test("scenario 3: 500, 500, 200: three calls with a growing, spread backoff, and one charge", async () => {
    const ctx = await makeMember(t);
    const spread = [0, 0.999][Symbol.iterator]();
    const { ai, waits } = gateway({ random: () => spread.next().value ?? 0 });
    fake.script(down, down, {});
    await ai.complete(ctx, turn);
    expect(waits).toEqual([250, 1_000]);
    expect(fake.calls).toHaveLength(3);
    const events = await eventsOf(ctx);
    expect(events.map(({ attempt, cost_pico_usd }) => [attempt, cost_pico_usd])).toEqual([
      [1, 0],
      [2, 0],
      [3, 80_000_000],
    ]);
  });

  test.each([
    [400, "ai.invalid_request", "invalid_request"],
    [401, "ai.provider_unavailable", "unauthorized"],
  ])("scenario 4: %i is not tried again", async (status, code, error_code) => {
    const ctx = await makeMember(t);
    const { ai, waits } = gateway();
    fake.script({ status, body: { error: { message: `no ${key}`, type: "refused" } } });
    expect(await refusal(ai, ctx)).toMatchObject({ code });
    expect(fake.calls).toHaveLength(1);
    expect(waits).toEqual([]);
    expect(await eventsOf(ctx)).toMatchObject([{ attempt: 1, outcome: "error", error_code, cost_pico_usd: 0 }]);
  });

  test("scenarios 5, 22: hang before the headers: a typed timeout at the deadline, the socket closed, the most it can cost kept", async () => {
    const ctx = await makeMember(t);
    const { ai, ring, alarms } = gateway();
    fake.script({ fault: "hang" });
    const outcome = refusal(ai, ctx);
    const call = await fake.arrival(1);
    ring();
    expect(await outcome).toMatchObject({ code: "ai.timeout", kind: "bad_gateway" });
    await call.closed;
    expect(alarms).toEqual([]);
    expect(fake.calls).toHaveLength(1);
    const cost_pico_usd = 4 * 2_500_000 + 60 * 10_000_000;
    expect(await eventsOf(ctx)).toMatchObject([
      { outcome: "timeout", error_code: "timeout", estimated: true, input_tokens: 4, output_tokens: 60, cost_pico_usd },
    ]);
  });

  test("scenario 6: headers, then the body stalls: as scenario 5", async () => {
    const ctx = await makeMember(t);
    const { ai, ring } = gateway();
    fake.script({ fault: "stall" });
    const answered = headersRead();
    const outcome = refusal(ai, ctx);
    await answered;
    ring();
    expect(await outcome).toMatchObject({ code: "ai.timeout" });
    await fake.calls[0]?.closed;
    expect(await eventsOf(ctx)).toMatchObject([{ outcome: "timeout", estimated: true }]);
  });

  test("scenario 5 on the machine's own clock: the deadline comes by itself", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway({ timer: undefined, longest_ms: 50 });
    fake.script({ fault: "hang" });
    expect(await refusal(ai, ctx)).toMatchObject({ code: "ai.timeout" });
    await fake.calls[0]?.closed;
    const [event] = await t.sql<{ latency_ms: number }>(
      "select latency_ms from ai.ai_usage_events where workspace_id = $1",
      [ctx.workspace_id],
    );
    expect(event?.latency_ms).toBeGreaterThanOrEqual(49);
  });

  test("a provider that does not listen to the deadline holds nobody up", async () => {
    const ctx = await makeMember(t);
    const deaf: Provider = { name: "deaf", complete: () => new Promise(() => {}) };
    const { ai, ring, alarms } = gateway({ providers: { openai: deaf } });
    const outcome = refusal(ai, ctx);
    expect(alarms).toHaveLength(1);
    ring();
    expect(await outcome).toMatchObject({ code: "ai.timeout" });
    expect(await eventsOf(ctx)).toMatchObject([{ provider: "deaf", outcome: "timeout" }]);
  });

  test("scenario 8: resets are tried again, then 502 ai.provider_unavailable", async () => {
    const ctx = await makeMember(t);
    const { ai, waits } = gateway();
    fake.otherwise({ fault: "reset" });
    expect(await refusal(ai, ctx)).toMatchObject({ code: "ai.provider_unavailable", kind: "bad_gateway" });
    expect(fake.calls).toHaveLength(3);
    expect(waits).toHaveLength(2);
    expect((await eventsOf(ctx)).map(({ attempt, error_code }) => [attempt, error_code])).toEqual([
      [1, "network"],
      [2, "network"],
      [3, "network"],
    ]);
  });

  test.each([
    ["HTML", html],
    ["broken JSON", { body: '{"choices": [' }],
    ["another shape", { body: { ok: true } }],
  ])(
    "scenario 12: %s with 200: one retry, the cost estimated, then 502 ai.bad_provider_response",
    async (_name, answer) => {
      const ctx = await makeMember(t);
      const { ai } = gateway();
      fake.otherwise(answer);
      expect(await refusal(ai, ctx)).toMatchObject({ code: "ai.bad_provider_response", kind: "bad_gateway" });
      expect(fake.calls).toHaveLength(2);
      const charged = { outcome: "error", error_code: "bad_response", estimated: true, cost_pico_usd: 610_000_000 };
      expect(await eventsOf(ctx)).toMatchObject([charged, charged]);
    },
  );

  test("scenario 13: usage missing or null is estimated and marked; an explicit 0 is zero", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    fake.script({ usage: "missing" }, { usage: null }, { usage: { prompt_tokens: 0, completion_tokens: 0 } });
    for (let n = 0; n < 3; n++) await ai.complete(ctx, turn);
    const estimated = { input_tokens: 4, output_tokens: 5, estimated: true, cost_pico_usd: 60_000_000 };
    expect(await eventsOf(ctx)).toMatchObject([
      estimated,
      estimated,
      { input_tokens: 0, output_tokens: 0, estimated: false, cost_pico_usd: 0 },
    ]);
  });

  test("scenario 20: the caller leaves: the call upstream is cut off, entered as aborted, and not tried again", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    const leave = new AbortController();
    fake.script({ fault: "hang" });
    const outcome = ai.complete(ctx, { ...turn, signal: leave.signal });
    const call = await fake.arrival(1);
    leave.abort(new Error("the client left"));
    await expect(outcome).rejects.toThrow("the client left");
    await call.closed;
    expect(fake.calls).toHaveLength(1);
    expect(await eventsOf(ctx)).toMatchObject([{ outcome: "aborted", error_code: "aborted", estimated: true }]);
  });

  test("scenario 20: who left before the call, or between two attempts, causes no further one", async () => {
    const ctx = await makeMember(t);
    const leave = new AbortController();
    const { ai } = gateway({
      random: () => {
        leave.abort(new Error("the client left"));
        return 0;
      },
    });
    fake.script(down);
    await expect(ai.complete(ctx, { ...turn, signal: leave.signal })).rejects.toThrow("the client left");
    await expect(ai.complete(ctx, { ...turn, signal: leave.signal })).rejects.toThrow("the client left");
    expect(fake.calls).toHaveLength(1);
    expect(await eventsOf(ctx)).toMatchObject([{ outcome: "error", error_code: "overloaded" }]);
  });

  test("an adapter's defect is entered, told as a bad answer and not tried again", async () => {
    const ctx = await makeMember(t);
    const broken: Provider = {
      name: "broken",
      complete: () => {
        throw new TypeError("a defect");
      },
    };
    const { ai, lines } = gateway({ providers: { openai: broken } });
    expect(await refusal(ai, ctx)).toMatchObject({ code: "ai.bad_provider_response" });
    expect(await eventsOf(ctx)).toMatchObject([{ provider: "broken", outcome: "error", estimated: true }]);
    expect(lines.join()).toContain("a defect");
  });
});
