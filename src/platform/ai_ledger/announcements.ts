import type { Database } from "../../core/database.ts";
import type { Tx } from "../../core/tables.ts";
import type { Events } from "../events/index.ts";
import { BudgetExhausted, BudgetWarned, platformWorkspace } from "./events.ts";
import { usdOf } from "./rules.ts";
import { announce, type BudgetKey, type Standing } from "./store.ts";

/** Tells of budgets: the mark on the budget and the event commit together, so each is told once. */
export interface Announcements {
  /** Returns at once. What fails is told again with the next call that meets the budget. */
  tell(what: "warned" | "exhausted", budgets: BudgetKey[], request_id: string): void;
  /** Waits for those that are on their way. */
  settled(): Promise<void>;
}

interface AnnouncementsOptions {
  db: Pick<Database, "asSystem">;
  events: Pick<Events, "append">;
  onError: (error: unknown) => void;
}

export function createAnnouncements({ db, events, onError }: AnnouncementsOptions): Announcements {
  const running = new Map<string, Promise<void>>();
  const tellOne = (tx: Tx, what: "warned" | "exhausted", key: BudgetKey, request_id: string) =>
    announce(tx, what === "warned" ? "warned_at" : "exhausted_at", key).then(async (standing) => {
      if (standing === undefined) return;
      const ctx = { workspace_id: key.workspace_id ?? platformWorkspace, request_id };
      await events.append(tx, ctx, what === "warned" ? BudgetWarned : BudgetExhausted, payloadOf(key, standing));
    });
  return {
    tell: (what, budgets, request_id) => {
      for (const key of budgets) {
        const name = `${what} ${JSON.stringify(key)}`;
        // A hundred calls that are refused at once find the same budget.
        if (running.has(name)) continue;
        const told = db.asSystem("AI budget announcement", (tx) => tellOne(tx, what, key, request_id)).catch(onError);
        running.set(name, told);
        void told.then(() => running.delete(name));
      }
    },
    settled: async () => {
      await Promise.all(running.values());
    },
  };
}

function payloadOf({ scope, subject, day }: BudgetKey, standing: Standing) {
  return {
    scope,
    day,
    feature: scope === "feature" || scope === "workspace_feature" ? subject : null,
    user_id: scope === "user" ? subject : null,
    limit_usd: usdOf(standing.limit_pico_usd ?? "0"),
    spent_usd: usdOf(standing.spent_pico_usd),
    reserved_usd: usdOf(standing.reserved_pico_usd),
  };
}
