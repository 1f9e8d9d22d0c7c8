-- A claim by key looks at keys that have something due, and steps over what waits for its next try. What was taken in and is needed no more is forgotten.

-- up
create index outbox_keyed_due on events.outbox (subscriber, key, scheduled_for, id) where key is not null;

create index webhook_events_done on inbox.webhook_events (received_at) where payload = '' and status in ('applied', 'ignored');
grant delete on inbox.webhook_events to plinth_system;

-- down
revoke delete on inbox.webhook_events from plinth_system;
drop index inbox.webhook_events_done;
drop index events.outbox_keyed_due;
