import { Closed, Id, Page, PageQuery, type Static, Timestamp, Type } from "../../../product.ts";
import { Locale, NullableNotice, NullableText, Text } from "../schema.ts";

export const TurnKind = Type.Enum(["reflect", "decide", "reframe", "plan"], {
  description: "What the person wants of the answer; `reflect` when left out",
});
export type TurnKind = Static<typeof TurnKind>;

export const NewTurn = Closed({
  question: Text(4000, "What to reflect on"),
  kind: Type.Optional(TurnKind),
  locale: Type.Optional(Locale),
});
export type NewTurn = Static<typeof NewTurn>;

/** One question and the reflection on it. */
export const Turn = Closed({
  id: Id,
  kind: TurnKind,
  status: Type.Enum(["pending", "completed", "failed", "withheld"], {
    description: "withheld: the answer did not pass the safety check, and its unit was given back",
  }),
  question: Type.String(),
  answer: NullableText(),
  favourite: Type.Boolean(),
  locale: Type.String(),
  safety_status: Type.Enum(["allow", "caution"]),
  provider: NullableText("Who generated the answer; `demo` without an AI key"),
  model: NullableText(),
  created_at: Timestamp,
});
export type Turn = Static<typeof Turn>;

/** A turn that was just taken. */
export const TakenTurn = Closed({ ...Turn.properties, notice: NullableNotice });
export type TakenTurn = Static<typeof TakenTurn>;

export const Turns = Page(Turn);
export const TurnParams = Closed({ turn_id: Id });
export const TurnChange = Closed({ favourite: Type.Boolean() });
export const TurnQuery = Closed({
  ...PageQuery.properties,
  kind: Type.Optional(TurnKind),
  favourite: Type.Optional(Type.Boolean({ description: "Only favourites, or only the others" })),
});
export type TurnQuery = Static<typeof TurnQuery>;
