import type { Client } from "pg";
import type { Keyring } from "../crypto.ts";

/** The connection strings of the roles that serve. */
export interface RoleUrls {
  app_url: string;
  system_url: string;
}

/** The key that serialises migrations and role changes between processes of one database. */
export const migrationLock = 7_114_083_301;

const serving = ["plinth_app", "plinth_system"] as const;
type ServingRole = (typeof serving)[number];

/** The password of a serving role: derived from the installation's secret, so that no operator has to keep it. */
function rolePassword(keyring: Keyring, role: ServingRole): string {
  return keyring.derive(`database-role:${role}`).toString("base64url");
}

/** The connection strings of the serving roles on the server that the owner's string names. */
export function roleUrls(owner_url: string, keyring: Keyring): RoleUrls {
  const as = (role: ServingRole) => {
    const url = new URL(owner_url);
    url.username = role;
    url.password = rolePassword(keyring, role);
    return url.toString();
  };
  return { app_url: as("plinth_app"), system_url: as("plinth_system") };
}

const roleSettings: Record<ServingRole, Record<string, string>> = {
  plinth_app: { statement_timeout: "15s", lock_timeout: "5s", idle_in_transaction_session_timeout: "30s" },
  plinth_system: { statement_timeout: "60s", lock_timeout: "10s", idle_in_transaction_session_timeout: "60s" },
};

/**
 * Makes the roles and the schema of the migration history where they are missing. The connected user needs CREATEROLE and CREATE on
 * the database, unless an administrator made all of it before. With a keyring, the serving roles get their derived
 * passwords; without one (the operator gave their connection strings) their passwords are left alone.
 */
export async function prepareRoles(client: Client, keyring?: Keyring): Promise<void> {
  await client.query("begin");
  try {
    await client.query("select pg_advisory_xact_lock($1)", [migrationLock]);
    for (const role of ["plinth_owner", "plinth_ai", ...serving]) await createRole(client, role);
    if (keyring !== undefined) for (const role of serving) await letLogin(client, role, rolePassword(keyring, role));
    await ownSchema(client);
    await client.query("commit");
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}

async function createRole(client: Client, role: string): Promise<void> {
  const { rowCount } = await client.query("select from pg_roles where rolname = $1", [role]);
  if (rowCount === 0) await client.query(`create role ${role} nologin`);
}

/** Password and limits of a serving role; written only when they differ, as roles are shared by a whole cluster. */
async function letLogin(client: Client, role: ServingRole, password: string): Promise<void> {
  const settings = Object.entries(roleSettings[role]).map(([name, value]) => `${name}=${value}`);
  const mark = `plinth ${Buffer.from(password).subarray(0, 4).toString("hex")} ${settings.join(" ")}`;
  const { rowCount } = await client.query(
    "select from pg_roles where rolname = $1 and rolcanlogin and shobj_description(oid, 'pg_authid') = $2",
    [role, mark],
  );
  if (rowCount !== 0) return;
  await client.query(`alter role ${role} login password ${client.escapeLiteral(password)}`);
  for (const [name, value] of Object.entries(roleSettings[role])) {
    await client.query(`alter role ${role} set ${name} = ${client.escapeLiteral(value)}`);
  }
  await client.query(`comment on role ${role} is ${client.escapeLiteral(mark)}`);
}

async function ownSchema(client: Client): Promise<void> {
  const { rows } = await client.query<{ name: string; member: boolean; creates: boolean; superuser: boolean }>(
    `select current_database() as name, pg_has_role(current_user, 'plinth_owner', 'set') as member,
       has_database_privilege('plinth_owner', current_database(), 'create') as creates,
       (select rolsuper from pg_roles where rolname = current_user) as superuser`,
  );
  const database = rows[0];
  if (database === undefined) throw new Error("PostgreSQL did not say which database this is");
  if (!database.member && !database.superuser) await client.query("grant plinth_owner to current_user");
  if (!database.creates) {
    await client.query(`grant create on database ${client.escapeIdentifier(database.name)} to plinth_owner`);
  }
  await client.query("set local role plinth_owner");
  await client.query("create schema if not exists plinth");
  await client.query(`create table if not exists plinth.migrations (
    applied_order bigint generated always as identity primary key,
    line text not null,
    number integer not null,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now(),
    unique (line, number)
  )`);
}
