import assert from "node:assert/strict";
import { signStripeEvent } from "../../src/platform/stripe/simulator.ts";
import type { Client, Session } from "./client.ts";

export const webhookSecret = "whsec_of_the_journey";
const password = "Correct-horse-7";
export const began = performance.now();
let last = began;

/** Says that a step is done, and how long it took. */
export function done(step: string): void {
  const now = performance.now();
  console.log(`  ✓ ${step.padEnd(64)} ${(now - last).toFixed(0).padStart(6)} ms`);
  last = now;
}

/** Signs up, reads the mailed link, confirms and signs in. */
export async function signUp(api: Client, email: string): Promise<Session> {
  const registered = await api.post("/v1/auth/register", {
    email,
    password,
    full_name: "Ada Lovelace",
    time_zone: "Europe/London",
  });
  assert.deepEqual([registered.status, registered.body], [201, { email, status: "verification_sent" }]);
  done(`signs up as ${email}`);
  const early = await api.post("/v1/auth/login", { email, password });
  assert.deepEqual([early.status, early.body.code], [403, "identity.email_unverified"]);
  const link = await api.mailedLink(email);
  done("reads the mailed link");
  assert.equal((await api.get(link)).status, 200, "the link shows a page");
  assert.equal(
    (await api.post("/v1/auth/login", { email, password })).status,
    403,
    "looking at the page confirms nothing",
  );
  assert.deepEqual((await api.post(link)).body, { status: "verified" });
  assert.equal((await api.post(link)).status, 410, "the link works once");
  done("confirms the address");
  const login = await api.post("/v1/auth/login", { email, password });
  assert.equal(login.status, 200);
  const session: Session = { access_token: login.body.access_token, refresh_token: login.body.refresh_token };
  const me = await api.get("/v1/me", session);
  assert.deepEqual([me.status, me.body.email, me.body.email_verified], [200, email, true]);
  done("signs in");
  return session;
}

/** Sends an event as Stripe would, signed. */
export async function sendStripe(api: Client, event: object): Promise<void> {
  const { body, signature } = signStripeEvent(event, webhookSecret);
  const answer = await api.raw("/v1/webhooks/stripe", body, {
    "stripe-signature": signature,
    "content-type": "application/json",
  });
  assert.equal(answer.status, 200, `the webhook answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}
