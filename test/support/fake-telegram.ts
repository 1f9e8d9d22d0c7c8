import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

type Answer = {
  status: number;
  description?: string;
  parameters?: { retry_after?: number; migrate_to_chat_id?: number };
};

/** Telegram's Bot API (https://core.telegram.org/bots/api), as far as a bot that talks needs it. */
export async function fakeTelegram() {
  const token = `424242:${"A".repeat(35)}`;
  const sent: { chat_id: number; text: string }[] = [];
  const webhooks: { url: string; secret_token: string; allowed_updates: string[] }[] = [];
  const answers: Answer[] = [];
  const answersOfChats = new Map<number, Answer>();
  let isAway = false;
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const reply = (status: number, body: object) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    const [, given, method] = /^\/bot([^/]+)\/(\w+)$/.exec(request.url ?? "") ?? [];
    if (isAway) return void request.socket.destroy();
    if (given !== token) return reply(401, { ok: false, error_code: 401, description: "Unauthorized" });
    const body = JSON.parse(Buffer.concat(pieces).toString("utf8"));
    if (method === "getMe")
      return reply(200, { ok: true, result: { id: 424242, is_bot: true, username: "plinth_bot" } });
    if (method === "setWebhook") {
      if (!/^[A-Za-z0-9_-]{1,256}$/.test(body.secret_token))
        return reply(400, { ok: false, error_code: 400, description: "Bad Request: bad secret" });
      webhooks.push(body);
      return reply(200, { ok: true, result: true });
    }
    if (method !== "sendMessage") return reply(404, { ok: false, error_code: 404, description: "Not Found" });
    const answer = answersOfChats.get(body.chat_id) ?? answers.shift();
    if (answer !== undefined) {
      const { status, description = "no", parameters } = answer;
      return reply(status, { ok: false, error_code: status, description, ...(parameters && { parameters }) });
    }
    sent.push(body);
    return reply(200, {
      ok: true,
      result: { message_id: sent.length, date: 1, chat: { id: body.chat_id, type: "private" } },
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    env: { TELEGRAM_BOT_TOKEN: token, TELEGRAM_URL: `http://127.0.0.1:${port}` },
    token,
    sent,
    webhooks,
    /** How the next messages are answered. */
    answer: (...next: Answer[]) => answers.push(...next),
    /** How every message to this chat is answered from now on; undefined as it should be. */
    answerIn: (chat_id: number, answer: Answer | undefined) => {
      if (answer === undefined) answersOfChats.delete(chat_id);
      else answersOfChats.set(chat_id, answer);
    },
    /** Whether it answers nobody. */
    away: (now: boolean) => {
      isAway = now;
    },
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
