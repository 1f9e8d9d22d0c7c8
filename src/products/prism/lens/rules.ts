import type { ActionStatus, Goal, GoalStatus, SuggestedOutput } from "./schema.ts";

/** From which statuses a goal gets to each: what has ended is begun again before it is anything else. */
const goalMoves: Record<GoalStatus, GoalStatus[]> = {
  active: ["paused", "achieved", "dropped"],
  paused: ["active"],
  achieved: ["active", "paused"],
  dropped: ["active", "paused"],
};

/** From which statuses an action gets to each: what is done or skipped is taken up again first. */
const actionMoves: Record<ActionStatus, ActionStatus[]> = {
  todo: ["doing", "done", "skipped"],
  doing: ["todo", "done", "skipped"],
  done: ["todo", "doing"],
  skipped: ["todo", "doing"],
};

/** The statuses that a goal may have for it to become this, or to stay it. */
export function goalMayComeFrom(to: GoalStatus): GoalStatus[] {
  return [to, ...goalMoves[to]];
}

/** The statuses that an action may have for it to become this, or to stay it. */
export function actionMayComeFrom(to: ActionStatus): ActionStatus[] {
  return [to, ...actionMoves[to]];
}

export function isEnded(status: GoalStatus): boolean {
  return status === "achieved" || status === "dropped";
}

/** What the model reads of a goal. */
export function goalText({ title, why, target_date }: Goal, actions: string[]): string {
  const lines = [`Goal: ${title}`];
  if (why !== null) lines.push(`Why: ${why}`);
  if (target_date !== null) lines.push(`By: ${target_date}`);
  if (actions.length > 0) lines.push(`Actions so far:\n${actions.map((action) => `- ${action}`).join("\n")}`);
  return lines.join("\n");
}

/** The suggestions that are new, at most `count`. */
export function suggestionsOf({ actions }: SuggestedOutput, count: number, known: string[]) {
  const seen = new Set(known.map((title) => title.trim().toLowerCase()));
  const fresh = actions.filter(({ title }) => {
    const key = title.trim().toLowerCase();
    return key !== "" && !seen.has(key) && seen.add(key);
  });
  return fresh.slice(0, count).map(({ title, due_in_days }) => ({ title: title.trim(), due_in_days }));
}

/** A date as a key; without one it comes last. */
export function dueKey(due_date: string | null): string {
  return due_date ?? "infinity";
}

/** Whether a key is one of `dueKey`. */
export function isDueKey(key: string): boolean {
  if (key === "infinity") return true;
  const time = /^[12]\d{3}-\d\d-\d\d$/.test(key) ? Date.parse(key) : Number.NaN;
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(key);
}
