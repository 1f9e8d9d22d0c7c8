-- What is sold here, and who has had a trial.

-- up
create schema checkout;
grant usage on schema checkout to plinth_app, plinth_system;

-- Checkouts that were begun here. At most one is open for a workspace and product.
create table checkout.sessions (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  plan_id text not null,
  quantity integer not null check (quantity > 0),
  success_url text not null,
  cancel_url text not null,
  trial_days integer not null,
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  external_id text,
  url text,
  status text not null check (status in ('opening', 'open', 'completed', 'expired', 'replaced')),
  expires_at timestamptz not null,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (source, environment, external_id)
);
create unique index sessions_open on checkout.sessions (workspace_id, product) where status in ('opening', 'open');
create index sessions_listed on checkout.sessions (workspace_id, created_at, id);
select plinth.protect_tenant_table('checkout.sessions', 'select, insert, update');

-- One trial ever for each owner and product: promised to a checkout, and used up when that is completed.
create table checkout.trial_redemptions (
  user_id uuid not null,
  product text not null,
  checkout_id uuid,
  promised_until timestamptz,
  created_at timestamptz not null default now(),
  primary key (user_id, product)
);
grant select, insert, update, delete on checkout.trial_redemptions to plinth_system;

-- down
drop schema checkout cascade;
