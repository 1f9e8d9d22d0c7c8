import { NoContent, type Route, route } from "../../core/http/route.ts";
import {
  Acquire,
  HeldSeatPage,
  HeldSeatQuery,
  KeyParams,
  LicenseParams,
  Seat,
  SeatUsage,
  SeatUsageQuery,
  SessionParams,
} from "./schema.ts";
import type { Seats } from "./service.ts";

/** Wide enough for an office of hundreds behind one address; each machine has a rate of its own besides. */
const perAddress = (name: string) => [{ name, limit: 3_000, window_seconds: 60 }];

export function seatRoutes(seats: Seats): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/licenses/acquire",
      summary: "Acquire a seat",
      description:
        "201 with a new session; 200 with the machine's present one, extended, so that it may be sent again without an Idempotency-Key. `licensing.seats_exhausted` tells `current_seats_used`, `max_seats` and `earliest_expiry`; unlike `request.rate_limited` it is not worth an automatic retry.",
      auth: "public",
      body: Acquire,
      responses: { 200: Seat, 201: Seat },
      errors: ["licensing.license_not_found", "licensing.license_inactive", "licensing.seats_exhausted"],
      rate_limits: perAddress("seats.acquire_address"),
      handler: async ({ ctx, body, ip, header }) => {
        const acquired = await seats.acquire({ ...ctx, ip }, { ...body, user_agent: header("user-agent") });
        return { status: acquired.is_new ? 201 : 200, body: acquired.seat };
      },
    }),
    route({
      method: "POST",
      path: "/v1/licenses/sessions/{session_id}/heartbeat",
      summary: "Keep a seat",
      description:
        "Extends the lease while it runs; at its very end it is lost, and nothing but a new acquire brings a seat. Send the next one after `next_heartbeat_in` seconds.",
      auth: "public",
      params: SessionParams,
      responses: { 200: Seat },
      errors: ["licensing.seat_lost", "licensing.license_inactive", "licensing.session_not_found"],
      rate_limits: perAddress("seats.heartbeat_address"),
      handler: async ({ ctx, params, ip }) => ({
        status: 200,
        body: await seats.heartbeat({ ...ctx, ip }, params.session_id),
      }),
    }),
    route({
      method: "DELETE",
      path: "/v1/licenses/sessions/{session_id}",
      summary: "Give a seat back",
      description: "Again, or after it was lost, has no effect; the machine's newer session is not touched.",
      auth: "public",
      params: SessionParams,
      responses: { 204: NoContent },
      errors: ["licensing.session_not_found"],
      rate_limits: perAddress("seats.release_address"),
      handler: async ({ params }) => {
        await seats.release(params.session_id);
        return { status: 204, body: null };
      },
    }),
    route({
      method: "GET",
      path: "/v1/licenses/{license_key}/sessions",
      summary: "The seats of a licence that are held",
      description: "For whoever has the key. The sessions' ids are not told.",
      auth: "public",
      params: KeyParams,
      query: HeldSeatQuery,
      responses: { 200: HeldSeatPage },
      errors: ["licensing.license_not_found"],
      rate_limits: [{ name: "seats.list", limit: 300, window_seconds: 60 }],
      handler: async ({ ctx, params, query }) => ({
        status: 200,
        body: await seats.list(ctx, params.license_key, query),
      }),
    }),
    route({
      method: "GET",
      path: "/v1/licenses/{license_id}/seat-usage",
      summary: "How the seats of a licence were used",
      description: "By day (UTC): sessions begun, their mean duration, the most seats held at once, and refusals.",
      auth: "workspace",
      params: LicenseParams,
      query: SeatUsageQuery,
      responses: { 200: SeatUsage },
      errors: ["licensing.license_not_found"],
      handler: async ({ ctx, params, query }) => ({
        status: 200,
        body: await seats.usage(ctx, params.license_id, query.days),
      }),
    }),
  ];
}
