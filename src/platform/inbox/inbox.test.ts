import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
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

test("11: what could not be applied was never there, so the sender's next try runs", async () => {
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

test("ids are unique for one sender's endpoint only", async () => {
  const inbox = createInbox({ db: t.db, metrics: createMetrics() });
  for (const told of [{}, { endpoint: "other bot" }, { source: "twilio" }]) {
    expect(await inbox.receive(message("1", told), run("1"))).toBe("new");
  }
});
