import { NoContent, type RateLimit, type Route, route } from "../../core/http/route.ts";
import { clientOf, signInReply } from "../../core/http/session-reply.ts";
import { SecondFactorNeeded, SignedIn } from "../identity/index.ts";
import {
  CallbackForm,
  CallbackQuery,
  Completion,
  IdentityParams,
  Link,
  LinkedIdentities,
  ProviderParams,
  Start,
  Started,
} from "./schema.ts";
import type { Federation } from "./service.ts";

interface FederationRoutesOptions {
  federation: Federation;
  refresh_seconds: number;
  rate: RateLimit;
}

export function federationRoutes(options: FederationRoutesOptions): Route[] {
  return [...flowRoutes(options), ...identityRoutes(options)];
}

function flowRoutes({ federation, refresh_seconds, rate }: FederationRoutesOptions): Route[] {
  const callback = {
    path: "/v1/auth/oauth/{provider}/callback",
    auth: "public" as const,
    params: ProviderParams,
    responses: { 303: NoContent },
    errors: ["federation.flow_over", "federation.unknown_provider"],
    rate_limits: [rate],
  };
  const goTo = (location: string) => ({ status: 303 as const, body: null, headers: { location } });
  return [
    route({
      method: "POST",
      path: "/v1/auth/oauth/{provider}/start",
      summary: "Begin to sign in with Google, GitHub or Apple",
      description:
        "Send the browser to `authorization_url`, keep `flow_token`, and finish with both halves at /v1/auth/oauth/complete.",
      auth: "public",
      params: ProviderParams,
      body: Start,
      responses: { 200: Started },
      errors: ["federation.unknown_provider"],
      rate_limits: [rate],
      handler: async ({ params, body }) => ({
        status: 200,
        body: await federation.start(params.provider, body.return_to),
      }),
    }),
    route({
      ...callback,
      method: "GET",
      summary: "Where the provider sends the browser back to",
      query: CallbackQuery,
      handler: async ({ params, query }) =>
        goTo(await federation.comeBack(params.provider, query as Record<string, string>)),
    }),
    route({
      ...callback,
      method: "POST",
      summary: "Where Apple sends the browser back to, with a form",
      body: CallbackForm,
      form: true,
      handler: async ({ params, body }) => {
        const { user, ...query } = body as Record<string, string>;
        return goTo(await federation.comeBack(params.provider, query, user));
      },
    }),
    route({
      method: "POST",
      path: "/v1/auth/oauth/complete",
      summary: "Finish a sign-in at a provider",
      description:
        "409 federation.link_required: the address has an account here; sign in to it, then POST /v1/me/identities with the same two halves.",
      auth: "public",
      body: Completion,
      responses: { 200: SignedIn, 202: SecondFactorNeeded },
      errors: [
        "federation.flow_over",
        "federation.link_required",
        "identity.invalid_credentials",
        "request.origin_forbidden",
      ],
      rate_limits: [rate],
      handler: async (request) => {
        const client = clientOf(request, request.body);
        return signInReply(await federation.complete(request.body, client), client.transport, refresh_seconds);
      },
    }),
  ];
}

function identityRoutes({ federation, rate }: FederationRoutesOptions): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/me/identities",
      summary: "Your accounts at other providers",
      auth: "user",
      responses: { 200: LinkedIdentities },
      handler: async ({ ctx }) => ({ status: 200, body: { data: await federation.list(ctx) } }),
    }),
    route({
      method: "POST",
      path: "/v1/me/identities",
      summary: "Link an account at another provider",
      description: "Its e-mail address has to be verified there.",
      auth: "user",
      recent_auth: true,
      body: Link,
      responses: { 201: LinkedIdentities },
      errors: [
        "federation.flow_over",
        "federation.address_unverified",
        "federation.identity_taken",
        "federation.keys_unavailable",
      ],
      rate_limits: [rate],
      handler: async ({ ctx, body }) => {
        await federation.link(ctx, body);
        return { status: 201, body: { data: await federation.list(ctx) } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/me/identities/{identity_id}",
      summary: "Unlink an account at another provider",
      auth: "user",
      recent_auth: true,
      params: IdentityParams,
      responses: { 204: NoContent },
      errors: ["federation.last_way_in"],
      handler: async ({ ctx, params }) => {
        await federation.unlink(ctx, params.identity_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
