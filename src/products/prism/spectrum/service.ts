import type { Ctx, Doors } from "../../../product.ts";
import { personOf } from "../person.ts";
import { checkTimeZone } from "../rules.ts";
import { rangeOf, spectrumOf } from "./rules.ts";
import type { Limits, Spectrum, SpectrumQuery } from "./schema.ts";
import { countHistory } from "./store.ts";

export type SpectrumService = ReturnType<typeof createSpectrum>;

/** The view over a person's history, and over what the plan leaves them. */
export function createSpectrum(doors: Pick<Doors, "db" | "entitlements" | "usage" | "clock">) {
  const { db, entitlements, usage, clock } = doors;
  return {
    /** Themes, moods and progress over time. Throws `entitlements.missing` (with the plans that have it) and `request.invalid`. */
    read: async (ctx: Ctx, query: SpectrumQuery): Promise<Spectrum> => {
      await entitlements.require(ctx, "prism.spectrum");
      const { time_zone = "UTC", ...asked } = query;
      const range = rangeOf(asked, checkTimeZone(time_zone), clock.now());
      return spectrumOf(range, await db.statement(ctx, (tx) => countHistory(tx, personOf(ctx), range)));
    },

    /** What the plan gives of each thing, and what is left of it for the caller. */
    limits: async (ctx: Ctx): Promise<Limits> => {
      const [prism] = await usage.entitlements(ctx, "prism");
      if (prism === undefined) throw new Error("There is no plan of prism");
      const told: Limits = { plan_id: prism.plan_id, limits: {}, features: {} };
      for (const [name, feature] of Object.entries(prism.features)) {
        if (feature.kind === "flag") {
          told.features[name] = feature.enabled;
          continue;
        }
        const { limit, used, remaining, window, resets_at } = feature;
        told.limits[name] = { limit, used, remaining, window, resets_at };
      }
      return told;
    },
  };
}
