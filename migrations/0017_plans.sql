-- The catalogue is a module of its own, and what is granted says with how many seats, how it stands, and why.

-- up
create schema plans;
grant usage on schema plans to plinth_app, plinth_system;
alter table billing.plan_versions set schema plans;
alter table billing.plans set schema plans;
alter function billing.refuse_change() set schema plans;

-- What was sold as a plan version. Other modules' SQL comes in by this door.
create function plans.content_of(p_plan_version_id uuid) returns jsonb
  language sql stable
  begin atomic
    select v.content from plans.plan_versions v where v.id = p_plan_version_id;
  end;

alter table entitlements.default_plans add column seats integer not null default 1 check (seats >= 0);
alter table entitlements.grants
  -- How what is granted stands: in order, in the time that a failed payment is given, suspended, or ended.
  add column standing text not null default 'good' check (standing in ('good', 'grace', 'suspended', 'ended')),
  add column reason text;
alter table entitlements.entitlement_snapshots
  add column seats integer not null default 1 check (seats >= 0),
  -- That of the deciding grant; suspended where that alone keeps the workspace from a plan; none without any.
  add column standing text not null default 'none' check (standing in ('good', 'grace', 'suspended', 'ended', 'none')),
  add column reason text;

-- down
alter table entitlements.entitlement_snapshots drop column reason, drop column standing, drop column seats;
alter table entitlements.grants drop column reason, drop column standing;
alter table entitlements.default_plans drop column seats;
drop function plans.content_of(uuid);
alter function plans.refuse_change() set schema billing;
alter table plans.plans set schema billing;
alter table plans.plan_versions set schema billing;
drop schema plans;
