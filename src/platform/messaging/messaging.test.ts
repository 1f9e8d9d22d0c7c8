import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type MessagingStage, mailOf, messagingStage } from "../../../test/support/messaging.ts";
import type { Messaging } from "./index.ts";
import { mailedLink } from "./index.ts";
import { mailboxPage, mailPage } from "./pages.ts";

let t: MessagingStage;
beforeAll(async () => {
  t = await messagingStage();
});
afterAll(() => t.close());

/** Sends and tells how it ended. */
const tried = (messaging: Messaging, ...mails: ReturnType<typeof mailOf>[]) =>
  Promise.all(
    mails.map((mail) =>
      messaging.send(mail).then(
        () => "done",
        (error: { code?: string }) => error.code ?? "error",
      ),
    ),
  );

describe("the development mailbox", () => {
  test("S3: a mail is kept once, however often and from however many processes it is sent; the newest is shown first", async () => {
    const processes = [1, 2, 3].map(() => t.messagingWith({}));
    const mail = mailOf({ to: "once@example.com" });
    const ends = await Promise.all(processes.flatMap((each) => Array.from({ length: 5 }, () => tried(each, mail))));
    // Whoever finds it in somebody else's hands comes again, and then finds it sent.
    expect(ends.flat().filter((end) => end !== "done" && end !== "messaging.in_progress")).toEqual([]);
    await Promise.all(processes.map((each) => each.send(mail)));
    await processes[0]?.send(mailOf({ to: "once@example.com", subject: "Later" }));
    const kept = await processes[1]?.mailbox?.list({ to: "once@example.com", limit: 10 });
    expect(kept?.map(({ subject }) => subject)).toEqual(["Later", "Hello"]);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "sent", attempts: 1, provider: "dev_mailbox" });
    await processes[0]?.mailbox?.clear();
    expect(await processes[0]?.mailbox?.list({ limit: 10 })).toEqual([]);
  });

  test("keeps attachments, under names that are no paths", async () => {
    const messaging = t.messagingWith({});
    const file = { filename: "../läcence\r\n.json", content: `{"ü":"€"}`, content_type: "application/json" };
    await messaging.send(mailOf({ to: "file@example.com", attachments: [file] }));
    const [mail] = (await messaging.mailbox?.list({ to: "file@example.com", limit: 1 })) ?? [];
    expect(mail?.attachments).toEqual([{ filename: "_l_cence_.json", content_type: "application/json", size: 12 }]);
    expect(await messaging.mailbox?.attachment(mail?.id ?? "", 0)).toMatchObject({ content: file.content });
    await expect(messaging.mailbox?.attachment(mail?.id ?? "", 1)).rejects.toMatchObject({
      code: "messaging.mail_not_found",
    });
  });

  test("does not exist in production: there a mail without a provider waits, loudly", async () => {
    const messaging = t.messagingWith({ NODE_ENV: "production" });
    const mail = mailOf();
    expect([messaging.mailbox, messaging.previews]).toEqual([undefined, undefined]);
    expect(messaging.warning).toContain("MAIL_SENDGRID_API_KEY");
    await expect(messaging.send(mail)).rejects.toMatchObject({ code: "messaging.no_provider" });
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "queued", attempts: 1 });
  });

  test("its pages show without running anything", () => {
    const evil = `<img src=x onerror="alert('x')">\r\nBcc: all@example.com`;
    const caught = {
      id: "1",
      to: evil,
      subject: evil,
      template: null,
      text: `see https://x.example/"><script>`,
      html: `<body>${evil}</body>`,
      attachments: [{ filename: evil, content_type: evil, size: 1 }],
      created_at: new Date(0),
    };
    for (const page of [mailboxPage([caught]), mailPage(caught)]) expect(page).not.toMatch(/<img|<script/);
    expect(mailPage(caught)).toContain('sandbox="allow-popups');
  });
});

test("a mail is written in the installation's name and language where the reader's is not known", async () => {
  const messaging = t.messagingWith({ APP_NAME: "Acme <AI>", MAIL_LOCALE: "de-AT" });
  const link = { purpose: "verify_email", full_name: "Ada", url: "https://x.example", minutes: 60 } as const;
  await messaging.send({ ...mailOf({ to: "house@example.com" }), ...mailedLink(link) });
  await messaging.send({ ...mailOf({ to: "house@example.com" }), ...mailedLink({ ...link, locale: "en" }) });
  const [english, german] = (await messaging.mailbox?.list({ to: "house@example.com", limit: 2 })) ?? [];
  expect(english?.subject).toBe("Confirm your e-mail address");
  expect(german).toMatchObject({ subject: "Bestätigen Sie Ihre E-Mail-Adresse", template: "verify_email" });
  expect(german?.text).toContain("Acme <AI>");
  expect(german?.html).toContain("Acme &lt;AI&gt;");
});

describe("the suppression list", () => {
  const admin = { actor: { kind: "user", user_id: crypto.randomUUID(), session_id: "s" }, request_id: "r" } as const;
  let messaging: Messaging;
  let to: string;
  beforeEach(() => {
    messaging = t.messagingWith({});
    to = `${crypto.randomUUID()}@example.com`;
  });
  const received = async () => (await messaging.mailbox?.list({ to, limit: 10 }))?.length;

  test("stops a mail, which is logged and never tried again, even when the entry is lifted", async () => {
    const { id, email } = await messaging.suppressions.create(admin, {
      email: to.toUpperCase(),
      detail: "asked for it",
    });
    expect(email).toBe(to.toUpperCase());
    const mail = mailOf({ to, essential: true });
    await messaging.send(mail);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "suppressed", attempts: 0, sent_at: null });
    expect(await t.counted("suppressed")).toBeGreaterThanOrEqual(1);
    await messaging.suppressions.lift(admin, id);
    await messaging.send(mail);
    expect(await received()).toBe(0);
    await messaging.send(mailOf({ to }));
    expect(await received()).toBe(1);
    await expect(messaging.suppressions.lift(admin, id)).rejects.toMatchObject({
      code: "messaging.suppression_not_found",
    });
  });

  test("an address that is entered ten times at once is one entry", async () => {
    const entries = await Promise.all(
      Array.from({ length: 10 }, () => messaging.suppressions.create(admin, { email: to })),
    );
    expect(new Set(entries.map(({ id }) => id)).size).toBe(1);
    expect((await messaging.suppressions.list({ limit: 10, email: to })).data).toHaveLength(1);
  });

  test("an entry that comes while a mail waits for its next try stops it", async () => {
    const mute = t.messagingWith({ NODE_ENV: "production" });
    const mail = mailOf({ to });
    expect(await tried(mute, mail)).toEqual(["messaging.no_provider"]);
    await messaging.suppressions.create(admin, { email: to });
    await messaging.send(mail);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "suppressed", attempts: 1 });
  });

  test("holds no address in plain text, and after an erasure none at all, but still stops mails", async () => {
    await messaging.suppressions.create(admin, { email: to, detail: "x" });
    const user_id = crypto.randomUUID();
    const sent = mailOf({ to: `b${to}`, user_id });
    const former = mailOf({ to: `c${to}`, user_id });
    await messaging.send(sent);
    await messaging.send(former);
    const dump = async () =>
      JSON.stringify(await t.sql("select * from messaging.email_logs")) +
      JSON.stringify(await t.sql("select * from messaging.suppressions"));
    expect(await dump()).not.toContain(to.slice(0, 20));
    const mine = async () => (await messaging.listLogs({ limit: 10, to: `B${to}` })).data.map((entry) => entry.to);
    expect(await mine()).toEqual([`b${to}`]);
    await t.db.asSystem("erase", async (tx) => {
      await messaging.erase(tx, { address: to });
      await messaging.erase(tx, { address: `b${to}`, user_id });
    });
    expect(await mine()).toEqual([]);
    for (const { idempotency_key } of [sent, former]) {
      expect(await t.entry(idempotency_key)).toMatchObject({ to_sealed: null, to_hash: null, user_id: null });
    }
    expect(await messaging.mailbox?.list({ to: `b${to}`, limit: 1 })).toEqual([]);
    expect((await messaging.suppressions.list({ limit: 10, email: to })).data).toMatchObject([
      { email: null, detail: null },
    ]);
    await messaging.send(mailOf({ to }));
    expect(await received()).toBe(0);
  });
});

test("the log is listed by pages, filtered, and pruned by age", async () => {
  const messaging = t.messagingWith({});
  const template = `t_${crypto.randomUUID()}`;
  for (let n = 0; n < 5; n++) await messaging.send(mailOf({ template, workspace_id: crypto.randomUUID() }));
  const first = await messaging.listLogs({ limit: 3, template, status: "sent" });
  const second = await messaging.listLogs({ limit: 3, template, cursor: first.next_cursor ?? "" });
  const ids = [...first.data, ...second.data].map(({ id }) => id);
  expect([first.data.length, second.data.length, second.next_cursor, new Set(ids).size]).toEqual([3, 2, null, 5]);
  expect(first.data[0]).toMatchObject({ to: "ada@example.com", provider: "dev_mailbox", error: null });
  expect((await messaging.listLogs({ limit: 3, template, status: "failed" })).data).toEqual([]);
  await t.sql("update messaging.email_logs set created_at = created_at - interval '91 days' where id = any($1)", [
    ids.slice(3),
  ]);
  expect(await messaging.prune(90)).toBe(2);
  expect((await messaging.listLogs({ limit: 10, template })).data.map(({ id }) => id)).toEqual(ids.slice(0, 3));
});

describe("SMTP", () => {
  const received: { from: string; to: string[]; data: string }[] = [];
  let refusal: { code: number; at: "to" | "data" } | undefined;
  const refused = (at: "to" | "data") =>
    refusal?.at === at ? Object.assign(new Error("<ada@example.com>: no"), { responseCode: refusal.code }) : null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo: (_address, _session, callback) => callback(refused("to")),
    onData(stream, session, callback) {
      let data = "";
      stream.on("data", (chunk: Buffer) => {
        data += chunk.toString();
      });
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const error = refused("data");
        if (error !== null) return callback(error);
        const to = rcptTo.map(({ address }) => address);
        received.push({ from: mailFrom === false ? "" : mailFrom.address, to, data });
        callback();
      });
    },
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)));
  afterEach(() => {
    refusal = undefined;
    received.length = 0;
  });
  const smtp = (path = "") => {
    const { port } = server.server.address() as AddressInfo;
    return t.messagingWith({ MAIL_SMTP_URL: `smtp://${path}127.0.0.1:${port}` });
  };

  test("carries the mail and its files to one person, once, in headers of our own", async () => {
    const file = { filename: "license.json", content: `{"ü":1}`, content_type: "application/json" };
    const mail = mailOf({ subject: "Hello\r\nBcc: eve@example.com", attachments: [file] });
    await smtp().send(mail);
    await smtp().send(mail);
    expect(received.map(({ from, to }) => ({ from, to }))).toEqual([
      { from: "no-reply@plinth.example", to: ["ada@example.com"] },
    ]);
    const [{ data } = { data: "" }] = received;
    expect(data).toMatch(/^Message-ID: <[0-9a-f]{32}@plinth\.example>\r?$/im);
    expect(data).not.toMatch(/^Bcc:/m);
    expect(data).toContain("text/html");
    expect(data).toMatch(/filename="?license\.json/);
    expect(data).toContain(Buffer.from(file.content).toString("base64"));
    const entry = await t.entry(mail.idempotency_key);
    expect(entry).toMatchObject({
      status: "sent",
      provider: "smtp",
      provider_message_id: expect.stringContaining("@plinth"),
    });
  });

  test.each([
    { code: 550, at: "to" },
    { code: 554, at: "data" },
  ] as const)("a refusal for good ($code, $at) is logged without the address, and not tried again", async (how) => {
    refusal = how;
    const mail = mailOf();
    await smtp().send(mail);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "failed", attempts: 1, sent_at: null });
    expect(String((await t.entry(mail.idempotency_key))?.error)).toMatch(/<address>.*no/);
    refusal = undefined;
    await smtp().send(mail);
    expect(received).toEqual([]);
    expect(await t.counted("refused")).toBeGreaterThanOrEqual(1);
  });

  test("a refusal for now is an error, so that the event is tried again; then it is sent under the same Message-ID", async () => {
    refusal = { code: 451, at: "data" };
    const mail = mailOf();
    // What is thrown ends in logs, and names nobody.
    await expect(smtp().send(mail)).rejects.toThrow(/451 <<address>>: no/);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({
      status: "queued",
      attempts: 1,
      error: expect.any(String),
    });
    refusal = undefined;
    await smtp().send(mail);
    expect(received).toHaveLength(1);
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "sent", attempts: 2, error: null });
  });

  test("a server that is not there, or refuses our login, is an error, so that the event is tried again", async () => {
    const mail = mailOf();
    await expect(t.messagingWith({ MAIL_SMTP_URL: "smtp://127.0.0.1:1" }).send(mail)).rejects.toThrow(/ECONNREFUSED/);
    await expect(smtp("user:wrong@").send(mail)).rejects.toThrow();
    expect(await t.entry(mail.idempotency_key)).toMatchObject({ status: "queued", attempts: 2 });
  });
});
