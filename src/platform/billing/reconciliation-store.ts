import { newId } from "../../core/id.ts";
import type { Position } from "../../core/pages.ts";
import { ownTables, sql, type Tx } from "../../core/tables.ts";
import type { Store } from "../plans/index.ts";
import type { Environment, Reconciliation } from "./schema.ts";

const tables = ownTables("billing.reconciliations");

const now = sql<Date>`plinth.now()`;
/** What is compared with what was read, which has milliseconds. */
const nowInMilliseconds = sql<Date>`date_trunc('milliseconds', plinth.now())`;

export interface Run
  extends Pick<Reconciliation, "id" | "phase" | "seen" | "corrected" | "failed" | "started_at" | "updated_at"> {
  cursor: string | null;
}

/** Begins a run, or goes on with the one that was left; undefined while another process is at it (its last sign is younger than the patience). */
export async function beginRun(
  tx: Tx,
  { source, environment }: { source: Store; environment: Environment },
  patience_seconds: number,
): Promise<Run | undefined> {
  const { rows } = await sql<Run>`
    insert into billing.reconciliations as r (id, source, environment, phase, started_at, updated_at)
    values (${newId()}, ${source}, ${environment}, 'store', date_trunc('milliseconds', plinth.now()), date_trunc('milliseconds', plinth.now()))
    on conflict (source, environment) where finished_at is null do update set updated_at = date_trunc('milliseconds', plinth.now())
      where r.updated_at < plinth.now() - make_interval(secs => ${patience_seconds})
    returning id, phase, cursor, seen, corrected, failed, started_at, updated_at`.execute(tables(tx));
  return rows[0];
}

/** Notes how far the run came, so that it goes on from there; undefined when another process has taken it over meanwhile. */
export async function saveRun(
  tx: Tx,
  { id, phase, cursor, seen, corrected, failed, updated_at }: Run,
): Promise<Date | undefined> {
  const row = await tables(tx)
    .updateTable("billing.reconciliations")
    .set({
      phase,
      cursor,
      seen,
      corrected,
      failed,
      updated_at: nowInMilliseconds,
      ...(phase === "done" ? { finished_at: now } : {}),
    })
    .where("id", "=", id)
    .where("updated_at", "=", updated_at)
    .returning("updated_at")
    .executeTakeFirst();
  return row?.updated_at;
}

/** When the store was reconciled last. */
export async function lastFinished(
  tx: Tx,
  source: Store,
  environment: Environment,
): Promise<{ finished_at: Date | null; now: Date }> {
  return tables(tx)
    .selectNoFrom((eb) => [
      eb
        .selectFrom("billing.reconciliations")
        .select((each) => each.fn.max<Date | null>("finished_at").as("finished_at"))
        .where("source", "=", source)
        .where("environment", "=", environment)
        .as("finished_at"),
      now.as("now"),
    ])
    .executeTakeFirstOrThrow();
}

function selectRuns(tx: Tx) {
  return tables(tx)
    .selectFrom("billing.reconciliations")
    .select([
      "id",
      "source",
      "environment",
      "phase",
      "seen",
      "corrected",
      "failed",
      "started_at",
      "updated_at",
      "finished_at",
    ]);
}

function shown({
  environment,
  phase,
  ...row
}: Awaited<ReturnType<ReturnType<typeof selectRuns>["executeTakeFirstOrThrow"]>>): Reconciliation {
  return { ...row, environment: environment as Environment, phase: phase as Reconciliation["phase"] };
}

export async function findRun(tx: Tx, id: string): Promise<Reconciliation> {
  return shown(await selectRuns(tx).where("id", "=", id).executeTakeFirstOrThrow());
}

/** A page's rows and one more, newest first. */
export async function listRuns(tx: Tx, limit: number, after: Position | undefined): Promise<Reconciliation[]> {
  const rows = await selectRuns(tx)
    .where(
      after === undefined ? sql<boolean>`true` : sql<boolean>`(started_at, id) < (${after.created_at}, ${after.id})`,
    )
    .orderBy("started_at", "desc")
    .orderBy("id", "desc")
    .limit(limit + 1)
    .execute();
  return rows.map(shown);
}
