import { type Ctx, systemCtx } from "../../core/context.ts";
import { hmac, type Keyring, seal } from "../../core/crypto.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Follower, Snapshot } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import type { Plans } from "../plans/index.ts";
import {
  FileOutdated,
  LicenseChanged,
  LicenseExpired,
  LicenseIssued,
  LicenseReinstated,
  LicenseRenewed,
  LicenseSuspended,
} from "./events.ts";
import { canonicalKey, newKeyBody, writeKey } from "./key-text.ts";
import { changesBetween, type LicenseChange, type Terms, termsOf } from "./rules.ts";
import { insertLicense, type LicenseRow, lockLicense, updateTerms } from "./store.ts";

type FollowCtx = Parameters<Follower>[1];

/** Told of a licence in the transaction in which it changed; it is not active any more when its status says so. */
export type LicenseListener = (tx: Tx, ctx: FollowCtx, license: ChangedLicense) => Promise<void>;
export type ChangedLicense = Pick<
  LicenseRow,
  "id" | "workspace_id" | "product" | "status" | "reason" | "max_seats" | "expires_at"
>;

interface FollowOptions {
  plans: Pick<Plans, "versions">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record">;
  keyring: Keyring;
}

/** Plan versions never change, so what is known of one stays known; so many at most. */
const mostPrefixes = 1_000;

/** Makes a new key: its text, the hash that it is found by, and its ciphertext. */
export function createKeys(keyring: Keyring) {
  const hashKey = keyring.derive("license key lookup");
  const sealKey = keyring.derive("license key");
  return {
    sealKey,
    /** Of the key's canonical spelling. */
    hash: (canonical: string) => hmac(hashKey, canonical),
    make: (key_prefix: string) => {
      const body = newKeyBody();
      const text = { prefix: key_prefix, body };
      return {
        key_prefix,
        key_hash: hmac(hashKey, canonicalKey(text)),
        key_sealed: seal(sealKey, writeKey(text)),
        key_last4: body.slice(-4),
      };
    },
  };
}

/** Keeps licences what the snapshots make of them, in the transactions that compute these. */
export function createFollow({ plans, events, audit, keyring }: FollowOptions) {
  const keys = createKeys(keyring);
  const listeners: LicenseListener[] = [];
  const prefixes = new Map<string, string | null>();

  const prefixOf = async (tx: Tx, plan_version_id: string): Promise<string | null> => {
    const known = prefixes.get(plan_version_id);
    if (known !== undefined) return known;
    const version = (await plans.versions(tx, [plan_version_id])).get(plan_version_id);
    if (version === undefined) return null;
    const prefix = version.content.license_prefix ?? null;
    if (prefixes.size >= mostPrefixes) prefixes.clear();
    prefixes.set(plan_version_id, prefix);
    return prefix;
  };

  /** Publishes, records and hands on what happened to a licence. */
  const tell = async (tx: Tx, ctx: FollowCtx, license: LicenseRow, facts: Fact[]) => {
    const acting = systemCtx(ctx.workspace_id, "licensing", ctx.request_id);
    const target = `license:${license.id}`;
    for (const fact of facts) {
      await fact.append(events, tx, ctx);
      await audit.record(tx, acting, { action: fact.action, target, details: fact.details });
    }
    await events.append(tx, ctx, FileOutdated, { license_id: license.id, revision: license.revision });
    for (const listener of listeners) await listener(tx, ctx, license);
  };

  const issue = async (tx: Tx, ctx: FollowCtx, snapshot: Snapshot, terms: Terms, prefix: string) => {
    const { status: _, ...given } = terms;
    const { product, valid_until } = snapshot;
    const row = { id: newId(), workspace_id: ctx.workspace_id, product, valid_until, ...given, ...keys.make(prefix) };
    const license = await insertLicense(tx, row);
    if (license !== undefined) await tell(tx, ctx, license, [issued(license)]);
    return license;
  };

  const update = async (tx: Tx, ctx: FollowCtx, snapshot: Snapshot, before: LicenseRow, terms: Terms) => {
    const changes = changesBetween(before, terms, snapshot.standing === "grace");
    const license = await updateTerms(tx, before, {
      terms,
      valid_until: snapshot.valid_until,
      is_changed: changes.length > 0,
      is_renewed: changes.includes("renewed"),
    });
    if (changes.length === 0) return;
    await tell(
      tx,
      ctx,
      license,
      changes.map((change) => factOf(change, before, license)),
    );
  };

  const follow: Follower = async (tx, ctx, snapshot) => {
    const prefix = await prefixOf(tx, snapshot.plan_version_id);
    const known = await lockLicense(tx, ctx.workspace_id, snapshot.product);
    const held = known === undefined ? undefined : { terms: termsIn(known), now: known.now };
    const terms = termsOf(snapshot, prefix !== null, held);
    if (terms === undefined) return;
    if (known !== undefined) return update(tx, ctx, snapshot, known, terms);
    if (prefix === null || (await issue(tx, ctx, snapshot, terms, prefix)) !== undefined) return;
    // Somebody issued it in between: then it is this one's to bring up to date.
    const other = await lockLicense(tx, ctx.workspace_id, snapshot.product);
    if (other !== undefined) await update(tx, ctx, snapshot, other, terms);
  };

  return {
    follow,
    /** Registers who is told of changes, in the transactions that make them. */
    onChange: (listener: LicenseListener): void => {
      listeners.push(listener);
    },
    tell,
  };
}

function termsIn(row: LicenseRow): Terms {
  const { plan_id, plan_version_id, features, max_seats, status, reason, expires_at } = row;
  return { plan_id, plan_version_id, features, max_seats, status, reason, expires_at };
}

/** Something that happened: the event to publish, and the same for the record. */
export interface Fact {
  action: string;
  details: Record<string, unknown>;
  append(events: Pick<Events, "append">, tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">): Promise<unknown>;
}

const about = ({ id, product }: LicenseRow) => ({ license_id: id, product });
const time = (date: Date | null) => date?.toISOString() ?? null;

function issued(license: LicenseRow): Fact {
  const { plan_id, max_seats, expires_at } = license;
  const details = { ...about(license), plan_id, max_seats, expires_at: time(expires_at) };
  return {
    action: LicenseIssued.type,
    details,
    append: (events, tx, ctx) => events.append(tx, ctx, LicenseIssued, details),
  };
}

function factOf(change: LicenseChange, before: LicenseRow, license: LicenseRow): Fact {
  if (change === "changed") return changed(before, license);
  if (change === "renewed") return renewed(before, license);
  if (change === "suspended") {
    const details = { ...about(license), reason: license.reason };
    return fact(LicenseSuspended.type, details, (e, tx, ctx) => e.append(tx, ctx, LicenseSuspended, details));
  }
  if (change === "reinstated") {
    const details = { ...about(license), previous_status: before.status };
    return fact(LicenseReinstated.type, details, (e, tx, ctx) => e.append(tx, ctx, LicenseReinstated, details));
  }
  const details = { ...about(license), status: license.status, reason: license.reason };
  return fact(LicenseExpired.type, details, (e, tx, ctx) => e.append(tx, ctx, LicenseExpired, details));
}

function fact(action: string, details: Record<string, unknown>, append: Fact["append"]): Fact {
  return { action, details, append };
}

function changed(before: LicenseRow, license: LicenseRow): Fact {
  const details = {
    ...about(license),
    plan_id: license.plan_id,
    previous_plan_id: before.plan_id,
    max_seats: license.max_seats,
    previous_max_seats: before.max_seats,
    expires_at: time(license.expires_at),
    previous_expires_at: time(before.expires_at),
  };
  return fact(LicenseChanged.type, details, (e, tx, ctx) => e.append(tx, ctx, LicenseChanged, details));
}

function renewed(before: LicenseRow, license: LicenseRow): Fact {
  const times = { expires_at: time(license.expires_at), previous_expires_at: time(before.expires_at) };
  const details = { ...about(license), ...times };
  return fact(LicenseRenewed.type, details, (e, tx, ctx) => e.append(tx, ctx, LicenseRenewed, details));
}
