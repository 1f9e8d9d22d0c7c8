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

/** A real HTTP server on loopback that speaks Google's generateContent, streamGenerateContent and batchEmbedContents (https://ai.google.dev/api). */
export async function fakeGemini(): Promise<FakeProvider & { base_url: string }> {
  const server = await fakeProvider(gemini);
  return { ...server, base_url: `${server.origin}/v1beta` };
}

const text = Closed({ text: Type.String({ minLength: 1 }) });
const Part = Type.Union([
  text,
  Closed({ inlineData: Closed({ mimeType: Type.String(), data: Type.String({ minLength: 1 }) }) }),
  Closed({
    functionCall: Closed({ id: Type.Optional(Type.String()), name: Type.String(), args: Type.Object({}) }),
    thoughtSignature: Type.Optional(Type.String({ pattern: "^[A-Za-z0-9+/_=-]+$" })),
  }),
  Closed({
    functionResponse: Closed({ id: Type.Optional(Type.String()), name: Type.String(), response: Type.Object({}) }),
  }),
]);
const Content = Closed({
  role: Type.Optional(Type.Enum(["user", "model"])),
  parts: Type.Array(Part, { minItems: 1 }),
});
const Request = Closed({
  contents: Type.Array(Content, { minItems: 1 }),
  systemInstruction: Type.Optional(
    Closed({ role: Type.Optional(Type.String()), parts: Type.Array(text, { minItems: 1 }) }),
  ),
  tools: Type.Optional(
    Type.Array(
      Closed({
        functionDeclarations: Type.Array(
          Closed({
            name: Type.String({ pattern: "^[A-Za-z_][A-Za-z0-9_.:-]{0,127}$" }),
            description: Type.Optional(Type.String()),
            parametersJsonSchema: Type.Optional(Type.Object({})),
          }),
        ),
      }),
    ),
  ),
  toolConfig: Type.Optional(
    Closed({
      functionCallingConfig: Closed({
        mode: Type.Enum(["AUTO", "ANY", "NONE", "VALIDATED"]),
        allowedFunctionNames: Type.Optional(Type.Array(Type.String())),
      }),
    }),
  ),
  generationConfig: Type.Optional(
    Closed({
      maxOutputTokens: Type.Optional(Type.Integer({ minimum: 1 })),
      temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
      topP: Type.Optional(Type.Number({ minimum: 0, maximum: 1 })),
      stopSequences: Type.Optional(Type.Array(Type.String(), { maxItems: 5 })),
      seed: Type.Optional(Type.Integer()),
      responseMimeType: Type.Optional(Type.Enum(["application/json", "text/plain"])),
      responseJsonSchema: Type.Optional(Type.Object({})),
    }),
  ),
});
type Request = Type.Static<typeof Request>;
const request = Compile(Request);
const embedRequest = Compile(
  Closed({
    requests: Type.Array(
      Closed({
        model: Type.String({ pattern: "^models/" }),
        content: Closed({ role: Type.Optional(Type.String()), parts: Type.Array(text, { minItems: 1 }) }),
        outputDimensionality: Type.Optional(Type.Integer({ minimum: 1 })),
      }),
      { minItems: 1 },
    ),
  }),
);

const method = ({ path }: FakeCall) => /^\/v1beta\/(models\/[^:?]+):(\w+)(?:\?(.*))?$/.exec(path);

const gemini: Dialect = {
  refuse: (call) => {
    const refused = (code: number, status: string, message: string): Reply => ({
      status: code,
      body: { error: { code, message, status } },
    });
    const [, model = "", name = ""] = method(call) ?? [];
    if (!["generateContent", "streamGenerateContent", "batchEmbedContents"].includes(name))
      return refused(404, "NOT_FOUND", "Not found");
    if (typeof call.headers["x-goog-api-key"] !== "string")
      return refused(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers");
    const mistake = name === "batchEmbedContents" ? shapeMistake(embedRequest, call.body) : mistakeOf(call.body, model);
    return mistake === undefined ? undefined : refused(400, "INVALID_ARGUMENT", mistake);
  },
  answer: (call, how) => ({
    body:
      method(call)?.[2] === "batchEmbedContents"
        ? embeddings(call, how)
        : (pieces(call, { ...how, pieces: 1 })[0] ?? {}),
  }),
  events: (call, how) => {
    const [, , name, query] = method(call) ?? [];
    if (name !== "streamGenerateContent") return undefined;
    const all = pieces(call, how);
    // Without alt=sse the same is one JSON array.
    return query?.includes("alt=sse") === true
      ? all.map((piece) => sse(piece).replaceAll("\n", "\r\n"))
      : [JSON.stringify(all)];
  },
  error: (_, error = { code: 503, message: "The model is overloaded.", status: "UNAVAILABLE" }) =>
    sse({ error }).replaceAll("\n", "\r\n"),
};

function shapeMistake(shape: typeof request | typeof embedRequest, body: unknown): string | undefined {
  if (shape.Check(body)) return undefined;
  const [first] = shape.Errors(body);
  return `Invalid JSON payload received: ${first?.instancePath} ${first?.message}`;
}

function mistakeOf(body: unknown, model: string): string | undefined {
  if (!request.Check(body)) return shapeMistake(request, body);
  const { generationConfig: config } = body;
  if (config?.responseJsonSchema !== undefined && config.responseMimeType !== "application/json") {
    return "responseJsonSchema needs responseMimeType application/json";
  }
  return turnMistake(body.contents, /gemini-3/.test(model));
}

/** A call of functions is followed by as many responses of the same names; thinking models want the signature of the first call of a turn. */
function turnMistake(contents: Request["contents"], isThinking: boolean): string | undefined {
  for (const [n, { role, parts }] of contents.entries()) {
    const calls = parts.filter((part) => "functionCall" in part);
    if (calls.length > 0 && role !== "model") return "function call is of role model";
    if (isThinking && calls.length > 0 && calls[0]?.thoughtSignature === undefined) {
      return `Function call is missing a thought_signature in functionCall parts, position ${n}`;
    }
    const before = contents[n - 1]?.parts.filter((part) => "functionCall" in part) ?? [];
    const responses = parts.filter((part) => "functionResponse" in part);
    const asked = before.map(({ functionCall }) => functionCall.name).join();
    if (
      asked !== responses.map(({ functionResponse }) => functionResponse.name).join() &&
      (responses.length > 0 || before.length > 0)
    ) {
      return "the number of function response parts must equal the number of function call parts of the turn before";
    }
  }
  return undefined;
}

function embeddings(call: FakeCall, how: FakeAnswer): object {
  const requests = Array.isArray(call.body.requests) ? call.body.requests : [];
  const vectors = how.vectors ?? requests.map((_, n) => [n, 0.5, -0.25]);
  return {
    embeddings: vectors.map((values) => ({ values })),
    ...(how.usage === undefined || how.usage === "missing" ? {} : { usageMetadata: how.usage }),
  };
}

/** An answer, in as many pieces as its text has words; the last one has the end, and every one counts. */
function pieces(call: FakeCall, how: FakeAnswer & { pieces?: number }): object[] {
  const { usage = { promptTokenCount: 12, candidatesTokenCount: 5, totalTokenCount: 17 } } = how;
  const counted = usage === "missing" ? {} : { usageMetadata: usage };
  const named = { modelVersion: how.model ?? `${method(call)?.[1]?.slice("models/".length)}-001`, responseId: "fake" };
  if (how.refusal !== undefined)
    return [{ promptFeedback: { blockReason: "PROHIBITED_CONTENT" }, ...counted, ...named }];
  const whole = how.text ?? (how.tool_calls === undefined ? usualText : "");
  const texts = how.pieces === 1 ? [whole] : words(whole);
  const calls = (how.tool_calls ?? []).map(({ id, name, pieces }, n) => ({
    functionCall: { ...(id === undefined ? {} : { id }), name, args: JSON.parse(pieces.join("") || "{}") },
    ...(n === 0 ? { thoughtSignature: "c2lnbmF0dXJl+/==" } : {}),
  }));
  const parts = [...texts.filter((text) => text !== "").map((text) => ({ text })), ...calls];
  const groups = how.pieces === 1 ? [parts] : parts.map((part) => [part]);
  const candidates = groups.length === 0 ? [[]] : groups;
  return candidates.map((group, n) => ({
    candidates: [
      {
        content: { parts: group, role: "model" },
        ...(n === candidates.length - 1 ? { finishReason: how.finish_reason ?? "STOP" } : {}),
        index: 0,
      },
    ],
    ...counted,
    ...named,
  }));
}
