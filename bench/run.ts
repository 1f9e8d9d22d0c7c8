// npm run bench [-- name …] [-- --write]: every benchmark beside its peer, in one run, medians of interleaved rounds.
import { readFile, writeFile } from "node:fs/promises";
import { measureAiLedger } from "./ai-ledger.ts";
import { measureColdStart } from "./cold-start.ts";
import { measureConsume } from "./consume.ts";
import { measureEntitlementReads } from "./entitlement-reads.ts";
import { measureGateway } from "./gateway.ts";
import { type Ground, prepareGround } from "./ground.ts";
import { measureIdentity } from "./identity.ts";
import { measureIdentityLimits } from "./identity-limits.ts";
import { measureMe } from "./me.ts";
import { machine, type Row, table } from "./measure.ts";
import { measureOutbox } from "./outbox.ts";
import { measureAging } from "./outbox-aging.ts";
import { page, type Result } from "./page.ts";
import { measurePrism } from "./prism.ts";
import { measureProviders } from "./providers.ts";
import { measureSafety } from "./safety.ts";
import { measureSeats } from "./seats.ts";
import { measureTenantRead } from "./tenant-read.ts";
import { measureUsageLogs } from "./usage-logs.ts";
import { measureWebhooks } from "./webhooks.ts";

const onGround: Record<string, (ground: Ground) => Promise<Row[]>> = {
  consume: measureConsume,
  "entitlement-reads": measureEntitlementReads,
  webhooks: measureWebhooks,
  seats: measureSeats,
  "usage-logs": measureUsageLogs,
  "tenant-read": measureTenantRead,
  outbox: measureOutbox,
  "ai-ledger": measureAiLedger,
  prism: measurePrism,
  "outbox-aging": measureAging,
};
const alone: Record<string, () => Promise<Row[]>> = {
  me: measureMe,
  identity: measureIdentity,
  "identity-limits": measureIdentityLimits,
  providers: measureProviders,
  "cold-start": measureColdStart,
  gateway: measureGateway,
  safety: measureSafety,
};

const asked = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
const wanted = (name: string) => asked.length === 0 || asked.includes(name);
const isWritten = process.argv.includes("--write");
const ground = await prepareGround();
try {
  for (const [name, measure] of Object.entries(alone)) {
    if (wanted(name)) await announce(name, measure);
  }
  for (const [name, measure] of Object.entries(onGround)) {
    if (wanted(name)) await announce(name, () => measure(ground));
  }
} finally {
  await ground.stop();
}

async function announce(name: string, measure: () => Promise<Row[]>): Promise<void> {
  const began = performance.now();
  console.error(`measuring ${name} …`);
  const rows = await measure();
  console.error(`  ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  console.log(`${table(rows)}\n`);
  if (isWritten) await write(name, rows);
}

/** Puts what was measured among what was before, and writes the page of all of it. */
async function write(name: string, rows: Row[]): Promise<void> {
  const file = new URL("./results.json", import.meta.url);
  const results: Record<string, Result> = JSON.parse(await readFile(file, "utf8"));
  const measured = new Date().toISOString().slice(0, 10);
  results[name] = { measured, machine: machine(ground.version), rows };
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  await writeFile(new URL("../docs/benchmarks.md", import.meta.url), page(results));
}
