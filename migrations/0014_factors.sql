-- Second factors: one-time passwords by time, recovery codes, passkeys, and the challenges that wait for an answer.

-- up
create schema factors;
grant usage on schema factors to plinth_system;

create table factors.authenticators (
  user_id uuid primary key references identity.users (id) on delete cascade,
  -- The shared secret (RFC 6238), sealed with a key derived from the installation's secret.
  secret_sealed bytea not null,
  -- Null until the person has shown a first code.
  confirmed_at timestamptz,
  -- The time step of the last code that was taken: a code is good once.
  last_step bigint not null default 0,
  created_at timestamptz not null default now()
);

create table factors.recovery_codes (
  code_hash bytea primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index recovery_codes_user on factors.recovery_codes (user_id);

create table factors.passkeys (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  name text not null check (length(name) between 1 and 100),
  credential_id bytea not null unique,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  backed_up boolean not null,
  aaguid text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index passkeys_user on factors.passkeys (user_id, created_at);

create table factors.challenges (
  id uuid primary key,
  purpose text not null check (purpose in ('second_factor', 'passkey_registration', 'passkey_login')),
  -- Null while nobody is known: a login by passkey.
  user_id uuid references identity.users (id) on delete cascade,
  -- How the person has proved who they are so far (RFC 8176).
  methods text[] not null default '{}',
  wrong_answers integer not null default 0,
  expires_at timestamptz not null,
  used_at timestamptz,
  created_at timestamptz not null default now()
);
create index challenges_expired on factors.challenges (expires_at);

grant select, insert, update, delete on all tables in schema factors to plinth_system;

-- down
drop schema factors cascade;
