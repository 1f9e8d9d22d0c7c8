import { afterAll, beforeEach, expect } from "vitest";
import type { ChatRequest } from "../../src/platform/providers/port.ts";
import type { FakeAnswer } from "./fake-provider.ts";
import { gather, patient, providerOf, question, type stages } from "./providers.ts";

type Stage = (typeof stages)[number];

/** A conversation with a provider behind its fake, for the cases that every adapter has to pass; made before the tests of its describe, gone after them. */
export function converse({ adapter, makeFake, model }: Stage) {
  const now = new Date("2026-03-01T10:00:00Z");
  let fake: Awaited<ReturnType<typeof makeFake>>;
  let provider: ReturnType<typeof providerOf>;
  const made = (async () => {
    fake = await makeFake();
    provider = providerOf({ adapter, base_url: fake.base_url, max_response_bytes: 20_000 }, { now: () => now });
  })();
  beforeEach(async () => {
    await made;
    fake.reset();
  });
  afterAll(async () => {
    await provider.close();
    await fake.close();
  });

  const ask = (answer: FakeAnswer = {}, more: Partial<ChatRequest> = {}, signal?: AbortSignal) => {
    fake.script(answer);
    return provider.complete(question(model, more), patient(signal));
  };
  const listen = (answer: FakeAnswer = {}, more: Partial<ChatRequest> = {}, signal?: AbortSignal) => {
    fake.script(answer);
    return gather(provider.stream(question(model, more), patient(signal)));
  };
  /** The same case whole and streamed; what is the same in both. */
  const both = async (answer: FakeAnswer, more: Partial<ChatRequest> = {}) => {
    const whole = await ask(answer, more);
    const { events: _, kinds: __, ...streamed } = await listen(answer, more);
    expect(streamed).toEqual(whole);
    return whole;
  };

  return {
    now,
    ask,
    listen,
    both,
    get fake() {
      return fake;
    },
    get provider() {
      return provider;
    },
  };
}
