/**
 * Where a client stands. It may work in ACTIVE, DEGRADED and OFFLINE_GRACE.
 *
 * - `STARTING`: the first seat is being asked for.
 * - `ACTIVE`: a seat is held, and the server said so at the last heartbeat.
 * - `DEGRADED`: a heartbeat failed, and is tried again while the lease lasts.
 * - `OFFLINE_GRACE`: the server was not reached in any try; the seat may be another machine's by now. Ends 30 minutes after the
 *   last answer, or with the lease in strict mode.
 * - `SEAT_LOST`: the seat ran out, and all seats are taken.
 * - `SUSPENDED`: the server says that the licence is not active. Asked again every 5 minutes.
 * - `ERROR`: no seat. `problem.code` says why.
 * - `RELEASED`: not started, or stopped.
 */
export type LicenseState =
  | "STARTING"
  | "ACTIVE"
  | "DEGRADED"
  | "OFFLINE_GRACE"
  | "SEAT_LOST"
  | "SUSPENDED"
  | "ERROR"
  | "RELEASED";

/** A seat, as the server described it last. */
export interface LicenseSession {
  session_id: string;
  current_seats_used: number;
  max_seats: number;
  /** The server's time of its last answer (RFC 3339). */
  server_time: string;
}

/**
 * Why there is no seat, or why a try failed. `code` is the server's (`licensing.seats_exhausted`, `licensing.license_inactive`,
 * `licensing.key_invalid`, `request.rate_limited`, …) or the client's own: `client.unreachable` (no usable answer within 5 s),
 * `client.lease_over` (strict mode), `client.grace_over`, `client.hardware_id_unavailable`, `client.defect`.
 */
export interface LicenseProblem {
  code: string;
  detail: string;
  /** The HTTP status, when there was an answer. */
  status?: number;
  /** Why the licence is not active. */
  reason?: string;
  current_seats_used?: number;
  max_seats?: number;
  /** When the first of the taken seats runs out if it is not renewed (RFC 3339). */
  earliest_expiry?: string;
}

export interface StateChange {
  from: LicenseState;
  to: LicenseState;
  /** What led there; absent when all is well. */
  problem?: LicenseProblem;
  /** In OFFLINE_GRACE: seconds until ERROR. */
  grace_ends_in?: number;
}

export interface LicenseEvents {
  /** The state changed. */
  state: StateChange;
  /** The server granted or renewed the seat. */
  session: LicenseSession;
  /** A try failed, or was refused. */
  problem: LicenseProblem;
}

export type LicenseListener<Event> = (event: Event) => void | Promise<void>;

/** Two readings of time in milliseconds: one that never goes back, and one that goes on while the machine sleeps (Unix time). */
export interface LicenseClock {
  monotonic(): number;
  wall(): number;
}

export interface LicenseTimers {
  /** Calls once after `ms` milliseconds. Keeps the process alive meanwhile only when `hold` is true. */
  set(callback: () => void, ms: number, hold: boolean): unknown;
  clear(handle: unknown): void;
}

/** Names this machine: an HMAC of its raw id, never the raw id. `@plinth/sdk/node` has some. */
export type HardwareIdProvider = () => string | Promise<string>;

export type LicenseFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Where the latest trustworthy time (Unix milliseconds) is kept between runs; `undefined` when there is none. */
export interface HighWaterMark {
  read(): number | undefined | Promise<number | undefined>;
  write(time: number): void | Promise<void>;
}
