import type { Clock } from "../../core/clock.ts";
import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import { dayOf, secondsToNextDay, usdOf } from "./rules.ts";
import type { Budget, Budgets, EventsQuery, UsageEvent, UsageFigures, UsageQuery, UsageReport } from "./schema.ts";
import { type Grouping, listBudgets, listEvents, listUsage, sumUsage, type UsageSums } from "./store.ts";

/** What the ledger tells those who pay. */
export interface AiUsage {
  /** Sums by day, feature, model and provider, and the total of all. Throws `request.invalid` for a range that is none or longer than 366 days. */
  ofWorkspace(ctx: Ctx, query: UsageQuery): Promise<UsageReport>;
  /** The same over all workspaces. */
  ofAll(query: UsageQuery): Promise<UsageReport>;
  /** Attempts of the workspace, the newest first. */
  events(ctx: Ctx, query: EventsQuery): Promise<{ data: UsageEvent[]; next_cursor: string | null }>;
  /** Today's budgets of the workspace; of persons only the caller's own. A budget is there from the day's first call on. */
  budgets(ctx: Ctx): Promise<Budgets>;
}

interface ReportsOptions {
  db: Pick<Database, "statement" | "asSystem">;
  clock: Clock;
}

const longestRange = 366;
const dayMs = 86_400_000;

export function createUsageReports({ db, clock }: ReportsOptions): AiUsage {
  return {
    ofWorkspace: async (ctx, query) => {
      const { workspace_id } = ctx;
      const asked = askedOf(query, clock.now());
      const [rows, total] = await Promise.all([
        db.statement(ctx, (tx) => listUsage(tx, { ...asked, workspace_id })),
        db.statement(ctx, (tx) => sumUsage(tx, { ...asked, workspace_id })),
      ]);
      return reportOf(asked, rows, total);
    },
    ofAll: async (query) => {
      const asked = askedOf(query, clock.now());
      return db.asSystem("AI usage report", async (tx) =>
        reportOf(asked, await listUsage(tx, asked), await sumUsage(tx, asked)),
      );
    },
    events: async (ctx, { cursor, limit, ...filter }) => {
      const after = readCursor(cursor);
      const rows = await db.statement(ctx, (tx) => listEvents(tx, ctx.workspace_id, { ...filter, limit, after }));
      const { data, next_cursor } = pageOf(rows, limit);
      return { data: data.map(eventOf), next_cursor };
    },
    budgets: async (ctx) => {
      const now = clock.now();
      const day = dayOf(now);
      const { workspace_id } = ctx;
      const rows = await db.statement(ctx, (tx) => listBudgets(tx, { workspace_id, day, user_id: userOf(ctx) }));
      return { day, resets_at: new Date(now.getTime() + secondsToNextDay(now) * 1_000), data: rows.map(budgetOf) };
    },
  };
}

interface AskedUsage {
  from: string;
  to: string;
  feature?: string;
  model?: string;
  by: Grouping[];
  limit: number;
  after: string[] | undefined;
}

function askedOf({ from, to, by, cursor, limit, ...filter }: UsageQuery, now: Date): AskedUsage {
  const last = to ?? dayOf(now);
  const first = from ?? dayOf(new Date(Date.parse(last) - 30 * dayMs));
  const days = (Date.parse(last) - Date.parse(first)) / dayMs;
  if (!(days >= 0 && days < longestRange)) {
    const detail = `must be a day up to ${longestRange - 1} days before \`to\``;
    throw requestErrors.invalid({ errors: [{ pointer: "/from", detail }] });
  }
  const groupings = (["day", "feature", "model", "provider"] as const).filter((name) => by.split(",").includes(name));
  return { from: first, to: last, ...filter, by: groupings, limit, after: readGroupCursor(cursor, groupings) };
}

/** A cursor is the last row's group. */
function groupCursor(row: UsageSums, by: Grouping[]): string {
  return Buffer.from(JSON.stringify(by.map((name) => row[name]))).toString("base64url");
}

function readGroupCursor(cursor: string | undefined, by: Grouping[]): string[] | undefined {
  if (cursor === undefined) return undefined;
  const values = parsed(Buffer.from(cursor, "base64url").toString("utf8"));
  const isOurs =
    Array.isArray(values) &&
    values.length === by.length &&
    values.every((value) => typeof value === "string" && !value.includes("\u0000")) &&
    (by[0] !== "day" || isDay(values[0]));
  if (isOurs) return values;
  throw requestErrors.invalid({ errors: [{ pointer: "/cursor", detail: "is not a cursor that this list gave out" }] });
}

function isDay(text: string): boolean {
  const at = new Date(text);
  return /^(?!0000)\d{4}-/.test(text) && !Number.isNaN(at.getTime()) && dayOf(at) === text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reportOf({ from, to, by, limit }: AskedUsage, rows: UsageSums[], total: UsageSums | undefined): UsageReport {
  const data = rows.slice(0, limit);
  const last = data.at(-1);
  return {
    from,
    to,
    total: figuresOf(total ?? nothing),
    data: data.map((row) => ({ ...Object.fromEntries(by.map((name) => [name, row[name]])), ...figuresOf(row) })),
    next_cursor: rows.length > limit && last !== undefined ? groupCursor(last, by) : null,
  };
}

const nothing: UsageSums = {
  calls: 0,
  attempts: 0,
  failed_attempts: 0,
  estimated_attempts: 0,
  input_tokens: 0,
  cached_input_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
  images: 0,
  audio_ms: 0,
  cost_pico_usd: "0",
};

function figuresOf({
  day: _d,
  feature: _f,
  model: _m,
  provider: _p,
  audio_ms,
  cost_pico_usd,
  ...row
}: UsageSums): UsageFigures {
  return { ...row, audio_seconds: audio_ms / 1_000, cost_usd: usdOf(cost_pico_usd) };
}

function eventOf({
  workspace_id: _,
  audio_ms,
  cost_pico_usd,
  ...row
}: Awaited<ReturnType<typeof listEvents>>[number]): UsageEvent {
  return {
    ...row,
    operation: row.operation as UsageEvent["operation"],
    outcome: row.outcome as UsageEvent["outcome"],
    audio_seconds: audio_ms / 1_000,
    cost_usd: usdOf(String(cost_pico_usd)),
  };
}

function budgetOf({ scope, subject, ...row }: Awaited<ReturnType<typeof listBudgets>>[number]): Budget {
  const { limit_pico_usd: limit, spent_pico_usd: spent, reserved_pico_usd: reserved, warned_at, exhausted_at } = row;
  const left = limit === null ? null : BigInt(limit) - BigInt(spent) - BigInt(reserved);
  return {
    scope: scope as Budget["scope"],
    feature: scope === "workspace_feature" ? subject : null,
    user_id: scope === "user" ? subject : null,
    limit_usd: limit === null ? null : usdOf(limit),
    spent_usd: usdOf(spent),
    reserved_usd: usdOf(reserved),
    remaining_usd: left === null ? null : usdOf((left > 0n ? left : 0n).toString()),
    warned_at,
    exhausted_at,
  };
}
