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
  { public: true },
);

export const ReplyStarted = defineEvent(
  "prism.reply_started",
  "A reply in a mirror session is being generated",
  Type.Object({ message_id: Type.String(), attempt: Type.Integer() }),
);

export const SessionClosed = defineEvent(
  "prism.session_closed",
  "A mirror session is over",
  Type.Object({ session_id: Type.String(), user_id: Type.String() }),
);

export const PurgeDue = defineEvent(
  "prism.purge_due",
  "The time for which something deleted is kept is over",
  Type.Object({ kind: Type.Enum(["turn", "session", "fragment", "goal", "action"]), id: Type.String() }),
);

/** For so long what a person deleted is kept, shown to nobody. */
export const purgeDelay = { delay_seconds: 30 * 86_400 };
