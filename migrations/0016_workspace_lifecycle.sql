-- Workspaces are suspended, deleted and handed over; API keys and invitations belong to them.

-- up
alter table workspaces.workspaces
  add column status text not null default 'active' check (status in ('active', 'suspended')),
  add column suspended_reason text,
  add column deleted_at timestamptz,
  add check ((status = 'suspended') = (suspended_reason is not null)),
  add constraint workspaces_tenant_id unique (workspace_id, id);
create trigger workspaces_changed after update of status, deleted_at or delete
  on workspaces.workspaces for each row execute function plinth.notify_change('workspace', 'id');

-- Whether the person belongs to the workspace, and as what. Other modules' SQL comes in by this door.
create function workspaces.role_of(p_workspace_id uuid, p_user_id uuid) returns text
  language sql stable
  begin atomic
    select m.role from workspaces.members m where m.workspace_id = p_workspace_id and m.user_id = p_user_id;
  end;

-- A person's own workspace.
create function workspaces.personal_of(p_user_id uuid) returns uuid
  language sql stable
  begin atomic
    select w.id from workspaces.workspaces w where w.personal_of = p_user_id;
  end;

create schema api_keys;
grant usage on schema api_keys to plinth_app, plinth_system;

create table api_keys.keys (
  id uuid primary key,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  environment text not null check (environment in ('live', 'test')),
  -- SHA-256 of the secret part, and of the one before while a rotation overlaps.
  secret_hash bytea not null,
  last4 text not null,
  previous_secret_hash bytea,
  previous_expires_at timestamptz,
  scopes text[] not null,
  role text not null check (role in ('member', 'admin')),
  allowed_addresses text[] not null default '{}',
  rate_per_minute integer check (rate_per_minute > 0),
  created_by uuid not null references identity.users (id) on delete cascade,
  expires_at timestamptz,
  last_used_at timestamptz,
  rotated_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create index keys_listed on api_keys.keys (workspace_id, created_at, id);
select plinth.protect_tenant_table('api_keys.keys', 'select, insert, update');
create trigger keys_changed after update of secret_hash, previous_secret_hash, previous_expires_at, scopes, role,
    allowed_addresses, rate_per_minute, expires_at, revoked_at or delete
  on api_keys.keys for each row execute function plinth.notify_change('api_key', 'id');

create schema invitations;
grant usage on schema invitations to plinth_app, plinth_system;

create table invitations.invitations (
  id uuid primary key,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  email text not null,
  email_normalized text not null,
  role text not null check (role in ('member', 'admin')),
  invited_by uuid not null references identity.users (id) on delete cascade,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  accepted_at timestamptz,
  accepted_by uuid references identity.users (id) on delete set null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  unique (workspace_id, id)
);
create unique index invitations_live on invitations.invitations (workspace_id, email_normalized)
  where accepted_at is null and revoked_at is null;
create index invitations_listed on invitations.invitations (workspace_id, created_at, id);
select plinth.protect_tenant_table('invitations.invitations', 'select, insert, update');

-- Calls that were refused by a rate, by whom: for the operator.
create table plinth.rate_limit_violations (
  rate text not null,
  subject text not null,
  refused bigint not null,
  first_at timestamptz not null default now(),
  last_at timestamptz not null default now(),
  primary key (rate, subject)
);
create index rate_limit_violations_recent on plinth.rate_limit_violations (last_at);
grant select, insert, update, delete on plinth.rate_limit_violations to plinth_system;

-- down
drop table plinth.rate_limit_violations;
drop schema invitations cascade;
drop schema api_keys cascade;
drop function workspaces.personal_of(uuid);
drop function workspaces.role_of(uuid, uuid);
drop trigger workspaces_changed on workspaces.workspaces;
alter table workspaces.workspaces drop constraint workspaces_tenant_id, drop column deleted_at, drop column suspended_reason, drop column status;
