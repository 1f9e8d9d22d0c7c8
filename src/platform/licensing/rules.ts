import type { Features, LicenseFile, LicenseStatus, Snapshot, Verdict, VerdictCode } from "./schema.ts";

/** What a licence follows its snapshot in. */
export interface Terms {
  plan_id: string;
  plan_version_id: string;
  features: Features;
  max_seats: number;
  status: LicenseStatus;
  reason: string | null;
  expires_at: Date | null;
}

/** Reasons for which the store took back what was bought. */
const takenBack = ["refunded", "disputed_lost", "revoked"];

/**
 * What the snapshot makes of a licence. `isLicensed` says whether a licence comes with the snapshot's plan. Undefined where there is none
 * and none comes. `held` is the licence that there is, and the time. A licence that is not active keeps the plan, the seats and the features that it had last.
 */
export function termsOf(
  snapshot: Snapshot,
  isLicensed: boolean,
  held: { terms: Terms; now: Date } | undefined,
): Terms | undefined {
  const { plan_id, plan_version_id, features, seats: max_seats, reason, sources } = snapshot;
  const deciding = sources[0];
  const isOwed = snapshot.standing === "suspended" && deciding?.source !== "default";
  if (isLicensed && !isOwed) {
    const isGranted = deciding !== undefined && deciding.source !== "default";
    const content = { plan_id, plan_version_id, features, max_seats, status: "active" as const };
    return { ...content, reason: isGranted ? reason : null, expires_at: deciding?.ends_at ?? null };
  }
  if (held === undefined) return undefined;
  const { terms: known, now } = held;
  if (snapshot.standing === "suspended") return { ...known, status: "suspended", reason };
  if (reason !== null && takenBack.includes(reason)) return { ...known, status: "revoked", reason };
  const expires_at = known.expires_at !== null && known.expires_at < now ? known.expires_at : now;
  const isOver = known.status === "expired";
  return { ...known, status: "expired", reason, expires_at: isOver ? known.expires_at : expires_at };
}

export type LicenseChange = "changed" | "renewed" | "suspended" | "reinstated" | "expired";

/**
 * What happened between two states of a licence, empty when the file would say the same. A later end is a renewal, unless it is
 * the time that a failed payment is given.
 */
export function changesBetween(before: Terms, after: Terms, isGrace: boolean): LicenseChange[] {
  const changes: LicenseChange[] = [];
  const isActive = after.status === "active";
  if (before.status !== after.status) {
    changes.push(isActive ? "reinstated" : after.status === "suspended" ? "suspended" : "expired");
  }
  if (!isActive) return changes;
  const isRenewed = !isGrace && isLater(after.expires_at, before.expires_at);
  const movesEnd = !sameTime(after.expires_at, before.expires_at) && !isRenewed && before.status === "active";
  if (!sameContent(before, after) || movesEnd) changes.push("changed");
  if (isRenewed) changes.push("renewed");
  return changes;
}

function sameContent(a: Terms, b: Terms): boolean {
  const { plan_id, plan_version_id, max_seats } = a;
  const isSame = plan_id === b.plan_id && plan_version_id === b.plan_version_id && max_seats === b.max_seats;
  return isSame && sameJson(a.features, b.features);
}

/** No end is the latest. */
function isLater(a: Date | null, b: Date | null): boolean {
  return b !== null && (a === null || a > b);
}

function sameTime(a: Date | null, b: Date | null): boolean {
  return a?.getTime() === b?.getTime();
}

/** Whether two JSON values are alike, whatever the order of their members. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a).filter((key) => Reflect.get(a, key) !== undefined);
  const others = Object.keys(b).filter((key) => Reflect.get(b, key) !== undefined);
  if (keys.length !== others.length || Array.isArray(a) !== Array.isArray(b)) return false;
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(Reflect.get(a, key), Reflect.get(b, key)));
}

/** A licence as a verdict looks at it. */
export interface Judged {
  product: string;
  status: LicenseStatus;
  not_before: Date;
  expires_at: Date | null;
}

/** What the licence is worth at the time; an end and a beginning are compared here too, whatever its status says. */
export function judge(
  license: Judged,
  asked: { product: string | undefined; is_activated: boolean | undefined },
  now: Date,
): VerdictCode {
  if (asked.product !== undefined && asked.product !== license.product) return "product_mismatch";
  if (license.status === "revoked" || license.status === "suspended") return license.status;
  if (license.status === "expired" || (license.expires_at !== null && license.expires_at <= now)) return "expired";
  if (now < license.not_before) return "not_yet_valid";
  return asked.is_activated === false ? "hardware_not_activated" : "valid";
}

const messages: Record<VerdictCode, string> = {
  valid: "The licence is valid.",
  expired: "The licence has expired. Renew it to go on.",
  suspended: "The licence is suspended. Check how it is paid for.",
  revoked: "The licence was revoked.",
  not_yet_valid: "The licence is not valid yet.",
  product_mismatch: "The licence is for another product.",
  hardware_not_activated: "The licence is not activated on this machine. Activate it first.",
  malformed_key: "This is not a licence key. Check it for typing errors.",
  unknown_key: "There is no licence with this key.",
};

/** The answer for an outcome. A licence for another product is not shown. */
export function verdictOf(code: VerdictCode, checked_at: Date, license?: Verdict["license"]): Verdict {
  const shown = license === undefined || code === "product_mismatch" ? {} : { license };
  return { valid: code === "valid", code, message: messages[code], ...shown, checked_at };
}

/** What a file is made of. */
export interface FileSource extends Terms {
  id: string;
  workspace_id: string;
  product: string;
  not_before: Date;
  key_last4: string;
  revision: number;
}

/** What the signed file says. */
export function fileOf(
  license: FileSource,
  made: { hardware_id: string | undefined; issued_at: Date; file_ttl: number },
): LicenseFile {
  const { id: license_id, workspace_id, product, plan_id, plan_version_id, features, max_seats } = license;
  const { status, key_last4, revision, not_before, expires_at } = license;
  const { hardware_id, issued_at, file_ttl } = made;
  return {
    ...{ format: 1 as const, license_id, workspace_id, product, plan_id, plan_version_id, features, max_seats },
    ...{ status, not_before: not_before.toISOString(), expires_at: expires_at?.toISOString() ?? null },
    ...{ key_last4, revision, ...(hardware_id === undefined ? {} : { hardware_id }) },
    ...{ issued_at: issued_at.toISOString(), file_ttl },
  };
}

/** A file as it was signed. */
export interface SignedState {
  signed_revision: number | null;
  signed_kid: string | null;
  signed_file: string | null;
  signed_at: Date | null;
}

/**
 * Whether the file may be given out as it is: of the present revision, signed with the present key, and with half of its time before it at
 * least, so that nobody is given one that is about to run out.
 */
export function isFresh(
  signed: SignedState,
  wanted: { revision: number; kid: string; now: Date; file_ttl: number },
): boolean {
  const { signed_revision, signed_kid, signed_file, signed_at } = signed;
  if (signed_file === null || signed_at === null) return false;
  const age = wanted.now.getTime() - signed_at.getTime();
  return signed_revision === wanted.revision && signed_kid === wanted.kid && age < (wanted.file_ttl * 1_000) / 2;
}

/** A signing key's place in time. */
export interface KeyTimes {
  kid: string;
  active_from: Date;
}

export interface KeyPolicy {
  /** A key signs for so many days. */
  signs_days: number;
  /** It is published so many minutes before. */
  lead_minutes: number;
  /** What it signs may be relied on for so many seconds. */
  file_ttl: number;
}

/** The key that signs now: the newest whose time has come. */
export function signingKeyOf<K extends KeyTimes>(keys: K[], now: Date): K | undefined {
  return [...keys]
    .filter(({ active_from }) => active_from <= now)
    .sort((a, b) => b.active_from.getTime() - a.active_from.getTime() || (a.kid < b.kid ? -1 : 1))[0];
}

/** When the last file that the key signed has run out, an hour spared for clocks; undefined while no other follows it. */
export function retirementOf(key: KeyTimes, keys: KeyTimes[], file_ttl: number): Date | undefined {
  const successors = keys.map(({ active_from }) => active_from.getTime()).filter((t) => t > key.active_from.getTime());
  if (successors.length === 0) return undefined;
  return new Date(Math.min(...successors) + file_ttl * 1_000 + 3_600_000);
}

/** What is due: the next key, published before the newest has signed its time, and keys whose last file has run out. */
export function rotationDue(keys: KeyTimes[], now: Date, policy: KeyPolicy): { create: boolean; retire: string[] } {
  const newest = Math.max(...keys.map(({ active_from }) => active_from.getTime()));
  const next = newest + policy.signs_days * 86_400_000 - policy.lead_minutes * 60_000;
  const over = keys.filter((key) => (retirementOf(key, keys, policy.file_ttl) ?? now) < now);
  return { create: keys.length === 0 || next <= now.getTime(), retire: over.map(({ kid }) => kid) };
}
