-- What the safety precheck found. No text is kept: a keyed hash, the rules that matched and what was done.

-- up
create schema safety;
grant usage on schema safety to plinth_app, plinth_system;

create table safety.safety_events (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid,
  feature text not null,
  status text not null check (status in ('caution', 'crisis')),
  categories text[] not null,
  rule_ids text[] not null,
  policy_version text not null,
  locale text not null,
  content_hash bytea not null,
  request_id text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index safety_events_listed on safety.safety_events (workspace_id, created_at);
select plinth.protect_tenant_table('safety.safety_events', 'select, insert');

-- down
drop schema safety cascade;
