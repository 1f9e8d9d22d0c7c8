import type { ComputedSnapshot, Grant } from "./rules.ts";
import type { Feature, Features, Snapshot } from "./schema.ts";

/** What changed between two snapshots, in words. */
export interface Change {
  what: string;
  detail: string | null;
}

type Comparable = Pick<ComputedSnapshot, "plan_id" | "seats" | "standing" | "reason" | "features">;

/** What changed from one snapshot to the next, for whoever asks why an account is on its plan; undefined when nothing of it shows. */
export function describeChange(before: Comparable, after: Comparable): Change | undefined {
  const changes = [
    ...(before.plan_id === after.plan_id ? [] : [`Plan changed from ${before.plan_id} to ${after.plan_id}`]),
    ...(before.seats === after.seats ? [] : [`Seats changed from ${before.seats} to ${after.seats}`]),
    ...(sayStanding(before) === sayStanding(after)
      ? []
      : [`Standing changed from ${sayStanding(before)} to ${sayStanding(after)}`]),
  ];
  const features = changedFeatures(before.features, after.features);
  if (changes.length === 0 && features.length === 0) return undefined;
  const [what = "Features changed", ...more] = changes;
  const detail = [...more, ...features].join("; ");
  return { what, detail: detail === "" ? null : detail };
}

/** What a source now gives, in words; undefined when it gave the same before. */
export function describeGrant(before: Grant | undefined, after: Grant): Change | undefined {
  if (before !== undefined && sayGrant(before) === sayGrant(after)) return undefined;
  return { what: sayGrant(after), detail: before === undefined ? null : `Before: ${sayGrant(before)}` };
}

/** Why the workspace is on this plan, in one sentence. */
export function why(snapshot: Pick<Snapshot, "plan_id" | "standing" | "reason" | "sources">): string {
  const deciding = snapshot.sources.find(({ source }) => !source.startsWith("override:"));
  const because = snapshot.reason === null ? "" : ` (${snapshot.reason})`;
  const overridden = snapshot.sources.flatMap(({ source }) => (/^override:(.*)/.exec(source) ?? []).slice(1));
  const also = overridden.length === 0 ? "" : ` Overridden for this workspace: ${overridden.join(", ")}.`;
  if (deciding !== undefined && deciding.source !== "default") {
    const until = deciding.ends_at === null ? "with no end" : `until ${deciding.ends_at.toISOString()}`;
    const standing = snapshot.standing === "good" ? "" : `; it stands in ${snapshot.standing}${because}`;
    return `${snapshot.plan_id}, as ${deciding.source} gives it ${until}${standing}.${also}`;
  }
  switch (snapshot.standing) {
    case "suspended":
      return `${snapshot.plan_id}, the default plan, as what was granted is suspended${because}.${also}`;
    case "ended":
      return `${snapshot.plan_id}, the default plan, as what was granted has ended${because}.${also}`;
    default:
      return `${snapshot.plan_id}, the default plan, as nothing was granted.${also}`;
  }
}

/** A feature in words, for example `30 a day for each member`. */
export function sayFeature(feature: Feature | undefined): string {
  if (feature === undefined) return "none";
  if (feature.kind === "flag") return feature.enabled ? "on" : "off";
  const amount = feature.limit === null ? "unlimited" : String(feature.limit);
  const window = feature.window === "none" ? "" : ` a ${feature.window}`;
  const policy = feature.policy === undefined || feature.policy === "hard" ? "" : ` (${feature.policy})`;
  return `${amount}${window}${feature.per === "member" ? " for each member" : ""}${policy}`;
}

function changedFeatures(before: Features, after: Features): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return names
    .filter((name) => sayFeature(before[name]) !== sayFeature(after[name]))
    .map((name) => `${name}: ${sayFeature(before[name])} → ${sayFeature(after[name])}`);
}

function sayStanding({ standing, reason }: Pick<Comparable, "standing" | "reason">): string {
  return reason === null ? standing : `${standing} (${reason})`;
}

function sayGrant(grant: Grant): string {
  const { source, plan_id, seats, ends_at } = grant;
  const until = ends_at === null ? "with no end" : `until ${ends_at.toISOString()}`;
  const of = seats === 1 ? "" : ` with ${seats} seats`;
  return `${source} gives ${plan_id}${of} ${until}, ${sayStanding(grant)}`;
}
