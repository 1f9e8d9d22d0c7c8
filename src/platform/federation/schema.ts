import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

export const ProviderParams = Closed({ provider: Type.Enum(["google", "github", "apple"]) });

export const Start = Closed({
  return_to: Type.String({
    maxLength: 2_000,
    description: "Where the browser goes afterwards, with `code` or `error` in its query; of an origin in CORS_ORIGINS",
  }),
});

export const Started = Closed({
  authorization_url: Type.String({ description: "Send the browser there" }),
  flow_token: Type.String({ description: "Keep it: only who began the sign-in can finish it" }),
  expires_in: Type.Integer(),
});
export type Started = Static<typeof Started>;

export const CallbackQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ maxLength: 300 })),
    code: Type.Optional(Type.String({ maxLength: 2_000 })),
    error: Type.Optional(Type.String({ maxLength: 200 })),
  },
  { additionalProperties: Type.String({ maxLength: 2_000 }) },
);
export const CallbackForm = Type.Object(
  { state: Type.String({ maxLength: 300 }), user: Type.Optional(Type.String({ maxLength: 2_000 })) },
  { additionalProperties: Type.String({ maxLength: 10_000 }) },
);

/** What finishes a flow: the half that its beginner kept, and the half that came back with the browser. */
const FlowProof = {
  flow_token: Type.String({ maxLength: 200 }),
  code: Type.String({ maxLength: 200, description: "From the query of return_to" }),
};
export const Completion = Closed({
  ...FlowProof,
  device_label: Type.Optional(Type.String({ maxLength: 100 })),
  session: Type.Enum(["bearer", "cookie"], { default: "bearer" }),
});
export type FlowProof = { flow_token: string; code: string };

export const Link = Type.Union([
  Closed(FlowProof),
  Closed({ foreign_token: Type.String({ maxLength: 10_000, description: "A token of a configured issuer" }) }),
]);
export type Link = Static<typeof Link>;

export const LinkedIdentity = Closed({
  id: Id,
  provider: Type.String(),
  issuer: Type.String(),
  email: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
  last_used_at: Type.Union([Timestamp], { description: "To the hour" }),
});
export type LinkedIdentity = Static<typeof LinkedIdentity>;
export const LinkedIdentities = Closed({ data: Type.Array(LinkedIdentity) });
export const IdentityParams = Closed({ identity_id: Id });

/** What a provider said of a person, as a flow keeps it until it is finished. */
export interface KnownProfile {
  subject: string;
  issuer: string;
  email: string | null;
  email_verified: boolean;
  full_name: string | null;
}
