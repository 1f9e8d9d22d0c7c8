import { readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { fakeOpenAi } from "../../../test/support/fake-openai.ts";
import { ConfigError, loadConfig } from "../../core/config.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createAiFromConfig } from "./configure.ts";

const t = await testDatabase();
const fake = await fakeOpenAi();
afterAll(async () => {
  await fake.close();
  await t.close();
});

const shipped = readFileSync("config/models.yaml", "utf8");
const input = { feature: "prism.turn", messages: [{ role: "user" as const, content: "Hello" }] };

function configured(env: Record<string, string>, text = shipped) {
  const config = loadConfig(env);
  const logger = createLogger({ LOG_LEVEL: "silent" });
  return createAiFromConfig({
    config,
    models: { file: "models.yaml", text },
    db: t.db,
    logger,
    metrics: createMetrics(),
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
  const options = {
    models: { file: "models.yaml", text: shipped },
    db: t.db,
    logger: createLogger({ LOG_LEVEL: "silent" }),
  };
  const config = { ...loadConfig({}), NODE_ENV: "production" as const };
  expect(() => createAiFromConfig({ ...options, config, metrics: createMetrics() })).toThrow(/AI_API_KEY/);
});

test("models with a mistake, or with a provider that there is not, are refused", () => {
  expect(() => configured({}, shipped.replace("temperature: 0.8", "temperature: hot"))).toThrow(ConfigError);
  const elsewhere = shipped.replace("provider: openai", "provider: elsewhere");
  expect(() => configured({ AI_API_KEY: "sk-test" }, elsewhere)).toThrow(/elsewhere/);
});
