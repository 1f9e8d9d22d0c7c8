import { setTimeout as sleep } from "node:timers/promises";
import { type Database, isConnectionLost } from "../../core/database.ts";
import type { Listener } from "../../core/listener.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import { within } from "../../core/shutdown.ts";
import type { Span, Tracer } from "../../core/traces.ts";
import { createClaims } from "./claims.ts";
import { createLane, type HeldRow, type Lane } from "./lanes.ts";
import { createLeases } from "./leases.ts";
import { workerMetrics } from "./metrics.ts";
import { createOutcomes } from "./outcomes.ts";
import { LeaseLost, ProcessEnding, runHandler } from "./runs.ts";
import type { EventsInternals } from "./service.ts";
import { createSettlement } from "./settlement.ts";
import { createSlots } from "./slots.ts";
import { readWakeUp } from "./wake-up.ts";

/** Delivers the outbox to its subscribers. Any number of workers share the work. */
export interface Worker {
  start(): void;
  /**
   * Takes nothing new, hands what has not begun back to the other workers at once, gives running handlers the grace, aborts those that are not done by
   * then, and hands their rows back too. None of that uses up a try.
   */
  stop(grace_ms: number): Promise<void>;
}

interface WorkerOptions {
  db: Pick<Database, "inWorkspace" | "systemStatement" | "asSystem">;
  events: EventsInternals;
  listener: Pick<Listener, "on"> & Partial<Pick<Listener, "onGap">>;
  logger: Logger;
  metrics: Metrics;
  tracer?: Pick<Tracer, "add"> | undefined;
  /** Handlers at once. */
  concurrency: number;
  /** A worker's rows are taken for abandoned when it has not been heard of for so long. Default 20. */
  lease_seconds?: number;
  /** Looks for due rows at least so often, notified or not. Default 1,000. */
  poll_ms?: number;
}

/** Of the time, what looking at everything that is due may take. */
const thoroughPart = 1 / 20;
/** Handled rows that may wait for their completion to be written, at most: beyond, handlers wait. */
const mostUnwritten = 10_000;
/** Milliseconds for which the end of a process waits for what is still to be written. */
const lastWords = 5_000;

export function createWorker(options: WorkerOptions): Worker {
  const { db, events, logger, concurrency } = options;
  const lease_seconds = options.lease_seconds ?? 20;
  const poll_ms = options.poll_ms ?? 1_000;
  const { handled, retries, handlerSeconds, claimSeconds } = workerMetrics(options.metrics);
  const held = new Map<number, HeldRow>();
  const running = new Set<Promise<void>>();
  const lanes: Lane[] = [];
  const byName = new Map<string, Lane>();
  let slots = createSlots(lanes, concurrency);
  let lostClaims: string[] = [];
  let isStopping = false;
  let isEnded = false;
  let isWoken = false;
  let wakeLoop = () => {};
  let loop: Promise<void> | undefined;
  let ticking: Promise<void> | undefined;
  let ticker: NodeJS.Timeout | undefined;
  let notBefore = 0;

  const wake = (subscribers?: string[]) => {
    for (const lane of subscribers?.map((name) => byName.get(name)) ?? lanes)
      if (lane !== undefined) lane.isWoken = true;
    isWoken = true;
    wakeLoop();
  };

  const outcomes = createOutcomes({ db, isEnded: () => isEnded });
  /** Gives rows back, unless they are another's by now. */
  const handBack = async (rows: HeldRow[]): Promise<void> => {
    const own = rows.filter((row) => held.get(row.id) === row);
    for (const row of own) held.delete(row.id);
    await outcomes.release(own);
  };
  const handBackSoon = (rows: HeldRow[]) => {
    if (rows.length === 0) return;
    const work: Promise<void> = handBack(rows)
      .catch((error) => logger.warn({ err: error }, "could not hand events back; their lease will end"))
      .finally(() => running.delete(work));
    running.add(work);
  };

  const claims = createClaims({
    db,
    lease_seconds,
    left: (lane) => slots.left(lane),
    observe: (seconds) => claimSeconds({}, seconds),
    onClaimed: (lane, rows, { leased_at, is_probe = false, is_alone = false }) => {
      for (const row of rows) {
        const mine: HeldRow = Object.assign(row, { lane, leased_at, is_probe, is_alone, stop: undefined });
        held.set(row.id, mine);
        lane.queue.add(mine);
      }
      beginQueued();
    },
    onLost: (token) => {
      lostClaims.push(token);
    },
    onPauses: (paused) => notePauses(paused),
  });
  const notePauses = (paused: { subscriber: string }[]) => {
    const names = new Set(paused.map(({ subscriber }) => subscriber));
    for (const lane of lanes) {
      if (names.has(lane.subscriber.name) && !lane.isPaused) handBackSoon(lane.queue.clear());
      lane.isPaused = names.has(lane.subscriber.name);
    }
  };
  /** Pauses end when somebody ends them, or when one event found that its dependency is back. */
  const lookAtPauses = async (): Promise<void> => {
    if (!lanes.some(({ isPaused }) => isPaused)) return;
    const paused = await events.pauses.read();
    notePauses(paused);
    for (const { subscriber } of paused.filter(({ is_over }) => is_over)) {
      const lane = byName.get(subscriber);
      if (lane !== undefined && (await events.pauses.takeProbe(subscriber, lease_seconds)))
        await claims.claimProbe(lane);
    }
  };

  const leases = createLeases({
    ...{ db, lease_seconds, logger },
    held: () => held.values(),
    onLost: (row) => {
      held.delete(row.id);
      row.stop?.(new LeaseLost("The row was taken over while its handler ran"));
    },
    onRecovered: () => void claimNextAlone(),
  });

  const settle = createSettlement({
    ...{ db, outcomes, pauses: events.pauses, logger, handled },
    handBackAll: async (row) => {
      row.lane.isPaused = true;
      await handBack([row, ...row.lane.queue.clear()]);
    },
  });

  /** Whether somebody else may have the row by now; it is not begun then. */
  const isMine = (row: HeldRow) => held.get(row.id) === row && !leases.isOver(row);

  const succeed = async (row: HeldRow, isCompleted: boolean): Promise<void> => {
    const isKept = isCompleted || (await outcomes.complete(row));
    if (!isKept) return void (await settle(row, new LeaseLost("The row was another worker's when it was completed")));
    handled({ subscriber: row.subscriber, outcome: "completed" });
    if (!row.is_probe) return;
    row.lane.isPaused = false;
    await events.pauses.endOutage(row.subscriber);
  };

  const fail = async (row: HeldRow, error: unknown): Promise<boolean> => {
    const isSettled = await settle(row, error);
    // What is ordered behind it waits for its next try, wherever that is.
    if (row.lane.subscriber.ordered && row.key !== null) handBackSoon(row.lane.queue.clear(row.key));
    return isSettled;
  };

  const run = async (row: HeldRow): Promise<void> => {
    const { lane } = row;
    const began = performance.now();
    let isSettled = true;
    let isFreed = false;
    const free = () => {
      if (!isFreed) slots.free(row);
      isFreed = true;
    };
    if (row.retry_count > 0) retries({ subscriber: row.subscriber });
    try {
      const outcome = await runHandler(db, row).then(
        (isCompleted) => ({ isCompleted }),
        (error: unknown) => ({ error }),
      );
      const duration_ms = performance.now() - began;
      handlerSeconds({ subscriber: row.subscriber }, duration_ms / 1_000);
      options.tracer?.add(spanOf(row, duration_ms, "error" in outcome));
      if ("error" in outcome) isSettled = await fail(row, outcome.error);
      else {
        // The next one need not wait until this one is written down.
        free();
        beginQueued();
        await succeed(row, outcome.isCompleted);
      }
    } catch (error) {
      logger.error({ err: error, event_id: row.event_id }, "could not write down what became of an event");
    }
    if (isSettled && held.get(row.id) === row) held.delete(row.id);
    if (row.key !== null) lane.runningKeys.delete(row.key);
    free();
    if (lane.isKeyed) wake([lane.subscriber.name]);
    if (row.is_alone) void claimNextAlone();
    beginQueued();
  };

  const beginQueued = () => {
    while (!isStopping && running.size < mostUnwritten) {
      const row = slots.take();
      if (row === undefined) return;
      const { lane } = row;
      if (!isMine(row)) {
        slots.free(row);
        if (row.key !== null) lane.runningKeys.delete(row.key);
        // What is ordered behind it must not begin before it.
        handBackSoon([row, ...(lane.subscriber.ordered && row.key !== null ? lane.queue.clear(row.key) : [])]);
        continue;
      }
      const work: Promise<void> = run(row).finally(() => running.delete(work));
      running.add(work);
      if (lane.isBacklogged && !isWoken && lane.queue.size() < lane.ahead / 2) {
        isWoken = true;
        wakeLoop();
      }
    }
  };

  const rest = async (milliseconds: number): Promise<void> => {
    if (isWoken) return;
    const timer = new AbortController();
    wakeLoop = () => timer.abort();
    await sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
    wakeLoop = () => {};
  };

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!isStopping) {
      isWoken = false;
      let pause = poll_ms;
      try {
        await forgetLostClaims();
        const isMore = await claims.claim(lanes);
        failures = 0;
        if (isMore && lanes.some((lane) => lane.isBacklogged && lane.queue.size() < lane.ahead / 2)) continue;
      } catch (error) {
        // One line for an outage, however long it lasts.
        if (failures === 0) logger.warn({ err: error }, "could not claim events; trying until it goes on");
        for (const lane of lanes) lane.isWoken = true;
        isWoken = false;
        pause = Math.min(1_000, 50 * 2 ** failures++);
      }
      if (!isStopping) await rest(pause);
    }
  };

  const forgetLostClaims = async () => {
    if (lostClaims.length === 0) return;
    const tokens = lostClaims;
    lostClaims = [];
    try {
      await outcomes.releaseClaims(tokens);
    } catch (error) {
      lostClaims.push(...tokens);
      throw error;
    }
  };

  let isClaimingAlone = false;
  /** Runs rows that killed their holders, or ran beside one that did, one after the other. */
  const claimNextAlone = async (): Promise<void> => {
    if (isStopping || isClaimingAlone || held.values().some(({ is_alone }) => is_alone)) return;
    isClaimingAlone = true;
    await claims
      .claimAlone(lanes)
      .catch((error) => logger.warn({ err: error }, "could not claim an event that runs alone"));
    isClaimingAlone = false;
  };

  /** Looks at everything that is due, whoever told of it or not. */
  const tick = async (): Promise<void> => {
    const began = performance.now();
    await lookAtPauses();
    await claims.claimThoroughly(lanes);
    await claimNextAlone();
    notBefore = performance.now() + (performance.now() - began) / thoroughPart;
    isWoken = true;
    wakeLoop();
  };
  const tickRegularly = () => {
    if (ticking !== undefined || performance.now() < notBefore) return;
    ticking = tick()
      .catch((error) => {
        if (!isConnectionLost(error)) logger.warn({ err: error }, "could not look through the outbox; trying again");
      })
      .finally(() => {
        ticking = undefined;
      });
  };

  options.listener.on("plinth_outbox", (payload) => {
    const subscribers = readWakeUp(payload, events.origin);
    if (subscribers !== null) wake(subscribers);
  });
  options.listener.onGap?.(() => wake());

  return {
    start: () => {
      for (const [name, subscriber] of events.subscribers()) byName.set(name, createLane(subscriber, concurrency));
      lanes.push(...byName.values());
      slots = createSlots(lanes, concurrency);
      events.onWake(wake);
      leases.start();
      ticker = setInterval(tickRegularly, poll_ms);
      loop = work();
    },
    stop: async (grace_ms) => {
      isStopping = true;
      clearInterval(ticker);
      isWoken = true;
      wakeLoop();
      await within(lastWords, Promise.allSettled([loop, ticking]));
      handBackSoon(lanes.flatMap(({ queue }) => queue.clear()));
      await within(grace_ms, Promise.allSettled(running));
      for (const row of held.values()) row.stop?.(new ProcessEnding("The process is ending"));
      await within(lastWords, Promise.allSettled(running));
      isEnded = true;
      leases.stop();
      await Promise.all([forgetLostClaims(), handBack([...held.values()])]).catch((error) =>
        logger.warn({ err: error }, "could not hand events back; their lease will end"),
      );
    },
  };
}

/** By OpenTelemetry's conventions for messaging (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/). */
function spanOf(row: HeldRow, duration_ms: number, isFailed: boolean): Span {
  return {
    name: `process ${row.subscriber}`,
    kind: "consumer",
    request_id: row.request_id,
    started_at: Date.now() - duration_ms,
    duration_ms,
    attributes: {
      "messaging.system": "plinth",
      "messaging.operation.type": "process",
      "messaging.destination.name": row.event_type,
      "messaging.message.id": row.event_id,
      "messaging.consumer.group.name": row.subscriber,
      "plinth.events.attempt": row.attempt,
    },
    ...(isFailed ? { error: "handler_failed" } : {}),
  };
}
