import type { Feature, Features, Source } from "./schema.ts";

/** A plan as a snapshot is made from it. */
interface PlanContent {
  plan_id: string;
  plan_version_id: string;
  features: Features;
}

/** What a source gives, and when: half-open, `starts_at <= t < ends_at`. */
export interface Grant extends PlanContent {
  source: string;
  rank: number;
  starts_at: Date;
  ends_at: Date | null;
}

export interface ComputedSnapshot extends PlanContent {
  sources: Source[];
  valid_until: Date | null;
}

/**
 * The snapshot at an instant: a pure function of the default plan, all grants and the time. For each feature the highest wins,
 * whichever source gives it; the plan that is named is the one of the highest rank. It holds until the next time
 * at which a grant begins or ends.
 */
export function computeSnapshot(defaultPlan: PlanContent, grants: Grant[], now: Date): ComputedSnapshot {
  const running = grants
    .filter((grant) => grant.starts_at <= now && (grant.ends_at === null || now < grant.ends_at))
    .sort((a, b) => b.rank - a.rank || compare(a.source, b.source));
  const best: PlanContent = running[0] ?? defaultPlan;
  return {
    plan_id: best.plan_id,
    plan_version_id: best.plan_version_id,
    features: [defaultPlan, ...running].map(({ features }) => features).reduce(mergeFeatures),
    sources: [
      ...running.map(({ source, plan_id, ends_at }) => ({ source, plan_id, ends_at })),
      { source: "default", plan_id: defaultPlan.plan_id, ends_at: null },
    ],
    valid_until: nextBoundary(grants, now),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function nextBoundary(grants: Grant[], now: Date): Date | null {
  const times = grants
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
