import Type from "typebox";
import { defineEvent } from "../events/index.ts";

export const SnapshotChanged = defineEvent(
  "entitlements.snapshot_changed",
  "What a workspace may do in a product has changed",
  Type.Object({
    product: Type.String(),
    plan_id: Type.String(),
    previous_plan_id: Type.Union([Type.String(), Type.Null()]),
    version: Type.Integer(),
  }),
  { public: true },
);
