import Type, { type Static } from "typebox";
import { Closed, Id, Page, PageQuery, Timestamp } from "../../core/schema.ts";

const Role = Type.Enum(["member", "admin"]);

export const Invitation = Closed({
  id: Id,
  email: Type.String(),
  role: Role,
  invited_by: Id,
  status: Type.Enum(["pending", "accepted", "revoked", "expired"]),
  created_at: Timestamp,
  expires_at: Timestamp,
});
export type Invitation = Static<typeof Invitation>;
export const InvitationPage = Page(Invitation);

export const NewInvitation = Closed({
  email: Type.String({ minLength: 3, maxLength: 254 }),
  role: Type.Enum(["member", "admin"], { default: "member" }),
});
export type NewInvitation = Static<typeof NewInvitation>;

export const InvitationQuery = Closed({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum(["pending"], { description: "Only those that can be accepted" })),
});
export type InvitationQuery = Static<typeof InvitationQuery>;

export const WorkspaceParams = Closed({ workspace_id: Id });
export const InvitationParams = Closed({ workspace_id: Id, invitation_id: Id });
export const TokenParams = Closed({ token: Type.String({ minLength: 10, maxLength: 200 }) });

export const Joined = Closed({ workspace_id: Id, role: Role });
export type Joined = Static<typeof Joined>;
