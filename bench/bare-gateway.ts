// The least that a gateway does: passes a chat completion on over a pool of connections, and reads the usage in the answer. Upstream in UPSTREAM_URL.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Pool } from "undici";

const upstream = new URL(process.env.UPSTREAM_URL ?? "");
const pool = new Pool(upstream.origin, { connections: 256 });
let tokens = 0;

const server = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = { "content-type": "application/json", authorization: "Bearer bench" };
  const path = `${upstream.pathname}/chat/completions`;
  const answer = await pool.request({ method: "POST", path, headers, body: Buffer.concat(chunks) });
  const text = await answer.body.text();
  tokens += JSON.parse(text).usage.total_tokens;
  response.writeHead(answer.statusCode, { "content-type": "application/json", "x-tokens": tokens }).end(text);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
