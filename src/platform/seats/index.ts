export { createSeats, type Seats, type SeatsOptions } from "./service.ts";
