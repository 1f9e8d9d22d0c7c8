import type { InjectOptions, LightMyRequestResponse } from "fastify";
import { inject } from "vitest";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/core/config.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMigrator } from "../../src/core/migrations/migrator.ts";
import type { Doors, Product } from "../../src/product.ts";
import { loadProducts, migrationLines, readPlanDocuments } from "../../src/product-loader.ts";
import { type TestDatabase, testDatabase } from "./database.ts";

/** A whole Plinth in this process, on a database of its own. */
export interface TestApp extends TestDatabase {
  app: App;
  /** The lines that were logged, as objects. */
  logged: Record<string, unknown>[];
  /** Calls the API; a body is sent as JSON. */
  call(method: InjectOptions["method"], url: string, options?: CallOptions): Promise<Called>;
  /** Signs up a person, proves the address, signs in. */
  signUp(email: string): Promise<SignedUp>;
}

export interface CallOptions {
  body?: unknown;
  token?: string;
  headers?: Record<string, string>;
  /** The address that the client calls from. */
  ip?: string;
}

export interface Called {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON as a client sees it; the test asserts what is in it
  body: any;
  headers: LightMyRequestResponse["headers"];
}

export interface SignedUp {
  email: string;
  access_token: string;
  refresh_token: string;
  session_id: string;
  user_id: string;
  workspace_id: string;
}

export const password = "Correct-horse-7";
export const stripeSecret = "whsec_of_the_tests";

interface TestAppOptions {
  /** Stands in for the environment. */
  env?: Record<string, string>;
  /** Files of outside products. */
  products?: string[];
  worker?: boolean;
  /** What products find behind some of their doors instead; told what is there. */
  doors?: (real: Doors) => Partial<Doors>;
  /** A running one whose database and clock it shares, as another process would; it is closed before that one. */
  beside?: TestApp;
}

/** Starts it. */
export async function testApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { beside } = options;
  const database = beside === undefined ? await testDatabase() : { ...beside, close: async () => {} };
  const logged: Record<string, unknown>[] = [];
  const config = loadConfig({
    NODE_ENV: "test",
    LOG_LEVEL: "debug",
    PLINTH_SECRET: inject("secret"),
    STRIPE_WEBHOOK_SECRET: stripeSecret,
    AUTH_RATE_LIMIT: "1000000",
    RATE_LIMIT_ADDRESS: "1000000000",
    RATE_LIMIT_USER: "1000000000",
    QUOTA_REQUESTS_PER_MINUTE: "1000000000",
    LOGIN_FAILURES_PER_ADDRESS: "1000000",
    LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT: "1000000",
    LOGIN_FAILURES_PER_ACCOUNT: "1000000",
    DATABASE_POOL_SIZE: "10",
    ...options.env,
  });
  const products = await loadProducts(config.PLINTH_PRODUCTS, options.products ?? []);
  if (options.products !== undefined) {
    await createMigrator({ url: database.owner_url, lines: migrationLines(products), keyring: database.keyring }).up();
  }
  const app = await createApp({
    ...database,
    config,
    public_url: "http://plinth.test",
    products: products.map((product) => withDoors(product, options.doors)),
    plans: await readPlanDocuments(products, config.PLINTH_CONFIG_DIR),
    logger: createLogger(config, { write: (line) => void logged.push(JSON.parse(line)) }),
    role: options.worker === false ? "api" : "all",
  });
  await app.start();
  await app.http.ready();

  const call: TestApp["call"] = async (method, url, { body, token, ip, headers = {} } = {}) => {
    const response = await app.http.inject({
      method,
      url,
      ...(ip === undefined ? {} : { remoteAddress: ip }),
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const isJson = /json/.test(String(response.headers["content-type"] ?? ""));
    return { status: response.statusCode, body: isJson ? response.json() : response.body, headers: response.headers };
  };
  return {
    ...database,
    app,
    logged,
    call,
    signUp: (email) => signUp(call, database, email),
    close: async () => {
      await app.stop();
      await database.close();
    },
  };
}

function withDoors(product: Product, doors: TestAppOptions["doors"]): Product {
  const { create } = product;
  if (create === undefined || doors === undefined) return product;
  return { ...product, create: (real) => create({ ...real, ...doors(real) }) };
}

async function signUp(call: TestApp["call"], { sql }: TestDatabase, email: string): Promise<SignedUp> {
  await call("POST", "/v1/auth/register", { body: { email, password, full_name: "Ada Test" } });
  await sql("update identity.users set email_verified_at = now() where email = $1", [email]);
  const login = await call("POST", "/v1/auth/login", { body: { email, password } });
  if (login.status !== 200) throw new Error(`The login answered ${login.status}: ${JSON.stringify(login.body)}`);
  const [own] = await sql<{ user_id: string; workspace_id: string }>(
    "select u.id as user_id, w.id as workspace_id from identity.users u join workspaces.workspaces w on w.personal_of = u.id where u.email = $1",
    [email],
  );
  if (own === undefined) throw new Error("The person has no workspace");
  return { email, ...own, ...login.body };
}
