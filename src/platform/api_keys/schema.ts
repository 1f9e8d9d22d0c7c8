import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, Timestamp } from "../../core/schema.ts";

const Name = Type.String({ minLength: 1, maxLength: 100, pattern: "\\S", description: "What it is for" });
const Scopes = Type.Array(Type.String({ maxLength: 100 }), {
  minItems: 1,
  maxItems: 50,
  uniqueItems: true,
  description: "What it may do, for example `prism:write`; GET /v1/api-key-scopes lists them",
});
const Addresses = Type.Array(Type.String({ maxLength: 64 }), {
  maxItems: 50,
  description: "Addresses or CIDR ranges that it is taken from; everywhere when empty",
});
const Rate = Type.Union([Type.Integer({ minimum: 1, maximum: 1_000_000 }), Type.Null()], {
  description: "Calls in a minute; the installation's default without it",
});

export const ApiKey = Closed({
  id: Id,
  name: Type.String(),
  prefix: Type.String({ description: "How it begins" }),
  last4: Type.String({ description: "The last four characters of its secret" }),
  environment: Type.Enum(["live", "test"]),
  scopes: Type.Array(Type.String()),
  role: Type.Enum(["member", "admin"]),
  allowed_addresses: Type.Array(Type.String()),
  rate_per_minute: Rate,
  created_by: Id,
  created_at: Timestamp,
  expires_at: NullableTimestamp,
  last_used_at: Type.Union([Timestamp, Type.Null()], { description: "To the minute" }),
  rotated_at: NullableTimestamp,
  previous_expires_at: Type.Union([Timestamp, Type.Null()], {
    description: "Until when the key before the rotation is good too",
  }),
  revoked_at: NullableTimestamp,
});
export type ApiKey = Static<typeof ApiKey>;
export const ApiKeyPage = Page(ApiKey);

export const NewApiKey = Closed({
  name: Name,
  scopes: Scopes,
  role: Type.Enum(["member", "admin"], { default: "member", description: "At most the maker's" }),
  allowed_addresses: Type.Optional(Addresses),
  rate_per_minute: Type.Optional(Rate),
  expires_at: Type.Optional(Type.String({ format: "date-time", description: "In the future" })),
});
export type NewApiKey = Static<typeof NewApiKey>;

export const ShownApiKey = Closed({ ...ApiKey.properties, key: Type.String({ description: "Shown this once" }) });
export type ShownApiKey = Static<typeof ShownApiKey>;

export const ApiKeyChange = Closed(
  {
    name: Type.Optional(Name),
    scopes: Type.Optional(Scopes),
    allowed_addresses: Type.Optional(Addresses),
    rate_per_minute: Type.Optional(Rate),
  },
  { minProperties: 1 },
);
export type ApiKeyChange = Static<typeof ApiKeyChange>;

export const Rotation = Closed({
  overlap_hours: Type.Integer({
    minimum: 0,
    maximum: 168,
    default: 24,
    description: "Hours for which the present key stays good beside the new one; 0: it ends at once",
  }),
});

export const ApiKeyParams = Closed({ api_key_id: Id });
export const ScopeList = Closed({ data: Type.Array(Type.String()) });
