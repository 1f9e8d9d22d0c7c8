import type { Clock } from "../../core/clock.ts";
import { systemCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import { type Rates, subnet } from "../../core/rates.ts";
import type { Tx } from "../../core/tables.ts";
import type { Audit } from "../audit/index.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import { licensingErrors } from "./errors.ts";
import { LicenseActivated } from "./events.ts";
import { inactive } from "./files.ts";
import type { createKeys } from "./follow.ts";
import { readKey } from "./key-text.ts";
import { judge, verdictOf } from "./rules.ts";
import type { Activation, NewActivation, Validation, Verdict } from "./schema.ts";
import { findByHash, insertActivation, type LicenseRow, lockLicense, touchActivation } from "./store.ts";

/** Calls with licence keys in a minute: of a client's address, of a key, and of a machine that a licence is activated on. */
export const keyRates = {
  address: { name: "license_keys", limit: 60, window_seconds: 60 },
  key: { name: "license_key", limit: 60, window_seconds: 60 },
  machine: { name: "license_machine", limit: 60, window_seconds: 60 },
} as const;

/** A request by nobody who is known. */
export interface Caller {
  request_id: string;
  ip?: string;
}

interface ChecksOptions {
  db: Pick<Database, "inWorkspace" | "systemStatement">;
  entitlements: Pick<Entitlements, "get">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record">;
  rates: Rates;
  clock: Clock;
  keys: Pick<ReturnType<typeof createKeys>, "hash">;
  /** Machines that one licence may be activated on. */
  most_activations: number;
}

/** What anybody may ask who has a key. */
export function createChecks(options: ChecksOptions) {
  const { db, entitlements, events, audit, rates, clock, keys } = options;

  /** Computes a snapshot afresh whose time is over: what follows it brings the licence up to date. */
  const refresh = (workspace_id: string, product: string, request_id: string): Promise<void> => {
    const ctx = systemCtx(workspace_id, "license refresh", request_id);
    return db.inWorkspace(ctx, async (tx) => {
      await entitlements.get(tx, ctx, product);
    });
  };
  const lookUp = (hash: Buffer, hardware_id: string | undefined) =>
    db.systemStatement("look up a license key", (tx) => findByHash(tx, hash, hardware_id));
  /** The licence of a canonical key as it is now. */
  const find = async (canonical: string, hardware_id: string | undefined, request_id: string) => {
    const hash = keys.hash(canonical);
    const found = await lookUp(hash, hardware_id);
    if (found === undefined || found.valid_until === null || found.valid_until > found.now) return found;
    await refresh(found.workspace_id, found.product, request_id);
    return lookUp(hash, hardware_id);
  };
  const take = (canonical: string) => rates.take(keyRates.key, subjectOf(canonical));
  const subjectOf = (canonical: string) => keys.hash(canonical).toString("base64url");
  /**
   * A machine that the licence is activated on has an allowance of its own: what it took of the key's and of the address's is given back, so
   * that an office behind one address does not use these up.
   */
  const countMachine = async (caller: Caller, canonical: string, hardware_id: string) => {
    await rates.giveBack(keyRates.key, subjectOf(canonical));
    if (caller.ip !== undefined) await rates.giveBack(keyRates.address, subnet(caller.ip));
    await rates.take(keyRates.machine, `${subjectOf(canonical)}:${hardware_id}`);
  };
  const check = async (caller: Caller, { license_key, product, hardware_id }: Validation): Promise<Verdict> => {
    const canonical = readKey(license_key);
    if (canonical === undefined) return verdictOf("malformed_key", clock.now());
    await take(canonical);
    const found = await find(canonical, hardware_id, caller.request_id);
    if (found === undefined) return verdictOf("unknown_key", clock.now());
    const is_activated = hardware_id === undefined ? undefined : found.is_activated;
    if (hardware_id !== undefined && is_activated) await countMachine(caller, canonical, hardware_id);
    const code = judge(found, { product, is_activated }, found.now);
    return verdictOf(code, found.now, shownTo(found));
  };

  type Found = NonNullable<Awaited<ReturnType<typeof find>>>;
  /** Activates the machine under the licence's lock: its status and the number of machines hold until the end. */
  const activateLocked = async (tx: Tx, caller: Caller, found: Found, asked: NewActivation): Promise<Activated> => {
    const { workspace_id, id: license_id, product } = found;
    const license = await lockLicense(tx, workspace_id, product);
    if (license === undefined) throw licensingErrors.license_not_found();
    const code = judge(license, { product: undefined, is_activated: undefined }, license.now);
    if (code !== "valid") throw inactive(code, license.reason);
    const { hardware_id, name } = asked;
    const again = await touchActivation(tx, { workspace_id, license_id, hardware_id, name });
    if (again !== undefined) return { activation: again, is_new: false };
    const row = { id: newId(), workspace_id, license_id, hardware_id, name: name ?? null };
    const activation = await insertActivation(tx, row, options.most_activations);
    if (activation === undefined) {
      throw licensingErrors.activations_exhausted({ extensions: { limit: options.most_activations } });
    }
    const ctx = {
      ...systemCtx(workspace_id, "license activation", caller.request_id),
      ...(caller.ip && { ip: caller.ip }),
    };
    const details = { license_id, product, activation_id: activation.id };
    await events.append(tx, ctx, LicenseActivated, details);
    await audit.record(tx, ctx, { action: LicenseActivated.type, target: `license:${license_id}`, details });
    return { activation, is_new: true };
  };

  return {
    refresh,

    /**
     * The licence that a text is the key of, whatever its status, brought up to date; undefined for a text that is no key (without any
     * query) and for a key that is nobody's.
     */
    findByKey: async (text: string, request_id: string) => {
      const canonical = readKey(text);
      const found = canonical === undefined ? undefined : await find(canonical, undefined, request_id);
      if (found === undefined) return undefined;
      const { id: license_id, workspace_id, product, status, reason, max_seats, expires_at, not_before } = found;
      return { license_id, workspace_id, product, status, reason, max_seats, expires_at, not_before };
    },

    /** What a key is worth. Every outcome is an answer; a key that is nobody's costs what any other does. Throws `request.rate_limited`. */
    validate: check,

    /**
     * Activates the licence on a machine; the same machine again changes nothing but the time and the name. Throws `licensing.key_invalid`,
     * `licensing.license_not_found`, `licensing.license_inactive`, `licensing.activations_exhausted`, `request.rate_limited`.
     */
    activate: async (caller: Caller, asked: NewActivation): Promise<Activated> => {
      const canonical = readKey(asked.license_key);
      if (canonical === undefined) {
        const detail = "is not a licence key; check it for typing errors";
        throw licensingErrors.key_invalid({ errors: [{ pointer: "/license_key", detail }] });
      }
      await take(canonical);
      const found = await find(canonical, asked.hardware_id, caller.request_id);
      if (found === undefined) throw licensingErrors.license_not_found();
      if (found.is_activated) await countMachine(caller, canonical, asked.hardware_id);
      const ctx = systemCtx(found.workspace_id, "license activation", caller.request_id);
      return db.inWorkspace(ctx, (tx) => activateLocked(tx, caller, found, asked));
    },
  };
}

/** What whoever has the key may know. */
function shownTo(found: LicenseRow): NonNullable<Verdict["license"]> {
  const { id: license_id, product, plan_id, plan_version_id, features, max_seats } = found;
  const { status, reason, not_before, expires_at } = found;
  const content = { license_id, product, plan_id, plan_version_id, features, max_seats };
  return { ...content, status, reason, not_before, expires_at };
}

/** An activation, and whether there was none before. */
export interface Activated {
  activation: Activation;
  is_new: boolean;
}
