// What the gateway asks of a provider, and what it is answered, in words that every adapter can translate. No clock, no policy, no money here.

/** A piece of a message: text, or an image as bytes in base64 or by its address. */
export type Part =
  | { type: "text"; text: string }
  | { type: "image"; media_type: string; data: string }
  | { type: "image_url"; url: string };

/** A tool that the model asks to be called. */
export interface ToolCall {
  id: string;
  name: string;
  /** JSON as the model wrote it: not checked, perhaps broken. */
  arguments: string;
}

/** One message of a conversation. */
export type Message =
  | { role: "system"; content: string }
  | { role: "user"; content: string | Part[] }
  | { role: "assistant"; content: string; tool_calls?: ToolCall[] }
  | { role: "tool"; tool_call_id: string; content: string };

/** A function that the model may ask for; `parameters` is a JSON Schema. */
export interface Tool {
  name: string;
  description?: string;
  parameters: object;
}

export type ToolChoice = "auto" | "none" | "required" | { name: string };

/** What the answer has to be: JSON of this schema. Adapters pass it on where their provider can; the gateway checks it in any case. */
export interface ResponseSchema {
  name: string;
  schema: object;
  /**
   * A client wrote it: its patterns are for the model alone and are not run here, where one of them could hold up everybody; and an answer that was cut off
   * goes to it as it is.
   */
  from_client?: boolean;
}

/** One attempt at a completion. */
export interface ChatRequest {
  /** The model as the provider knows it. */
  model: string;
  messages: Message[];
  temperature: number;
  max_output_tokens: number;
  /** The model thinks before it answers: it takes no temperature, and its thinking counts against the limit. */
  reasoning: boolean;
  top_p?: number;
  stop?: string[];
  seed?: number;
  tools?: Tool[];
  tool_choice?: ToolChoice;
  response_schema?: ResponseSchema;
}

/**
 * What an attempt used, as the provider told it, however the provider counts. `input_tokens` holds all of the input: the cached and the cache-written ones
 * are parts of it (Anthropic tells them apart from it, OpenAI and Gemini within). `output_tokens` holds the reasoning ones.
 */
export interface Usage {
  input_tokens: number;
  cached_input_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  reasoning_tokens: number;
  /** Images in the answer or, where the provider charges for them by number, in the question. */
  images: number;
  /** Of speech, in the question or the answer. */
  audio_seconds: number;
}

/** Why the model stopped, in one vocabulary for all providers. */
export type FinishReason = "stop" | "length" | "content_filter" | "tool_calls" | "other";

export interface ChatAnswer {
  text: string;
  tool_calls: ToolCall[];
  /** The model that answered, as the provider names it. */
  model: string;
  finish_reason: FinishReason;
  /** Null when the provider told none, or none that can be true. An explicit 0 stays 0. */
  usage: Usage | null;
}

/** What a stream brings. Text and calls come in pieces; `finish` and `usage` come at most once; `alive` says only that the provider still works. */
export type ChatEvent =
  | { type: "start"; model: string }
  | { type: "text"; text: string }
  /** A piece of the tool call at this index; `id` and `name` come with the first. */
  | { type: "tool_call"; index: number; id?: string; name?: string; arguments: string }
  | { type: "finish"; reason: FinishReason }
  | { type: "usage"; usage: Usage }
  | { type: "alive" };

export interface EmbedRequest {
  model: string;
  inputs: string[];
  dimensions?: number;
}
export interface EmbedAnswer {
  /** In the order of the inputs. */
  vectors: number[][];
  model: string;
  usage: Usage | null;
}

export interface SpeechRequest {
  model: string;
  text: string;
  voice: string;
  format: "mp3" | "wav" | "opus" | "aac" | "flac" | "pcm";
  /** How it is to be spoken, for models that take that. */
  instructions?: string;
}
export interface SpeechAnswer {
  audio: Buffer;
  media_type: string;
  usage: Usage | null;
}

export interface TranscriptionRequest {
  model: string;
  audio: Buffer;
  media_type: string;
  file_name: string;
  /** ISO 639-1, where it is known. */
  language?: string;
}
export interface TranscriptionAnswer {
  text: string;
  usage: Usage | null;
}

/** How an attempt is followed and ended. */
export interface AttemptOptions {
  /** When it is aborted, the adapter closes the connection and throws the signal's reason. */
  signal: AbortSignal;
  /** Called with the head of the answer, and with each piece of its body: the gateway's timeouts live by it. */
  onProgress(what: "head" | "body"): void;
}

/**
 * A provider of models. An adapter makes exactly one call on the wire each time: no retries, no fallback, no redirects, because every call is metered by
 * who asked for it. It throws a ProviderError for whatever goes wrong, and the signal's reason as soon as that is aborted. What it cannot do is left out.
 */
export interface Provider {
  /** As it stands in answers, usage events and metrics. */
  name: string;
  /** Its tokens cost nothing, whatever the catalogue says. */
  free?: boolean;
  complete?(request: ChatRequest, options: AttemptOptions): Promise<ChatAnswer>;
  /**
   * Streams a completion: resolves nothing before the first event, throws before it what `complete` would throw. The iterable ends after `finish`; an end without it, an
   * error object in the stream or a lost connection throws (`incomplete`, the told error, `network`). `usage` comes whenever the provider can be asked for it.
   */
  stream?(request: ChatRequest, options: AttemptOptions): AsyncIterable<ChatEvent>;
  embed?(request: EmbedRequest, options: AttemptOptions): Promise<EmbedAnswer>;
  speak?(request: SpeechRequest, options: AttemptOptions): Promise<SpeechAnswer>;
  transcribe?(request: TranscriptionRequest, options: AttemptOptions): Promise<TranscriptionAnswer>;
  /** Waits for the calls that run and closes the connections. */
  close?(): Promise<void>;
}
