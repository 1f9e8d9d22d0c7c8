import type { Mistake, Path, YamlFile } from "./catalogue-file.ts";

/** A plan on its way from the files: its merged value, and the files that it comes from, the deciding one last. */
export interface Draft {
  product: string;
  key: string;
  value: unknown;
  /** How the keys of the product's licences begin, when its plans come with licences. */
  license_prefix?: string | undefined;
  layers: { yaml: YamlFile; path: Path }[];
}

/** Notes a mistake of a plan. */
export type Complain = (draft: Draft, path: Path, message: string) => void;

/** Notes a mistake of a file. */
export type Report = (yaml: YamlFile, path: Path, message: string) => void;

/** A mistake of a plan, placed in the file that comes nearest to the path; the override's where both do. */
export function mistakeOf({ product, key, layers }: Draft, path: Path, message: string): Mistake {
  const places = layers.map(({ yaml, path: base }) => {
    const { line, depth } = yaml.locate([...base, ...path]);
    return { file: yaml.file, line, depth: depth - base.length };
  });
  const deepest = places.reduce((best, place) => (place.depth >= best.depth ? place : best));
  return { file: deepest.file, line: deepest.line, message: `${product}.${key}: ${message}` };
}

/** Everything commented out is a file of overrides without any. */
export function isOverride(yaml: YamlFile): boolean {
  return yaml.value === null || (isRecord(yaml.value) && "overrides" in yaml.value);
}

export function readDrafts(yaml: YamlFile, products: string[], at: Report): Draft[] {
  const { value } = yaml;
  if (!isRecord(value)) {
    at(yaml, [], "must be a map with `product` and `plans`, or with `overrides`");
    return [];
  }
  for (const name of Object.keys(value)) {
    if (!["product", "license_prefix", "plans"].includes(name))
      at(yaml, [name], `${name} is not known; a file has product, plans, and license_prefix where it sells licences`);
  }
  const { product, plans, license_prefix } = value;
  if (license_prefix !== undefined && !isPrefix(license_prefix)) {
    at(yaml, ["license_prefix"], "license_prefix must be 2 to 16 upper-case letters and digits, a letter first");
    return [];
  }
  if (typeof product !== "string" || !products.includes(product)) {
    at(yaml, ["product"], `product must be one of ${products.join(", ")}`);
    return [];
  }
  if (!Array.isArray(plans) || plans.length === 0) {
    at(yaml, ["plans"], "plans must be a list with at least one plan");
    return [];
  }
  return readList(yaml, product, plans, at).map((draft) => ({ ...draft, license_prefix }));
}

function isPrefix(value: unknown): value is string {
  return typeof value === "string" && /^[A-Z][A-Z0-9]{1,15}$/.test(value);
}

function readList(yaml: YamlFile, product: string, plans: unknown[], at: Report): Draft[] {
  const keys = new Set<string>();
  return plans.flatMap((plan, index) => {
    const path = ["plans", String(index)];
    if (!isRecord(plan) || !isName(plan.key)) {
      const where = isRecord(plan) && "key" in plan ? [...path, "key"] : path;
      at(yaml, where, "a plan needs a key of lower-case letters, digits and _");
      return [];
    }
    const { key, ...value } = plan;
    if (keys.has(key)) at(yaml, [...path, "key"], `there are two plans ${product}.${key}`);
    keys.add(key);
    return [{ product, key, value, layers: [{ yaml, path }] }];
  });
}

export function refuseSecondFile(drafts: Draft[], at: Report): void {
  const first = new Map<string, YamlFile>();
  for (const { product, layers } of drafts) {
    const yaml = layers[0]?.yaml;
    if (yaml === undefined) continue;
    const other = first.get(product) ?? yaml;
    first.set(product, other);
    if (other !== yaml) at(yaml, ["product"], `the plans of ${product} stand in ${other.file} already`);
  }
}

export function applyOverrides(
  drafts: Draft[],
  yaml: YamlFile,
  products: string[],
  told: { at: Report; notices: string[] },
): void {
  if (!isRecord(yaml.value)) return;
  for (const name of Object.keys(yaml.value)) {
    if (name !== "overrides") told.at(yaml, [name], `${name} is not known beside overrides`);
  }
  const overrides = yaml.value.overrides ?? {};
  if (!isRecord(overrides)) return void told.at(yaml, ["overrides"], "overrides must be a map of products");
  for (const [product, plans] of Object.entries(overrides)) {
    const path = ["overrides", product];
    if (!products.includes(product)) {
      told.notices.push(
        `${yaml.file}:${yaml.locate(path).line}: ${product} is not switched on; its overrides are not used`,
      );
    } else if (isRecord(plans)) {
      for (const [key, change] of Object.entries(plans))
        overridePlan(drafts, { yaml, path: [...path, key] }, { product, key, change }, told.at);
    } else if (plans !== null) {
      told.at(yaml, path, `the overrides of ${product} must be a map of plans`);
    }
  }
}

interface Override {
  product: string;
  key: string;
  change: unknown;
}

function overridePlan(
  drafts: Draft[],
  layer: Draft["layers"][number],
  { product, key, change }: Override,
  at: Report,
): void {
  const index = drafts.findIndex((draft) => draft.product === product && draft.key === key);
  const base = drafts[index];
  if (!isName(key)) at(layer.yaml, layer.path, "a plan needs a key of lower-case letters, digits and _");
  else if (change === null && base !== undefined) drafts.splice(index, 1);
  else if (!isRecord(change))
    at(layer.yaml, layer.path, `the override of ${product}.${key} must be a map, or null to take the plan away`);
  else if (base === undefined)
    drafts.push({ product, key, license_prefix: prefixOf(drafts, product), value: merge({}, change), layers: [layer] });
  else drafts[index] = { ...base, value: merge(base.value, change), layers: [...base.layers, layer] };
}

function prefixOf(drafts: Draft[], product: string): string | undefined {
  return drafts.find((draft) => draft.product === product)?.license_prefix;
}

function merge(base: unknown, change: unknown): unknown {
  if (!isRecord(change)) return change;
  const merged: Record<string, unknown> = isRecord(base) ? { ...base } : {};
  for (const [name, value] of Object.entries(change)) {
    if (value === null) delete merged[name];
    else merged[name] = merge(merged[name], value);
  }
  return merged;
}

export function isName(value: unknown): value is string {
  return typeof value === "string" && /^[a-z][a-z0-9_]{0,59}$/.test(value);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
