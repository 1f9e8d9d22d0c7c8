import { sha256 } from "../../core/crypto.ts";
import type { LicenseRef } from "./store.ts";

type Find = (text: string, request_id: string) => Promise<LicenseRef | undefined>;

const kept_ms = 30_000;
const most = 5_000;

/**
 * Remembers for half a minute which licence a key opens, by the key's hash, and asks once for however many ask at the same time. Ids never
 * change, so what was found is never wrong but for a key that was replaced: it opens its licence for up to 30 s more. What was not found is not
 * remembered: a key works as soon as there is one.
 */
export function createKeyLookup(find: Find): Find {
  const known = new Map<string, { license: Promise<LicenseRef | undefined>; until: number }>();
  return (text, request_id) => {
    const key = sha256(text).toString("base64url");
    const kept = known.get(key);
    if (kept !== undefined && performance.now() < kept.until) return kept.license;
    const license = find(text, request_id);
    const entry = { license, until: performance.now() + kept_ms };
    known.delete(key);
    known.set(key, entry);
    const forget = () => {
      if (known.get(key) === entry) known.delete(key);
    };
    license.then((found) => found ?? forget(), forget);
    const oldest = known.size > most ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    return license;
  };
}
