-- Reservations, credits, overage, several features in one call; keys that hold for ever; a log in monthly partitions.

-- up
-- 1. The log in partitions. A partitioned table can hold no key that is unique over all of them, so what a key took, and what
-- was answered, stands in a table of its own. That one is not partitioned: routing each call to a partition costs more than the
-- depth of one B-tree, which grows with the logarithm.
create table usage.idempotency_keys (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  -- The n-th feature of a call with several.
  item smallint not null default 0,
  items smallint not null default 1,
  kind text not null check (kind in ('consume', 'reserve')),
  user_id uuid,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  lifetime boolean not null,
  -- What was asked for.
  amount bigint not null check (amount > 0),
  -- What was counted: null while it is reserved only. Of it, so much from credits (which: drawn) and over the limit.
  taken bigint check (taken >= 0),
  from_credits bigint not null default 0,
  over bigint not null default 0,
  drawn jsonb,
  -- The first answer.
  used_after bigint not null,
  limit_value bigint,
  over_limit boolean not null default false,
  window_start timestamptz not null,
  window_end timestamptz,
  reservation_id uuid,
  expires_at timestamptz,
  -- Where it is in the log, and on which day; what was refunded of it.
  log_id uuid,
  day date not null,
  refunded bigint check (refunded >= 0),
  created_at timestamptz not null,
  primary key (workspace_id, key, item)
);

alter table usage.usage_logs rename to usage_logs_flat;
alter index usage.usage_logs_pkey rename to usage_logs_flat_pkey;
alter index usage.usage_logs_listed rename to usage_logs_flat_listed;
alter table usage.usage_logs_flat no force row level security;

-- Append-only: a refund appends a row with the negative amount.
create table usage.usage_logs (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  lifetime boolean not null,
  kind text not null check (kind in ('use', 'refund')),
  amount bigint not null check (amount <> 0),
  -- Of the amount: what credits paid, and what is over the limit. The counter has amount - from_credits.
  from_credits bigint not null default 0,
  over bigint not null default 0,
  idempotency_key text not null,
  window_start timestamptz not null,
  window_end timestamptz,
  -- The calendar day, in the workspace's time zone, that it counts for.
  day date not null,
  reason text,
  reverses uuid,
  occurred_at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, created_at, id)
) partition by range (created_at);
create table usage.usage_logs_default partition of usage.usage_logs default;

-- Puts a partition behind the tenant wall, with no grant at all: it is reached through usage.usage_logs alone.
create function usage.wall_log_partition(p_partition regclass) returns void language plpgsql as $$
declare
  own_rows constant text := $policy$workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid)$policy$;
begin
  execute format('alter table %s enable row level security', p_partition);
  execute format('alter table %s force row level security', p_partition);
  execute format('create policy tenant on %s to plinth_app using (%s) with check (%s)', p_partition, own_rows, own_rows);
  execute format('create policy platform on %s to plinth_system using (true) with check (true)', p_partition);
end $$;

-- Makes the partition of a month (UTC) unless it is there. What had gone to the default partition moves into it.
create function usage.add_log_partition(p_month date) returns void language plpgsql as $$
declare
  v_name constant text := 'usage_logs_' || to_char(p_month, 'YYYY_MM');
  v_from constant timestamptz := p_month::timestamp at time zone 'UTC';
  v_to constant timestamptz := (p_month + interval '1 month') at time zone 'UTC';
begin
  if to_regclass('usage.' || v_name) is not null then return; end if;
  -- The owner is held by a forced wall too; nobody else sees the table without it, as the lock is exclusive.
  alter table usage.usage_logs_default no force row level security;
  create table usage.usage_logs_moving (like usage.usage_logs);
  with moved as (delete from usage.usage_logs_default where created_at >= v_from and created_at < v_to returning *)
    insert into usage.usage_logs_moving select * from moved;
  alter table usage.usage_logs_default force row level security;
  -- Attached, and not made as a partition, so that others go on writing; and empty, because the check of the foreign key would be
  -- held by the wall of workspaces.
  execute format('create table usage.%I (like usage.usage_logs including all)', v_name);
  execute format('alter table usage.usage_logs attach partition usage.%I for values from (%L) to (%L)', v_name, v_from, v_to);
  execute format('insert into usage.%I select * from usage.usage_logs_moving', v_name);
  drop table usage.usage_logs_moving;
  perform usage.wall_log_partition(('usage.' || v_name)::regclass);
end $$;

-- Makes the partitions of this month and of the next ones, ahead of their time. Runs with its owner's rights, since the roles that
-- serve may make no table; it takes nothing and shows nothing.
create function usage.make_log_partitions() returns void language plpgsql security definer set search_path = pg_catalog as $$
declare
  v_this constant date := date_trunc('month', plinth.now() at time zone 'UTC');
  v_month date;
begin
  for v_month in select (v_this + make_interval(months => m))::date from generate_series(0, 2) m loop
    if to_regclass('usage.usage_logs_' || to_char(v_month, 'YYYY_MM')) is null then
      perform pg_advisory_xact_lock(hashtext('usage.make_log_partitions'));
      perform usage.add_log_partition(v_month);
    end if;
  end loop;
end $$;
revoke execute on function usage.make_log_partitions() from public;
grant execute on function usage.make_log_partitions() to plinth_system;
revoke execute on function usage.add_log_partition(date), usage.wall_log_partition(regclass) from public;

select usage.wall_log_partition('usage.usage_logs_default');
select usage.add_log_partition(month) from (
  select distinct date_trunc('month', created_at at time zone 'UTC')::date as month from usage.usage_logs_flat order by 1) m;
select usage.make_log_partitions();

insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, lifetime, kind, amount, idempotency_key,
    window_start, window_end, day, reason, reverses, occurred_at, created_at)
  select l.id, l.workspace_id, l.user_id, l.product, l.feature, l.subject_id, l.window_end is null,
    case when l.reverses is null then 'use' else 'refund' end, l.amount, coalesce(taken.idempotency_key, l.idempotency_key),
    l.window_start, l.window_end, l.day, case when l.reverses is null then null else 'provider_failed' end, l.reverses,
    coalesce(taken.created_at, l.created_at), l.created_at
  from usage.usage_logs_flat l
  left join usage.usage_logs_flat taken on taken.workspace_id = l.workspace_id and taken.id = l.reverses;
insert into usage.idempotency_keys (workspace_id, key, kind, user_id, product, feature, subject_id, lifetime, amount, taken, used_after,
    limit_value, window_start, window_end, log_id, day, refunded, created_at)
  select l.workspace_id, l.idempotency_key, 'consume', l.user_id, l.product, l.feature, l.subject_id, l.window_end is null, l.amount,
    l.amount, l.used_after, l.limit_value, l.window_start, l.window_end, l.id, l.day, -back.amount, l.created_at
  from usage.usage_logs_flat l
  left join usage.usage_logs_flat back on back.workspace_id = l.workspace_id and back.reverses = l.id
  where l.reverses is null;
drop table usage.usage_logs_flat;
select plinth.protect_tenant_table('usage.usage_logs', 'select, insert');
revoke update, delete on usage.usage_logs from plinth_system;
select plinth.protect_tenant_table('usage.idempotency_keys', 'select, insert, update');

-- 2. The counter: what is held by reservations beside what is used, and whether it counts for ever. A limit that counts for ever has
-- a counter of its own, so that a plan that counts by the day neither inherits nor wipes it.
alter table usage.usage_counters no force row level security;
alter table usage.usage_counters
  add column lifetime boolean not null default false,
  add column held bigint not null default 0 check (held >= 0),
  -- When the next open reservation is over; never later than that.
  add column next_expiry timestamptz,
  -- Whether the window began where the last one ended and not where it would have: after a change of zone or plan.
  add column shortened boolean not null default false,
  -- Refunds of the window, and what they came to.
  add column refunds integer not null default 0,
  add column refunded bigint not null default 0;
update usage.usage_counters set lifetime = true where window_end is null;
alter table usage.usage_counters force row level security;
alter table usage.usage_counters
  drop constraint usage_counters_pkey,
  add primary key (workspace_id, product, feature, subject_id, lifetime);

-- 3. What is held. A call with several features makes one row for each under one id.
create table usage.reservations (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  id uuid not null,
  item smallint not null,
  idempotency_key text not null,
  user_id uuid,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  lifetime boolean not null,
  amount bigint not null check (amount > 0),
  from_credits bigint not null default 0,
  over bigint not null default 0,
  drawn jsonb,
  limit_value bigint,
  policy text not null,
  status text not null default 'open' check (status in ('open', 'confirmed', 'released', 'expired')),
  -- What was asked for when it was confirmed, and what was counted.
  asked bigint,
  confirmed bigint,
  used_after bigint,
  window_start timestamptz not null,
  window_end timestamptz,
  day date not null,
  -- Half-open: at this instant it is over, whether anybody noticed or not.
  expires_at timestamptz not null,
  settled_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id, item)
) with (fillfactor = 70);
create index reservations_open on usage.reservations (workspace_id, product, feature, expires_at) where status = 'open';
create index reservations_due on usage.reservations (expires_at) where status = 'open';
select plinth.protect_tenant_table('usage.reservations', 'select, insert, update');

-- 4. Units beyond the window's: used when that has none left, those that end first before the others.
create table usage.credits (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  id uuid not null,
  product text not null,
  feature text not null,
  amount bigint not null check (amount > 0),
  remaining bigint not null check (remaining between 0 and amount),
  expires_at timestamptz,
  reason text not null check (length(reason) between 1 and 500),
  created_by uuid,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index credits_left on usage.credits (workspace_id, product, feature, expires_at, id) where remaining > 0;
create index credits_listed on usage.credits (workspace_id, created_at, id);
select plinth.protect_tenant_table('usage.credits', 'select, update');

-- 5. What was used over a limit that lets pass and counts: in each window, to be billed.
create table usage.overages (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  window_start timestamptz not null,
  window_end timestamptz,
  amount bigint not null check (amount >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, product, feature, subject_id, window_start)
);
create index overages_listed on usage.overages (workspace_id, created_at);
select plinth.protect_tenant_table('usage.overages', 'select, insert, update');

-- 6. The functions that count are of another shape: 0026 and 0027 make them.
drop function usage.consume(uuid, uuid, text, text, bigint, text, uuid);
drop function usage.give_back(uuid, text, uuid);
drop function usage.window_of(text, timestamptz, text);

-- down
drop function usage.make_log_partitions();
drop function usage.add_log_partition(date);
drop function usage.wall_log_partition(regclass);
drop table usage.overages;
drop table usage.credits;
drop table usage.reservations;

-- One counter for each subject again: that of the window, where there are both.
alter table usage.usage_counters no force row level security;
delete from usage.usage_counters c where c.lifetime and exists (
  select from usage.usage_counters o where o.workspace_id = c.workspace_id and o.product = c.product and o.feature = c.feature
    and o.subject_id = c.subject_id and not o.lifetime);
alter table usage.usage_counters force row level security;
alter table usage.usage_counters drop constraint usage_counters_pkey;
alter table usage.usage_counters
  drop column lifetime, drop column held, drop column next_expiry, drop column shortened, drop column refunds, drop column refunded,
  add primary key (workspace_id, product, feature, subject_id);

alter table usage.usage_logs rename to usage_logs_parts;
alter index usage.usage_logs_pkey rename to usage_logs_parts_pkey;
create table usage.usage_logs (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  amount bigint not null check (amount <> 0),
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  used_after bigint not null,
  limit_value bigint,
  window_start timestamptz not null,
  window_end timestamptz,
  day date not null,
  reverses uuid,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, idempotency_key),
  unique (workspace_id, reverses),
  foreign key (workspace_id, reverses) references usage.usage_logs (workspace_id, id)
);
alter table usage.usage_logs_parts no force row level security;
alter table usage.idempotency_keys no force row level security;
insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, amount, idempotency_key, used_after, limit_value,
    window_start, window_end, day, reverses, created_at)
  select l.id, l.workspace_id, l.user_id, l.product, l.feature, l.subject_id, l.amount,
    case when l.kind = 'refund' then 'give_back:' || l.reverses
         when coalesce(k.item, 0) = 0 then l.idempotency_key
         else left(l.idempotency_key, 200) || ':' || l.id end,
    case when l.kind = 'refund' then 0 else coalesce(k.used_after, 0) end, k.limit_value, l.window_start, l.window_end, l.day, l.reverses,
    l.created_at
  from usage.usage_logs_parts l
  left join usage.idempotency_keys k on k.workspace_id = l.workspace_id and k.log_id = coalesce(l.reverses, l.id);
create index usage_logs_listed on usage.usage_logs (workspace_id, created_at);
select plinth.protect_tenant_table('usage.usage_logs', 'select, insert');
drop table usage.usage_logs_parts;
drop table usage.idempotency_keys;

create function usage.window_of(p_window text, p_at timestamptz, p_time_zone text)
  returns table (window_start timestamptz, window_end timestamptz) language sql immutable
  begin atomic
    select case when p_window = 'none' then '-infinity'::timestamptz
                else date_trunc(p_window, p_at at time zone p_time_zone) at time zone p_time_zone end,
           case when p_window = 'none' then null
                else (date_trunc(p_window, p_at at time zone p_time_zone) + ('1 ' || p_window)::interval) at time zone p_time_zone end;
  end;

-- Takes `p_amount` units of a feature, or none: exactly the limit under any concurrency. The counter's row is locked first and
-- the limit read after that, in a statement of its own, so that a limit lowered while this call waited counts.
--
-- outcome: 'ok', 'replayed' (this key was used for the same before: its first answer), 'conflict' (this key was used for
-- something else), 'limit_reached', 'missing' (the plan does not have the feature), 'stale' (the snapshot must be computed).
create function usage.consume(
  p_workspace_id uuid, p_user_id uuid, p_product text, p_feature text, p_amount bigint, p_key text, p_log_id uuid,
  out outcome text, out limit_value bigint, out used bigint, out resets_at timestamptz
) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_zone text;
  v_feature jsonb;
  v_subject uuid;
  v_counter usage.usage_counters%rowtype;
  v_log usage.usage_logs%rowtype;
begin
  v_feature := entitlements.feature_of(p_workspace_id, p_product, p_feature);
  if v_feature is null then outcome := 'stale'; return; end if;
  if v_feature ->> 'kind' is distinct from 'limit' then outcome := 'missing'; return; end if;

  loop
    v_subject := case when v_feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end;
    select * into v_counter from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature and c.subject_id = v_subject
      for update;
    if not found or v_now >= v_counter.window_end then
      select w.time_zone into v_zone from workspaces.workspaces w where w.id = p_workspace_id;
      insert into usage.usage_counters as c (workspace_id, product, feature, subject_id, used, window_start, window_end)
        select p_workspace_id, p_product, p_feature, v_subject, 0, o.window_start, o.window_end
        from usage.window_of(v_feature ->> 'window', v_now, v_zone) o
        on conflict (workspace_id, product, feature, subject_id) do update
          set used = case when v_now >= c.window_end then 0 else c.used end,
              window_start = case when v_now >= c.window_end then excluded.window_start else c.window_start end,
              window_end = case when v_now >= c.window_end then excluded.window_end else c.window_end end
        returning * into v_counter;
    end if;
    v_feature := entitlements.feature_of(p_workspace_id, p_product, p_feature);
    if v_feature is null then outcome := 'stale'; return; end if;
    if v_feature ->> 'kind' is distinct from 'limit' then outcome := 'missing'; return; end if;
    exit when v_subject = case when v_feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end;
  end loop;

  limit_value := (v_feature ->> 'limit')::bigint;
  used := v_counter.used;
  resets_at := v_counter.window_end;
  select * into v_log from usage.usage_logs l where l.workspace_id = p_workspace_id and l.idempotency_key = p_key;
  if found then
    outcome := case when v_log.product = p_product and v_log.feature = p_feature and v_log.amount = p_amount
                     and v_log.subject_id = v_subject then 'replayed' else 'conflict' end;
    limit_value := v_log.limit_value;
    used := v_log.used_after;
    resets_at := v_log.window_end;
    return;
  end if;
  if v_counter.used + p_amount > limit_value then outcome := 'limit_reached'; return; end if;

  used := v_counter.used + p_amount;
  select coalesce(v_zone, w.time_zone) into v_zone from workspaces.workspaces w where w.id = p_workspace_id;
  with logged as (
    insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, amount, idempotency_key,
        used_after, limit_value, window_start, window_end, day, created_at)
      values (p_log_id, p_workspace_id, p_user_id, p_product, p_feature, v_subject, p_amount, p_key,
        used, limit_value, v_counter.window_start, v_counter.window_end, (v_now at time zone v_zone)::date, v_now)
      on conflict (workspace_id, idempotency_key) do nothing
      returning day
  ), counted as (
    update usage.usage_counters c set used = c.used + p_amount, updated_at = v_now
      from logged
      where c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature and c.subject_id = v_subject
  ), aggregated as (
    insert into usage.workspace_daily_usage as d (workspace_id, day, product, feature, used)
      select p_workspace_id, logged.day, p_product, p_feature, p_amount from logged
      on conflict (workspace_id, day, product, feature) do update set used = d.used + excluded.used
  )
  select case when exists (select from logged) then 'ok' else 'conflict' end into outcome;
end $$;

-- Gives back what the key took: into the window it was taken from, once. A closed window's counter is not touched.
-- outcome: 'ok', 'already' (given back before), 'unknown' (nothing was taken under this key).
create function usage.give_back(p_workspace_id uuid, p_key text, p_log_id uuid, out outcome text) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_log usage.usage_logs%rowtype;
begin
  select * into v_log from usage.usage_logs l
    where l.workspace_id = p_workspace_id and l.idempotency_key = p_key and l.reverses is null;
  if not found then outcome := 'unknown'; return; end if;
  perform from usage.usage_counters c
    where c.workspace_id = p_workspace_id and c.product = v_log.product and c.feature = v_log.feature
      and c.subject_id = v_log.subject_id for update;
  with reversed as (
    insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, amount, idempotency_key,
        used_after, limit_value, window_start, window_end, day, reverses, created_at)
      values (p_log_id, p_workspace_id, v_log.user_id, v_log.product, v_log.feature, v_log.subject_id, -v_log.amount,
        'give_back:' || v_log.id, 0, v_log.limit_value, v_log.window_start, v_log.window_end, v_log.day, v_log.id, v_now)
      on conflict do nothing
      returning day
  ), counted as (
    update usage.usage_counters c set used = greatest(0, c.used - v_log.amount), updated_at = v_now
      from reversed
      where c.workspace_id = p_workspace_id and c.product = v_log.product and c.feature = v_log.feature
        and c.subject_id = v_log.subject_id and c.window_start = v_log.window_start
  ), aggregated as (
    update usage.workspace_daily_usage d set used = d.used - v_log.amount
      from reversed
      where d.workspace_id = p_workspace_id and d.day = reversed.day and d.product = v_log.product and d.feature = v_log.feature
  )
  select case when exists (select from reversed) then 'ok' else 'already' end into outcome;
end $$;
