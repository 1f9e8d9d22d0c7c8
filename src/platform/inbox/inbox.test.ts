import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import type { InboxTask } from "../../../test/support/inbox-process.ts";
import { startChild } from "../../../test/support/locks.ts";
import { createDatabase } from "../../core/database.ts";
import { createMetrics } from "../../core/metrics.ts";
import { session, sql, type Tx } from "../../core/tables.ts";
import { createInbox, type Inbox, type IncomingMessage } from "./index.ts";

let t: TestDatabase;
let other: ReturnType<typeof createDatabase>;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 32 });
  other = createDatabase({ app_url: t.app_url, system_url: t.system_url, pool_size: 32 });
  await t.sql("create table public.runs (event_id text not null); grant all on public.runs to plinth_system");
});
afterAll(async () => {
  await other.close();
  await t.close();
});
beforeEach(() => t.sql("delete from inbox.webhook_events; delete from public.runs"));

const metrics = createMetrics();
const message = (event_id: string, told: Partial<IncomingMessage> = {}): IncomingMessage => ({
  source: "telegram",
  endpoint: "bot",
  event_type: "message",
  subject: "42",
  payload: "{}",
  event_id,
  ...told,
});
const run = (event_id: string) => async (tx: Tx) => {
  await sql`insert into public.runs values (${event_id})`.execute(tx[session]);
  return { status: "applied" as const, reason: null };
};
const runs = async () =>
  (await t.sql<{ event_id: string }>("select event_id from public.runs order by event_id")).map((row) => row.event_id);

test("10: a storm of duplicates over two processes: each id is kept once and run once, and nobody gets an error", async () => {
  const inboxes = [createInbox({ db: t.db, metrics }), createInbox({ db: other, metrics: createMetrics() })];
  const ids = Array.from({ length: 200 }, (_, n) => `event ${n}`);
  const deliveries = Array.from({ length: 20 }, () => ids).flat();
  const answers: string[] = [];
  // 64 connections, over each of which one delivery follows the other.
  const connection = async (inbox: Inbox) => {
    for (let id = deliveries.pop(); id !== undefined; id = deliveries.pop())
      answers.push(await inbox.receive(message(id), run(id)));
  };
  await Promise.all(Array.from({ length: 32 }, () => inboxes).flatMap((pair) => pair.map(connection)));
  expect(answers.filter((answer) => answer === "new")).toHaveLength(ids.length);
  expect(await runs()).toEqual([...ids].sort());
  const [kept] = await t.sql(
    "select count(*)::int as n, count(*) filter (where status = 'applied')::int as applied from inbox.webhook_events",
  );
  expect(kept).toEqual({ n: 200, applied: 200 });
});

test("what could not be applied was never there, so the sender's next try runs", async () => {
  const inbox = createInbox({ db: t.db, metrics: createMetrics() });
  const broken = async () => {
    throw new Error("out of memory");
  };
  await expect(inbox.receive(message("a"), broken)).rejects.toThrow("out of memory");
  expect(await t.sql("select from inbox.webhook_events")).toEqual([]);
  expect(await inbox.receive(message("a"), run("a"))).toBe("new");
  expect(await inbox.receive(message("a"), run("a"))).toBe("duplicate");
  expect(await runs()).toEqual(["a"]);
});

describe("11: of an API process that is killed", () => {
  const file = new URL("../../../test/support/inbox-process.ts", import.meta.url);
  /** A sender's delivery to a process of its own; the answer's status, or undefined when there was none. */
  async function deliverTo(dies: InboxTask["dies"]): Promise<number | undefined> {
    const task: InboxTask = { app_url: t.app_url, system_url: t.system_url, dies };
    const child = startChild(file, task);
    try {
      const port = await child.next();
      return await fetch(`http://localhost:${port}/a`, { method: "POST" }).then(
        ({ status }) => status,
        () => undefined,
      );
    } finally {
      await child.kill();
    }
  }

  test.each<[InboxTask["dies"], string[]]>([
    ["before commit", []],
    ["before answer", ["a"]],
  ])("%s the sender hears nothing, its next tries are answered, and the message ran once", async (dies, kept) => {
    expect(await deliverTo(dies)).toBeUndefined();
    expect(await runs()).toEqual(kept);
    expect(await deliverTo("never")).toBe(200);
    expect(await deliverTo("never")).toBe(200);
    expect(await runs()).toEqual(["a"]);
    expect(await t.sql("select status from inbox.webhook_events")).toEqual([{ status: "applied" }]);
  });
});

test("what is done and has no body is forgotten after 30 days; what waits, failed or may be looked at again stays", async () => {
  const inbox = createInbox({ db: t.db, metrics: createMetrics() });
  const settled = (status: "applied" | "ignored" | "failed" | "received") => async () => ({ status, reason: null });
  for (const status of ["applied", "ignored", "failed", "received"] as const)
    await inbox.receive(message(status, { payload: "" }), settled(status));
  await inbox.receive(message("of a store", { source: "stripe", endpoint: "live" }), settled("applied"));
  await t.sql("update inbox.webhook_events set received_at = plinth.now() - interval '29 days 23 hours'");
  await inbox.prune();
  expect(await t.sql("select from inbox.webhook_events")).toHaveLength(5);
  await t.sql("update inbox.webhook_events set received_at = plinth.now() - interval '30 days 1 hour'");
  await inbox.receive(message("new", { payload: "" }), settled("applied"));
  await inbox.prune();
  const kept = await t.sql<{ event_id: string }>("select event_id from inbox.webhook_events order by event_id");
  expect(kept.map(({ event_id }) => event_id)).toEqual(["failed", "new", "of a store", "received"]);
});

test("ids are unique for one sender's endpoint only", async () => {
  const inbox = createInbox({ db: t.db, metrics: createMetrics() });
  for (const told of [{}, { endpoint: "other bot" }, { source: "twilio" }]) {
    expect(await inbox.receive(message("1", told), run("1"))).toBe("new");
  }
});
