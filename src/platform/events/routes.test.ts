import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { randomId } from "../../../test/support/routes.ts";

const patience = { timeout: 40_000, interval: 20 };

let plinth: TestApp;
let root: SignedUp;
beforeAll(async () => {
  plinth = await testApp();
  root = await plinth.signUp("root@example.com");
  await plinth.app.promote(root.email);
});
afterAll(() => plinth.close());
beforeEach(() => plinth.sql("delete from events.dead_letters"));

const ask = (method: "GET" | "POST" | "PUT" | "DELETE", path: string, body?: unknown) =>
  plinth.call(method, `/v1/admin/${path}`, {
    ...{ token: root.access_token },
    ...(body === undefined ? {} : { body }),
  });

/** So many letters of a subscriber that finds nothing to do for them. */
const plant = (many: number, subscriber = "webhooks.deliver") =>
  plinth.sql(
    `insert into events.dead_letters (id, event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, retry_count, max_retries,
       error_message, created_at, failed_at)
     select n + (select coalesce(max(id), 0) from events.dead_letters), gen_random_uuid(), 'webhooks.delivery_due', $2, $3,
       jsonb_build_object('endpoint_id', $4::text, 'delivery_id', $4::text, 'attempt', 1), 'planted', $4, 6, 5, 5, 'Planted ' || n, now(), now()
     from generate_series(1, $1) n`,
    [many, subscriber, root.workspace_id, randomId],
  );

test("dead letters are listed by what they are, looked at, replayed and given up", async () => {
  await plant(3);
  await plant(2, "somebody.else");
  expect((await ask("GET", "dead-letters?subscriber=somebody.else")).body.data).toHaveLength(2);
  expect((await ask("GET", "dead-letters?error_contains=PLANTED%203")).body.data).toHaveLength(1);
  expect((await ask("GET", `dead-letters?workspace_id=${randomId}`)).body.data).toEqual([]);
  expect((await ask("GET", "dead-letters?failed_to=2020-01-01T00:00:00Z")).body.data).toEqual([]);
  const [letter, other] = (await ask("GET", "dead-letters?state=dead&subscriber=webhooks.deliver")).body.data;
  const { body: shown } = await ask("GET", `dead-letters/${letter.id}`);
  expect(shown).toMatchObject({ ...letter, payload: { delivery_id: randomId }, request_id: "planted", history: [] });

  const replayed = await ask("POST", `dead-letters/${letter.id}/replay`, { reason: "Fixed" });
  expect([replayed.status, replayed.body.state, replayed.body.resolved_by]).toEqual([
    ...[200, "replayed", `user:${root.user_id}`],
  ]);
  const again = await ask("POST", `dead-letters/${letter.id}/replay`, {});
  expect([again.status, again.body.code]).toEqual([409, "events.dead_letter_resolved"]);
  const discarded = await ask("POST", `dead-letters/${other.id}/discard`, { reason: "A test" });
  expect([discarded.status, discarded.body.state, discarded.body.reason]).toEqual([200, "discarded", "A test"]);
  expect((await ask("POST", `dead-letters/${other.id}/discard`, {})).status).toBe(422);
  expect((await ask("GET", "dead-letters/999999999")).body.code).toBe("events.dead_letter_not_found");
  // Beyond what PostgreSQL counts.
  for (const id of ["9223372036854775808", "99999999999999999999"])
    expect((await ask("GET", `dead-letters/${id}`)).status).toBe(404);
  await vi.waitFor(async () => {
    expect(await plinth.sql("select id from events.outbox where request_id = 'planted'")).toEqual([]);
  }, patience);
});

test("many are replayed as their preview told, and the job tells how far it is", async () => {
  await plant(1_500);
  const filter = { subscriber: "webhooks.deliver" };
  const { body: preview } = await ask("POST", "dead-letters/preview", { action: "replay", filter });
  expect(preview).toMatchObject({ count: 1_500, by_subscriber: [{ subscriber: "webhooks.deliver", count: 1_500 }] });
  const { until, count } = preview;
  const stale = await ask("POST", "dead-letters/replay", { filter, until, count: 1_499 });
  expect([stale.status, stale.body.code, stale.body.count]).toEqual([409, "events.preview_outdated", 1_500]);
  const begun = await ask("POST", "dead-letters/replay", { filter, until, count, reason: "Fixed" });
  expect([begun.status, begun.body.matching]).toEqual([202, 1_500]);
  await vi.waitFor(async () => {
    const { body } = await ask("GET", `dead-letter-jobs/${begun.body.id}`);
    expect(body).toMatchObject({ state: "completed", done: 1_500, action: "replay", filter });
  }, patience);
  expect((await ask("GET", "dead-letter-jobs")).body.data[0].id).toBe(begun.body.id);
  await vi.waitFor(async () => {
    expect(await plinth.sql("select id from events.outbox where request_id = 'planted'")).toEqual([]);
  }, patience);
});

test("a subscriber that is paused gets nothing until it is resumed", async () => {
  expect((await ask("PUT", "paused-subscribers/nobody.at_all", { reason: "x" })).body.code).toBe(
    "events.unknown_subscriber",
  );
  expect((await ask("PUT", "paused-subscribers/webhooks.deliver", { reason: "Their network is down" })).status).toBe(
    204,
  );
  const { body } = await ask("GET", "paused-subscribers");
  expect(body.data).toEqual([
    expect.objectContaining({
      ...{ subscriber: "webhooks.deliver", reason: "Their network is down", paused_by: `user:${root.user_id}` },
      ...{ resume_at: null, dependency: null },
    }),
  ]);
  expect((await ask("DELETE", "paused-subscribers/webhooks.deliver")).status).toBe(204);
  expect((await ask("GET", "paused-subscribers")).body.data).toEqual([]);
  expect((await ask("DELETE", "paused-subscribers/webhooks.deliver")).status).toBe(204);
});
