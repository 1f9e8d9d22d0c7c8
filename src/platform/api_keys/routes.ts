import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import {
  ApiKey,
  ApiKeyChange,
  ApiKeyPage,
  ApiKeyParams,
  NewApiKey,
  Rotation,
  ScopeList,
  ShownApiKey,
} from "./schema.ts";
import type { ApiKeys } from "./service.ts";

export function apiKeyRoutes(apiKeys: ApiKeys): Route[] {
  const guarded = { auth: "workspace" as const, role: "admin" as const, recent_auth: true };
  return [
    route({
      method: "GET",
      path: "/v1/api-key-scopes",
      summary: "The scopes that an API key may have",
      auth: "user",
      responses: { 200: ScopeList },
      handler: async () => ({ status: 200, body: { data: [...apiKeys.scopes()] } }),
    }),
    route({
      method: "GET",
      path: "/v1/api-keys",
      summary: "The workspace's API keys, the newest first",
      auth: "workspace",
      role: "admin",
      people_only: true,
      query: PageQuery,
      responses: { 200: ApiKeyPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await apiKeys.list(ctx, query) }),
    }),
    route({
      ...guarded,
      method: "POST",
      path: "/v1/api-keys",
      summary: "Make an API key",
      description:
        "The answer shows it, this once. It acts in your name and never beyond your own role; it ends when you leave the workspace or are suspended.",
      body: NewApiKey,
      responses: { 201: ShownApiKey },
      errors: ["api_keys.unknown_scope", "api_keys.outranks_creator", "workspaces.quota_reached"],
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await apiKeys.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path: "/v1/api-keys/{api_key_id}",
      summary: "An API key",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: ApiKeyParams,
      responses: { 200: ApiKey },
      handler: async ({ ctx, params }) => ({ status: 200, body: await apiKeys.get(ctx, params.api_key_id) }),
    }),
    route({
      ...guarded,
      method: "PATCH",
      path: "/v1/api-keys/{api_key_id}",
      summary: "Change an API key's name, scopes, addresses or rate",
      params: ApiKeyParams,
      body: ApiKeyChange,
      responses: { 200: ApiKey },
      errors: ["api_keys.unknown_scope"],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await apiKeys.update(ctx, params.api_key_id, body),
      }),
    }),
    route({
      ...guarded,
      method: "POST",
      path: "/v1/api-keys/{api_key_id}/rotate",
      summary: "Give an API key another secret",
      description: "Both are good for the overlap (0 to 168 hours), then the new one alone.",
      params: ApiKeyParams,
      body: Rotation,
      responses: { 200: ShownApiKey },
      idempotent: true,
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await apiKeys.rotate(ctx, params.api_key_id, body.overlap_hours),
      }),
    }),
    route({
      method: "DELETE",
      path: "/v1/api-keys/{api_key_id}",
      summary: "Revoke an API key",
      own_person: true,
      description: "Refused everywhere within a second.",
      auth: "workspace",
      role: "admin",
      people_only: true,
      while_suspended: true,
      params: ApiKeyParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await apiKeys.revoke(ctx, params.api_key_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
