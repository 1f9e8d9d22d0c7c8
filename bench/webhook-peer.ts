// The least that anybody does with Stripe's notifications: the official check of the signature, and the body kept once, durably.
// On the database of DATABASE_URL, with the endpoint's secret in STRIPE_WEBHOOK_SECRET.
import Fastify from "fastify";
import { Pool } from "pg";
import Stripe from "stripe";

const secret = process.env.STRIPE_WEBHOOK_SECRET ?? "";
const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 20 });
await pool.query(
  "create table if not exists public.bare_notifications (event_id text primary key, payload text not null)",
);

const app = Fastify();
app.removeAllContentTypeParsers();
app.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
app.post<{ Body: Buffer }>("/v1/webhooks/stripe", async ({ body, headers }) => {
  const { id } = Stripe.webhooks.constructEvent(body, headers["stripe-signature"] ?? "", secret);
  await pool.query("insert into public.bare_notifications values ($1, $2) on conflict do nothing", [
    id,
    body.toString(),
  ]);
  return { received: true };
});
console.log(await app.listen({ port: 0, host: "127.0.0.1" }));
