import { type Ground, prepareGround } from "../boot.ts";
import { readConfigFile, readConfigLayers } from "../core/config-files.ts";
import { askServer } from "../core/probe.ts";
import { createRedis } from "../core/redis.ts";
import { parseModels } from "../platform/ai/index.ts";
import { parseCatalogue } from "../platform/plans/index.ts";
import { parsePolicy } from "../platform/safety/index.ts";
import { loadProducts, readPlanDocuments } from "../product-loader.ts";
import type { CommandOptions } from "./command.ts";

interface Check {
  name: string;
  /** Returns what was found; throws what is wrong and what to do. */
  run: () => Promise<string>;
}

/** `plinth doctor`: looks at everything that the configuration names, and says what to do about what is wrong. */
export async function doctor({ products: files }: CommandOptions): Promise<void> {
  const ground = await prepareGround(process.env, (line) => console.error(`  … ${line}`), { attach: true });
  let failed = 0;
  try {
    for (const { name, run } of checksOf(ground, files)) {
      const result = await run().then(
        (found) => ({ mark: "✓", text: found }),
        (error: unknown) => ({ mark: "✗", text: error instanceof Error ? error.message : String(error) }),
      );
      if (result.mark === "✗") failed++;
      console.log(`  ${result.mark} ${name.padEnd(14)} ${result.text}`);
    }
  } finally {
    await ground.stop();
  }
  console.log(failed === 0 ? "\n  All is well." : `\n  ${failed} to look at.`);
  if (failed > 0) process.exitCode = 1;
}

function checksOf(ground: Ground, files: string[]): Check[] {
  const { config } = ground;
  return [
    { name: "configuration", run: async () => `read, NODE_ENV is ${config.NODE_ENV}` },
    { name: "database", run: () => checkServer(ground.owner_url, ground.database) },
    { name: "schema", run: () => checkSchema(ground, files) },
    { name: "role app", run: () => checkRole(ground.app_url, "plinth_app") },
    { name: "role system", run: () => checkRole(ground.system_url, "plinth_system") },
    { name: "redis", run: () => checkRedis(config.REDIS_URL) },
    {
      name: "plans",
      run: async () => {
        const products = await loadProducts(config.PLINTH_PRODUCTS, files);
        const { plans } = parseCatalogue(
          await readPlanDocuments(products, config.PLINTH_CONFIG_DIR),
          products.map(({ name }) => name),
        );
        return `${plans.length} plans of ${products.length} products`;
      },
    },
    {
      name: "safety",
      run: async () => {
        const { policy_version, rules } = parsePolicy(await readConfigLayers(config, "safety"));
        return `policy ${policy_version}, ${rules.length} rules`;
      },
    },
    {
      name: "models.yaml",
      run: async () => {
        const { text, file } = await readConfigFile(config, "models.yaml");
        return `providers: ${parseModels(text, file).providers().join(", ")}`;
      },
    },
    { name: "stripe", run: async () => checkStripe(ground) },
    { name: "ai", run: async () => checkAi(ground) },
    { name: "mail", run: async () => checkMail(ground) },
  ];
}

async function checkServer(url: string, database: string): Promise<string> {
  const version = await askServer<{ server_version_num: string }>(url, "show server_version_num");
  const number = Number(version?.server_version_num);
  if (number < 160_000) throw new Error(`${database} has version ${number}; Plinth needs PostgreSQL 16 or newer`);
  return `${database}, answers`;
}

async function checkSchema(ground: Ground, files: string[]): Promise<string> {
  const steps = await ground.migrator(await loadProducts(ground.config.PLINTH_PRODUCTS, files)).status();
  const pending = steps.filter(({ applied_at }) => applied_at === null);
  if (pending.length > 0)
    throw new Error(`${pending.length} of ${steps.length} migrations are pending: npm run plinth -- migrate up`);
  return `${steps.length} migrations applied`;
}

async function checkRole(url: string, role: string): Promise<string> {
  const facts = await askServer<{ role: string; strong: boolean }>(
    url,
    "select current_user as role, rolsuper or rolbypassrls as strong from pg_roles where rolname = current_user",
  );
  if (facts?.role !== role) throw new Error(`The connection string signs in as ${facts?.role}, not as ${role}`);
  if (facts.strong) throw new Error(`${role} may pass row-level security; take SUPERUSER and BYPASSRLS from it`);
  return "signs in, and is held by row-level security";
}

async function checkRedis(url: string | undefined): Promise<string> {
  if (url === undefined) return "not configured: each process counts rates for itself";
  const redis = createRedis({ url, onError: () => {} });
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once("ready", resolve);
      setTimeout(
        () => reject(new Error("REDIS_URL does not answer; rates are counted by each process meanwhile")),
        3_000,
      ).unref();
    });
    return "answers";
  } finally {
    redis.disconnect();
  }
}

function checkStripe({ config }: Ground): string {
  const secrets = config.STRIPE_WEBHOOK_SECRET.length;
  if (secrets > 0) return `${secrets} signing secret${secrets > 1 ? "s" : ""}`;
  return "not configured: the webhook does not exist; set STRIPE_WEBHOOK_SECRET";
}

function checkAi({ config }: Ground): string {
  if (config.AI_API_KEY !== undefined) return config.AI_BASE_URL;
  if (config.NODE_ENV === "production")
    throw new Error("AI_API_KEY is not set, and the demo provider does not run in production");
  return "no AI_API_KEY: the demo provider answers, and says so";
}

function checkMail({ config }: Ground): string {
  if (config.MAIL_SMTP_URL !== undefined) return `SMTP at ${new URL(config.MAIL_SMTP_URL).host}`;
  if (config.NODE_ENV === "production") throw new Error("MAIL_SMTP_URL is not set: no mail leaves");
  return "dev mailbox";
}
