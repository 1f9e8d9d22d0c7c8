import type { Feature, Features, GrantStanding, Source, Standing } from "./schema.ts";

/** A plan as a snapshot is made from it. */
interface PlanContent {
  plan_id: string;
  plan_version_id: string;
  seats: number;
  features: Features;
}

/** What a source gives, and when: half-open, `starts_at <= t < ends_at`. */
export interface Grant extends PlanContent {
  source: string;
  rank: number;
  standing: GrantStanding;
  /** Why it stands so, for example `payment_failed`; null where nothing is to be said. */
  reason: string | null;
  starts_at: Date;
  ends_at: Date | null;
}

/** A feature of one workspace in place of what its plan says, while it runs: half-open. */
export interface RunningOverride {
  feature: string;
  value: Feature;
  starts_at: Date;
  ends_at: Date | null;
}

export interface ComputedSnapshot extends PlanContent {
  standing: Standing;
  reason: string | null;
  sources: Source[];
  valid_until: Date | null;
}

/**
 * The snapshot at an instant: a pure function of the default plan, all grants, the overrides and the time. For each feature the highest
 * wins, whichever source gives it, and an override over all of them; the plan that is named is the one of the highest rank. It
 * holds until the next time at which a grant or an override begins or ends.
 */
export function computeSnapshot(
  defaultPlan: PlanContent,
  grants: Grant[],
  now: Date,
  overrides: RunningOverride[] = [],
): ComputedSnapshot {
  const running = grants
    .filter((grant) => isRunning(grant, now))
    .sort((a, b) => b.rank - a.rank || compare(a.source, b.source));
  const overriding = overrides
    .filter((override) => isRunning(override, now))
    .sort((a, b) => compare(a.feature, b.feature));
  const best: PlanContent = running[0] ?? defaultPlan;
  const { standing, reason } = running[0] ?? withoutAny(grants);
  return {
    plan_id: best.plan_id,
    plan_version_id: best.plan_version_id,
    seats: Math.max(best.seats, ...running.map(({ seats }) => seats)),
    standing,
    reason,
    features: {
      ...[defaultPlan.features, ...running.map(featuresOf)].reduce(mergeFeatures),
      ...Object.fromEntries(overriding.map(({ feature, value }) => [feature, value])),
    },
    sources: [
      ...running.map(({ source, plan_id, ends_at }) => ({ source, plan_id, ends_at })),
      { source: "default", plan_id: defaultPlan.plan_id, ends_at: null },
      ...overriding.map(({ feature, ends_at }) => ({ source: `override:${feature}`, plan_id: best.plan_id, ends_at })),
    ],
    valid_until: nextBoundary([...grants, ...overrides], now),
  };
}

function isRunning({ starts_at, ends_at }: Pick<Grant, "starts_at" | "ends_at">, now: Date): boolean {
  return starts_at <= now && (ends_at === null || now < ends_at);
}

/** How it stands with a workspace that has no running grant: suspended when one could come back, else as the last one ended. */
function withoutAny(grants: Grant[]): { standing: Standing; reason: string | null } {
  const [last] = [...grants].sort(
    (a, b) =>
      Number(b.standing === "suspended") - Number(a.standing === "suspended") ||
      (b.ends_at?.getTime() ?? 0) - (a.ends_at?.getTime() ?? 0) ||
      compare(a.source, b.source),
  );
  if (last === undefined) return { standing: "none", reason: null };
  return { standing: last.standing === "suspended" ? "suspended" : "ended", reason: last.reason };
}

/** The grant's features, what goes by seats counted for its own, and what runs from its beginning anchored there. */
function featuresOf({ features, seats, starts_at }: Grant): Features {
  const resolved = Object.entries(features).map(([name, feature]): [string, Feature] => {
    if (feature.kind === "flag") return [name, feature];
    const anchored = feature.anchor === "subscription" ? { anchor_at: starts_at.toISOString() } : {};
    const counted = feature.per_seat === undefined ? {} : { limit: feature.per_seat * seats };
    return [name, { ...feature, ...counted, ...anchored }];
  });
  return Object.fromEntries(resolved);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nextBoundary(periods: Pick<Grant, "starts_at" | "ends_at">[], now: Date): Date | null {
  const times = periods
    .flatMap(({ starts_at, ends_at }) => [starts_at, ends_at])
    .filter((time): time is Date => time !== null && time > now)
    .map((time) => time.getTime());
  return times.length === 0 ? null : new Date(Math.min(...times));
}

function mergeFeatures(a: Features, b: Features): Features {
  const merged: Features = { ...a };
  for (const [name, feature] of Object.entries(b)) {
    const other = merged[name];
    merged[name] = other === undefined ? feature : higher(other, feature);
  }
  return merged;
}

/** The better of two: on beats off, unlimited beats a number, more beats less. Of limits the better one's window counts. */
function higher(a: Feature, b: Feature): Feature {
  if (a.kind === "flag" || b.kind === "flag") {
    if (a.kind === "flag" && b.kind === "flag") return a.enabled ? a : b;
    return a.kind === "limit" ? a : b;
  }
  if (a.limit === null || b.limit === null) return a.limit === null ? a : b;
  return b.limit > a.limit ? b : a;
}
