import assert from "node:assert/strict";
import { checkoutCompleted, invoiceEvent, subscriptionEvent } from "../../src/platform/stripe/simulator.ts";
import type { Client, Session } from "./client.ts";
import { done, sendStripe, signUp } from "./steps.ts";

const customer = "cus_journey_carol";
const subscription = "sub_journey_carol";
const plan = { subscription, customer, price: "price_coditect_starter_monthly" };

/** Pay, key, activate, seats, a payment that fails three times, and one that puts it right: over HTTP alone. */
export async function licenseJourney(api: Client): Promise<void> {
  const carol = await signUp(api, "carol@example.com");
  const key = await payForLicense(api, carol);
  await useSeats(api, key);
  await oweAndPay(api, carol, key);
}

async function payForLicense(api: Client, carol: Session): Promise<string> {
  const me = await api.get("/v1/workspaces", carol);
  const workspace_id = me.body.data[0].id as string;
  await sendStripe(api, checkoutCompleted({ ...plan, workspace_id }));
  await sendStripe(api, subscriptionEvent("customer.subscription.created", { ...plan, status: "active" }));
  const { body } = await api.get("/v1/licenses", carol);
  const [license] = body.data;
  assert.match(license.license_key, /^CODITECT(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
  assert.deepEqual([license.status, license.max_seats], ["active", 3]);
  done("pays for a licence: the key is there at once");
  const mail = await mailAbout(api, "carol@example.com", license.license_key);
  assert.equal(mail.attachments[0]?.filename, "coditect-license.jws");
  done("the key comes by mail, with the signed file");
  const keys = await api.get("/.well-known/license-keys.json");
  assert.ok(keys.body.keys.length > 0, "the public keys are published");
  return license.license_key;
}

/** Seats of a starter licence: three. */
async function useSeats(api: Client, license_key: string): Promise<void> {
  const machine = (n: number) => `journey-machine-${String(n).padStart(8, "0")}`;
  const valid = await api.post("/v1/licenses/validate", {
    license_key: license_key.toLowerCase().replaceAll("-", " "),
  });
  assert.deepEqual([valid.status, valid.body.valid, valid.body.code], [200, true, "valid"]);
  const activated = await api.post("/v1/licenses/activate", { license_key, hardware_id: machine(1) });
  assert.ok(activated.status < 300, JSON.stringify(activated.body));
  done("activates the licence on a machine");
  const acquire = (n: number) => api.post("/v1/licenses/acquire", { license_key, hardware_id: machine(n) });
  const [first, ...rest] = await Promise.all([acquire(1), acquire(2), acquire(3)]);
  for (const seat of [first, ...rest]) assert.equal(seat?.status, 201, JSON.stringify(seat?.body));
  const again = await acquire(1);
  assert.deepEqual(
    [again.status, again.body.session_id],
    [200, first?.body.session_id],
    "the same machine has its seat",
  );
  done("acquires the three seats");
  const full = await acquire(4);
  assert.deepEqual(
    [full.status, full.body.code, full.body.current_seats_used, full.body.max_seats],
    [429, "licensing.seats_exhausted", 3, 3],
  );
  done("is refused a fourth: 429, with when one is free at the earliest");
  const beat = await api.post(`/v1/licenses/sessions/${first?.body.session_id}/heartbeat`);
  assert.ok(beat.status === 200 && beat.body.next_heartbeat_in > 0, JSON.stringify(beat.body));
  assert.equal((await api.delete(`/v1/licenses/sessions/${first?.body.session_id}`)).status, 204);
  assert.equal((await acquire(4)).status, 201);
  done("keeps a seat by its heartbeat, releases it, and another machine has it");
}

async function oweAndPay(api: Client, carol: Session, license_key: string): Promise<void> {
  const invoice = "in_journey_carol_2";
  const statusOf = async () => (await api.get("/v1/licenses", carol)).body.data[0].status as string;
  for (const attempt of [1, 2, 3]) {
    await sendStripe(api, invoiceEvent("payment_failed", { subscription, customer, invoice, attempt }));
    await mailAbout(api, "carol@example.com", attempt === 3 ? "suspended" : "payment");
  }
  assert.equal(await statusOf(), "suspended");
  const refused = await api.post("/v1/licenses/acquire", { license_key, hardware_id: "journey-machine-00000009" });
  assert.deepEqual([refused.status, refused.body.code], [403, "licensing.license_inactive"]);
  const { body } = await api.get("/v1/workspaces", carol);
  assert.equal(body.data[0].billing_status, "past_due");
  done("a payment fails three times: suspended, the seats are free, mailed each time");
  await sendStripe(api, invoiceEvent("paid", { subscription, customer, invoice, attempt: 4 }));
  assert.equal(await statusOf(), "active");
  const seat = await api.post("/v1/licenses/acquire", { license_key, hardware_id: "journey-machine-00000009" });
  assert.equal(seat.status, 201);
  done("pays late: active at once");
  const why = await api.get("/v1/billing/entitlements/timeline?product=coditect", carol);
  assert.ok(why.body.data.length >= 3, "the history tells why");
  done("the history of the account tells all of it");
}

interface Mail {
  subject: string;
  text: string;
  attachments: { filename: string }[];
}

/** The newest mail to the address that says so; waits for it. */
async function mailAbout(api: Client, to: string, words: string): Promise<Mail> {
  for (let tries = 0; tries < 200; tries++) {
    const { body } = await api.get(`/dev/mailbox/messages?to=${encodeURIComponent(to)}`);
    const found = body.data.find(({ subject, text }: Mail) =>
      `${subject} ${text}`.toLowerCase().includes(words.toLowerCase()),
    );
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`No mail about ${words} came for ${to}`);
}
