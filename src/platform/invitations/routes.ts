import Type from "typebox";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import {
  Invitation,
  InvitationPage,
  InvitationParams,
  InvitationQuery,
  Joined,
  NewInvitation,
  TokenParams,
  WorkspaceParams,
} from "./schema.ts";
import type { Invitations } from "./service.ts";

export function invitationRoutes(invitations: Invitations): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/workspaces/{workspace_id}/invitations",
      summary: "The workspace's invitations, the newest first",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: WorkspaceParams,
      query: InvitationQuery,
      responses: { 200: InvitationPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await invitations.list(ctx, query) }),
    }),
    route({
      method: "POST",
      path: "/v1/workspaces/{workspace_id}/invitations",
      summary: "Invite somebody by e-mail",
      description:
        "The link in the mail is good for seven days, once, and only for whoever has proved that address. Another invitation to it replaces this one.",
      auth: "workspace",
      role: "admin",
      people_only: true,
      params: WorkspaceParams,
      body: NewInvitation,
      responses: { 201: Invitation },
      errors: ["workspaces.personal"],
      idempotent: true,
      rate_limits: [{ name: "invitations", limit: 100, window_seconds: 3_600, by: "workspace" }],
      handler: async ({ ctx, body }) => ({ status: 201, body: await invitations.invite(ctx, body) }),
    }),
    route({
      method: "DELETE",
      path: "/v1/workspaces/{workspace_id}/invitations/{invitation_id}",
      summary: "Take an invitation back",
      auth: "workspace",
      role: "admin",
      people_only: true,
      while_suspended: true,
      params: InvitationParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await invitations.revoke(ctx, params.invitation_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "GET",
      path: "/v1/auth/invitations/{token}",
      summary: "The page behind a mailed invitation",
      description: "Says how to accept it; looking changes nothing.",
      auth: "public",
      params: TokenParams,
      responses: { 200: Type.String({ description: "HTML" }) },
      handler: async ({ params }) => ({
        status: 200,
        body: invitationPage(params.token),
        headers: { "content-type": "text/html; charset=utf-8" },
      }),
    }),
    route({
      method: "POST",
      path: "/v1/invitations/{token}/accept",
      summary: "Accept an invitation",
      description: "Signed in with the address that was invited, which is proved.",
      auth: "user",
      own_person: true,
      params: TokenParams,
      responses: { 200: Joined },
      errors: [
        "invitations.not_yours",
        "invitations.email_unverified",
        "invitations.over",
        "invitations.already_member",
        "workspaces.quota_reached",
        "workspaces.suspended",
        "workspaces.personal",
        "request.not_found",
      ],
      handler: async ({ ctx, params }) => ({ status: 200, body: await invitations.accept(ctx, params.token) }),
    }),
  ];
}

/** For an installation without pages of its own: what to do with the token. MAIL_LINK_URL names the product's page instead. */
function invitationPage(token: string): string {
  const safe = token.replaceAll(/[^\w-]/g, "");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Invitation</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color:#1c2430}code{overflow-wrap:anywhere;background:#f4f6fa;padding:.2rem .4rem}</style>
</head><body><h1>You are invited</h1><p>Sign in with the e-mail address that got this invitation, then accept it:</p>
<p><code>POST /v1/invitations/${safe}/accept</code></p></body></html>
`;
}
