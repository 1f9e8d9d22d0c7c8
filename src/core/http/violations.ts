import Type, { type Static } from "typebox";
import type { Database } from "../database.ts";
import type { Rate } from "../rates.ts";
import { Closed, Timestamp } from "../schema.ts";
import { ownTables, sql } from "../tables.ts";
import { type Route, route } from "./route.ts";

const tables = ownTables("plinth.rate_limit_violations");

const Violation = Closed({
  rate: Type.String({ description: "The rate's name" }),
  subject: Type.String({ description: "The address, person, key or workspace; a digest where it is an account" }),
  refused: Type.Integer(),
  first_at: Timestamp,
  last_at: Timestamp,
});
const Violations = Closed({ data: Type.Array(Violation) });
const ViolationQuery = Closed({
  rate: Type.Optional(Type.String({ maxLength: 100 })),
  limit: Type.Integer({ minimum: 1, maximum: 200, default: 50 }),
});

/** Remembers who was refused by a rate, for the operator. */
export interface Violations {
  /** Counts a refusal; what was counted is written once a second at most. */
  count(rate: Rate, subject: string): void;
  /** Those who were refused most. */
  list(query: Static<typeof ViolationQuery>): Promise<Static<typeof Violation>[]>;
  /** Writes what was counted and not written yet. */
  flush(): Promise<void>;
  /** Forgets who was not refused for a week. */
  purge(): Promise<void>;
}

/** Subjects at most between two writes: a flood of made-up addresses costs no memory. */
const most = 5_000;

export function createViolations(db: Pick<Database, "systemStatement">, onError: (error: unknown) => void): Violations {
  let counted = new Map<string, { rate: string; subject: string; refused: number }>();
  let timer: NodeJS.Timeout | undefined;

  const flush = async () => {
    clearTimeout(timer);
    timer = undefined;
    const rows = [...counted.values()];
    counted = new Map();
    if (rows.length === 0) return;
    await db.systemStatement("rate limit violations", (tx) =>
      tables(tx)
        .insertInto("plinth.rate_limit_violations")
        .values(rows)
        .onConflict((conflict) =>
          conflict.columns(["rate", "subject"]).doUpdateSet({
            refused: sql<number>`plinth.rate_limit_violations.refused + excluded.refused`,
            last_at: sql<Date>`now()`,
          }),
        )
        .execute(),
    );
  };
  return {
    count: ({ name }, subject) => {
      const id = `${name} ${subject}`;
      const known = counted.get(id);
      if (known !== undefined) known.refused++;
      else if (counted.size < most) counted.set(id, { rate: name, subject, refused: 1 });
      timer ??= setTimeout(() => void flush().catch(onError), 1_000).unref();
    },
    list: async ({ rate, limit }) => {
      await flush();
      return db.systemStatement("rate limit violations", (tx) =>
        tables(tx)
          .selectFrom("plinth.rate_limit_violations")
          .select(["rate", "subject", "refused", "first_at", "last_at"])
          .$if(rate !== undefined, (query) => query.where("rate", "=", rate ?? ""))
          .orderBy("refused", "desc")
          .orderBy("last_at", "desc")
          .limit(limit)
          .execute(),
      );
    },
    flush,
    purge: async () => {
      await db.systemStatement("forget violations", (tx) =>
        tables(tx)
          .deleteFrom("plinth.rate_limit_violations")
          .where("last_at", "<", sql<Date>`now() - interval '7 days'`)
          .execute(),
      );
    },
  };
}

export function violationRoutes(violations: Pick<Violations, "list">): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/rate-limit-violations",
      summary: "Who was refused by a rate in the last week, the most refused first",
      auth: "admin",
      query: ViolationQuery,
      responses: { 200: Violations },
      handler: async ({ query }) => ({ status: 200, body: { data: await violations.list(query) } }),
    }),
  ];
}
