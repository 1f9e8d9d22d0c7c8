import { defineSubscriber, type Subscriber } from "../../product.ts";
import { TurnStarted } from "./events.ts";
import type { Turns } from "./service.ts";

export function prismSubscribers(turns: Pick<Turns, "giveUpAbandoned">): Subscriber[] {
  return [
    defineSubscriber({
      name: "prism.give_up_abandoned_turn",
      event: TurnStarted,
      handle: (ctx, { turn_id }) => turns.giveUpAbandoned(ctx, turn_id),
    }),
  ];
}
