-- Which message a provider's id is, and whose messages, chats and safety events are: to tell two messages apart, and to erase a person.

-- up
create index messages_of_provider on sms.messages (provider_id) where provider_id is not null;
create index messages_of_person on sms.messages (user_id) where user_id is not null;
create index chats_of_person on telegram.chats (user_id);
create index safety_events_of_person on safety.safety_events (user_id) where user_id is not null;

-- down
drop index safety.safety_events_of_person;
drop index telegram.chats_of_person;
drop index sms.messages_of_person;
drop index sms.messages_of_provider;
