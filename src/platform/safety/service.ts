import { type Ctx, userOf } from "../../core/context.ts";
import { hmac, type Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import { safetyErrors } from "./errors.ts";
import { compilePolicy, evaluate, resourcesFor } from "./rules.ts";
import type { Resource, SafetyPolicy, SafetyStatus } from "./schema.ts";
import { insertSafetyEvent } from "./store.ts";

/** What the precheck says of a text. */
export interface Verdict {
  status: SafetyStatus;
  categories: string[];
  rule_ids: string[];
  /** Who helps; empty when nothing was found. */
  resources: Resource[];
}

export interface Safety {
  /**
   * Checks what a person wrote (the last turns, the newest last) before anything is generated from it. What is found is recorded, without
   * the text, and committed before this returns; throws `safety.unavailable` when it cannot be. `crisis` means: generate nothing, show
   * the resources. `caution` means: go on with care, and offer them. Never call it in a transaction.
   */
  precheck(ctx: Ctx, input: { feature: string; texts: string[]; locale: string }): Promise<Verdict>;
}

interface SafetyOptions {
  db: Pick<Database, "statement">;
  policy: SafetyPolicy;
  keyring: Keyring;
  metrics: Pick<Metrics, "counter">;
}

export function createSafety({ db, policy, keyring, metrics }: SafetyOptions): Safety {
  const compiled = compilePolicy(policy);
  const key = keyring.derive("safety:content");
  const checked = metrics.counter("plinth_safety_prechecks_total", "Texts checked, by what was found", [
    "feature",
    "status",
  ]);
  return {
    precheck: async (ctx, { feature, texts, locale }) => {
      const { status, rule_ids, categories } = evaluate(compiled, texts);
      checked({ feature, status });
      if (status === "allow") return { status, categories, rule_ids, resources: [] };
      const event = {
        id: newId(),
        workspace_id: ctx.workspace_id,
        user_id: userOf(ctx) ?? null,
        feature,
        status,
        categories,
        rule_ids,
        policy_version: compiled.version,
        locale,
        content_hash: hmac(key, texts.join("\n")),
        request_id: ctx.request_id,
      };
      await db
        .statement(ctx, (tx) => insertSafetyEvent(tx, event))
        .catch((cause) => {
          throw safetyErrors.unavailable({ retry_after: 1, cause });
        });
      return { status, categories, rule_ids, resources: resourcesFor(compiled.resources, locale) };
    },
  };
}
