import { createApp } from "./app.ts";
import { loadConfig } from "./core/config.ts";
import { createKeyring } from "./core/crypto.ts";
import { createLogger } from "./core/logger.ts";
import type { Product } from "./product.ts";

/** The OpenAPI document of a Plinth with these products. Nothing is connected to make it. */
export async function openApiDocument(products: Product[]): Promise<object> {
  const config = loadConfig({ LOG_LEVEL: "silent", STRIPE_WEBHOOK_SECRET: "whsec_of_no_server" });
  const nowhere = "postgres://nobody@127.0.0.1:1/nowhere";
  const app = await createApp({
    config,
    keyring: createKeyring("a secret that opens nothing at all"),
    app_url: nowhere,
    system_url: nowhere,
    public_url: "http://127.0.0.1:4000",
    products,
    plans: [],
    logger: createLogger(config),
    role: "api",
  });
  await app.http.ready();
  const document = app.http.swagger();
  await app.http.close();
  return document;
}
