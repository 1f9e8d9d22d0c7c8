import { defineErrors } from "../../core/errors.ts";

export const invitationErrors = defineErrors("invitations", {
  not_yours: { kind: "forbidden", title: "The invitation is for another e-mail address" },
  email_unverified: { kind: "forbidden", title: "Confirm your e-mail address first" },
  over: { kind: "gone", title: "The invitation was used, revoked, replaced, or is too old" },
  already_member: { kind: "conflict", title: "You belong to this workspace already" },
});
