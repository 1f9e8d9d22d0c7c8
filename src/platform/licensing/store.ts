import type { Position } from "../../core/pages.ts";
import { olderThan, ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Features } from "../entitlements/index.ts";
import type { FileSource, SignedState, Terms } from "./rules.ts";
import type { Activation, LicenseStatus } from "./schema.ts";

const tables = ownTables("licensing.licenses", "licensing.activations", "licensing.signing_keys");

const now = sql<Date>`plinth.now()`;
const toTheMillisecond = sql<Date>`date_trunc('milliseconds', plinth.now())`;

const termColumns = ["plan_id", "plan_version_id", "features", "max_seats", "status", "reason", "expires_at"] as const;
const columns = [
  ...termColumns,
  ...(["id", "workspace_id", "product", "key_sealed", "key_prefix", "key_last4", "not_before", "valid_until"] as const),
  ...(["revision", "issued_at", "renewed_at", "suspended_at", "created_at", "updated_at"] as const),
] as const;
const signedColumns = ["signed_revision", "signed_kid", "signed_file", "signed_at"] as const;
const activationColumns = ["id", "license_id", "hardware_id", "name", "created_at", "last_activated_at"] as const;

/** A licence as it is stored. */
export interface LicenseRow extends FileSource {
  key_sealed: Buffer;
  key_prefix: string;
  valid_until: Date | null;
  issued_at: Date;
  renewed_at: Date | null;
  suspended_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

/** `features` and `status` hold what was written: a snapshot's features, and what the column's check allows. */
const typed = <R extends { features: unknown; status: string }>(row: R) => ({
  ...row,
  features: row.features as Features,
  status: row.status as LicenseStatus,
});

/** Locks the workspace's licence for a product, so that its changes come one after the other; with the time of this transaction. */
export async function lockLicense(
  tx: Tx,
  workspace_id: string,
  product: string,
): Promise<(LicenseRow & { now: Date }) | undefined> {
  const row = await tables(tx)
    .selectFrom("licensing.licenses")
    .select([...columns, now.as("now")])
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

export interface NewLicense extends Omit<Terms, "status"> {
  id: string;
  workspace_id: string;
  product: string;
  key_hash: Buffer;
  key_sealed: Buffer;
  key_prefix: string;
  key_last4: string;
  valid_until: Date | null;
}

/** Issues a licence; undefined when the workspace has one for the product already. */
export async function insertLicense(tx: Tx, license: NewLicense): Promise<LicenseRow | undefined> {
  const row = await tables(tx)
    .insertInto("licensing.licenses")
    .values({
      ...license,
      features: JSON.stringify(license.features),
      status: "active",
      not_before: toTheMillisecond,
      issued_at: now,
      created_at: toTheMillisecond,
      updated_at: now,
    })
    .onConflict((conflict) => conflict.columns(["workspace_id", "product"]).doNothing())
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** What an update of a locked licence brings beside its terms. */
export interface TermsUpdate {
  terms: Terms;
  valid_until: Date | null;
  /** Whether the file says something else from now on. */
  is_changed: boolean;
  is_renewed: boolean;
}

export async function updateTerms(tx: Tx, license: Pick<LicenseRow, "workspace_id" | "id">, update: TermsUpdate) {
  const { terms, is_changed, is_renewed, valid_until } = update;
  const row = await tables(tx)
    .updateTable("licensing.licenses")
    .set((eb) => ({
      ...terms,
      features: JSON.stringify(terms.features),
      valid_until,
      updated_at: now,
      ...(is_changed ? { revision: eb("revision", "+", 1) } : {}),
      ...(is_renewed ? { renewed_at: now } : {}),
      suspended_at: terms.status === "suspended" ? sql<Date>`coalesce(suspended_at, plinth.now())` : null,
    }))
    .where("workspace_id", "=", license.workspace_id)
    .where("id", "=", license.id)
    .returning(columns)
    .executeTakeFirstOrThrow();
  return typed(row);
}

/** A licence with its file, and the time of this transaction. */
export async function findLicense(tx: Tx, workspace_id: string, id: string) {
  const row = await tables(tx)
    .selectFrom("licensing.licenses")
    .select([...columns, ...signedColumns, now.as("now")])
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** A licence by the hash of its key, with the time, and whether it is activated on the machine. One statement whatever comes of it. */
export async function findByHash(tx: Tx, key_hash: Buffer, hardware_id: string | undefined) {
  const row = await tables(tx)
    .selectFrom("licensing.licenses as l")
    .select(columns.map((column) => `l.${column}` as const))
    .select(now.as("now"))
    .select((eb) =>
      eb
        .exists(
          eb
            .selectFrom("licensing.activations as a")
            .select("a.id")
            .whereRef("a.workspace_id", "=", "l.workspace_id")
            .whereRef("a.license_id", "=", "l.id")
            .where("a.hardware_id", "=", hardware_id ?? ""),
        )
        .as("is_activated"),
    )
    .where("l.key_hash", "=", key_hash)
    .executeTakeFirst();
  return row === undefined ? undefined : { ...typed(row), is_activated: row.is_activated === true };
}

export interface LicenseFilter {
  product: string | undefined;
  status: LicenseStatus | undefined;
  /** All workspaces' where it is left out; the tenant wall holds either way. */
  workspace_id: string | undefined;
}

/** Licences, the newest first. */
export async function listLicenses(
  tx: Tx,
  { workspace_id, product, status }: LicenseFilter,
  after: Position | undefined,
  limit: number,
): Promise<LicenseRow[]> {
  const rows = await tables(tx)
    .selectFrom("licensing.licenses")
    .select(columns)
    .$if(workspace_id !== undefined, (query) => query.where("workspace_id", "=", workspace_id ?? ""))
    .$if(product !== undefined, (query) => query.where("product", "=", product ?? ""))
    .$if(status !== undefined, (query) => query.where("status", "=", status ?? ""))
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(typed);
}

/** Licences whose snapshot's time is over: whose row may no longer hold. Those of one workspace, or of all; the longest over first. */
export async function listDue(
  tx: Tx,
  workspace_id: string | undefined,
  limit: number,
): Promise<{ workspace_id: string; product: string }[]> {
  return tables(tx)
    .selectFrom("licensing.licenses")
    .select(["workspace_id", "product"])
    .$if(workspace_id !== undefined, (query) => query.where("workspace_id", "=", workspace_id ?? ""))
    .where("valid_until", "<=", now)
    .orderBy("valid_until")
    .limit(limit)
    .execute();
}

/** Gives a licence another key. */
export async function replaceKey(
  tx: Tx,
  key: { workspace_id: string; id: string; key_hash: Buffer; key_sealed: Buffer; key_last4: string },
): Promise<LicenseRow | undefined> {
  const { workspace_id, id, ...values } = key;
  const row = await tables(tx)
    .updateTable("licensing.licenses")
    .set((eb) => ({ ...values, revision: eb("revision", "+", 1), updated_at: now }))
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : typed(row);
}

/** A file to keep: of the licence, or bound to one of its activations. */
export interface FileRow {
  workspace_id: string;
  license_id: string;
  activation_id: string | undefined;
  revision: number;
  kid: string;
  file: string;
  signed_at: Date;
}

/** Keeps a signed file, unless the licence has changed since; whether it was kept. */
export async function saveFile(tx: Tx, row: FileRow): Promise<boolean> {
  const { workspace_id, license_id, activation_id, revision, kid, file, signed_at } = row;
  const signed = { signed_revision: revision, signed_kid: kid, signed_file: file, signed_at };
  const isCurrent = sql<boolean>`exists (select from licensing.licenses l
    where l.workspace_id = ${workspace_id} and l.id = ${license_id} and l.revision = ${revision} and l.status = 'active')`;
  const saved =
    activation_id === undefined
      ? await tables(tx)
          .updateTable("licensing.licenses")
          .set(signed)
          .where("workspace_id", "=", workspace_id)
          .where("id", "=", license_id)
          .where("revision", "=", revision)
          .where("status", "=", "active")
          .returning("id")
          .executeTakeFirst()
      : await tables(tx)
          .updateTable("licensing.activations")
          .set(signed)
          .where("workspace_id", "=", workspace_id)
          .where("id", "=", activation_id)
          .where(isCurrent)
          .returning("id")
          .executeTakeFirst();
  return saved !== undefined;
}

/** The activation on a machine with its file. */
export async function findActivation(
  tx: Tx,
  at: { workspace_id: string; license_id: string; hardware_id: string },
): Promise<(SignedState & { id: string }) | undefined> {
  return tables(tx)
    .selectFrom("licensing.activations")
    .select(["id", ...signedColumns])
    .where("workspace_id", "=", at.workspace_id)
    .where("license_id", "=", at.license_id)
    .where("hardware_id", "=", at.hardware_id)
    .executeTakeFirst();
}

/** Notes that a machine activated again; undefined when it never did. A name that is given replaces the one before. */
export async function touchActivation(
  tx: Tx,
  at: { workspace_id: string; license_id: string; hardware_id: string; name: string | undefined },
): Promise<Activation | undefined> {
  return tables(tx)
    .updateTable("licensing.activations")
    .set({ last_activated_at: toTheMillisecond, ...(at.name === undefined ? {} : { name: at.name }) })
    .where("workspace_id", "=", at.workspace_id)
    .where("license_id", "=", at.license_id)
    .where("hardware_id", "=", at.hardware_id)
    .returning(activationColumns)
    .executeTakeFirst();
}

/** Activates a machine unless as many are as may be; undefined then. The licence is locked by the caller, so that the count holds. */
export async function insertActivation(
  tx: Tx,
  row: { id: string; workspace_id: string; license_id: string; hardware_id: string; name: string | null },
  most: number,
): Promise<Activation | undefined> {
  const { id, workspace_id, license_id, hardware_id, name } = row;
  const { rows } = await sql<Activation>`
    insert into licensing.activations (id, workspace_id, license_id, hardware_id, name, created_at, last_activated_at)
    select ${id}::uuid, ${workspace_id}::uuid, ${license_id}::uuid, ${hardware_id}, ${name}::text, ${toTheMillisecond}, ${toTheMillisecond}
    where (select count(*) from licensing.activations
      where workspace_id = ${workspace_id} and license_id = ${license_id}) < ${most}
    returning ${sql.join(activationColumns.map((column) => sql.ref(column)))}
  `.execute(tables(tx));
  return rows[0];
}

export async function listActivations(
  tx: Tx,
  of: { workspace_id: string; license_id: string },
  after: Position | undefined,
  limit: number,
): Promise<Activation[]> {
  return tables(tx)
    .selectFrom("licensing.activations")
    .select(activationColumns)
    .where("workspace_id", "=", of.workspace_id)
    .where("license_id", "=", of.license_id)
    .where(olderThan(after))
    .orderBy("created_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
}

export async function deleteActivation(tx: Tx, workspace_id: string, license_id: string, id: string) {
  return tables(tx)
    .deleteFrom("licensing.activations")
    .where("workspace_id", "=", workspace_id)
    .where("license_id", "=", license_id)
    .where("id", "=", id)
    .returning(["id", "hardware_id"])
    .executeTakeFirst();
}

/** A signing key as it is stored. */
export interface StoredKey {
  kid: string;
  public_jwk: Record<string, unknown>;
  private_sealed: Buffer;
  created_at: Date;
  active_from: Date;
}

/** Makes those who add signing keys go one after the other. */
export async function lockSigningKeys(tx: Tx): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended('licensing.signing_keys', 0))`.execute(tables(tx));
}

/** Every key that is not retired, the oldest first, with the time of this transaction. */
export async function listSigningKeys(tx: Tx): Promise<{ now: Date; keys: StoredKey[] }> {
  const rows = await tables(tx)
    .selectFrom("licensing.signing_keys as k")
    .rightJoin(sql<{ now: Date }>`(select plinth.now() as now)`.as("t"), (join) => join.on("k.retired_at", "is", null))
    .select(["k.kid", "k.public_jwk", "k.private_sealed", "k.created_at", "k.active_from", "t.now"])
    .orderBy("k.active_from")
    .orderBy("k.kid")
    .execute();
  const keys = rows.flatMap(({ kid, public_jwk, private_sealed, created_at, active_from }) => {
    if (kid === null || private_sealed === null || created_at === null || active_from === null) return [];
    return [{ kid, public_jwk: public_jwk as StoredKey["public_jwk"], private_sealed, created_at, active_from }];
  });
  return { now: rows[0]?.now ?? new Date(Number.NaN), keys };
}

export async function insertSigningKey(
  tx: Tx,
  key: Pick<StoredKey, "kid" | "public_jwk" | "private_sealed">,
  lead_minutes: number,
): Promise<void> {
  await tables(tx)
    .insertInto("licensing.signing_keys")
    .values({
      ...key,
      public_jwk: JSON.stringify(key.public_jwk),
      created_at: now,
      active_from: sql<Date>`plinth.now() + make_interval(mins => ${lead_minutes})`,
    })
    .execute();
}

/** Takes keys off the list and forgets their private parts. Returns how many there were. */
export async function retireSigningKeys(tx: Tx, kids: string[]): Promise<number> {
  const result = await tables(tx)
    .updateTable("licensing.signing_keys")
    .set({ retired_at: now, private_sealed: Buffer.alloc(0) })
    .where("kid", "in", kids)
    .where("retired_at", "is", null)
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}
