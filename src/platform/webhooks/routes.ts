import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import {
  Delivery,
  DeliveryDetail,
  DeliveryPage,
  DeliveryParams,
  DeliveryQuery,
  Endpoint,
  EndpointChange,
  EndpointPage,
  EndpointParams,
  EventTypeList,
  NewEndpoint,
  ReplayBegun,
  ReplayInput,
  SecretRotation,
  ShownEndpoint,
} from "./schema.ts";
import type { Webhooks } from "./service.ts";

const admins = { auth: "workspace", role: "admin" } as const;
const notFound = "webhooks.endpoint_not_found";
const refusals = ["webhooks.url_forbidden", "webhooks.unknown_event_type"];

/** `/v1/webhooks/<store>` takes what stores send; what Plinth sends is set up under `/v1/webhook-endpoints`. */
export function webhookRoutes(webhooks: Webhooks): Route[] {
  return [typesRoute(webhooks), ...endpointRoutes(webhooks), ...secretRoutes(webhooks), ...deliveryRoutes(webhooks)];
}

function typesRoute({ eventTypes }: Webhooks): Route {
  return route({
    method: "GET",
    path: "/v1/webhook-event-types",
    summary: "Event types that webhooks are sent for",
    description:
      "With the JSON Schema of their `data`. New types and new members of `data` may come; what is there stays.",
    auth: "public",
    responses: { 200: EventTypeList },
    handler: async () => ({
      status: 200,
      body: { data: eventTypes() },
      headers: { "cache-control": "public, max-age=300" },
    }),
  });
}

function endpointRoutes({ endpoints }: Webhooks): Route[] {
  return [
    route({
      ...admins,
      method: "GET",
      path: "/v1/webhook-endpoints",
      summary: "The workspace's webhook endpoints, the newest first",
      query: PageQuery,
      responses: { 200: EndpointPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await endpoints.list(ctx, query) }),
    }),
    route({
      ...admins,
      method: "POST",
      path: "/v1/webhook-endpoints",
      summary: "Have events sent to an address",
      description:
        "The answer shows the secret that verifies them, this once. Signed by the Standard Webhooks convention (standardwebhooks.com). Addresses inside of networks are refused, and names that lead there.",
      body: NewEndpoint,
      responses: { 201: ShownEndpoint },
      errors: [...refusals, "webhooks.endpoints_exhausted"],
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await endpoints.create(ctx, body) }),
    }),
    route({
      ...admins,
      method: "GET",
      path: "/v1/webhook-endpoints/{endpoint_id}",
      summary: "A webhook endpoint",
      params: EndpointParams,
      responses: { 200: Endpoint },
      errors: [notFound],
      handler: async ({ ctx, params }) => ({ status: 200, body: await endpoints.get(ctx, params.endpoint_id) }),
    }),
    route({
      ...admins,
      method: "PATCH",
      path: "/v1/webhook-endpoints/{endpoint_id}",
      summary: "Change a webhook endpoint, or turn it on or off",
      description:
        "While it is off, deliveries to it are noted as skipped. Turned on again it gets what comes; POST …/replay sends what it missed.",
      params: EndpointParams,
      body: EndpointChange,
      responses: { 200: Endpoint },
      errors: [notFound, ...refusals],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await endpoints.update(ctx, params.endpoint_id, body),
      }),
    }),
    route({
      ...admins,
      method: "DELETE",
      path: "/v1/webhook-endpoints/{endpoint_id}",
      summary: "Remove a webhook endpoint, and what is kept of its deliveries",
      params: EndpointParams,
      responses: { 204: NoContent },
      errors: [notFound],
      handler: async ({ ctx, params }) => {
        await endpoints.delete(ctx, params.endpoint_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function secretRoutes({ endpoints, deliveries }: Webhooks): Route[] {
  return [
    route({
      ...admins,
      method: "POST",
      path: "/v1/webhook-endpoints/{endpoint_id}/rotate-secret",
      summary: "Give a webhook endpoint another secret",
      description: "The answer shows it, this once. For the overlap (24 hours, 0 to 168) both sign what is sent.",
      params: EndpointParams,
      body: SecretRotation,
      responses: { 200: ShownEndpoint },
      errors: [notFound],
      idempotent: true,
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await endpoints.rotateSecret(ctx, params.endpoint_id, body.overlap_hours),
      }),
    }),
    route({
      ...admins,
      method: "POST",
      path: "/v1/webhook-endpoints/{endpoint_id}/ping",
      summary: "Send a test event to a webhook endpoint",
      description: "`webhooks.ping`, tried once, also while the endpoint is off. The delivery tells what came of it.",
      params: EndpointParams,
      responses: { 202: Delivery },
      errors: [notFound],
      idempotent: true,
      handler: async ({ ctx, params }) => ({ status: 202, body: await deliveries.ping(ctx, params.endpoint_id) }),
    }),
  ];
}

function deliveryRoutes({ deliveries }: Webhooks): Route[] {
  return [
    route({
      ...admins,
      method: "GET",
      path: "/v1/webhook-endpoints/{endpoint_id}/deliveries",
      summary: "What was sent to a webhook endpoint, the newest first",
      params: EndpointParams,
      query: DeliveryQuery,
      responses: { 200: DeliveryPage },
      errors: [notFound],
      handler: async ({ ctx, params, query }) => ({
        status: 200,
        body: await deliveries.list(ctx, params.endpoint_id, query),
      }),
    }),
    route({
      ...admins,
      method: "GET",
      path: "/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}",
      summary: "A delivery with its body and its tries",
      params: DeliveryParams,
      responses: { 200: DeliveryDetail },
      errors: ["webhooks.delivery_not_found"],
      handler: async ({ ctx, params }) => ({
        status: 200,
        body: await deliveries.get(ctx, params.endpoint_id, params.delivery_id),
      }),
    }),
    route({
      ...admins,
      method: "POST",
      path: "/v1/webhook-endpoints/{endpoint_id}/deliveries/{delivery_id}/replay",
      summary: "Send a delivery again",
      description: "With the same webhook-id, and a new schedule of tries.",
      params: DeliveryParams,
      responses: { 202: DeliveryDetail },
      errors: ["webhooks.delivery_not_found", "webhooks.delivery_pending", "webhooks.endpoint_disabled"],
      idempotent: true,
      handler: async ({ ctx, params }) => ({
        status: 202,
        body: await deliveries.replay(ctx, params.endpoint_id, params.delivery_id),
      }),
    }),
    route({
      ...admins,
      method: "POST",
      path: "/v1/webhook-endpoints/{endpoint_id}/replay",
      summary: "Send again what did not arrive since a time",
      description: "Failed and skipped deliveries, the oldest first, in the background.",
      params: EndpointParams,
      body: ReplayInput,
      responses: { 202: ReplayBegun },
      errors: [notFound, "webhooks.endpoint_disabled"],
      idempotent: true,
      handler: async ({ ctx, params, body }) => ({
        status: 202,
        body: await deliveries.replayLost(ctx, params.endpoint_id, body),
      }),
    }),
  ];
}
