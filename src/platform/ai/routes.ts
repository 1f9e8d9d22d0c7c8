import { type Route, route } from "../../core/http/route.ts";
import { AiSettings, AiSettingsChange } from "./schema.ts";
import type { WorkspaceAiSettings } from "./settings.ts";

export function aiRoutes({ settings }: { settings: Pick<WorkspaceAiSettings, "get" | "update"> }): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/ai/settings",
      summary: "What the workspace decided of its AI use",
      auth: "workspace",
      responses: { 200: AiSettings },
      handler: async ({ ctx }) => ({ status: 200, body: await settings.get(ctx) }),
    }),
    route({
      method: "PUT",
      path: "/v1/ai/settings",
      summary: "Decide of the workspace's AI use",
      description:
        "With `log_content` the operator's log holds prompts and answers, without keys; without it, nothing of either. Holds everywhere within a second; audited.",
      auth: "workspace",
      role: "admin",
      own_person: true,
      people_only: true,
      body: AiSettingsChange,
      responses: { 200: AiSettings },
      handler: async ({ ctx, body }) => ({ status: 200, body: await settings.update(ctx, body) }),
    }),
  ];
}
