import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Inbox } from "./inbox.ts";
import type { Plans } from "./plans.ts";
import type { Subscription } from "./schema.ts";
import { listSubscriptions } from "./store.ts";

/** What is sold, what stores say was bought, and what that grants. */
export interface Billing extends Plans {
  /** A page of the workspace's subscriptions, newest first. */
  listSubscriptions(ctx: Ctx, query: PageQuery): Promise<{ data: Subscription[]; next_cursor: string | null }>;
  /** Takes in Stripe's notifications; undefined when no signing secret is configured. */
  stripe: Inbox | undefined;
}

interface BillingParts {
  db: Pick<Database, "statement">;
  plans: Plans;
  stripe: Inbox | undefined;
}

export function createBillingService({ db, plans, stripe }: BillingParts): Billing {
  return {
    ...plans,
    stripe,
    listSubscriptions: async (ctx, { limit, cursor }) => {
      const after = readCursor(cursor);
      return pageOf(await db.statement(ctx, (tx) => listSubscriptions(tx, ctx.workspace_id, limit, after)), limit);
    },
  };
}
