import type { Ctx, Doors, Privacy } from "../../../product.ts";
import { personOf } from "../person.ts";
import { readAll, removeAll } from "./store.ts";

export type Export = Record<string, unknown[]>;

/** What prism keeps of a person, handed out and removed. */
export function createPrivacy({ db }: Pick<Doors, "db">): Privacy & { exportOwn(ctx: Ctx): Promise<Export> } {
  return {
    exportPerson: (tx, _ctx, user_id) => readAll(tx, user_id),
    erasePerson: (tx, _ctx, user_id) => removeAll(tx, user_id),
    /** The caller's own. */
    exportOwn: (ctx) => db.inWorkspace(ctx, (tx) => readAll(tx, personOf(ctx))),
  };
}
