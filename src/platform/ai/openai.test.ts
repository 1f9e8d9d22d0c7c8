import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { headersRead } from "../../../test/support/ai-gateway.ts";
import { type FakeAnswer, fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { ProviderError } from "./errors.ts";
import { createOpenAiProvider } from "./openai.ts";
import type { ProviderRequest } from "./provider.ts";

const key = "sk-test-4f9c0f64d2";
const now = new Date("2026-03-01T10:00:00Z");
const fake = await fakeOpenAi();
const options = { base_url: fake.base_url, api_key: key, clock: { now: () => now }, max_response_bytes: 10_000 };
const openai = createOpenAiProvider(options);
const request: ProviderRequest = {
  model: "gpt-4o",
  messages: [{ role: "user", content: "A private worry" }],
  temperature: 0.4,
  max_output_tokens: 90,
  reasoning: false,
};
const patient = new AbortController().signal;

beforeEach(() => fake.reset());
afterAll(async () => {
  await openai.close();
  await fake.close();
});

function ask(answer: FakeAnswer = {}, signal = patient) {
  fake.script(answer);
  return openai.complete(request, signal);
}

async function failureOf(answer: FakeAnswer): Promise<ProviderError> {
  const error = await ask(answer).catch((caught: unknown) => caught);
  if (!(error instanceof ProviderError)) throw new Error(`Expected a ProviderError, got ${inspect(error)}`);
  expect(fake.calls).toHaveLength(1);
  return error;
}

describe("on the wire", () => {
  test("one POST with the key, the model and its settings", async () => {
    expect(await ask()).toEqual({
      text: "Take one small step.",
      model: "gpt-4o-2026-01-01",
      finish_reason: "stop",
      usage: { input_tokens: 12, cached_input_tokens: 0, output_tokens: 5 },
    });
    expect(fake.calls).toHaveLength(1);
    expect(fake.calls[0]).toMatchObject({
      method: "POST",
      path: "/v1/chat/completions",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: { model: "gpt-4o", messages: request.messages, temperature: 0.4, max_tokens: 90, stream: false },
    });
  });

  test("a reasoning model gets no temperature, and the limit under its other name", async () => {
    await openai.complete({ ...request, reasoning: true }, patient);
    const { body } = fake.calls[0] ?? { body: {} };
    expect(body).toMatchObject({ max_completion_tokens: 90 });
    expect(body).not.toHaveProperty("temperature");
    expect(body).not.toHaveProperty("max_tokens");
  });

  test("a base URL may end with a slash and bear a query", async () => {
    const other = createOpenAiProvider({ ...options, base_url: `${fake.base_url}/?api-version=2026-01-01` });
    await other.complete(request, patient);
    await other.close();
    expect(fake.calls[0]?.path).toBe("/v1/chat/completions?api-version=2026-01-01");
  });

  test("a key that no header may carry is refused without being told", () => {
    expect(() => createOpenAiProvider({ ...options, api_key: "sk-secret\n" })).toThrow(/^AI_API_KEY holds a character/);
  });
});

describe("answers", () => {
  test("scenario 13: usage missing, null or nonsense is null; an explicit 0 stays 0; cached tokens are read", async () => {
    const usageOf = async (usage: FakeAnswer["usage"]) => (await ask({ usage })).usage;
    expect(await usageOf("missing")).toBeNull();
    expect(await usageOf(null)).toBeNull();
    expect(await usageOf({ prompt_tokens: -1, completion_tokens: 3 })).toBeNull();
    expect(await usageOf({ prompt_tokens: "9", completion_tokens: 3 })).toBeNull();
    expect(await usageOf({ total_tokens: 12 })).toBeNull();
    const zero = { input_tokens: 0, cached_input_tokens: 0, output_tokens: 0 };
    expect(await usageOf({ prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: null })).toEqual(zero);
    const cached = { prompt_tokens: 2_006, completion_tokens: 300, prompt_tokens_details: { cached_tokens: 1_920 } };
    expect(await usageOf(cached)).toEqual({ input_tokens: 2_006, cached_input_tokens: 1_920, output_tokens: 300 });
  });

  test("the reason to stop is normalised, and an empty text is an answer", async () => {
    expect(await ask({ text: "", finish_reason: "length" })).toMatchObject({ text: "", finish_reason: "length" });
    expect(await ask({ finish_reason: "eos_token" })).toMatchObject({ finish_reason: "other" });
    expect(await ask({ body: { choices: [{ message: { content: "hm" } }] } })).toEqual({
      text: "hm",
      model: "gpt-4o",
      finish_reason: "other",
      usage: null,
    });
  });

  test("scenario 12: HTML, broken JSON and JSON of another shape are bad answers that may be charged", async () => {
    const html = { body: "<html><body>Welcome</body></html>", headers: { "content-type": "text/html" } };
    const shapes = [html, { body: '{"choices":[{"mess' }, { body: {} }, { body: { choices: [] } }, { body: "null" }];
    for (const answer of shapes) {
      fake.reset();
      expect(await failureOf(answer)).toMatchObject({ code: "bad_response", retryable: true, maybe_billed: true });
    }
  });

  test("an answer without content is told by its cause, with what it used", async () => {
    const usage = { prompt_tokens: 7, completion_tokens: 2 };
    const body = (message: object, finish_reason: string) => ({ choices: [{ message, finish_reason }], usage });
    const used = { input_tokens: 7, cached_input_tokens: 0, output_tokens: 2 };
    const filtered = await failureOf({ body: body({ content: null }, "content_filter") });
    expect(filtered).toMatchObject({ code: "content_filtered", retryable: false, usage: used });
    fake.reset();
    const refused = await failureOf({ body: body({ content: null, refusal: "I cannot" }, "stop") });
    expect(refused).toMatchObject({ code: "content_filtered", usage: used });
    fake.reset();
    expect(await failureOf({ body: body({ content: null }, "stop") })).toMatchObject({
      code: "bad_response",
      usage: used,
    });
  });

  test("an answer beyond the limit is not read to its end", async () => {
    const error = await failureOf({ text: "x".repeat(20_000) });
    expect(error).toMatchObject({ code: "bad_response", reason: "UND_ERR_RES_EXCEEDED_MAX_SIZE", maybe_billed: true });
    await fake.calls[0]?.closed;
  });
});

describe("refusals", () => {
  const of = async (status: number, word?: string) => {
    fake.reset();
    const body = { error: { message: "A text for people", type: word ?? "server_error", code: word ?? null } };
    const { code, retryable, maybe_billed } = await failureOf({ status, body });
    expect(maybe_billed).toBe(false);
    return { code, retryable };
  };

  test("every status has its meaning; those that a wait may cure are retryable", async () => {
    expect(await of(400)).toEqual({ code: "invalid_request", retryable: false });
    expect(await of(400, "content_filter")).toEqual({ code: "content_filtered", retryable: false });
    expect(await of(413)).toEqual({ code: "invalid_request", retryable: false });
    expect(await of(401)).toEqual({ code: "unauthorized", retryable: false });
    expect(await of(403)).toEqual({ code: "unauthorized", retryable: false });
    expect(await of(404)).toEqual({ code: "not_found", retryable: false });
    expect(await of(408)).toEqual({ code: "timeout", retryable: true });
    expect(await of(409)).toEqual({ code: "overloaded", retryable: true });
    expect(await of(429)).toEqual({ code: "rate_limited", retryable: true });
    expect(await of(429, "insufficient_quota")).toEqual({ code: "unauthorized", retryable: false });
    expect(await of(500)).toEqual({ code: "overloaded", retryable: true });
    expect(await of(503)).toEqual({ code: "overloaded", retryable: true });
  });

  test("scenarios 1, 2: Retry-After in seconds, as a date and in milliseconds", async () => {
    const waitOf = async (headers: Record<string, string>) => {
      fake.reset();
      return (await failureOf({ status: 429, headers })).retry_after_seconds;
    };
    expect(await waitOf({ "retry-after": "3600" })).toBe(3_600);
    expect(await waitOf({ "retry-after": "Sun, 01 Mar 2026 10:00:20 GMT" })).toBe(20);
    expect(await waitOf({ "retry-after": "2", "retry-after-ms": "1250" })).toBe(1.25);
    expect(await waitOf({ "retry-after": "soon" })).toBeUndefined();
    expect(await waitOf({})).toBeUndefined();
  });

  test("a redirect is not followed: the key goes to no other place", async () => {
    const other = await fakeOpenAi();
    const error = await failureOf({ status: 307, headers: { location: `${other.base_url}/chat/completions` } });
    expect(error).toMatchObject({ code: "bad_response", status: 307, retryable: false });
    expect(other.calls).toHaveLength(0);
    await other.close();
  });

  test("no error holds the key or the prompt, even when the provider repeats them", async () => {
    const bodies = [
      { error: { message: `Incorrect key ${key} for A private worry`, type: key, code: `bad_${key}` } },
      { error: { message: "no", code: "A private worry", type: "private" } },
      `Incorrect key ${key}: A private worry`,
    ];
    for (const body of bodies) {
      for (const status of [200, 401, 500]) {
        fake.reset();
        const shown = inspect(await failureOf({ status, body }), { depth: 9, showHidden: true });
        expect(shown).not.toContain(key);
        expect(shown).not.toContain("private");
      }
    }
    fake.reset();
    expect((await failureOf({ status: 400, body: { error: { code: "context_length_exceeded" } } })).message).toBe(
      "invalid_request, HTTP 400, context_length_exceeded",
    );
  });
});

describe("broken connections", () => {
  test("scenario 5: a server that never answers is left at the signal, and its connection closed", async () => {
    const leave = new AbortController();
    const answer = ask({ fault: "hang" }, leave.signal);
    const call = await fake.arrival(1);
    leave.abort(new Error("time is up"));
    await expect(answer).rejects.toThrow("time is up");
    await call.closed;
  });

  test("scenario 6: a body that stalls after its headers is left at the signal, and its connection closed", async () => {
    const leave = new AbortController();
    const answered = headersRead();
    const answer = ask({ fault: "stall" }, leave.signal);
    await answered;
    leave.abort(new Error("time is up"));
    await expect(answer).rejects.toThrow("time is up");
    await fake.calls[0]?.closed;
  });

  test("scenario 8: a reset, before the answer or within it, is a network failure and one call", async () => {
    const before = await failureOf({ fault: "reset" });
    expect(before).toMatchObject({ code: "network", retryable: true, maybe_billed: true });
    fake.reset();
    const within = await failureOf({ fault: "reset_in_body" });
    expect(within).toMatchObject({ code: "network", retryable: true, maybe_billed: true });
  });

  test("what cannot be reached was never charged", async () => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const nobody = createOpenAiProvider({ ...options, base_url: `http://127.0.0.1:${port}/v1` });
    const error = await nobody.complete(request, patient).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "network", reason: "ECONNREFUSED", maybe_billed: false });
    await nobody.close();
  });

  test("bytes that are not HTTP are a bad answer, and do not stand in the error", async () => {
    const server = createServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => socket.end("SSH-2.0-private\r\n"));
    }).listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const other = createOpenAiProvider({ ...options, base_url: `http://127.0.0.1:${port}/v1` });
    const error = await other.complete(request, patient).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: "bad_response", maybe_billed: true });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("private");
    await other.close();
    await new Promise((resolve) => server.close(resolve));
  });
});
