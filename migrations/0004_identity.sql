-- People, their passwords, sessions and one-time tokens, and the keys that sign access tokens. No grant to plinth_app: a
-- workspace's transaction cannot read any of it.

-- up
create schema identity;
grant usage on schema identity to plinth_system;

create table identity.users (
  id uuid primary key,
  email text not null,
  -- The address in the form under which it is unique: trimmed, NFC, lower-case, domain in its ASCII form.
  email_normalized text not null,
  email_verified_at timestamptz,
  full_name text not null check (length(full_name) between 1 and 200),
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email on identity.users (email_normalized);

create table identity.passwords (
  user_id uuid primary key references identity.users (id) on delete cascade,
  -- A PHC string: the algorithm and its parameters, the salt and the hash.
  hash text not null,
  updated_at timestamptz not null default now()
);

-- One row per session. The refresh token of generation n is derivable from the installation's secret; the row keeps only the SHA-256
-- of the live one.
create table identity.sessions (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  generation integer not null default 0,
  refresh_token_hash bytea not null,
  rotated_at timestamptz not null default now(),
  ip_address text,
  user_agent text,
  device_label text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  idle_expires_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
);
create index sessions_user on identity.sessions (user_id, created_at desc);

create table identity.one_time_tokens (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  purpose text not null check (purpose in ('verify_email')),
  -- The address that the token proves; a token dies when the person's address changes.
  email_normalized text not null,
  token_hash bytea not null unique,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
-- One live token for each purpose.
create unique index one_time_tokens_live on identity.one_time_tokens (user_id, purpose) where used_at is null;

create table identity.signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  -- The private JWK, sealed with a key derived from the installation's secret.
  private_jwk_sealed bytea not null,
  created_at timestamptz not null default now(),
  retired_at timestamptz
);

grant select, insert, update, delete on all tables in schema identity to plinth_system;

create trigger users_changed after update of status, email, email_verified_at, full_name
  on identity.users for each row execute function plinth.notify_change('user', 'id');
create trigger sessions_revoked after update of revoked_at
  on identity.sessions for each row execute function plinth.notify_change('session', 'id');
create trigger sessions_deleted after delete
  on identity.sessions for each row execute function plinth.notify_change('session', 'id');

-- down
drop schema identity cascade;
