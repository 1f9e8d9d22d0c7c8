import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const Ping = defineEvent(
  "webhooks.ping",
  "Somebody asked for a test of an endpoint; it goes to that one alone, whatever types it wants",
  Type.Object({ endpoint_id: Type.String() }),
  { public: true },
);

export const EndpointDisabled = defineEvent(
  "webhooks.endpoint_disabled",
  "A webhook endpoint was turned off, because nothing arrived for days (`failing`) or it answered 410 (`gone`); the owners are told",
  Type.Object({ endpoint_id: Type.String(), reason: Type.String() }),
  { public: true },
);

export const DeliveryDue = defineEvent(
  "webhooks.delivery_due",
  "A delivery is to be tried, for the so-manieth time",
  Type.Object({ endpoint_id: Type.String(), delivery_id: Type.String(), attempt: Type.Integer({ minimum: 1 }) }),
);

export const ReplayRequested = defineEvent(
  "webhooks.replay_requested",
  "What did not arrive at an endpoint between two times is to be sent again, behind the last one that was",
  Type.Object({
    endpoint_id: Type.String(),
    since: Type.String(),
    until: Type.String(),
    after: Type.Union([Type.Object({ created_at: Type.String(), id: Type.String() }), Type.Null()]),
  }),
);
