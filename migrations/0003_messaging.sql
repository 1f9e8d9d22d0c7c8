-- The development mailbox: where mail goes while no provider is configured. Never used in production.

-- up
create schema messaging;
grant usage on schema messaging to plinth_system;

create table messaging.dev_mailbox (
  id uuid primary key,
  -- The same message delivered again (at-least-once) is one mail.
  idempotency_key text not null unique,
  to_address text not null,
  subject text not null,
  text_body text not null,
  html_body text not null,
  created_at timestamptz not null default now()
);
create index dev_mailbox_created_at on messaging.dev_mailbox (created_at desc, id desc);
grant select, insert, delete on messaging.dev_mailbox to plinth_system;

-- down
drop schema messaging cascade;
