import { newId } from "../../src/core/id.ts";
import type { TestDatabase } from "./database.ts";
import { makeMember } from "./factories.ts";

/** What a test says of a subscription; everything else is that of an ordinary one that is paid. */
export interface Sold {
  plan: string;
  workspace_id?: string;
  source?: string;
  environment?: "live" | "test";
  external_id?: string;
  status?: string;
  standing?: "good" | "grace" | "suspended" | "ended";
  quantity?: number;
  from: Date;
  until: Date;
  trial_end?: Date;
  is_duplicate?: boolean;
  /** The plan that was paid before an upgrade whose payment fails. */
  paid_plan?: string;
  cancel_at_period_end?: boolean;
  state_at?: Date;
}

/** A book of subscriptions, written straight into the tables. */
export async function makeBook(t: TestDatabase) {
  const versions = new Map<string, string>();
  const itemOf = (plan: string, quantity: number, until: Date) => ({
    price_id: `price_${plan}`,
    quantity,
    plan_version_id: versions.get(plan),
    current_period_start: null,
    current_period_end: until.toISOString(),
  });
  const contentsOf = (sold: Sold) => {
    const { plan, quantity = 1, until, paid_plan } = sold;
    const paid = paid_plan === undefined ? null : JSON.stringify({ items: [itemOf(paid_plan, quantity, until)] });
    return [versions.get(plan), plan, `price_${plan}`, JSON.stringify([itemOf(plan, quantity, until)]), paid, quantity];
  };
  return {
    /** Offers a plan `<product>.<key>` at a price. */
    plan: async (plan: string, amount: number, currency: string, interval: "month" | "year" | "none") => {
      const [product, key] = plan.split(".");
      const id = newId();
      versions.set(plan, id);
      await t.sql(
        "insert into plans.plan_versions (id, plan_id, version, content, content_hash) values ($1, $2, 1, $3, '\\x00')",
        [id, plan, JSON.stringify({ product, key, seats: 1, price: { amount, currency, interval } })],
      );
    },
    /** Writes a subscription; returns its id and its workspace. */
    sell: async (sold: Sold): Promise<{ id: string; workspace_id: string }> => {
      const workspace_id = sold.workspace_id ?? (await makeMember(t)).workspace_id;
      const id = newId();
      const { status = "active", standing = "good", source = "stripe", environment = "live" } = sold;
      await t.sql(
        `insert into billing.subscriptions (id, workspace_id, product, source, environment, external_id, status, standing, started_at,
           access_starts_at, access_ends_at, current_period_end, trial_end, is_duplicate, cancel_at_period_end, state_at, created_at,
           plan_version_id, plan_id, price_id, items, paid, seats)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)`,
        [
          ...[id, workspace_id, sold.plan.split(".")[0], source, environment, sold.external_id ?? id, status, standing],
          ...[
            sold.from,
            sold.until,
            sold.trial_end ?? null,
            sold.is_duplicate ?? false,
            sold.cancel_at_period_end ?? false,
          ],
          ...[sold.state_at ?? sold.from, t.clock.now(), ...contentsOf(sold)],
        ],
      );
      return { id, workspace_id };
    },
    /** What a store's news makes of a subscription. */
    change: async (id: string, sold: Sold) => {
      await t.sql(
        `update billing.subscriptions set status = $2, standing = $3, started_at = $4, access_starts_at = $4, access_ends_at = $5,
           current_period_end = $5, trial_end = $6, state_at = $7, plan_version_id = $8, plan_id = $9, price_id = $10, items = $11,
           paid = $12, seats = $13 where id = $1`,
        [
          ...[id, sold.status ?? "active", sold.standing ?? "good", sold.from, sold.until, sold.trial_end ?? null],
          ...[sold.state_at ?? t.clock.now(), ...contentsOf(sold)],
        ],
      );
    },
    /** Moves the clock to a moment. */
    at: (moment: string) => t.clock.advance(new Date(moment).getTime() - t.clock.now().getTime()),
  };
}
