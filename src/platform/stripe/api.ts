import Stripe from "stripe";
import { Check } from "typebox/value";
import { billingErrors, type Content, type ReversalContent, type Store } from "../billing/index.ts";
import type { OpenedCheckout, Seller } from "../checkout/index.ts";
import { InvoiceObject, paymentContent, SubscriptionObject, subscriptionContent } from "./objects.ts";
import { stripeApiVersion } from "./webhook.ts";

export interface StripeApiOptions {
  /** `sk_live_…`, `sk_test_…` or a restricted key. */
  secret_key: string;
  /** Stands for api.stripe.com, in a test. */
  url?: string | undefined;
  /** How long each try of a call waits for its answer. Default: 5 seconds. */
  timeout_ms?: number;
}

/** A notification is answered long before its sender gives up and its lease ends, also when two calls hang: then it is asked again later. */
const quickly = { maxNetworkRetries: 1, timeout: 5_000 };
/** A buyer waits; and whoever asks with a key that is in use gets its answer by asking again. */
const patiently = { maxNetworkRetries: 3 };

type Asking = Required<Pick<Store, "fetch" | "current" | "page">>;

/** Stripe's API: asked for the present state of things, and told to sell. Every call names the pinned API version. */
export function createStripeApi({ secret_key, url, timeout_ms = quickly.timeout }: StripeApiOptions): Asking & Seller {
  const stripe = new Stripe(secret_key, {
    apiVersion: stripeApiVersion,
    ...quickly,
    timeout: timeout_ms,
    ...hostOf(url),
  });

  const subscription = async (id: string, observed_at: Date): Promise<Content[]> => {
    const found = await maybe(stripe.subscriptions.retrieve(id));
    return found === undefined ? [] : readPlain(found, observed_at);
  };

  /** A reversal names a payment; the payment's invoice names the subscription. */
  const located = async (content: ReversalContent, observed_at: Date): Promise<Content[]> => {
    const intent = content.charge_ids.find((id) => id.startsWith("pi_"));
    if (intent === undefined) return [content];
    const payment = { type: "payment_intent", payment_intent: intent } as const;
    const { data } = await asked(stripe.invoicePayments.list({ payment, limit: 1 }));
    const [first] = data;
    // A charge that no invoice asked for is not for a subscription.
    if (first === undefined) return [];
    const invoice = await asked(
      stripe.invoices.retrieve(typeof first.invoice === "string" ? first.invoice : first.invoice.id),
    );
    if (!Check(InvoiceObject, invoice)) return [content];
    const { subscription_id, external_id: transaction_id } = paymentContent(invoice, "paid", observed_at);
    return [{ ...content, subscription_id, transaction_id }];
  };

  const freshOf = async (content: Content, observed_at: Date): Promise<Content[]> => {
    switch (content.kind) {
      case "subscription": {
        const fresh = await subscription(content.told.external_id, observed_at);
        return fresh.length === 0 ? [content] : fresh;
      }
      case "checkout":
      case "payment":
        return content.subscription_id === null
          ? [content]
          : [content, ...(await subscription(content.subscription_id, observed_at))];
      case "reversal":
        return located(content, observed_at);
      default:
        return [content];
    }
  };

  return {
    fetch: async ({ contents }, observed_at) => {
      const fresh: Content[] = [];
      for (const content of contents) fresh.push(...(await freshOf(content, observed_at)));
      return { contents: fresh };
    },
    current: async ({ external_id }, observed_at) => {
      const found = await maybe(stripe.subscriptions.retrieve(external_id, { expand: ["latest_invoice"] }));
      return found === undefined ? [] : [...readPlain(found, observed_at), ...owed(found, observed_at)];
    },
    page: async (cursor, observed_at) => {
      const after = cursor === null ? {} : { starting_after: cursor };
      const { data, has_more } = await asked(
        stripe.subscriptions.list({ status: "all", limit: 100, expand: ["data.latest_invoice"], ...after }),
      );
      const last = data.at(-1);
      return {
        contents: data.flatMap((each) => [...readPlain(each, observed_at), ...owed(each, observed_at)]),
        next: has_more && last !== undefined ? last.id : null,
      };
    },
    createCustomer: async ({ workspace_id, email, name }, idempotencyKey) => {
      const about = { ...(email === null ? {} : { email }), ...(name === null ? {} : { name }) };
      const { id } = await asked(
        stripe.customers.create({ ...about, metadata: { workspace_id } }, { ...patiently, idempotencyKey }),
      );
      return { customer_id: id };
    },
    createCheckout: async (order, idempotencyKey) => {
      const { workspace_id, customer_id, price_id, quantity, trial_days, success_url, cancel_url } = order;
      const session = await asked(
        stripe.checkout.sessions.create(
          {
            mode: "subscription",
            customer: customer_id,
            client_reference_id: workspace_id,
            metadata: { workspace_id },
            line_items: [{ price: price_id, quantity }],
            subscription_data: {
              metadata: { workspace_id },
              ...(trial_days > 0 ? { trial_period_days: trial_days } : {}),
            },
            success_url,
            cancel_url,
          },
          { ...patiently, idempotencyKey },
        ),
      );
      return openedOf(session);
    },
    expireCheckout: async (external_id) => {
      try {
        await stripe.checkout.sessions.expire(external_id);
        return "expired";
      } catch (error) {
        // Only an open session can be expired: it was paid, or is over already.
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw told(error);
        const { status } = await asked(stripe.checkout.sessions.retrieve(external_id));
        return status === "complete" ? "paid" : "expired";
      }
    },
    createPortal: async ({ customer_id: customer, return_url }) => {
      const portal = await asked(stripe.billingPortal.sessions.create({ customer, return_url }));
      return { url: portal.url };
    },
  };
}

function openedOf({ id, url, expires_at }: Stripe.Checkout.Session): OpenedCheckout {
  if (url === null) throw billingErrors.store_refused({ detail: "The checkout has no page" });
  return { external_id: id, url, expires_at: new Date(expires_at * 1_000) };
}

function readPlain(object: unknown, observed_at: Date): Content[] {
  return Check(SubscriptionObject, object) ? [subscriptionContent(object, observed_at)] : [];
}

/** What a subscription owes whose notifications were lost: its newest invoice tells how often it was tried in vain. */
function owed({ status, latest_invoice }: Stripe.Subscription, observed_at: Date): Content[] {
  if (status !== "past_due" && status !== "unpaid") return [];
  if (!Check(InvoiceObject, latest_invoice) || (latest_invoice.attempt_count ?? 0) < 1) return [];
  return [paymentContent(latest_invoice, "failed", observed_at)];
}

function hostOf(url: string | undefined): Partial<ConstructorParameters<typeof Stripe>[1]> {
  if (url === undefined) return {};
  const { protocol, hostname, port } = new URL(url);
  return { host: hostname, port: port === "" ? undefined : port, protocol: protocol === "http:" ? "http" : "https" };
}

/** What Stripe answers; its errors as ours: what it refuses is the operator's to mend, anything else is tried again. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw told(error);
  }
}

async function maybe<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing") return undefined;
    throw told(error);
  }
}

function told(error: unknown): unknown {
  const isMissing = error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "resource_missing";
  if (isMissing && error.param === "customer") return billingErrors.customer_gone({ cause: error });
  const { StripeInvalidRequestError, StripeAuthenticationError, StripeIdempotencyError } = Stripe.errors;
  // A key that is in use (409) is free again soon; one that was used for something else (400) is not.
  const isOtherOrder = error instanceof StripeIdempotencyError && error.statusCode === 400;
  if (error instanceof StripeInvalidRequestError || error instanceof StripeAuthenticationError || isOtherOrder) {
    return billingErrors.store_refused({ detail: "Stripe did not accept the order", cause: error });
  }
  if (error instanceof Stripe.errors.StripeError)
    return billingErrors.store_unreachable({ retry_after: 5, cause: error });
  return error;
}
