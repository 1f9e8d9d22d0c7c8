-- Mirror (sessions, messages, fragments), Lens (goals, actions), and what a turn is beside its question.
-- What is deleted is kept for 30 days, shown to nobody, and then purged.

-- up
alter table prism.turns
  add column kind text not null default 'reflect' check (kind in ('reflect', 'decide', 'reframe', 'plan')),
  add column favourite boolean not null default false,
  add column locale text not null default 'en',
  add column safety_status text not null default 'allow' check (safety_status in ('allow', 'caution')),
  add column deleted_at timestamptz,
  drop constraint turns_status_check,
  add constraint turns_status_check check (status in ('pending', 'completed', 'failed', 'withheld'));
create index turns_of_person on prism.turns (user_id);

create table prism.mirror_sessions (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid not null,
  status text not null default 'open' check (status in ('open', 'closed')),
  title text check (length(title) between 1 and 200),
  locale text not null,
  message_count integer not null default 0,
  summary text,
  summary_status text not null default 'none' check (summary_status in ('none', 'pending', 'completed', 'failed', 'withheld')),
  -- A summary that is pending for longer than it can take was left behind by a process that died.
  summary_asked_at timestamptz,
  closed_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (workspace_id, id)
);
create index mirror_sessions_of_user on prism.mirror_sessions (workspace_id, user_id, created_at desc, id desc);
create index mirror_sessions_of_person on prism.mirror_sessions (user_id);
select plinth.protect_tenant_table('prism.mirror_sessions');

create table prism.mirror_messages (
  id uuid not null,
  workspace_id uuid not null,
  session_id uuid not null,
  position integer not null,
  role text not null check (role in ('user', 'assistant')),
  status text not null check (status in ('pending', 'completed', 'failed', 'interrupted', 'withheld')),
  content text not null,
  -- The fence: whoever generates an older attempt completes nothing.
  attempt integer not null default 1,
  idempotency_key text,
  safety_status text not null default 'allow' check (safety_status in ('allow', 'caution', 'crisis')),
  -- The notice that the person was shown with it.
  safety jsonb,
  provider text,
  model text,
  input_tokens integer,
  output_tokens integer,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, session_id, position),
  unique (workspace_id, session_id, idempotency_key),
  foreign key (workspace_id, session_id) references prism.mirror_sessions (workspace_id, id) on delete cascade
);
-- One reply at a time.
create unique index mirror_messages_pending on prism.mirror_messages (workspace_id, session_id) where status = 'pending';
select plinth.protect_tenant_table('prism.mirror_messages');

create table prism.mirror_fragments (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid not null,
  session_id uuid,
  text text not null check (length(text) between 1 and 1000),
  theme text not null check (length(theme) between 1 and 40),
  mood text not null,
  source text not null check (source in ('lifted', 'own')),
  source_message_ids uuid[] not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, session_id) references prism.mirror_sessions (workspace_id, id) on delete set null (session_id)
);
create index mirror_fragments_of_user on prism.mirror_fragments (workspace_id, user_id, created_at desc, id desc);
create index mirror_fragments_of_session on prism.mirror_fragments (workspace_id, session_id);
create index mirror_fragments_of_person on prism.mirror_fragments (user_id);
select plinth.protect_tenant_table('prism.mirror_fragments');

create table prism.lens_goals (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid not null,
  title text not null check (length(title) between 1 and 200),
  why text check (length(why) between 1 and 2000),
  status text not null default 'active' check (status in ('active', 'paused', 'achieved', 'dropped')),
  target_date date,
  position integer not null,
  ended_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (workspace_id, id)
);
create index lens_goals_of_user on prism.lens_goals (workspace_id, user_id, position, id);
create index lens_goals_ended on prism.lens_goals (workspace_id, user_id, ended_at);
create index lens_goals_of_person on prism.lens_goals (user_id);
select plinth.protect_tenant_table('prism.lens_goals');

create table prism.lens_actions (
  id uuid not null,
  workspace_id uuid not null,
  user_id uuid not null,
  goal_id uuid not null,
  title text not null check (length(title) between 1 and 300),
  status text not null default 'todo' check (status in ('todo', 'doing', 'done', 'skipped')),
  due_date date,
  completed_at timestamptz,
  source text not null check (source in ('own', 'suggested')),
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, goal_id) references prism.lens_goals (workspace_id, id) on delete cascade
);
create index lens_actions_of_user on prism.lens_actions (workspace_id, user_id, created_at desc, id desc);
create index lens_actions_due on prism.lens_actions (workspace_id, user_id, (coalesce(due_date, 'infinity'::date)), id);
create index lens_actions_completed on prism.lens_actions (workspace_id, user_id, completed_at);
create index lens_actions_of_goal on prism.lens_actions (workspace_id, goal_id);
select plinth.protect_tenant_table('prism.lens_actions');

-- down
drop table prism.lens_actions, prism.lens_goals, prism.mirror_fragments, prism.mirror_messages, prism.mirror_sessions;
drop index prism.turns_of_person;
update prism.turns set status = 'failed' where status = 'withheld';
alter table prism.turns
  drop constraint turns_status_check,
  add constraint turns_status_check check (status in ('pending', 'completed', 'failed')),
  drop column deleted_at,
  drop column safety_status,
  drop column locale,
  drop column favourite,
  drop column kind;
