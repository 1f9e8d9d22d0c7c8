import { existsSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { Task, taskSubscribers } from "../../../test/support/event-process.ts";
import { type EventWorker, startEventWorker } from "../../../test/support/event-workers.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { createDatabase } from "../../core/database.ts";
import { createEvents, type EventsInternals } from "./index.ts";

// Real processes that are killed, stopped and starved. What they did outside stands in public.ledger. The tests assert invariants, never times.

const patience = { timeout: 100_000, interval: 50 };
const long = 120_000;

let t: TestDatabase;
let ada: Ctx;
let events: EventsInternals;
let workers: EventWorker[] = [];
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
  await t.sql(`
    create table public.ledger (id serial primary key, what text, event_id uuid, attempt int, key text, pid int);
    create table public.effects (event_id uuid not null);
    grant all on public.ledger, public.effects to plinth_app, plinth_system;
    grant usage on sequence public.ledger_id_seq to plinth_app, plinth_system`);
  events = createEvents({ db: t.db, onError: () => {} });
  events.subscribe(taskSubscribers(createDatabase(t), 5));
});
afterAll(() => t.close());
beforeEach(() => t.sql("truncate events.outbox, events.completed, events.dead_letters, public.ledger, public.effects"));
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.kill("SIGKILL")));
  workers = [];
});

type Act = "note" | "wait" | "slow" | "exit" | "block" | "effect" | "write";
const publish = (...tasks: [act: Act, n: number][]) =>
  t.db.inWorkspace(ada, (tx) =>
    events.appendAll(
      tx,
      ada,
      tasks.map(([act, n]) => ({ event: Task, payload: { act, n } })),
    ),
  );
async function startWorker(
  options: { concurrency?: number; lease_seconds?: number; env?: Record<string, string> } = {},
) {
  const { concurrency = 20, lease_seconds = 2, env } = options;
  const { app_url, system_url } = t;
  const worker = await startEventWorker({ app_url, system_url, concurrency, lease_seconds, max_retries: 5 }, env);
  workers.push(worker);
  return worker;
}
const deliveries = () =>
  t.sql<{ event_id: string; subscriber: string; status: string; attempt: number; retry_count: number }>(
    "select event_id, subscriber, status, attempt, retry_count from events.deliveries order by id",
  );
const ledger = (what: string) =>
  t.sql<{ event_id: string; attempt: number; key: string; pid: number }>(
    "select event_id, attempt, key, pid from public.ledger where what = $1 order by id",
    [what],
  );
const statusesOf = async (subscriber = "test.does") =>
  (await deliveries()).filter((row) => row.subscriber === subscriber).map(({ status }) => status);
const settled = (count: number) =>
  vi.waitFor(async () => {
    const rows = await deliveries();
    expect(rows).toHaveLength(count);
    expect(rows.filter(({ status }) => status === "pending" || status === "processing")).toEqual([]);
  }, patience);

describe("a worker that is killed", () => {
  test("1: in the middle of 20 handlers: each runs again, once, with one try used up; others go on meanwhile", {
    timeout: long,
  }, async () => {
    const first = await startWorker();
    const ids = await publish(...Array.from({ length: 17 }, (_, n): [Act, number] => ["wait", n]));
    await vi.waitFor(async () => expect(await ledger("begun")).toHaveLength(17), patience);
    await first.kill("SIGKILL");
    const second = await startWorker();
    const [other] = await publish(["note", 0]);
    await settled(36);
    const done = await ledger("done");
    expect(done.filter(({ event_id }) => event_id === other)).toHaveLength(1);
    for (const id of ids) {
      expect(done.filter(({ event_id }) => event_id === id)).toEqual([
        expect.objectContaining({ attempt: 2, pid: second.process.pid }),
      ]);
    }
    const again = (await deliveries()).filter(
      ({ event_id, subscriber }) => ids.includes(event_id) && subscriber === "test.does",
    );
    expect(new Set(again.map(({ status, retry_count }) => `${status} ${retry_count}`))).toEqual(
      new Set(["completed 1"]),
    );
  });

  test("2: between an effect outside and its completion: it runs again with the same idempotency key; in the database: exactly once", {
    timeout: long,
  }, async () => {
    const first = await startWorker();
    await publish(["effect", 0], ["write", 1]);
    await vi.waitFor(async () => {
      expect(await ledger("done")).toHaveLength(1);
      expect(await ledger("begun")).toHaveLength(2);
    }, patience);
    await first.kill("SIGKILL");
    await startWorker();
    await settled(4);
    const done = await ledger("done");
    expect(done.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(new Set(done.map(({ key }) => key)).size).toBe(1);
    expect(await t.sql("select from public.effects")).toHaveLength(1);
  });

  test("7: by a poison message, each time: it ends as a dead letter, and what ran beside it does not", {
    timeout: long,
  }, async () => {
    const ids = await publish(["exit", 0], ...Array.from({ length: 12 }, (_, n): [Act, number] => ["slow", 20 + n]));
    // Whoever watches over the workers starts another one each time.
    for (let deaths = 0; ; deaths++) {
      expect(deaths).toBeLessThan(12);
      const worker = await startWorker({ lease_seconds: 1 });
      const isOver = await vi.waitFor(async () => {
        const open = (await deliveries()).some(({ status }) => status === "pending" || status === "processing");
        if (open) expect(worker.process.exitCode).not.toBeNull();
        return !open;
      }, patience);
      if (isOver) break;
    }
    const rows = (await deliveries()).filter(({ subscriber }) => subscriber === "test.does");
    expect(rows.filter(({ status }) => status === "failed").map(({ event_id }) => event_id)).toEqual([ids[0]]);
    expect(rows.filter(({ status }) => status === "completed")).toHaveLength(12);
    expect(
      new Set((await ledger("begun")).filter(({ event_id }) => event_id === ids[0]).map(({ attempt }) => attempt)).size,
    ).toBe(6);
  });
});

describe("a worker that is not heard of", () => {
  test("7, 16: that blocks its own loop beyond its lease: another one takes over, and its completions are refused", {
    timeout: long,
  }, async () => {
    const [first, second] = await Promise.all([startWorker({ lease_seconds: 1 }), startWorker({ lease_seconds: 1 })]);
    const [id] = await publish(["block", 1]);
    await settled(2);
    await vi.waitFor(async () => expect(await ledger("done")).toHaveLength(2), patience);
    expect((await ledger("done")).map(({ event_id }) => event_id)).toEqual([id, id]);
    const [row] = (await deliveries()).filter(({ subscriber }) => subscriber === "test.does");
    expect(row).toMatchObject({ status: "completed", attempt: 2, retry_count: 1 });
    await vi.waitFor(
      () => expect([...first.lines, ...second.lines].some(({ msg }) => /fenced/.test(`${msg}`))).toBe(true),
      patience,
    );
  });

  test("16: that is stopped beyond its lease and goes on: its write is undone, its completion matches no row, the log says fenced", {
    timeout: long,
  }, async () => {
    const first = await startWorker({ lease_seconds: 1 });
    await publish(["write", 1], ["slow", 4_000]);
    await vi.waitFor(async () => expect(await ledger("begun")).toHaveLength(2), patience);
    await first.kill("SIGSTOP");
    await startWorker({ lease_seconds: 1 });
    await settled(4);
    await first.kill("SIGCONT");
    await vi.waitFor(() => expect(first.lines.some(({ msg }) => /fenced/.test(`${msg}`))).toBe(true), patience);
    await first.kill("SIGTERM");
    expect(await t.sql("select from public.effects")).toHaveLength(1);
    expect((await deliveries()).every(({ status, attempt }) => status === "completed" && attempt <= 2)).toBe(true);
  });
});

test("13: SIGTERM: what ends within the grace is completed, what does not goes back at once, as what has not begun does; no try is used up", {
  timeout: long,
}, async () => {
  const worker = await startWorker({ concurrency: 2, lease_seconds: 60 });
  await publish(["slow", 1_000], ["wait", 0], ["slow", 1], ["slow", 2], ["slow", 3]);
  await vi.waitFor(async () => expect(await ledger("begun")).toHaveLength(2), patience);
  expect(await worker.kill("SIGTERM")).toBe(0);
  const statuses = await statusesOf();
  expect(statuses.filter((status) => status === "completed")).toHaveLength(1);
  expect(statuses.filter((status) => status === "pending")).toHaveLength(4);
  expect(new Set((await deliveries()).map(({ retry_count }) => retry_count))).toEqual(new Set([0]));
  await startWorker({ lease_seconds: 60 });
  await settled(10);
});

const faketime = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";
describe.skipIf(!existsSync(faketime))("6: a worker's clock (needs libfaketime, Debian: faketime)", () => {
  test.each(["+2h", "-2h"])(
    "that is %s wrong changes nothing: only the database's counts",
    { timeout: long },
    async (offset) => {
      await startWorker({
        env: { LD_PRELOAD: faketime, FAKETIME: offset, FAKETIME_DONT_FAKE_MONOTONIC: "1" },
        lease_seconds: 30,
      });
      await startWorker({ lease_seconds: 30 });
      await publish(...Array.from({ length: 40 }, (_, n): [Act, number] => ["note", n]));
      await t.db.inWorkspace(ada, (tx) =>
        events.append(tx, ada, Task, { act: "note", n: 99 }, { delay_seconds: 3_600 }),
      );
      await vi.waitFor(
        async () => expect((await statusesOf()).filter((status) => status === "completed")).toHaveLength(40),
        patience,
      );
      expect(new Set((await ledger("done")).map(({ attempt }) => attempt))).toEqual(new Set([1]));
      expect(await ledger("done")).toHaveLength(40);
      expect((await statusesOf()).filter((status) => status === "pending")).toHaveLength(1);
    },
  );
});
