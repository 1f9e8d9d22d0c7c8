import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Tx } from "../../core/tables.ts";
import type { Plans, Store as StoreName } from "../plans/index.ts";
import type { Apply } from "./apply.ts";
import { findCustomer, findNamed, linkCustomer } from "./customers-store.ts";
import { billingErrors } from "./errors.ts";
import { findCustomersByEmail } from "./facts-store.ts";
import type { Inbox, Report } from "./inbox.ts";
import { databaseTime, lockSubjects } from "./inbox-store.ts";
import type { Sales } from "./sales.ts";
import type { Environment } from "./schema.ts";
import { findSubscription } from "./store.ts";
import type { Notification, Store } from "./store-port.ts";

interface ClaimsOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  inbox: Inbox;
  apply: Apply;
  stores: ReadonlyMap<StoreName, Store>;
  sales: Pick<Sales, "mergeTrials">;
  plans: Pick<Plans, "versions">;
  environment: Environment;
  /** Whether a purchase goes to whoever shows it last, or stays whose it is. */
  on_conflict: "transfer" | "keep";
}

/** Purchases find their buyers: those that came without one, and those whose buyers become another. */
export function createClaims({ db, inbox, apply, stores, sales, plans, environment, on_conflict }: ClaimsOptions) {
  const linkAll = async (
    tx: Tx,
    customers: Awaited<ReturnType<typeof findCustomersByEmail>>,
    workspace_id: string,
    request_id: string,
  ) => {
    const reports: Report[] = [];
    for (const { source, environment: theirs, customer_id } of customers.filter(
      (each) => each.environment === environment,
    )) {
      await lockSubjects(tx, [`${theirs}.${customer_id}`]);
      if (!(await linkCustomer(tx, { source, environment: theirs }, customer_id, workspace_id))) continue;
      reports.push(
        ...(await inbox.reconsider(tx, { source, environment: theirs, subjects: [customer_id] }, request_id)),
      );
    }
    return reports;
  };

  /** What the store says of the purchase now, or else what the proof says. */
  const present = async (proof: Notification): Promise<Notification> => {
    const fetch = stores.get(proof.source)?.fetch;
    if (fetch === undefined) return proof;
    const fetched = await fetch(proof, await db.systemStatement("claim a purchase", databaseTime));
    return fetched === undefined ? proof : { ...proof, ...fetched };
  };

  return {
    /**
     * Makes the purchases the workspace's that were made with this address and belong to nobody. Call it only for an address that the person
     * has proved and signed in with. Returns how many notifications it applied.
     */
    byEmail: async (workspace_id: string, email: string, request_id: string): Promise<number> => {
      const reports = await db.asSystem("claim purchases", async (tx) =>
        linkAll(tx, await findCustomersByEmail(tx, email.trim().toLowerCase()), workspace_id, request_id),
      );
      inbox.tell(reports, request_id);
      return reports.filter(({ status }) => status === "applied").length;
    },

    /**
     * Makes a purchase the workspace's whose buyer shows the store's proof of it, as the store knows it now. Throws `billing.subscription_not_found`
     * for one that the store does not know, `billing.owned_by_another` for one that is
     * another workspace's, unless the installation lets purchases go to whoever shows them last.
     */
    byProof: async (ctx: Ctx, given: Notification): Promise<{ subscription_id: string | null }> => {
      const proof = await present(given);
      const { source, environment: theirs, subject } = proof;
      const shown = proof.contents.find((content) => content.kind === "subscription");
      if (subject === null || shown === undefined) throw billingErrors.subscription_not_found();
      if (theirs !== environment)
        throw billingErrors.event_malformed({ detail: "The purchase is of the store's other environment" });
      const { told, buyer } = shown;
      const key = { source: told.store, environment, external_id: told.external_id };
      const reports = await db.asSystem("claim a purchase", async (tx) => {
        const now = await lockSubjects(tx, [`${theirs}.${subject}`, `${theirs}.${told.external_id}`]);
        const row = await findSubscription(tx, plans.versions, key, told.alias);
        const named = await findNamed(tx, buyer.candidates);
        const owner = row?.workspace_id ?? (await findCustomer(tx, { source, environment }, subject)) ?? named;
        if (owner !== undefined && owner !== ctx.workspace_id) {
          if (on_conflict === "keep") throw billingErrors.owned_by_another();
          const work = { tx, now, request_id: ctx.request_id, source, environment };
          if (row !== undefined) await apply.moveOne(work, key, ctx.workspace_id);
        }
        await linkCustomer(tx, { source, environment }, subject, ctx.workspace_id);
        return inbox.reconsider(tx, { source, environment, subjects: [subject] }, ctx.request_id);
      });
      inbox.tell(reports, ctx.request_id);
      await inbox.take(proof, ownedBy(proof, ctx.workspace_id), ctx.request_id);
      const after = await db.asSystem("claim a purchase", (tx) =>
        findSubscription(tx, plans.versions, key, told.alias),
      );
      return { subscription_id: after?.id ?? null };
    },

    /** Gives everything that one person bought, and the trials already used, to another, in one transaction: their accounts become one. */
    merge: (from_user_id: string, to_user_id: string, request_id: string): Promise<void> =>
      db.asSystem("merge purchases", async (tx) => {
        const from = await findNamed(tx, [from_user_id]);
        const to = await findNamed(tx, [to_user_id]);
        if (from === undefined || to === undefined || from === to) throw billingErrors.workspace_unknown();
        const now = await lockSubjects(tx, [`merge.${from}`, `merge.${to}`]);
        const work = { tx, now, request_id, source: "stripe" as const, environment };
        await apply.moveAll(work, { from, to, until: now });
        await sales.mergeTrials(tx, from_user_id, to_user_id);
      }),
  };
}
export type Claims = ReturnType<typeof createClaims>;

/** What the proof says, as the workspace's that showed it. */
function ownedBy({ contents }: Notification, workspace_id: string): Notification["contents"] {
  return contents.map((content) =>
    content.kind === "subscription" ? { ...content, buyer: { ...content.buyer, candidates: [workspace_id] } } : content,
  );
}
