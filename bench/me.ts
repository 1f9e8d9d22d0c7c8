import { type ChildProcess, spawn } from "node:child_process";
import autocannon from "autocannon";
import { client } from "../test/journeys/client.ts";
import { startPlinth } from "../test/journeys/plinth.ts";
import { compare, inTurn, type Row, unlimited } from "./measure.ts";

const bare = `
import Fastify from "fastify";
const app = Fastify();
const me = { id: "01a1fc83-1233-7318-bad3-4b933541a17f", email: "ada@example.com", full_name: "Ada", email_verified: true, created_at: "2026-01-01T00:00:00.000Z" };
const properties = Object.fromEntries(Object.keys(me).map((key) => [key, { type: key === "email_verified" ? "boolean" : "string" }]));
app.get("/v1/me", { schema: { response: { 200: { type: "object", properties } } } }, async () => me);
console.log(await app.listen({ port: 0, host: "127.0.0.1" }));
`;

/** An authenticated GET /v1/me of a whole server, beside a bare Fastify route with the same answer; each a process of its own. */
export async function measureMe(): Promise<Row[]> {
  const plinth = await startPlinth(unlimited);
  const peer = await startBare();
  try {
    const api = client(plinth.url);
    const credentials = { email: "ada@example.com", password: "Correct-horse-7" };
    await api.post("/v1/auth/register", { ...credentials, full_name: "Ada" });
    await api.post(await api.mailedLink(credentials.email));
    const { body } = await api.post("/v1/auth/login", credentials);
    const headers = { authorization: `Bearer ${body.access_token}` };
    const { ours, theirs } = await inTurn(5, {
      theirs: () => load(`${peer.url}/v1/me`, {}),
      ours: () => load(`${plinth.url}/v1/me`, headers),
    });
    return [compare("authenticated `GET /v1/me`", ours, theirs, "bare Fastify route", 0.5)];
  } finally {
    peer.child.kill();
    await plinth.stop();
  }
}

async function load(url: string, headers: Record<string, string>): Promise<number> {
  const result = await autocannon({ url, headers, connections: 32, duration: 4 });
  if (result.non2xx > 0 || result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers were no success`);
  return result.requests.average;
}

async function startBare(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", bare], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
  );
  return { child, url };
}
