import { NoContent, type Route, route } from "../../core/http/route.ts";
import {
  Confirmation,
  Enrolment,
  Factors as FactorList,
  NewPasskey,
  Passkey,
  PasskeyOptions,
  PasskeyParams,
  RecoveryCodes,
} from "./schema.ts";
import type { Factors } from "./service.ts";

/** How a person is called in an authenticator app. */
type NameOf = (user_id: string) => Promise<{ name: string; display_name: string }>;

export function factorRoutes(factors: Factors, nameOf: NameOf): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/me/factors",
      summary: "Your second factors and passkeys",
      auth: "user",
      responses: { 200: FactorList },
      handler: async ({ ctx }) => ({ status: 200, body: await factors.list(ctx) }),
    }),
    ...appRoutes(factors, nameOf),
    ...passkeyRoutes(factors, nameOf),
  ];
}

function appRoutes({ secondFactor }: Factors, nameOf: NameOf): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/me/factors/totp",
      summary: "Begin to set up an authenticator app",
      description: "Nothing counts until its first code is confirmed.",
      auth: "user",
      recent_auth: true,
      responses: { 201: Enrolment },
      errors: ["factors.already_enabled"],
      handler: async ({ ctx }) => {
        const { name } = await nameOf(ctx.actor.user_id);
        return { status: 201, body: await secondFactor.enrol(ctx, name) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/me/factors/totp/confirm",
      summary: "Confirm the authenticator app by its first code",
      description: "Answers with the recovery codes, this once. All your other sessions end.",
      auth: "user",
      recent_auth: true,
      body: Confirmation,
      responses: { 200: RecoveryCodes },
      errors: ["factors.code_invalid"],
      handler: async ({ ctx, body }) => ({
        status: 200,
        body: { recovery_codes: await secondFactor.confirm(ctx, body.code) },
      }),
    }),
    route({
      method: "DELETE",
      path: "/v1/me/factors/totp",
      summary: "Remove the authenticator app and its recovery codes",
      auth: "user",
      recent_auth: true,
      responses: { 204: NoContent },
      errors: ["factors.not_enabled"],
      handler: async ({ ctx }) => {
        await secondFactor.remove(ctx);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "POST",
      path: "/v1/me/factors/recovery-codes",
      summary: "Replace the recovery codes",
      auth: "user",
      recent_auth: true,
      responses: { 201: RecoveryCodes },
      errors: ["factors.not_enabled"],
      handler: async ({ ctx }) => ({
        status: 201,
        body: { recovery_codes: await secondFactor.renewRecoveryCodes(ctx) },
      }),
    }),
  ];
}

function passkeyRoutes({ passkeys }: Factors, nameOf: NameOf): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/me/passkeys/options",
      summary: "What navigator.credentials.create() needs",
      auth: "user",
      recent_auth: true,
      responses: { 200: PasskeyOptions },
      handler: async ({ ctx }) => ({
        status: 200,
        body: await passkeys.registrationOptions(ctx, await nameOf(ctx.actor.user_id)),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/me/passkeys",
      summary: "Add the passkey that the browser made",
      description: "All your other sessions end.",
      auth: "user",
      recent_auth: true,
      body: NewPasskey,
      responses: { 201: Passkey },
      errors: ["factors.passkey_invalid", "factors.challenge_over", "factors.too_many_passkeys"],
      handler: async ({ ctx, body }) => ({ status: 201, body: await passkeys.register(ctx, body) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/me/passkeys/{passkey_id}",
      summary: "Remove a passkey",
      auth: "user",
      recent_auth: true,
      params: PasskeyParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await passkeys.remove(ctx, params.passkey_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
