import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { client } from "../test/journeys/client.ts";
import type { Ground } from "./ground.ts";
import { ms, type Row, rate, rounds, seconds } from "./measure.ts";

const connections = 32;

/** A provider that answers every completion after 20 ms. */
const upstream = `
import { createServer } from "node:http";
const usage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const message = { role: "assistant", content: "Take one small step." };
const body = JSON.stringify({ id: "x", object: "chat.completion", created: 1, model: "m", choices: [{ index: 0, message, finish_reason: "stop" }], usage });
const server = createServer((request, response) => {
  request.resume().once("end", () => setTimeout(() => response.writeHead(200, { "content-type": "application/json" }).end(body), 20));
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
`;

/** Turns and mirror messages over HTTP with safety, metering and storage on, beside the provider's fake asked straight. */
export async function measurePrism(ground: Ground): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const fake = await startUpstream();
  stack.defer(fake.stop);
  const dir = await unlimitedModels();
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const settings = { AI_API_KEY: "sk-bench", AI_BASE_URL: `${fake.url}/v1`, PLINTH_CONFIG_DIR: dir };
  const plinth = await ground.serve(settings);
  stack.defer(() => plinth.stop());
  const people = await prepare(ground, plinth.url);
  const message = JSON.stringify({ content: "I slept badly, and I wonder why." });
  const turn = JSON.stringify({ question: "Why do I sleep badly?" });
  const turns = people.map(({ headers }) => ({ headers, path: "/v1/prism/turns", body: turn }));
  const messages = people.map(({ headers, session_id }) => {
    return { headers, path: `/v1/prism/mirror/sessions/${session_id}/messages`, body: message };
  });
  const straight = people.map(() => ({ headers: {}, path: "/v1/chat/completions", body: message }));
  const contenders = {
    turn: () => load(plinth.url, turns),
    message: () => load(plinth.url, messages),
    bare: () => load(fake.url, straight),
  };
  const measured: Record<keyof typeof contenders, Load[]> = { turn: [], message: [], bare: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ["turn", "message", "bare"] as const) measured[name].push(await contenders[name]());
  }
  const bare = middle(measured.bare);
  return [
    row("a turn, provider of 20 ms, 32 people at once", middle(measured.turn), bare),
    row("a mirror message and its reply, provider of 20 ms, 32 people at once", middle(measured.message), bare),
  ];
}

/** A folder with the models that Plinth ships, and budgets that one person does not come to. */
async function unlimitedModels(): Promise<string> {
  const shipped = await readFile(new URL("../config/models.yaml", import.meta.url), "utf8");
  const budgets = "budgets: { feature_daily_usd: 9000, workspace_daily_usd: 9000, user_daily_usd: 9000 }";
  const dir = await mkdtemp(join(tmpdir(), "plinth-bench-models-"));
  await writeFile(join(dir, "models.yaml"), shipped.replace(/^budgets:.*$/m, budgets));
  return dir;
}

interface Load {
  per_second: number;
  p50: number;
  p99: number;
}

function row(name: string, ours: Load, bare: Load): Row {
  const told = ({ per_second, p50, p99 }: Load) => `${rate(per_second)}, p50 ${ms(p50)}, p99 ${ms(p99)}`;
  const ratio = (ours.per_second / bare.per_second).toFixed(2);
  return { name, ours: told(ours), peer: `the provider's fake asked straight ${told(bare)}`, ratio, goal: "" };
}

/** The round in the middle by its rate. */
function middle(loads: Load[]): Load {
  const sorted = loads.toSorted((a, b) => a.per_second - b.per_second);
  const found = sorted[Math.floor(sorted.length / 2)];
  if (found === undefined) throw new Error("Nothing was measured");
  return found;
}

/** Somebody with a connection of their own. */
interface Person {
  headers: Record<string, string>;
  session_id: string;
}

/** People without limits, each with a mirror session, as there is one reply at a time in each. */
async function prepare({ admin }: Ground, url: string): Promise<Person[]> {
  const api = client(url);
  const signUp = async (n: number) => {
    const credentials = { email: `prism-${n}@bench.example`, password: "Correct-horse-7" };
    await api.post("/v1/auth/register", { ...credentials, full_name: "Ada" });
    await api.post(await api.mailedLink(credentials.email));
    await admin.query("update identity.users set role = 'admin' where email = $1", [credentials.email]);
    const { body } = await api.post("/v1/auth/login", credentials);
    return { email: credentials.email, access: body };
  };
  const people: Person[] = [];
  while (people.length < connections) {
    const { email, access } = await signUp(people.length);
    const headers = { authorization: `Bearer ${access.access_token}`, "content-type": "application/json" };
    const { rows } = await admin.query<{ id: string }>(
      "select w.id from workspaces.workspaces w join identity.users u on u.id = w.personal_of where u.email = $1",
      [email],
    );
    await liftLimits(`${url}/v1/admin/workspaces/${rows[0]?.id}/overrides/prism`, headers);
    people.push({ headers, session_id: (await api.post("/v1/prism/mirror/sessions", {}, access)).body.id });
  }
  return people;
}

async function liftLimits(overrides: string, headers: Record<string, string>): Promise<void> {
  for (const [feature, window] of [
    ["turns_per_day", "day"],
    ["mirror_sessions_per_week", "week"],
  ]) {
    const value = { kind: "limit", limit: null, window, per: "member" };
    const body = JSON.stringify({ value, reason: "Benchmark" });
    const answer = await fetch(`${overrides}/${feature}`, { method: "PUT", headers, body });
    if (!answer.ok) throw new Error(await answer.text());
  }
}

interface Request {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** Each request over and over on a connection of its own. */
async function load(url: string, requests: Request[]): Promise<Load> {
  const left = [...requests];
  const result = await autocannon({
    url,
    method: "POST",
    connections: requests.length,
    duration: seconds,
    setupClient: (connection) => connection.setRequests([{ method: "POST", ...left.pop() }]),
  });
  if (result.non2xx + result.errors > 0) throw new Error(`${url}: ${result.non2xx} answers were no success`);
  return { per_second: result["2xx"] / result.duration, p50: result.latency.p50, p99: result.latency.p99 };
}

async function startUpstream(): Promise<{ url: string; stop: () => void }> {
  const child = spawn(process.execPath, ["--input-type=module", "-e", upstream], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const port = await new Promise<string>((resolve) =>
    child.stdout?.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
  );
  return { url: `http://127.0.0.1:${port}`, stop: () => void child.kill() };
}
