import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { Pool } from "undici";
import { loadConfig } from "../src/core/config.ts";
import { type ChatRequest, createProviders } from "../src/platform/providers/index.ts";
import { forEach, inTurn, type Row, rounds, seconds } from "./measure.ts";

const concurrency = 32;
const messages = [{ role: "user" as const, content: "I am not sure what I feel about this. ".repeat(12) }];
const body = { model: "gpt-4o", messages, max_tokens: 90, temperature: 0.4 };
const request: ChatRequest = {
  model: "gpt-4o",
  messages,
  temperature: 0.4,
  max_output_tokens: 90,
  reasoning: false,
};

/** What a call to a provider costs this process in CPU: our adapter beside the bare transport, the global fetch and the vendor's SDK. */
export async function measureProviders(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const file = fileURLToPath(new URL("./provider-server.ts", import.meta.url));
  const server = spawn(process.execPath, [file], { stdio: ["ignore", "pipe", "inherit"] });
  stack.defer(async () => void server.kill());
  const [line] = await once(server.stdout, "data");
  const origin = `http://127.0.0.1:${String(line).trim()}`;
  const pool = new Pool(origin, { connections: concurrency });
  stack.defer(() => pool.close());
  const settings = { openai: { adapter: "openai" as const, base_url: `${origin}/v1`, connections: concurrency } };
  const { openai } = createProviders(settings, { config: loadConfig({ AI_API_KEY: "sk-bench" }) });
  if (openai?.complete === undefined || openai.stream === undefined) throw new Error("The provider is not there");
  stack.defer(async () => openai.close?.());
  const { complete, stream } = openai;
  const sdk = new OpenAI({ apiKey: "sk-bench", baseURL: `${origin}/v1`, maxRetries: 0 });
  const attempt = () => ({ signal: new AbortController().signal, onProgress: () => {} });

  const calls = await inTurn(rounds, {
    ours: () => cpuOf(() => complete(request, attempt())),
    undici: () => cpuOf(() => overPool(pool, false)),
    fetch: () => cpuOf(() => overFetch(origin, false)),
    sdk: () => cpuOf(() => sdk.chat.completions.create(body)),
  });
  const streams = await inTurn(rounds, {
    ours: () => cpuOf(() => readAll(stream(request, attempt()))),
    undici: () => cpuOf(() => overPool(pool, true)),
    fetch: () => cpuOf(() => overFetch(origin, true)),
    sdk: () =>
      cpuOf(async () =>
        readAll(await sdk.chat.completions.create({ ...body, stream: true, stream_options: { include_usage: true } })),
      ),
  });
  return [...rowsOf("a completion", calls), ...rowsOf("a stream of 50 pieces", streams)];
}

/** Microseconds of this process's CPU for one call, of as many as go into the time. */
async function cpuOf(call: () => Promise<unknown>): Promise<number> {
  const batch = Array.from({ length: 500 }, (_, n) => n);
  const end = performance.now() + seconds * 1_000;
  const began = process.cpuUsage();
  let done = 0;
  while (performance.now() < end) {
    await forEach(concurrency, batch, call);
    done += batch.length;
  }
  const { user, system } = process.cpuUsage(began);
  return (user + system) / done;
}

async function readAll(events: AsyncIterable<unknown>): Promise<void> {
  let seen = 0;
  for await (const _ of events) seen++;
  if (seen < 45) throw new Error(`A stream brought ${seen} events`);
}

/** The least that is possible: the transport, the body read and parsed; of a stream only its bytes. */
async function overPool(pool: Pool, stream: boolean): Promise<number> {
  const headers = { authorization: "Bearer sk-bench", "content-type": "application/json" };
  const path = "/v1/chat/completions";
  const answer = await pool.request({ path, method: "POST", headers, body: JSON.stringify({ ...body, stream }) });
  if (!stream) return Object.keys((await answer.body.json()) as object).length;
  let bytes = 0;
  for await (const piece of answer.body) bytes += piece.length;
  return bytes;
}

async function overFetch(origin: string, stream: boolean): Promise<number> {
  const headers = { authorization: "Bearer sk-bench", "content-type": "application/json" };
  const answer = await fetch(`${origin}/v1/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({ ...body, stream }),
  });
  if (!stream) return Object.keys((await answer.json()) as object).length;
  let bytes = 0;
  for await (const piece of answer.body ?? []) bytes += piece.length;
  return bytes;
}

function rowsOf(what: string, { ours, ...peers }: Record<"ours" | "undici" | "fetch" | "sdk", number>): Row[] {
  const reading = what.startsWith("a stream") ? ", bytes alone" : "";
  const names = { undici: `undici${reading}`, fetch: `fetch${reading}`, sdk: "OpenAI's SDK" };
  return (["undici", "fetch", "sdk"] as const).map((peer) => ({
    name: `CPU of ${what}`,
    ours: `${ours.toFixed(0)} µs`,
    peer: `${names[peer]} ${peers[peer].toFixed(0)} µs`,
    ratio: (peers[peer] / ours).toFixed(2),
    goal: "",
  }));
}
