import type { ScheduleAdmin } from "../platform/schedules/index.ts";
import type { CommandOptions } from "./command.ts";
import { withApp } from "./with-app.ts";

const usage = "plinth schedules list | pause <name> | resume <name> | run <name>";

/** `plinth schedules …`: what an operator does with what runs at its times. */
export async function schedules({ arguments: [verb, name], products }: CommandOptions): Promise<void> {
  const isOfOne = verb === "pause" || verb === "resume" || verb === "run";
  if (verb !== "list" && (!isOfOne || name === undefined)) throw new Error(usage);
  await withApp(async ({ schedules: { admin } }) => {
    const lines = isOfOne ? [await change(admin, verb, name ?? "")] : await list(admin);
    process.stdout.write(`${lines.join("\n")}\n`);
  }, products);
}

async function change(admin: ScheduleAdmin, verb: "pause" | "resume" | "run", name: string): Promise<string> {
  if (verb === "run") return `${name} runs now (${(await admin.run(name)).slot.toISOString()})`;
  const { next_run_at } = await admin[verb](name);
  return verb === "pause" ? `${name} is paused` : `${name} runs again, next at ${text(next_run_at)}`;
}

async function list(admin: ScheduleAdmin): Promise<string[]> {
  const rows = (await admin.list()).map(({ name, cron, time_zone, state, next_run_at, last_run }) => [
    name,
    `${cron} ${time_zone}`,
    state,
    `next ${text(next_run_at)}`,
    `last ${text(last_run?.slot ?? null)}`,
  ]);
  if (rows.length === 0) return ["There are no schedules"];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function text(at: Date | null): string {
  return at === null ? "-" : at.toISOString();
}
