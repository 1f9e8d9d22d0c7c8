-- One inbox for everybody who sends us notifications: what billing kept for stores, other senders share now.

-- up
create schema inbox;
grant usage on schema inbox to plinth_system;

alter table billing.webhook_events set schema inbox;
alter table inbox.webhook_events drop constraint webhook_events_environment_check;
-- Ids of events are unique for their sender only: a store's environment, an account, a bot.
alter table inbox.webhook_events rename column environment to endpoint;
alter table inbox.webhook_events rename constraint webhook_events_source_environment_event_id_key to webhook_events_source_endpoint_event_id_key;

-- down
delete from inbox.webhook_events where endpoint not in ('live', 'test');
alter table inbox.webhook_events rename constraint webhook_events_source_endpoint_event_id_key to webhook_events_source_environment_event_id_key;
alter table inbox.webhook_events rename column endpoint to environment;
alter table inbox.webhook_events add constraint webhook_events_environment_check check (environment in ('live', 'test'));
alter table inbox.webhook_events set schema billing;
drop schema inbox;
