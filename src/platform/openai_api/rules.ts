import { type FieldError, requestErrors } from "../../core/errors.ts";
import type { Ai } from "../ai/index.ts";
import type { Verdict } from "../safety/index.ts";
import { openAiApiErrors } from "./errors.ts";
import type { ChatBody, ChatMessage, Extension, Usage } from "./schema.ts";

type CompletionInput = Parameters<Ai["complete"]>[1];
type Message = CompletionInput["messages"][number];
type Part = Exclude<Extract<Message, { role: "user" }>["content"], string>[number];
type Completion = Awaited<ReturnType<Ai["complete"]>>;

/** What a parameter may be that is understood and not supported: null and its default change nothing. */
const defaults: Record<string, unknown[]> = {
  audio: [],
  frequency_penalty: [0],
  function_call: [],
  functions: [],
  logit_bias: [{}],
  logprobs: [false],
  modalities: [["text"]],
  moderation: [],
  n: [1],
  parallel_tool_calls: [true],
  prediction: [],
  presence_penalty: [0],
  reasoning_effort: [],
  top_logprobs: [0],
  verbosity: ["medium"],
  web_search_options: [],
};

function refuse(param: string, detail: string): never {
  throw openAiApiErrors.unsupported_parameter({ detail, extensions: { param } });
}

function invalid(pointer: string, detail: string): never {
  const error: FieldError = { pointer, detail };
  throw requestErrors.invalid({ errors: [error] });
}

/** What the gateway is asked, but for feature, model and signal. Throws `openai_api.unsupported_parameter` and `request.invalid`. */
export function completionInputOf(body: ChatBody): Omit<CompletionInput, "feature" | "model" | "signal"> {
  refuseUnsupported(body);
  const max_output_tokens = body.max_completion_tokens ?? body.max_tokens;
  const stop = typeof body.stop === "string" ? [body.stop] : body.stop;
  const response_schema = responseSchemaOf(body.response_format);
  return {
    messages: body.messages.map(messageOf),
    ...given("temperature", body.temperature),
    ...given("top_p", body.top_p),
    ...given("max_output_tokens", max_output_tokens),
    ...given("stop", stop),
    ...given("seed", body.seed),
    ...given("tools", body.tools?.map(toolOf)),
    ...given("tool_choice", toolChoiceOf(body.tool_choice)),
    ...given("response_schema", response_schema),
  };
}

/** The member, unless there is none. */
function given<K extends string, V>(name: K, value: V | null | undefined): { [key in K]?: V } {
  return value == null ? {} : ({ [name]: value } as { [key in K]: V });
}

function refuseUnsupported(body: ChatBody): void {
  for (const [name, values] of Object.entries(defaults)) {
    const value = body[name];
    if (value == null || values.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value))) continue;
    refuse(
      name,
      `Unsupported parameter: '${name}' is not supported here${values.length === 0 ? "" : `, except as ${JSON.stringify(values[0])}`}.`,
    );
  }
  if (body.tool_choice != null && body.tools == null) invalid("/tool_choice", "is only allowed when tools are given");
  if (body.stream_options != null && body.stream !== true) {
    invalid("/stream_options", "is only allowed when stream is true");
  }
}

function toolChoiceOf(choice: ChatBody["tool_choice"]): CompletionInput["tool_choice"] {
  return typeof choice === "object" && choice !== null ? { name: choice.function.name } : (choice ?? undefined);
}

function toolOf({ function: { name, description, parameters } }: NonNullable<ChatBody["tools"]>[number]) {
  return { name, ...given("description", description), parameters: parameters ?? { type: "object", properties: {} } };
}

function responseSchemaOf(format: ChatBody["response_format"]): CompletionInput["response_schema"] {
  if (format == null || format.type === "text") return undefined;
  if (format.type === "json_object") return { name: "object", schema: { type: "object" }, from_client: true };
  if (format.json_schema === undefined) return invalid("/response_format/json_schema", "is required");
  return { name: format.json_schema.name, schema: format.json_schema.schema ?? { type: "object" }, from_client: true };
}

function messageOf(message: ChatMessage, index: number): Message {
  const at = `/messages/${index}`;
  const { role, tool_calls, tool_call_id } = message;
  if (role === "user") return { role, content: userContentOf(message, at) };
  const content = textOf(message, at);
  if (role === "tool") {
    if (tool_call_id === undefined) invalid(`${at}/tool_call_id`, "is required");
    return { role, tool_call_id, content };
  }
  if (role !== "assistant") return { role: "system", content };
  const calls = tool_calls?.map(({ id, function: { name, arguments: text } }) => ({ id, name, arguments: text }));
  return { role, content, ...(calls === undefined || calls.length === 0 ? {} : { tool_calls: calls }) };
}

/** The text of a message that has nothing else; an assistant that called tools may have none. */
function textOf({ role, content, refusal, tool_calls }: ChatMessage, at: string): string {
  if (content == null) {
    if (role === "assistant" && (refusal != null || (tool_calls != null && tool_calls.length > 0)))
      return refusal ?? "";
    invalid(`${at}/content`, "is required");
  }
  if (typeof content === "string") return content;
  return content
    .map((part, n) => {
      if (part.type === "refusal") return part.refusal ?? "";
      if (part.type !== "text") invalid(`${at}/content/${n}/type`, `must be text in a message of the role ${role}`);
      return part.text ?? invalid(`${at}/content/${n}/text`, "is required");
    })
    .join("\n");
}

function userContentOf({ content }: ChatMessage, at: string): string | Part[] {
  if (content == null) invalid(`${at}/content`, "is required");
  return typeof content === "string" ? content : content.map((part, n) => partOf(part, `${at}/content/${n}`));
}

function partOf(part: Exclude<ChatMessage["content"], string | null | undefined>[number], at: string): Part {
  if (part.type === "text") return { type: "text", text: part.text ?? invalid(`${at}/text`, "is required") };
  const param = at
    .slice(1)
    .replaceAll(/\/(\d+)/g, "[$1]")
    .replaceAll("/", ".");
  if (part.type !== "image_url")
    refuse(param, `Unsupported content: parts of the type '${part.type}' are not supported here.`);
  const url = part.image_url?.url ?? invalid(`${at}/image_url`, "is required");
  const [, media_type, data] = /^data:(image\/(?:png|jpeg|gif|webp));base64,([A-Za-z0-9+/]+=*)$/.exec(url) ?? [];
  if (media_type !== undefined && data !== undefined) return { type: "image", media_type, data };
  if (!/^https:\/\//.test(url) || !URL.canParse(url)) {
    invalid(`${at}/image_url/url`, "must be an https URL, or a data URL with a PNG, JPEG, GIF or WebP in base64");
  }
  return { type: "image_url", url };
}

/** How many of a person's turns are looked at together, so that what is split over several is seen. */
const turnsChecked = 10;

/** What the person wrote, the newest last. */
export function textsOfPerson(messages: Message[]): string[] {
  return messages
    .flatMap(({ role, content }) => {
      if (role !== "user") return [];
      if (typeof content === "string") return [content];
      return [content.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n")];
    })
    .filter((text) => text !== "")
    .slice(-turnsChecked);
}

/** How many of the person's messages no answer was given to yet, one at least: those before were checked when they were answered. */
export function unansweredBy(messages: Message[]): number {
  const last = messages.findLastIndex(({ role }) => role === "assistant");
  return Math.max(1, messages.slice(last + 1).filter(({ role }) => role === "user").length);
}

export function usageOf(
  usage: Pick<Completion["usage"], "input_tokens" | "cached_input_tokens" | "output_tokens" | "reasoning_tokens">,
): Usage {
  return {
    prompt_tokens: usage.input_tokens,
    completion_tokens: usage.output_tokens,
    total_tokens: usage.input_tokens + usage.output_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_input_tokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoning_tokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

export const noUsage = usageOf({ input_tokens: 0, cached_input_tokens: 0, output_tokens: 0, reasoning_tokens: 0 });

/** OpenAI knows no other reasons. */
export function finishReasonOf(reason: Completion["finish_reason"]) {
  return reason === "other" ? "stop" : reason;
}

/** A vector as their client asks for it: Float32 in little-endian byte order. */
export function base64Of(vector: number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString("base64");
}

/** What an answer bears beside OpenAI's members. */
export function extensionOf(
  call_id: string | null,
  { status, categories, resources }: Pick<Verdict, "status" | "categories" | "resources">,
): Extension {
  return { call_id, ...(status === "allow" ? {} : { safety: { status, categories, resources } }) };
}

/** What is answered in place of a completion to somebody in danger. */
export function helpText({ message, resources }: Pick<Verdict, "message" | "resources">): string {
  const lines = resources.map(
    ({ name, ...ways }) =>
      `${name}: ${[ways.phone, ways.text, ways.url].filter((way) => way !== undefined).join(", ")}`,
  );
  return [message, ...lines].join("\n");
}

/** What an answer says to a reader: of JSON its texts, because escapes hide where words begin. */
export function spokenIn(text: string): string {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return textsIn(JSON.parse(text)).join("\n");
  } catch {
    return text;
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
