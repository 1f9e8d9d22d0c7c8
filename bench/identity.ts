import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import autocannon from "autocannon";
import { Client } from "pg";
import { request } from "undici";
import { startEmbeddedPostgres } from "../src/core/embedded-postgres.ts";
import { client } from "../test/journeys/client.ts";
import { startPlinth } from "../test/journeys/plinth.ts";
import { compare, inTurn, perSecond, type Row, unlimited } from "./measure.ts";

type Headers = Record<string, string>;

interface Servers {
  plinth: string;
  /** better-auth with the session settings that it comes with. */
  peer: string;
  /** better-auth that extends the session in its database with every request: the nearest that it has to a refresh. */
  extending: string;
  /** better-auth that believes a signed copy of the session in a cookie for five minutes. */
  caching: string;
}

/** Somebody with an account and a session at both. */
interface Person {
  email: string;
  access_token: string;
  refresh_token: string;
  /** What better-auth takes: a bearer token, the session's cookie, and the session's with the copy's. */
  peer_token: string;
  peer_cookie: string;
  cached_cookies: string;
}

type Contest = Servers & { people: Person[] };

const rounds = 5;
const connections = 32;
/** Requests at once where hashing is what takes the time: enough to keep every core at it. */
const hashers = 8;
const password = "Correct-horse-7";
const hashing = "better-auth (Argon2id like ours; its default is scrypt)";

const betterAuthServer = fileURLToPath(new URL("better-auth-server.ts", import.meta.url));

const ceiling = `
import { hash } from "@node-rs/argon2";
const cost = { memoryCost: 19456, timeCost: 2, parallelism: 1 };
const began = performance.now();
let hashes = 0;
const one = async () => {
  for (; performance.now() - began < 1500; hashes++) await hash("${password}", cost);
};
await Promise.all([one(), one()]);
console.log(hashes / ((performance.now() - began) / 1000));
`;

/** Plinth's identity beside better-auth: each a process of its own on a database of its own, in one PostgreSQL. */
export async function measureIdentity(): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const dir = await mkdtemp(join(tmpdir(), "plinth-bench-"));
  stack.defer(() => rm(dir, { recursive: true, force: true }));
  const postgres = await startEmbeddedPostgres({ dir, port: 54_600, settings: { max_connections: "300" } });
  stack.defer(() => postgres.stop());
  const [ours = "", theirs = ""] = await makeDatabases(postgres.url, ["plinth", "better_auth"]);
  const plinth = await startPlinth({ DATABASE_URL: ours, ...unlimited });
  stack.defer(() => plinth.stop());
  const startPeer = async (session: object) => {
    const env = { DATABASE_URL: theirs, SESSION_OPTIONS: JSON.stringify(session), NODE_ENV: "production" };
    const { firstLine, stop } = start([betterAuthServer], env);
    stack.defer(stop);
    return firstLine;
  };
  const servers = {
    plinth: plinth.url,
    peer: await startPeer({}),
    extending: await startPeer({ updateAge: 0 }),
    caching: await startPeer({ cookieCache: { enabled: true } }),
  };
  const settling = Array.from({ length: connections }, (_, n) => settle(servers, `person-${n}@example.com`));
  const contest = { ...servers, people: await Promise.all(settling) };
  const rows: Row[] = [];
  for (const measure of [signUp, logIn, refresh, byToken, byCookie, byKey]) rows.push(...(await measure(contest)));
  return rows;
}

async function signUp({ plinth, peer }: Contest): Promise<Row[]> {
  let newcomers = 0;
  const email = () => `newcomer-${newcomers++}@example.com`;
  const { ours, theirs } = await inTurn(rounds, {
    theirs: () => perSecond(hashers, 1_500, () => signUpAtPeer(peer, email())),
    ours: () => perSecond(hashers, 1_500, () => signUpAtPlinth(plinth, email())),
  });
  return [compare("sign-up", ours, theirs, hashing)];
}

async function logIn({ plinth, peer, people }: Contest): Promise<Row[]> {
  const emails = people.map(({ email }) => email);
  const atPlinth = lend(emails, (email) => logInAtPlinth(plinth, email).then(() => email));
  const atPeer = lend(emails, (email) => logInAtPeer(peer, email).then(() => email));
  const { ours, theirs, pure } = await inTurn(rounds, {
    pure: async () => Number(await start(["--input-type=module", "-e", ceiling]).firstLine),
    theirs: () => perSecond(hashers, 1_500, atPeer),
    ours: () => perSecond(hashers, 1_500, atPlinth),
  });
  return [
    compare("login", ours, theirs, hashing),
    compare("login beside the pure Argon2id ceiling", ours, pure, "hashing alone, 2 at once", 0.9),
  ];
}

async function refresh({ plinth, extending, people }: Contest): Promise<Row[]> {
  const tokens = people.map(({ refresh_token }) => refresh_token);
  const exchange = lend(tokens, async (refresh_token) => {
    const { body } = await call(`${plinth}/v1/auth/refresh`, {}, { refresh_token });
    return body.refresh_token;
  });
  const peerCookies = people.map(({ peer_cookie }) => peer_cookie);
  const extend = lend(peerCookies, async (cookie) => {
    const { cookies } = await call(`${extending}/api/auth/get-session`, { cookie });
    if (cookies === "") throw new Error("better-auth did not extend the session");
    return cookies;
  });
  const { ours, theirs } = await inTurn(rounds, {
    theirs: () => perSecond(connections, 2_000, extend),
    ours: () => perSecond(connections, 2_000, exchange),
  });
  return [compare("session refresh", ours, theirs, "better-auth get-session with `updateAge: 0`", 2)];
}

async function byToken({ plinth, peer, people }: Contest): Promise<Row[]> {
  const own = people.map(({ access_token }) => getMe(bearer(access_token)));
  const foreign = people.map(({ peer_token }) => getSession(bearer(peer_token)));
  const { ours, theirs } = await inTurn(rounds, { theirs: () => load(peer, foreign), ours: () => load(plinth, own) });
  return [compare("authenticated request by bearer token", ours, theirs, "better-auth get-session", 2)];
}

async function byCookie({ plinth, peer, caching, people }: Contest): Promise<Row[]> {
  const own: Repeated[] = [];
  for (const { email } of people) {
    const answer = await send(`${plinth}/v1/auth/login`, {}, { email, password, session: "cookie" });
    if (answer.status === 422) return leftOut("by cookie: Plinth has no sessions in cookies");
    own.push(getMe({ cookie: succeeded(answer).cookies }));
  }
  const foreign = people.map(({ peer_cookie }) => getSession({ cookie: peer_cookie }));
  const cached = people.map(({ cached_cookies }) => getSession({ cookie: cached_cookies }));
  const { ours, theirs, theirsCached } = await inTurn(rounds, {
    theirs: () => load(peer, foreign),
    theirsCached: () => load(caching, cached),
    ours: () => load(plinth, own),
  });
  const name = "authenticated request by cookie";
  return [
    compare(name, ours, theirs, "better-auth get-session"),
    compare(name, ours, theirsCached, "better-auth get-session with its cookie cache (off by default)"),
  ];
}

async function byKey({ plinth, peer, people }: Contest): Promise<Row[]> {
  const own: Repeated[] = [];
  const foreign: Repeated[] = [];
  for (const { access_token, peer_token } of people) {
    const wanted = { name: "bench", scopes: ["workspaces:read"] };
    const key = await send(`${plinth}/v1/api-keys`, bearer(access_token), wanted);
    if (key.status === 404) return leftOut("by API key: Plinth has no API keys");
    const peerKey = await send(`${peer}/api/auth/api-key/create`, bearer(peer_token), { name: "bench" });
    if (peerKey.status === 404) return leftOut("by API key: @better-auth/api-key is not installed");
    const { body } = await call(`${plinth}/v1/workspaces`, bearer(access_token));
    own.push({ path: `/v1/workspaces/${body.data[0].id}`, headers: bearer(succeeded(key).body.key) });
    foreign.push(getSession({ "x-api-key": succeeded(peerKey).body.key }));
  }
  const { ours, theirs } = await inTurn(rounds, { theirs: () => load(peer, foreign), ours: () => load(plinth, own) });
  return [compare("authenticated request by API key", ours, theirs, "better-auth get-session by `x-api-key`")];
}

function leftOut(what: string): Row[] {
  console.error(`  left out, ${what}`);
  return [];
}

async function settle({ plinth, peer, caching }: Servers, email: string): Promise<Person> {
  await Promise.all([signUpAtPlinth(plinth, email), signUpAtPeer(peer, email)]);
  await call(`${plinth}${await client(plinth).mailedLink(email)}`, {}, {});
  const { access_token, refresh_token } = (await logInAtPlinth(plinth, email)).body;
  const { cookies: peer_cookie, token: peer_token } = await logInAtPeer(peer, email);
  const { cookies: cached_cookies } = await logInAtPeer(caching, email);
  return { email, access_token, refresh_token, peer_token, peer_cookie, cached_cookies };
}

const signUpAtPlinth = (plinth: string, email: string) =>
  call(`${plinth}/v1/auth/register`, {}, { email, password, full_name: "Bench" });
const signUpAtPeer = (peer: string, email: string) =>
  call(`${peer}/api/auth/sign-up/email`, {}, { email, password, name: "Bench" });
const logInAtPlinth = (plinth: string, email: string) => call(`${plinth}/v1/auth/login`, {}, { email, password });
const logInAtPeer = (peer: string, email: string) => call(`${peer}/api/auth/sign-in/email`, {}, { email, password });

/** Takes the items in turn, each for one worker at a time, and takes back what became of it. */
function lend<T>(items: T[], work: (item: T) => Promise<T>): () => Promise<void> {
  const free = [...items];
  return async () => {
    const item = free.shift();
    if (item === undefined) throw new Error("There are more workers than items");
    free.push(await work(item));
  };
}

/** A request that one connection repeats. */
interface Repeated {
  path: string;
  headers: Headers;
}

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
const getMe = (headers: Headers): Repeated => ({ path: "/v1/me", headers });
const getSession = (headers: Headers): Repeated => ({ path: "/api/auth/get-session", headers });

/** Each request over and over on a connection of its own; answers per second. */
async function load(url: string, requests: Repeated[]): Promise<number> {
  const left = [...requests];
  const result = await autocannon({
    url,
    connections: requests.length,
    duration: 2,
    setupClient: (connection) => connection.setRequests([{ ...left.pop() }]),
    // better-auth answers 200 with null to whom it does not know.
    verifyBody: (body) => body !== "null",
  });
  const failed = result.non2xx + result.errors + result.mismatches;
  if (failed > 0) throw new Error(`${url}${requests[0]?.path}: ${failed} answers were no success`);
  return result["2xx"] / result.duration;
}

interface Answer {
  url: string;
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a client sees JSON
  body: any;
  /** The cookies that it set, as a request sends them. */
  cookies: string;
  /** What better-auth's bearer plugin gives beside them. */
  token: string;
}

/** A GET, or a POST when there is a body. */
async function send(url: string, headers: Headers, body?: object): Promise<Answer> {
  const post = { method: "POST", headers: { ...headers, "content-type": "application/json" } } as const;
  const response = await request(url, body === undefined ? { headers } : { ...post, body: JSON.stringify(body) });
  const cookies = [response.headers["set-cookie"] ?? []].flat().map((cookie) => cookie.split(";", 1)[0]);
  const text = await response.body.text();
  return {
    url,
    status: response.statusCode,
    body: text === "" ? null : JSON.parse(text),
    cookies: cookies.join("; "),
    token: String(response.headers["set-auth-token"]),
  };
}

const call = async (url: string, headers: Headers, body?: object) => succeeded(await send(url, headers, body));

function succeeded(answer: Answer): Answer {
  const { url, status, body } = answer;
  if (status >= 300 || body === null) throw new Error(`${url} answered ${status}: ${JSON.stringify(body)}`);
  return answer;
}

async function makeDatabases(url: string, names: string[]): Promise<string[]> {
  const admin = new Client({ connectionString: url });
  await admin.connect();
  for (const name of names) await admin.query(`create database ${name}`);
  await admin.end();
  return names.map((name) => Object.assign(new URL(url), { pathname: name }).href);
}

/** A Node of its own, and the first line that it prints. */
function start(args: string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", (code) => reject(new Error(`${args.at(-1)} ended with ${code} before it printed a line`)));
  });
  const stop = async () => {
    child.kill();
    await ended;
  };
  return { firstLine, stop };
}
