import { execFileSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** A line of the table: what was measured, beside what. */
export interface Row {
  name: string;
  ours: string;
  peer: string;
  ratio: string;
  goal: string;
}

/** Of each comparison. BENCH_ROUNDS and BENCH_SECONDS are for trying a benchmark out; figures are of 5 rounds of 4 s. */
export const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
export const seconds = Number(process.env.BENCH_SECONDS ?? 4);

/** So many calls of one address and of few people are what Plinth would refuse. */
export const unlimited = {
  LOG_LEVEL: "warn",
  AUTH_RATE_LIMIT: "1000000",
  RATE_LIMIT_ADDRESS: "1000000000",
  RATE_LIMIT_USER: "1000000000",
  RATE_LIMIT_API_KEY: "1000000000",
  QUOTA_REQUESTS_PER_MINUTE: "1000000000",
  LOGIN_FAILURES_PER_ADDRESS: "1000000",
  LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT: "1000000",
  LOGIN_FAILURES_PER_ACCOUNT: "1000000",
};

export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function percentile(values: number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Runs the contenders in turn, round by round, so that a noisy moment hits them all; the median of each. */
export async function inTurn<K extends string>(
  rounds: number,
  contenders: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(contenders) as K[];
  const results = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) results.get(name)?.push(await contenders[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(results.get(name) ?? [])])) as Record<K, number>;
}

/** Calls `work` from so many at once for so long; calls per second. */
export async function perSecond(
  concurrency: number,
  milliseconds: number,
  work: (n: number) => Promise<unknown>,
): Promise<number> {
  let calls = 0;
  const began = performance.now();
  const end = began + milliseconds;
  const one = async () => {
    while (performance.now() < end) await work(calls++);
  };
  await Promise.all(Array.from({ length: concurrency }, one));
  return calls / ((performance.now() - began) / 1_000);
}

/**
 * Begins so many calls a second for so long, whether or not those before were answered; milliseconds from when each was due to its
 * answer, so that a server that falls behind is not asked less.
 */
export async function atRate(
  calls_per_second: number,
  milliseconds: number,
  work: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const calls = Math.round((calls_per_second * milliseconds) / 1_000);
  const took: number[] = [];
  const running: Promise<void>[] = [];
  const began = performance.now();
  const one = async (n: number) => {
    await work(n);
    took[n] = performance.now() - began - (n * 1_000) / calls_per_second;
  };
  while (running.length < calls) {
    while (running.length < calls && (running.length * 1_000) / calls_per_second <= performance.now() - began) {
      running.push(one(running.length));
    }
    await sleep(1);
  }
  await Promise.all(running);
  return took;
}

/** Does the work for each item, so many at once. */
export async function forEach<T>(concurrency: number, items: readonly T[], work: (item: T) => Promise<unknown>) {
  const left = items.values();
  const one = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: concurrency }, one));
}

export const rate = (value: number) => `${Math.round(value).toLocaleString("en")}/s`;
export const ms = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)} ms`;

/** `goal: met` or `goal: missed`. */
export const verdict = (goal: string, isMet: boolean) => `${goal}: ${isMet ? "met" : "missed"}`;

/** A row in which more is better, with whether the goals were met: the ratio to the peer, and calls per second. */
export function compare(
  name: string,
  ours: number,
  peer: number,
  peerName: string,
  least_ratio?: number,
  least_rate?: number,
): Row {
  const ratio = ours / peer;
  const goals = [
    ...(least_ratio === undefined ? [] : [verdict(`≥ ${least_ratio}`, ratio >= least_ratio)]),
    ...(least_rate === undefined ? [] : [verdict(`≥ ${rate(least_rate)}`, ours >= least_rate)]),
  ];
  return { name, ours: rate(ours), peer: `${peerName} ${rate(peer)}`, ratio: ratio.toFixed(2), goal: goals.join("; ") };
}

/** A row without a peer. */
export function alone(name: string, ours: number, why: string, least_rate?: number): Row {
  const goal = least_rate === undefined ? "" : verdict(`≥ ${rate(least_rate)}`, ours >= least_rate);
  return { name, ours: rate(ours), peer: why, ratio: "", goal };
}

export function table(rows: Row[]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const body = rows.map(({ name, ours, peer, ratio, goal }) => line([name, ours, peer, ratio, goal]));
  return [
    line(["what", "Plinth", "beside it", "ratio", "goal"]),
    line(["---", "---", "---", "---", "---"]),
    ...body,
  ].join("\n");
}

/** The machine that the numbers are of. */
export function machine(postgres: string): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${first?.model.trim() || "CPU"} (shared), ${memory} GiB, Node ${process.version}, PostgreSQL ${postgres}`;
}

/** Whether a program is on the PATH. */
export function has(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
