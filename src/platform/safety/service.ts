import { setImmediate as nextTurn } from "node:timers/promises";
import { type Ctx, userOf } from "../../core/context.ts";
import { hmac, type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import { createTextStream } from "../lexicon/index.ts";
import { safetyErrors } from "./errors.ts";
import { type CompiledPolicy, compilePolicy, evaluate, type Finding, findMatches, summarise } from "./findings.ts";
import { messageFor, resourcesFor } from "./resources.ts";
import type {
  Direction,
  PublicPolicy,
  ReferralReport,
  Resource,
  SafetyEvent,
  SafetyEventQuery,
  SafetyPolicy,
  SafetyStatus,
} from "./schema.ts";
import * as store from "./store.ts";

/** What is said of a text. */
export interface Verdict {
  status: SafetyStatus;
  /** The gravest first. */
  categories: string[];
  rule_ids: string[];
  /** What to say to the person, in the language of the locale; empty when nothing was found. */
  message: string;
  /** Who helps; empty when nothing was found. */
  resources: Resource[];
}

/** A model's answer while it is generated. */
export interface OutputWatch {
  /** Reads the next piece; gives the verdict once, as soon as it is `crisis`: stop, and show none of it. Its event is committed by `end`. */
  push(text: string): Verdict | undefined;
  /** To be called in any case, when the answer is complete or was stopped. Records what was found; throws `safety.unavailable` when it cannot. */
  end(): Promise<Verdict>;
}

interface Place {
  /** The feature's name, for example `prism.turn`. */
  feature: string;
  /** BCP 47. */
  locale: string;
}

export interface Safety {
  /**
   * Checks what a person wrote (the person's last turns, the newest last) before anything is generated from it. The last `unchecked` of them
   * (1 when left out) decide; the turns before are context: a message may be split over several, and a crisis that was told before stays a
   * `caution`. What is found is recorded, without the text, and committed before this returns; throws `safety.unavailable` when it cannot be.
   * `crisis` means: generate nothing, show the message and the resources. `caution` means: go on with care, and offer them. Never call it in a
   * transaction.
   */
  precheck(ctx: Ctx, input: Place & { texts: string[]; unchecked?: number }): Promise<Verdict>;
  /** Checks what a model said before it is shown. `crisis` means: do not show it. Records and throws as `precheck` does. */
  checkOutput(ctx: Ctx, input: Place & { text: string }): Promise<Verdict>;
  /**
   * As `checkOutput` for an answer that comes in pieces. Each word is looked at once. A verdict may come up to a dozen words after what it is about: some
   * contexts stand behind it.
   */
  watchOutput(ctx: Ctx, input: Place): OutputWatch;
  /** What products say in a crisis, in the language of the locale, else in English. */
  messageFor(locale: string, categories?: string[]): string;
  /** Who helps in the country of the locale, else in its language, else anywhere. */
  resourcesFor(locale: string, categories?: string[]): Resource[];
  /** The workspace's events, the newest first: neither who it was nor what was written. */
  events(ctx: Ctx, query: SafetyEventQuery): Promise<{ data: SafetyEvent[]; next_cursor: string | null }>;
  /** What was written, where the person agreed and while it is kept; for the person's own export. */
  keptText(ctx: Ctx, event_id: string): Promise<string | undefined>;
  /** How many people were pointed to help in a calendar year (UTC), by month, category and country. */
  referrals(year: number): Promise<ReferralReport>;
  /** What an operator publishes about all this. */
  publicPolicy(): PublicPolicy;
  /** Takes a person and what they wrote out of their events, in every workspace; the events stay, and the counts. */
  erasePerson(tx: Tx, user_id: string): Promise<void>;
  /** Forgets texts and events whose time is over. */
  maintain(): Promise<void>;
}

export interface SafetySettings {
  /** Days for which events are kept. */
  event_days: number;
  /** Days for which a text is kept that may be. */
  text_days: number;
}

export interface SafetyOptions {
  db: Pick<Database, "statement" | "systemStatement">;
  policy: SafetyPolicy;
  keyring: Keyring;
  metrics: Pick<Metrics, "counter">;
  settings: SafetySettings;
  /** Whether the person agreed that what was found is kept with its text. Nobody is asked when it is left out, and nothing kept. */
  mayKeepText?: (ctx: Ctx) => Promise<boolean>;
}

/** Characters after which other requests get their turn. */
const longestAtOnce = 64_000;

export function createSafety(options: SafetyOptions): Safety {
  const { db, policy, metrics } = options;
  const compiled = compilePolicy(policy);
  const record = recorder(options);
  const checked = metrics.counter("plinth_safety_prechecks_total", "Texts checked, by what was found", [
    "feature",
    "direction",
    "status",
  ]);
  const judge = async (ctx: Ctx, place: Place & { direction: Direction }, found: Finding, text: () => string) => {
    const { feature, direction, locale } = place;
    checked({ feature, direction, status: found.status });
    const verdict = verdictOf(policy, found, locale);
    if (found.status !== "allow") await record(ctx, place, found, text());
    return verdict;
  };

  return {
    precheck: async (ctx, { texts, unchecked = 1, ...place }) => {
      const found = await evaluateInTurns(compiled, texts, unchecked);
      return judge(ctx, { ...place, direction: "input" }, found, () => texts.slice(-Math.max(1, unchecked)).join("\n"));
    },
    checkOutput: async (ctx, { text, ...place }) => {
      const watch = createTextStream(compiled.output);
      for (let at = 0; at < text.length; at += longestAtOnce) {
        if (at > 0) await nextTurn();
        watch.push(text.slice(at, at + longestAtOnce));
      }
      return judge(ctx, { ...place, direction: "output" }, summarise(compiled, watch.end()), () => text);
    },
    watchOutput: (ctx, place) => {
      const stream = createTextStream(compiled.output);
      const pieces: string[] = [];
      let isStopped = false;
      return {
        push: (text) => {
          if (isStopped) return undefined;
          pieces.push(text);
          const found = summarise(compiled, stream.push(text));
          isStopped = found.status === "crisis";
          return isStopped ? verdictOf(policy, found, place.locale) : undefined;
        },
        end: () => {
          const found = summarise(compiled, stream.end());
          return judge(ctx, { ...place, direction: "output" }, found, () => pieces.join(""));
        },
      };
    },
    messageFor: (locale, categories = []) => messageFor(policy, locale, categories),
    resourcesFor: (locale, categories = []) => resourcesFor(policy, locale, categories),
    events: async (ctx, query) => {
      const after = readCursor(query.cursor);
      const rows = await db.statement(ctx, (tx) => store.listSafetyEvents(tx, ctx.workspace_id, query, after));
      return pageOf(rows, query.limit);
    },
    keptText: async (ctx, event_id) => {
      const sealed = await db.statement(ctx, (tx) => store.findKeptText(tx, ctx.workspace_id, event_id));
      return sealed === undefined ? undefined : open(options.keyring.derive("safety:text"), sealed);
    },
    referrals: async (year) => {
      const data = await db.systemStatement("safety referrals", (tx) => store.listReferrals(tx, year));
      return { year, total: data.reduce((sum, { referrals }) => sum + referrals, 0), data };
    },
    publicPolicy: () => publicPolicyOf(policy),
    erasePerson: store.forgetPerson,
    maintain: async () => {
      await db.systemStatement("safety texts", store.forgetTexts);
      await db.systemStatement("safety events", (tx) => store.deleteOldEvents(tx, options.settings.event_days));
    },
  };
}

/** Writes what was found, committed when it returns. */
function recorder({ db, policy, keyring, settings, mayKeepText = async () => false }: SafetyOptions) {
  const key = keyring.derive("safety:content");
  const textKey = keyring.derive("safety:text");
  return async (ctx: Ctx, place: Place & { direction: Direction }, found: Finding, text: string): Promise<void> => {
    if (found.status === "allow") return;
    // Whoever cannot be asked has not agreed.
    const isKept = await mayKeepText(ctx).catch(() => false);
    const event: store.NewSafetyEvent = {
      ...place,
      id: newId(),
      workspace_id: ctx.workspace_id,
      user_id: userOf(ctx) ?? null,
      status: found.status,
      categories: found.categories,
      rule_ids: found.rule_ids,
      policy_version: policy.policy_version,
      content_hash: hmac(key, text),
      request_id: ctx.request_id,
      ...(isKept ? { kept: { text_sealed: seal(textKey, text), days: settings.text_days } } : {}),
    };
    await db
      .statement(ctx, (tx) => store.insertSafetyEvent(tx, event))
      .catch((cause) => {
        throw safetyErrors.unavailable({ retry_after: 1, cause });
      });
  };
}

/** Long texts piece by piece, so that nobody else waits for them. */
async function evaluateInTurns(compiled: CompiledPolicy, texts: string[], unchecked: number): Promise<Finding> {
  const long = texts.slice(-Math.max(1, unchecked)).filter(({ length }) => length > longestAtOnce);
  if (long.length === 0 && texts.every(({ length }) => length <= longestAtOnce)) {
    return evaluate(compiled, texts, unchecked);
  }
  const matches = [];
  for (const text of long) {
    const stream = createTextStream(compiled.input);
    for (let at = 0; at < text.length; at += longestAtOnce) {
      stream.push(text.slice(at, at + longestAtOnce));
      await nextTurn();
    }
    matches.push(...stream.end());
  }
  // The ends of a long text are what a split message can join; its middle was read above.
  const ends = texts.map((text) => (text.length <= longestAtOnce ? text : endsOf(text)));
  return summarise(compiled, [...matches, ...findMatches(compiled, ends, unchecked)]);
}

function endsOf(text: string): string {
  return `${text.slice(0, longestAtOnce / 2)}\n${text.slice(-longestAtOnce / 2)}`;
}

function verdictOf(policy: SafetyPolicy, { status, categories, rule_ids }: Finding, locale: string): Verdict {
  if (status === "allow") return { status, categories, rule_ids, message: "", resources: [] };
  const message = messageFor(policy, locale, categories);
  return { status, categories, rule_ids, message, resources: resourcesFor(policy, locale, categories) };
}

function publicPolicyOf({ policy_version, categories, rules }: SafetyPolicy): PublicPolicy {
  return {
    policy_version,
    languages: [...new Set(rules.map(({ language }) => language))].sort(),
    categories: Object.entries(categories).map(([name, description]) => ({ name, description })),
    tiers: [
      { status: "allow", description: "Nothing was found." },
      {
        status: "caution",
        description:
          "The subject was mentioned, or it is about somebody else or the past. It is recorded, and help is offered.",
      },
      {
        status: "crisis",
        description: "A person is in danger, or somebody else is. Nothing is generated, and help is shown.",
      },
    ],
    protocol:
      "Every message is checked before a model sees it, and every answer before a person sees it, by published rules and without a model. In a crisis no answer is generated: " +
      "the person is shown a message and who helps in their country. Each such referral is recorded without what was written, and counted by month, category and country without personal data.",
  };
}
