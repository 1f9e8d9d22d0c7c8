import { PlinthError } from "../src/core/errors.ts";
import { newId } from "../src/core/id.ts";
import { createEntitlements } from "../src/platform/entitlements/index.ts";
import { createEvents } from "../src/platform/events/index.ts";
import { createUsage, type Usage } from "../src/platform/usage/index.ts";
import { type Ground, idOf, numbers, type Site } from "./ground.ts";
import { forEach, median, ms, type Row, rounds, seconds, verdict } from "./measure.ts";

/** BENCH_LOGS=full takes minutes to fill, and 8 GB of disk. */
const sizes = process.env.BENCH_LOGS === "full" ? [1_000_000, 10_000_000] : [100_000, 1_000_000];
const most = 1.2;
/** Workspaces that are asked about, spread over all. */
const every = 10;
const workspacesAsked = numbers.count / every;

/** What a limit check costs beside a history ten times as long: both at once in two databases of one PostgreSQL, asked in turn. */
export async function measureUsageLogs(ground: Ground): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const [short, long] = sizes as [number, number];
  const open = async (database: string, logs: number) => {
    const site = await ground.openSite(database);
    stack.defer(site.close);
    await fill(site, logs);
    return { ...(await ready(site)), logs };
  };
  await ground.admin.query("alter system set max_wal_size = '8GB'");
  await ground.admin.query("select pg_reload_conf()");
  const small = await open("usage_logs_short", short);
  const large = await open("usage_logs_long", long);
  await ground.admin.query("checkpoint");
  const rows: Row[] = [];
  for (const [name, check] of [
    ["limit check that refuses", "refused"],
    ["limit check that counts, durable", "counted"],
  ] as const) {
    const took = await alternating(small[check], large[check]);
    rows.push({
      name: `${name}, ${long.toLocaleString("en")} \`usage_logs\`, p50`,
      ours: ms(took.large),
      peer: `${short.toLocaleString("en")} \`usage_logs\` ${ms(took.small)}`,
      ratio: (took.small / took.large).toFixed(2),
      goal: verdict(`within ${most}×`, took.large <= most * took.small),
    });
  }
  return rows;
}

const used = { kind: "limit" as const, window: "day" as const, per: "workspace" as const };
const features = { turns: { ...used, limit: 1_000_000_000 }, used_up: { ...used, limit: 1 } };

/** Usage with plans and counters as they are in the middle of a day, and one call of each kind. */
async function ready({ db, workspaces }: Site) {
  const events = createEvents({ db, onError: console.error });
  const entitlements = createEntitlements({ db, events });
  const usage = createUsage({ db, entitlements });
  const plan = { product: "prism", plan_id: "prism.bench", plan_version_id: newId(), seats: 1, features };
  await db.asSystem("bench", (tx) => entitlements.setDefaultPlan(tx, plan));
  const asked = workspaces.filter((_, index) => index % every === 0);
  await forEach(8, asked, async (ctx) => {
    await usage.consumeNow(ctx, "prism.turns", { idempotency_key: newId() });
    await usage.consumeNow(ctx, "prism.used_up", { idempotency_key: newId() });
  });
  let n = 0;
  const ctxOf = () => {
    const ctx = asked[n++ % asked.length];
    if (ctx === undefined) throw new Error("There are no workspaces");
    return ctx;
  };
  return {
    counted: () => usage.consumeNow(ctxOf(), "prism.turns", { idempotency_key: newId() }),
    refused: () => expectRefusal(usage.consumeNow(ctxOf(), "prism.used_up", { idempotency_key: newId() })),
  };
}

/** Call by call in turn, so that a noisy moment hits both; the median of each in milliseconds. */
async function alternating(small: () => Promise<unknown>, large: () => Promise<unknown>) {
  const took: Record<"small" | "large", number[]> = { small: [], large: [] };
  const time = async (into: number[], work: () => Promise<unknown>) => {
    const began = performance.now();
    await work();
    into.push(performance.now() - began);
  };
  // The first calls find statements unprepared, and pages of the workspaces unread.
  for (let n = 0; n < workspacesAsked; n++) await Promise.all([small(), large()]);
  for (const end = performance.now() + rounds * seconds * 1_000; performance.now() < end; ) {
    await time(took.small, small);
    await time(took.large, large);
  }
  return { small: median(took.small), large: median(took.large) };
}

async function expectRefusal(consumed: ReturnType<Usage["consumeNow"]>): Promise<void> {
  const outcome = await consumed.then(
    () => "nothing",
    (error: unknown) => (error instanceof PlinthError ? error.code : String(error)),
  );
  if (outcome !== "usage.limit_reached") throw new Error(`A full limit refused with ${outcome}`);
}

/** A year of use, as much of each workspace: the log in its monthly partitions, each row with its idempotency key, and the days' sums. */
async function fill({ admin }: Site, logs: number): Promise<void> {
  // Whether each of the rows has its workspace is not what is measured, and takes longer than all else.
  await admin.query("set session_replication_role = replica; set synchronous_commit = off; set work_mem = '256MB'");
  await admin.query(
    "select usage.add_log_partition(m::date) from generate_series(date_trunc('month', now() - interval '12 months'), now(), '1 month') m",
  );
  const chunk = 500;
  for (let first = numbers.first; first < numbers.first + numbers.count; first += chunk) {
    await admin.query(
      `with logged as (
         insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, lifetime, kind, amount, idempotency_key,
             window_start, window_end, day, occurred_at, created_at)
           select l.id, w.id, replace(w.id::text, '-8000-', '-a000-')::uuid, 'prism', 'turns', w.id, false, 'use', 1, l.id::text,
             date_trunc('day', l.at, 'UTC'), date_trunc('day', l.at, 'UTC') + interval '1 day', (l.at at time zone 'UTC')::date, l.at, l.at
           from generate_series($1::bigint, $1::bigint + ${chunk - 1}) n,
             lateral (select replace('${idOf("workspace", ":n")}', ':n', n::text)::uuid as id) w,
             generate_series(1, $2::int) j,
             lateral (select now() - interval '360 days' * (1 - j::float / ($2::int + 1)) as at) t,
             lateral (select uuidv7(t.at - clock_timestamp()) as id, t.at) l
         returning *),
       summed as (
         insert into usage.workspace_daily_usage (workspace_id, day, product, feature, used)
           select workspace_id, day, product, feature, sum(amount) from logged group by 1, 2, 3, 4)
       insert into usage.idempotency_keys (workspace_id, key, kind, user_id, product, feature, subject_id, lifetime, amount, taken,
           used_after, limit_value, window_start, window_end, log_id, day, created_at)
         select workspace_id, idempotency_key, 'consume', user_id, product, feature, subject_id, lifetime, amount, amount, 1, 1000000000,
           window_start, window_end, id, day, created_at from logged`,
      [first, logs / numbers.count],
    );
  }
  await admin.query("vacuum analyze");
  const { rows } = await admin.query("select count(*)::int as logs from usage.usage_logs");
  if (rows[0]?.logs !== logs) throw new Error(`There are ${rows[0]?.logs} rows, not ${logs}`);
}
