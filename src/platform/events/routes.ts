import { userOf } from "../../core/context.ts";
import { NoContent, type Route, route } from "../../core/http/route.ts";
import { PageQuery } from "../../core/schema.ts";
import type { DeadLetters } from "./dead-letters.ts";
import {
  DeadLetterDetail,
  DeadLetterJob,
  DeadLetterJobPage,
  DeadLetterJobParams,
  DeadLetterPage,
  DeadLetterParams,
  DeadLetterQuery,
  DiscardInput,
  DiscardJobInput,
  PausedSubscribers,
  PauseInput,
  Preview,
  PreviewInput,
  ReplayInput,
  ReplayJobInput,
  SubscriberParams,
} from "./dead-letters-schema.ts";
import type { Pauses } from "./pauses.ts";

/** What administrators of the platform do about events that could not be delivered. */
export function eventRoutes({
  deadLetters,
  pauses,
}: {
  deadLetters: DeadLetters;
  pauses: Pick<Pauses, "list" | "pause" | "resume">;
}): Route[] {
  return [...letterRoutes(deadLetters), ...jobRoutes(deadLetters), ...pauseRoutes(pauses)];
}

/** Who did it, as it stands with the letter. */
const by = (ctx: Parameters<typeof userOf>[0]) => `user:${userOf(ctx)}`;

function letterRoutes(deadLetters: DeadLetters): Route[] {
  const errors = ["events.dead_letter_not_found", "events.dead_letter_resolved"];
  return [
    route({
      method: "GET",
      path: "/v1/admin/dead-letters",
      summary: "Events that could not be delivered to a subscriber, the last failure first",
      auth: "admin",
      query: DeadLetterQuery,
      responses: { 200: DeadLetterPage },
      handler: async ({ query }) => ({ status: 200, body: await deadLetters.list(query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/dead-letters/{dead_letter_id}",
      summary: "A dead letter with its payload and its history",
      auth: "admin",
      params: DeadLetterParams,
      responses: { 200: DeadLetterDetail },
      errors: ["events.dead_letter_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await deadLetters.get(params.dead_letter_id) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/dead-letters/{dead_letter_id}/replay",
      summary: "Deliver a dead letter again",
      description:
        "With the same event id and a new budget of tries. One that fails again is dead again; one that was discarded may be replayed too.",
      auth: "admin",
      params: DeadLetterParams,
      body: ReplayInput,
      responses: { 200: DeadLetterDetail },
      errors: [...errors, "events.dead_letter_orphaned"],
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await deadLetters.replay(params.dead_letter_id, by(ctx), body.reason),
      }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/dead-letters/{dead_letter_id}/discard",
      summary: "Give a dead letter up",
      description: "It stays as history, with the reason, for EVENTS_DEAD_LETTER_DAYS.",
      auth: "admin",
      params: DeadLetterParams,
      body: DiscardInput,
      responses: { 200: DeadLetterDetail },
      errors,
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await deadLetters.discard(params.dead_letter_id, by(ctx), body.reason),
      }),
    }),
  ];
}

function jobRoutes(deadLetters: DeadLetters): Route[] {
  const description =
    "Takes what the preview told: hand on its `until` and its `count`. Goes on in the background, in batches; the job tells how far it is. Two at once take each letter once.";
  return [
    route({
      method: "POST",
      path: "/v1/admin/dead-letters/preview",
      summary: "What replaying or discarding by a filter would take",
      auth: "admin",
      body: PreviewInput,
      responses: { 200: Preview },
      handler: async ({ body }) => ({ status: 200, body: await deadLetters.preview(body.action, body.filter) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/dead-letters/replay",
      summary: "Deliver every dead letter again that fits",
      description,
      auth: "admin",
      idempotent: true,
      body: ReplayJobInput,
      responses: { 202: DeadLetterJob },
      errors: ["events.preview_outdated"],
      handler: async ({ ctx, body }) => ({ status: 202, body: await deadLetters.begin(by(ctx), "replay", body) }),
    }),
    route({
      method: "POST",
      path: "/v1/admin/dead-letters/discard",
      summary: "Give up every dead letter that fits",
      description,
      auth: "admin",
      idempotent: true,
      body: DiscardJobInput,
      responses: { 202: DeadLetterJob },
      errors: ["events.preview_outdated"],
      handler: async ({ ctx, body }) => ({ status: 202, body: await deadLetters.begin(by(ctx), "discard", body) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/dead-letter-jobs",
      summary: "Replays and discards by a filter, the newest first",
      auth: "admin",
      query: PageQuery,
      responses: { 200: DeadLetterJobPage },
      handler: async ({ query }) => ({ status: 200, body: await deadLetters.listJobs(query) }),
    }),
    route({
      method: "GET",
      path: "/v1/admin/dead-letter-jobs/{job_id}",
      summary: "How far a replay or a discard by a filter is",
      auth: "admin",
      params: DeadLetterJobParams,
      responses: { 200: DeadLetterJob },
      errors: ["events.job_not_found"],
      handler: async ({ params }) => ({ status: 200, body: await deadLetters.getJob(params.job_id) }),
    }),
  ];
}

function pauseRoutes(pauses: Pick<Pauses, "list" | "pause" | "resume">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/paused-subscribers",
      summary: "Subscribers that are handed nothing at the moment",
      auth: "admin",
      responses: { 200: PausedSubscribers },
      handler: async () => ({ status: 200, body: { data: await pauses.list() } }),
    }),
    route({
      method: "PUT",
      path: "/v1/admin/paused-subscribers/{subscriber}",
      summary: "Pause a subscriber",
      description: "Its events wait, and use no try up. What is being handled is finished.",
      auth: "admin",
      params: SubscriberParams,
      body: PauseInput,
      responses: { 204: NoContent },
      errors: ["events.unknown_subscriber"],
      handler: async ({ ctx, params, body }) => {
        await pauses.pause(params.subscriber, { reason: body.reason, paused_by: by(ctx) });
        return { status: 204, body: null };
      },
    }),
    route({
      method: "DELETE",
      path: "/v1/admin/paused-subscribers/{subscriber}",
      summary: "Let a paused subscriber go on",
      description: "Whoever paused it: an operator, or an outage. Nothing happens when it is not paused.",
      auth: "admin",
      params: SubscriberParams,
      responses: { 204: NoContent },
      errors: ["events.unknown_subscriber"],
      handler: async ({ params }) => {
        await pauses.resume(params.subscriber);
        return { status: 204, body: null };
      },
    }),
  ];
}
