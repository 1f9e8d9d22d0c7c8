import type { Clock } from "../../core/clock.ts";
import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { RedisClient } from "../../core/redis.ts";
import type { Events } from "../events/index.ts";
import { createAnnouncements } from "./announcements.ts";
import { createTolerantBatcher } from "./batching.ts";
import { budgetErrors } from "./errors.ts";
import { createLedgerMetrics } from "./metering.ts";
import { createPerseverance } from "./perseverance.ts";
import type { AiLedger, BudgetLimits, LedgerEntry } from "./port.ts";
import { type AiUsage, createUsageReports } from "./reports.ts";
import { budgetScopes, dayOf, limitsGiven, secondsToNextDay, subjectOf, surelyFull, usdOf } from "./rules.ts";
import { type SpentMemory, spentInProcess, spentInRedis } from "./spent-memory.ts";
import {
  type Asked,
  deleteReleased,
  type Entered,
  extend,
  type Refused,
  reap,
  record,
  release,
  reserve,
} from "./store.ts";

export interface AiLedgerOptions {
  db: Pick<Database, "systemStatement" | "asSystem" | "statement">;
  events: Pick<Events, "append">;
  logger: Logger;
  metrics: Pick<Metrics, "counter" | "gauge">;
  clock: Clock;
  /** In front of PostgreSQL, for refusals alone. Without it each process remembers its own. */
  redis?: RedisClient | undefined;
}

/** The ledger as the process holds it: the door for the gateway, reports, and what is done at intervals. */
export interface AiLedgerInternals extends AiLedger {
  usage: AiUsage;
  /** Releases reservations whose time is over; to be run every minute. */
  maintain(): Promise<void>;
  /** Waits for what is on its way: entries and releases that an outage of PostgreSQL holds up, and announcements. */
  settled(): Promise<void>;
}

/** Days for which a reservation that was released at its end is kept, so that a late settlement finds its day. */
const releasedDays = 7;
const mostReaped = 1_000;

export function createAiLedger(options: AiLedgerOptions): AiLedgerInternals {
  const { db, logger, clock } = options;
  const metrics = createLedgerMetrics(options.metrics, db);
  const memory = options.redis === undefined ? spentInProcess() : spentInRedis(options.redis);
  const announcements = createAnnouncements({
    ...options,
    onError: (error) => {
      metrics.failed("announce");
      logger.warn({ err: error }, "an AI budget could not be announced; it will be with the next call");
    },
  });
  const admit = createTolerantBatcher((asked: Admission[]) => admitAll({ db, memory }, asked));
  const enter = createTolerantBatcher(async (entries: Entered[]) => {
    const warned = await db.systemStatement("AI usage", (tx) => record(tx, entries));
    announcements.tell("warned", warned, entries[0]?.request_id ?? "");
    return entries.map(() => undefined);
  });
  const giveBack = createTolerantBatcher(async (calls: { workspace_id: string; call_id: string }[]) => {
    await db.systemStatement("AI reservations", (tx) => release(tx, calls));
    return calls.map(() => undefined);
  });

  const { persist, settled } = createPerseverance();
  /** Counts and tells a refusal; returns its error. */
  const refusal = (ctx: Ctx, feature: string, day: string, refused: Omit<Refused, "n">) => {
    const { scope, subject, is_new } = refused;
    metrics.refused(scope);
    const key = { ...(scope === "feature" ? {} : { workspace_id: ctx.workspace_id }), day, scope, subject };
    if (is_new) announcements.tell("exhausted", [key], ctx.request_id);
    return exhausted(refused, feature, clock.now());
  };

  return {
    usage: createUsageReports({ db, clock }),
    settled: async () => {
      await settled();
      await announcements.settled();
    },
    reserve: async (ctx, call) => {
      const limits = limitsGiven(call.limits, userOf(ctx));
      if (limits === undefined) return null;
      const asked = { ...askedBy(ctx, call, limits), ttl: call.ttl_seconds };
      const { day, refused } = await admit({ asked, day: dayOf(clock.now()) });
      if (refused !== undefined) throw refusal(ctx, call.feature, day, refused);
      return { id: call.call_id, day };
    },
    extend: async (ctx, { id, day }, more) => {
      const limits = limitsGiven(more.limits, userOf(ctx));
      if (limits === undefined) return;
      const asked = askedBy(ctx, { ...more, call_id: id }, limits);
      const refused = await db.systemStatement("AI budgets", (tx) => extend(tx, asked));
      if (refused !== undefined) throw refusal(ctx, more.feature, day, refused);
    },
    record: async (ctx, entry, settles) => {
      if (settles?.is_entered !== true) metrics.entered(entry);
      const entered = enteredAs(ctx, entry, settles);
      const { request_id } = ctx;
      await persist(entry.call_id, {
        // An id of its own for each try: what a try left behind is found by its call and attempt.
        write: () => enter({ ...entered, id: newId() }),
        // All figures, in case the process does not live to see PostgreSQL again.
        onDelay: (error) =>
          logger.warn({ err: error, usage_event: entered, request_id }, "an AI usage event waits for PostgreSQL"),
        onLost: (error) => {
          metrics.lost(entry.feature);
          logger.error({ err: error, usage_event: entered, request_id }, "an AI usage event could not be stored");
        },
      });
    },
    release: async ({ workspace_id, request_id }, { id: call_id }) => {
      await persist(call_id, {
        write: () => giveBack({ workspace_id, call_id }),
        onDelay: () => {},
        onLost: (error) => {
          metrics.failed("release");
          logger.warn({ err: error, call_id, request_id }, "an AI reservation was not released; it will be at its end");
        },
      });
    },
    maintain: async () => {
      for (;;) {
        const count = await db.systemStatement("AI reservations", (tx) => reap(tx, mostReaped));
        metrics.reaped(count);
        if (count < mostReaped) break;
      }
      await db.systemStatement("AI reservations", (tx) => deleteReleased(tx, releasedDays));
    },
  };
}

function askedBy(
  ctx: Ctx,
  { feature, call_id, amount_pico_usd }: { feature: string; call_id: string; amount_pico_usd: number },
  limits: BudgetLimits,
): Omit<Asked, "ttl"> {
  const amount = Math.ceil(amount_pico_usd);
  return { workspace_id: ctx.workspace_id, user_id: userOf(ctx) ?? null, feature, call_id, amount, limits };
}

/** A call before its batch: what it asks, and the day that it is by this process's clock. */
interface Admission {
  asked: Asked;
  day: string;
}

/** What came of it: the day that it counts in, and the budget that had no room. */
interface Admitted {
  day: string;
  refused: Refused | undefined;
}

/** Admits the calls one after the other. Those that a budget is known to have no room for are not even asked for. */
async function admitAll(
  { db, memory }: { db: Pick<Database, "systemStatement">; memory: SpentMemory },
  calls: Admission[],
): Promise<Admitted[]> {
  const known = await refusedBefore(memory, calls);
  const open = calls.filter((_, index) => known[index] === undefined);
  if (open.length === 0) return calls.map(({ day }, index) => ({ day, refused: known[index] }));
  const asked = open.map((call) => call.asked);
  const { day, refused } = await db.systemStatement("AI budgets", (tx) => reserve(tx, asked));
  const byCall = new Map(refused.map((refusal) => [open[refusal.n - 1], refusal]));
  for (const [call, refusal] of byCall) {
    // What is set aside may be given back; what is spent stays.
    const isSure = call !== undefined && BigInt(refusal.spent) + BigInt(call.asked.amount) > BigInt(refusal.limit);
    if (isSure) memory.remember(memoryKey(call.asked, refusal.scope, day), refusal.spent);
  }
  return calls.map((call, index) => {
    const before = known[index];
    return before === undefined ? { day, refused: byCall.get(call) } : { day: call.day, refused: before };
  });
}

async function refusedBefore(memory: SpentMemory, calls: Admission[]): Promise<(Refused | undefined)[]> {
  const keysOf = ({ asked, day }: Admission) =>
    budgetScopes.filter((scope) => asked.limits[scope] !== undefined).map((scope) => memoryKey(asked, scope, day));
  const keys = [...new Set(calls.flatMap(keysOf))];
  const amounts = await memory.read(keys);
  const spent = new Map(keys.map((key, index) => [key, amounts[index]]));
  return calls.map(({ asked, day }) => {
    const full = surelyFull(asked.limits, asked.amount, (scope) => spent.get(memoryKey(asked, scope, day)));
    if (full === undefined) return undefined;
    const { scope, limit } = full;
    const subject = subjectOf(scope, { feature: asked.feature, user_id: asked.user_id ?? undefined });
    return { n: 0, scope, subject, limit: whole(limit), spent: whole(full.spent), reserved: "0", is_new: false };
  });
}

function memoryKey({ workspace_id, feature, user_id }: Asked, scope: Refused["scope"], day: string): string {
  const subject = subjectOf(scope, { feature, user_id: user_id ?? undefined });
  return `${day}:${scope}:${scope === "feature" ? "" : workspace_id}:${subject}`;
}

/** Without the exponent that large numbers are written with. */
function whole(amount: number): string {
  return BigInt(amount).toString();
}

function exhausted({ scope, limit, spent, reserved }: Omit<Refused, "n">, feature: string, now: Date) {
  const what = { feature: `the feature ${feature}`, workspace: "the workspace", user: "this person" };
  const whose = scope === "workspace_feature" ? `the workspace at the feature ${feature}` : what[scope];
  // What others spend at a feature, in all workspaces together, is not for this one to know.
  const figures =
    scope === "feature" ? {} : { limit_usd: usdOf(limit), spent_usd: usdOf(spent), reserved_usd: usdOf(reserved) };
  return budgetErrors.budget_exhausted({
    detail: `The AI budget of ${whose} has no room for this call today`,
    extensions: { scope, ...figures },
    retry_after: secondsToNextDay(now),
  });
}

function enteredAs(ctx: Ctx, entry: LedgerEntry, settles: Parameters<AiLedger["record"]>[2]): Omit<Entered, "id"> {
  return {
    ...entry,
    workspace_id: ctx.workspace_id,
    user_id: userOf(ctx) ?? null,
    request_id: ctx.request_id,
    latency_ms: Math.round(entry.latency_ms),
    first_token_ms: entry.first_token_ms === null ? null : Math.round(entry.first_token_ms),
    cost_pico_usd: Math.round(entry.cost_pico_usd),
    settles: settles === undefined ? null : { day: settles.reservation.day, total: Math.round(settles.total_pico_usd) },
  };
}
