import Type, { type Static } from "typebox";
import { Closed, Id, Page, Timestamp } from "../../core/schema.ts";

export const Role = Type.Enum(["member", "admin", "owner"]);

const Name = Type.String({ minLength: 1, maxLength: 200, pattern: "\\S" });
const TimeZone = Type.String({ maxLength: 64, description: "IANA name" });

export const Workspace = Closed({
  id: Id,
  name: Type.String(),
  slug: Type.String({ description: "Unique; for addresses that people read" }),
  personal: Type.Boolean({ description: "Whether it is somebody's personal workspace" }),
  status: Type.Enum(["active", "suspended"], { description: "A suspended one can be read, and nothing in it changed" }),
  suspended_reason: Type.Union([Type.String(), Type.Null()]),
  billing_status: Type.Enum(["current", "past_due"], {
    description: "past_due: a payment failed for the third time, and what was paid for is suspended",
  }),
  time_zone: Type.String({ description: "IANA name; days and weeks of limits begin by it" }),
  created_at: Timestamp,
});
export type BillingStatus = "current" | "past_due";
export type Workspace = Static<typeof Workspace>;

export const OwnWorkspace = Closed({ ...Workspace.properties, role: Role });
export const OwnWorkspaces = Page(OwnWorkspace);

export const NewWorkspace = Closed({ name: Name, time_zone: Type.Optional(TimeZone) });
export type NewWorkspace = Static<typeof NewWorkspace>;

export const WorkspaceChange = Closed(
  {
    name: Type.Optional(Name),
    slug: Type.Optional(
      Type.String({ pattern: "^[a-z0-9](?:[a-z0-9-]{1,58}[a-z0-9])$", description: "3 to 60 of a-z, 0-9 and -" }),
    ),
    time_zone: Type.Optional(TimeZone),
  },
  { minProperties: 1 },
);
export type WorkspaceChange = Static<typeof WorkspaceChange>;

const text = Type.Union([Type.String(), Type.Null()]);
export const Member = Closed({
  user_id: Id,
  role: Role,
  full_name: text,
  email: text,
  avatar_url: text,
  created_at: Timestamp,
});
export const Members = Page(Member);

export const RoleChange = Closed({ role: Role });
export const Transfer = Closed({ user_id: Id });
export const Reason = Closed({ reason: Type.String({ minLength: 3, maxLength: 500, pattern: "\\S" }) });

export const WorkspaceParams = Closed({ workspace_id: Id });
export const MemberParams = Closed({ workspace_id: Id, user_id: Id });

const QuotaState = Closed({
  limit: Type.Union([Type.Integer(), Type.Null()], { description: "Null is unlimited" }),
  used: Type.Optional(Type.Integer({ description: "Left out for rates" })),
});
export const Quotas = Closed({
  members: QuotaState,
  api_keys: QuotaState,
  storage_bytes: QuotaState,
  requests_per_minute: QuotaState,
});
export type Quotas = Static<typeof Quotas>;
