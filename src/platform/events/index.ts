export { defineEvent, type Delivery, type EventDefinition } from "./schema.ts";
export { createEvents, defineSubscriber, type Events, type EventsInternals, type Subscriber } from "./service.ts";
export { createWorker, type Worker } from "./worker.ts";
