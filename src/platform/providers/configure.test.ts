import { readFileSync } from "node:fs";
import Type from "typebox";
import { Compile } from "typebox/compile";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { keys, patient, question } from "../../../test/support/providers.ts";
import { ConfigError, loadConfig, redactConfig } from "../../core/config.ts";
import { createProviders, ProviderSettings } from "./index.ts";

const vendors = {
  openai: { adapter: "openai" },
  thinker: { adapter: "openai_responses" },
  claude: { adapter: "anthropic" },
  google: { adapter: "gemini" },
} satisfies Record<string, ProviderSettings>;
const none = { ...keys, AI_API_KEY: undefined, ANTHROPIC_API_KEY: undefined, GEMINI_API_KEY: undefined };
const ollama = { adapter: "compatible", base_url: "http://127.0.0.1:11434/v1", free: true } satisfies ProviderSettings;

test("a provider can do what its vendor can", () => {
  const abilities = ({ close: _, name, ...can }: object & { close?: unknown; name: string }) =>
    `${name}: ${Object.keys(can).join(" ")}`;
  expect(Object.values(createProviders({ ...vendors, ollama }, { config: keys })).map(abilities)).toEqual([
    "openai: complete stream embed speak transcribe",
    "thinker: complete stream embed speak transcribe",
    "claude: complete stream",
    "google: complete stream embed",
    "ollama: free complete stream embed speak transcribe",
  ]);
});

test("the settings in the guide are settings; a misspelt one is none", () => {
  const [, yaml = ""] = /```yaml\n(.*?)```/s.exec(readFileSync("docs/ai-providers.md", "utf8")) ?? [];
  const { providers } = Compile(Type.Object({ providers: Type.Record(Type.String(), ProviderSettings) })).Parse(
    parse(yaml),
  );
  expect(Object.keys(createProviders(providers, { config: keys }))).toEqual(["openai", "claude", "gemini", "local"]);
  const settings = Compile(ProviderSettings);
  expect(settings.Check({ adapter: "openai", base_uri: "https://example.com" })).toBe(false);
  expect(settings.Check({ adapter: "openai", api_key: "sk-in-a-file" })).toBe(false);
  expect(settings.Check({ adapter: "mistral" })).toBe(false);
});

describe("keys", () => {
  test("a provider without its key is left out; one's own server needs none", () => {
    const config = { ...none, ANTHROPIC_API_KEY: "sk-ant" };
    expect(Object.keys(createProviders({ ...vendors, ollama }, { config }))).toEqual(["claude", "ollama"]);
  });

  test("whose key is in another variable, or beside its name, says so", async () => {
    const fake = await fakeOpenAi();
    const settings = {
      west: { adapter: "compatible", base_url: fake.base_url },
      east: { adapter: "compatible", base_url: fake.base_url, api_key: "env:GEMINI_API_KEY" },
      north: { adapter: "openai", base_url: fake.base_url },
      south: { adapter: "compatible", base_url: fake.base_url, api_key: "env:ANTHROPIC_API_KEY" },
    } satisfies Record<string, ProviderSettings>;
    const config = {
      ...none,
      AI_API_KEY: "sk-openai",
      GEMINI_API_KEY: "gm",
      AI_API_KEYS: ["west:sk:west", "north:sk-north"],
    };
    const providers = createProviders(settings, { config });
    expect(Object.keys(providers)).toEqual(["west", "east", "north"]);
    for (const provider of Object.values(providers)) {
      await provider.complete?.(question("m"), patient());
      await provider.close?.();
    }
    expect(fake.calls.map(({ headers }) => headers.authorization)).toEqual([
      "Bearer sk:west",
      "Bearer gm",
      "Bearer sk-north",
    ]);
    await fake.close();
  });

  test("without any key the demo answers for each; in production nothing does", () => {
    const providers = createProviders(vendors, { config: none });
    expect(Object.keys(providers)).toEqual(Object.keys(vendors));
    expect(Object.values(providers).every(({ name, free }) => name === "demo" && free === true)).toBe(true);
    expect(() => createProviders(vendors, { config: { ...none, NODE_ENV: "production" } })).toThrow(/AI_API_KEY/);
  });

  test("they are never shown", () => {
    const config = loadConfig({ AI_API_KEYS: "west:sk-west", ANTHROPIC_API_KEY: "sk-ant", GEMINI_API_KEY: "gm-key" });
    expect(JSON.stringify(redactConfig(config))).not.toMatch(/sk-west|sk-ant|gm-key/);
  });
});

describe("mistakes are told by name, and no key with them", () => {
  const refused = (settings: Record<string, ProviderSettings>, config: Partial<typeof keys> = {}) => {
    const attempt = () => createProviders(settings, { config: { ...keys, ...config } });
    expect(attempt).toThrow(ConfigError);
    try {
      attempt();
    } catch (error) {
      return String(error);
    }
  };

  test("a server without an address", () => {
    expect(refused({ local: { adapter: "compatible" } })).toContain("providers.local needs a base_url");
  });
  test("a variable that is not one of keys", () => {
    expect(refused({ openai: { adapter: "openai", api_key: "env:PLINTH_SECRET" } })).toContain("PLINTH_SECRET");
  });
  test("a key for nobody, and one of no form", () => {
    expect(refused(vendors, { AI_API_KEYS: ["nobody:sk-secret"] })).toContain("nobody");
    expect(refused(vendors, { AI_API_KEYS: ["sk-secret"] })).not.toContain("sk-secret");
  });
  test("a key that no header may carry", () => {
    expect(refused(vendors, { AI_API_KEY: "sk-secret\n" })).not.toContain("sk-secret");
  });
});
