import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import type { Tx } from "../../core/tables.ts";
import { type Entitlements, type Feature, type Snapshot, splitFeature, why } from "../entitlements/index.ts";
import { remainingOf } from "./charges.ts";
import type { DailyQuery, FeatureUsage, ProductEntitlements } from "./schema.ts";
import { type Counter, listCounters, listDaily, sumCredits, windowEnds } from "./store.ts";

/** What was used, told. */
export interface Report {
  /** Every product's plan of the workspace, or one's, with what is used: a member's own limits are those of the caller. */
  entitlements(ctx: Ctx, product?: string): Promise<ProductEntitlements[]>;
  /** What was used on each day, of all features or of one. Throws `request.invalid` for a range of more than 366 days. */
  daily(ctx: Ctx, query: DailyQuery): Promise<{ day: string; feature: string; used: number }[]>;
}

interface ReportOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  entitlements: Pick<Entitlements, "get" | "products">;
}

export function createReport({ db, entitlements }: ReportOptions): Report {
  return {
    entitlements: (ctx, product) =>
      db.inWorkspace(ctx, async (tx) => {
        const products = product === undefined ? await entitlements.products(tx) : [product];
        const snapshots: Snapshot[] = [];
        for (const each of products) snapshots.push(await entitlements.get(tx, ctx, each));
        const books = await readBooks(tx, ctx, snapshots);
        return snapshots.map((snapshot) => describeProduct(ctx, snapshot, books));
      }),
    daily: async (ctx, { from, to, feature }) => {
      const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
      if (!(days >= 0 && days <= 366)) {
        throw requestErrors.invalid({ errors: [{ pointer: "/to", detail: "is at most 366 days after from" }] });
      }
      const only = feature === undefined ? undefined : splitFeature(feature);
      const rows = await db.statement(ctx, (tx) => listDaily(tx, ctx.workspace_id, { from, to }, only));
      return rows.map(({ day, product, feature: name, used }) => ({ day, feature: `${product}.${name}`, used }));
    },
  };
}

/** What is counted of a workspace, for the features that are told. */
interface Books {
  counters: Counter[];
  credits: { product: string; feature: string; remaining: number }[];
  /** When the window that runs now ends, by `<product>.<feature>`. */
  ends: Map<string, Date | null>;
}

async function readBooks(tx: Tx, ctx: Ctx, snapshots: Snapshot[]): Promise<Books> {
  const features = snapshots.flatMap(({ product, features }) =>
    Object.entries(features).map(([name, feature]) => ({ name: `${product}.${name}`, feature })),
  );
  const counters = await listCounters(tx, ctx.workspace_id, userOf(ctx));
  const credits = await sumCredits(tx, ctx.workspace_id);
  const list = features.map(({ feature }) => feature);
  const ends = await windowEnds(tx, ctx.workspace_id, list);
  return { counters, credits, ends: new Map(features.map(({ name }, n) => [name, ends[n] ?? null])) };
}

function describeProduct(ctx: Ctx, snapshot: Snapshot, books: Books): ProductEntitlements {
  const { product, plan_id, version, valid_until, seats, standing, reason, sources } = snapshot;
  // By name, so that the same is told in the same words whether it was just computed or read.
  const entries = Object.entries(snapshot.features).sort(([a], [b]) => (a < b ? -1 : 1));
  const features = entries.map(([name, feature]): [string, FeatureUsage] => [
    name,
    describeFeature(ctx, product, name, feature, books),
  ]);
  const about = { product, plan_id, version, valid_until, seats, standing, reason, why: why(snapshot), sources };
  return { ...about, features: Object.fromEntries(features) };
}

function describeFeature(ctx: Ctx, product: string, name: string, feature: Feature, books: Books): FeatureUsage {
  if (feature.kind === "flag") return feature;
  const { limit, window, per, policy = "hard" } = feature;
  const subject = per === "member" ? (userOf(ctx) ?? ctx.workspace_id) : ctx.workspace_id;
  const isOwn = (row: { product: string; feature: string }) => row.product === product && row.feature === name;
  const counter = books.counters.find(
    (each) => isOwn(each) && each.subject_id === subject && each.lifetime === (window === "none"),
  );
  const reserved = counter?.held ?? 0;
  const used = (counter?.used ?? 0) + reserved;
  const credits = books.credits.find(isOwn)?.remaining ?? 0;
  const overage = counter?.overage ?? 0;
  const resets_at = counter === undefined ? (books.ends.get(`${product}.${name}`) ?? null) : counter.window_end;
  const remaining = remainingOf(limit, used);
  return { kind: "limit", limit, used, reserved, remaining, credits, overage, window, per, policy, resets_at };
}
