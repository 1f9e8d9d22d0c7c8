import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import type { WebhookReceiver } from "../../../test/support/webhook-receiver.ts";
import { patience, verify, type WebhookStage, webhookStage } from "../../../test/support/webhooks.ts";

let stage: WebhookStage;
let plinth: TestApp;
let receiver: WebhookReceiver;
let ada: SignedUp;
let eve: SignedUp;
beforeAll(async () => {
  stage = await webhookStage();
  ({ plinth, receiver } = stage);
  eve = await plinth.signUp("eve@example.com");
});
afterAll(() => stage.close());
beforeEach(async () => {
  ada = await stage.newPerson();
  return stage.backToNow;
});

describe("an endpoint is turned off", () => {
  const mailsTo = async (email: string) =>
    (await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(email)}`)).body.data;

  test("by 410, at once, and the owners are told", async () => {
    // The news that it was turned off is not for itself.
    const { id, name } = await stage.endpoint(ada, { event_types: ["licensing.license_renewed"] });
    receiver.always(name, { status: 410 });
    await stage.happen();
    await stage.stands(id, { status: "failed", attempts: 1, last_status_code: 410 });
    expect((await stage.as(ada)("GET", `/${id}`)).body).toMatchObject({ enabled: false, disabled_reason: "gone" });
    await vi.waitFor(async () => {
      const [mail] = (await mailsTo(ada.email)).filter(({ subject }: { subject: string }) => /webhook/.test(subject));
      expect(mail).toMatchObject({ subject: "A webhook of Ada Test was turned off" });
    }, patience);
  });

  test("by days of nothing but failures, once; what comes then is skipped, and sent when it is asked for", async () => {
    const { id, name } = await stage.endpoint();
    const other = await stage.endpoint(ada, { event_types: ["webhooks.endpoint_disabled"] });
    receiver.always(name, { status: 500 });
    await stage.happen();
    await stage.stands(id, { attempts: 1 });
    expect((await stage.as(ada)("GET", `/${id}`)).body).toMatchObject({ enabled: true });
    await plinth.sql("update webhooks.endpoints set failing_since = now() - interval '5 days' where id = $1", [id]);
    await Promise.all(Array.from({ length: 8 }, () => stage.happen()));
    await vi.waitFor(async () => {
      const { body } = await stage.as(ada)("GET", `/${id}`);
      expect(body).toMatchObject({ enabled: false, disabled_reason: "failing", disabled_at: expect.any(String) });
    }, patience);
    const [told] = await stage.arrived(other.name, 1);
    expect(JSON.parse(told?.body ?? "")).toMatchObject({
      type: "webhooks.endpoint_disabled",
      data: { endpoint_id: id, reason: "failing" },
    });
    await vi.waitFor(async () => {
      const mails = (await mailsTo(ada.email)).filter(({ subject }: { subject: string }) => /webhook/.test(subject));
      expect(mails).toHaveLength(1);
    }, patience);

    const missed = await stage.happen(ada, "licensing.license_issued");
    await stage.stands(id, { status: "skipped", event_id: missed, attempts: 0 });
    const [{ id: skipped }] = await stage.deliveries(id);
    const refused = await stage.as(ada)("POST", `/${id}/deliveries/${skipped}/replay`);
    expect([refused.status, refused.body.code]).toEqual([409, "webhooks.endpoint_disabled"]);
    // What waited for its next try is not sent to an endpoint that is off.
    const before = receiver.at(name).length;
    stage.advance(7);
    await vi.waitFor(async () => expect(await stage.deliveries(id, "?status=pending")).toEqual([]), patience);
    expect(receiver.at(name)).toHaveLength(before);

    receiver.always(name, { status: 204 });
    const on = await stage.as(ada)("PATCH", `/${id}`, { enabled: true });
    expect(on.body).toMatchObject({ enabled: true, disabled_reason: null, disabled_at: null, failing_since: null });
    // The eight, the one before, the one that was missed, and the news that it was turned off.
    const since = new Date(Date.now() - 3_600_000).toISOString();
    const replay = await stage.as(ada)("POST", `/${id}/replay`, { since });
    expect([replay.status, replay.body]).toEqual([202, { matching: 11 }]);
    await vi.waitFor(async () => expect(await stage.deliveries(id, "?status=delivered")).toHaveLength(11), patience);
    expect(
      new Set(
        receiver
          .at(name)
          .slice(before)
          .map(({ headers }) => headers["webhook-id"]),
      ).size,
    ).toBe(11);
  });

  test("not by a failure now and then: what arrives begins anew", async () => {
    const { id, name } = await stage.endpoint();
    receiver.answer(name, { status: 500 });
    await stage.happen();
    await stage.stands(id, { attempts: 1, last_status_code: 500 });
    await plinth.sql("update webhooks.endpoints set failing_since = now() - interval '4 days' where id = $1", [id]);
    await stage.happen(ada, "licensing.license_issued");
    await stage.stands(id, { event_type: "licensing.license_issued", status: "delivered" });
    expect((await stage.as(ada)("GET", `/${id}`)).body).toMatchObject({ enabled: true, failing_since: null });
  });
});

describe("sending again", () => {
  test("one that arrived: the same id, a new schedule, and it is not sent twice at once", async () => {
    const { id, name } = await stage.endpoint();
    const event_id = await stage.happen();
    await stage.stands(id, { status: "delivered" });
    const [{ id: delivery }] = await stage.deliveries(id);
    const twice = await Promise.all([0, 1].map(() => stage.as(ada)("POST", `/${id}/deliveries/${delivery}/replay`)));
    expect(twice.map(({ status }) => status).sort()).toEqual([202, 409]);
    await stage.stands(id, { status: "delivered", attempts: 2, replays: 1 });
    const messages = await stage.arrived(name, 2);
    expect(messages.map(({ headers }) => headers["webhook-id"])).toEqual([event_id, event_id]);
  });

  test("all that failed since a time, more than one step takes, the oldest first, and nothing that arrived", async () => {
    const { id, name } = await stage.endpoint();
    const at = "2026-01-01T00:00:00Z";
    await plinth.sql(
      `insert into webhooks.deliveries (id, workspace_id, endpoint_id, event_id, event_type, body, status, attempts, created_at)
       select gen_random_uuid(), $1, $2, gen_random_uuid(), 'billing.payment_failed', jsonb_build_object('n', n)::text,
         case when n % 10 = 0 then 'delivered' else 'failed' end, 10, $3::timestamptz + make_interval(mins => n)
       from generate_series(1, 500) n`,
      [ada.workspace_id, id, at],
    );
    const { body } = await stage.as(ada)("POST", `/${id}/replay`, { since: "2026-01-01T00:51:00Z" });
    expect(body).toEqual({ matching: 405 });
    const messages = await stage.arrived(name, 405);
    const numbers = messages.map(({ body: text }) => JSON.parse(text).n as number);
    expect(new Set(numbers).size).toBe(405);
    expect(Math.min(...numbers)).toBe(51);
    expect(numbers.some((n) => n % 10 === 0)).toBe(false);
    await vi.waitFor(async () => expect(await stage.waiting()).toBe(0), patience);
    const rest = await plinth.sql(
      "select count(*)::int as n from webhooks.deliveries where endpoint_id = $1 and status = 'failed'",
      [id],
    );
    expect(rest).toEqual([{ n: 45 }]);
  });

  test("a test event goes to the one endpoint, once, also while it is off", async () => {
    const { id, name, secret } = await stage.endpoint(ada, { event_types: ["billing.payment_failed"], enabled: false });
    const { status, body } = await stage.as(ada)("POST", `/${id}/ping`);
    expect([status, body.status, body.event_type]).toEqual([202, "pending", "webhooks.ping"]);
    const [message] = await stage.arrived(name, 1);
    if (message === undefined) throw new Error("Nothing arrived");
    expect(verify(secret, message)).toMatchObject({ type: "webhooks.ping", data: { endpoint_id: id } });
    await stage.stands(id, { status: "delivered" });
    receiver.always(name, { status: 500 });
    await stage.as(ada)("POST", `/${id}/ping`);
    await stage.stands(id, { status: "failed", attempts: 1 });
    expect((await stage.as(ada)("GET", `/${id}`)).body).toMatchObject({ failing_since: null });
  });
});

test("deliveries are listed by what they are, page by page", async () => {
  const { id } = await stage.endpoint();
  await plinth.sql(
    `insert into webhooks.deliveries (id, workspace_id, endpoint_id, event_id, event_type, body, status, created_at)
     select gen_random_uuid(), $1, $2, gen_random_uuid(), 'billing.' || case when n % 2 = 0 then 'payment_failed' else 'trial_ending' end, '{}',
       case when n % 3 = 0 then 'failed' else 'delivered' end, date_trunc('milliseconds', now()) - make_interval(hours => n / 5)
     from generate_series(1, 60) n`,
    [ada.workspace_id, id],
  );
  expect(await stage.deliveries(id, "?limit=100&status=failed")).toHaveLength(20);
  expect(await stage.deliveries(id, "?limit=100&status=failed&event_type=billing.payment_failed")).toHaveLength(10);
  const from = new Date(Date.now() - 3.5 * 3_600_000).toISOString();
  expect(await stage.deliveries(id, `?limit=100&created_from=${from}`)).toHaveLength(19);
  const seen: string[] = [];
  let cursor = "";
  do {
    const { body } = await stage.as(ada)("GET", `/${id}/deliveries?limit=25${cursor}`);
    seen.push(...body.data.map((delivery: { id: string }) => delivery.id));
    cursor = body.next_cursor === null ? "" : `&cursor=${body.next_cursor}`;
  } while (cursor !== "");
  expect(new Set(seen).size).toBe(60);
});

test("the types that may be wanted are told, with their schemas, and no internal one is among them", async () => {
  const { body } = await plinth.call("GET", "/v1/webhook-event-types");
  const types = body.data.map(({ type }: { type: string }) => type);
  expect(types).toEqual([...types].sort());
  expect(types).toContain("billing.payment_failed");
  expect(types).toContain("webhooks.ping");
  for (const internal of ["webhooks.delivery_due", "identity.link_requested", "identity.refresh_reused"]) {
    expect(types).not.toContain(internal);
  }
  const ping = body.data.find(({ type }: { type: string }) => type === "webhooks.ping");
  expect(ping.schema).toMatchObject({ type: "object", required: ["endpoint_id"] });
});

test("what cannot be an endpoint is refused by its field", async () => {
  const make = (input: object) => stage.as(ada)("POST", "", { url: receiver.url("x"), event_types: ["*"], ...input });
  for (const [input, code, pointer] of [
    [{ url: "ftp://hooks.example.com" }, "webhooks.url_forbidden", "/url"],
    [{ url: "https://ada:pass@hooks.example.com" }, "webhooks.url_forbidden", "/url"],
    [{ event_types: ["billing.nonsense"] }, "webhooks.unknown_event_type", "/event_types"],
    [{ event_types: ["webhooks.delivery_due"] }, "webhooks.unknown_event_type", "/event_types"],
    [{ event_types: [] }, "request.invalid", "/event_types"],
  ] as const) {
    const { status, body } = await make(input);
    expect([status, body.code, body.errors?.[0]?.pointer]).toEqual([422, code, pointer]);
  }
});

test("a workspace has fifty endpoints at most, however many it makes at once", async () => {
  const made = await Promise.all(
    Array.from({ length: 55 }, () => stage.as(ada)("POST", "", { url: receiver.url("many"), event_types: ["*"] })),
  );
  expect(made.filter(({ status }) => status === 201)).toHaveLength(50);
  expect(new Set(made.filter(({ status }) => status !== 201).map(({ body }) => body.code))).toEqual(
    new Set(["webhooks.endpoints_exhausted"]),
  );
});

test("another workspace's endpoints and deliveries are as if they were not there", async () => {
  const { id } = await stage.endpoint();
  await stage.happen();
  await stage.stands(id, { status: "delivered" });
  const [{ id: delivery }] = await stage.deliveries(id);
  const own = await stage.endpoint(eve);
  const since = { since: "2026-01-01T00:00:00Z" };
  const tries = [
    ["GET", `/${id}`],
    ["PATCH", `/${id}`, { enabled: false }],
    ["DELETE", `/${id}`],
    ["POST", `/${id}/rotate-secret`, {}],
    ["POST", `/${id}/ping`],
    ["POST", `/${id}/replay`, since],
    ["GET", `/${id}/deliveries`],
    ["GET", `/${id}/deliveries/${delivery}`],
    ["GET", `/${own.id}/deliveries/${delivery}`],
    ["POST", `/${id}/deliveries/${delivery}/replay`],
    ["POST", `/${own.id}/deliveries/${delivery}/replay`],
  ] as const;
  for (const [method, path, body] of tries) {
    const answer = await stage.as(eve)(method, path, body);
    expect([method, path, answer.status]).toEqual([method, path, 404]);
  }
  expect((await stage.as(eve)("GET", "")).body.data).toHaveLength(1);
  expect((await stage.as(ada)("GET", `/${id}`)).body).toMatchObject({ enabled: true });
});

test("one that is removed takes its deliveries along, and what is under way for it ends", async () => {
  const { id, name } = await stage.endpoint();
  receiver.answer(name, { status: 500 });
  await stage.happen();
  await stage.stands(id, { attempts: 1 });
  expect((await stage.as(ada)("DELETE", `/${id}`)).status).toBe(204);
  stage.advance(7);
  await vi.waitFor(async () => expect(await stage.waiting()).toBe(0), patience);
  expect(receiver.at(name)).toHaveLength(1);
  expect(await plinth.sql("select id from webhooks.deliveries where endpoint_id = $1", [id])).toEqual([]);
});

test("what was sent long ago is removed with its tries, what is still tried stays, and old secrets are forgotten", async () => {
  const { id, name } = await stage.endpoint();
  await stage.as(ada)("POST", `/${id}/rotate-secret`, {});
  receiver.answer(name, { status: 204 });
  receiver.always(name, { status: 500 });
  await stage.happen();
  await stage.stands(id, { status: "delivered" });
  await stage.happen(ada, "licensing.license_issued");
  await stage.stands(id, { status: "pending", attempts: 1 });
  await plinth.sql("update webhooks.deliveries set created_at = now() - interval '31 days' where endpoint_id = $1", [
    id,
  ]);
  await plinth.sql("update webhooks.endpoints set previous_secret_until = now() - interval '1 second' where id = $1", [
    id,
  ]);
  // The hourly tasks run as a process starts.
  const other = await testApp({ beside: plinth, env: { WEBHOOKS_ALLOW_PRIVATE: "on" } });
  try {
    await vi.waitFor(async () => {
      expect((await stage.deliveries(id)).map(({ status }: { status: string }) => status)).toEqual(["pending"]);
      expect((await stage.as(ada)("GET", `/${id}`)).body.previous_secret_until).toBeNull();
    }, patience);
  } finally {
    await other.close();
  }
});

test("where it is not allowed, private addresses are refused when they are set up", async () => {
  const strict = await testApp({ worker: false, beside: plinth, env: {} });
  try {
    const make = (url: string) =>
      strict.call("POST", "/v1/webhook-endpoints", { token: ada.access_token, body: { url, event_types: ["*"] } });
    for (const url of ["http://127.0.0.1/", "http://[::1]/", "http://0x7f.1/", "https://169.254.169.254/latest"]) {
      const { status, body } = await make(url);
      expect([url, status, body.code]).toEqual([url, 422, "webhooks.url_forbidden"]);
    }
    expect((await make("https://hooks.example.com/")).status).toBe(201);
  } finally {
    await strict.close();
  }
});
