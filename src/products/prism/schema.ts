import { Closed, Id, Page, type Static, Timestamp, Type } from "../../product.ts";

const Locale = Type.String({
  maxLength: 35,
  pattern: "^[A-Za-z]{2,3}(-[A-Za-z0-9]+)*$",
  description: "BCP 47, for example de-AT",
});

export const NewTurn = Closed({
  question: Type.String({ minLength: 1, maxLength: 4000, pattern: "\\S", description: "What to reflect on" }),
  locale: Type.Optional(Locale),
});
export type NewTurn = Static<typeof NewTurn>;

/** One question and the reflection on it. */
export const Turn = Closed({
  id: Id,
  status: Type.Enum(["pending", "completed", "failed"]),
  question: Type.String(),
  answer: Type.Union([Type.String(), Type.Null()]),
  provider: Type.Union([Type.String(), Type.Null()], {
    description: "Who generated the answer; `demo` without an AI key",
  }),
  model: Type.Union([Type.String(), Type.Null()]),
  created_at: Timestamp,
});
export type Turn = Static<typeof Turn>;

export const Turns = Page(Turn);

/** The answer to a text that must not be answered by a model. Nothing was generated, stored or counted. */
export const SafetyNotice = Closed({
  safety: Closed({ status: Type.Literal("crisis"), categories: Type.Array(Type.String()) }),
  message: Type.String(),
  resources: Type.Array(
    Closed({
      name: Type.String(),
      phone: Type.Optional(Type.String()),
      text: Type.Optional(Type.String()),
      url: Type.Optional(Type.String()),
    }),
  ),
});
export type SafetyNotice = Static<typeof SafetyNotice>;
