-- The plan catalogue, the inbox of the stores' notifications, and the subscriptions that they describe.

-- up
create schema billing;
grant usage on schema billing to plinth_app, plinth_system;

-- A plan as it was offered at a time; never changed, so that a subscriber keeps what was bought.
create table billing.plan_versions (
  id uuid primary key,
  plan_id text not null,
  version integer not null,
  content jsonb not null,
  content_hash bytea not null,
  created_at timestamptz not null default now(),
  unique (plan_id, version),
  unique (plan_id, content_hash, version)
);
create function billing.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'A plan version is never changed; a changed plan is a new version';
end $$;
create trigger plan_versions_immutable before update or delete on billing.plan_versions
  for each row execute function billing.refuse_change();

-- The plans on offer, each pointing at its current version.
create table billing.plans (
  plan_id text primary key,
  product text not null,
  plan_version_id uuid not null references billing.plan_versions (id),
  position integer not null,
  -- Set when the plan left the catalogue: no longer sold, still known to its subscribers.
  withdrawn_at timestamptz,
  updated_at timestamptz not null default now()
);
create index plans_product on billing.plans (product, position);
grant select on billing.plan_versions, billing.plans to plinth_app;
grant select, insert on billing.plan_versions to plinth_system;
grant select, insert, update on billing.plans to plinth_system;

-- Every notification that a store sent and signed, once, for ever.
create table billing.webhook_events (
  id uuid primary key,
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  event_id text not null,
  event_type text not null,
  -- What the event is about and waits for while its owner is unknown, for example the store's customer id.
  subject text,
  payload text not null,
  status text not null check (status in ('received', 'applied', 'ignored', 'failed')),
  reason text,
  received_at timestamptz not null default now(),
  processed_at timestamptz,
  unique (source, environment, event_id)
);
-- Waiting for an owner, or for a price that the catalogue does not know: looked at again with each news of the subject.
create index webhook_events_open on billing.webhook_events (source, environment, subject) where status in ('received', 'failed');
grant select, insert, update on billing.webhook_events to plinth_system;

-- Which workspace a store's customer is.
create table billing.customers (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  external_id text not null,
  created_at timestamptz not null default now(),
  primary key (source, environment, external_id)
);
create index customers_workspace on billing.customers (workspace_id, created_at);
select plinth.protect_tenant_table('billing.customers', 'select');

create table billing.subscriptions (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  plan_version_id uuid not null references billing.plan_versions (id),
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  external_id text not null,
  -- The store's price that is paid: the plan version stays the subscriber's for as long as this does.
  price_id text not null,
  status text not null check (status in
    ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
  seats integer not null check (seats >= 0),
  current_period_end timestamptz,
  trial_end timestamptz,
  cancel_at_period_end boolean not null default false,
  started_at timestamptz not null,
  ended_at timestamptz,
  -- When the store made the state that this row shows: older notifications change nothing.
  state_at timestamptz not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (source, environment, external_id)
);
create index subscriptions_listed on billing.subscriptions (workspace_id, created_at);
select plinth.protect_tenant_table('billing.subscriptions', 'select');

-- down
drop schema billing cascade;
