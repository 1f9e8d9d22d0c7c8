import { describe, expect, test } from "vitest";
import {
  ask,
  checkedStage,
  down,
  headersRead,
  html,
  refusal,
  scripted,
  turn,
  turnCost,
  turnMost,
} from "../../../test/support/ai-gateway.ts";

const { fake, second, key, gateway, ctx, start } = await checkedStage();

describe("an answer", () => {
  test("comes with its provider, model, usage, cost and call; one event holds all of it, and settles the reservation", async () => {
    const { ai, ledger } = start();
    const completion = await ai.complete(ctx, { ...turn, prompt: "turn.v2" });
    const usage = {
      ...{ input_tokens: 12, cached_input_tokens: 0, cache_write_tokens: 0, output_tokens: 5, reasoning_tokens: 0 },
      ...{ images: 0, audio_seconds: 0, estimated: false },
    };
    expect(completion).toEqual({
      ...{ text: "Take one small step.", tool_calls: [], provider: "first", model: "priced-2026-01-01" },
      ...{ finish_reason: "stop", usage, cost_pico_usd: turnCost, call_id: expect.any(String), cached: false },
    });
    const { audio_seconds: _seconds, ...counted } = usage;
    expect(ledger.entries).toEqual([
      {
        ...{ workspace_id: ctx.workspace_id, call_id: completion.call_id, attempt: 1, feature: "prism.turn" },
        ...{ operation: "complete", provider: "first", model: "priced", outcome: "ok", error_code: null },
        ...{ ...counted, audio_ms: 0, cost_pico_usd: turnCost, latency_ms: 0, first_token_ms: null, prompt: "turn.v2" },
      },
    ]);
    expect(ledger.reservations).toEqual([
      {
        ...{ call_id: completion.call_id, feature: "prism.turn", amount_pico_usd: turnMost, ttl_seconds: 65 },
        limits: { user: 0.25e12 },
      },
    ]);
    expect(ledger.settled).toEqual([{ call_id: completion.call_id, total_pico_usd: turnCost }]);
  });

  test("is asked for with the feature's settings, those of default, or the caller's own", async () => {
    const { ai } = start();
    await ask(ai, ctx);
    await ask(ai, ctx, { feature: "swan.review" });
    await ask(ai, ctx, { temperature: 0, max_output_tokens: 7, top_p: 0.5, stop: ["."], seed: 3 });
    await ask(ai, ctx, { model: "other" });
    await ask(ai, ctx, { model: "second" });
    const [first, other, own, thinking] = fake.calls.map(({ body }) => body);
    expect(first).toMatchObject({ model: "priced", temperature: 0.3, max_tokens: 60, messages: turn.messages });
    expect(other).toMatchObject({ model: "priced", temperature: 0.7, max_tokens: 100 });
    expect(own).toMatchObject({ temperature: 0, max_tokens: 7, top_p: 0.5, stop: ["."], seed: 3 });
    expect(thinking).toMatchObject({ model: "other", max_completion_tokens: 60 });
    expect(second.calls[0]?.body).toMatchObject({ model: "second-large" });
  });

  test("can be stored: NUL and broken surrogates are taken out", async () => {
    fake.script({ text: "a\u0000b\ud83d" });
    expect((await ask(start().ai, ctx)).text).toBe("ab\ufffd");
  });

  test("a model that is not in the catalogue is refused before anything is sent", async () => {
    const { ai, ledger } = start();
    expect(await refusal(ask(ai, ctx, { model: "toString" }))).toMatchObject({ code: "ai.invalid_request" });
    expect(ledger.reservations).toEqual([]);
  });

  test("what no model of the feature can do is ai.unsupported; a feature without any provider is refused at boot", async () => {
    const { ai } = start({
      providers: { first: scripted({}), second: scripted({ complete: () => new Promise(() => {}) }) },
    });
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.unsupported" });
    expect(() => gateway({ providers: {} })).toThrow(/features\.prism\.turn has no model/);
  });
});

describe("failures of the provider", () => {
  test("AI 1: 429 with Retry-After 1, then 200: the second call a second later, two events, one charged", async () => {
    const { ai, waits, ledger } = start();
    fake.script({ status: 429, headers: { "retry-after": "1" } }, {});
    const { call_id } = await ask(ai, ctx);
    expect(fake.calls).toHaveLength(2);
    expect(waits.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(1_000);
    expect(ledger.entries).toMatchObject([
      { call_id, attempt: 1, outcome: "error", error_code: "rate_limited", cost_pico_usd: 0, estimated: false },
      { call_id, attempt: 2, outcome: "ok", error_code: null, cost_pico_usd: turnCost },
    ]);
    expect(ledger.settled).toEqual([{ call_id, total_pico_usd: turnCost }]);
  });

  test("AI 1 on the machine's own clock: not before a second is over", async () => {
    const { ai } = start({ timer: undefined });
    const arrivals: number[] = [];
    fake.script({ status: 429, headers: { "retry-after": "1" } }, {});
    void fake.arrival(1).then(() => arrivals.push(performance.now()));
    await ask(ai, ctx);
    expect(performance.now() - (arrivals[0] ?? 0)).toBeGreaterThanOrEqual(990);
  });

  test("AI 2: 429 with Retry-After 3600: no wait, no second call, the hour passed on; or the next model at once", async () => {
    const { ai, waits, ledger } = start();
    fake.script({ status: 429, headers: { "retry-after": "3600" } });
    const error = await refusal(ask(ai, ctx));
    expect(error).toMatchObject({ code: "ai.rate_limited", kind: "rate_limited", occurrence: { retry_after: 3_600 } });
    expect(waits).toEqual([]);
    expect(ledger.entries).toMatchObject([{ attempt: 1, error_code: "rate_limited", cost_pico_usd: 0 }]);

    fake.script({ status: 429, headers: { "retry-after": "3600" } });
    const fresh = start();
    fake.reset();
    fake.script({ status: 429, headers: { "retry-after": "3600" } });
    expect(await ask(fresh.ai, ctx, { feature: "prism.two" })).toMatchObject({ provider: "second" });
    expect(fresh.waits).toEqual([]);
  });

  test("AI 2: who was told to wait is left alone meanwhile: nothing is sent, a minute at most", async () => {
    const { ai, advance, ledger } = start();
    fake.script({ status: 429, headers: { "retry-after": "3600" } });
    await refusal(ask(ai, ctx));
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.rate_limited", occurrence: { retry_after: 60 } });
    expect(ledger.reservations).toHaveLength(1);
    advance(60_001);
    await ask(ai, ctx);
    expect(fake.calls).toHaveLength(2);
  });

  test("AI 3: 500, 500, 200: three calls with a growing, spread backoff, and one charge", async () => {
    const spread = [0, 0.999][Symbol.iterator]();
    const { ai, waits, ledger } = start({ random: () => spread.next().value ?? 0 });
    fake.script(down, down, {});
    await ask(ai, ctx);
    expect(waits).toEqual([250, 1_000]);
    expect(ledger.entries.map(({ attempt, cost_pico_usd }) => [attempt, cost_pico_usd])).toEqual([
      [1, 0],
      [2, 0],
      [3, turnCost],
    ]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnCost }]);
  });

  test.each([
    [400, "ai.invalid_request", "invalid_request"],
    [401, "ai.provider_unavailable", "unauthorized"],
  ])(
    "AI 4: %i is not tried again, and the circuit stays closed however often it comes",
    async (status, code, error_code) => {
      const { ai, waits, ledger, metrics } = start();
      fake.otherwise({ status, body: { error: { message: `no ${key}`, type: "refused" } } });
      for (let n = 0; n < 7; n++) expect(await refusal(ask(ai, ctx))).toMatchObject({ code });
      // The last attempt settles: one trip, no second one.
      expect([ledger.settled.length, ledger.repeats()]).toEqual([7, 0]);
      expect(fake.calls).toHaveLength(7);
      expect(waits).toEqual([]);
      expect(ledger.entries[0]).toMatchObject({ attempt: 1, outcome: "error", error_code, cost_pico_usd: 0 });
      expect((await metrics.page()).body).toContain('plinth_ai_circuit_state{provider="first",model="priced"} 0');
    },
  );

  test("AI 4: 400 goes to no other model: it would be told the same; 401 does", async () => {
    const { ai } = start();
    fake.script({ status: 400 }, { status: 401 });
    expect(await refusal(ask(ai, ctx, { feature: "prism.two" }))).toMatchObject({ code: "ai.invalid_request" });
    expect(second.calls).toHaveLength(0);
    expect(await ask(ai, ctx, { feature: "prism.two" })).toMatchObject({ provider: "second" });
  });

  test("AI 5, 22: hang before the headers: a typed timeout at the deadline, the socket closed, the most it can cost kept", async () => {
    const { ai, advance, alarms, ledger } = start();
    fake.script({ fault: "hang" });
    const outcome = refusal(ask(ai, ctx));
    const call = await fake.arrival(1);
    advance(5_000);
    expect(await outcome).toMatchObject({ code: "ai.timeout", kind: "bad_gateway" });
    await call.closed;
    expect(alarms.size).toBe(0);
    expect(ledger.entries).toMatchObject([
      { outcome: "unknown_billed", error_code: "timeout", estimated: true, input_tokens: 4, output_tokens: 60 },
    ]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnMost }]);
  });

  test("AI 5: the time to the first byte is its own: over it, tried once more within the whole", async () => {
    const { ai, advance } = start();
    fake.otherwise({ fault: "hang" });
    const outcome = refusal(ask(ai, ctx, { feature: "prism.patient" }));
    for (const n of [1, 2]) {
      const call = await fake.arrival(n);
      advance(3_000);
      await call.closed;
    }
    expect(await outcome).toMatchObject({ code: "ai.timeout" });
    expect(fake.calls).toHaveLength(2);
  });

  test("AI 6: headers, then the body stalls: over the idle time the socket is closed", async () => {
    const { ai, advance, ledger } = start();
    fake.script({ fault: "stall" }, {});
    const answered = headersRead();
    const outcome = ask(ai, ctx, { feature: "prism.patient" });
    await answered;
    // The half of the body that came moved the idle clock; it runs from there.
    await new Promise((resolve) => setImmediate(resolve));
    advance(2_000);
    await fake.calls[0]?.closed;
    expect((await outcome).text).toBe("Take one small step.");
    expect(ledger.entries).toMatchObject([{ outcome: "unknown_billed", estimated: true }, { outcome: "ok" }]);
  });

  test("AI 5 on the machine's own clock: the deadline comes by itself", async () => {
    const { ai } = start({ timer: undefined, longest_ms: 50 });
    fake.script({ fault: "hang" });
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.timeout" });
    await fake.calls[0]?.closed;
  });

  test("a provider that does not listen to the deadline holds nobody up", async () => {
    const deaf = scripted({ name: "deaf", complete: () => new Promise(() => {}) });
    const { ai, advance, alarms, ledger } = gateway({ providers: { first: deaf, second: deaf } });
    const outcome = refusal(ask(ai, ctx));
    await expect.poll(() => alarms.size).toBe(2);
    advance(5_000);
    expect(await outcome).toMatchObject({ code: "ai.timeout" });
    expect(ledger.entries).toMatchObject([{ provider: "deaf", outcome: "unknown_billed" }]);
  });

  test("AI 8: resets are tried again, then 502 ai.provider_unavailable", async () => {
    const { ai, waits, ledger } = start();
    fake.otherwise({ fault: "reset" });
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.provider_unavailable", kind: "bad_gateway" });
    expect(waits).toHaveLength(2);
    expect(ledger.entries.map(({ attempt, error_code }) => [attempt, error_code])).toEqual([
      [1, "network"],
      [2, "network"],
      [3, "network"],
    ]);
  });

  test.each([
    ["HTML", html],
    ["broken JSON", { body: '{"choices": [' }],
    ["another shape", { body: { ok: true } }],
  ])("AI 12: %s with 200: one retry, the cost estimated, then 502 ai.bad_provider_response", async (_name, answer) => {
    const { ai, ledger } = start();
    fake.otherwise(answer);
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.bad_provider_response", kind: "bad_gateway" });
    expect(fake.calls).toHaveLength(2);
    const charged = { outcome: "error", error_code: "bad_response", estimated: true, cost_pico_usd: turnMost };
    expect(ledger.entries).toMatchObject([charged, charged]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: 2 * turnMost }]);
  });

  test("AI 13: usage missing or null is estimated and marked; an explicit 0 is zero", async () => {
    const { ai, ledger } = start();
    fake.script({ usage: "missing" }, { usage: null }, { usage: { prompt_tokens: 0, completion_tokens: 0 } });
    for (let n = 0; n < 3; n++) await ask(ai, ctx);
    const estimated = { input_tokens: 4, output_tokens: 5, estimated: true, cost_pico_usd: 60_000_000 };
    expect(ledger.entries).toMatchObject([
      estimated,
      estimated,
      { input_tokens: 0, output_tokens: 0, estimated: false, cost_pico_usd: 0 },
    ]);
  });

  test("AI 16: the next model answers at once, billed at its own price; an event for each", async () => {
    const { ai, waits, ledger } = start();
    fake.script(down);
    const completion = await ask(ai, ctx, { feature: "prism.two" });
    expect(completion).toMatchObject({ provider: "second", model: "second-large-2026-01-01" });
    expect(waits).toEqual([]);
    const price = 12 * 5_000_000 + 5 * 20_000_000;
    expect(ledger.entries).toMatchObject([
      { attempt: 1, provider: "first", model: "priced", outcome: "error", cost_pico_usd: 0 },
      { attempt: 2, provider: "second", model: "second", outcome: "ok", cost_pico_usd: price },
    ]);
    // Reserved at the dearest of both.
    expect(ledger.reservations).toMatchObject([{ amount_pico_usd: 4 * 5_000_000 + 60 * 20_000_000 }]);
  });

  test("AI 20: the caller leaves: the call upstream is cut off, entered as aborted, and not tried again", async () => {
    const { ai, ledger } = start();
    const leave = new AbortController();
    fake.script({ fault: "hang" });
    const outcome = refusal(ask(ai, ctx, { signal: leave.signal }));
    const call = await fake.arrival(1);
    leave.abort(new Error("the client left"));
    expect(await outcome).toMatchObject({ message: "the client left" });
    await call.closed;
    expect(ledger.entries).toMatchObject([{ outcome: "aborted", error_code: "aborted", estimated: true }]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnMost }]);
  });

  test("AI 20: where the provider's settings say drain, the caller is let go at once and the answer read to its end", async () => {
    const { ai, ledger } = start({ drains: true });
    const leave = new AbortController();
    const release = Promise.withResolvers<void>();
    fake.script({ after: release.promise });
    const outcome = refusal(ask(ai, ctx, { signal: leave.signal, idempotency_key: "drained" }));
    await fake.arrival(1);
    leave.abort(new Error("the client left"));
    expect(await outcome).toMatchObject({ message: "the client left" });
    expect(ledger.entries).toEqual([]);
    const closed = ai.close();
    release.resolve();
    await closed;
    expect(ledger.entries).toMatchObject([{ outcome: "ok", estimated: false, cost_pico_usd: turnCost }]);
    // Whoever comes back with the same key has the answer that was paid for.
    const again = await ask(ai, ctx, { idempotency_key: "drained" });
    expect(again.call_id).toBe(ledger.entries[0]?.call_id);
  });

  test("AI 20: who left before the call, or between two attempts, causes no further one; what was reserved is settled", async () => {
    const leave = new AbortController();
    const { ai, ledger } = start({
      random: () => {
        leave.abort(new Error("the client left"));
        return 0;
      },
    });
    fake.script(down);
    for (let n = 0; n < 2; n++) {
      expect(await refusal(ask(ai, ctx, { signal: leave.signal }))).toMatchObject({ message: "the client left" });
    }
    expect(ledger.entries).toMatchObject([{ outcome: "error", error_code: "overloaded" }]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: 0 }]);
  });

  test("an adapter's defect is entered, told as a bad answer and not tried again", async () => {
    const broken = scripted({
      name: "broken",
      complete: () => {
        throw new TypeError("a defect");
      },
    });
    const { ai, lines, ledger } = gateway({ providers: { first: broken, second: broken } });
    expect(await refusal(ask(ai, ctx))).toMatchObject({ code: "ai.bad_provider_response" });
    expect(ledger.entries).toMatchObject([{ provider: "broken", outcome: "error", estimated: true }]);
    expect(lines.join()).toContain("a defect");
  });
});
