import type { Clock } from "../../core/clock.ts";
import { type Ctx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { PlinthError, requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Tx } from "../../core/tables.ts";
import { customers, type Environment } from "../billing/index.ts";
import type { Plans } from "../plans/index.ts";
import { checkoutErrors } from "./errors.ts";
import type { Checkout, CheckoutInput } from "./schema.ts";
import type { Seller } from "./seller-port.ts";
import {
  type CheckoutRow,
  closeCheckout,
  endPromises,
  findCheckout,
  findCheckoutByExternalId,
  insertCheckout,
  lockOpenCheckout,
  openCheckout,
  promiseTrial,
} from "./store.ts";

export interface CheckoutsOptions {
  db: Pick<Database, "asSystem" | "systemStatement" | "statement">;
  plans: Pick<Plans, "offer" | "list">;
  seller: Seller;
  environment: Environment;
  clock: Pick<Clock, "now">;
  /** Who owns a workspace: they have one trial ever, and the store's customer bears the first one's address. */
  ownersOf: (tx: Tx, workspace_id: string) => Promise<{ user_id: string; email: string | null; full_name: string }[]>;
  /** Origins to which buyers may be sent back. */
  origins: string[];
  /** Where the platform's own pages are. */
  public_url: string;
}

/** A checkout that is being opened is given up after so long: then its opener has died. */
const openingSeconds = 120;
/** How long the store keeps a checkout open, and so a trial is promised to it. */
const checkoutSeconds = 25 * 3_600;
const source = "stripe" as const;

/** Sells plans: opens checkouts, and the store's portal. */
export function createCheckouts(options: CheckoutsOptions) {
  const { db, plans, seller, environment, ownersOf, public_url } = options;
  const key = { source, environment };

  const customerOf = async (ctx: Pick<Ctx, "workspace_id">): Promise<string> => {
    const { workspace_id } = ctx;
    return (await findBuyer(workspace_id)) ?? createCustomer(workspace_id);
  };
  /** Whom the store knows the workspace as: of what it has now, else as it was made for it or came here. */
  const findBuyer = (workspace_id: string): Promise<string | undefined> =>
    db.asSystem("a customer", (tx) => customers.find(tx, key, workspace_id));
  /** The key is the workspace (and whom it takes the place of): however many ask at once, the store makes one. */
  const createCustomer = async (workspace_id: string, gone?: string): Promise<string> => {
    const [owner] = await db.asSystem("a customer", (tx) => ownersOf(tx, workspace_id));
    const about = { workspace_id, email: owner?.email ?? null, name: owner?.full_name ?? null };
    const { customer_id } = await seller.createCustomer(
      about,
      gone === undefined ? `customer:${workspace_id}` : `customer:${workspace_id}:${gone}`,
    );
    await db.asSystem("a customer", (tx) => customers.set(tx, key, customer_id, workspace_id));
    return customer_id;
  };

  /** What the buyer wants, checked, before anything is begun. */
  const orderOf = async (ctx: Ctx, { plan_id, success_url, cancel_url, quantity = 1 }: CheckoutInput) => {
    const urls = {
      success_url: success_url ?? `${public_url}/v1/checkout/success?session_id={CHECKOUT_SESSION_ID}`,
      cancel_url: cancel_url ?? `${public_url}/v1/checkout/cancel`,
    };
    refuseForeignUrls(urls, [new URL(public_url).origin, ...options.origins]);
    const offer = await db.asSystem("checkout", (tx) => plans.offer(tx, plan_id));
    const [price_id] = offer.content.stores.stripe;
    if (price_id === undefined) throw checkoutErrors.plan_not_sold({ detail: `${plan_id} is not sold by Stripe` });
    const { product, trial_days } = offer.content;
    const { workspace_id } = ctx;
    if (await db.asSystem("checkout", (tx) => customers.hasRunning(tx, key, workspace_id, product))) {
      throw checkoutErrors.already_subscribed({
        detail: `The workspace has ${product} already: change it in the portal`,
      });
    }
    return { plan_id, price_id, product, trial_days, quantity, ...urls };
  };

  /** Begins a checkout, or finds the one that is open for the same; one for something else is closed first. */
  const begin = async (ctx: Ctx, order: Awaited<ReturnType<typeof orderOf>>): Promise<CheckoutRow> => {
    const { price_id: _, trial_days: offered, ...about } = order;
    for (let attempt = 0; attempt < 5; attempt++) {
      const found = await db.asSystem("checkout", async (tx) => {
        const open = await lockOpenCheckout(tx, ctx.workspace_id, order.product);
        if (open !== undefined) return open;
        const id = newId();
        const owners = (await ownersOf(tx, ctx.workspace_id)).map(({ user_id }) => user_id);
        const promise = { user_ids: owners, product: order.product, checkout_id: id, seconds: checkoutSeconds };
        const isTrial = offered > 0 && owners.length > 0 && (await promiseTrial(tx, promise));
        const made = { ...about, id, workspace_id: ctx.workspace_id, created_by: userOf(ctx) ?? null, ...key };
        const inserted = await insertCheckout(tx, {
          ...made,
          trial_days: isTrial ? offered : 0,
          opening_seconds: openingSeconds,
        });
        if (inserted === undefined) await endPromises(tx, id);
        return inserted;
      });
      if (found === undefined) continue;
      const isOver = found.expires_at <= options.clock.now();
      if (!isOver && isSame(found, order)) return found;
      if (!isOver && found.status === "opening") throw checkoutErrors.opening({ retry_after: 2 });
      await close(found, isOver ? "expired" : "replaced");
    }
    throw requestErrors.unavailable({ retry_after: 1 });
  };

  /** Opens the checkout at the store; for a customer whom somebody deleted there, as another one. */
  const open = async (ctx: Ctx, order: Awaited<ReturnType<typeof orderOf>>, row: CheckoutRow) => {
    const { price_id, quantity, success_url, cancel_url } = order;
    const sold = {
      workspace_id: ctx.workspace_id,
      price_id,
      quantity,
      success_url,
      cancel_url,
      trial_days: row.trial_days,
    };
    const customer_id = await customerOf(ctx);
    try {
      return await seller.createCheckout({ ...sold, customer_id }, `checkout:${row.id}`);
    } catch (error) {
      if (!(error instanceof PlinthError) || error.code !== "billing.customer_gone") throw error;
      await db.systemStatement("a customer", (tx) => customers.forget(tx, key, customer_id));
      const another = await createCustomer(ctx.workspace_id, customer_id);
      return seller.createCheckout({ ...sold, customer_id: another }, `checkout:${row.id}:${another}`);
    }
  };

  const close = async (checkout: CheckoutRow, status: "expired" | "replaced") => {
    const { external_id } = checkout;
    const outcome = external_id === null ? "expired" : await seller.expireCheckout(external_id);
    await db.asSystem("checkout", async (tx) => {
      await closeCheckout(tx, checkout, outcome === "paid" ? "completed" : status);
      if (outcome === "expired") await endPromises(tx, checkout.id);
    });
    if (outcome === "paid") throw checkoutErrors.already_subscribed({ detail: "A checkout was paid just now" });
  };

  return {
    /**
     * Opens a checkout for a plan, at most one for each workspace and product: asked for the same again it is the one that is open, for something
     * else that one is closed first. The trial is given once ever to each owner of the workspace. Throws `checkout.plan_not_sold`,
     * `checkout.already_subscribed`, `checkout.opening`, `plans.not_found`, and `billing.store_unreachable` when Stripe does not answer.
     */
    create: async (ctx: Ctx, input: CheckoutInput): Promise<Checkout> => {
      const order = await orderOf(ctx, input);
      const row = await begin(ctx, order);
      if (row.url !== null) return shownCheckout(row);
      const opened = await open(ctx, order, row);
      const isOpen = await db.asSystem("checkout", (tx) => openCheckout(tx, row, opened));
      // Whoever opened the same at the same time got the same from the store.
      const current = isOpen ? { ...row, ...opened, status: "open" as const } : await find(ctx, row.id);
      return shownCheckout(current);
    },

    /** A checkout and what became of it. Throws `checkout.session_not_found`. */
    get: async (ctx: Ctx, id: string): Promise<Checkout> => shownCheckout(await find(ctx, id)),

    /**
     * The checkout that the store's page comes back from, by the store's id, which nobody can guess; undefined for none that was begun here, and a
     * day after it was begun.
     */
    findReturn: async (external_id: string) => {
      const row = await db.systemStatement("checkout", (tx) => findCheckoutByExternalId(tx, key, external_id));
      if (row === undefined || row.created_at.getTime() + 24 * 3_600_000 < options.clock.now().getTime())
        return undefined;
      const offer = (await plans.list(row.product)).find(({ id }) => id === row.plan_id);
      return {
        workspace_id: row.workspace_id,
        product: row.product,
        status: row.status,
        plan: offer?.name ?? row.plan_id,
      };
    },

    /** The address of the store's page for managing what was bought. Throws `checkout.no_customer`. */
    createPortal: async (ctx: Ctx, return_url: string): Promise<{ url: string }> => {
      refuseForeignUrls({ return_url }, [new URL(public_url).origin, ...options.origins]);
      const { workspace_id } = ctx;
      const customer_id = await findBuyer(workspace_id);
      if (customer_id === undefined) throw checkoutErrors.no_customer();
      return seller.createPortal({ customer_id, return_url });
    },

    /** The Payment Links of the catalogue, each naming the workspace. */
    paymentLinks: async (ctx: Ctx, product: string | undefined) => {
      const offered = await plans.list(product);
      const links = await Promise.all(
        offered.map(({ id }) =>
          db.asSystem("payment links", async (tx) => (await plans.offer(tx, id)).content.payment_link),
        ),
      );
      return offered.flatMap(({ id }, index) => {
        const link = links[index];
        return link == null ? [] : [{ plan_id: id, url: `${link}?client_reference_id=${ctx.workspace_id}` }];
      });
    },

    createCustomer: (workspace_id: string) => createCustomer(workspace_id),
  };

  async function find(ctx: Ctx, id: string): Promise<CheckoutRow> {
    const row = await db.statement(ctx, (tx) => findCheckout(tx, ctx.workspace_id, id));
    if (row === undefined) throw checkoutErrors.session_not_found();
    return row;
  }
}
export type Checkouts = ReturnType<typeof createCheckouts>;

function isSame(
  row: CheckoutRow,
  order: { plan_id: string; quantity: number; success_url: string; cancel_url: string },
): boolean {
  return (["plan_id", "quantity", "success_url", "cancel_url"] as const).every((name) => row[name] === order[name]);
}

function shownCheckout({
  id,
  plan_id,
  product,
  quantity,
  trial_days,
  url,
  status,
  expires_at,
  created_at,
}: CheckoutRow): Checkout {
  return { id, plan_id, product, quantity, trial_days, url, status, expires_at, created_at };
}

/** A buyer comes back to a page of ours or of the product's, never to a stranger's (open redirect, CWE-601). */
function refuseForeignUrls(urls: Record<string, string>, origins: string[]): void {
  const errors = Object.entries(urls)
    .filter(([, url]) => !origins.includes(originOf(url) ?? ""))
    .map(([name]) => ({
      pointer: `/${name}`,
      detail: `must be a page of one of ${origins.join(", ")} (CORS_ORIGINS)`,
    }));
  if (errors.length > 0) throw requestErrors.invalid({ errors });
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
