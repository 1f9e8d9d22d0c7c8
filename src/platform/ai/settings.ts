import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import type { Audit } from "../audit/index.ts";
import type { AiSettings } from "./schema.ts";
import { findSettings, putSettings } from "./store.ts";

/** What a workspace decides of its own AI use. */
export interface WorkspaceAiSettings {
  get(ctx: Ctx): Promise<AiSettings>;
  update(ctx: Ctx, change: { log_content: boolean }): Promise<AiSettings>;
  /** Whether prompts and answers may be logged; false when nobody can tell. */
  logsContent(ctx: Ctx): Promise<boolean>;
}

interface SettingsOptions {
  db: Pick<Database, "statement" | "inWorkspace">;
  listener: Pick<Listener, "on" | "connected" | "onGap">;
  audit: Pick<Audit, "record">;
  onError: (error: unknown) => void;
}

export function createWorkspaceAiSettings({ db, listener, audit, onError }: SettingsOptions): WorkspaceAiSettings {
  const kept = createLiveCache<AiSettings>({ listener, tags: (_settings, key) => [`ai_settings:${key}`] });
  listener.on("plinth_changes", kept.forget);
  const get = async (ctx: Ctx): Promise<AiSettings> =>
    (await db.statement(ctx, findSettings)) ?? { log_content: false, updated_at: null };
  return {
    get,
    update: (ctx, { log_content }) =>
      db.inWorkspace(ctx, async (tx) => {
        const settings = await putSettings(tx, { workspace_id: ctx.workspace_id, log_content });
        await audit.record(tx, ctx, { action: "ai.settings_changed", details: { log_content } });
        return settings;
      }),
    logsContent: async (ctx) => {
      try {
        return (await kept.get(ctx.workspace_id, () => get(ctx))).log_content;
      } catch (error) {
        onError(error);
        return false;
      }
    },
  };
}
