import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("events.paused_subscribers");

/** A subscriber that gets nothing for now. */
export interface Pause {
  subscriber: string;
  /** What is down; null where an operator paused it. */
  dependency: string | null;
  reason: string;
  paused_by: string | null;
  paused_at: Date;
  /** When one event is tried; null: when an operator resumes it. */
  resume_at: Date | null;
  /** Probes that found the dependency still down. */
  failures: number;
}

export async function listPauses(tx: Tx): Promise<Pause[]> {
  return tables(tx)
    .selectFrom("events.paused_subscribers")
    .select(["subscriber", "dependency", "reason", "paused_by", "paused_at", "resume_at", "failures"])
    .orderBy("subscriber")
    .execute();
}

/** Which subscribers are paused, and of which one row may be tried. */
export async function readPauses(tx: Tx): Promise<{ subscriber: string; is_over: boolean }[]> {
  const { rows } = await sql<{ subscriber: string; is_over: boolean }>`
    select subscriber, coalesce(resume_at <= plinth.now(), false) as is_over from events.paused_subscribers
  `.execute(tables(tx));
  return rows;
}

/** Pauses a subscriber until somebody resumes it, whatever pause it had. */
export async function pauseByOperator(
  tx: Tx,
  pause: { subscriber: string; reason: string; paused_by: string },
): Promise<void> {
  await sql`
    insert into events.paused_subscribers (subscriber, reason, paused_by, paused_at)
    values (${pause.subscriber}, ${pause.reason}, ${pause.paused_by}, plinth.now())
    on conflict (subscriber) do update set reason = excluded.reason, paused_by = excluded.paused_by, paused_at = excluded.paused_at,
      dependency = null, resume_at = null, failures = 0
  `.execute(tables(tx));
}

/**
 * Pauses a subscriber for an outage. The pause grows when the probe found the dependency still down, not for stragglers that began before it; an
 * operator's pause stays as it is.
 */
export async function pauseForOutage(
  tx: Tx,
  outage: {
    subscriber: string;
    dependency: string;
    reason: string;
    retry_after: number;
    is_probe: boolean;
    first_seconds: number;
    longest_seconds: number;
  },
): Promise<void> {
  const { subscriber, dependency, reason, retry_after, first_seconds, longest_seconds } = outage;
  await sql`
    insert into events.paused_subscribers as p (subscriber, dependency, reason, paused_at, resume_at)
    values (${subscriber}, ${dependency}, ${reason}, plinth.now(),
      plinth.now() + make_interval(secs => greatest(${retry_after}::float8, ${first_seconds}::float8)))
    on conflict (subscriber) do update set dependency = excluded.dependency, reason = excluded.reason, failures = p.failures + 1,
      resume_at = plinth.now() + make_interval(secs => greatest(${retry_after}::float8,
        least(${longest_seconds}::float8, ${first_seconds}::float8 * 2 ^ least(p.failures + 1, 30))))
    where p.resume_at is not null and (${outage.is_probe} or p.resume_at <= plinth.now())
  `.execute(tables(tx));
}

/** Ends a pause; with `only_outage` not one that an operator made. False when there was none. */
export async function endPause(tx: Tx, subscriber: string, options: { only_outage?: boolean } = {}): Promise<boolean> {
  const { numAffectedRows } = await sql`
    delete from events.paused_subscribers
    where subscriber = ${subscriber} and (${options.only_outage !== true} or resume_at is not null)
  `.execute(tables(tx));
  return (numAffectedRows ?? 0n) > 0n;
}

/** Wins the right to try one row of a subscriber whose pause is over, where one is due; nobody else gets it for so long. */
export async function takeProbe(tx: Tx, subscriber: string, hold_seconds: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update events.paused_subscribers p set resume_at = plinth.now() + make_interval(secs => ${hold_seconds})
    where p.subscriber = ${subscriber} and p.resume_at <= plinth.now() and exists (
      select from events.outbox o where o.subscriber = p.subscriber and o.status = 'pending' and o.scheduled_for <= plinth.now())
  `.execute(tables(tx));
  return (numAffectedRows ?? 0n) > 0n;
}
