import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import {
  Activation,
  ActivationPage,
  ActivationParams,
  AdminLicensePage,
  AdminLicenseQuery,
  Download,
  DownloadQuery,
  KeyParams,
  License,
  LicenseKeySet,
  LicensePage,
  LicenseParams,
  LicenseQuery,
  LicenseSigningKeyParams,
  LicenseSigningKeys,
  NewActivation,
  Validation,
  Verdict,
} from "./schema.ts";
import type { Licensing } from "./service.ts";

export function licensingRoutes(licensing: Licensing): Route[] {
  return [...publicRoutes(licensing), ...workspaceRoutes(licensing), ...adminRoutes(licensing)];
}

function publicRoutes(licensing: Licensing): Route[] {
  const rate_limits = [licensing.keyRates.address];
  return [
    route({
      method: "POST",
      path: "/v1/licenses/validate",
      summary: "What a licence key is worth",
      description:
        "Every outcome is a 200 with a code. 60 in a minute from an address and of a key; machines that the licence is activated on have an allowance of their own.",
      auth: "public",
      body: Validation,
      responses: { 200: Verdict },
      rate_limits,
      handler: async ({ ctx, body }) => ({ status: 200, body: await licensing.validate(ctx, body) }),
    }),
    route({
      method: "GET",
      path: "/v1/licenses/{license_key}/status",
      summary: "What a licence key is worth, for whoever can only read",
      description: "As POST /v1/licenses/validate, which keeps the key out of addresses and is to be preferred.",
      auth: "public",
      params: KeyParams,
      responses: { 200: Verdict },
      rate_limits,
      handler: async ({ ctx, params }) => ({ status: 200, body: await licensing.validate(ctx, params) }),
    }),
    route({
      method: "POST",
      path: "/v1/licenses/activate",
      summary: "Activate a licence on a machine",
      description: "201 for a machine that it was not activated on, 200 for one that it was.",
      auth: "public",
      body: NewActivation,
      responses: { 200: Activation, 201: Activation },
      errors: [
        "licensing.key_invalid",
        "licensing.license_not_found",
        "licensing.license_inactive",
        "licensing.activations_exhausted",
      ],
      rate_limits,
      handler: async ({ ctx, body }) => {
        const { activation, is_new } = await licensing.activate(ctx, body);
        return is_new ? { status: 201, body: activation } : { status: 200, body: activation };
      },
    }),
    route({
      method: "GET",
      path: "/.well-known/license-keys.json",
      summary: "The public keys of licence files",
      description: "A JSON Web Key Set (RFC 7517); a file's `kid` names its key.",
      auth: "public",
      responses: { 200: LicenseKeySet },
      handler: async () => ({
        status: 200,
        body: await licensing.signingKeys.jwks(),
        headers: { "cache-control": "public, max-age=300" },
      }),
    }),
  ];
}

function workspaceRoutes(licensing: Licensing): Route[] {
  return [...licenseRoutes(licensing), ...activationRoutes(licensing)];
}

function licenseRoutes(licensing: Licensing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/licenses",
      summary: "The workspace's licences, the newest first",
      auth: "workspace",
      query: LicenseQuery,
      responses: { 200: LicensePage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await licensing.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/licenses/{license_id}",
      summary: "A licence",
      auth: "workspace",
      params: LicenseParams,
      responses: { 200: License },
      errors: ["licensing.license_not_found"],
      handler: async ({ ctx, params }) => ({ status: 200, body: await licensing.get(ctx, params.license_id) }),
    }),
    route({
      method: "GET",
      path: "/v1/licenses/{license_id}/download",
      summary: "A licence's signed file",
      description:
        "A JWS (RFC 7515) in compact form, signed with PS256; `typ` is license+jws. With hardware_id it is good for that machine alone, which the licence has to be activated on. `format=json` answers the file, what it says and the key's id.",
      auth: "workspace",
      params: LicenseParams,
      query: DownloadQuery,
      responses: { 200: Type.Union([Download, Type.String({ description: "application/jose" })]) },
      errors: [
        "licensing.license_not_found",
        "licensing.license_inactive",
        "licensing.hardware_not_activated",
        "licensing.file_pending",
      ],
      handler: async ({ ctx, params, query }) => {
        const of = { license_id: params.license_id, hardware_id: query.hardware_id };
        const { product, ...download } = await licensing.download(ctx, of);
        if (query.format === "json") return { status: 200, body: download };
        const disposition = `attachment; filename="${licensing.fileName(product)}"`;
        const headers = { "content-type": "application/jose", "content-disposition": disposition };
        return { status: 200, body: download.file, headers };
      },
    }),
    route({
      method: "POST",
      path: "/v1/licenses/{license_id}/rotate-key",
      summary: "Give a licence another key",
      description: "The one before is good no more, at once. Activations stay.",
      auth: "workspace",
      role: "owner",
      recent_auth: true,
      idempotent: true,
      params: LicenseParams,
      responses: { 200: License },
      errors: ["licensing.license_not_found"],
      handler: async ({ ctx, params }) => ({ status: 200, body: await licensing.rotateKey(ctx, params.license_id) }),
    }),
  ];
}

function activationRoutes(licensing: Licensing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/licenses/{license_id}/activations",
      summary: "The machines that a licence is activated on, the newest first",
      auth: "workspace",
      params: LicenseParams,
      query: PageQuery,
      responses: { 200: ActivationPage },
      errors: ["licensing.license_not_found"],
      handler: async ({ ctx, params, query }) => ({
        status: 200,
        body: await licensing.activations(ctx, params.license_id, query),
      }),
    }),
    route({
      method: "DELETE",
      path: "/v1/licenses/{license_id}/activations/{activation_id}",
      summary: "Remove a machine from a licence",
      description: "A file that it already has is good until its time is over.",
      auth: "workspace",
      role: "admin",
      params: ActivationParams,
      responses: { 204: NoContent },
      errors: ["licensing.activation_not_found"],
      handler: async ({ ctx, params }) => {
        await licensing.deactivate(ctx, params.license_id, params.activation_id);
        return { status: 204, body: null };
      },
    }),
  ];
}

function adminRoutes({ listAll, signingKeys }: Licensing): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/licenses",
      summary: "Licences of all workspaces, the newest first",
      auth: "admin",
      query: AdminLicenseQuery,
      responses: { 200: AdminLicensePage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await listAll(ctx.request_id, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/license-keys",
      summary: "The keys that sign licence files, and their stages",
      auth: "admin",
      responses: { 200: LicenseSigningKeys },
      handler: async () => ({ status: 200, body: { data: await signingKeys.list() } }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/license-keys/rotate",
      summary: "Publish the next key that signs licence files",
      description:
        "It signs after the lead; the present one is published until the last file that it signed has run out.",
      auth: "admin",
      recent_auth: true,
      responses: { 201: LicenseSigningKeys },
      handler: async ({ ctx }) => {
        await signingKeys.rotate(ctx);
        return { status: 201, body: { data: await signingKeys.list() } };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/license-keys/{kid}",
      summary: "Take a key that signs licence files out of use at once",
      description:
        "For a key that is no longer secret: the files that it signed are good no more, and are to be downloaded afresh.",
      auth: "admin",
      recent_auth: true,
      params: LicenseSigningKeyParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await signingKeys.revoke(ctx, params.kid);
        return { status: 204, body: null };
      },
    }),
  ];
}
