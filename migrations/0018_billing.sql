-- One truth from every store: what is told of a subscription, of its payments and of money that goes back is kept by its own order,
-- and what it gives is computed from all of it.

-- up

-- ---- subscriptions

alter table billing.subscriptions drop constraint subscriptions_status_check;
alter table billing.subscriptions
  add constraint subscriptions_status_check check (status in
    ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled',
     'in_grace', 'on_hold', 'expired', 'revoked')),
  add column plan_id text,
  -- Whom the store knows the buyer as.
  add column customer_id text,
  -- Another id of the same purchase (Google's order id, which a broker tells instead of the purchase token).
  add column alias text,
  -- The newest payment for it, and the purchase that it replaces.
  add column transaction_id text,
  add column supersedes text,
  add column pending_price_id text,
  add column pending_plan_id text,
  -- Whether the store never changes it again.
  add column is_final boolean not null default false,
  -- Everything that it is for, resolved by the catalogue: the deciding one first.
  add column items jsonb not null default '[]',
  -- The last state that was paid: while an upgrade's payment fails, what was paid goes on.
  add column paid jsonb,
  -- What follows from all that is known of it.
  add column standing text not null default 'good' check (standing in ('good', 'grace', 'suspended', 'ended')),
  add column standing_reason text,
  add column grace_ends_at timestamptz,
  add column access_starts_at timestamptz,
  add column access_ends_at timestamptz,
  -- The workspace had one of the product already: this one is to be refunded.
  add column is_duplicate boolean not null default false,
  -- A broker's name, when the store did not tell us itself.
  add column told_by text;
update billing.subscriptions s
  set plan_id = plans.content_of(s.plan_version_id) ->> 'product' || '.' || (plans.content_of(s.plan_version_id) ->> 'key'),
      is_final = s.status in ('canceled', 'incomplete_expired'),
      items = jsonb_build_array(jsonb_build_object('price_id', s.price_id, 'plan_version_id', s.plan_version_id, 'quantity',
        greatest(1, s.seats / greatest(1, coalesce((plans.content_of(s.plan_version_id) ->> 'seats')::integer, 1))),
        'current_period_start', null, 'current_period_end', s.current_period_end)),
      access_starts_at = s.started_at,
      access_ends_at = case when s.status in ('trialing', 'active', 'past_due') then s.current_period_end else coalesce(s.ended_at, s.state_at) end,
      standing = case when s.status in ('trialing', 'active') then 'good' when s.status = 'past_due' then 'grace' else 'ended' end;
alter table billing.subscriptions alter column plan_id set not null;
create unique index subscriptions_alias on billing.subscriptions (source, environment, alias) where alias is not null;
create index subscriptions_superseding on billing.subscriptions (source, environment, supersedes) where supersedes is not null;
create index subscriptions_of_product on billing.subscriptions (workspace_id, product);
create index subscriptions_recent on billing.subscriptions (created_at, id);

-- What a subscription is for, with everything of a plan in another version of it.
create function billing.with_version(p_items jsonb, p_plan_id text, p_plan_version_id text) returns jsonb
  language sql stable
  begin atomic
    select jsonb_agg(case when v.content ->> 'product' || '.' || (v.content ->> 'key') = p_plan_id
        then item || jsonb_build_object('plan_version_id', p_plan_version_id) else item end order by place)
    from jsonb_array_elements(p_items) with ordinality as items (item, place),
      lateral (select plans.content_of((item ->> 'plan_version_id')::uuid) as content) v;
  end;

-- ---- the inbox

alter table billing.webhook_events
  -- What was fetched from the store for it, in our words; null where the body itself says it.
  add column contents jsonb,
  add column attempts integer not null default 0,
  -- The purchases that it replaces: whoever learns of one of them looks at it again.
  add column replaces text[] not null default '{}';
create index webhook_events_replacing on billing.webhook_events using gin (replaces) where status in ('received', 'failed');
create index webhook_events_recent on billing.webhook_events (received_at, id);
create index webhook_events_unsettled on billing.webhook_events (received_at, id) where status in ('received', 'failed');

-- Who may ask a store about a buyer at this moment, so that no older answer is written over a newer one. Held over a call to the
-- store, therefore a row with an end and not a transaction's lock; the transaction that writes the answer checks the token.
create table billing.leases (
  key text primary key,
  token uuid not null,
  expires_at timestamptz not null
);
grant select, insert, update, delete on billing.leases to plinth_system;

-- ---- payments, and money that goes back: facts without an owner until their subscription has one

create table billing.payments (
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  -- The invoice.
  external_id text not null,
  subscription_id text not null,
  is_first boolean not null,
  is_renewal boolean not null,
  paid_at timestamptz,
  amount bigint not null default 0,
  currency text not null default 'USD',
  charge_ids text[] not null default '{}',
  created_at timestamptz not null default now(),
  primary key (source, environment, external_id)
);
create index payments_subscription on billing.payments (source, environment, subscription_id);
create index payments_charges on billing.payments using gin (charge_ids);

create table billing.payment_attempts (
  source text not null,
  environment text not null,
  payment_id text not null,
  attempt integer not null check (attempt > 0),
  failed_at timestamptz not null,
  primary key (source, environment, payment_id, attempt),
  foreign key (source, environment, payment_id) references billing.payments (source, environment, external_id) on delete cascade
);

create table billing.reversals (
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  external_id text not null,
  reason text not null check (reason in ('refund', 'dispute', 'revoked')),
  state text not null check (state in ('open', 'final', 'undone')),
  scope text not null check (scope in ('subscription', 'transaction')),
  subscription_id text,
  transaction_id text,
  charge_ids text[] not null default '{}',
  at timestamptz not null,
  state_at timestamptz not null,
  created_at timestamptz not null default now(),
  primary key (source, environment, external_id)
);
create index reversals_subscription on billing.reversals (source, environment, subscription_id);
create index reversals_charges on billing.reversals using gin (charge_ids);

-- What a store says of its checkouts: which are paid, and who bought where we know nobody (the address claims it after a verified
-- sign-in).
create table billing.checkout_reports (
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  external_id text not null,
  customer_id text not null,
  subscription_id text,
  status text not null check (status in ('unpaid', 'paid', 'failed', 'expired')),
  email_normalized text,
  created_at timestamptz not null default now(),
  primary key (source, environment, external_id)
);
create index checkout_reports_subscription on billing.checkout_reports (source, environment, subscription_id);
create index checkout_reports_email on billing.checkout_reports (email_normalized) where email_normalized is not null;

-- Purchases that became another's, for news that was made before and comes after.
create table billing.transfers (
  source text not null,
  environment text not null,
  from_workspace_id uuid not null,
  to_workspace_id uuid not null,
  at timestamptz not null,
  primary key (source, environment, from_workspace_id, to_workspace_id, at)
);

grant select, insert, update, delete on billing.payments, billing.payment_attempts, billing.reversals, billing.checkout_reports,
  billing.transfers to plinth_system;

-- What people were told, so that they are told once.
create table billing.notices (
  workspace_id uuid not null references workspaces.workspaces (id) on delete cascade,
  subscription_id uuid not null,
  kind text not null,
  about text not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, subscription_id, kind, about),
  foreign key (workspace_id, subscription_id) references billing.subscriptions (workspace_id, id) on update cascade on delete cascade
);
create index notices_listed on billing.notices (workspace_id, created_at);
select plinth.protect_tenant_table('billing.notices', 'select');

-- ---- selling

-- The store's customer of a workspace that is used for what is sold from now on.
alter table billing.customers add column is_current boolean not null default false;
create unique index customers_current on billing.customers (workspace_id, source, environment) where is_current;

-- ---- reconciliation: how far it came, and what it put right

create table billing.reconciliations (
  id uuid primary key,
  source text not null,
  environment text not null check (environment in ('live', 'test')),
  phase text not null check (phase in ('store', 'own', 'done')),
  cursor text,
  seen integer not null default 0,
  corrected integer not null default 0,
  failed integer not null default 0,
  started_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  finished_at timestamptz
);
create unique index reconciliations_running on billing.reconciliations (source, environment) where finished_at is null;
create index reconciliations_recent on billing.reconciliations (started_at, id);
grant select, insert, update on billing.reconciliations to plinth_system;

-- A workspace that owes a payment says so.
alter table workspaces.workspaces
  add column billing_status text not null default 'current' check (billing_status in ('current', 'past_due'));

-- down
drop function billing.with_version(jsonb, text, text);
alter table workspaces.workspaces drop column billing_status;
drop table billing.reconciliations, billing.notices, billing.transfers,
  billing.checkout_reports, billing.reversals, billing.payment_attempts, billing.payments, billing.leases;
drop index billing.customers_current;
alter table billing.customers drop column is_current;
drop index billing.webhook_events_unsettled, billing.webhook_events_recent;
drop index billing.webhook_events_replacing;
alter table billing.webhook_events drop column replaces, drop column attempts, drop column contents;
drop index billing.subscriptions_recent, billing.subscriptions_of_product, billing.subscriptions_superseding, billing.subscriptions_alias;
delete from billing.subscriptions where status in ('in_grace', 'on_hold', 'expired', 'revoked');
alter table billing.subscriptions drop constraint subscriptions_status_check;
alter table billing.subscriptions
  add constraint subscriptions_status_check check (status in
    ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
  drop column told_by, drop column is_duplicate, drop column access_ends_at, drop column access_starts_at, drop column grace_ends_at,
  drop column standing_reason, drop column standing, drop column paid, drop column items, drop column is_final,
  drop column pending_plan_id, drop column pending_price_id, drop column supersedes, drop column transaction_id, drop column alias,
  drop column customer_id, drop column plan_id;
