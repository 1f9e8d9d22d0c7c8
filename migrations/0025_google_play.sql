-- Purchases at Google Play that have to be acknowledged: Google takes one back that nobody acknowledged in time.

-- up
create schema google_play;
grant usage on schema google_play to plinth_app, plinth_system;

create table google_play.acknowledgements (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  -- The purchase as billing knows it: Google's purchase token.
  external_id text not null,
  -- Known as soon as the purchase was read.
  package_name text,
  product_id text,
  order_id text,
  status text not null default 'wanted' check (status in ('wanted', 'done', 'failed', 'not_needed')),
  -- Why it is as it is: what is waited for, what went wrong, why nothing is to do.
  reason text,
  attempts integer not null default 0 check (attempts >= 0),
  -- Also a lease: who takes a row moves this on first.
  next_attempt_at timestamptz not null,
  -- When Google takes the purchase back, and when somebody should look: guesses until the purchase was read.
  acknowledge_by timestamptz not null,
  alert_at timestamptz not null,
  alerted_at timestamptz,
  settled_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, external_id)
);
create index acknowledgements_listed on google_play.acknowledgements (workspace_id, created_at);
create index acknowledgements_due on google_play.acknowledgements (next_attempt_at) where status = 'wanted';
select plinth.protect_tenant_table('google_play.acknowledgements', 'select, insert');

-- down
drop schema google_play cascade;
