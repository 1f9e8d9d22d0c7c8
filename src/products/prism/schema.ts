import { Closed, type Static, Type } from "../../product.ts";

export const Locale = Type.String({
  maxLength: 35,
  pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$",
  description: "BCP 47, for example de-AT",
});

export const Day = Type.String({
  format: "date",
  pattern: "^[12][0-9]{3}-",
  description: "A calendar day, for example 2026-11-21",
});
export const NullableDay = Type.Union([Day, Type.Null()]);

/** Text that somebody wrote: not blank. */
export const Text = (maxLength: number, description?: string) =>
  Type.String({ minLength: 1, maxLength, pattern: "\\S", ...(description && { description }) });

export const NullableText = (description?: string) =>
  Type.Union([Type.String(), Type.Null()], description === undefined ? {} : { description });

/** What is told to a person about a text that was found worrying: theirs (`caution`, `crisis`), or an answer that was kept back (`withheld`). */
export const SafetyNotice = Closed({
  safety: Closed({
    status: Type.Enum(["caution", "crisis", "withheld"]),
    categories: Type.Array(Type.String()),
  }),
  message: Type.String(),
  resources: Type.Array(
    Closed({
      name: Type.String(),
      phone: Type.Optional(Type.String()),
      text: Type.Optional(Type.String()),
      url: Type.Optional(Type.String()),
    }),
    { description: "Who helps where the person is" },
  ),
});
export type SafetyNotice = Static<typeof SafetyNotice>;

export const NullableNotice = Type.Union([SafetyNotice, Type.Null()]);

/** What every route that generates may answer with, beside its own. */
export const generationErrors = [
  "safety.unavailable",
  "ai.budget_exhausted",
  "ai.rate_limited",
  "ai.timeout",
  "ai.provider_unavailable",
  "ai.bad_provider_response",
  "ai.content_filtered",
  "ai.invalid_request",
  "ai.unsupported",
];
