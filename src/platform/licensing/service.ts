import type { Clock } from "../../core/clock.ts";
import { type Ctx, roleAtLeast } from "../../core/context.ts";
import { type Keyring, open } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Rates } from "../../core/rates.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Audit } from "../audit/index.ts";
import type { Entitlements } from "../entitlements/index.ts";
import type { Events } from "../events/index.ts";
import type { Plans } from "../plans/index.ts";
import { createChecks, keyRates } from "./checks.ts";
import { licensingErrors } from "./errors.ts";
import { KeyRotated, LicenseDeactivated } from "./events.ts";
import { createFiles, type FileOf } from "./files.ts";
import { createFollow, createKeys } from "./follow.ts";
import { maskedKey } from "./key-text.ts";
import { createSubscribers, fileName, type LicenseTemplates, type MailOwners } from "./mails.ts";
import type { AdminLicense, AdminLicenseQuery, License, LicenseQuery } from "./schema.ts";
import type { KeyPair } from "./signing.ts";
import { createSigningKeys } from "./signing-keys.ts";
import {
  deleteActivation,
  findLicense,
  type LicenseFilter,
  type LicenseRow,
  listActivations,
  listDue,
  listLicenses,
  replaceKey,
} from "./store.ts";

export interface LicensingOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "asSystem" | "systemStatement">;
  entitlements: Pick<Entitlements, "get">;
  plans: Pick<Plans, "versions">;
  events: Pick<Events, "append">;
  audit: Pick<Audit, "record" | "recordOwn">;
  rates: Rates;
  clock: Clock;
  keyring: Keyring;
  mailOwners: MailOwners;
  templates: LicenseTemplates;
  onError: (error: unknown) => void;
  settings: {
    /** Seconds from its making for which a file may be relied on. */
    file_ttl: number;
    /** A key signs files for so many days. */
    signs_days: number;
    /** It is published so many minutes before. */
    lead_minutes: number;
    /** Machines that one licence may be activated on. */
    most_activations: number;
  };
  /** Makes the key pairs that sign. Default: RSA-4096, in the thread pool. */
  generate?: () => Promise<KeyPair>;
}

export type Licensing = ReturnType<typeof createLicensing>;

/** Licences whose time is over that one sweep brings up to date. */
const swept = 500;

/** Licences: one for each workspace and product whose plan comes with one, following what is granted. */
export function createLicensing(options: LicensingOptions) {
  const { db, events, audit, keyring, settings } = options;
  const { file_ttl, signs_days, lead_minutes, most_activations } = settings;
  const keys = createKeys(keyring);
  const { follow, onChange, tell } = createFollow(options);
  const signingKeys = createSigningKeys({ ...options, policy: { file_ttl, signs_days, lead_minutes } });
  const files = createFiles({ db, keyring, keys: signingKeys, file_ttl });
  const checks = createChecks({ ...options, keys, most_activations });
  const openKey = (sealed: Buffer) => open(keys.sealKey, sealed);

  /** Brings up to date what is over in any workspace, each by itself: one that fails keeps no other. Returns how many there were. */
  const sweep = async (workspace_id: string | undefined, request_id: string): Promise<number> => {
    const due = await db.systemStatement("licenses due", (tx) => listDue(tx, workspace_id, swept));
    for (const each of due) {
      await checks.refresh(each.workspace_id, each.product, request_id).catch(options.onError);
    }
    return due.length;
  };
  const shown = (row: LicenseRow, isInFull: boolean): License => {
    const { id, product, plan_id, plan_version_id, features, max_seats, status, reason, key_last4, revision } = row;
    const { not_before, expires_at, issued_at, renewed_at, suspended_at, created_at, updated_at } = row;
    const masked = maskedKey({ prefix: row.key_prefix, last4: key_last4 });
    return {
      ...{ id, product, plan_id, plan_version_id, features, max_seats, status, reason, not_before, expires_at },
      ...{ license_key: isInFull ? openKey(row.key_sealed) : masked, key_last4, revision },
      ...{ issued_at, renewed_at, suspended_at, created_at, updated_at },
    };
  };
  const showsInFull = (ctx: Ctx) => roleAtLeast(ctx.role, "admin");
  const listRows = async (filter: LicenseFilter, query: PageQuery, ctx: Ctx | undefined) => {
    const after = readCursor(query.cursor);
    const rows = (tx: Parameters<typeof listLicenses>[0]) => listLicenses(tx, filter, after, query.limit);
    return pageOf(
      ctx === undefined ? await db.systemStatement("list licenses", rows) : await db.statement(ctx, rows),
      query.limit,
    );
  };
  const find = async (ctx: Ctx, id: string) => {
    const row = await db.statement(ctx, (tx) => findLicense(tx, ctx.workspace_id, id));
    if (row === undefined) throw licensingErrors.license_not_found();
    return row;
  };
  const refreshAll = async (ctx: Ctx): Promise<void> => {
    const { workspace_id } = ctx;
    for (const { product } of await db.statement(ctx, (tx) => listDue(tx, workspace_id, swept))) {
      await checks.refresh(workspace_id, product, ctx.request_id);
    }
  };
  /** The licence as it is now. */
  const current = async (ctx: Ctx, id: string) => {
    const row = await find(ctx, id);
    if (row.valid_until === null || row.valid_until > row.now) return row;
    await checks.refresh(ctx.workspace_id, row.product, ctx.request_id);
    return find(ctx, id);
  };

  return {
    follow,
    onChange,
    signingKeys,
    fileName,
    keyRates,
    findByKey: checks.findByKey,
    validate: checks.validate,
    activate: checks.activate,

    /**
     * Brings the workspace's licence for the product up to date when its time is over. For whoever answers about a licence by other means
     * than these use cases; never inside a transaction that has locked the licence.
     */
    refresh: checks.refresh,

    /** The workspace's licences, the newest first. */
    list: async (ctx: Ctx, query: LicenseQuery) => {
      const { workspace_id } = ctx;
      await refreshAll(ctx);
      const page = await listRows({ workspace_id, product: query.product, status: query.status }, query, ctx);
      return { ...page, data: page.data.map((row) => shown(row, showsInFull(ctx))) };
    },

    /** Licences of all workspaces, the newest first, their keys masked. What is over is brought up to date before, so much as a sweep takes. */
    listAll: async (request_id: string, query: AdminLicenseQuery) => {
      await sweep(query.workspace_id, request_id);
      const { product, status, workspace_id } = query;
      const page = await listRows({ product, status, workspace_id }, query, undefined);
      const data = page.data.map((row): AdminLicense => ({ ...shown(row, false), workspace_id: row.workspace_id }));
      return { ...page, data };
    },

    /** A licence; its key in full for administrators and owners. Throws `licensing.license_not_found`. */
    get: async (ctx: Ctx, id: string): Promise<License> => shown(await current(ctx, id), showsInFull(ctx)),

    /** The signed file of the licence as it is now; see `createFiles`. */
    download: async (ctx: Ctx, of: FileOf) => {
      await current(ctx, of.license_id);
      return files.download(ctx, of);
    },

    /** Gives the licence another key; the one before is good no more. Throws `licensing.license_not_found`. */
    rotateKey: async (ctx: Ctx, id: string): Promise<License> => {
      const { key_prefix } = await find(ctx, id);
      const { key_prefix: _, ...key } = keys.make(key_prefix);
      const row = await db.inWorkspace(ctx, async (tx) => {
        const replaced = await replaceKey(tx, { workspace_id: ctx.workspace_id, id, ...key });
        if (replaced === undefined) throw licensingErrors.license_not_found();
        const details = { license_id: id, product: replaced.product };
        await audit.record(tx, ctx, { action: KeyRotated.type, target: `license:${id}`, details });
        await events.append(tx, ctx, KeyRotated, details);
        await tell(tx, ctx, replaced, []);
        return replaced;
      });
      return shown(row, true);
    },

    activations: async (ctx: Ctx, license_id: string, { limit, cursor }: PageQuery) => {
      await find(ctx, license_id);
      const after = readCursor(cursor);
      const of = { workspace_id: ctx.workspace_id, license_id };
      return pageOf(await db.statement(ctx, (tx) => listActivations(tx, of, after, limit)), limit);
    },

    /** Removes an activation: files that are bound to the machine are not given out any more. Throws `licensing.activation_not_found`. */
    deactivate: (ctx: Ctx, license_id: string, activation_id: string): Promise<void> =>
      db.inWorkspace(ctx, async (tx) => {
        const { workspace_id } = ctx;
        const license = await findLicense(tx, workspace_id, license_id);
        const removed = await deleteActivation(tx, workspace_id, license_id, activation_id);
        if (license === undefined || removed === undefined) throw licensingErrors.activation_not_found();
        const { product } = license;
        const details = { license_id, product, activation_id, hardware_id: removed.hardware_id };
        await events.append(tx, ctx, LicenseDeactivated, details);
        await audit.record(tx, ctx, { action: LicenseDeactivated.type, target: `license:${license_id}`, details });
      }),

    /** Brings licences up to date whose time is over, for the worker's schedule: so that what follows from it happens without being asked. */
    sweep: (): Promise<number> => sweep(undefined, "license-sweep"),

    subscribers: createSubscribers({ ...options, files, openKey }),
  };
}
