import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Environment } from "../billing/index.ts";
import type { Store } from "../plans/index.ts";

const tables = ownTables("checkout.sessions", "checkout.trial_redemptions");

const now = sql<Date>`plinth.now()`;

/** A checkout that was begun here. */
export interface CheckoutRow {
  id: string;
  workspace_id: string;
  product: string;
  plan_id: string;
  quantity: number;
  success_url: string;
  cancel_url: string;
  trial_days: number;
  external_id: string | null;
  url: string | null;
  status: "opening" | "open" | "completed" | "expired" | "replaced";
  expires_at: Date;
  created_by: string | null;
  created_at: Date;
}

const columns = [
  ...(["id", "workspace_id", "product", "plan_id", "quantity", "success_url", "cancel_url", "trial_days"] as const),
  ...(["external_id", "url", "status", "expires_at", "created_by", "created_at"] as const),
] as const;

function checkoutOf(row: Omit<CheckoutRow, "status"> & { status: string }): CheckoutRow {
  return { ...row, status: row.status as CheckoutRow["status"] };
}

/** The workspace's open checkout of the product, its row locked: whoever comes meanwhile waits, and finds what became of it. */
export async function lockOpenCheckout(
  tx: Tx,
  workspace_id: string,
  product: string,
): Promise<CheckoutRow | undefined> {
  const row = await tables(tx)
    .selectFrom("checkout.sessions")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("product", "=", product)
    .where("status", "in", ["opening", "open"])
    .forUpdate()
    .executeTakeFirst();
  return row === undefined ? undefined : checkoutOf(row);
}

/** Begins a checkout; undefined when one of the workspace and product is open. */
export async function insertCheckout(
  tx: Tx,
  checkout: Omit<CheckoutRow, "external_id" | "url" | "status" | "expires_at" | "created_at"> & {
    source: Store;
    environment: Environment;
    opening_seconds: number;
  },
): Promise<CheckoutRow | undefined> {
  const { opening_seconds, ...values } = checkout;
  const row = await tables(tx)
    .insertInto("checkout.sessions")
    .values({
      ...values,
      status: "opening",
      expires_at: sql<Date>`plinth.now() + make_interval(secs => ${opening_seconds})`,
      created_at: sql<Date>`date_trunc('milliseconds', plinth.now())`,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returning(columns)
    .executeTakeFirst();
  return row === undefined ? undefined : checkoutOf(row);
}

/** Notes what the store opened; false when the checkout was given up meanwhile. */
export async function openCheckout(
  tx: Tx,
  key: { workspace_id: string; id: string },
  opened: { external_id: string; url: string; expires_at: Date },
): Promise<boolean> {
  const row = await tables(tx)
    .updateTable("checkout.sessions")
    .set({ ...opened, status: "open", updated_at: now })
    .where("workspace_id", "=", key.workspace_id)
    .where("id", "=", key.id)
    .where("status", "=", "opening")
    .returning("id")
    .executeTakeFirst();
  return row !== undefined;
}

export async function closeCheckout(
  tx: Tx,
  key: { workspace_id: string; id: string },
  status: "expired" | "replaced" | "completed",
): Promise<void> {
  await tables(tx)
    .updateTable("checkout.sessions")
    .set({ status, updated_at: now })
    .where("workspace_id", "=", key.workspace_id)
    .where("id", "=", key.id)
    .where("status", "in", ["opening", "open"])
    .execute();
}

/** Notes what the store tells of a checkout. A payment counts also for one that was replaced; then it is told with its trial. */
export async function reportCheckout(
  tx: Tx,
  key: { source: Store; environment: Environment },
  external_id: string,
  status: "completed" | "expired",
): Promise<{ id: string; created_by: string | null; product: string; trial_days: number } | undefined> {
  return tables(tx)
    .updateTable("checkout.sessions")
    .set({ status, updated_at: now })
    .where("source", "=", key.source)
    .where("environment", "=", key.environment)
    .where("external_id", "=", external_id)
    .where("status", "in", status === "completed" ? ["opening", "open", "expired", "replaced"] : ["opening", "open"])
    .returning(["id", "created_by", "product", "trial_days"])
    .executeTakeFirst();
}

export async function findCheckout(tx: Tx, workspace_id: string, id: string): Promise<CheckoutRow | undefined> {
  const row = await tables(tx)
    .selectFrom("checkout.sessions")
    .select(columns)
    .where("workspace_id", "=", workspace_id)
    .where("id", "=", id)
    .executeTakeFirst();
  return row === undefined ? undefined : checkoutOf(row);
}

/** By the store's id, which nobody can guess. */
export async function findCheckoutByExternalId(
  tx: Tx,
  key: { source: Store; environment: Environment },
  external_id: string,
): Promise<CheckoutRow | undefined> {
  const row = await tables(tx)
    .selectFrom("checkout.sessions")
    .select(columns)
    .where("source", "=", key.source)
    .where("environment", "=", key.environment)
    .where("external_id", "=", external_id)
    .executeTakeFirst();
  return row === undefined ? undefined : checkoutOf(row);
}

// ---- trials

/** Promises the one trial of all these people to the checkout, or to nobody; whether it did. */
export async function promiseTrial(
  tx: Tx,
  {
    user_ids,
    product,
    checkout_id,
    seconds,
  }: { user_ids: string[]; product: string; checkout_id: string; seconds: number },
): Promise<boolean> {
  const { rows } = await sql<{ user_id: string }>`
    insert into checkout.trial_redemptions as t (user_id, product, checkout_id, promised_until, created_at)
    select user_id, ${product}, ${checkout_id}, plinth.now() + make_interval(secs => ${seconds}), plinth.now()
    from unnest(${user_ids}::uuid[]) user_id order by user_id
    on conflict (user_id, product) do update
      set checkout_id = excluded.checkout_id, promised_until = excluded.promised_until
      where t.promised_until <= plinth.now()
    returning t.user_id`.execute(tables(tx));
  if (rows.length === user_ids.length) return true;
  await endPromises(tx, checkout_id);
  return false;
}

/** Takes back what was promised to a checkout that came to nothing. */
export async function endPromises(tx: Tx, checkout_id: string): Promise<void> {
  await tables(tx)
    .deleteFrom("checkout.trial_redemptions")
    .where("checkout_id", "=", checkout_id)
    .where("promised_until", "is not", null)
    .execute();
}

/** Uses up the trial that was promised to the checkout. */
export async function redeemTrial(tx: Tx, checkout_id: string): Promise<void> {
  await tables(tx)
    .updateTable("checkout.trial_redemptions")
    .set({ promised_until: null })
    .where("checkout_id", "=", checkout_id)
    .execute();
}

/** Uses up the trials of people whose subscription runs as one, wherever it was sold. */
export async function noteTrial(tx: Tx, user_ids: string[], product: string): Promise<void> {
  if (user_ids.length === 0) return;
  await sql`
    insert into checkout.trial_redemptions (user_id, product, created_at)
    select user_id, ${product}, plinth.now() from unnest(${user_ids}::uuid[]) user_id order by user_id
    on conflict (user_id, product) do update set promised_until = null`.execute(tables(tx));
}

/** Gives the trials that one person used to another too, when their accounts become one. */
export async function mergeTrials(tx: Tx, from_user_id: string, to_user_id: string): Promise<void> {
  await sql`
    insert into checkout.trial_redemptions (user_id, product, created_at)
    select ${to_user_id}, product, created_at from checkout.trial_redemptions where user_id = ${from_user_id} and promised_until is null
    on conflict (user_id, product) do update set promised_until = null`.execute(tables(tx));
}
