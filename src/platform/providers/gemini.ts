import { randomBytes } from "node:crypto";
import Type, { type Static } from "typebox";
import { Compile } from "typebox/compile";
import { type ChatReader, type ChatWire, unsupported, unusable } from "./chat.ts";
import { isRecord, parseJson } from "./json-rules.ts";
import type { ChatAnswer, ChatRequest, FinishReason, Message, Part, ToolCall, Usage } from "./port.ts";
import { argumentsOf } from "./tool-calls.ts";
import { sumOf, usageOf } from "./usage-rules.ts";

/**
 * Google's generateContent and streamGenerateContent (https://ai.google.dev/api/generate-content). System messages stand before the conversation; images come
 * as bytes, as an address would need a media type that nobody knows.
 */
export const geminiWire: ChatWire = {
  path: ({ model }, streaming) =>
    `${modelPath(model)}:${streaming ? "streamGenerateContent?alt=sse" : "generateContent"}`,
  body: wireRequest,
  answer: readAnswer,
  reader: createReader,
};

/** The whole name of a model: `models/gemini-2.5-flash`, or with another kind in front as it was given: `tunedModels/mine`. */
export function modelName(model: string): string {
  return model.includes("/") ? model : `models/${model}`;
}

export function modelPath(model: string): string {
  return `/${modelName(model).split("/").map(encodeURIComponent).join("/")}`;
}

function wireRequest(request: ChatRequest): object {
  const system = request.messages.flatMap((message) => (message.role === "system" ? [{ text: message.content }] : []));
  return {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system } }),
    contents: wireContents(request),
    ...wireTools(request),
    generationConfig: generationConfig(request),
  };
}

function generationConfig(request: ChatRequest): object {
  const { reasoning, temperature, top_p, max_output_tokens, stop, seed, response_schema } = request;
  return {
    maxOutputTokens: max_output_tokens,
    ...(reasoning ? {} : { temperature, ...(top_p === undefined ? {} : { topP: top_p }) }),
    ...(stop === undefined || stop.length === 0 ? {} : { stopSequences: stop }),
    ...(seed === undefined ? {} : { seed }),
    ...(response_schema === undefined
      ? {}
      : { responseMimeType: "application/json", responseJsonSchema: response_schema.schema }),
  };
}

function wireTools({ tools, tool_choice }: ChatRequest): object {
  if (tools === undefined || tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    parametersJsonSchema: parameters,
  }));
  const modes = { auto: "AUTO", none: "NONE", required: "ANY" };
  const functionCallingConfig =
    typeof tool_choice === "object"
      ? { mode: "ANY", allowedFunctionNames: [tool_choice.name] }
      : { mode: modes[tool_choice ?? "auto"] };
  return {
    tools: [{ functionDeclarations }],
    ...(tool_choice === undefined ? {} : { toolConfig: { functionCallingConfig } }),
  };
}

interface Content {
  role: "user" | "model";
  parts: object[];
}

/** Turns alternate: the results of tools that were called together are one turn of the user. */
function wireContents({ messages, reasoning }: ChatRequest): Content[] {
  const names = new Map<string, string>();
  const contents: Content[] = [];
  for (const message of messages) {
    if (message.role === "system") continue;
    if (message.role === "assistant") for (const { id, name } of message.tool_calls ?? []) names.set(id, name);
    const role = message.role === "assistant" ? "model" : "user";
    const parts = wireParts(message, names, reasoning);
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else if (parts.length > 0) contents.push({ role, parts });
  }
  return contents;
}

function wireParts(
  message: Exclude<Message, { role: "system" }>,
  names: ReadonlyMap<string, string>,
  reasoning: boolean,
): object[] {
  switch (message.role) {
    case "user":
      return typeof message.content === "string" ? textPart(message.content) : message.content.flatMap(wirePart);
    case "tool": {
      const id = message.tool_call_id;
      const name = names.get(id) ?? "unknown";
      return [{ functionResponse: { ...givenId(id), name, response: responseOf(message.content) } }];
    }
    case "assistant":
      return [
        ...textPart(message.content),
        ...(message.tool_calls ?? []).map((call, n) => ({
          functionCall: { ...givenId(call.id), name: call.name, args: argumentsOf(call) },
          ...signature(call.id, reasoning && n === 0),
        })),
      ];
  }
}

const textPart = (text: string) => (text === "" ? [] : [{ text }]);

function wirePart(part: Part): object[] {
  switch (part.type) {
    case "text":
      return textPart(part.text);
    case "image":
      return [{ inlineData: { mimeType: part.media_type, data: part.data } }];
    case "image_url":
      throw unsupported("image_url_not_supported");
  }
}

/** A tool's result has to be an object there. */
function responseOf(content: string): object {
  const value = parseJson(content);
  return isRecord(value) ? value : { output: content };
}

// A tool call's id here holds what Gemini wants back with the call: its own id, where it gave one, and the signature of the thought that led to the call, without
// which a thinking model refuses the conversation (https://ai.google.dev/gemini-api/docs/thought-signatures). To everybody else it is a word without a meaning.
const separator = "~";
const ownPrefix = "plinth_";

function callId({ id, thoughtSignature }: { id?: string; thoughtSignature?: string }): string {
  const given = id === undefined || id === "" ? `${ownPrefix}${randomBytes(12).toString("base64url")}` : id;
  return thoughtSignature === undefined ? given : `${given}${separator}${thoughtSignature}`;
}

function givenId(call_id: string): { id?: string } {
  const [id = ""] = call_id.split(separator);
  return id.startsWith(ownPrefix) ? {} : { id };
}

/** `isNeeded`: a call that another model made has no signature, and the first of a turn must have one; this word is Google's for that case. */
function signature(call_id: string, isNeeded: boolean): { thoughtSignature?: string } {
  const at = call_id.indexOf(separator);
  if (at >= 0) return { thoughtSignature: call_id.slice(at + 1) };
  return isNeeded ? { thoughtSignature: "skip_thought_signature_validator" } : {};
}

const WirePart = Type.Object({
  text: Type.Optional(Type.String()),
  thought: Type.Optional(Type.Boolean()),
  thoughtSignature: Type.Optional(Type.String()),
  functionCall: Type.Optional(
    Type.Object({
      id: Type.Optional(Type.String()),
      name: Type.String(),
      args: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    }),
  ),
});
const WireAnswer = Type.Object({
  candidates: Type.Optional(
    Type.Array(
      Type.Object({
        content: Type.Optional(Type.Object({ parts: Type.Optional(Type.Array(WirePart)) })),
        finishReason: Type.Optional(Type.String()),
      }),
    ),
  ),
  promptFeedback: Type.Optional(Type.Object({ blockReason: Type.Optional(Type.String()) })),
  modelVersion: Type.Optional(Type.String()),
  usageMetadata: Type.Optional(Type.Unknown()),
});
type WireAnswer = Static<typeof WireAnswer>;
const wireAnswer = Compile(WireAnswer);

/** What one answer, or one piece of a streamed one, holds. */
interface Piece {
  text: string;
  tool_calls: ToolCall[];
  finish_reason: FinishReason | undefined;
  usage: Usage | null;
}

function readPiece(body: WireAnswer): Piece {
  const candidate = body.candidates?.[0];
  const parts = candidate?.content?.parts ?? [];
  const isBlocked = body.promptFeedback?.blockReason !== undefined;
  return {
    text: parts.map(({ text, thought }) => (thought === true ? "" : (text ?? ""))).join(""),
    tool_calls: parts.flatMap(({ functionCall, thoughtSignature }) =>
      functionCall === undefined
        ? []
        : [
            {
              id: callId({ id: functionCall.id, thoughtSignature }),
              name: functionCall.name,
              arguments: JSON.stringify(functionCall.args ?? {}),
            },
          ],
    ),
    finish_reason: isBlocked ? "content_filter" : finishReason(candidate?.finishReason),
    usage: readUsage(body.usageMetadata),
  };
}

const filters: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
  "IMAGE_PROHIBITED_CONTENT",
  "IMAGE_RECITATION",
]);

function finishReason(told: string | undefined): FinishReason | undefined {
  if (told === undefined || told === "FINISH_REASON_UNSPECIFIED") return undefined;
  if (told === "STOP") return "stop";
  if (told === "MAX_TOKENS") return "length";
  return filters.has(told) ? "content_filter" : "other";
}

/** Gemini's thoughts stand beside the candidates, what tools brought beside the prompt; what was cached is part of the prompt. */
function readUsage(told: unknown): Usage | null {
  if (!isRecord(told) || typeof told.promptTokenCount !== "number") return null;
  return usageOf({
    input: sumOf(told.promptTokenCount, told.toolUsePromptTokenCount),
    cached: told.cachedContentTokenCount,
    // A blocked prompt has neither.
    output: sumOf(0, told.candidatesTokenCount, told.thoughtsTokenCount),
    reasoning: told.thoughtsTokenCount,
  });
}

function readAnswer(body: unknown, { model }: ChatRequest): ChatAnswer | undefined {
  if (!wireAnswer.Check(body)) return undefined;
  const { text, tool_calls, finish_reason, usage } = readPiece(body);
  if (finish_reason === undefined && text === "" && tool_calls.length === 0) throw unusable("no_content", usage);
  return { text, tool_calls, model: body.modelVersion ?? model, finish_reason: finish_reason ?? "other", usage };
}

/** Every piece of a stream is an answer of its own; the end is that of the connection. */
function createReader({ model }: ChatRequest): ChatReader {
  let isStarted = false;
  let calls = 0;
  let reason: FinishReason | undefined;
  let usage: Usage | null = null;
  return {
    ending: () => (reason === undefined ? null : { reason, usage, isOver: false }),
    read: (body, found) => {
      if (!wireAnswer.Check(body)) return false;
      if (!isStarted) found({ type: "start", model: body.modelVersion ?? model });
      isStarted = true;
      const piece = readPiece(body);
      usage = piece.usage ?? usage;
      reason = piece.finish_reason ?? reason;
      if (piece.text !== "") found({ type: "text", text: piece.text });
      else if (piece.tool_calls.length === 0) found({ type: "alive" });
      for (const call of piece.tool_calls) found({ type: "tool_call", index: calls++, ...call });
      return true;
    },
  };
}
