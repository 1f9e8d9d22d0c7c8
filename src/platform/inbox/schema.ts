/** What became of a message. `received` waits, for its owner or for an answer; `failed` wants somebody to look. */
export type MessageStatus = "received" | "applied" | "ignored" | "failed";

export interface MessageOutcome {
  status: MessageStatus;
  reason: string | null;
}

/** Whose ids: an event's id is unique for one sender's one endpoint. */
export interface Sender {
  /** Who sends: `stripe`, `telegram`. */
  source: string;
  /** To which of ours: a store's environment, an account, a bot. */
  endpoint: string;
}

/** A notification whose signature was checked, as its sender wrote it. */
export interface IncomingMessage extends Sender {
  /** The same when it is delivered again. */
  event_id: string;
  event_type: string;
  /** What it is about and perhaps waits for, such as a customer's id. */
  subject: string | null;
  /** The raw body as a text; empty where nobody will look at it again. */
  payload: string;
}

/** A message as it was kept. */
export interface KeptMessage extends IncomingMessage {
  id: string;
  /** What its reader made of it or fetched for it, where the body itself does not say it. */
  contents: unknown;
  status: MessageStatus;
  reason: string | null;
  attempts: number;
  received_at: Date;
  processed_at: Date | null;
}

/** What its reader made of it, and the subjects that it replaces: whoever learns of one of them looks at it again. */
export interface MessageContents {
  contents: unknown;
  replaces: string[];
}

export interface MessageFilter {
  /** Of these senders only. */
  sources: readonly string[];
  source?: string | undefined;
  status?: string | undefined;
  event_type?: string | undefined;
  subject?: string | undefined;
  event_id?: string | undefined;
}
