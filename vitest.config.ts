import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["plinth-source"] },
  ssr: { resolve: { conditions: ["plinth-source"] } },
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts", "sdk/**/*.test.ts"],
    globalSetup: ["test/support/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    maxWorkers: 2,
  },
});
