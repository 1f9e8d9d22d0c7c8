-- Licences that come with a plan: one for each workspace and product, with a key, a signed file, and the machines that it was
-- activated on.

-- up
create schema licensing;
grant usage on schema licensing to plinth_app, plinth_system;

create table licensing.licenses (
  id uuid not null,
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  product text not null,
  -- The key is looked up by a keyed hash; its ciphertext is for showing it.
  key_hash bytea not null unique,
  key_sealed bytea not null,
  key_prefix text not null,
  key_last4 text not null,
  plan_id text not null,
  plan_version_id uuid not null,
  features jsonb not null,
  max_seats integer not null check (max_seats >= 0),
  -- active; suspended while a payment is owed or disputed; expired when the paid time is over; revoked when the store took it back.
  status text not null check (status in ('active', 'suspended', 'expired', 'revoked')),
  reason text,
  -- When the time of the deciding grant began and ends; readers compare the time themselves.
  not_before timestamptz not null,
  expires_at timestamptz,
  -- Until when this row holds as it is: the snapshot's next boundary. Beyond it the snapshot is computed afresh before anybody is answered.
  valid_until timestamptz,
  -- Grows with every change of what is signed.
  revision integer not null default 1,
  signed_revision integer,
  signed_kid text,
  signed_file text,
  signed_at timestamptz,
  issued_at timestamptz not null,
  renewed_at timestamptz,
  suspended_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, product),
  unique (id)
);
create index licenses_listed on licensing.licenses (workspace_id, created_at, id);
-- For the list over all workspaces, and for those whose time is over.
create index licenses_by_age on licensing.licenses (created_at, id);
create index licenses_due on licensing.licenses (valid_until) where valid_until is not null;
select plinth.protect_tenant_table('licensing.licenses', 'select, insert, update');

-- The machines that a licence was activated on, each with the file that is bound to it.
create table licensing.activations (
  id uuid not null,
  workspace_id uuid not null,
  license_id uuid not null,
  hardware_id text not null check (hardware_id ~ '^[A-Za-z0-9._:-]{16,128}$'),
  name text,
  -- The revision of the licence that the file was signed for.
  signed_revision integer,
  signed_kid text,
  signed_file text,
  signed_at timestamptz,
  created_at timestamptz not null default now(),
  -- When the machine activated the last time.
  last_activated_at timestamptz not null default now(),
  primary key (workspace_id, id),
  unique (workspace_id, license_id, hardware_id),
  foreign key (workspace_id, license_id) references licensing.licenses (workspace_id, id) on delete cascade
);
create index activations_listed on licensing.activations (workspace_id, license_id, created_at, id);
select plinth.protect_tenant_table('licensing.activations');

-- The keys that sign files: one signs, the others are published until the last file that they signed ran out.
create table licensing.signing_keys (
  kid text primary key,
  public_jwk jsonb not null,
  -- Emptied when the key is retired.
  private_sealed bytea not null,
  created_at timestamptz not null default now(),
  -- Published before it signs, so that whoever keeps the key set for a while has it in time.
  active_from timestamptz not null,
  retired_at timestamptz
);
grant select, insert, update on licensing.signing_keys to plinth_system;

-- What an acquire needs of a licence, its row locked until the transaction ends, so that seats and status change one after the other.
-- Other modules' SQL comes in by this door.
create function licensing.lock_terms(p_license_id uuid)
  returns table (workspace_id uuid, product text, status text, reason text, max_seats integer, expires_at timestamptz, valid_until timestamptz)
  language sql
  begin atomic
    select l.workspace_id, l.product, l.status, l.reason, l.max_seats, l.expires_at, l.valid_until
    from licensing.licenses l where l.id = p_license_id for update;
  end;

-- down
drop schema licensing cascade;
