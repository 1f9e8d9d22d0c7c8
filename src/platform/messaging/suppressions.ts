import { type UserCtx, userOf } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Addresses } from "./addresses.ts";
import { messagingErrors } from "./errors.ts";
import { complaintsOf, finality, outcomesOf } from "./rules.ts";
import type { DeliveryEvent, NewSuppression, Suppression, SuppressionQuery } from "./schema.ts";
import {
  insertSuppressions,
  liftSuppression,
  listSuppressions,
  recordOutcomes,
  type SuppressionRow,
  suppressByHand,
} from "./store.ts";

export type Suppressions = ReturnType<typeof createSuppressions>;

/** Whom no mail may go to, and what providers tell of it. */
export function createSuppressions({
  db,
  addresses,
}: {
  db: Pick<Database, "asSystem" | "systemStatement">;
  addresses: Addresses;
}) {
  const shown = ({ address_sealed, ...row }: SuppressionRow): Suppression => ({
    ...row,
    email: addresses.open(address_sealed),
  });
  return {
    /** The entries, the newest first. */
    list: async ({ limit, cursor, email, reason }: SuppressionQuery) => {
      const filter = {
        ...(email === undefined ? {} : { address_hash: addresses.hash(email) }),
        ...(reason === undefined ? {} : { reason }),
      };
      const after = readCursor(cursor);
      const rows = await db.systemStatement("suppressions", (tx) => listSuppressions(tx, filter, after, limit));
      const page = pageOf(rows, limit);
      return { ...page, data: page.data.map(shown) };
    },

    /** Stops every mail to an address. Again, it is the same entry. */
    create: async (ctx: UserCtx, { email, detail }: NewSuppression): Promise<Suppression> => {
      const created_by = userOf(ctx) ?? null;
      const row = {
        address_hash: addresses.hash(email),
        address_sealed: addresses.seal(email),
        detail: detail ?? null,
        created_by,
      };
      return shown(await db.systemStatement("suppressions", (tx) => suppressByHand(tx, row)));
    },

    /** Lets mails go to the address again, as far as this entry stopped them. Throws `messaging.suppression_not_found`. */
    lift: async (ctx: UserCtx, id: string): Promise<void> => {
      const isLifted = await db.systemStatement("suppressions", (tx) => liftSuppression(tx, id, userOf(ctx) ?? null));
      if (!isLifted) throw messagingErrors.suppression_not_found();
    },

    /** Takes in what a provider tells. The same again, and in any other order, ends the same. */
    record: async (events: DeliveryEvent[]): Promise<void> => {
      const rows = complaintsOf(events).map(({ email, ...word }) => ({
        ...word,
        address_hash: addresses.hash(email),
        address_sealed: addresses.seal(email),
      }));
      const outcomes = outcomesOf(events);
      await db.asSystem("delivery events", async (tx) => {
        if (outcomes.length > 0) await recordOutcomes(tx, outcomes, finality);
        await insertSuppressions(tx, rows);
      });
    },
  };
}
