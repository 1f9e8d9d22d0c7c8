-- The outbox holds what is still to be delivered and nothing else: what was delivered moves to daily partitions, what failed for good to the dead letters.

-- up
alter table events.outbox rename to outbox_before;
alter table events.outbox_before rename constraint outbox_pkey to outbox_before_pkey;
alter table events.outbox_before rename constraint outbox_workspace_id_event_id_subscriber_key to outbox_before_key;
alter sequence events.outbox_id_seq rename to outbox_before_id_seq;
drop index events.outbox_due, events.outbox_failed;
-- The owner is held by a forced wall too; nobody else sees the table without it, as the lock is exclusive.
alter table events.outbox_before no force row level security;

-- No index holds a column that a claim changes, nor has one in its condition, and more than half of each page is left free: so a claim writes the row's next
-- version beside it and touches no index.
create table events.outbox (
  id bigint generated always as identity primary key,
  event_id uuid not null,
  event_type text not null,
  subscriber text not null,
  workspace_id uuid not null,
  payload jsonb not null,
  request_id text not null,
  -- What is limited or ordered together, where the subscriber asks for that.
  key text collate "C",
  status text not null default 'pending' check (status in ('pending', 'processing')),
  -- The fence: one more with every claim, and never less. Whoever holds an older number completes nothing.
  attempt integer not null default 0,
  -- Tries that were used up: failures, and deaths of whoever held the row. A row handed back uses none.
  retry_count integer not null default 0,
  -- How many of these were deaths. From the second on the row runs alone, so that one that kills takes no others along.
  deaths smallint not null default 0,
  max_retries integer not null check (max_retries >= 0),
  scheduled_for timestamptz not null default now(),
  locked_by uuid,
  locked_until timestamptz,
  error_message text,
  last_error_at timestamptz,
  created_at timestamptz not null default now(),
  unique (workspace_id, event_id, subscriber)
) with (fillfactor = 45, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 10000);
-- In turn, and in turn within a workspace.
create index outbox_due on events.outbox (subscriber, scheduled_for, id);
create index outbox_fair on events.outbox (subscriber, workspace_id, scheduled_for, id);
create index outbox_keyed on events.outbox (subscriber, key, id) where key is not null;
create index outbox_alone on events.outbox (id) where deaths >= 2;
select plinth.protect_tenant_table('events.outbox', 'insert');
grant usage on sequence events.outbox_id_seq to plinth_system;

-- What was delivered, by the day (UTC) of its completion. Dropped by age, a day at a time.
create table events.completed (
  id bigint not null,
  event_id uuid not null,
  event_type text not null,
  subscriber text not null,
  workspace_id uuid not null,
  payload jsonb not null,
  request_id text not null,
  attempt integer not null,
  retry_count integer not null,
  created_at timestamptz not null,
  completed_at timestamptz not null,
  primary key (workspace_id, completed_at, id)
) partition by range (completed_at);
-- Whatever has no day yet goes here: a completion never waits for a partition.
create table events.completed_default partition of events.completed default;
select plinth.protect_tenant_table('events.completed', 'select');
revoke select on events.completed from plinth_app;

-- What failed for good, until somebody replays or discards it; then it stays as history until its age is over.
create table events.dead_letters (
  id bigint primary key,
  event_id uuid not null,
  event_type text not null,
  subscriber text not null,
  workspace_id uuid not null,
  payload jsonb not null,
  request_id text not null,
  key text collate "C",
  attempt integer not null,
  retry_count integer not null,
  max_retries integer not null,
  error_message text not null,
  created_at timestamptz not null,
  failed_at timestamptz not null,
  state text not null default 'dead' check (state in ('dead', 'replayed', 'discarded')),
  replays integer not null default 0,
  resolved_at timestamptz,
  -- Who replayed or discarded it, and why.
  resolved_by text,
  reason text,
  unique (workspace_id, event_id, subscriber)
);
select plinth.protect_tenant_table('events.dead_letters', 'select');

-- Subscribers that get nothing: while what they need is down, or until an operator lets them go on.
create table events.paused_subscribers (
  subscriber text primary key,
  -- What is down; null where an operator paused it.
  dependency text,
  reason text not null,
  -- Who paused it; null where it paused itself.
  paused_by text,
  paused_at timestamptz not null,
  -- When one row is tried; null: when an operator resumes it.
  resume_at timestamptz,
  -- Probes that found the dependency still down.
  failures integer not null default 0,
  check ((dependency is null) = (resume_at is null))
);
grant select, insert, update, delete on events.paused_subscribers to plinth_system;

-- When rows of a key were begun within the subscriber's window.
create table events.key_windows (
  subscriber text not null,
  key text collate "C" not null,
  starts timestamptz[] not null,
  last_start timestamptz not null,
  primary key (subscriber, key)
);
grant select, insert, update, delete on events.key_windows to plinth_system;

-- Every delivery, whatever became of it.
create view events.deliveries with (security_invoker) as
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, status, attempt, retry_count, max_retries, scheduled_for,
    locked_by, locked_until, error_message, last_error_at, created_at, null::timestamptz as completed_at
  from events.outbox
  union all
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, 'completed', attempt, retry_count, null, null,
    null, null, null, null, created_at, completed_at
  from events.completed
  union all
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, 'failed', attempt, retry_count, max_retries, null,
    null, null, error_message, failed_at, created_at, null
  from events.dead_letters where state <> 'replayed';
grant select on events.deliveries to plinth_system;

-- Puts a partition behind the tenant wall, with no grant at all: it is reached through events.completed alone.
create function events.wall_partition(p_partition regclass) returns void language plpgsql as $$
declare
  own_rows constant text := $policy$workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid)$policy$;
begin
  execute format('alter table %s enable row level security', p_partition);
  execute format('alter table %s force row level security', p_partition);
  execute format('create policy tenant on %s to plinth_app using (%s) with check (%s)', p_partition, own_rows, own_rows);
  execute format('create policy platform on %s to plinth_system using (true) with check (true)', p_partition);
end $$;

-- Makes the partition of a day (UTC) unless it is there. What had gone to the default partition moves into it.
create function events.add_partition(p_day date) returns void language plpgsql as $$
declare
  v_name constant text := 'completed_' || to_char(p_day, 'YYYY_MM_DD');
  v_from constant timestamptz := p_day::timestamp at time zone 'UTC';
  v_to constant timestamptz := (p_day + 1)::timestamp at time zone 'UTC';
begin
  if to_regclass('events.' || v_name) is not null then return; end if;
  execute format('create table events.%I (like events.completed including all)', v_name);
  -- The owner is held by a forced wall too; nobody else sees the table without it, as the lock is exclusive.
  alter table events.completed_default no force row level security;
  execute format('with moved as (delete from events.completed_default where completed_at >= %L and completed_at < %L returning *)
    insert into events.%I select * from moved', v_from, v_to, v_name);
  alter table events.completed_default force row level security;
  -- Attached, and not made as a partition, so that others go on writing.
  execute format('alter table events.completed attach partition events.%I for values from (%L) to (%L)', v_name, v_from, v_to);
  perform events.wall_partition(('events.' || v_name)::regclass);
end $$;

-- Makes the partitions of today and the days ahead, and drops those whose days are over for longer than is kept; tells which. Runs with its owner's
-- rights, since the roles that serve may make no table; it shows no row. It waits for nobody long, so that nobody waits for it: what is in use stays until next time.
create function events.keep_partitions(p_keep_days integer) returns text[]
  language plpgsql security definer set search_path = pg_catalog set lock_timeout = '500ms' as $$
declare
  v_today constant date := (plinth.now() at time zone 'UTC')::date;
  v_partition text;
  v_dropped text[] := '{}';
begin
  if p_keep_days < 1 then raise exception 'at least a day is kept'; end if;
  perform pg_advisory_xact_lock(hashtext('events.keep_partitions'));
  perform events.add_partition(v_today + d) from generate_series(0, 3) d;
  for v_partition in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events.completed'::regclass and c.relname ~ '^completed_\d{4}_\d{2}_\d{2}$'
      and to_date(right(c.relname, 10), 'YYYY_MM_DD') < v_today - p_keep_days
    order by 1
  loop
    begin
      execute format('drop table events.%I', v_partition);
      v_dropped := v_dropped || v_partition;
    exception when lock_not_available then null;
    end;
  end loop;
  return v_dropped;
end $$;
revoke execute on function events.keep_partitions(integer), events.add_partition(date), events.wall_partition(regclass) from public;
grant execute on function events.keep_partitions(integer) to plinth_system;

-- A handler that only touches the database completes its row in its own transaction. It may neither read nor write the outbox: this function
-- does it, with its owner's rights but held to the workspace of the transaction by the policies below. False when the row is another's by now.
create function events.complete(p_id bigint, p_attempt integer) returns boolean
  language plpgsql security definer set search_path = pg_catalog as $$
begin
  with gone as (delete from events.outbox where id = p_id and attempt = p_attempt returning *)
  insert into events.completed (id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, created_at, completed_at)
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, created_at, plinth.now() from gone;
  return found;
end $$;
revoke execute on function events.complete(bigint, integer) from public;
grant execute on function events.complete(bigint, integer) to plinth_app;
create policy completion on events.outbox to plinth_owner using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid));
create policy completion on events.completed to plinth_owner
  using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid))
  with check (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid));

-- What there was, by what became of it. A claim of the old release is somebody's no more: its lease ends as it would have.
select events.wall_partition('events.completed_default');
select events.add_partition(day) from (
  select distinct (coalesce(completed_at, created_at) at time zone 'UTC')::date as day from events.outbox_before where status = 'completed'
  union select (now() at time zone 'UTC')::date + d from generate_series(0, 3) d) days;
alter table events.outbox no force row level security;
alter table events.completed no force row level security;
alter table events.dead_letters no force row level security;
insert into events.outbox (id, event_id, event_type, subscriber, workspace_id, payload, request_id, status, attempt, retry_count, max_retries,
    scheduled_for, locked_by, locked_until, error_message, last_error_at, created_at)
  overriding system value
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, status, attempt,
    greatest(attempt - (status = 'processing')::int, 0), max_attempts - 1, scheduled_for,
    case status when 'processing' then locked_by end, case status when 'processing' then scheduled_for end, error_message, last_error_at, created_at
  from events.outbox_before where status in ('pending', 'processing');
insert into events.completed (id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, created_at, completed_at)
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, greatest(attempt - 1, 0), created_at,
    coalesce(completed_at, created_at)
  from events.outbox_before where status = 'completed';
insert into events.dead_letters (id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, max_retries,
    error_message, created_at, failed_at)
  select id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, attempt, max_attempts - 1,
    coalesce(error_message, 'unknown'), created_at, coalesce(last_error_at, created_at)
  from events.outbox_before where status = 'failed';
alter table events.outbox force row level security;
alter table events.completed force row level security;
alter table events.dead_letters force row level security;
select setval('events.outbox_id_seq', greatest((select last_value from events.outbox_before_id_seq), 1));
drop table events.outbox_before;

-- down
drop view events.deliveries;
drop function events.complete(bigint, integer);
drop function events.keep_partitions(integer);
drop function events.add_partition(date);
drop table events.key_windows, events.paused_subscribers;
alter table events.outbox rename to outbox_after;
alter table events.outbox_after rename constraint outbox_pkey to outbox_after_pkey;
alter table events.outbox_after rename constraint outbox_workspace_id_event_id_subscriber_key to outbox_after_key;
alter sequence events.outbox_id_seq rename to outbox_after_id_seq;
drop index events.outbox_due, events.outbox_fair, events.outbox_keyed, events.outbox_alone;
alter table events.outbox_after no force row level security;
alter table events.completed no force row level security;
alter table events.dead_letters no force row level security;

create table events.outbox (
  id bigint generated always as identity primary key,
  workspace_id uuid not null,
  event_id uuid not null,
  event_type text not null,
  subscriber text not null,
  payload jsonb not null,
  request_id text not null,
  status text not null default 'pending' check (status in ('pending', 'processing', 'completed', 'failed')),
  attempt integer not null default 0,
  max_attempts integer not null check (max_attempts > 0),
  -- When the row may be claimed: its due time, the end of its backoff, or the end of the lease of who claimed it.
  scheduled_for timestamptz not null default now(),
  locked_by uuid,
  error_message text,
  last_error_at timestamptz,
  created_at timestamptz not null default now(),
  completed_at timestamptz,
  unique (workspace_id, event_id, subscriber)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
create index outbox_due on events.outbox (scheduled_for, id) where status in ('pending', 'processing');
create index outbox_failed on events.outbox (last_error_at) where status = 'failed';

-- The old release counts tries by the attempt alone, so the fence of what waits starts again where its tries stand.
insert into events.outbox (id, workspace_id, event_id, event_type, subscriber, payload, request_id, status, attempt, max_attempts, scheduled_for,
    locked_by, error_message, last_error_at, created_at, completed_at)
  overriding system value
  select id, workspace_id, event_id, event_type, subscriber, payload, request_id, status,
    case status when 'processing' then attempt else retry_count end, max_retries + 1,
    case status when 'processing' then locked_until else scheduled_for end, locked_by, error_message, last_error_at, created_at, null
  from events.outbox_after
  union all
  select id, workspace_id, event_id, event_type, subscriber, payload, request_id, 'completed', attempt, greatest(attempt, 1), created_at,
    null, null, null, created_at, completed_at
  from events.completed
  union all
  select id, workspace_id, event_id, event_type, subscriber, payload, request_id, 'failed', attempt, max_retries + 1, created_at,
    null, error_message, failed_at, created_at, null
  from events.dead_letters where state = 'dead'
  on conflict do nothing;
select plinth.protect_tenant_table('events.outbox', 'insert');
grant select (id, workspace_id, attempt, status), update (status, locked_by, completed_at, error_message)
  on events.outbox to plinth_app;
select setval('events.outbox_id_seq', greatest((select last_value from events.outbox_after_id_seq), 1));
drop table events.outbox_after, events.completed, events.dead_letters;
drop function events.wall_partition(regclass);
