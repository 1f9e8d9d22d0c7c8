import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { aiStage } from "../../../test/support/ai-gateway.ts";
import { openAiSurface } from "../../../test/support/openai-surface.ts";

// AI 19 through OpenAI's own client: one cost under one key, whoever leaves and however often it is sent.

let stage: Awaited<ReturnType<typeof aiStage>>;
let gateway: ReturnType<typeof stage.gateway>;
let surface: Awaited<ReturnType<typeof openAiSurface>>;
beforeAll(async () => {
  stage = await aiStage();
  gateway = stage.gateway();
  surface = await openAiSurface(stage.t, gateway.ai, ["prism.turn"]);
});
afterAll(async () => {
  await surface.close();
  await stage.close();
});

const ask = { model: "prism.turn", messages: [{ role: "user" as const, content: "What now?" }] };
const keyed = (key: string, signal?: AbortSignal) => ({ headers: { "idempotency-key": key }, signal });
const textOf = async (key: string) => {
  let text = "";
  const stream = await surface.openai.chat.completions.create({ ...ask, stream: true }, keyed(key));
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? "";
  return text;
};

test("AI 19: a client that leaves and asks again gets the answer that was made for it", async () => {
  const before = stage.fake.calls.length;
  const hold = Promise.withResolvers<void>();
  stage.fake.script({ after: hold.promise });
  const leave = new AbortController();
  const first = surface.openai.chat.completions.create(ask, keyed("left", leave.signal)).catch(() => "left");
  await vi.waitFor(() => expect(stage.fake.calls.length).toBe(before + 1));
  leave.abort();
  expect(await first).toBe("left");
  hold.resolve();
  await vi.waitFor(async () => {
    const { choices } = await surface.openai.chat.completions.create(ask, keyed("left"));
    expect(choices[0]?.message.content).toBe("Take one small step.");
  });
  expect(stage.fake.calls.length).toBe(before + 1);
});

test("AI 19: the same stream again is the same answer, also for who left in the middle", async () => {
  const before = stage.fake.calls.length;
  expect([await textOf("stream"), await textOf("stream")]).toEqual(["Take one small step.", "Take one small step."]);
  expect(stage.fake.calls.length).toBe(before + 1);
  const leave = new AbortController();
  const stream = await surface.openai.chat.completions.create(
    { ...ask, stream: true },
    keyed("left stream", leave.signal),
  );
  for await (const _ of stream) break;
  leave.abort();
  await vi.waitFor(async () => expect(await textOf("left stream")).toBe("Take one small step."));
  expect(stage.fake.calls.length).toBe(before + 2);
  stage.expectOneToOne(gateway.ledger, stage.fake);
});

test("without a key a client that leaves cuts the call off, and the next one is another", async () => {
  const hold = Promise.withResolvers<void>();
  stage.fake.script({ after: hold.promise });
  const before = stage.fake.calls.length;
  const leave = new AbortController();
  const first = surface.openai.chat.completions.create(ask, { signal: leave.signal }).catch(() => "left");
  await vi.waitFor(() => expect(stage.fake.calls.length).toBe(before + 1));
  leave.abort();
  expect(await first).toBe("left");
  await stage.fake.calls.at(-1)?.closed;
  hold.resolve();
  await surface.openai.chat.completions.create(ask);
  expect(stage.fake.calls.length).toBe(before + 2);
});
