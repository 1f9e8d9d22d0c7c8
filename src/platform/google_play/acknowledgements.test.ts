import Type from "typebox";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeGooglePlay, startFakeGooglePlay } from "../../../test/support/fake-google-play.ts";
import type { Ctx } from "../../core/context.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createEvents, createWorker, defineEvent } from "../events/index.ts";
import { createPlayApi } from "./api.ts";
import { createAcknowledgements, googlePlaySubscribers } from "./index.ts";
import { type SimulatedPurchase, subscriptionPurchase } from "./simulator.ts";
import { takeDue } from "./store.ts";

const hour = 3_600_000;
const day = 24 * hour;

let t: TestDatabase;
let fake: FakeGooglePlay;
let ctx: Ctx;
let token: string;
let lines: Record<string, unknown>[];
const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(JSON.parse(line)) });
beforeAll(async () => {
  t = await testDatabase({ pool_size: 20 });
  fake = await startFakeGooglePlay();
});
afterAll(async () => {
  await fake.close();
  await t.close();
});
beforeEach(async () => {
  lines = [];
  fake.requests.length = 0;
  fake.acknowledged.length = 0;
  await t.sql("delete from google_play.acknowledgements");
  ctx = await makeMember(t);
  token = `token-${ctx.workspace_id}`;
});
afterEach(() => fake.fail(undefined));

/** As in a process of its own. */
function processOf(metrics = createMetrics()) {
  const api = createPlayApi({ ...fake.api, clock: t.clock });
  const package_names = ["com.example.first", fake.package_name];
  return createAcknowledgements({ db: t.db, api, package_names, clock: t.clock, logger, metrics });
}
const put = (options: SimulatedPurchase = {}, purchase_token = token) =>
  fake.put(purchase_token, subscriptionPurchase(options, t.clock.now()));
const rows = () =>
  t.sql<{ status: string; reason: string | null; attempts: number; external_id: string; alerted_at: Date | null }>(
    "select * from google_play.acknowledgements order by created_at",
  );
const states = async () => (await rows()).map(({ status, reason }) => [status, reason]);
const errors = () => lines.filter(({ level }) => level === 50 || level === "error");
/** Goes forward in time, sweeping each hour as the timer would. */
const sweepFor = async (milliseconds: number, process = processOf()) => {
  for (let passed = 0; passed < milliseconds; passed += hour) {
    t.clock.advance(hour);
    await process.maintain();
  }
};
const granted = (options: SimulatedPurchase = {}) => {
  put(options);
  return processOf().want(ctx, token);
};

describe("a purchase that was granted", () => {
  test("G2: is acknowledged, once, and what it is is kept", async () => {
    await granted({ price_id: "pro:monthly", order_id: "GPA.1" });
    expect(fake.acknowledged).toEqual([token]);
    expect(fake.requests).toContainEqual(
      expect.stringMatching(/^POST .*com\.example\.app\/purchases\/subscriptions\/pro\/tokens\/.*:acknowledge$/),
    );
    expect(await rows()).toMatchObject([
      {
        status: "done",
        workspace_id: ctx.workspace_id,
        external_id: token,
        package_name: fake.package_name,
        product_id: "pro",
        order_id: "GPA.1",
      },
    ]);
    await sweepFor(4 * day);
    expect(fake.acknowledged).toHaveLength(1);
    expect(errors()).toEqual([]);
  });

  test("G4: a renewal asks for nothing more; a top-up is a purchase of its own", async () => {
    await granted({ prepaid: true });
    await processOf().want(ctx, token);
    expect(fake.acknowledged).toEqual([token]);
    put({ prepaid: true, linked_purchase_token: token }, `${token}-2`);
    await processOf().want(ctx, `${token}-2`);
    expect(fake.acknowledged).toEqual([token, `${token}-2`]);
  });

  test("that the app has acknowledged is left alone", async () => {
    await granted({ acknowledged: true });
    expect(fake.acknowledged).toEqual([]);
    expect(await states()).toEqual([["done", null]]);
  });

  test("G3: while it is pending it is never acknowledged, and as soon as it is paid it is", async () => {
    await granted({ state: "PENDING" });
    await sweepFor(5 * hour);
    expect(fake.requests.filter((request) => request.includes(":acknowledge"))).toEqual([]);
    expect(await states()).toEqual([["wanted", "payment_pending"]]);
    put();
    await sweepFor(2 * hour);
    expect(fake.acknowledged).toEqual([token]);
  });

  test("G18: that has ended needs nothing", async () => {
    await granted({ state: "EXPIRED" });
    expect(await states()).toEqual([["not_needed", "ended"]]);
    expect(fake.acknowledged).toEqual([]);
  });
});

describe("trouble", () => {
  test.each(["down", "error", "quota", "forbidden", "garbage"] as const)(
    "Google is away (%s): it is done when it is back",
    async (mode) => {
      fake.fail(mode);
      await granted();
      await sweepFor(3 * hour);
      expect(await states()).toEqual([["wanted", "store_unreachable"]]);
      fake.fail(undefined);
      await sweepFor(2 * hour);
      expect(fake.acknowledged).toEqual([token]);
      expect(await states()).toEqual([["done", null]]);
    },
  );

  test("it is tried less and less often, and never more seldom than each hour", async () => {
    fake.fail("error", ":acknowledge");
    await granted();
    const process = processOf();
    const tries = () => fake.requests.filter((request) => request.includes(":acknowledge")).length;
    for (let minute = 0; minute < 60; minute++) {
      t.clock.advance(60_000);
      await process.maintain();
    }
    expect(tries()).toBeGreaterThan(3);
    expect(tries()).toBeLessThan(9);
    const before = tries();
    await sweepFor(10 * hour, process);
    expect(tries() - before).toBeGreaterThanOrEqual(9);
  });

  test("a crash after Google has heard it, before we wrote it down: it is found out, not told again", async () => {
    fake.fail("lost", ":acknowledge");
    await granted();
    expect(await states()).toEqual([["wanted", "store_unreachable"]]);
    fake.fail(undefined);
    await sweepFor(2 * hour);
    expect(await states()).toEqual([["done", null]]);
    expect(fake.acknowledged).toEqual([token]);
  });

  test("a crash between the note and the first attempt: the next sweep does it", async () => {
    put();
    const broken = createAcknowledgements({
      db: { ...t.db, systemStatement: () => Promise.reject(new Error("the process died")) },
      api: createPlayApi({ ...fake.api, clock: t.clock }),
      package_names: [fake.package_name],
      clock: t.clock,
      logger,
      metrics: createMetrics(),
    });
    await expect(broken.want(ctx, token)).rejects.toThrow("died");
    await processOf().maintain();
    expect(fake.acknowledged).toEqual([token]);
  });

  test("Google refuses, for what only Google knows: it is looked at again, and the reason kept", async () => {
    fake.put(token, subscriptionPurchase({ price_id: "pro:monthly" }, t.clock.now()));
    const api = createPlayApi({ ...fake.api, clock: t.clock });
    const refusing = createAcknowledgements({
      db: t.db,
      api: { ...api, acknowledge: (purchase) => api.acknowledge({ ...purchase, product_id: "another" }) },
      package_names: [fake.package_name],
      clock: t.clock,
      logger,
      metrics: createMetrics(),
    });
    await refusing.want(ctx, token);
    expect(await states()).toEqual([["wanted", "404 notFound"]]);
    await sweepFor(2 * hour);
    expect(await states()).toEqual([["done", null]]);
  });
});

describe("alerts", () => {
  const unacknowledged = async (process = createMetrics()) => {
    processOf(process);
    const { body } = await process.page();
    const value = (state: string) =>
      Number(new RegExp(`^plinth_google_play_unacknowledged\\{state="${state}"\\} (\\d+)$`, "m").exec(body)?.[1]);
    return [value("waiting"), value("late")];
  };

  test("G2: at 48 h, once, in the log and in the metric; acknowledged after all it is quiet", async () => {
    fake.fail("error", ":acknowledge");
    await granted();
    await sweepFor(47 * hour);
    expect(errors()).toEqual([]);
    expect(await unacknowledged()).toEqual([1, 0]);
    const several = [processOf(), processOf(), processOf()];
    t.clock.advance(hour);
    await Promise.all(several.map((process) => process.maintain()));
    await sweepFor(3 * hour);
    expect(errors().map(({ msg }) => msg)).toEqual(["a purchase is still not acknowledged: Google refunds it soon"]);
    expect(await unacknowledged()).toEqual([0, 1]);
    fake.fail(undefined);
    await sweepFor(2 * hour);
    expect(await states()).toEqual([["done", null]]);
    expect(await unacknowledged()).toEqual([0, 0]);
  });

  test("G4: a prepaid plan of a day is late after eight hours", async () => {
    fake.fail("error", ":acknowledge");
    await granted({ prepaid: true, expires_at: new Date(t.clock.now().getTime() + day) });
    await sweepFor(7 * hour);
    expect(errors()).toEqual([]);
    await sweepFor(2 * hour);
    expect(errors()).toHaveLength(1);
  });

  test("when Google could never be asked it is told at 48 h all the same", async () => {
    fake.fail("down");
    await granted();
    await sweepFor(49 * hour);
    expect(errors()).toHaveLength(1);
  });

  test("what was missed is given up, and told", async () => {
    fake.fail("error", ":acknowledge");
    const started_at = t.clock.now();
    await granted({ started_at });
    await sweepFor(3 * day);
    put({ started_at, state: "EXPIRED" });
    await sweepFor(2 * hour);
    expect(await states()).toEqual([["failed", "missed"]]);
    expect(errors().map(({ msg }) => msg)).toContain("a purchase was not acknowledged in time: Google refunds it");
    const told = JSON.stringify(lines);
    expect(told).not.toContain("PRIVATE KEY");
    expect(told).not.toContain("ya29.");
  });
});

describe("many at once", () => {
  test("eight processes and one purchase: one acknowledgement", async () => {
    put();
    const processes = Array.from({ length: 8 }, () => processOf());
    await Promise.all(processes.flatMap((process) => [process.want(ctx, token), process.maintain()]));
    await Promise.all(processes.map((process) => process.maintain()));
    expect(fake.acknowledged).toEqual([token]);
    expect((await rows()).map(({ status, attempts }) => [status, attempts])).toEqual([["done", 1]]);
  });

  test("a backlog of 40 and eight processes: each purchase is taken by one of them", async () => {
    fake.fail("down");
    const tokens = Array.from({ length: 40 }, (_, n) => `${token}-${n}`);
    for (const each of tokens) put({}, each);
    await Promise.all(tokens.map((each) => processOf().want(ctx, each)));
    fake.fail(undefined);
    t.clock.advance(hour);
    // Warm connections, so that all of them ask at the same moment.
    await Promise.all(Array.from({ length: 8 }, () => t.db.systemStatement("warm up", (tx) => takeDue(tx, 0))));
    await Promise.all(Array.from({ length: 8 }, () => processOf().maintain()));
    expect(fake.acknowledged.toSorted()).toEqual(tokens.toSorted());
    expect((await rows()).map(({ status, attempts }) => `${status} ${attempts}`)).toEqual(tokens.map(() => "done 2"));
  });
});

test("another workspace sees none of it, and may write nothing but its own", async () => {
  await granted();
  const other = await makeMember(t);
  await processOf().want(other, token);
  const mine = await rows();
  expect(mine.map(({ status }) => status)).toEqual(["done", "done"]);
  expect(fake.acknowledged).toEqual([token]);
});

describe("the subscriber", () => {
  const payload = Type.Object({ source: Type.String(), external_id: Type.String(), status: Type.String() });
  const Changed = defineEvent("test.subscription_changed", "Stands for billing's", payload);
  const [subscriber] = googlePlaySubscribers({ want: (who, purchase) => processOf().want(who, purchase) }, Changed);
  const delivery = { event_id: "e", idempotency_key: "e", attempt: 1, signal: new AbortController().signal };
  const change = (more: object = {}) => ({ source: "google_play", external_id: token, status: "active", ...more });

  test("acknowledges what was granted at Google Play, and nothing else", async () => {
    put();
    for (const other of [
      { source: "stripe" },
      { status: "incomplete" },
      { status: "expired" },
      { status: "on_hold" },
    ]) {
      await subscriber?.handle?.(ctx, change(other), delivery);
    }
    expect(await rows()).toEqual([]);
    expect(fake.requests).toEqual([]);
    for (const status of ["active", "trialing", "in_grace"])
      await subscriber?.handle?.(ctx, change({ status }), delivery);
    expect(fake.acknowledged).toEqual([token]);
  });

  test("G2: through the outbox: after the grant's commit, and not at all when that rolls back", async () => {
    put();
    const events = createEvents({ db: t.db, onError: () => {} });
    events.subscribe(subscriber === undefined ? [] : [subscriber]);
    const append = (fails: boolean) =>
      t.db.inWorkspace(ctx, async (tx) => {
        await events.append(tx, ctx, Changed, change());
        if (fails) throw new Error("The grant failed");
      });
    await expect(append(true)).rejects.toThrow("The grant failed");
    const worker = createWorker({
      db: t.db,
      events,
      listener: { on: () => {} },
      logger,
      metrics: createMetrics(),
      concurrency: 2,
      poll_ms: 20,
    });
    worker.start();
    try {
      expect(await rows()).toEqual([]);
      await append(false);
      await expect.poll(() => states(), { timeout: 30_000 }).toEqual([["done", null]]);
      expect(fake.acknowledged).toEqual([token]);
    } finally {
      await worker.stop(5_000);
    }
  });
});
