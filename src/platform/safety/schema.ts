import Type, { type Static, type TSchema } from "typebox";
import { Closed, Id, Page, PageQuery, Timestamp } from "../../core/schema.ts";

const Slug = Type.String({ pattern: "^[a-z][a-z0-9_]*$" });
const Patterns = Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }));
const RuleId = Type.String({ pattern: "^[a-z0-9_]+(\\.[a-z0-9_]+)+$" });
const Language = Type.String({ pattern: "^[a-z]{2}$" });

/** What was found, the worst last: nothing; something to be careful with; something that stops the generation. */
export const SafetyStatus = Type.Enum(["allow", "caution", "crisis"]);
export type SafetyStatus = Static<typeof SafetyStatus>;

/** What a person wrote, or what a model answered. */
export const Direction = Type.Enum(["input", "output"]);
export type Direction = Static<typeof Direction>;

/** A rule: which sequences of words, in which language, mean what. The notation is told in docs/safety.md. */
export const SafetyRule = Closed({
  id: RuleId,
  category: Slug,
  severity: Type.Enum(["crisis", "caution"]),
  /** Whose words it is for; `input` when left out. */
  direction: Type.Optional(Direction),
  patterns: Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { minItems: 1 }),
  /** Contexts in which the words mean something else: the match does not count. */
  unless: Type.Optional(Patterns),
  /** Contexts in which they are about somebody else, about the past, or denied: a crisis is a caution. */
  soften: Type.Optional(Patterns),
});
export type SafetyRule = Static<typeof SafetyRule>;

/** A map that refuses keys of another form. */
function ByKey<K extends TSchema, V extends TSchema>(key: K, value: V) {
  return Type.Record(key, value, { additionalProperties: false });
}

const Lists = ByKey(Slug, Type.Array(Type.String({ minLength: 1, maxLength: 1_000 }), { minItems: 1 }));

/** config/safety/<language>.yaml: the rules of one language, and the lists of phrases that they name. */
export const LanguageFile = Closed({
  language: Language,
  lists: Type.Optional(Lists),
  rules: Type.Array(SafetyRule, { minItems: 1 }),
});
export type LanguageFile = Static<typeof LanguageFile>;

/** Somebody who helps. */
export const Resource = Closed({
  name: Type.String({ minLength: 1 }),
  phone: Type.Optional(Type.String({ minLength: 2 })),
  text: Type.Optional(Type.String({ minLength: 2, description: "Number to write to" })),
  url: Type.Optional(Type.String({ pattern: "^https://" })),
});
export type Resource = Static<typeof Resource>;

/** As the file has it: with the categories that it is for, all when left out. */
const FiledResource = Closed({ ...Resource.properties, for: Type.Optional(Type.Array(Slug, { minItems: 1 })) });
export type FiledResource = Static<typeof FiledResource>;

const Resources = ByKey(
  Type.String({ pattern: "^([A-Z]{2}|[a-z]{2}|default)$" }),
  Type.Array(FiledResource, { minItems: 1 }),
);
/** What is said, by language, and there by category; `default` for the categories without a message of their own. */
const Messages = ByKey(Language, ByKey(Slug, Type.String({ minLength: 1 })));

/** config/safety/protocol.yaml: what holds in every language. */
export const ProtocolFile = Closed({
  policy_version: Type.String({ minLength: 1, maxLength: 40 }),
  /** What is looked for, the gravest first, each with a sentence for the public. */
  categories: ByKey(Slug, Type.String({ minLength: 1 })),
  resources: Resources,
  messages: Messages,
});
export type ProtocolFile = Static<typeof ProtocolFile>;

/** PLINTH_CONFIG_DIR/safety.yaml: what an operator adds to the rules that come with Plinth, or has instead of them. */
export const OperatorFile = Closed({
  extends: Type.Enum(["builtin", "nothing"]),
  policy_version: Type.Optional(Type.String({ minLength: 1, maxLength: 40 })),
  categories: Type.Optional(ProtocolFile.properties.categories),
  resources: Type.Optional(Resources),
  messages: Type.Optional(Messages),
  /** Ids of rules that come with Plinth and do not apply. */
  disabled: Type.Optional(Type.Array(RuleId)),
  lists: Type.Optional(Lists),
  rules: Type.Optional(Type.Array(Closed({ ...SafetyRule.properties, language: Language }))),
});
export type OperatorFile = Static<typeof OperatorFile>;

/** A rule with the language that its words are of, and its lists put in. */
export interface PolicyRule extends SafetyRule {
  language: string;
}

/** Everything that applies, from all files. */
export interface SafetyPolicy extends ProtocolFile {
  rules: PolicyRule[];
}

// ---- over HTTP

export const SafetyEvent = Closed({
  id: Id,
  feature: Type.String(),
  direction: Direction,
  status: Type.Enum(["caution", "crisis"]),
  categories: Type.Array(Type.String(), { description: "The gravest first" }),
  rule_ids: Type.Array(Type.String()),
  policy_version: Type.String(),
  locale: Type.String(),
  request_id: Type.String(),
  created_at: Timestamp,
});
export type SafetyEvent = Static<typeof SafetyEvent>;
export const SafetyEvents = Page(SafetyEvent);

export const SafetyEventQuery = Closed({
  ...PageQuery.properties,
  status: Type.Optional(Type.Enum(["caution", "crisis"])),
  direction: Type.Optional(Direction),
  category: Type.Optional(Type.String({ maxLength: 60 })),
  feature: Type.Optional(Type.String({ maxLength: 100 })),
  from: Type.Optional(Type.Unsafe<string>({ type: "string", format: "date-time", description: "Not before" })),
  to: Type.Optional(Type.Unsafe<string>({ type: "string", format: "date-time", description: "Before" })),
});
export type SafetyEventQuery = Static<typeof SafetyEventQuery>;

export const ReferralQuery = Closed({
  year: Type.Integer({ minimum: 2020, maximum: 2200, description: "A calendar year (UTC)" }),
});

export const ReferralLine = Closed({
  month: Type.String({ description: "2027-01" }),
  category: Type.String({ description: "The gravest category of the referral" }),
  country: Type.String({ description: "ISO 3166, of the person's locale; ZZ when it names none" }),
  referrals: Type.Integer(),
});
export type ReferralLine = Static<typeof ReferralLine>;

export const ReferralReport = Closed({
  year: Type.Integer(),
  total: Type.Integer({ description: "Each referral once" }),
  data: Type.Array(ReferralLine),
});
export type ReferralReport = Static<typeof ReferralReport>;

export const PublicPolicy = Closed({
  policy_version: Type.String(),
  languages: Type.Array(Type.String()),
  categories: Type.Array(Closed({ name: Type.String(), description: Type.String() })),
  tiers: Type.Array(Closed({ status: SafetyStatus, description: Type.String() })),
  protocol: Type.String({ description: "What is done, in sentences for the public" }),
});
export type PublicPolicy = Static<typeof PublicPolicy>;
