import { type App, createApp } from "../app.ts";
import { prepareGround } from "../boot.ts";
import { PlinthError } from "../core/errors.ts";
import { createLogger } from "../core/logger.ts";
import { loadProducts } from "../product-loader.ts";

/** Runs a command of an operator on the application, beside a Plinth that runs or not; what the application refuses is told in its words. */
export async function withApp(work: (app: App) => Promise<void>, productFiles: string[] = []): Promise<void> {
  const ground = await prepareGround(process.env, (line) => process.stderr.write(`  … ${line}\n`), { attach: true });
  try {
    const { config } = ground;
    const public_url = config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`;
    const logger = createLogger({ ...config, LOG_LEVEL: "error" });
    const products = await loadProducts(config.PLINTH_PRODUCTS, productFiles);
    const app = await createApp({ ...ground, public_url, products, plans: [], logger, role: "api" });
    try {
      await work(app);
    } finally {
      await app.stop();
    }
  } catch (error) {
    throw error instanceof PlinthError ? new Error(error.message) : error;
  } finally {
    await ground.stop();
  }
}
