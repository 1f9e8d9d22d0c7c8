import { ConfigError } from "../../core/config.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Catalogue } from "./catalogue.ts";
import { type Deadline, startDeadline, systemTimer, type Timer } from "./deadline.ts";
import { aiErrors, ProviderError } from "./errors.ts";
import { createMeter, type Target } from "./metering.ts";
import type { Provider, ProviderAnswer } from "./provider.ts";
import { defaultRetryPolicy, publicFailure, type RetryPolicy, retryDelay, storableText } from "./rules.ts";
import type { FinishReason, Message, MeteredUsage } from "./schema.ts";

/** What a feature asks. Whatever is left out is as `config/models.yaml` says for the feature. */
export interface CompletionInput {
  /** The feature's name, for example `prism.turn`: it chooses the model and stands in usage events and metrics. */
  feature: string;
  messages: Message[];
  /** Another model of the catalogue. */
  model?: string;
  temperature?: number;
  max_output_tokens?: number;
  timeout_ms?: number;
  /** Aborted when nobody waits for the answer any more: the call upstream is cut off. */
  signal?: AbortSignal;
}

export interface Completion {
  text: string;
  provider: string;
  /** As the provider names it, often with a date; usage events bear the catalogue's name. */
  model: string;
  finish_reason: FinishReason;
  usage: MeteredUsage;
  /** The same as in the usage events of this call. */
  call_id: string;
}

/** The door to language models. Features name what they are; which model, which provider and what price stand in the catalogue. */
export interface Ai {
  /**
   * Asks a model, at most three times within one deadline, and enters every attempt as a usage event before it goes on.
   * Never call it in a transaction: it takes seconds, and its usage events must stay when the transaction does not.
   *
   * Throws `ai.rate_limited` (with `retry_after` where the provider named one), `ai.timeout`, `ai.provider_unavailable`,
   * `ai.bad_provider_response`, `ai.content_filtered`, `ai.invalid_request` (also for a model that the catalogue does not have), and
   * the signal's reason when the caller's signal is aborted.
   */
  complete(ctx: Ctx, input: CompletionInput): Promise<Completion>;
}

export interface AiOptions {
  db: Pick<Database, "statement">;
  catalogue: Catalogue;
  /** Under the names that the catalogue's models give. Without a key, the demo provider under each of them. */
  providers: Record<string, Provider>;
  logger: Logger;
  metrics: Metrics;
  /** No call takes longer, whatever the feature says. */
  longest_ms?: number;
  retry?: RetryPolicy;
  timer?: Timer;
  /** In [0, 1). */
  random?: () => number;
}

/** Makes the gateway. Throws a ConfigError when a model of the catalogue has no provider. */
export function createAi(options: AiOptions): Ai {
  const { catalogue, logger, timer = systemTimer, random = Math.random, retry: policy = defaultRetryPolicy } = options;
  const missing = catalogue.providers().filter((name) => !Object.hasOwn(options.providers, name));
  if (missing.length > 0)
    throw new ConfigError([`models.yaml names providers that there are not: ${missing.join(", ")}`]);
  const meter = createMeter(options);

  const attempt = async (
    ctx: Ctx,
    call: Call,
    number: number,
    deadline: Deadline,
  ): Promise<Completion | ProviderError> => {
    const { call_id, feature, target } = call;
    const began = timer.now();
    const ending = await deadline.bound(Promise.try(ask, target, deadline.signal)).catch(failure);
    const entry = { call_id, attempt: number, feature, target, ending, latency_ms: timer.now() - began };
    const usage = await meter(ctx, entry);
    if (!("error" in ending)) return completion(call, ending, usage);
    logFailure(logger, ctx, call, number, ending.error);
    return ending.error;
  };

  const attempts = async (ctx: Ctx, call: Call, deadline: Deadline): Promise<Completion> => {
    const failures: ProviderError[] = [];
    for (;;) {
      const result = await attempt(ctx, call, failures.length + 1, deadline);
      if (!(result instanceof ProviderError)) return result;
      failures.push(result);
      const delay = retryDelay(failures, { remaining_ms: deadline.remaining_ms(), random: random(), policy });
      if (delay === undefined) throw publicFailure(result);
      await timer.wait(delay, deadline.signal).catch(() => undefined);
      if (deadline.signal.aborted) throw publicFailure(result);
    }
  };

  return {
    complete: async (ctx, input) => {
      input.signal?.throwIfAborted();
      const call = planCall(options, input);
      const settings = catalogue.feature(input.feature);
      const timeout_ms = Math.min(
        input.timeout_ms ?? settings.timeout_ms,
        options.longest_ms ?? Number.POSITIVE_INFINITY,
      );
      const deadline = startDeadline(timer, timeout_ms, input.signal);
      try {
        return await attempts(ctx, call, deadline);
      } catch (error) {
        input.signal?.throwIfAborted();
        throw error;
      } finally {
        deadline.end();
      }
    },
  };
}

interface Call {
  call_id: string;
  feature: string;
  target: Target;
}

function planCall({ catalogue, providers }: Pick<AiOptions, "catalogue" | "providers">, input: CompletionInput): Call {
  const feature = catalogue.feature(input.feature);
  const model = input.model ?? feature.model;
  const settings = catalogue.model(model);
  const provider = settings === undefined ? undefined : providers[settings.provider];
  if (settings === undefined || provider === undefined) {
    throw aiErrors.invalid_request({ detail: "There is no model of that name here" });
  }
  const request = {
    model,
    messages: input.messages,
    temperature: input.temperature ?? feature.temperature,
    max_output_tokens: input.max_output_tokens ?? feature.max_output_tokens,
    reasoning: settings.reasoning ?? false,
  };
  return { call_id: newId(), feature: input.feature, target: { request, settings, provider } };
}

function ask({ provider, request }: Target, signal: AbortSignal): Promise<ProviderAnswer> {
  return provider.complete(request, signal);
}

/** An adapter that throws anything else has a defect: not tried again, and entered as charged. */
function failure(error: unknown): { error: ProviderError } {
  if (error instanceof ProviderError) return { error };
  return {
    error: new ProviderError("bad_response", { retryable: false, reason: "defect", maybe_billed: true, cause: error }),
  };
}

function completion({ call_id, target }: Call, answer: ProviderAnswer, usage: MeteredUsage): Completion {
  const { text, model, finish_reason } = answer;
  return { text: storableText(text), provider: target.provider.name, model, finish_reason, usage, call_id };
}

/** What the operator must mend (key, credit, model's name) is an error; the rest happens. */
function logFailure(
  logger: Logger,
  ctx: Ctx,
  { call_id, feature, target }: Call,
  attempt: number,
  error: ProviderError,
): void {
  const { code, status, reason } = error;
  const line = {
    request_id: ctx.request_id,
    call_id,
    attempt,
    feature,
    provider: target.provider.name,
    model: target.request.model,
  };
  const level = code === "unauthorized" || code === "not_found" || reason === "defect" ? "error" : "warn";
  logger[level]({ ...line, error_code: code, status, reason, err: error.cause }, "an attempt at an AI provider failed");
}
