import type { Provider } from "../providers/index.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Plan, Target } from "./engine.ts";
import { aiErrors } from "./errors.ts";
import type { FeatureSettings } from "./schema.ts";

/** What a call says of itself, as far as its plan cares. */
export interface Asked {
  feature: string;
  model?: string;
  timeout_ms?: number;
  signal?: AbortSignal;
  prompt?: string;
}

export interface PlannerOptions {
  catalogue: Catalogue;
  /** Under the names that the catalogue's models give. */
  providers: Record<string, Provider>;
  /** No call takes longer, whatever the feature says. */
  longest_ms?: number;
}

/** Which of a provider's functions a call needs. */
export type Ability = "complete" | "stream" | "embed" | "speak" | "transcribe";

/**
 * Returns the function that plans a call: whom to ask, and for how long. It throws `ai.invalid_request` for a model that the catalogue does not have, and
 * `ai.unsupported` when no model of the feature can do it.
 */
export function createPlanner({ catalogue, providers, longest_ms = Number.POSITIVE_INFINITY }: PlannerOptions) {
  const targetsOf = (model: string, ability: Ability): Target[] => {
    const settings = catalogue.model(model);
    if (settings === undefined) throw aiErrors.invalid_request({ detail: "There is no model of that name here" });
    const provider = Object.hasOwn(providers, settings.provider) ? providers[settings.provider] : undefined;
    if (provider?.[ability] === undefined) return [];
    const drains = catalogue.providerSettings()[settings.provider]?.on_client_gone === "drain";
    return [{ model, settings, provider, drains }];
  };
  return (asked: Asked, ability: Ability): Plan => {
    const settings: FeatureSettings = catalogue.feature(asked.feature);
    const named = asked.model === undefined ? settings.models : [asked.model];
    const targets = named.flatMap((model) => targetsOf(model, ability));
    if (targets.length === 0) throw aiErrors.unsupported();
    const [cheaper] = settings.cheaper_model === undefined ? [] : targetsOf(settings.cheaper_model, ability);
    return {
      feature: asked.feature,
      settings,
      targets,
      cheaper,
      timeout_ms: Math.min(asked.timeout_ms ?? settings.timeouts.total_ms, longest_ms),
      signal: asked.signal,
      prompt: asked.prompt ?? null,
    };
  };
}
