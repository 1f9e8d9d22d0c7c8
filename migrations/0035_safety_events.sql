-- Safety events: what a model said too; the text where the person agreed; and how many people were pointed to help, without saying whom.

-- up
alter table safety.safety_events
  add column direction text not null default 'input' check (direction in ('input', 'output')),
  -- What was written, sealed; only with consent, and only until then.
  add column text_sealed bytea,
  add column text_kept_until timestamptz,
  add constraint safety_events_kept_for_a_time check ((text_sealed is null) = (text_kept_until is null));
alter table safety.safety_events alter column direction drop default;
drop index safety.safety_events_listed;
create index safety_events_listed on safety.safety_events (workspace_id, created_at desc, id desc);
create index safety_events_aged on safety.safety_events (created_at);
create index safety_events_kept on safety.safety_events (text_kept_until) where text_kept_until is not null;

-- How often somebody was pointed to help on a day (UTC): each crisis once, under its gravest category. Holds nobody's rows, and so outlives
-- people and workspaces: the yearly report has to (California SB 243, Business and Professions Code 22603).
create table safety.referral_days (
  day date not null,
  category text not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  referrals bigint not null check (referrals > 0),
  primary key (day, category, country)
);
grant select on safety.referral_days to plinth_system;

-- Counts in the transaction that records the event: the one is never without the other. With its owner's rights, for the counts are not the
-- workspace's; it shows no row.
create function safety.count_referral() returns trigger language plpgsql security definer set search_path = pg_catalog as $$
begin
  insert into safety.referral_days as known (day, category, country, referrals)
  values (
    (new.created_at at time zone 'UTC')::date,
    new.categories[1],
    coalesce(upper(substring(new.locale from '^[A-Za-z]{2,3}(?:-[A-Za-z]{4})?-([A-Za-z]{2})(?:-|$)')), 'ZZ'),
    1
  )
  on conflict (day, category, country) do update set referrals = known.referrals + 1;
  return null;
end $$;
create trigger count_referral after insert on safety.safety_events
  for each row when (new.status = 'crisis') execute function safety.count_referral();

-- down
drop trigger count_referral on safety.safety_events;
drop function safety.count_referral();
drop table safety.referral_days;
drop index safety.safety_events_kept;
drop index safety.safety_events_aged;
drop index safety.safety_events_listed;
create index safety_events_listed on safety.safety_events (workspace_id, created_at);
alter table safety.safety_events drop constraint safety_events_kept_for_a_time;
alter table safety.safety_events drop column text_kept_until, drop column text_sealed, drop column direction;
