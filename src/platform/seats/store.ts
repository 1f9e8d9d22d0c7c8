import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("seats.sessions", "seats.arbiters", "seats.daily");

/** Who holds a seat: a machine, and which of the processes on it. */
export interface Machine {
  hardware_id: string;
  instance_id: string;
}

/** Which licence it is. */
export interface LicenseRef {
  license_id: string;
  workspace_id: string;
  product: string;
}

/** What an acquire brings along. */
export interface AcquireRequest extends Machine {
  license_id: string;
  /** For the session, should there be a new one. */
  session_id: string;
  name: string | null;
  user_agent: string | null;
  network: string | null;
  ttl_ms: number;
}

/** A live session, as Redis is filled with it. */
export interface LiveSeat extends Machine {
  seat: number;
  session_id: string;
  left_ms: number;
}

/** A machine's live session, new or the one it had. */
export interface Lease extends Machine {
  outcome: "granted" | "held";
  session_id: string;
  license_id: string;
  workspace_id: string;
  seat: number;
  expires_at: Date;
  server_time: Date;
  /** How often its heartbeats went back to the address before, told by the one that did; else 0. */
  alternations: number;
}

/** The licence gives no seats. */
export interface Inactive {
  outcome: "inactive";
  status: string;
  reason: string | null;
}

export interface Denied {
  outcome: "denied";
  used: number;
  max_seats: number;
  earliest_expiry: Date | null;
}

type Only<T extends string> = T extends string ? { outcome: T } : never;

/** Takes down a seat that Redis granted; see `seats.grant` for the outcomes. */
export async function grantSeat(
  tx: Tx,
  { epoch, seat, ...r }: AcquireRequest & { epoch: number; seat: number },
): Promise<Lease | Only<"fenced" | "conflict" | "stale">> {
  const { rows } = await sql<Lease | Only<"fenced" | "conflict" | "stale">>`
    select * from seats.grant(${r.license_id}, ${epoch}, ${seat}, ${r.session_id}, ${r.hardware_id}, ${r.instance_id}, ${r.name},
      ${r.user_agent}, ${r.network}, ${r.ttl_ms})`.execute(tables(tx));
  return only(rows);
}

/** Decides under the licence's lock and leaves the licence with PostgreSQL; see `seats.acquire` for the outcomes. */
export async function acquireSeat(
  tx: Tx,
  { hold_ms, is_refreshed, ...r }: AcquireRequest & { hold_ms: number; is_refreshed: boolean },
) {
  type Answer = (Lease & { used: number; max_seats: number }) | Denied | Inactive | Only<"stale" | "unknown">;
  const { rows } = await sql<Answer>`
    select * from seats.acquire(${r.license_id}, ${r.session_id}, ${r.hardware_id}, ${r.instance_id}, ${r.name}, ${r.user_agent},
      ${r.network}, ${r.ttl_ms}, ${hold_ms}, ${is_refreshed})`.execute(tables(tx));
  return only(rows);
}

/** Gives the licence to Redis under a new epoch; see `seats.rebuild` for the outcomes. */
export async function rebuildSeats(tx: Tx, license_id: string, seen_epoch: number, dedupe_ms: number) {
  type Rebuilt = { outcome: "rebuilt"; epoch: number; max_seats: number; live: LiveSeat[] };
  const { rows } = await sql<Rebuilt | Inactive | Only<"newer" | "postgres" | "stale" | "unknown">>`
    select * from seats.rebuild(${license_id}, ${seen_epoch}, ${dedupe_ms})`.execute(tables(tx));
  return only(rows);
}

/** Extends a live session; see `seats.heartbeat` for the outcomes. */
export async function heartbeatSeat(
  tx: Tx,
  { session_id, ttl_ms, network, is_refreshed }: HeartbeatRequest,
): Promise<Heartbeat> {
  const { rows } = await sql<Heartbeat>`
    select * from seats.heartbeat(${session_id}, ${ttl_ms}, ${network}, ${is_refreshed})`.execute(tables(tx));
  return only(rows);
}

interface HeartbeatRequest {
  session_id: string;
  ttl_ms: number;
  network: string | null;
  is_refreshed: boolean;
}

type Heartbeat =
  | (Lease & { outcome: "held"; backend: string; used: number | null; max_seats: number })
  | ({ outcome: "stale" } & LicenseRef)
  | Inactive
  | Only<"lost" | "unknown">;

/** How many seats of the licence are held. */
export async function countLive(tx: Tx, { workspace_id, license_id }: Omit<LicenseRef, "product">): Promise<number> {
  const { rows } = await sql<{ used: number }>`
    select seats.used(${workspace_id}, ${license_id}, seats.clock()) as used`.execute(tables(tx));
  return only(rows).used;
}

/** Gives a seat back, once; see `seats.release` for the outcomes. */
export async function releaseSeat(tx: Tx, session_id: string) {
  const { rows } = await sql<(Omit<Lease, "outcome"> & Only<"released">) | Only<"over" | "unknown">>`
    select * from seats.release(${session_id})`.execute(tables(tx));
  return only(rows);
}

/** Ends what a licence's change ends; the new epoch, null when nobody ever asked for a seat of it. */
export async function changeLicense(
  tx: Tx,
  license: { id: string; status: string; max_seats: number },
): Promise<number | null> {
  const { rows } = await sql<{ epoch: number | null }>`
    select seats.license_changed(${license.id}, ${license.status}, ${license.max_seats}) as epoch`.execute(tables(tx));
  return only(rows).epoch;
}

/** Takes over the terms of a licence that were just refreshed, and ends its sessions if they are over. */
export async function recheckLicense(tx: Tx, license_id: string): Promise<void> {
  await sql`select seats.recheck(${license_id})`.execute(tables(tx));
}

/** Marks at most so many leases that are over; returns how many. */
export async function expireSessions(tx: Tx, most: number): Promise<number> {
  const { numAffectedRows } = await sql`
    update seats.sessions s set status = 'expired', ended_at = s.expires_at, end_reason = 'lease_over'
    where s.status = 'active' and s.id in (
      select id from seats.sessions where status = 'active' and not seats.is_live(expires_at, seats.clock())
      limit ${most} for update skip locked)`.execute(tables(tx));
  return Number(numAffectedRows ?? 0);
}

/** Counts refusals into the day that it is. */
export async function addDenials(tx: Tx, denials: { license_id: string; count: number }[]): Promise<void> {
  // In one order everywhere, so that two processes never wait for each other. A licence that is gone has no day.
  await sql`
    insert into seats.daily as d (workspace_id, license_id, day, denials)
    select a.workspace_id, a.license_id, (plinth.now() at time zone 'UTC')::date, n.count
    from unnest(${denials.map(({ license_id }) => license_id)}::uuid[], ${denials.map(({ count }) => count)}::bigint[])
      as n (license_id, count) join seats.arbiters a on a.license_id = n.license_id
    order by a.license_id
    on conflict (workspace_id, license_id, day) do update set denials = d.denials + excluded.denials`.execute(
    tables(tx),
  );
}

/** The live sessions of a licence, by the number of their seat, from behind the one given. */
export async function listLive(tx: Tx, license_id: string, after: number, limit: number) {
  return tables(tx)
    .selectFrom("seats.sessions as s")
    .innerJoin("seats.arbiters as a", (join) =>
      join.onRef("a.workspace_id", "=", "s.workspace_id").onRef("a.license_id", "=", "s.license_id"),
    )
    .select([
      "s.seat",
      "s.hardware_id",
      "s.instance_id",
      "s.name",
      "s.started_at",
      "s.last_heartbeat_at",
      "s.expires_at",
    ])
    .where("a.license_id", "=", license_id)
    .where("s.status", "=", "active")
    .where(sql<boolean>`seats.is_live(s.expires_at, seats.clock())`)
    .where("s.seat", ">", after)
    .orderBy("s.seat")
    .limit(limit + 1)
    .execute();
}

export interface SeatDay {
  day: string;
  sessions: number;
  mean_duration_seconds: number | null;
  peak_seats: number;
  denials: number;
}

/**
 * The last days (UTC, today among them), the oldest first. Sessions and their mean duration belong to the day on which they began; the peak is
 * found by walking through all beginnings and ends, those on the same instant ends first.
 */
export async function dailyUsage(tx: Tx, workspace_id: string, license_id: string, days: number): Promise<SeatDay[]> {
  const { rows } = await sql<SeatDay>`
    with clock as (select seats.clock() as now),
    days as (
      select (d at time zone 'UTC')::date as day, d as begins, d + interval '1 day' as ends from clock,
        generate_series(date_trunc('day', now, 'UTC') - make_interval(days => ${days - 1}), now, interval '1 day') d
    ),
    spans as (
      select s.started_at, coalesce(s.ended_at, least(s.expires_at, now)) as until_at, s.ended_at is null and s.expires_at > now as is_live
      from seats.sessions s, clock
      where s.workspace_id = ${workspace_id} and s.license_id = ${license_id}
        and coalesce(s.ended_at, s.expires_at) > (select min(begins) from days)
    ),
    steps as (
      select started_at as at, 1 as step from spans
      union all select until_at, -1 from spans where not is_live
      union all select begins, 0 from days
    ),
    levels as (select at, sum(step) over (order by at, step rows unbounded preceding) as level from steps)
    select d.day, count(s.started_at)::int as sessions,
      extract(epoch from avg(s.until_at - s.started_at))::float8 as mean_duration_seconds,
      (select max(level)::int from levels where at >= d.begins and at < d.ends) as peak_seats,
      coalesce((select denials from seats.daily c where c.workspace_id = ${workspace_id} and c.license_id = ${license_id} and c.day = d.day), 0)
        as denials
    from days d left join spans s on s.started_at >= d.begins and s.started_at < d.ends
    group by d.day, d.begins, d.ends order by d.day`.execute(tables(tx));
  return rows;
}

/** Whether the workspace has the licence: by licensing's door. */
export async function hasLicense(tx: Tx, license_id: string): Promise<boolean> {
  const { rows } = await sql`select from licensing.lock_terms(${license_id})`.execute(tables(tx));
  return rows.length > 0;
}

function only<T>(rows: T[]): T {
  const [row] = rows;
  if (row === undefined) throw new Error("A function of the seats did not answer");
  return row;
}
