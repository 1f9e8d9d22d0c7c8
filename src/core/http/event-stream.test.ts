import { request } from "node:http";
import type { AddressInfo } from "node:net";
import Type from "typebox";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { serveRoutes } from "../../../test/support/server.ts";
import { requestErrors } from "../errors.ts";
import { eventStream, type ServerSentEvent } from "./event-stream.ts";
import { route } from "./route.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

async function* ofEvents(...events: ServerSentEvent[]) {
  yield* events;
}

async function read(stream: AsyncIterable<unknown>): Promise<string> {
  let text = "";
  for await (const piece of stream) text += String(piece);
  return text;
}

const options = { request_id: "r", onError: () => {} };

test("an event has its name, its id and its data, and a text of several lines stays one event", async () => {
  const events = ofEvents(
    { event: "delta", id: "7", data: { text: "a\nb" } },
    { data: "one\ntwo" },
    { data: "[DONE]" },
  );
  expect(await read(eventStream(events, options))).toBe(
    'event: delta\nid: 7\ndata: {"text":"a\\nb"}\n\ndata: one\ndata: two\n\ndata: [DONE]\n\n',
  );
});

test("an error is the last event, with its public face and nothing else of it", async () => {
  const heard = vi.fn();
  async function* broken() {
    yield { data: 1 };
    throw new Error("select secret from t");
  }
  const text = await read(eventStream(broken(), { ...options, onError: heard }));
  expect(text).toContain("data: 1\n\nevent: error\ndata: {");
  expect(text).toContain('"code":"request.internal"');
  expect(text).not.toContain("secret");
  expect(heard).toHaveBeenCalledWith(expect.objectContaining({ code: "request.internal" }));
});

test("a format of its own may tell errors in its own way", async () => {
  async function* broken(): AsyncGenerator<ServerSentEvent> {
    yield* [];
    throw requestErrors.unavailable();
  }
  const errorEvent = ({ code }: { code: string }) => ({ data: { error: { code } } });
  expect(await read(eventStream(broken(), { ...options, errorEvent }))).toBe(
    'data: {"error":{"code":"request.unavailable"}}\n\n',
  );
});

test("while nothing comes, comments keep the connection alive", async () => {
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  async function* slow() {
    await gate;
    yield { data: "late" };
  }
  const stream = eventStream(slow(), { ...options, keep_alive_ms: 5 });
  let text = "";
  for await (const piece of stream) {
    text += String(piece);
    if (text.split(": keep-alive\n\n").length > 3) go();
    if (text.includes("late")) break;
  }
  expect(text.startsWith(": keep-alive\n\n: keep-alive\n\n")).toBe(true);
});

test("a client that leaves ends the work: the signal is aborted and the events are read no further", async () => {
  let aborted = false;
  let returned = false;
  const forever = route({
    method: "POST",
    path: "/v1/test/forever",
    summary: "Never ends",
    auth: "public",
    stream: { data: Type.String() },
    responses: { 200: Type.String() },
    handler: async ({ signal }) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      async function* events() {
        try {
          for (;;) {
            yield { data: "more" };
            await new Promise(setImmediate);
          }
        } finally {
          returned = true;
        }
      }
      return { stream: events() };
    },
  });
  const server = await serveRoutes(t, [forever]);
  await server.listen({ port: 0, host: "127.0.0.1" });
  const { port } = server.server.address() as AddressInfo;
  const seen = await new Promise<string>((resolve) => {
    const call = request({ port, path: "/v1/test/forever", method: "POST" }, (response) => {
      response.once("data", (piece) => {
        resolve(`${response.headers["content-type"]} ${String(piece).slice(0, 12)}`);
        call.destroy();
      });
      response.on("error", () => {});
    });
    call.on("error", () => {});
    call.end();
  });
  expect(seen).toBe("text/event-stream; charset=utf-8 data: more\n\n".slice(0, seen.length));
  await vi.waitFor(() => expect({ aborted, returned }).toEqual({ aborted: true, returned: true }), { timeout: 20_000 });
  await server.close();
});
