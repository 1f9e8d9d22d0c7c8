-- Accounts at other providers: who of us is whom there, and sign-ins that are under way.

-- up
create schema federation;
grant usage on schema federation to plinth_system;

create table federation.identities (
  id uuid primary key,
  user_id uuid not null references identity.users (id) on delete cascade,
  -- The provider's name in the configuration.
  provider text not null,
  issuer text not null,
  subject text not null check (length(subject) between 1 and 255),
  email text,
  email_verified boolean not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  unique (issuer, subject)
);
create index identities_user on federation.identities (user_id, created_at);
create trigger identities_changed after update of user_id or delete
  on federation.identities for each row execute function plinth.notify_change('identity', 'id');

create table federation.flows (
  id uuid primary key,
  provider text not null,
  -- Where the browser goes afterwards; one of the allowed origins.
  return_to text not null,
  -- The person who links an account; null for a sign-in.
  user_id uuid references identity.users (id) on delete cascade,
  -- What the provider said: set when the browser came back, and read once.
  status text not null default 'started' check (status in ('started', 'returned', 'done')),
  profile jsonb,
  expires_at timestamptz not null,
  created_at timestamptz not null default now()
);
create index flows_expired on federation.flows (expires_at);

grant select, insert, update, delete on all tables in schema federation to plinth_system;

-- down
drop schema federation cascade;
