import type { Emitter } from "./emitter.ts";
import { change, overlapBegan, type Policy, type Standing, settle } from "./rules.ts";
import type { Instant } from "./time.ts";

export const released: Standing = { state: "RELEASED", failures: 0 };

/** Holds where a client stands, tells its listeners of changes, and counts the time worked past leases. */
export interface StandingKeeper {
  /** As it was last seen. */
  get(): Standing;
  /** What it is at `at`: a deadline that has passed counts. */
  settle(at: Instant): Standing;
  become(standing: Standing, at: Instant): void;
  /** Milliseconds worked past leases up to `at`. */
  overlap(at: Instant): number;
}

export function createStandingKeeper(policy: Policy, emitter: Emitter): StandingKeeper {
  const overlap = createOverlapCounter(policy);
  let standing = released;
  const become = (to: Standing, at: Instant) => {
    const { state } = standing;
    overlap.see(standing, at);
    standing = to;
    overlap.see(standing, at);
    if (state !== to.state) emitter.emit("state", change(state, to, at, policy));
  };
  return {
    get: () => standing,
    settle: (at) => {
      overlap.see(standing, at);
      const settled = settle(standing, at, policy);
      if (settled !== standing) become(settled, at);
      return standing;
    },
    become,
    overlap: (at) => overlap.see(standing, at),
  };
}

/** In strict mode nobody works past a lease. */
function createOverlapCounter({ strict }: Policy) {
  let past = 0;
  let since: number | undefined;
  return {
    see(standing: Standing, at: Instant): number {
      const began = strict ? undefined : overlapBegan(standing, at);
      if (began !== undefined) since ??= began;
      const present = since === undefined ? 0 : Math.max(0, at.monotonic - since);
      if (began !== undefined) return past + present;
      past += present;
      since = undefined;
      return past;
    },
  };
}
