import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PlinthError } from "../../core/errors.ts";
import { ProviderError, type ProviderErrorCode } from "./errors.ts";
import {
  costPicoUsd,
  defaultRetryPolicy,
  estimateTokens,
  meteredUsage,
  publicFailure,
  retryAfterSeconds,
  retryDelay,
  storableText,
} from "./rules.ts";

describe("cost", () => {
  const prices = { input: 2_500_000, cached_input: 1_250_000, output: 10_000_000 };

  test("scenario 21: cached tokens are inside the input and charged once, at their own price", () => {
    const cost = costPicoUsd(prices, { input_tokens: 2_006, cached_input_tokens: 1_920, output_tokens: 300 });
    expect(cost).toBe(5_615_000_000);
    expect(cost / 1e12).toBe(0.005615);
  });

  test("is a whole number and exact for any tokens and prices that fit a number", () => {
    const price = fc.integer({ min: 0, max: 1_000_000_000 });
    const tokens = fc.integer({ min: 0, max: 2_000_000 });
    const exact = (a: number, b: number) => BigInt(a) * BigInt(b);
    fc.assert(
      fc.property(price, price, price, tokens, tokens, tokens, (input, cached_input, output, uncached, cached, out) => {
        const usage = { input_tokens: uncached + cached, cached_input_tokens: cached, output_tokens: out };
        const expected = exact(uncached, input) + exact(cached, cached_input) + exact(out, output);
        expect(BigInt(costPicoUsd({ input, cached_input, output }, usage))).toBe(expected);
      }),
    );
  });
});

describe("metered usage", () => {
  const request = { messages: [{ content: "12345678" }, { content: "1234" }], max_output_tokens: 700 };
  const usage = { input_tokens: 40, cached_input_tokens: 8, output_tokens: 9 };

  test("scenario 13: what the provider told is taken; an explicit 0 stays 0; without it the texts are estimated", () => {
    expect(meteredUsage(request, { text: "hi", usage })).toEqual({ ...usage, estimated: false });
    const zero = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 };
    expect(meteredUsage(request, { text: "long enough", usage: zero })).toEqual({ ...zero, estimated: false });
    expect(meteredUsage(request, { text: "12345", usage: null })).toEqual({
      input_tokens: 3,
      cached_input_tokens: 0,
      output_tokens: 2,
      estimated: true,
    });
  });

  test("never more cached tokens than input, whatever an adapter says", () => {
    const told = { input_tokens: 5, cached_input_tokens: 50, output_tokens: 1 };
    expect(meteredUsage(request, { text: "", usage: told }).cached_input_tokens).toBe(5);
  });

  test("scenarios 3, 22: a refused attempt is zero, one whose fate is unknown the most it can have cost, a told one as told", () => {
    const entered = (facts: object) => meteredUsage(request, { error: new ProviderError("overloaded", facts) });
    expect(entered({})).toEqual({ input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, estimated: false });
    expect(entered({ maybe_billed: true })).toEqual({
      input_tokens: 3,
      cached_input_tokens: 0,
      output_tokens: 700,
      estimated: true,
    });
    expect(entered({ maybe_billed: true, usage })).toEqual({ ...usage, estimated: false });
  });

  test("a token is about four characters of English, fewer of other scripts", () => {
    expect(estimateTokens("")).toBe(0);
    expect(estimateTokens("abcd")).toBe(1);
    expect(estimateTokens("abcde")).toBe(2);
    expect(estimateTokens("你好世界")).toBe(3);
  });
});

describe("retry", () => {
  const delay = (failures: ProviderError[], { remaining_ms = 60_000, random = 0.5 } = {}) =>
    retryDelay(failures, { remaining_ms, random, policy: defaultRetryPolicy });
  const failed = (code: ProviderErrorCode, retry_after_seconds?: number) =>
    new ProviderError(code, { retry_after_seconds });

  test("scenario 1: Retry-After is waited for in full", () => {
    for (const random of [0, 0.5, 0.999]) {
      expect(delay([failed("rate_limited", 1)], { random })).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("scenario 2: a Retry-After beyond the deadline or our patience is not waited for", () => {
    expect(delay([failed("rate_limited", 3_600)], { remaining_ms: 1e9 })).toBeUndefined();
    expect(delay([failed("rate_limited", 6)], { remaining_ms: 5_000 })).toBeUndefined();
    expect(delay([failed("rate_limited", 1e12)])).toBeUndefined();
  });

  test("scenario 3: the backoff doubles, with jitter, for three attempts", () => {
    const down = failed("overloaded");
    expect(delay([down], { random: 0 })).toBe(250);
    expect(delay([down], { random: 0.999 })).toBe(500);
    expect(delay([down, down], { random: 0 })).toBe(500);
    expect(delay([down, down], { random: 0.999 })).toBe(1_000);
    expect(delay([down, down, down])).toBeUndefined();
  });

  test("scenario 4: what would only repeat itself is not tried again", () => {
    for (const code of ["invalid_request", "unauthorized", "not_found", "content_filtered", "aborted"] as const) {
      expect(delay([failed(code)])).toBeUndefined();
    }
  });

  test("scenario 12: an unusable answer is tried again once", () => {
    const bad = failed("bad_response");
    expect(delay([bad])).toBeDefined();
    expect(delay([bad, bad])).toBeUndefined();
    expect(delay([failed("overloaded"), bad])).toBeDefined();
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

test("Retry-After is read as seconds or as an HTTP date, and as nothing else", () => {
  const now = new Date("2026-03-01T10:00:00Z");
  const cases: [string | undefined, number | undefined][] = [
    ["1", 1],
    [" 120 ", 120],
    ["0", 0],
    ["1.5", 1.5],
    ["Sun, 01 Mar 2026 10:00:30 GMT", 30],
    ["Sunday, 01-Mar-26 10:01:00 GMT", 60],
    ["Sun, 01 Mar 2026 09:00:00 GMT", 0],
    ["-5", undefined],
    ["soon", undefined],
    ["2026", 2_026],
    ["Sunny, later", undefined],
    ["", undefined],
    ["99999999999999999999", undefined],
    [undefined, undefined],
  ];
  for (const [value, seconds] of cases) expect(retryAfterSeconds(value, now), String(value)).toBe(seconds);
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
