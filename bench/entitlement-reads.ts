import { createListener } from "../src/core/listener.ts";
import { createEntitlements } from "../src/platform/entitlements/index.ts";
import { createEvents } from "../src/platform/events/index.ts";
import { planOf } from "./consume.ts";
import type { Ground } from "./ground.ts";
import { alone, compare, forEach, inTurn, perSecond, type Row, rounds, seconds } from "./measure.ts";
import { hasPgbench, noPgbench, pgbench } from "./pgbench.ts";

const clients = 16;
const wanted = 20_000;

/** What a workspace may do, from memory and from the database, beside pgbench reading the same row in the same transaction. */
export async function measureEntitlementReads({ db, workspaces, app_url, system_url }: Ground): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const listener = createListener({ url: system_url, onError: console.error });
  stack.defer(listener.stop);
  const entitlements = createEntitlements({ db, listener, events: createEvents({ db, onError: console.error }) });
  await db.asSystem("bench", (tx) => entitlements.setDefaultPlan(tx, planOf(30)));
  await listener.start();
  // A snapshot that is computed says that it changed, and is not kept then; the second time it is.
  for (let pass = 0; pass < 3; pass++) await forEach(clients, workspaces, (ctx) => entitlements.read(ctx, "prism"));
  const ctxOf = (n: number) => {
    const ctx = workspaces[n % workspaces.length];
    if (ctx === undefined) throw new Error("There are no workspaces");
    return ctx;
  };
  const kept = () => perSecond(clients, seconds * 1_000, (n) => entitlements.read(ctxOf(n), "prism"));
  const asked = () =>
    perSecond(clients, seconds * 1_000, (n) => {
      const ctx = ctxOf(n);
      return db.statement(ctx, (tx) => entitlements.get(tx, ctx, "prism"));
    });
  const names = {
    kept: "entitlement read, kept in memory, 10,000 workspaces",
    asked: "entitlement read, from the database, 10,000 workspaces",
  };
  if (!hasPgbench()) {
    return [alone(names.kept, await kept(), noPgbench, wanted), alone(names.asked, await asked(), noPgbench)];
  }
  const statement = (workspace: string) =>
    `select product, version, plan_id, plan_version_id, seats, standing, reason, features, sources, valid_until, plinth.now() as now
     from entitlements.entitlement_snapshots where workspace_id = ${workspace} and product = 'prism'
     and (valid_until is null or valid_until > plinth.now())`.replaceAll(/\s+/g, " ");
  const theirs = () => pgbench(app_url, { statement, workspaces: workspaces.length, clients, seconds });
  const measured = await inTurn(rounds, { theirs, kept, asked });
  return [
    compare(names.kept, measured.kept, measured.theirs, "pgbench, same SQL", undefined, wanted),
    compare(names.asked, measured.asked, measured.theirs, "pgbench, same SQL"),
  ];
}
