import { Closed, Id, NullableTimestamp, Page, PageQuery, type Static, Timestamp, Type } from "../../../product.ts";
import { Day, Locale, NullableDay, NullableNotice, NullableText, Text } from "../schema.ts";

export const GoalStatus = Type.Enum(["active", "paused", "achieved", "dropped"]);
export type GoalStatus = Static<typeof GoalStatus>;
export const ActionStatus = Type.Enum(["todo", "doing", "done", "skipped"]);
export type ActionStatus = Static<typeof ActionStatus>;

const goalTitle = Text(200);
const why = Text(2000, "What it is for");

/** Something that a person works towards. */
export const Goal = Closed({
  id: Id,
  title: Type.String(),
  why: NullableText(),
  status: GoalStatus,
  target_date: NullableDay,
  position: Type.Integer({ description: "Place in the person's list, from 1" }),
  ended_at: NullableTimestamp,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Goal = Static<typeof Goal>;

export const Goals = Page(Goal);
export const NewGoal = Closed({
  title: goalTitle,
  why: Type.Optional(why),
  target_date: Type.Optional(Day),
});
export type NewGoal = Static<typeof NewGoal>;
export const GoalChange = Closed({
  title: Type.Optional(goalTitle),
  why: Type.Optional(Type.Union([why, Type.Null()])),
  status: Type.Optional(GoalStatus),
  target_date: Type.Optional(NullableDay),
  position: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 1_000_000, description: "Moves it there; those between move up or down" }),
  ),
});
export type GoalChange = Static<typeof GoalChange>;
export const GoalParams = Closed({ goal_id: Id });
export const GoalQuery = Closed({ ...PageQuery.properties, status: Type.Optional(GoalStatus) });
export type GoalQuery = Static<typeof GoalQuery>;

const actionTitle = Text(300);
const source = Type.Enum(["own", "suggested"], { description: "Whose idea it was; own when left out" });

/** A step towards a goal. */
export const Action = Closed({
  id: Id,
  goal_id: Id,
  title: Type.String(),
  status: ActionStatus,
  due_date: NullableDay,
  completed_at: NullableTimestamp,
  source,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Action = Static<typeof Action>;

export const Actions = Page(Action);
export const NewAction = Closed({
  goal_id: Id,
  title: actionTitle,
  due_date: Type.Optional(Day),
  source: Type.Optional(source),
});
export type NewAction = Static<typeof NewAction>;
export const ActionChange = Closed({
  title: Type.Optional(actionTitle),
  status: Type.Optional(ActionStatus),
  due_date: Type.Optional(NullableDay),
});
export type ActionChange = Static<typeof ActionChange>;
export const ActionParams = Closed({ action_id: Id });
export const ActionQuery = Closed({
  ...PageQuery.properties,
  goal_id: Type.Optional(Id),
  status: Type.Optional(ActionStatus),
  due_before: Type.Optional(Day),
  overdue: Type.Optional(
    Type.Boolean({
      description: "Only those that are open and were due before today, in the time zone; or only the others",
    }),
  ),
  time_zone: Type.Optional(
    Type.String({ minLength: 1, maxLength: 64, description: "IANA name, for what today is; UTC when left out" }),
  ),
  order: Type.Optional(
    Type.Enum(["created", "due"], {
      description: "The newest first (when left out), or what is due next, without a date last",
    }),
  ),
});
export type ActionQuery = Static<typeof ActionQuery>;

export const SuggestionsBody = Closed({
  count: Type.Optional(Type.Integer({ minimum: 1, maximum: 10, description: "At most so many; 3 when left out" })),
  locale: Type.Optional(Locale),
});
export type SuggestionsBody = Static<typeof SuggestionsBody>;

const Suggestion = Closed({
  title: Type.String({ minLength: 1, maxLength: 300 }),
  due_in_days: Type.Union([Type.Integer({ minimum: 0, maximum: 365 }), Type.Null()]),
});

/** Actions that a model suggests. Nothing is stored: POST the one that the person takes, with `source: suggested`. */
export const Suggestions = Closed({ data: Type.Array(Suggestion), notice: NullableNotice });
export type Suggestions = Static<typeof Suggestions>;

/** What the model is asked for. */
export const SuggestedOutput = Closed({ actions: Type.Array(Suggestion, { maxItems: 10 }) });
export type SuggestedOutput = Static<typeof SuggestedOutput>;
