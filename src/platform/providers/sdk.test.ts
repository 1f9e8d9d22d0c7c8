import Anthropic from "@anthropic-ai/sdk";
import { GoogleGenAI } from "@google/genai";
import OpenAI from "openai";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fakeAnthropic } from "../../../test/support/fake-anthropic.ts";
import { fakeGemini } from "../../../test/support/fake-gemini.ts";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";

// What the adapters are tested against is tested here: the vendors' own clients read the fakes' answers as they read the vendors'.

const openai = await fakeOpenAi();
const anthropic = await fakeAnthropic();
const gemini = await fakeGemini();
beforeEach(() => {
  for (const fake of [openai, anthropic, gemini]) fake.reset();
});
afterAll(() => Promise.all([openai, anthropic, gemini].map((fake) => fake.close())));

const tool_calls = [{ id: "call_1", name: "get_weather", pieces: ['{"town":', '"Köln"}'] }];
const hello = { role: "user" as const, content: "Hello" };

describe("openai", () => {
  const client = new OpenAI({ apiKey: "sk-test", baseURL: openai.base_url, maxRetries: 0 });
  const chat = { model: "gpt-4o", messages: [hello] };

  test("chat completions, whole and streamed", async () => {
    openai.script({ text: "Hi there", tool_calls });
    const whole = await client.chat.completions.create(chat);
    expect(whole.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { content: "Hi there" } });
    expect(whole.usage?.prompt_tokens).toBe(12);
    openai.script({ text: "Hi there", tool_calls });
    const streamed = await client.chat.completions
      .stream({ ...chat, stream_options: { include_usage: true } })
      .finalChatCompletion();
    expect(streamed.choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "Hi there",
        tool_calls: [{ id: "call_1", function: { name: "get_weather", arguments: '{"town":"Köln"}' } }],
      },
    });
    expect(streamed.usage?.completion_tokens).toBe(5);
  });

  test("responses, whole and streamed", async () => {
    openai.script({ text: "Hi there", tool_calls });
    const whole = await client.responses.create({ model: "gpt-4o", input: "Hello" });
    expect(whole.output_text).toBe("Hi there");
    openai.script({ text: "Hi there", tool_calls });
    const streamed = await client.responses.stream({ model: "gpt-4o", input: "Hello" }).finalResponse();
    expect(streamed.output_text).toBe("Hi there");
    expect(streamed.output.at(-1)).toMatchObject({
      type: "function_call",
      call_id: "call_1",
      arguments: '{"town":"Köln"}',
    });
    expect(streamed.usage?.output_tokens).toBe(5);
  });

  test("embeddings, speech and transcriptions", async () => {
    const { data } = await client.embeddings.create({ model: "text-embedding-3-small", input: ["a", "b"] });
    expect(data.map(({ embedding }) => embedding)).toEqual([
      [0, 0.5, -0.25],
      [1, 0.5, -0.25],
    ]);
    const speech = await client.audio.speech.create({ model: "gpt-4o-mini-tts", input: "Hello", voice: "alloy" });
    expect(Buffer.from(await speech.arrayBuffer()).toString()).toBe("ID3 fake audio");
    const file = new File(["RIFF"], "voice.wav", { type: "audio/wav" });
    expect(await client.audio.transcriptions.create({ model: "whisper-1", file })).toMatchObject({
      text: "Take one small step.",
    });
  });

  test("errors, before and within a stream", async () => {
    openai.script({ status: 429, body: { error: { message: "slow", type: "requests", code: "rate_limit_exceeded" } } });
    await expect(client.chat.completions.create(chat)).rejects.toMatchObject({
      status: 429,
      code: "rate_limit_exceeded",
    });
    openai.script({ breaks: { after: 2, by: "error" } });
    await expect(client.chat.completions.stream(chat).finalChatCompletion()).rejects.toMatchObject({
      code: "server_error",
    });
    await expect(client.chat.completions.create({ ...chat, temperature: 9 })).rejects.toMatchObject({ status: 400 });
  });
});

describe("anthropic", () => {
  const client = new Anthropic({ apiKey: "sk-test", baseURL: anthropic.origin, maxRetries: 0 });
  const chat = { model: "claude-sonnet-5", max_tokens: 50, messages: [hello] };

  test("messages, whole and streamed", async () => {
    anthropic.script({ text: "Hi there", tool_calls });
    const whole = await client.messages.create(chat);
    expect(whole).toMatchObject({
      stop_reason: "tool_use",
      content: [{ text: "Hi there" }, { input: { town: "Köln" } }],
    });
    anthropic.script({ text: "Hi there", tool_calls });
    const streamed = await client.messages.stream(chat).finalMessage();
    expect(streamed).toMatchObject({
      stop_reason: "tool_use",
      content: [{ text: "Hi there" }, { id: "call_1", input: { town: "Köln" } }],
    });
    expect(streamed.usage).toMatchObject({ input_tokens: 12, output_tokens: 5 });
  });

  test("errors, before and within a stream", async () => {
    await expect(client.messages.create({ ...chat, max_tokens: -1 })).rejects.toMatchObject({ status: 400 });
    anthropic.script({ breaks: { after: 3, by: "error" } });
    await expect(client.messages.stream(chat).finalMessage()).rejects.toThrow(/overloaded_error/);
  });
});

describe("gemini", () => {
  const client = new GoogleGenAI({ apiKey: "test", httpOptions: { baseUrl: gemini.origin } });
  const chat = { model: "gemini-2.5-flash", contents: "Hello" };

  test("generateContent, whole and streamed", async () => {
    gemini.script({ text: "Hi there", tool_calls });
    const whole = await client.models.generateContent(chat);
    expect(whole.functionCalls).toMatchObject([{ id: "call_1", name: "get_weather", args: { town: "Köln" } }]);
    expect(whole.usageMetadata?.promptTokenCount).toBe(12);
    gemini.script({ text: "Hi there" });
    let text = "";
    for await (const piece of await client.models.generateContentStream(chat)) text += piece.text ?? "";
    expect(text).toBe("Hi there");
  });

  test("embeddings and errors", async () => {
    const { embeddings } = await client.models.embedContent({ model: "gemini-embedding-001", contents: ["a", "b"] });
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [0, 0.5, -0.25],
      [1, 0.5, -0.25],
    ]);
    gemini.script({ status: 429, body: { error: { code: 429, message: "slow", status: "RESOURCE_EXHAUSTED" } } });
    await expect(client.models.generateContent(chat)).rejects.toMatchObject({ status: 429 });
  });
});
