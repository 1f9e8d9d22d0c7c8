import Type from "typebox";
import { Compile } from "typebox/compile";
import { Closed } from "../../src/core/schema.ts";
import { type FakeAnswer, type FakeCall, sse, usualText, words } from "./fake-provider.ts";

const InputPart = Type.Union([
  Closed({ type: Type.Literal("input_text"), text: Type.String() }),
  Closed({
    type: Type.Literal("input_image"),
    image_url: Type.String({ pattern: "^(https?://|data:image/)" }),
    detail: Type.Enum(["auto", "low", "high"]),
  }),
]);
const callId = Type.String({ minLength: 1, maxLength: 64 });
const Item = Type.Union([
  Closed({
    type: Type.Optional(Type.Literal("message")),
    role: Type.Enum(["user", "assistant", "system", "developer"]),
    content: Type.Union([Type.String(), Type.Array(InputPart, { minItems: 1 })]),
  }),
  Closed({ type: Type.Literal("function_call"), call_id: callId, name: Type.String(), arguments: Type.String() }),
  Closed({ type: Type.Literal("function_call_output"), call_id: callId, output: Type.String() }),
]);
const Format = Closed({
  type: Type.Literal("json_schema"),
  name: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" }),
  schema: Type.Object({}),
  strict: Type.Optional(Type.Boolean()),
});

/** A request for a response as OpenAI takes it (https://platform.openai.com/docs/api-reference/responses/create), without what has no use here. */
export const ResponseRequest = Closed({
  model: Type.String({ minLength: 1 }),
  input: Type.Union([Type.String(), Type.Array(Item, { minItems: 1 })]),
  max_output_tokens: Type.Optional(Type.Integer({ minimum: 1 })),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
  top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  tools: Type.Optional(
    Type.Array(
      Closed({
        type: Type.Literal("function"),
        name: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,64}$" }),
        description: Type.Optional(Type.String()),
        parameters: Type.Object({}),
        strict: Type.Boolean(),
      }),
    ),
  ),
  tool_choice: Type.Optional(
    Type.Union([
      Type.Enum(["auto", "none", "required"]),
      Closed({ type: Type.Literal("function"), name: Type.String() }),
    ]),
  ),
  text: Type.Optional(Closed({ format: Format })),
  store: Type.Optional(Type.Boolean()),
  stream: Type.Optional(Type.Boolean()),
});
export const responseRequest = Compile(ResponseRequest);

/** A result of a tool belongs to a call that stands before it. */
export function itemMistake({ input }: Type.Static<typeof ResponseRequest>): string | undefined {
  const called = new Set<string>();
  for (const item of typeof input === "string" ? [] : input) {
    if (item.type === "function_call") called.add(item.call_id);
    if (item.type === "function_call_output" && !called.delete(item.call_id)) {
      return `No tool call found for function call output with call_id ${item.call_id}.`;
    }
  }
  return called.size === 0 ? undefined : `No tool output found for function call ${[...called][0]}.`;
}

const usualUsage = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: 17,
};

interface Item {
  type: string;
  id: string;
  [member: string]: unknown;
}

function textOf(how: FakeAnswer): string {
  return how.text ?? (how.tool_calls === undefined && how.refusal === undefined ? usualText : "");
}

function contentOf(how: FakeAnswer): object[] {
  if (how.refusal !== undefined) return [{ type: "refusal", refusal: how.refusal }];
  const text = textOf(how);
  return text === "" ? [] : [{ type: "output_text", text, annotations: [], logprobs: [] }];
}

function itemsOf(how: FakeAnswer): Item[] {
  const content = contentOf(how);
  const message = { type: "message", id: "msg_fake", status: "completed", role: "assistant", content };
  const calls = (how.tool_calls ?? []).map(({ id = "call_fake", name, pieces }, n) => ({
    type: "function_call",
    id: `fc_${n}`,
    status: "completed",
    call_id: id,
    name,
    arguments: pieces.join(""),
  }));
  // Models that think tell so first.
  const thought = { type: "reasoning", id: "rs_fake", summary: [] };
  return [thought, ...(content.length === 0 ? [] : [message]), ...calls];
}

/** The whole response; one that has just begun has neither output nor usage. `finish_reason` is that of chat completions. */
export function response(call: FakeCall, how: FakeAnswer, isBegun = false): object {
  const { usage = usualUsage, finish_reason } = how;
  const reason = { length: "max_output_tokens", content_filter: "content_filter" }[finish_reason ?? ""];
  return {
    id: "resp_fake",
    object: "response",
    created_at: 1_767_225_600,
    status: isBegun ? "in_progress" : reason === undefined ? "completed" : "incomplete",
    error: null,
    incomplete_details: isBegun || reason === undefined ? null : { reason },
    model: how.model ?? `${call.body.model}-2026-01-01`,
    output: isBegun ? [] : itemsOf(how),
    parallel_tool_calls: true,
    store: false,
    ...(isBegun ? { usage: null } : usage === "missing" ? {} : { usage }),
  };
}

/** https://platform.openai.com/docs/api-reference/responses-streaming */
export function responseEvents(call: FakeCall, how: FakeAnswer): string[] {
  let sequence_number = 0;
  const event = (type: string, members: object) => sse({ type, sequence_number: sequence_number++, ...members }, type);
  const isWhole = how.finish_reason !== "length" && how.finish_reason !== "content_filter";
  const begun = { response: response(call, how, true) };
  return [
    event("response.created", begun),
    event("response.in_progress", begun),
    ...itemsOf(how).flatMap((item, output_index) => [
      event("response.output_item.added", { output_index, item: { ...item, status: "in_progress", ...emptied(item) } }),
      ...itemEvents(item, output_index, how, event),
      event("response.output_item.done", { output_index, item }),
    ]),
    event(isWhole ? "response.completed" : "response.incomplete", { response: response(call, how) }),
  ];
}

function emptied({ type }: Item): object {
  if (type === "message") return { content: [] };
  return type === "function_call" ? { arguments: "" } : {};
}

type MakeEvent = (type: string, members: object) => string;

function itemEvents(item: Item, output_index: number, how: FakeAnswer, event: MakeEvent): string[] {
  const at = { item_id: item.id, output_index };
  if (item.type === "message") {
    const kind = how.refusal === undefined ? "output_text" : "refusal";
    const deltas = words(how.refusal ?? textOf(how));
    return [
      event("response.content_part.added", { ...at, content_index: 0, part: { type: kind, [partOf[kind]]: "" } }),
      ...deltas.map((delta) => event(`response.${kind}.delta`, { ...at, content_index: 0, delta, logprobs: [] })),
      event(`response.${kind}.done`, { ...at, content_index: 0, [partOf[kind]]: deltas.join("") }),
    ];
  }
  if (item.type !== "function_call") return [];
  const pieces = how.tool_calls?.[Number(item.id.slice("fc_".length))]?.pieces ?? [];
  return [
    ...pieces.map((delta) => event("response.function_call_arguments.delta", { ...at, delta })),
    event("response.function_call_arguments.done", { ...at, arguments: item.arguments }),
  ];
}

const partOf = { output_text: "text", refusal: "refusal" } as const;
