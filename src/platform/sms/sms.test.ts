import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { fakeTwilio } from "../../../test/support/fake-twilio.ts";
import { systemCtx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createMetrics, type Metrics } from "../../core/metrics.ts";
import { createEvents, type Events } from "../events/index.ts";
import { createInbox } from "../inbox/index.ts";
import { keywordOf } from "./rules.ts";
import { createSms, type SmsInternals } from "./service.ts";
import { checkTwilioSignature, createTwilioTransport } from "./twilio.ts";

const patience = { timeout: 30_000, interval: 20 };
let twilio: Awaited<ReturnType<typeof fakeTwilio>>;
let app: TestApp;
let ada: SignedUp;
let sms: SmsInternals;
let numbers = 0;

beforeAll(async () => {
  twilio = await fakeTwilio(() => app.clock.now());
  app = await testApp({ env: twilio.env });
  ada = await app.signUp("ada@example.com");
  sms = senders();
});
afterAll(async () => {
  await app.close();
  await twilio.close();
});
beforeEach(() => {
  numbers++;
});

/** The module as another process would build it: what it publishes, the running worker delivers. */
function senders(): SmsInternals {
  const events = createEvents({ db: app.db, onError: () => {} });
  const made = createSms({ ...partsOf(createMetrics()), events });
  events.subscribe(made.subscribers);
  return made;
}

/** The module with nobody who delivers; what it publishes is kept. */
function alone() {
  const published: { type: string; payload: unknown }[] = [];
  const append: Events["append"] = async (_tx, _ctx, { type }, payload) => {
    published.push({ type, payload });
    return newId();
  };
  const metrics = createMetrics();
  return { ...createSms({ ...partsOf(metrics), events: { append } }), published, metrics };
}

function partsOf(metrics: Metrics) {
  const {
    TWILIO_ACCOUNT_SID: account_sid,
    TWILIO_AUTH_TOKEN: auth_token,
    TWILIO_FROM: from,
    TWILIO_URL: base_url,
  } = twilio.env;
  const transport = createTwilioTransport({
    account_sid,
    auth_token,
    from,
    base_url,
    public_url: "http://plinth.test",
  });
  return { db: app.db, keyring: app.keyring, metrics, transport, inbox: createInbox({ db: app.db, metrics }) };
}

const ctx = () => systemCtx(ada.workspace_id, "test", "r");
const number = () => `+43660${String(1_000_000 + numbers)}`;
const send = (body: string, key: string = newId()) =>
  app.db.inWorkspace(ctx(), (tx) =>
    sms.send(tx, ctx(), { to: number(), body, idempotency_key: key, user_id: ada.user_id }),
  );
const shown = async (id: string) => (await app.call("GET", `/v1/sms/messages/${id}`, { token: ada.access_token })).body;
const becomes = (id: string, status: string) =>
  vi.waitFor(async () => expect((await shown(id)).status).toBe(status), patience);

/** Calls a webhook as Twilio would. */
const notify = (
  path: string,
  form: Record<string, string>,
  signature = twilio.sign(`http://plinth.test${path}`, form),
) =>
  app.call("POST", path, {
    headers: { "content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature },
    body: new URLSearchParams(form).toString(),
  });
const answers = (body: string, form: Record<string, string> = {}) =>
  notify("/v1/webhooks/twilio/messages", {
    MessageSid: `SM${newId()}`,
    From: number(),
    To: "+15005550006",
    Body: body,
    ...form,
  });

describe("sending", () => {
  test("a message leaves after its transaction, once for its key, and its notifications tell what became of it", async () => {
    const { id } = await send("Good morning!", "a key");
    expect(await send("Good morning!", "a key")).toEqual({ id });
    await becomes(id, "sent");
    const sent = twilio.messages.filter(({ to }) => to === number());
    expect(sent).toMatchObject([{ body: "Good morning!", from: "+15005550006" }]);
    const callback = sent[0]?.status_callback.replace("http://plinth.test", "") ?? "";
    const form = { MessageSid: sent[0]?.sid ?? "", MessageStatus: "delivered" };
    expect((await notify(callback, form)).status).toBe(200);
    expect(await shown(id)).toMatchObject({
      status: "delivered",
      number: number(),
      body: "Good morning!",
      user_id: ada.user_id,
    });
    // Notifications overtake each other.
    await notify(callback, { ...form, MessageStatus: "sent" });
    expect((await shown(id)).status).toBe("delivered");
    expect((await notify(callback, form, "bm8=")).body.code).toBe("sms.signature_invalid");
  });

  test("what is rolled back is never sent", async () => {
    const before = twilio.posts();
    const lost = app.db.inWorkspace(ctx(), async (tx) => {
      await sms.send(tx, ctx(), { to: number(), body: "no", idempotency_key: "lost" });
      throw new Error("no");
    });
    await expect(lost).rejects.toThrow("no");
    const { id } = await send("yes");
    await becomes(id, "sent");
    expect(twilio.posts()).toBe(before + 1);
  });

  test("an attempt whose end nobody saw is looked for, not repeated", async () => {
    twilio.answer("cut off after taking it");
    const { id } = await send("only once");
    await vi.waitFor(() => expect(twilio.messages.some(({ body }) => body === "only once")).toBe(true), patience);
    await becomes(id, "sent");
    expect(twilio.messages.filter(({ body }) => body === "only once")).toHaveLength(1);
  });

  test("a retry does not take an earlier message of the same words for its own", async () => {
    const sent = () => twilio.messages.filter(({ to }) => to === number());
    const first = await send("Time to reflect");
    await becomes(first.id, "sent");
    twilio.answer({ status: 500 });
    const posts = twilio.posts();
    const second = await send("Time to reflect");
    await vi.waitFor(() => expect(twilio.posts()).toBe(posts + 1), patience);
    app.clock.advance(61_000);
    await becomes(second.id, "sent");
    expect(sent()).toHaveLength(2);
    const rows = await app.sql<{ provider_id: string }>(
      "select provider_id from sms.messages where id in ($1, $2) order by created_at",
      [first.id, second.id],
    );
    expect(rows.map(({ provider_id }) => provider_id)).toEqual(sent().map(({ sid }) => sid));
  });

  test("nor one from before it, that nobody here knows of", async () => {
    const sid = `SM${newId()}`;
    const date_created = new Date(app.clock.now().getTime() - 2_000).toUTCString().replace("GMT", "+0000");
    const known = { from: "+15005550006", messaging_service_sid: null, status_callback: "" };
    twilio.messages.push({ ...known, sid, date_created, status: "sent", to: number(), body: "Time to rest" });
    twilio.answer({ status: 500 });
    const { id } = await send("Time to rest");
    await becomes(id, "sent");
    expect(twilio.messages.filter(({ to }) => to === number())).toHaveLength(2);
    expect(await app.sql("select from sms.messages where provider_id = $1", [sid])).toEqual([]);
  });

  test("a number gets two messages a minute, however many are asked for at once", async () => {
    const ids = await Promise.all(["one", "two", "three", "four"].map((body) => send(body)));
    const delivered = () => twilio.messages.filter(({ to }) => to === number()).length;
    await vi.waitFor(() => expect(delivered()).toBe(2), patience);
    // The worker has been there for something else meanwhile, and has left the others.
    numbers++;
    await becomes((await send("somebody else")).id, "sent");
    numbers--;
    expect(delivered()).toBe(2);
    app.clock.advance(61_000);
    await vi.waitFor(() => expect(delivered()).toBe(4), patience);
    for (const { id } of ids) await becomes(id, "sent");
  });

  test.each([
    [{ status: 400, code: 21_211 }, "failed", "21211"],
    [{ status: 400, code: 21_610 }, "suppressed", "21610"],
  ])("what Twilio refuses for good (%j) ends as %s, untried again", async (answer, status, error_code) => {
    const before = twilio.posts();
    twilio.answer(answer);
    const { id } = await send("refused");
    await becomes(id, status);
    expect(await shown(id)).toMatchObject({ error_code });
    expect(twilio.posts()).toBe(before + 1);
    if (status === "suppressed") {
      const again = await send("and again");
      await becomes(again.id, "suppressed");
      expect(twilio.posts()).toBe(before + 1);
    }
  });

  test.each(["0660 123", "+0123456789", "+43660", "+4366012345678901"])("%s is no number", async (to) => {
    const sent = app.db.inWorkspace(ctx(), (tx) => sms.send(tx, ctx(), { to, body: "x", idempotency_key: newId() }));
    await expect(sent).rejects.toMatchObject({ code: "sms.number_invalid" });
  });

  test("neither number nor text stand in the tables as they are", async () => {
    await send("a very private word");
    const rows = JSON.stringify(await app.sql("select m.*, o.payload from sms.messages m, events.outbox o"));
    expect(rows).not.toContain("private");
    expect(rows).not.toContain(number().slice(1));
  });
});

describe("receiving", () => {
  test("an answer belongs to the workspace that wrote last, and comes once", async () => {
    const { id } = await send("How did you sleep?");
    await becomes(id, "sent");
    const form = { MessageSid: "SM-once" };
    const replies = await Promise.all(Array.from({ length: 10 }, () => answers("Like a stone", form)));
    expect(replies.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(replies[0]?.headers["content-type"]).toContain("text/xml");
    expect(replies[0]?.body).toBe('<?xml version="1.0" encoding="UTF-8"?><Response></Response>');
    const { body } = await app.call("GET", "/v1/sms/messages?direction=incoming", { token: ada.access_token });
    const own = body.data.filter((message: { number: string }) => message.number === number());
    expect(own).toMatchObject([{ body: "Like a stone", status: "received", user_id: ada.user_id }]);
  });

  test("STOP ends the messages, from whatever workspace; START brings them back", async () => {
    const first = await send("one");
    await becomes(first.id, "sent");
    await answers("Stop.");
    const second = await send("two");
    await becomes(second.id, "suppressed");
    await answers("START");
    app.clock.advance(61_000);
    const third = await send("three");
    await becomes(third.id, "sent");
  });

  test("a message that is suppressed before it leaves ends with its event, and is counted", async () => {
    const { send: sendAlone, subscribers, published, metrics } = alone();
    await answers("STOP");
    const message = { to: number(), body: "hello", idempotency_key: newId() };
    const { id } = await app.db.inWorkspace(ctx(), (tx) => sendAlone(tx, ctx(), message));
    const delivery = { event_id: newId(), attempt: 1, idempotency_key: "x", signal: AbortSignal.timeout(30_000) };
    for (let time = 0; time < 2; time++)
      await subscribers[0]?.handle?.(ctx(), { message_id: id, number_key: "x" }, delivery);
    const ended = { message_id: id, status: "suppressed", error_code: null };
    expect(published.slice(1)).toEqual([{ type: "sms.ended", payload: ended }]);
    expect((await metrics.page()).body).toContain(
      'plinth_sms_messages_total{provider="twilio",outcome="suppressed"} 1',
    );
  });

  test('"yes" is an answer like any other where there was no STOP before it', async () => {
    const { receive, published } = alone();
    const { id } = await send("Shall we go on?");
    await becomes(id, "sent");
    const received = async (body: string) => {
      published.length = 0;
      await receive({ provider_id: `SM${newId()}`, from: number(), body, keyword: undefined }, "test", "r");
      return published.map(({ type }) => type);
    };
    expect(await received("Yes!")).toEqual(["sms.received"]);
    expect(await received("STOP")).toEqual([]);
    expect(await received("yes")).toEqual([]);
    expect(await received("yes")).toEqual(["sms.received"]);
  });

  test("a number that nobody wrote to is nobody's, and its STOP is kept all the same", async () => {
    expect((await answers("STOP")).status).toBe(200);
    const { id } = await send("hello");
    await becomes(id, "suppressed");
    expect(
      await app.sql(
        "select reason from inbox.webhook_events where source = 'twilio' order by received_at desc limit 1",
      ),
    ).toEqual([{ reason: "number_unknown" }]);
  });

  test("what Twilio did not sign is refused: another token, another field, none at all", async () => {
    const form = { MessageSid: "SM1", From: number(), Body: "hi" };
    const path = "/v1/webhooks/twilio/messages";
    const url = `http://plinth.test${path}`;
    for (const signature of [
      "",
      "bm8=",
      twilio.sign(url, form, "another"),
      twilio.sign(url, { ...form, Body: "ho" }),
      twilio.sign(`${url}?`, form),
    ]) {
      expect((await notify(path, form, signature)).body.code).toBe("sms.signature_invalid");
    }
  });

  test("other workspaces do not see the messages, nor do plain members", async () => {
    const eve = await app.signUp(`eve${numbers}@example.com`);
    const { id } = await send("secret");
    expect((await app.call("GET", `/v1/sms/messages/${id}`, { token: eve.access_token })).status).toBe(404);
    expect((await app.call("GET", "/v1/sms/messages", { token: eve.access_token })).body.data).toEqual([]);
  });

  test("texts are forgotten after their time, what became of them stays", async () => {
    const { id } = await send("soon forgotten");
    await becomes(id, "sent");
    await app.sql("update sms.messages set created_at = created_at - interval '91 days' where id = $1", [id]);
    await sms.prune(90);
    expect(await shown(id)).toMatchObject({ body: null, status: "sent" });
  });
});

test.each([
  ["STOP", "stop"],
  [" stop! ", "stop"],
  ["Unsubscribe", "stop"],
  ["YES", "start"],
  ["info", "help"],
  ["stop by at five", undefined],
  ["I want to quit smoking", undefined],
  ["", undefined],
  ["constructor", undefined],
])("%j means %s", (body, keyword) => {
  expect(keywordOf(body)).toBe(keyword);
});

test("the signature is Twilio's own, by the example of its documentation", () => {
  const form = {
    CallSid: "CA1234567890ABCDE",
    Caller: "+14158675309",
    Digits: "1234",
    From: "+14158675309",
    To: "+18005551212",
  };
  const url = "https://mycompany.com/myapp.php?foo=1&bar=2";
  expect(() => checkTwilioSignature("12345", { url, form, signature: "RSOYDt4T1cUTdK1PDd93/VVr8B8=" })).not.toThrow();
});

test("where no provider is configured messages are caught, and answered by hand; where Plinth answers, HELP gets its text", async () => {
  const dev = await testApp();
  await dev.call("POST", "/dev/sms/messages", { body: { from: "+436601234567", body: "hello?" } });
  expect((await dev.call("GET", "/dev/sms/messages")).body).toEqual({ data: [] });
  expect((await dev.call("POST", "/v1/webhooks/twilio/messages", { body: {} })).status).toBe(404);
  await dev.close();
  const own = await testApp({
    env: { ...twilio.env, SMS_ANSWERS: "plinth", SMS_HELP_TEXT: "Ask <us> & wait" },
    worker: false,
  });
  const form = { MessageSid: "SM-help", From: "+436609999999", Body: "HELP" };
  const path = "/v1/webhooks/twilio/messages";
  const reply = async (told: typeof form) => {
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      "x-twilio-signature": twilio.sign(`http://plinth.test${path}`, told),
    };
    return (await own.call("POST", path, { headers, body: new URLSearchParams(told).toString() })).body;
  };
  expect(await reply(form)).toContain("<Message>Ask &lt;us&gt; &amp; wait</Message>");
  expect(await reply(form)).toContain("<Message>Ask");
  expect(await reply({ ...form, MessageSid: "SM-yes-1", Body: "yes" })).not.toContain("<Message>");
  expect(await reply({ ...form, MessageSid: "SM-stop", Body: "stop" })).toContain("<Message>You will get no more");
  expect(await reply({ ...form, MessageSid: "SM-yes-2", Body: "yes" })).toContain("<Message>You will get our");
  await own.close();
});
