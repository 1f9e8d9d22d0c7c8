-- What a workspace may do in each product: grants by source, and the snapshot computed from them.

-- up
create schema entitlements;
grant usage on schema entitlements to plinth_app, plinth_system;

-- The plan of a product that a workspace has without any grant.
create table entitlements.default_plans (
  product text primary key,
  plan_id text not null,
  plan_version_id uuid not null,
  features jsonb not null,
  updated_at timestamptz not null default now()
);
grant select on entitlements.default_plans to plinth_app;
grant select, insert, update, delete on entitlements.default_plans to plinth_system;

-- What one source (a subscription of a store, a gift of the operator) gives. One source never writes another's row.
create table entitlements.grants (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  source text not null,
  plan_id text not null,
  plan_version_id uuid not null,
  rank integer not null,
  seats integer check (seats >= 0),
  features jsonb not null,
  starts_at timestamptz not null,
  -- The first instant without it (half-open); null while it has no end.
  ends_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, product, source)
);
create index grants_listed on entitlements.grants (workspace_id, created_at);
select plinth.protect_tenant_table('entitlements.grants', 'select');

-- The only source of truth for authorization. Readers compare valid_until with the time themselves.
create table entitlements.entitlement_snapshots (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  version bigint not null,
  plan_id text not null,
  plan_version_id uuid not null,
  features jsonb not null,
  sources jsonb not null,
  valid_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, product)
);
create index entitlement_snapshots_listed on entitlements.entitlement_snapshots (workspace_id, created_at);
create index entitlement_snapshots_product on entitlements.entitlement_snapshots (product);
select plinth.protect_tenant_table('entitlements.entitlement_snapshots');

-- The feature of a workspace as the snapshot has it now: `{}` when the plan has no such feature, no row when the snapshot is
-- missing or its time is over. Other modules' SQL comes in by this door.
create function entitlements.feature_of(p_workspace_id uuid, p_product text, p_feature text) returns setof jsonb
  language sql stable
  begin atomic
    select coalesce(s.features -> p_feature, '{}'::jsonb)
    from entitlements.entitlement_snapshots s
    where s.workspace_id = p_workspace_id and s.product = p_product
      and (s.valid_until is null or plinth.now() < s.valid_until);
  end;

-- down
drop schema entitlements cascade;
