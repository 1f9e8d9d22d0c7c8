/**
 * The public face for products: all that a product imports, inside this repository or in one of its own
 * (`import { defineProduct } from "plinth/product"`).
 */
import type { Clock } from "./core/clock.ts";
import type { Ctx } from "./core/context.ts";
import type { Database } from "./core/database.ts";
import type { Route } from "./core/http/route.ts";
import type { Logger } from "./core/logger.ts";
import type { Tx } from "./core/tables.ts";
import type { Ai } from "./platform/ai/index.ts";
import type { Entitlements } from "./platform/entitlements/index.ts";
import type { Events, Subscriber } from "./platform/events/index.ts";
import type { Messaging } from "./platform/messaging/index.ts";
import type { Safety } from "./platform/safety/index.ts";
import type { PersonalDoor, Schedule } from "./platform/schedules/index.ts";
import type { Sms } from "./platform/sms/index.ts";
import type { Telegram } from "./platform/telegram/index.ts";
import type { Usage } from "./platform/usage/index.ts";

/** The doors that a product may open. */
export interface Doors {
  db: Pick<Database, "inWorkspace" | "statement">;
  entitlements: Pick<Entitlements, "require">;
  usage: Pick<Usage, "consume" | "consumeAll" | "giveBack" | "reserve" | "confirm" | "release" | "entitlements">;
  ai: Omit<Ai, "models">;
  safety: Pick<Safety, "precheck" | "checkOutput" | "watchOutput" | "messageFor" | "resourcesFor">;
  events: Pick<Events, "append" | "appendAll">;
  messaging: Pick<Messaging, "send"> & {
    sms: Pick<Sms, "send" | "get">;
    /** Undefined where no bot is configured. */
    telegram: Pick<Telegram, "send" | "get"> | undefined;
  };
  schedules: PersonalDoor;
  /** What time it is, for rules in code; in SQL it is `plinth.now()`. */
  clock: Pick<Clock, "now">;
  logger: Logger;
}

/** What a product keeps of people, handed out and removed. */
export interface Privacy {
  /** Everything of the person's in the workspace, by what it is. */
  exportPerson(tx: Tx, ctx: Ctx, user_id: string): Promise<Record<string, unknown[]>>;
  /**
   * Removes everything of the person's, in every workspace: the transaction is the platform's, the one that erases the account, and runs again
   * when it fails.
   */
  erasePerson(tx: Tx, ctx: Ctx, user_id: string): Promise<void>;
}

/** What a product brings into the house. */
export interface ProductParts {
  /** Each path begins with `/v1/<name>/`. */
  routes?: Route[];
  /** Each name begins with `<name>.`. */
  subscribers?: Subscriber[];
  /** Each name begins with `<name>.`. */
  schedules?: Schedule[];
  /** For every product that keeps anything of a person outside the personal workspace. */
  privacy?: Privacy;
}

export interface Product {
  /** Lower-case; its PostgreSQL schema, its route prefix, the first part of its features and events. */
  name: string;
  /** The file with its plans. */
  plans: URL;
  /** The folder with its migrations; they make tables in the schema of its name, behind `plinth.protect_tenant_table`. */
  migrations?: URL;
  /** Builds the product on the doors; left out by a product that has only plans so far. */
  create?(doors: Doors): ProductParts;
}

/** Declares a product. Throws a TypeError for a name that could be no schema and no route. */
export function defineProduct(product: Product): Product {
  if (!/^[a-z][a-z0-9_]{1,30}$/.test(product.name)) {
    throw new TypeError(`A product's name is lower-case letters, digits and _, not ${JSON.stringify(product.name)}`);
  }
  return product;
}

export type { Generated } from "kysely";
export { default as Type, type Static } from "typebox";
export { type Ctx, userOf } from "./core/context.ts";
export { defineErrors, PlinthError, requestErrors } from "./core/errors.ts";
export type { ServerSentEvent } from "./core/http/event-stream.ts";
export { NoContent, type Route, route } from "./core/http/route.ts";
export { newId } from "./core/id.ts";
export { pageOf, readCursor } from "./core/pages.ts";
export { Closed, Id, NullableTimestamp, Page, PageQuery, Timestamp } from "./core/schema.ts";
export { olderThan, productTables, sql, type Tx } from "./core/tables.ts";
export {
  type Completion,
  type CompletionEvent,
  type CompletionInput,
  type CompletionStream,
  type Prompt,
  type Prompts,
  readPrompts,
} from "./platform/ai/index.ts";
export {
  type Delivery,
  DependencyDown,
  defineEvent,
  defineSubscriber,
  everyEvent,
  PermanentFailure,
  type Subscriber,
} from "./platform/events/index.ts";
export type { Verdict } from "./platform/safety/index.ts";
export {
  defineSchedule,
  forEachWorkspace,
  type Occurrence,
  PersonalDue,
  type Schedule,
  type WorkspaceRun,
} from "./platform/schedules/index.ts";
export { type NewSms, SmsEnded, type SmsMessage, SmsReceived } from "./platform/sms/index.ts";
export {
  type NewTelegramMessage,
  TelegramLinked,
  type TelegramMessage,
  TelegramReceived,
} from "./platform/telegram/index.ts";
