import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { CatalogueError, canonicalJson, parseCatalogue } from "./catalogue.ts";

const products = ["prism", "entrain", "swan", "coditect", "revfirst"];
const shipped = products.map((product) => {
  const file = `src/products/${product}/plans.yaml`;
  return { file, text: readFileSync(new URL(`../../../${file}`, import.meta.url), "utf8") };
});

const good = `product: prism
plans:
  - key: free
    name: Free
    price: { amount: 0, currency: USD, interval: none }
    rank: 0
    default: true
    features:
      turns_per_day: { limit: 3, window: day, per: member }
      spectrum: false
  - key: plus
    name: Plus
    price: { amount: 999, currency: USD, interval: month }
    rank: 10
    features:
      turns_per_day: { limit: unlimited, window: day, per: member }
      spectrum: true
    stores: { stripe: [price_plus] }
`;

function mistakesOf(...texts: string[]): string[] {
  const documents = texts.map((text, index) => ({ file: `${"abc"[index]}.yaml`, text }));
  try {
    parseCatalogue(documents, ["prism", "swan"]);
  } catch (error) {
    if (error instanceof CatalogueError) return error.mistakes;
    throw error;
  }
  return [];
}

/** The plan of a catalogue of `good` with these overrides. */
function overridden(overrides: string) {
  const documents = [
    { file: "prism.yaml", text: good },
    { file: "config/plans.yaml", text: overrides },
  ];
  return parseCatalogue(documents, ["prism"]);
}

describe("the catalogue that is shipped", () => {
  const { plans } = parseCatalogue(shipped, products);
  const offered = (product: string) => plans.filter((plan) => plan.product === product && plan.offered);

  test("has the plans and prices that the products were asked for", () => {
    const prices = (product: string) =>
      offered(product).map(({ key, price, trial_days, seats }) => [key, price.amount, trial_days, seats]);
    expect(offered("prism").map(({ key }) => key)).toEqual(["free", "prism", "prism_plus"]);
    expect(prices("swan").map(([, amount, trial]) => [amount, trial])).toEqual([
      [5_000, 7],
      [12_500, 7],
      [20_000, 7],
    ]);
    expect(prices("coditect")).toEqual([
      ["starter", 2_900, 14, 3],
      ["pro", 9_900, 14, 10],
      ["enterprise", 29_900, 14, 50],
    ]);
    expect(plans.every(({ price }) => price.currency === "USD")).toBe(true);
  });

  test("limits what is free", () => {
    const [free] = offered("prism");
    expect(free?.features).toEqual({
      turns_per_day: { kind: "limit", limit: 3, window: "day", per: "member" },
      mirror_sessions_per_week: { kind: "limit", limit: 1, window: "week", per: "member" },
      spectrum: { kind: "flag", enabled: false },
    });
    expect(offered("entrain")[0]?.features.sessions_per_day).toMatchObject({ limit: 2, window: "day" });
    expect(offered("entrain")[1]?.features.sessions_per_day).toMatchObject({ limit: null });
  });

  test("has exactly one default plan for each product, which costs nothing; without one of its own it is `none`", () => {
    const defaults = plans.filter((plan) => plan.default);
    expect(defaults.map(({ product, key }) => `${product}.${key}`).sort()).toEqual([
      "coditect.none",
      "entrain.free",
      "prism.free",
      "revfirst.free",
      "swan.none",
    ]);
    expect(defaults.every(({ price }) => price.amount === 0)).toBe(true);
    const none = defaults.filter(({ key }) => key === "none");
    expect(none.every(({ offered, features }) => !offered && Object.keys(features).length === 0)).toBe(true);
  });

  test("stands as it is under the overrides that come with it, which are all commented out", () => {
    const text = readFileSync(new URL("../../../config/plans.yaml", import.meta.url), "utf8");
    expect(parseCatalogue([...shipped, { file: "config/plans.yaml", text }], products).plans).toEqual(plans);
  });

  test("takes the example of the overrides when it is switched on", () => {
    const text = readFileSync(new URL("../../../config/plans.yaml", import.meta.url), "utf8");
    const example = text.slice(text.indexOf("# overrides:")).replaceAll(/^# ?/gm, "");
    const changed = parseCatalogue([...shipped, { file: "config/plans.yaml", text: example }], products).plans;
    const find = (key: string) => changed.find((plan) => plan.product === "prism" && plan.key === key);
    expect(find("prism_plus")).toMatchObject({
      price: { amount: 2_499, currency: "USD", interval: "month" },
      features: { turns_per_day: { limit: 200, window: "day" }, spectrum: { enabled: true } },
    });
    expect(find("team")).toMatchObject({ position: 3, offered: true });
    expect(changed.some(({ product, key }) => product === "revfirst" && key === "free")).toBe(false);
  });
});

describe("mistakes", () => {
  test("there are none in a good file", () => {
    expect(mistakesOf(good)).toEqual([]);
  });

  test("of all files are told together, each with its file and line, in order", () => {
    const bad = `product: prism
plans:
  - key: free
    name: ""
    price: { amount: 9.5, currency: usd, interval: weekly }
    trial_days: -1
    seats: 0
    colour: red
    features:
      turns_per_day: { limit: -3, window: hour, per: member }
      spectrum: maybe
      Bad: true
    stores: { stripe: [""], strip: [a] }
  - name: Nameless
`;
    expect(mistakesOf(bad, "product: swan\nplans: []\nextra: 1\n", "product: nobody\nplans: [{ key: a }]")).toEqual([
      "a.yaml:3: prism.free: rank is missing",
      "a.yaml:4: prism.free: name must not have fewer than 1 characters",
      "a.yaml:5: prism.free: price/amount must be integer",
      'a.yaml:5: prism.free: price/currency must match pattern "^[A-Z]{3}$"',
      "a.yaml:5: prism.free: price/interval must be one of month, year, none",
      "a.yaml:6: prism.free: trial_days must be >= 0",
      "a.yaml:7: prism.free: seats must be >= 1",
      "a.yaml:8: prism.free: colour is not known",
      "a.yaml:10: prism.free: features/turns_per_day/window must be one of day, week, month, none",
      "a.yaml:10: prism.free: features/turns_per_day/limit must be a whole number from 0, or unlimited",
      "a.yaml:11: prism.free: features/spectrum must be true, false, or a limit with limit, window and per",
      "a.yaml:12: prism.free: features/Bad must be named by lower-case letters, digits and _",
      "a.yaml:13: prism.free: stores/strip is not known",
      'a.yaml:13: prism.free: stores/stripe/0 must match pattern "^[!-~]{1,255}$"',
      "a.yaml:14: a plan needs a key of lower-case letters, digits and _",
      "b.yaml:2: plans must be a list with at least one plan",
      "b.yaml:3: extra is not known; a file has product, plans, and license_prefix where it sells licences",
      "c.yaml:1: product must be one of prism, swan",
    ]);
  });

  test("of YAML itself have their line", () => {
    expect(mistakesOf("product: prism\nplans: [\n  { key: a }\n", "product: prism\nproduct: swan\n")).toEqual([
      expect.stringMatching(/^a\.yaml:\d+: is not valid YAML: /),
      expect.stringMatching(/^b\.yaml:2: is not valid YAML: .*unique/),
    ]);
    expect(mistakesOf("- a\n")).toEqual(["a.yaml:1: must be a map with `product` and `plans`, or with `overrides`"]);
  });

  test.each([
    ["two plans of one key", "key: plus", "key: free", "a.yaml:11: there are two plans prism.free"],
    ["a default plan that costs", "amount: 0", "amount: 5", "a.yaml:7: prism.free: the default plan costs nothing"],
    [
      "a price that is never due",
      "interval: month",
      "interval: none",
      "a.yaml:13: prism.plus: price/interval must be month or year where the price is not 0",
    ],
    [
      "a feature of two kinds",
      "spectrum: true",
      "spectrum: { limit: 1, window: day, per: member }",
      "a.yaml:17: prism.plus: features/spectrum is a limit by day per member, but a flag in prism.free",
    ],
    [
      "limits that cannot be compared",
      "limit: unlimited, window: day",
      "limit: unlimited, window: week",
      "a.yaml:16: prism.plus: features/turns_per_day is a limit by week per member, but a limit by day per member in prism.free",
    ],
    [
      "a key that is kept",
      "key: plus",
      "key: none",
      "a.yaml:11: prism.none: the key none is kept for a product without a default plan",
    ],
    [
      "a limit without its window",
      "window: day, per: member }\n      spectrum: false",
      "per: member }\n      spectrum: false",
      "a.yaml:9: prism.free: features/turns_per_day/window is missing",
    ],
    [
      "a limit that is nothing",
      "limit: 3",
      "limit: null",
      "a.yaml:9: prism.free: features/turns_per_day/limit must be a whole number from 0, or unlimited",
    ],
  ])("%s", (_name, from, to, mistake) => {
    expect(good).toContain(from);
    expect(mistakesOf(good.replace(from, to))).toContain(mistake);
  });

  test("a second default, a second seller of a price, a second file of a product", () => {
    const second = good
      .replaceAll("key: ", "key: other_")
      .replaceAll("price_plus", "price_plus, price_plus")
      .replace("default: true", "default: true");
    expect(mistakesOf(good, second)).toEqual([
      "b.yaml:1: the plans of prism stand in a.yaml already",
      "b.yaml:7: prism.other_free: prism.free is the default plan of prism already",
      "b.yaml:18: prism.other_plus: the price price_plus stands for prism.plus already",
      "b.yaml:18: prism.other_plus: the price price_plus stands for prism.other_plus already",
    ]);
  });
});

describe("overrides", () => {
  test("merge maps, replace the rest, and take away what is null", () => {
    const { plans } = overridden(`overrides:
  prism:
    plus:
      price: { amount: 1500 }
      features: { spectrum: null, turns_per_day: { limit: 50 } }
      stores: { stripe: [price_own, price_plus] }
`);
    const plus = plans.find(({ key }) => key === "plus");
    expect(plus?.price).toEqual({ amount: 1_500, currency: "USD", interval: "month" });
    expect(plus?.features).toEqual({ turns_per_day: { kind: "limit", limit: 50, window: "day", per: "member" } });
    expect(plus?.stores.stripe).toEqual(["price_own", "price_plus"]);
  });

  test("take a plan away, and then the product has no default", () => {
    const { plans } = overridden("overrides: { prism: { free: null } }");
    expect(plans.map(({ key, offered }) => [key, offered])).toEqual([
      ["plus", true],
      ["none", false],
    ]);
  });

  test("are placed in the file where the mistake was made", () => {
    const own = `overrides:
  prism:
    plus:
      price:
        amount: -1
    team:
      name: Team
    other: null
  nobody:
    plan: { name: x }
more: 1
`;
    expect(mistakesOf(good.replace("rank: 10", "rank: ten"), own)).toEqual([
      "a.yaml:14: prism.plus: rank must be integer",
      "b.yaml:5: prism.plus: price/amount must be >= 0",
      "b.yaml:6: prism.team: price is missing",
      "b.yaml:6: prism.team: rank is missing",
      "b.yaml:6: prism.team: features is missing",
      "b.yaml:8: the override of prism.other must be a map, or null to take the plan away",
      "b.yaml:11: more is not known beside overrides",
    ]);
  });

  test("of a product that is off are not used, and said so", () => {
    const { plans, notices } = overridden("overrides:\n  swan:\n    any: { name: 5 }\n");
    expect(plans).toEqual(parseCatalogue([{ file: "a", text: good }], ["prism"]).plans);
    expect(notices).toEqual(["config/plans.yaml:2: swan is not switched on; its overrides are not used"]);
  });
});

test("the canonical text of a value does not depend on the order of its members, but on that of its lists", () => {
  expect(canonicalJson({ b: [2, 1], a: { d: null, c: "x" } })).toBe('{"a":{"c":"x","d":null},"b":[2,1]}');
  expect(canonicalJson({ a: { c: "x", d: null }, b: [2, 1] })).toBe(
    canonicalJson({ b: [2, 1], a: { d: null, c: "x" } }),
  );
  expect(canonicalJson([1, 2])).not.toBe(canonicalJson([2, 1]));
});
