import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const face = pathToFileURL("src/product.ts").href;
const plans = `product: probe
plans:
  - { key: free, name: Free, description: Free, price: { amount: 0, currency: USD, interval: none }, rank: 0, default: true, features: {} }
`;

/** What a probe's route declares, beside its summary and its answer. */
export interface ProbeRoute {
  method: "GET" | "POST";
  /** Begins with `/v1/probe/`. */
  path: string;
  auth: "public" | "user" | "workspace";
  role?: "member" | "admin" | "owner";
  rate_limits?: object[];
}

/** Writes an outside product `probe` whose routes do nothing but let in or refuse; for `testApp({ products: [file] })`. */
export async function probeProduct(routes: ProbeRoute[]): Promise<{ file: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), "plinth-probe-"));
  await writeFile(join(folder, "plans.yaml"), plans);
  const code = `import { defineProduct, route, Type } from ${JSON.stringify(face)};
const answer = { summary: "Probe", responses: { 200: Type.Object({}) }, handler: async () => ({ status: 200, body: {} }) };
const routes = ${JSON.stringify(routes)}.map((spec) => route({ ...spec, ...answer }));
export default defineProduct({ name: "probe", plans: new URL("./plans.yaml", import.meta.url), create: () => ({ routes }) });
`;
  const file = join(folder, "index.ts");
  await writeFile(file, code);
  return { file, remove: () => rm(folder, { recursive: true, force: true }) };
}
