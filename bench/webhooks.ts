import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { signStripeEvent, subscriptionEvent } from "../src/platform/stripe/simulator.ts";
import type { Ground } from "./ground.ts";
import { type HttpClient, httpClient } from "./http.ts";
import { compare, forEach, inTurn, perSecond, type Row, rounds, seconds } from "./measure.ts";

const secret = "whsec_OfTheBenchmarks";
const connections = 32;
const storm = 10_000;

/** Stripe's notifications over HTTP: new ones, each of another subscription, and one of them sent again and again. */
export async function measureWebhooks(ground: Ground): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const plinth = await ground.serve({ STRIPE_WEBHOOK_SECRET: secret });
  stack.defer(() => plinth.stop());
  const peer = await startPeer(ground.owner_url);
  stack.defer(async () => void peer.child.kill());
  const [ours, theirs] = [httpClient(plinth.url, connections), httpClient(peer.url, connections)];
  stack.defer(async () => void (await Promise.all([ours.close(), theirs.close()])));
  const { workspaces } = ground;
  let sold = 0;
  const next = () => {
    const n = sold++;
    const workspace_id = workspaces[n % workspaces.length]?.workspace_id ?? "";
    return bought(workspace_id, n);
  };
  const sendNew = (to: HttpClient) => perSecond(connections, seconds * 1_000, () => send(to, next()));
  const sendAgain = (to: HttpClient) => stormOf(to, next());
  const fresh = await inTurn(rounds, { theirs: () => sendNew(theirs), ours: () => sendNew(ours) });
  const again = await inTurn(Math.min(rounds, 3), { theirs: () => sendAgain(theirs), ours: () => sendAgain(ours) });
  await expectEachOnce(ground);
  const bare = "bare Fastify, Stripe's check, one insert";
  return [
    compare("webhook intake, new subscriptions, applied", fresh.ours, fresh.theirs, bare),
    compare("webhook intake, one event 10,000 times", again.ours, again.theirs, bare),
  ];
}

function bought(workspace_id: string, n: number) {
  const ids = { customer: `cus_bench${n}`, subscription: `sub_bench${n}`, workspace_id };
  const event = subscriptionEvent("customer.subscription.created", { price: "price_prism_monthly", ...ids });
  return signStripeEvent(event, secret);
}

async function send(to: HttpClient, { body, signature }: ReturnType<typeof bought>): Promise<void> {
  const headers = { "content-type": "application/json", "stripe-signature": signature };
  const { status, text } = await to.post("/v1/webhooks/stripe", headers, body);
  if (status !== 200) throw new Error(`A notification was answered with ${status}: ${text}`);
}

/** Deliveries per second. */
async function stormOf(to: HttpClient, event: ReturnType<typeof bought>): Promise<number> {
  const began = performance.now();
  await forEach(connections, Array(storm).fill(event), (each) => send(to, each));
  return storm / ((performance.now() - began) / 1_000);
}

/** A figure of events that were lost, or only kept, is none. */
async function expectEachOnce({ admin }: Ground): Promise<void> {
  const { rows } = await admin.query(
    `select (select count(*)::int from billing.webhook_events where event_type like 'customer.subscription.%') as events,
       (select count(*)::int from billing.webhook_events where status <> 'applied') as others,
       (select count(*)::int from billing.subscriptions) as subscriptions`,
  );
  const { events, others, subscriptions } = rows[0] ?? {};
  if (others > 0 || events !== subscriptions)
    throw new Error(`Notifications were not applied once: ${JSON.stringify(rows)}`);
}

async function startPeer(database_url: string) {
  const child = spawn(process.execPath, [fileURLToPath(new URL("webhook-peer.ts", import.meta.url))], {
    env: { ...process.env, DATABASE_URL: database_url, STRIPE_WEBHOOK_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim()));
    child.once("exit", (code) => reject(new Error(`The peer ended with ${code}`)));
  });
  return { child, url };
}
