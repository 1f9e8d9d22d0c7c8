import { createPrivateKey, createPublicKey } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { systemCtx } from "../../src/core/context.ts";
import { newId } from "../../src/core/id.ts";
import { createLogger } from "../../src/core/logger.ts";
import { createMetrics } from "../../src/core/metrics.ts";
import { createRates, type Rates } from "../../src/core/rates.ts";
import { createAudit } from "../../src/platform/audit/index.ts";
import { createEntitlements, type Entitlements, type GrantStanding } from "../../src/platform/entitlements/index.ts";
import { createEvents, createWorker, type Worker } from "../../src/platform/events/index.ts";
import {
  createLicensing,
  type License,
  type LicenseMail,
  type Licensing,
  type LicensingOptions,
} from "../../src/platform/licensing/index.ts";
import { generateKeys, type KeyPair } from "../../src/platform/licensing/signing.ts";
import { licenseRenewed } from "../../src/platform/messaging/index.ts";
import { createPlans, type Plans } from "../../src/platform/plans/index.ts";
import { type TestDatabase, testDatabase } from "./database.ts";
import { makeMember } from "./factories.ts";

const catalogue = `product: coditect
license_prefix: CODITECT
plans:
  - key: free
    name: Free
    price: { amount: 0, currency: USD, interval: none }
    rank: 0
    default: true
    features: { reports: false }
  - key: team
    name: Team
    price: { amount: 2900, currency: USD, interval: month }
    seats: 3
    rank: 10
    features: { reports: true }
    stores: { stripe: [price_team] }
  - key: business
    name: Business
    price: { amount: 9900, currency: USD, interval: month }
    seats: 10
    rank: 20
    features: { reports: true, exports: true }
    stores: { stripe: [price_business] }
  - key: plain
    name: Plain
    price: { amount: 900, currency: USD, interval: month }
    rank: 5
    license: false
    features: { reports: true }
    stores: { stripe: [price_plain] }
`;

const otherCatalogue = catalogue
  .replace("product: coditect", "product: swan")
  .replace("CODITECT", "SWAN")
  .replaceAll("price_", "price_swan_");

/** What is granted; a month of the plan `team` in good standing unless it says otherwise. */
export interface Granting {
  workspace_id: string;
  product?: string;
  plan?: "team" | "business" | "plain";
  seats?: number;
  standing?: GrantStanding;
  reason?: string | null;
  ends_at?: Date | null;
  source?: string;
}

export interface SentMail {
  kind: string;
  subject: string;
  mail: LicenseMail;
  attachments: { filename: string; content: string; content_type: string }[];
  idempotency_key: string;
}

/** Licensing on a database of its own, with its real neighbours and a catalogue of two products. */
export interface LicensingStage extends TestDatabase {
  licensing: Licensing;
  entitlements: Entitlements;
  plans: Plans;
  worker: Worker;
  rates: Rates;
  mails: SentMail[];
  /** What was published, in order, of one workspace. */
  published(workspace_id: string): Promise<{ type: string; payload: Record<string, unknown> }[]>;
  grant(granting: Granting): Promise<void>;
  /** The workspace's one licence of a product, with its key in full. */
  license(workspace_id: string, product?: string): Promise<License>;
  /** A new workspace with a licence of the plan `team`. */
  licensed(more?: Partial<Granting>): Promise<{ workspace_id: string; license: License }>;
  /** Licensing with something else in its place, on the same database, as another process is. */
  licensingWith(parts: Partial<LicensingOptions>): Licensing;
  in(milliseconds: number): Date;
}

export const day = 86_400_000;

export async function licensingStage(options: { pool_size?: number } = {}): Promise<LicensingStage> {
  const t = await testDatabase({ pool_size: options.pool_size ?? 20 });
  const logger = createLogger({ LOG_LEVEL: "silent" });
  const metrics = createMetrics();
  const events = createEvents({ db: t.db, onError: () => {} });
  const entitlements = createEntitlements({ db: t.db, events });
  const plans = createPlans({ db: t.db, entitlements, logger });
  const documents = [
    { file: "coditect/plans.yaml", text: catalogue },
    { file: "swan/plans.yaml", text: otherCatalogue },
  ];
  await plans.load(documents, ["coditect", "swan"]);
  const mails: SentMail[] = [];
  const rates = createRates();
  const { parts, sent } = mailParts(mails);
  const all: LicensingOptions = {
    ...{ db: t.db, entitlements, plans, events, clock: t.clock, keyring: t.keyring, ...parts },
    audit: createAudit({ db: t.db }),
    rates,
    onError: () => {},
    settings: { file_ttl: 604_800, signs_days: 365, lead_minutes: 10, most_activations: 5 },
    generate: () => licenseKeys(0),
  };
  const licensing = createLicensing(all);
  entitlements.follow(licensing.follow);
  events.subscribe(licensing.subscribers);
  const worker = createWorker({ db: t.db, events, listener: t.listener, logger, metrics, concurrency: 4, poll_ms: 50 });
  const license: LicensingStage["license"] = async (workspace_id, product = "coditect") => {
    const ctx = systemCtx(workspace_id, "test", "test");
    const { data } = await licensing.list(ctx, { limit: 10, product });
    if (data[0] === undefined) throw new Error("There is no licence");
    return data[0];
  };
  const grant: LicensingStage["grant"] = (granting) =>
    t.db.asSystem("test", async (tx) => {
      const { product = "coditect", plan = "team" } = granting;
      const offer = await plans.offer(tx, `${product}.${plan}`);
      const { seats, features, rank } = offer.content;
      const ends_at = new Date(t.clock.now().getTime() + 30 * day);
      const times = { starts_at: new Date(t.clock.now().getTime() - 400 * day), ends_at };
      const given = {
        seats,
        features,
        rank,
        source: "stripe:sub_1",
        standing: "good" as const,
        reason: null,
        ...times,
      };
      const { plan: _, ...wanted } = granting;
      const { plan_id, plan_version_id } = offer;
      const ctx = { workspace_id: granting.workspace_id, request_id: newId() };
      await entitlements.grant(tx, ctx, { product, plan_id, plan_version_id, ...given, ...wanted });
    });
  return {
    ...{ ...t, licensing, entitlements, plans, worker, rates, mails: sent, license, grant },
    close: async () => {
      await worker.stop(10_000);
      await events.settled();
      await t.close();
    },
    published: (workspace_id) =>
      t.sql(
        "select event_type as type, payload from events.deliveries where workspace_id = $1 group by event_id, event_type, payload order by min(id)",
        [workspace_id],
      ),
    licensed: async (more = {}) => {
      const { workspace_id } = await makeMember(t);
      await grant({ workspace_id, ...more });
      return { workspace_id, license: await license(workspace_id, more.product) };
    },
    licensingWith: (other) => createLicensing({ ...all, ...other }),
    in: (milliseconds) => new Date(t.clock.now().getTime() + milliseconds),
  };
}

/** Mails that are caught, with what their templates were given. */
function mailParts(sent: SentMail[]) {
  const made = new Map<string, { kind: string; mail: LicenseMail }>();
  const template = (kind: string) => (mail: LicenseMail) => {
    const subject = `${kind} ${newId()}`;
    made.set(subject, { kind, mail });
    return { ...licenseRenewed(mail), subject };
  };
  const parts: Pick<LicensingOptions, "templates" | "mailOwners"> = {
    templates: { licenseIssued: template("issued"), licenseRenewed: template("renewed") },
    mailOwners: async (_ctx, build, idempotency_key) => {
      const { subject, attachments = [] } = build({ full_name: "Ada" });
      const from = made.get(subject);
      if (from !== undefined) sent.push({ subject, attachments, idempotency_key, ...from });
    },
  };
  return { parts, sent };
}

/** An RSA key pair of 4,096 bits, made once in this checkout and kept: making one takes seconds. */
export async function licenseKeys(n: number): Promise<KeyPair> {
  const folder = fileURLToPath(new URL("../../node_modules/.cache/license-keys", import.meta.url));
  const file = join(folder, `${n}.pem`);
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return { privateKey: createPrivateKey(kept), publicKey: createPublicKey(kept) };
  const made = await generateKeys();
  await mkdir(folder, { recursive: true });
  const pem = made.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const own = `${file}.${process.pid}`;
  await writeFile(own, pem);
  await rename(own, file);
  return made;
}
