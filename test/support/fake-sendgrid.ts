import { generateKeyPairSync, randomUUID, sign } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the API took. */
export interface FakeSentMail {
  authorization: string | undefined;
  message_id: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON as it was on the wire; the test asserts what is in it
  body: any;
}

/** How the next call is answered instead of with 202. */
export interface FakeFailure {
  status: number;
  headers?: Record<string, string>;
  message?: string;
  /** The mail is taken, and the connection cut before the answer. */
  fault?: "cut";
}

export interface FakeSendGrid {
  base_url: string;
  api_key: string;
  /** The verification key of its Event Webhook, as the account's page shows it. */
  verification_key: string;
  /** Mails that it took, in their order. */
  sent: readonly FakeSentMail[];
  /** Calls that came, the refused ones too. */
  calls(): number;
  fail(...failures: FakeFailure[]): void;
  /** Until it is settled, no call is answered. */
  hold(until: Promise<unknown>): void;
  /** A request of its Event Webhook, signed. */
  notify(events: object[], options?: { timestamp?: string }): FakeNotification;
  close(): Promise<void>;
}

export interface FakeNotification {
  raw_body: Buffer;
  signature: string;
  timestamp: string;
}

/**
 * A real HTTP server on loopback that speaks SendGrid's Mail Send: it asks for the members that the real one asks for
 * (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send), answers 202 with an empty body and X-Message-Id, and signs
 * the notifications of its Event Webhook with a key of its own.
 */
export async function fakeSendGrid(): Promise<FakeSendGrid> {
  const api_key = `SG.${randomUUID()}`;
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const sent: FakeSentMail[] = [];
  const failures: FakeFailure[] = [];
  let calls = 0;
  let held: Promise<unknown> = Promise.resolve();

  const server = createServer(async (request, response) => {
    calls += 1;
    const body = await read(request);
    await held;
    const failure = failures.shift();
    if (failure !== undefined && failure.fault === undefined) return refuse(response, failure);
    const wrong = fault(request, api_key, body);
    if (wrong !== undefined) return refuse(response, wrong);
    const message_id = randomUUID().replaceAll("-", "").slice(0, 22);
    sent.push({ authorization: request.headers.authorization, message_id, body });
    if (failure?.fault === "cut") return void response.destroy();
    response.writeHead(202, { "x-message-id": message_id, "content-length": "0" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  return {
    base_url: `http://127.0.0.1:${port}`,
    api_key,
    verification_key: publicKey.export({ format: "der", type: "spki" }).toString("base64"),
    sent,
    calls: () => calls,
    fail: (...next) => void failures.push(...next),
    hold: (until) => {
      held = until;
    },
    notify: (events, { timestamp = String(Math.floor(Date.now() / 1_000)) } = {}) => {
      // SendGrid ends its JSON with line ends, which are signed too.
      const raw_body = Buffer.from(`${JSON.stringify(events)}\r\n`);
      const signature = sign("sha256", Buffer.concat([Buffer.from(timestamp), raw_body]), privateKey);
      return { raw_body, timestamp, signature: signature.toString("base64") };
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function read(request: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return undefined;
  }
}

function refuse(response: ServerResponse, { status, headers = {}, message = "refused" }: FakeFailure): void {
  const body = JSON.stringify({ errors: [{ message, field: null, help: null }] });
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(body);
}

/** What the real one would not take. */
// biome-ignore lint/suspicious/noExplicitAny: JSON from the wire
function fault({ method, url, headers }: IncomingMessage, api_key: string, body: any): FakeFailure | undefined {
  if (method !== "POST" || url !== "/v3/mail/send") return { status: 404, message: "not found" };
  if (headers.authorization !== `Bearer ${api_key}`) {
    return { status: 401, message: "The provided authorization grant is invalid, expired, or revoked" };
  }
  const bad = (message: string) => ({ status: 400, message });
  const [person] = body?.personalizations ?? [];
  if (!person?.to?.[0]?.email) return bad("The to array is required for all personalization objects.");
  if (!body.from?.email) return bad("The from object must be provided for every email send.");
  if (!person.subject && !body.subject && !body.template_id) return bad("The subject is required.");
  if (body.template_id === undefined) {
    const kinds = (body.content ?? []).map(({ type }: { type: string }) => type).join();
    // The real one asks for text first, then HTML.
    if (kinds !== "text/plain,text/html")
      return bad("The content value must be text/plain first, followed by text/html.");
    if (body.content.some(({ value }: { value: string }) => !value))
      return bad("The content value must be a string at least one character in length.");
  }
  if (person.dynamic_template_data && !/^d-/.test(body.template_id ?? ""))
    return bad("dynamic_template_data needs a dynamic template.");
  const args = Object.values(person.custom_args ?? {});
  if (args.some((value) => typeof value !== "string")) return bad("The custom_args values must be strings.");
  const files: { content?: string; filename?: string }[] = body.attachments ?? [];
  const isBase64 = (text = "") => Buffer.from(text, "base64").toString("base64") === text && text !== "";
  if (files.some(({ content, filename }) => !isBase64(content) || !filename))
    return bad("The attachment content must be base64 encoded.");
  return undefined;
}
