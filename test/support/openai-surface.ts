import type { AddressInfo } from "node:net";
import OpenAI from "openai";
import { readConfigLayers } from "../../src/core/config-files.ts";
import { createMetrics } from "../../src/core/metrics.ts";
// The routes name the errors of both.
import "../../src/platform/ai/errors.ts";
import "../../src/platform/ai_ledger/errors.ts";
import { openAiRoutes } from "../../src/platform/openai_api/routes.ts";
import { createOpenAiApi, type OpenAiApiOptions } from "../../src/platform/openai_api/service.ts";
import { createSafety, parsePolicy } from "../../src/platform/safety/index.ts";
import { bareServer } from "./bare-server.ts";
import type { TestDatabase } from "./database.ts";
import { makeMember } from "./factories.ts";

/** OpenAI's surface on this gateway, with the real safety, over real sockets; and OpenAI's own client for it. Close it after all. */
export async function openAiSurface(t: TestDatabase, ai: OpenAiApiOptions["ai"], features: string[]) {
  const policy = parsePolicy(await readConfigLayers({ PLINTH_CONFIG_DIR: "config" }, "safety"));
  const settings = { event_days: 30, text_days: 30 };
  const safety = createSafety({ db: t.db, policy, keyring: t.keyring, metrics: createMetrics(), settings });
  const server = await bareServer(t, openAiRoutes(createOpenAiApi({ ai, safety, clock: t.clock, features })));
  const member = await makeMember(t);
  // Who calls is made known to the server by the first call.
  await server.call(member, "GET", "/v1/ai/models");
  await server.app.listen({ host: "127.0.0.1", port: 0 });
  const base_url = `http://127.0.0.1:${(server.app.server.address() as AddressInfo).port}/v1/ai`;
  return {
    base_url,
    key: member.user_id,
    workspace_id: member.workspace_id,
    openai: new OpenAI({ apiKey: member.user_id, baseURL: base_url, maxRetries: 0 }),
    /** The status of each safety event so far, by direction. */
    safetyEvents: () =>
      t.sql<{ direction: string; status: string }>(
        "select direction, status from safety.safety_events where workspace_id = $1 order by created_at, id",
        [member.workspace_id],
      ),
    close: async () => {
      server.app.server.closeAllConnections();
      await server.app.close();
    },
  };
}
