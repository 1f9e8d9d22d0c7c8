import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../test/support/prism.ts";
import { readEvents } from "./event-stream.ts";
import { createPlinthClient, type PlinthClient, StreamProblem } from "./index.ts";

let plinth: PrismApp;
let base_url: string;
let ada: PrismPerson;
let client: PlinthClient;
beforeAll(async () => {
  plinth = await prismApp();
  base_url = await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
  ada = await plinth.person();
  client = createPlinthClient({ base_url, tokens: ada });
});
afterAll(() => plinth.close());

const path = "/v1/prism/mirror/sessions/{session_id}/messages" as const;

describe("client.stream", () => {
  test("yields the events as they come, typed by the path", async () => {
    const session_id = await ada.session();
    plinth.model.script({ pieces: ["Hello ", "Ada."] });
    const names: string[] = [];
    let text = "";
    let last = "";
    for await (const { event, data } of client.stream(path, { content: "Hi" }, { params: { path: { session_id } } })) {
      names.push(event);
      if ("text" in data) text += data.text;
      if (event === "done" && "message" in data) last = data.message.content;
    }
    expect([names, text, last]).toEqual([["message", "delta", "delta", "done"], "Hello Ada.", "Hello Ada."]);
  });

  test("leaving the loop and aborting the signal close the connection", async () => {
    for (const way of ["break", "abort"] as const) {
      plinth.model.reset();
      const session_id = await ada.session();
      plinth.model.script({ pieces: ["a", "never"], after: new Promise(() => {}) });
      const aborting = new AbortController();
      const options = { params: { path: { session_id } }, signal: aborting.signal };
      const read = async () => {
        for await (const { event } of client.stream(path, { content: "Hi" }, options)) {
          if (event !== "delta") continue;
          if (way === "break") break;
          aborting.abort();
        }
      };
      if (way === "abort") await expect(read()).rejects.toThrow(/abort/i);
      else await read();
      await plinth.model.calls[0]?.aborted;
    }
  });

  test("throws what the server refused with, and an error that a stream ended with", async () => {
    const read = async (session_id: string) => {
      const seen: string[] = [];
      const failure = await (async () => {
        for await (const { event } of client.stream(path, { content: "Hi" }, { params: { path: { session_id } } }))
          seen.push(event);
      })().catch((error: unknown) => error);
      if (!(failure instanceof StreamProblem)) throw new Error(`Not a problem: ${failure}`);
      return { seen, code: failure.problem.code, status: failure.problem.status };
    };
    const nowhere = "00000000-0000-7000-8000-000000000000";
    expect(await read(nowhere)).toEqual({ seen: [], code: "request.not_found", status: 404 });
    plinth.model.script({ pieces: ["a"], error: new Error("defect") });
    expect(await read(await ada.session())).toEqual({
      seen: ["message", "delta"],
      code: "request.internal",
      status: 500,
    });
  });

  test("refreshes an expired token before the stream begins, as every request does", async () => {
    const session_id = await ada.session();
    const tokens = { access_token: `${ada.access_token.slice(0, -4)}AAAA`, refresh_token: ada.refresh_token };
    const stale = createPlinthClient({ base_url, tokens });
    const names: string[] = [];
    for await (const { event } of stale.stream(path, { content: "Hi" }, { params: { path: { session_id } } }))
      names.push(event);
    expect(names.at(-1)).toBe("done");
  });

  test("tells what is no stream, from Plinth or from what stands before it", async () => {
    const answers: RequestListener[] = [
      (_, response) => response.writeHead(200, { "content-type": "application/json" }).end("{}"),
      (_, response) => response.writeHead(502, { "content-type": "text/html" }).end("<h1>Bad gateway</h1>"),
    ];
    const server = await listen((request, response) => answers.shift()?.(request, response));
    const other = createPlinthClient({ base_url: urlOf(server) });
    const options = { params: { path: { session_id: "x" } } };
    await expect(other.stream(path, { content: "Hi" }, options).next()).rejects.toThrow(
      /application\/json and not with a stream/,
    );
    await expect(other.stream(path, { content: "Hi" }, options).next()).rejects.toMatchObject({
      problem: { code: "http.502", status: 502 },
    });
    server.close();
  });
});

describe("readEvents", () => {
  const bodyOf = (chunks: Uint8Array[]) =>
    new ReadableStream<Uint8Array>({
      pull: (controller) => {
        const chunk = chunks.shift();
        if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    });
  const read = async (chunks: Uint8Array[]) => {
    const events: unknown[] = [];
    for await (const event of readEvents(bodyOf(chunks))) events.push(event);
    return events;
  };
  const text =
    '\ufeff: comment\r\nevent: a\r\nid: 7\r\ndata: {"x":"ä💥"}\r\n\r\ndata: one\ndata:two\n\nevent: none\n\ndata\n\nevent:b\rdata:  spaced\r\rdata: unfinished';
  const expected = [
    { event: "a", id: "7", data: '{"x":"ä💥"}' },
    { event: "message", id: "7", data: "one\ntwo" },
    { event: "message", id: "7", data: "" },
    { event: "b", id: "7", data: " spaced" },
  ];

  test("reads every line's end, comments, ids and data of several lines, and drops what is unfinished", async () => {
    expect(await read([new TextEncoder().encode(text)])).toEqual(expected);
    expect(await read([])).toEqual([]);
  });

  test("reads the same however the bytes are cut", async () => {
    const bytes = new TextEncoder().encode(text);
    for (let size = 1; size < bytes.length; size++) {
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
        bytes.slice(n * size, (n + 1) * size),
      );
      expect(await read(chunks)).toEqual(expected);
    }
  });
});

function listen(answer: RequestListener): Promise<Server> {
  const server = createServer(answer);
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
