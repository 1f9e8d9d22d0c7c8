import { describe, expect, test } from "vitest";
import {
  checkedStage,
  readAll,
  refusal,
  scripted,
  turn,
  turnCost,
  turnMost,
  wordsOf,
} from "../../../test/support/ai-gateway.ts";
import type { FakeAnswer } from "../../../test/support/fake-openai.ts";
import type { ChatEvent } from "../providers/index.ts";

const { fake, second, gateway, ctx, start } = await checkedStage();

/** A stream of ten words that breaks off; the vendor's first event bears no word. */
const tenWords = "one two three four five six seven eight nine ten";
const broken = (words: number, by: NonNullable<FakeAnswer["breaks"]>["by"]): FakeAnswer => ({
  text: tenWords,
  breaks: { after: words + 1, by },
});

describe("a stream", () => {
  test("brings the words as they come, then the whole; one event with the provider's own numbers", async () => {
    const { ai, ledger } = start();
    const stream = await ai.stream(ctx, turn);
    expect(stream).toMatchObject({ provider: "first", model: "priced-2026-01-01" });
    const { events, error } = await readAll(stream);
    expect(error).toBeUndefined();
    expect(wordsOf(events).join("")).toBe("Take one small step.");
    expect(wordsOf(events).length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({
      type: "done",
      completion: {
        text: "Take one small step.",
        finish_reason: "stop",
        cost_pico_usd: turnCost,
        call_id: stream.call_id,
      },
    });
    expect(ledger.entries).toMatchObject([
      { operation: "stream", outcome: "ok", input_tokens: 12, output_tokens: 5, estimated: false, first_token_ms: 0 },
    ]);
    expect(ledger.settled).toMatchObject([{ total_pico_usd: turnCost }]);
  });

  test("AI 14: its usage is asked for although nobody said so, and estimated where none comes", async () => {
    const { ai, ledger } = start();
    await readAll(await ai.stream(ctx, turn));
    expect(fake.calls[0]?.body.stream_options).toEqual({ include_usage: true });
    fake.script({ usage: "missing" });
    await readAll(await ai.stream(ctx, turn));
    expect(ledger.entries[1]).toMatchObject({ estimated: true, input_tokens: 4, output_tokens: 5 });
  });

  test("asks for tools in pieces, and has them whole in the end", async () => {
    fake.script({ tool_calls: [{ id: "call_1", name: "weather", pieces: ['{"ci', 'ty":"Bern"}'] }] });
    const { ai } = start();
    const tools = [{ name: "weather", parameters: { type: "object" } }];
    const { events } = await readAll(await ai.stream(ctx, { ...turn, tools }));
    const calls = [{ id: "call_1", name: "weather", arguments: '{"city":"Bern"}' }];
    expect(events.filter(({ type }) => type === "tool_call").length).toBeGreaterThan(1);
    expect(events.at(-1)).toMatchObject({ completion: { tool_calls: calls, finish_reason: "tool_calls", text: "" } });
  });

  test("is checked by its schema in the end, unrepaired", async () => {
    const response_schema = { name: "n", schema: { type: "object", required: ["n"] } };
    const { ai, ledger } = start();
    fake.script({ text: '{"n":1}' }, { text: "{}" });
    const good = await readAll(await ai.stream(ctx, { ...turn, response_schema }));
    expect(good.events.at(-1)).toMatchObject({ completion: { output: { n: 1 } } });
    const { error } = await readAll(await ai.stream(ctx, { ...turn, response_schema }));
    expect(error).toMatchObject({ code: "ai.invalid_output" });
    expect(ledger.entries).toMatchObject([{ outcome: "ok" }, { outcome: "ok" }]);
  });

  test("is read no faster than its reader reads: a slow one takes no idle time from the provider", async () => {
    let made = 0;
    const eager = scripted({
      stream: async function* (_request, { onProgress }): AsyncGenerator<ChatEvent> {
        onProgress("head");
        for (; made < 1_000; made++) yield { type: "text", text: "w " };
        yield { type: "finish", reason: "stop" };
      },
    });
    const { ai, advance } = gateway({ providers: { first: eager, second: eager } });
    const stream = await ai.stream(ctx, { ...turn, feature: "prism.patient" });
    const reader = stream[Symbol.asyncIterator]();
    await reader.next();
    advance(30_000);
    await reader.next();
    expect(made).toBeLessThan(5);
    await reader.return?.();
  });
});

describe("before the first content", () => {
  test.each<[string, FakeAnswer]>([
    ["500", { status: 500 }],
    ["a reset", { fault: "reset" }],
    ["AI 11: an error object", broken(0, "error")],
    ["an end without a word", broken(0, "end")],
    ["broken JSON", broken(0, "broken_json")],
  ])("%s is tried again, or at the next model, and the reader sees one stream", async (_name, answer) => {
    const { ai, ledger } = start();
    fake.script(answer, {});
    expect(wordsOf((await readAll(await ai.stream(ctx, turn))).events).join("")).toBe("Take one small step.");
    fake.script(answer);
    const stream = await ai.stream(ctx, { ...turn, feature: "prism.two" });
    expect(stream.provider).toBe("second");
    expect((await readAll(stream)).error).toBeUndefined();
    expect(ledger.entries.map(({ outcome }) => outcome)).toEqual(["error", "ok", "error", "ok"]);
  });

  test("silence after the head is over the idle time: closed, and tried again", async () => {
    const { ai, advance, ledger } = start();
    fake.script(broken(0, "stall"), {});
    const opening = ai.stream(ctx, { ...turn, feature: "prism.patient" });
    const call = await fake.arrival(1);
    let isClosed = false;
    void call.closed.then(() => {
      isClosed = true;
    });
    const passing = () => {
      advance(500);
      return isClosed;
    };
    await expect.poll(passing, { timeout: 10_000 }).toBe(true);
    expect((await readAll(await opening)).error).toBeUndefined();
    expect(ledger.entries[0]).toMatchObject({ outcome: "unknown_billed", cost_pico_usd: turnMost });
  });
});

describe("after the first content", () => {
  test.each([
    ["AI 9: a reset", "reset", "network", "ai.provider_unavailable"],
    ["AI 10: an end that says nothing", "end", "incomplete", "ai.bad_provider_response"],
    ["AI 11: an error object", "error", "overloaded", "ai.provider_unavailable"],
    ["broken JSON", "broken_json", "bad_response", "ai.bad_provider_response"],
  ] as const)(
    "%s throws, is entered as partial by what came, and is never sent again",
    async (_name, by, error_code, code) => {
      const { ai, ledger } = start();
      fake.script(broken(9, by));
      const { events, error } = await readAll(await ai.stream(ctx, { ...turn, feature: "prism.two" }));
      expect(error).toMatchObject({ code });
      expect(events.some(({ type }) => type === "done")).toBe(false);
      expect(wordsOf(events).length).toBeGreaterThan(0);
      expect(fake.calls).toHaveLength(1);
      expect(second.calls).toHaveLength(0);
      const output_tokens = Math.ceil(wordsOf(events).join("").length / 4);
      const cost_pico_usd = 4 * 2_500_000 + output_tokens * 10_000_000;
      expect(ledger.entries).toMatchObject([
        { outcome: "partial", error_code, estimated: true, input_tokens: 4, output_tokens, cost_pico_usd },
      ]);
      expect(ledger.settled).toMatchObject([{ total_pico_usd: cost_pico_usd }]);
    },
  );

  test("AI 14: of a model that thinks is entered with the most when it breaks: what it thought is charged, and nobody saw it", async () => {
    const { ai, ledger } = start();
    fake.script(broken(3, "reset"));
    await readAll(await ai.stream(ctx, { ...turn, model: "other" }));
    expect(ledger.entries).toMatchObject([{ outcome: "partial", estimated: true, input_tokens: 4, output_tokens: 60 }]);
  });

  test("AI 7: silence after three words: over the idle time the socket is closed, and the reader gets the error", async () => {
    const { ai, advance, ledger, alarms } = start();
    fake.script(broken(3, "stall"));
    const reader = (await ai.stream(ctx, { ...turn, feature: "prism.patient" }))[Symbol.asyncIterator]();
    for (let n = 0; n < 3; n++) expect((await reader.next()).value).toMatchObject({ type: "text" });
    const next = refusal(reader.next());
    advance(1_999);
    expect(ledger.entries).toEqual([]);
    advance(1);
    expect(await next).toMatchObject({ code: "ai.timeout" });
    await fake.calls[0]?.closed;
    expect(ledger.entries).toMatchObject([
      { outcome: "partial", error_code: "timeout", estimated: true, output_tokens: 4 },
    ]);
    expect(alarms.size).toBe(0);
  });

  test("the deadline of the whole ends a stream that nobody reads", async () => {
    const { ai, advance, ledger } = start();
    fake.script(broken(3, "stall"));
    await ai.stream(ctx, turn);
    advance(5_000);
    await fake.calls[0]?.closed;
    await expect.poll(() => ledger.entries.length).toBe(1);
    expect(ledger.entries).toMatchObject([{ outcome: "partial", error_code: "timeout" }]);
  });
});

describe("AI 20: a reader that leaves", () => {
  const leavings = {
    "by its signal, between two reads": async ({ leave }: Leaving) => leave(),
    "by its signal, in the middle of a read": async ({ leave, reader }: Leaving) => {
      const next = refusal(reader.next());
      leave();
      expect(await next).toMatchObject({ message: "the client left" });
    },
    "by reading no further": async ({ reader }: Leaving) => void (await reader.return?.()),
    "in the middle of a read, by asking for no more": async ({ reader }: Leaving) => {
      void reader.next().catch(() => undefined);
      await reader.return?.();
    },
  };
  interface Leaving {
    leave: () => void;
    reader: AsyncIterator<unknown>;
  }

  const begin = async (options: { drains?: boolean }) => {
    const made = start(options);
    const gate = Promise.withResolvers<void>();
    // The fifth event waits, so that the reader leaves in between.
    fake.script({ text: tenWords, pause: (n) => (n === 4 ? gate.promise : undefined) });
    const leaving = new AbortController();
    const stream = await made.ai.stream(ctx, { ...turn, signal: leaving.signal });
    const reader = stream[Symbol.asyncIterator]();
    for (let n = 0; n < 3; n++) await reader.next();
    return { ...made, gate, reader, leave: () => leaving.abort(new Error("the client left")) };
  };

  test.each(Object.entries(leavings))("%s: cut off upstream and entered by what came", async (_name, go) => {
    const { ledger, reader, leave, gate } = await begin({});
    await go({ reader, leave });
    await fake.calls[0]?.closed;
    await expect.poll(() => ledger.entries.length).toBe(1);
    expect(ledger.entries).toMatchObject([
      { outcome: "aborted", error_code: "aborted", estimated: true, output_tokens: 4 },
    ]);
    gate.resolve();
  });

  test.each(Object.entries(leavings))(
    "%s: read to its end where the settings say drain; close waits for it",
    async (_name, go) => {
      const { ai, ledger, reader, leave, gate } = await begin({ drains: true });
      await go({ reader, leave });
      expect(ledger.entries).toEqual([]);
      const closed = ai.close();
      gate.resolve();
      await closed;
      expect(ledger.entries).toMatchObject([{ outcome: "ok", estimated: false, cost_pico_usd: turnCost }]);
    },
  );

  test("while the stream is opened: cut off, or drained", async () => {
    for (const drains of [false, true]) {
      fake.reset();
      const { ai, ledger } = start({ drains });
      const gate = Promise.withResolvers<void>();
      fake.script({ after: gate.promise });
      const leaving = new AbortController();
      const opening = refusal(ai.stream(ctx, { ...turn, signal: leaving.signal }));
      await fake.arrival(1);
      leaving.abort(new Error("the client left"));
      expect(await opening).toMatchObject({ message: "the client left" });
      gate.resolve();
      await ai.close();
      expect(ledger.entries).toMatchObject([{ outcome: drains ? "ok" : "aborted" }]);
    }
  });
});
