-- Accounts as a whole: profile, platform role, soft deletion, accounts without an address of their own to sign in with, and every
-- purpose of a mailed token.

-- up
alter table identity.users
  -- Null for a person of a foreign issuer who has no address; such a one signs in there and not here.
  alter column email drop not null,
  alter column email_normalized drop not null,
  add column role text not null default 'user' check (role in ('user', 'admin')),
  add column display_name text check (length(display_name) between 1 and 100),
  add column locale text check (length(locale) between 2 and 35),
  add column time_zone text,
  add column avatar_url text check (length(avatar_url) <= 2000),
  add column deleted_at timestamptz,
  -- Counts the changes of password, address and factors: a sign-in that was proved before one does not begin a session after it.
  add column credentials_version integer not null default 0,
  drop constraint users_status_check,
  add constraint users_status_check check (status in ('active', 'suspended', 'deleted')),
  add check ((status = 'deleted') = (deleted_at is not null));

drop trigger users_changed on identity.users;
create trigger users_changed after update or delete
  on identity.users for each row execute function plinth.notify_change('user', 'id');

alter table identity.one_time_tokens
  drop constraint one_time_tokens_purpose_check,
  add constraint one_time_tokens_purpose_check
    check (purpose in ('verify_email', 'reset_password', 'change_email', 'magic_link', 'restore_account')),
  -- The address that `change_email` proves.
  add column new_email text,
  add column new_email_normalized text,
  -- The address as it is written, so that a former one can still be told.
  add column email text,
  -- Wrong codes so far, those of its forerunners within the quarter of an hour included.
  add column wrong_codes integer not null default 0,
  add check ((purpose = 'change_email') = (new_email is not null and new_email_normalized is not null));
create index one_time_tokens_recent on identity.one_time_tokens (user_id, purpose, created_at);

-- Whether a person may sign in. Other modules' SQL comes in by this door.
-- It runs with the owner's rights: a
-- workspace's transaction learns whether a member is there, and cannot look at people themselves.
grant usage on schema identity to plinth_app;
create function identity.is_active(p_user_id uuid) returns boolean
  language sql stable security definer set search_path = ''
  begin atomic
    select exists (select from identity.users u where u.id = p_user_id and u.status = 'active');
  end;

-- Which state of a person's credentials holds.
create function identity.credentials_version(p_user_id uuid) returns integer
  language sql stable
  begin atomic
    select u.credentials_version from identity.users u where u.id = p_user_id;
  end;

-- down
revoke usage on schema identity from plinth_app;
drop function identity.credentials_version(uuid);
drop function identity.is_active(uuid);
drop index identity.one_time_tokens_recent;
delete from identity.one_time_tokens where purpose <> 'verify_email';
alter table identity.one_time_tokens
  drop column wrong_codes, drop column email, drop column new_email_normalized, drop column new_email,
  drop constraint one_time_tokens_purpose_check,
  add constraint one_time_tokens_purpose_check check (purpose in ('verify_email'));
drop trigger users_changed on identity.users;
create trigger users_changed after update of status, email, email_verified_at, full_name
  on identity.users for each row execute function plinth.notify_change('user', 'id');
delete from identity.users where email is null or email_normalized is null;
update identity.users set status = 'suspended', deleted_at = null where status = 'deleted';
alter table identity.users
  drop column credentials_version, drop column deleted_at, drop column avatar_url, drop column time_zone, drop column locale, drop column display_name,
  drop column role,
  drop constraint users_status_check,
  add constraint users_status_check check (status in ('active', 'suspended')),
  alter column email_normalized set not null,
  alter column email set not null;
