-- Leases that one holder has at a time, each with a fencing token.
--
-- The row is the truth, and PostgreSQL's clock the only one. A token never goes back: every takeover draws the next number of one sequence,
-- so neither a release, nor a pruned row, nor an emptied Redis gives a number out again.

-- up
create schema locks;
grant usage on schema locks to plinth_app, plinth_system;

-- The wall clock, unlike plinth.now() also within a statement that waited for a row. A lease is measured by it.
create function locks.clock() returns timestamptz
  language sql volatile parallel safe
  return clock_timestamp() + coalesce(nullif(current_setting('plinth.clock_offset', true), ''), '0')::interval;

create sequence locks.tokens;
grant usage on sequence locks.tokens to plinth_system;

create table locks.locks (
  name text primary key check (length(name) between 1 and 300),
  token bigint not null,
  -- Who holds it, also past the end until somebody else takes it; null after a release.
  holder uuid,
  expires_at timestamptz not null,
  taken_at timestamptz not null,
  -- Makes a takeover the change of a key, which waits for whoever has checked the token (FOR KEY SHARE); a heartbeat is none and does not.
  unique (name, token)
) with (fillfactor = 70);
grant select, insert, update, delete on locks.locks to plinth_system;

-- Whether this token is still the lock's. Until the caller's transaction ends nobody takes the lock over, so what it writes is committed
-- before the next holder begins, or not at all. Runs with its owner's rights, because locking a row needs the right to change it.
create function locks.holds(p_name text, p_token bigint) returns boolean
  language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from locks.locks l where l.name = p_name and l.token = p_token and l.holder is not null for key share;
  return found;
end $$;

-- down
drop schema locks cascade;
