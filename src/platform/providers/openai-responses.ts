import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { type ChatReader, type ChatWire, unsupported, unusable } from "./chat.ts";
import { isRecord } from "./json-rules.ts";
import type { ChatAnswer, ChatEvent, ChatRequest, FinishReason, Message, Part, ToolCall, Usage } from "./port.ts";
import { toldError } from "./refusal-rules.ts";
import { isStrict, schemaName } from "./schema-rules.ts";
import { fittingId } from "./tool-calls.ts";
import { usageOf } from "./usage-rules.ts";

/**
 * OpenAI's Responses API (https://platform.openai.com/docs/api-reference/responses). Nothing is stored there. It has no seed, which is left out, and no stop
 * sequences, which are refused.
 */
export const openAiResponsesWire: ChatWire = {
  path: () => "/responses",
  body: wireRequest,
  answer: readAnswer,
  reader: createReader,
};

function wireRequest(request: ChatRequest, streaming: boolean): object {
  const { model, temperature, top_p, max_output_tokens, reasoning, response_schema } = request;
  if (request.stop !== undefined && request.stop.length > 0) throw unsupported("stop_not_supported");
  return {
    model,
    input: request.messages.flatMap(wireItems),
    max_output_tokens,
    ...(reasoning ? {} : { temperature, ...(top_p === undefined ? {} : { top_p }) }),
    ...wireTools(request),
    ...(response_schema === undefined ? {} : { text: { format: textFormat(response_schema) } }),
    store: false,
    stream: streaming,
  };
}

function textFormat(schema: NonNullable<ChatRequest["response_schema"]>): object {
  return { type: "json_schema", name: schemaName(schema), schema: schema.schema, strict: isStrict(schema.schema) };
}

/** Tools that are not strict have to say so: here, strict is the default. */
function wireTools({ tools, tool_choice }: ChatRequest): object {
  if (tools === undefined || tools.length === 0) return {};
  const choice = typeof tool_choice === "object" ? { type: "function", name: tool_choice.name } : tool_choice;
  return {
    tools: tools.map((tool) => ({ type: "function", ...tool, strict: false })),
    ...(choice === undefined ? {} : { tool_choice: choice }),
  };
}

/** A message is one item, and so is each tool call and each result of one. */
function wireItems(message: Message): object[] {
  switch (message.role) {
    case "system":
      return [{ role: "system", content: message.content }];
    case "user":
      return [{ role: "user", content: userContent(message.content) }];
    case "tool":
      return [{ type: "function_call_output", call_id: fittingId(message.tool_call_id), output: message.content }];
    case "assistant":
      return [
        ...(message.content === "" ? [] : [{ role: "assistant", content: message.content }]),
        ...(message.tool_calls ?? []).map(({ id, name, arguments: text }) => ({
          type: "function_call",
          call_id: fittingId(id),
          name,
          arguments: text,
        })),
      ];
  }
}

const userContent = (content: string | Part[]) => (typeof content === "string" ? content : content.map(wirePart));

function wirePart(part: Part): object {
  if (part.type === "text") return { type: "input_text", text: part.text };
  const image_url = part.type === "image" ? `data:${part.media_type};base64,${part.data}` : part.url;
  return { type: "input_image", image_url, detail: "auto" };
}

const WireContent = Type.Union([
  Type.Object({ type: Type.Literal("output_text"), text: Type.String() }),
  Type.Object({ type: Type.Literal("refusal"), refusal: Type.String() }),
]);
const WireMessage = Type.Object({ type: Type.Literal("message"), content: Type.Array(WireContent) });
const WireCall = Type.Object({
  type: Type.Literal("function_call"),
  call_id: Type.String(),
  name: Type.String(),
  arguments: Type.String(),
});
const WireResponse = Type.Object({
  model: Type.Optional(Type.String()),
  status: Type.Optional(Type.String()),
  output: Type.Array(Type.Unknown()),
  error: Type.Optional(Type.Unknown()),
  incomplete_details: Type.Optional(Type.Unknown()),
  usage: Type.Optional(Type.Unknown()),
});
type WireResponse = Static<typeof WireResponse>;
const wireMessage = Compile(WireMessage);
const wireCall = Compile(WireCall);
const wireResponse = Compile(WireResponse);

function readAnswer(body: unknown, { model }: ChatRequest): ChatAnswer | undefined {
  if (!wireResponse.Check(body)) return undefined;
  if (body.status === "failed") throw toldError({ error: body.error }, false);
  const usage = readUsage(body.usage);
  const contents = body.output.filter((item) => wireMessage.Check(item)).flatMap(({ content }) => content);
  const text = contents.map((content) => (content.type === "output_text" ? content.text : "")).join("");
  const tool_calls = body.output.filter((item) => wireCall.Check(item)).map(toolCall);
  const isRefused = contents.some(({ type }) => type === "refusal");
  const finish_reason = isRefused ? "content_filter" : finishReason(body);
  if (finish_reason === "stop" && contents.length === 0 && tool_calls.length === 0) throw unusable("no_content", usage);
  return { text, tool_calls, model: body.model ?? model, finish_reason, usage };
}

function toolCall({ call_id, name, arguments: text }: Static<typeof WireCall>): ToolCall {
  return { id: call_id, name, arguments: text };
}

function finishReason({ status, incomplete_details }: WireResponse): FinishReason {
  if (status === "completed" || status === undefined) return "stop";
  const reason = isRecord(incomplete_details) ? incomplete_details.reason : undefined;
  if (reason === "max_output_tokens") return "length";
  return reason === "content_filter" ? "content_filter" : "other";
}

/** The usage of a response: what was cached is part of the input, the reasoning part of the output. */
function readUsage(told: unknown): Usage | null {
  if (!isRecord(told)) return null;
  const input = isRecord(told.input_tokens_details) ? told.input_tokens_details : {};
  const output = isRecord(told.output_tokens_details) ? told.output_tokens_details : {};
  return usageOf({
    input: told.input_tokens,
    cached: input.cached_tokens,
    written: input.cache_write_tokens,
    output: told.output_tokens,
    reasoning: output.reasoning_tokens,
  });
}

const wireEvent = Compile(Type.Object({ type: Type.String() }));
const wireDelta = Compile(Type.Object({ delta: Type.String(), output_index: Type.Integer({ minimum: 0 }) }));
const wireItem = Compile(Type.Object({ item: WireCall, output_index: Type.Integer({ minimum: 0 }) }));
const wireWhole = Compile(Type.Object({ response: WireResponse }));

type Found = (event: ChatEvent) => void;

/** By the type of an event: what it says, or false when it has not the shape of one. Whatever is not named here says that the model still works. */
function createReader({ model }: ChatRequest): ChatReader {
  const calls = createCallPieces();
  let ending: ReturnType<ChatReader["ending"]> = null;
  let isRefused = false;
  let hasText = false;
  const end = (event: unknown) => {
    if (!wireWhole.Check(event)) return false;
    const { usage } = event.response;
    const reason = isRefused ? "content_filter" : finishReason(event.response);
    ending = { reason, usage: readUsage(usage), isOver: true };
    return true;
  };
  const readers: Record<string, (event: unknown, found: Found) => boolean> = {
    "response.created": (event, found) => {
      found({ type: "start", model: (wireWhole.Check(event) ? event.response.model : undefined) ?? model });
      return true;
    },
    "response.output_text.delta": (event, found) => {
      if (!wireDelta.Check(event)) return false;
      if (event.delta !== "") found({ type: "text", text: event.delta });
      hasText = true;
      return true;
    },
    "response.refusal.delta": () => {
      isRefused = true;
      return true;
    },
    "response.output_item.added": calls.begin,
    "response.function_call_arguments.delta": calls.goOn,
    "response.failed": (event) => {
      const error = wireWhole.Check(event) ? event.response.error : undefined;
      throw toldError({ error }, hasText || calls.count() > 0);
    },
    "response.completed": end,
    "response.incomplete": end,
  };
  return {
    ending: () => ending,
    read: (event, found) => {
      if (!wireEvent.Check(event)) return false;
      const read = Object.hasOwn(readers, event.type) ? readers[event.type] : undefined;
      if (read !== undefined) return read(event, found);
      found({ type: "alive" });
      return true;
    },
  };
}

/** Tool calls are counted among themselves; on the wire they have their place among all items of the output. */
function createCallPieces() {
  const callAt = new Map<number, number>();
  const indexOf = (output_index: number) => {
    const index = callAt.get(output_index) ?? callAt.size;
    callAt.set(output_index, index);
    return index;
  };
  return {
    count: () => callAt.size,
    /** Of a call its id and name; arguments come in pieces after it. */
    begin: (event: unknown, found: Found) => {
      if (!wireItem.Check(event)) found({ type: "alive" });
      else found({ type: "tool_call", index: indexOf(event.output_index), ...toolCall(event.item) });
      return true;
    },
    goOn: (event: unknown, found: Found) => {
      if (!wireDelta.Check(event)) return false;
      found({ type: "tool_call", index: indexOf(event.output_index), arguments: event.delta });
      return true;
    },
  };
}
