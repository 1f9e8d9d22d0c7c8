-- The transactional outbox: one row per event and subscriber, so that each subscriber has its own fate.

-- up
create schema events;
grant usage on schema events to plinth_app, plinth_system;

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
select plinth.protect_tenant_table('events.outbox', 'insert');
-- A handler that only touches the database completes its row in its own transaction, inside its workspace.
grant select (id, workspace_id, attempt, status), update (status, locked_by, completed_at, error_message)
  on events.outbox to plinth_app;

-- down
drop schema events cascade;
