import { clearSessionCookies } from "../../core/http/cookies.ts";
import { type RateLimit, type Route, route } from "../../core/http/route.ts";
import {
  AccountDeletion,
  EmailChange,
  EmailChangeSent,
  Me,
  MeShown,
  PasswordChange,
  PasswordChanged,
  ProfileChange,
} from "./schema.ts";
import type { Identity } from "./service.ts";

/** The own account. */
export function accountRoutes(identity: Identity, rate: RateLimit): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/me",
      summary: "The person who is signed in",
      auth: "user",
      responses: { 200: MeShown },
      handler: async ({ ctx }) => ({ status: 200, body: await identity.me(ctx) }),
    }),
    route({
      method: "PATCH",
      path: "/v1/me",
      summary: "Change your profile",
      auth: "user",
      body: ProfileChange,
      responses: { 200: Me },
      handler: async ({ ctx, body }) => ({ status: 200, body: await identity.updateProfile(ctx, body) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/me",
      summary: "Delete your account",
      description: "Ends every session. For 30 days the mailed link restores it; then it is erased.",
      auth: "user",
      recent_auth: true,
      responses: { 202: AccountDeletion },
      errors: ["identity.owns_workspaces", "identity.last_admin"],
      handler: async ({ ctx }) => ({
        status: 202,
        body: await identity.deleteAccount(ctx),
        headers: clearSessionCookies(),
      }),
    }),
    route({
      method: "PUT",
      path: "/v1/me/password",
      summary: "Change your password",
      description:
        "Needs the present one, which is as good as a step-up; all your other sessions end. Who has none yet proves recently who they are, and sets one.",
      auth: "user",
      own_person: true,
      body: PasswordChange,
      responses: { 200: PasswordChanged },
      errors: ["identity.wrong_password", "identity.hashing_busy", "request.step_up_required"],
      rate_limits: [rate],
      handler: async ({ ctx, body }) => {
        await identity.changePassword(ctx, body);
        return { status: 200, body: { status: "password_changed" as const } };
      },
    }),
    route({
      method: "PUT",
      path: "/v1/me/email",
      summary: "Change your e-mail address",
      description: "Mails a link to the new one; nothing changes until it is followed, and then the old one is told.",
      auth: "user",
      recent_auth: true,
      body: EmailChange,
      responses: { 202: EmailChangeSent },
      rate_limits: [rate],
      handler: async ({ ctx, body }) => ({ status: 202, body: await identity.requestEmailChange(ctx, body.email) }),
    }),
  ];
}
