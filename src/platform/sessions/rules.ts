/** A session as the decision about a refresh needs it. */
export interface SessionState {
  generation: number;
  rotated_at: Date;
  revoked_at: Date | null;
  idle_expires_at: Date;
  expires_at: Date;
}

/**
 * What a refresh token of a generation is worth that is not the live one (the live one was already exchanged by a compare-and-swap):
 * - `replay`: the parent of the live token, within the grace and before its child was used: the answer was lost, or two
 *   tabs refreshed at once; it gets the same child (RFC 9700, 4.14.2 leaves the remedy to the server).
 * - `reuse`: an older token, or the parent too late: somebody else may hold it; the session ends.
 * - `over`: the session has ended, or the token is not of this session's past.
 */
export function judgeSpentToken(
  session: SessionState,
  generation: number,
  now: Date,
  grace_seconds: number,
): "replay" | "reuse" | "over" {
  if (session.revoked_at !== null || now >= session.expires_at || now >= session.idle_expires_at) return "over";
  if (generation >= session.generation) return "over";
  const age = now.getTime() - session.rotated_at.getTime();
  return generation === session.generation - 1 && age < grace_seconds * 1_000 ? "replay" : "reuse";
}

/** A signing key's place in time. */
export interface KeyTimes {
  kid: string;
  active_from: Date;
}

export interface RotationPolicy {
  /** A key signs for so long. */
  signs_days: number;
  /** It is published so long before. */
  lead_minutes: number;
  /** What it signed lives so long. */
  access_token_minutes: number;
}

/** The key that signs now: the newest whose time has come. */
export function signingKeyOf<K extends KeyTimes>(keys: K[], now: Date): K | undefined {
  return [...keys]
    .filter(({ active_from }) => active_from <= now)
    .sort((a, b) => b.active_from.getTime() - a.active_from.getTime() || (a.kid < b.kid ? -1 : 1))[0];
}

/** When nothing that the key signed lives any more: undefined while it is the newest. */
export function retirementOf(key: KeyTimes, keys: KeyTimes[], access_token_minutes: number): Date | undefined {
  const successors = keys.map(({ active_from }) => active_from.getTime()).filter((t) => t > key.active_from.getTime());
  if (successors.length === 0) return undefined;
  // One minute for clocks that differ, one for a token that was being signed at the change.
  return new Date(Math.min(...successors) + (access_token_minutes + 2) * 60_000);
}

/** What is due: a new key, published before the newest has signed its time, and keys to retire after their last token. */
export function rotationDue(
  keys: KeyTimes[],
  now: Date,
  policy: RotationPolicy,
): { create: boolean; retire: string[] } {
  const newest = Math.max(...keys.map(({ active_from }) => active_from.getTime()));
  const next = newest + policy.signs_days * 86_400_000 - policy.lead_minutes * 60_000;
  const over = keys.filter((key) => (retirementOf(key, keys, policy.access_token_minutes) ?? now) < now);
  return { create: keys.length === 0 || next <= now.getTime(), retire: over.map(({ kid }) => kid) };
}
