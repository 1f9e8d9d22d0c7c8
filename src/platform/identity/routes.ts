import Type from "typebox";
import { NoContent, type RateLimit, type Route, route } from "../../core/http/route.ts";
import { confirmedPage, confirmPage } from "./pages.ts";
import {
  Credentials,
  type Device,
  Jwks,
  Me,
  RefreshRequest,
  Registered,
  Registration,
  Tokens,
  Verified,
  VerifyParams,
} from "./schema.ts";
import type { Identity } from "./service.ts";

const html = { "content-type": "text/html; charset=utf-8" };

export function identityRoutes(identity: Identity, rate_limit: RateLimit): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/auth/register",
      summary: "Sign up",
      description: "Mails a link that proves the address. The answer is the same for an address that has an account.",
      auth: "public",
      body: Registration,
      responses: { 201: Registered },
      errors: ["identity.hashing_busy"],
      rate_limit,
      handler: async ({ ctx, body }) => {
        return { status: 201, body: await identity.register(ctx.request_id, body) };
      },
    }),
    route({
      method: "GET",
      path: "/v1/auth/verify-email/{token}",
      summary: "The page behind the mailed link",
      description: "Shows a button; following the link alone, as mail scanners do, changes nothing.",
      auth: "public",
      params: VerifyParams,
      responses: { 200: Type.String({ description: "HTML" }) },
      handler: async () => ({ status: 200, body: confirmPage(), headers: html }),
    }),
    route({
      method: "POST",
      path: "/v1/auth/verify-email/{token}",
      summary: "Prove an e-mail address with the mailed token",
      auth: "public",
      params: VerifyParams,
      responses: { 200: Type.Union([Verified, Type.String({ description: "HTML, for a browser" })]) },
      errors: ["identity.token_invalid"],
      rate_limit,
      handler: async ({ ctx, params, header }) => {
        const verified = await identity.verifyEmail(ctx.request_id, params.token);
        if (header("accept")?.includes("text/html")) return { status: 200, body: confirmedPage(), headers: html };
        return { status: 200, body: verified };
      },
    }),
    route({
      method: "POST",
      path: "/v1/auth/login",
      summary: "Sign in with a password",
      auth: "public",
      body: Credentials,
      responses: { 200: Tokens },
      errors: ["identity.invalid_credentials", "identity.email_unverified", "identity.hashing_busy"],
      rate_limit,
      handler: async (request) => ({ status: 200, body: await identity.login(request.body, deviceOf(request)) }),
    }),
    route({
      method: "POST",
      path: "/v1/auth/refresh",
      summary: "Exchange a refresh token for the next pair",
      description:
        "401 means: sign in again. 503 with Retry-After means: try again with the same token. A token that is sent again within the grace gets the same answer.",
      auth: "public",
      body: RefreshRequest,
      responses: { 200: Tokens },
      errors: ["identity.refresh_invalid", "identity.refresh_reused"],
      rate_limit,
      handler: async ({ ctx, body }) => ({
        status: 200,
        body: await identity.refresh(ctx.request_id, body.refresh_token),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/auth/logout",
      summary: "End this session",
      auth: "user",
      responses: { 204: NoContent },
      handler: async ({ ctx }) => {
        await identity.logout(ctx);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "GET",
      path: "/v1/me",
      summary: "The person who is signed in",
      auth: "user",
      responses: { 200: Me },
      handler: async ({ ctx }) => ({ status: 200, body: await identity.me(ctx) }),
    }),
    route({
      method: "GET",
      path: "/.well-known/jwks.json",
      summary: "The public keys of access tokens",
      auth: "public",
      responses: { 200: Jwks },
      handler: async () => ({
        status: 200,
        body: await identity.jwks(),
        headers: { "cache-control": "public, max-age=300" },
      }),
    }),
  ];
}

function deviceOf(request: { ip: string; header(name: string): string | undefined; body: Credentials }): Device {
  const user_agent = request.header("user-agent")?.slice(0, 500) ?? null;
  return { ip_address: request.ip, user_agent, device_label: request.body.device_label ?? null };
}
