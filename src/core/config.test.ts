import { describe, expect, test } from "vitest";
import { ConfigError, loadConfig, redactConfig, secretNames } from "./config.ts";

const mistakesOf = (env: Record<string, string>) => {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes;
    throw error;
  }
};

describe("configuration", () => {
  test("needs nothing in development", () => {
    expect(loadConfig({})).toMatchObject({ PORT: 4000, NODE_ENV: "development", CORS_ORIGINS: [] });
  });

  test("takes an empty variable for one that is not set", () => {
    expect(loadConfig({ PORT: "", DATABASE_URL: "" })).toMatchObject({ PORT: 4000 });
  });

  test("reads lists and numbers", () => {
    expect(loadConfig({ CORS_ORIGINS: "https://a.example, https://b.example", PORT: "0" })).toMatchObject({
      CORS_ORIGINS: ["https://a.example", "https://b.example"],
      PORT: 0,
    });
  });

  test("reports every mistake at once", () => {
    const mistakes = mistakesOf({ PORT: "many", LOG_LEVEL: "loud", DATABASE_URL: "mysql://x", BODY_LIMIT_BYTES: "1" });
    expect(mistakes.map((mistake) => mistake.split(" ")[0]).sort()).toEqual([
      "BODY_LIMIT_BYTES",
      "DATABASE_URL",
      "LOG_LEVEL",
      "PORT",
    ]);
    expect(mistakes.join()).toContain("must be one of trace, debug, info");
  });

  test("never shows a secret's value in a mistake", () => {
    expect(mistakesOf({ PLINTH_SECRET: "hunter2" }).join()).not.toContain("hunter2");
    expect(mistakesOf({ DATABASE_URL: "mysql://root:hunter2@x" }).join()).not.toContain("hunter2");
  });

  test.each([
    ["DATABSE_URL", "DATABASE_URL"],
    ["REDIS_ULR", "REDIS_URL"],
    ["PLINTH_SECERT", "PLINTH_SECRET"],
    ["LOGLEVEL", "LOG_LEVEL"],
  ])("asks whether %s was meant to be %s", (wrong, right) => {
    expect(mistakesOf({ [wrong]: "x" })).toEqual([`${wrong} is not known; did you mean ${right}?`]);
  });

  test("leaves the machine's own variables alone", () => {
    expect(
      mistakesOf({
        PATH: "/bin",
        HOME: "/root",
        HOSTNAME: "x",
        LANG: "C",
        PWD: "/",
        REDIS_URI: "redis://x",
        REDIS_URL: "redis://y",
      }),
    ).toEqual([]);
    expect(mistakesOf({ PLINTH_FOO: "1" })[0]).toContain("PLINTH_FOO is not known");
  });

  test("wants the secret, the database and the public address in production", () => {
    expect(
      mistakesOf({ NODE_ENV: "production" })
        .map((mistake) => mistake.split(" ")[0])
        .sort(),
    ).toEqual(["DATABASE_URL", "PLINTH_SECRET", "PUBLIC_URL"]);
  });

  test("is shown without its secrets", () => {
    const shown = JSON.stringify(
      redactConfig(loadConfig({ AI_API_KEY: "sk-hunter2", STRIPE_WEBHOOK_SECRET: "whsec_hunter2" })),
    );
    expect(shown).not.toContain("hunter2");
    expect(secretNames()).toContain("DATABASE_URL");
  });
});
