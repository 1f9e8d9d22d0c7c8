// Starts a fresh Plinth and drives it as a client would, over HTTP alone: sign up, pay, use, be refused, lapse.
// What counts is what the API answered; the first answer that is not the expected one ends it loudly.
import assert from "node:assert/strict";
import { checkoutCompleted, subscriptionEvent } from "../../src/platform/stripe/simulator.ts";
import { type Client, client, type Session } from "./client.ts";
import { licenseJourney } from "./license.ts";
import { startPlinth } from "./plinth.ts";
import { began, done, sendStripe, signUp, webhookSecret } from "./steps.ts";

async function planOf(api: Client, session: Session) {
  const { status, body } = await api.get("/v1/billing/entitlements?product=prism", session);
  assert.equal(status, 200);
  const [prism] = body.data;
  return { plan: prism.plan_id as string, turns: prism.features.turns_per_day as { limit: number; used: number } };
}

async function takeTurn(api: Client, session: Session, question: string) {
  return api.post("/v1/prism/turns", { question }, session);
}

/** One invites the other into a team, and lets a program work in it by an API key. */
async function shareAndAutomate(api: Client, owner: Session, guest: Session): Promise<void> {
  const team = await api.post("/v1/workspaces", { name: "Engines" }, owner);
  assert.equal(team.status, 201);
  const path = `/v1/workspaces/${team.body.id}`;
  const invited = await api.post(`${path}/invitations`, { email: "grace@example.com" }, owner);
  assert.deepEqual([invited.status, invited.body.status], [201, "pending"]);
  const token = (await api.mailedLink("grace@example.com", "invitations")).split("/").at(-1);
  assert.equal((await api.post(`/v1/invitations/${token}/accept`, undefined, owner)).status, 403, "it is for another");
  assert.equal((await api.post(`/v1/invitations/${token}/accept`, undefined, guest)).status, 200);
  assert.equal((await api.get(`${path}/members`, guest)).body.data.length, 2);
  done("invites a colleague, who accepts");

  const made = await api.post("/v1/api-keys", { name: "journey", scopes: ["prism:write"] }, guest);
  assert.equal(made.status, 201);
  const program: Session = { access_token: made.body.key, refresh_token: "" };
  assert.equal((await takeTurn(api, program, "What does a program dream of?")).status, 201);
  assert.equal((await api.get("/v1/prism/turns", program)).body.code, "request.scope_missing");
  const shown = await api.get("/v1/api-keys", guest);
  assert.ok(!JSON.stringify(shown.body).includes(made.body.key), "the key is shown once");
  done("makes an API key, and a program takes a turn with it");
}

async function journey(api: Client): Promise<void> {
  const ada = await signUp(api, "ada@example.com");
  const workspaces = await api.get("/v1/workspaces", ada);
  assert.equal(workspaces.body.data.length, 1, "one personal workspace");
  const workspace_id: string = workspaces.body.data[0].id;

  const plans = await api.get("/v1/plans?product=prism");
  const ids = plans.body.data.map((plan: { id: string }) => plan.id);
  assert.deepEqual(ids, ["prism.free", "prism.prism", "prism.prism_plus"], "plans by price");
  done("lists the plans by price");
  const free = await planOf(api, ada);
  assert.equal(free.plan, "prism.free");
  done(`is entitled to ${free.turns.limit} turns a day on the free plan`);

  for (let used = 1; used <= free.turns.limit; used++) {
    const turn = await takeTurn(api, ada, `What did I learn today, part ${used}?`);
    assert.deepEqual([turn.status, turn.body.status, turn.body.provider], [201, "completed", "demo"]);
  }
  done(`takes ${free.turns.limit} turns`);
  const refused = await takeTurn(api, ada, "One more?");
  assert.deepEqual(
    [refused.status, refused.body.code, refused.body.limit, refused.body.used],
    [429, "usage.limit_reached", free.turns.limit, free.turns.limit],
  );
  assert.ok(new Date(refused.body.resets_at).getTime() > Date.now(), "the limit resets in the future");
  done("is refused at the limit: 429, with when it resets");

  const customer = "cus_journey_ada";
  const subscription = "sub_journey_ada";
  const created = subscriptionEvent("customer.subscription.created", {
    subscription,
    customer,
    price: "price_prism_monthly",
    status: "active",
  });
  const checkout = checkoutCompleted({ subscription, customer, workspace_id });
  for (const event of [created, checkout, created, checkout]) await sendStripe(api, event);
  const paid = performance.now();
  const prism = await planOf(api, ada);
  assert.equal(prism.plan, "prism.prism");
  assert.ok(performance.now() - paid < 1_000, "the paid plan shows within a second");
  done(`pays, notified in the wrong order and twice: ${prism.turns.limit} turns a day`);
  assert.equal((await takeTurn(api, ada, "And now?")).status, 201);
  done("takes turns again");

  const refreshed = await api.post("/v1/auth/refresh", { refresh_token: ada.refresh_token });
  assert.equal(refreshed.status, 200);
  assert.notEqual(refreshed.body.refresh_token, ada.refresh_token);
  const fresh: Session = { access_token: refreshed.body.access_token, refresh_token: refreshed.body.refresh_token };
  assert.equal((await api.get("/v1/me", fresh)).status, 200);
  done("refreshes the session");

  const before = await planOf(api, fresh);
  const crisis = await takeTurn(api, fresh, "I am going to kill myself tonight.");
  assert.deepEqual([crisis.status, crisis.body.safety?.status], [200, "crisis"]);
  assert.ok(crisis.body.resources.length > 0, "help is offered");
  assert.equal((await planOf(api, fresh)).turns.used, before.turns.used, "nothing was counted");
  const turns = await api.get("/v1/prism/turns?limit=100", fresh);
  assert.equal(turns.body.data.length, free.turns.limit + 1, "nothing was generated or stored");
  done("a text in crisis is answered with help before any generation");

  await sendStripe(
    api,
    subscriptionEvent("customer.subscription.deleted", {
      subscription,
      customer,
      price: "price_prism_monthly",
      status: "canceled",
    }),
  );
  const lapsed = await planOf(api, fresh);
  assert.equal(lapsed.plan, "prism.free");
  assert.equal((await takeTurn(api, fresh, "Still there?")).body.code, "usage.limit_reached");
  done("the subscription ends: free again, and at its limit");

  const grace = await signUp(api, "grace@example.com");
  assert.deepEqual((await api.get("/v1/prism/turns", grace)).body.data, []);
  const foreign = await api.get(`/v1/workspaces/${workspace_id}`, grace);
  const random = await api.get(`/v1/workspaces/${crypto.randomUUID()}`, grace);
  assert.deepEqual([foreign.status, foreign.body.code], [random.status, random.body.code]);
  assert.equal(foreign.status, 404);
  const through = await api.get("/v1/prism/turns", grace, { "plinth-workspace": workspace_id });
  assert.equal(through.status, 404);
  done("another person sees none of it");

  await shareAndAutomate(api, fresh, grace);

  await licenseJourney(api);

  assert.equal((await api.post("/v1/auth/logout", undefined, fresh)).status, 204);
  assert.equal((await api.get("/v1/me", fresh)).status, 401);
  done("signs out: the access token is refused at once");
}

const plinth = await startPlinth({ STRIPE_WEBHOOK_SECRET: webhookSecret, AI_API_KEY: "" });
console.log(`\nThe journey, against ${plinth.url}\n`);
done("Plinth starts on an empty machine");
try {
  await journey(client(plinth.url));
  console.log(`\n  Arrived after ${((performance.now() - began) / 1_000).toFixed(1)} s.\n`);
} catch (error) {
  console.error("\n  ✗ The journey ended here.\n", error, `\n\nWhat Plinth said:\n${plinth.output()}`);
  process.exitCode = 1;
} finally {
  await plinth.stop();
}
