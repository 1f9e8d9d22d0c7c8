import { generateKeyPairSync } from "node:crypto";
import { type App, createApp } from "./app.ts";
import { loadConfig } from "./core/config.ts";
import { createKeyring } from "./core/crypto.ts";
import { createLogger } from "./core/logger.ts";
import type { Product } from "./product.ts";

/** Settings with which every store has its endpoints: the reference describes them all. They open nothing. */
export const everyStore = {
  STRIPE_WEBHOOK_SECRET: "whsec_of_no_server",
  STRIPE_SECRET_KEY: "sk_test_of_nobody",
  APP_STORE_BUNDLE_ID: "example.plinth",
  GOOGLE_PLAY_PACKAGE_NAMES: "example.plinth",
  REVENUECAT_AUTHORIZATION: "Bearer of nobody at all",
};

/** The OpenAPI document of a Plinth with these products. Nothing is connected to make it. */
export async function openApiDocument(products: Product[]): Promise<object> {
  const { http } = await referenceApp(products);
  const document = http.swagger();
  await http.close();
  return document;
}

/** Every metric of a Plinth with these products, by name, those of what is off by default among them. Nothing is connected to tell them. */
export async function metricsOf(products: Product[]): Promise<{ name: string; help: string }[]> {
  const everything = { TELEGRAM_BOT_TOKEN: "1:a-token-that-belongs-to-nobody-at-all", NATS_URL: "nats://127.0.0.1:1" };
  const { http, metrics } = await referenceApp(products, everything);
  await http.close();
  return metrics.describe().sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function referenceApp(products: Product[], settings: Record<string, string> = {}): Promise<App> {
  const google = { GOOGLE_PLAY_CLIENT_EMAIL: "nobody@plinth.example", GOOGLE_PLAY_PRIVATE_KEY: keyOfNobody() };
  const config = loadConfig({ LOG_LEVEL: "silent", ...everyStore, ...google, ...settings });
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
  return app;
}

/** A private key in PEM, for settings that are read as one. */
function keyOfNobody(): string {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 });
  return privateKey.export({ format: "pem", type: "pkcs8" }).toString();
}
