-- What was used of what a workspace has: the counter of the running window, the log, the daily aggregate.

-- up
create schema usage;
grant usage on schema usage to plinth_app, plinth_system;

-- One row per counted subject (the workspace, or a member of it) and feature; it rolls over when its window ends.
create table usage.usage_counters (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  used bigint not null check (used >= 0),
  window_start timestamptz not null,
  -- The first instant of the next window; null when the limit counts for ever.
  window_end timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, product, feature, subject_id)
) with (fillfactor = 70);
create index usage_counters_listed on usage.usage_counters (workspace_id, created_at);
select plinth.protect_tenant_table('usage.usage_counters', 'select, insert, update');

-- Append-only: giving back appends a row with the negative amount.
create table usage.usage_logs (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid,
  product text not null,
  feature text not null,
  subject_id uuid not null,
  amount bigint not null check (amount <> 0),
  idempotency_key text not null check (length(idempotency_key) between 1 and 255),
  -- The counter as this row left it, so that a repeated call gets the first answer.
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
create index usage_logs_listed on usage.usage_logs (workspace_id, created_at);
select plinth.protect_tenant_table('usage.usage_logs', 'select, insert');

create table usage.workspace_daily_usage (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  -- The calendar day in the workspace's time zone.
  day date not null,
  product text not null,
  feature text not null,
  used bigint not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, day, product, feature)
) with (fillfactor = 70);
select plinth.protect_tenant_table('usage.workspace_daily_usage', 'select, insert, update');

-- The half-open window around an instant, in a time zone: a local calendar day, an ISO week (from Monday), a month, or for ever.
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

-- down
drop schema usage cascade;
