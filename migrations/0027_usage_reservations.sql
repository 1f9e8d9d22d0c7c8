-- Several features in one call, reservations, refunds.

-- up
-- What the log, the counter and the day say of a part of a call that was counted. `p_key` is the row of its key.
create function usage.write_use(p_key usage.idempotency_keys, p_log_id uuid, p_amount bigint, p_from_credits bigint, p_over bigint)
  returns void language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
begin
  insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, lifetime, kind, amount, from_credits, over,
      idempotency_key, window_start, window_end, day, occurred_at, created_at)
    values (p_log_id, p_key.workspace_id, p_key.user_id, p_key.product, p_key.feature, p_key.subject_id, p_key.lifetime, 'use', p_amount,
      p_from_credits, p_over, p_key.key, p_key.window_start, p_key.window_end, p_key.day, p_key.created_at, v_now);
  update usage.usage_counters c set used = c.used + p_amount - p_from_credits, updated_at = v_now
    where c.workspace_id = p_key.workspace_id and c.product = p_key.product and c.feature = p_key.feature
      and c.subject_id = p_key.subject_id and c.lifetime = p_key.lifetime and c.window_start = p_key.window_start;
  insert into usage.workspace_daily_usage as d (workspace_id, day, product, feature, used)
    values (p_key.workspace_id, p_key.day, p_key.product, p_key.feature, p_amount)
    on conflict (workspace_id, day, product, feature) do update set used = d.used + excluded.used;
end $$;

-- One feature of a call: takes it or holds it until `p_expires_at`. Its counter is locked already. Tells the outcome, and what
-- the limit and the counter are.
create function usage.charge_item(p_workspace_id uuid, p_user_id uuid, p_kind text, p_item integer, p_items integer, p_product text,
  p_feature text, p_amount bigint, p_key text, p_id uuid, p_reservation_id uuid, p_expires_at timestamptz,
  out outcome text, out limit_value bigint, out used bigint, out resets_at timestamptz) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_taken record;
  v_cover record;
  v_counter usage.usage_counters%rowtype;
  v_key usage.idempotency_keys%rowtype;
begin
  select * into v_taken from usage.take_counter(p_workspace_id, p_user_id, p_product, p_feature);
  if v_taken.outcome <> 'ok' then outcome := v_taken.outcome; return; end if;
  v_counter := v_taken.counter;
  limit_value := (v_taken.feature ->> 'limit')::bigint;
  used := v_counter.used + v_counter.held;
  resets_at := v_counter.window_end;
  select * into v_cover from usage.cover(v_counter, v_taken.feature, p_amount);
  if not v_cover.is_covered then outcome := 'limit_reached'; return; end if;
  used := used + p_amount - v_cover.from_credits;

  insert into usage.idempotency_keys (workspace_id, key, item, items, kind, user_id, product, feature, subject_id, lifetime, amount, taken,
      from_credits, over, drawn, used_after, limit_value, over_limit, window_start, window_end, reservation_id, expires_at, log_id, day,
      created_at)
    select p_workspace_id, p_key, p_item, p_items, p_kind, p_user_id, p_product, p_feature, v_counter.subject_id, v_counter.lifetime,
      p_amount, case when p_kind = 'consume' then p_amount end, v_cover.from_credits, v_cover.over, v_cover.drawn, used, limit_value,
      v_cover.over_limit, v_counter.window_start, v_counter.window_end, p_reservation_id, p_expires_at,
      case when p_kind = 'consume' then p_id end, (v_now at time zone w.time_zone)::date, v_now
    from workspaces.workspaces w where w.id = p_workspace_id
    on conflict do nothing
    returning * into v_key;
  if not found then outcome := 'conflict'; return; end if;
  if p_kind = 'consume' then
    perform usage.write_use(v_key, p_id, p_amount, v_cover.from_credits, v_cover.over);
  else
    insert into usage.reservations (workspace_id, id, item, idempotency_key, user_id, product, feature, subject_id, lifetime, amount,
        from_credits, over, drawn, limit_value, policy, window_start, window_end, day, expires_at, created_at)
      values (p_workspace_id, p_reservation_id, p_item, p_key, p_user_id, p_product, p_feature, v_counter.subject_id, v_counter.lifetime,
        p_amount, v_cover.from_credits, v_cover.over, v_cover.drawn, limit_value, coalesce(v_taken.feature ->> 'policy', 'hard'),
        v_counter.window_start, v_counter.window_end, v_key.day, p_expires_at, v_now);
    update usage.usage_counters c
      set held = c.held + p_amount - v_cover.from_credits, next_expiry = least(c.next_expiry, p_expires_at), updated_at = v_now
      where c.workspace_id = p_workspace_id and c.product = p_product and c.feature = p_feature
        and c.subject_id = v_counter.subject_id and c.lifetime = v_counter.lifetime;
  end if;
  perform usage.add_overage(p_workspace_id, p_product, p_feature, v_counter.subject_id, v_counter.window_start, v_counter.window_end,
    v_cover.over);
  outcome := 'ok';
end $$;

-- What is told of each feature of a call, and of each that refuses it.
create type usage.charged as (outcome text, product text, feature text, amount bigint, limit_value bigint, used bigint,
  resets_at timestamptz, over bigint, from_credits bigint, over_limit boolean, reservation_id uuid, expires_at timestamptz);

-- Takes ('consume') or holds ('reserve', for so many seconds) several features, all of them or none. The caller names them in ascending
-- order, which is the order in which every call locks. One row for each feature; or one alone, of the feature that refuses, with the
-- outcomes of usage.consume.
create function usage.charge(p_workspace_id uuid, p_user_id uuid, p_kind text, p_products text[], p_features text[], p_amounts bigint[],
  p_key text, p_ids uuid[], p_reservation_id uuid, p_seconds integer) returns setof usage.charged language plpgsql as $$
declare
  v_items constant integer := cardinality(p_features);
  v_expires_at constant timestamptz := plinth.now() + make_interval(secs => p_seconds);
  v_taken record;
  v_missing integer;
  v_is_same boolean;
  v_part record;
  v_at integer;
begin
  for i in 1 .. v_items loop
    select * into v_taken from usage.take_counter(p_workspace_id, p_user_id, p_products[i], p_features[i]);
    if v_taken.outcome = 'stale' then
      return next row('stale', p_products[i], p_features[i], p_amounts[i], null, null, null, 0, 0, false, null, null)::usage.charged;
      return;
    end if;
    if v_taken.outcome = 'missing' then v_missing := coalesce(v_missing, i); end if;
  end loop;

  select bool_and(k.kind = p_kind and k.items = v_items and k.product = p_products[k.item + 1] and k.feature = p_features[k.item + 1]
      and k.amount = p_amounts[k.item + 1] and k.subject_id in (p_workspace_id, p_user_id))
    into v_is_same from usage.idempotency_keys k where k.workspace_id = p_workspace_id and k.key = p_key;
  if v_is_same is not null then
    return query select case when v_is_same then 'replayed' else 'conflict' end, k.product, k.feature, k.amount, k.limit_value,
        k.used_after, k.window_end, k.over, k.from_credits, k.over_limit, k.reservation_id, k.expires_at
      from usage.idempotency_keys k where k.workspace_id = p_workspace_id and k.key = p_key order by k.item;
    return;
  end if;
  if v_missing is not null then
    return next row('missing', p_products[v_missing], p_features[v_missing], p_amounts[v_missing], null, null, null, 0, 0, false, null,
      null)::usage.charged;
    return;
  end if;

  begin
    for i in 1 .. v_items loop
      v_at := i;
      select * into v_part from usage.charge_item(p_workspace_id, p_user_id, p_kind, i - 1, v_items, p_products[i], p_features[i],
        p_amounts[i], p_key, p_ids[i], p_reservation_id, v_expires_at);
      -- Takes back what the features before this one did.
      if v_part.outcome <> 'ok' then raise exception using errcode = 'UX001'; end if;
    end loop;
  exception when sqlstate 'UX001' then
    return next row(v_part.outcome, p_products[v_at], p_features[v_at], p_amounts[v_at], v_part.limit_value, v_part.used,
      v_part.resets_at, 0, 0, false, null, null)::usage.charged;
    return;
  end;
  return query select 'ok', k.product, k.feature, k.amount, k.limit_value, k.used_after, k.window_end, k.over, k.from_credits,
      k.over_limit, k.reservation_id, k.expires_at
    from usage.idempotency_keys k where k.workspace_id = p_workspace_id and k.key = p_key order by k.item;
end $$;

-- How far one held part is confirmed: less than was held gives the rest back, the overage first, then credits, then the window; more
-- takes more, as far as the running window, credits and the policy let it. A window that is over has no room left.
create function usage.settled_amount(p_held usage.reservations, p_counter usage.usage_counters, p_asked bigint,
  out amount bigint, out from_credits bigint, out over bigint, out drawn jsonb, out returned jsonb, out limit_value bigint)
  language plpgsql as $$
declare
  v_back bigint := greatest(0, p_held.amount - p_asked);
  v_more constant bigint := greatest(0, p_asked - p_held.amount);
  v_feature jsonb := entitlements.feature_of(p_held.workspace_id, p_held.product, p_held.feature);
  v_is_running constant boolean := p_counter.window_start = p_held.window_start
    and (p_counter.window_end is null or plinth.now() < p_counter.window_end);
  v_policy text;
  v_part bigint;
  v_credits record;
begin
  limit_value := p_held.limit_value;
  amount := least(p_asked, p_held.amount); from_credits := p_held.from_credits; over := p_held.over; drawn := p_held.drawn;
  if v_back > 0 then
    v_part := least(over, v_back); over := over - v_part; v_back := v_back - v_part;
    v_part := least(from_credits, v_back); from_credits := from_credits - v_part;
    if v_part > 0 then select s.kept, s.returned into drawn, returned from usage.split_drawn(p_held.drawn, v_part) s; end if;
  end if;
  if v_more = 0 then return; end if;
  -- The work was admitted: a plan that is gone by now leaves the limit that it was admitted under.
  if v_feature ->> 'kind' is distinct from 'limit' then
    v_feature := jsonb_build_object('limit', p_held.limit_value, 'policy', p_held.policy);
  end if;
  limit_value := (v_feature ->> 'limit')::bigint;
  v_policy := coalesce(v_feature ->> 'policy', 'hard');
  if limit_value is null or v_policy = 'soft' then amount := amount + v_more; return; end if;
  v_part := case when v_is_running then least(v_more, greatest(0, limit_value - p_counter.used - p_counter.held)) else 0 end;
  amount := amount + v_part;
  if v_part = v_more then return; end if;
  if v_is_running then
    select * into v_credits from usage.draw_credits(p_held.workspace_id, p_held.product, p_held.feature, v_more - v_part, true);
    amount := amount + v_credits.taken;
    from_credits := from_credits + v_credits.taken;
    drawn := case when v_credits.drawn is null then drawn else coalesce(drawn, '[]') || v_credits.drawn end;
  end if;
  if v_policy = 'overage' then
    over := over + v_more - (amount - p_held.amount);
    amount := p_held.amount + v_more;
  end if;
end $$;

create type usage.settled as (outcome text, product text, feature text, held bigint, confirmed bigint, limit_value bigint, used bigint,
  resets_at timestamptz, over bigint, from_credits bigint);

-- Confirms (`p_amounts`: for each item, in order; null: as held) or releases (`p_is_release`) what is held under an id, all of it, once.
-- outcome: 'ok', 'replayed' (done before in the same way: the first answer), 'settled' (done before in another way), 'expired',
-- 'stale' (a snapshot must be computed to tell whether there is more). No row: there is no such reservation.
create function usage.settle(p_workspace_id uuid, p_id uuid, p_is_release boolean, p_amounts bigint[], p_log_ids uuid[])
  returns setof usage.settled language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  v_status text;
  v_asked bigint;
  r usage.reservations%rowtype;
  v_counter usage.usage_counters%rowtype;
  v_key usage.idempotency_keys%rowtype;
  s record;
begin
  -- All counters first, in the order of every other call; then what is held.
  for r in select * from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item loop
    perform from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = r.product and c.feature = r.feature and c.subject_id = r.subject_id
        and c.lifetime = r.lifetime for update;
  end loop;
  perform from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item for update;
  select case
      when bool_and(x.status = 'open' and x.expires_at > v_now) then 'open'
      when p_is_release and bool_and(x.status in ('released', 'expired') or x.status = 'open') then 'replayed'
      when bool_and(x.status = 'confirmed' and x.asked = coalesce(p_amounts[x.item + 1], x.amount)) and not p_is_release then 'replayed'
      when bool_or(x.status in ('released', 'confirmed')) then 'settled'
      else 'expired' end
    into v_status from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id;
  if v_status is distinct from 'open' then
    return query select v_status, x.product, x.feature, x.amount, x.confirmed, x.limit_value, x.used_after, x.window_end, x.over,
        x.from_credits
      from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item;
    return;
  end if;

  for r in select * from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item loop
    if p_amounts[r.item + 1] > r.amount
      and not exists (select from entitlements.feature_of(p_workspace_id, r.product, r.feature)) then
      return next row('stale', r.product, r.feature, r.amount, null, null, null, null, 0, 0)::usage.settled;
      return;
    end if;
  end loop;
  for r in select * from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item loop
    v_asked := case when p_is_release then 0 else coalesce(p_amounts[r.item + 1], r.amount) end;
    select * into v_counter from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = r.product and c.feature = r.feature and c.subject_id = r.subject_id
        and c.lifetime = r.lifetime;
    select * into s from usage.settled_amount(r, v_counter, v_asked);
    perform usage.return_credits(p_workspace_id, s.returned);
    perform usage.add_overage(p_workspace_id, r.product, r.feature, r.subject_id, r.window_start, r.window_end, s.over - r.over);
    update usage.usage_counters c set held = c.held - (r.amount - r.from_credits), updated_at = v_now
      where c.workspace_id = p_workspace_id and c.product = r.product and c.feature = r.feature and c.subject_id = r.subject_id
        and c.lifetime = r.lifetime and c.window_start = r.window_start;
    update usage.idempotency_keys k set taken = s.amount, from_credits = s.from_credits, over = s.over, drawn = s.drawn,
        log_id = case when s.amount > 0 then p_log_ids[r.item + 1] end
      where k.workspace_id = p_workspace_id and k.key = r.idempotency_key and k.item = r.item
      returning * into v_key;
    if s.amount > 0 then perform usage.write_use(v_key, p_log_ids[r.item + 1], s.amount, s.from_credits, s.over); end if;
    update usage.reservations x set status = case when p_is_release then 'released' else 'confirmed' end, settled_at = v_now,
        asked = v_asked, confirmed = s.amount, limit_value = s.limit_value, from_credits = s.from_credits, over = s.over, drawn = s.drawn,
        used_after = (select c.used + c.held from usage.usage_counters c where c.workspace_id = p_workspace_id
          and c.product = r.product and c.feature = r.feature and c.subject_id = r.subject_id and c.lifetime = r.lifetime)
      where x.workspace_id = p_workspace_id and x.id = p_id and x.item = r.item;
  end loop;
  return query select 'ok', x.product, x.feature, x.amount, x.confirmed, x.limit_value, x.used_after, x.window_end, x.over, x.from_credits
    from usage.reservations x where x.workspace_id = p_workspace_id and x.id = p_id order by x.item;
end $$;

-- Gives back what a key took, all of it or (of one feature) `p_amount`, once: into the window, the credits and the overage that it came
-- from. A closed window's counter is not touched. In a window, `p_free` refunds pass; after those all refunds together come to at
-- most `p_share` of the limit (null: no cap).
-- outcome: 'ok', 'already' (refunded before), 'unknown' (nothing was taken under this key), 'held' (a reservation that is not settled),
-- 'conflict' (refunded before by another amount, or more than was taken), 'capped'.
create function usage.refund(p_workspace_id uuid, p_key text, p_amount bigint, p_reason text, p_log_ids uuid[], p_free integer,
  p_share numeric, out outcome text) language plpgsql as $$
declare
  v_now constant timestamptz := plinth.now();
  k usage.idempotency_keys%rowtype;
  v_counter usage.usage_counters%rowtype;
  v_amount bigint;
  v_over bigint;
  v_credits bigint;
  s record;
begin
  for k in select * from usage.idempotency_keys x where x.workspace_id = p_workspace_id and x.key = p_key order by x.item loop
    perform from usage.usage_counters c
      where c.workspace_id = p_workspace_id and c.product = k.product and c.feature = k.feature and c.subject_id = k.subject_id
        and c.lifetime = k.lifetime for update;
  end loop;
  perform from usage.idempotency_keys x where x.workspace_id = p_workspace_id and x.key = p_key order by x.item for update;
  if not found then outcome := 'unknown'; return; end if;
  select case
      when bool_or(x.taken is null) then 'held'
      when sum(x.taken) = 0 then 'unknown'
      when bool_or(x.refunded is not null) then case when p_amount is null or p_amount = sum(x.refunded) then 'already' else 'conflict' end
      when p_amount is not null and (count(*) > 1 or p_amount > sum(x.taken)) then 'conflict'
      else 'ok' end
    into outcome from usage.idempotency_keys x where x.workspace_id = p_workspace_id and x.key = p_key;
  if outcome <> 'ok' then return; end if;
  if p_free is not null and exists (
    select from usage.idempotency_keys x join usage.usage_counters c
      on c.workspace_id = x.workspace_id and c.product = x.product and c.feature = x.feature and c.subject_id = x.subject_id
        and c.lifetime = x.lifetime and c.window_start = x.window_start
    where x.workspace_id = p_workspace_id and x.key = p_key and x.limit_value is not null
      and c.refunds >= p_free and c.refunded + coalesce(p_amount, x.taken) > p_share * x.limit_value
  ) then outcome := 'capped'; return; end if;

  for k in select * from usage.idempotency_keys x where x.workspace_id = p_workspace_id and x.key = p_key order by x.item loop
    v_amount := coalesce(p_amount, k.taken);
    update usage.idempotency_keys x set refunded = v_amount
      where x.workspace_id = p_workspace_id and x.key = p_key and x.item = k.item;
    continue when v_amount = 0;
    v_over := least(k.over, v_amount);
    v_credits := least(k.from_credits, v_amount - v_over);
    if v_credits > 0 then
      select * into s from usage.split_drawn(k.drawn, v_credits);
      perform usage.return_credits(p_workspace_id, s.returned);
    end if;
    perform usage.add_overage(p_workspace_id, k.product, k.feature, k.subject_id, k.window_start, k.window_end, -v_over);
    insert into usage.usage_logs (id, workspace_id, user_id, product, feature, subject_id, lifetime, kind, amount, from_credits, over,
        idempotency_key, window_start, window_end, day, reason, reverses, occurred_at, created_at)
      values (p_log_ids[k.item + 1], p_workspace_id, k.user_id, k.product, k.feature, k.subject_id, k.lifetime, 'refund', -v_amount,
        -v_credits, -v_over, p_key, k.window_start, k.window_end, k.day, p_reason, k.log_id, k.created_at, v_now);
    update usage.usage_counters c set used = greatest(0, c.used - (v_amount - v_credits)), refunds = c.refunds + 1,
        refunded = c.refunded + v_amount, updated_at = v_now
      where c.workspace_id = p_workspace_id and c.product = k.product and c.feature = k.feature and c.subject_id = k.subject_id
        and c.lifetime = k.lifetime and c.window_start = k.window_start;
    update usage.workspace_daily_usage d set used = d.used - v_amount
      where d.workspace_id = p_workspace_id and d.day = k.day and d.product = k.product and d.feature = k.feature;
  end loop;
end $$;

-- Gives back what is over on one counter that nobody holds; whether there was one. For the maintenance of all workspaces.
create function usage.expire_next() returns boolean language plpgsql as $$
declare
  v_counter usage.usage_counters%rowtype;
begin
  select c.* into v_counter from usage.reservations r
    join usage.usage_counters c on c.workspace_id = r.workspace_id and c.product = r.product and c.feature = r.feature
      and c.subject_id = r.subject_id and c.lifetime = r.lifetime
    where r.status = 'open' and r.expires_at <= plinth.now()
    order by r.expires_at limit 1 for update of c skip locked;
  if not found then return false; end if;
  perform usage.expire_held(v_counter);
  return true;
end $$;

-- down
drop function usage.expire_next();
drop function usage.refund(uuid, text, bigint, text, uuid[], integer, numeric);
drop function usage.settle(uuid, uuid, boolean, bigint[], uuid[]);
drop type usage.settled;
drop function usage.settled_amount(usage.reservations, usage.usage_counters, bigint);
drop function usage.charge(uuid, uuid, text, text[], text[], bigint[], text, uuid[], uuid, integer);
drop type usage.charged;
drop function usage.charge_item(uuid, uuid, text, integer, integer, text, text, bigint, text, uuid, uuid, timestamptz);
drop function usage.write_use(usage.idempotency_keys, uuid, bigint, bigint, bigint);
