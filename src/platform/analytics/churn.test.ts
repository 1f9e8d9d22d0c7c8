import { afterAll, beforeEach, expect, test } from "vitest";
import { makeBook } from "../../../test/support/analytics.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type Analytics, createAnalytics } from "./index.ts";

let t: TestDatabase | undefined;
let book: Awaited<ReturnType<typeof makeBook>>;
let analytics: Analytics;
const far = new Date("2032-01-01");
const utc = (day: string, time = "12:00:00") => new Date(`${day}T${time}Z`);

function stage(): TestDatabase {
  if (t === undefined) throw new Error("There is no stage");
  return t;
}
beforeEach(async () => {
  await t?.close();
  t = await testDatabase();
  analytics = createAnalytics({ db: t.db, clock: t.clock, environment: "live", fees: {} });
  book = await makeBook(t);
  await book.plan("prism.pro", 999, "USD", "month");
  await book.plan("prism.max", 1_999, "USD", "month");
  await book.plan("prism.yearly", 9_999, "USD", "year");
  await book.plan("coditect.team", 2_900, "USD", "month");
});
afterAll(() => t?.close());

/** Lets it be that day's noon, and records. */
async function record(day: string) {
  book.at(utc(day).toISOString());
  await analytics.maintain();
}
const churn = async (from: string, to: string, product?: string) =>
  (await analytics.report({ from, to, product })).churn;
const spansOf = (id: string) =>
  stage().sql<{ starts_at: Date; ends_at: Date | null; yearly_minor: number }>(
    "select starts_at, ends_at, yearly_minor::int from analytics.paid_spans where subscription_id = $1 order by starts_at, ends_at",
    [id],
  );

test("churn of a known book, as it came about", async () => {
  book.at("2031-02-10T00:00:00Z");
  const day10 = { from: utc("2031-02-10"), until: far };
  const stays = await book.sell({ plan: "prism.pro", ...day10 });
  const leaves = await book.sell({ plan: "prism.pro", ...day10 });
  const returns = await book.sell({ plan: "prism.pro", source: "app_store", ...day10 });
  const tries = await book.sell({ plan: "prism.pro", ...day10, status: "trialing", trial_end: utc("2031-02-24") });
  const { workspace_id } = await book.sell({ plan: "prism.pro", ...day10 });
  const second = await book.sell({ plan: "coditect.team", workspace_id, ...day10 });
  const erased = await book.sell({ plan: "prism.yearly", ...day10 });
  await record("2031-02-10");
  const gone = { status: "canceled", standing: "ended" } as const;
  await book.change(tries.id, {
    plan: "prism.pro",
    ...day10,
    until: utc("2031-02-24"),
    trial_end: utc("2031-02-24"),
    ...gone,
  });
  await record("2031-02-25");
  await book.change(leaves.id, { plan: "prism.pro", ...day10, until: utc("2031-03-12"), ...gone });
  await book.change(returns.id, {
    plan: "prism.pro",
    ...day10,
    until: utc("2031-03-10"),
    status: "expired",
    standing: "ended",
  });
  const comesAndGoes = await book.sell({ plan: "prism.pro", from: utc("2031-03-11"), until: far });
  await record("2031-03-12");
  await book.change(returns.id, { plan: "prism.pro", from: utc("2031-03-19"), until: far });
  await book.change(comesAndGoes.id, { plan: "prism.pro", from: utc("2031-03-11"), until: utc("2031-03-18"), ...gone });
  await book.change(second.id, { plan: "coditect.team", ...day10, until: utc("2031-03-15"), ...gone });
  await record("2031-03-20");
  await book.change(stays.id, { plan: "prism.max", ...day10, state_at: utc("2031-04-03") });
  await record("2031-04-05");
  await stage().sql("delete from workspaces.workspaces where id = $1", [erased.workspace_id]);
  await record("2031-04-20");

  // At March's start 4 × 999 + 2,900 + 9,999 / 12 = 7,729.25 of six; at April's 3 × 999 + 833.25 of four.
  const march = {
    ...{ month: "2031-03", is_complete: true, customers_at_start: 6, customers_lost: 2, rate: 2 / 6 },
    mrr: [{ currency: "USD", at_start: 7_729, lost: 3_899, rate: (3_899 * 12) / 92_751 }],
  };
  const april = {
    ...{ month: "2031-04", is_complete: false, customers_at_start: 4, customers_lost: 1, rate: 1 / 4 },
    mrr: [{ currency: "USD", at_start: 3_830, lost: 833, rate: 9_999 / 45_963 }],
  };
  expect(await churn("2031-02-01", "2031-04-30")).toEqual([march, april]);
  expect(await churn("2031-03-31", "2031-03-31")).toEqual([march]);
  expect(await churn("2031-03-01", "2031-03-31", "coditect")).toMatchObject([
    { customers_at_start: 1, customers_lost: 1, rate: 1 },
  ]);
  expect(await spansOf(stays.id)).toEqual([
    { starts_at: utc("2031-02-10"), ends_at: utc("2031-04-03"), yearly_minor: 11_988 },
    { starts_at: utc("2031-04-03"), ends_at: null, yearly_minor: 23_988 },
  ]);
  expect(await spansOf(tries.id)).toEqual([]);
  expect(await spansOf(returns.id)).toMatchObject([
    { ends_at: utc("2031-03-10") },
    { starts_at: utc("2031-03-19"), ends_at: null },
  ]);

  // May comes: April is over as it stands.
  await record("2031-05-02");
  expect(await churn("2031-04-01", "2031-05-31")).toMatchObject([
    { ...april, is_complete: true },
    { month: "2031-05", customers_at_start: 3, customers_lost: 0, rate: 0 },
  ]);
});

test("recorded again, or by many at once, nothing changes", async () => {
  for (let i = 0; i < 5; i++) await book.sell({ plan: "prism.pro", from: utc("2031-02-10"), until: far });
  book.at("2031-03-05T12:00:00Z");
  await Promise.all(Array.from({ length: 6 }, () => analytics.maintain()));
  const all = () => stage().sql("select * from analytics.paid_spans order by id");
  const first = await all();
  expect(first).toHaveLength(5);
  await Promise.all(Array.from({ length: 6 }, () => analytics.maintain()));
  expect(await all()).toEqual(first);
  expect((await analytics.report({})).recorded_at).toBeInstanceOf(Date);
});

test("the first recording takes the present rows for the past, trials that never paid not among them", async () => {
  const gone = { status: "canceled", standing: "ended" } as const;
  await book.sell({ plan: "prism.pro", from: utc("2030-10-05"), until: far });
  await book.sell({ plan: "prism.pro", from: utc("2030-10-05"), until: utc("2030-12-20"), ...gone });
  await book.sell({
    plan: "prism.pro",
    from: utc("2030-10-05"),
    until: utc("2030-12-20"),
    trial_end: utc("2030-12-20"),
    ...gone,
  });
  await book.sell({
    plan: "prism.pro",
    from: utc("2030-10-05"),
    until: utc("2030-11-20"),
    trial_end: utc("2030-11-05"),
    ...gone,
  });
  await book.sell({
    plan: "prism.pro",
    from: utc("2030-10-05"),
    until: utc("2030-10-05"),
    status: "incomplete",
    standing: "ended",
  });
  await record("2031-02-10");
  const customers = (await churn("2030-10-01", "2031-02-28")).map(({ month, customers_at_start, customers_lost }) => [
    ...[month, customers_at_start, customers_lost],
  ]);
  expect(customers).toEqual([
    ["2030-11", 2, 0],
    ["2030-12", 2, 1],
    ["2031-01", 1, 0],
    ["2031-02", 1, 0],
  ]);
});

test("a renewal whose news comes after the end of the period, over a month's end, loses nobody", async () => {
  const one = await book.sell({
    plan: "prism.pro",
    from: utc("2031-01-31", "23:59:00"),
    until: utc("2031-02-28", "23:59:00"),
  });
  await record("2031-02-10");
  book.at("2031-03-01T00:30:00Z");
  await analytics.maintain();
  expect(await spansOf(one.id)).toMatchObject([{ ends_at: utc("2031-02-28", "23:59:00") }]);
  await book.change(one.id, { plan: "prism.pro", from: utc("2031-01-31", "23:59:00"), until: utc("2031-03-31") });
  book.at("2031-03-01T01:30:00Z");
  await analytics.maintain();
  expect(await spansOf(one.id)).toEqual([
    { starts_at: utc("2031-01-31", "23:59:00"), ends_at: null, yearly_minor: 11_988 },
  ]);
  expect(await churn("2031-02-01", "2031-02-28")).toMatchObject([{ customers_at_start: 1, customers_lost: 0 }]);
});

test("a span is half-open: who ends with the month's last instant is lost in it", async () => {
  const gone = { status: "canceled", standing: "ended" } as const;
  await book.sell({
    plan: "prism.pro",
    from: utc("2031-02-01", "00:00:00"),
    until: utc("2031-03-01", "00:00:00"),
    ...gone,
  });
  await book.sell({
    plan: "prism.pro",
    from: utc("2031-02-01", "00:00:00"),
    until: utc("2031-03-01", "00:00:01"),
    ...gone,
  });
  await record("2031-03-10");
  expect(await churn("2031-01-01", "2031-03-31")).toMatchObject([
    { month: "2031-02", customers_at_start: 2, customers_lost: 1 },
    { month: "2031-03", customers_at_start: 1, customers_lost: 1 },
  ]);
});

test("a purchase that moves to another account is no loss", async () => {
  const { id } = await book.sell({ plan: "prism.pro", from: utc("2031-01-20"), until: far });
  await record("2031-02-10");
  const other = await makeMember(stage());
  await stage().sql("update billing.subscriptions set workspace_id = $2 where id = $1", [id, other.workspace_id]);
  await record("2031-03-10");
  expect(await churn("2031-02-01", "2031-02-28")).toMatchObject([{ customers_at_start: 1, customers_lost: 0 }]);
  expect(await spansOf(id)).toHaveLength(1);
});

test("who leaves one store for another stays a customer", async () => {
  const { id, workspace_id } = await book.sell({ plan: "prism.pro", from: utc("2031-01-20"), until: far });
  await record("2031-02-10");
  const gone = { status: "canceled", standing: "ended" } as const;
  await book.change(id, { plan: "prism.pro", from: utc("2031-01-20"), until: utc("2031-02-15"), ...gone });
  await book.sell({ plan: "prism.yearly", source: "app_store", workspace_id, from: utc("2031-02-20"), until: far });
  await record("2031-03-10");
  expect(await churn("2031-02-01", "2031-02-28")).toMatchObject([{ customers_at_start: 1, customers_lost: 0 }]);
});

test("the sandbox has a churn of its own", async () => {
  await book.sell({ plan: "prism.pro", environment: "test", from: utc("2031-01-20"), until: far });
  await record("2031-02-10");
  expect(await churn("2031-01-01", "2031-02-28")).toEqual([]);
  const sandbox = createAnalytics({ db: stage().db, clock: stage().clock, environment: "test", fees: {} });
  expect((await sandbox.report({ from: "2031-02-01", to: "2031-02-28" })).churn).toMatchObject([
    { customers_at_start: 1 },
  ]);
});
