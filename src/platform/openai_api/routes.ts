import type { ServerSentEvent } from "../../core/http/event-stream.ts";
import { type Route, route } from "../../core/http/route.ts";
import { openAiErrors } from "./errors.ts";
import {
  ChatBody,
  ChatChunk,
  ChatCompletion,
  Embeddings,
  EmbeddingsBody,
  ModelEntry,
  ModelParams,
  Models,
} from "./schema.ts";
import type { Asked, OpenAiApi, SafetyStatus } from "./service.ts";

/** Images come in the body, in base64. */
const largestBody = 12 * 2 ** 20;

const gatewayErrors = [
  "ai.budget_exhausted",
  "ai.rate_limited",
  "ai.timeout",
  "ai.provider_unavailable",
  "ai.bad_provider_response",
  "ai.content_filtered",
  "ai.invalid_request",
  "ai.invalid_output",
  "ai.unsupported",
  "openai_api.model_not_found",
  "openai_api.unknown_feature",
  "openai_api.unsupported_parameter",
];

/** The routes that a client of OpenAI finds below its base URL `…/v1/ai`. */
export function openAiRoutes(api: OpenAiApi): Route[] {
  return [
    route({
      method: "POST",
      path: "/v1/ai/chat/completions",
      summary: "A chat completion, as OpenAI's API makes it",
      description:
        "OpenAI's request and answer, whole or as a stream, for its own clients with the base URL `…/v1/ai`. What the person wrote is looked at first: in crisis nothing is generated, the answer names who helps, its finish reason is `content_filter`, and the header `Plinth-Safety` says `crisis`. Errors have OpenAI's form.",
      auth: "workspace",
      body: ChatBody,
      responses: { 200: ChatCompletion },
      stream: { data: ChatChunk },
      errors: [...gatewayErrors, "ai.in_progress", "ai.idempotency_conflict", "safety.unavailable"],
      errors_as: openAiErrors,
      body_limit: largestBody,
      idempotent: true,
      handler: async ({ ctx, body, header, signal }) => {
        const asked = askedOf(header, signal);
        if (body.stream === true) {
          const { chunks, safety } = await api.stream(ctx, body, asked);
          return { stream: eventsOf(chunks), headers: headersOf(safety) };
        }
        const { completion, safety } = await api.chat(ctx, body, asked);
        return { status: 200, body: completion, headers: headersOf(safety) };
      },
    }),
    route({
      method: "POST",
      path: "/v1/ai/embeddings",
      summary: "Embeddings, as OpenAI's API makes them",
      auth: "workspace",
      body: EmbeddingsBody,
      responses: { 200: Embeddings },
      errors: gatewayErrors,
      errors_as: openAiErrors,
      body_limit: largestBody,
      idempotent: true,
      handler: async ({ ctx, body, header, signal }) => ({
        status: 200,
        body: await api.embeddings(ctx, body, askedOf(header, signal)),
      }),
    }),
    route({
      method: "GET",
      path: "/v1/ai/models",
      summary: "The models and features that clients may name",
      auth: "workspace",
      responses: { 200: Models },
      errors_as: openAiErrors,
      handler: async () => ({ status: 200, body: { object: "list" as const, data: api.models() } }),
    }),
    route({
      method: "GET",
      path: "/v1/ai/models/{model}",
      summary: "One model or feature",
      auth: "workspace",
      params: ModelParams,
      responses: { 200: ModelEntry },
      errors: ["openai_api.model_not_found"],
      errors_as: openAiErrors,
      handler: async ({ params }) => ({ status: 200, body: api.model(params.model) }),
    }),
  ];
}

function askedOf(header: (name: string) => string | undefined, signal: AbortSignal): Asked {
  const [, language] = /^\s*([a-zA-Z]{2,3}(?:-[a-zA-Z0-9]{2,8})*)/.exec(header("accept-language") ?? "") ?? [];
  return { feature: header("plinth-feature"), locale: language ?? "en", key: header("idempotency-key"), signal };
}

function headersOf(safety: SafetyStatus): Record<string, string> {
  return safety === "allow" ? {} : { "plinth-safety": safety };
}

/** `[DONE]` only behind a complete stream: an error ends it before. */
async function* eventsOf(chunks: AsyncIterable<ChatChunk>): AsyncGenerator<ServerSentEvent> {
  for await (const data of chunks) yield { data };
  yield { data: "[DONE]" };
}
