import { seal } from "../../src/core/crypto.ts";
import type { TestApp } from "./app.ts";

// What a tenant has that no request of its own makes: rows as their modules write them.

/** A checkout as it stands when it was opened; no store is there to open one. */
export async function makeCheckout(plinth: TestApp, team: string, name: string): Promise<string> {
  const [row] = await plinth.sql<{ id: string }>(
    `insert into checkout.sessions (id, workspace_id, product, plan_id, quantity, success_url, cancel_url, trial_days, source, environment,
       external_id, url, status, expires_at)
     values (gen_random_uuid(), $1, 'prism', 'prism.pro', 1, 'https://app.example/done', 'https://app.example/back', 0, 'stripe', 'test',
       $2, 'https://checkout.example/' || $2, 'open', now() + interval '1 hour') returning id`,
    [team, `checkout of ${name}`],
  );
  return row?.id ?? "";
}

/** Two text messages, and two findings of the safety check. */
export async function makeMessages(plinth: TestApp, team: string, name: string): Promise<string[]> {
  const key = plinth.keyring.derive("sms.message");
  const rows = await plinth.sql<{ id: string }>(
    `insert into sms.messages (id, workspace_id, direction, number_hash, number_sealed, body_sealed, status, provider, idempotency_key, created_at, updated_at)
     select gen_random_uuid(), $1, 'outgoing', $2, $3, $4, 'sent', 'twilio', 'message ' || n, date_trunc('milliseconds', now()), now()
     from generate_series(1, 2) n returning id`,
    [team, Buffer.from(name), seal(key, "+436601234567"), seal(key, `Words of ${name}`)],
  );
  const found = await plinth.sql<{ id: string }>(
    `insert into safety.safety_events (id, workspace_id, feature, status, categories, rule_ids, policy_version, locale, content_hash, request_id, direction, created_at)
     select gen_random_uuid(), $1, 'prism.turn', 'caution', '{suicide}', '{en.x}', '1', 'en', '', $2, 'input', date_trunc('milliseconds', now())
     from generate_series(1, 2) returning id`,
    [team, `request of ${name}`],
  );
  return [...rows, ...found].map(({ id }) => id);
}
