import { request } from "undici";
import { systemClock } from "../src/core/clock.ts";
import { createKeyring } from "../src/core/crypto.ts";
import { createAccessTokens, createSigningKey } from "../src/platform/sessions/access-tokens.ts";
import { client } from "../test/journeys/client.ts";
import { startPlinth } from "../test/journeys/plinth.ts";
import { median, ms, percentile, type Row, unlimited } from "./measure.ts";

const email = "ada@example.com";
const password = "Correct-horse-7";

/** What login tells by its time, how health answers under a flood of logins, and what a token costs the second time. */
export async function measureIdentityLimits(): Promise<Row[]> {
  const plinth = await startPlinth(unlimited);
  try {
    const api = client(plinth.url);
    await api.post("/v1/auth/register", { email, password, full_name: "Ada" });
    await api.post(await api.mailedLink(email));
    return [await loginTells(plinth.url), await healthUnderLogins(plinth.url), await secondCheck()];
  } finally {
    await plinth.stop();
  }
}

async function logIn(url: string, body: object): Promise<number> {
  const headers = { "content-type": "application/json" };
  const answer = await request(`${url}/v1/auth/login`, { method: "POST", headers, body: JSON.stringify(body) });
  await answer.body.dump();
  return answer.statusCode;
}

/** E2: 200 interleaved pairs, one after the other. */
async function loginTells(url: string): Promise<Row> {
  const [wrong, unknown]: [number[], number[]] = [[], []];
  const time = async (into: number[], body: object) => {
    const began = performance.now();
    await logIn(url, body);
    into.push(performance.now() - began);
  };
  for (let pair = 0; pair < 220; pair++) {
    await time(wrong, { email, password: "Wrong-horse-7" });
    await time(unknown, { email: `nobody-${pair}@example.com`, password: "Wrong-horse-7" });
  }
  // The first pairs find statements unprepared and code unoptimised.
  const [a, b] = [wrong.slice(20), unknown.slice(20)];
  const ratio = median(b) / median(a);
  const verdict = Math.abs(1 - ratio) < 0.1 ? "met" : "missed";
  return {
    name: "failed login, known account (E2, 200 pairs)",
    ours: ms(median(a)),
    peer: `unknown account ${ms(median(b))}; Mann-Whitney p = ${mannWhitney(a, b).toFixed(2)}`,
    ratio: ratio.toFixed(2),
    goal: `within 10 %: ${verdict}`,
  };
}

/** The two-sided p by the normal approximation: how likely so different ranks are if nothing differs. */
function mannWhitney(a: number[], b: number[]): number {
  const ranked = [...a.map((value) => ({ value, isA: true })), ...b.map((value) => ({ value, isA: false }))];
  ranked.sort((x, y) => x.value - y.value);
  const rankSum = ranked.reduce((sum, { isA }, index) => (isA ? sum + index + 1 : sum), 0);
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const z = Math.abs(u - (a.length * b.length) / 2) / Math.sqrt((a.length * b.length * (a.length + b.length + 1)) / 12);
  // Abramowitz and Stegun, 7.1.26.
  const t = 1 / (1 + 0.3275911 * (z / Math.SQRT2));
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429];
  return series.reduce((sum, c, power) => sum + c * t ** (power + 1), 0) * Math.exp(-((z / Math.SQRT2) ** 2));
}

/** E16: health while 100 logins come at once, again and again for three seconds. */
async function healthUnderLogins(url: string): Promise<Row> {
  const waits: number[] = [];
  let isOver = false;
  const flood = async () => {
    while (!isOver) await Promise.all(Array.from({ length: 100 }, () => logIn(url, { email, password })));
  };
  const flooding = flood();
  for (const end = performance.now() + 3_000; performance.now() < end; ) {
    const began = performance.now();
    await (await request(`${url}/health/live`)).body.dump();
    waits.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  isOver = true;
  await flooding;
  const p99 = percentile(waits, 0.99);
  return {
    name: "`GET /health/live` p99 during 100 parallel logins (E16)",
    ours: ms(p99),
    peer: `p50 ${ms(median(waits))}`,
    ratio: "",
    goal: `< 100 ms: ${p99 < 100 ? "met" : "missed"}`,
  };
}

/** A token's first check, by its signature, and its second, by its hash. */
async function secondCheck(): Promise<Row> {
  const keyring = createKeyring("the secret of the benchmarks, which is none");
  const made = await createSigningKey(keyring);
  const keys = [{ ...made, created_at: new Date(0), active_from: new Date(0) }];
  const options = { issuer: "https://bench.example", lifetime_minutes: 10, clock: systemClock, keyring };
  const tokens = createAccessTokens({ ...options, loadKeys: async () => keys });
  const claims = { user_id: crypto.randomUUID(), session_id: crypto.randomUUID() };
  const issued = await Promise.all(
    Array.from({ length: 2_000 }, (_, n) => tokens.issue({ ...claims, token_id: String(n) })),
  );
  const round = async () => {
    const began = performance.now();
    for (const { token } of issued) await tokens.check(token);
    return ((performance.now() - began) / issued.length) * 1_000;
  };
  const first = await round();
  const second = median([await round(), await round(), await round()]);
  return {
    name: "access token, first check by its signature",
    ours: `${first.toFixed(0)} µs`,
    peer: `second check, by its hash ${second.toFixed(1)} µs`,
    ratio: (first / second).toFixed(0),
    goal: `about 100: ${first / second >= 80 ? "met" : "missed"}`,
  };
}
