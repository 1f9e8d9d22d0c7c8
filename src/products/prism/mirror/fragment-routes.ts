import { NoContent, type Route, route } from "../../../product.ts";
import { generationErrors } from "../schema.ts";
import type { Fragments } from "./fragments.ts";
import {
  Fragment,
  FragmentChange,
  Fragments as FragmentPage,
  FragmentParams,
  FragmentQuery,
  LiftedFragments,
  NewFragment,
  SessionParams,
} from "./schema.ts";

const path = "/v1/prism/mirror/fragments";
const one = `${path}/{fragment_id}`;

export function fragmentRoutes(fragments: Fragments): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/prism/mirror/sessions/{session_id}/fragments",
      summary: "Lift insights from a mirror session",
      description:
        "Found by a model and stored at once; change or delete what does not fit. What was lifted before does not come again.",
      auth: "workspace",
      params: SessionParams,
      responses: { 201: LiftedFragments },
      errors: ["prism.session_empty", "ai.invalid_output", "ai.in_progress", ...generationErrors],
      idempotent: true,
      handler: async ({ ctx, params }) => ({ status: 201, body: await fragments.lift(ctx, params.session_id) }),
    }),
    route({
      method: "POST",
      path,
      summary: "Write down an insight of your own",
      auth: "workspace",
      body: NewFragment,
      responses: { 201: Fragment },
      idempotent: true,
      handler: async ({ ctx, body }) => ({ status: 201, body: await fragments.create(ctx, body) }),
    }),
    route({
      method: "GET",
      path,
      summary: "Your fragments, the newest first",
      auth: "workspace",
      query: FragmentQuery,
      responses: { 200: FragmentPage },
      handler: async ({ ctx, query }) => ({ status: 200, body: await fragments.list(ctx, query) }),
    }),
    route({
      method: "GET",
      path: one,
      summary: "One of your fragments",
      auth: "workspace",
      params: FragmentParams,
      responses: { 200: Fragment },
      handler: async ({ ctx, params }) => ({ status: 200, body: await fragments.get(ctx, params.fragment_id) }),
    }),
    route({
      method: "PATCH",
      path: one,
      summary: "Change one of your fragments",
      auth: "workspace",
      params: FragmentParams,
      body: FragmentChange,
      responses: { 200: Fragment },
      handler: async ({ ctx, params, body }) => ({
        status: 200,
        body: await fragments.update(ctx, params.fragment_id, body),
      }),
    }),
    route({
      method: "DELETE",
      path: one,
      summary: "Delete one of your fragments",
      description: "It is shown no more, and purged after 30 days.",
      auth: "workspace",
      params: FragmentParams,
      responses: { 204: NoContent },
      handler: async ({ ctx, params }) => {
        await fragments.delete(ctx, params.fragment_id);
        return { status: 204, body: null };
      },
    }),
  ];
}
