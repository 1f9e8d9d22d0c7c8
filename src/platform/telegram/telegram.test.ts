import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { fakeTelegram } from "../../../test/support/fake-telegram.ts";
import { systemCtx } from "../../core/context.ts";
import { newId } from "../../core/id.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createEvents } from "../events/index.ts";
import { createInbox } from "../inbox/index.ts";
import { createBotApi, createTelegram } from "./index.ts";

const patience = { timeout: 30_000, interval: 20 };
let bot: Awaited<ReturnType<typeof fakeTelegram>>;
let app: TestApp;
let ada: SignedUp;
let telegram: ReturnType<typeof createTelegram>;
let updates = 1_000;
let chats = 0;

beforeAll(async () => {
  bot = await fakeTelegram();
  app = await testApp({ env: bot.env });
  ada = await app.signUp("ada@example.com");
  await app.app.setTelegramWebhook();
  const events = createEvents({ db: app.db, onError: () => {} });
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_URL: base_url } = bot.env;
  telegram = createTelegram({
    ...{ db: app.db, events, keyring: app.keyring, metrics: createMetrics() },
    inbox: createInbox({ db: app.db, metrics: createMetrics() }),
    bot: createBotApi({ token, base_url }),
  });
  events.subscribe(telegram.subscribers);
});
afterAll(async () => {
  await app.close();
  await bot.close();
});

const ctx = () => systemCtx(ada.workspace_id, "test", "r");
const update = (text: string, chat_id: number, told: object = {}) => ({
  update_id: ++updates,
  message: {
    message_id: updates,
    date: 1,
    from: { id: 7, is_bot: false },
    chat: { id: chat_id, type: "private", first_name: "Ada" },
    text,
  },
  ...told,
});
const tell = (body: object, secret = bot.webhooks.at(-1)?.secret_token ?? "") =>
  app.call("POST", "/v1/webhooks/telegram", { body, headers: { "x-telegram-bot-api-secret-token": secret } });
const createLink = async (who: SignedUp = ada) =>
  (await app.call("POST", "/v1/telegram/links", { token: who.access_token })).body;
const links = async (who: SignedUp = ada) =>
  (await app.call("GET", "/v1/telegram/links", { token: who.access_token })).body.data;

/** A chat of Ada's. */
async function linked(): Promise<{ link_id: string; chat_id: number }> {
  const chat_id = 5_000_000_000 + ++chats;
  const { id, code } = await createLink();
  await tell(update(`/start ${code}`, chat_id));
  return { link_id: id, chat_id };
}
const send = (link_id: string, text: string, key: string = newId()) =>
  app.db.inWorkspace(ctx(), (tx) => telegram.send(tx, ctx(), { link_id, text, idempotency_key: key }));
const becomes = (id: string, status: string) =>
  vi.waitFor(async () => expect((await telegram.get(ctx(), id)).status).toBe(status), patience);

describe("linking", () => {
  test("a chat is linked by its code, once, and is listed", async () => {
    const link = await createLink();
    expect(link.url).toBe(`https://t.me/plinth_bot?start=${link.code}`);
    expect((await tell(update(`/start ${link.code}`, 100))).status).toBe(200);
    expect((await links())[0]).toMatchObject({
      id: link.id,
      user_id: ada.user_id,
      title: "Ada",
      linked_at: expect.any(String),
    });
    await tell(update(`/start ${link.code}`, 101));
    expect(await app.sql("select chat_id from telegram.chats where id = $1", [link.id])).toEqual([{ chat_id: 100 }]);
  });

  test("a code that is over links nothing, and is tidied away", async () => {
    const link = await createLink();
    await app.sql("update telegram.chats set code_expires_at = now() - interval '1 second' where id = $1", [link.id]);
    await tell(update(`/start ${link.code}`, 102));
    expect(await app.sql("select chat_id from telegram.chats where id = $1", [link.id])).toEqual([{ chat_id: null }]);
    await telegram.prune(90);
    expect(await app.sql("select from telegram.chats where id = $1", [link.id])).toEqual([]);
  });

  test("a chat that is linked anew belongs to the newer workspace alone; others neither see nor remove it", async () => {
    const eve = await app.signUp("eve@example.com");
    const { link_id, chat_id } = await linked();
    expect((await app.call("DELETE", `/v1/telegram/links/${link_id}`, { token: eve.access_token })).status).toBe(404);
    const { code, id } = await createLink(eve);
    await tell(update(`/start@plinth_bot ${code}`, chat_id));
    expect((await links(eve)).map((link: { id: string }) => link.id)).toEqual([id]);
    expect((await links()).map((link: { id: string }) => link.id)).not.toContain(link_id);
  });
});

test("a link is made when Telegram can be reached; until then it is 503, to be tried again", async () => {
  const fresh = await testApp({ env: bot.env, worker: false });
  const eve = await fresh.signUp("eve@example.com");
  const ask = () => fresh.call("POST", "/v1/telegram/links", { token: eve.access_token });
  bot.away(true);
  const refused = await ask().finally(() => bot.away(false));
  expect([refused.status, refused.body.code]).toEqual([503, "telegram.unavailable"]);
  expect(Number(refused.headers["retry-after"])).toBeGreaterThan(0);
  expect((await ask()).status).toBe(201);
  await fresh.close();
});

describe("whose chats they are", () => {
  const join = (workspace_id: string, { user_id }: SignedUp) =>
    app.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
      workspace_id,
      user_id,
    ]);
  /** A team of Ada's with Eve in it, and a private chat of each. */
  async function team() {
    const eve = await app.signUp(`eve${++chats}@example.com`);
    const { body } = await app.call("POST", "/v1/workspaces", { token: ada.access_token, body: { name: "Team" } });
    await join(body.id, eve);
    const chatOf = async ({ access_token }: SignedUp) => {
      const chat_id = 6_000_000_000 + ++chats;
      const headers = { "plinth-workspace": body.id };
      const link = await app.call("POST", "/v1/telegram/links", { token: access_token, headers });
      await tell(update(`/start ${link.body.code}`, chat_id));
      return { id: link.body.id as string, chat_id };
    };
    const call = (who: SignedUp, method: "GET" | "DELETE", path = "") =>
      app.call(method, `/v1/telegram/links${path}`, {
        token: who.access_token,
        headers: { "plinth-workspace": body.id },
      });
    return { id: body.id as string, eve, call, adas: await chatOf(ada), eves: await chatOf(eve) };
  }
  const idsOf = ({ body }: { body: { data: { id: string }[] } }) => body.data.map(({ id }) => id);

  test("a member sees and removes their own; an administrator everybody's", async () => {
    const { eve, call, adas, eves } = await team();
    expect(idsOf(await call(eve, "GET"))).toEqual([eves.id]);
    expect(idsOf(await call(ada, "GET"))).toEqual([eves.id, adas.id]);
    expect((await call(eve, "DELETE", `/${adas.id}`)).status).toBe(404);
    expect((await call(ada, "DELETE", `/${eves.id}`)).status).toBe(204);
    expect(idsOf(await call(ada, "GET"))).toEqual([adas.id]);
  });

  test("a member who is removed has no chats in the workspace any more, and no code that waits", async () => {
    const { id, eve, call, adas, eves } = await team();
    const headers = { "plinth-workspace": id };
    const waiting = (await app.call("POST", "/v1/telegram/links", { token: eve.access_token, headers })).body;
    const own = (await app.call("POST", "/v1/telegram/links", { token: eve.access_token })).body;
    await app.call("DELETE", `/v1/workspaces/${id}/members/${eve.user_id}`, { token: ada.access_token });
    await vi.waitFor(async () => expect(idsOf(await call(ada, "GET"))).toEqual([adas.id]), patience);
    await tell(update("do you hear me?", eves.chat_id));
    await tell(update(`/start ${waiting.code}`, eves.chat_id));
    expect(idsOf(await call(ada, "GET"))).toEqual([adas.id]);
    expect(await app.sql("select from telegram.messages where link_id = $1", [eves.id])).toEqual([]);
    expect((await links(eve)).map((link: { id: string }) => link.id)).toEqual([own.id]);
  });

  test("an account that is erased leaves no chat, no number and no safety event with its person in shared workspaces", async () => {
    const { id, eve, call, adas, eves } = await team();
    const values = [id, eve.user_id, newId(), newId()];
    await app.sql(
      `insert into sms.messages (id, workspace_id, user_id, direction, number_hash, number_sealed, status, provider, idempotency_key, created_at, updated_at)
       values ($3, $1, $2, 'outgoing', 'h', 's', 'sent', 'twilio', gen_random_uuid()::text, now(), now()), ($4, $1, null, 'outgoing', 'h', 's', 'sent', 'twilio', gen_random_uuid()::text, now(), now())`,
      values,
    );
    await app.sql(
      `insert into safety.safety_events (id, workspace_id, user_id, feature, status, direction, categories, rule_ids, policy_version, locale, content_hash, request_id, created_at, text_sealed, text_kept_until)
       values ($3, $1, $2, 'x', 'crisis', 'input', '{self_harm}', '{}', '1', 'en', 'h', 'r', now(), 's', now() + interval '90 days')`,
      values.slice(0, 3),
    );
    const counted = "select sum(referrals)::int as n from safety.referral_days";
    const before = await app.sql(counted);
    expect((await app.call("DELETE", "/v1/me", { token: eve.access_token })).status).toBe(202);
    app.clock.advance(31 * 86_400_000);
    try {
      const chatsLeft = () => app.sql("select id from telegram.chats where workspace_id = $1", [id]);
      await vi.waitFor(async () => expect(await chatsLeft()).toEqual([{ id: adas.id }]), patience);
    } finally {
      app.clock.advance(-31 * 86_400_000);
    }
    const inbox = JSON.stringify(await app.sql("select * from inbox.webhook_events where source = 'telegram'"));
    expect(inbox).not.toContain(String(eves.chat_id));
    expect(await app.sql("select id from sms.messages where workspace_id = $1", [id])).toEqual([{ id: values[3] }]);
    expect(
      await app.sql("select user_id, text_sealed, status from safety.safety_events where workspace_id = $1", [id]),
    ).toEqual([{ user_id: null, text_sealed: null, status: "crisis" }]);
    expect(await app.sql(counted)).toEqual(before);
    expect(idsOf(await call(ada, "GET"))).toEqual([adas.id]);
  });
});

describe("receiving", () => {
  test("an update is taken once, however often and at once it comes", async () => {
    const { link_id, chat_id } = await linked();
    const body = update("a seed for tomorrow", chat_id);
    const answers = await Promise.all(Array.from({ length: 20 }, () => tell(body)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const rows = await app.sql<{ id: string }>("select id from telegram.messages where link_id = $1", [link_id]);
    expect(rows).toHaveLength(1);
    expect(await telegram.get(ctx(), rows[0]?.id ?? "")).toMatchObject({
      text: "a seed for tomorrow",
      status: "received",
      link_id,
    });
    expect(JSON.stringify(await app.sql("select * from telegram.messages, inbox.webhook_events"))).not.toContain(
      "seed",
    );
  });

  test("without the secret nothing is believed", async () => {
    for (const secret of ["", "wrong", `${bot.webhooks.at(-1)?.secret_token}x`]) {
      expect((await tell(update("hi", 100), secret)).body.code).toBe("telegram.signature_invalid");
    }
    expect(bot.webhooks.at(-1)).toMatchObject({
      url: "http://plinth.test/v1/webhooks/telegram",
      allowed_updates: ["message"],
    });
  });

  test("what is no message, and what a stranger writes, is taken and ignored", async () => {
    for (const body of [
      update("hi", 999),
      update("", 100, { message: undefined, poll: {} }),
      update("", 100, { message: { message_id: 1, chat: { id: 100 } } }),
      {},
    ]) {
      expect((await tell(body)).status).toBe(200);
    }
  });
});

describe("sending", () => {
  test("a text leaves after its transaction, once for its key", async () => {
    const { link_id, chat_id } = await linked();
    const { id } = await send(link_id, "Today's post", "a key");
    expect(await send(link_id, "Today's post", "a key")).toEqual({ id });
    await becomes(id, "sent");
    expect(bot.sent.filter((message) => message.chat_id === chat_id)).toEqual([{ chat_id, text: "Today's post" }]);
  });

  test("a bot that was blocked gives up; a group that moved is written to where it is", async () => {
    const { link_id, chat_id } = await linked();
    bot.answer({ status: 403, description: "Forbidden: bot was blocked by the user" });
    const refused = await send(link_id, "one");
    await becomes(refused.id, "failed");
    expect(await telegram.get(ctx(), refused.id)).toMatchObject({ error_code: "403" });
    bot.answer({ status: 400, parameters: { migrate_to_chat_id: -1_000_000 - chat_id } });
    const moved = await send(link_id, "two");
    await vi.waitFor(
      async () =>
        expect(
          await app.sql(
            "select from events.outbox where subscriber = 'telegram.deliver' and last_error_at is not null and status = 'pending'",
          ),
        ).toHaveLength(1),
      patience,
    );
    await app.sql("update events.outbox set scheduled_for = now() where subscriber = 'telegram.deliver'");
    await becomes(moved.id, "sent");
    expect(bot.sent.at(-1)?.chat_id).toBe(-1_000_000 - chat_id);
  });

  const tooMany = (retry_after: number) => ({
    status: 429,
    description: "Too Many Requests",
    parameters: { retry_after },
  });
  const pauses = () => app.sql("select from events.paused_subscribers where subscriber = 'telegram.deliver'");
  const later = (seconds: number) => app.clock.advance(seconds * 1_000);
  const retries = (id: string) =>
    app.sql<{ retry_count: number; status: string }>(
      "select retry_count, status from events.deliveries where subscriber = 'telegram.deliver' and payload ->> 'message_id' = $1 order by id",
      [id],
    );

  test("a chat that has had too much waits by itself, for as long as Telegram says, and uses up no tries", async () => {
    const [busy, quiet] = [await linked(), await linked()];
    bot.answerIn(busy.chat_id, tooMany(10));
    const waiting = await send(busy.link_id, "one too many");
    for (let round = 0; round < 8; round++) {
      await vi.waitFor(async () => expect(await retries(waiting.id)).toHaveLength(round + 2), patience);
      const other = await send(quiet.link_id, `meanwhile ${round}`);
      await becomes(other.id, "sent");
      expect(await pauses()).toEqual([]);
      later(11);
    }
    expect((await telegram.get(ctx(), waiting.id)).status).toBe("queued");
    bot.answerIn(busy.chat_id, undefined);
    later(11);
    await becomes(waiting.id, "sent");
    expect((await retries(waiting.id)).every(({ retry_count }) => retry_count === 0)).toBe(true);
    expect(bot.sent.filter(({ chat_id }) => chat_id === busy.chat_id)).toHaveLength(1);
  });

  test("when chat after chat is refused it is the bot that has sent too much: all wait, and all are sent after it", async () => {
    const all = await Promise.all(Array.from({ length: 5 }, linked));
    for (const { chat_id } of all) bot.answerIn(chat_id, tooMany(60));
    const sent = [];
    for (const { link_id } of all) sent.push(await send(link_id, "hello"));
    await vi.waitFor(async () => expect(await pauses()).toHaveLength(1), patience);
    for (const { chat_id } of all) bot.answerIn(chat_id, undefined);
    later(61);
    for (const { id } of sent) await becomes(id, "sent");
    await vi.waitFor(async () => expect(await pauses()).toEqual([]), patience);
  });

  test("a message that its chat had no room for in a day is given up", async () => {
    const { link_id, chat_id } = await linked();
    bot.answerIn(chat_id, tooMany(60));
    const { id } = await send(link_id, "too late");
    await vi.waitFor(async () => expect(await retries(id)).toHaveLength(2), patience);
    await app.sql("update telegram.messages set created_at = created_at - interval '25 hours' where id = $1", [id]);
    later(61);
    await becomes(id, "failed");
    expect(await telegram.get(ctx(), id)).toMatchObject({ error_code: "429" });
    bot.answerIn(chat_id, undefined);
  });

  test("a chat that is not linked gets nothing; nor does one that was unlinked meanwhile", async () => {
    await expect(send(newId(), "x")).rejects.toMatchObject({ code: "telegram.chat_not_found" });
    const { link_id } = await linked();
    expect((await app.call("DELETE", `/v1/telegram/links/${link_id}`, { token: ada.access_token })).status).toBe(204);
    await expect(send(link_id, "x")).rejects.toMatchObject({ code: "telegram.chat_not_found" });
  });

  test("the bot's token stands in no error, wherever the call breaks", async () => {
    const away = createBotApi({ token: bot.token, base_url: "http://127.0.0.1:1" });
    const error = await away.sendMessage(1, "x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(JSON.stringify([error, String(error), String(error instanceof Error && error.stack)])).not.toContain(
      bot.token,
    );
    expect(JSON.stringify(app.logged)).not.toContain(bot.token);
  });
});
