import Type from "typebox";
import { Compile } from "typebox/compile";
import { Closed } from "../../src/core/schema.ts";
import { itemMistake, response, responseEvents, responseRequest } from "./fake-openai-responses.ts";
import {
  type Dialect,
  type FakeAnswer,
  type FakeCall,
  type FakeProvider,
  fakeProvider,
  type Reply,
  sse,
  usualText,
  words,
} from "./fake-provider.ts";

export type { FakeAnswer } from "./fake-provider.ts";

export interface FakeOpenAi extends FakeProvider {
  /** What an OpenAI client takes as its base URL. */
  base_url: string;
}

/**
 * A real HTTP server on loopback that speaks OpenAI's format: chat completions, responses, embeddings and audio. Any key will do, and none, as with servers of one's
 * own.
 */
export async function fakeOpenAi(): Promise<FakeOpenAi> {
  const server = await fakeProvider(openAi);
  return { ...server, base_url: `${server.origin}/v1` };
}

const toolId = Type.String({ minLength: 1, maxLength: 40 });
const Part = Type.Union([
  Closed({ type: Type.Literal("text"), text: Type.String() }),
  Closed({
    type: Type.Literal("image_url"),
    image_url: Closed({ url: Type.String({ pattern: "^(https?://|data:image/)" }) }),
  }),
]);
const Message = Type.Union([
  Closed({ role: Type.Enum(["system", "developer"]), content: Type.String() }),
  Closed({ role: Type.Literal("user"), content: Type.Union([Type.String(), Type.Array(Part, { minItems: 1 })]) }),
  Closed({
    role: Type.Literal("assistant"),
    content: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    tool_calls: Type.Optional(
      Type.Array(
        Closed({
          id: toolId,
          type: Type.Literal("function"),
          function: Closed({ name: Type.String(), arguments: Type.String() }),
        }),
        { minItems: 1 },
      ),
    ),
  }),
  Closed({ role: Type.Literal("tool"), tool_call_id: toolId, content: Type.String() }),
]);
const functionName = Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" });
const ChatRequest = Closed({
  model: Type.String({ minLength: 1 }),
  messages: Type.Array(Message, { minItems: 1 }),
  max_tokens: Type.Optional(Type.Integer({ minimum: 1 })),
  max_completion_tokens: Type.Optional(Type.Integer({ minimum: 1 })),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  stop: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 4 })])),
  seed: Type.Optional(Type.Integer()),
  stream: Type.Optional(Type.Boolean()),
  stream_options: Type.Optional(Closed({ include_usage: Type.Optional(Type.Boolean()) })),
  tools: Type.Optional(
    Type.Array(
      Closed({
        type: Type.Literal("function"),
        function: Closed({
          name: functionName,
          description: Type.Optional(Type.String()),
          parameters: Type.Optional(Type.Object({})),
        }),
      }),
      { minItems: 1 },
    ),
  ),
  tool_choice: Type.Optional(
    Type.Union([
      Type.Enum(["auto", "none", "required"]),
      Closed({ type: Type.Literal("function"), function: Closed({ name: functionName }) }),
    ]),
  ),
  response_format: Type.Optional(
    Type.Union([
      Closed({ type: Type.Literal("json_object") }),
      Closed({
        type: Type.Literal("json_schema"),
        json_schema: Closed({ name: functionName, schema: Type.Object({}), strict: Type.Optional(Type.Boolean()) }),
      }),
    ]),
  ),
});
type ChatRequest = Type.Static<typeof ChatRequest>;
const chatRequest = Compile(ChatRequest);
const embeddingRequest = Compile(
  Closed({
    model: Type.String(),
    input: Type.Union([Type.String({ minLength: 1 }), Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })]),
    dimensions: Type.Optional(Type.Integer({ minimum: 1 })),
    encoding_format: Type.Optional(Type.Enum(["float", "base64"])),
  }),
);
const speechRequest = Compile(
  Closed({
    model: Type.String(),
    input: Type.String({ minLength: 1, maxLength: 4_096 }),
    voice: Type.String({ minLength: 1 }),
    response_format: Type.Optional(Type.Enum(["mp3", "wav", "opus", "aac", "flac", "pcm"])),
    instructions: Type.Optional(Type.String()),
  }),
);
const transcriptionRequest = Compile(
  Closed({
    file: Type.Object({
      name: Type.String({ pattern: "\\.\\w+$" }),
      type: Type.String(),
      size: Type.Integer({ minimum: 1 }),
    }),
    model: Type.String({ minLength: 1 }),
    language: Type.Optional(Type.String({ pattern: "^[a-z]{2}$" })),
    response_format: Type.Optional(Type.Literal("json")),
  }),
);

/** What is asked for: the end of the path. */
const endpoint = ({ path }: FakeCall) => /^\/v1(\/[a-z/]+)/.exec(path)?.[1];

const openAi: Dialect = {
  refuse: (call) => {
    const mistake = mistakeOf(call);
    if (mistake === undefined) return undefined;
    if (mistake === "unknown path") return { status: 404, body: refusal("Invalid URL", "invalid_request_error", null) };
    return { status: 400, body: refusal(mistake, "invalid_request_error", "invalid_value") };
  },
  answer: (call, how): Reply => {
    switch (endpoint(call)) {
      case "/responses":
        return { body: response(call, how) };
      case "/embeddings":
        return { body: embeddings(call, how) };
      case "/audio/speech":
        return { body: how.audio ?? Buffer.from("ID3 fake audio"), headers: { "content-type": "audio/mpeg" } };
      case "/audio/transcriptions":
        return { body: { text: how.text ?? usualText, ...withUsage(how, { type: "duration", seconds: 3.5 }) } };
      default:
        return { body: completion(call, how) };
    }
  },
  events: (call, how) => {
    if (call.body.stream !== true) return undefined;
    return endpoint(call) === "/responses" ? responseEvents(call, how) : chunks(call, how);
  },
  error: (
    call,
    error = { message: "The server had an error", type: "server_error", param: null, code: "server_error" },
  ) =>
    // The type of a response's event is that of events.
    endpoint(call) === "/responses" ? sse({ ...error, type: "error", sequence_number: 9 }, "error") : sse({ error }),
};

const refusal = (message: string, type: string, code: string | null) => ({
  error: { message, type, param: null, code },
});

function mistakeOf(call: FakeCall): string | undefined {
  switch (endpoint(call)) {
    case "/chat/completions":
      return chatRequest.Check(call.body) ? chatMistake(call.body) : first(chatRequest.Errors(call.body));
    case "/responses": {
      if (!responseRequest.Check(call.body)) return first(responseRequest.Errors(call.body));
      const format = call.body.text?.format;
      return (
        thinkingMistake(call.body) ??
        itemMistake(call.body) ??
        (format?.strict === false ? undefined : strictMistake(format?.schema))
      );
    }
    case "/embeddings":
      return first(embeddingRequest.Errors(call.body));
    case "/audio/speech":
      return first(speechRequest.Errors(call.body));
    case "/audio/transcriptions":
      return first(transcriptionRequest.Errors(call.body));
    default:
      return "unknown path";
  }
}

function first(errors: Iterable<{ instancePath: string; message: string }>): string | undefined {
  const [error] = errors;
  return error === undefined ? undefined : `${error.instancePath}: ${error.message}`;
}

function chatMistake(body: ChatRequest): string | undefined {
  if (body.stream_options !== undefined && body.stream !== true)
    return "stream_options is only allowed when stream is enabled";
  if (body.max_tokens !== undefined && body.max_completion_tokens !== undefined)
    return "max_tokens and max_completion_tokens cannot both be set";
  if (body.tool_choice !== undefined && body.tools === undefined)
    return "tool_choice is only allowed when tools are specified";
  const format = body.response_format;
  if (format?.type === "json_object" && !/json/i.test(JSON.stringify(body.messages)))
    return "messages must contain the word json";
  const strict =
    format?.type === "json_schema" && format.json_schema.strict === true ? format.json_schema.schema : undefined;
  return thinkingMistake(body) ?? toolMistake(body.messages) ?? strictMistake(strict);
}

/** Models that think take neither a temperature nor the old name of the limit. */
function thinkingMistake(body: { model: string; temperature?: number; max_tokens?: number }): string | undefined {
  if (!/^(o\d|gpt-5)/.test(body.model)) return undefined;
  if (body.temperature !== undefined) return "Unsupported parameter: 'temperature'";
  return body.max_tokens === undefined ? undefined : "Unsupported parameter: 'max_tokens'; use 'max_completion_tokens'";
}

/** Each call of a tool is followed by its result, before anybody says anything else. */
function toolMistake(messages: ChatRequest["messages"]): string | undefined {
  const open = new Set<string>();
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.delete(message.tool_call_id))
        return "messages with role 'tool' must be a response to a preceding message with 'tool_calls'";
    } else if (open.size > 0) return "An assistant message with 'tool_calls' must be followed by tool messages";
    if (message.role === "assistant") for (const { id } of message.tool_calls ?? []) open.add(id);
    if (message.role === "assistant" && message.tool_calls === undefined && typeof message.content !== "string")
      return "content is required";
  }
  return open.size === 0 ? undefined : "An assistant message with 'tool_calls' must be followed by tool messages";
}

function strictMistake(schema: unknown): string | undefined {
  if (typeof schema !== "object" || schema === null) return undefined;
  const { type, properties, required, additionalProperties } = schema as Record<string, unknown>;
  if (type === "object") {
    if (additionalProperties !== false) return "'additionalProperties' is required to be supplied and to be false";
    const names = Object.keys(properties ?? {});
    if (!names.every((name) => Array.isArray(required) && required.includes(name)))
      return "'required' must include every key in properties";
  }
  for (const member of Object.values(schema)) {
    const mistake = strictMistake(member);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

function withUsage({ usage }: FakeAnswer, usual: object): { usage?: object | null } {
  return usage === "missing" ? {} : { usage: usage === undefined ? usual : usage };
}

const usualUsage = { prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 };
const textOf = ({ text, tool_calls, refusal: no }: FakeAnswer) =>
  text ?? (tool_calls === undefined && no === undefined ? usualText : "");
const finishReason = ({ finish_reason, tool_calls }: FakeAnswer) =>
  finish_reason ?? (tool_calls === undefined ? "stop" : "tool_calls");
const head = (call: FakeCall, how: FakeAnswer) => ({
  created: 1_767_225_600,
  model: how.model ?? `${call.body.model}-2026-01-01`,
});

function completion(call: FakeCall, how: FakeAnswer): object {
  const text = textOf(how);
  const tool_calls = how.tool_calls?.map(({ id = "call_fake", name, pieces }) => ({
    id,
    type: "function",
    function: { name, arguments: pieces.join("") },
  }));
  const isSilent = text === "" && (tool_calls !== undefined || how.refusal !== undefined);
  return {
    id: "chatcmpl-fake",
    object: "chat.completion",
    ...head(call, how),
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: isSilent ? null : text,
          refusal: how.refusal ?? null,
          ...(tool_calls && { tool_calls }),
        },
        logprobs: null,
        finish_reason: finishReason(how),
      },
    ],
    ...withUsage(how, usualUsage),
  };
}

/** https://platform.openai.com/docs/api-reference/chat-streaming: usage comes after the end, in a chunk without choices, and only to whom asked for it. */
function chunks(call: FakeCall, how: FakeAnswer): string[] {
  const options = call.body.stream_options as { include_usage?: boolean } | undefined;
  const isCounted = options?.include_usage === true;
  const told = isCounted ? withUsage(how, usualUsage) : {};
  const waiting = isCounted && how.usage !== "missing" ? { usage: null } : {};
  const chunk = (choices: object[], usage: object) =>
    sse({ id: "chatcmpl-fake", object: "chat.completion.chunk", ...head(call, how), choices, ...usage });
  const choice = (delta: object, finish_reason: string | null = null) =>
    chunk([{ index: 0, delta, logprobs: null, finish_reason }], waiting);
  return [
    choice({ role: "assistant", content: "", refusal: null }),
    ...words(textOf(how)).map((content) => choice({ content })),
    ...words(how.refusal ?? "").map((piece) => choice({ refusal: piece })),
    ...(how.tool_calls ?? []).flatMap(({ id = "call_fake", name, pieces }, index) => [
      choice({ tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] }),
      ...pieces.map((piece) => choice({ tool_calls: [{ index, function: { arguments: piece } }] })),
    ]),
    choice({}, finishReason(how)),
    ...("usage" in told ? [chunk([], told)] : []),
    sse("[DONE]"),
  ];
}

function embeddings({ body }: FakeCall, how: FakeAnswer): object {
  const inputs = Array.isArray(body.input) ? body.input : [body.input];
  const vectors = how.vectors ?? inputs.map((_, n) => [n, 0.5, -0.25]);
  const written = (vector: number[]) =>
    body.encoding_format === "base64" ? Buffer.from(new Float32Array(vector).buffer).toString("base64") : vector;
  return {
    object: "list",
    data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: written(vector) })),
    model: how.model ?? body.model,
    ...withUsage(how, { prompt_tokens: 8, total_tokens: 8 }),
  };
}
