-- What the operator gives by hand, what is overridden for one workspace, and why a workspace stands where it stands.

-- up
-- A feature of one workspace in place of what its plan says, while it runs: starts_at <= t < ends_at.
create table entitlements.overrides (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  feature text not null,
  value jsonb not null,
  reason text not null check (length(reason) between 1 and 500),
  starts_at timestamptz not null,
  ends_at timestamptz check (ends_at > starts_at),
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, product, feature)
);
select plinth.protect_tenant_table('entitlements.overrides', 'select');

-- What an administrator gave, and why; the source of the grant is `grant:<id>`.
create table entitlements.manual_grants (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  id uuid not null,
  product text not null,
  plan_id text not null,
  plan_version_id uuid not null,
  seats integer not null check (seats >= 0),
  reason text not null check (length(reason) between 1 and 500),
  starts_at timestamptz not null,
  ends_at timestamptz not null check (ends_at > starts_at),
  revoked_at timestamptz,
  created_by uuid,
  revoked_by uuid,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index manual_grants_listed on entitlements.manual_grants (workspace_id, created_at, id);
select plinth.protect_tenant_table('entitlements.manual_grants', 'select');

-- Every change that was applied, ignored or rejected, in words. Append-only.
create table entitlements.timeline (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  id uuid not null,
  outcome text not null check (outcome in ('applied', 'ignored', 'rejected')),
  product text,
  source text not null,
  what text not null,
  detail text,
  plan_before text,
  plan_after text,
  -- What it can be looked up by, for example the store's event.
  reference text,
  -- When it took effect; a grant that ran out is noticed later than that.
  at timestamptz not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index timeline_listed on entitlements.timeline (workspace_id, created_at, id);
select plinth.protect_tenant_table('entitlements.timeline', 'select, insert');
revoke update, delete on entitlements.timeline from plinth_system;

-- Tells every process that keeps snapshots in memory.
create trigger tell_change after insert or update or delete on entitlements.entitlement_snapshots
  for each row execute function plinth.notify_change('entitlements', 'workspace_id');

-- down
drop trigger tell_change on entitlements.entitlement_snapshots;
drop table entitlements.timeline;
drop table entitlements.manual_grants;
drop table entitlements.overrides;
