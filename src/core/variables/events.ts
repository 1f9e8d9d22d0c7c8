import Type from "typebox";
import { whole } from "./kinds.ts";

/** Variables of events and the worker. */
export const eventsVariables = {
  WORKER_CONCURRENCY: whole("Event handlers that run at once in a process", 10, 1, 1_000),
  EVENTS_KEEP_DAYS: whole(
    "Days for which delivered events are kept; older ones are dropped, a day at a time",
    14,
    1,
    3_650,
  ),
  EVENTS_DEAD_LETTER_DAYS: whole(
    "Days for which dead letters that were replayed or discarded are kept. What is dead stays",
    90,
    1,
  ),
  WEBHOOKS_ALLOW_PRIVATE: Type.Enum(["on", "off"], {
    description:
      "Whether webhooks are sent to addresses inside of networks too (loopback, private, link-local). For development, tests, and installations whose customers are their own; anywhere else it opens your network to them",
    default: "off",
  }),
  WEBHOOKS_TIMEOUT_SECONDS: whole("An endpoint has this long to answer a webhook", 15, 1, 30),
  WEBHOOKS_FAILING_DAYS: whole("Days of nothing but failures after which a webhook endpoint is turned off", 5, 1, 90),
  WEBHOOKS_ENDPOINT_CONCURRENCY: whole("Webhooks on their way to one endpoint at once", 5, 1, 100),
  WEBHOOKS_DELIVERY_DAYS: whole("Days for which it is kept what was sent to webhook endpoints", 30, 7),
};
