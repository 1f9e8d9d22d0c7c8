import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadProducts } from "../../src/product-loader.ts";
import { testApp } from "../support/app.ts";

const face = pathToFileURL("src/product.ts").href;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-product-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const plans =
  "product: odd\nplans:\n  - { key: free, name: Free, description: Free, price: { amount: 0, currency: USD, interval: none }, rank: 0, default: true, features: {} }\n";

/** Writes a product `odd` with this migration and these parts; returns its file. */
async function write(migration: string | undefined, parts = "{}"): Promise<string> {
  await writeFile(join(folder, "plans.yaml"), plans);
  await mkdir(join(folder, "migrations"));
  if (migration !== undefined)
    await writeFile(
      join(folder, "migrations/0001_odd.sql"),
      `-- up\ncreate schema odd;\n${migration}\n-- down\ndrop schema odd cascade;\n`,
    );
  const own = migration === undefined ? "" : 'migrations: new URL("./migrations/", import.meta.url),';
  const code = `import { defineProduct, defineSchedule, defineSubscriber, defineEvent, route, Type } from ${JSON.stringify(face)};
export default defineProduct({ name: "odd", plans: new URL("./plans.yaml", import.meta.url), ${own} create: () => (${parts}) });`;
  const file = join(folder, "index.ts");
  await writeFile(file, code);
  return file;
}

async function start(file: string): Promise<void> {
  const plinth = await testApp({ products: [file], worker: false });
  await plinth.close();
}

describe("an outside product", () => {
  test("with a table that stands open is refused, and told what is missing and what to do", async () => {
    const file = await write("create table odd.secrets (id int primary key);");
    await expect(start(file)).rejects.toThrow(
      /not behind the tenant wall[\s\S]*odd\.secrets has no column workspace_id[\s\S]*protect_tenant_table/,
    );
  });

  test("with a table behind the wall starts", async () => {
    await start(
      await write(
        "create table odd.notes (workspace_id uuid not null, id int, primary key (workspace_id, id)); select plinth.protect_tenant_table('odd.notes');",
      ),
    );
  });

  test.each([
    [
      `{ routes: [route({ method: "GET", path: "/v1/prism/odd", summary: "x", auth: "user", responses: { 200: Type.Object({}) }, handler: async () => ({ status: 200, body: {} }) })] }`,
      /its routes begin with \/v1\/odd\//,
    ],
    [
      `{ subscribers: [defineSubscriber({ name: "prism.odd", event: defineEvent("odd.x", "x", Type.Object({})), handle: async () => {} })] }`,
      /its names begin with odd\./,
    ],
    [
      `{ schedules: [defineSchedule({ name: "prism.odd", cron: "0 7 * * *", handle: async () => {} })] }`,
      /schedule prism\.odd; its names begin with odd\./,
    ],
  ])("that reaches into another's names is refused: %#", async (parts, message) => {
    await expect(start(await write(undefined, parts))).rejects.toThrow(message);
  });

  test("whose file exports no product is named", async () => {
    const file = join(folder, "index.ts");
    await writeFile(file, "export default 7;");
    await expect(loadProducts([], [file])).rejects.toThrow(/index\.ts does not export a product/);
  });
});

test("a product that is off has no routes, no plans and no tables; an unknown one is named", async () => {
  expect((await loadProducts(["swan"], [])).map(({ name }) => name)).toEqual(["swan"]);
  await expect(loadProducts(["swam"], [])).rejects.toThrow(
    /no product swam; PLINTH_PRODUCTS knows coditect, entrain, prism/,
  );
  const plinth = await testApp({ env: { PLINTH_PRODUCTS: "swan" }, worker: false });
  try {
    expect((await plinth.call("GET", "/v1/prism/turns")).status).toBe(404);
    expect((await plinth.call("GET", "/v1/plans?product=prism")).body.data).toEqual([]);
    expect((await plinth.call("GET", "/v1/plans?product=swan")).body.data.length).toBe(3);
  } finally {
    await plinth.close();
  }
});
