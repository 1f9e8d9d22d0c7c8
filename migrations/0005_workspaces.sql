-- Tenants and who belongs to them.

-- up
create schema workspaces;
grant usage on schema workspaces to plinth_app, plinth_system;

create table workspaces.workspaces (
  id uuid primary key,
  -- The same value as id: so that the tenant wall is one policy for every table.
  workspace_id uuid not null generated always as (id) stored,
  name text not null check (length(name) between 1 and 200),
  slug text not null unique,
  -- The person whose personal workspace this is; null for a team's.
  personal_of uuid unique references identity.users (id) on delete cascade,
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index workspaces_tenant on workspaces.workspaces (workspace_id, created_at);
select plinth.protect_tenant_table('workspaces.workspaces', 'select, insert, update');

create table workspaces.members (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid not null references identity.users (id) on delete cascade,
  role text not null check (role in ('owner', 'admin', 'member')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, user_id)
);
create index members_user on workspaces.members (user_id);
create index members_listed on workspaces.members (workspace_id, created_at, user_id);
select plinth.protect_tenant_table('workspaces.members');

create trigger members_changed after insert or update or delete
  on workspaces.members for each row execute function plinth.notify_change('member', 'user_id');

-- Whether there is such a workspace. Other modules' SQL comes in by this door; behind the tenant wall it knows the own one only.
create function workspaces.exists(p_workspace_id uuid) returns boolean
  language sql stable
  begin atomic
    select exists (select from workspaces.workspaces w where w.id = p_workspace_id);
  end;

-- down
drop schema workspaces cascade;
