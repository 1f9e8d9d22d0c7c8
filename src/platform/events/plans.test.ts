import { Client } from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, Happened } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { session, sql, type Tx } from "../../core/tables.ts";
import { defineSubscriber } from "./index.ts";
import { claimKeyed } from "./keyed-store.ts";
import { byIndex, claimInRounds, claimInTurn, completeRows, extendLeases, releaseRows } from "./store.ts";

// What the outbox's statements read, whatever died there and whatever its statistics say. Counted are entries of indexes, not time.

const counts = defineSubscriber({
  name: "test.counts",
  event: Happened,
  handle: async () => {},
});
const keyed = defineSubscriber({
  name: "test.keyed",
  event: Happened,
  key: ({ key }) => key,
  key_concurrency: 5,
  handle: async () => {},
});
const subscriber = counts.name;
const cursor = "00000000-0000-0000-0000-000000000000";
const many = 5_000;

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 2 });
  ada = await makeMember(t);
  stage = eventStage(t, [counts, keyed], { concurrency: 50 });
});
afterAll(() => t.close());

/** By this connection, as far as it was not yet added to the statistics of all. */
async function entriesRead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ read: number }>`
    select sum(pg_stat_get_xact_tuples_returned(indexrelid))::int as read
    from pg_index where indrelid = 'events.outbox'::regclass`.execute(tx[session]);
  return rows[0]?.read ?? 0;
}

/** What each statement reads for ten fresh rows; the most of eight times, since plans change once they are prepared. */
async function readForTen(): Promise<Record<string, number>> {
  const most: Record<string, number> = {};
  for (let n = 0; n < 8; n++) {
    const [clock] = await t.sql<{ at: number }>("select extract(epoch from clock_timestamp())::float8 as at");
    const asked = { subscriber, room: 10, since: clock?.at ?? 0 };
    await stage.publishAll(ada, 10, (each) => `fresh ${each}`);
    await t.db.asSystem("test", async (tx) => {
      for (const [name, value] of Object.entries(byIndex)) {
        await sql`select set_config(${name}, ${value}, true)`.execute(tx[session]);
      }
      const counted = async <R>(name: string, work: () => Promise<R>): Promise<R> => {
        const before = await entriesRead(tx);
        const result = await work();
        most[name] = Math.max(most[name] ?? 0, (await entriesRead(tx)) - before);
        return result;
      };
      const lease = { token: newId(), seconds: 30 };
      const inTurn = await counted("claim in turn", () => claimInTurn(tx, lease, [asked]));
      expect(await counted("heartbeat", () => extendLeases(tx, inTurn.rows, 30))).toHaveLength(10);
      await counted("release", () => releaseRows(tx, inTurn.rows));
      const inRounds = await counted("claim in rounds", () =>
        claimInRounds(tx, lease, { ...asked, cursor, visits: 10, passed_over: [] }),
      );
      expect(inRounds.rows).toHaveLength(10);
      const byKey = await counted("claim by key", () =>
        claimKeyed(tx, lease, {
          ...{ subscriber: keyed.name, room: 10, cursor: "f", visits: 20, ordered: false, key_concurrency: 5 },
          ...{ key_rate: undefined, is_probe: false, share: 10, left: new Map() },
        }),
      );
      expect(byKey.rows).toHaveLength(10);
      await completeRows(tx, byKey.rows);
      expect(await counted("completion", () => completeRows(tx, inRounds.rows))).toBeNull();
    });
  }
  return most;
}

/** Far fewer than are there; a claim by key reads what died of its keys. */
const few = expect.toSatisfy((read: number) => read < many / 2);
const fewForEach = {
  ...{ "claim in turn": few, "claim in rounds": few, "claim by key": few },
  ...{ heartbeat: few, release: few, completion: few },
};

test("19: a claim, a heartbeat and a completion read what they are about, beside a snapshot that keeps what died, with statistics of any time", async () => {
  await t.sql("analyze events.outbox");
  expect(await readForTen()).toEqual(fewForEach);
  const foreign = new Client({ connectionString: t.owner_url });
  await foreign.connect();
  await foreign.query("begin isolation level repeatable read");
  await foreign.query("select count(*) from events.outbox");
  await stage.publishAll(ada, many, (each) => `before ${each % 10}`);
  stage.start();
  await delivered(t);
  await stage.stop();
  expect(await readForTen()).toEqual(fewForEach);
  // Now they say that almost nothing is in many pages.
  await t.sql("analyze events.outbox");
  expect(await readForTen()).toEqual(fewForEach);
  await foreign.query("rollback");
  await foreign.end();
  await stage.publishAll(ada, many, (each) => `before ${each % 10}`);
  expect(await readForTen()).toEqual(fewForEach);
  await t.sql("analyze events.outbox");
  expect(await readForTen()).toEqual(fewForEach);
});
