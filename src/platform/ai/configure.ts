import type { Clock } from "../../core/clock.ts";
import type { Config } from "../../core/config.ts";
import { parseModels } from "./catalogue.ts";
import { createDemoProvider } from "./demo.ts";
import { createOpenAiProvider } from "./openai.ts";
import { type Ai, type AiOptions, createAi } from "./service.ts";

interface ConfiguredAiOptions extends Pick<AiOptions, "db" | "logger" | "metrics"> {
  config: Pick<Config, "NODE_ENV" | "AI_BASE_URL" | "AI_API_KEY" | "AI_TIMEOUT_MS">;
  /** config/models.yaml: the name that stands in its mistakes, and its text. */
  models: { file: string; text: string };
  clock?: Clock;
}

/**
 * The gateway as the configuration wants it: `AI_API_KEY` makes the provider `openai` the server at `AI_BASE_URL`; without it the demo
 * provider answers, which in production throws here. `close` waits for the calls that run. Throws a ConfigError for mistakes in the models.
 */
export function createAiFromConfig(options: ConfiguredAiOptions): Ai & { close(): Promise<void> } {
  const { NODE_ENV, AI_BASE_URL: base_url, AI_API_KEY: api_key, AI_TIMEOUT_MS: longest_ms } = options.config;
  const catalogue = parseModels(options.models.text, options.models.file);
  const { db, logger, metrics, clock } = options;
  if (api_key === undefined) {
    const demo = createDemoProvider({ node_env: NODE_ENV });
    const providers = Object.fromEntries(catalogue.providers().map((name) => [name, demo]));
    return { ...createAi({ db, logger, metrics, catalogue, longest_ms, providers }), close: async () => {} };
  }
  const openai = createOpenAiProvider({ base_url, api_key, clock });
  return { ...createAi({ db, logger, metrics, catalogue, longest_ms, providers: { openai } }), close: openai.close };
}
