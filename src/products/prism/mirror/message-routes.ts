import { PageQuery, type Route, requestErrors, route, type ServerSentEvent } from "../../../product.ts";
import { generationErrors } from "../schema.ts";
import type { Messages, RunningExchange, Wanted } from "./messages.ts";
import {
  Exchange,
  ExchangeEvent,
  MessageParams,
  MirrorMessages,
  NewMessage,
  RetryBody,
  SessionParams,
} from "./schema.ts";

const path = "/v1/prism/mirror/sessions/{session_id}/messages";

const streaming =
  "With `stream` or `Accept: text/event-stream` the answer comes as server-sent events: `message`, then `delta` with pieces of the reply and `safety` with help to show, at last `done` with the reply as it is stored, or `error`. What was shown of a reply that ends as `withheld` is to be taken away. Who leaves stops it: the reply is then `interrupted`, with the text so far.";

export function messageRoutes(messages: Messages): Route[] {
  return [
    route({
      method: "POST",
      path,
      summary: "Say something in a mirror session, and get a reply",
      description: `In a crisis nothing is generated: the reply is \`withheld\`, and its \`notice\` says who helps. The same Idempotency-Key gets the first answer, also as a stream, and a reply that failed is generated again. ${streaming}`,
      auth: "workspace",
      params: SessionParams,
      body: NewMessage,
      responses: { 201: Exchange },
      stream: { data: ExchangeEvent },
      errors: ["prism.session_closed", "prism.reply_in_progress", ...generationErrors],
      idempotent: "by_handler",
      handler: async ({ ctx, params, body, header, signal }) => {
        const wanted = wantedBy(body.stream, header("accept"), signal);
        const input = { content: body.content, idempotency_key: keyOf(header("idempotency-key")) };
        return answer(await messages.post(ctx, params.session_id, input, wanted), wanted);
      },
    }),
    route({
      method: "POST",
      path: `${path}/{message_id}/retry`,
      summary: "Ask again for a reply that failed or was interrupted",
      description: `Of the last reply of a session alone. ${streaming}`,
      auth: "workspace",
      params: MessageParams,
      body: RetryBody,
      responses: { 201: Exchange },
      stream: { data: ExchangeEvent },
      errors: ["prism.session_closed", "prism.reply_in_progress", "prism.not_retryable", ...generationErrors],
      handler: async ({ ctx, params, body, header, signal }) => {
        const wanted = wantedBy(body.stream, header("accept"), signal);
        return answer(await messages.retry(ctx, params.session_id, params.message_id, wanted), wanted);
      },
    }),
    route({
      method: "GET",
      path,
      summary: "The messages of a mirror session, the newest first",
      auth: "workspace",
      params: SessionParams,
      query: PageQuery,
      responses: { 200: MirrorMessages },
      handler: async ({ ctx, params, query }) => ({
        status: 200,
        body: await messages.list(ctx, params.session_id, query),
      }),
    }),
  ];
}

function wantedBy(stream: boolean | undefined, accept: string | undefined, signal: AbortSignal): Wanted {
  const isStream = stream ?? accept?.includes("text/event-stream") ?? false;
  return isStream ? { stream: true, signal } : { stream: false };
}

function keyOf(key: string | undefined): string | undefined {
  if (key === undefined || (key.length >= 1 && key.length <= 255)) return key;
  throw requestErrors.invalid({ errors: [{ pointer: "/Idempotency-Key", detail: "has 1 to 255 characters" }] });
}

async function answer(exchange: RunningExchange, wanted: Wanted) {
  if (wanted.stream) return { stream: eventsOf(exchange) };
  const { message } = exchange;
  return { status: 201 as const, body: { message, reply: await exchange.reply } };
}

async function* eventsOf({ message, pieces, reply }: RunningExchange): AsyncIterable<ServerSentEvent> {
  yield { event: "message", data: { message } };
  for await (const piece of pieces) yield { event: "text" in piece ? "delta" : "safety", data: piece };
  yield { event: "done", data: { message: await reply } };
}
