-- Who did what, when, from where: rows that are added and never changed.

-- up
create schema audit;
grant usage on schema audit to plinth_app, plinth_system;

create table audit.entries (
  id uuid primary key,
  -- The workspace that it happened in; what a person does to the own account is in the personal one.
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  actor_kind text not null check (actor_kind in ('user', 'api_key', 'system')),
  -- The person, or the key; null for the platform itself.
  actor_id uuid,
  -- The administrator who acted as the person.
  impersonator_id uuid,
  -- `<module>.<what_was_done>`
  action text not null,
  -- `<kind>:<id>` of what it was done to.
  target text,
  -- Facts and ids, never a secret.
  details jsonb not null default '{}',
  ip_address text,
  request_id text not null,
  created_at timestamptz not null
);
create index entries_listed on audit.entries (workspace_id, created_at, id);
select plinth.protect_tenant_table('audit.entries', 'select, insert');
revoke update, delete on audit.entries from plinth_system;

-- down
drop schema audit cascade;
