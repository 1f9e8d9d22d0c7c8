import { type Route, route } from "../../../product.ts";
import { Limits, Spectrum, SpectrumQuery } from "./schema.ts";
import type { SpectrumService } from "./service.ts";

export function spectrumRoutes(spectrum: SpectrumService): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/prism/spectrum",
      summary: "Themes, moods and progress over time",
      description:
        "Of your fragments, turns, sessions, goals and actions, at most 366 days. For plans that have `prism.spectrum`; without it 403 `entitlements.missing` names them in `plans`.",
      auth: "workspace",
      query: SpectrumQuery,
      responses: { 200: Spectrum },
      errors: ["entitlements.missing"],
      handler: async ({ ctx, query }) => ({ status: 200, body: await spectrum.read(ctx, query) }),
    }),
    route({
      method: "GET",
      path: "/v1/prism/limits",
      summary: "What your plan gives, and what is left of it",
      auth: "workspace",
      responses: { 200: Limits },
      handler: async ({ ctx }) => ({ status: 200, body: await spectrum.limits(ctx) }),
    }),
  ];
}
