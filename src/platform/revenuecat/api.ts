import { Check } from "typebox/value";
import { billingErrors } from "../billing/index.ts";
import { RevenueCatCustomer } from "./schema.ts";

export interface RevenueCatApiSettings {
  /** A secret key (`sk_…`) of API v1. */
  key: string;
  /** Stands for RevenueCat's host. `http` on loopback alone. Default `https://api.revenuecat.com`. */
  base_url?: string | undefined;
  /** How long one request may take, its body included. Default 10,000. */
  timeout_ms?: number | undefined;
}

export interface RevenueCatApi {
  /** All that the customer has now; any of its ids names it. Throws `billing.store_unreachable`. */
  customer(app_user_id: string): Promise<RevenueCatCustomer>;
}

/**
 * RevenueCat's REST API: the present state of a customer, which is what they advise to ask for on every event
 * (www.revenuecat.com/docs/integrations/webhooks#syncing-subscription-status). Version 1 alone tells grace periods and refunds.
 */
export function createRevenueCatApi({ key, base_url, timeout_ms = 10_000 }: RevenueCatApiSettings): RevenueCatApi {
  const base = addressOf(base_url ?? "https://api.revenuecat.com");
  const headers = { authorization: `Bearer ${key}`, accept: "application/json" };
  return {
    customer: async (app_user_id) => {
      const url = `${base}/v1/subscribers/${encodeURIComponent(app_user_id)}`;
      const answer = await ask(url, { headers, redirect: "error", signal: AbortSignal.timeout(timeout_ms) });
      if (!Check(RevenueCatCustomer, answer)) throw unreachable("the answer has another shape than documented");
      return answer;
    },
  };
}

async function ask(url: string, init: RequestInit): Promise<unknown> {
  try {
    const response = await fetch(url, init);
    // 201 when RevenueCat did not know the id.
    if (response.ok) return await response.json();
    await response.body?.cancel();
    throw new Error(`status ${response.status}`);
  } catch (cause) {
    throw unreachable(cause instanceof Error ? wordOf(cause) : "unknown", cause);
  }
}

function unreachable(why: string, cause?: unknown) {
  return billingErrors.store_unreachable({ cause: new Error(`RevenueCat: ${why}`, { cause }) });
}

/** Of the transport's error its code, such as ECONNREFUSED. */
function wordOf(error: Error): string {
  return error.cause instanceof Error && "code" in error.cause ? String(error.cause.code) : error.message;
}

/** Without the slash at its end. */
function addressOf(base_url: string): string {
  const { protocol, hostname, origin, pathname } = new URL(base_url);
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname);
  if (protocol !== "https:" && !(protocol === "http:" && isLoopback)) {
    throw new Error(`RevenueCat's base_url must be https, or http on loopback: ${origin}`);
  }
  return `${origin}${pathname}`.replace(/\/+$/, "");
}
