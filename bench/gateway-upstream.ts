// A provider on loopback that speaks OpenAI's chat completions: `/<milliseconds>/v1/chat/completions` answers after so long, `/hold/…` begins a stream
// and keeps it open with a piece every second.
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const usage = { prompt_tokens: 20, completion_tokens: 30, total_tokens: 50 };
const head = { id: "chatcmpl-bench", created: 1_767_225_600, model: "bench-2026-01-01" };
const content = "A small step is a step. Write down the one thing that would make tomorrow lighter, and do it first.";
const message = { role: "assistant", content };
const whole = JSON.stringify({
  ...head,
  object: "chat.completion",
  choices: [{ index: 0, message, finish_reason: "stop" }],
  usage,
});
const chunk = (delta: object) =>
  `data: ${JSON.stringify({ ...head, object: "chat.completion.chunk", choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`;

const server = createServer((request, response) => {
  const [, how = "0"] = (request.url ?? "").split("/");
  request.resume().once("end", () => {
    if (how === "hold") return hold(response);
    const answer = () => {
      response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(whole) });
      response.end(whole);
    };
    if (how === "0") answer();
    else setTimeout(answer, Number(how));
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

function hold(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(chunk({ role: "assistant", content: "" }));
  response.write(chunk({ content: "A " }));
  const timer = setInterval(() => response.write(chunk({ content: "word " })), 1_000);
  response.once("close", () => clearInterval(timer));
}
