import { openApiDocument } from "../openapi-document.ts";
import { loadProducts } from "../product-loader.ts";
import type { CommandOptions } from "./command.ts";

/** `plinth openapi`: the document that the server serves at /openapi.json, without a server. */
export async function openapi({ products: files }: CommandOptions): Promise<void> {
  const products = await loadProducts([], files);
  process.stdout.write(`${JSON.stringify(await openApiDocument(products), null, 2)}\n`);
}
