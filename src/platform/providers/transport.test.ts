import { type AddressInfo, createServer, type Socket } from "node:net";
import { inspect } from "node:util";
import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { failure, gather, patient, providerOf, question, stages } from "../../../test/support/providers.ts";

const fake = await fakeOpenAi();
const openai = providerOf({ adapter: "openai", base_url: fake.base_url });
beforeEach(() => fake.reset());
afterAll(async () => {
  await openai.close();
  await fake.close();
});
const request = question("gpt-4o");

/** A server of bare bytes, and a provider that asks it. */
async function bareServer(answer: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => answer(socket));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  const provider = providerOf({ adapter: "openai", base_url: `http://127.0.0.1:${port}/v1` });
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { provider, port, sockets, close };
}

const streamHead = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
const chunked = (text: string) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const chunk = (content: string, finish: string | null = null) =>
  `data: ${JSON.stringify({ model: "m", choices: [{ delta: { content }, finish_reason: finish }] })}\n\n`;

describe("bytes", () => {
  test("a stream says the same wherever its bytes are cut once", async () => {
    fake.script({ text: "Grüße, 漢字 👋🏽!" });
    const whole = await gather(openai.stream(request, patient()));
    let length = 1;
    for (let at = 0; at < length; at++) {
      const cut = (bytes: Buffer) => {
        length = bytes.length;
        return [bytes.subarray(0, at), bytes.subarray(at)].filter((piece) => piece.length > 0);
      };
      fake.script({ text: "Grüße, 漢字 👋🏽!", cut });
      const following = patient();
      expect(await gather(openai.stream(request, following))).toEqual(whole);
      // The two pieces really came one by one.
      expect(following.progress).toEqual(at === 0 ? ["head", "body"] : ["head", "body", "body"]);
    }
    expect(length).toBeGreaterThan(1_000);
  });

  test.each(stages.filter(({ adapter }) => adapter !== "compatible"))(
    "$adapter: 250 streams say the same, whatever is in them and however their bytes are cut",
    async ({ adapter, makeFake, model }) => {
      const server = await makeFake();
      const provider = providerOf({ adapter, base_url: server.base_url });
      const anything = fc.string({ unit: "binary", maxLength: 60 });
      const story = fc.record({
        text: anything.map((text) => `x${text.toWellFormed()}`),
        pieces: fc.array(fc.string({ unit: "grapheme", maxLength: 9 }), { maxLength: 4 }),
        cuts: fc.array(fc.integer({ min: 0, max: 9_999 }), { maxLength: 40 }),
      });
      const holds = async ({ text, pieces, cuts }: { text: string; pieces: string[]; cuts: number[] }) => {
        const input = JSON.stringify({ said: pieces });
        const calls = [{ id: "call_1", name: "note", pieces: [input.slice(0, 5), input.slice(5)] }];
        const cut = (bytes: Buffer) => {
          const places = [
            0,
            ...cuts.map((part) => Math.floor((part / 10_000) * bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          return places
            .slice(1)
            .map((end, n) => bytes.subarray(places[n], end))
            .filter((piece) => piece.length > 0);
        };
        server.script({ text, tool_calls: calls, cut });
        const answer = await gather(provider.stream(question(model), patient()));
        expect(answer.text).toBe(text);
        expect(JSON.parse(answer.tool_calls[0]?.arguments ?? "")).toEqual({ said: pieces });
        expect(answer).toMatchObject({ finish_reason: "tool_calls", usage: { input_tokens: 12, output_tokens: 5 } });
      };
      await fc.assert(fc.asyncProperty(story, holds), { numRuns: 250 });
      await provider.close();
      await server.close();
    },
  );

  test("comments, CRLF, fields of other names and a byte order mark are part of the format", async () => {
    const text = `\uFEFF: hello\r\nretry: nonsense\r\nid: 7\r\n${chunk("one").replaceAll("\n", "\r\n")}event: x\ndata:${chunk(" two", "stop").slice(6)}data: [DONE]\n\n`;
    const { provider, close } = await bareServer((socket) => socket.end(`${streamHead}${chunked(text)}0\r\n\r\n`));
    expect(await gather(provider.stream(request, patient()))).toMatchObject({ text: "one two", finish_reason: "stop" });
    await provider.close();
    await close();
  });

  test("one event that never ends is not kept for ever", async () => {
    const limited = providerOf({ adapter: "openai", base_url: fake.base_url, max_response_bytes: 4_000 });
    fake.script({ text: "x".repeat(5_000) });
    expect(await failure(gather(limited.stream(request, patient())))).toMatchObject({ code: "bad_response" });
    await fake.calls[0]?.closed;
    await limited.close();
  });
});

describe("connections", () => {
  test("what cannot be reached was never charged", async () => {
    const { provider, close } = await bareServer(() => {});
    await close();
    for (const attempt of [
      () => provider.complete(request, patient()),
      () => gather(provider.stream(request, patient())),
    ]) {
      expect(await failure(attempt())).toMatchObject({ code: "network", reason: "ECONNREFUSED", maybe_billed: false });
    }
    await provider.close();
  });

  test("bytes that are not HTTP are a bad answer, and do not stand in the error", async () => {
    const { provider, close } = await bareServer((socket) => socket.end("SSH-2.0-private\r\n"));
    const error = await failure(provider.complete(request, patient()));
    expect(error).toMatchObject({ code: "bad_response", maybe_billed: true });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("private");
    await provider.close();
    await close();
  });

  test("a server that ends its stream but not its connection holds nobody up, and keeps no connection", async () => {
    const { provider, sockets, close } = await bareServer((socket) =>
      socket.write(`${streamHead}${chunked(`${chunk("done", "stop")}data: [DONE]\n\n`)}`),
    );
    expect(await gather(provider.stream(request, patient()))).toMatchObject({ text: "done", finish_reason: "stop" });
    await vi.waitFor(() => expect([...sockets].every(({ destroyed }) => destroyed)).toBe(true), { timeout: 20_000 });
    await provider.close();
    await close();
  });

  test("a call that waits for a connection can be left; it is never sent", async () => {
    const one = providerOf({ adapter: "openai", base_url: fake.base_url, connections: 1 });
    const gate = Promise.withResolvers<void>();
    fake.script({ after: gate.promise });
    const first = one.complete(request, patient());
    await fake.arrival(1);
    const leave = new AbortController();
    const second = one.complete(request, patient(leave.signal));
    leave.abort(new Error("gone"));
    await expect(second).rejects.toThrow("gone");
    gate.resolve();
    await first;
    await one.complete(request, patient());
    expect(fake.calls).toHaveLength(2);
    await one.close();
  });

  test("close waits for the calls that run, and a call after it was never charged", async () => {
    const own = providerOf({ adapter: "openai", base_url: fake.base_url });
    const gate = Promise.withResolvers<void>();
    fake.script({ after: gate.promise });
    const answer = own.complete(request, patient());
    await fake.arrival(1);
    const closed = own.close();
    expect(await failure(own.complete(request, patient()))).toMatchObject({ code: "network", maybe_billed: false });
    gate.resolve();
    expect(await answer).toMatchObject({ text: "Take one small step." });
    await closed;
  });

  test("who reads slowly slows the provider down, and loses nothing", async () => {
    const text = Array.from({ length: 40_000 }, (_, n) => `word${n}`).join(" ");
    fake.script({ text });
    let said = "";
    let pieces = 0;
    for await (const event of openai.stream(request, patient())) {
      if (event.type === "text") said += event.text;
      if (pieces++ % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(said).toBe(text);
  });

  test("200 streams at once, each its own", async () => {
    fake.otherwise({ text: "the same words for all of them" });
    const answers = await Promise.all(Array.from({ length: 200 }, () => gather(openai.stream(request, patient()))));
    expect(new Set(answers.map(({ text }) => text))).toEqual(new Set(["the same words for all of them"]));
    expect(fake.calls).toHaveLength(200);
  });

  test("a base URL may end with a slash and bear a query", async () => {
    const settings = { adapter: "compatible" as const, base_url: `${fake.base_url}/?api-version=2026-01-01` };
    const azure = providerOf(settings);
    await azure.complete(request, patient());
    expect(fake.calls[0]?.path).toBe("/v1/chat/completions?api-version=2026-01-01");
    await azure.close();
  });
});
