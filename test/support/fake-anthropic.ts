import Type from "typebox";
import { Compile } from "typebox/compile";
import { Closed } from "../../src/core/schema.ts";
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

/** A real HTTP server on loopback that speaks Anthropic's messages (https://platform.claude.com/docs/en/api/messages). */
export async function fakeAnthropic(): Promise<FakeProvider & { base_url: string }> {
  const server = await fakeProvider(anthropic);
  return { ...server, base_url: `${server.origin}/v1` };
}

const Text = Closed({ type: Type.Literal("text"), text: Type.String({ minLength: 1, pattern: "\\S" }) });
const Source = Type.Union([
  Closed({
    type: Type.Literal("base64"),
    media_type: Type.Enum(["image/jpeg", "image/png", "image/gif", "image/webp"]),
    data: Type.String({ minLength: 1 }),
  }),
  Closed({ type: Type.Literal("url"), url: Type.String({ pattern: "^https?://" }) }),
]);
const Image = Closed({ type: Type.Literal("image"), source: Source });
const toolId = Type.String({ pattern: "^[a-zA-Z0-9_-]+$" });
const Block = Type.Union([
  Text,
  Image,
  Closed({ type: Type.Literal("tool_use"), id: toolId, name: Type.String(), input: Type.Object({}) }),
  Closed({ type: Type.Literal("tool_result"), tool_use_id: toolId, content: Type.String() }),
]);
const Turn = Closed({
  role: Type.Enum(["user", "assistant"]),
  content: Type.Union([Type.String({ minLength: 1 }), Type.Array(Block, { minItems: 1 })]),
});
const Request = Closed({
  model: Type.String({ minLength: 1 }),
  max_tokens: Type.Integer({ minimum: 0 }),
  messages: Type.Array(Turn, { minItems: 1 }),
  system: Type.Optional(Type.String()),
  temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  top_p: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
  stop_sequences: Type.Optional(Type.Array(Type.String({ pattern: "\\S" }))),
  stream: Type.Optional(Type.Boolean()),
  tools: Type.Optional(
    Type.Array(
      Closed({
        name: Type.String({ pattern: "^[a-zA-Z0-9_-]{1,128}$" }),
        description: Type.Optional(Type.String()),
        input_schema: Type.Object({ type: Type.Literal("object") }),
      }),
    ),
  ),
  tool_choice: Type.Optional(
    Type.Union([
      Closed({ type: Type.Enum(["auto", "any", "none"]) }),
      Closed({ type: Type.Literal("tool"), name: Type.String() }),
    ]),
  ),
  output_config: Type.Optional(
    Closed({ format: Closed({ type: Type.Literal("json_schema"), schema: Type.Object({}) }) }),
  ),
});
type Request = Type.Static<typeof Request>;
const request = Compile(Request);

const anthropic: Dialect = {
  refuse: (call) => {
    const refused = (status: number, type: string, message: string): Reply => ({
      status,
      body: { type: "error", error: { type, message }, request_id: "req_fake" },
    });
    if (!/^\/v1\/messages(\?|$)/.test(call.path)) return refused(404, "not_found_error", "Not found");
    // The documents name x-api-key; the vendor's own client sends the key as a bearer token.
    if (call.headers["x-api-key"] === undefined && call.headers.authorization === undefined) {
      return refused(401, "authentication_error", "x-api-key is required");
    }
    const version = String(call.headers["anthropic-version"]);
    if (!["2023-06-01", "2026-10-21"].includes(version)) {
      return refused(400, "invalid_request_error", "anthropic-version: is required");
    }
    const mistake = (version === "2026-10-21" ? removedMistake(call.body) : undefined) ?? mistakeOf(call.body);
    return mistake === undefined ? undefined : refused(400, "invalid_request_error", mistake);
  },
  answer: (call, how) => ({ headers: { "request-id": "req_fake" }, body: message(call, how) }),
  events: (call, how) => (call.body.stream === true ? events(call, how) : undefined),
  error: (_, error = { type: "overloaded_error", message: "Overloaded" }) => sse({ type: "error", error }, "error"),
};

/** Of 2026-10-21: https://platform.claude.com/docs/en/api/migration-2026-10-21 */
function removedMistake(body: Record<string, unknown>): string | undefined {
  const removed = ["temperature", "top_p", "top_k"].find((name) => name in body);
  return removed === undefined ? undefined : `${removed}: Extra inputs are not permitted`;
}

function mistakeOf(body: unknown): string | undefined {
  if (!request.Check(body)) {
    const [first] = request.Errors(body);
    return `${first?.instancePath}: ${first?.message}`;
  }
  if (body.temperature !== undefined && body.top_p !== undefined)
    return "temperature and top_p cannot both be specified";
  if (body.tool_choice !== undefined && body.tools === undefined) return "tool_choice needs tools";
  const schema = body.output_config?.format.schema;
  return turnMistake(body.messages) ?? (schema === undefined ? undefined : schemaMistake(schema));
}

/** Turns alternate and begin with the user's; the results of tools follow their calls at once, before anything else is said. */
function turnMistake(turns: Request["messages"]): string | undefined {
  for (const [n, { role, content }] of turns.entries()) {
    if (role !== (n % 2 === 0 ? "user" : "assistant")) return `messages.${n}: roles must alternate`;
    const before = turns[n - 1]?.content;
    const called = Array.isArray(before) ? before.filter((block) => block.type === "tool_use").map(({ id }) => id) : [];
    const blocks = Array.isArray(content) ? content : [];
    const results = blocks.filter((block) => block.type === "tool_result").map((block) => block.tool_use_id);
    if (role === "user" && results.toSorted().join() !== called.toSorted().join()) {
      return `messages.${n}: tool_use ids were found without tool_result blocks immediately after`;
    }
    if (blocks.slice(0, results.length).some(({ type }) => results.length > 0 && type !== "tool_result")) {
      return `messages.${n}: tool_result blocks come first`;
    }
  }
  return undefined;
}

const refusedKeywords = ["minimum", "maximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems"];

function schemaMistake(schema: unknown): string | undefined {
  if (typeof schema !== "object" || schema === null) return undefined;
  if (
    "type" in schema &&
    schema.type === "object" &&
    (schema as { additionalProperties?: unknown }).additionalProperties !== false
  ) {
    return "output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
  }
  for (const [key, value] of Object.entries(schema)) {
    if (refusedKeywords.includes(key) && typeof value !== "object")
      return `output_config.format.schema: property '${key}' is not supported`;
    const mistake = schemaMistake(value);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

const usualUsage = { input_tokens: 12, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 5 };

function usageOf({ usage = usualUsage }: FakeAnswer): { usage?: object | null } {
  return usage === "missing" ? {} : { usage };
}

const stopReason = ({ finish_reason, refusal, tool_calls = [] }: FakeAnswer) =>
  finish_reason ?? (refusal !== undefined ? "refusal" : tool_calls.length > 0 ? "tool_use" : "end_turn");

function head(call: FakeCall, how: FakeAnswer) {
  const model = how.model ?? `${call.body.model}-20260101`;
  return { id: "msg_fake", type: "message", role: "assistant", model, stop_sequence: null };
}

function message(call: FakeCall, how: FakeAnswer): object {
  const text = textOf(how);
  const content = [
    ...(text === "" ? [] : [{ type: "text", text, citations: null }]),
    ...(how.tool_calls ?? []).map(({ id = "toolu_fake", name, pieces }) => ({
      type: "tool_use",
      id,
      name,
      input: JSON.parse(pieces.join("") || "{}"),
    })),
  ];
  return { ...head(call, how), content, stop_reason: stopReason(how), ...usageOf(how) };
}

const textOf = ({ text, tool_calls, refusal }: FakeAnswer) =>
  text ?? (tool_calls === undefined && refusal === undefined ? usualText : "");

/** https://platform.claude.com/docs/en/build-with-claude/streaming: the input is counted at the beginning, the output at the end. */
function events(call: FakeCall, how: FakeAnswer): string[] {
  const { usage } = usageOf(how);
  const begun = usage === undefined || usage === null ? { usage } : { usage: { ...usage, output_tokens: 1 } };
  const text = textOf(how);
  const named = (data: { type: string }) => sse(data, data.type);
  const blocks = [
    ...(text === ""
      ? []
      : [
          {
            start: { type: "text", text: "" },
            deltas: words(text).map((word) => ({ type: "text_delta", text: word })),
          },
        ]),
    ...(how.tool_calls ?? []).map(({ id = "toolu_fake", name, pieces }) => ({
      start: { type: "tool_use", id, name, input: {} },
      deltas: ["", ...pieces].map((partial_json) => ({ type: "input_json_delta", partial_json })),
    })),
  ];
  return [
    named({ type: "message_start", message: { ...head(call, how), content: [], stop_reason: null, ...begun } } as {
      type: string;
    }),
    named({ type: "ping" }),
    ...blocks.flatMap(({ start, deltas }, index) => [
      named({ type: "content_block_start", index, content_block: start } as { type: string }),
      ...deltas.map((delta) => named({ type: "content_block_delta", index, delta } as { type: string })),
      named({ type: "content_block_stop", index } as { type: string }),
    ]),
    named({
      type: "message_delta",
      delta: { stop_reason: stopReason(how), stop_sequence: null },
      ...endUsage(usage),
    } as { type: string }),
    named({ type: "message_stop" }),
  ];
}

function endUsage(usage: object | null | undefined): object {
  return usage === undefined ? {} : { usage };
}
