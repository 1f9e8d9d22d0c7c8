import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const Invited = defineEvent(
  "invitations.invited",
  "Somebody is invited to a workspace",
  Type.Object({ invitation_id: Type.String() }),
  { public: true },
);

export const InvitationAccepted = defineEvent(
  "invitations.accepted",
  "An invited person belongs to the workspace",
  Type.Object({ invitation_id: Type.String(), user_id: Type.String() }),
  { public: true },
);
