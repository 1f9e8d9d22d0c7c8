import Type from "typebox";
import { Compile } from "typebox/compile";
import { type ChatReader, type ChatWire, unsupported, unusable } from "./chat.ts";
import { isRecord } from "./json-rules.ts";
import type { ChatAnswer, ChatEvent, ChatRequest, FinishReason, Message, Part, Usage } from "./port.ts";
import type { ProviderFlags } from "./schema.ts";
import { isStrict, schemaInstruction, schemaName } from "./schema-rules.ts";
import { fittingId } from "./tool-calls.ts";
import { usageOf } from "./usage-rules.ts";

/**
 * OpenAI's chat completions (https://platform.openai.com/docs/api-reference/chat), which many other servers speak, too: the flags say what such a server
 * does not know.
 */
export function openAiChatWire(flags: ProviderFlags = {}): ChatWire {
  return {
    path: () => "/chat/completions",
    body: (request, streaming) => wireRequest(request, streaming, flags),
    answer: readAnswer,
    reader: createReader,
  };
}

function wireRequest(request: ChatRequest, streaming: boolean, flags: ProviderFlags): object {
  const { model, stop, seed, response_schema } = request;
  const { structured_output = "json_schema", stream_options = true } = flags;
  const instructed = response_schema !== undefined && structured_output !== "json_schema";
  const instruction = instructed ? [{ role: "system", content: schemaInstruction(response_schema) }] : [];
  return {
    model,
    messages: [...instruction, ...request.messages.map((message) => wireMessage(message, flags))],
    ...sampling(request, flags),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
    ...wireTools(request),
    ...(response_schema === undefined || structured_output === "none"
      ? {}
      : { response_format: responseFormat(response_schema, structured_output) }),
    stream: streaming,
    // Asked for whoever streams: what a stream used is told in no other way.
    ...(streaming && stream_options ? { stream_options: { include_usage: true } } : {}),
  };
}

/** A model that thinks takes no temperature, and its limit under the name that counts the thinking. */
function sampling(request: ChatRequest, { max_tokens_field }: ProviderFlags): object {
  const { reasoning, temperature, top_p, max_output_tokens } = request;
  const limit = max_tokens_field ?? (reasoning ? "max_completion_tokens" : "max_tokens");
  if (reasoning) return { [limit]: max_output_tokens };
  return { [limit]: max_output_tokens, temperature, ...(top_p === undefined ? {} : { top_p }) };
}

function responseFormat(schema: NonNullable<ChatRequest["response_schema"]>, mode: "json_schema" | "json_object") {
  if (mode === "json_object") return { type: mode };
  return {
    type: mode,
    json_schema: { name: schemaName(schema), schema: schema.schema, strict: isStrict(schema.schema) },
  };
}

function wireTools({ tools, tool_choice }: ChatRequest): object {
  if (tools === undefined || tools.length === 0) return {};
  const named =
    typeof tool_choice === "object" ? { type: "function", function: { name: tool_choice.name } } : tool_choice;
  return {
    tools: tools.map((tool) => ({ type: "function", function: tool })),
    ...(named === undefined ? {} : { tool_choice: named }),
  };
}

function wireMessage(message: Message, flags: ProviderFlags): object {
  if (message.role === "user" && typeof message.content !== "string") {
    return { role: "user", content: message.content.map((part) => wirePart(part, flags)) };
  }
  if (message.role !== "assistant" || message.tool_calls === undefined || message.tool_calls.length === 0) {
    if (message.role === "tool") return { ...message, tool_call_id: fittingId(message.tool_call_id) };
    return { role: message.role, content: message.content };
  }
  return {
    role: "assistant",
    content: message.content === "" ? null : message.content,
    tool_calls: message.tool_calls.map(({ id, name, arguments: text }) => ({
      id: fittingId(id),
      type: "function",
      function: { name, arguments: text },
    })),
  };
}

function wirePart(part: Part, { image_urls = true }: ProviderFlags): object {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "image":
      return { type: "image_url", image_url: { url: `data:${part.media_type};base64,${part.data}` } };
    case "image_url":
      if (!image_urls) throw unsupported("image_url_not_supported");
      return { type: "image_url", image_url: { url: part.url } };
  }
}

const nullable = <T extends Type.TSchema>(schema: T) => Type.Optional(Type.Union([schema, Type.Null()]));
const WireToolCall = Type.Object({
  id: nullable(Type.String()),
  index: Type.Optional(Type.Integer({ minimum: 0 })),
  function: Type.Object({ name: nullable(Type.String()), arguments: nullable(Type.String()) }),
});
const WireContent = Type.Object({
  content: nullable(Type.String()),
  refusal: nullable(Type.String()),
  tool_calls: nullable(Type.Array(WireToolCall)),
});
const wireAnswer = Compile(
  Type.Object({
    model: Type.Optional(Type.String()),
    choices: Type.Array(Type.Object({ message: WireContent, finish_reason: nullable(Type.String()) }), { minItems: 1 }),
    usage: Type.Optional(Type.Unknown()),
  }),
);

function readAnswer(body: unknown, { model }: ChatRequest): ChatAnswer | undefined {
  if (!wireAnswer.Check(body)) return undefined;
  const usage = readUsage(body.usage);
  const [choice] = body.choices;
  if (choice === undefined) return undefined;
  const { content, refusal, tool_calls } = choice.message;
  const isRefused = typeof refusal === "string" && refusal !== "";
  const finish_reason = isRefused ? "content_filter" : finishReason(choice.finish_reason);
  const calls = (tool_calls ?? []).map((call, n) => ({
    id: call.id ?? `call_${n}`,
    name: call.function.name ?? "",
    arguments: call.function.arguments ?? "",
  }));
  const isEmpty = typeof content !== "string" && calls.length === 0;
  // Thinking may use up the whole limit; without any reason an empty answer is a broken one.
  if (isEmpty && finish_reason !== "length" && finish_reason !== "content_filter") throw unusable("no_content", usage);
  return { text: content ?? "", tool_calls: calls, model: body.model ?? model, finish_reason, usage };
}

function finishReason(told: string | null | undefined): FinishReason {
  if (told === "function_call") return "tool_calls";
  return told === "stop" || told === "length" || told === "content_filter" || told === "tool_calls" ? told : "other";
}

/** The usage of a chat completion. What was read from the cache and written to it is part of the prompt, the reasoning part of the completion. */
export function readUsage(told: unknown): Usage | null {
  if (!isRecord(told)) return null;
  const prompt = isRecord(told.prompt_tokens_details) ? told.prompt_tokens_details : {};
  const completion = isRecord(told.completion_tokens_details) ? told.completion_tokens_details : {};
  return usageOf({
    input: told.prompt_tokens,
    cached: prompt.cached_tokens,
    written: prompt.cache_write_tokens,
    output: told.completion_tokens,
    reasoning: completion.reasoning_tokens,
  });
}

const wireChunk = Compile(
  Type.Object({
    model: nullable(Type.String()),
    choices: Type.Array(Type.Object({ delta: Type.Optional(WireContent), finish_reason: nullable(Type.String()) })),
    usage: Type.Optional(Type.Unknown()),
  }),
);

function createReader({ model }: ChatRequest): ChatReader {
  const readCall = createCallReader();
  let isStarted = false;
  let isRefused = false;
  let reason: FinishReason | undefined;
  let usage: Usage | null = null;
  return {
    isLast: (data) => data === "[DONE]",
    ending: () =>
      reason === undefined ? null : { reason: isRefused ? "content_filter" : reason, usage, isOver: false },
    read: (chunk, found) => {
      if (!wireChunk.Check(chunk)) return false;
      if (!isStarted) found({ type: "start", model: chunk.model ?? model });
      isStarted = true;
      // Some servers count in every chunk: the last word holds.
      usage = readUsage(chunk.usage) ?? usage;
      const [choice] = chunk.choices;
      if (choice === undefined) return true;
      const { content, refusal, tool_calls } = choice.delta ?? {};
      if (typeof content === "string" && content !== "") found({ type: "text", text: content });
      if (typeof refusal === "string" && refusal !== "") isRefused = true;
      for (const [n, call] of (tool_calls ?? []).entries()) readCall(call.index ?? n, call, found);
      if (typeof choice.finish_reason === "string") reason = finishReason(choice.finish_reason);
      return true;
    },
  };
}

/** Pieces of tool calls: the first of each bears its id and name, whatever a server repeats. */
function createCallReader() {
  const begun = new Set<number>();
  return (index: number, call: Type.Static<typeof WireToolCall>, found: (event: ChatEvent) => void) => {
    const text = call.function.arguments ?? "";
    if (begun.has(index)) {
      found({ type: "tool_call", index, arguments: text });
      return;
    }
    begun.add(index);
    found({
      type: "tool_call",
      index,
      id: call.id ?? `call_${index}`,
      name: call.function.name ?? "",
      arguments: text,
    });
  };
}
