-- up
create schema notes;
grant usage on schema notes to plinth_app, plinth_system;

create table notes.notes (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  text text not null,
  words integer,
  created_at timestamptz not null default date_trunc('milliseconds', plinth.now()),
  primary key (workspace_id, id)
);
create index notes_listed on notes.notes (workspace_id, created_at);
select plinth.protect_tenant_table('notes.notes');

-- down
drop schema notes cascade;
