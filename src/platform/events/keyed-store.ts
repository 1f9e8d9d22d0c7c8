import { ownTables, sql, type Tx } from "../../core/tables.ts";
import { type Claim, type ClaimedRow, claimOf, type Lease, shown, taken, withFacts } from "./store.ts";

const tables = ownTables("events.key_windows");

/** What a subscriber that limits or orders by key asks for. */
export interface KeyedAsk {
  subscriber: string;
  room: number;
  /** The key behind which the round goes on. */
  cursor: string;
  /** Keys to look at, at most. */
  visits: number;
  ordered: boolean;
  key_concurrency: number | undefined;
  key_rate: { limit: number; window_seconds: number } | undefined;
  /** Whether it is the one row that finds out whether a pause may end. */
  is_probe: boolean;
}

/** Most rows of a key that are taken at once, to be handled one after the other. */
const longestRun = 20;

/**
 * Takes rows of one subscriber key by key, from those behind the cursor in turn, of each as many as its order and its limits allow. Claims of one
 * subscriber wait for each other: two that count at the same time would both find room. Ordered rows are taken from the front alone, and only while
 * nothing before them waits or runs.
 */
export async function claimKeyed(tx: Tx, lease: Lease, asked: KeyedAsk): Promise<Claim> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`events.claim:${asked.subscriber}`}, 0))`.execute(
    tables(tx),
  );
  const { subscriber, room, cursor, visits, ordered, key_concurrency, key_rate, is_probe } = asked;
  const limit = key_rate?.limit ?? null;
  const window = sql`make_interval(secs => ${key_rate?.window_seconds ?? 0})`;
  const { rows } = await sql<ClaimedRow>`
    with recursive round (key, n) as (
      (select o.key, 1 from events.outbox o where o.subscriber = ${subscriber} and o.key > ${cursor} order by o.key limit 1)
      union all
      select (select o.key from events.outbox o where o.subscriber = ${subscriber} and o.key > r.key order by o.key limit 1), r.n + 1
      from round r where r.key is not null and r.n < ${visits}
    ),
    allowed as materialized (
      select r.key, r.n, least(
        case when ${ordered} then ${longestRun}::int else ${room}::int end,
        ${key_concurrency ?? null}::int - (select count(*) from events.outbox p
          where ${key_concurrency !== undefined} and p.subscriber = ${subscriber} and p.key = r.key and p.status = 'processing'),
        ${limit}::int - (select count(*) from events.key_windows w, unnest(w.starts) s
          where ${limit !== null} and w.subscriber = ${subscriber} and w.key = r.key and s > plinth.now() - ${window})
      ) as rows
      from round r where r.key is not null
        and (${is_probe} or not exists (select from events.paused_subscribers where subscriber = ${subscriber}))
    ),
    due as materialized (
      select o.id, a.key from allowed a cross join lateral (
        select front.id from (
          select o.id, o.status = 'pending' and o.scheduled_for <= plinth.now() as is_due,
            bool_and(o.status = 'pending' and o.scheduled_for <= plinth.now() and (o.deaths = 0 or o.id = (
              select min(f.id) from events.outbox f where f.subscriber = ${subscriber} and f.key = a.key))) over (order by o.id) as is_front
          from events.outbox o
          where o.subscriber = ${subscriber} and o.key = a.key and (${ordered} or o.status = 'pending' and o.scheduled_for <= plinth.now())
          order by o.id limit a.rows
        ) front where case when ${ordered} then is_front else is_due end
      ) o where a.rows > 0 order by a.n, o.id limit ${room}
    ),
    claimed as (
      update events.outbox o set ${taken(lease)} from due where o.id = due.id and o.status = 'pending' returning ${shown}
    ),
    counted as (
      insert into events.key_windows as w (subscriber, key, starts, last_start)
      select ${subscriber}, key, array_agg(plinth.now()), plinth.now() from claimed where ${limit !== null} group by key
      on conflict (subscriber, key) do update set last_start = excluded.last_start,
        starts = (select array_agg(s) from unnest(w.starts || excluded.starts) s where s > plinth.now() - ${window})
    )
    ${withFacts(sql`null`, sql`(select key from round where n = ${visits})`)}
  `.execute(tables(tx));
  return claimOf(rows);
}

/** Forgets the windows of keys that nothing was begun for in a day. */
export async function deleteWindows(tx: Tx, longest_seconds: number): Promise<void> {
  await sql`delete from events.key_windows where last_start < plinth.now() - make_interval(secs => ${longest_seconds})`.execute(
    tables(tx),
  );
}
