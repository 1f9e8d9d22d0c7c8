import type { BudgetLimits, BudgetScope } from "./schema.ts";

/** The scopes in the order in which they refuse. */
export const budgetScopes = ["feature", "workspace", "workspace_feature", "user"] as const satisfies BudgetScope[];

/** US dollars as a decimal, exactly: 5615000000 pico-USD are `0.005615`. Takes whole pico-USD of any size, as PostgreSQL writes a numeric. */
export function usdOf(pico_usd: string): string {
  const isNegative = pico_usd.startsWith("-");
  const digits = pico_usd.replace("-", "").split(".")[0] ?? "0";
  const padded = digits.padStart(13, "0");
  const fraction = padded.slice(-12).replace(/0+$/, "");
  const whole = padded.slice(0, -12).replace(/^0+(?=\d)/, "");
  return `${isNegative ? "-" : ""}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}

/** Seconds until the next day begins in UTC. */
export function secondsToNextDay(now: Date): number {
  return (Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1) - now.getTime()) / 1_000;
}

/** The day in UTC: `2026-11-21`. */
export function dayOf(now: Date): string {
  return now.toISOString().slice(0, 10);
}

/** The limits that there are; undefined when there are none. A limit is whole pico-USD. */
export function limitsGiven(limits: BudgetLimits, user_id: string | undefined): BudgetLimits | undefined {
  const given = budgetScopes.flatMap((scope) => {
    const limit = limits[scope];
    return limit === undefined || (scope === "user" && user_id === undefined)
      ? []
      : [[scope, Math.floor(limit)] as const];
  });
  return given.length === 0 ? undefined : Object.fromEntries(given);
}

/** Whose budget it is within its scope: the feature's name, the person's id, or nothing for the workspace. */
export function subjectOf(scope: BudgetScope, call: { feature: string; user_id: string | undefined }): string {
  if (scope === "workspace") return "";
  return scope === "user" ? (call.user_id ?? "") : call.feature;
}

/**
 * The first budget that has no room for the amount whatever is given back: what is known to be spent in it is never more than what is, and never
 * falls within the day.
 */
export function surelyFull(
  limits: BudgetLimits,
  amount_pico_usd: number,
  spentAtLeast: (scope: BudgetScope) => number | undefined,
): { scope: BudgetScope; limit: number; spent: number } | undefined {
  for (const scope of budgetScopes) {
    const limit = limits[scope];
    const spent = limit === undefined ? undefined : spentAtLeast(scope);
    if (limit !== undefined && spent !== undefined && spent + amount_pico_usd > limit) return { scope, limit, spent };
  }
  return undefined;
}
