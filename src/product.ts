/**
 * The public face for products: all that a product imports, inside this repository or in one of its own
 * (`import { defineProduct } from "plinth/product"`).
 */
import type { Database } from "./core/database.ts";
import type { Route } from "./core/http/route.ts";
import type { Logger } from "./core/logger.ts";
import type { Ai } from "./platform/ai/index.ts";
import type { Entitlements } from "./platform/entitlements/index.ts";
import type { Events, Subscriber } from "./platform/events/index.ts";
import type { Messaging } from "./platform/messaging/index.ts";
import type { Safety } from "./platform/safety/index.ts";
import type { Usage } from "./platform/usage/index.ts";

/** The doors that a product may open. */
export interface Doors {
  db: Pick<Database, "inWorkspace" | "statement">;
  entitlements: Pick<Entitlements, "require">;
  usage: Pick<Usage, "consume" | "consumeAll" | "giveBack" | "reserve" | "confirm" | "release">;
  ai: Pick<Ai, "complete">;
  safety: Pick<Safety, "precheck">;
  events: Pick<Events, "append">;
  messaging: Pick<Messaging, "send">;
  logger: Logger;
}

/** What a product brings into the house. */
export interface ProductParts {
  /** Each path begins with `/v1/<name>/`. */
  routes?: Route[];
  /** Each name begins with `<name>.`. */
  subscribers?: Subscriber[];
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
export { defineErrors, PlinthError } from "./core/errors.ts";
export { NoContent, type Route, route } from "./core/http/route.ts";
export { newId } from "./core/id.ts";
export { pageOf, readCursor } from "./core/pages.ts";
export { Closed, Id, Page, PageQuery, Timestamp } from "./core/schema.ts";
export { productTables, sql, type Tx } from "./core/tables.ts";
export { type Delivery, defineEvent, defineSubscriber, type Subscriber } from "./platform/events/index.ts";
