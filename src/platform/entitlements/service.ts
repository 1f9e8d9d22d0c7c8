import type { Clock } from "../../core/clock.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { entitlementErrors } from "./errors.ts";
import { SnapshotChanged } from "./events.ts";
import { describeChange, describeGrant } from "./explain.ts";
import { createKeptSnapshots } from "./kept.ts";
import { computeSnapshot } from "./rules.ts";
import type { Features, GrantStanding, Snapshot, TimelineEntry, TimelineQuery } from "./schema.ts";
import {
  type DefaultPlan,
  expireSnapshots,
  findDefaultPlan,
  findGrant,
  findSnapshot,
  type GrantRow,
  insertTimelineEntry,
  type LockedSnapshot,
  listGrants,
  listOverrides,
  listProducts,
  listTimeline,
  lockSnapshot,
  updateSnapshot,
  upsertDefaultPlan,
  upsertGrant,
} from "./store.ts";

/** What a source gives a workspace: `starts_at <= t < ends_at`; one that is over is written with its end in the past. */
export interface GrantInput {
  workspace_id: string;
  product: string;
  /** For example `stripe:sub_123`. One source never writes another's grant. */
  source: string;
  plan_id: string;
  plan_version_id: string;
  /** Plans of a product from the least, 0, upwards: the highest running one is the workspace's plan. */
  rank: number;
  seats: number;
  standing: GrantStanding;
  /** Why it stands so, for example `payment_failed`. */
  reason: string | null;
  features: Features;
  starts_at: Date;
  ends_at: Date | null;
}

/**
 * Told of each snapshot that was computed, in the transaction that computed it: for what follows from it, such as a licence. The
 * transaction is the platform's or the workspace's own.
 */
export type Follower = (tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, snapshot: Snapshot) => Promise<void>;

/** Where a snapshot is asked for: by anybody in the workspace, or by the platform. */
type Scope = Pick<Ctx, "workspace_id" | "request_id">;

/** Something that happened to what a workspace may do, or that was refused. */
export interface Note {
  outcome: TimelineEntry["outcome"];
  /** Null for what is of no product. */
  product: string | null;
  /** Who caused it, for example `stripe`. */
  source: string;
  /** What happened, in one sentence that a support person understands. */
  what: string;
  detail?: string | null;
  /** Where to look it up, for example the id of the store's event. */
  reference?: string | null;
}

/** What a workspace may do: granted by whoever sells, asked by whoever serves. */
export interface Entitlements {
  /**
   * Writes what a source gives, replacing what the same source gave before, and computes the workspace's snapshot, all in the
   * caller's transaction (of the platform, `asSystem`). Publishes `entitlements.snapshot_changed` when the plan is another.
   */
  grant(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, grant: GrantInput): Promise<void>;
  /** Registers who is told of snapshots; called in app.ts, as entitlements knows nobody who follows. */
  follow(follower: Follower): void;
  /** Sets the plan that every workspace has of a product without a grant; known snapshots are computed afresh when read. */
  setDefaultPlan(tx: Tx, plan: DefaultPlan): Promise<void>;
  /** The workspace's snapshot of a product, computed if its time is over. Throws `entitlements.unknown_product`. */
  get(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, product: string): Promise<Snapshot>;
  /**
   * As `get`, from memory while nothing has changed: at most a notification behind, and never past `valid_until` by the database's
   * clock. For questions that cost nothing when they are answered a moment late; limits are read under their lock.
   */
  read(ctx: Ctx, product: string): Promise<Snapshot>;
  /** Computes the snapshot after something other than a grant changed, such as an override. */
  refresh(tx: Tx, ctx: Scope, product: string, source: string): Promise<Snapshot>;
  /** Writes an entry of the workspace's timeline in the caller's transaction; also for what was ignored or refused. */
  note(tx: Tx, ctx: Pick<Ctx, "workspace_id">, note: Note): Promise<void>;
  /** Every change that was applied, ignored or rejected, the newest first: why the account is on its plan. */
  timeline(ctx: Ctx, query: TimelineQuery): Promise<{ data: TimelineEntry[]; next_cursor: string | null }>;
  /**
   * The most that any product's plan gives the workspace of a limit that is the workspace's and not the product's; null is unlimited,
   * undefined when no plan says anything of it.
   */
  highest(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, feature: string): Promise<number | null | undefined>;
  /** The products that have plans. */
  products(tx: Tx): Promise<string[]>;
  /**
   * Lets pass when the workspace's plan has the feature switched on (or, for a limit, at all).
   * Throws `entitlements.missing` (403) otherwise, with the plans on offer that have it. `feature` is `<product>.<feature>`.
   */
  require(ctx: Ctx, feature: string): Promise<void>;
  /** Registers who knows which plans on offer have a feature, by their ids, the cheapest first; without it `entitlements.missing` names none. */
  onMissing(plansWith: (product: string, feature: string) => Promise<string[]>): void;
}

interface EntitlementsOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  events: Pick<Events, "append">;
  /** Hears of changes, for snapshots in memory; without it every question goes to the database. */
  listener?: Pick<Listener, "connected" | "onGap" | "on">;
  clock?: Pick<Clock, "offset">;
}

export function createEntitlements({ db, events, listener, clock }: EntitlementsOptions): Entitlements {
  const followers: Follower[] = [];
  let plansWith: (product: string, feature: string) => Promise<string[]> = async () => [];
  const compute = async (tx: Tx, ctx: Scope, product: string, source?: string): Promise<Snapshot> => {
    const { workspace_id } = ctx;
    const plan = await findDefaultPlan(tx, product);
    if (plan === undefined) throw entitlementErrors.unknown_product({ detail: `There is no product ${product}` });
    const before = await lockSnapshot(tx, workspace_id, plan);
    const grants = await listGrants(tx, workspace_id, product);
    const snapshot = computeSnapshot(plan, grants, before.now, await listOverrides(tx, workspace_id, product));
    const version = before.version + 1;
    await updateSnapshot(tx, { workspace_id, product, version }, snapshot);
    if (before.version > 0 && before.plan_id !== snapshot.plan_id) {
      const { plan_id } = snapshot;
      await events.append(tx, ctx, SnapshotChanged, { product, plan_id, previous_plan_id: before.plan_id, version });
    }
    const computed = { product, version, ...snapshot };
    const known = before.version > 0 ? before : { ...before, ...computeSnapshot(plan, [], before.now) };
    await noteChange(tx, workspace_id, { ...known, source }, computed);
    for (const follower of followers) await follower(tx, ctx, computed);
    return computed;
  };
  const get: Entitlements["get"] = async (tx, ctx, product) =>
    (await findSnapshot(tx, ctx.workspace_id, product)) ?? compute(tx, ctx, product);
  const load = (ctx: Ctx, product: string) =>
    db.inWorkspace(ctx, async (tx) => {
      const found = await findSnapshot(tx, ctx.workspace_id, product);
      if (found !== undefined) return found;
      const snapshot = await compute(tx, ctx, product);
      return { ...snapshot, now: (await findSnapshot(tx, ctx.workspace_id, product))?.now ?? new Date(0) };
    });
  const kept = createKeptSnapshots({ listener, clock });
  const read: Entitlements["read"] = (ctx, product) => kept.get(ctx.workspace_id, product, () => load(ctx, product));

  return {
    grant: async (tx, ctx, grant) => {
      const row: GrantRow = grant;
      const change = describeGrant(await findGrant(tx, row), row);
      await upsertGrant(tx, row);
      if (change !== undefined) {
        const { product, source } = grant;
        await insertTimelineEntry(tx, { ...blank(ctx), ...change, product, source, plan_after: grant.plan_id });
      }
      await compute(tx, ctx, grant.product, grant.source);
    },
    follow: (follower) => {
      followers.push(follower);
    },
    setDefaultPlan: async (tx, plan) => {
      if (await upsertDefaultPlan(tx, plan)) await expireSnapshots(tx, plan.product);
    },
    get,
    read,
    refresh: compute,
    note: (tx, ctx, note) => insertTimelineEntry(tx, { ...blank(ctx), ...note }),
    timeline: async (ctx, { product, limit, cursor }) => {
      const after = readCursor(cursor);
      const { workspace_id } = ctx;
      return pageOf(await db.statement(ctx, (tx) => listTimeline(tx, workspace_id, product, after, limit)), limit);
    },
    highest: async (tx, ctx, name) => {
      const limits: (number | null)[] = [];
      for (const product of await listProducts(tx)) {
        const feature = (await get(tx, ctx, product)).features[name];
        if (feature?.kind === "limit") limits.push(feature.limit);
      }
      if (limits.includes(null)) return null;
      return limits.length === 0 ? undefined : Math.max(...limits.map(Number));
    },
    products: listProducts,
    require: async (ctx, feature) => {
      const { product, name } = splitFeature(feature);
      const found = (await read(ctx, product)).features[name];
      if (found === undefined || (found.kind === "flag" && !found.enabled)) {
        const plans = await plansWith(product, name);
        const detail = `Your plan does not have ${feature}${plans.length === 0 ? "" : `; ${plans.join(", ")} does`}`;
        throw entitlementErrors.missing({ detail, extensions: { feature, plans } });
      }
    },
    onMissing: (lookup) => {
      plansWith = lookup;
    },
  };
}

/** An entry of the timeline before anything is said in it. */
function blank({ workspace_id }: Pick<Ctx, "workspace_id">) {
  return {
    workspace_id,
    id: newId(),
    at: null,
    outcome: "applied" as const,
    product: null,
    detail: null,
    plan_before: null,
    plan_after: null,
    reference: null,
  };
}

/** Writes down what a computation changed. What only the time changed is dated when it took effect, not when it was noticed. */
async function noteChange(
  tx: Tx,
  workspace_id: string,
  before: Omit<LockedSnapshot, "version"> & { source: string | undefined },
  after: Snapshot,
): Promise<void> {
  const change = describeChange(before, after);
  if (change === undefined) return;
  const isByTime = before.source === undefined && before.valid_until !== null && before.valid_until <= before.now;
  await insertTimelineEntry(tx, {
    ...blank({ workspace_id }),
    ...change,
    at: isByTime ? before.valid_until : null,
    product: after.product,
    source: before.source ?? (isByTime ? "time" : "plan catalogue"),
    plan_before: before.plan_id,
    plan_after: after.plan_id,
  });
}

/** The parts of `<product>.<feature>`. */
export function splitFeature(feature: string): { product: string; name: string } {
  const [product, name] = feature.split(".");
  if (product === undefined || name === undefined) throw new TypeError(`${feature} is not of the form product.feature`);
  return { product, name };
}
