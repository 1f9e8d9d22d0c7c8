import { withApp } from "./with-app.ts";

/** `plinth telegram`: tells Telegram where the bot's updates go, once after PUBLIC_URL or the bot has changed. */
export async function telegram(): Promise<void> {
  await withApp(async (app) => {
    process.stdout.write(`The bot's updates go to ${await app.setTelegramWebhook()}\n`);
  });
}
