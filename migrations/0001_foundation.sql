-- What every module's tables stand on: the clock, the tenant wall, change notices and stored answers.

-- up
create schema if not exists plinth;
grant usage on schema plinth to plinth_app, plinth_system;

-- The time of the running transaction. Tests set plinth.clock_offset for their own transactions; nothing else does.
create function plinth.now() returns timestamptz
  language sql stable parallel safe
  return now() + coalesce(nullif(current_setting('plinth.clock_offset', true), ''), '0')::interval;

-- The workspace that the transaction is bound to; null outside of one, so that every comparison fails closed.
create function plinth.workspace_id() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('app.workspace_id', true), '')::uuid;

-- Puts a table behind the tenant wall: forced row-level security, a policy for the workspace of the transaction, one for the
-- platform's own tasks, and the grants. `grants` is what a workspace's transactions may do.
create function plinth.protect_tenant_table(target regclass, grants text default 'select, insert, update, delete')
  returns void language plpgsql as $$
declare
  own_rows constant text := $policy$workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid)$policy$;
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('create policy tenant on %s to plinth_app using (%s) with check (%s)', target, own_rows, own_rows);
  execute format('create policy platform on %s to plinth_system using (true) with check (true)', target);
  execute format('grant %s on %s to plinth_app', grants, target);
  execute format('grant select, insert, update, delete on %s to plinth_system', target);
end $$;

-- A row trigger that tells every process that a row changed: notifies `<first argument>:<value of the column named second>`.
create function plinth.notify_change() returns trigger language plpgsql as $$
declare
  changed constant jsonb := to_jsonb(coalesce(new, old));
begin
  perform pg_notify('plinth_changes', tg_argv[0] || ':' || (changed ->> tg_argv[1]));
  return null;
end $$;

-- Answers kept for requests that bore an Idempotency-Key.
create table plinth.idempotency_keys (
  scope text not null,
  key text not null check (length(key) between 1 and 255),
  fingerprint bytea not null,
  status_code smallint,
  body jsonb,
  locked_until timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_created_at on plinth.idempotency_keys (created_at);
grant select, insert, update, delete on plinth.idempotency_keys to plinth_system;

-- down
drop table plinth.idempotency_keys;
drop function plinth.notify_change();
drop function plinth.protect_tenant_table(regclass, text);
drop function plinth.workspace_id();
drop function plinth.now();
revoke usage on schema plinth from plinth_app, plinth_system;
