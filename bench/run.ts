// npm run bench [-- name …] [-- --write]: every benchmark beside its peer, in one run, medians of interleaved rounds.
import { writeFile } from "node:fs/promises";
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
import { page } from "./page.ts";
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
const rows: Row[] = [];
for (const [name, measure] of Object.entries(alone)) {
  if (wanted(name)) rows.push(...(await announce(name, measure)));
}
const ground = await prepareGround();
try {
  for (const [name, measure] of Object.entries(onGround)) {
    if (wanted(name)) rows.push(...(await announce(name, () => measure(ground))));
  }
} finally {
  await ground.stop();
}
const result = `${table(rows)}\n\n${machine(ground.version)}\n`;
console.log(`\n${result}`);
if (process.argv.includes("--write")) await writeFile("docs/benchmarks.md", page(result));

async function announce(name: string, measure: () => Promise<Row[]>): Promise<Row[]> {
  const began = performance.now();
  console.error(`measuring ${name} …`);
  const measured = await measure();
  console.error(`  ${((performance.now() - began) / 1_000).toFixed(0)} s`);
  return measured;
}
