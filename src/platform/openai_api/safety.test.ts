import type OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { openAiSurface } from "../../../test/support/openai-surface.ts";
import { scriptedAi } from "../../../test/support/scripted-ai.ts";

let t: TestDatabase;
let surface: Awaited<ReturnType<typeof openAiSurface>>;
const gateway = scriptedAi();
beforeAll(async () => {
  t = await testDatabase();
  surface = await openAiSurface(t, gateway.ai, ["ai.api"]);
});
beforeEach(async () => {
  gateway.asked.length = 0;
  await t.sql("delete from safety.safety_events");
});
afterAll(async () => {
  await surface.close();
  await t.close();
});

const model = "gpt-4.1-mini";
const messages = [{ role: "user" as const, content: "What now?" }];
type Ask = Omit<OpenAI.ChatCompletionCreateParams, "model" | "stream">;
const whole = (ask: Partial<Ask> = {}, headers = {}) =>
  surface.openai.chat.completions.create({ model, messages, ...ask, stream: false }, { headers }).withResponse();
const chunksOf = async (ask: Partial<Ask> = {}) => {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  const stream = await surface.openai.chat.completions.create({ model, messages, ...ask, stream: true });
  for await (const chunk of stream) chunks.push(chunk);
  const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("");
  return { chunks, text, last: chunks.at(-1)?.choices[0]?.finish_reason };
};
const pieces = (...texts: string[]) => texts.map((text) => ({ type: "text" as const, text }));

describe("what the person wrote", () => {
  test("in crisis nothing is generated; the answer names who helps, and the event is there", async () => {
    const { data, response } = await whole({ messages: [{ role: "user", content: "I want to kill myself tonight" }] });
    expect(gateway.asked).toHaveLength(0);
    expect(response.headers.get("plinth-safety")).toBe("crisis");
    expect(data.choices[0]).toMatchObject({ finish_reason: "content_filter" });
    expect(data.choices[0]?.message.content).toMatch(/talk to one of these people/);
    expect(data).toMatchObject({ plinth: { call_id: null, safety: { status: "crisis" } } });
    expect(data.usage?.total_tokens).toBe(0);
    expect(await surface.safetyEvents()).toMatchObject([{ direction: "input", status: "crisis" }]);
  });

  test("is answered in its language, with who helps where it is", async () => {
    const ask = { messages: [{ role: "user" as const, content: "Ich will mich heute Nacht umbringen" }] };
    const { data } = await whole(ask, { "accept-language": "de-AT" });
    expect(data.choices[0]?.message.content).toMatch(/^Gut, dass du das sagst.*TelefonSeelsorge: 142/s);
  });

  test("is seen when it is split over several turns, in a stream too", async () => {
    const split = [
      { role: "user" as const, content: "I want to" },
      { role: "assistant" as const, content: "Yes?" },
      { role: "user" as const, content: "kill myself tonight" },
    ];
    expect((await chunksOf({ messages: split })).last).toBe("content_filter");
    expect(gateway.asked).toHaveLength(0);
  });
});

describe("an answer that safety stops", () => {
  const harm = "You should kill yourself tonight.";

  test("is not shown, and paid all the same", async () => {
    gateway.script({ completion: { text: harm } });
    const { data } = await whole();
    expect(data.choices[0]).toMatchObject({ finish_reason: "content_filter" });
    expect(data.choices[0]?.message.content).not.toContain("tonight");
    expect(data.usage?.total_tokens).toBe(17);
    expect(await surface.safetyEvents()).toMatchObject([{ direction: "output", status: "crisis" }]);
  });

  test("is cut off in a stream, and help comes in its place", async () => {
    const rest = Array.from({ length: 40 }, (_, n) => ` and word ${n}`);
    gateway.script({ pieces: pieces("You should ", "kill yourself", ".", ...rest) });
    const { chunks, text, last } = await chunksOf();
    expect(last).toBe("content_filter");
    expect(text).not.toContain("word 20");
    expect(text).toMatch(/talk to one of these people/);
    expect(chunks.at(-1)).toMatchObject({ plinth: { safety: { status: "crisis" } } });
    expect(await surface.safetyEvents()).toMatchObject([{ direction: "output", status: "crisis" }]);
  });

  test("is answered with help when the stream breaks behind it, and recorded when the client leaves", async () => {
    gateway.script({ pieces: pieces("You should ", "kill yourself"), error: new Error("cut off") });
    const { text, last } = await chunksOf();
    expect([last, text]).toEqual(["content_filter", expect.stringMatching(/talk to one of these people/)]);
    const { after, leave } = { after: Promise.withResolvers<void>(), leave: new AbortController() };
    gateway.script({ pieces: pieces("You should ", "kill yourself"), pause: after.promise });
    const stream = await surface.openai.chat.completions.create(
      { model, messages, stream: true },
      { signal: leave.signal },
    );
    for await (const { choices } of stream) if (choices[0]?.delta.content === "kill yourself") break;
    leave.abort();
    after.resolve();
    const crisis = { direction: "output", status: "crisis" };
    await vi.waitFor(async () => expect(await surface.safetyEvents()).toMatchObject([crisis, crisis]));
  });

  test("is seen behind the escapes of JSON", async () => {
    const text = JSON.stringify({ advice: ["You should\nkill yourself."] });
    const response_format = { type: "json_object" as const };
    gateway.script({ completion: { text } });
    expect((await whole({ response_format })).data.choices[0]?.finish_reason).toBe("content_filter");
    gateway.script({ pieces: pieces(text.slice(0, 20), text.slice(20)), completion: { text } });
    expect((await chunksOf({ response_format })).last).toBe("content_filter");
  });
});
