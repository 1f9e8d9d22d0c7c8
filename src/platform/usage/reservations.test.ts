import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import {
  limited,
  type Member,
  outcome,
  tally,
  turns,
  type UsageStage,
  usageStage,
} from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";

const day = 86_400_000;
let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 30 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(10));
});

const hold = (amount: number, options: Parameters<UsageStage["hold"]>[2] = {}) =>
  t.hold(ada, [{ feature: turns, amount }], options);
const used = async () => (await t.take(ada, { amount: 1 })).used - 1;

describe("a reservation", () => {
  test("counts as used at once, and holds its place against others", async () => {
    const { items, replayed } = await hold(7);
    expect(items).toMatchObject([{ feature: turns, amount: 7, used: 7, remaining: 3, limit: 10 }]);
    expect(replayed).toBe(false);
    expect(await outcome(t.take(ada, { amount: 4 }))).toBe("usage.limit_reached");
    expect(await t.take(ada, { amount: 3 })).toMatchObject({ used: 10, remaining: 0 });
    expect(await t.books(ada)).toEqual({ counter: 3, held: 7, logs: 3, daily: 3 });
  });

  test("U8: confirmed for less, gives the difference back", async () => {
    const { reservation_id } = await hold(7);
    const { items, status } = await t.confirm(ada, reservation_id, 2);
    expect(status).toBe("confirmed");
    expect(items).toMatchObject([{ held: 7, confirmed: 2, used: 2, remaining: 8 }]);
    expect(await t.books(ada)).toEqual({ counter: 2, held: 0, logs: 2, daily: 2 });
  });

  test("U8: confirmed for more, takes more, capped at the limit, and tells how far", async () => {
    const { reservation_id } = await hold(4);
    await t.take(ada, { amount: 3 });
    expect((await t.confirm(ada, reservation_id, 9)).items).toMatchObject([{ held: 4, confirmed: 7, used: 10 }]);
    expect(await t.books(ada)).toEqual({ counter: 10, held: 0, logs: 10, daily: 10 });
  });

  test("U8: released, gives everything back; again that has no effect", async () => {
    const { reservation_id } = await hold(7);
    expect((await t.release(ada, reservation_id)).replayed).toBe(false);
    expect((await t.release(ada, reservation_id)).replayed).toBe(true);
    expect(await t.books(ada)).toEqual({ counter: 0, held: 0, logs: 0, daily: 0 });
  });

  test("U8: confirmed for nothing, counts nothing", async () => {
    const { reservation_id } = await hold(7);
    expect((await t.confirm(ada, reservation_id, 0)).items).toMatchObject([{ confirmed: 0, used: 0 }]);
    expect(await t.books(ada)).toEqual({ counter: 0, held: 0, logs: 0, daily: 0 });
  });

  test("U8: is over at its expiry, to the instant: before it can be confirmed, at it what it held is there again", async () => {
    const first = await hold(10, { seconds: 600 });
    const [row] = await t.sql<{ now: Date }>("select now()");
    const left = first.expires_at.getTime() - (row?.now.getTime() ?? 0);
    await t.later(left - 60_000, async () => expect(await outcome(t.take(ada))).toBe("usage.limit_reached"));
    await t.later(left, async () => {
      expect(await outcome(t.confirm(ada, first.reservation_id))).toBe("usage.reservation_expired");
      expect(await t.take(ada, { amount: 10 })).toMatchObject({ used: 10 });
      expect(await outcome(t.confirm(ada, first.reservation_id))).toBe("usage.reservation_expired");
      expect((await t.release(ada, first.reservation_id)).replayed).toBe(true);
    });
    expect(await t.books(ada)).toMatchObject({ counter: 10, held: 0, logs: 10 });
  });

  test("that is over shows as nothing before anybody gave it back", async () => {
    await hold(6, { seconds: 60 });
    await hold(3, { seconds: 3_000 });
    const shown = async () => (await t.usage.entitlements(ada, "prism"))[0]?.features.turns;
    expect(await shown()).toMatchObject({ used: 9, reserved: 9, remaining: 1 });
    await t.later(120_000, async () => expect(await shown()).toMatchObject({ used: 3, reserved: 3, remaining: 7 }));
  });

  test("is given back by the maintenance too, of all workspaces", async () => {
    const eve = await makeMember(t);
    await hold(6, { seconds: 60 });
    await t.hold(eve, [{ feature: turns, amount: 2 }], { seconds: 60 });
    const kept = await t.hold(eve, [{ feature: turns, amount: 3 }], { seconds: 3_000 });
    await t.later(120_000, async () => {
      expect((await t.usage.maintain()).expired_counters).toBeGreaterThanOrEqual(2);
      expect(await t.books(ada)).toMatchObject({ held: 0 });
      expect(await t.books(eve)).toMatchObject({ held: 3 });
      await t.confirm(eve, kept.reservation_id);
    });
    expect(await t.books(eve)).toEqual({ counter: 3, held: 0, logs: 3, daily: 3 });
  });

  test("U5: the same key again is the same reservation; for something else a conflict", async () => {
    const key = newId();
    const first = await hold(3, { key });
    const again = await Promise.all(Array.from({ length: 10 }, () => hold(3, { key })));
    expect(again.map(({ reservation_id, replayed }) => [reservation_id, replayed])).toEqual(
      again.map(() => [first.reservation_id, true]),
    );
    expect(await outcome(hold(4, { key }))).toBe("usage.idempotency_conflict");
    expect(await outcome(t.take(ada, { amount: 3, idempotency_key: key }))).toBe("usage.idempotency_conflict");
    expect(await t.books(ada)).toMatchObject({ held: 3 });
  });

  test("U5: 20 first calls with one key at the same time hold once", async () => {
    const key = newId();
    const all = await Promise.all(Array.from({ length: 20 }, () => hold(3, { key })));
    expect(new Set(all.map(({ reservation_id }) => reservation_id)).size).toBe(1);
    expect(await t.books(ada)).toMatchObject({ held: 3 });
  });

  test("of another workspace, or of nobody, is not there", async () => {
    const { reservation_id } = await hold(3);
    const eve = await makeMember(t);
    expect(await outcome(t.confirm(eve, reservation_id))).toBe("usage.reservation_not_found");
    expect(await outcome(t.release(eve, newId()))).toBe("usage.reservation_not_found");
    expect(await t.books(ada)).toMatchObject({ held: 3 });
  });

  test("is all or nothing, and refuses what is no time", async () => {
    expect(await outcome(hold(11))).toBe("usage.limit_reached");
    expect(await t.books(ada)).toMatchObject({ held: 0 });
    await expect(hold(1, { seconds: 0 })).rejects.toThrow(RangeError);
    await expect(hold(1, { seconds: 86_401 })).rejects.toThrow(RangeError);
  });
});

describe("settled twice", () => {
  test("U9: 20 confirmations at once count once, and each gets the first answer", async () => {
    const { reservation_id } = await hold(7);
    const all = await Promise.all(Array.from({ length: 20 }, () => t.confirm(ada, reservation_id, 5)));
    expect(all.filter(({ replayed }) => !replayed).length).toBe(1);
    expect(all.map(({ items }) => items[0]?.confirmed)).toEqual(all.map(() => 5));
    expect(await outcome(t.confirm(ada, reservation_id, 6))).toBe("usage.reservation_settled");
    expect(await outcome(t.release(ada, reservation_id))).toBe("usage.reservation_settled");
    expect(await t.books(ada)).toEqual({ counter: 5, held: 0, logs: 5, daily: 5 });
  });

  test("U9: confirm against release at the same time: exactly one of them", async () => {
    for (let n = 0; n < 5; n++) {
      const { reservation_id } = await hold(2);
      const told = await Promise.all([
        outcome(t.confirm(ada, reservation_id)),
        outcome(t.release(ada, reservation_id)),
      ]);
      expect(tally(told)).toEqual({ ok: 1, "usage.reservation_settled": 1 });
    }
    const { counter, held, logs } = await t.books(ada);
    expect({ held, logs }).toEqual({ held: 0, logs: counter });
  });

  test("U9: expiry by many at once, and against confirmation, gives back once", async () => {
    const { reservation_id } = await hold(6, { seconds: 60 });
    await t.later(60_001, async () => {
      const told = await Promise.all([
        ...Array.from({ length: 10 }, () => outcome(t.take(ada))),
        outcome(t.confirm(ada, reservation_id)),
        outcome(t.usage.maintain()),
        outcome(t.release(ada, reservation_id)),
      ]);
      expect(tally(told)).toEqual({ ok: 12, "usage.reservation_expired": 1 });
    });
    expect(await t.books(ada)).toEqual({ counter: 10, held: 0, logs: 10, daily: 10 });
  });
});

describe("beyond its window or plan", () => {
  test("U10: released after the reset, it leaves the new window alone", async () => {
    const { reservation_id } = await hold(6, { seconds: 86_400 });
    const [row] = await t.sql<{ left: number }>(
      "select extract(epoch from window_end - now())::float * 1000 as left from usage.usage_counters where workspace_id = $1",
      [ada.workspace_id],
    );
    // Before it expires, whenever in the day this runs.
    await t.later(Math.min((row?.left ?? 0) + 1_000, day - 60_000), async () => {
      expect(await used()).toBe(0);
      await t.release(ada, reservation_id);
      expect(await t.books(ada)).toMatchObject({ counter: 1, held: 0 });
    });
  });

  test("U10: confirmed after the reset, it counts in the window and on the day in which it was held, and no more than it held", async () => {
    const { reservation_id } = await hold(6, { seconds: 86_400 });
    const [row] = await t.sql<{ left: number; today: string }>(
      "select extract(epoch from window_end - now())::float * 1000 as left, now()::date::text as today from usage.usage_counters where workspace_id = $1",
      [ada.workspace_id],
    );
    await t.later(Math.min((row?.left ?? 0) + 1_000, day - 60_000), async () => {
      expect(await used()).toBe(0);
      expect((await t.confirm(ada, reservation_id, 9)).items).toMatchObject([{ confirmed: 6 }]);
      expect(await used()).toBe(1);
      const rows = await t.sql(
        "select day::text, used::int from usage.workspace_daily_usage where workspace_id = $1 order by day limit 1",
        [ada.workspace_id],
      );
      expect(rows).toEqual([{ day: row?.today, used: 6 }]);
    });
  });

  test("U10: over after the reset, it leaves what the new window holds alone", async () => {
    // Where it is about noon now: a day later, less a minute, another window runs for hours.
    const ahead = 12 - new Date().getUTCHours();
    await t.sql("update workspaces.workspaces set time_zone = $1 where id = $2", [
      `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`,
      ada.workspace_id,
    ]);
    const old = await hold(6, { seconds: 86_400 });
    const left = old.expires_at.getTime() - t.clock.now().getTime();
    const fresh = await t.later(left - 60_000, () => hold(4, { seconds: 600 }));
    await t.later(left + 1_000, async () => {
      expect(await t.take(ada, { amount: 6 })).toMatchObject({ used: 10 });
      expect(await t.books(ada)).toMatchObject({ counter: 6, held: 4 });
      await t.confirm(ada, fresh.reservation_id);
    });
    expect(await t.books(ada)).toMatchObject({ counter: 10, held: 0, logs: 10 });
  });

  test("U17: the plan ends between: what was admitted is confirmed, the next is denied", async () => {
    const { reservation_id } = await hold(6);
    await t.plan({});
    expect(await outcome(hold(1))).toBe("entitlements.missing");
    expect((await t.confirm(ada, reservation_id)).items).toMatchObject([{ confirmed: 6 }]);
    expect(await t.books(ada)).toMatchObject({ counter: 6, held: 0, logs: 6 });
  });

  test("U17: a downgrade between: confirmed as held, nothing beyond it", async () => {
    const { reservation_id } = await hold(6);
    await t.plan(limited(2));
    expect((await t.confirm(ada, reservation_id, 9)).items).toMatchObject([{ confirmed: 6, used: 6, remaining: 0 }]);
  });
});

describe("by key", () => {
  const back = (key: string) => t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, key));

  test("what was confirmed is given back; what is held is not, and what was released is not there", async () => {
    const [open, confirmed, released] = [newId(), newId(), newId()];
    await hold(2, { key: open });
    await t.confirm(ada, (await hold(3, { key: confirmed })).reservation_id, 1);
    await t.release(ada, (await hold(3, { key: released })).reservation_id);
    expect(await outcome(back(open))).toBe("usage.reservation_open");
    expect(await outcome(back(released))).toBe("usage.nothing_to_give_back");
    await back(confirmed);
    expect(await t.books(ada)).toEqual({ counter: 0, held: 2, logs: 0, daily: 0 });
  });
});
