import Type from "typebox";
import { Compile } from "typebox/compile";
import { type defineEvent, defineSubscriber, type Subscriber } from "../events/index.ts";
import type { Acknowledgements } from "./service.ts";

/** What we need of billing's news of a subscription. */
const Change = Compile(Type.Object({ source: Type.String(), external_id: Type.String(), status: Type.String() }));

/** States in which access was granted, so that the purchase may have to be acknowledged. */
const granted = ["active", "trialing", "in_grace"];

/**
 * Acknowledges what billing granted. The event was committed with the grant, so nothing is acknowledged that was not granted;
 * the handler may run again. `event` is `billing.subscription_changed`.
 */
export function googlePlaySubscribers(
  acknowledgements: Pick<Acknowledgements, "want">,
  event: ReturnType<typeof defineEvent>,
): Subscriber[] {
  return [
    defineSubscriber({
      name: "google_play.acknowledge",
      event,
      handle: async (ctx, payload) => {
        const { source, external_id, status } = Change.Parse(payload);
        if (source === "google_play" && granted.includes(status)) await acknowledgements.want(ctx, external_id);
      },
    }),
  ];
}
