import type { Ctx } from "../../core/context.ts";
import { type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Metrics } from "../../core/metrics.ts";
import { fingerprint } from "./fingerprint.ts";
import type { Completion } from "./port.ts";
import { noUsage } from "./rules.ts";
import { findCached, putCached } from "./store.ts";

/** Answers that a workspace may be given again for exactly the same question. */
export interface CompletionCache {
  find(ctx: Ctx, feature: string, asked: unknown): Promise<Completion | undefined>;
  put(ctx: Ctx, asked: unknown, answer: Completion, ttl_seconds: number): Promise<void>;
}

/** Longer answers are not kept, in characters. */
const longestAnswer = 262_144;

interface CacheOptions {
  db: Pick<Database, "statement">;
  keyring: Keyring;
  metrics: Metrics;
  onError: (error: unknown) => void;
}

/** Kept behind the tenant wall, sealed, under a keyed hash that holds the workspace too. A cache that fails costs a call, never an answer. */
export function createCompletionCache({ db, keyring, metrics, onError }: CacheOptions): CompletionCache {
  const sealKey = keyring.derive("ai:cached_completions");
  const hashKey = keyring.derive("ai:cached_completions:key");
  const lookups = metrics.counter(
    "plinth_ai_cache_lookups_total",
    "Questions to the completion cache, by result: hit or miss",
    ["feature", "result"],
  );
  const keyOf = ({ workspace_id }: Ctx, asked: unknown) => fingerprint(hashKey, { workspace_id, asked });
  const read = async (ctx: Ctx, asked: unknown): Promise<Completion | undefined> => {
    const found = await db.statement(ctx, (tx) => findCached(tx, keyOf(ctx, asked)));
    return found === undefined ? undefined : JSON.parse(open(sealKey, found));
  };
  return {
    find: async (ctx, feature, asked) => {
      const kept = await read(ctx, asked).catch(onError);
      lookups({ feature, result: kept === undefined ? "miss" : "hit" });
      if (kept === undefined) return undefined;
      // Nothing was sent, so nothing was used.
      return { ...kept, usage: { ...noUsage, estimated: false }, cost_pico_usd: 0, cached: true };
    },
    put: async (ctx, asked, answer, ttl_seconds) => {
      const text = JSON.stringify(answer);
      if (text.length > longestAnswer) return;
      const row = { workspace_id: ctx.workspace_id, key: keyOf(ctx, asked), answer: seal(sealKey, text), ttl_seconds };
      await db.statement(ctx, (tx) => putCached(tx, row)).catch(onError);
    },
  };
}
