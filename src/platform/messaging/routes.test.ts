import type { FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fakeSendGrid } from "../../../test/support/fake-sendgrid.ts";
import { type MessagingStage, mailOf, messagingStage } from "../../../test/support/messaging.ts";
import { systemClock } from "../../core/clock.ts";
import { requestErrors } from "../../core/errors.ts";
import { createIdempotency } from "../../core/http/idempotency.ts";
import { createRateLimits } from "../../core/http/rate-limits.ts";
import { registerRoutes } from "../../core/http/register.ts";
import { createServer } from "../../core/http/server.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createRates } from "../../core/rates.ts";
import type { Messaging } from "./index.ts";
import { messagingRoutes } from "./routes.ts";

let t: MessagingStage;
let messaging: Messaging;
let app: FastifyInstance;
let vendor: Awaited<ReturnType<typeof fakeSendGrid>>;
const admin = crypto.randomUUID();

/** A server with messaging's routes, where the access token is the person's id. */
async function serve(of: Messaging): Promise<FastifyInstance> {
  const config = { BODY_LIMIT_BYTES: 100_000, REQUEST_TIMEOUT_MS: 30_000, TRUSTED_PROXIES: [], CORS_ORIGINS: [] };
  const server = await createServer({
    config,
    logger: createLogger({ LOG_LEVEL: "silent" }),
    metrics: createMetrics(),
  });
  const gatekeeper = {
    authenticate: async (token: string) => ({ kind: "user", user_id: token, session_id: token }) as const,
    authenticateCookie: async () => {
      throw requestErrors.unauthenticated();
    },
    requireAdmin: async (user_id: string) => {
      if (user_id !== admin) throw requestErrors.forbidden();
    },
    enterWorkspace: async () => {
      throw requestErrors.not_found();
    },
    requestsPerMinute: async () => 1_000_000,
  };
  registerRoutes(server, messagingRoutes(of), {
    gatekeeper,
    idempotency: createIdempotency(t.db, t.keyring),
    rateLimits: createRateLimits(createRates()),
    everywhere: [],
    origins: [],
    clock: systemClock,
    step_up_minutes: 15,
  });
  await server.ready();
  return server;
}

beforeAll(async () => {
  t = await messagingStage();
  vendor = await fakeSendGrid();
  messaging = t.messagingWith({ MAIL_SENDGRID_WEBHOOK_KEY: [vendor.verification_key] });
  app = await serve(messaging);
});
afterAll(async () => {
  await app.close();
  await vendor.close();
  await t.close();
});

const call = (method: "GET" | "POST" | "DELETE", url: string, body?: object, token = admin) =>
  app.inject({ method, url, headers: { authorization: `Bearer ${token}` }, ...(body && { payload: body }) });

test("an administrator reads the log, enters an address and lifts it again; nobody else does", async () => {
  const to = "routes@example.com";
  await messaging.send(mailOf({ to, template: "welcome" }));
  const logs = await call("GET", `/v1/admin/email-logs?to=ROUTES@example.com&template=welcome&status=sent&limit=5`);
  expect(logs.statusCode).toBe(200);
  expect(logs.json()).toMatchObject({
    data: [{ to, template: "welcome", status: "sent", attempts: 1 }],
    next_cursor: null,
  });
  expect(Object.keys(logs.json().data[0])).not.toContain("to_sealed");

  const made = await call("POST", "/v1/admin/suppressions", { email: to, detail: "asked by phone" });
  expect([made.statusCode, made.json()]).toMatchObject([201, { email: to, reason: "manual", created_by: admin }]);
  expect((await call("GET", `/v1/admin/suppressions?email=${to}&reason=manual`)).json().data).toEqual([made.json()]);
  expect((await call("DELETE", `/v1/admin/suppressions/${made.json().id}`)).statusCode).toBe(204);
  expect((await call("DELETE", `/v1/admin/suppressions/${made.json().id}`)).statusCode).toBe(404);
  expect((await call("POST", "/v1/admin/suppressions", { email: "no address" })).statusCode).toBe(422);
  expect((await call("GET", "/v1/admin/email-logs?status=lost")).statusCode).toBe(422);
  expect((await call("GET", "/v1/admin/email-logs?cursor=x")).statusCode).toBe(422);
  for (const url of ["/v1/admin/email-logs", "/v1/admin/suppressions"]) {
    expect((await call("GET", url, undefined, crypto.randomUUID())).statusCode).toBe(403);
    expect((await app.inject({ url })).statusCode).toBe(401);
  }
});

test("SendGrid's notification is read from its exact bytes and its headers", async () => {
  const to = "hook@example.com";
  const { raw_body, signature, timestamp } = vendor.notify([
    { event: "bounce", type: "bounce", email: to, timestamp: Math.floor(Date.now() / 1_000) },
  ]);
  const post = (headers: Record<string, string>) =>
    app.inject({
      method: "POST",
      url: "/v1/webhooks/sendgrid",
      payload: raw_body,
      headers: { "content-type": "application/json", ...headers },
    });
  const signed = {
    "x-twilio-email-event-webhook-signature": signature,
    "x-twilio-email-event-webhook-timestamp": timestamp,
  };
  const unsigned = await post({});
  expect([unsigned.statusCode, unsigned.json().code]).toEqual([400, "messaging.signature_invalid"]);
  expect((await post(signed)).statusCode).toBe(204);
  expect((await post(signed)).statusCode).toBe(204);
  expect((await messaging.suppressions.list({ limit: 10, email: to })).data).toMatchObject([{ reason: "bounce" }]);
});

test("an attachment is given out as a file, whatever it says it is", async () => {
  const attachments = [{ filename: "x.html", content: "<script>alert(1)</script>ü", content_type: "text/html" }];
  await messaging.send(mailOf({ to: "file@example.com", attachments }));
  const [mail] = (await call("GET", "/dev/mailbox/messages?to=file@example.com")).json().data;
  expect(mail.attachments).toEqual([{ filename: "x.html", content_type: "text/html", size: 27 }]);
  const file = await call("GET", `/dev/mailbox/messages/${mail.id}/attachments/0`);
  expect([file.statusCode, file.body]).toEqual([200, "<script>alert(1)</script>ü"]);
  expect(file.headers).toMatchObject({
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="x.html"`,
  });
  expect((await call("GET", `/dev/mailbox/messages/${mail.id}/attachments/1`)).statusCode).toBe(404);
  expect((await call("GET", `/dev/mailbox/${mail.id}`)).body).toContain(`messages/${mail.id}/attachments/0`);
});

test("templates are shown in development, in each language, and not where mails leave", async () => {
  const list = await call("GET", "/dev/mails");
  expect(list.headers["content-type"]).toContain("text/html");
  expect(list.body).toContain("/dev/mails/payment_failed_3?locale=de");
  expect((await call("GET", "/dev/mails/payment_failed_3?locale=de")).body).toContain("ist ausgesetzt");
  expect((await call("GET", "/dev/mails/payment_failed_3")).body).toContain("is suspended");
  expect((await call("GET", "/dev/mails/nothing")).statusCode).toBe(404);
  const live = await serve(t.messagingWith({ MAIL_SMTP_URL: "smtp://127.0.0.1:1" }));
  for (const url of ["/dev/mails", "/dev/mails/welcome", "/dev/mailbox"]) {
    expect((await live.inject({ url })).statusCode).toBe(404);
  }
  expect(
    (
      await live.inject({
        method: "POST",
        url: "/v1/webhooks/sendgrid",
        headers: { "content-type": "application/json" },
        payload: "[]",
      })
    ).statusCode,
  ).toBe(400);
  await live.close();
});
