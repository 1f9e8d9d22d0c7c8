import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fakeAnthropic } from "../../../test/support/fake-anthropic.ts";
import { fakeGemini } from "../../../test/support/fake-gemini.ts";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { failure, gather, patient, providerOf, question, testKey } from "../../../test/support/providers.ts";
import type { ChatRequest, Message } from "./port.ts";
import type { ProviderFlags, ProviderSettings } from "./schema.ts";

// What is peculiar to one wire; what all of them have to do is in contract.test.ts.

const openai = await fakeOpenAi();
const anthropic = await fakeAnthropic();
const gemini = await fakeGemini();
beforeEach(() => {
  for (const fake of [openai, anthropic, gemini]) fake.reset();
});
afterAll(() => Promise.all([openai, anthropic, gemini].map((fake) => fake.close())));

const hello: Message = { role: "user", content: "Hello" };
const schema = {
  type: "object",
  properties: { mood: { type: "string" } },
  required: ["mood"],
  additionalProperties: false,
};

/** What a provider of these settings sends for a request, whole and streamed. */
async function sent(settings: ProviderSettings, fake: typeof openai, more: Partial<ChatRequest> = {}) {
  const provider = providerOf({ ...settings, base_url: fake.base_url });
  await provider.complete(question("model-1", more), patient());
  await gather(provider.stream(question("model-1", more), patient()));
  await provider.close();
  const [whole, streamed] = fake.calls;
  if (whole === undefined || streamed === undefined) throw new Error("Nothing was sent");
  return { whole, streamed };
}

describe("OpenAI chat completions", () => {
  test("the whole request, as it is on the wire", async () => {
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "And this?" },
          { type: "image", media_type: "image/png", data: "AAAA" },
        ],
      },
      { role: "assistant", content: "", tool_calls: [{ id: "call_1", name: "now", arguments: "{}" }] },
      { role: "tool", tool_call_id: "call_1", content: "noon" },
    ];
    const tools = [{ name: "now", description: "The time", parameters: { type: "object", properties: {} } }];
    const { whole, streamed } = await sent({ adapter: "openai" }, openai, {
      messages,
      tools,
      tool_choice: { name: "now" },
      response_schema: { name: "mood", schema },
      stop: ["END"],
      seed: 7,
      top_p: 0.9,
    });
    const body = {
      model: "model-1",
      messages: [
        { role: "system", content: "Be kind." },
        {
          role: "user",
          content: [
            { type: "text", text: "And this?" },
            { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          ],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "call_1", type: "function", function: { name: "now", arguments: "{}" } }],
        },
        { role: "tool", tool_call_id: "call_1", content: "noon" },
      ],
      max_tokens: 90,
      temperature: 0.4,
      top_p: 0.9,
      stop: ["END"],
      seed: 7,
      tools: [{ type: "function", function: tools[0] }],
      tool_choice: { type: "function", function: { name: "now" } },
      response_format: { type: "json_schema", json_schema: { name: "mood", schema, strict: true } },
    };
    expect(whole).toMatchObject({ path: "/v1/chat/completions", headers: { authorization: `Bearer ${testKey}` } });
    expect(whole.body).toEqual({ ...body, stream: false });
    expect(streamed.body).toEqual({ ...body, stream: true, stream_options: { include_usage: true } });
  });

  test("a schema that strict mode would refuse is asked for without it", async () => {
    const loose = {
      type: "object",
      properties: { mood: { type: "string" }, inner: { type: "object", properties: {} } },
    };
    const { whole } = await sent({ adapter: "openai" }, openai, { response_schema: { name: "mood", schema: loose } });
    expect(whole.body.response_format).toMatchObject({ json_schema: { strict: false, schema: loose } });
  });

  test("the limit of a model that thinks has its other name", async () => {
    const { whole } = await sent({ adapter: "openai" }, openai, { model: "gpt-5", reasoning: true });
    expect(whole.body).toMatchObject({ max_completion_tokens: 90 });
    expect(whole.body).not.toHaveProperty("max_tokens");
  });

  test("servers that write a little otherwise are read all the same", async () => {
    const provider = providerOf({ adapter: "compatible", base_url: openai.base_url });
    const ask = async (body: object) => {
      openai.script({ body });
      return provider.complete(question("m"), patient());
    };
    expect(await ask({ choices: [{ message: { content: "hm" } }] })).toEqual({
      text: "hm",
      tool_calls: [],
      model: "m",
      finish_reason: "other",
      usage: null,
    });
    const call = { function: { name: "now", arguments: "{}" } };
    expect(
      await ask({ choices: [{ message: { content: null, tool_calls: [call] }, finish_reason: "stop" }] }),
    ).toMatchObject({
      tool_calls: [{ id: "call_0", name: "now" }],
      finish_reason: "tool_calls",
    });
    openai.script({ body: { choices: [{ message: { content: null }, finish_reason: "stop" }] } });
    expect(await failure(provider.complete(question("m"), patient()))).toMatchObject({
      code: "bad_response",
      reason: "no_content",
    });
    const chunk = (choice: object, more: object = {}) => `data: ${JSON.stringify({ choices: [choice], ...more })}\n\n`;
    openai.script({
      headers: { "content-type": "text/event-stream" },
      body: [
        chunk({ delta: { content: "a" } }, { usage: { prompt_tokens: 3, completion_tokens: 1 } }),
        chunk({ delta: { tool_calls: [{ id: "x", function: { name: "now" } }] } }),
        chunk({ delta: { tool_calls: [{ id: "", function: { name: "", arguments: "{}" } }] } }),
        chunk({ delta: {}, finish_reason: "stop" }, { usage: { prompt_tokens: 3, completion_tokens: 9 } }),
      ].join(""),
    });
    expect(await gather(provider.stream(question("m"), patient()))).toMatchObject({
      text: "a",
      tool_calls: [{ id: "x", name: "now", arguments: "{}" }],
      finish_reason: "tool_calls",
      usage: { output_tokens: 9 },
    });
    await provider.close();
  });
});

describe("flags of compatible servers", () => {
  const withFlags = (flags: ProviderFlags, more: Partial<ChatRequest> = {}) =>
    sent({ adapter: "compatible", flags }, openai, more);

  test("none: no key, and everything as OpenAI has it", async () => {
    const { whole, streamed } = await withFlags({});
    expect(whole.headers.authorization).toBeUndefined();
    expect(streamed.body).toMatchObject({ stream_options: { include_usage: true }, max_tokens: 90 });
  });

  test("stream_options and the limit's name", async () => {
    const { streamed } = await withFlags({ stream_options: false, max_tokens_field: "max_completion_tokens" });
    expect(streamed.body).not.toHaveProperty("stream_options");
    expect(streamed.body).toMatchObject({ max_completion_tokens: 90 });
  });

  test("structured output: what the server does not take is told to the model in words", async () => {
    const response_schema = { name: "mood", schema };
    const object = await withFlags({ structured_output: "json_object" }, { response_schema });
    expect(object.whole.body).toMatchObject({
      response_format: { type: "json_object" },
      messages: [{ role: "system" }, { role: "user" }],
    });
    expect(JSON.stringify(object.whole.body)).toContain("mood");
    openai.reset();
    const none = await withFlags({ structured_output: "none" }, { response_schema });
    expect(none.whole.body).not.toHaveProperty("response_format");
    expect(JSON.stringify(none.whole.body)).toContain("mood");
  });

  test("image_urls: an address that the server would not load is refused before anything is sent", async () => {
    const provider = providerOf({ adapter: "compatible", base_url: openai.base_url, flags: { image_urls: false } });
    const messages: Message[] = [
      { role: "user", content: [{ type: "image_url", url: "https://example.com/cat.png" }] },
    ];
    expect(await failure(provider.complete(question("m", { messages }), patient()))).toMatchObject({
      code: "invalid_request",
    });
    expect(openai.calls).toHaveLength(0);
    await provider.close();
  });

  test("auth and extra headers", async () => {
    const { whole } = await sent(
      { adapter: "openai", flags: { auth: "api-key" }, headers: { "x-team": "plinth" } },
      openai,
    );
    expect(whole.headers).toMatchObject({ "api-key": testKey, "x-team": "plinth" });
    expect(whole.headers.authorization).toBeUndefined();
    openai.reset();
    const { whole: open } = await sent({ adapter: "openai", flags: { auth: "none" } }, openai);
    expect(JSON.stringify(open.headers)).not.toContain(testKey);
  });
});

describe("OpenAI responses", () => {
  test("nothing is stored; a stop sequence is refused before anything is sent", async () => {
    const { whole } = await sent({ adapter: "openai_responses" }, openai, {
      seed: 7,
      response_schema: { name: "mood", schema },
    });
    expect(whole.path).toBe("/v1/responses");
    expect(whole.body).toMatchObject({
      store: false,
      max_output_tokens: 90,
      text: { format: { type: "json_schema", strict: true } },
    });
    expect(whole.body).not.toHaveProperty("seed");
    openai.reset();
    const provider = providerOf({ adapter: "openai_responses", base_url: openai.base_url });
    const refused = failure(provider.complete(question("m", { stop: ["END"] }), patient()));
    expect(await refused).toMatchObject({ code: "invalid_request", reason: "stop_not_supported", maybe_billed: false });
    expect(openai.calls).toHaveLength(0);
    await provider.close();
  });

  test("a response that failed is that failure, whole and streamed", async () => {
    const provider = providerOf({ adapter: "openai_responses", base_url: openai.base_url });
    const failed = {
      model: "m",
      status: "failed",
      output: [],
      error: { code: "rate_limit_exceeded", message: "secret" },
    };
    openai.script({ body: failed });
    expect(await failure(provider.complete(question("m"), patient()))).toMatchObject({ code: "rate_limited" });
    const event = { type: "response.failed", sequence_number: 1, response: failed };
    openai.script({ headers: { "content-type": "text/event-stream" }, body: `data: ${JSON.stringify(event)}\n\n` });
    expect(await failure(gather(provider.stream(question("m"), patient())))).toMatchObject({
      code: "rate_limited",
      maybe_billed: false,
    });
    await provider.close();
  });
});

describe("Anthropic", () => {
  test("a schema that cannot be closed is told in words: any object, or one whose members have names that nobody knows", async () => {
    const map = {
      type: "object",
      properties: { moods: { type: "object", additionalProperties: { type: "integer" } } },
    };
    for (const open of [{ type: "object" }, map]) {
      anthropic.reset();
      const response_schema = { name: "object", schema: open };
      const { whole, streamed } = await sent({ adapter: "anthropic" }, anthropic, { response_schema });
      for (const { body } of [whole, streamed]) {
        expect(body).not.toHaveProperty("output_config");
        expect(body.system).toContain(JSON.stringify(open));
      }
    }
  });

  test("the whole request, as it is on the wire", async () => {
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      { role: "system", content: "Be brief." },
      hello,
      {
        role: "user",
        content: [
          { type: "text", text: "" },
          { type: "image", media_type: "image/png", data: "AAAA" },
        ],
      },
      { role: "assistant", content: "", tool_calls: [{ id: "toolu_1", name: "now", arguments: '{"zone":"CET"}' }] },
      { role: "tool", tool_call_id: "toolu_1", content: "noon" },
      { role: "user", content: "Thanks" },
    ];
    const tools = [{ name: "now", parameters: { properties: {} } }];
    const { whole, streamed } = await sent({ adapter: "anthropic" }, anthropic, {
      messages,
      tools,
      tool_choice: "required",
      stop: ["END"],
      temperature: 1.4,
      seed: 7,
    });
    const body = {
      model: "model-1",
      max_tokens: 90,
      system: "Be kind.\n\nBe brief.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "Hello" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          ],
        },
        { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "now", input: { zone: "CET" } }] },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "toolu_1", content: "noon" },
            { type: "text", text: "Thanks" },
          ],
        },
      ],
      stop_sequences: ["END"],
      tools: [{ name: "now", input_schema: { type: "object", properties: {} } }],
      tool_choice: { type: "any" },
    };
    expect(whole.path).toBe("/v1/messages");
    expect(whole.headers).toMatchObject({ "x-api-key": testKey, "anthropic-version": "2026-10-21" });
    expect(whole.body).toEqual({ ...body, stream: false });
    expect(streamed.body).toEqual({ ...body, stream: true });
  });

  test("asked for by its old version it gets a temperature it knows, or top_p", async () => {
    const settings = { adapter: "anthropic", flags: { anthropic_version: "2023-06-01" } } as const;
    const { whole } = await sent(settings, anthropic, { temperature: 1.4 });
    expect(whole.headers["anthropic-version"]).toBe("2023-06-01");
    expect(whole.body).toMatchObject({ temperature: 1 });
    anthropic.reset();
    const { whole: other } = await sent(settings, anthropic, { top_p: 0.5 });
    expect(other.body).toMatchObject({ top_p: 0.5 });
    expect(other.body).not.toHaveProperty("temperature");
  });

  test("AI 21: what was read from the cache and written to it stands outside Anthropic's input, and is added", async () => {
    const provider = providerOf({ adapter: "anthropic", base_url: anthropic.base_url });
    const usage = {
      input_tokens: 3,
      cache_creation_input_tokens: 12_304,
      cache_read_input_tokens: 0,
      output_tokens: 550,
    };
    anthropic.script({ usage }, { usage });
    const whole = await provider.complete(question("claude"), patient());
    expect(whole.usage).toMatchObject({
      input_tokens: 12_307,
      cached_input_tokens: 0,
      cache_write_tokens: 12_304,
      output_tokens: 550,
    });
    expect((await gather(provider.stream(question("claude"), patient()))).usage).toEqual(whole.usage);
    await provider.close();
  });

  test("an empty text is an answer: the model had nothing to add", async () => {
    const provider = providerOf({ adapter: "anthropic", base_url: anthropic.base_url });
    anthropic.script({ text: "" });
    expect(await provider.complete(question("claude"), patient())).toMatchObject({ text: "", finish_reason: "stop" });
    await provider.close();
  });

  test("no credit, told as an invalid request in a sentence, is the account's trouble", async () => {
    const provider = providerOf({ adapter: "anthropic", base_url: anthropic.base_url });
    const message = "Your credit balance is too low to access the Anthropic API.";
    anthropic.script({ status: 400, body: { type: "error", error: { type: "invalid_request_error", message } } });
    expect(await failure(provider.complete(question("claude"), patient()))).toMatchObject({
      code: "unauthorized",
      reason: "billing_error",
    });
    await provider.close();
  });
});

describe("Gemini", () => {
  test("the whole request, as it is on the wire", async () => {
    const messages: Message[] = [
      { role: "system", content: "Be kind." },
      {
        role: "user",
        content: [
          { type: "text", text: "This?" },
          { type: "image", media_type: "image/png", data: "AAAA" },
        ],
      },
      { role: "assistant", content: "Wait.", tool_calls: [{ id: "fc_1", name: "now", arguments: "{}" }] },
      { role: "tool", tool_call_id: "fc_1", content: "noon" },
    ];
    const tools = [{ name: "now", description: "The time", parameters: { type: "object", properties: {} } }];
    const { whole, streamed } = await sent({ adapter: "gemini" }, gemini, {
      messages,
      tools,
      tool_choice: { name: "now" },
      response_schema: { name: "mood", schema },
      stop: ["END"],
      seed: 7,
      top_p: 0.9,
    });
    expect(whole.path).toBe("/v1beta/models/model-1:generateContent");
    expect(streamed.path).toBe("/v1beta/models/model-1:streamGenerateContent?alt=sse");
    expect(whole.headers["x-goog-api-key"]).toBe(testKey);
    expect(streamed.body).toEqual(whole.body);
    expect(whole.body).toEqual({
      systemInstruction: { parts: [{ text: "Be kind." }] },
      contents: [
        { role: "user", parts: [{ text: "This?" }, { inlineData: { mimeType: "image/png", data: "AAAA" } }] },
        { role: "model", parts: [{ text: "Wait." }, { functionCall: { id: "fc_1", name: "now", args: {} } }] },
        { role: "user", parts: [{ functionResponse: { id: "fc_1", name: "now", response: { output: "noon" } } }] },
      ],
      tools: [
        {
          functionDeclarations: [{ name: "now", description: "The time", parametersJsonSchema: tools[0]?.parameters }],
        },
      ],
      toolConfig: { functionCallingConfig: { mode: "ANY", allowedFunctionNames: ["now"] } },
      generationConfig: {
        maxOutputTokens: 90,
        temperature: 0.4,
        topP: 0.9,
        stopSequences: ["END"],
        seed: 7,
        responseMimeType: "application/json",
        responseJsonSchema: schema,
      },
    });
  });

  test("the signature of a thought goes back with the call that it led to, and only there", async () => {
    const provider = providerOf({ adapter: "gemini", base_url: gemini.base_url });
    const tools = [{ name: "now", parameters: { type: "object", properties: {} } }];
    gemini.script({
      tool_calls: [
        { name: "now", pieces: [] },
        { name: "now", pieces: [] },
      ],
    });
    const asked = question("gemini-3-pro", { tools, reasoning: true });
    const { tool_calls } = await gather(provider.stream(asked, patient()));
    expect(new Set(tool_calls.map(({ id }) => id)).size).toBe(2);
    const results = tool_calls.map(({ id }): Message => ({ role: "tool", tool_call_id: id, content: "noon" }));
    await provider.complete(
      { ...asked, messages: [hello, { role: "assistant", content: "", tool_calls }, ...results] },
      patient(),
    );
    expect(gemini.calls[1]?.body.contents).toEqual([
      { role: "user", parts: [{ text: "Hello" }] },
      {
        role: "model",
        parts: [
          { functionCall: { name: "now", args: {} }, thoughtSignature: "c2lnbmF0dXJl+/==" },
          { functionCall: { name: "now", args: {} } },
        ],
      },
      { role: "user", parts: results.map(() => ({ functionResponse: { name: "now", response: { output: "noon" } } })) },
    ]);
    await provider.close();
  });

  test("thoughts are no text, and a model of another kind has its kind in the path", async () => {
    const provider = providerOf({ adapter: "gemini", base_url: gemini.base_url });
    const parts = [{ text: "hm, let me think", thought: true }, { text: "Yes." }];
    gemini.script({ body: { candidates: [{ content: { parts }, finishReason: "STOP" }] } });
    expect(await provider.complete(question("gemini-2.5-pro"), patient())).toMatchObject({
      text: "Yes.",
      model: "gemini-2.5-pro",
    });
    expect(await failure(provider.complete(question("tunedModels/a b"), patient()))).toMatchObject({
      code: "not_found",
    });
    expect(gemini.calls[1]?.path).toBe("/v1beta/tunedModels/a%20b:generateContent");
    await provider.close();
  });
});
