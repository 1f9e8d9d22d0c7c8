import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { createMigrator } from "../../core/migrations/migrator.ts";
import { loadProducts, migrationLines } from "../../product-loader.ts";

const day = 86_400_000;
let t: UsageStage;
let ada: Member;
beforeAll(async () => {
  t = await usageStage({ pool_size: 5 });
});
afterAll(() => t.close());
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(50));
});

const partitions = async () => {
  const rows = await t.sql<{ name: string }>(
    "select inhrelid::regclass::text as name from pg_inherits where inhparent = 'usage.usage_logs'::regclass order by 1",
  );
  return rows.map(({ name }) => name);
};
/** Where the workspace's rows are. */
const places = async () => {
  const rows = await t.sql<{ place: string }>(
    "select tableoid::regclass::text as place from usage.usage_logs where workspace_id = $1 order by created_at",
    [ada.workspace_id],
  );
  return rows.map(({ place }) => place);
};
const partitionOf = (date: Date) => `usage.usage_logs_${date.toISOString().slice(0, 7).replace("-", "_")}`;

describe("the log", () => {
  test("has a partition for each month, this one and the next ones ahead; a row goes to its own", async () => {
    await t.take(ada);
    expect(await places()).toEqual([partitionOf(t.clock.now())]);
    expect((await partitions()).length).toBe(4);
  });

  test("gets its next partitions by the maintenance, whoever runs it at the same time; what had no place moves there", async () => {
    await t.later(150 * day, async () => {
      const month = partitionOf(t.clock.now());
      expect(await partitions()).not.toContain(month);
      await t.take(ada, { idempotency_key: "far" });
      expect(await places()).toEqual(["usage.usage_logs_default"]);
      await Promise.all(Array.from({ length: 3 }, () => t.usage.maintain()));
      expect(await places()).toEqual([month]);
      await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, "far"));
      expect(await places()).toEqual([month, month]);
    });
  });

  test("is append-only, and a partition can be reached by nobody but through it", async () => {
    await t.take(ada);
    const grants = await t.sql<{ role: string; table: string; may: string }>(
      `select r.rolname as role, c.oid::regclass::text as "table", p as may
       from pg_class c, pg_roles r, unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE']) p
       where c.relnamespace = 'usage'::regnamespace and c.relname like 'usage\\_logs%' and c.relkind in ('r', 'p')
         and r.rolname in ('plinth_app', 'plinth_system', 'plinth_ai') and has_table_privilege(r.rolname, c.oid, p)
       order by 1, 2, 3`,
    );
    expect(grants).toEqual([
      { role: "plinth_app", table: "usage.usage_logs", may: "INSERT" },
      { role: "plinth_app", table: "usage.usage_logs", may: "SELECT" },
      { role: "plinth_system", table: "usage.usage_logs", may: "INSERT" },
      { role: "plinth_system", table: "usage.usage_logs", may: "SELECT" },
    ]);
  });

  test("goes back to one table and to partitions again with its rows, counters and keys", async () => {
    await t.take(ada, { amount: 3, idempotency_key: "a" });
    await t.take(ada, { amount: 4, idempotency_key: "b" });
    await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, "a"));
    const rows = () =>
      t.sql(
        "select id, amount::int, day::text, created_at, reverses from usage.usage_logs where workspace_id = $1 order by id",
        [ada.workspace_id],
      );
    const [before, books] = [await rows(), await t.books(ada)];
    const lines = migrationLines(await loadProducts([], []));
    const migrator = createMigrator({ url: t.owner_url, lines, keyring: t.keyring });
    await migrator.to(19);
    expect(await rows()).toEqual(before);
    await migrator.up();
    expect(await rows()).toEqual(before);
    expect(await t.books(ada)).toEqual(books);
    expect(await t.take(ada, { amount: 4, idempotency_key: "b" })).toMatchObject({ replayed: true, used: 7 });
    await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, "a"));
    await t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, "b"));
    expect(await t.books(ada)).toEqual({ counter: 0, held: 0, logs: 0, daily: 0 });
  });
});
