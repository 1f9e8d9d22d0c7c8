-- Floating seats: who holds one of a licence's seats, until when, and which backend hands them out.
--
-- The rows here are the record, whoever decides. Three things hold whatever Redis says:
--   1. A seat is a number from 1 to max_seats, and one active session has it (sessions_seat): no two machines are ever in one.
--   2. What was decided under an older epoch is refused (`seats.grant`): the epoch grows with every change of the backend, of the
--      seats and of the licence's status, under a lock that each grant shares.
--   3. Whether a session lives is decided by its row and PostgreSQL's clock alone, so a late heartbeat revives nothing.

-- up
create schema seats;
grant usage on schema seats to plinth_app, plinth_system;

-- The wall clock, unlike plinth.now() also within a transaction that waited for a lock. A lease is measured by it.
create function seats.clock() returns timestamptz
  language sql volatile parallel safe
  return clock_timestamp() + coalesce(nullif(current_setting('plinth.clock_offset', true), ''), '0')::interval;

-- Half-open: at `expires_at` itself the lease is over.
create function seats.is_live(p_expires_at timestamptz, p_at timestamptz) returns boolean
  language sql immutable parallel safe
  return p_at < p_expires_at;

-- The lock of a licence's seats: shared by grants that Redis decided, exclusive for whoever decides or changes something here. An
-- advisory lock, because a shared row lock is written to the row, and lets an endless row of sharers pass whoever waits alone.
create function seats.lock_of(p_license_id uuid) returns bigint
  language sql immutable parallel safe
  return hashtextextended('seats:' || p_license_id::text, 0);

create table seats.arbiters (
  workspace_id uuid not null,
  license_id uuid not null unique,
  product text not null,
  backend text not null check (backend in ('redis', 'postgres')),
  epoch bigint not null check (epoch > 0),
  -- The licence's terms as this epoch knows them.
  status text not null,
  reason text,
  max_seats integer not null check (max_seats >= 0),
  license_expires_at timestamptz,
  -- From then on the licence is looked at afresh before anybody is answered.
  valid_until timestamptz,
  -- When Redis was last filled from here, and until when it is not to be after it failed somebody.
  rebuilt_at timestamptz,
  redis_after timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, license_id),
  foreign key (workspace_id, license_id) references licensing.licenses (workspace_id, id) on delete cascade
) with (fillfactor = 70);
select plinth.protect_tenant_table('seats.arbiters', 'select, insert, update');

-- Never deleted: what is over stays as history. No index has a column that a heartbeat changes, so that these updates stay in the page.
create table seats.sessions (
  -- Random, not ordered by time: who knows it may extend and release the seat.
  id uuid not null unique,
  workspace_id uuid not null,
  license_id uuid not null,
  seat integer not null check (seat > 0),
  hardware_id text not null check (length(hardware_id) between 1 and 200),
  instance_id text not null default '' check (length(instance_id) <= 200),
  name text,
  status text not null check (status in ('active', 'released', 'expired', 'ended')),
  started_at timestamptz not null,
  last_heartbeat_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text,
  user_agent text,
  -- The client's address (an IPv6 one as its /64), the one before, and how often it went back to the one before.
  network text,
  previous_network text,
  alternations integer not null default 0,
  alternated_at timestamptz,
  -- Who decided, and under which epoch.
  backend text not null check (backend in ('redis', 'postgres')),
  epoch bigint not null,
  primary key (workspace_id, id),
  foreign key (workspace_id, license_id) references seats.arbiters (workspace_id, license_id) on delete cascade,
  check ((status = 'active') = (ended_at is null))
) with (fillfactor = 70);
create unique index sessions_seat on seats.sessions (workspace_id, license_id, seat) where status = 'active';
create unique index sessions_machine on seats.sessions (workspace_id, license_id, hardware_id, instance_id) where status = 'active';
create index sessions_history on seats.sessions (workspace_id, license_id, started_at);
select plinth.protect_tenant_table('seats.sessions', 'select, insert, update');

-- Acquires that were refused because all seats were taken, by day (UTC).
create table seats.daily (
  workspace_id uuid not null,
  license_id uuid not null,
  day date not null,
  denials bigint not null check (denials >= 0),
  created_at timestamptz not null default now(),
  primary key (workspace_id, license_id, day),
  foreign key (workspace_id, license_id) references seats.arbiters (workspace_id, license_id) on delete cascade
);
select plinth.protect_tenant_table('seats.daily', 'select, insert, update');

-- What the functions below answer; each fills what belongs to its outcome.
create type seats.answer as (
  outcome text, session_id uuid, license_id uuid, workspace_id uuid, product text, hardware_id text, instance_id text, seat integer,
  backend text, epoch bigint, expires_at timestamptz, server_time timestamptz, used integer, max_seats integer,
  earliest_expiry timestamptz, status text, reason text, alternations integer, live jsonb
);

-- Locks the licence's row and its seats, in this order, and copies the terms. New terms are a new epoch, so that whoever decides by the
-- old ones is refused. Null when there is no such licence.
create function seats.take_over(p_license_id uuid) returns seats.arbiters language plpgsql as $$
declare
  v_terms record;
  v_arbiter seats.arbiters;
begin
  select * into v_terms from licensing.lock_terms(p_license_id);
  if not found then return null; end if;
  perform pg_advisory_xact_lock(seats.lock_of(p_license_id));
  insert into seats.arbiters as a
      (workspace_id, license_id, product, backend, epoch, status, reason, max_seats, license_expires_at, valid_until)
    values (v_terms.workspace_id, p_license_id, v_terms.product, 'postgres', 1, v_terms.status, v_terms.reason, v_terms.max_seats,
      v_terms.expires_at, v_terms.valid_until)
    on conflict (workspace_id, license_id) do update
      set status = excluded.status, reason = excluded.reason, max_seats = excluded.max_seats,
          license_expires_at = excluded.license_expires_at, valid_until = excluded.valid_until, updated_at = seats.clock(),
          epoch = a.epoch + ((a.status, a.max_seats) is distinct from (excluded.status, excluded.max_seats))::int
      where (a.status, a.reason, a.max_seats, a.license_expires_at, a.valid_until)
        is distinct from (excluded.status, excluded.reason, excluded.max_seats, excluded.license_expires_at, excluded.valid_until);
  select * into v_arbiter from seats.arbiters a where a.workspace_id = v_terms.workspace_id and a.license_id = p_license_id;
  return v_arbiter;
end $$;

-- Whether the licence gives seats: 'active', 'stale' (to be looked at afresh first), 'inactive'. `p_refreshed`: it just was.
create function seats.standing(p_arbiter seats.arbiters, p_now timestamptz, p_refreshed boolean) returns text
  language sql immutable
  return case
    when not p_refreshed and least(p_arbiter.valid_until, p_arbiter.license_expires_at) <= p_now then 'stale'
    when p_arbiter.status <> 'active' or p_arbiter.license_expires_at <= p_now then 'inactive'
    else 'active' end;

-- Moves the end of a live session away; null when there is none.
create function seats.extend(p_id uuid, p_ttl_ms integer, p_network text) returns seats.sessions language plpgsql as $$
declare
  v_session seats.sessions;
  v_now constant timestamptz := seats.clock();
begin
  -- Liveness is asked of the clock as it is when the row is locked, not as it was when this call began to wait for it.
  update seats.sessions s
    set last_heartbeat_at = v_now, expires_at = seats.clock() + make_interval(secs => p_ttl_ms / 1000.0),
        network = coalesce(p_network, s.network),
        previous_network = case when p_network <> s.network then s.network else s.previous_network end,
        alternations = s.alternations + coalesce(p_network <> s.network and p_network = s.previous_network, false)::int,
        alternated_at = case when p_network <> s.network and p_network = s.previous_network then v_now else s.alternated_at end
    where s.id = p_id and s.status = 'active' and seats.is_live(s.expires_at, seats.clock())
    returning s.* into v_session;
  return v_session;
end $$;

-- Live sessions of a licence.
create function seats.used(p_workspace_id uuid, p_license_id uuid, p_now timestamptz) returns integer language sql stable
  begin atomic
    select count(*)::integer from seats.sessions s
      where s.workspace_id = p_workspace_id and s.license_id = p_license_id and s.status = 'active'
        and seats.is_live(s.expires_at, p_now);
  end;

create function seats.as_answer(p_outcome text, p_session seats.sessions) returns seats.answer language plpgsql stable as $$
declare
  r seats.answer;
begin
  r.outcome := p_outcome; r.session_id := p_session.id; r.license_id := p_session.license_id;
  r.workspace_id := p_session.workspace_id; r.hardware_id := p_session.hardware_id; r.instance_id := p_session.instance_id;
  r.seat := p_session.seat; r.backend := p_session.backend; r.epoch := p_session.epoch; r.expires_at := p_session.expires_at;
  r.server_time := seats.clock();
  -- Told by the heartbeat that counted it, and by no later one.
  r.alternations := case when p_session.alternated_at = p_session.last_heartbeat_at then p_session.alternations else 0 end;
  return r;
end $$;

-- Takes down what Redis granted: the fence. The lock is shared with other grants and awaited while the backend, the terms or the epoch
-- change; behind it the arbiter is read in a statement of its own, so a change that this call waited for is seen. Two grants of one seat or to
-- one machine meet in a unique index.
--
-- outcome: 'granted', 'held' (the machine has a live session: that one, extended), 'fenced' (the epoch is over), 'conflict' (the seat is taken
-- in truth: Redis has lost something), 'stale' (the licence is to be looked at afresh).
create function seats.grant(
  p_license_id uuid, p_epoch bigint, p_seat integer, p_session_id uuid, p_hardware_id text, p_instance_id text, p_name text,
  p_user_agent text, p_network text, p_ttl_ms integer
) returns seats.answer language plpgsql as $$
declare
  v_arbiter seats.arbiters;
  v_session seats.sessions;
  v_now timestamptz;
  r seats.answer;
begin
  perform pg_advisory_xact_lock_shared(seats.lock_of(p_license_id));
  select * into v_arbiter from seats.arbiters a where a.license_id = p_license_id;
  if not found or v_arbiter.backend <> 'redis' or v_arbiter.epoch <> p_epoch then
    r.outcome := 'fenced'; return r;
  end if;
  v_now := seats.clock();
  if least(v_arbiter.valid_until, v_arbiter.license_expires_at) <= v_now then r.outcome := 'stale'; return r; end if;
  for attempt in 1..2 loop
    select s.* into v_session from seats.sessions s
      where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active'
        and s.hardware_id = p_hardware_id and s.instance_id = p_instance_id;
    if found then
      v_session := seats.extend(v_session.id, p_ttl_ms, p_network);
      if v_session.id is not null then return seats.as_answer('held', v_session); end if;
    end if;
    update seats.sessions s set status = 'expired', ended_at = s.expires_at, end_reason = 'lease_over'
      where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active'
        and (s.seat = p_seat or (s.hardware_id = p_hardware_id and s.instance_id = p_instance_id))
        and not seats.is_live(s.expires_at, seats.clock());
    v_now := seats.clock();
    insert into seats.sessions as s (id, workspace_id, license_id, seat, hardware_id, instance_id, name, status, started_at,
        last_heartbeat_at, expires_at, user_agent, network, backend, epoch)
      values (p_session_id, v_arbiter.workspace_id, p_license_id, p_seat, p_hardware_id, p_instance_id, p_name, 'active', v_now,
        v_now, v_now + make_interval(secs => p_ttl_ms / 1000.0), p_user_agent, p_network, 'redis', p_epoch)
      on conflict do nothing returning s.* into v_session;
    if found then return seats.as_answer('granted', v_session); end if;
  end loop;
  r.outcome := 'conflict';
  return r;
end $$;

-- Marks leases of the licence that are over; the caller holds the lock of the seats. It waits for heartbeats on their way, so that what
-- is active behind it is live.
create function seats.drop_expired(p_workspace_id uuid, p_license_id uuid, p_now timestamptz) returns void language sql
  begin atomic
    update seats.sessions s set status = 'expired', ended_at = s.expires_at, end_reason = 'lease_over'
      where s.workspace_id = p_workspace_id and s.license_id = p_license_id and s.status = 'active'
        and not seats.is_live(s.expires_at, p_now);
  end;

-- Decides here, with the licence locked, and flips it to PostgreSQL if Redis had it: from then on Redis' decisions are refused, and Redis is not
-- asked again for `p_hold_ms`.
--
-- outcome: 'granted', 'held', 'denied' (used, max_seats, earliest_expiry), 'stale', 'inactive' (status, reason), 'unknown'.
create function seats.acquire(
  p_license_id uuid, p_session_id uuid, p_hardware_id text, p_instance_id text, p_name text, p_user_agent text, p_network text,
  p_ttl_ms integer, p_hold_ms integer, p_refreshed boolean
) returns seats.answer language plpgsql as $$
declare
  v_arbiter seats.arbiters;
  v_session seats.sessions;
  v_now timestamptz;
  v_used integer;
  v_earliest timestamptz;
  v_seat integer;
  v_standing text;
  r seats.answer;
begin
  v_arbiter := seats.take_over(p_license_id);
  v_now := seats.clock();
  r.server_time := v_now;
  if v_arbiter.license_id is null then r.outcome := 'unknown'; return r; end if;
  v_standing := seats.standing(v_arbiter, v_now, p_refreshed);
  if v_standing <> 'active' then
    r.outcome := v_standing; r.reason := v_arbiter.reason;
    r.status := case when v_arbiter.status = 'active' then 'expired' else v_arbiter.status end;
    return r;
  end if;
  if v_arbiter.backend = 'redis' then
    update seats.arbiters a
      set backend = 'postgres', epoch = a.epoch + 1, redis_after = v_now + make_interval(secs => p_hold_ms / 1000.0), updated_at = v_now
      where a.workspace_id = v_arbiter.workspace_id and a.license_id = p_license_id returning a.* into v_arbiter;
  end if;
  perform seats.drop_expired(v_arbiter.workspace_id, p_license_id, v_now);
  select count(*), min(s.expires_at) into v_used, v_earliest from seats.sessions s
    where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active';
  select s.* into v_session from seats.sessions s
    where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active'
      and s.hardware_id = p_hardware_id and s.instance_id = p_instance_id;
  if found then
    v_session := seats.extend(v_session.id, p_ttl_ms, p_network);
    if v_session.id is not null then
      r := seats.as_answer('held', v_session);
      r.used := v_used; r.max_seats := v_arbiter.max_seats;
      return r;
    end if;
    -- It ended between the two: its seat and its machine are free only once that is marked.
    perform seats.drop_expired(v_arbiter.workspace_id, p_license_id, seats.clock());
    v_used := v_used - 1;
  end if;
  if v_used < v_arbiter.max_seats then
    -- The first number that is missing: in order, the first whose place is not its own; behind all of them when none is.
    select coalesce(min(x.place), v_used + 1) into v_seat
      from (select s.seat, row_number() over (order by s.seat) as place from seats.sessions s
            where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active') x
      where x.seat <> x.place;
  end if;
  if v_seat is null then
    r.outcome := 'denied'; r.used := v_used; r.max_seats := v_arbiter.max_seats; r.earliest_expiry := v_earliest;
    return r;
  end if;
  v_now := seats.clock();
  insert into seats.sessions as s (id, workspace_id, license_id, seat, hardware_id, instance_id, name, status, started_at,
      last_heartbeat_at, expires_at, user_agent, network, backend, epoch)
    values (p_session_id, v_arbiter.workspace_id, p_license_id, v_seat, p_hardware_id, p_instance_id, p_name, 'active', v_now, v_now,
      v_now + make_interval(secs => p_ttl_ms / 1000.0), p_user_agent, p_network, 'postgres', v_arbiter.epoch)
    returning s.* into v_session;
  r := seats.as_answer('granted', v_session);
  r.used := v_used + 1; r.max_seats := v_arbiter.max_seats;
  return r;
end $$;

-- Gives a licence (back) to Redis: a new epoch, and the live sessions to fill Redis with under it. What Redis is filled with may be late or never
-- come: it then has an epoch that is over, or none, and grants nothing.
--
-- outcome: 'rebuilt' (epoch, max_seats, live), 'newer' (somebody did it within `p_dedupe_ms`, after the epoch `p_seen_epoch`),
-- 'postgres' (not yet again), 'stale', 'inactive', 'unknown'.
create function seats.rebuild(p_license_id uuid, p_seen_epoch bigint, p_dedupe_ms integer) returns seats.answer
  language plpgsql as $$
declare
  v_arbiter seats.arbiters;
  v_now timestamptz;
  v_standing text;
  r seats.answer;
begin
  v_arbiter := seats.take_over(p_license_id);
  v_now := seats.clock();
  if v_arbiter.license_id is null then r.outcome := 'unknown'; return r; end if;
  v_standing := seats.standing(v_arbiter, v_now, false);
  if v_standing <> 'active' then
    r.outcome := v_standing; r.reason := v_arbiter.reason;
    r.status := case when v_arbiter.status = 'active' then 'expired' else v_arbiter.status end;
    return r;
  end if;
  if v_arbiter.redis_after > v_now then r.outcome := 'postgres'; return r; end if;
  if v_arbiter.backend = 'redis' and v_arbiter.epoch > p_seen_epoch
    and v_arbiter.rebuilt_at > v_now - make_interval(secs => p_dedupe_ms / 1000.0) then
    r.outcome := 'newer'; return r;
  end if;
  perform seats.drop_expired(v_arbiter.workspace_id, p_license_id, v_now);
  update seats.arbiters a set backend = 'redis', epoch = a.epoch + 1, rebuilt_at = v_now, redis_after = null, updated_at = v_now
    where a.workspace_id = v_arbiter.workspace_id and a.license_id = p_license_id returning a.* into v_arbiter;
  r.outcome := 'rebuilt'; r.epoch := v_arbiter.epoch; r.max_seats := v_arbiter.max_seats;
  select coalesce(jsonb_agg(jsonb_build_object('seat', s.seat, 'session_id', s.id, 'hardware_id', s.hardware_id,
      'instance_id', s.instance_id, 'left_ms', ceil(extract(epoch from s.expires_at - v_now) * 1000)) order by s.seat), '[]')
    into r.live from seats.sessions s
    where s.workspace_id = v_arbiter.workspace_id and s.license_id = p_license_id and s.status = 'active';
  return r;
end $$;

-- Extends a session that is live; `used` is counted when PostgreSQL decides (else Redis tells it for less). outcome: 'held', 'stale' (extended, and the licence is to be looked at afresh), 'lost', 'inactive', 'unknown'.
create function seats.heartbeat(p_id uuid, p_ttl_ms integer, p_network text, p_refreshed boolean) returns seats.answer
  language plpgsql as $$
declare
  v_session seats.sessions;
  v_arbiter seats.arbiters;
  r seats.answer;
begin
  v_session := seats.extend(p_id, p_ttl_ms, p_network);
  if v_session.id is null then
    update seats.sessions s set status = 'expired', ended_at = s.expires_at, end_reason = 'lease_over'
      where s.id = p_id and s.status = 'active' and not seats.is_live(s.expires_at, seats.clock());
    select s.* into v_session from seats.sessions s where s.id = p_id;
    if not found then r.outcome := 'unknown'; return r; end if;
    r := seats.as_answer('lost', v_session);
  else
    r := seats.as_answer('held', v_session);
  end if;
  select * into v_arbiter from seats.arbiters a
    where a.workspace_id = v_session.workspace_id and a.license_id = v_session.license_id;
  r.backend := v_arbiter.backend; r.max_seats := v_arbiter.max_seats; r.status := v_arbiter.status; r.reason := v_arbiter.reason;
  r.product := v_arbiter.product;
  if seats.standing(v_arbiter, r.server_time, p_refreshed) = 'stale' then r.outcome := 'stale'; return r; end if;
  if seats.standing(v_arbiter, r.server_time, p_refreshed) = 'inactive' then
    r.outcome := 'inactive';
    r.status := case when v_arbiter.status = 'active' then 'expired' else v_arbiter.status end;
    return r;
  end if;
  if r.backend = 'postgres' then r.used := seats.used(v_session.workspace_id, v_session.license_id, r.server_time); end if;
  return r;
end $$;

-- Gives a seat back, once. outcome: 'released', 'over' (it was not held any more), 'unknown'.
create function seats.release(p_id uuid) returns seats.answer language plpgsql as $$
declare
  v_session seats.sessions;
  r seats.answer;
begin
  update seats.sessions s set status = 'released', ended_at = seats.clock(), end_reason = 'released'
    where s.id = p_id and s.status = 'active' and seats.is_live(s.expires_at, seats.clock()) returning s.* into v_session;
  if found then
    r := seats.as_answer('released', v_session);
    return r;
  end if;
  select s.* into v_session from seats.sessions s where s.id = p_id;
  r.outcome := case when found then 'over' else 'unknown' end;
  return r;
end $$;

-- Ends the sessions of a licence that gives no seats any more; the caller holds the lock of the seats.
create function seats.end_all(p_workspace_id uuid, p_license_id uuid, p_reason text) returns void language sql
  begin atomic
    update seats.sessions s
      set status = case when seats.is_live(s.expires_at, seats.clock()) then 'ended' else 'expired' end,
          ended_at = least(s.expires_at, seats.clock()),
          end_reason = case when seats.is_live(s.expires_at, seats.clock()) then p_reason else 'lease_over' end
      where s.workspace_id = p_workspace_id and s.license_id = p_license_id and s.status = 'active';
  end;

-- Told of a licence's change in the transaction that changes it, behind the change. A new epoch in any case: what Redis knows is over.
-- Answers the epoch; null when nobody ever asked for a seat of it.
create function seats.license_changed(p_license_id uuid, p_status text, p_max_seats integer) returns bigint language plpgsql as $$
declare
  v_terms record;
  v_arbiter seats.arbiters;
begin
  select * into v_terms from licensing.lock_terms(p_license_id);
  if not found then return null; end if;
  perform pg_advisory_xact_lock(seats.lock_of(p_license_id));
  update seats.arbiters a
    set status = p_status, reason = v_terms.reason, max_seats = p_max_seats, license_expires_at = v_terms.expires_at,
        valid_until = v_terms.valid_until, epoch = a.epoch + 1, updated_at = seats.clock()
    where a.workspace_id = v_terms.workspace_id and a.license_id = p_license_id returning a.* into v_arbiter;
  if found and p_status <> 'active' then perform seats.end_all(v_arbiter.workspace_id, p_license_id, 'license_' || p_status); end if;
  return v_arbiter.epoch;
end $$;

-- Takes over the terms of a licence that was just refreshed (of a later `valid_until` alone nobody tells us); ends its sessions when it gives no seats any more.
create function seats.recheck(p_license_id uuid) returns void language plpgsql as $$
declare
  v_arbiter seats.arbiters := seats.take_over(p_license_id);
begin
  if v_arbiter.license_id is null or seats.standing(v_arbiter, seats.clock(), true) = 'active' then return; end if;
  perform seats.end_all(v_arbiter.workspace_id, p_license_id,
    'license_' || case when v_arbiter.status = 'active' then 'expired' else v_arbiter.status end);
end $$;

-- down
drop schema seats cascade;
