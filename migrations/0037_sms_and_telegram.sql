-- Text messages and Telegram: what was sent and received, who wants no more, which chat is whose.

-- up
create schema sms;
grant usage on schema sms to plinth_app, plinth_system;

create table sms.messages (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  -- Whom it goes to or comes from, where that is known.
  user_id uuid,
  direction text not null check (direction in ('outgoing', 'incoming')),
  -- The other side's number: found by a keyed hash, shown from ciphertext.
  number_hash bytea not null,
  number_sealed bytea not null,
  -- Null once its time of keeping is over.
  body_sealed bytea,
  status text not null check (status in ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'failed', 'suppressed', 'received')),
  provider text not null,
  provider_id text,
  error_code text,
  idempotency_key text not null,
  attempts integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, idempotency_key)
);
create index messages_listed on sms.messages (workspace_id, created_at desc, id desc);
-- Whose a number is that writes to us: of the workspace that wrote to it last.
create index messages_of_number on sms.messages (number_hash, created_at desc) where direction = 'outgoing';
create index messages_kept on sms.messages (created_at) where body_sealed is not null;
select plinth.protect_tenant_table('sms.messages', 'select, insert, update');

-- Numbers that asked for no more messages, from whatever workspace: the law and the carriers know one sender.
create table sms.opt_outs (
  number_hash bytea primary key,
  reason text not null check (reason in ('keyword', 'provider')),
  created_at timestamptz not null
);
grant select, insert, update, delete on sms.opt_outs to plinth_system;

create schema telegram;
grant usage on schema telegram to plinth_app, plinth_system;

-- Which chat is whose. A link waits for its code to be sent from the chat.
create table telegram.chats (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  -- Who linked it.
  user_id uuid not null,
  code_hash bytea unique,
  code_expires_at timestamptz,
  chat_id bigint,
  title text,
  linked_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index chats_once on telegram.chats (chat_id) where chat_id is not null;
create index chats_listed on telegram.chats (workspace_id, created_at desc, id desc);
select plinth.protect_tenant_table('telegram.chats');

create table telegram.messages (
  id uuid not null,
  workspace_id uuid not null,
  link_id uuid not null,
  direction text not null check (direction in ('outgoing', 'incoming')),
  -- Telegram's number of the message in its chat.
  message_id bigint,
  body_sealed bytea,
  status text not null check (status in ('queued', 'sent', 'failed', 'received')),
  error_code text,
  idempotency_key text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, idempotency_key),
  foreign key (workspace_id, link_id) references telegram.chats (workspace_id, id) on delete cascade
);
create index messages_of_chat on telegram.messages (workspace_id, link_id, created_at desc, id desc);
create index messages_kept on telegram.messages (created_at) where body_sealed is not null;
select plinth.protect_tenant_table('telegram.messages');

-- down
drop schema telegram cascade;
drop schema sms cascade;
