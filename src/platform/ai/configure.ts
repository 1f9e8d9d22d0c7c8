import { type Config, ConfigError } from "../../core/config.ts";
import { createProviders, type ProviderSettings } from "../providers/index.ts";
import { parseModels } from "./catalogue.ts";
import { type AiGateway, type AiOptions, createAi } from "./service.ts";

interface ConfiguredAiOptions extends Omit<AiOptions, "catalogue" | "providers" | "longest_ms"> {
  config: Parameters<typeof createProviders>[1]["config"] & Pick<Config, "AI_TIMEOUT_MS">;
  /** config/models.yaml: the name that stands in its mistakes, and its text. */
  models: { file: string; text: string };
}

/**
 * The gateway as the configuration wants it. Providers are those of the file, and `openai`, the server at `AI_BASE_URL`, need not stand there. Those without a key
 * are left out, and when none is left the demo provider answers, which in production throws here. `close` waits for the calls that run. Throws a ConfigError for
 * mistakes in the file, and for a feature that nobody is left to answer for.
 */
export function createAiFromConfig({ config, models, ...options }: ConfiguredAiOptions): AiGateway {
  const catalogue = parseModels(models.text, models.file);
  const listed = catalogue.providerSettings();
  const unlisted = catalogue.providers().filter((name) => !Object.hasOwn(listed, name));
  const strangers = unlisted.filter((name) => name !== "openai");
  if (strangers.length > 0) {
    throw new ConfigError(strangers.map((name) => `${models.file}: providers.${name} is missing, and models name it`));
  }
  const openai: ProviderSettings = { adapter: "openai" };
  const settings = unlisted.length === 0 ? listed : { ...listed, openai };
  const providers = createProviders(settings, { config, ...(options.clock && { clock: options.clock }) });
  const ai = createAi({ ...options, catalogue, providers, longest_ms: config.AI_TIMEOUT_MS });
  return {
    ...ai,
    close: async () => {
      await ai.close();
      await Promise.all(Object.values(providers).map((provider) => provider.close?.()));
    },
  };
}
