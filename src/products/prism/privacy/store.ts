import { sql, type Tx } from "../../../product.ts";
import { tables } from "../store.ts";

const tableOf = {
  turn: "prism.turns",
  session: "prism.mirror_sessions",
  fragment: "prism.mirror_fragments",
  goal: "prism.lens_goals",
  action: "prism.lens_actions",
} as const;

/** What is deleted first and purged later. */
export type Kind = keyof typeof tableOf;

/** Everything of the person's in the transaction's workspace, the oldest first, with what is deleted and not yet purged. */
export async function readAll(tx: Tx, user_id: string): Promise<Record<string, unknown[]>> {
  const all = (name: (typeof tableOf)[Kind]) =>
    tables(tx)
      .selectFrom(name)
      .selectAll()
      .where("user_id", "=", user_id)
      .orderBy("created_at")
      .orderBy("id")
      .execute();
  const messages = tables(tx)
    .selectFrom("prism.mirror_messages as message")
    .innerJoin("prism.mirror_sessions as session", "session.id", "message.session_id")
    .selectAll("message")
    .where("session.user_id", "=", user_id)
    .orderBy("message.session_id")
    .orderBy("message.position")
    .execute();
  const [turns, mirror_sessions, mirror_messages, mirror_fragments, lens_goals, lens_actions] = await Promise.all([
    all("prism.turns"),
    all("prism.mirror_sessions"),
    messages,
    all("prism.mirror_fragments"),
    all("prism.lens_goals"),
    all("prism.lens_actions"),
  ]);
  return { turns, mirror_sessions, mirror_messages, mirror_fragments, lens_goals, lens_actions };
}

/** Removes everything of the person's, in every workspace that the transaction sees; messages and actions go with what they belong to. */
export async function removeAll(tx: Tx, user_id: string): Promise<void> {
  for (const name of ["prism.turns", "prism.mirror_fragments", "prism.mirror_sessions", "prism.lens_goals"] as const) {
    await tables(tx).deleteFrom(name).where("user_id", "=", user_id).execute();
  }
}

/** Removes what was deleted; what is there no more, or was never deleted, is left alone. */
export async function purge(tx: Tx, kind: Kind, id: string): Promise<void> {
  await tables(tx).deleteFrom(tableOf[kind]).where("id", "=", id).where(sql<boolean>`deleted_at is not null`).execute();
}
