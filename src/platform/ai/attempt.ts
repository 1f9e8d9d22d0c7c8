import type { Ctx } from "../../core/context.ts";
import type { Logger } from "../../core/logger.ts";
import type { LedgerEntry } from "../ai_ledger/index.ts";
import { ProviderError } from "../providers/index.ts";
import type { Account } from "./account.ts";
import type { Pass } from "./breaker.ts";
import { type Deadline, type Watch, watchAttempt } from "./deadline.ts";
import type { EngineOptions, Operation, Plan, Target } from "./engine.ts";
import { entryOf, factsOf } from "./metering.ts";
import { type Ending, healthOf } from "./rules.ts";
import type { MeteredUsage } from "./schema.ts";

/** An attempt that was answered (a stream: begun) and has not been entered yet. */
export interface Answered<A> {
  answer: A;
  target: Target;
  watch: Watch;
  elapsed_ms(): number;
  /** Enters it: one usage event. `is_last` settles the call with it. */
  end(ending: Ending, options: { is_last: boolean; first_token_ms?: number }): Promise<MeteredUsage>;
}

interface CallFacts {
  ctx: Ctx;
  call_id: string;
  plan: Plan;
  deadline: Deadline;
  account: Account;
}

interface Made<A> {
  operation: Operation<A>;
  target: Target;
  pass: Pass;
  /** From 1. */
  attempt: number;
  /** Whether nothing comes after this failure: then the call is settled with it. */
  isLast(failure: ProviderError): boolean;
}

/** Makes one attempt on the wire. A failed one is entered before it is returned as its error. */
export async function makeAttempt<A>(
  engine: EngineOptions,
  { ctx, call_id, plan, deadline, account }: CallFacts,
  { operation, target, pass, attempt, isLast }: Made<A>,
): Promise<Answered<A> | ProviderError> {
  const began = engine.timer.now();
  const { first_byte_ms, idle_ms } = plan.settings.timeouts;
  const caller = target.drains ? undefined : plan.signal;
  const watch = watchAttempt(engine.timer, { deadline, caller, first_byte_ms, idle_ms });
  const elapsed_ms = () => engine.timer.now() - began;
  const end: Answered<A>["end"] = async (ending, { is_last, first_token_ms = null }) => {
    watch.end();
    const { feature, prompt } = plan;
    const facts = { call_id, attempt, feature, operation: operation.name, target, ending, prompt };
    const { entry, usage } = entryOf({
      ...{ ...facts, expected: operation.expected, latency_ms: elapsed_ms(), first_token_ms },
    });
    const isAnswered = !("error" in ending);
    if (!isAnswered) logFailure(engine.logger, ctx, entry, ending.error);
    engine.count(entry);
    engine.trace?.onAttempt(factsOf(ctx, entry, wireName(target), engine.clock.now()));
    await Promise.all([
      account.enter(entry, { is_last, used: isAnswered ? usage : undefined }),
      engine.breaker.settle(circuitOf(target), pass, isAnswered ? { kind: "success" } : healthOf(ending.error)),
    ]);
    return usage;
  };
  try {
    const answer = await watch.bound(Promise.try(operation.ask, target, watch.options));
    return { answer, target, watch, end, elapsed_ms };
  } catch (error) {
    const failure = failureOf(error);
    await end({ error: failure }, { is_last: isLast(failure) });
    return failure;
  }
}

/** How the circuits name a target. */
export function circuitOf({ model, provider }: Target): { provider: string; model: string } {
  return { provider: provider.name, model };
}

/** The model as the provider knows it. */
export function wireName({ model, settings }: Target): string {
  return settings.wire_name ?? model;
}

/** An adapter that throws anything else has a defect: not tried again, and entered as charged. */
export function failureOf(error: unknown): ProviderError {
  if (error instanceof ProviderError) return error;
  return new ProviderError("bad_response", { retryable: false, reason: "defect", maybe_billed: true, cause: error });
}

/** What the operator must mend (key, credit, model's name) is an error; the rest happens. */
function logFailure(logger: Logger, ctx: Ctx, entry: LedgerEntry, error: ProviderError): void {
  const { code, status, reason, cause } = error;
  const { call_id, attempt, feature, provider, model } = entry;
  const line = { request_id: ctx.request_id, call_id, attempt, feature, provider, model };
  const level = code === "unauthorized" || code === "not_found" || reason === "defect" ? "error" : "warn";
  logger[level]({ ...line, error_code: code, status, reason, err: cause }, "an attempt at an AI provider failed");
}
