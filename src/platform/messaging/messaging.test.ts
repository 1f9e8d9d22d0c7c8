import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { createMessagingFromConfig } from "./index.ts";
import { mailboxPage, mailPage } from "./pages.ts";
import { accountExists, mailedLink } from "./templates.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

const config = { NODE_ENV: "development" as const, MAIL_FROM: "Plinth <no-reply@plinth.example>" };
const mail = { to: "ada@example.com", subject: "Hello", text: "Hello", html: "<p>Hello</p>", idempotency_key: "1" };

describe("the development mailbox", () => {
  test("keeps a mail once, however often it is sent, and shows the newest first", async () => {
    const messaging = createMessagingFromConfig({ config, db: t.db });
    await Promise.all(Array.from({ length: 10 }, () => messaging.send(mail)));
    await messaging.send({ ...mail, subject: "Later", idempotency_key: "2" });
    expect((await messaging.mailbox?.list({ limit: 10 }))?.map(({ subject }) => subject)).toEqual(["Later", "Hello"]);
    expect(await messaging.mailbox?.list({ to: "nobody@example.com", limit: 10 })).toEqual([]);
    await messaging.mailbox?.clear();
    expect(await messaging.mailbox?.list({ limit: 10 })).toEqual([]);
  });

  test("does not exist in production: there a mail without a provider waits, loudly", async () => {
    const messaging = createMessagingFromConfig({ config: { ...config, NODE_ENV: "production" }, db: t.db });
    expect([messaging.mailbox, messaging.warning]).toEqual([undefined, expect.stringContaining("MAIL_SMTP_URL")]);
    await expect(messaging.send(mail)).rejects.toMatchObject({ code: "messaging.no_provider" });
  });
});

describe("a mail's text", () => {
  const evil = `<img src=x onerror="alert('x')">\r\nBcc: all@example.com`;

  test("L7: a name can neither split the mail nor bring HTML", () => {
    const { subject, text, html } = mailedLink({
      purpose: "verify_email",
      full_name: evil,
      url: "https://x.example/v?a=1&b=2",
      minutes: 1_440,
    });
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/\r|^Bcc/m);
    expect(html).not.toContain("<img");
    expect(html).toContain('href="https://x.example/v?a=1&amp;b=2"');
    expect(accountExists({ full_name: evil, login_url: "https://x.example" }).html).not.toContain("<img");
  });

  test("is shown without running anything", () => {
    const caught = {
      id: "1",
      to: evil,
      subject: evil,
      text: `see https://x.example/"><script>`,
      html: `<body>${evil}</body>`,
      created_at: new Date(0),
    };
    for (const page of [mailboxPage([caught]), mailPage(caught)]) {
      expect(page).not.toMatch(/<img|<script/);
    }
    expect(mailPage(caught)).toContain('sandbox="allow-popups');
  });
});

describe("SMTP", () => {
  const received: { from: string; to: string[]; data: string }[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, session, callback) {
      let data = "";
      stream.on("data", (chunk: Buffer) => {
        data += chunk.toString();
      });
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom === false ? "" : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          data,
        });
        callback();
      });
    },
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
  afterAll(() => new Promise<void>((resolve) => server.close(resolve)));

  test("carries the mail, under the same Message-ID when it is sent again, to one person", async () => {
    const { port } = server.server.address() as AddressInfo;
    const messaging = createMessagingFromConfig({
      config: { ...config, MAIL_SMTP_URL: `smtp://127.0.0.1:${port}` },
      db: t.db,
    });
    const subject = "Hello\r\nBcc: eve@example.com";
    await messaging.send({ ...mail, subject });
    await messaging.send({ ...mail, subject });
    expect(received.map(({ from, to }) => ({ from, to }))).toEqual(
      [1, 2].map(() => ({ from: "no-reply@plinth.example", to: ["ada@example.com"] })),
    );
    const ids = received.map(({ data }) => /^Message-ID: (.+)$/im.exec(data)?.[1]);
    expect(ids[0]).toMatch(/^<[0-9a-f]{32}@plinth\.example>\r?$/);
    expect(ids[0]).toBe(ids[1]);
    expect(received[0]?.data).not.toMatch(/^Bcc:/m);
    expect(received[0]?.data).toContain("text/html");
  });

  test("that is not there is an error, so that the event is tried again", async () => {
    const messaging = createMessagingFromConfig({
      config: { ...config, MAIL_SMTP_URL: "smtp://127.0.0.1:1" },
      db: t.db,
    });
    await expect(messaging.send(mail)).rejects.toThrow(/ECONNREFUSED/);
  });
});
