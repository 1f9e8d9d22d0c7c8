import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import type { SignedUp, TestApp } from "../../../test/support/app.ts";
import type { Received, WebhookReceiver } from "../../../test/support/webhook-receiver.ts";
import { patience, verify, type WebhookStage, webhookStage } from "../../../test/support/webhooks.ts";
import { newId } from "../../core/id.ts";

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

/** The function of docs/webhooks.md, as a receiver would copy it. */
async function fromTheGuide(): Promise<{
  verifyWebhook(secret: string, headers: Received["headers"], body: string): unknown;
}> {
  const [, code = ""] = /```js\n([\s\S]*?)```/.exec(await readFile("docs/webhooks.md", "utf8")) ?? [];
  return import(`data:text/javascript,${encodeURIComponent(code)}`);
}

describe("what is sent", () => {
  test("is an event with its type, time and data, and the library of Standard Webhooks verifies its signature", async () => {
    const { secret, name, id } = await stage.endpoint();
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    const event_id = await stage.happen(ada, "licensing.license_renewed", { license_id: "l1", product: "coditect" });
    const [message] = await stage.arrived(name, 1);
    if (message === undefined) throw new Error("Nothing arrived");
    expect(verify(secret, message)).toEqual({
      type: "licensing.license_renewed",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      data: { license_id: "l1", product: "coditect" },
    });
    expect(message.headers).toMatchObject({ "webhook-id": event_id, "content-type": "application/json" });
    const { verifyWebhook } = await fromTheGuide();
    expect(verifyWebhook(secret, message.headers, message.body)).toMatchObject({ data: { license_id: "l1" } });
    expect(() => verifyWebhook(secret, message.headers, `${message.body} `)).toThrow("does not fit");
    const late = { ...message.headers, "webhook-timestamp": "1000000000" };
    expect(() => verifyWebhook(secret, late, message.body)).toThrow("Too old");
    const tampered = { ...message, body: message.body.replace("l1", "l2") };
    expect(() => verify(secret, tampered)).toThrow("No matching signature");
    await stage.stands(id, { status: "delivered", attempts: 1, last_status_code: 204, event_id, last_error: null });
  });

  test("is what really happens in the workspace: an invitation", async () => {
    const { body: team } = await plinth.call("POST", "/v1/workspaces", {
      ...{ token: ada.access_token, body: { name: "Team" } },
    });
    const name = newId();
    const { body: made } = await plinth.call("POST", "/v1/webhook-endpoints", {
      ...{ token: ada.access_token, headers: { "plinth-workspace": team.id } },
      body: { url: receiver.url(name), event_types: ["invitations.invited"] },
    });
    const { status } = await plinth.call("POST", `/v1/workspaces/${team.id}/invitations`, {
      ...{ token: ada.access_token, body: { email: "bob@example.com", role: "member" } },
    });
    expect(status).toBe(201);
    const [message] = await stage.arrived(name, 1);
    if (message === undefined) throw new Error("Nothing arrived");
    expect(verify(made.secret, message)).toMatchObject({
      type: "invitations.invited",
      data: { invitation_id: expect.any(String) },
    });
  });

  test("goes to the endpoints that want it, and to nobody else's", async () => {
    const [all, wants, other, eves] = [
      await stage.endpoint(),
      await stage.endpoint(ada, { event_types: ["licensing.license_renewed"] }),
      await stage.endpoint(ada, { event_types: ["billing.payment_failed"] }),
      await stage.endpoint(eve),
    ];
    await stage.happen();
    await stage.happen(eve, "licensing.license_expired");
    await stage.happen(ada, "identity.credentials_changed");
    await stage.arrived(all.name, 1);
    await stage.arrived(wants.name, 1);
    const [message] = await stage.arrived(eves.name, 1);
    expect(JSON.parse(message?.body ?? "")).toMatchObject({ type: "licensing.license_expired" });
    expect(receiver.at(other.name)).toEqual([]);
    await vi.waitFor(async () => expect(await stage.waiting()).toBe(0), patience);
    expect(receiver.at(all.name)).toHaveLength(1);
  });

  test("two workers send once to each endpoint", async () => {
    const made = [await stage.endpoint(), await stage.endpoint(), await stage.endpoint()];
    const ids = await Promise.all(
      Array.from({ length: 60 }, (_, n) => stage.happen(ada, "licensing.license_changed", { n })),
    );
    for (const { name } of made) {
      const messages = await stage.arrived(name, 60);
      expect(messages.map(({ headers }) => headers["webhook-id"]).sort()).toEqual([...ids].sort());
    }
    // The same event once more, as after a crash of whoever fanned it out, is known already.
    await plinth.sql(
      `insert into events.outbox (event_id, event_type, subscriber, workspace_id, payload, request_id, max_retries)
       select event_id, event_type, 'webhooks.fan_out', workspace_id, '{}', 'again', 5 from webhooks.deliveries where endpoint_id = $1`,
      [made[0]?.id],
    );
    await vi.waitFor(async () => expect(await stage.waiting()).toBe(0), patience);
    for (const { name } of made) expect(receiver.at(name)).toHaveLength(60);
  });
});

describe("a secret", () => {
  test("that is rotated signs along for a day, and no longer", async () => {
    const { id, secret: old, name } = await stage.endpoint();
    const { status, body } = await stage.as(ada)("POST", `/${id}/rotate-secret`, {});
    expect([status, body.secret === old]).toEqual([200, false]);
    await stage.happen();
    const [both] = await stage.arrived(name, 1);
    if (both === undefined) throw new Error("Nothing arrived");
    expect(String(both.headers["webhook-signature"]).split(" ")).toHaveLength(2);
    verify(old, both);
    verify(body.secret, both);
    await plinth.sql(
      "update webhooks.endpoints set previous_secret_until = now() - interval '1 second' where id = $1",
      [id],
    );
    await stage.happen();
    const [, one] = await stage.arrived(name, 2);
    if (one === undefined) throw new Error("Nothing arrived");
    verify(body.secret, one);
    expect(() => verify(old, one)).toThrow("No matching signature");
  });

  test("that may have leaked ends at once, with no overlap", async () => {
    const { id, secret: old, name } = await stage.endpoint();
    const { body } = await stage.as(ada)("POST", `/${id}/rotate-secret`, { overlap_hours: 0 });
    expect(body.previous_secret_until).toBeNull();
    await stage.happen();
    const [message] = await stage.arrived(name, 1);
    if (message === undefined) throw new Error("Nothing arrived");
    verify(body.secret, message);
    expect(() => verify(old, message)).toThrow("No matching signature");
  });

  test("is shown twice by no answer, and lies in no table or log line", async () => {
    const { id, secret } = await stage.endpoint();
    const bare = secret.slice("whsec_".length);
    for (const path of [`/${id}`, "", `/${id}/deliveries`]) {
      expect(JSON.stringify((await stage.as(ada)("GET", path)).body)).not.toContain(bare);
    }
    expect(JSON.stringify(plinth.logged)).not.toContain(bare);
    const [row] = await plinth.sql<{ text: string }>("select e::text as text from webhooks.endpoints e where id = $1", [
      id,
    ]);
    expect(row?.text).not.toContain(bare);
    expect(row?.text).not.toContain(Buffer.from(secret).toString("hex"));
  });
});

describe("tries", () => {
  test("go on after a 500 by the schedule, with the same id and body, until one arrives", async () => {
    const { id, name, secret } = await stage.endpoint();
    receiver.answer(name, { status: 500, body: "broken" }, { status: 503, body: "still" });
    const event_id = await stage.happen();
    await stage.stands(id, { status: "pending", attempts: 1, last_status_code: 500, last_error: "Answered 500" });
    expect(receiver.at(name)).toHaveLength(1);
    stage.advance(5.6);
    await stage.stands(id, { status: "pending", attempts: 2, last_status_code: 503 });
    const [{ next_attempt_at, last_attempt_at }] = await stage.deliveries(id);
    const wait = (Date.parse(next_attempt_at) - Date.parse(last_attempt_at)) / 1_000;
    expect(wait).toBeGreaterThanOrEqual(299);
    expect(wait).toBeLessThanOrEqual(331);
    stage.advance(331);
    await stage.stands(id, { status: "delivered", attempts: 3, last_status_code: 204, next_attempt_at: null });
    const messages = await stage.arrived(name, 3);
    expect(new Set(messages.map(({ body }) => body)).size).toBe(1);
    expect(messages.map(({ headers }) => headers["webhook-id"])).toEqual([event_id, event_id, event_id]);
    expect(new Set(messages.map(({ headers }) => headers["webhook-timestamp"])).size).toBe(3);
    if (messages[0] !== undefined) verify(secret, messages[0]);
    const [{ id: delivery }] = await stage.deliveries(id);
    const { body } = await stage.as(ada)("GET", `/${id}/deliveries/${delivery}`);
    expect(body.body).toBe(messages[0]?.body);
    expect(body.tries).toMatchObject([
      { attempt: 3, status_code: 204, response: "", error: null },
      { attempt: 2, status_code: 503, response: "still", error: "Answered 503" },
      { attempt: 1, status_code: 500, response: "broken", error: "Answered 500", latency_ms: expect.any(Number) },
    ]);
  });

  test("end with the tenth", async () => {
    const { id, name } = await stage.endpoint();
    receiver.always(name, { status: 500 });
    await stage.happen();
    await stage.stands(id, { attempts: 1 });
    for (let attempt = 2; attempt <= 10; attempt++) {
      await stage.hasten();
      await stage.stands(id, { attempts: attempt });
    }
    await stage.stands(id, { status: "failed", next_attempt_at: null });
    const { body } = await stage.as(ada)("GET", `/${id}`);
    expect(body).toMatchObject({ failing_since: expect.any(String) });
    expect(await plinth.sql("select id from events.dead_letters where subscriber = 'webhooks.deliver'")).toEqual([]);
  });

  test("of a redirect end where it was answered, and those of an address that nobody listens at are told", async () => {
    const [moved, closed] = [await stage.endpoint(), await stage.endpoint(ada, { url: "http://127.0.0.1:1/" })];
    receiver.always(moved.name, { status: 302, headers: { location: receiver.url("target-of-the-redirect") } });
    await stage.happen();
    await stage.stands(moved.id, { last_status_code: 302, last_error: "Answered 302; redirects are not followed" });
    await stage.stands(closed.id, { last_status_code: null, last_error: expect.stringContaining("ECONNREFUSED") });
    expect(receiver.at("target-of-the-redirect")).toEqual([]);
  });

  test("are counted once, however many workers make the same one", async () => {
    const { id, name } = await stage.endpoint();
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    receiver.always(name, { status: 204, after: held });
    await stage.happen();
    await stage.arrived(name, 1);
    // As when the lease of a worker is over that did not die.
    await plinth.sql(
      `insert into events.outbox (event_id, event_type, subscriber, workspace_id, payload, request_id, key, max_retries)
       select gen_random_uuid(), event_type, subscriber, workspace_id, payload, request_id, key, max_retries from events.outbox
       where subscriber = 'webhooks.deliver' and payload ->> 'endpoint_id' = $1`,
      [id],
    );
    const [first, second] = await stage.arrived(name, 2);
    expect(second?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    letGo();
    await stage.stands(id, { status: "delivered", attempts: 1 });
    await vi.waitFor(async () => expect(await stage.waiting()).toBe(0), patience);
    const attempts = await plinth.sql(
      "select a.attempt from webhooks.attempts a join webhooks.deliveries d on d.id = a.delivery_id where d.endpoint_id = $1",
      [id],
    );
    expect(attempts).toEqual([{ attempt: 1 }]);
  });
});

test("a slow endpoint gets five at once, and holds nobody else up", async () => {
  const slow = await stage.endpoint();
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  receiver.always(slow.name, { status: 204, after: held });
  await Promise.all(Array.from({ length: 40 }, (_, n) => stage.happen(ada, "licensing.license_changed", { n })));
  await vi.waitFor(() => expect(receiver.at(slow.name).length).toBeGreaterThanOrEqual(5), patience);
  const quick = await stage.endpoint(eve);
  await Promise.all(Array.from({ length: 20 }, () => stage.happen(eve)));
  await stage.arrived(quick.name, 20);
  expect(receiver.at(slow.name)).toHaveLength(5);
  letGo();
  await stage.arrived(slow.name, 40);
});
