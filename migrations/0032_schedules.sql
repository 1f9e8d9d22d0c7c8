-- When something is due: the schedules of the platform and its products by cron, and those of people by their local time.
--
-- The database decides what is due (plinth.now()). An occurrence is published in the transaction that moves next_run_at on and writes the
-- occurrence's unique key, so any number of schedulers publishes it once.

-- up
create schema schedules;
grant usage on schema schedules to plinth_app, plinth_system;

create table schedules.schedules (
  name text primary key check (length(name) between 3 and 100),
  cron text not null,
  time_zone text not null,
  missed text not null check (missed in ('skip', 'run_once', 'run_all')),
  max_lateness_seconds integer check (max_lateness_seconds > 0),
  next_run_at timestamptz not null,
  paused_at timestamptz,
  -- The occurrence that was published last, and when.
  last_slot timestamptz,
  last_run_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
grant select, insert, update, delete on schedules.schedules to plinth_system;

-- The occurrences of those: what the schedule said (slot), why it ran, and how far a run over all workspaces is.
create table schedules.runs (
  schedule text not null,
  slot timestamptz not null,
  cause text not null check (cause in ('due', 'missed', 'manual')),
  created_at timestamptz not null,
  -- Workspaces up to this id have their event; null before the first.
  last_workspace_id uuid,
  workspaces integer not null default 0,
  finished_at timestamptz,
  primary key (schedule, slot)
);
create index runs_created_at on schedules.runs (created_at);
grant select, insert, update, delete on schedules.runs to plinth_system;

-- One row for each time of day at which one person wants one kind of thing. Gone with the membership.
create table schedules.personal (
  workspace_id uuid not null,
  user_id uuid not null,
  kind text not null check (length(kind) between 1 and 100),
  slot text not null check (length(slot) between 1 and 50),
  local_time time(0) not null,
  time_zone text not null,
  -- Days of the week by ISO 8601: 1 is Monday.
  days smallint[] not null,
  -- An occurrence later than this is skipped; null runs it however late.
  max_lateness_seconds integer check (max_lateness_seconds > 0),
  payload jsonb not null,
  next_run_at timestamptz not null,
  -- The local day that was published last: no day has two.
  last_local_date date,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, user_id, kind, slot),
  foreign key (workspace_id, user_id) references workspaces.members (workspace_id, user_id) on delete cascade
) with (fillfactor = 80);
create index personal_due on schedules.personal (next_run_at);
select plinth.protect_tenant_table('schedules.personal');

-- The occurrences of those, published or not; kept when the row of the schedule is removed and made again on the same day.
create table schedules.occurrences (
  workspace_id uuid not null,
  -- kind:user:local_date:slot
  key text not null,
  user_id uuid not null,
  kind text not null,
  slot text not null,
  local_date date not null,
  created_at timestamptz not null,
  primary key (workspace_id, key)
);
create index occurrences_person on schedules.occurrences (workspace_id, user_id, kind, slot, local_date);
create index occurrences_created_at on schedules.occurrences (created_at);
select plinth.protect_tenant_table('schedules.occurrences', 'select');

-- down
drop schema schedules cascade;
