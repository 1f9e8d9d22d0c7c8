-- The outbox is empty one minute and has a million rows the next, and its statistics are of either. Where they say that it is empty every index costs the same, and
-- whichever could serve a condition somehow may be read from end to end. So each condition is served by one index alone.

-- up
-- The round over workspaces would read this one, were it in the order of workspaces.
alter table events.outbox drop constraint outbox_workspace_id_event_id_subscriber_key;
alter table events.outbox add unique (event_id, subscriber, workspace_id);
-- A look for ids would read these two, were the id itself in them.
drop index events.outbox_due, events.outbox_fair;
create index outbox_due on events.outbox (subscriber, scheduled_for, (id + 0));
create index outbox_fair on events.outbox (subscriber, workspace_id, scheduled_for, (id + 0));

-- down
drop index events.outbox_due, events.outbox_fair;
create index outbox_due on events.outbox (subscriber, scheduled_for, id);
create index outbox_fair on events.outbox (subscriber, workspace_id, scheduled_for, id);
alter table events.outbox drop constraint outbox_event_id_subscriber_workspace_id_key;
alter table events.outbox add unique (workspace_id, event_id, subscriber);
