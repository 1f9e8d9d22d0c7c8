import { isDecided, type Outcome, type Policy, type Standing, step, untilSettled } from "./rules.ts";
import { released, type StandingKeeper } from "./standing.ts";
import { type Instant, remaining, type Span } from "./time.ts";
import type { LicenseTimers } from "./types.ts";

/** A timer sleeps with its machine, so the clocks are looked at this often, in milliseconds. */
const LOOK = 15_000;

interface HeartbeatOptions {
  keeper: StandingKeeper;
  policy: Policy;
  timers: LicenseTimers;
  now(): Instant;
  random(): number;
  /** Asks the server: for the seat of this session, or for a new one. Never rejects. */
  ask(session_id: string | undefined): Promise<Outcome>;
  told(outcome: Outcome): void;
}

/** Asks the server whenever it is due, one request at a time, and lets time and answers change the standing. */
export interface Heartbeat {
  /** Begins with a request for a seat. */
  begin(): void;
  /** Asks now, with a whole series of tries, unless a series is under way. */
  hurry(): void;
  /** Resolves at the next verdict, or when none is to be had soon. Keeps the process alive meanwhile. */
  verdict(): Promise<void>;
  /** Ends all that was begun; its answers are of no interest any more. Returns the request under way. */
  halt(): Promise<Outcome> | undefined;
  /** The standing at this moment. Asks the server when that is due, as after a sleep. */
  see(): Standing;
}

export function createHeartbeat({ keeper, policy, timers, now, random, ask, told }: HeartbeatOptions): Heartbeat {
  let next: Span | undefined;
  let timer: unknown;
  let asking: Promise<Outcome> | undefined;
  let run = 0;
  const waiting = createWaiters();

  const isDue = (at: Instant) => next !== undefined && asking === undefined && remaining(next, at) === 0;
  /** Sees what time has changed, asks when it is due, and comes back. */
  const look = () => {
    try {
      const at = now();
      keeper.settle(at);
      if (isDue(at)) void beat().catch(fail);
      arm(at);
    } catch (error) {
      fail(error);
    }
  };
  const arm = (at: Instant) => {
    timers.clear(timer);
    const due = next === undefined || asking !== undefined ? Number.POSITIVE_INFINITY : remaining(next, at);
    const wait = Math.min(due, untilSettled(keeper.get(), at, policy));
    if (next === undefined && wait === Number.POSITIVE_INFINITY) return;
    timer = timers.set(look, Math.ceil(Math.min(wait, LOOK)), waiting.any());
  };
  const beat = async () => {
    const mine = run;
    const sent = now();
    asking = ask(keeper.get().session?.session_id);
    const outcome = await asking;
    if (mine !== run) return;
    asking = undefined;
    const at = now();
    const after = step(keeper.settle(at), outcome, { sent, now: at, random: random() }, policy);
    next = after.next;
    keeper.become(after.standing, at);
    told(outcome);
    if (isDecided(outcome, after.next)) waiting.resolve();
    look();
  };
  /** A clock, a timer or a transport that was handed in is broken. */
  const fail = (error: unknown) => {
    next = undefined;
    const detail = error instanceof Error ? error.message : String(error);
    const at = { monotonic: 0, wall: 0 };
    keeper.become({ state: "ERROR", failures: 0, problem: { code: "client.defect", detail } }, at);
    waiting.resolve();
  };

  return {
    begin: () => {
      run += 1;
      next = { from: now(), ms: 0 };
      keeper.become({ state: "STARTING", failures: 0 }, now());
    },
    hurry: () => {
      const { state, ...standing } = keeper.get();
      if (asking !== undefined || state === "STARTING" || state === "DEGRADED") return;
      keeper.become({ ...standing, state, failures: 0 }, now());
      next = { from: now(), ms: 0 };
      look();
    },
    verdict: () => {
      // Nothing is asked for any more: a listener has stopped the client, or it has failed.
      if (next === undefined && asking === undefined) return Promise.resolve();
      const verdict = waiting.wait();
      look();
      return verdict;
    },
    halt: () => {
      const late = asking;
      run += 1;
      asking = undefined;
      next = undefined;
      timers.clear(timer);
      keeper.become(released, now());
      waiting.resolve();
      return late;
    },
    see: () => {
      const at = now();
      const before = keeper.get();
      if (keeper.settle(at) !== before || isDue(at)) look();
      return keeper.get();
    },
  };
}

function createWaiters() {
  let waiting: (() => void)[] = [];
  return {
    any: () => waiting.length > 0,
    wait: () => new Promise<void>((resolve) => waiting.push(resolve)),
    resolve: () => {
      const answered = waiting;
      waiting = [];
      for (const resolve of answered) resolve();
    },
  };
}
