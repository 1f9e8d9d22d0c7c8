import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

const Url = Type.String({ minLength: 1, maxLength: 2_000, description: "Where events are sent, by POST" });
const Description = Type.String({ maxLength: 500 });
const EventTypes = Type.Array(Type.String({ minLength: 1, maxLength: 100 }), {
  minItems: 1,
  maxItems: 100,
  uniqueItems: true,
  description: "Types of GET /v1/webhook-event-types; `*` is every one of them, those to come too",
});
const NullableText = Type.Union([Type.String(), Type.Null()]);

export const NewEndpoint = Closed({
  url: Url,
  description: Type.Optional(Description),
  event_types: EventTypes,
  enabled: Type.Optional(Type.Boolean({ default: true })),
});
export type NewEndpoint = Static<typeof NewEndpoint>;

export const EndpointChange = Closed(
  {
    url: Type.Optional(Url),
    description: Type.Optional(Type.Union([Description, Type.Null()])),
    event_types: Type.Optional(EventTypes),
    enabled: Type.Optional(Type.Boolean({ description: "true lets a disabled endpoint go on" })),
  },
  { minProperties: 1 },
);
export type EndpointChange = Static<typeof EndpointChange>;

export const Endpoint = Closed({
  id: Id,
  url: Type.String(),
  description: NullableText,
  event_types: Type.Array(Type.String()),
  enabled: Type.Boolean(),
  disabled_reason: Type.Union([Type.Enum(["manual", "failing", "gone"]), Type.Null()], {
    description: "manual: somebody did; failing: nothing arrived for days; gone: it answered 410",
  }),
  disabled_at: NullableTimestamp,
  failing_since: Type.Union([Timestamp, Type.Null()], {
    description: "The first failure since something last arrived; null when the last try arrived",
  }),
  previous_secret_until: Type.Union([Timestamp, Type.Null()], {
    description: "Until then what is sent is signed with the secret before, too",
  }),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Endpoint = Static<typeof Endpoint>;
export const EndpointPage = Page(Endpoint);
export const EndpointParams = Closed({ endpoint_id: Id });

/** An endpoint with its secret, as it is shown once. */
export const ShownEndpoint = Closed({
  ...Endpoint.properties,
  secret: Type.String({ description: "`whsec_…`: verifies what is sent. Shown this once" }),
});
export type ShownEndpoint = Static<typeof ShownEndpoint>;

export const SecretRotation = Closed({
  overlap_hours: Type.Integer({
    minimum: 0,
    maximum: 168,
    default: 24,
    description: "For so long what is sent is signed with both secrets",
  }),
});

export const DeliveryStatus = Type.Enum(["pending", "delivered", "failed", "skipped"], {
  description: "pending: waits for its first or next try; failed: every try did; skipped: the endpoint was disabled",
});
export type DeliveryStatus = Static<typeof DeliveryStatus>;

export const Delivery = Closed({
  id: Id,
  endpoint_id: Id,
  event_id: Type.String({ description: "The header webhook-id: the same for every try and every replay" }),
  event_type: Type.String(),
  status: DeliveryStatus,
  attempts: Type.Integer({ description: "Tries ever made" }),
  replays: Type.Integer(),
  next_attempt_at: NullableTimestamp,
  last_attempt_at: NullableTimestamp,
  last_status_code: Type.Union([Type.Integer(), Type.Null()]),
  last_error: NullableText,
  created_at: Timestamp,
  delivered_at: NullableTimestamp,
});
export type Delivery = Static<typeof Delivery>;
export const DeliveryPage = Page(Delivery);

export const Attempt = Closed({
  attempt: Type.Integer(),
  status_code: Type.Union([Type.Integer(), Type.Null()]),
  latency_ms: Type.Integer(),
  response: Type.Union([Type.String(), Type.Null()], { description: "The first kilobyte of the answer" }),
  error: NullableText,
  created_at: Timestamp,
});
export type Attempt = Static<typeof Attempt>;

export const DeliveryDetail = Closed({
  ...Delivery.properties,
  body: Type.String({ description: "What is sent, to the byte" }),
  tries: Type.Array(Attempt, { description: "The newest 100 first" }),
});
export type DeliveryDetail = Static<typeof DeliveryDetail>;
export const DeliveryParams = Closed({ endpoint_id: Id, delivery_id: Id });

const Time = Type.String({ format: "date-time" });
export const DeliveryQuery = Closed({
  ...PageQuery.properties,
  status: Type.Optional(DeliveryStatus),
  event_type: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  event_id: Type.Optional(Id),
  created_from: Type.Optional({ ...Time, description: "Of events that happened then or later" }),
  created_to: Type.Optional({ ...Time, description: "Of events that happened before" }),
});
export type DeliveryQuery = Static<typeof DeliveryQuery>;

export const ReplayInput = Closed({
  since: Type.String({ format: "date-time", description: "Deliveries that were made then or later" }),
  until: Type.Optional(Type.String({ format: "date-time", description: "And no later than then; now without it" })),
});
export type ReplayInput = Static<typeof ReplayInput>;
export const ReplayBegun = Closed({
  matching: Type.Integer({ description: "Failed and skipped deliveries that are sent again, one after the other" }),
});

export const EventType = Closed({
  type: Type.String(),
  description: Type.String(),
  schema: Type.Unsafe<object>({ type: "object", additionalProperties: true, description: "JSON Schema of `data`" }),
});
export const EventTypeList = Closed({ data: Type.Array(EventType) });
