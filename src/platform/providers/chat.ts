import { ProviderError } from "./errors.ts";
import { parseJson } from "./json-rules.ts";
import type { ChatAnswer, ChatEvent, ChatRequest, FinishReason, Provider, Usage } from "./port.ts";
import { isError, toldError } from "./refusal-rules.ts";
import type { StreamReader } from "./streams.ts";
import type { Transport } from "./transport.ts";

/** How one provider writes a chat: pure translation, there and back. It may throw `invalid_request` for what its provider has no words for. */
export interface ChatWire {
  path(request: ChatRequest, streaming: boolean): string;
  body(request: ChatRequest, streaming: boolean): object;
  /** Of a parsed answer; undefined when it has not the shape of one. */
  answer(body: unknown, request: ChatRequest): ChatAnswer | undefined;
  /** A new reader for the messages of one stream. */
  reader(request: ChatRequest): ChatReader;
}

/** What the messages of a stream say. It keeps what belongs together over several of them. */
export interface ChatReader {
  /** Of one message's parsed data; false when it has not the shape of one. */
  read(message: unknown, found: (event: ChatEvent) => void): boolean;
  /** Whether this data, which is not JSON, is the word that ends the stream. */
  isLast?(data: string): boolean;
  /** Known as soon as it was told; null before. */
  ending(): { reason: FinishReason; usage: Usage | null; isOver: boolean } | null;
}

/** Chats over a transport, as the wire writes them: the same rules for every provider. */
export function createChat(transport: Transport, wire: ChatWire): Required<Pick<Provider, "complete" | "stream">> {
  const call = (request: ChatRequest, streaming: boolean) => ({
    path: wire.path(request, streaming),
    body: JSON.stringify(wire.body(request, streaming)),
  });
  return {
    complete: async (request, options) => {
      const { body } = await transport.post(call(request, false), options);
      return checked(wire.answer(readObject(body.toString()), request));
    },
    // A request that cannot be written throws when the stream is asked for its first event, like all that goes wrong.
    stream: (request, options) =>
      transport.stream(() => call(request, true), streamReader(wire.reader(request)), options),
  };
}

/** The parsed body of an answer with status 200. Throws for what is no JSON, and for an error in an answer's clothes. */
export function readObject(text: string): unknown {
  const body = parseJson(text);
  if (body === undefined)
    throw new ProviderError("bad_response", { status: 200, reason: "not_json", maybe_billed: true });
  if (isError(body)) throw toldError(body, false);
  return body;
}

/** An answer that the caller can use: with something in it, or empty for a reason that explains it. */
function checked(answer: ChatAnswer | undefined): ChatAnswer {
  if (answer === undefined) throw unusable("not_a_completion", null);
  const { text, tool_calls, usage } = answer;
  const finish_reason = finishReason(answer.finish_reason, tool_calls.length > 0);
  if (finish_reason === "content_filter" && text === "" && tool_calls.length === 0) throw filtered(usage);
  return { ...answer, finish_reason };
}

/** Some servers say `stop` where the model stopped to have a tool called. */
function finishReason(told: FinishReason, hasToolCalls: boolean): FinishReason {
  return hasToolCalls && told === "stop" ? "tool_calls" : told;
}

const filtered = (usage: Usage | null) =>
  new ProviderError("content_filtered", { status: 200, reason: "no_content", usage, maybe_billed: true });

/** The error of an answer that cannot be read. */
export function unusable(reason: string, usage: Usage | null): ProviderError {
  return new ProviderError("bad_response", { status: 200, reason, usage, maybe_billed: true });
}

/** A request that this provider has no words for: nothing was sent. */
export function unsupported(reason: string): ProviderError {
  return new ProviderError("invalid_request", { reason });
}

/** The rules of every stream: errors are thrown, `usage` and `finish` come at its end, an end that nobody announced is none. */
function streamReader(reader: ChatReader): StreamReader<ChatEvent> {
  let hasText = false;
  let hasToolCalls = false;
  let isLast = false;
  const isOver = () => isLast || reader.ending()?.isOver === true;
  return {
    isOver,
    read: (data, found) => {
      if (reader.isLast?.(data) === true) {
        isLast = true;
        return;
      }
      const message = parseJson(data);
      if (isError(message)) throw toldError(message, hasText || hasToolCalls);
      const isKnown = reader.read(message, (event) => {
        hasText ||= event.type === "text" && event.text !== "";
        hasToolCalls ||= event.type === "tool_call";
        found(event);
      });
      if (!isKnown) throw unusable(message === undefined ? "not_json" : "not_a_chunk", null);
    },
    end: (found) => {
      const ending = reader.ending() ?? (isLast ? { reason: "other" as const, usage: null } : null);
      if (ending === null) throw new ProviderError("incomplete", { status: 200, maybe_billed: true });
      const { reason, usage } = ending;
      if (reason === "content_filter" && !hasText && !hasToolCalls) throw filtered(usage);
      if (usage !== null) found({ type: "usage", usage });
      found({ type: "finish", reason: finishReason(reason, hasToolCalls) });
    },
  };
}
