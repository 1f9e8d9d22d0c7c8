import type { CommandOptions } from "../main.ts";
import { openApiDocument } from "../openapi-document.ts";
import { loadProducts } from "../product-loader.ts";

/** `plinth openapi`: the document that the server serves at /openapi.json, without a server. */
export async function openapi({ products: files }: CommandOptions): Promise<void> {
  const products = await loadProducts([], files);
  process.stdout.write(`${JSON.stringify(await openApiDocument(products), null, 2)}\n`);
}
