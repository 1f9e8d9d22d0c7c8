import { Pool } from "pg";
import { session, sql } from "../src/core/tables.ts";
import type { Ground } from "./ground.ts";
import { compare, inTurn, perSecond, type Row } from "./measure.ts";

const clients = 16;

/** One read of a workspace's rows behind row-level security, beside the same query on the same rows without it. */
export async function measureTenantRead({ db, admin, workspaces, app_url }: Ground): Promise<Row[]> {
  await admin.query("create table public.open_members as select * from workspaces.members");
  await admin.query(
    "alter table public.open_members add primary key (workspace_id, user_id); grant select on public.open_members to plinth_app; analyze",
  );
  const pool = new Pool({ connectionString: app_url, max: 20 });
  const pipelined = new Pool({ connectionString: app_url, max: 20, pipeline: true });
  const ctxOf = (n: number) => workspaces[n % workspaces.length];
  const guarded = (n: number, how: "statement" | "inWorkspace") => {
    const ctx = ctxOf(n);
    if (ctx === undefined) throw new Error("There are no workspaces");
    return db[how](ctx, (tx) =>
      sql`select user_id, role from workspaces.members where workspace_id = ${ctx.workspace_id}`.execute(tx[session]),
    );
  };
  const open = (n: number) =>
    pool.query("select user_id, role from public.open_members where workspace_id = $1", [ctxOf(n)?.workspace_id]);
  // The same transaction in the same way, but for the settings and the policy: three messages that nobody awaits singly.
  const openTransaction = async (n: number) => {
    const own = await pipelined.connect();
    try {
      const sent = [
        own.query("begin"),
        own.query("select user_id, role from public.open_members where workspace_id = $1", [ctxOf(n)?.workspace_id]),
        own.query("commit"),
      ];
      await Promise.all(sent);
    } finally {
      own.release();
    }
  };
  try {
    const measured = await inTurn(5, {
      bare: () => perSecond(clients, 3_000, open),
      statement: () => perSecond(clients, 3_000, (n) => guarded(n, "statement")),
      transaction: () => perSecond(clients, 3_000, openTransaction),
      inWorkspace: () => perSecond(clients, 3_000, (n) => guarded(n, "inWorkspace")),
    });
    const statement = "tenant read, one round trip (`db.statement`)";
    return [
      compare(
        statement,
        measured.statement,
        measured.transaction,
        "same pipelined transaction, no RLS, bare `pg`",
        0.8,
      ),
      compare(statement, measured.statement, measured.bare, "same query alone, no RLS, no transaction"),
      compare(
        "tenant transaction, one query (`db.inWorkspace`)",
        measured.inWorkspace,
        measured.transaction,
        "same pipelined transaction, no RLS, bare `pg`",
      ),
    ];
  } finally {
    await Promise.all([pool.end(), pipelined.end()]);
  }
}
