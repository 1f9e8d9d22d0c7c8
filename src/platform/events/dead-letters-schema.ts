import Type, { type Static } from "typebox";
import { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "../../core/schema.ts";

export const DeadLetterState = Type.Enum(["dead", "replayed", "discarded"]);
export type DeadLetterState = Static<typeof DeadLetterState>;

const Time = Type.String({ format: "date-time" });
const Name = Type.String({ minLength: 1, maxLength: 200 });
const NullableText = Type.Union([Type.String(), Type.Null()]);

/** Which dead letters: all that fit everything that is said. */
export const DeadLetterFilter = Closed({
  subscriber: Type.Optional(Name),
  event_type: Type.Optional(Name),
  event_id: Type.Optional(Id),
  workspace_id: Type.Optional(Id),
  failed_from: Type.Optional({ ...Time, description: "Failed then or later" }),
  failed_to: Type.Optional({ ...Time, description: "Failed before" }),
  error_contains: Type.Optional(
    Type.String({ minLength: 1, maxLength: 200, description: "What the error says somewhere, in any case" }),
  ),
});
export type DeadLetterFilter = Static<typeof DeadLetterFilter>;

export const DeadLetterQuery = Closed({
  ...PageQuery.properties,
  ...DeadLetterFilter.properties,
  state: Type.Optional(DeadLetterState),
});
export type DeadLetterQuery = Static<typeof DeadLetterQuery>;

export const DeadLetter = Closed({
  id: Type.Integer(),
  event_id: Id,
  event_type: Type.String(),
  subscriber: Type.String(),
  workspace_id: Id,
  state: DeadLetterState,
  error_message: Type.String(),
  retry_count: Type.Integer({ description: "Tries that were used up" }),
  replays: Type.Integer(),
  created_at: Timestamp,
  failed_at: Timestamp,
  resolved_at: NullableTimestamp,
  resolved_by: NullableText,
  reason: NullableText,
});
export type DeadLetter = Static<typeof DeadLetter>;
export const DeadLetterPage = Page(DeadLetter);

/** A failure that was replayed. */
export const PastFailure = Closed({
  error_message: Type.String(),
  failed_at: Type.String(),
  retry_count: Type.Integer(),
  replayed_at: Type.String(),
  replayed_by: Type.String(),
  reason: NullableText,
});

export const DeadLetterDetail = Closed({
  ...DeadLetter.properties,
  payload: Type.Unsafe<unknown>({ description: "As it was published" }),
  request_id: Type.String({ description: "The request that published it" }),
  key: NullableText,
  history: Type.Array(PastFailure, { description: "Failures that were replayed, the oldest first" }),
});
export type DeadLetterDetail = Static<typeof DeadLetterDetail>;

export const DeadLetterParams = Closed({
  dead_letter_id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
});

const Reason = Type.String({ minLength: 1, maxLength: 500 });
export const ReplayInput = Closed({ reason: Type.Optional(Reason) });
export const DiscardInput = Closed({ reason: Reason });

export const DeadLetterAction = Type.Enum(["replay", "discard"]);
export type DeadLetterAction = Static<typeof DeadLetterAction>;

export const PreviewInput = Closed({ action: DeadLetterAction, filter: DeadLetterFilter });

export const Preview = Closed({
  count: Type.Integer({ description: "What the action would take" }),
  by_subscriber: Type.Array(Closed({ subscriber: Type.String(), count: Type.Integer() })),
  without_subscriber: Type.Integer({
    description: "Left where they are by a replay: nobody handles them any more. Such can be discarded",
  }),
  oldest_failed_at: NullableTimestamp,
  newest_failed_at: NullableTimestamp,
  until: Type.Unsafe<Date>({ ...Time, description: "What fails later is not meant. Hand it on with count to confirm" }),
});
export type Preview = Static<typeof Preview>;

const confirmed = {
  filter: DeadLetterFilter,
  until: { ...Time, description: "Of the preview" },
  count: Type.Integer({ minimum: 1, description: "Of the preview: more than that are not touched" }),
};
export const ReplayJobInput = Closed({ ...confirmed, reason: Type.Optional(Reason) });
export const DiscardJobInput = Closed({ ...confirmed, reason: Reason });

/** What is confirmed of a preview, and why. */
export interface JobInput {
  filter: DeadLetterFilter;
  until: string;
  count: number;
  reason?: string;
}

export const DeadLetterJob = Closed({
  id: Id,
  action: DeadLetterAction,
  filter: DeadLetterFilter,
  until: Timestamp,
  reason: NullableText,
  requested_by: Type.String(),
  state: Type.Enum(["running", "completed"]),
  matching: Type.Integer({ description: "How many there were when it began" }),
  done: Type.Integer({ description: "How many it has taken; others may have taken some meanwhile" }),
  created_at: Timestamp,
  finished_at: NullableTimestamp,
});
export type DeadLetterJob = Static<typeof DeadLetterJob>;
export const DeadLetterJobPage = Page(DeadLetterJob);
export const DeadLetterJobParams = Closed({ job_id: Id });

export const PausedSubscriber = Closed({
  subscriber: Type.String(),
  dependency: Type.Union([Type.String(), Type.Null()], {
    description: "What is down; null where an operator paused it",
  }),
  reason: Type.String(),
  paused_by: Type.Union([Type.String(), Type.Null()], { description: "Null where it paused itself" }),
  paused_at: Timestamp,
  resume_at: Type.Union([Timestamp, Type.Null()], {
    description: "When one event finds out whether the dependency is back; null until an operator resumes it",
  }),
  failures: Type.Integer({ description: "How often the dependency was still down" }),
});
export const PausedSubscribers = Closed({ data: Type.Array(PausedSubscriber) });
export const SubscriberParams = Closed({ subscriber: Name });
export const PauseInput = Closed({ reason: Reason });
