import { describe, expect, test } from "vitest";
import { converse } from "../../../test/support/conversation.ts";
import type { FakeAnswer } from "../../../test/support/fake-provider.ts";
import { failure, patient, question, stages, testKey } from "../../../test/support/providers.ts";
import type { Message, Tool } from "./port.ts";

// What every adapter has to do, whatever its wire looks like: the same cases for all of them, whole and streamed.

const weather: Tool = {
  name: "get_weather",
  description: "The weather of a town",
  parameters: {
    type: "object",
    properties: { town: { type: "string" } },
    required: ["town"],
    additionalProperties: false,
  },
};

describe.each(stages)("$adapter", (stage) => {
  const { adapter, model, usage, finish } = stage;
  const at = converse(stage);
  const { ask, listen, both } = at;

  describe("answers", () => {
    test("a text, the model that wrote it, and what it used", async () => {
      const answer = await both({
        text: "Grüße — 漢字 👋🏽 and more",
        usage: usage({ input: 12, cached: 0, output: 5 }),
      });
      expect(answer).toMatchObject({ text: "Grüße — 漢字 👋🏽 and more", tool_calls: [], finish_reason: "stop" });
      expect(answer.model).toMatch(new RegExp(`^${model}-`));
      expect(answer.usage).toMatchObject({ input_tokens: 12, output_tokens: 5 });
      expect(at.fake.calls).toHaveLength(2);
    });

    test("AI 21: cached and reasoning tokens are parts of the whole, however the provider counts them", async () => {
      const { usage: used } = await both({
        usage: usage({ input: 2_006, cached: 1_920, output: 300, reasoning: 128 }),
      });
      expect(used).toEqual({
        input_tokens: 2_006,
        cached_input_tokens: 1_920,
        cache_write_tokens: 0,
        output_tokens: 300,
        reasoning_tokens: 128,
        images: 0,
        audio_seconds: 0,
      });
    });

    test("AI 13: usage missing, null or nonsense is null; an explicit 0 stays 0", async () => {
      const usageOf = async (told: FakeAnswer["usage"]) => (await both({ usage: told })).usage;
      expect(await usageOf("missing")).toBeNull();
      expect(await usageOf(null)).toBeNull();
      expect(await usageOf(usage({ input: -1, cached: 0, output: 3 }))).toBeNull();
      expect(await usageOf(usage({ input: 9, cached: 0, output: 3.5 }))).toBeNull();
      expect(await usageOf({ total_tokens: 12 })).toBeNull();
      expect(await usageOf(usage({ input: 0, cached: 0, output: 0 }))).toMatchObject({
        input_tokens: 0,
        output_tokens: 0,
      });
    });

    test("AI 14: a stream brings its usage, nobody having asked, before its end", async () => {
      const { events, kinds, usage: used } = await listen({ usage: usage({ input: 7, cached: 0, output: 2 }) });
      expect(kinds).toBe("start text usage finish");
      expect(events.filter(({ type }) => type === "text").length).toBeGreaterThan(1);
      expect(used).toMatchObject({ input_tokens: 7, output_tokens: 2 });
    });

    test("the reason to stop is told in one vocabulary", async () => {
      expect(await both({ text: "Half a", finish_reason: finish.length })).toMatchObject({ finish_reason: "length" });
      expect(await both({ text: "Half a", finish_reason: finish.content_filter })).toMatchObject({
        finish_reason: "content_filter",
      });
      if (finish.other !== undefined)
        expect(await both({ finish_reason: finish.other })).toMatchObject({ finish_reason: "other" });
    });

    test("nothing but thoughts within the limit is an empty answer", async () => {
      expect(await both({ text: "", finish_reason: finish.length })).toMatchObject({
        text: "",
        finish_reason: "length",
      });
    });

    test("a refusal, or an answer that was filtered away, is told as that, with what it used", async () => {
      const used = usage({ input: 7, cached: 0, output: 2 });
      for (const answer of [
        { refusal: "I cannot help with that" },
        { text: "", finish_reason: finish.content_filter },
      ]) {
        for (const attempt of [ask, listen]) {
          const error = await failure(attempt({ ...answer, usage: used }));
          expect(error).toMatchObject({ code: "content_filtered", retryable: false, maybe_billed: true });
          expect(error.usage).toMatchObject({ input_tokens: 7, output_tokens: 2 });
        }
      }
    });
  });

  describe("tools", () => {
    const tools = [weather, { name: "now", parameters: { type: "object", properties: {} } }];

    test("calls come whole, or piece by piece", async () => {
      const tool_calls = [
        { id: "call_1", name: "get_weather", pieces: ['{"to', 'wn":"Köl', 'n"}'] },
        { id: "call_2", name: "now", pieces: [] },
      ];
      const answer = await ask({ text: "Let me see.", tool_calls }, { tools });
      expect(answer).toMatchObject({ text: "Let me see.", finish_reason: "tool_calls" });
      const calls = answer.tool_calls.map(({ id, name, arguments: text }) => ({
        id: id.slice(0, 6),
        name,
        input: JSON.parse(text || "{}"),
      }));
      expect(calls).toEqual([
        { id: "call_1", name: "get_weather", input: { town: "Köln" } },
        { id: "call_2", name: "now", input: {} },
      ]);
      const streamed = await listen({ text: "Let me see.", tool_calls }, { tools });
      expect(streamed).toMatchObject({ text: "Let me see.", finish_reason: "tool_calls" });
      expect(
        streamed.tool_calls.map(({ arguments: text }) => JSON.parse(text || (adapter === "anthropic" ? "" : "{}"))),
      ).toEqual([{ town: "Köln" }, {}]);
      expect(streamed.tool_calls.map(({ id, name }) => [id.slice(0, 6), name])).toEqual([
        ["call_1", "get_weather"],
        ["call_2", "now"],
      ]);
    });

    test("a conversation with calls and their results is one that the provider takes, whoever's ids it bears", async () => {
      const conversation = (ids: string[]): Message[] => [
        { role: "system", content: "Be brief." },
        { role: "user", content: "The weather in Cologne, and the time?" },
        {
          role: "assistant",
          content: "",
          tool_calls: [
            { id: ids[0] ?? "", name: "get_weather", arguments: '{"town":"Cologne"}' },
            { id: ids[1] ?? "", name: "now", arguments: "" },
          ],
        },
        { role: "tool", tool_call_id: ids[0] ?? "", content: '{"degrees":21}' },
        { role: "tool", tool_call_id: ids[1] ?? "", content: "noon" },
        { role: "user", content: "Thanks. And tomorrow?" },
        { role: "assistant", content: "Rain.", tool_calls: [{ id: "call_9", name: "now", arguments: '{"broken' }] },
        { role: "tool", tool_call_id: "call_9", content: "noon" },
      ];
      for (const ids of [
        ["call_1", "call_2"],
        [`id~${"c2lnbg+/=".repeat(40)}`, `id~${"b".repeat(90)}`],
      ]) {
        expect(await both({}, { messages: conversation(ids), tools, tool_choice: "auto" })).toMatchObject({
          finish_reason: "stop",
        });
      }
    });

    test("calls go back to the provider that made them", async () => {
      const tool_calls = [{ id: "call_1", name: "get_weather", pieces: ['{"town":"Cologne"}'] }];
      const thinking = { gemini: "gemini-3-pro", anthropic: model }[adapter as string] ?? "gpt-5";
      at.fake.script({ tool_calls });
      const asked = question(thinking, { tools, reasoning: true });
      const first = await at.provider.complete(asked, patient());
      const id = first.tool_calls[0]?.id ?? "";
      const messages: Message[] = [
        ...asked.messages,
        { role: "assistant", content: first.text, tool_calls: first.tool_calls },
        { role: "tool", tool_call_id: id, content: "21 degrees" },
      ];
      expect(await at.provider.complete({ ...asked, messages }, patient())).toMatchObject({ finish_reason: "stop" });
      expect(JSON.stringify(at.fake.calls[1]?.body)).toContain("21 degrees");
    });

    test("every choice of tools is one that the provider knows", async () => {
      for (const tool_choice of ["auto", "none", "required", { name: "now" }] as const)
        await ask({}, { tools, tool_choice });
      // Without tools there is nothing to choose.
      await ask({}, { tool_choice: "none" });
      expect(JSON.stringify(at.fake.calls[3]?.body)).toContain('"now"');
    });
  });

  describe("requests", () => {
    test("one POST with the key, and every setting where the provider has one", async () => {
      const settings = { top_p: 0.9, seed: 7, ...(adapter === "openai_responses" ? {} : { stop: ["END"] }) };
      await both({}, settings);
      for (const { method, headers, body } of at.fake.calls) {
        expect(method).toBe("POST");
        expect(headers["content-type"]).toBe("application/json");
        if (adapter !== "compatible") expect(Object.values(headers).join(" ")).toContain(testKey);
        expect(JSON.stringify(body).includes("0.9")).toBe(adapter !== "anthropic");
        expect(JSON.stringify(body)).toContain("90");
        expect(JSON.stringify(body).includes("END")).toBe(adapter !== "openai_responses");
      }
    });

    test("a model that thinks is given no temperature", async () => {
      await both({}, { model: adapter.startsWith("openai") ? "gpt-5" : model, reasoning: true, top_p: 0.5 });
      for (const { body } of at.fake.calls) expect(JSON.stringify(body)).not.toMatch(/temperature|top_?p/i);
    });

    test("images as bytes; by their address where the provider loads them, refused before anything is sent where it does not", async () => {
      const text = { type: "text" as const, text: "What is this?" };
      const bytes = { type: "image" as const, media_type: "image/png", data: "iVBORw0KGgo=" };
      await both({}, { messages: [{ role: "user", content: [text, bytes] }] });
      expect(JSON.stringify(at.fake.calls[0]?.body)).toContain(bytes.data);
      at.fake.reset();
      const address = { type: "image_url" as const, url: "https://images.example.com/cat.png" };
      const messages: Message[] = [{ role: "user", content: [text, address] }];
      if (adapter !== "gemini") {
        await both({}, { messages });
        expect(JSON.stringify(at.fake.calls[0]?.body)).toContain(address.url);
        return;
      }
      for (const attempt of [ask, listen]) {
        expect(await failure(attempt({}, { messages }))).toMatchObject({
          code: "invalid_request",
          reason: "image_url_not_supported",
          maybe_billed: false,
        });
      }
      expect(at.fake.calls).toHaveLength(0);
    });

    test("a response schema is asked for in the provider's way, a loose one too", async () => {
      const strict = {
        type: "object",
        properties: { mood: { type: "string" } },
        required: ["mood"],
        additionalProperties: false,
      };
      const loose = {
        type: "object",
        properties: { mood: { type: "string", minLength: 2 }, days: { type: "integer", maximum: 7 } },
      };
      for (const schema of [strict, loose]) {
        const answer = await both({ text: '{"mood":"calm"}' }, { response_schema: { name: "a mood!", schema } });
        expect(JSON.parse(answer.text)).toEqual({ mood: "calm" });
      }
      for (const { body } of at.fake.calls) expect(JSON.stringify(body)).toContain('"mood"');
    });
  });
});
