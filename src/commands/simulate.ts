import { loadWithSecrets } from "../boot.ts";
import { checkoutCompleted, parseCatalogue, signStripeEvent, subscriptionEvent } from "../platform/billing/index.ts";
import { loadProducts, readPlanDocuments } from "../product-loader.ts";
import type { CommandOptions } from "./command.ts";

const subscriptionEvents = [
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
];
const events = ["checkout.session.completed", ...subscriptionEvents];

/** `plinth simulate stripe <event>`: what the store would send, signed with the server's own secret, sent to it. */
export async function simulate({ arguments: [store, type], flags, products }: CommandOptions): Promise<void> {
  if (store !== "stripe") throw new Error(`plinth simulate knows the store stripe, not ${store ?? "none"}`);
  if (type === undefined) return void process.stdout.write(`${events.join("\n")}\n`);
  if (!events.includes(type)) throw new Error(`plinth simulate stripe knows ${events.join(", ")}; not ${type}`);
  const config = await loadWithSecrets(process.env);
  const [secret] = config.STRIPE_WEBHOOK_SECRET;
  if (secret === undefined) throw new Error("STRIPE_WEBHOOK_SECRET is not set");
  const api = flags.url ?? config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;
  const loaded = await loadProducts(config.PLINTH_PRODUCTS, products);
  const documents = await readPlanDocuments(loaded, config.PLINTH_CONFIG_DIR);
  const { plans } = parseCatalogue(
    documents,
    loaded.map(({ name }) => name),
  );
  const event = type === "checkout.session.completed" ? checkout(flags) : subscription(type, flags, plans);
  const { body, signature } = signStripeEvent(event, secret);
  const headers = { "content-type": "application/json", "stripe-signature": signature };
  const answer = await fetch(new URL("/v1/webhooks/stripe", api), { method: "POST", headers, body }).catch((cause) => {
    throw new Error(
      `No Plinth answers at ${api}; start it with npm start, or name another with --url (${String(cause)})`,
    );
  });
  process.stdout.write(`${type} for ${customerOf(flags)}: ${answer.status} ${await answer.text()}\n`);
  if (!answer.ok) process.exitCode = 1;
}

type Flags = CommandOptions["flags"];

/** The same workspace is the same customer and subscription, so that one command can follow on another. */
function customerOf(flags: Flags): string {
  return flags.customer ?? `cus_${(flags.workspace ?? "simulated").replaceAll("-", "").slice(-14)}`;
}

function subscriptionOf(flags: Flags): string {
  return flags.subscription ?? customerOf(flags).replace(/^cus_/, "sub_");
}

function checkout(flags: Flags): object {
  if (flags.workspace === undefined) throw new Error("--workspace is missing: the id from GET /v1/workspaces");
  return checkoutCompleted({
    subscription: subscriptionOf(flags),
    customer: customerOf(flags),
    workspace_id: flags.workspace,
  });
}

function subscription(type: string, flags: Flags, plans: Plans): object {
  return subscriptionEvent(type, {
    subscription: subscriptionOf(flags),
    customer: customerOf(flags),
    price: priceOf(flags.plan, plans),
    status: type === "customer.subscription.deleted" ? "canceled" : "active",
    ...(flags.workspace === undefined ? {} : { workspace_id: flags.workspace }),
  });
}

type Plans = ReturnType<typeof parseCatalogue>["plans"];

/** The first Stripe price of the plan in the catalogue. */
function priceOf(plan_id: string | undefined, plans: Plans): string {
  const sold = plans.filter(({ stores }) => stores.stripe.length > 0);
  const price = sold.find(({ product, key }) => `${product}.${key}` === plan_id)?.stores.stripe[0];
  if (price === undefined) {
    const known = sold.map(({ product, key }) => `${product}.${key}`).join(", ");
    throw new Error(`--plan is one of ${known}; not ${plan_id ?? "left out"}`);
  }
  return price;
}
