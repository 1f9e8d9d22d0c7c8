import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { type Dispatcher, Pool } from "undici";
import { client } from "../test/journeys/client.ts";
import { type RunningPlinth, startPlinth } from "../test/journeys/plinth.ts";
import { median, ms, percentile, type Row, rate, rounds, seconds, unlimited, verdict } from "./measure.ts";

/** Budgets that nobody comes to, so that all of them are kept and no call is refused. */
const models = `models:
  bench: { provider: openai, prices: { input: 400000, cached_input: 100000, output: 1600000 } }
features:
  default:
    model: bench
    temperature: 0.7
    max_output_tokens: 200
    timeout_ms: 120000
    budget: { feature_daily_usd: 9000, workspace_daily_usd: 9000, workspace_feature_daily_usd: 9000, user_daily_usd: 9000 }
`;
const body = (stream: boolean) =>
  JSON.stringify({
    model: "bench",
    messages: [
      { role: "user", content: "I have a free afternoon and cannot decide. What would you do with it, and why?" },
    ],
    ...(stream ? { stream: true } : {}),
  });

/** Whoever passes a chat completion on. */
interface Gateway {
  name: string;
  url: string;
  path: string;
  headers: Record<string, string>;
  /** Of its process, in MiB; undefined where nobody tells. */
  memory?(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * A chat completion through Plinth with safety, metering and four budgets, beside Portkey's gateway and a bare pass-through over undici; each a process of its own, the
 * provider on loopback another.
 */
export async function measureGateway(): Promise<Row[]> {
  const upstream = await startProcess([fileURLToPath(new URL("./gateway-upstream.ts", import.meta.url))]);
  try {
    const rows: Row[] = [];
    for (const delay of [0, 20]) rows.push(...(await besideOthers(upstream.url, delay)));
    rows.push(await openStreams(upstream.url));
    return rows;
  } finally {
    upstream.child.kill();
  }
}

async function besideOthers(upstream_url: string, delay: number): Promise<Row[]> {
  const base_url = `${upstream_url}/${delay}/v1`;
  const gateways = [await plinth(base_url), await portkey(base_url), await bare(base_url)];
  try {
    const rows: Row[] = [];
    for (const concurrency of [1, 32, 128]) rows.push(...(await compareAt(gateways, concurrency, delay)));
    return rows;
  } finally {
    for (const gateway of gateways) await gateway.stop();
  }
}

async function compareAt(gateways: Gateway[], concurrency: number, delay: number): Promise<Row[]> {
  const measured = new Map(gateways.map(({ name }) => [name, [] as Load[]]));
  // Round by round, so that a noisy moment hits them all; the first one warms up.
  for (let round = 0; round <= rounds; round++) {
    for (const gateway of gateways) {
      const result = await load(gateway, concurrency, round === 0 ? 1 : seconds);
      if (round > 0) measured.get(gateway.name)?.push(result);
    }
  }
  const of = (name: string) => {
    const loads = measured.get(name) ?? [];
    return { rate: median(loads.map((one) => one.rate)), p50: median(loads.map((one) => one.p50)) };
  };
  const ours = of("Plinth");
  return ["Portkey", "bare pass-through"].map((name) => {
    const theirs = of(name);
    const ratio = ours.rate / theirs.rate;
    const goals = [
      ...(name === "Portkey" && concurrency === 32 && delay === 0 ? [verdict("≥ 5", ratio >= 5)] : []),
      ...(name === "Portkey" && delay === 20 && concurrency < 128
        ? [verdict("added p50 ≤ 2 ms", ours.p50 - delay <= 2)]
        : []),
    ];
    return {
      name: `AI gateway, upstream of ${delay} ms, ${concurrency} at once; safety, metering, budgets on`,
      ours: `${rate(ours.rate)}, p50 ${ms(ours.p50)}`,
      peer: `${name} ${rate(theirs.rate)}, p50 ${ms(theirs.p50)}`,
      ratio: ratio.toFixed(2),
      goal: goals.join("; "),
    };
  });
}

interface Load {
  rate: number;
  /** Milliseconds. */
  p50: number;
}

async function load(gateway: Gateway, concurrency: number, for_seconds: number): Promise<Load> {
  const pool: Dispatcher = new Pool(gateway.url, { connections: concurrency, pipelining: 1 });
  const headers = { "content-type": "application/json", ...gateway.headers };
  const took: number[] = [];
  const began = performance.now();
  const end = began + for_seconds * 1_000;
  const one = async () => {
    while (performance.now() < end) {
      const start = performance.now();
      const answer = await pool.request({ method: "POST", path: gateway.path, headers, body: body(false) });
      const text = await answer.body.text();
      if (answer.statusCode !== 200) throw new Error(`${gateway.name} answered ${answer.statusCode}: ${text}`);
      took.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  const passed = (performance.now() - began) / 1_000;
  await pool.close();
  return { rate: took.length / passed, p50: percentile(took, 0.5) };
}

const streams = 1_000;

/** What a process takes with so many streams open, each with a piece every second. */
async function openStreams(upstream_url: string): Promise<Row> {
  const gateway = await plinth(`${upstream_url}/hold/v1`);
  const pool = new Pool(gateway.url, { connections: streams, pipelining: 1, bodyTimeout: 0 });
  try {
    const headers = { "content-type": "application/json", ...gateway.headers };
    const before = (await gateway.memory?.()) ?? Number.NaN;
    const open = async () => {
      const answer = await pool.request({ method: "POST", path: gateway.path, headers, body: body(true) });
      if (answer.statusCode !== 200) throw new Error(`A stream answered ${answer.statusCode}`);
      answer.body.on("error", () => {}).resume();
    };
    for (let opened = 0; opened < streams; opened += 50) await Promise.all(Array.from({ length: 50 }, open));
    await sleep(5_000);
    const after = (await gateway.memory?.()) ?? Number.NaN;
    return {
      name: `AI gateway, ${streams.toLocaleString("en")} open streams, memory of the process`,
      ours: `${after.toFixed(0)} MiB`,
      peer: `before them ${before.toFixed(0)} MiB`,
      ratio: "",
      goal: verdict("≤ 300 MiB", after <= 300),
    };
  } finally {
    await pool.destroy();
    await gateway.stop();
  }
}

async function plinth(base_url: string): Promise<Gateway> {
  const dir = await mkdtemp(join(tmpdir(), "plinth-bench-models-"));
  await writeFile(join(dir, "models.yaml"), models);
  const env = { AI_BASE_URL: base_url, AI_API_KEY: "bench", PLINTH_CONFIG_DIR: dir, AI_TIMEOUT_MS: "120000" };
  const running = await startPlinth({ ...unlimited, ...env });
  return {
    name: "Plinth",
    url: running.url,
    path: "/v1/ai/chat/completions",
    headers: { authorization: `Bearer ${await apiKey(running)}` },
    memory: async () => {
      const page = await (await fetch(`${running.url}/metrics`)).text();
      const [, bytes] = /^process_resident_memory_bytes (\S+)/m.exec(page) ?? [];
      return Number(bytes) / 2 ** 20;
    },
    stop: async () => {
      await running.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function apiKey({ url }: RunningPlinth): Promise<string> {
  const api = client(url);
  const credentials = { email: "ada@example.com", password: "Correct-horse-7" };
  await api.post("/v1/auth/register", { ...credentials, full_name: "Ada" });
  await api.post(await api.mailedLink(credentials.email));
  const { body: session } = await api.post("/v1/auth/login", credentials);
  const answer = await fetch(`${url}/v1/api-keys`, {
    method: "POST",
    headers: { authorization: `Bearer ${session.access_token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "bench", scopes: ["ai:write"], role: "member" }),
  });
  const made = (await answer.json()) as { key?: string };
  if (made.key === undefined) throw new Error(`There is no API key: ${JSON.stringify(made)}`);
  return made.key;
}

/** Portkey's gateway as its package starts it, without its console. It takes the provider from headers. */
async function portkey(base_url: string): Promise<Gateway> {
  const script = fileURLToPath(import.meta.resolve("@portkey-ai/gateway/build/start-server.js"));
  const port = await freePort();
  const child = spawn(process.execPath, [script, "--headless", `--port=${port}`], {
    env: { ...process.env, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "ignore"],
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; ; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break;
    if (tries > 100 || child.exitCode !== null) throw new Error("Portkey's gateway did not start");
    await sleep(100);
  }
  const headers = { "x-portkey-provider": "openai", "x-portkey-custom-host": base_url, authorization: "Bearer bench" };
  return { name: "Portkey", url, path: "/v1/chat/completions", headers, stop: async () => void child.kill() };
}

async function bare(base_url: string): Promise<Gateway> {
  const { child, url } = await startProcess([fileURLToPath(new URL("./bare-gateway.ts", import.meta.url))], {
    UPSTREAM_URL: base_url,
  });
  return {
    name: "bare pass-through",
    url,
    path: "/v1/chat/completions",
    headers: {},
    stop: async () => void child.kill(),
  };
}

/** Starts a process that prints its URL. */
async function startProcess(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", (code) => reject(new Error(`${args[0]} ended with ${code}`)));
  });
  return { child, url };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}
