import { ownTables, type RawBuilder, sql, type Tx } from "../../core/tables.ts";
import {
  byIndex,
  type Claim,
  type ClaimedRow,
  claimOf,
  isClaimed,
  type Lease,
  shown,
  taken,
  withFacts,
} from "./store.ts";

const tables = ownTables("events.key_windows");

/** How many rows a workspace may be given, so that none takes all the room. */
export interface Shares {
  /** Of those that are not in `left`. */
  share: number;
  /** Of the others; 0 or less: none. */
  left: ReadonlyMap<string, number>;
}

/** What a subscriber that limits or orders by key asks for. */
export interface KeyedAsk extends Shares {
  subscriber: string;
  room: number;
  /** The key behind which the round goes on. */
  cursor: string;
  /** Keys with something due to look at, at most. */
  visits: number;
  ordered: boolean;
  key_concurrency: number | undefined;
  key_rate: { limit: number; window_seconds: number } | undefined;
  /** Whether it is the one row that finds out whether a pause may end. */
  is_probe: boolean;
}

/** Most rows of a key that are taken at once, to be handled one after the other. */
const longestRun = 20;
/** Each step of a round goes by the index that has the keys in their order: another one would read and sort all that is due, for every key anew. */
const keyByKey = { ...byIndex, enable_sort: "off", enable_bitmapscan: "off" };
/** Rows of a key that are looked at, at most, to find some of a workspace that may be given any. */
const longestLook = 500;

/**
 * Takes rows of one subscriber key by key, from those behind the cursor that have something due, of each as many as its order and its limits allow.
 * Claims of one subscriber wait for each other: two that count at the same time would both find room. Ordered rows are taken from the front alone, and
 * only while nothing before them waits or runs. No workspace gets more than its share.
 */
export async function claimKeyed(tx: Tx, lease: Lease, asked: KeyedAsk): Promise<Claim> {
  await sql`
    select pg_advisory_xact_lock(hashtextextended(${`events.claim:${asked.subscriber}`}, 0)),
      ${sql.join(Object.entries(keyByKey).map(([name, value]) => sql`set_config(${name}, ${value}, true)`))}
  `.execute(tables(tx));
  const { subscriber, room, cursor, visits, ordered, key_concurrency, key_rate, is_probe } = asked;
  const limit = key_rate?.limit ?? null;
  const window = sql`make_interval(secs => ${key_rate?.window_seconds ?? 0})`;
  const inOrder = sql`order by o.key, o.scheduled_for, o.id`;
  const isDue = sql`o.subscriber = ${subscriber} and o.status = 'pending' and o.scheduled_for <= plinth.now()`;
  const { rows } = await sql<ClaimedRow>`
    with recursive round (key, n) as (
      (select o.key, 1 from events.outbox o where ${isDue} and o.key > ${cursor} ${inOrder} limit 1)
      union all
      select (select o.key from events.outbox o where ${isDue} and o.key > r.key ${inOrder} limit 1), r.n + 1
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
      select id, key from (
        select *, bool_and(place <= share) over (partition by key order by id) as is_front from (
          select o.id, a.key, a.n, coalesce(s.share, ${asked.share}::int) as share,
            row_number() over (partition by o.workspace_id order by a.n, o.id) as place
          from allowed a cross join lateral (${ordered ? frontOf(subscriber) : dueOf(isDue, asked)}) o
            left join unnest(${[...asked.left.keys()]}::uuid[], ${[...asked.left.values()]}::int[]) s (workspace_id, share)
              on s.workspace_id = o.workspace_id
          where a.rows > 0
        ) each
      ) shared where case when ${ordered} then is_front else place <= share end
      order by n, id limit ${room}
    ),
    claimed as (
      update events.outbox o set ${taken(lease)} where ${isClaimed} and o.status = 'pending' returning ${shown}
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

/** Of the key a.key its first rows, up to the first that waits for its time or runs. One whose holder died is taken by itself. */
function frontOf(subscriber: string): RawBuilder<unknown> {
  return sql`
    select id, workspace_id from (
      select o.id, o.workspace_id, bool_and(o.status = 'pending' and o.scheduled_for <= plinth.now() and (o.deaths = 0 or o.id = (
        select min(f.id) from events.outbox f where f.subscriber = ${subscriber} and f.key = a.key))) over (order by o.id) as is_front
      from events.outbox o where o.subscriber = ${subscriber} and o.key = a.key order by o.id limit a.rows
    ) front where is_front`;
}

/** Of the key a.key the rows that are due longest, without those of workspaces that may be given none. */
function dueOf(isDue: RawBuilder<unknown>, { left }: Shares): RawBuilder<unknown> {
  const full = [...left].filter(([, share]) => share <= 0).map(([workspace_id]) => workspace_id);
  // A range, because an equal key is no part of an order, which the index without keys has then as well.
  const oldest = sql`select o.id, o.workspace_id from events.outbox o where ${isDue} and o.key >= a.key and o.key <= a.key
    order by o.key, o.scheduled_for, o.id`;
  if (full.length === 0) return sql`${oldest} limit a.rows`;
  return sql`
    select id, workspace_id from (${oldest} limit ${longestLook}) o where workspace_id <> all (${full}::uuid[]) limit a.rows`;
}

/** Forgets the windows of keys that nothing was begun for in a day. */
export async function deleteWindows(tx: Tx, longest_seconds: number): Promise<void> {
  await sql`delete from events.key_windows where last_start < plinth.now() - make_interval(secs => ${longest_seconds})`.execute(
    tables(tx),
  );
}
