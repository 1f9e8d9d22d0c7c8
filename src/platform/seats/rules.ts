/**
 * When the client should send its next heartbeat, in whole seconds: after five sixths of the lease (300 s of 360 s) or up to a twelfth earlier
 * (270 s). Never later, so that a minute is left for four tries (5 s each, 2, 6 and 18 s apart: at most 46 s). `random`: from 0 to below 1; it spreads
 * the clients that started together.
 */
export function nextHeartbeatIn(ttl_seconds: number, random: number): number {
  return Math.max(1, Math.ceil((ttl_seconds * 5) / 6 - (random * ttl_seconds) / 12));
}

/** How often a seat's heartbeats have to go back to the address before, until somebody is told: two machines then share it. */
const toldAt = 2;

/** Whether this heartbeat is the one to tell of: once for each session. */
export function isToldOf(alternations: number): boolean {
  return alternations === toldAt;
}

/** A position in a list of seats; undefined for what this list did not give out. */
export function readSeatCursor(cursor: string): number | undefined {
  const [, seat] = /^seat:(\d{1,9})$/.exec(Buffer.from(cursor, "base64url").toString("utf8")) ?? [];
  return seat === undefined ? undefined : Number(seat);
}

export function writeSeatCursor(seat: number): string {
  return Buffer.from(`seat:${seat}`).toString("base64url");
}
