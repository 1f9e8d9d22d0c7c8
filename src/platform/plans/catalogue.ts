import {
  applyOverrides,
  type Complain,
  isOverride,
  mistakeOf,
  type Report,
  readDrafts,
  refuseSecondFile,
} from "./catalogue-drafts.ts";
import { type CatalogueDocument, type Mistake, readYaml } from "./catalogue-file.ts";
import { type ReadPlan, readPlan, shapeOf } from "./catalogue-plan.ts";
import { type PlanContent, stores } from "./schema.ts";

export type { CatalogueDocument } from "./catalogue-file.ts";

/** A plan as the files say it, with its place among the plans of its product. */
export interface CataloguePlan extends PlanContent {
  position: number;
  /** Whether it stands on the list of plans. */
  offered: boolean;
}

export interface Catalogue {
  plans: CataloguePlan[];
  /** What is odd but harms nothing, for the log. */
  notices: string[];
}

/** A catalogue that cannot be used, with every mistake of every file. */
export class CatalogueError extends Error {
  readonly mistakes: string[];
  constructor(mistakes: string[]) {
    const count = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
    super(`The plan catalogue has ${count}:\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`);
    this.name = "CatalogueError";
    this.mistakes = mistakes;
  }
}

/**
 * Reads the plan catalogue from its files, of two kinds:
 *
 * - a product's own `plans.yaml`: `product: <name>` and `plans:`, a list in the order in which they are shown;
 * - the operator's `config/plans.yaml`: `overrides:` by product, then by plan key. Laid over the product's plan, maps are
 *   merged, anything else (a list too) replaces, and `null` takes away: a feature, a setting, or a whole plan. A key that the
 *   product does not have is a new plan.
 *
 * A product without a default plan gets `<product>.none`, which has no feature and is not offered: what a workspace without a
 * subscription has. Throws a CatalogueError that names every mistake of every document by file and line.
 */
export function parseCatalogue(documents: CatalogueDocument[], products: string[]): Catalogue {
  const files = documents.map(readYaml);
  const mistakes: Mistake[] = files.flatMap((yaml) => yaml.mistakes);
  const notices: string[] = [];
  const at: Report = (yaml, path, message) => {
    mistakes.push({ file: yaml.file, line: yaml.locate(path).line, message });
  };
  const complain: Complain = (draft, path, message) => {
    mistakes.push(mistakeOf(draft, path, message));
  };
  const readable = files.filter((yaml) => yaml.mistakes.length === 0);
  const drafts = readable.filter((yaml) => !isOverride(yaml)).flatMap((yaml) => readDrafts(yaml, products, at));
  refuseSecondFile(drafts, at);
  for (const yaml of readable.filter(isOverride)) applyOverrides(drafts, yaml, products, { at, notices });
  const plans = drafts.flatMap((draft) => readPlan(draft, complain) ?? []);
  checkTogether(plans, complain);
  if (mistakes.length > 0) throw new CatalogueError(describe(mistakes));
  const contents = plans.map(({ content }) => content);
  const without = products.filter((product) => !contents.some((plan) => plan.product === product && plan.default));
  return { plans: [...numbered(contents), ...without.map(noPlan)], notices };
}

/** The same value as the same text, whatever the order of its members: what a plan version is known by. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

function describe(mistakes: Mistake[]): string[] {
  const sorted = mistakes.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
  return [...new Set(sorted.map(({ file, line, message }) => `${file}:${line}: ${message}`))];
}

function numbered(plans: PlanContent[]): CataloguePlan[] {
  const seen = new Map<string, number>();
  return plans.map((plan) => {
    const position = seen.get(plan.product) ?? 0;
    seen.set(plan.product, position + 1);
    return { ...plan, position, offered: true };
  });
}

const reservedKey = "none";

function noPlan(product: string): CataloguePlan {
  const price = { amount: 0, currency: "USD", interval: "none" } as const;
  const words = { name: "No plan", description: "What a workspace has without a subscription" };
  const nothing = { trial_days: 0, seats: 1, rank: 0, features: {}, position: 0 };
  const unsold = { license_prefix: null, payment_link: null, stores: noIds() };
  return { product, key: reservedKey, ...words, price, default: true, offered: false, ...nothing, ...unsold };
}

/** What a store's ids are called there. */
function wordOf(store: (typeof stores)[number]): string {
  return { stripe: "the price", app_store: "the product", google_play: "the product", revenuecat: "the entitlement" }[
    store
  ];
}

function noIds(): PlanContent["stores"] {
  return { stripe: [], app_store: [], google_play: [], revenuecat: [] };
}

/** What a product's plans owe each other: one default, features that can be compared, and each store's price in one plan only. */
function checkTogether(plans: ReadPlan[], complain: Complain): void {
  const defaults = new Map<string, string>();
  const sellers = new Map<string, string>();
  const shapes = new Map<string, { plan: string; shape: string }>();
  for (const { draft, content } of plans) {
    const { product, key } = content;
    const plan = `${product}.${key}`;
    if (key === reservedKey)
      complain(draft, ["key"], `the key ${reservedKey} is kept for a product without a default plan`);
    const otherDefault = content.default ? defaults.get(product) : undefined;
    if (otherDefault !== undefined)
      complain(draft, ["default"], `${otherDefault} is the default plan of ${product} already`);
    if (content.default) defaults.set(product, plan);
    for (const store of stores) {
      content.stores[store].forEach((id, index) => {
        const other = sellers.get(`${store} ${id}`);
        sellers.set(`${store} ${id}`, plan);
        if (other !== undefined)
          complain(draft, ["stores", store, String(index)], `${wordOf(store)} ${id} stands for ${other} already`);
      });
    }
    for (const [name, feature] of Object.entries(content.features)) {
      const shape = shapeOf(feature);
      const first = shapes.get(`${product}.${name}`) ?? { plan, shape };
      shapes.set(`${product}.${name}`, first);
      if (first.shape !== shape)
        complain(draft, ["features", name], `features/${name} is ${shape}, but ${first.shape} in ${first.plan}`);
    }
  }
}
