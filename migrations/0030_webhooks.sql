-- Dead letters are replayed and discarded, and events leave the house: webhooks to endpoints of the workspaces.

-- up

-- ---- dead letters

alter table events.dead_letters
  -- Every failure that was replayed: what it was, who replayed it, why. The present failure stands in the row itself.
  add column history jsonb not null default '[]';
create index dead_letters_listed on events.dead_letters (failed_at desc, id desc);
create index dead_letters_waiting on events.dead_letters (failed_at, id) where state = 'dead';
create index dead_letters_in_workspace on events.dead_letters (workspace_id, failed_at);
create index dead_letters_resolved on events.dead_letters (resolved_at) where state <> 'dead';

-- A replay or discarding of many: how far it is. Whoever works on it holds a lease, so that another goes on when that one dies.
create table events.dead_letter_jobs (
  id uuid primary key,
  action text not null check (action in ('replay', 'discard')),
  filter jsonb not null,
  -- It takes what had failed by then: what fails again while it runs stays.
  until timestamptz not null,
  reason text,
  requested_by text not null,
  -- How many there were when it began, and how many it has taken. Others may take some of them meanwhile.
  matching integer not null,
  done integer not null default 0,
  state text not null default 'running' check (state in ('running', 'completed')),
  locked_until timestamptz,
  created_at timestamptz not null,
  finished_at timestamptz
);
create index dead_letter_jobs_listed on events.dead_letter_jobs (created_at desc, id desc);
create index dead_letter_jobs_running on events.dead_letter_jobs (created_at) where state = 'running';
grant select, insert, update, delete on events.dead_letter_jobs to plinth_system;

-- ---- outgoing webhooks

create schema webhooks;
grant usage on schema webhooks to plinth_app, plinth_system;

create table webhooks.endpoints (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  url text not null,
  description text,
  -- The types that it wants; * is every public one, those to come too.
  event_types text[] not null,
  enabled boolean not null default true,
  -- Why it is off: somebody turned it off, nothing arrived for days, or it answered that it is gone.
  disabled_reason text check (disabled_reason in ('manual', 'failing', 'gone')),
  disabled_at timestamptz,
  -- Signs what is sent; the one before signs too until its time is over.
  secret_sealed bytea not null,
  previous_secret_sealed bytea,
  previous_secret_until timestamptz,
  -- The first failure since something last arrived.
  failing_since timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  check (enabled = (disabled_reason is null) and enabled = (disabled_at is null)),
  check ((previous_secret_sealed is null) = (previous_secret_until is null))
);
create index endpoints_listed on webhooks.endpoints (workspace_id, created_at, id);
select plinth.protect_tenant_table('webhooks.endpoints');

-- One event on its way to one endpoint.
create table webhooks.deliveries (
  id uuid not null,
  workspace_id uuid not null,
  endpoint_id uuid not null,
  -- The id of the message, for the receiver to know it again: the same for every attempt and every replay.
  event_id uuid not null,
  event_type text not null,
  -- What is sent, to the byte.
  body text not null,
  -- skipped: the endpoint was off.
  status text not null check (status in ('pending', 'delivered', 'failed', 'skipped')),
  -- Attempts ever made, and those since it was begun or replayed: the place in the schedule.
  attempts integer not null default 0,
  tries integer not null default 0,
  replays integer not null default 0,
  next_attempt_at timestamptz,
  last_attempt_at timestamptz,
  last_status_code integer,
  last_error text,
  created_at timestamptz not null,
  delivered_at timestamptz,
  primary key (workspace_id, id),
  unique (endpoint_id, event_id),
  foreign key (workspace_id, endpoint_id) references webhooks.endpoints (workspace_id, id) on delete cascade
);
create index deliveries_listed on webhooks.deliveries (workspace_id, endpoint_id, created_at, id);
create index deliveries_lost on webhooks.deliveries (workspace_id, endpoint_id, created_at, id) where status in ('failed', 'skipped');
create index deliveries_by_age on webhooks.deliveries (created_at) where status <> 'pending';
select plinth.protect_tenant_table('webhooks.deliveries');

-- What every try came to.
create table webhooks.attempts (
  id uuid not null,
  workspace_id uuid not null,
  delivery_id uuid not null,
  -- Counted from 1, replays included.
  attempt integer not null,
  status_code integer,
  latency_ms integer not null,
  -- The first kilobyte of the answer.
  response text,
  error text,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, delivery_id, attempt),
  foreign key (workspace_id, delivery_id) references webhooks.deliveries (workspace_id, id) on delete cascade
);
select plinth.protect_tenant_table('webhooks.attempts', 'select, insert');

-- down
drop schema webhooks cascade;
drop table events.dead_letter_jobs;
drop index events.dead_letters_resolved, events.dead_letters_in_workspace, events.dead_letters_waiting, events.dead_letters_listed;
alter table events.dead_letters drop column history;
