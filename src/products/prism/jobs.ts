import { defineSubscriber, type Subscriber } from "../../product.ts";
import { PurgeDue, ReplyStarted, TurnStarted } from "./events.ts";
import type { Replies } from "./mirror/replies.ts";
import { purge } from "./privacy/store.ts";
import type { Turns } from "./turns/service.ts";

export function prismSubscribers(parts: {
  turns: Pick<Turns, "giveUpAbandoned">;
  replies: Pick<Replies, "giveUp">;
}): Subscriber[] {
  const { turns, replies } = parts;
  return [
    defineSubscriber({
      name: "prism.give_up_abandoned_turn",
      event: TurnStarted,
      handle: (ctx, { turn_id }) => turns.giveUpAbandoned(ctx, turn_id),
    }),
    defineSubscriber({
      name: "prism.give_up_abandoned_reply",
      event: ReplyStarted,
      handle: (ctx, { message_id, attempt }) => replies.giveUp(ctx, message_id, attempt),
    }),
    defineSubscriber({
      name: "prism.purge",
      event: PurgeDue,
      handleInTransaction: (tx, _ctx, { kind, id }) => purge(tx, kind, id),
    }),
  ];
}
