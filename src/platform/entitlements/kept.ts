import type { Clock } from "../../core/clock.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import type { Snapshot } from "./schema.ts";

/** Snapshots in memory. */
interface KeptSnapshots {
  /** The snapshot from memory while it holds, else from `load`, which tells the database's time with it. */
  get(workspace_id: string, product: string, load: () => Promise<Snapshot & { now: Date }>): Promise<Snapshot>;
}

interface KeptSnapshotsOptions {
  listener: Pick<Listener, "connected" | "onGap" | "on"> | undefined;
  clock: Pick<Clock, "offset"> | undefined;
}

/** A snapshot with the instant, by this process's steady clock, from which on it does not hold. */
interface Kept {
  workspace_id: string;
  snapshot: Snapshot;
  holds_until: number;
}

/**
 * Keeps snapshots until the database says that they changed, or until they are over. When that is, the database's clock says: this
 * process only measures how long it still is, so a host whose clock is wrong lets nobody in for longer.
 */
export function createKeptSnapshots({ listener, clock }: KeptSnapshotsOptions): KeptSnapshots {
  if (listener === undefined) return { get: (_workspace, _product, load) => load() };
  const steady = () => performance.now() + (clock?.offset() ?? 0);
  const kept = createLiveCache<Kept>({ listener, tags: ({ workspace_id }) => [`entitlements:${workspace_id}`] });
  listener.on("plinth_changes", kept.forget);
  return {
    get: async (workspace_id, product, load) => {
      const loadKept = async (): Promise<Kept> => {
        const asked = steady();
        const { now, ...snapshot } = await load();
        const left =
          snapshot.valid_until === null ? Number.POSITIVE_INFINITY : snapshot.valid_until.getTime() - now.getTime();
        return { workspace_id, snapshot, holds_until: asked + left };
      };
      const key = `${workspace_id}:${product}`;
      const found = await kept.get(key, loadKept);
      if (steady() < found.holds_until) return found.snapshot;
      kept.forget(`entitlements:${workspace_id}`);
      return (await kept.get(key, loadKept)).snapshot;
    },
  };
}
