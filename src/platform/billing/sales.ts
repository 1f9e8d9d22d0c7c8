import type { Tx } from "../../core/tables.ts";
import type { CheckoutContent } from "./store-port.ts";

/** Whoever sells here, told of what stores tell, in the transaction that takes it in. */
export interface Sales {
  /** A checkout was paid, or came to nothing; one that was not begun here is none of its business. */
  report(tx: Tx, external_id: string, status: CheckoutContent["status"]): Promise<void>;
  /** A subscription runs as a trial: its owners have had theirs. */
  noteTrial(tx: Tx, workspace_id: string, product: string): Promise<void>;
  /** Two accounts become one, which has had the trials of both. */
  mergeTrials(tx: Tx, from_user_id: string, to_user_id: string): Promise<void>;
}
