import { ownTables, sql, type Tx } from "../../core/tables.ts";

const tables = ownTables("locks.locks");

/** What asking for a lock came to: its token, or the milliseconds for which somebody else still has it. */
export type Take = { token: number } | { held_ms: number };

/** A lock as its holder knows it. */
export interface Held {
  name: string;
  holder: string;
  token: number;
}

/**
 * Takes the lock when nobody has it, with the next token. One statement; who waits for another's takeover sees its outcome. The first
 * condition keeps those who come in vain from writing.
 */
export async function takeLock(tx: Tx, lock: { name: string; holder: string; ttl_ms: number }): Promise<Take> {
  const { name, holder, ttl_ms } = lock;
  const ends = sql`locks.clock() + make_interval(secs => ${ttl_ms}::float8 / 1000)`;
  const { rows } = await sql<{ token: number | null; held_ms: number | null }>`
    with taken as (
      insert into locks.locks as l (name, token, holder, expires_at, taken_at)
      select ${name}, nextval('locks.tokens'), ${holder}::uuid, ${ends}, locks.clock()
      where not exists (select from locks.locks h where h.name = ${name} and h.expires_at > locks.clock())
      on conflict (name) do update
        set token = nextval('locks.tokens'), holder = excluded.holder, expires_at = ${ends}, taken_at = locks.clock()
        where l.expires_at <= locks.clock()
      returning token
    )
    select (select token from taken) as token,
      (select extract(epoch from h.expires_at - locks.clock())::float8 * 1000 from locks.locks h where h.name = ${name}) as held_ms
  `.execute(tables(tx));
  const [row] = rows;
  if (row?.token != null) return { token: row.token };
  return { held_ms: Math.max(0, row?.held_ms ?? 0) };
}

/** Moves the end of a lock away; false when it is not this holder's any more. */
export async function renewLock(tx: Tx, { name, holder, token }: Held, ttl_ms: number): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update locks.locks set expires_at = locks.clock() + make_interval(secs => ${ttl_ms}::float8 / 1000)
    where name = ${name} and token = ${token} and holder = ${holder}::uuid`.execute(tables(tx));
  return numAffectedRows === 1n;
}

/** Gives a lock back. It keeps its row, and so whoever is late finds that the token is over. */
export async function releaseLock(tx: Tx, { name, holder, token }: Held): Promise<void> {
  await sql`
    update locks.locks set holder = null, expires_at = locks.clock()
    where name = ${name} and token = ${token} and holder = ${holder}::uuid`.execute(tables(tx));
}

/** Whether the token is still the lock's; if so it stays so until the transaction ends. */
export async function holdsLock(tx: Tx, name: string, token: number): Promise<boolean> {
  const { rows } = await sql<{ held: boolean }>`select locks.holds(${name}, ${token}::bigint) as held`.execute(
    tables(tx),
  );
  return rows[0]?.held === true;
}

/** Forgets locks that nobody has had for so many days. Their tokens are not given out again. */
export async function pruneLocks(tx: Tx, days: number): Promise<void> {
  await sql`delete from locks.locks where expires_at < locks.clock() - make_interval(days => ${days}::int)`.execute(
    tables(tx),
  );
}
