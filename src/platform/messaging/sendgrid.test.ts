import Type from "typebox";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeSendGrid, fakeSendGrid } from "../../../test/support/fake-sendgrid.ts";
import { type MessagingStage, mailOf, messagingStage } from "../../../test/support/messaging.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createEvents, createWorker, defineEvent, defineSubscriber } from "../events/index.ts";
import { licenseIssued, type Messaging, welcome } from "./index.ts";
import { createSendGridTransport } from "./sendgrid.ts";

const Bought = defineEvent("test.bought", "Somebody bought something", Type.Object({}));

let t: MessagingStage;
let vendor: FakeSendGrid;
let messaging: Messaging;
beforeAll(async () => {
  t = await messagingStage();
  vendor = await fakeSendGrid();
});
beforeAll(() => {
  messaging = sendGrid();
});
afterEach(() => vendor.hold(Promise.resolve()));
afterAll(async () => {
  await vendor.close();
  await t.close();
});

const sendGrid = (config: Parameters<MessagingStage["messagingWith"]>[0] = {}) =>
  t.messagingWith({
    NODE_ENV: "production",
    MAIL_SMTP_URL: "smtp://127.0.0.1:1",
    MAIL_SENDGRID_API_KEY: vendor.api_key,
    MAIL_SENDGRID_URL: vendor.base_url,
    MAIL_SENDGRID_WEBHOOK_KEY: [vendor.verification_key],
    ...config,
  });
const toSomebody = () => mailOf({ to: `${crypto.randomUUID()}@example.com` });
/** What the vendor took for the address. */
const takenFor = (to: string) => vendor.sent.filter(({ body }) => body.personalizations[0].to[0].email === to);

describe("sending", () => {
  test("speaks SendGrid's format, with the file attached and nothing personal in the arguments; goes before SMTP", async () => {
    const license = {
      full_name: "Ada",
      product: "Prism",
      plan: "Pro",
      license_key: "PRSM-1",
      seats: 2,
      expires_at: null,
    };
    const attachments = [{ filename: "license.json", content: `{"ü":1}`, content_type: "application/json" }];
    const mail = { ...toSomebody(), ...licenseIssued(license), attachments };
    await messaging.send(mail);
    const [{ body, message_id } = { body: undefined, message_id: "" }] = takenFor(mail.to);
    const entry = await t.entry(mail.idempotency_key);
    expect(entry).toMatchObject({ status: "sent", provider: "sendgrid", provider_message_id: message_id, attempts: 1 });
    expect(body).toMatchObject({
      personalizations: [
        { to: [{ email: mail.to }], subject: mail.subject, custom_args: { plinth_mail_id: entry?.id } },
      ],
      from: { email: "no-reply@plinth.example", name: "Plinth" },
      content: [{ type: "text/plain" }, { type: "text/html" }],
      tracking_settings: { click_tracking: { enable: false }, open_tracking: { enable: false } },
    });
    const content = Buffer.from(attachments[0]?.content ?? "").toString("base64");
    expect(body.attachments).toEqual([
      { content, filename: "license.json", type: "application/json", disposition: "attachment" },
    ]);
  });

  test("hands the values to a dynamic template where the operator names one", async () => {
    const mail = {
      ...toSomebody(),
      ...welcome({ full_name: "Ada\u202e", app_name: "Prism", url: "https://x.example" }),
    };
    await sendGrid({ MAIL_SENDGRID_TEMPLATES: ["welcome:d-42"], MAIL_LOCALE: "de" }).send(mail);
    const [{ body } = { body: undefined }] = takenFor(mail.to);
    expect(body.template_id).toBe("d-42");
    expect(body.content).toBeUndefined();
    expect(body.personalizations[0].dynamic_template_data).toEqual({
      full_name: "Ada",
      product: "Prism",
      url: "https://x.example",
      app_name: "Plinth",
      subject: "Willkommen bei Prism",
      locale: "de",
    });
  });

  test("S3: the same mail from two processes at once, and again later, is sent once", async () => {
    const mail = toSomebody();
    const held = Promise.withResolvers<void>();
    vendor.hold(held.promise);
    const others = [sendGrid(), sendGrid()];
    const refused = Promise.withResolvers<void>();
    let refusals = 0;
    const sends = [messaging, ...others, ...others].map((each) =>
      each.send(mail).catch((error) => {
        refusals += 1;
        if (refusals === 4) refused.resolve();
        return error.code;
      }),
    );
    // One of them is with the vendor; the others are told so before it answers.
    await refused.promise;
    held.resolve();
    expect((await Promise.all(sends)).filter((end) => end === "messaging.in_progress")).toHaveLength(4);
    await Promise.all(others.map((each) => each.send(mail)));
    expect(takenFor(mail.to)).toHaveLength(1);
  });

  test("S5: a process that dies with the mail in hand leaves it to another, when its lease is over", async () => {
    const mail = toSomebody();
    await expect(t.messagingWith({ NODE_ENV: "production" }).send(mail)).rejects.toThrow();
    await t.sql(
      "update messaging.email_logs set lease_until = plinth.now() + interval '60 seconds' where idempotency_key = $1",
      [mail.idempotency_key],
    );
    await expect(messaging.send(mail)).rejects.toMatchObject({ code: "messaging.in_progress" });
    expect(takenFor(mail.to)).toEqual([]);
    await t.sql("update messaging.email_logs set lease_until = now() where idempotency_key = $1", [
      mail.idempotency_key,
    ]);
    await messaging.send(mail);
    expect(takenFor(mail.to)).toHaveLength(1);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "sent", attempts: 2 });
  });

  test("a refusal for good is logged without the address, and not tried again", async () => {
    const mail = toSomebody();
    vendor.fail({ status: 400, message: `Does not contain a valid address: ${mail.to}.` });
    await messaging.send(mail);
    await messaging.send(mail);
    expect(takenFor(mail.to)).toEqual([]);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({
      status: "failed",
      attempts: 1,
      error: "SendGrid answered 400: Does not contain a valid address: <address>",
    });
  });

  test.each([
    { status: 500 },
    { status: 503 },
    { status: 401 },
    { status: 403 },
    { status: 302, headers: { location: "http://127.0.0.1:1" } },
  ])("$status is SendGrid's or the installation's trouble: the mail is tried again", async (failure) => {
    const mail = toSomebody();
    vendor.fail(failure);
    await expect(messaging.send(mail)).rejects.toThrow(`SendGrid answered ${failure.status}`);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "queued", attempts: 1, lease_until: null });
    await messaging.send(mail);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "sent", attempts: 2, error: null });
  });

  test("429: nobody asks again before the reset that SendGrid names, and then the mail goes", async () => {
    const throttled = sendGrid();
    const [mail, other] = [toSomebody(), toSomebody()];
    const reset = Math.floor(t.clock.now().getTime() / 1_000) + 45;
    vendor.fail({ status: 429, headers: { "x-ratelimit-reset": String(reset), "x-ratelimit-remaining": "0" } });
    await expect(throttled.send(mail)).rejects.toThrow("rate limit");
    const calls = vendor.calls();
    await expect(throttled.send(mail)).rejects.toMatchObject({ code: "messaging.in_progress" });
    await expect(throttled.send(other)).rejects.toThrow("rate limit");
    // Another process knows it of this mail by the log.
    await expect(sendGrid().send(mail)).rejects.toMatchObject({ code: "messaging.in_progress" });
    expect(vendor.calls()).toBe(calls);
    t.clock.advance(46_000);
    await throttled.send(mail);
    await throttled.send(other);
    expect([takenFor(mail.to).length, takenFor(other.to).length]).toEqual([1, 1]);
  });

  test("a provider that does not answer in time is an error, so that the event is tried again", async () => {
    const never = Promise.withResolvers<void>();
    vendor.hold(never.promise);
    const options = { api_key: vendor.api_key, base_url: vendor.base_url, from: "a@b.example", templates: new Map() };
    const transport = createSendGridTransport({ ...options, clock: t.clock, timeout_ms: 50 });
    const { render: _, ...mail } = toSomebody();
    const error = await transport.send({ ...mail, id: crypto.randomUUID(), attachments: [] }).catch((thrown) => thrown);
    never.resolve();
    expect(error.name).toBe("TimeoutError");
  });

  test("a mail that fails fails nothing else: what was done stands, and the outbox sends it in the end, once", async () => {
    const mail = toSomebody();
    const events = createEvents({ db: t.db, onError: () => {} });
    const handle = (_ctx: unknown, _payload: unknown, { event_id }: { event_id: string }) =>
      messaging.send({ ...mail, idempotency_key: event_id });
    events.subscribe([
      defineSubscriber({ name: "test.mails", event: Bought, max_retries: 7, backoff: () => 0, handle }),
    ]);
    vendor.fail({ status: 500 }, { status: 502 });
    const ctx = await makeMember(t);
    await t.db.inWorkspace(ctx, (tx) => events.append(tx, ctx, Bought, {}));
    const logger = createLogger({ LOG_LEVEL: "silent" });
    const parts = { db: t.db, events, logger, metrics: createMetrics(), listener: { on: () => () => {} } };
    const worker = createWorker({ ...parts, concurrency: 2, poll_ms: 20 });
    worker.start();
    await vi.waitFor(
      async () => expect(await t.sql("select status from events.deliveries")).toEqual([{ status: "completed" }]),
      { timeout: 40_000, interval: 50 },
    );
    await worker.stop(5_000);
    const [log] = (await messaging.listLogs({ limit: 1, to: mail.to })).data;
    expect([log?.status, log?.attempts, takenFor(mail.to).length]).toEqual(["sent", 3, 1]);
  });

  test("a connection that is cut after SendGrid took the mail: its notification keeps the mail from being sent twice", async () => {
    const mail = toSomebody();
    vendor.fail({ status: 202, fault: "cut" });
    await expect(messaging.send(mail)).rejects.toThrow();
    const entry = await t.entry(mail.idempotency_key);
    await messaging.receiveSendGrid(vendor.notify([delivered(String(entry?.id), mail.to)]));
    await messaging.send(mail);
    expect(takenFor(mail.to)).toHaveLength(1);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "delivered" });
  });
});

const seconds = () => Math.floor(t.clock.now().getTime() / 1_000);
const event = (kind: string, mail_id: string | undefined, email: string, more: object = {}) => ({
  event: kind,
  email,
  timestamp: seconds(),
  sg_event_id: crypto.randomUUID(),
  "smtp-id": "<1@geopod>",
  ...(mail_id === undefined ? {} : { plinth_mail_id: mail_id, sg_message_id: "x.recvd-1-2" }),
  ...more,
});
const delivered = (mail_id: string, email: string) => event("delivered", mail_id, email, { response: "250 OK" });

describe("notifications", () => {
  const sent = async () => {
    const mail = toSomebody();
    await messaging.send(mail);
    const entry = await t.entry(mail.idempotency_key);
    return { ...mail, id: String(entry?.id), message_id: String(entry?.provider_message_id) };
  };
  const statusOf = async (key: string) => (await t.entry(key))?.status;
  const reasons = async (email: string) =>
    (await messaging.suppressions.list({ limit: 10, email })).data.map(({ reason }) => reason).sort();

  test("that were not signed by SendGrid, or were changed, are refused and change nothing", async () => {
    const mail = await sent();
    const good = vendor.notify([event("bounce", mail.id, mail.to, { type: "bounce" })]);
    const other = await fakeSendGrid();
    const bad = [
      { ...good, signature: undefined },
      { ...good, timestamp: undefined },
      { ...good, signature: "" },
      { ...good, signature: "AAAA" },
      { ...good, timestamp: String(seconds() + 1) },
      { ...good, raw_body: Buffer.from(`${good.raw_body.toString().trim()}\n`) },
      { ...good, signature: other.notify(JSON.parse(good.raw_body.toString())).signature },
    ];
    await other.close();
    for (const each of bad) {
      await expect(messaging.receiveSendGrid(each)).rejects.toMatchObject({ code: "messaging.signature_invalid" });
    }
    await expect(t.messagingWith({}).receiveSendGrid(good)).rejects.toMatchObject({
      code: "messaging.signature_invalid",
    });
    expect([await statusOf(mail.idempotency_key), await reasons(mail.to)]).toEqual(["sent", []]);
    await messaging.receiveSendGrid(good);
    expect([await statusOf(mail.idempotency_key), await reasons(mail.to)]).toEqual(["bounced", ["bounce"]]);
  });

  test("are believed under the old key and the new one while it is replaced; another text is no key", async () => {
    const other = await fakeSendGrid();
    const both = sendGrid({ MAIL_SENDGRID_WEBHOOK_KEY: [other.verification_key, vendor.verification_key] });
    await both.receiveSendGrid(vendor.notify([]));
    await both.receiveSendGrid(other.notify([]));
    await other.close();
    expect(() => sendGrid({ MAIL_SENDGRID_WEBHOOK_KEY: ["nonsense"] })).toThrow("MAIL_SENDGRID_WEBHOOK_KEY");
  });

  test("S3: duplicates and any order end the same, ten batches at once", async () => {
    const ends = [];
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const mail = await sent();
      const told = [
        event("processed", mail.id, mail.to),
        delivered(mail.id, mail.to),
        event("bounce", mail.id, mail.to.toUpperCase(), { type: "bounce", reason: `550 5.1.1 <${mail.to}> unknown` }),
        event("unsubscribe", mail.id, mail.to),
      ];
      const batches = [...order, ...order].map((n) => vendor.notify([told[n] ?? {}]));
      const whole = vendor.notify(order.map((n) => told[n] ?? {}));
      await Promise.all([...batches, whole, whole].map((batch) => messaging.receiveSendGrid(batch)));
      const { status, error } = (await t.entry(mail.idempotency_key)) ?? {};
      ends.push({ status, error, reasons: await reasons(mail.to) });
    }
    const end = {
      status: "bounced",
      error: "bounce: 550 5.1.1 <<address>> unknown",
      reasons: ["bounce", "unsubscribe"],
    };
    expect(ends).toEqual([end, end, end]);
  });

  test("batches of the same mails in other orders, at once, do not stand in each other's way", async () => {
    const mails: Awaited<ReturnType<typeof sent>>[] = [];
    for (let n = 0; n < 8; n++) mails.push(await sent());
    const told = mails.flatMap(({ id, to }) => [delivered(id, to), event("spamreport", id, to)]);
    const turned = [told, told.toReversed(), told.toSorted(() => 1), [...told.slice(5), ...told.slice(0, 5)]];
    await Promise.all([...turned, ...turned].map((events) => messaging.receiveSendGrid(vendor.notify(events))));
    for (const mail of mails) {
      expect([await statusOf(mail.idempotency_key), await reasons(mail.to)]).toEqual(["delivered", ["complaint"]]);
    }
  });

  test.each([
    ["bounce", { type: "blocked" }, "bounced", []],
    ["dropped", { reason: "Bounced Address" }, "failed", ["bounce"]],
    ["dropped", { reason: "Spam Reporting Address" }, "failed", ["complaint"]],
    ["dropped", { reason: "Unsubscribed Address" }, "failed", ["unsubscribe"]],
    ["dropped", { reason: "Invalid SMTPAPI header" }, "failed", []],
    ["spamreport", {}, "delivered", ["complaint"]],
    ["deferred", { response: "400 later" }, "sent", []],
    ["group_unsubscribe", { asm_group_id: 1 }, "sent", []],
  ])("%s %j", async (kind, more, status, suppressed) => {
    const mail = await sent();
    await messaging.receiveSendGrid(vendor.notify([event(kind, mail.id, mail.to, more)]));
    expect([await statusOf(mail.idempotency_key), await reasons(mail.to)]).toEqual([status, suppressed]);
  });

  test("find their mail by SendGrid's id as well; one without any still tells of its address; others' mails and nonsense are left alone", async () => {
    const mail = await sent();
    const lost = "late-bounce@example.com";
    const events = [
      { ...event("delivered", undefined, mail.to), sg_message_id: `${mail.message_id}.recvd-7-1.0` },
      event("bounce", undefined, lost, { type: "bounce" }),
      event("delivered", crypto.randomUUID(), "stranger@example.com"),
      event("delivered", "not an id", "stranger@example.com"),
      { event: "bounce" },
      { ...event("bounce", mail.id, mail.to), timestamp: "yesterday" },
      null,
      7,
    ];
    await messaging.receiveSendGrid(vendor.notify(events as object[]));
    expect([await statusOf(mail.idempotency_key), await reasons(mail.to), await reasons(lost)]).toEqual([
      "delivered",
      [],
      ["bounce"],
    ]);
    const list = vendor.notify({ event: "bounce" } as unknown as object[]);
    await expect(messaging.receiveSendGrid(list)).rejects.toMatchObject({ code: "messaging.event_malformed" });
  });

  test("whoever unsubscribed still gets mails about the account; whose mails bounced or complained gets none", async () => {
    const [gone, bounced] = [toSomebody(), toSomebody()];
    await messaging.receiveSendGrid(
      vendor.notify([
        event("unsubscribe", undefined, gone.to),
        event("bounce", undefined, bounced.to, { type: "bounce" }),
      ]),
    );
    for (const { to } of [gone, bounced]) {
      await messaging.send(mailOf({ to }));
      await messaging.send(mailOf({ to, essential: true }));
    }
    expect([takenFor(gone.to).length, takenFor(bounced.to).length]).toEqual([1, 0]);
  });

  test("an old notification that comes again does not bring back what an administrator lifted; a later one does", async () => {
    const { to } = toSomebody();
    const admin = { actor: { kind: "user", user_id: crypto.randomUUID(), session_id: "s" }, request_id: "r" } as const;
    const old = vendor.notify([event("bounce", undefined, to, { type: "bounce" })]);
    await messaging.receiveSendGrid(old);
    const [{ id } = { id: "" }] = (await messaging.suppressions.list({ limit: 1, email: to })).data;
    t.clock.advance(2_000);
    await messaging.suppressions.lift(admin, id);
    await messaging.receiveSendGrid(old);
    expect(await reasons(to)).toEqual([]);
    t.clock.advance(2_000);
    await messaging.receiveSendGrid(vendor.notify([event("bounce", undefined, to, { type: "bounce" })]));
    expect(await reasons(to)).toEqual(["bounce"]);
  });
});
