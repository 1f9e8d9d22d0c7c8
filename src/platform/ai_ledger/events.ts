import Type from "typebox";
import { defineEvent } from "../events/index.ts";

/**
 * The workspace of events about the platform itself. What a feature may cost over all workspaces is no workspace's business, so no
 * webhook of theirs hears of it.
 */
export const platformWorkspace = "00000000-0000-0000-0000-000000000000";

const Budget = Type.Object({
  scope: Type.Enum(["feature", "workspace", "workspace_feature", "user"]),
  day: Type.String({ description: "In UTC, for example 2026-11-21" }),
  feature: Type.Union([Type.String(), Type.Null()]),
  user_id: Type.Union([Type.String(), Type.Null()]),
  limit_usd: Type.String({ description: "A decimal" }),
  spent_usd: Type.String({ description: "A decimal" }),
  reserved_usd: Type.String({ description: "A decimal" }),
});

export const BudgetWarned = defineEvent(
  "ai_ledger.budget_warned",
  "Four fifths of a day's AI budget are spent; once for each budget and day. A feature's budget over all workspaces belongs to the workspace 00000000-0000-0000-0000-000000000000",
  Budget,
);

export const BudgetExhausted = defineEvent(
  "ai_ledger.budget_exhausted",
  "An AI call was refused because a day's budget had no room for it; once for each budget and day",
  Budget,
);
