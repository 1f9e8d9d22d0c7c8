import Type, { type Static, type TObject } from "typebox";
import { Errors } from "typebox/value";
import type { Feature, Features } from "../entitlements/index.ts";
import { type Complain, type Draft, isName, isRecord } from "./catalogue-drafts.ts";
import type { Path } from "./catalogue-file.ts";
import { type PlanContent, Price, type Store, stores } from "./schema.ts";

const StoreId = Type.String({ pattern: "^[!-~]{1,255}$" });
const StoreIds = Type.Optional(Type.Array(StoreId));

const PlanFile = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100 }),
    description: Type.Optional(Type.String({ maxLength: 1_000 })),
    price: Type.Object(Price.properties, { additionalProperties: false }),
    trial_days: Type.Optional(Type.Integer({ minimum: 0, maximum: 730 })),
    seats: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 })),
    rank: Type.Integer({ minimum: 0, maximum: 1_000_000 }),
    default: Type.Optional(Type.Boolean()),
    // Each feature is checked by itself: a union's errors would name every alternative.
    features: Type.Object({}, { additionalProperties: true }),
    stores: Type.Optional(
      Type.Object(
        { stripe: StoreIds, app_store: StoreIds, google_play: StoreIds, revenuecat: StoreIds },
        { additionalProperties: false },
      ),
    ),
    payment_link: Type.Optional(Type.String({ pattern: "^https://[^\\s?#]+$" })),
    license: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
type PlanFile = Static<typeof PlanFile>;

const LimitFile = Type.Object(
  {
    limit: Type.Optional(Type.Unknown()),
    per_seat: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    window: Type.Enum(["day", "week", "month", "none"]),
    per: Type.Enum(["workspace", "member"]),
    policy: Type.Optional(Type.Enum(["hard", "soft", "overage"])),
    week_starts: Type.Optional(Type.Enum(["monday", "sunday", "saturday"])),
    anchor: Type.Optional(Type.Enum(["calendar", "subscription"])),
  },
  { additionalProperties: false },
);

/** A plan that was read, with where it came from. */
export interface ReadPlan {
  draft: Draft;
  content: PlanContent;
}

/** The plan of the draft with its defaults filled in; undefined when it is not whole, and every fault told. */
export function readPlan(draft: Draft, complain: Complain): ReadPlan | undefined {
  const isWhole = fits(PlanFile, draft.value, [], (path, message) => complain(draft, path, message));
  const features = readFeatures(draft, complain);
  if (!isWhole) return undefined;
  const plan = draft.value as PlanFile;
  if (plan.default === true && plan.price.amount !== 0) complain(draft, ["default"], "the default plan costs nothing");
  if (plan.price.amount > 0 && plan.price.interval === "none") {
    complain(draft, ["price", "interval"], "price/interval must be month or year where the price is not 0");
  }
  const { product, key, license_prefix } = draft;
  const { name, price, rank, description = "", trial_days = 0, seats = 1, payment_link = null } = plan;
  const isLicensed = plan.license ?? (license_prefix !== undefined && plan.default !== true);
  if (isLicensed && license_prefix === undefined) complain(draft, ["license"], "the file has no license_prefix");
  return {
    draft,
    content: {
      ...{ product, key, name, description, price, trial_days, seats, rank, features, payment_link },
      default: plan.default ?? false,
      license_prefix: isLicensed ? (license_prefix ?? null) : null,
      stores: idsOf(plan.stores),
    },
  };
}

function idsOf(given: PlanFile["stores"]): Record<Store, string[]> {
  return Object.fromEntries(stores.map((store) => [store, given?.[store] ?? []])) as Record<Store, string[]>;
}

function readFeatures(draft: Draft, complain: Complain): Features {
  const declared = isRecord(draft.value) && isRecord(draft.value.features) ? draft.value.features : {};
  const features: Features = {};
  for (const [name, value] of Object.entries(declared)) {
    const path = ["features", name];
    if (!isName(name)) complain(draft, path, `features/${name} must be named by lower-case letters, digits and _`);
    const feature = readFeature(value, path, (where, message) => complain(draft, where, message));
    if (feature !== undefined) features[name] = feature;
  }
  return features;
}

function readFeature(value: unknown, path: Path, report: (path: Path, message: string) => void): Feature | undefined {
  if (typeof value === "boolean") return { kind: "flag", enabled: value };
  if (!isRecord(value)) {
    report(path, `${path.join("/")} must be true, false, or a limit with limit, window and per`);
    return undefined;
  }
  const isLimit = fits(LimitFile, value, path, report);
  if ("limit" in value === "per_seat" in value) {
    report(path, `${path.join("/")} needs limit (of the plan) or per_seat (for each seat), one of them`);
    return undefined;
  }
  const isNumber = Number.isInteger(value.limit) && Number(value.limit) >= 0;
  if ("limit" in value && !isNumber && value.limit !== "unlimited") {
    report([...path, "limit"], `${path.join("/")}/limit must be a whole number from 0, or unlimited`);
    return undefined;
  }
  return isLimit ? limitOf(value as Static<typeof LimitFile>) : undefined;
}

/** What is not said is as most plans have it, and left out, so that plans that say the same are the same. */
function limitOf({ limit, per_seat, window, per, ...options }: Static<typeof LimitFile>): Feature {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const amount = limit === undefined || limit === "unlimited" ? null : Number(limit);
  return {
    kind: "limit",
    ...(per_seat === undefined ? { limit: amount } : { limit: per_seat, per_seat }),
    window,
    per,
    ...given,
  };
}

/** Whether the value is of the schema; tells every fault with the field's path. One member at a time, as `Errors` stops at eight. */
function fits(schema: TObject, value: unknown, base: Path, report: (path: Path, message: string) => void): boolean {
  const faults: [Path, string][] = [];
  const members = isRecord(value) ? value : {};
  const nameOf = (path: Path) => path.join("/");
  for (const name of Object.keys(members).filter((name) => !(name in schema.properties))) {
    faults.push([[...base, name], `${nameOf([...base, name])} is not known`]);
  }
  for (const name of schema.required ?? []) {
    if (!(name in members)) faults.push([base, `${nameOf([...base, name])} is missing`]);
  }
  for (const [name, member] of Object.entries(schema.properties).filter(([name]) => name in members)) {
    for (const { instancePath, keyword, message, params } of Errors(member, members[name])) {
      const path = [...base, name, ...instancePath.split("/").slice(1)];
      const listed = Object.values(params).find(Array.isArray)?.join(", ");
      if (keyword === "additionalProperties") continue;
      if (keyword === "required") faults.push([path, `${nameOf(path)} needs ${listed}`]);
      else if (keyword === "boolean") faults.push([path, `${nameOf(path)} is not known`]);
      else faults.push([path, `${nameOf(path)} ${keyword === "enum" ? `must be one of ${listed}` : message}`]);
    }
  }
  for (const [path, message] of faults) report(path, message);
  return faults.length === 0;
}

/** What all plans of a product must agree on, for their features to be compared: which of them is the higher? */
export function shapeOf(feature: Feature): string {
  if (feature.kind === "flag") return "a flag";
  if (feature.window === "none") return `a limit for ever per ${feature.per}`;
  const week = feature.week_starts === undefined ? "" : ` from ${feature.week_starts}`;
  const month = feature.anchor === "subscription" ? " of the subscription" : "";
  return `a limit by ${feature.window}${week}${month} per ${feature.per}`;
}
