import { Closed, Id, NullableTimestamp, Page, PageQuery, type Static, Timestamp, Type } from "../../../product.ts";
import { Locale, NullableNotice, NullableText, SafetyNotice, Text } from "../schema.ts";

const title = Text(200, "As the person calls it");

export const MirrorSession = Closed({
  id: Id,
  status: Type.Enum(["open", "closed"]),
  title: NullableText(),
  locale: Type.String(),
  message_count: Type.Integer({ description: "The person's messages and the replies" }),
  summary: NullableText("Null until the session is closed and summarised"),
  summary_status: Type.Enum(["none", "pending", "completed", "failed", "withheld"], {
    description: "failed: ask again with POST …/summary; withheld: it did not pass the safety check",
  }),
  closed_at: NullableTimestamp,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type MirrorSession = Static<typeof MirrorSession>;

export const MirrorSessions = Page(MirrorSession);
export const NewSession = Closed({ title: Type.Optional(title), locale: Type.Optional(Locale) });
export type NewSession = Static<typeof NewSession>;
export const SessionChange = Closed({ title: Type.Union([title, Type.Null()]) });
export type SessionChange = Static<typeof SessionChange>;
export const SessionParams = Closed({ session_id: Id });
export const SessionQuery = Closed({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum(["open", "closed"])),
});
export type SessionQuery = Static<typeof SessionQuery>;

export const MirrorMessage = Closed({
  id: Id,
  position: Type.Integer({ description: "From 1 in its session; a reply follows the message that it answers" }),
  role: Type.Enum(["user", "assistant"]),
  status: Type.Enum(["pending", "completed", "failed", "interrupted", "withheld"], {
    description:
      "pending: being generated; failed, interrupted (by the client, with the text so far): can be asked for again; withheld: kept back, `notice` says why",
  }),
  content: Type.String(),
  safety_status: Type.Enum(["allow", "caution", "crisis"], { description: "What was found in the person's words" }),
  notice: NullableNotice,
  provider: NullableText("Who generated it; `demo` without an AI key"),
  model: NullableText(),
  created_at: Timestamp,
});
export type MirrorMessage = Static<typeof MirrorMessage>;

export const MirrorMessages = Page(MirrorMessage);
export const NewMessage = Closed({
  content: Text(8000),
  stream: Type.Optional(
    Type.Boolean({ description: "Answer with server-sent events; so does `Accept: text/event-stream`" }),
  ),
});
export type NewMessage = Static<typeof NewMessage>;
export const MessageParams = Closed({ session_id: Id, message_id: Id });
export const RetryBody = Closed({ stream: NewMessage.properties.stream });

/** What the person wrote, and the reply to it. */
export const Exchange = Closed({ message: MirrorMessage, reply: MirrorMessage });
export type Exchange = Static<typeof Exchange>;

/** The data of one event of a streamed exchange; the event's name says which. */
export const ExchangeEvent = Type.Union(
  [Closed({ message: MirrorMessage }), Closed({ notice: SafetyNotice }), Closed({ text: Type.String() })],
  {
    description:
      "`message`: what the person wrote, as it is stored. `safety`: help to show, at any time. `delta`: a piece of the reply. `done`: the reply as it is stored, the last event. `error`: problem details (RFC 9457), the last event",
  },
);

export const moods = [
  "calm",
  "joyful",
  "hopeful",
  "grateful",
  "curious",
  "proud",
  "tired",
  "sad",
  "anxious",
  "angry",
  "ashamed",
  "lonely",
  "overwhelmed",
  "neutral",
] as const;
const Mood = Type.Enum([...moods]);
export type Mood = Static<typeof Mood>;

const theme = Text(40, "A few words, lower-case");
const fragmentText = Text(1000);

/** An insight: lifted from a session, or written by the person. */
export const Fragment = Closed({
  id: Id,
  session_id: Type.Union([Id, Type.Null()]),
  text: Type.String(),
  theme: Type.String(),
  mood: Mood,
  source: Type.Enum(["lifted", "own"]),
  source_message_ids: Type.Array(Id, { description: "The messages that it was lifted from" }),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Fragment = Static<typeof Fragment>;

export const Fragments = Page(Fragment);
export const LiftedFragments = Closed({ data: Type.Array(Fragment), notice: NullableNotice });
export const NewFragment = Closed({
  text: fragmentText,
  theme,
  mood: Type.Optional(Mood),
  session_id: Type.Optional(Id),
});
export type NewFragment = Static<typeof NewFragment>;
export const FragmentChange = Closed({
  text: Type.Optional(fragmentText),
  theme: Type.Optional(theme),
  mood: Type.Optional(Mood),
});
export type FragmentChange = Static<typeof FragmentChange>;
export const FragmentParams = Closed({ fragment_id: Id });
export const FragmentQuery = Closed({
  ...PageQuery.properties,
  theme: Type.Optional(Type.String({ minLength: 1, maxLength: 40, description: "Fragments of this theme" })),
  mood: Type.Optional(Mood),
  session_id: Type.Optional(Id),
  q: Type.Optional(
    Type.String({ minLength: 1, maxLength: 100, description: "Fragments whose text holds this, in any case" }),
  ),
});
export type FragmentQuery = Static<typeof FragmentQuery>;

/** What the model is asked for when insights are lifted. */
export const LiftedOutput = Closed({
  fragments: Type.Array(
    Closed({
      text: Type.String({ minLength: 1, maxLength: 1000 }),
      theme: Type.String({ minLength: 1, maxLength: 40 }),
      mood: Mood,
      messages: Type.Array(Type.Integer()),
    }),
    { maxItems: 10 },
  ),
});
export type LiftedOutput = Static<typeof LiftedOutput>;
