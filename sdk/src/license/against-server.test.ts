import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { invoiceEvent, signStripeEvent, subscriptionEvent } from "../../../src/platform/stripe/simulator.ts";
import { password, type SignedUp, stripeSecret, type TestApp, testApp } from "../../../test/support/app.ts";
import { type CuttableNetwork, createNetwork } from "../../test/cuttable-network.ts";
import { hashHardwareId } from "../node/index.ts";
import { createLicenseClient, type LicenseClientOptions, verifyLicenseFile } from "./index.ts";

// The client against a true Plinth whose network is cut. Time is moved on both sides: the server's by its clock, the client's by `ahead`.

let plinth: TestApp;
let network: CuttableNetwork;
let owner: SignedUp;
let license: { id: string; license_key: string };
let ahead = 0;
const clock = { monotonic: () => performance.now() + ahead, wall: () => Date.now() + ahead };
const subscription = { price: "price_coditect_starter_monthly", subscription: "sub_sdk", customer: "cus_sdk" };

const client = (machine: string, more: Partial<LicenseClientOptions> = {}) =>
  createLicenseClient({
    base_url: network.url,
    license_key: license.license_key,
    hardware_id: hashHardwareId("coditect", machine),
    release_on_exit: false,
    clock,
    ...more,
  });

async function tell(event: object): Promise<void> {
  const { body, signature } = signStripeEvent(event, stripeSecret, plinth.clock.now());
  const answer = await plinth.call("POST", "/v1/webhooks/stripe", {
    body,
    headers: { "stripe-signature": signature, "content-type": "application/json" },
  });
  expect(answer.status).toBe(200);
}

/** The three seats of the licence but one, held by others for as long as the test runs. */
async function leaveOneSeat(): Promise<void> {
  for (const machine of ["filler-1", "filler-2"]) {
    const hardware_id = hashHardwareId("coditect", machine);
    const { license_key } = license;
    const { status } = await plinth.call("POST", "/v1/licenses/acquire", { body: { license_key, hardware_id } });
    expect(status).toBeLessThan(300);
  }
}

beforeAll(async () => {
  plinth = await testApp();
  const url = await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
  network = await createNetwork(Number(new URL(url).port));
  owner = await plinth.signUp("owner@example.com");
  const paid = {
    ...subscription,
    workspace_id: owner.workspace_id,
    current_period_end: new Date(Date.now() + 30 * 86_400_000),
  };
  await tell(subscriptionEvent("customer.subscription.created", paid));
  const { body } = await plinth.call("GET", "/v1/licenses", { token: owner.access_token });
  [license] = body.data;
});
afterAll(async () => {
  await network.close();
  await plinth.close();
});

test("a seat: taken, refused to another, released, taken by the other", async () => {
  await leaveOneSeat();
  const [one, other] = [client("a"), client("b")];
  expect([await one.start(), await other.start()]).toEqual(["ACTIVE", "ERROR"]);
  expect(other.problem).toMatchObject({ code: "licensing.seats_exhausted", current_seats_used: 3, max_seats: 3 });
  await one.stop();
  expect(await other.start()).toBe("ACTIVE");
  await other.stop();
});

test("14: cut off while its seat is granted again: SEAT_LOST on reconnection", async () => {
  const [one, other] = [client("c"), client("d")];
  expect(await one.start()).toBe("ACTIVE");
  await network.become("refused");
  plinth.clock.advance(361_000);
  ahead += 361_000;
  expect([one.state, one.licensed]).toEqual(["DEGRADED", true]);
  await network.become("open");
  await leaveOneSeat();
  expect(await other.start()).toBe("ACTIVE");
  const lost = new Promise((resolve) => one.on("state", ({ to }) => (to === "SEAT_LOST" ? resolve(to) : undefined)));
  ahead += 20_000;
  void one.state;
  await lost;
  await Promise.all([one.stop(), other.stop()]);
});

test("11: a payment that fails three times suspends a running client, and a late one lets it start again", async () => {
  plinth.clock.advance(400_000);
  ahead += 400_000;
  const one = client("e");
  expect(await one.start()).toBe("ACTIVE");
  const invoice = { ...subscription, invoice: "in_sdk", attempt: 3, created: plinth.clock.now() };
  await tell(invoiceEvent("payment_failed", invoice));
  const suspended = new Promise((resolve) =>
    one.on("state", ({ to }) => (to === "SUSPENDED" ? resolve(to) : undefined)),
  );
  ahead += 301_000;
  void one.state;
  await suspended;
  await one.stop();
  await tell(invoiceEvent("paid", { ...invoice, attempt: 4, created: plinth.clock.now() }));
  const again = client("e");
  expect(await again.start()).toBe("ACTIVE");
  await again.stop();
});

test("the signed file is checked offline with the published keys", async () => {
  const { email } = owner;
  const login = await plinth.call("POST", "/v1/auth/login", { body: { email, password } });
  const token = login.body.access_token;
  // The installation's first key is being made in the background.
  const download = await vi.waitFor(async () => {
    const answer = await plinth.call("GET", `/v1/licenses/${license.id}/download`, { token });
    expect(answer.status).toBe(200);
    return answer;
  }, 50_000);
  const jwks = await (await fetch(`${network.url}/.well-known/license-keys.json`)).json();
  const now = plinth.clock.now().getTime();
  expect(await verifyLicenseFile(download.body, { jwks, product: "coditect", now })).toMatchObject({
    valid: true,
  });
  expect(await verifyLicenseFile(download.body, { jwks, product: "swan", now })).toMatchObject({
    code: "wrong_product",
  });
});
