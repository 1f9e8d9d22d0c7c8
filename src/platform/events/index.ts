export { type Delivery, declaredEvents, defineEvent, type EventDefinition } from "./schema.ts";
export { createEvents, defineSubscriber, type Events, type EventsInternals, type Subscriber } from "./service.ts";
export { outboxBacklog } from "./store.ts";
export { createWorker, type Worker } from "./worker.ts";
