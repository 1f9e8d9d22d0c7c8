-- Sessions and the keys that sign access tokens become a module of their own: one row per session, and what it was begun with.

-- up
create schema sessions;
grant usage on schema sessions to plinth_system;

alter table identity.sessions set schema sessions;
alter table identity.signing_keys set schema sessions;

alter table sessions.sessions
  -- When the person last proved who they are: at the sign-in, or at a step-up since.
  add column authenticated_at timestamptz not null default now(),
  -- How, as RFC 8176 names it: pwd, otp, mfa, hwk, …
  add column methods text[] not null default '{}',
  -- The client's address, or its IPv6 network of 64 bits: by it a device is known again.
  add column client_network text,
  add column transport text not null default 'bearer' check (transport in ('bearer', 'cookie')),
  -- The administrator who acts as the person, and why.
  add column impersonator_id uuid references identity.users (id) on delete cascade,
  add column impersonation_reason text,
  add check ((impersonator_id is null) = (impersonation_reason is null));

create index sessions_impersonator on sessions.sessions (impersonator_id) where impersonator_id is not null;

-- A key is published before it signs, so that whoever keeps the key set for a while has it in time.
alter table sessions.signing_keys add column active_from timestamptz not null default now();
create trigger signing_keys_changed after insert or update or delete
  on sessions.signing_keys for each row execute function plinth.notify_change('signing_key', 'kid');
create trigger sessions_confirmed after update of authenticated_at
  on sessions.sessions for each row execute function plinth.notify_change('session', 'id');

-- down
drop index sessions.sessions_impersonator;
drop trigger sessions_confirmed on sessions.sessions;
drop trigger signing_keys_changed on sessions.signing_keys;
alter table sessions.signing_keys drop column active_from;
alter table sessions.sessions
  drop column impersonation_reason, drop column impersonator_id, drop column transport, drop column client_network, drop column methods,
  drop column authenticated_at;
alter table sessions.signing_keys set schema identity;
alter table sessions.sessions set schema identity;
drop schema sessions;
