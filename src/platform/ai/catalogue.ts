import { Compile } from "typebox/compile";
import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from "yaml";
import { ConfigError } from "../../core/config.ts";
import type { ProviderSettings } from "../providers/index.ts";
import { type Budget, CatalogueFile, type FeatureEntry, type FeatureSettings, type ModelSettings } from "./schema.ts";

/** Which model answers for which feature, and what it costs: `config/models.yaml`, as it is read once. */
export interface Catalogue {
  /** The settings of a feature; those of `default` for one that is not listed. */
  feature(name: string): FeatureSettings;
  /** The names of the features, `default` among them. */
  features(): string[];
  /** A model's settings; undefined for a model that is not listed. */
  model(name: string): ModelSettings | undefined;
  /** The names of the providers that the models need. */
  providers(): string[];
  /** The settings of the providers, by name; empty when the file has no such section. */
  providerSettings(): Record<string, ProviderSettings>;
}

const validator = Compile(CatalogueFile);

/** Reads the catalogue. Throws a ConfigError with every mistake in it, each as `file:line`; `file` is the name that stands there. */
export function parseModels(text: string, file: string): Catalogue {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const mistakes = findMistakes(document);
  if (mistakes.length > 0) {
    const named = mistakes.map(({ offset, message }) => ({ line: lines.linePos(offset).line, message }));
    throw new ConfigError(
      named.sort((a, b) => a.line - b.line).map(({ line, message }) => `${file}:${line} ${message}`),
    );
  }
  return createCatalogue(validator.Parse(document.toJS()));
}

function createCatalogue(content: CatalogueFile): Catalogue {
  const models = new Map(Object.entries(content.models));
  const entries = Object.entries(content.features);
  const features = new Map(entries.map(([name, entry]) => [name, featureSettings(entry, content.budgets)]));
  const fallback = features.get("default");
  if (fallback === undefined) throw new TypeError("A catalogue without the feature default");
  return {
    feature: (name) => features.get(name) ?? fallback,
    features: () => [...features.keys()],
    model: (name) => models.get(name),
    providers: () => [...new Set([...models.values()].map(({ provider }) => provider))],
    providerSettings: () => content.providers ?? {},
  };
}

const idle_ms = 15_000;

function featureSettings(entry: FeatureEntry, defaults: Budget = {}): FeatureSettings {
  const { model, models = model === undefined ? [] : [model], timeouts, over_budget, cache, voice, budget } = entry;
  const total_ms = timeouts?.total ?? entry.timeout_ms ?? 60_000;
  return {
    models,
    temperature: entry.temperature,
    max_output_tokens: entry.max_output_tokens,
    timeouts: { total_ms, first_byte_ms: timeouts?.first_byte ?? total_ms, idle_ms: timeouts?.idle ?? idle_ms },
    budget: { ...defaults, ...budget },
    ...(voice === undefined ? {} : { voice }),
    ...(typeof over_budget === "object" ? { cheaper_model: over_budget.model } : {}),
    ...(cache === undefined ? {} : { cache_seconds: cache.ttl_seconds }),
  };
}

interface Mistake {
  /** Where in the text, in characters. */
  offset: number;
  message: string;
}

/** Mistakes of the syntax, else of the shape, else of what refers to what: the later ones make no sense before the earlier are gone. */
function findMistakes(document: Document): Mistake[] {
  const syntax = [...document.errors, ...document.warnings].map(({ pos, message }) => ({ offset: pos[0], message }));
  if (syntax.length > 0) return syntax;
  const value = contentOf(document);
  if ("offset" in value) return [value];
  if (validator.Check(value.content)) {
    return [...contradictions(document, value.content), ...danglingNames(document, value.content)];
  }
  return validator.Errors(value.content).flatMap((error) => {
    // An unknown member is told twice: once for the object, once for the member, which is the better place.
    if (error.keyword === "additionalProperties") return [];
    const path = pathOf(error.instancePath);
    const message = error.keyword === "boolean" ? "is not known here" : error.message;
    return [{ offset: offsetOf(document, path), message: `${path.join(".") || "the file"} ${message}` }];
  });
}

/** What the document says; a broken alias is found only here. */
function contentOf(document: Document): { content: unknown } | Mistake {
  try {
    return { content: document.toJS() };
  } catch (error) {
    return { offset: 0, message: error instanceof Error ? error.message : String(error) };
  }
}

/** What the shape allows and makes no sense. */
function contradictions(document: Document, { features }: CatalogueFile): Mistake[] {
  return Object.entries(features).flatMap(([name, entry]) => {
    const pairs = [
      ["model", "models"],
      ["timeout_ms", "timeouts"],
    ] as const;
    return pairs.flatMap(([short, long]) => {
      const has = Number(entry[short] !== undefined) + Number(entry[long] !== undefined);
      if (has === 1) return [];
      const path = ["features", name, ...(has === 2 ? [short] : [])];
      const message = has === 2 ? `has both ${short} and ${long}` : `has neither ${long} nor ${short}`;
      return [{ offset: offsetOf(document, path), message: `features.${name} ${message}` }];
    });
  });
}

function danglingNames(document: Document, { providers, models, features }: CatalogueFile): Mistake[] {
  const unknown = Object.entries(features).flatMap(([name, { model, models: list = [], over_budget }]) => {
    const named: [path: string[], model: string | undefined][] = [
      [["model"], model],
      ...list.map((each): [string[], string] => [["models"], each]),
      [["over_budget", "model"], typeof over_budget === "object" ? over_budget.model : undefined],
    ];
    return named
      .filter(([, each]) => each !== undefined && !Object.hasOwn(models, each))
      .map(([path, each]) => ({
        offset: offsetOf(document, ["features", name, ...path]),
        message: `features.${name}.${path.join(".")} names ${each}, which is not among the models`,
      }));
  });
  const homeless = Object.entries(models)
    .filter(([, { provider }]) => providers !== undefined && !Object.hasOwn(providers, provider))
    .map(([name, { provider }]) => ({
      offset: offsetOf(document, ["models", name, "provider"]),
      message: `models.${name}.provider names ${provider}, which is not among the providers`,
    }));
  if (Object.hasOwn(features, "default")) return [...unknown, ...homeless];
  return [
    ...unknown,
    ...homeless,
    { offset: offsetOf(document, ["features"]), message: "features.default is missing" },
  ];
}

/** The members of a JSON pointer (RFC 6901). */
function pathOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** Where a path's key stands in the text; as near to it as there is something. */
function offsetOf(document: Document, path: string[]): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const name of path) {
    if (!isMap(node)) return offset;
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === name);
    if (pair === undefined || !isNode(pair.key)) return offset;
    offset = pair.key.range?.[0] ?? offset;
    node = pair.value;
  }
  return offset;
}
