import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A subscription of a customer, as one tells it to the fake. */
export interface FakeRevenueCatSubscription {
  product_id: string;
  /** Google's base plan. */
  plan?: string;
  /** As the answer writes it. Default: `app_store`. */
  store?: string;
  is_sandbox?: boolean;
  period_type?: "normal" | "trial" | "intro";
  store_transaction_id: string;
  purchased_at: Date;
  originally_purchased_at?: Date;
  expires_at: Date | null;
  grace_expires_at?: Date;
  billing_issue_at?: Date;
  unsubscribed_at?: Date;
  refunded_at?: Date;
  resumes_at?: Date;
  /** The entitlements that the customer has by it. */
  entitlement_ids?: string[];
}

/**
 * How it fails: `down` cuts the connection, `error` answers 503, `limited` 429, `hang` never answers, `strange` answers something else,
 * `redirect` sends the caller elsewhere.
 */
export type FakeRevenueCatFailure = "down" | "error" | "limited" | "hang" | "strange" | "redirect";

export interface FakeRevenueCat {
  /** What the store's settings take as `api`. */
  api: { key: string; base_url: string };
  /** What the customer has from now on; all the ids are its. */
  setCustomer(app_user_ids: string[], subscriptions: FakeRevenueCatSubscription[]): void;
  /** What came over the wire, as `GET /v1/subscribers/…`. */
  requests: string[];
  fail(mode: FakeRevenueCatFailure | undefined): void;
  close(): Promise<void>;
}

/**
 * RevenueCat's REST API v1 on loopback: `GET /v1/subscribers/{app_user_id}` with its checks and its format, of which the moments have whole
 * seconds (www.revenuecat.com/docs/api-v1/customers). An unknown customer is made, and has nothing.
 */
export async function startFakeRevenueCat(): Promise<FakeRevenueCat> {
  const key = "sk_FakeSecretKeyOfRevenueCat";
  const customers = new Map<string, { ids: string[]; subscriptions: FakeRevenueCatSubscription[] }>();
  const requests: string[] = [];
  let failing: FakeRevenueCatFailure | undefined;
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (failing !== undefined) return void answerFailing(response, failing);
    if (request.headers.authorization !== `Bearer ${key}`) {
      return void send(response, 401, { code: 7225, message: "Invalid API Key." });
    }
    const [, id] = /^\/v1\/subscribers\/([^/?]+)$/.exec(request.url ?? "") ?? [];
    if (request.method !== "GET" || id === undefined) {
      return void send(response, 404, { code: 7117, message: "Page not found." });
    }
    const app_user_id = decodeURIComponent(id);
    const customer = customers.get(app_user_id);
    send(
      response,
      customer === undefined ? 201 : 200,
      answerOf(customer?.ids ?? [app_user_id], customer?.subscriptions ?? []),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    api: { key, base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    setCustomer: (ids, subscriptions) => {
      for (const id of ids) customers.set(id, { ids, subscriptions });
    },
    requests,
    fail: (mode) => {
      failing = mode;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answerFailing(response: ServerResponse, mode: FakeRevenueCatFailure): void {
  const answers: Record<FakeRevenueCatFailure, () => void> = {
    down: () => void response.destroy(),
    error: () => send(response, 503, { code: 7000, message: "Something went wrong." }),
    limited: () => send(response, 429, { code: 7638, message: "Too many requests." }),
    hang: () => {},
    strange: () => send(response, 200, { subscriber: { subscriptions: [] } }),
    redirect: () => void response.writeHead(302, { location: "https://example.com/" }).end(),
  };
  answers[mode]();
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

function answerOf(ids: string[], subscriptions: FakeRevenueCatSubscription[]): object {
  const first_seen = "2026-01-01T00:00:00Z";
  return {
    request_date: "2026-03-01T12:00:00Z",
    request_date_ms: 1_772_366_400_000,
    subscriber: {
      entitlements: Object.fromEntries(subscriptions.flatMap(entitlementsOf)),
      first_seen,
      last_seen: first_seen,
      management_url: null,
      non_subscriptions: {},
      original_app_user_id: ids[0],
      original_application_version: null,
      original_purchase_date: null,
      other_purchases: {},
      subscriptions: Object.fromEntries(subscriptions.map((each) => [each.product_id, subscriptionOf(each)])),
    },
  };
}

function entitlementsOf(told: FakeRevenueCatSubscription): [string, object][] {
  return (told.entitlement_ids ?? []).map((id) => [
    id,
    {
      expires_date: moment(told.expires_at),
      grace_period_expires_date: moment(told.grace_expires_at),
      product_identifier: told.product_id,
      ...(told.plan !== undefined && { product_plan_identifier: told.plan }),
      purchase_date: moment(told.purchased_at),
    },
  ]);
}

function subscriptionOf(told: FakeRevenueCatSubscription): object {
  return {
    auto_resume_date: moment(told.resumes_at),
    billing_issues_detected_at: moment(told.billing_issue_at),
    expires_date: moment(told.expires_at),
    grace_period_expires_date: moment(told.grace_expires_at),
    is_sandbox: told.is_sandbox ?? true,
    original_purchase_date: moment(told.originally_purchased_at ?? told.purchased_at),
    ownership_type: "PURCHASED",
    period_type: told.period_type ?? "normal",
    ...(told.plan !== undefined && { product_plan_identifier: told.plan }),
    purchase_date: moment(told.purchased_at),
    refunded_at: moment(told.refunded_at),
    store: told.store ?? "app_store",
    store_transaction_id: told.store_transaction_id,
    unsubscribe_detected_at: moment(told.unsubscribed_at),
  };
}

function moment(date: Date | null | undefined): string | null {
  return date == null ? null : date.toISOString().replace(/\.\d{3}Z$/, "Z");
}
