import type { UserCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import { entitlementErrors } from "./errors.ts";
import { instantOf } from "./instants.ts";
import type { Features, ManualGrant, NewManualGrant, NewOverride, Override } from "./schema.ts";
import type { Entitlements } from "./service.ts";
import {
  deleteOverride,
  findDefaultPlan,
  findGrant,
  insertManualGrant,
  listManualGrants,
  listOverrides,
  revokeManualGrant,
  upsertOverride,
  workspaceExists,
} from "./store.ts";

/** A plan as it can be given now. */
export interface GrantableOffer {
  plan_id: string;
  plan_version_id: string;
  content: { product: string; rank: number; seats: number; features: Features };
}

/** What administrators of the platform give a workspace beside what it bought. Every step is audited in the workspace. */
export interface EntitlementAdmin {
  /** What was given to the workspace by hand, also what is over or revoked, the newest first. */
  listGrants(workspace_id: string): Promise<ManualGrant[]>;
  /**
   * Gives a plan from now until `ends_at`, as the source `grant:<id>`. Throws `entitlements.workspace_not_found`,
   * `entitlements.period_invalid`, and what the catalogue throws for a plan that is not offered.
   */
  grant(ctx: UserCtx, workspace_id: string, input: NewManualGrant): Promise<ManualGrant>;
  /** Ends it now. Throws `entitlements.grant_not_found`, also for one that was revoked before. */
  revokeGrant(ctx: UserCtx, workspace_id: string, grant_id: string): Promise<void>;
  /** The workspace's overrides that are not over. */
  listOverrides(workspace_id: string): Promise<Override[]>;
  /** One of them. Throws `entitlements.override_not_found`. */
  getOverride(key: FeatureKey): Promise<Override>;
  /**
   * Puts a feature in place of what the plan says, and of the override before. Throws `entitlements.workspace_not_found`,
   * `entitlements.unknown_product`, `entitlements.period_invalid`.
   */
  setOverride(ctx: UserCtx, key: FeatureKey, input: NewOverride): Promise<Override>;
  /** Takes it away: the plan counts again. Throws `entitlements.override_not_found`. */
  removeOverride(ctx: UserCtx, key: FeatureKey): Promise<void>;
}

interface FeatureKey {
  workspace_id: string;
  product: string;
  feature: string;
}

interface EntitlementAdminOptions {
  db: Pick<Database, "asSystem">;
  entitlements: Pick<Entitlements, "grant" | "refresh">;
  audit: Pick<Audit, "record">;
  /** What the plan is sold as now. */
  offerOf(tx: Tx, plan_id: string): Promise<GrantableOffer>;
}

export function createEntitlementAdmin({
  db,
  entitlements,
  audit,
  offerOf,
}: EntitlementAdminOptions): EntitlementAdmin {
  /** Runs the step of an administrator in a workspace that exists, and records it. */
  const step = <R>(
    ctx: UserCtx,
    workspace_id: string,
    action: string,
    work: (tx: Tx) => Promise<Step<R>>,
  ): Promise<R> =>
    db.asSystem(`entitlements: ${action}`, async (tx) => {
      await requireWorkspace(tx, workspace_id);
      const { result, target, details } = await work(tx);
      await audit.record(tx, { ...ctx, workspace_id }, { action: `entitlements.${action}`, target, details });
      return result;
    });

  return {
    listGrants: (workspace_id) =>
      db.asSystem("list manual grants", async (tx) => {
        await requireWorkspace(tx, workspace_id);
        return listManualGrants(tx, workspace_id);
      }),
    grant: (ctx, workspace_id, input) =>
      step(ctx, workspace_id, "granted", async (tx) => {
        const { plan_id, plan_version_id, content } = await offerOf(tx, input.plan_id);
        const { product, rank, features } = content;
        const seats = input.seats ?? content.seats;
        const about = { workspace_id, product, plan_id, plan_version_id, seats };
        const row = { ...about, id: newId(), ends_at: instantOf(input.ends_at), created_by: ctx.actor.user_id };
        const granted = await insertManualGrant(tx, { ...row, reason: input.reason });
        if (granted === undefined) throw periodInvalid();
        const { starts_at, ends_at } = granted;
        const standing = { standing: "good", reason: null } as const;
        const source = sourceOf(granted.id);
        const scope = { workspace_id, request_id: ctx.request_id };
        await entitlements.grant(tx, scope, { ...about, ...standing, source, rank, features, starts_at, ends_at });
        const details = { plan_id, seats, ends_at: ends_at.toISOString(), reason: input.reason };
        return { result: granted, target: source, details };
      }),
    revokeGrant: (ctx, workspace_id, grant_id) =>
      step(ctx, workspace_id, "grant_revoked", async (tx) => {
        const key = { workspace_id, id: grant_id, revoked_by: ctx.actor.user_id };
        const revoked = await revokeManualGrant(tx, key);
        if (revoked?.revoked_at == null) throw entitlementErrors.grant_not_found();
        const { product, revoked_at, ends_at, plan_id } = revoked;
        const source = sourceOf(grant_id);
        const grant = await findGrant(tx, { workspace_id, product, source });
        if (grant !== undefined && revoked_at < ends_at) {
          const ended = { ...grant, standing: "ended", reason: "revoked", ends_at: revoked_at } as const;
          const scope = { workspace_id, request_id: ctx.request_id };
          await entitlements.grant(tx, scope, { ...ended, workspace_id, product });
        }
        return { result: undefined, target: source, details: { plan_id } };
      }),
    listOverrides: (workspace_id) =>
      db.asSystem("list overrides", async (tx) => {
        await requireWorkspace(tx, workspace_id);
        return listOverrides(tx, workspace_id);
      }),
    getOverride: ({ workspace_id, product, feature }) =>
      db.asSystem("get an override", async (tx) => {
        const overrides = await listOverrides(tx, workspace_id, product);
        const found = overrides.find((each) => each.feature === feature);
        if (found === undefined) throw entitlementErrors.override_not_found();
        return found;
      }),
    setOverride: (ctx, key, { value, reason, starts_at, ends_at }) =>
      step(ctx, key.workspace_id, "overridden", async (tx) => {
        if ((await findDefaultPlan(tx, key.product)) === undefined) throw entitlementErrors.unknown_product();
        const period = { starts_at: dateOf(starts_at), ends_at: dateOf(ends_at) };
        const written = await upsertOverride(tx, { ...key, ...period, value, reason, created_by: ctx.actor.user_id });
        if (written === undefined) throw periodInvalid();
        const source = `override:${key.feature}`;
        await entitlements.refresh(tx, { ...key, request_id: ctx.request_id }, key.product, source);
        return { result: written, target: nameOf(key), details: { value, reason, ends_at: ends_at ?? null } };
      }),
    removeOverride: (ctx, key) =>
      step(ctx, key.workspace_id, "override_removed", async (tx) => {
        const { workspace_id, product, feature } = key;
        if (!(await deleteOverride(tx, workspace_id, product, feature))) throw entitlementErrors.override_not_found();
        const scope = { workspace_id, request_id: ctx.request_id };
        await entitlements.refresh(tx, scope, product, `override:${feature}`);
        return { result: undefined, target: nameOf(key), details: {} };
      }),
  };
}

/** What a step gives its caller, and what the audit says of it. */
interface Step<R> {
  result: R;
  target: string;
  details: Record<string, unknown>;
}

async function requireWorkspace(tx: Tx, workspace_id: string): Promise<void> {
  if (!(await workspaceExists(tx, workspace_id))) throw entitlementErrors.workspace_not_found();
}

function sourceOf(grant_id: string): string {
  return `grant:${grant_id}`;
}

function nameOf({ product, feature }: FeatureKey): string {
  return `feature:${product}.${feature}`;
}

function dateOf(text: string | null | undefined): Date | null {
  return text == null ? null : instantOf(text);
}

function periodInvalid() {
  return entitlementErrors.period_invalid({
    errors: [{ pointer: "/ends_at", detail: "must be later than its beginning" }],
  });
}
