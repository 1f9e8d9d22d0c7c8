import type { Ctx } from "../../core/context.ts";
import type { PlinthError } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import { ProviderError } from "../providers/index.ts";
import { type Account, isOverBudget, openAccount } from "./account.ts";
import { type Answered, circuitOf, makeAttempt } from "./attempt.ts";
import type { Entry, Pass } from "./breaker.ts";
import { type Deadline, startDeadline, type Timer } from "./deadline.ts";
import type { EngineOptions, Operation, Plan, Target } from "./engine.ts";
import { aiErrors } from "./errors.ts";
import { nextStep, publicFailure, type Step } from "./rules.ts";

/** A call under way. */
export interface Call {
  call_id: string;
  deadline: Deadline;
  account: Account;
  /**
   * Makes attempts until one is answered: at the first model, at the next, and at the last one again. Throws the public error of the last failure, or the
   * caller's reason. Asked a second time it goes on with the model that answered.
   */
  answer<A>(operation: Operation<A>): Promise<Answered<A>>;
  /** Settles what is not settled, and stops the clock. To be called at the end, whatever happened. */
  close(): Promise<void>;
}

/** Begins a call: nothing is sent before it is asked to `answer`. */
export function beginCall(engine: EngineOptions, ctx: Ctx, plan: Plan): Call {
  const call_id = newId();
  const deadline = startDeadline(engine.timer, plan.timeout_ms, plan.signal);
  const account = openAccount(engine.ledger, ctx, call_id, plan);
  const facts = { ctx, call_id, plan, deadline, account };
  const progress: Progress = { targets: plan.targets, failures: [], here: 0, failure: undefined, error: undefined };
  let attempt = 0;

  const tryAll = async <A>(operation: Operation<A>): Promise<Answered<A>> => {
    progress.here = 0;
    progress.failure = undefined;
    for (;;) {
      plan.signal?.throwIfAborted();
      const [target] = progress.targets;
      if (target === undefined) throw progress.error ?? aiErrors.provider_unavailable();
      const entry = await engine.breaker.enter(circuitOf(target), deadline.remaining_ms() + 1_000);
      if (entry.kind !== "go") {
        await passBy(engine, deadline, plan, progress, entry);
        continue;
      }
      if (!(await hasRoom(engine, account, progress, operation, entry.pass))) continue;
      let step: Step = { kind: "give_up" };
      const isLast = (failure: ProviderError) => {
        step = learn(engine, deadline, progress, failure);
        return step.kind === "give_up" || plan.signal?.aborted === true;
      };
      const { pass } = entry;
      const made = { operation, target, pass, attempt: ++attempt, isLast };
      const result = await makeAttempt(engine, facts, made);
      if (!(result instanceof ProviderError)) return result;
      plan.signal?.throwIfAborted();
      await goOn(engine, deadline, plan, progress, step);
    }
  };

  return {
    call_id,
    deadline,
    account,
    answer: tryAll,
    close: () => {
      deadline.end();
      return account.close();
    },
  };
}

/** How far a call has come. */
interface Progress {
  /** Models still to be asked, the present one first. */
  targets: Target[];
  failures: ProviderError[];
  /** Failures at the present model. */
  here: number;
  /** The last failure of what is asked now, as it is told. */
  failure: PlinthError | undefined;
  /** What to throw when there is nobody left to ask. */
  error: PlinthError | undefined;
}

/** A model that is not to be called now: the next one is, or the last one's pause is waited for. */
async function passBy(
  { retry, random, timer }: EngineOptions,
  deadline: Deadline,
  plan: Plan,
  progress: Progress,
  { kind, retry_ms }: Exclude<Entry, { kind: "go" }>,
): Promise<void> {
  const occurrence = { retry_after: retry_ms / 1_000 };
  progress.error ??= kind === "open" ? aiErrors.provider_unavailable(occurrence) : aiErrors.rate_limited(occurrence);
  const delay_ms = Math.ceil(retry_ms * (1 + random() / 10));
  const isShort = retry_ms <= retry.longest_retry_after_ms && delay_ms < deadline.remaining_ms();
  if (kind === "paused" && isShort && progress.targets.length === 1) return rest(timer, deadline, plan, delay_ms);
  moveOn(progress);
}

/**
 * Room in the budget for what the attempt can cost at most, beside what the call has cost so far. Over budget the cheaper model takes the place of the others,
 * and false is answered: it has a circuit of its own. Without room for that either throws what went wrong before, `ai.budget_exhausted` when nothing did.
 */
async function hasRoom(
  { breaker }: EngineOptions,
  account: Account,
  progress: Progress,
  { expected, rounds = 1 }: Operation<unknown>,
  pass: Pass,
): Promise<boolean> {
  const [target] = progress.targets;
  let isSame = false;
  try {
    progress.targets = await account.reserve(progress.targets, expected.most, rounds);
    isSame = progress.targets[0] === target;
    return isSame;
  } catch (error) {
    // The failure is why there is no answer; the budget only keeps it from being tried again.
    throw isOverBudget(error) ? (progress.failure ?? error) : error;
  } finally {
    if (!isSame && target !== undefined) await breaker.settle(circuitOf(target), pass, { kind: "left" });
  }
}

/** What comes after a failed attempt. */
function learn(
  { retry: policy, random }: EngineOptions,
  deadline: Deadline,
  progress: Progress,
  failure: ProviderError,
): Step {
  progress.failures.push(failure);
  progress.here++;
  progress.failure = publicFailure(failure);
  progress.error = progress.failure;
  const has_next = progress.targets.length > 1;
  const situation = { has_next, remaining_ms: deadline.remaining_ms(), random: random(), policy };
  return nextStep(progress.failures, progress.here, situation);
}

/** Goes to the next model, waits, or ends, which throws. */
async function goOn(
  { timer }: EngineOptions,
  deadline: Deadline,
  plan: Plan,
  progress: Progress,
  step: Step,
): Promise<void> {
  if (step.kind === "give_up") throw progress.error ?? aiErrors.provider_unavailable();
  if (step.kind === "next_model") moveOn(progress);
  else await rest(timer, deadline, plan, step.delay_ms);
}

function moveOn(progress: Progress): void {
  progress.targets = progress.targets.slice(1);
  progress.here = 0;
}

async function rest(timer: Timer, deadline: Deadline, { signal }: Plan, milliseconds: number): Promise<void> {
  await timer.wait(milliseconds, deadline.waiting).catch(() => undefined);
  signal?.throwIfAborted();
  if (deadline.signal.aborted) throw publicFailure(deadline.signal.reason);
}
