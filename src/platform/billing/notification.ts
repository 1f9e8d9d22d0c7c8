import type { ToldSubscription } from "./rules.ts";
import type { Environment } from "./schema.ts";

/** What a store's notification is about, in our words. */
export type NotificationContent =
  | { kind: "subscription"; customer_id: string; workspace_id: string | undefined; told: ToldSubscription }
  /** A purchase that tells which workspace the customer is; undefined when it does not. */
  | { kind: "customer"; customer_id: string; workspace_id: string | undefined }
  /** Not about us. */
  | { kind: "other" }
  /** About us, and not of the form that the store promises. */
  | { kind: "unreadable"; detail: string };

/** A notification that a store has signed. */
export interface Notification {
  source: string;
  environment: Environment;
  event_id: string;
  event_type: string;
  created_at: Date;
  /** What it is about, for whatever has to wait for the same: the store's customer id. */
  subject: string | null;
  /** The raw body, kept for ever. */
  payload: string;
  content: NotificationContent;
}

/** A store that sends notifications; its adapter is the only one that knows its format. */
export interface Store {
  source: string;
  /** The types that it reads, for metrics: every other is counted as one. */
  known_types: readonly string[];
  /** Checks the signature over the exact bytes. Throws `billing.signature_invalid` and `billing.event_malformed`. */
  open(raw_body: Buffer, signature: string | undefined): Notification;
  /** Reads a body that was opened before. */
  read(payload: string): Notification;
}
