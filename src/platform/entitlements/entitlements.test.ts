import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { createEvents } from "../events/index.ts";
import { createEntitlements, type Entitlements } from "./index.ts";

type GrantInput = Parameters<Entitlements["grant"]>[2];
const day = 86_400_000;
let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(5));
});

const inDays = (days: number) => new Date(t.clock.now().getTime() + days * day);
const grant = (source: string, more: Partial<GrantInput> = {}) =>
  t.db.asSystem("test", (tx) =>
    t.entitlements.grant(tx, ada, {
      workspace_id: ada.workspace_id,
      product: "prism",
      source,
      plan_id: "prism.pro",
      plan_version_id: newId(),
      rank: 10,
      seats: 1,
      standing: "good",
      reason: null,
      features: limited(50),
      starts_at: inDays(-1),
      ends_at: inDays(30),
      ...more,
    }),
  );
const snapshot = () => t.db.inWorkspace(ada, (tx) => t.entitlements.get(tx, ada, "prism"));
const timeline = async (query = {}) => (await t.entitlements.timeline(ada, { limit: 100, ...query })).data;

describe("a snapshot", () => {
  test("M1, M2: of several sources is the highest of each feature; one that ends leaves the others as they are", async () => {
    await grant("stripe:sub_1", { ends_at: inDays(10) });
    await grant("app_store:1", { ends_at: inDays(20), features: limited(70), rank: 5, plan_id: "prism.plus" });
    expect(await snapshot()).toMatchObject({ plan_id: "prism.pro", features: { turns: { limit: 70 } } });
    expect((await snapshot()).sources.map(({ source }) => source)).toEqual(["stripe:sub_1", "app_store:1", "default"]);
    await grant("stripe:sub_1", { ends_at: inDays(-0.1), standing: "ended" });
    expect(await snapshot()).toMatchObject({ plan_id: "prism.plus", features: { turns: { limit: 70 } } });
  });

  test("of 20 sources at once has all of them, and its version grows by one with each", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => grant(`stripe:sub_${n}`, { features: limited(10 + n) })));
    const { sources, features, version } = await snapshot();
    expect(sources.length).toBe(21);
    expect(features).toMatchObject({ turns: { limit: 29 } });
    expect(version).toBe(20);
  });

  test("C1, C3: is over at valid_until to the instant, whoever noticed", async () => {
    await grant("stripe:sub_1", { ends_at: inDays(10) });
    const { valid_until } = await snapshot();
    const left = (valid_until?.getTime() ?? 0) - t.clock.now().getTime();
    await t.later(left - 60_000, async () => expect((await snapshot()).plan_id).toBe("prism.pro"));
    await t.later(left + 10, async () => expect((await snapshot()).plan_id).toBe("prism.free"));
  });

  test("its followers are told of each, in the transaction that computed it", async () => {
    const events = createEvents({ db: t.db, onError: () => {} });
    const entitlements = createEntitlements({ db: t.db, events });
    const told: [string, number][] = [];
    entitlements.follow(async (_tx, ctx, { plan_id, version }) => {
      if (ctx.workspace_id === ada.workspace_id) told.push([plan_id, version]);
    });
    await t.db.inWorkspace(ada, (tx) => entitlements.get(tx, ada, "prism"));
    await t.db.inWorkspace(ada, (tx) => entitlements.get(tx, ada, "prism"));
    expect(told).toEqual([["prism.free", 1]]);
  });
});

describe("read", () => {
  let entitlements: Entitlements;
  let asked = 0;
  beforeAll(async () => {
    const events = createEvents({ db: t.db, onError: () => {} });
    const db: Pick<Database, "inWorkspace" | "statement"> = {
      statement: t.db.statement,
      inWorkspace: (ctx, work) => {
        asked++;
        return t.db.inWorkspace(ctx, work);
      },
    };
    entitlements = createEntitlements({ db, events, listener: t.listener, clock: t.clock });
    await t.listener.start();
  });
  const plan = async () => (await entitlements.read(ada, "prism")).plan_id;
  /** Until it is so: a notification is on its way. */
  const until = async (isSo: () => Promise<boolean>) => {
    while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
  };

  test("answers from memory, and hears of every change", async () => {
    expect(await plan()).toBe("prism.free");
    // The first computation notified too: when that was heard, nothing more comes.
    await until(async () => {
      const before = asked;
      await plan();
      return asked === before;
    });
    const before = asked;
    for (let n = 0; n < 20_000; n++) await plan();
    expect(asked).toBe(before);
    await grant("stripe:sub_1");
    await until(async () => (await plan()) === "prism.pro");
    await t.plan({ ...limited(5), glow: { kind: "flag", enabled: true } });
    await until(async () => "glow" in (await entitlements.read(ada, "prism")).features);
    await expect(entitlements.require(ada, "prism.glow")).resolves.toBeUndefined();
    expect(await outcome(entitlements.require(ada, "prism.other"))).toBe("entitlements.missing");
  });

  test("C2, C3: is never past its end, though nobody notified", async () => {
    await grant("stripe:sub_1", { ends_at: inDays(10) });
    await until(async () => (await plan()) === "prism.pro");
    await t.later(10 * day + 1_000, async () => expect(await plan()).toBe("prism.free"));
  });
});

describe("the timeline", () => {
  test("says why an account is on its plan: what was given, what changed by it, what the time ended", async () => {
    await snapshot();
    await grant("stripe:sub_1", { seats: 3, ends_at: inDays(10) });
    await grant("stripe:sub_1", { seats: 3, ends_at: inDays(10), standing: "grace", reason: "payment_failed" });
    await t.later(11 * day, async () => {
      await snapshot();
      const entries = await timeline();
      expect(entries.map(({ outcome, source, what, detail }) => ({ outcome, source, what, detail }))).toEqual([
        {
          outcome: "applied",
          source: "time",
          what: "Plan changed from prism.pro to prism.free",
          detail:
            "Seats changed from 3 to 1; Standing changed from grace (payment_failed) to ended (payment_failed); turns: 50 a day → 5 a day",
        },
        {
          outcome: "applied",
          source: "stripe:sub_1",
          what: "Standing changed from good to grace (payment_failed)",
          detail: null,
        },
        {
          outcome: "applied",
          source: "stripe:sub_1",
          what: expect.stringMatching(/^stripe:sub_1 gives prism.pro with 3 seats until .*, grace \(payment_failed\)$/),
          detail: expect.stringMatching(/^Before: stripe:sub_1 gives prism.pro with 3 seats until .*, good$/),
        },
        {
          outcome: "applied",
          source: "stripe:sub_1",
          what: "Plan changed from prism.free to prism.pro",
          detail: "Seats changed from 1 to 3; Standing changed from none to good; turns: 5 a day → 50 a day",
        },
        {
          outcome: "applied",
          source: "stripe:sub_1",
          what: expect.stringMatching(/^stripe:sub_1 gives prism.pro with 3 seats until .*, good$/),
          detail: null,
        },
      ]);
      const [ended] = entries;
      expect([ended?.plan_before, ended?.plan_after]).toEqual(["prism.pro", "prism.free"]);
      // Dated when it was so, not when somebody looked.
      const late = (ended?.created_at.getTime() ?? 0) - (ended?.at.getTime() ?? 0);
      expect(late).toBeGreaterThan(0.9 * day);
    });
  });

  test("has nothing new when the same is granted again, and when nothing changed", async () => {
    const same = { plan_version_id: newId(), starts_at: inDays(-1), ends_at: inDays(10) };
    await grant("stripe:sub_1", same);
    const before = await timeline();
    await grant("stripe:sub_1", same);
    await t.plan(limited(4));
    await snapshot();
    expect(await timeline()).toEqual(before);
  });

  test("has what others ignored and refused, by product and in pages, in the order of time", async () => {
    const note = (n: number, product: string | null) =>
      t.db.asSystem("test", (tx) =>
        t.entitlements.note(tx, ada, {
          outcome: n % 2 === 0 ? "ignored" : "rejected",
          product,
          source: "stripe",
          what: `note ${n}`,
          reference: `evt_${n}`,
        }),
      );
    for (let n = 0; n < 5; n++) await note(n, n < 3 ? "prism" : null);
    expect((await timeline({ product: "prism" })).map(({ what }) => what)).toEqual(["note 2", "note 1", "note 0"]);
    const first = await t.entitlements.timeline(ada, { limit: 2 });
    expect(first.data).toMatchObject([
      { what: "note 4", outcome: "ignored", reference: "evt_4", product: null, detail: null },
      { what: "note 3", outcome: "rejected" },
    ]);
    const second = await t.entitlements.timeline(ada, { limit: 2, cursor: first.next_cursor ?? "" });
    expect(second.data.map(({ what }) => what)).toEqual(["note 2", "note 1"]);
    expect(await t.entitlements.timeline(await makeMember(t), { limit: 10 })).toEqual({ data: [], next_cursor: null });
  });

  test("cannot be rewritten", async () => {
    const [row] = await t.sql(
      `select has_table_privilege('plinth_app', 'entitlements.timeline', 'update, delete, truncate') as app,
         has_table_privilege('plinth_system', 'entitlements.timeline', 'update, delete, truncate') as system`,
    );
    expect(row).toEqual({ app: false, system: false });
  });
});
