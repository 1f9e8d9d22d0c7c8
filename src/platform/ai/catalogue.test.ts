import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ConfigError } from "../../core/config.ts";
import { parseModels } from "./catalogue.ts";

const good = `models:
  big/model:8b:
    provider: openai
    prices: { input: 2500000, cached_input: 1250000, output: 10000000 }
  thinker:
    provider: other
    reasoning: true
    prices: { input: 1, cached_input: 0, output: 2 }
features:
  default: { model: big/model:8b, temperature: 0.7, max_output_tokens: 100, timeout_ms: 5000 }
  prism.turn: { model: thinker, temperature: 1, max_output_tokens: 200, timeout_ms: 9000 }
`;

function mistakesOf(text: string): string[] {
  try {
    parseModels(text, "models.yaml");
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
  throw new Error("The catalogue was accepted");
}

test("the catalogue that we ship is valid", () => {
  const catalogue = parseModels(readFileSync("config/models.yaml", "utf8"), "config/models.yaml");
  expect(catalogue.providers()).toEqual(["openai"]);
  expect(catalogue.model("gpt-4o")?.prices).toEqual({ input: 2_500_000, cached_input: 1_250_000, output: 10_000_000 });
});

test("a feature has its settings; one that is not listed has those of default", () => {
  const catalogue = parseModels(good, "models.yaml");
  expect(catalogue.feature("prism.turn").models).toEqual(["thinker"]);
  expect(catalogue.feature("swan.review")).toEqual(catalogue.feature("default"));
  expect(catalogue.feature("constructor")).toEqual(catalogue.feature("default"));
  expect(catalogue.model("big/model:8b")?.prices.input).toBe(2_500_000);
  expect(catalogue.model("toString")).toBeUndefined();
  expect(catalogue.providers()).toEqual(["openai", "other"]);
});

test("every mistake of the shape is named with its line, all at once", () => {
  const text = good
    .replace("input: 2500000", "input: 2.5")
    .replace("provider: other", "provider: other\n    color: red")
    .replace("temperature: 0.7", "temperature: 3")
    .replace("prism.turn", "Prism Turn");
  expect(mistakesOf(text)).toEqual([
    "models.yaml:4 models.big/model:8b.prices.input must be integer",
    "models.yaml:7 models.thinker.color is not known here",
    "models.yaml:11 features.default.temperature must be <= 2",
    "models.yaml:12 features.Prism Turn is not known here",
  ]);
});

test("what is missing is named at the object that lacks it", () => {
  expect(mistakesOf(good.replace("    provider: other\n", ""))).toEqual([
    "models.yaml:5 models.thinker must have required properties provider",
  ]);
  expect(mistakesOf("models:\n  a:\n")).toContain("models.yaml:2 models.a must be object");
  expect(mistakesOf("")).toEqual(["models.yaml:1 the file must be object"]);
});

test("a feature with a model that is not listed, and a missing default, are named with their lines", () => {
  const text = good.replace("model: thinker", "model: thinkr").replace("  default:", "  a.default:");
  expect(mistakesOf(text)).toEqual([
    "models.yaml:9 features.default is missing",
    "models.yaml:11 features.prism.turn.model names thinkr, which is not among the models",
  ]);
});

test("broken YAML, a key given twice, an unknown tag and a broken alias are refused", () => {
  expect(mistakesOf(`${good}  prism.turn: {}\n`)).toEqual(["models.yaml:12 Map keys must be unique"]);
  expect(mistakesOf('models: "')[0]).toMatch(/^models\.yaml:1 Missing closing "quote/);
  expect(mistakesOf(good.replace("provider: other", "provider: !env other"))[0]).toMatch(
    /^models\.yaml:6 Unresolved tag/,
  );
  expect(mistakesOf(good.replace("provider: other", "provider: *other"))[0]).toMatch(/Unresolved alias/);
});

const full = `providers:
  first: { adapter: openai, on_client_gone: drain }
  local: { adapter: compatible, base_url: "http://localhost:11434/v1", free: true }
models:
  big: { provider: first, wire_name: big-2026, prices: { input: 3, cached_input: 1, cache_write: 4, output: 5, reasoning: 6, per_image: 7, per_audio_second: 8 } }
  small: { provider: local, max_inputs: 10, prices: { input: 0, cached_input: 0, output: 0 } }
features:
  default: { model: small, temperature: 0, max_output_tokens: 10, timeout_ms: 1000 }
  prism.turn:
    models: [big, small]
    temperature: 1
    max_output_tokens: 200
    timeouts: { total: 60000, first_byte: 9000, idle: 4000 }
    voice: alloy
    budget: { feature_daily_usd: 100, workspace_feature_daily_usd: 2.5 }
    over_budget: { model: small }
    cache: { ttl_seconds: 3600 }
budgets: { workspace_daily_usd: 20, feature_daily_usd: 10 }
`;

test("a feature's models, times, budgets over the defaults, cheaper model and cache", () => {
  const catalogue = parseModels(full, "models.yaml");
  expect(catalogue.feature("prism.turn")).toEqual({
    models: ["big", "small"],
    temperature: 1,
    max_output_tokens: 200,
    timeouts: { total_ms: 60_000, first_byte_ms: 9_000, idle_ms: 4_000 },
    voice: "alloy",
    budget: { workspace_daily_usd: 20, feature_daily_usd: 100, workspace_feature_daily_usd: 2.5 },
    cheaper_model: "small",
    cache_seconds: 3_600,
  });
  expect(catalogue.feature("default")).toMatchObject({
    models: ["small"],
    timeouts: { total_ms: 1_000, first_byte_ms: 1_000, idle_ms: 15_000 },
    budget: { workspace_daily_usd: 20, feature_daily_usd: 10 },
  });
  expect(catalogue.providerSettings()).toMatchObject({ first: { on_client_gone: "drain" }, local: { free: true } });
  expect(catalogue.features()).toEqual(["default", "prism.turn"]);
});

test("both forms of the same setting, neither of them, and names of nothing are refused with their lines", () => {
  expect(mistakesOf(full.replace("    voice: alloy\n", "    voice: alloy\n    model: big\n"))).toEqual([
    "models.yaml:15 features.prism.turn has both model and models",
  ]);
  expect(mistakesOf(full.replace(", timeout_ms: 1000", ""))).toEqual([
    "models.yaml:8 features.default has neither timeouts nor timeout_ms",
  ]);
  expect(mistakesOf(full.replace("models: [big, small]", "models: [big, smal]"))).toEqual([
    "models.yaml:10 features.prism.turn.models names smal, which is not among the models",
  ]);
  expect(mistakesOf(full.replace("over_budget: { model: small }", "over_budget: { model: tiny }"))).toEqual([
    "models.yaml:16 features.prism.turn.over_budget.model names tiny, which is not among the models",
  ]);
  expect(mistakesOf(full.replace("provider: local", "provider: lokal"))).toEqual([
    "models.yaml:6 models.small.provider names lokal, which is not among the providers",
  ]);
  expect(mistakesOf(full.replace("feature_daily_usd: 100", "feature_daily_usd: 10000"))).toEqual([
    "models.yaml:15 features.prism.turn.budget.feature_daily_usd must be <= 9000",
  ]);
});
