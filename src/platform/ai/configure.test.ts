import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { memoryLedger } from "../../../test/support/memory-ledger.ts";
import { type Config, ConfigError, loadConfig } from "../../core/config.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createAudit } from "../audit/index.ts";
import { parseModels } from "./catalogue.ts";
import { createAiFromConfig } from "./configure.ts";

const t = await testDatabase();
const fake = await fakeOpenAi();
afterAll(async () => {
  await fake.close();
  await t.close();
});

const shipped = readFileSync("config/models.yaml", "utf8");
const input = { feature: "prism.turn", messages: [{ role: "user" as const, content: "Hello" }] };

function configured(env: Record<string, string>, text = shipped, change: Partial<Config> = {}) {
  return createAiFromConfig({
    config: { ...loadConfig(env), ...change },
    models: { file: "models.yaml", text },
    ...{ db: t.db, keyring: t.keyring, audit: createAudit({ db: t.db }), listener: t.listener },
    ...{ ledger: memoryLedger(), logger: createLogger({ LOG_LEVEL: "silent" }), metrics: createMetrics() },
  });
}

test("with a key the server at AI_BASE_URL answers", async () => {
  const ai = configured({ AI_BASE_URL: fake.base_url, AI_API_KEY: "sk-test" });
  expect(await ai.complete(await makeMember(t), input)).toMatchObject({ provider: "openai" });
  expect(fake.calls[0]?.headers.authorization).toBe("Bearer sk-test");
  await ai.close();
});

test("AI_TIMEOUT_MS bounds every feature", async () => {
  const ai = configured({ AI_BASE_URL: fake.base_url, AI_API_KEY: "sk-test", AI_TIMEOUT_MS: "100" });
  fake.script({ fault: "hang" });
  await expect(ai.complete(await makeMember(t), { ...input, timeout_ms: 600_000 })).rejects.toMatchObject({
    code: "ai.timeout",
  });
  await ai.close();
});

test("without a key the demo provider answers; in production it does not start", async () => {
  const ai = configured({});
  expect(await ai.complete(await makeMember(t), input)).toMatchObject({ provider: "demo" });
  await ai.close();
  expect(() => configured({}, shipped, { NODE_ENV: "production" })).toThrow(/demo provider does not run in production/);
});

test("a feature goes on with the models whose provider has a key; without any it is refused at boot", async () => {
  const text = `providers: { openai: { adapter: openai }, anthropic: { adapter: anthropic } }
models:
  a: { provider: anthropic, prices: { input: 1, cached_input: 1, output: 1 } }
  b: { provider: openai, prices: { input: 1, cached_input: 1, output: 1 } }
features:
  default: { models: [a, b], temperature: 0, max_output_tokens: 9, timeout_ms: 900 }
`;
  const env = { AI_BASE_URL: fake.base_url, AI_API_KEY: "sk-test" };
  const ai = configured(env, text);
  expect(await ai.complete(await makeMember(t), input)).toMatchObject({ model: "b-2026-01-01" });
  expect(ai.models("prism.turn")).toEqual([{ name: "b", provider: "openai" }]);
  await ai.close();
  expect(() => configured(env, text.replace("[a, b]", "[a]"))).toThrow(/features\.default has no model/);
});

test("AI 17: as it is shipped, no workspace or person can use up what a feature may cost for everybody", () => {
  const catalogue = parseModels(shipped, "models.yaml");
  for (const name of catalogue.features()) {
    const { feature_daily_usd = 0, workspace_daily_usd, user_daily_usd } = catalogue.feature(name).budget;
    expect(workspace_daily_usd).toBeLessThanOrEqual(feature_daily_usd / 10);
    expect(user_daily_usd).toBeLessThanOrEqual(workspace_daily_usd ?? 0);
  }
});

test("models with a mistake, or with a provider that there is not, are refused", () => {
  expect(() => configured({}, shipped.replace("temperature: 0.8", "temperature: hot"))).toThrow(ConfigError);
  const unknown = "models: { m: { provider: elsewhere, prices: { input: 1, cached_input: 1, output: 1 } } }";
  const feature = "features: { default: { model: m, temperature: 0, max_output_tokens: 9, timeout_ms: 900 } }";
  expect(() => configured({ AI_API_KEY: "sk-test" }, `${unknown}\n${feature}\n`)).toThrow(
    /providers\.elsewhere is missing/,
  );
});
