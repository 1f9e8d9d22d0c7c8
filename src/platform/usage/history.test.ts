import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, turns, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";

let t: UsageStage;
beforeAll(async () => {
  t = await usageStage({ pool_size: 12 });
});
afterAll(() => t.close());
beforeEach(() => t.plan(limited(6)));

const hour = 3_600_000;
const step = fc.record({
  kind: fc.constantFrom(
    "take",
    "late",
    "hold",
    "confirm",
    "release",
    "expire",
    "refund",
    "back",
    "zone",
    "wait",
    "credit",
  ),
  key: fc.integer({ min: 0, max: 5 }),
  amount: fc.integer({ min: 1, max: 4 }),
});
type Step = { kind: string; key: number; amount: number };
const zones = ["UTC", "Asia/Tokyo", "Pacific/Kiritimati", "America/New_York", "Pacific/Midway"];

/** The stage's own connection takes one statement after the other. */
let stage: Promise<unknown> = Promise.resolve();
function inTurn<R>(work: () => Promise<R>): Promise<R> {
  const done = stage.then(work);
  stage = done.catch(() => undefined);
  return done;
}

/** Plays one step; `held` has the reservations so far. */
async function play(ctx: Member, { kind, key, amount }: Step, held: string[]): Promise<void> {
  const idempotency_key = `k${key}`;
  const id = held[key % Math.max(1, held.length)] ?? newId();
  const inWorkspace = <R>(work: Parameters<typeof t.db.inWorkspace<R>>[1]) => t.db.inWorkspace(ctx, work);
  switch (kind) {
    case "take":
      return void (await outcome(t.take(ctx, { amount, idempotency_key })));
    case "late": {
      const occurred_at = new Date(t.clock.now().getTime() - 30 * hour);
      return void (await outcome(t.take(ctx, { amount, idempotency_key, occurred_at })));
    }
    case "hold":
      return void (await t
        .hold(ctx, [{ feature: turns, amount }], { key: `h${key}`, seconds: 7_200 })
        .then(({ reservation_id }) => held.push(reservation_id))
        .catch(() => undefined));
    case "confirm":
      return void (await outcome(t.confirm(ctx, id, amount)));
    case "release":
      return void (await outcome(t.release(ctx, id)));
    case "expire":
      return void (await outcome(t.usage.maintain()));
    case "refund":
      return void (await outcome(
        inWorkspace((tx) => t.usage.refund(tx, ctx, { idempotency_key, amount, reason: "timeout" })),
      ));
    case "back":
      return void (await outcome(inWorkspace((tx) => t.usage.giveBack(tx, ctx, `h${key}`))));
    case "zone":
      return void (await inTurn(() =>
        t.sql("update workspaces.workspaces set time_zone = $1 where id = $2", [
          zones[key % zones.length],
          ctx.workspace_id,
        ]),
      ));
    case "credit":
      return void (await inTurn(() => t.credit(ctx, amount)));
    case "wait":
      t.clock.advance(key * hour);
  }
}

/** What does not agree in the books of a workspace; empty when everything does. */
async function disagreements({ workspace_id }: Member): Promise<unknown[]> {
  return t.sql(
    `with log as (select * from usage.usage_logs where workspace_id = $1),
       held as (select * from usage.reservations where workspace_id = $1 and status = 'open')
     select 'counter' as what, c.used::int, coalesce((select sum(l.amount - l.from_credits) from log l
         where l.window_start = c.window_start and l.subject_id = c.subject_id and l.lifetime = c.lifetime), 0)::int as should
       from usage.usage_counters c where c.workspace_id = $1
         and c.used <> coalesce((select sum(l.amount - l.from_credits) from log l
           where l.window_start = c.window_start and l.subject_id = c.subject_id and l.lifetime = c.lifetime), 0)
     union all
     select 'held', c.held::int, 0 from usage.usage_counters c where c.workspace_id = $1
         and c.held <> coalesce((select sum(h.amount - h.from_credits) from held h
           where h.window_start = c.window_start and h.subject_id = c.subject_id and h.lifetime = c.lifetime), 0)
     union all
     select 'daily', d.used::int, l.used from (select day, product, feature, used from usage.workspace_daily_usage where workspace_id = $1) d
       full join (select day, product, feature, sum(amount)::int as used from log group by 1, 2, 3) l using (day, product, feature)
       where coalesce(d.used, 0) <> coalesce(l.used, 0)
     union all
     select 'limit', c.used::int, 6 from usage.usage_counters c where c.workspace_id = $1 and c.used + c.held > 6
     union all
     select 'day below zero', d.used::int, 0 from usage.workspace_daily_usage d where d.workspace_id = $1 and d.used < 0
     union all
     select 'credits', k.given::int, (k.left + spent.n + held.n)::int
       from (select coalesce(sum(amount), 0) as given, coalesce(sum(remaining), 0) as left from usage.credits where workspace_id = $1) k,
         (select coalesce(sum(from_credits), 0) as n from log) spent, (select coalesce(sum(from_credits), 0) as n from held) held
       where k.given <> k.left + spent.n + held.n`,
    [workspace_id],
  );
}

describe("U18: after any history", () => {
  test("one after the other: counters, holds, days and credits are what the log says, and the limit is never passed", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const ctx = await makeMember(t);
        const held: string[] = [];
        const ahead = t.clock.offset();
        for (const each of steps) {
          await play(ctx, each, held);
          expect(await disagreements(ctx)).toEqual([]);
        }
        t.clock.advance(ahead - t.clock.offset());
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  test("in parallel: the same", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 4, maxLength: 16 }), { minLength: 2, maxLength: 5 }),
        async (lists) => {
          const ctx = await makeMember(t);
          const held: string[] = [];
          const ahead = t.clock.offset();
          for (const steps of lists) {
            await Promise.all(steps.map((each) => play(ctx, each, held)));
            expect(await disagreements(ctx)).toEqual([]);
          }
          t.clock.advance(ahead - t.clock.offset());
        },
      ),
      { numRuns: 20 },
    );
  }, 120_000);
});
