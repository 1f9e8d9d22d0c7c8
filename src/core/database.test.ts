import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../test/support/database.ts";
import { makeMember } from "../../test/support/factories.ts";
import type { Ctx } from "./context.ts";
import { isConnectionLost, sqlState } from "./database.ts";
import { newId } from "./id.ts";
import { session, sql, type Tx } from "./tables.ts";

const tables = (tx: Tx) => tx[session];
const visible = async (tx: Tx) =>
  (await sql<{ workspace_id: string }>`select workspace_id from workspaces.members`.execute(tables(tx))).rows.map(
    (r) => r.workspace_id,
  );

test.each([
  ["EPIPE", true],
  ["ECONNRESET", true],
  ["57P02", true],
  ["08006", true],
  ["EPERM", false],
  ["40001", false],
])("an error with the code %s: a lost connection is %s", (code, isLost) => {
  expect(isConnectionLost(Object.assign(new Error("it failed"), { code }))).toBe(isLost);
});

let t: TestDatabase;
let ada: Ctx;
let eve: Ctx;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 20 });
  ada = await makeMember(t);
  eve = await makeMember(t);
});
afterAll(() => t.close());

describe("a workspace's transaction", () => {
  test("sees its own rows, and the platform's tasks see all", async () => {
    expect(await t.db.inWorkspace(ada, visible)).toEqual([ada.workspace_id]);
    expect(await t.db.statement(eve, visible)).toEqual([eve.workspace_id]);
    expect((await t.db.systemStatement("test", visible)).length).toBe(2);
  });

  test("can neither write another workspace's row nor move its own there", async () => {
    const insert = (tx: Tx) =>
      sql`insert into workspaces.members (workspace_id, user_id, role) values (${eve.workspace_id}, ${newId()}, 'owner')`.execute(
        tables(tx),
      );
    const move = (tx: Tx) => sql`update workspaces.members set workspace_id = ${eve.workspace_id}`.execute(tables(tx));
    await expect(t.db.inWorkspace(ada, insert)).rejects.toThrow(/row-level security/);
    await expect(t.db.inWorkspace(ada, move)).rejects.toThrow(/row-level security/);
  });

  test("is refused for what is no workspace's id, before anything is sent", async () => {
    for (const workspace_id of ["", "x", "'; drop table users; --", `${ada.workspace_id}'`]) {
      await expect(t.db.inWorkspace({ ...ada, workspace_id }, visible)).rejects.toThrow(TypeError);
    }
  });

  test("rolls back as a whole, runs its effects only after a commit, and tells a swallowed failure", async () => {
    const effects: string[] = [];
    const rename = (name: string) => async (tx: Tx) => {
      tx.afterCommit(() => effects.push(name));
      await sql`update workspaces.workspaces set name = ${name}`.execute(tables(tx));
      if (name === "thrown") throw new Error("no");
      if (name === "swallowed") await sql`select 1/0`.execute(tables(tx)).catch(() => undefined);
    };
    await expect(t.db.inWorkspace(ada, rename("thrown"))).rejects.toThrow("no");
    await expect(t.db.inWorkspace(ada, rename("swallowed"))).rejects.toThrow(/rolled back/);
    await t.db.inWorkspace(ada, rename("kept"));
    expect(effects).toEqual(["kept"]);
    expect(await t.sql("select name from workspaces.workspaces where id = $1", [ada.workspace_id])).toEqual([
      { name: "kept" },
    ]);
  });

  test("has its role's limits on statements, locks and idling", async () => {
    const show = async (tx: Tx) =>
      (
        await sql<{
          name: string;
          setting: string;
        }>`select name, setting from pg_settings where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by 1`.execute(
          tables(tx),
        )
      ).rows.map(({ setting }) => Number(setting));
    expect(await t.db.inWorkspace(ada, show)).toEqual([30_000, 5_000, 15_000]);
    expect(await t.db.asSystem("test", show)).toEqual([60_000, 10_000, 60_000]);
  });

  test("of one statement takes no second one", async () => {
    await expect(t.db.statement(ada, async (tx) => [await visible(tx), await visible(tx)])).rejects.toThrow(
      /one statement/,
    );
  });

  test("of one statement that fails has changed nothing and leaves its connection whole", async () => {
    const fails = (tx: Tx) => sql`update workspaces.workspaces set slug = 'x', name = (1/0)::text`.execute(tables(tx));
    for (let i = 0; i < 30; i++) await expect(t.db.statement(ada, fails)).rejects.toThrow(/division by zero/);
    expect(await t.db.statement(ada, visible)).toEqual([ada.workspace_id]);
  });

  test("that deadlocks runs again and both arrive", async () => {
    await t.sql(
      "create table public.pair (id int primary key, n int not null); insert into public.pair values (1, 0), (2, 0); grant all on public.pair to plinth_app",
    );
    let first = 0;
    let meet = () => {};
    const met = new Promise<void>((resolve) => {
      meet = resolve;
    });
    const bump = (one: number, two: number) =>
      t.db.inWorkspace(ada, async (tx) => {
        await sql`update public.pair set n = n + 1 where id = ${one}`.execute(tables(tx));
        if (++first >= 2) meet();
        await met;
        await sql`update public.pair set n = n + 1 where id = ${two}`.execute(tables(tx));
      });
    await Promise.all([bump(1, 2), bump(2, 1)]);
    expect(first).toBeGreaterThan(2);
    expect(await t.sql("select n from public.pair order by id")).toEqual([{ n: 2 }, { n: 2 }]);
  });
});

describe("W7: two tenants over 20 connections", () => {
  test("2,000 transactions in turn, some aborted, some cut off, show no foreign row", async () => {
    let foreign = 0;
    let lost = 0;
    const one = async (i: number) => {
      const ctx = i % 2 === 0 ? ada : eve;
      const look = async (tx: Tx) => {
        const seen = await visible(tx);
        if (seen.some((id) => id !== ctx.workspace_id) || seen.length !== 1) foreign++;
      };
      try {
        if (i % 7 === 3)
          await t.db.inWorkspace(ctx, async (tx) => {
            await look(tx);
            throw new Error("aborted");
          });
        else if (i % 11 === 5)
          await t.db.inWorkspace(ctx, async (tx) => {
            await look(tx);
            await sql`select 1/0`.execute(tables(tx));
          });
        else if (i % 97 === 50)
          await t.db.inWorkspace(ctx, async (tx) => {
            await look(tx);
            await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tables(tx));
          });
        else if (i % 3 === 0) await t.db.statement(ctx, look);
        else await t.db.inWorkspace(ctx, look);
      } catch (error) {
        if (isConnectionLost(error)) lost++;
        else if (sqlState(error) === undefined && !(error instanceof Error && error.message === "aborted")) throw error;
      }
    };
    await Promise.all(Array.from({ length: 2_000 }, (_, i) => one(i)));
    expect(foreign).toBe(0);
    expect(lost).toBeGreaterThan(10);
    expect(t.db.pools().find(({ pool }) => pool === "app")?.total).toBeLessThanOrEqual(20);
    const outside = await t.db.systemStatement("test", (tx) =>
      sql<{ w: string }>`select current_setting('app.workspace_id', true) as w`.execute(tables(tx)),
    );
    expect(outside.rows[0]?.w ?? "").toBe("");
  });
});
