import { createApp } from "../app.ts";
import { prepareGround } from "../boot.ts";
import { PlinthError } from "../core/errors.ts";
import { createLogger } from "../core/logger.ts";
import type { CommandOptions } from "./command.ts";

/** `plinth admin promote <email>`: how the platform's first administrator comes about. */
export async function admin({ arguments: [verb, email] }: CommandOptions): Promise<void> {
  if (verb !== "promote" || email === undefined) throw new Error("plinth admin promote <email>");
  const ground = await prepareGround(process.env, (line) => process.stderr.write(`  … ${line}\n`), { attach: true });
  try {
    const public_url = ground.config.PUBLIC_URL ?? `http://${ground.config.HOST}:${ground.config.PORT}`;
    const logger = createLogger({ ...ground.config, LOG_LEVEL: "error" });
    const app = await createApp({ ...ground, public_url, products: [], plans: [], logger, role: "api" });
    try {
      await app.promote(email);
      process.stdout.write(`${email} is an administrator of the platform\n`);
    } finally {
      await app.stop();
    }
  } catch (error) {
    throw error instanceof PlinthError ? new Error(error.message) : error;
  } finally {
    await ground.stop();
  }
}
