import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import {
  limited,
  type Member,
  outcome,
  somebodyWaits,
  tally,
  turns,
  type UsageStage,
  usageStage,
} from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";

let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 40 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(5));
});

const take = (ctx: Member = ada, options: Parameters<UsageStage["take"]>[1] = {}) => t.take(ctx, options);
/** The number n when what was used is the same in all three tables, and nothing is held. */
const agreed = (n: number) => ({ counter: n, held: 0, logs: n, daily: n });

describe("consume", () => {
  test("U1: 1,600 on 40 connections at a limit of 250: exactly 250, and counter, log and aggregate agree", async () => {
    await t.plan(limited(250));
    // As many at once as there are connections: a longer queue would test the pool's patience.
    const lane = async () => {
      const told: string[] = [];
      for (let n = 0; n < 40; n++) told.push(await outcome(take()));
      return told;
    };
    const outcomes = (await Promise.all(Array.from({ length: 40 }, lane))).flat();
    expect(tally(outcomes)).toEqual({ ok: 250, "usage.limit_reached": 1_350 });
    expect(await t.books(ada)).toEqual(agreed(250));
  });

  test("U2: a limit of 0 denies the first unit", async () => {
    await t.plan(limited(0));
    expect(await outcome(take())).toBe("usage.limit_reached");
    expect(await t.books(ada)).toEqual(agreed(0));
  });

  test("tells limit, used and when it resets", async () => {
    const { limit, used, remaining, resets_at } = await take(ada, { amount: 4 });
    expect({ limit, used, remaining }).toEqual({ limit: 5, used: 4, remaining: 1 });
    const refusal = await take(ada, { amount: 2 }).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: "usage.limit_reached",
      occurrence: { extensions: { limit: 5, used: 4, resets_at } },
    });
  });

  test("U4: a limit lowered while the call waits on the counter's row counts", async () => {
    await take();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let holding = () => {};
    const isHolding = new Promise<void>((resolve) => {
      holding = resolve;
    });
    const holder = t.db.inWorkspace(ada, async (tx) => {
      await t.usage.consume(tx, ada, turns, { idempotency_key: newId() });
      holding();
      await held;
    });
    await isHolding;
    const waiter = outcome(take());
    await somebodyWaits(t);
    await t.plan(limited(1));
    release();
    await holder;
    expect(await waiter).toBe("usage.limit_reached");
    expect(await t.books(ada)).toEqual(agreed(2));
  });

  test("U5: the same key is counted once and answers as it did first; for something else it is a conflict", async () => {
    const idempotency_key = newId();
    const first = await take(ada, { idempotency_key });
    await take();
    const again = await Promise.all(Array.from({ length: 50 }, () => take(ada, { idempotency_key })));
    expect(again).toEqual(again.map(() => ({ ...first, replayed: true })));
    expect(await outcome(take(ada, { idempotency_key, amount: 2 }))).toBe("usage.idempotency_conflict");
    expect(await t.books(ada)).toEqual(agreed(2));
  });

  test("U5: 50 first calls with one key at the same time take one unit", async () => {
    const idempotency_key = newId();
    const all = await Promise.all(Array.from({ length: 50 }, () => take(ada, { idempotency_key })));
    expect(all.filter(({ replayed }) => !replayed).length).toBe(1);
    expect(await t.books(ada)).toEqual(agreed(1));
  });

  test("U6: takes all or nothing", async () => {
    await take(ada, { amount: 3 });
    expect(await outcome(take(ada, { amount: 3 }))).toBe("usage.limit_reached");
    expect(await t.books(ada)).toEqual(agreed(3));
  });

  test.each([0, -1, 1.5, Number.NaN])("refuses the amount %d", async (amount) => {
    await expect(take(ada, { amount })).rejects.toThrow(RangeError);
  });

  test("U14: unlimited has no limit and is still counted", async () => {
    await t.plan(limited(null));
    expect(await take(ada, { amount: 1_000_000 })).toMatchObject({ limit: null, remaining: null, used: 1_000_000 });
  });

  test("U15: a feature that the plan does not have, or that is no limit, is denied", async () => {
    const use = (name: string) =>
      outcome(t.db.inWorkspace(ada, (tx) => t.usage.consume(tx, ada, name, { idempotency_key: newId() })));
    expect(await use("prism.unheard_of")).toBe("entitlements.missing");
    expect(await use("prism.spectrum")).toBe("entitlements.missing");
    expect(await use("nothing.at_all")).toBe("entitlements.unknown_product");
  });

  test("counts per member where the plan says so, and per workspace where it does not", async () => {
    const eve = await makeMember(t);
    const guest = { ...eve, workspace_id: ada.workspace_id };
    await t.plan(limited(1, { per: "member" }));
    expect([await outcome(take()), await outcome(take(guest)), await outcome(take())]).toEqual([
      "ok",
      "ok",
      "usage.limit_reached",
    ]);
    await t.plan(limited(1));
    expect([await outcome(take()), await outcome(take(guest))]).toEqual(["ok", "usage.limit_reached"]);
  });

  test("C3: a grant whose time is over gives nothing, though no worker noticed", async () => {
    const [now] = await t.sql<{ now: Date }>("select now()");
    const ends_at = new Date((now?.now.getTime() ?? 0) + 3_600_000);
    const grant = {
      workspace_id: ada.workspace_id,
      product: "prism",
      source: "test",
      plan_id: "prism.pro",
      plan_version_id: newId(),
      rank: 9,
      seats: 1,
      standing: "good" as const,
      reason: null,
      features: limited(50),
      starts_at: new Date(0),
      ends_at,
    };
    await t.db.asSystem("test", (tx) => t.entitlements.grant(tx, ada, grant));
    expect(await take(ada, { amount: 20 })).toMatchObject({ limit: 50 });
    t.clock.advance(3_600_000);
    try {
      expect(await outcome(take())).toBe("usage.limit_reached");
      expect((await t.usage.entitlements(ada, "prism"))[0]).toMatchObject({
        plan_id: "prism.free",
        features: { turns: { limit: 5 } },
      });
    } finally {
      t.clock.advance(-3_600_000);
    }
  });
});

describe("the window", () => {
  test("C1, C4: ends at midnight of the workspace's zone, and then everything is there again", async () => {
    const traveller = await makeMember(t, { time_zone: "Pacific/Kiritimati" });
    const first = await take(traveller, { amount: 5 });
    const end = first.resets_at?.getTime() ?? 0;
    expect(new Date(end).toISOString()).toMatch(/T10:00:00\.000Z$/);
    const ahead = t.clock.offset();
    t.clock.advance(end - t.clock.now().getTime() + 1_000);
    try {
      expect(await take(traveller)).toMatchObject({ used: 1, remaining: 4 });
    } finally {
      t.clock.advance(ahead - t.clock.offset());
    }
  });

  test.each([
    ["day", "2026-03-29T12:00:00Z", "Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"],
    ["day", "2026-10-25T12:00:00Z", "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"],
    ["week", "2026-11-22T23:59:59Z", "UTC", "2026-11-16T00:00:00Z", "2026-11-23T00:00:00Z"],
    ["month", "2026-02-10T00:00:00Z", "Asia/Tokyo", "2026-01-31T15:00:00Z", "2026-02-28T15:00:00Z"],
  ])("C4: a %s around %s in %s", async (window, at, zone, start, end) => {
    expect(await t.sql("select * from usage.window_of($1, $2, $3)", [window, at, zone])).toEqual([
      { window_start: new Date(start), window_end: new Date(end) },
    ]);
  });

  test("C6: an upgrade within the window keeps what was used; a downgrade denies until it resets", async () => {
    await take(ada, { amount: 5 });
    await t.plan(limited(8));
    expect(await take()).toMatchObject({ used: 6, remaining: 2 });
    await t.plan(limited(2));
    expect(await outcome(take())).toBe("usage.limit_reached");
    const [prism] = await t.usage.entitlements(ada, "prism");
    expect(prism?.features.turns).toMatchObject({ limit: 2, used: 6, remaining: 0 });
  });
});

describe("giving back", () => {
  const back = (key: string, ctx: Member = ada) => t.db.inWorkspace(ctx, (tx) => t.usage.giveBack(tx, ctx, key));

  test("U12: returns what the key took, once, however often it is asked at the same time", async () => {
    const key = newId();
    await take(ada, { amount: 3, idempotency_key: key });
    await Promise.all(Array.from({ length: 20 }, () => back(key)));
    expect(await t.books(ada)).toEqual(agreed(0));
    expect(await outcome(back(newId()))).toBe("usage.nothing_to_give_back");
  });

  test("U10: after the window has ended it leaves the new window alone", async () => {
    const key = newId();
    await take(ada, { amount: 3, idempotency_key: key });
    const ahead = t.clock.offset();
    t.clock.advance(86_400_000);
    try {
      await take(ada, { amount: 2 });
      await back(key);
      expect(await t.books(ada)).toEqual(agreed(2));
    } finally {
      t.clock.advance(ahead - t.clock.offset());
    }
  });

  test("another workspace's key is unknown", async () => {
    const key = newId();
    await take(ada, { idempotency_key: key });
    expect(await outcome(back(key, await makeMember(t)))).toBe("usage.nothing_to_give_back");
  });

  test("U18: after any history the aggregate is what the logs add up to, and the counter never passes the limit", async () => {
    const action = fc.record({
      kind: fc.constantFrom("take", "back", "again"),
      key: fc.integer({ min: 0, max: 5 }),
      amount: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 25 }), async (actions) => {
        const ctx = await makeMember(t);
        await Promise.all(
          actions.map(({ kind, key, amount }) =>
            kind === "back"
              ? outcome(back(`k${key}`, ctx))
              : outcome(take(ctx, { amount, idempotency_key: `k${key}` })),
          ),
        );
        const sums = await t.books(ctx);
        expect(sums).toEqual(agreed(sums.counter));
        expect(sums.counter).toBeLessThanOrEqual(5);
      }),
      { numRuns: 25 },
    );
  });
});
