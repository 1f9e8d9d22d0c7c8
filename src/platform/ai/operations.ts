import type {
  ChatAnswer,
  ChatRequest,
  EmbedAnswer,
  Message,
  Part,
  SpeechAnswer,
  SpeechRequest,
  TranscriptionAnswer,
} from "../providers/index.ts";
import { wireName } from "./attempt.ts";
import type { Operation, Target } from "./engine.ts";
import { aiErrors } from "./errors.ts";
import type { CompletionInput } from "./port.ts";
import { estimateInput, estimateTokens, noUsage } from "./rules.ts";
import type { FeatureSettings } from "./schema.ts";
import { type OpenedStream, openStream, receivedTokens } from "./stream.ts";

/** What is asked of whichever model answers: all but its name and whether it thinks. */
export type Chat = Omit<ChatRequest, "model" | "reasoning">;

/** The chat of an input, with the feature's settings where it says nothing. Throws `ai.invalid_request` for images that belong to no message. */
export function chatOf(input: CompletionInput, settings: FeatureSettings): Chat {
  const { top_p, stop, seed, tools, tool_choice, response_schema } = input;
  if (input.messages.length === 0) throw aiErrors.invalid_request({ detail: "There are no messages" });
  return {
    messages: withImages(input.messages, input.images ?? []),
    temperature: input.temperature ?? settings.temperature,
    max_output_tokens: input.max_output_tokens ?? settings.max_output_tokens,
    ...(top_p === undefined ? {} : { top_p }),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
    ...(tools === undefined ? {} : { tools }),
    ...(tool_choice === undefined ? {} : { tool_choice }),
    ...(response_schema === undefined ? {} : { response_schema }),
  };
}

function withImages(messages: Message[], images: Part[]): Message[] {
  if (images.length === 0) return messages;
  const index = messages.findLastIndex(({ role }) => role === "user");
  const last = messages[index];
  if (last?.role !== "user") throw aiErrors.invalid_request({ detail: "Images need a message of the user" });
  const parts: Part[] = typeof last.content === "string" ? [{ type: "text", text: last.content }] : last.content;
  return messages.with(index, { role: "user", content: [...parts, ...images] });
}

function requestTo(target: Target, chat: Chat): ChatRequest {
  return { ...chat, model: wireName(target), reasoning: target.settings.reasoning ?? false };
}

function expectedOf(chat: Chat) {
  const input = estimateInput(chat);
  return { input, most: { ...input, output_tokens: chat.max_output_tokens } };
}

/** A provider's function that the plan has made sure of. */
function has<T>(ability: T | undefined): T {
  if (ability === undefined) throw new TypeError("A provider was asked for what it cannot do");
  return ability;
}

export function completion(chat: Chat): Operation<ChatAnswer> {
  const expected = expectedOf(chat);
  return {
    name: "complete",
    expected,
    rounds: chat.response_schema === undefined ? 1 : 2,
    ask: (target, options) => has(target.provider.complete)(requestTo(target, chat), options),
    usage: ({ text, tool_calls, usage }) => {
      const calls = tool_calls.map((call) => call.name + call.arguments);
      return { told: usage, estimate: { ...expected.input, output_tokens: estimateTokens(text + calls.join("")) } };
    },
  };
}

export function streamedCompletion(chat: Chat): Operation<OpenedStream> {
  const expected = expectedOf(chat);
  return {
    name: "stream",
    expected,
    ask: (target, options) => openStream(has(target.provider.stream)(requestTo(target, chat), options)),
    usage: ({ received }) => {
      return { told: received.usage, estimate: { ...expected.input, output_tokens: receivedTokens(received) } };
    },
  };
}

/** Texts in one call, where the catalogue does not say: OpenAI's limit. */
const mostInputs = 2_048;

export function embedding(inputs: string[], dimensions: number | undefined): Operation<EmbedAnswer> {
  const tokens = inputs.reduce((sum, input) => sum + estimateTokens(input), 0);
  const input = { ...noUsage, input_tokens: tokens };
  return {
    name: "embed",
    expected: { input, most: input },
    ask: (target, options) => {
      const request = { model: wireName(target), inputs, ...(dimensions === undefined ? {} : { dimensions }) };
      return has(target.provider.embed)(request, options);
    },
    usage: ({ usage }) => ({ told: usage, estimate: input }),
  };
}

/** Throws `ai.invalid_request` for no text, and for more than one of the models takes in a call. */
export function checkInputs(inputs: string[], targets: Target[]): void {
  const most = Math.min(...targets.map(({ settings }) => settings.max_inputs ?? mostInputs));
  if (inputs.length > 0 && inputs.length <= most) return;
  throw aiErrors.invalid_request({ detail: `A call takes 1 to ${most} texts, not ${inputs.length}` });
}

/** Characters of a second of speech, and tokens that models which charge speech by the token count for one. */
const speech = { characters: 15, tokens: 25 };

export function speaking(asked: Omit<SpeechRequest, "model">): Operation<SpeechAnswer> {
  const seconds = Math.ceil(asked.text.length / speech.characters);
  const input = { ...noUsage, input_tokens: estimateTokens(asked.text + (asked.instructions ?? "")) };
  const most = { ...input, audio_seconds: seconds, output_tokens: seconds * speech.tokens };
  return {
    name: "speak",
    expected: { input, most },
    ask: (target, options) => has(target.provider.speak)({ ...asked, model: wireName(target) }, options),
    usage: ({ usage }) => ({ told: usage, estimate: most }),
  };
}

/** Bytes of a second: of speech as it comes without compression at its lowest quality, and with. */
const bytesOfSecond = { wav: 16_000, compressed: 2_000 };

export function transcription(asked: {
  audio: Buffer;
  media_type: string;
  file_name: string;
  language?: string;
}): Operation<TranscriptionAnswer> {
  const isPlain = /wav|pcm|l16/i.test(asked.media_type);
  const seconds = asked.audio.length / (isPlain ? bytesOfSecond.wav : bytesOfSecond.compressed);
  const input = { ...noUsage, audio_seconds: seconds, input_tokens: Math.ceil(seconds * speech.tokens) };
  return {
    name: "transcribe",
    expected: { input, most: { ...input, output_tokens: Math.ceil((seconds * speech.characters) / 4) } },
    ask: (target, options) => has(target.provider.transcribe)({ ...asked, model: wireName(target) }, options),
    usage: ({ text, usage }) => ({ told: usage, estimate: { ...input, output_tokens: estimateTokens(text) } }),
  };
}
