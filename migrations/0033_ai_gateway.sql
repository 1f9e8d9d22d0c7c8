-- What the gateway keeps of its own: what a workspace decided, first answers under an idempotency key, and answers that may be given again.

-- up
create table ai.workspace_settings (
  workspace_id uuid primary key references workspaces.workspaces (id) on delete cascade,
  -- Whether prompts and answers may stand in the operator's log.
  log_content boolean not null default false,
  updated_at timestamptz not null default now()
);
select plinth.protect_tenant_table('ai.workspace_settings', 'select, insert, update');
create trigger workspace_settings_changed after insert or update or delete
  on ai.workspace_settings for each row execute function plinth.notify_change('ai_settings', 'workspace_id');

create table ai.idempotent_calls (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  key text not null check (length(key) between 1 and 255),
  -- A keyed hash of what was asked: the same key for something else is a mistake.
  fingerprint bytea not null,
  -- The answer, sealed; null while the first call runs.
  answer bytea,
  -- Until when a call without an answer is taken to be running.
  locked_until timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, key)
);
create index idempotent_calls_created_at on ai.idempotent_calls (created_at);
select plinth.protect_tenant_table('ai.idempotent_calls');

create table ai.cached_completions (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  -- A keyed hash of the whole request, so that the table says nothing of what was asked.
  key bytea not null,
  -- The answer, sealed.
  answer bytea not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  primary key (workspace_id, key)
);
create index cached_completions_expires_at on ai.cached_completions (expires_at);
select plinth.protect_tenant_table('ai.cached_completions');

-- down
drop table ai.cached_completions;
drop table ai.idempotent_calls;
drop table ai.workspace_settings;
