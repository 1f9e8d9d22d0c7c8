import { systemCtx } from "./core/context.ts";
import type { createIdentity } from "./platform/identity/index.ts";
import type { Doors, Privacy, Product, ProductParts } from "./product.ts";

/** Erasing an account takes what a product keeps of the person with it. */
export function eraserOf({ erasePerson }: Privacy): Parameters<ReturnType<typeof createIdentity>["onErase"]>[0] {
  return (tx, { workspace_id, request_id }, user_id) =>
    erasePerson(tx, systemCtx(workspace_id, "erase account", request_id), user_id);
}

/** What the product brings, held to the house's rules: its own routes and names, nobody else's. */
export function partsOf(product: Product, doors: Doors): Required<Omit<ProductParts, "privacy">> & ProductParts {
  const { routes = [], subscribers = [], schedules = [], privacy } = product.create?.(doors) ?? {};
  for (const { path } of routes) {
    if (path !== `/v1/${product.name}` && !path.startsWith(`/v1/${product.name}/`)) {
      throw new Error(`The product ${product.name} has the route ${path}; its routes begin with /v1/${product.name}/`);
    }
  }
  for (const [what, { name }] of [
    ...subscribers.map((subscriber) => ["subscriber", subscriber] as const),
    ...schedules.map((schedule) => ["schedule", schedule] as const),
  ]) {
    if (!name.startsWith(`${product.name}.`)) {
      throw new Error(`The product ${product.name} has the ${what} ${name}; its names begin with ${product.name}.`);
    }
  }
  return { routes, subscribers, schedules, ...(privacy && { privacy }) };
}
