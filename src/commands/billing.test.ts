import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type SignedUp, stripeSecret, type TestApp, testApp } from "../../test/support/app.ts";
import { type FakeStripe, startFakeStripe } from "../../test/support/fake-stripe.ts";
import { subscriptionEvent } from "../platform/stripe/simulator.ts";

const stores = {
  APP_STORE_BUNDLE_ID: "dev.plinth.app",
  GOOGLE_PLAY_PACKAGE_NAMES: "dev.plinth.app",
  REVENUECAT_AUTHORIZATION: "Bearer of the command line",
};

let plinth: TestApp;
let stripe: FakeStripe;
let url: string;
let folder: string;
let ada: SignedUp;
let people = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-commands-"));
  stripe = await startFakeStripe();
  plinth = await testApp({ env: stores });
  url = await plinth.app.http.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await plinth.close();
  await stripe.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  ada = await plinth.signUp(`ada-${++people}@example.com`);
});

/** Runs `plinth …` beside the running Plinth, on its database. */
function run(words: string[], env: Record<string, string> = {}): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ["bin/plinth.mjs", ...words], {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "test", PLINTH_DATA_DIR: folder, DATABASE_URL: plinth.owner_url },
      ...{ PLINTH_SECRET: inject("secret"), STRIPE_WEBHOOK_SECRET: stripeSecret, ...stores, ...env },
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

const simulate = (store: string, event: string, ...more: string[]) =>
  run(["simulate", store, event, "--workspace", ada.workspace_id, "--url", url, ...more]);

async function plan(): Promise<string> {
  const { body } = await plinth.call("GET", "/v1/billing/entitlements?product=prism", { token: ada.access_token });
  return body.data[0].plan_id;
}

/** The person has bought prism by a simulated notification; its row. */
async function bought(): Promise<{ id: string; subscription: string; customer: string }> {
  const subscription = `sub_${ada.workspace_id}`;
  const customer = `cus_${ada.workspace_id}`;
  const ids = ["--subscription", subscription, "--customer", customer];
  await simulate("stripe", "customer.subscription.created", "--plan", "prism.prism", ...ids);
  const [row] = await plinth.sql<{ id: string }>(
    "select id from inbox.webhook_events where payload like '%' || $1 || '%'",
    [subscription],
  );
  return { id: row?.id ?? "", subscription, customer };
}

describe("plinth simulate", () => {
  test.each([
    ["stripe", "customer.subscription.created"],
    ["app-store", "SUBSCRIBED/INITIAL_BUY"],
    ["google-play", "SUBSCRIPTION_PURCHASED"],
    ["revenuecat", "INITIAL_PURCHASE"],
  ])("%s %s: the running Plinth takes it, and the workspace has the plan", async (store, event) => {
    expect(await plan()).toBe("prism.free");
    const { code, output } = await simulate(store, event, "--plan", "prism.prism_plus");
    expect([code, output]).toEqual([0, expect.stringContaining(`${store} ${event}: 200`)]);
    await expect.poll(plan, { timeout: 30_000, interval: 50 }).toBe("prism.prism_plus");
  });

  test("without an event lists those of the store", async () => {
    const { code, output } = await run(["simulate", "stripe"]);
    expect(code).toBe(0);
    expect(output.split("\n")).toEqual(
      expect.arrayContaining(["checkout.session.completed", "invoice.payment_failed"]),
    );
  });

  test.each([
    ["a store that it does not know", ["ebay"], /knows stripe, app-store, google-play, revenuecat; not ebay/],
    ["an event that the store does not have", ["stripe", "customer.sneezed"], /not customer\.sneezed/],
    [
      "a plan that is not sold there",
      ["stripe", "customer.subscription.created", "--plan", "prism.gold"],
      /--plan is one of .*prism\.prism.*; not prism\.gold/,
    ],
    ["nobody to send it to", ["stripe", "invoice.paid", "--url", "http://127.0.0.1:1"], /No Plinth answers at/],
  ])("tells of %s, without a stack", async (_, words, message) => {
    const { code, output } = await run(["simulate", ...words]);
    expect([code, output]).toEqual([1, expect.stringMatching(message)]);
    expect(output).not.toMatch(/\n\s+at /);
  });

  test("ends with an error when it is refused", async () => {
    const words = ["simulate", "stripe", "invoice.paid", "--workspace", ada.workspace_id, "--url", url];
    const { code, output } = await run(words, { STRIPE_WEBHOOK_SECRET: "whsec_another" });
    expect([code, output]).toEqual([1, expect.stringContaining("billing.signature_invalid")]);
  });
});

describe("plinth replay", () => {
  test("of a notification that was applied changes nothing and says so", async () => {
    const { id } = await bought();
    const before = await plinth.sql("select id, status, updated_at from billing.subscriptions order by id");
    expect(await run(["replay", id])).toMatchObject({
      code: 0,
      output: expect.stringContaining(`${id}: ignored (unchanged)`),
    });
    expect(await plinth.sql("select id, status, updated_at from billing.subscriptions order by id")).toEqual(before);
    expect(await plan()).toBe("prism.prism");
  });

  test("open: what failed is applied now", async () => {
    const { id, subscription } = await bought();
    await plinth.sql("update inbox.webhook_events set status = 'failed' where id = $1", [id]);
    await plinth.sql("delete from billing.subscriptions where external_id = $1", [subscription]);
    const { code, output } = await run(["replay", "open"]);
    expect([code, output]).toEqual([0, expect.stringMatching(/^1 notifications waited or had failed; 1 of them/m)]);
    const rows = await plinth.sql("select status from billing.subscriptions where external_id = $1", [subscription]);
    expect(rows).toEqual([{ status: "active" }]);
  });

  test.each([
    ["a notification that is not there", "00000000-0000-7000-8000-000000000000"],
    ["what is no id", "yesterday"],
  ])("of %s ends with an error, without a stack", async (_, id) => {
    const { code, output } = await run(["replay", id]);
    expect(code).toBe(1);
    expect(output).not.toMatch(/\n\s+at |invalid input syntax/);
  });
});

describe("plinth reconcile", () => {
  test("puts right what no notification told", async () => {
    const { subscription, customer } = await bought();
    expect(await plan()).toBe("prism.prism");
    const about = { price: "price_prism_monthly", subscription, customer, workspace_id: ada.workspace_id };
    const ended = { status: "canceled" as const, ended_at: new Date() };
    stripe.put(subscriptionEvent("customer.subscription.deleted", { ...about, ...ended }));
    const api = { STRIPE_SECRET_KEY: stripe.secret_key, STRIPE_URL: stripe.url };
    const { output } = await run(["reconcile", "stripe"], api);
    expect(output).toMatch(/stripe: \d+ compared, [1-9]\d* corrected, 0 could not be compared/);
    await expect.poll(plan, { timeout: 30_000, interval: 50 }).toBe("prism.free");
  });

  test("of a store that is not there ends with an error", async () => {
    expect(await run(["reconcile", "ebay"])).toMatchObject({ code: 1, output: expect.stringContaining("not ebay") });
    const { code, output } = await run(["reconcile", "stripe"]);
    expect([code, output]).toEqual([1, expect.stringContaining("no credentials")]);
    expect(output).not.toMatch(/\n\s+at /);
  });
});
