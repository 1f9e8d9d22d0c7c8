import Type from "typebox";
import { Compile } from "typebox/compile";
import { type ChatReader, type ChatWire, unusable } from "./chat.ts";
import { isRecord } from "./json-rules.ts";
import type { ChatAnswer, ChatEvent, ChatRequest, FinishReason, Message, Part, Usage } from "./port.ts";
import type { ProviderFlags } from "./schema.ts";
import { isClosable, narrowed, schemaInstruction } from "./schema-rules.ts";
import { argumentsOf, fittingId } from "./tool-calls.ts";
import { sumOf, usageOf } from "./usage-rules.ts";

/**
 * Anthropic's messages (https://platform.claude.com/docs/en/api/messages). System messages stand before the conversation, results of tools in the user's turn. It
 * has no seed, which is left out; and since the version 2026-10-21 no temperature and no top_p
 * (https://platform.claude.com/docs/en/api/migration-2026-10-21). Asked for by the old version it gets one of them, and a temperature of 1 at most.
 */
export function anthropicWire({ anthropic_version }: ProviderFlags = {}): ChatWire {
  const isOld = anthropic_version === "2023-06-01";
  return {
    path: () => "/messages",
    body: (request, streaming) => wireRequest(request, streaming, isOld ? sampling(request) : {}),
    answer: readAnswer,
    reader: createReader,
  };
}

function wireRequest(request: ChatRequest, streaming: boolean, sampled: object): object {
  const { model, max_output_tokens, stop, response_schema } = request;
  const told = request.messages.flatMap((message) => (message.role === "system" ? [message.content] : []));
  // What cannot be closed is told in words, and left to the check of the answer.
  const isTold = response_schema !== undefined && !isClosable(response_schema.schema);
  const system = isTold ? [...told, schemaInstruction(response_schema)] : told;
  return {
    model,
    max_tokens: max_output_tokens,
    ...(system.length === 0 ? {} : { system: system.join("\n\n") }),
    messages: wireTurns(request.messages),
    ...sampled,
    ...(stop === undefined || stop.length === 0 ? {} : { stop_sequences: stop }),
    ...wireTools(request),
    ...(response_schema === undefined || isTold
      ? {}
      : { output_config: { format: { type: "json_schema", schema: narrowed(response_schema.schema) } } }),
    stream: streaming,
  };
}

function sampling({ reasoning, temperature, top_p }: ChatRequest): object {
  if (reasoning) return {};
  return top_p === undefined ? { temperature: Math.min(temperature, 1) } : { top_p };
}

function wireTools({ tools, tool_choice }: ChatRequest): object {
  if (tools === undefined || tools.length === 0) return {};
  const choices = { auto: { type: "auto" }, none: { type: "none" }, required: { type: "any" } };
  const choice =
    typeof tool_choice === "object" ? { type: "tool", name: tool_choice.name } : choices[tool_choice ?? "auto"];
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      input_schema: { type: "object", ...parameters },
    })),
    ...(tool_choice === undefined ? {} : { tool_choice: choice }),
  };
}

interface Turn {
  role: "user" | "assistant";
  content: object[];
}

/** Turns alternate: what one side said in several messages is one turn. Empty texts are refused there, and left out here. */
function wireTurns(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    const role = message.role === "assistant" ? "assistant" : "user";
    const content = wireBlocks(message);
    const last = turns.at(-1);
    if (last?.role === role) last.content.push(...content);
    else if (content.length > 0) turns.push({ role, content });
  }
  return turns;
}

function wireBlocks(message: Exclude<Message, { role: "system" }>): object[] {
  switch (message.role) {
    case "user":
      return typeof message.content === "string" ? textBlock(message.content) : message.content.flatMap(wirePart);
    case "tool":
      return [{ type: "tool_result", tool_use_id: fittingId(message.tool_call_id), content: message.content }];
    case "assistant":
      return [
        ...textBlock(message.content),
        ...(message.tool_calls ?? []).map((call) => ({
          type: "tool_use",
          id: fittingId(call.id),
          name: call.name,
          input: argumentsOf(call),
        })),
      ];
  }
}

const textBlock = (text: string) => (text === "" ? [] : [{ type: "text", text }]);

function wirePart(part: Part): object[] {
  switch (part.type) {
    case "text":
      return textBlock(part.text);
    case "image":
      return [{ type: "image", source: { type: "base64", media_type: part.media_type, data: part.data } }];
    case "image_url":
      return [{ type: "image", source: { type: "url", url: part.url } }];
  }
}

const index = Type.Integer({ minimum: 0 });
const WireText = Type.Object({ type: Type.Literal("text"), text: Type.String() });
const WireToolUse = Type.Object({
  type: Type.Literal("tool_use"),
  id: Type.String(),
  name: Type.String(),
  input: Type.Unknown(),
});
const wireText = Compile(WireText);
const wireToolUse = Compile(WireToolUse);
const WireMessage = Type.Object({
  type: Type.Literal("message"),
  model: Type.String(),
  content: Type.Array(Type.Unknown()),
  stop_reason: Type.Union([Type.String(), Type.Null()]),
  usage: Type.Optional(Type.Unknown()),
});
const wireMessage = Compile(WireMessage);

function readAnswer(body: unknown): ChatAnswer | undefined {
  if (!wireMessage.Check(body)) return undefined;
  const usage = readUsage(body.usage);
  const texts = body.content.filter((block) => wireText.Check(block));
  const tool_calls = body.content
    .filter((block) => wireToolUse.Check(block))
    .map(({ id, name, input }) => ({ id, name, arguments: JSON.stringify(input ?? {}) }));
  const finish_reason = finishReason(body.stop_reason);
  // The model may have nothing to add, and then says so: an end without any block.
  if (body.stop_reason === null) throw unusable("no_content", usage);
  return { text: texts.map(({ text }) => text).join(""), tool_calls, model: body.model, finish_reason, usage };
}

const reasons = new Map<string, FinishReason>([
  ["end_turn", "stop"],
  ["stop_sequence", "stop"],
  ["max_tokens", "length"],
  ["model_context_window_exceeded", "length"],
  ["tool_use", "tool_calls"],
  ["refusal", "content_filter"],
]);
const finishReason = (told: string | null): FinishReason => reasons.get(told ?? "") ?? "other";

/** Anthropic's `input_tokens` are those that were neither read from the cache nor written to it: the three together are the input. */
function readUsage(told: unknown): Usage | null {
  if (!isRecord(told)) return null;
  const { input_tokens, cache_read_input_tokens: cached, cache_creation_input_tokens: written, output_tokens } = told;
  const output = isRecord(told.output_tokens_details) ? told.output_tokens_details : {};
  if (typeof input_tokens !== "number") return null;
  return usageOf({
    input: sumOf(input_tokens, cached, written),
    cached,
    written,
    output: output_tokens,
    reasoning: output.thinking_tokens,
  });
}

const wireEvent = Compile(Type.Object({ type: Type.String() }));
const wireStart = Compile(
  Type.Object({ message: Type.Object({ model: Type.String(), usage: Type.Optional(Type.Unknown()) }) }),
);
const wireBlockStart = Compile(Type.Object({ index, content_block: Type.Unknown() }));
const wireBlockStop = Compile(Type.Object({ index }));
const wireBlockDelta = Compile(
  Type.Object({
    index,
    delta: Type.Object({ text: Type.Optional(Type.String()), partial_json: Type.Optional(Type.String()) }),
  }),
);
const wireMessageDelta = Compile(
  Type.Object({
    delta: Type.Object({ stop_reason: Type.Union([Type.String(), Type.Null()]) }),
    usage: Type.Optional(Type.Unknown()),
  }),
);

/** A tool call whose block is open: its place among the calls, and whether a piece of its arguments has come. */
interface OpenCall {
  index: number;
  hasArguments: boolean;
}

function createReader(): ChatReader {
  const calls = new Map<number, OpenCall>();
  let told: Record<string, unknown> = {};
  let reason: FinishReason | undefined;
  let isOver = false;
  return {
    ending: () => (isOver ? { reason: reason ?? "other", usage: readUsage(told), isOver } : null),
    read: (event, found) => {
      if (!wireEvent.Check(event)) return false;
      switch (event.type) {
        case "message_start":
          if (!wireStart.Check(event)) return false;
          told = withTold(told, event.message.usage);
          found({ type: "start", model: event.message.model });
          return true;
        case "content_block_start":
          return wireBlockStart.Check(event) && beginBlock(calls, event.index, event.content_block, found);
        case "content_block_delta":
          if (!wireBlockDelta.Check(event)) return false;
          readDelta(calls.get(event.index), event.delta, found);
          return true;
        case "content_block_stop":
          if (!wireBlockStop.Check(event)) return false;
          endBlock(calls.get(event.index), found);
          return true;
        case "message_delta":
          if (!wireMessageDelta.Check(event)) return false;
          told = withTold(told, event.usage);
          reason = finishReason(event.delta.stop_reason);
          return true;
        case "message_stop":
          isOver = true;
          return true;
        default:
          // `ping`, and what is still to be invented: https://platform.claude.com/docs/en/build-with-claude/streaming
          found({ type: "alive" });
          return true;
      }
    },
  };
}

/** Counts are cumulative: a later one takes the place of the earlier. */
function withTold(told: Record<string, unknown>, later: unknown): Record<string, unknown> {
  const counts = isRecord(later) ? Object.entries(later).filter(([, count]) => count !== null) : [];
  return { ...told, ...Object.fromEntries(counts) };
}

type Found = (event: ChatEvent) => void;

function beginBlock(calls: Map<number, OpenCall>, at: number, block: unknown, found: Found): boolean {
  if (wireToolUse.Check(block)) {
    const call = { index: calls.size, hasArguments: false };
    calls.set(at, call);
    found({ type: "tool_call", index: call.index, id: block.id, name: block.name, arguments: "" });
  } else if (wireText.Check(block) && block.text !== "") found({ type: "text", text: block.text });
  return true;
}

function readDelta(
  call: OpenCall | undefined,
  { text, partial_json }: { text?: string; partial_json?: string },
  found: Found,
): void {
  if (text !== undefined && text !== "") found({ type: "text", text });
  else if (partial_json !== undefined && partial_json !== "" && call !== undefined) {
    call.hasArguments = true;
    found({ type: "tool_call", index: call.index, arguments: partial_json });
  } else found({ type: "alive" });
}

/** A tool without arguments is called with none at all: elsewhere that is an empty object. */
function endBlock(call: OpenCall | undefined, found: Found): void {
  if (call !== undefined && !call.hasArguments) found({ type: "tool_call", index: call.index, arguments: "{}" });
}
