import type { Clock } from "../../core/clock.ts";
import { newId } from "../../core/id.ts";
import type { RedisClient } from "../../core/redis.ts";

/** What PostgreSQL refused a moment ago. */
export interface Denial {
  /** So many units were too many; fewer might not be. */
  amount: number;
  limit: number | null;
  used: number;
  resets_at: Date | null;
}

/** A denial that is looked for: found, or the generation under which a new one may be kept. */
export interface Lookup {
  denial: Denial | undefined;
  keep(denial: Denial): void;
}

/**
 * Denials of limits, kept for a moment, so that who keeps knocking at a closed door costs PostgreSQL nothing. They can only refuse what
 * PostgreSQL refused less than five seconds ago, and never admit; what makes room forgets them. Without Redis there are none.
 */
export interface Denials {
  /** Looks for a denial before PostgreSQL is asked. */
  find(workspace_id: string, subject_id: string, feature: string): Promise<Lookup>;
  /** Forgets the workspace's denials, after a commit that made room. */
  forget(workspace_id: string): void;
}

/** Kept at most so long; in milliseconds. */
const longest = 5_000;
const nothing: Lookup = { denial: undefined, keep: () => {} };

export function createDenials({
  redis,
  clock,
}: {
  redis?: RedisClient | undefined;
  clock: Pick<Clock, "now">;
}): Denials {
  if (redis === undefined) return { find: async () => nothing, forget: () => {} };
  // The hash tag keeps a workspace's keys on one node of a cluster.
  const generationKey = (workspace_id: string) => `plinth:usage:{${workspace_id}}:generation`;
  return {
    find: async (workspace_id, subject_id, feature) => {
      const key = `plinth:usage:{${workspace_id}}:denied:${subject_id}:${feature}`;
      try {
        const [generation = null, stored = null] = await redis.mget(generationKey(workspace_id), key);
        return {
          denial: stored === null ? undefined : read(stored, generation),
          keep: (denial) => {
            const resets_in = denial.resets_at === null ? longest : denial.resets_at.getTime() - clock.now().getTime();
            const milliseconds = Math.min(longest, Math.trunc(resets_in));
            if (milliseconds < 1) return;
            redis.set(key, JSON.stringify({ ...denial, generation }), "PX", milliseconds).catch(() => undefined);
          },
        };
      } catch {
        return nothing;
      }
    },
    // A generation of its own and not a number that grows: after Redis was emptied, numbers would come again. It outlives what was
    // kept under the one before.
    forget: (workspace_id) => {
      redis.set(generationKey(workspace_id), newId(), "PX", 4 * longest).catch(() => undefined);
    },
  };
}

/** The denial, unless something made room since. */
function read(stored: string, generation: string | null): Denial | undefined {
  const kept: Omit<Denial, "resets_at"> & { resets_at: string | null; generation: string | null } = JSON.parse(stored);
  if (kept.generation !== generation) return undefined;
  const { amount, limit, used, resets_at } = kept;
  return { amount, limit, used, resets_at: resets_at === null ? null : new Date(resets_at) };
}
