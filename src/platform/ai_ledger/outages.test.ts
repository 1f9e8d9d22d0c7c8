import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { entryOf, standing, testLedger } from "../../../test/support/ai-ledger.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type PrivatePostgres, startPrivatePostgres } from "../../../test/support/private-postgres.ts";
import { adjustableClock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import type { Reservation } from "./index.ts";
import { createPerseverance } from "./perseverance.ts";

const limits = { workspace: 1_000_000 };

async function reserveIn({ ledger }: ReturnType<typeof testLedger>, ctx: Ctx, amount_pico_usd: number) {
  const call = { call_id: newId(), feature: "prism.turn", ttl_seconds: 60, limits, amount_pico_usd };
  const reservation = await ledger.reserve(ctx, call);
  if (reservation === null) throw new Error("There is a limit");
  return reservation;
}

const lostLines = (lines: string[]) => lines.filter((line) => line.includes("could not be stored"));

describe("a connection that is terminated under the ledger", () => {
  let t: TestDatabase;
  let ada: Ctx;
  beforeAll(async () => {
    t = await testDatabase();
    ada = await makeMember(t);
  });
  afterAll(() => t.close());

  /** Holds the reservation's row until the statement that waits for it has lost its connection. */
  async function terminateAt(statement: string, { id }: Reservation, run: () => Promise<void>) {
    const holder = new Client({ connectionString: t.system_url });
    await holder.connect();
    await holder.query("begin");
    await holder.query("select from ai_ledger.reservations where call_id = $1 for update", [id]);
    const running = run();
    await vi.waitFor(async () => {
      const killed = await t.sql(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and query like $1 and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
        [`%${statement}%`],
      );
      expect(killed).toHaveLength(1);
    }, 10_000);
    await holder.query("rollback");
    await holder.end();
    await running;
  }

  test("an attempt is entered all the same, once, and its call is settled", async () => {
    const stage = testLedger(t);
    const reservation = await reserveIn(stage, ada, 900);
    await terminateAt("ai_ledger.record", reservation, () =>
      stage.ledger.record(ada, entryOf(reservation.id, 700), { reservation, total_pico_usd: 700 }),
    );
    await stage.ledger.settled();
    expect(await standing(t, ada)).toMatchObject({ workspace: [700, 0] });
    const entered = await t.sql("select from ai_ledger.ai_usage_events where call_id = $1", [reservation.id]);
    expect(entered).toHaveLength(1);
    expect(lostLines(stage.lines)).toEqual([]);
    await stage.close();
  });

  test("a reservation is released all the same", async () => {
    const stage = testLedger(t);
    const { workspace } = await standing(t, ada);
    const reservation = await reserveIn(stage, ada, 900);
    await terminateAt("ai_ledger.release", reservation, () => stage.ledger.release(ada, reservation));
    await stage.ledger.settled();
    expect((await standing(t, ada)).workspace).toEqual(workspace);
    await stage.close();
  });
});

describe("PostgreSQL crashes under the ledger", () => {
  let postgres: PrivatePostgres;
  beforeAll(async () => {
    postgres = await startPrivatePostgres();
  }, 120_000);
  afterAll(() => postgres.stop(), 60_000);

  test("calls that end during the outage wait for nothing, and each of their attempts is entered once when it is over", {
    timeout: 120_000,
  }, async () => {
    const ada = await makeMember(postgres);
    const stage = testLedger({ ...postgres, clock: adjustableClock() });
    const calls = await Promise.all(Array.from({ length: 20 }, () => reserveIn(stage, ada, 1_000)));
    const unsent = await reserveIn(stage, ada, 1_000);
    await postgres.crash();
    for (const reservation of calls) {
      // A failed attempt and the one that ends the call: the second is not entered before the first.
      await stage.ledger.record(ada, entryOf(reservation.id, 300, { outcome: "error" }));
      const settles = { reservation, total_pico_usd: 500 };
      await stage.ledger.record(ada, entryOf(reservation.id, 200, { attempt: 2 }), settles);
    }
    await stage.ledger.release(ada, unsent);
    // All of that came back while PostgreSQL was away.
    await postgres.restart();
    await stage.ledger.settled();
    const entered = await postgres.sql(
      "select call_id, count(*)::int as attempts, sum(cost_pico_usd)::int as cost from ai_ledger.ai_usage_events group by 1",
    );
    expect(entered).toHaveLength(20);
    expect(entered).toEqual(entered.map(({ call_id }) => ({ call_id, attempts: 2, cost: 500 })));
    expect(await standing(postgres, ada)).toMatchObject({ workspace: [10_000, 0] });
    expect(await postgres.sql("select from ai_ledger.reservations")).toEqual([]);
    expect(lostLines(stage.lines)).toEqual([]);
    // Whatever becomes of the process meanwhile, the figures stand in the log.
    expect(stage.lines.filter((line) => line.includes("waits for PostgreSQL"))[0]).toContain(calls[0]?.id);
    await stage.close();
  });
});

describe("what is on its way during an outage", () => {
  const away = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
  const told = () => {
    const lost: unknown[] = [];
    return { lost, onDelay: () => {}, onLost: (error: unknown) => void lost.push(error) };
  };

  test("is given up when patience ends, and told with its error", async () => {
    const { persist, settled } = createPerseverance({ patience_ms: 200 });
    const { lost, ...fate } = told();
    let tries = 0;
    const write = async () => {
      tries++;
      throw away;
    };
    await persist("a", { ...fate, write });
    expect({ tries, lost }).toEqual({ tries: 1, lost: [] });
    await settled();
    expect(tries).toBeGreaterThan(2);
    expect(lost).toEqual([away]);
  });

  test("is bounded: one more is given up at once", async () => {
    const { persist, settled } = createPerseverance({ most: 2 });
    const { lost, ...fate } = told();
    const back = Promise.withResolvers<void>();
    let written = 0;
    const write = async () => {
      if (lost.length === 0) throw away;
      await back.promise;
      written++;
    };
    for (const call_id of ["a", "a", "b"]) await persist(call_id, { ...fate, write });
    expect(lost).toHaveLength(1);
    back.resolve();
    await settled();
    expect({ written, lost: lost.length }).toEqual({ written: 2, lost: 1 });
  });

  test("is not waited for longer than 2 s where PostgreSQL neither answers nor refuses", async () => {
    vi.useFakeTimers();
    const { persist } = createPerseverance();
    let isBack = false;
    const waited = persist("a", { ...told(), write: () => new Promise(() => {}) }).then(() => {
      isBack = true;
    });
    await vi.advanceTimersByTimeAsync(1_999);
    expect(isBack).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await waited;
    vi.useRealTimers();
  });

  test("is not tried again when PostgreSQL refuses it", async () => {
    const { persist } = createPerseverance();
    const { lost, ...fate } = told();
    const refused = Object.assign(new Error("violates"), { code: "23503" });
    await persist("a", { ...fate, write: () => Promise.reject(refused) });
    expect(lost).toEqual([refused]);
  });
});
