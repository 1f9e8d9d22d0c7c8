-- What AI calls may cost and have cost: reserved before a call, settled after it, summed by day.
-- Amounts are pico-USD. One attempt's fits a bigint; sums are numeric, because a bigint ends at 9.2 million USD.

-- up
create schema ai_ledger;
grant usage on schema ai_ledger to plinth_app, plinth_system;

alter table ai.ai_usage_events set schema ai_ledger;
alter table ai_ledger.ai_usage_events
  add column operation text not null default 'complete' check (operation in ('complete', 'stream', 'embed', 'speak', 'transcribe')),
  -- The day (UTC) whose budgets it counts in: that of the reservation, even where the call ended on the next.
  add column day date,
  add column cache_write_tokens integer not null default 0 check (cache_write_tokens >= 0),
  add column reasoning_tokens integer not null default 0 check (reasoning_tokens >= 0),
  add column images integer not null default 0 check (images >= 0),
  add column audio_ms integer not null default 0 check (audio_ms >= 0),
  add column first_token_ms integer check (first_token_ms >= 0),
  add column prompt text,
  drop constraint ai_usage_events_outcome_check,
  add constraint ai_usage_events_outcome_check
    check (outcome in ('ok', 'error', 'timeout', 'aborted', 'partial', 'unknown_billed'));
-- Cursors hold milliseconds.
update ai_ledger.ai_usage_events
  set day = (created_at at time zone 'UTC')::date, created_at = date_trunc('milliseconds', created_at);
alter table ai_ledger.ai_usage_events alter column day set not null, alter column operation drop default;
drop index ai_ledger.ai_usage_events_listed;
create index ai_usage_events_listed on ai_ledger.ai_usage_events (workspace_id, created_at, id);
-- Entered by the ledger alone, for many workspaces at once.
revoke insert on ai_ledger.ai_usage_events from plinth_app;

-- What was used in a day, so that no question about usage counts attempts.
create table ai_ledger.usage_days (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  day date not null,
  feature text not null,
  model text not null,
  provider text not null,
  calls bigint not null,
  attempts bigint not null,
  failed_attempts bigint not null,
  estimated_attempts bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  cache_write_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  images bigint not null,
  audio_ms bigint not null,
  cost_pico_usd numeric not null,
  primary key (workspace_id, day, feature, model, provider)
) with (fillfactor = 70);
create index usage_days_of_all on ai_ledger.usage_days (day, feature);
select plinth.protect_tenant_table('ai_ledger.usage_days', 'select');

insert into ai_ledger.usage_days
  select workspace_id, day, feature, model, provider, count(*) filter (where attempt = 1), count(*), count(*) filter (where outcome <> 'ok'),
    count(*) filter (where estimated), sum(input_tokens), sum(cached_input_tokens), 0, sum(output_tokens), 0, 0, 0, sum(cost_pico_usd)
  from ai_ledger.ai_usage_events group by 1, 2, 3, 4, 5;

-- A workspace's budgets of a day, and what stands in them. `subject`: '' for the workspace, the feature's name, or the person's id.
-- No check holds the sums above zero: a wrong sum must not keep a cost from being entered.
create table ai_ledger.spending (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  day date not null,
  scope text not null check (scope in ('workspace', 'workspace_feature', 'user')),
  subject text not null,
  spent_pico_usd numeric not null default 0,
  reserved_pico_usd numeric not null default 0,
  -- As the last reservation was told it; null where nothing limits it.
  limit_pico_usd numeric,
  warned_at timestamptz,
  exhausted_at timestamptz,
  primary key (workspace_id, day, scope, subject)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
select plinth.protect_tenant_table('ai_ledger.spending', 'select');

insert into ai_ledger.spending (workspace_id, day, scope, subject, spent_pico_usd)
  select e.workspace_id, e.day, k.scope, k.subject, sum(e.cost_pico_usd)
  from ai_ledger.ai_usage_events e
  cross join lateral (values ('workspace', ''), ('workspace_feature', e.feature), ('user', e.user_id::text)) k (scope, subject)
  where k.subject is not null group by 1, 2, 3, 4;

-- A feature's budget of a day, over all workspaces. There is a row only where the feature has a limit: else all workspaces would wait for one another.
create table ai_ledger.feature_spending (
  day date not null,
  feature text not null,
  spent_pico_usd numeric not null,
  reserved_pico_usd numeric not null default 0,
  limit_pico_usd numeric,
  warned_at timestamptz,
  exhausted_at timestamptz,
  primary key (day, feature)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
grant select, insert, update, delete on ai_ledger.feature_spending to plinth_system;

-- Room that is set aside for calls that run. A row goes when its call settles; one that was released at its end stays a week, so that
-- a late settlement finds its day. No foreign key to the workspace: it would lock that row with every call.
create table ai_ledger.reservations (
  workspace_id uuid not null,
  call_id uuid not null,
  user_id uuid,
  feature text not null,
  day date not null,
  -- The budgets that it was set aside in.
  scopes text[] not null,
  amount_pico_usd numeric not null check (amount_pico_usd >= 0),
  -- What of it is still set aside, and what the call's attempts have cost so far.
  held_pico_usd numeric not null,
  spent_pico_usd numeric not null default 0,
  expires_at timestamptz not null,
  released_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, call_id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
create index reservations_open on ai_ledger.reservations (expires_at) where released_at is null;
create index reservations_released on ai_ledger.reservations (released_at) where released_at is not null;
select plinth.protect_tenant_table('ai_ledger.reservations', 'select');

-- Every function locks in one order: reservations, usage events, features' budgets, workspaces' budgets, daily usage; each by its key. Rows are looked
-- for one by one (`cross join lateral … limit 1`, `on conflict`): a join would be planned by what was known of a table when it was small.

-- Adds to what is spent and set aside. `p_moves`: [{workspace_id, day, feature, user_id, scopes, spent, held}], where held is what changes
-- in the budgets named by scopes. Answers the budgets that have come to the warning and were not announced.
create function ai_ledger.move(p_moves jsonb) returns jsonb language plpgsql as $$
declare
  v_move record;
  v_is_near boolean;
  v_features jsonb := '[]';
  v_of_workspaces jsonb;
begin
  for v_move in
    select x.day, x.feature, sum(x.spent) as spent, coalesce(sum(x.held) filter (where x.scopes ? 'feature'), 0) as held
    from jsonb_to_recordset(p_moves) as x (day date, feature text, scopes jsonb, spent numeric, held numeric) group by 1, 2 order by 1, 2
  loop
    update ai_ledger.feature_spending f set spent_pico_usd = f.spent_pico_usd + v_move.spent,
        reserved_pico_usd = f.reserved_pico_usd + v_move.held
      where f.day = v_move.day and f.feature = v_move.feature
      returning f.warned_at is null and f.spent_pico_usd >= 0.8 * f.limit_pico_usd into v_is_near;
    if v_is_near then
      v_features := v_features || jsonb_build_object('day', v_move.day, 'scope', 'feature', 'subject', v_move.feature);
    end if;
  end loop;
  with moved as (
    insert into ai_ledger.spending as s (workspace_id, day, scope, subject, spent_pico_usd, reserved_pico_usd)
    select m.workspace_id, m.day, k.scope, k.subject, sum(m.spent), sum(case when m.scopes ? k.scope then m.held else 0 end)
    from jsonb_to_recordset(p_moves)
        as m (workspace_id uuid, day date, feature text, user_id text, scopes jsonb, spent numeric, held numeric)
      cross join lateral (values ('workspace', ''), ('workspace_feature', m.feature), ('user', m.user_id)) k (scope, subject)
    where k.subject is not null
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (workspace_id, day, scope, subject) do update
      set spent_pico_usd = s.spent_pico_usd + excluded.spent_pico_usd, reserved_pico_usd = s.reserved_pico_usd + excluded.reserved_pico_usd
    returning s.*
  )
  select jsonb_agg(jsonb_build_object('workspace_id', workspace_id, 'day', day, 'scope', scope, 'subject', subject)) into v_of_workspaces
    from moved where warned_at is null and spent_pico_usd >= 0.8 * limit_pico_usd;
  return v_features || coalesce(v_of_workspaces, '[]');
end $$;

-- The budgets that items of `ai_ledger.reserve` concern: those that they give a limit for, in the order in which they refuse.
create function ai_ledger.budgets_of(p_items jsonb)
  returns table (rank integer, workspace_id uuid, scope text, subject text, limit_pico_usd numeric, amount numeric)
  language sql immutable as $$
  select k.rank, i.workspace_id, k.scope, k.subject, k.limit_pico_usd, i.amount
  from jsonb_to_recordset(p_items) as i (workspace_id uuid, user_id text, feature text, amount numeric, limits jsonb)
    cross join lateral (values
      (1, 'feature', i.feature, (i.limits ->> 'feature')::numeric),
      (2, 'workspace', '', (i.limits ->> 'workspace')::numeric),
      (3, 'workspace_feature', i.feature, (i.limits ->> 'workspace_feature')::numeric),
      (4, 'user', i.user_id, (i.limits ->> 'user')::numeric)
    ) k (rank, scope, subject, limit_pico_usd)
  where k.limit_pico_usd is not null and k.subject is not null
$$;

-- Adds the items' amounts to what is set aside, whether there is room or not; whether there was. Locks the budgets, and makes those that were not there.
create function ai_ledger.set_aside(p_items jsonb, p_day date) returns boolean language plpgsql as $$
declare
  v_features_full boolean;
  v_full boolean;
begin
  with moved as (
    insert into ai_ledger.feature_spending as f (day, feature, spent_pico_usd, reserved_pico_usd, limit_pico_usd)
    select p_day, b.subject,
      -- A feature that gets a limit in the middle of the day begins with what it has cost.
      case when exists (select from ai_ledger.feature_spending x where x.day = p_day and x.feature = b.subject) then 0
        else (select coalesce(sum(u.cost_pico_usd), 0) from ai_ledger.usage_days u where u.day = p_day and u.feature = b.subject) end,
      b.amount, b.lowest
    from (
      select x.subject, sum(x.amount) as amount, min(x.limit_pico_usd) as lowest
      from ai_ledger.budgets_of(p_items) x where x.scope = 'feature' group by 1
    ) b
    order by 2
    on conflict (day, feature) do update
      set reserved_pico_usd = f.reserved_pico_usd + excluded.reserved_pico_usd, limit_pico_usd = excluded.limit_pico_usd
    returning f.spent_pico_usd + f.reserved_pico_usd > f.limit_pico_usd as is_full
  )
  select bool_or(is_full) into v_features_full from moved;
  with moved as (
    insert into ai_ledger.spending as s (workspace_id, day, scope, subject, reserved_pico_usd, limit_pico_usd)
    select x.workspace_id, p_day, x.scope, x.subject, sum(x.amount), min(x.limit_pico_usd)
    from ai_ledger.budgets_of(p_items) x where x.scope <> 'feature'
    group by 1, 2, 3, 4 order by 1, 2, 3, 4
    on conflict (workspace_id, day, scope, subject) do update
      set reserved_pico_usd = s.reserved_pico_usd + excluded.reserved_pico_usd, limit_pico_usd = excluded.limit_pico_usd
    returning s.spent_pico_usd + s.reserved_pico_usd > s.limit_pico_usd as is_full
  )
  select bool_or(is_full) into v_full from moved;
  return not coalesce(v_features_full or v_full, v_features_full, v_full, false);
end $$;

-- Sets room aside in the order of the items, each in all of its budgets or in none, and never less than was asked for.
-- `p_items`: [{workspace_id, user_id, feature, call_id, amount, ttl, limits: {scope: pico-USD}}].
-- Answers {day, refused: [{n, scope, subject, limit, spent, reserved, is_new}]}, n from 1; is_new: not announced so far.
create function ai_ledger.reserve(p_items jsonb) returns jsonb language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_day constant date := (v_now at time zone 'UTC')::date;
  v_full record;
  v_refused jsonb := '[]';
  v_admitted jsonb := p_items;
  v_item jsonb;
  v_n bigint;
begin
  -- Mostly there is room for all of them, and then their order says nothing.
  begin
    if not ai_ledger.set_aside(p_items, v_day) then raise exception using errcode = 'UX001'; end if;
  exception when sqlstate 'UX001' then
    v_admitted := '[]';
  end;
  if v_admitted = '[]' then
    -- Locks all budgets in their order, and leaves their limits with them, before one item after the other takes what it wants.
    perform ai_ledger.set_aside((select jsonb_agg(x.value || '{"amount": 0}') from jsonb_array_elements(p_items) x), v_day);
    for v_item, v_n in select x.value, x.ordinality from jsonb_array_elements(p_items) with ordinality x order by 2 loop
      select b.scope, b.subject, b.limit_pico_usd, x.spent_pico_usd, x.reserved_pico_usd, x.exhausted_at is null as is_new into v_full
        from ai_ledger.budgets_of(jsonb_build_array(v_item)) b
          cross join lateral (
            select f.spent_pico_usd, f.reserved_pico_usd, f.exhausted_at from ai_ledger.feature_spending f
              where b.scope = 'feature' and f.day = v_day and f.feature = b.subject
            union all
            select s.spent_pico_usd, s.reserved_pico_usd, s.exhausted_at from ai_ledger.spending s
              where s.workspace_id = b.workspace_id and s.day = v_day and s.scope = b.scope and s.subject = b.subject
            limit 1
          ) x
        where x.spent_pico_usd + x.reserved_pico_usd + b.amount > b.limit_pico_usd
        order by b.rank limit 1;
      if found then
        v_refused := v_refused || jsonb_build_object('n', v_n, 'scope', v_full.scope, 'subject', v_full.subject, 'limit',
          v_full.limit_pico_usd::text, 'spent', v_full.spent_pico_usd::text, 'reserved', v_full.reserved_pico_usd::text, 'is_new', v_full.is_new);
      else
        perform ai_ledger.set_aside(jsonb_build_array(v_item), v_day);
        v_admitted := v_admitted || v_item;
      end if;
    end loop;
  end if;

  insert into ai_ledger.reservations (workspace_id, call_id, user_id, feature, day, scopes, amount_pico_usd, held_pico_usd, expires_at, created_at)
    select i.workspace_id, i.call_id, i.user_id, i.feature, v_day,
      (select coalesce(array_agg(key), '{}') from jsonb_object_keys(i.limits) key where key <> 'user' or i.user_id is not null),
      i.amount, i.amount, v_now + make_interval(secs => i.ttl), v_now
    from jsonb_to_recordset(v_admitted)
      as i (workspace_id uuid, call_id uuid, user_id uuid, feature text, amount numeric, ttl double precision, limits jsonb);
  return jsonb_build_object('day', v_day, 'refused', v_refused);
end $$;

-- Enters attempts, each once for its (call_id, attempt), and what they cost; an item with `settles` ends its call's reservation with the
-- call's whole cost. `p_items`: usage events as rows, with `settles`: null or {day, total}. Answers the budgets to be warned of.
create function ai_ledger.record(p_items jsonb) returns jsonb language plpgsql as $$
declare
  v_now constant timestamptz := date_trunc('milliseconds', plinth.now());
  v_today constant date := (v_now at time zone 'UTC')::date;
  v_held jsonb;
  v_rows ai_ledger.ai_usage_events[];
  v_new uuid[];
  v_calls jsonb;
  v_moves jsonb;
  v_call record;
begin
  select coalesce(jsonb_agg(to_jsonb(r)), '[]') into v_held
    from (
      select distinct i.workspace_id, i.call_id from jsonb_to_recordset(p_items) as i (workspace_id uuid, call_id uuid) order by 1, 2
    ) i
    cross join lateral (
      select r.call_id, r.ctid as at, r.day, r.scopes, r.held_pico_usd as held, r.spent_pico_usd as spent
      from ai_ledger.reservations r where r.workspace_id = i.workspace_id and r.call_id = i.call_id limit 1 for update
    ) r;

  select array_agg(jsonb_populate_record(null::ai_ledger.ai_usage_events, i.value || jsonb_build_object('created_at', v_now, 'day',
      coalesce(r.day, (i.value -> 'settles' ->> 'day')::date, v_today))))
    into v_rows
    from jsonb_array_elements(p_items) i
      left join jsonb_to_recordset(v_held) as r (call_id text, day date) on r.call_id = i.value ->> 'call_id';
  with entered as (
    insert into ai_ledger.ai_usage_events select * from unnest(v_rows) e order by e.workspace_id, e.call_id, e.attempt
      on conflict (workspace_id, call_id, attempt) do nothing returning id
  )
  select coalesce(array_agg(id), '{}') into v_new from entered;

  -- What each call adds: its new attempts; and where it settles, what its total has beyond what was entered. What is held is given back as far as
  -- it is spent, all of it at the end. A call that was settled before adds nothing.
  select jsonb_agg(jsonb_build_object('workspace_id', e.workspace_id, 'feature', e.feature, 'user_id', e.user_id, 'day', e.day,
      'scopes', coalesce(r.scopes, '[]'), 'at', r.at, 'is_settled', c.total is not null,
      'held', -least(r.held, case when c.total is null then c.cost else r.held end),
      'spent', case when c.total is null or r.at is null then c.cost else c.total - r.spent end))
    into v_calls
    from (
      select e.call_id, min(e.id::text)::uuid as id, coalesce(sum(e.cost_pico_usd) filter (where e.id = any (v_new)), 0) as cost,
        max((i.settles ->> 'total')::numeric) as total
      from unnest(v_rows) e join jsonb_to_recordset(p_items) as i (id uuid, settles jsonb) on i.id = e.id group by 1
    ) c
    join unnest(v_rows) e on e.id = c.id
    left join jsonb_to_recordset(v_held) as r (call_id uuid, at tid, scopes jsonb, held numeric, spent numeric) on r.call_id = c.call_id;
  delete from ai_ledger.reservations r
    where r.ctid = any (array(select x.at from jsonb_to_recordset(v_calls) as x (at tid, is_settled boolean) where x.is_settled and x.at is not null));
  for v_call in
    select x.at, x.held, x.spent from jsonb_to_recordset(v_calls) as x (at tid, is_settled boolean, held numeric, spent numeric)
    where x.at is not null and not x.is_settled
  loop
    update ai_ledger.reservations r set held_pico_usd = r.held_pico_usd + v_call.held, spent_pico_usd = r.spent_pico_usd + v_call.spent
      where r.ctid = v_call.at;
  end loop;
  select jsonb_agg(x.value || jsonb_build_object('held', coalesce(x.value -> 'held', '0'))) into v_moves
    from jsonb_array_elements(v_calls) x where x.value ->> 'spent' <> '0' or x.value ->> 'held' <> '0';
  if v_moves is not null then v_moves := ai_ledger.move(v_moves); end if;

  insert into ai_ledger.usage_days as u
    select e.workspace_id, e.day, e.feature, e.model, e.provider, count(*) filter (where e.attempt = 1), count(*),
      count(*) filter (where e.outcome <> 'ok'), count(*) filter (where e.estimated), sum(e.input_tokens), sum(e.cached_input_tokens),
      sum(e.cache_write_tokens), sum(e.output_tokens), sum(e.reasoning_tokens), sum(e.images), sum(e.audio_ms), sum(e.cost_pico_usd)
    from unnest(v_rows) e where e.id = any (v_new)
    group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
    on conflict (workspace_id, day, feature, model, provider) do update set calls = u.calls + excluded.calls,
      attempts = u.attempts + excluded.attempts, failed_attempts = u.failed_attempts + excluded.failed_attempts,
      estimated_attempts = u.estimated_attempts + excluded.estimated_attempts, input_tokens = u.input_tokens + excluded.input_tokens,
      cached_input_tokens = u.cached_input_tokens + excluded.cached_input_tokens,
      cache_write_tokens = u.cache_write_tokens + excluded.cache_write_tokens, output_tokens = u.output_tokens + excluded.output_tokens,
      reasoning_tokens = u.reasoning_tokens + excluded.reasoning_tokens, images = u.images + excluded.images,
      audio_ms = u.audio_ms + excluded.audio_ms, cost_pico_usd = u.cost_pico_usd + excluded.cost_pico_usd;
  return coalesce(v_moves, '[]');
end $$;

-- Gives back what is held for calls that never went out.
create function ai_ledger.release(p_items jsonb) returns void language plpgsql as $$
declare
  v_at tid[];
  v_moves jsonb;
begin
  select array_agg(x.at) into v_at
    from (
      select distinct i.workspace_id, i.call_id from jsonb_to_recordset(p_items) as i (workspace_id uuid, call_id uuid) order by 1, 2
    ) i
    cross join lateral (
      select r.ctid as at from ai_ledger.reservations r where r.workspace_id = i.workspace_id and r.call_id = i.call_id limit 1 for update
    ) x;
  with gone as (delete from ai_ledger.reservations r where r.ctid = any (v_at) returning r.*)
  select jsonb_agg(to_jsonb(gone) || jsonb_build_object('spent', 0, 'held', -held_pico_usd)) into v_moves from gone;
  if v_moves is not null then perform ai_ledger.move(v_moves); end if;
end $$;

-- Gives back what is held for calls whose time is over, at most so many; how many there were. What they have cost so far stays spent.
create function ai_ledger.reap(p_most integer) returns integer language plpgsql as $$
declare
  v_at tid[];
  v_moves jsonb;
begin
  select array_agg(r.at), jsonb_agg(to_jsonb(r) || '{"spent": 0}') into v_at, v_moves
    from (
      select x.ctid as at, x.workspace_id, x.day, x.feature, x.user_id, x.scopes, -x.held_pico_usd as held
      from ai_ledger.reservations x
      where x.released_at is null and x.expires_at <= plinth.now() order by x.expires_at limit p_most for update skip locked
    ) r;
  if v_at is null then return 0; end if;
  update ai_ledger.reservations r set released_at = plinth.now(), held_pico_usd = 0 where r.ctid = any (v_at);
  perform ai_ledger.move(v_moves);
  return cardinality(v_at);
end $$;

-- down
drop function ai_ledger.reap(integer);
drop function ai_ledger.release(jsonb);
drop function ai_ledger.record(jsonb);
drop function ai_ledger.set_aside(jsonb, date);
drop function ai_ledger.reserve(jsonb);
drop function ai_ledger.budgets_of(jsonb);
drop function ai_ledger.move(jsonb);
drop index ai_ledger.ai_usage_events_listed;
delete from ai_ledger.ai_usage_events where operation <> 'complete';
alter table ai_ledger.ai_usage_events
  drop column operation, drop column day, drop column cache_write_tokens, drop column reasoning_tokens, drop column images,
  drop column audio_ms, drop column first_token_ms, drop column prompt;
update ai_ledger.ai_usage_events set outcome = case outcome when 'partial' then 'ok' else 'timeout' end where outcome in ('partial', 'unknown_billed');
alter table ai_ledger.ai_usage_events
  drop constraint ai_usage_events_outcome_check,
  add constraint ai_usage_events_outcome_check check (outcome in ('ok', 'error', 'timeout', 'aborted'));
create index ai_usage_events_listed on ai_ledger.ai_usage_events (workspace_id, created_at);
grant insert on ai_ledger.ai_usage_events to plinth_app;
alter table ai_ledger.ai_usage_events set schema ai;
drop schema ai_ledger cascade;
