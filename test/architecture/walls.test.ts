import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findViolations, type Violation } from "../../scripts/walls.ts";

/** A clean little house: what the planted violations import. */
const house: Record<string, string> = {
  "src/core/errors.ts": "export const defineErrors = () => 1;",
  "src/core/tables.ts": "export const ownTables = () => 1; export interface Tx { x: 1 }",
  "src/core/http/route.ts": "export const route = () => 1;",
  "src/core/clock.ts": "export const systemClock = 1;",
  "src/platform/events/index.ts": "export const createEvents = 1;",
  "src/platform/events/store.ts": 'import { ownTables } from "../../core/tables.ts"; export const rows = ownTables;',
  "src/platform/identity/index.ts": 'export * from "./service.ts";',
  "src/platform/identity/service.ts":
    'import { createEvents } from "../events/index.ts"; export const createIdentity = createEvents;',
  "src/platform/events/outbox-store.ts":
    'import { ownTables } from "../../core/tables.ts"; export const outbox = ownTables;',
  "src/platform/billing/index.ts": 'export type { Store } from "./store-port.ts"; export const createBilling = 1;',
  "src/platform/billing/store-port.ts":
    'import type { createEvents } from "../events/index.ts"; export type Store = typeof createEvents;',
  "src/platform/billing/access-rules.ts":
    'import type { createEvents } from "../events/index.ts"; import type { Store } from "./store-port.ts"; export type Access = Store | typeof createEvents;',
  "src/platform/plans/index.ts": "export const createPlans = 1;",
  "src/platform/licensing/index.ts": "export const createLicensing = 1;",
  "src/platform/stripe/index.ts":
    'import { createBilling } from "../billing/index.ts"; export const createStripe = createBilling;',
  "src/platform/revenuecat/index.ts":
    'import type { Store } from "../billing/index.ts"; export const createRevenueCat = (store: Store) => store;',
  "src/platform/usage/index.ts": "export const createUsage = 1;",
  "src/platform/usage/rules.ts":
    'import { defineErrors } from "../../core/errors.ts"; export const decide = defineErrors;',
  "src/platform/usage/routes.ts": 'import { route } from "../../core/http/route.ts"; export const usageRoutes = route;',
  "src/product.ts": 'export { createUsage } from "./platform/usage/index.ts";',
  "src/products/prism/index.ts": 'import { createUsage } from "../../product.ts"; export default createUsage;',
  "src/products/swan/coach/plan-store.ts":
    'import { createUsage } from "../../../product.ts"; export const rows = createUsage;',
  "src/products/swan/index.ts": 'import { createUsage } from "../../product.ts"; export default createUsage;',
  "src/app.ts":
    'import { createIdentity } from "./platform/identity/index.ts"; import { usageRoutes } from "./platform/usage/routes.ts"; export const app = [createIdentity, usageRoutes];',
  "src/app-stores.ts":
    'import { createStripe } from "./platform/stripe/index.ts"; export const stores = [createStripe];',
  "src/commands/simulate.ts":
    'import { createStripe } from "../platform/stripe/index.ts"; export const simulate = createStripe;',
  "src/main.ts": 'import { app } from "./app.ts"; export const main = app;',
};

/** Takes the place of the clean app.ts among the planted. */
const appOpeningAStore =
  'import { createIdentity } from "./platform/identity/index.ts"; import { createRevenueCat } from "./platform/revenuecat/index.ts"; export const app = [createIdentity, createRevenueCat];';

/** One violation of each rule: where it stands, and what it imports. */
const planted: [rule: string, file: string, code: string][] = [
  ["core-knows-no-module", "src/core/a.ts", 'import "../platform/usage/index.ts";'],
  ["core-knows-no-module", "src/core/b.ts", 'import type { app } from "../app.ts"; export type A = typeof app;'],
  ["module-events", "src/platform/events/a.ts", 'import "../usage/index.ts";'],
  ["module-locks", "src/platform/locks/a.ts", 'import "../events/index.ts";'],
  ["module-schedules", "src/platform/schedules/a.ts", 'import "../usage/index.ts";'],
  ["module-relay", "src/platform/relay/a.ts", 'import "../billing/index.ts";'],
  ["module-messaging", "src/platform/messaging/a.ts", 'import "../events/index.ts";'],
  ["module-entitlements", "src/platform/entitlements/a.ts", 'import "../billing/index.ts";'],
  ["module-usage", "src/platform/usage/a.ts", 'import "../../products/prism/index.ts";'],
  [
    "module-workspaces",
    "src/platform/workspaces/a.ts",
    'import type { rows } from "../events/store.ts"; export type A = typeof rows;',
  ],
  ["module-identity", "src/platform/identity/a.ts", 'import "../billing/index.ts";'],
  ["module-audit", "src/platform/audit/a.ts", 'import "../usage/index.ts";'],
  ["module-sessions", "src/platform/sessions/a.ts", 'import "../identity/index.ts";'],
  ["module-factors", "src/platform/factors/a.ts", 'import "../identity/index.ts";'],
  ["module-federation", "src/platform/federation/a.ts", 'import "../billing/index.ts";'],
  ["module-api_keys", "src/platform/api_keys/a.ts", 'import "../identity/index.ts";'],
  ["module-invitations", "src/platform/invitations/a.ts", 'import "../billing/index.ts";'],
  ["module-billing", "src/platform/billing/a.ts", 'import "../usage/index.ts";'],
  ["module-plans", "src/platform/plans/a.ts", 'import "../billing/index.ts";'],
  ["module-stripe", "src/platform/stripe/a.ts", 'import "../usage/index.ts";'],
  ["module-app_store", "src/platform/app_store/a.ts", 'import "../identity/index.ts";'],
  ["module-google_play", "src/platform/google_play/a.ts", 'import "../identity/index.ts";'],
  ["module-revenuecat", "src/platform/revenuecat/a.ts", 'import "../events/index.ts";'],
  ["module-licensing", "src/platform/licensing/a.ts", 'import "../billing/index.ts";'],
  ["module-checkout", "src/platform/checkout/a.ts", 'import "../stripe/index.ts";'],
  ["module-seats", "src/platform/seats/a.ts", 'import "../events/index.ts";'],
  ["module-webhooks", "src/platform/webhooks/a.ts", 'import "../billing/index.ts";'],
  ["module-analytics", "src/platform/analytics/a.ts", 'import "../billing/index.ts";'],
  ["module-lexicon", "src/platform/lexicon/a.ts", 'import "../billing/index.ts";'],
  ["module-safety", "src/platform/safety/a.ts", 'import "../../product.ts";'],
  ["module-ai", "src/platform/ai/a.ts", 'import "../../app.ts";'],
  ["module-inbox", "src/platform/inbox/a.ts", 'import "../events/index.ts";'],
  ["module-sms", "src/platform/sms/a.ts", 'import "../billing/index.ts";'],
  ["module-telegram", "src/platform/telegram/a.ts", 'import "../billing/index.ts";'],
  ["module-providers", "src/platform/providers/a.ts", 'import "../usage/index.ts";'],
  ["module-ai_ledger", "src/platform/ai_ledger/a.ts", 'import "../billing/index.ts";'],
  ["module-openai_api", "src/platform/openai_api/a.ts", 'import "../billing/index.ts";'],
  ["module-observability", "src/platform/observability/a.ts", 'import "../events/index.ts";'],
  ["product-through-its-face", "src/products/prism/a.ts", 'import "../swan/index.ts";'],
  ["product-through-its-face", "src/products/prism/b.ts", 'import "../../platform/billing/index.ts";'],
  ["product-through-its-face", "src/products/prism/c.ts", 'import "../../core/clock.ts";'],
  ["product-brings-no-library", "src/products/prism/d.ts", 'import "undici";'],
  [
    "face-opens-product-doors",
    "src/product.ts",
    'export { createUsage } from "./platform/usage/index.ts"; export { createBilling } from "./platform/billing/index.ts";',
  ],
  ["app-alone-knows-all", "src/platform/usage/b.ts", 'import "../../boot.ts";'],
  ["doors-not-windows", "src/boot.ts", 'import "./platform/events/store.ts";'],
  ["http-in-routes-alone", "src/platform/usage/service.ts", 'import "../../core/http/route.ts";'],
  ["http-in-routes-alone", "src/platform/usage/c.ts", 'import "fastify";'],
  ["http-not-behind-services", "src/platform/ai/service.ts", 'import "./through.ts";'],
  ["http-in-routes-alone", "src/platform/ai/through.ts", 'import "../../core/http/route.ts";'],
  ["sql-in-core-alone", "src/platform/ai/b.ts", 'import "kysely";'],
  ["sql-in-core-alone", "src/platform/ai/c.ts", 'import "pg";'],
  [
    "sql-in-stores-alone",
    "src/platform/usage/d.ts",
    'import { ownTables } from "../../core/tables.ts"; export const a = ownTables;',
  ],
  [
    "sql-in-stores-alone",
    "src/platform/usage/storekeeper.ts",
    'import { ownTables } from "../../core/tables.ts"; export const a = ownTables;',
  ],
  ["rules-are-pure", "src/platform/google_play/mapping.ts", 'import "node:crypto";'],
  ["rules-are-pure", "src/platform/revenuecat/event-mapping.ts", 'import "../../core/clock.ts";'],
  [
    "rules-open-no-door",
    "src/platform/usage/charge-rules.ts",
    'import { createEvents } from "../events/index.ts"; export const a = createEvents;',
  ],
  ["rules-are-pure", "src/platform/ai/rules.ts", 'import "node:fs";'],
  [
    "rules-are-pure",
    "src/platform/billing/rules.ts",
    'import { systemClock } from "../../core/clock.ts"; export const a = systemClock;',
  ],
  ["rules-reach-no-store", "src/platform/events/rules.ts", 'import { rows } from "./store.ts"; export const a = rows;'],
  [
    "rules-reach-no-store",
    "src/platform/events/errors.ts",
    'import { outbox } from "./outbox-store.ts"; export const a = outbox;',
  ],
  [
    "schemas-are-shapes",
    "src/platform/billing/seller-port.ts",
    'import { systemClock } from "../../core/clock.ts"; export const a = systemClock;',
  ],
  [
    "schemas-are-shapes",
    "src/platform/events/schema.ts",
    'import { systemClock } from "../../core/clock.ts"; export const a = systemClock;',
  ],
  ["vendor-stripe", "src/platform/billing/b.ts", 'import "stripe";'],
  ["vendor-apple-app-store-server-library", "src/platform/app_store/b.ts", 'import "@apple/app-store-server-library";'],
  ["vendor-stripe", "src/platform/revenuecat/b.ts", 'import type Stripe from "stripe"; export type A = Stripe;'],
  ["vendor-jose", "src/platform/licensing/service.ts", 'import "jose";'],
  ["vendor-undici", "src/platform/billing/c.ts", 'import "undici";'],
  ["vendor-ioredis", "src/core/c.ts", 'import "ioredis";'],
  ["vendor-node-rs-argon2", "src/core/d.ts", 'import "@node-rs/argon2";'],
  ["vendor-jose", "src/core/e.ts", 'import "jose";'],
  ["vendor-simplewebauthn-server", "src/core/va.ts", 'import "@simplewebauthn/server";'],
  ["vendor-zxcvbn-ts-language-common", "src/core/vb.ts", 'import "@zxcvbn-ts/language-common";'],
  ["vendor-croner", "src/platform/schedules/va.ts", 'import "croner";'],
  ["vendor-nats-io-transport-node", "src/platform/events/va.ts", 'import "@nats-io/transport-node";'],
  ["vendor-nats-io-jetstream", "src/platform/relay/va.ts", 'import "@nats-io/jetstream";'],
  ["vendor-sentry-core", "src/core/vsen0.ts", 'import "@sentry/core";'],
  ["vendor-opentelemetry-api", "src/core/vope73.ts", 'import "@opentelemetry/api";'],
  [
    "vendor-opentelemetry-exporter-trace-otlp-http",
    "src/core/vope159.ts",
    'import "@opentelemetry/exporter-trace-otlp-http";',
  ],
  ["vendor-opentelemetry-resources", "src/core/vope288.ts", 'import "@opentelemetry/resources";'],
  ["vendor-opentelemetry-sdk-trace", "src/core/vope387.ts", 'import "@opentelemetry/sdk-trace";'],
  ["vendor-eventsource-parser", "src/core/veve486.ts", 'import "eventsource-parser";'],
  ["vendor-cookie", "src/core/vc.ts", 'import "cookie";'],
  ["vendor-openid-client", "src/core/vd.ts", 'import "openid-client";'],
  ["vendor-otpauth", "src/core/ve.ts", 'import "otpauth";'],
  ["vendor-ipaddr.js", "src/core/vf.ts", 'import "ipaddr.js";'],
  ["vendor-nodemailer", "src/core/f.ts", 'import "nodemailer";'],
  ["vendor-rate-limiter-flexible", "src/core/g.ts", 'import "rate-limiter-flexible";'],
  ["vendor-helmet", "src/core/headers.ts", 'import "helmet";'],
  ["vendor-prom-client", "src/core/h.ts", 'import "prom-client";'],
  ["vendor-pino", "src/core/i.ts", 'import "pino";'],
  ["agents-speak-to-nobody", "src/products/revfirst/agents/a.ts", 'import "../publisher.ts";'],
  ["publisher-knows-no-billing", "src/products/revfirst/publisher.ts", 'import "../../platform/billing/index.ts";'],
  ["stores-for-assembly-alone", "src/version.ts", 'import "./platform/revenuecat/index.ts";'],
  ["stores-for-assembly-alone", "src/app.ts", appOpeningAStore],
  ["stores-know-no-store", "src/platform/usage/f.ts", 'import "../revenuecat/index.ts";'],
  ["stores-know-no-store", "src/platform/stripe/b.ts", 'import "../revenuecat/index.ts";'],
  ["products-ask-and-never-sell", "src/products/coditect/index.ts", 'import "../../platform/licensing/index.ts";'],
  ["products-ask-and-never-sell", "src/products/entrain/index.ts", 'import "../../platform/plans/index.ts";'],
  ["products-ask-and-never-sell", "src/products/prism/e.ts", 'import "../../product.ts";'],
  ["billing-knows-no-agent", "src/platform/billing/d.ts", 'import "../../products/revfirst/agents/a.ts";'],
  ["no-circles", "src/core/one.ts", 'import { two } from "./two.ts"; export const one = two;'],
  ["nothing-unresolved", "src/core/j.ts", 'import "./nowhere.ts";'],
  ["only-declared-packages", "src/core/k.ts", 'import "fast-check";'],
  ["no-tests-in-production", "src/core/l.ts", 'import "./l.test.ts";'],
  ["on-the-map", "src/platform/unheard/a.ts", 'import "../../core/clock.ts";'],
  ["on-the-map", "src/products/unheard/a.ts", 'import "../../product.ts";'],
  ["command-line-knows-app", "src/openapi-document.ts", 'import "./platform/usage/index.ts";'],
  ["doors-not-windows", "src/commands/a.ts", 'import "../platform/identity/service.ts";'],
  ["products-are-loaded", "src/product-loader.ts", 'import "./products/prism/index.ts";'],
  ["routes-for-app-alone", "src/platform/usage/e.ts", 'import "./routes.ts";'],
  ["routes-for-app-alone", "src/commands/b.ts", 'import "../platform/usage/routes.ts";'],
  [
    "routes-call-services",
    "src/platform/events/admin-routes.ts",
    'import { outbox } from "./outbox-store.ts"; export const a = outbox;',
  ],
  [
    "routes-call-services",
    "src/platform/events/routes.ts",
    'import { rows } from "./store.ts"; export const a = rows;',
  ],
  ["sql-types-on-the-face", "src/products/swan/database.types.ts", 'import "kysely";'],
  [
    "sql-in-product-stores-alone",
    "src/products/swan/coach/storekeeper.ts",
    'import { sql } from "../../../product.ts"; sql;',
  ],
  [
    "rules-reach-no-store",
    "src/products/swan/coach/rules.ts",
    'import { rows } from "./plan-store.ts"; export const a = rows;',
  ],
  [
    "routes-call-services",
    "src/products/swan/coach/plan-routes.ts",
    'import { rows } from "./plan-store.ts"; export const a = rows;',
  ],
  ["sql-in-product-stores-alone", "src/products/swan/a.ts", 'import { sql } from "../../product.ts"; sql;'],
  ["vendors-have-a-home", "src/core/m.ts", 'import "light-my-request";'],
  ["agents-know-no-http", "src/products/revfirst/agents/b.ts", 'import "node:https";'],
  ["agents-speak-to-nobody", "src/products/revfirst/agents/c.ts", 'import "../through.ts";'],
];

/** The other half of the circle, and what else the planted files lead to. */
const aside = {
  "src/core/two.ts": 'import { one } from "./one.ts"; export const two = one;',
  "src/core/l.test.ts": "export {};",
  "src/products/revfirst/through.ts": 'import "./publisher.ts";',
};

async function build(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await symlink(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), await readFile("package.json", "utf8"));
}

let clean: string;
let broken: string;
let found: Violation[];
beforeAll(async () => {
  clean = await mkdtemp(join(tmpdir(), "walls-clean-"));
  broken = await mkdtemp(join(tmpdir(), "walls-broken-"));
  await build(clean, house);
  await build(broken, { ...house, ...aside, ...Object.fromEntries(planted.map(([, file, code]) => [file, code])) });
  found = (await findViolations(broken)).violations;
});
afterAll(() => Promise.all([clean, broken].map((folder) => rm(folder, { recursive: true, force: true }))));

describe("the walls", () => {
  test.each(planted)("%s catches what is planted in %s", (rule, file) => {
    expect(found.filter(({ from }) => from === file).map((violation) => violation.rule)).toContain(rule);
  });

  test("leave a clean house alone", async () => {
    expect(await findViolations(clean)).toEqual({
      violations: [],
      read: Object.keys(house).length,
      files: Object.keys(house).length,
    });
  });

  test("have a planted violation for every rule", () => {
    const walls: { forbidden: { name: string }[] } = createRequire(import.meta.url)("../../.dependency-cruiser.cjs");
    const rules = walls.forbidden.map(({ name }) => name);
    expect(rules.length).toBeGreaterThan(30);
    expect(rules.filter((rule) => !planted.some(([planted]) => planted === rule))).toEqual([]);
  });

  test("stand in this house: every file is read and nothing is found", async () => {
    const { violations, read, files } = await findViolations(process.cwd());
    expect(violations).toEqual([]);
    expect(read).toBeGreaterThanOrEqual(files);
    expect(read).toBeGreaterThan(150);
  });
});

describe("the map", () => {
  const { platform }: { platform: Record<string, string[]> } = createRequire(import.meta.url)("../../modules.cjs");
  const modules = Object.keys(platform);

  test.each(modules)(
    "%s opens every door that it may, and each belongs to a module that is built before it",
    async (name) => {
      const files = await readdir(join("src/platform", name), { recursive: true }).catch(() => []);
      const rooms = files.filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
      const texts = await Promise.all(rooms.map((room) => readFile(join("src/platform", name, room), "utf8")));
      const doors = platform[name] ?? [];
      expect(doors.filter((door) => !texts.some((text) => text.includes(`"../${door}/index.ts"`)))).toEqual([]);
      expect(doors.filter((door) => modules.indexOf(door) > modules.indexOf(name))).toEqual([]);
    },
  );

  test("names every module that there is", async () => {
    const folders = (await readdir("src/platform", { withFileTypes: true })).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).filter((name) => !modules.includes(name))).toEqual([]);
  });
});

describe("the files", () => {
  const walk = async (folder: string): Promise<string[]> => {
    const entries = await readdir(folder, { withFileTypes: true });
    const hidden = (name: string) => name.startsWith(".") || ["node_modules", "dist"].includes(name);
    const found = await Promise.all(
      entries
        .filter(({ name }) => !hidden(name))
        .map((entry) => {
          const path = join(folder, entry.name);
          return entry.isDirectory() ? walk(path).then((inside) => [path, ...inside]) : [path];
        }),
    );
    return found.flat();
  };

  test("have names that say something", async () => {
    const drawers = (await walk(".")).filter((path) =>
      /(^|\/)(utils?|helpers?|common|shared|lib|misc|manager)(\/|\.[a-z]+$|$)/i.test(path),
    );
    expect(drawers).toEqual([]);
  });

  test("are no longer than 500 lines", async () => {
    const sources = (await walk(".")).filter((path) => /\.(ts|cjs|sql)$/.test(path) && !/\.types\.ts$/.test(path));
    const long: string[] = [];
    for (const path of sources) {
      const lines = (await readFile(path, "utf8")).split("\n").length;
      if (lines > 500) long.push(`${path}: ${lines}`);
    }
    expect(sources.length).toBeGreaterThan(150);
    expect(long).toEqual([]);
  });
});
