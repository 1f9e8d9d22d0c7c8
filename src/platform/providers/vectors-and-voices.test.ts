import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { fakeAnthropic } from "../../../test/support/fake-anthropic.ts";
import { fakeGemini } from "../../../test/support/fake-gemini.ts";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { failure, patient, providerOf } from "../../../test/support/providers.ts";
import type { ProviderSettings } from "./schema.ts";

// Vectors and voices: what models do beside conversing.

const openai = await fakeOpenAi();
const anthropic = await fakeAnthropic();
const gemini = await fakeGemini();
beforeEach(() => {
  for (const fake of [openai, anthropic, gemini]) fake.reset();
});
afterAll(() => Promise.all([openai, anthropic, gemini].map((fake) => fake.close())));

describe("embeddings", () => {
  const embedder = (adapter: ProviderSettings["adapter"], fake: typeof openai) => {
    const provider = providerOf({ adapter, base_url: fake.base_url });
    if (provider.embed === undefined) throw new Error("It embeds nothing");
    return { ...provider, embed: provider.embed };
  };
  const vectors = [
    [0.25, -1.5, 3],
    [1, 2, 0.125],
  ];

  test.each([
    ["openai", openai, "base64"],
    ["compatible", openai, "float"],
    ["gemini", gemini, undefined],
  ] as const)("%s: one vector for each input, in their order", async (adapter, fake, encoding) => {
    const provider = embedder(adapter, fake);
    fake.script({ vectors, usage: { prompt_tokens: 8, total_tokens: 8, promptTokenCount: 8 } });
    const answer = await provider.embed({ model: "embed-1", inputs: ["a", "b"], dimensions: 3 }, patient());
    expect(answer.vectors).toEqual(vectors);
    expect(answer.usage).toMatchObject({ input_tokens: 8, output_tokens: 0 });
    expect(fake.calls[0]?.body.encoding_format).toBe(encoding);
    expect(JSON.stringify(fake.calls[0]?.body)).toMatch(/"(?:dimensions|outputDimensionality)":3/);
    fake.script({ vectors, usage: "missing" });
    expect((await provider.embed({ model: "embed-1", inputs: ["a", "b"] }, patient())).usage).toBeNull();
    fake.script({ vectors: vectors.slice(1) });
    const short = failure(provider.embed({ model: "embed-1", inputs: ["a", "b"] }, patient()));
    expect(await short).toMatchObject({ code: "bad_response", reason: "not_every_input", maybe_billed: true });
    fake.script({ body: { data: "no", embeddings: "no" } });
    expect(await failure(provider.embed({ model: "e", inputs: ["a"] }, patient()))).toMatchObject({
      code: "bad_response",
    });
    await provider.close();
  });

  test("the place of a vector is the one that it tells, and a torn one is none", async () => {
    const provider = embedder("compatible", openai);
    const data = [
      { index: 1, embedding: [2] },
      { index: 0, embedding: [1] },
    ];
    openai.script({ body: { data } });
    expect((await provider.embed({ model: "e", inputs: ["a", "b"] }, patient())).vectors).toEqual([[1], [2]]);
    openai.script({ body: { data: [{ index: 0, embedding: "AAA=" }] } });
    expect(await failure(provider.embed({ model: "e", inputs: ["a"] }, patient()))).toMatchObject({
      code: "bad_response",
    });
    openai.script({
      body: {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    });
    expect(await failure(provider.embed({ model: "e", inputs: ["a", "b"] }, patient()))).toMatchObject({
      code: "bad_response",
    });
    await provider.close();
  });
});

describe("speech", () => {
  const provider = providerOf({ adapter: "openai", base_url: openai.base_url });
  const { speak, transcribe } = provider;
  if (speak === undefined || transcribe === undefined) throw new Error("It neither speaks nor hears");
  afterAll(provider.close);
  const spoken = {
    model: "gpt-4o-mini-tts",
    text: "Hello",
    voice: "alloy",
    format: "opus" as const,
    instructions: "Softly",
  };
  const heard = {
    model: "gpt-4o-transcribe",
    audio: Buffer.from("RIFF\r\n--x\0bytes"),
    media_type: "audio/wav",
    file_name: 'me "and" you\r\n.wav',
    language: "de",
  };

  test("a text is spoken", async () => {
    const audio = Buffer.from([0xff, 0xf3, 0, 1, 2]);
    openai.script({ audio });
    expect(await speak(spoken, patient())).toEqual({ audio, media_type: "audio/ogg", usage: null });
    expect(openai.calls[0]).toMatchObject({
      path: "/v1/audio/speech",
      body: {
        model: "gpt-4o-mini-tts",
        input: "Hello",
        voice: "alloy",
        response_format: "opus",
        instructions: "Softly",
      },
    });
  });

  test("what is no audio is no speech", async () => {
    openai.script({ body: "<html></html>", headers: { "content-type": "text/html" } });
    expect(await failure(speak(spoken, patient()))).toMatchObject({ code: "bad_response", reason: "not_audio" });
    openai.script({ body: { error: { code: "rate_limit_exceeded" } } });
    expect(await failure(speak(spoken, patient()))).toMatchObject({ code: "rate_limited" });
    openai.script({ audio: Buffer.alloc(0) });
    expect(await failure(speak(spoken, patient()))).toMatchObject({ code: "bad_response", reason: "no_content" });
    openai.script({ status: 400, body: { error: { code: "invalid_value" } } });
    expect(await failure(speak(spoken, patient()))).toMatchObject({ code: "invalid_request" });
  });

  test("audio is sent as a form, whatever its file is called, and priced by seconds or tokens", async () => {
    openai.script({ text: "Guten Tag", usage: { type: "duration", seconds: 3.5 } });
    const answer = await transcribe(heard, patient());
    expect(answer).toMatchObject({
      text: "Guten Tag",
      usage: { audio_seconds: 3.5, input_tokens: 0, output_tokens: 0 },
    });
    expect(openai.calls[0]).toMatchObject({
      path: "/v1/audio/transcriptions",
      body: {
        model: "gpt-4o-transcribe",
        language: "de",
        response_format: "json",
        file: { type: "audio/wav", size: heard.audio.length },
      },
    });
    const usageOf = async (usage: object | null | "missing") => {
      openai.script({ usage });
      return (await transcribe(heard, patient())).usage;
    };
    expect(await usageOf({ type: "tokens", input_tokens: 70, output_tokens: 9, total_tokens: 79 })).toMatchObject({
      input_tokens: 70,
      output_tokens: 9,
      audio_seconds: 0,
    });
    expect(await usageOf("missing")).toBeNull();
    expect(await usageOf({ type: "duration", seconds: -1 })).toBeNull();
    openai.script({ body: { txt: "no" } });
    expect(await failure(transcribe(heard, patient()))).toMatchObject({
      code: "bad_response",
      reason: "not_a_transcription",
    });
  });
});
