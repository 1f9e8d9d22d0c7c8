-- A person's turns: one question, one generated reflection.

-- up
create schema prism;
grant usage on schema prism to plinth_app, plinth_system;

create table prism.turns (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid not null,
  status text not null check (status in ('pending', 'completed', 'failed')),
  question text not null check (length(question) between 1 and 4000),
  answer text,
  provider text,
  model text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index turns_listed on prism.turns (workspace_id, created_at desc, id desc);
create index turns_of_user on prism.turns (workspace_id, user_id, created_at desc, id desc);
select plinth.protect_tenant_table('prism.turns');

-- down
drop schema prism cascade;
