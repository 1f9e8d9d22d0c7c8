// One process of a storm on AI budgets: each of its calls reserves, calls the upstream and settles, all at once when it is told to.
import { systemClock } from "../../src/core/clock.ts";
import { newId } from "../../src/core/id.ts";
import { createRedis } from "../../src/core/redis.ts";
import { ctxIn, entryOf, type LedgerTask, testLedger } from "./ai-ledger.ts";

const task: LedgerTask = JSON.parse(process.argv[2] ?? "");
const redis = task.redis_url === undefined ? undefined : createRedis({ url: task.redis_url, onError: () => {} });
const clock = { ...systemClock, advance: () => {} };
const { ledger, close } = testLedger({ ...task, clock }, { redis });

async function call(n: number): Promise<string> {
  const ctx = ctxIn(task.workspaces[n % task.workspaces.length] ?? "");
  const call_id = newId();
  const asked = { call_id, feature: "prism.turn", limits: task.limits, amount_pico_usd: task.amount, ttl_seconds: 60 };
  const reservation = await ledger.reserve(ctx, asked);
  if (reservation === null) return "no budget";
  if (task.hangs === true) return new Promise(() => process.send?.(["reserved"]));
  await fetch(task.upstream_url);
  await ledger.record(ctx, entryOf(call_id, task.cost), { reservation, total_pico_usd: task.cost });
  return "ok";
}

process.once("message", async () => {
  const answers = await Promise.allSettled(Array.from({ length: task.calls }, (_, n) => call(n)));
  const told = answers.map((answer) =>
    answer.status === "fulfilled" ? answer.value : (answer.reason.code ?? `${answer.reason}`),
  );
  await close();
  redis?.disconnect();
  process.send?.(told, () => process.disconnect?.());
});
process.send?.("ready");
