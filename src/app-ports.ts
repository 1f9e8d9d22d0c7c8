import type { Config } from "./core/config.ts";
import type { Keyring } from "./core/crypto.ts";
import type { Database } from "./core/database.ts";
import type { Route } from "./core/http/route.ts";
import type { Metrics } from "./core/metrics.ts";
import type { Tx } from "./core/tables.ts";
import type { Events, Subscriber } from "./platform/events/index.ts";
import type { Inbox } from "./platform/inbox/index.ts";
import { createSmsFromConfig, type Sms } from "./platform/sms/index.ts";
import { smsRoutes } from "./platform/sms/routes.ts";
import { createBotApi, createTelegram, type Telegram } from "./platform/telegram/index.ts";
import { telegramRoutes } from "./platform/telegram/routes.ts";

// Ways to people beside mail: text messages and Telegram. Products know the ports and not who stands behind them.

interface PortsOptions {
  config: Config;
  db: Database;
  events: Pick<Events, "append">;
  inbox: Inbox;
  keyring: Keyring;
  metrics: Metrics;
  public_url: string;
}

interface Ports {
  doors: { sms: Sms; telegram: Telegram | undefined };
  routes: Route[];
  subscribers: Subscriber[];
  /** Forgets texts that are old. */
  prune(): Promise<unknown>;
  /** Removes what they keep of a person, in every workspace. */
  erasePerson(tx: Tx, user_id: string): Promise<void>;
  /** Has Telegram send the bot's updates here; where they go. Throws when there is no bot. */
  setTelegramWebhook(): Promise<string>;
}

export function createPorts(options: PortsOptions): Ports {
  const { config, public_url } = options;
  const sms = createSmsFromConfig(options);
  const token = config.TELEGRAM_BOT_TOKEN;
  const telegram =
    token === undefined
      ? undefined
      : createTelegram({ ...options, bot: createBotApi({ token, base_url: config.TELEGRAM_URL }) });
  return {
    doors: { sms, telegram },
    routes: [...smsRoutes(sms), ...(telegram === undefined ? [] : telegramRoutes(telegram))],
    subscribers: [...sms.subscribers, ...(telegram?.subscribers ?? [])],
    prune: async () => {
      await sms.prune(config.SMS_KEEP_DAYS);
      await telegram?.prune(config.SMS_KEEP_DAYS);
    },
    erasePerson: async (tx, user_id) => {
      await sms.erasePerson(tx, user_id);
      await telegram?.erasePerson(tx, user_id);
    },
    setTelegramWebhook: async () => {
      if (telegram === undefined) throw new Error("There is no Telegram bot: set TELEGRAM_BOT_TOKEN");
      await telegram.setWebhook(public_url);
      return `${public_url}/v1/webhooks/telegram`;
    },
  };
}
