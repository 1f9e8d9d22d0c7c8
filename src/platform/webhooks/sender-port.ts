/** What is sent, to the byte. */
export interface Message {
  url: string;
  headers: Record<string, string>;
  body: string;
}

/** What came of it. */
export interface Outcome {
  /** Null when no answer came. */
  status_code: number | null;
  latency_ms: number;
  /** The first kilobyte of the answer; null when none came. */
  response: string | null;
  /** Why it counts as failed, in words for the endpoint's owner; null when it arrived. */
  error: string | null;
  /** Seconds that the endpoint asked to be left alone. */
  retry_after: number | null;
}

/** Sends a message once. Never throws for what the other side does. */
export interface Sender {
  send(message: Message, signal: AbortSignal): Promise<Outcome>;
  close(): Promise<void>;
}
