-- What became of every mail, whom no mail may go to, and attachments in the development mailbox.

-- up
create table messaging.email_logs (
  id uuid primary key,
  -- One mail, however often it is asked for.
  idempotency_key text not null unique,
  -- Whom it is about, where that is known: some mails go to people before there is an account or a workspace.
  workspace_id uuid,
  user_id uuid,
  template text not null,
  locale text not null,
  -- A keyed hash finds the address, its ciphertext shows it; both go when the person is erased.
  to_hash bytea,
  to_sealed bytea,
  -- queued: waits for its first or next try. suppressed: not sent, the address is on the list below. failed: refused for good.
  -- What the provider tells later moves it on: delivered, bounced.
  status text not null check (status in ('queued', 'sent', 'delivered', 'failed', 'suppressed', 'bounced')),
  provider text not null,
  provider_message_id text,
  attempts integer not null,
  error text,
  -- Until then nobody else tries: somebody does just now, or the provider asked to be left alone.
  lease_until timestamptz,
  created_at timestamptz not null,
  sent_at timestamptz,
  updated_at timestamptz not null
);
create index email_logs_listed on messaging.email_logs (created_at desc, id desc);
create index email_logs_to on messaging.email_logs (to_hash, created_at desc);
create index email_logs_user on messaging.email_logs (user_id) where user_id is not null;
create index email_logs_message on messaging.email_logs (provider_message_id) where provider_message_id is not null;
create index email_logs_workspace on messaging.email_logs (workspace_id, created_at) where workspace_id is not null;
grant select, insert, update, delete on messaging.email_logs to plinth_system;

create table messaging.suppressions (
  id uuid primary key,
  address_hash bytea not null,
  address_sealed bytea,
  reason text not null check (reason in ('bounce', 'complaint', 'unsubscribe', 'manual')),
  detail text,
  created_by uuid,
  -- When the address gave the reason, by the provider's clock.
  created_at timestamptz not null,
  -- A reason that was lifted stays lifted when its notification comes again; a later one holds.
  lifted_at timestamptz,
  lifted_by uuid,
  unique (address_hash, reason)
);
create index suppressions_listed on messaging.suppressions (created_at desc, id desc) where lifted_at is null;
grant select, insert, update on messaging.suppressions to plinth_system;

alter table messaging.dev_mailbox
  add column template text,
  add column attachments jsonb not null default '[]';

-- down
alter table messaging.dev_mailbox drop column attachments, drop column template;
drop table messaging.suppressions;
drop table messaging.email_logs;
