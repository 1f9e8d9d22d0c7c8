import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Ctx } from "../src/core/context.ts";
import { newId } from "../src/core/id.ts";
import { createEntitlements } from "../src/platform/entitlements/index.ts";
import { createEvents } from "../src/platform/events/index.ts";
import { createUsage } from "../src/platform/usage/index.ts";
import type { Ground } from "./ground.ts";
import { compare, has, inTurn, perSecond, type Row } from "./measure.ts";

const run = promisify(execFile);
const clients = 16;

/** `usage.consume` through our code, beside pgbench calling the same function in the same transaction, as the same role. */
export async function measureConsume({ db, workspaces, app_url }: Ground): Promise<Row[]> {
  const events = createEvents({ db, onError: console.error });
  const entitlements = createEntitlements({ db, events });
  const usage = createUsage({ db, entitlements });
  const features = {
    turns_per_day: { kind: "limit" as const, limit: 1_000_000_000, window: "day" as const, per: "workspace" as const },
  };
  await db.asSystem("bench", (tx) =>
    entitlements.setDefaultPlan(tx, { product: "prism", plan_id: "prism.bench", plan_version_id: newId(), features }),
  );
  for (const ctx of workspaces) await db.inWorkspace(ctx, (tx) => entitlements.get(tx, ctx, "prism"));
  const consume = (ctx: Ctx) =>
    db.statement(ctx, (tx) => usage.consume(tx, ctx, "prism.turns_per_day", { idempotency_key: newId() }));
  const rows: Row[] = [];
  for (const [name, targets] of [
    ["spread over 100 workspaces", workspaces.slice(0, 100)],
    ["on one hot row", workspaces.slice(0, 1)],
  ] as const) {
    const spread = (n: number) => targets[n % targets.length] ?? targets[0];
    const ours = () =>
      perSecond(clients, 4_000, async (n) => {
        const ctx = spread(n);
        if (ctx !== undefined) await consume(ctx);
      });
    if (!has("pgbench")) {
      rows.push({
        name: `consume, ${name}`,
        ours: `${Math.round(await ours())}/s`,
        peer: "pgbench is not installed (Debian: postgresql-client)",
        ratio: "",
        goal: "",
      });
      continue;
    }
    const scripts = await pgbenchScripts(targets);
    const measured = await inTurn(5, { theirs: () => pgbench(app_url, scripts), ours });
    rows.push(
      compare(
        `consume, ${name}, ${clients} clients, durable`,
        measured.ours,
        measured.theirs,
        "pgbench, same SQL",
        0.6,
      ),
    );
  }
  return rows;
}

/** One script for each workspace, the whole transaction in one message, as ours is one round trip. */
async function pgbenchScripts(targets: readonly Ctx[]): Promise<string[]> {
  return Promise.all(
    targets.map(async ({ workspace_id, actor }, index) => {
      const user_id = actor.kind === "user" ? actor.user_id : "";
      const file = join(tmpdir(), `plinth-consume-${index}.sql`);
      const statements = [
        "begin",
        `set local app.workspace_id = '${workspace_id}'`,
        `set local app.user_id = '${user_id}'`,
        `select * from usage.consume('${workspace_id}', '${user_id}', 'prism', 'turns_per_day', 1, gen_random_uuid()::text, gen_random_uuid())`,
        "commit",
      ];
      await writeFile(file, `${statements.join("\\; ")};\n`);
      return file;
    }),
  );
}

async function pgbench(url: string, scripts: string[]): Promise<number> {
  const { hostname, port, username, password, pathname } = new URL(url);
  const args = [
    "-n",
    "-c",
    String(clients),
    "-j",
    "2",
    "-T",
    "4",
    ...scripts.flatMap((script) => ["-f", script]),
    "-h",
    hostname,
    "-p",
    port,
    "-U",
    username,
    pathname.slice(1),
  ];
  const { stdout } = await run("pgbench", args, { env: { ...process.env, PGPASSWORD: decodeURIComponent(password) } });
  const [, tps] = /tps = ([\d.]+)/.exec(stdout) ?? [];
  if (tps === undefined) throw new Error(`pgbench said: ${stdout}`);
  return Number(tps);
}
