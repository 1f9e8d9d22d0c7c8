import type { Ctx } from "../../core/context.ts";
import type { Logger } from "../../core/logger.ts";
import type { ChatAnswer, ResponseSchema } from "../providers/index.ts";
import { isOverBudget } from "./account.ts";
import type { Answered } from "./attempt.ts";
import type { CompletionCache } from "./cache.ts";
import { beginCall, type Call } from "./call.ts";
import type { EngineOptions, Plan } from "./engine.ts";
import type { Claim, IdempotentCalls } from "./idempotency.ts";
import { type Chat, chatOf, completion, streamedCompletion } from "./operations.ts";
import type { createPlanner } from "./plan.ts";
import type { Completion, CompletionEvent, CompletionInput, CompletionStream } from "./port.ts";
import { redacted, storableText } from "./rules.ts";
import type { WorkspaceAiSettings } from "./settings.ts";
import { followStream, type OpenedStream, type Received, receivedTokens } from "./stream.ts";
import { type Check, judgeAnswer, repairMessages } from "./structured.ts";

/** Work that a caller waits for, and that is waited for at the shutdown. */
export interface Running {
  /** The work's value; the caller's reason when the caller has left, at once where the work goes on without it. */
  forCaller<T>(plan: Plan, work: Promise<T>): Promise<T>;
  track(work: Promise<unknown>): void;
}

interface CompletionsOptions {
  engine: EngineOptions;
  plan: ReturnType<typeof createPlanner>;
  checkerOf(schema: ResponseSchema): Check;
  calls: IdempotentCalls;
  cache: CompletionCache;
  settings: Pick<WorkspaceAiSettings, "logsContent">;
  running: Running;
  logger: Logger;
  onError: (error: unknown) => void;
}

/** Completions, whole and streamed. */
export function createCompletions(options: CompletionsOptions) {
  const { engine, calls, cache, running, onError } = options;
  const checkOf = ({ response_schema }: CompletionInput) => response_schema && options.checkerOf(response_schema);

  /** The key's claim; the first answer when there is one; neither without a key. */
  const claimFor = async (
    ctx: Ctx,
    input: CompletionInput,
    plan: Plan,
    chat: Chat,
  ): Promise<{ claim?: Claim; answer?: Completion }> => {
    const { feature, model, idempotency_key: key } = input;
    if (key === undefined) return {};
    const lease_seconds = Math.ceil(plan.timeout_ms / 1_000) + 60;
    return calls.claim(ctx, { key, asked: { feature, model, chat }, lease_seconds });
  };
  // An answer is paid for: it is not lost because it could not be kept.
  const keep = (claim: Claim | undefined, answer: Completion) => claim?.keep(answer).catch(onError);
  const free = (claim: Claim | undefined) => claim?.free().catch(onError);

  const logContent = async (ctx: Ctx, { feature }: CompletionInput, chat: Chat, answer: Completion) => {
    if (!(await options.settings.logsContent(ctx))) return;
    const { call_id, model, provider } = answer;
    const content = redacted({ messages: chat.messages, text: answer.text });
    options.logger.info({ request_id: ctx.request_id, call_id, feature, provider, model, ...content }, "an AI call");
  };

  const generate = async (ctx: Ctx, plan: Plan, chat: Chat, check: Check | undefined): Promise<Completion> => {
    const call = beginCall(engine, ctx, plan);
    try {
      const operation = completion(chat);
      const first = await call.answer(operation);
      const verdict = judgeAnswer(check, chat, first.answer);
      const isLast = !("problems" in verdict && verdict.is_repairable);
      await first.end(operation.usage(first.answer), { is_last: isLast });
      if (!("problems" in verdict)) return completionOf(call, first, first.answer, verdict.output);
      if (isLast) throw verdict.error;
      const repair = completion({
        ...chat,
        messages: repairMessages(chat.messages, first.answer.text, verdict.problems),
      });
      const second = await call.answer(repair).catch((error: unknown) => {
        throw isOverBudget(error) ? verdict.error : error;
      });
      await second.end(repair.usage(second.answer), { is_last: true });
      const last = judgeAnswer(check, chat, second.answer);
      if ("problems" in last) throw last.error;
      return completionOf(call, second, second.answer, last.output);
    } finally {
      await call.close();
    }
  };

  const cached = async (
    ctx: Ctx,
    input: CompletionInput,
    { plan, chat, check }: { plan: Plan; chat: Chat; check: Check | undefined },
  ): Promise<Completion> => {
    const ttl_seconds = chat.tools === undefined ? plan.settings.cache_seconds : undefined;
    const asked = { feature: plan.feature, models: plan.targets.map(({ model }) => model), chat };
    const found = ttl_seconds === undefined ? undefined : await cache.find(ctx, plan.feature, asked);
    if (found !== undefined) return found;
    const answer = await generate(ctx, plan, chat, check);
    if (ttl_seconds !== undefined) await cache.put(ctx, asked, answer, ttl_seconds);
    await logContent(ctx, input, chat, answer);
    return answer;
  };

  const complete = async (ctx: Ctx, input: CompletionInput): Promise<Completion> => {
    input.signal?.throwIfAborted();
    const plan = options.plan(input, "complete");
    const chat = chatOf(input, plan.settings);
    const check = checkOf(input);
    const work = async () => {
      const { claim, answer: first } = await claimFor(ctx, input, plan, chat);
      if (first !== undefined) return first;
      const answer = await cached(ctx, input, { plan, chat, check }).catch(async (error) => {
        await free(claim);
        throw error;
      });
      await keep(claim, answer);
      return answer;
    };
    return running.forCaller(plan, work());
  };

  const open = async (
    ctx: Ctx,
    input: CompletionInput,
    { plan, chat, claim }: { plan: Plan; chat: Chat; claim: Claim | undefined },
  ): Promise<CompletionStream> => {
    const call = beginCall(engine, ctx, plan);
    const operation = streamedCompletion(chat);
    const check = checkOf(input);
    const answered = await call.answer(operation).catch(async (error) => {
      await call.close();
      await free(claim);
      throw error;
    });
    return followStream({
      call,
      answered,
      caller: input.signal,
      track: running.track,
      estimate: (received) => ({ ...operation.expected.input, output_tokens: receivedTokens(received) }),
      fail: async () => free(claim),
      complete: async (received) => {
        const whole = answerOf(received, answered);
        const verdict = judgeAnswer(check, chat, whole);
        if ("problems" in verdict) {
          await free(claim);
          throw verdict.error;
        }
        const answer = completionOf(call, answered, whole, verdict.output);
        await keep(claim, answer);
        await logContent(ctx, input, chat, answer);
        return answer;
      },
    });
  };

  const stream = async (ctx: Ctx, input: CompletionInput): Promise<CompletionStream> => {
    input.signal?.throwIfAborted();
    const plan = options.plan(input, "stream");
    const chat = chatOf(input, plan.settings);
    checkOf(input);
    const { claim, answer: first } = await claimFor(ctx, input, plan, chat);
    if (first !== undefined) return replay(first);
    return running.forCaller(plan, open(ctx, input, { plan, chat, claim }));
  };

  return { complete, stream };
}

function completionOf(
  call: Call,
  { target }: Pick<Answered<unknown>, "target">,
  { text, tool_calls, model, finish_reason }: Omit<ChatAnswer, "usage">,
  output: unknown,
): Completion {
  return {
    text: storableText(text),
    ...(output === undefined ? {} : { output }),
    tool_calls,
    provider: target.provider.name,
    model,
    finish_reason,
    usage: call.account.usage(),
    cost_pico_usd: call.account.cost_pico_usd(),
    call_id: call.call_id,
    cached: false,
  };
}

function answerOf(received: Received, { target }: Answered<OpenedStream>): ChatAnswer {
  const { texts, calls, model = target.model, finish_reason = "other", usage } = received;
  const tool_calls = [...calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  return { text: texts.join(""), tool_calls, model, finish_reason, usage };
}

/** A first answer as the stream that it was, in one piece. */
function replay(completion: Completion): CompletionStream {
  const events = async function* (): AsyncGenerator<CompletionEvent> {
    if (completion.text !== "") yield { type: "text", text: completion.text };
    for (const [index, call] of completion.tool_calls.entries()) yield { type: "tool_call", index, ...call };
    yield { type: "done", completion };
  };
  const { call_id, provider, model } = completion;
  return { call_id, provider, model, [Symbol.asyncIterator]: events };
}
