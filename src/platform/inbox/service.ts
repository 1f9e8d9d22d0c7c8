import type { Database } from "../../core/database.ts";
import type { Metrics } from "../../core/metrics.ts";
import type { Tx } from "../../core/tables.ts";
import type { IncomingMessage, MessageOutcome } from "./schema.ts";
import { deleteDone, insertMessage, settleMessage } from "./store.ts";

/**
 * Takes in what others send us, each thing once. Whoever has more to do than to publish an event about it (billing asks the store and waits for owners) works with the
 * rows themselves.
 */
export interface Inbox {
  /**
   * Keeps a message whose signature was checked and does what it says, in one transaction; resolves when that is committed, and only then the sender may be answered. The
   * same one again changes nothing and runs nothing, however many come at once. When `apply` throws, nothing is kept, so that the sender sends it again.
   */
  receive(message: IncomingMessage, apply: (tx: Tx) => Promise<MessageOutcome>): Promise<"new" | "duplicate">;
  /** Forgets messages that are done and were kept without their body 30 days after they came: longer than any sender repeats one. */
  prune(): Promise<void>;
}

interface InboxOptions {
  db: Pick<Database, "asSystem" | "systemStatement">;
  metrics: Pick<Metrics, "counter">;
}

const keptDays = 30;
/** Messages that one statement removes. */
const removedAtOnce = 1_000;

export function createInbox({ db, metrics }: InboxOptions): Inbox {
  const count = metrics.counter("plinth_inbox_messages_total", "Messages taken in, by sender and what became of them", [
    "source",
    "outcome",
  ]);
  return {
    receive: async (message, apply) => {
      const { source } = message;
      const outcome = await db.asSystem("inbox", async (tx) => {
        const id = await insertMessage(tx, message, undefined);
        if (id === undefined) return undefined;
        const result = await apply(tx);
        await settleMessage(tx, id, result);
        return result;
      });
      count({ source, outcome: outcome?.status ?? "duplicate" });
      return outcome === undefined ? "duplicate" : "new";
    },
    prune: async () => {
      let removed = removedAtOnce;
      while (removed === removedAtOnce)
        removed = await db.systemStatement("inbox retention", (tx) => deleteDone(tx, keptDays, removedAtOnce));
    },
  };
}
