import { createMetrics } from "../../src/core/metrics.ts";
import { createMessagingFromConfig, type Mail, type Messaging } from "../../src/platform/messaging/index.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

type Options = Parameters<typeof createMessagingFromConfig>[0];

/** Messaging on a database of its own. */
export interface MessagingStage extends TestDatabase {
  /** Messaging as this configuration makes it, on the same database: of another process, when it is called again. */
  messagingWith(config: Partial<Options["config"]>): Messaging;
  /** The counter's value for attempts that ended so, over all of it. */
  counted(outcome: string): Promise<number>;
  /** The log's entry of the key. */
  entry(idempotency_key: string): Promise<Record<string, unknown> | undefined>;
}

export const mailConfig: Options["config"] = {
  NODE_ENV: "development",
  APP_NAME: "Plinth",
  MAIL_FROM: "Plinth <no-reply@plinth.example>",
  MAIL_LOCALE: "en",
  MAIL_SENDGRID_URL: "https://sendgrid.invalid",
  MAIL_SENDGRID_TEMPLATES: [],
  MAIL_SENDGRID_WEBHOOK_KEY: [],
};

/** A mail with a key of its own. */
export function mailOf(parts: Partial<Mail> = {}): Mail {
  const idempotency_key = crypto.randomUUID();
  const words = { subject: "Hello", text: "Hello", html: "<p>Hello</p>" };
  return { to: "ada@example.com", template: "test", locale: "en", ...words, idempotency_key, ...parts };
}

export async function messagingStage(): Promise<MessagingStage> {
  const t = await testDatabase({ pool_size: 20 });
  const pages: ReturnType<typeof createMetrics>[] = [];
  const value = (page: string, outcome: string) =>
    page
      .split("\n")
      .filter((line) => line.startsWith("plinth_messaging_mails_total{") && line.includes(`outcome="${outcome}"`))
      .reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  return {
    ...t,
    messagingWith: (config) => {
      const metrics = createMetrics();
      pages.push(metrics);
      return createMessagingFromConfig({ ...t, config: { ...mailConfig, ...config }, metrics });
    },
    counted: async (outcome) => {
      const bodies = await Promise.all(pages.map((metrics) => metrics.page()));
      return bodies.reduce((sum, { body }) => sum + value(body, outcome), 0);
    },
    entry: async (key) => (await t.sql("select * from messaging.email_logs where idempotency_key = $1", [key]))[0],
  };
}
