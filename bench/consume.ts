import { newId } from "../src/core/id.ts";
import { createEntitlements } from "../src/platform/entitlements/index.ts";
import { createEvents } from "../src/platform/events/index.ts";
import { createUsage } from "../src/platform/usage/index.ts";
import type { Ground } from "./ground.ts";
import { alone, compare, forEach, inTurn, perSecond, type Row, rounds, seconds } from "./measure.ts";
import { hasPgbench, noPgbench, pgbench } from "./pgbench.ts";

const clients = 16;

/** `usage.consume` through our code, beside pgbench calling the same function in the same transaction, as the same role. */
export async function measureConsume(ground: Ground): Promise<Row[]> {
  const { db, workspaces } = ground;
  const events = createEvents({ db, onError: console.error });
  const entitlements = createEntitlements({ db, events });
  const usage = createUsage({ db, entitlements });
  await db.asSystem("bench", (tx) => entitlements.setDefaultPlan(tx, planOf(1_000_000_000)));
  await forEach(clients, workspaces, (ctx) => db.inWorkspace(ctx, (tx) => entitlements.get(tx, ctx, "prism")));
  const consume = async (n: number, of: number) => {
    const ctx = workspaces[n % of];
    if (ctx !== undefined) await usage.consumeNow(ctx, "prism.turns_per_day", { idempotency_key: newId() });
  };
  const rows: Row[] = [];
  for (const [where, of, least] of [
    ["spread over 10,000 workspaces", workspaces.length, 3_000],
    ["on one hot row", 1, 400],
  ] as const) {
    const name = `consume, ${where}, ${clients} clients, durable`;
    // Each workspace's first call of the day makes its counter: before, and not in what is measured.
    await forEach(clients, [...workspaces.slice(0, of).keys()], (n) => consume(n, of));
    const ours = () => perSecond(clients, seconds * 1_000, (n) => consume(n, of));
    if (!hasPgbench()) {
      rows.push(alone(name, await ours(), noPgbench, least));
      continue;
    }
    const measured = await inTurn(rounds, { theirs: () => peer(ground, of), ours });
    rows.push(compare(name, measured.ours, measured.theirs, "pgbench, same SQL", 0.6, least));
  }
  return rows;
}

/** A plan whose one limit counts for the workspace by the day. */
export function planOf(limit: number) {
  const turns = { kind: "limit" as const, limit, window: "day" as const, per: "workspace" as const };
  const plan = { product: "prism", plan_id: "prism.bench", seats: 1, features: { turns_per_day: turns } };
  return { ...plan, plan_version_id: newId() };
}

function peer({ app_url }: Ground, workspaces: number): Promise<number> {
  const statement = (workspace: string, user: string) =>
    `select * from usage.consume(${workspace}, ${user}, 'prism', 'turns_per_day', 1, uuidv7()::text, uuidv7(), null)`;
  return pgbench(app_url, { statement, workspaces, clients, seconds });
}
