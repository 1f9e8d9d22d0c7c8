-- One row for every call to a provider, failed ones too.

-- up
create schema ai;
grant usage on schema ai to plinth_app, plinth_system;

create table ai.ai_usage_events (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  user_id uuid,
  -- One call of the gateway; its attempts on the wire are numbered from 1.
  call_id uuid not null,
  attempt smallint not null check (attempt > 0),
  feature text not null,
  provider text not null,
  model text not null,
  outcome text not null check (outcome in ('ok', 'error', 'timeout', 'aborted')),
  error_code text,
  input_tokens integer not null default 0 check (input_tokens >= 0),
  -- The part of input_tokens that the provider read from its cache.
  cached_input_tokens integer not null default 0 check (cached_input_tokens between 0 and input_tokens),
  output_tokens integer not null default 0 check (output_tokens >= 0),
  -- Whether the token numbers are our estimate because the provider told none.
  estimated boolean not null default false,
  -- Millionths of a millionth of a US dollar: micro-USD per million tokens times tokens.
  cost_pico_usd bigint not null default 0 check (cost_pico_usd >= 0),
  latency_ms integer not null check (latency_ms >= 0),
  request_id text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, call_id, attempt)
);
create index ai_usage_events_listed on ai.ai_usage_events (workspace_id, created_at);
select plinth.protect_tenant_table('ai.ai_usage_events', 'select, insert');

-- down
drop schema ai cascade;
