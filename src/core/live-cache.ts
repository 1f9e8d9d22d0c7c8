import type { Listener } from "./listener.ts";

/** Values read from the database and kept until the database says that they changed. */
export interface LiveCache<V> {
  /** The value of the key: from memory when nothing has changed since it was read, else from `load`. */
  get(key: string, load: () => Promise<V>): Promise<V>;
  /** Forgets every value that was tagged with the tag, in this process, at once. */
  forget(tag: string): void;
}

interface LiveCacheOptions<V> {
  listener: Pick<Listener, "connected" | "onGap">;
  /** The tags under which a value is forgotten, for example the ids of the rows that it was read from. */
  tags: (value: V, key: string) => string[];
  /** Values kept at most; the oldest goes first. Default 10,000. */
  max?: number;
}

/**
 * Makes a cache that is never more than a notification behind: whoever changes a row also notifies its tag (by a trigger,
 * so that nobody can forget to), and while the listener is not connected every `get` reads afresh.
 * A value whose tag is forgotten while it is being loaded is returned but not kept.
 */
export function createLiveCache<V>(options: LiveCacheOptions<V>): LiveCache<V> {
  const values = new Map<string, V>();
  const keysByTag = new Map<string, Set<string>>();
  let epoch = 0;

  const drop = (key: string) => {
    const value = values.get(key);
    if (value === undefined) return;
    values.delete(key);
    for (const tag of options.tags(value, key)) {
      const keys = keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysByTag.delete(tag);
    }
  };
  const keep = (key: string, value: V) => {
    drop(key);
    values.set(key, value);
    for (const tag of options.tags(value, key)) {
      const keys = keysByTag.get(tag) ?? new Set();
      keysByTag.set(tag, keys.add(key));
    }
    const oldest = values.size > (options.max ?? 10_000) ? values.keys().next().value : undefined;
    if (oldest !== undefined) drop(oldest);
  };
  options.listener.onGap(() => {
    epoch++;
    values.clear();
    keysByTag.clear();
  });

  return {
    get: async (key, load) => {
      const kept = values.get(key);
      if (kept !== undefined && options.listener.connected()) return kept;
      const before = epoch;
      const value = await load();
      if (before === epoch && options.listener.connected()) keep(key, value);
      return value;
    },
    forget: (tag) => {
      epoch++;
      for (const key of [...(keysByTag.get(tag) ?? [])]) drop(key);
    },
  };
}
