import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlinthError } from "../../core/errors.ts";
import { ProviderError, type ProviderErrorCode, type Usage } from "../providers/index.ts";
import {
  costPicoUsd,
  defaultRetryPolicy,
  estimateInput,
  estimateTokens,
  limitsOf,
  meteredUsage,
  mostPicoUsd,
  nextStep,
  noUsage,
  outcomeOf,
  publicFailure,
  redacted,
  storableText,
} from "./rules.ts";

const usageOf = (parts: Partial<Usage>): Usage => ({ ...noUsage, ...parts });

describe("cost", () => {
  const prices = { input: 2_500_000, cached_input: 1_250_000, output: 10_000_000 };

  test("AI 21: cached tokens are inside the input and charged once, at their own price", () => {
    const usage = usageOf({ input_tokens: 2_006, cached_input_tokens: 1_920, output_tokens: 300 });
    expect(costPicoUsd(prices, usage)).toBe(5_615_000_000);
    expect(costPicoUsd(prices, usage) / 1e12).toBe(0.005615);
  });

  test("AI 21: cache-written tokens have a price of their own: 3 in, 12,304 written, 550 out is $0.054399", () => {
    const anthropic = { input: 3_000_000, cache_write: 3_750_000, cached_input: 300_000, output: 15_000_000 };
    // Anthropic tells the three apart; the adapter adds them up.
    const usage = usageOf({ input_tokens: 12_307, cache_write_tokens: 12_304, output_tokens: 550 });
    expect(costPicoUsd(anthropic, usage)).toBe(54_399_000_000);
  });

  test("thinking, images and seconds have their prices; the most is at the dearer of two", () => {
    const all = { ...prices, reasoning: 20_000_000, cache_write: 3_000_000, per_image: 40_000, per_audio_second: 100 };
    expect(costPicoUsd(all, usageOf({ output_tokens: 10, reasoning_tokens: 4 }))).toBe(6 * 10_000_000 + 4 * 20_000_000);
    expect(costPicoUsd(all, usageOf({ images: 2 }))).toBe(0.08e12);
    expect(costPicoUsd(all, usageOf({ audio_seconds: 60 }))).toBe(0.006e12);
    expect(costPicoUsd(prices, usageOf({ images: 2, audio_seconds: 9 }))).toBe(0);
    expect(mostPicoUsd(all, usageOf({ input_tokens: 1, output_tokens: 1 }))).toBe(3_000_000 + 20_000_000);
  });

  test("is a whole number and exact for any tokens and prices that fit a number", () => {
    const price = fc.integer({ min: 0, max: 1_000_000_000 });
    const tokens = fc.integer({ min: 0, max: 2_000_000 });
    const exact = (a: number, b: number) => BigInt(a) * BigInt(b);
    fc.assert(
      fc.property(price, price, price, tokens, tokens, tokens, (input, cached_input, output, uncached, cached, out) => {
        const usage = usageOf({ input_tokens: uncached + cached, cached_input_tokens: cached, output_tokens: out });
        const expected = exact(uncached, input) + exact(cached, cached_input) + exact(out, output);
        expect(BigInt(costPicoUsd({ input, cached_input, output }, usage))).toBe(expected);
      }),
    );
  });

  test("limits are dollars in the file and pico-USD in the ledger", () => {
    expect(limitsOf({ feature_daily_usd: 12.5, user_daily_usd: 0.1 })).toEqual({ feature: 12.5e12, user: 0.1e12 });
  });
});

describe("metered usage", () => {
  const input = usageOf({ input_tokens: 3 });
  const expected = { input, most: usageOf({ input_tokens: 3, output_tokens: 700 }) };
  const usage = usageOf({ input_tokens: 40, cached_input_tokens: 8, output_tokens: 9 });
  const estimate = usageOf({ input_tokens: 3, output_tokens: 2 });
  const failed = (facts: object) => ({ error: new ProviderError("overloaded", facts) });

  test("AI 13: images that were sent count beside what the provider told, which is never of images", () => {
    const seeing = { ...expected, input: { ...expected.input, images: 2 } };
    expect(meteredUsage(seeing, { told: usage, estimate })).toEqual({ ...usage, images: 2, estimated: false });
    expect(meteredUsage(seeing, failed({}))).toMatchObject({ images: 0 });
  });

  test("AI 14: thinking is not seen: without told usage a model that thinks is taken to have used the most", () => {
    const most = { ...expected.most, estimated: true };
    const broken = { ...failed({ maybe_billed: true }), delivered: estimate };
    expect(meteredUsage(expected, broken, true)).toEqual(most);
    expect(meteredUsage(expected, { told: null, estimate }, true)).toEqual(most);
    expect(meteredUsage(expected, { told: usage, estimate }, true)).toEqual({ ...usage, estimated: false });
  });

  test("AI 13: what the provider told is taken; an explicit 0 stays 0; without it the texts are estimated", () => {
    expect(meteredUsage(expected, { told: usage, estimate })).toEqual({ ...usage, estimated: false });
    expect(meteredUsage(expected, { told: noUsage, estimate })).toEqual({ ...noUsage, estimated: false });
    expect(meteredUsage(expected, { told: null, estimate })).toEqual({ ...estimate, estimated: true });
  });

  test("no part is more than its whole, whatever an adapter says", () => {
    const told = usageOf({
      input_tokens: 5,
      cached_input_tokens: 50,
      cache_write_tokens: 9,
      output_tokens: 1,
      reasoning_tokens: 8,
    });
    expect(meteredUsage(expected, { told, estimate })).toMatchObject({
      ...{ input_tokens: 5, cached_input_tokens: 5, cache_write_tokens: 0, output_tokens: 1, reasoning_tokens: 1 },
    });
  });

  test("AI 3, 9, 22: a refused attempt is zero, one whose fate is unknown the most, a broken stream what came, a told one as told", () => {
    expect(meteredUsage(expected, failed({}))).toEqual({ ...noUsage, estimated: false });
    expect(meteredUsage(expected, failed({ maybe_billed: true }))).toEqual({ ...expected.most, estimated: true });
    expect(meteredUsage(expected, failed({ maybe_billed: true, usage }))).toEqual({ ...usage, estimated: false });
    const broken = { ...failed({ maybe_billed: true }), delivered: estimate };
    expect(meteredUsage(expected, broken)).toEqual({ ...estimate, estimated: true });
    expect(meteredUsage(expected, { ...broken, told: usage })).toEqual({ ...usage, estimated: false });
  });

  test("an attempt's outcome", () => {
    const failed = (code: ProviderErrorCode, facts = {}) => ({ error: new ProviderError(code, facts) });
    expect(outcomeOf({ told: null, estimate })).toBe("ok");
    expect(outcomeOf(failed("overloaded"))).toBe("error");
    expect(outcomeOf(failed("timeout"))).toBe("timeout");
    expect(outcomeOf(failed("timeout", { maybe_billed: true }))).toBe("unknown_billed");
    expect(outcomeOf({ ...failed("timeout", { maybe_billed: true }), delivered: estimate })).toBe("partial");
    expect(outcomeOf({ ...failed("aborted"), delivered: estimate })).toBe("aborted");
  });

  test("the input of a chat: texts, images at their largest, tools and schemas", () => {
    const messages = [
      { role: "system" as const, content: "12345678" },
      {
        role: "user" as const,
        content: [
          { type: "text" as const, text: "1234" },
          { type: "image_url" as const, url: "https://x" },
        ],
      },
    ];
    expect(estimateInput({ messages })).toMatchObject({ input_tokens: 3 + 1_600, images: 1, output_tokens: 0 });
    const tools = [{ name: "t", parameters: {} }];
    expect(estimateInput({ messages: messages.slice(0, 1), tools }).input_tokens).toBe(2 + 7);
  });

  test("a token is about four characters of English, fewer of other scripts", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("abcd")).toBe(1);
    expect(estimateTokens("abcde")).toBe(2);
    expect(estimateTokens("你好世界")).toBe(3);
  });
});

describe("retry", () => {
  const step = (failures: ProviderError[], { remaining_ms = 60_000, random = 0.5, has_next = false } = {}) =>
    nextStep(failures, failures.length, { has_next, remaining_ms, random, policy: defaultRetryPolicy });
  const delay = (failures: ProviderError[], situation = {}) => {
    const next = step(failures, situation);
    return next.kind === "retry" ? next.delay_ms : undefined;
  };
  const failed = (code: ProviderErrorCode, retry_after_seconds?: number) =>
    new ProviderError(code, retry_after_seconds === undefined ? {} : { retry_after_seconds });

  test("AI 1: Retry-After is waited for in full", () => {
    for (const random of [0, 0.5, 0.999]) {
      expect(delay([failed("rate_limited", 1)], { random })).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("AI 2: a Retry-After beyond the deadline or our patience is not waited for", () => {
    expect(delay([failed("rate_limited", 3_600)], { remaining_ms: 1e9 })).toBeUndefined();
    expect(delay([failed("rate_limited", 6)], { remaining_ms: 5_000 })).toBeUndefined();
    expect(delay([failed("rate_limited", 1e12)])).toBeUndefined();
  });

  test("AI 3: the backoff doubles, with jitter, for three attempts", () => {
    const down = failed("overloaded");
    expect(delay([down], { random: 0 })).toBe(250);
    expect(delay([down], { random: 0.999 })).toBe(500);
    expect(delay([down, down], { random: 0 })).toBe(500);
    expect(delay([down, down], { random: 0.999 })).toBe(1_000);
    expect(delay([down, down, down])).toBeUndefined();
  });

  test("AI 4: what would only repeat itself is not tried again", () => {
    for (const code of ["invalid_request", "unauthorized", "not_found", "content_filtered", "aborted"] as const) {
      expect(delay([failed(code)])).toBeUndefined();
    }
  });

  test("AI 12: an unusable answer is tried again once", () => {
    const bad = failed("bad_response");
    expect(delay([bad])).toBeDefined();
    expect(delay([bad, bad])).toBeUndefined();
    expect(delay([failed("overloaded"), bad])).toBeDefined();
  });

  test("AI 16: another model is asked at once, but for what is the request's own fault", () => {
    for (const code of ["overloaded", "network", "unauthorized", "not_found", "rate_limited", "incomplete"] as const) {
      expect(step([failed(code)], { has_next: true })).toEqual({ kind: "next_model" });
    }
    for (const code of ["invalid_request", "content_filtered", "aborted"] as const) {
      expect(step([failed(code)], { has_next: true })).toEqual({ kind: "give_up" });
    }
    for (const code of ["bad_response", "timeout"] as const) {
      expect(step([failed(code), failed(code)], { has_next: true })).toEqual({ kind: "give_up" });
    }
    expect(step([failed("overloaded")], { has_next: true, remaining_ms: 0 })).toEqual({ kind: "give_up" });
  });

  test("no wait is shorter than asked or reaches the deadline, and no call has a fourth attempt", () => {
    const codes = fc.constantFrom<ProviderErrorCode>(
      "rate_limited",
      "overloaded",
      "network",
      "bad_response",
      "timeout",
    );
    const failure = fc.tuple(codes, fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }));
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(failure, { minLength: 1, maxLength: 5 }),
        random,
        fc.nat(120_000),
        (list, random, remaining_ms) => {
          const failures = list.map(([code, after]) => failed(code, after));
          const wait = delay(failures, { random, remaining_ms });
          if (wait === undefined) return;
          expect(failures.length).toBeLessThan(3);
          expect(wait).toBeLessThan(remaining_ms);
          expect(wait).toBeGreaterThanOrEqual((failures.at(-1)?.retry_after_seconds ?? 0) * 1_000);
          expect(wait).toBeGreaterThanOrEqual(250);
        },
      ),
    );
  });
});

test("every failure has a public face that says nothing of our account", () => {
  const face = (code: ProviderErrorCode) => {
    const error = publicFailure(new ProviderError(code, { status: 418, reason: "inner_word", retry_after_seconds: 7 }));
    expect(error).toBeInstanceOf(PlinthError);
    expect(error.message).not.toContain("inner_word");
    expect(error.occurrence.retry_after).toBe(7);
    return [error.code, error.kind];
  };
  expect(face("rate_limited")).toEqual(["ai.rate_limited", "rate_limited"]);
  expect(face("invalid_request")).toEqual(["ai.invalid_request", "bad_request"]);
  expect(face("content_filtered")).toEqual(["ai.content_filtered", "invalid"]);
  expect(face("timeout")).toEqual(["ai.timeout", "bad_gateway"]);
  expect(face("bad_response")).toEqual(["ai.bad_provider_response", "bad_gateway"]);
  expect(face("incomplete")).toEqual(["ai.bad_provider_response", "bad_gateway"]);
  for (const code of ["unauthorized", "not_found", "overloaded", "network"] as const) {
    expect(face(code)).toEqual(["ai.provider_unavailable", "bad_gateway"]);
  }
});

test("a text is stored as it came, but for NUL and broken surrogates", () => {
  expect(storableText("a\u0000b\ud800c é 😀")).toBe("ab\ufffdc é 😀");
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const stored = storableText(text);
      expect(stored).toBe(text.replaceAll("\u0000", ""));
      expect(stored.isWellFormed()).toBe(true);
    }),
  );
});

test("what looks like a key is taken out of a text, and nothing else", () => {
  const keys = ["sk-proj-abcdefgh1234", "AIzaSyA1234567890abcdefghij", "Bearer abc.def-ghi123", "pk_live_12345678"];
  for (const key of keys) {
    expect(redacted({ text: `before ${key} after` })).toEqual({ text: "before [redacted] after" });
    const line = JSON.stringify({ lines: `before\n${key}\n\tafter` });
    expect(redacted([line])).toEqual([JSON.stringify({ lines: "before\n[redacted]\n\tafter" })]);
  }
  const plain = "A key question: is a risk-averse skier a bearer of bad news?";
  expect(redacted({ plain })).toEqual({ plain });
});
