-- How usage counts: windows, credits, overage, and the whole of a consumption in one call.

-- up
-- The half-open window around an instant, in a time zone: a local calendar day, a week, a month (of the calendar, or from an anchor
-- on), or for ever. Windows that follow each other leave no gap: a day may have 23 or 25 hours, and where a midnight comes twice the
-- day begins at the second. The n-th month from an anchor is counted from the anchor: after a 31st come the 28th and the 31st again.
create function usage.window_of(p_window text, p_at timestamptz, p_time_zone text, p_week_starts text default 'monday',
  p_anchor timestamptz default null, out window_start timestamptz, out window_end timestamptz) language plpgsql immutable as $$
declare
  v_local constant timestamp := p_at at time zone p_time_zone;
  v_shift constant interval := case when p_window <> 'week' then '0' when p_week_starts = 'sunday' then '1 day'
    when p_week_starts = 'saturday' then '2 days' else '0' end;
  v_step interval;
  v_origin timestamp;
  v_n integer := 0;
begin
  if p_window = 'none' then window_start := '-infinity'; return; end if;
  v_step := ('1 ' || p_window)::interval;
  if p_window = 'month' and p_anchor is not null then
    v_origin := p_anchor at time zone p_time_zone;
    v_n := (extract(year from v_local) - extract(year from v_origin)) * 12 + extract(month from v_local) - extract(month from v_origin);
  else
    v_origin := date_trunc(p_window, v_local + v_shift) - v_shift;
  end if;
  while (v_origin + v_n * v_step) at time zone p_time_zone > p_at loop v_n := v_n - 1; end loop;
  while (v_origin + (v_n + 1) * v_step) at time zone p_time_zone <= p_at loop v_n := v_n + 1; end loop;
  window_start := (v_origin + v_n * v_step) at time zone p_time_zone;
  window_end := (v_origin + (v_n + 1) * v_step) at time zone p_time_zone;
end $$;

-- The window that a feature counts in.
create function usage.window_for(p_feature jsonb, p_at timestamptz, p_time_zone text,
  out window_start timestamptz, out window_end timestamptz) language plpgsql stable as $$
begin
  select o.window_start, o.window_end into window_start, window_end
    from usage.window_of(p_feature ->> 'window', p_at, p_time_zone, coalesce(p_feature ->> 'week_starts', 'monday'),
      case when p_feature ->> 'anchor' = 'subscription' then (p_feature ->> 'anchor_at')::timestamptz end) o;
end $$;

-- Puts units back into the credits that they came from: [{"id": ..., "amount": ...}, ...].
create function usage.return_credits(p_workspace_id uuid, p_drawn jsonb) returns void language plpgsql as $$
begin
  if p_drawn is null then return; end if;
  perform from usage.credits k join jsonb_to_recordset(p_drawn) as d (id uuid, amount bigint) on k.id = d.id
    where k.workspace_id = p_workspace_id order by k.expires_at nulls last, k.id for update of k;
  update usage.credits k set remaining = least(k.amount, k.remaining + d.amount)
    from jsonb_to_recordset(p_drawn) as d (id uuid, amount bigint)
    where k.workspace_id = p_workspace_id and k.id = d.id;
end $$;

-- Draws units from credits, those that end first before the others: all that is asked for or, where that may be, what there is.
create function usage.draw_credits(p_workspace_id uuid, p_product text, p_feature text, p_amount bigint, p_partly boolean,
  out taken bigint, out drawn jsonb) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_held usage.reservations%rowtype;
  v_credit record;
begin
  -- Other members' reservations that are over may hold credits: those come back first. One that is being settled is left alone.
  for v_held in select * from usage.reservations r
    where r.workspace_id = p_workspace_id and r.product = p_product and r.feature = p_feature and r.status = 'open'
      and r.expires_at <= v_now and r.drawn is not null
    order by r.id, r.item for update skip locked
  loop
    perform usage.return_credits(p_workspace_id, v_held.drawn);
    update usage.reservations r set drawn = null
      where r.workspace_id = p_workspace_id and r.id = v_held.id and r.item = v_held.item;
  end loop;
  taken := 0;
  for v_credit in select k.id, k.remaining from usage.credits k
    where k.workspace_id = p_workspace_id and k.product = p_product and k.feature = p_feature and k.remaining > 0
      and (k.expires_at is null or k.expires_at > v_now)
    order by k.expires_at nulls last, k.id for update
  loop
    exit when taken = p_amount;
    drawn := coalesce(drawn, '[]') || jsonb_build_object('id', v_credit.id, 'amount', least(v_credit.remaining, p_amount - taken));
    taken := taken + least(v_credit.remaining, p_amount - taken);
  end loop;
  if taken < p_amount and not p_partly then taken := 0; drawn := null; return; end if;
  update usage.credits k set remaining = k.remaining - d.amount
    from jsonb_to_recordset(drawn) as d (id uuid, amount bigint)
    where k.workspace_id = p_workspace_id and k.id = d.id;
end $$;

-- Parts what was drawn: `p_back` units, the last drawn first, go back.
create function usage.split_drawn(p_drawn jsonb, p_back bigint, out kept jsonb, out returned jsonb) language plpgsql immutable as $$
declare
  v_left bigint := p_back;
  v_part jsonb;
  v_amount bigint;
begin
  for v_part in select value from jsonb_array_elements(p_drawn) with ordinality e order by e.ordinality desc loop
    v_amount := least(v_left, (v_part ->> 'amount')::bigint);
    v_left := v_left - v_amount;
    if v_amount > 0 then
      returned := coalesce(returned, '[]') || jsonb_build_object('id', v_part ->> 'id', 'amount', v_amount);
    end if;
    if (v_part ->> 'amount')::bigint > v_amount then
      kept := jsonb_build_object('id', v_part ->> 'id', 'amount', (v_part ->> 'amount')::bigint - v_amount) || coalesce(kept, '[]');
    end if;
  end loop;
end $$;

-- Adds to what is over in a window; negative takes off.
create function usage.add_overage(p_workspace_id uuid, p_product text, p_feature text, p_subject_id uuid, p_start timestamptz,
  p_end timestamptz, p_amount bigint) returns void language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
begin
  if p_amount = 0 then return; end if;
  insert into usage.overages as o (workspace_id, product, feature, subject_id, window_start, window_end, amount, created_at, updated_at)
    values (p_workspace_id, p_product, p_feature, p_subject_id, p_start, p_end, greatest(0, p_amount), v_now, v_now)
    on conflict (workspace_id, product, feature, subject_id, window_start)
      do update set amount = greatest(0, o.amount + p_amount), updated_at = v_now;
end $$;

-- Gives back what reservations of a counter hold that are over, the counter being locked. One of an earlier window gives back its
-- credits, and leaves the running window alone.
create function usage.expire_held(p_counter usage.usage_counters) returns usage.usage_counters language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  r usage.reservations%rowtype;
begin
  for r in select * from usage.reservations x
    where x.workspace_id = p_counter.workspace_id and x.product = p_counter.product and x.feature = p_counter.feature
      and x.subject_id = p_counter.subject_id and x.lifetime = p_counter.lifetime and x.status = 'open' and x.expires_at <= v_now
    order by x.id, x.item for update
  loop
    update usage.reservations x set status = 'expired', settled_at = v_now
      where x.workspace_id = r.workspace_id and x.id = r.id and x.item = r.item;
    update usage.idempotency_keys k set taken = 0, from_credits = 0, over = 0, drawn = null
      where k.workspace_id = r.workspace_id and k.key = r.idempotency_key and k.item = r.item;
    perform usage.return_credits(r.workspace_id, r.drawn);
    perform usage.add_overage(r.workspace_id, r.product, r.feature, r.subject_id, r.window_start, r.window_end, -r.over);
    if r.window_start = p_counter.window_start then p_counter.held := p_counter.held - (r.amount - r.from_credits); end if;
  end loop;
  select min(x.expires_at) into p_counter.next_expiry from usage.reservations x
    where x.workspace_id = p_counter.workspace_id and x.product = p_counter.product and x.feature = p_counter.feature
      and x.subject_id = p_counter.subject_id and x.lifetime = p_counter.lifetime and x.status = 'open';
  update usage.usage_counters c set held = p_counter.held, next_expiry = p_counter.next_expiry
    where c.workspace_id = p_counter.workspace_id and c.product = p_counter.product and c.feature = p_counter.feature
      and c.subject_id = p_counter.subject_id and c.lifetime = p_counter.lifetime;
  return p_counter;
end $$;

-- Begins the counter's next window. It begins where the last one ended when a changed zone or plan would have it overlap that, so a
-- change refills nothing; and a window that became short by this is followed by a full one, so that nobody lives on changes.
create function usage.roll_counter(p_counter usage.usage_counters, p_feature jsonb) returns usage.usage_counters language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_zone text;
  v_window record;
begin
  select w.time_zone into v_zone from workspaces.workspaces w where w.id = p_counter.workspace_id;
  select * into v_window from usage.window_for(p_feature, v_now, v_zone);
  if v_window.window_start >= p_counter.window_end then
    p_counter.window_start := v_window.window_start;
    p_counter.shortened := false;
  else
    p_counter.window_start := p_counter.window_end;
    if p_counter.shortened then select * into v_window from usage.window_for(p_feature, v_window.window_end, v_zone); end if;
    p_counter.shortened := not p_counter.shortened;
  end if;
  p_counter.window_end := v_window.window_end;
  update usage.usage_counters c
    set used = 0, held = 0, refunds = 0, refunded = 0, window_start = p_counter.window_start, window_end = p_counter.window_end,
      shortened = p_counter.shortened, updated_at = v_now
    where c.workspace_id = p_counter.workspace_id and c.product = p_counter.product and c.feature = p_counter.feature
      and c.subject_id = p_counter.subject_id and c.lifetime = p_counter.lifetime
    returning * into p_counter;
  return p_counter;
end $$;

-- Locks the counter that a feature counts on and brings it up to now; then reads the feature in a statement of its own, so that a limit
-- lowered while this call waited counts.
-- outcome: 'ok', 'missing' (the plan does not have the feature), 'stale' (the snapshot must be computed).
create function usage.take_counter(p_workspace_id uuid, p_user_id uuid, p_product text, p_feature text,
  out outcome text, out feature jsonb, out counter usage.usage_counters) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_subject uuid;
  v_lifetime boolean;
begin
  feature := entitlements.feature_of(p_workspace_id, p_product, p_feature);
  loop
    if feature is null then outcome := 'stale'; return; end if;
    if feature ->> 'kind' is distinct from 'limit' then outcome := 'missing'; return; end if;
    v_subject := case when feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end;
    v_lifetime := feature ->> 'window' = 'none';
    select * into counter from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature and c.subject_id = v_subject
        and c.lifetime = v_lifetime
      for update;
    if not found then
      insert into usage.usage_counters (workspace_id, product, feature, subject_id, lifetime, used, window_start, window_end)
        select p_workspace_id, p_product, p_feature, v_subject, v_lifetime, 0, o.window_start, o.window_end
        from workspaces.workspaces w, usage.window_for(feature, v_now, w.time_zone) o where w.id = p_workspace_id
        on conflict do nothing
        returning * into counter;
      -- Somebody else made it at the same time: lock that.
      continue when not found;
    elsif v_now >= counter.window_end then
      counter := usage.roll_counter(counter, feature);
    end if;
    feature := entitlements.feature_of(p_workspace_id, p_product, p_feature);
    exit when v_lifetime = (feature ->> 'window' = 'none')
      and v_subject = case when feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end;
  end loop;
  if v_now >= counter.next_expiry then counter := usage.expire_held(counter); end if;
  outcome := 'ok';
end $$;

-- How an amount beyond the window's room is met, the counter being locked: by credits, then by the feature's policy. A hard limit takes
-- all or nothing.
create function usage.cover(p_counter usage.usage_counters, p_feature jsonb, p_amount bigint,
  out is_covered boolean, out from_credits bigint, out over bigint, out drawn jsonb, out over_limit boolean) language plpgsql as $$
declare
  v_policy constant text := coalesce(p_feature ->> 'policy', 'hard');
  v_limit constant bigint := (p_feature ->> 'limit')::bigint;
  v_beyond constant bigint := case when v_limit is null then 0
    else p_amount - least(p_amount, greatest(0, v_limit - p_counter.used - p_counter.held)) end;
begin
  is_covered := true; from_credits := 0; over := 0; over_limit := v_policy <> 'hard' and v_beyond > 0;
  if v_beyond = 0 or v_policy = 'soft' then return; end if;
  select d.taken, d.drawn into from_credits, drawn
    from usage.draw_credits(p_counter.workspace_id, p_counter.product, p_counter.feature, v_beyond, v_policy = 'overage') d;
  if v_policy = 'overage' then over := v_beyond - from_credits; over_limit := over > 0; return; end if;
  is_covered := from_credits = v_beyond;
end $$;

-- Takes `p_amount` units of a feature, or none: exactly the limit under any concurrency. The whole of a consumption in one call.
-- What happened before the running window began (`p_occurred_at`) is reported for its own day and touches no limit.
--
-- outcome: 'ok', 'replayed' (this key was used for the same before: its first answer), 'conflict' (this key was used for
-- something else), 'limit_reached', 'missing' (the plan does not have the feature), 'stale' (the snapshot must be computed),
-- 'in_future' (by more than 5 minutes), 'too_old' (35 days).
create function usage.consume(
  p_workspace_id uuid, p_user_id uuid, p_product text, p_feature text, p_amount bigint, p_key text, p_log_id uuid,
  p_occurred_at timestamptz default null,
  out outcome text, out limit_value bigint, out used bigint, out resets_at timestamptz, out over bigint, out from_credits bigint,
  out over_limit boolean
) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_at constant timestamptz := least(coalesce(p_occurred_at, v_now), v_now);
  v_feature jsonb := entitlements.feature_of(p_workspace_id, p_product, p_feature);
  v_subject uuid;
  v_lifetime boolean;
  v_counter usage.usage_counters%rowtype;
  v_is_taken boolean := false;
  v_taken record;
  v_drawn jsonb;
  v_is_late boolean;
  v_start timestamptz;
begin
  -- The short way of usage.take_counter, for a counter that runs and a feature that stays as it is.
  if v_feature ->> 'kind' = 'limit' then
    v_subject := case when v_feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end;
    v_lifetime := v_feature ->> 'window' = 'none';
    select * into v_counter from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature and c.subject_id = v_subject
        and c.lifetime = v_lifetime
      for update;
    if found and coalesce(v_now < v_counter.window_end, true) and coalesce(v_now < v_counter.next_expiry, true) then
      v_feature := entitlements.feature_of(p_workspace_id, p_product, p_feature);
      v_is_taken := coalesce(v_feature ->> 'kind' = 'limit' and v_lifetime = (v_feature ->> 'window' = 'none')
        and v_subject = case when v_feature ->> 'per' = 'member' then coalesce(p_user_id, p_workspace_id) else p_workspace_id end, false);
    end if;
  end if;
  if not v_is_taken then
    select * into v_taken from usage.take_counter(p_workspace_id, p_user_id, p_product, p_feature);
    v_feature := v_taken.feature; v_counter := v_taken.counter; v_subject := v_counter.subject_id; v_lifetime := v_counter.lifetime;
    outcome := v_taken.outcome;
    if outcome = 'stale' then return; end if;
    if outcome = 'ok' then outcome := null; end if;
  end if;

  limit_value := (v_feature ->> 'limit')::bigint;
  used := v_counter.used + v_counter.held;
  resets_at := v_counter.window_end;
  v_start := v_counter.window_start;
  over := 0; from_credits := 0; over_limit := false;
  v_is_late := false;
  if p_occurred_at is not null and outcome is null then
    outcome := case when p_occurred_at > v_now + interval '5 minutes' then 'in_future'
      when p_occurred_at < v_now - interval '35 days' then 'too_old' end;
    v_is_late := v_at < v_start;
    if v_is_late then
      select o.window_start, o.window_end into v_start, resets_at
        from workspaces.workspaces w, usage.window_for(v_feature, v_at, w.time_zone) o where w.id = p_workspace_id;
    end if;
  end if;
  if outcome is null and not v_is_late then
    if used + p_amount > limit_value then
      -- A call that was counted before draws no credits for being told again.
      if not exists (select from usage.idempotency_keys k where k.workspace_id = p_workspace_id and k.key = p_key) then
        select c.from_credits, c.over, c.drawn, c.over_limit, case when not c.is_covered then 'limit_reached' end
          into from_credits, over, v_drawn, over_limit, outcome
          from usage.cover(v_counter, v_feature, p_amount) c;
      end if;
    end if;
    if outcome is null then used := used + p_amount - from_credits; end if;
  end if;

  if outcome is null then
    with claimed as (
      insert into usage.idempotency_keys (workspace_id, key, kind, user_id, product, feature, subject_id, lifetime, amount, taken,
          from_credits, over, drawn, used_after, limit_value, over_limit, window_start, window_end, log_id, day, created_at)
        select p_workspace_id, p_key, 'consume', p_user_id, p_product, p_feature, v_subject, v_lifetime, p_amount, p_amount,
          from_credits, over, v_drawn, used, limit_value, over_limit, v_start, resets_at, p_log_id,
          (v_at at time zone w.time_zone)::date, v_now
        from workspaces.workspaces w where w.id = p_workspace_id
        on conflict do nothing
        returning day
    ), logged as (
      insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, lifetime, kind, amount, from_credits, over,
          idempotency_key, window_start, window_end, day, occurred_at, created_at)
        select p_log_id, p_workspace_id, p_user_id, p_product, p_feature, v_subject, v_lifetime, 'use', p_amount, from_credits, over,
          p_key, v_start, resets_at, day, v_at, v_now
        from claimed
    ), counted as (
      update usage.usage_counters c set used = c.used + p_amount - from_credits, updated_at = v_now
        from claimed
        where not v_is_late and c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature
          and c.subject_id = v_subject and c.lifetime = v_lifetime
    ), aggregated as (
      insert into usage.workspace_daily_usage as d (workspace_id, day, product, feature, used)
        select p_workspace_id, claimed.day, p_product, p_feature, p_amount from claimed
        on conflict (workspace_id, day, product, feature) do update set used = d.used + excluded.used
    )
    select 'ok' into outcome from claimed;
    if outcome = 'ok' then
      if over > 0 then
        perform usage.add_overage(p_workspace_id, p_product, p_feature, v_subject, v_start, resets_at, over);
      end if;
      return;
    end if;
    -- The key was used before, or for something else at the same time.
    perform usage.return_credits(p_workspace_id, v_drawn);
  end if;

  -- A key that was counted answers as it did, also where there is no room or no plan by now.
  select case when k.kind = 'consume' and k.items = 1 and k.product = p_product and k.feature = p_feature and k.amount = p_amount
        and k.subject_id in (p_workspace_id, p_user_id) then 'replayed' else 'conflict' end as told,
      k.limit_value, k.used_after, k.window_end, k.over, k.from_credits, k.over_limit
    into v_taken from usage.idempotency_keys k where k.workspace_id = p_workspace_id and k.key = p_key and k.item = 0;
  if found then
    outcome := v_taken.told; limit_value := v_taken.limit_value; used := v_taken.used_after; resets_at := v_taken.window_end;
    over := v_taken.over; from_credits := v_taken.from_credits; over_limit := v_taken.over_limit;
  end if;
end $$;

-- down
drop function usage.consume(uuid, uuid, text, text, bigint, text, uuid, timestamptz);
drop function usage.cover(usage.usage_counters, jsonb, bigint);
drop function usage.take_counter(uuid, uuid, text, text);
drop function usage.roll_counter(usage.usage_counters, jsonb);
drop function usage.expire_held(usage.usage_counters);
drop function usage.add_overage(uuid, text, text, uuid, timestamptz, timestamptz, bigint);
drop function usage.split_drawn(jsonb, bigint);
drop function usage.draw_credits(uuid, text, text, bigint, boolean);
drop function usage.return_credits(uuid, jsonb);
drop function usage.window_for(jsonb, timestamptz, text);
drop function usage.window_of(text, timestamptz, text, text, timestamptz);
