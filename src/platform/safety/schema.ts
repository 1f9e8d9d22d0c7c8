import Type, { type Static } from "typebox";
import { Closed } from "../../core/schema.ts";

const Slug = Type.String({ pattern: "^[a-z][a-z0-9_]*$" });
const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 500 }), { minItems: 1 });

/** A rule: which sequences of words, in which language, mean what. */
export const SafetyRule = Closed({
  id: Type.String({ pattern: "^[a-z0-9_]+(\\.[a-z0-9_]+)+$" }),
  category: Slug,
  severity: Type.Enum(["crisis", "caution"]),
  language: Type.String({ pattern: "^[a-z]{2}$" }),
  patterns: Patterns,
  /** Contexts in which the words mean something else: the match does not count. */
  unless: Type.Optional(Patterns),
  /** Contexts in which they are about somebody else, about the past, or denied: the match is a caution. */
  soften: Type.Optional(Patterns),
});
export type SafetyRule = Static<typeof SafetyRule>;

/** Somebody who helps. */
export const Resource = Closed({
  name: Type.String({ minLength: 1 }),
  phone: Type.Optional(Type.String()),
  text: Type.Optional(Type.String()),
  url: Type.Optional(Type.String({ pattern: "^https://" })),
});
export type Resource = Static<typeof Resource>;

export const SafetyPolicy = Closed({
  policy_version: Type.String({ minLength: 1 }),
  categories: Type.Array(Slug, { minItems: 1 }),
  /** Helpers by country (ISO 3166) or language (ISO 639); `default` for everybody else. */
  resources: Type.Record(
    Type.String({ pattern: "^([A-Z]{2}|[a-z]{2}|default)$" }),
    Type.Array(Resource, { minItems: 1 }),
  ),
  rules: Type.Array(SafetyRule, { minItems: 1 }),
});
export type SafetyPolicy = Static<typeof SafetyPolicy>;

export type SafetyStatus = "allow" | "caution" | "crisis";
