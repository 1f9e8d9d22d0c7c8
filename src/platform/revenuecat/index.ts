export { createRevenueCat, type RevenueCat } from "./service.ts";
export {
  revenueCatEvent,
  revenueCatEventTypes,
  type SimulatedRevenueCatEvent,
  simulateRevenueCat,
} from "./simulator.ts";
