import { type Clock, systemClock } from "../../core/clock.ts";
import { type Config, ConfigError } from "../../core/config.ts";
import { anthropicWire } from "./anthropic.ts";
import { createChat } from "./chat.ts";
import { createDemoProvider } from "./demo.ts";
import { geminiWire } from "./gemini.ts";
import { geminiEmbeddings } from "./gemini-embeddings.ts";
import { openAiAudio } from "./openai-audio.ts";
import { openAiChatWire } from "./openai-chat.ts";
import { openAiEmbeddings } from "./openai-embeddings.ts";
import { openAiResponsesWire } from "./openai-responses.ts";
import type { Provider } from "./port.ts";
import type { ProviderSettings } from "./schema.ts";
import { createTransport, type Transport } from "./transport.ts";

interface ProvidersOptions {
  /** Where the keys are. */
  config: Pick<Config, "NODE_ENV" | "AI_BASE_URL" | KeyVariable | "AI_API_KEYS">;
  clock?: Pick<Clock, "now">;
}

type Adapter = ProviderSettings["adapter"];
type KeyVariable = "AI_API_KEY" | "ANTHROPIC_API_KEY" | "GEMINI_API_KEY";

/** What is known of a vendor: where it is, and which variable holds its key. */
const vendors: Record<Exclude<Adapter, "compatible">, { base_url?: string; key: KeyVariable }> = {
  // AI_BASE_URL has OpenAI's address as its default.
  openai: { key: "AI_API_KEY" },
  openai_responses: { key: "AI_API_KEY" },
  anthropic: { base_url: "https://api.anthropic.com/v1", key: "ANTHROPIC_API_KEY" },
  gemini: { base_url: "https://generativelanguage.googleapis.com/v1beta", key: "GEMINI_API_KEY" },
};

/**
 * The providers that this deployment can ask, by the names in the settings. One whose key is not set is left out. When none is left, each name gets the demo provider, which
 * in production throws here. Throws a ConfigError for a server without an address, a key that no header may carry, and a variable that is not one of keys.
 */
export function createProviders(
  settings: Record<string, ProviderSettings>,
  { config, clock = systemClock }: ProvidersOptions,
): Record<string, Provider> {
  const keys = namedKeys(config.AI_API_KEYS);
  const unknown = [...keys.keys()].filter((name) => !Object.hasOwn(settings, name));
  const mistakes = [
    ...unknown.map((name) => `AI_API_KEYS has a key for ${name}, which is not among the providers`),
    ...Object.entries(settings).flatMap(([name, one]) => mistakesOf(name, one, config)),
  ];
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  const providers = Object.entries(settings).flatMap(([name, one]) => {
    const key = keys.get(name) ?? keyOf(one, config);
    if (key === undefined && needsKey(one)) return [];
    if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
      throw new ConfigError([`The key of the provider ${name} holds a character that no HTTP header may carry`]);
    }
    return [[name, createProvider(name, one, { key, base_url: baseUrl(one, config), clock })] as const];
  });
  if (providers.length > 0) return Object.fromEntries(providers);
  const demo = createDemoProvider({ node_env: config.NODE_ENV });
  return Object.fromEntries(Object.keys(settings).map((name) => [name, demo]));
}

/** `name:key` pairs; a key may hold colons. */
function namedKeys(pairs: string[]): Map<string, string> {
  const mistakes = pairs.flatMap((pair, n) =>
    /^[^:]+:./.test(pair) ? [] : [`AI_API_KEYS: entry ${n + 1} is not of the form name:key`],
  );
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf(":")), pair.slice(pair.indexOf(":") + 1)]));
}

const keyVariables: readonly string[] = ["AI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY"] satisfies KeyVariable[];
const isKeyVariable = (name: string): name is KeyVariable => keyVariables.includes(name);
const variableOf = ({ api_key }: ProviderSettings) => api_key?.slice("env:".length);

function mistakesOf(name: string, settings: ProviderSettings, config: ProvidersOptions["config"]): string[] {
  const variable = variableOf(settings);
  return [
    ...(baseUrl(settings, config) === undefined ? [`providers.${name} needs a base_url`] : []),
    ...(variable === undefined || isKeyVariable(variable)
      ? []
      : [
          `providers.${name}.api_key names ${variable}; keys are in ${keyVariables.join(", ")}, and in AI_API_KEYS by the provider's name`,
        ]),
  ];
}

function keyOf(settings: ProviderSettings, config: ProvidersOptions["config"]): string | undefined {
  const variable = variableOf(settings);
  if (variable !== undefined) return isKeyVariable(variable) ? config[variable] : undefined;
  return settings.adapter === "compatible" ? undefined : config[vendors[settings.adapter].key];
}

/** A server of one's own may ask for no key; whoever names a variable wants it to be set. */
function needsKey({ adapter, api_key, flags }: ProviderSettings): boolean {
  return flags?.auth !== "none" && (adapter !== "compatible" || api_key !== undefined);
}

function baseUrl({ adapter, base_url }: ProviderSettings, config: ProvidersOptions["config"]): string | undefined {
  if (base_url !== undefined || adapter === "compatible") return base_url;
  return vendors[adapter].base_url ?? config.AI_BASE_URL;
}

interface Access {
  key: string | undefined;
  base_url: string | undefined;
  clock: Pick<Clock, "now">;
}

function createProvider(name: string, settings: ProviderSettings, { key, base_url = "", clock }: Access): Provider {
  const { adapter, connections = 2_048, max_response_bytes = 32 * 1_024 * 1_024 } = settings;
  const transport = createTransport({
    base_url,
    headers: { ...settings.headers, ...authorization(settings, key) },
    connections,
    max_response_bytes,
    // The vendors keep an idle connection for minutes. Python's servers close it after five seconds without having said so, and a call that meets the closing is lost.
    keep_alive_ms: adapter === "compatible" ? 3_000 : 30_000,
    clock,
  });
  const free = settings.free === true ? { free: true } : {};
  return { name, ...free, ...abilities(settings, transport), close: transport.close };
}

function abilities({ adapter, flags }: ProviderSettings, transport: Transport): Omit<Provider, "name"> {
  switch (adapter) {
    case "openai":
    case "compatible":
      return {
        ...createChat(transport, openAiChatWire(flags)),
        ...openAiEmbeddings(transport, adapter === "openai" ? "base64" : "float"),
        ...openAiAudio(transport),
      };
    case "openai_responses":
      return {
        ...createChat(transport, openAiResponsesWire),
        ...openAiEmbeddings(transport, "base64"),
        ...openAiAudio(transport),
      };
    case "anthropic":
      return createChat(transport, anthropicWire(flags));
    case "gemini":
      return { ...createChat(transport, geminiWire), ...geminiEmbeddings(transport) };
  }
}

function authorization({ adapter, flags }: ProviderSettings, key: string | undefined): Record<string, string> {
  const version: Record<string, string> =
    adapter === "anthropic" ? { "anthropic-version": flags?.anthropic_version ?? "2026-10-21" } : {};
  if (key === undefined || flags?.auth === "none") return version;
  if (flags?.auth === "api-key") return { ...version, "api-key": key };
  if (adapter === "anthropic" && flags?.auth !== "bearer") return { ...version, "x-api-key": key };
  if (adapter === "gemini" && flags?.auth !== "bearer") return { "x-goog-api-key": key };
  return { ...version, authorization: `Bearer ${key}` };
}
