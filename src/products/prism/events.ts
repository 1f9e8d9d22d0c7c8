import { defineEvent, Type } from "../../product.ts";

export const TurnStarted = defineEvent(
  "prism.turn_started",
  "A turn's unit is taken and its answer is being generated",
  Type.Object({ turn_id: Type.String() }),
);

export const TurnCompleted = defineEvent(
  "prism.turn_completed",
  "A turn has its answer",
  Type.Object({ turn_id: Type.String(), user_id: Type.String() }),
);
