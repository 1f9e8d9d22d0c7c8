import { type Clock, systemClock } from "../../core/clock.ts";
import { ConfigError } from "../../core/config.ts";
import type { Ctx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import type { Listener } from "../../core/listener.ts";
import type { Logger } from "../../core/logger.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { RedisClient } from "../../core/redis.ts";
import type { AiLedger } from "../ai_ledger/index.ts";
import type { Audit } from "../audit/index.ts";
import { type BreakerSettings, createBreaker, defaultBreaker, localCircuits } from "./breaker.ts";
import { createCompletionCache } from "./cache.ts";
import { beginCall } from "./call.ts";
import { createCompletions, type Running } from "./completions.ts";
import { systemTimer, type Timer } from "./deadline.ts";
import type { EngineOptions, Operation, Plan } from "./engine.ts";
import { aiErrors } from "./errors.ts";
import { createIdempotentCalls } from "./idempotency.ts";
import { type AttemptTrace, countAttempts } from "./metering.ts";
import { checkInputs, embedding, speaking, transcription } from "./operations.ts";
import { createPlanner, type PlannerOptions } from "./plan.ts";
import type { Ai } from "./port.ts";
import { redisCircuits } from "./redis.ts";
import { defaultRetryPolicy, type RetryPolicy } from "./rules.ts";
import { createWorkspaceAiSettings, type WorkspaceAiSettings } from "./settings.ts";
import { prune } from "./store.ts";
import { unlessGone } from "./stream.ts";
import { createChecker } from "./structured.ts";

/** The gateway as the assembly has it. */
export interface AiGateway extends Ai {
  settings: WorkspaceAiSettings;
  /** Deletes kept answers whose time is over; returns how many. */
  maintain(): Promise<number>;
  /** Waits for the calls that run, those that go on without their caller too. */
  close(): Promise<void>;
}

export interface AiOptions extends PlannerOptions {
  db: Pick<Database, "statement" | "inWorkspace" | "asSystem">;
  listener: Pick<Listener, "on" | "connected" | "onGap">;
  keyring: Keyring;
  audit: Pick<Audit, "record">;
  ledger: AiLedger;
  logger: Logger;
  metrics: Metrics;
  /** Circuits are shared between processes by it; each process has its own without, and while it is away. */
  redis?: RedisClient | undefined;
  retry?: RetryPolicy;
  breaker?: BreakerSettings;
  /** Told of each attempt. */
  trace?: AttemptTrace | undefined;
  clock?: Clock | undefined;
  timer?: Timer;
  /** In [0, 1). */
  random?: () => number;
}

/** Makes the gateway. Throws a ConfigError when a feature has no model whose provider is there. */
export function createAi(options: AiOptions): AiGateway {
  const { catalogue, db, keyring, logger, metrics } = options;
  const isThere = (model: string) => Object.hasOwn(options.providers, catalogue.model(model)?.provider ?? "");
  const silent = catalogue.features().filter((name) => !catalogue.feature(name).models.some(isThere));
  if (silent.length > 0) {
    throw new ConfigError(
      silent.map((name) => `models.yaml: features.${name} has no model whose provider has a key here`),
    );
  }
  const onError = (error: unknown) => logger.warn({ err: error }, "the AI gateway goes on without a part of it");
  const engine = engineOf(options, onError);
  const plan = createPlanner(options);
  const running = createRunning();
  const settings = createWorkspaceAiSettings({ ...options, onError });
  const { complete, stream } = createCompletions({
    ...{ engine, plan, running, settings, logger, onError },
    checkerOf: createChecker(),
    calls: createIdempotentCalls(db, keyring, onError),
    cache: createCompletionCache({ db, keyring, metrics, onError }),
  });

  /** A call of one answer. */
  const ask = <A>(ctx: Ctx, planned: Plan, operation: Operation<A>) => {
    planned.signal?.throwIfAborted();
    const work = async () => {
      const call = beginCall(engine, ctx, planned);
      try {
        const { answer, target, end } = await call.answer(operation);
        const usage = await end(operation.usage(answer), { is_last: true });
        return { answer, told: { model: target.model, provider: target.provider.name, usage, call_id: call.call_id } };
      } finally {
        await call.close();
      }
    };
    return running.forCaller(planned, work());
  };

  return {
    complete,
    stream,
    describeImage: async (ctx, input) => {
      if (input.images.length === 0) throw aiErrors.invalid_request({ detail: "There are no images" });
      return complete(ctx, input);
    },
    embed: async (ctx, { inputs, dimensions, ...asked }) => {
      const planned = plan(asked, "embed");
      checkInputs(inputs, planned.targets);
      const { answer, told } = await ask(ctx, planned, embedding(inputs, dimensions));
      return { vectors: answer.vectors, ...told, model: answer.model };
    },
    speak: async (ctx, { text, voice, format = "mp3", instructions, ...asked }) => {
      const planned = plan(asked, "speak");
      const spoken = voice ?? planned.settings.voice;
      if (spoken === undefined)
        throw aiErrors.invalid_request({ detail: "Neither the call nor the feature names a voice" });
      const request = { text, voice: spoken, format, ...(instructions === undefined ? {} : { instructions }) };
      const { answer, told } = await ask(ctx, planned, speaking(request));
      return { audio: answer.audio, media_type: answer.media_type, ...told };
    },
    transcribe: async (ctx, { audio, media_type, file_name = "audio", language, ...asked }) => {
      const planned = plan(asked, "transcribe");
      const request = { audio, media_type, file_name, ...(language === undefined ? {} : { language }) };
      const { answer, told } = await ask(ctx, planned, transcription(request));
      return { text: answer.text, ...told };
    },
    models: (feature) =>
      catalogue.feature(feature).models.flatMap((name) => {
        const provider = options.providers[catalogue.model(name)?.provider ?? ""];
        return provider === undefined ? [] : [{ name, provider: provider.name }];
      }),
    settings,
    maintain: () => db.asSystem("ai answers that are over", prune),
    close: running.close,
  };
}

function engineOf(options: AiOptions, onError: (error: unknown) => void): EngineOptions {
  const { ledger, logger, metrics, redis, trace, timer = systemTimer, breaker: circuits = defaultBreaker } = options;
  const local = localCircuits(timer, circuits);
  const shared = redis === undefined ? undefined : redisCircuits(redis, circuits);
  return {
    ...{ ledger, logger, timer, trace },
    clock: options.clock ?? systemClock,
    retry: options.retry ?? defaultRetryPolicy,
    random: options.random ?? Math.random,
    breaker: createBreaker({ local, shared, timer, metrics, onError }),
    count: countAttempts(metrics),
  };
}

/** The calls that run. */
function createRunning(): Running & { close(): Promise<void> } {
  const works = new Set<Promise<void>>();
  const track = (work: Promise<unknown>) => {
    const done = () => void works.delete(settled);
    const settled: Promise<void> = work.then(done, done);
    works.add(settled);
  };
  return {
    track,
    forCaller: async ({ targets, signal }, work) => {
      track(work);
      const goesOn = targets.some(({ drains }) => drains);
      try {
        return await unlessGone(work, goesOn ? signal : undefined);
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    },
    close: async () => {
      while (works.size > 0) await Promise.all(works);
    },
  };
}
