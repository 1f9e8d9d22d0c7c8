// A server that answers at once what OpenAI would: a completion, or a stream of 50 pieces, each written by itself. Prints its port.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const usage = { prompt_tokens: 120, completion_tokens: 50, total_tokens: 170 };
const head = { id: "chatcmpl-bench", created: 1_767_225_600, model: "gpt-4o-2026-01-01" };
const message = { role: "assistant", content: "Take one small step. ".repeat(10), refusal: null };
const choices = [{ index: 0, message, logprobs: null, finish_reason: "stop" }];
const completion = JSON.stringify({ ...head, object: "chat.completion", choices, usage });

const chunk = (delta: object, finish_reason: string | null, more: object = { usage: null }) =>
  `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, logprobs: null, finish_reason }], ...more })}\n\n`;
const pieces = [
  chunk({ role: "assistant", content: "", refusal: null }, null),
  ...Array.from({ length: 47 }, (_, n) => chunk({ content: ` word${n}` }, null)),
  chunk({}, "stop"),
  `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [], usage })}\n\n`,
  "data: [DONE]\n\n",
];

const server = createServer((request, response) => {
  let isStream = false;
  request.on("data", (bytes: Buffer) => {
    isStream ||= bytes.includes('"stream":true');
  });
  request.on("end", () => {
    if (isStream) {
      response.writeHead(200, { "content-type": "text/event-stream" });
      writeAll(response, 0);
      return;
    }
    response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(completion) });
    response.end(completion);
  });
});
/** One after the other: Node joins what is written within a tick into one chunk. */
function writeAll(response: ServerResponse, n: number): void {
  const piece = pieces[n];
  if (piece === undefined) response.end();
  else response.write(piece, () => writeAll(response, n + 1));
}

server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
