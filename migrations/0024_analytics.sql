-- The platform's figures, one view for each; the history of who paid from when to when, which subscriptions do not keep; and the
-- search of accounts.

-- up
create schema analytics;
grant usage on schema analytics to plinth_system;

-- ---- what is paid for

-- What the row of a subscription tells of each thing that it is for: its price in a year, and from when to when that is paid for (half-open).
-- The base of the figures below. Not in it: purchases that were never paid or are in their trial now, duplicates (they are paid back), gifts,
-- and plans that cost nothing. Prices are those of the plan version that was sold; discounts, taxes and a store's regional prices are not known.
create view analytics.paid_terms with (security_invoker = true) as
with prices as materialized (
  select v.id, v.content ->> 'product' as product, v.content #>> '{price,currency}' as currency,
    (v.content #>> '{price,amount}')::bigint as amount,
    case v.content #>> '{price,interval}' when 'month' then 12 when 'year' then 1 else 0 end as charges_per_year
  from plans.plan_versions v
)
select s.workspace_id, s.id as subscription_id, item.price_id, s.environment, s.source, prices.product, prices.currency,
  prices.amount * prices.charges_per_year * item.quantity as yearly_minor,
  -- A store charges once for everything that a subscription is for.
  case when item.price_id = sold.items -> 0 ->> 'price_id' then prices.charges_per_year else 0 end as charges_per_year,
  s.standing = 'grace' as is_past_due,
  s.standing in ('good', 'grace') and greatest(s.access_starts_at, s.trial_end) <= plinth.now()
    and plinth.now() < least(s.access_ends_at, item.current_period_end) as is_paying,
  greatest(s.access_starts_at, s.trial_end) as pays_from,
  least(s.access_ends_at, item.current_period_end) as pays_until,
  s.state_at, s.created_at
from billing.subscriptions s
-- While the payment of an upgrade fails, what was paid goes on, to the end of the access.
cross join lateral (
  select s.status = 'past_due' and s.standing = 'grace' and s.paid is not null as goes_on
) payment
cross join lateral (select case when payment.goes_on then s.paid -> 'items' else s.items end as items) sold
cross join lateral (
  select raw.price_id, raw.plan_version_id, raw.quantity,
    case when payment.goes_on then null else raw.current_period_end end as current_period_end
  from jsonb_to_recordset(sold.items)
    as raw (price_id text, plan_version_id uuid, quantity integer, current_period_end timestamptz)
) item
join prices on prices.id = item.plan_version_id
where not s.is_duplicate and s.status not in ('incomplete', 'incomplete_expired', 'trialing')
  and s.access_starts_at is not null and s.access_ends_at is not null
  and prices.amount * prices.charges_per_year * item.quantity > 0
  -- What an operator grants in RevenueCat's dashboard was bought nowhere.
  and not (s.source = 'revenuecat' and (s.external_id like 'promotional:%' or item.price_id like 'rc\_promo\_%'));

-- When a subscription's state was made and its access ends: what the history is dated by.
create view analytics.subscription_states with (security_invoker = true) as
select s.workspace_id, s.id as subscription_id, s.state_at, s.access_ends_at from billing.subscriptions s;

-- ---- one view for each figure; all but churn and sign-ups are of now

-- MRR: what everything that is paid for and gives access now costs in a month, yearly prices divided by twelve; of that, what stands in
-- the time that a failed payment is given. In twelfths it is exact; round once, after adding up.
create view analytics.mrr with (security_invoker = true) as
select t.environment, t.product, t.currency, t.source,
  sum(t.yearly_minor)::bigint as twelfths,
  coalesce(sum(t.yearly_minor) filter (where t.is_past_due), 0)::bigint as past_due_twelfths,
  round(sum(t.yearly_minor) / 12.0)::bigint as mrr_minor,
  round(coalesce(sum(t.yearly_minor) filter (where t.is_past_due), 0) / 12.0)::bigint as past_due_minor,
  -- How often stores charge for it in a year, that is in a month in twelfths.
  sum(t.charges_per_year)::bigint as charges_twelfths
from analytics.paid_terms t
where t.is_paying
group by t.environment, t.product, t.currency, t.source;

-- ARR: twelve times MRR, therefore without any rounding.
create view analytics.arr with (security_invoker = true) as
select m.environment, m.product, m.currency, sum(m.twelfths)::bigint as arr_minor,
  sum(m.past_due_twelfths)::bigint as past_due_minor
from analytics.mrr m
group by m.environment, m.product, m.currency;

-- Active subscriptions: those that give access now, without duplicates, by how they stand; trials and free ones among them, trials apart.
create view analytics.active_subscriptions with (security_invoker = true) as
select s.environment, s.product, s.plan_id, s.source, s.standing,
  s.status = 'trialing' or coalesce(s.trial_end > plinth.now(), false) as is_trial,
  count(*) as subscriptions, sum(s.seats)::bigint as seats
from billing.subscriptions s
where s.standing in ('good', 'grace') and not s.is_duplicate
  and s.access_starts_at <= plinth.now() and plinth.now() < s.access_ends_at
group by s.environment, s.product, s.plan_id, s.source, s.standing, is_trial;

-- The first beginning of a month (UTC) that is not before the moment, as the months since the year 0.
create function analytics.month_from(p_at timestamptz) returns integer
  language sql immutable parallel safe
  return extract(year from (p_at - interval '1 microsecond') at time zone 'UTC')::integer * 12
    + extract(month from (p_at - interval '1 microsecond') at time zone 'UTC')::integer;

-- When somebody paid for what: what `paid_terms` told each time it was recorded. A subscription holds its present state only, and a store
-- may reuse it for years. Outlives the workspace on purpose: whoever is erased was lost as a customer, and the months before stay as they were;
-- nothing here says who it was.
create table analytics.paid_spans (
  id uuid not null default gen_random_uuid(),
  workspace_id uuid not null,
  subscription_id uuid not null,
  price_id text not null,
  environment text not null check (environment in ('live', 'test')),
  product text not null,
  currency text not null,
  yearly_minor bigint not null check (yearly_minor > 0),
  starts_at timestamptz not null,
  -- The first instant without it; null while it goes on.
  ends_at timestamptz check (ends_at >= starts_at),
  -- The first month's beginning at which it is paid, and the first at which no more.
  from_month integer not null generated always as (analytics.month_from(starts_at)) stored,
  until_month integer generated always as (analytics.month_from(ends_at)) stored,
  created_at timestamptz not null default now(),
  primary key (workspace_id, id)
);
create index paid_spans_customer on analytics.paid_spans (workspace_id, product, starts_at);
create unique index paid_spans_open on analytics.paid_spans (subscription_id, price_id) where ends_at is null;
create index paid_spans_subscription on analytics.paid_spans (subscription_id);
select plinth.protect_tenant_table('analytics.paid_spans', 'select');

-- How many signed up on a day (UTC), as often as it was counted the most: an account that is erased signed up all the same.
create table analytics.sign_up_days (
  day date primary key,
  sign_ups bigint not null,
  verified bigint not null
);

-- When the history was last recorded: one row.
create table analytics.recordings (
  is_only boolean primary key default true check (is_only),
  recorded_at timestamptz not null
);
grant select, insert, update on analytics.sign_up_days, analytics.recordings to plinth_system;

-- Churn: of the customers (a workspace that pays for a product in a currency) at the first instant of a month (UTC), and of their MRR, those
-- who pay no more at the first instant of the next, or now in the month that runs. A trial that never paid is no customer; who left and
-- came back by then was not lost; who came and left within the month is in neither.
create view analytics.churn with (security_invoker = true) as
with clock as (
  -- The month that runs, by its number; the moment that follows its beginning is now.
  select analytics.month_from(plinth.now() + interval '1 microsecond') - 1 as running
), spans as (
  -- At which of those moments each span pays: from the first to before the other.
  select p.environment, p.product, p.currency, p.workspace_id, p.yearly_minor, p.from_month as pays_from,
    case when p.ends_at is null or p.ends_at > plinth.now() then clock.running + 2 else p.until_month end as pays_until
  from analytics.paid_spans p cross join clock
), begun as (
  select spans.*, coalesce(pays_from > max(pays_until) over (earlier rows between unbounded preceding and 1 preceding), true) as is_new
  from spans where pays_from < pays_until
  window earlier as (partition by workspace_id, product, currency, environment order by pays_from)
), stays as (
  -- What one customer pays without a gap.
  select begun.*, count(*) filter (where is_new)
      over (partition by workspace_id, product, currency, environment order by pays_from rows unbounded preceding) as stay
  from begun
), ended as (
  select stays.*, max(pays_until) over same_stay as leaves,
    row_number() over (same_stay order by pays_from) = 1 as is_first
  from stays
  window same_stay as (partition by workspace_id, product, currency, environment, stay)
), changes as (
  select environment, product, currency, change.month, sum(change.customers) as customers, sum(change.twelfths) as twelfths,
    sum(change.customers_lost) as customers_lost, sum(change.twelfths_lost) as twelfths_lost
  from ended cross join lateral (values
    (pays_from, is_first::integer, yearly_minor, 0, 0),
    (pays_until, 0, -yearly_minor, 0, 0),
    (leaves, -is_first::integer, 0, 0, 0),
    -- Lost in the month before the moment at which nothing is paid any more, with all that was paid at its beginning.
    (leaves - 1, 0, 0, is_first::integer, case when pays_until = leaves then yearly_minor else 0 end)
  ) change (month, customers, twelfths, customers_lost, twelfths_lost)
  group by environment, product, currency, change.month
)
select make_date(month.number / 12, month.number % 12 + 1, 1) as month, month.number < clock.running as is_complete,
  c.environment, c.product, c.currency,
  sum(c.customers)::bigint as customers_at_start,
  coalesce(sum(c.customers_lost) filter (where c.month = month.number), 0)::bigint as customers_lost,
  sum(c.twelfths)::bigint as twelfths_at_start,
  coalesce(sum(c.twelfths_lost) filter (where c.month = month.number), 0)::bigint as twelfths_lost
from clock
cross join lateral generate_series((select min(changes.month) from changes), clock.running) month (number)
join changes c on c.month <= month.number
group by month.number, clock.running, c.environment, c.product, c.currency
having sum(c.customers) > 0;

-- Sign-ups: accounts made on a day (UTC), deleted and erased ones among them; of those, the ones whose address was proved.
create view analytics.sign_ups with (security_invoker = true) as
select counted.day, max(counted.sign_ups) as sign_ups, max(counted.verified) as verified
from (
  select (u.created_at at time zone 'UTC')::date as day, count(*) as sign_ups, count(u.email_verified_at) as verified
  from identity.users u group by 1
  union all
  select d.day, d.sign_ups, d.verified from analytics.sign_up_days d
) counted
group by counted.day;

-- Licence utilisation: of the licences that are valid now, how many seats they have, how many are held by a live session, and how many
-- licences were activated on a machine.
create view analytics.license_utilisation with (security_invoker = true) as
select l.product, count(*) as licenses, sum(l.max_seats)::bigint as seats, coalesce(sum(held.seats), 0)::bigint as seats_in_use,
  count(activated.license_id) as activated
from licensing.licenses l
left join (
  select s.license_id, count(*) as seats from seats.sessions s
  where s.status = 'active' and seats.is_live(s.expires_at, plinth.now()) group by s.license_id
) held on held.license_id = l.id
left join (select distinct a.license_id from licensing.activations a) activated on activated.license_id = l.id
where l.status = 'active' and l.not_before <= plinth.now() and (l.expires_at is null or plinth.now() < l.expires_at)
group by l.product;

grant select on analytics.paid_terms, analytics.subscription_states, analytics.mrr, analytics.arr, analytics.active_subscriptions,
  analytics.churn, analytics.sign_ups, analytics.license_utilisation to plinth_system;

-- ---- the list of accounts: in pages, and by a part of the address or the name

create index users_listed on identity.users (created_at, id);
-- The extension may be there already, in a schema of the operator's choice.
do $$
declare
  home text;
begin
  create extension if not exists pg_trgm with schema plinth;
  select extnamespace::regnamespace::text into home from pg_extension where extname = 'pg_trgm';
  execute format($index$create index users_searched on identity.users
    using gin (lower(coalesce(email_normalized, '') || ' ' || full_name || ' ' || coalesce(display_name, '')) %s.gin_trgm_ops)$index$, home);
end $$;

-- down
drop index identity.users_searched;
drop index identity.users_listed;
do $$
begin
  if exists (select from pg_extension where extname = 'pg_trgm' and extowner = current_user::regrole) then
    drop extension pg_trgm;
  end if;
end $$;
drop schema analytics cascade;
