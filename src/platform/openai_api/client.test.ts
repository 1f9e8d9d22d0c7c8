import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { openAiSurface } from "../../../test/support/openai-surface.ts";
import { scriptedAi } from "../../../test/support/scripted-ai.ts";
import { budgetErrors } from "../ai_ledger/errors.ts";

// OpenAI's own client, unchanged, over real sockets.

let t: TestDatabase;
let surface: Awaited<ReturnType<typeof openAiSurface>>;
let base_url: string;
let key: string;
let openai: OpenAI;
const gateway = scriptedAi();

beforeAll(async () => {
  t = await testDatabase();
  surface = await openAiSurface(t, gateway.ai, ["ai.api", "ai.embeddings"]);
  ({ base_url, key, openai } = surface);
});
beforeEach(() => {
  gateway.asked.length = 0;
});
afterAll(async () => {
  await surface.close();
  await t.close();
});

const messages = [{ role: "user" as const, content: "What now?" }];
const model = "gpt-4.1-mini";
const thrownBy = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error("It was not refused");
    },
    (error: unknown) => error,
  );

describe("a chat completion", () => {
  test("is answered whole, with usage, for the feature that clients have", async () => {
    const completion = await openai.chat.completions.create({ model, messages });
    expect(completion).toMatchObject({
      object: "chat.completion",
      model: "gpt-4.1-mini-2026-01-01",
      choices: [{ index: 0, message: { role: "assistant", content: "Take one small step." }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 12,
        completion_tokens: 5,
        total_tokens: 17,
        prompt_tokens_details: { cached_tokens: 2 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
    expect(completion.id).toMatch(/^chatcmpl-/);
    expect(gateway.asked[0]?.ctx.workspace_id).toBe(surface.workspace_id);
    expect(gateway.asked[0]?.input).toMatchObject({ feature: "ai.api", model, messages });
  });

  test("passes on what OpenAI's parameters say", async () => {
    await openai.chat.completions.create({
      model: "vendor/large",
      messages: [
        { role: "developer", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } },
            { type: "image_url", image_url: { url: "https://example.com/a.png", detail: "low" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "call_1", type: "function", function: { name: "look", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: "A cat" },
      ],
      temperature: 0.2,
      top_p: 0.9,
      max_completion_tokens: 50,
      stop: "END",
      seed: 7,
      n: 1,
      user: "somebody",
      frequency_penalty: 0,
    });
    expect(gateway.asked[0]?.input).toMatchObject({
      model: "vendor/large",
      temperature: 0.2,
      top_p: 0.9,
      max_output_tokens: 50,
      stop: ["END"],
      seed: 7,
      messages: [
        { role: "system", content: "Be brief." },
        {
          role: "user",
          content: [
            { type: "text", text: "What is this?" },
            { type: "image", media_type: "image/png", data: "iVBORw0KGgo=" },
            { type: "image_url", url: "https://example.com/a.png" },
          ],
        },
        { role: "assistant", content: "", tool_calls: [{ id: "call_1", name: "look", arguments: "{}" }] },
        { role: "tool", tool_call_id: "call_1", content: "A cat" },
      ],
    });
  });

  test("the feature comes by the model's name, the header or the metadata", async () => {
    await openai.chat.completions.create({ model: "ai.embeddings", messages });
    await openai.chat.completions.create({ model, messages }, { headers: { "plinth-feature": "ai.api" } });
    await openai.chat.completions.create({ model, messages, metadata: { feature: "ai.api" } });
    expect(gateway.asked.map(({ input }) => input.feature)).toEqual(["ai.embeddings", "ai.api", "ai.api"]);
    expect(gateway.asked[0]?.input.model).toBeUndefined();
    const error = await thrownBy(
      openai.chat.completions.create({ model, messages }, { headers: { "plinth-feature": "prism.turn" } }),
    );
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(error).toMatchObject({ code: "openai_api.unknown_feature" });
  });

  test("tools: the calls come as OpenAI writes them", async () => {
    const tool_calls = [{ id: "call_1", name: "weather", arguments: '{"city":"Graz"}' }];
    gateway.script({ completion: { text: "", tool_calls, finish_reason: "tool_calls" } });
    const tools = [
      { type: "function" as const, function: { name: "weather", parameters: { type: "object", properties: {} } } },
    ];
    const { choices } = await openai.chat.completions.create({
      model,
      messages,
      tools,
      tool_choice: { type: "function", function: { name: "weather" } },
    });
    expect(choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: null,
        tool_calls: [{ id: "call_1", type: "function", function: { name: "weather", arguments: '{"city":"Graz"}' } }],
      },
    });
    expect(gateway.asked[0]?.input).toMatchObject({ tool_choice: { name: "weather" }, tools: [{ name: "weather" }] });
  });

  test("structured output: the client parses what the schema asked for", async () => {
    gateway.script({ completion: { text: '{"mood":"calm"}', output: { mood: "calm" } } });
    const schema = { type: "object", properties: { mood: { type: "string" } }, required: ["mood"] };
    const { choices } = await openai.chat.completions.parse({
      model,
      messages,
      response_format: { type: "json_schema", json_schema: { name: "mood", schema, strict: true } },
    });
    expect(JSON.parse(choices[0]?.message.content ?? "")).toEqual({ mood: "calm" });
    expect(gateway.asked[0]?.input.response_schema).toMatchObject({ name: "mood", schema });
  });

  test("the same Idempotency-Key gets the first answer, and nothing is asked again", async () => {
    const once = () =>
      openai.chat.completions.create({ model, messages }, { headers: { "idempotency-key": "the-same" } });
    const [first, second] = [await once(), await once()];
    expect(second.id).toBe(first.id);
    expect(gateway.asked).toHaveLength(1);
  });

  test("a picture of several megabytes comes through", async () => {
    const url = `data:image/png;base64,${"A".repeat(6_000_000)}`;
    const content = [{ type: "image_url" as const, image_url: { url } }];
    await openai.chat.completions.create({ model, messages: [{ role: "user", content }] });
    expect(gateway.asked).toHaveLength(1);
  });
});

describe("a stream", () => {
  test("comes in chunks, and its usage only where that was asked for", async () => {
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of await openai.chat.completions.create({ model, messages, stream: true }))
      chunks.push(chunk);
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Take one small step.");
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every((chunk) => !("usage" in chunk))).toBe(true);

    const withUsage: OpenAI.ChatCompletionChunk[] = [];
    const asked = { model, messages, stream: true as const, stream_options: { include_usage: true } };
    for await (const chunk of await openai.chat.completions.create(asked)) withUsage.push(chunk);
    expect(withUsage.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 12, total_tokens: 17 } });
    expect(withUsage.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  test("of tool calls is put together by the client's helper", async () => {
    gateway.script({
      pieces: [
        { type: "tool_call", index: 0, id: "call_1", name: "weather", arguments: "" },
        { type: "tool_call", index: 0, arguments: '{"city":' },
        { type: "tool_call", index: 0, arguments: '"Graz"}' },
      ],
      completion: { finish_reason: "tool_calls", text: "" },
    });
    const stream = openai.chat.completions.stream({ model, messages });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    expect(choices[0]?.message.tool_calls).toMatchObject([
      { id: "call_1", function: { name: "weather", arguments: '{"city":"Graz"}' } },
    ]);
  });

  test("that breaks tells its error and never says [DONE]", async () => {
    const broken = () =>
      gateway.script({ pieces: [{ type: "text", text: "Take" }], error: budgetErrors.budget_exhausted() });
    broken();
    const seen: string[] = [];
    const read = async () => {
      const stream = await openai.chat.completions.create({ model, messages, stream: true });
      for await (const { choices } of stream) seen.push(choices[0]?.delta.content ?? "");
    };
    expect(await thrownBy(read())).toMatchObject({ code: "insufficient_quota", type: "insufficient_quota" });
    expect(seen.join("")).toBe("Take");
    broken();
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const raw = await fetch(`${base_url}/chat/completions`, {
      method: "POST",
      headers,
      body: JSON.stringify({ model, messages, stream: true }),
    });
    const text = await raw.text();
    expect(text).toContain('data: {"error":');
    expect(text).not.toContain("[DONE]");
  });

  test("a complete one ends with [DONE], nothing behind it", async () => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const body = JSON.stringify({ model, messages, stream: true });
    const raw = await fetch(`${base_url}/chat/completions`, { method: "POST", headers, body });
    expect(raw.headers.get("content-type")).toContain("text/event-stream");
    expect((await raw.text()).endsWith("data: [DONE]\n\n")).toBe(true);
  });

  test("a client that aborts is noticed, and the call is told", async () => {
    gateway.script({ after: new Promise(() => {}) });
    const controller = new AbortController();
    const asked = openai.chat.completions.create({ model, messages, stream: true }, { signal: controller.signal });
    const error = thrownBy(asked);
    await vi.waitFor(() => expect(gateway.asked).toHaveLength(1));
    controller.abort();
    expect(await error).toBeInstanceOf(OpenAI.APIUserAbortError);
    await vi.waitFor(() => expect(gateway.asked[0]?.input.signal?.aborted).toBe(true));
  });
});

describe("embeddings and models", () => {
  test("vectors come as the client asks for them, in base64 by default", async () => {
    const { data, usage } = await openai.embeddings.create({ model: "text-embedding-3-small", input: ["a", "bcd"] });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [1, 0.5, -1.25],
      [3, 0.5, -1.25],
    ]);
    expect(usage).toEqual({ prompt_tokens: 12, total_tokens: 12 });
    const plain = await openai.embeddings.create({
      model: "text-embedding-3-small",
      input: "a",
      dimensions: 3,
      encoding_format: "float",
    });
    expect(plain.data[0]?.embedding).toEqual([1, 0.5, -1.25]);
    expect(gateway.embedded.at(-1)).toMatchObject({ feature: "ai.embeddings", dimensions: 3 });
  });

  test("the list has the models and the features; one with a slash in its name is found", async () => {
    const ids: string[] = [];
    for await (const { id } of openai.models.list()) ids.push(id);
    expect(ids).toEqual(["gpt-4.1-mini", "vendor/large", "text-embedding-3-small", "ai.api", "ai.embeddings"]);
    expect(await openai.models.retrieve("vendor/large")).toMatchObject({ id: "vendor/large", owned_by: "ollama" });
  });
});

describe("errors are told as OpenAI tells them", () => {
  test("each status has the client's own class", async () => {
    const stranger = new OpenAI({ apiKey: "nobody", baseURL: base_url, maxRetries: 0 });
    const unauthenticated = await thrownBy(stranger.models.list());
    expect(unauthenticated).toBeInstanceOf(OpenAI.AuthenticationError);
    expect(unauthenticated).toMatchObject({ status: 401, code: "invalid_api_key" });

    const missing = await thrownBy(openai.chat.completions.create({ model: "gpt-9", messages }));
    expect(missing).toBeInstanceOf(OpenAI.NotFoundError);
    expect(missing).toMatchObject({ status: 404, code: "model_not_found", param: "model" });
    expect(await thrownBy(openai.models.retrieve("gpt-9"))).toBeInstanceOf(OpenAI.NotFoundError);

    const unsupported = await thrownBy(openai.chat.completions.create({ model, messages, n: 2 }));
    expect(unsupported).toBeInstanceOf(OpenAI.BadRequestError);
    expect(unsupported).toMatchObject({ code: "unsupported_parameter", param: "n" });

    const invalid = await thrownBy(openai.chat.completions.create({ model, messages, temperature: 3 }));
    expect(invalid).toBeInstanceOf(OpenAI.BadRequestError);
    expect(invalid).toMatchObject({ param: "temperature", requestID: expect.any(String) });
  });

  test("an unknown parameter and a message without content are named", async () => {
    const unknown = await thrownBy(openai.chat.completions.create({ model, messages, ...{ best_of: 3 } }));
    expect(unknown).toMatchObject({ status: 400, code: "unknown_parameter", param: "best_of" });
    const empty = [
      { role: "user" as const, content: "Hello" },
      { role: "tool" as const, content: "x", tool_call_id: "" },
    ];
    expect(await thrownBy(openai.chat.completions.create({ model, messages: empty }))).toMatchObject({
      param: "messages[1].tool_call_id",
    });
  });

  test("a used-up budget is insufficient_quota, and the client does not try again", async () => {
    const error = budgetErrors.budget_exhausted({
      retry_after: 3_600,
      extensions: { scope: "workspace", limit_usd: "1" },
    });
    gateway.script({ error }, { error });
    const patient = new OpenAI({ apiKey: key, baseURL: base_url, maxRetries: 2 });
    const thrown = await thrownBy(patient.chat.completions.create({ model, messages }));
    expect(thrown).toBeInstanceOf(OpenAI.RateLimitError);
    expect(thrown).toMatchObject({ code: "insufficient_quota", error: { scope: "workspace", limit_usd: "1" } });
    expect(gateway.asked).toHaveLength(1);
    gateway.script({});
    await openai.chat.completions.create({ model, messages }).catch(() => undefined);
  });

  test("a body that is too large, or no JSON, or another method", async () => {
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const send = async (body: string, method = "POST") => {
      const answer = await fetch(`${base_url}/chat/completions`, {
        method,
        headers,
        ...(method === "POST" ? { body } : {}),
      });
      return { status: answer.status, ...(await answer.json()).error };
    };
    expect(await send("{")).toMatchObject({
      status: 400,
      plinth_code: "request.malformed",
      type: "invalid_request_error",
    });
    expect(await send("", "GET")).toMatchObject({ status: 405, plinth_code: "request.method_not_allowed" });
    expect(await send(`"${"x".repeat(13 * 2 ** 20)}"`)).toMatchObject({
      status: 413,
      plinth_code: "request.too_large",
    });
  });
});
