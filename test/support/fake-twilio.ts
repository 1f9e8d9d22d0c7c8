import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

interface SentMessage {
  sid: string;
  status: string;
  /** RFC 2822: "Sat, 21 Nov 2026 16:46:54 +0000". */
  date_created: string;
  to: string;
  body: string;
  from: string | null;
  messaging_service_sid: string | null;
  status_callback: string;
}

type Answer = "ok" | "cut off after taking it" | { status: number; code?: number };

/**
 * Twilio's Messages resource (https://www.twilio.com/docs/messaging/api/message-resource), as strict as the real one about what concerns us. Its time is `now`'s.
 */
export async function fakeTwilio(now: () => Date = () => new Date()) {
  const account_sid = `AC${"0".repeat(32)}`;
  const auth_token = "the-token-of-the-account";
  const messages: SentMessage[] = [];
  const answers: Answer[] = [];
  let posts = 0;
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const url = new URL(request.url ?? "", "http://twilio");
    const wanted = `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString("base64")}`;
    if (request.headers.authorization !== wanted) return reply(401, { code: 20_003, message: "Authenticate" });
    if (url.pathname !== `/2010-04-01/Accounts/${account_sid}/Messages.json`)
      return reply(404, { code: 20_404, message: "Not found" });
    if (request.method === "GET") return reply(200, { messages: listed(messages, url.searchParams) });
    posts++;
    const form = new URLSearchParams(await textOf(request));
    const answer = answers.shift() ?? "ok";
    if (typeof answer === "object") return reply(answer.status, { code: answer.code ?? 20_500, message: "no" });
    const To = form.get("To") ?? "";
    if (!/^\+[1-9]\d{6,14}$/.test(To)) return reply(400, { code: 21_211, message: "Invalid 'To' Phone Number" });
    if ((form.get("Body") ?? "") === "") return reply(400, { code: 21_602, message: "Message body is required" });
    if (!form.has("From") && !form.has("MessagingServiceSid"))
      return reply(400, { code: 21_603, message: "From is required" });
    const message = {
      sid: `SM${String(messages.length + 1).padStart(32, "0")}`,
      status: "queued",
      date_created: now().toUTCString().replace("GMT", "+0000"),
      to: To,
      body: form.get("Body") ?? "",
      from: form.get("From"),
      messaging_service_sid: form.get("MessagingServiceSid"),
      status_callback: form.get("StatusCallback") ?? "",
    };
    messages.push(message);
    if (answer === "cut off after taking it") return void request.socket.destroy();
    return reply(201, message);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: {
      TWILIO_ACCOUNT_SID: account_sid,
      TWILIO_AUTH_TOKEN: auth_token,
      TWILIO_FROM: "+15005550006",
      TWILIO_URL: `http://127.0.0.1:${port}`,
    },
    messages,
    /** How the next calls that send are answered. */
    answer: (...next: Answer[]) => answers.push(...next),
    posts: () => posts,
    /** Signs a form as Twilio does for the address that it calls. */
    sign: (url: string, form: Record<string, string>, token = auth_token) => {
      const fields = Object.keys(form)
        .sort()
        .map((name) => `${name}${form[name]}`);
      return createHmac("sha1", token)
        .update(url + fields.join(""))
        .digest("base64");
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function listed(messages: SentMessage[], query: URLSearchParams): SentMessage[] {
  return messages.filter(({ to }) => to === query.get("To")).toReversed();
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  return Buffer.concat(pieces).toString("utf8");
}
