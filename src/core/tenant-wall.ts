import { session, sql, type Tx } from "./tables.ts";

interface TableFacts {
  table: string;
  has_workspace: boolean;
  is_forced: boolean;
  has_policy: boolean;
  has_open_policy: boolean;
  has_index: boolean;
  is_owned: boolean;
  can_truncate: boolean;
}

/** How PostgreSQL writes the one condition that holds a row to the workspace of the transaction. */
const ownRows =
  "(workspace_id = ( SELECT (NULLIF(current_setting('app.workspace_id'::text, true), ''::text))::uuid AS \"nullif\"))";

/**
 * What is missing for each table of the schemas to stand behind the tenant wall, as sentences; empty when nothing is. Read from the
 * catalogue, so it holds for tables that nobody of this house wrote.
 */
export async function tenantWallFaults(tx: Tx, schemas: string[]): Promise<string[]> {
  const { rows } = await sql<TableFacts>`
    with applying as (
      select p.polrelid, coalesce(p.polcmd = '*' and pg_get_expr(p.polqual, p.polrelid) = ${ownRows}
        and pg_get_expr(p.polwithcheck, p.polrelid) = ${ownRows}, false) as is_tenant
      from pg_policy p where p.polpermissive and p.polroles && array[0::oid, 'plinth_app'::regrole::oid]
    )
    select format('%I.%I', n.nspname, c.relname) as table,
      w.attnum is not null as has_workspace,
      c.relrowsecurity and c.relforcerowsecurity as is_forced,
      exists (select from applying p where p.polrelid = c.oid and p.is_tenant) as has_policy,
      exists (select from applying p where p.polrelid = c.oid and not p.is_tenant) as has_open_policy,
      exists (select from pg_index i where i.indrelid = c.oid and i.indkey[0] = w.attnum and i.indpred is null) as has_index,
      pg_get_userbyid(c.relowner) = 'plinth_owner' as is_owned,
      has_table_privilege('plinth_app', c.oid, 'truncate') as can_truncate
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute w
      on w.attrelid = c.oid and w.attname = 'workspace_id' and w.attnotnull and w.atttypid = 'uuid'::regtype
    where c.relkind in ('r', 'p') and n.nspname = any(${schemas})
    order by 1`.execute(tx[session]);
  return rows.flatMap(faultsOf);
}

function faultsOf(facts: TableFacts): string[] {
  const wants: [boolean, string][] = [
    [facts.has_workspace, "has no column workspace_id uuid not null"],
    [facts.is_forced, "does not have row-level security enabled and forced"],
    [
      facts.has_policy,
      "has no policy that holds plinth_app to its workspace, reading (USING) and writing (WITH CHECK)",
    ],
    [!facts.has_open_policy, "has a policy for plinth_app that lets other workspaces' rows through"],
    [facts.has_index, "has no index that begins with workspace_id"],
    [facts.is_owned, "is not owned by plinth_owner"],
    [!facts.can_truncate, "lets plinth_app TRUNCATE, which row-level security does not stop"],
  ];
  return wants.filter(([holds]) => !holds).map(([, fault]) => `${facts.table} ${fault}`);
}
