import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tenantWallFaults } from "../../src/core/tenant-wall.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

/** Tables that hold no tenant's rows, each with the reason. plinth_app has no grant on them, unless it says reading. */
const platformTables: Record<string, string> = {
  "ai_ledger.feature_spending": "what a feature may cost over all workspaces",
  "analytics.recordings": "how far the history is written, of everybody at once",
  "analytics.sign_up_days": "how many people came on a day, and nothing of who",
  "billing.checkout_reports": "what a store says of its checkouts, before anybody knows whose they are",
  "billing.leases": "who may ask a store about a buyer, before anybody knows whose buyer it is",
  "billing.payment_attempts": "facts without an owner until their subscription has one",
  "billing.payments": "facts without an owner until their subscription has one",
  "billing.reconciliations": "over everybody's subscriptions at once",
  "billing.reversals": "facts without an owner until their subscription has one",
  "billing.transfers": "between two workspaces, so neither's",
  "checkout.trial_redemptions": "one trial for a person, whatever the workspace",
  "inbox.webhook_events": "what the stores sent, before anybody knows whose it is",
  "entitlements.default_plans": "the catalogue, the same for everybody; reading",
  "events.dead_letter_jobs": "over everybody's dead letters at once",
  "events.key_windows": "how often what is limited was begun, by the subscriber's own keys",
  "events.paused_subscribers": "the installation's own",
  "factors.authenticators": "people belong to no workspace",
  "factors.challenges": "people belong to no workspace",
  "factors.passkeys": "people belong to no workspace",
  "factors.recovery_codes": "people belong to no workspace",
  "federation.flows": "people belong to no workspace",
  "federation.identities": "people belong to no workspace",
  "identity.one_time_tokens": "people belong to no workspace",
  "identity.passwords": "people belong to no workspace",
  "identity.users": "people belong to no workspace",
  "sms.opt_outs": "a number's wish holds for every workspace",
  "licensing.signing_keys": "the installation's own",
  "locks.locks": "a lock is a name and a number, of the platform or of any workspace",
  "messaging.dev_mailbox": "development only",
  "messaging.email_logs": "mails go to people before there is a workspace",
  "messaging.suppressions": "addresses belong to no workspace",
  "plans.plan_versions": "the catalogue, the same for everybody; reading",
  "plans.plans": "the catalogue, the same for everybody; reading",
  "plinth.idempotency_keys": "kept by scope, before a workspace is entered",
  "plinth.migrations": "the history itself",
  "plinth.rate_limit_violations": "counted before a workspace is entered",
  "safety.referral_days": "how often somebody was pointed to help on a day, and nothing of who",
  "schedules.runs": "the platform's and the products' own, for everybody at once",
  "schedules.schedules": "the platform's and the products' own, for everybody at once",
  "sessions.sessions": "people belong to no workspace",
  "sessions.signing_keys": "the installation's own",
};

/** What a tenant's table may lack, with the reason. */
const allowed: Record<string, string> = {
  "events.outbox has no index that begins with workspace_id":
    "nobody asks for a workspace's rows alone, and the round over workspaces would read such an index from end to end (0038_outbox_plans.sql)",
};

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

const allTables = () =>
  t.sql<{ table: string; schema: string; owner: string }>(
    `select n.nspname || '.' || c.relname as "table", n.nspname as schema, pg_get_userbyid(c.relowner) as owner
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1`,
  );

describe("every table", () => {
  test("stands behind the tenant wall, or on the list of those that hold no tenant's rows", async () => {
    const schemas = [...new Set((await allTables()).map(({ schema }) => schema))];
    const faults = await t.db.asSystem("test", (tx) => tenantWallFaults(tx, schemas));
    const ofTenants = faults.filter(
      (fault) => !Object.keys(platformTables).some((table) => fault.startsWith(`${table} `)),
    );
    expect(ofTenants).toEqual(Object.keys(allowed));
  });

  test("that holds no tenant's rows still exists, is owned by the owner, and shows plinth_app nothing but the catalogue", async () => {
    const tables = await allTables();
    for (const [table, reason] of Object.entries(platformTables)) {
      expect(tables).toContainEqual(expect.objectContaining({ table, owner: "plinth_owner" }));
      const [grants] = await t.sql<{ list: string }>(
        `select coalesce(string_agg(p, ',' order by p), '') as list
         from unnest(array['SELECT','INSERT','UPDATE','DELETE','TRUNCATE','REFERENCES','TRIGGER']) p where has_table_privilege('plinth_app', $1, p)`,
        [table],
      );
      expect({ table, grants: grants?.list }).toEqual({ table, grants: reason.endsWith("reading") ? "SELECT" : "" });
    }
  });

  test("has a primary key, and foreign keys between tenants' tables carry the workspace", async () => {
    const loose = await t.sql(
      `select conrelid::regclass::text as "table", conname from pg_constraint k
       where contype = 'f'
         and exists (select from pg_attribute where attrelid = k.conrelid and attname = 'workspace_id')
         and exists (select from pg_attribute where attrelid = k.confrelid and attname = 'workspace_id')
         and not exists (select from unnest(k.conkey) column_number join pg_attribute a
           on a.attrelid = k.conrelid and a.attnum = column_number where a.attname = 'workspace_id')`,
    );
    expect(loose).toEqual([]);
    const keyless = await t.sql(
      `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where relkind in ('r', 'p') and nspname not like 'pg\\_%' and nspname <> 'information_schema'
         and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
    );
    expect(keyless).toEqual([]);
  });
});

describe("the roles", () => {
  test("own nothing and pass nothing", async () => {
    const roles = await t.sql(
      `select rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
         (select count(*)::int from pg_class where relowner = r.oid) as owned,
         (select count(*)::int from pg_auth_members where member = r.oid) as memberships
       from pg_roles r where rolname in ('plinth_app', 'plinth_system', 'plinth_ai') order by 1`,
    );
    const harmless = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreaterole: false,
      rolcreatedb: false,
      owned: 0,
      memberships: 0,
    };
    expect(roles).toEqual(["plinth_ai", "plinth_app", "plinth_system"].map((rolname) => ({ rolname, ...harmless })));
  });

  test("may TRUNCATE nothing, and plinth_ai sees nothing of people", async () => {
    const truncatable = await t.sql(
      `select c.oid::regclass::text, r.rolname from pg_class c, pg_roles r
       where c.relkind = 'r' and r.rolname in ('plinth_app', 'plinth_system', 'plinth_ai')
         and c.relnamespace::regnamespace::text not in ('pg_catalog', 'information_schema')
         and has_table_privilege(r.rolname, c.oid, 'truncate')`,
    );
    expect(truncatable).toEqual([]);
    const [schema] = await t.sql("select has_schema_privilege('plinth_ai', 'identity', 'usage') as seen");
    expect(schema).toEqual({ seen: false });
  });

  test("have no view or function that runs with its owner's rights, but those that show no row", async () => {
    const views = await t.sql(
      `select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind in ('v', 'm') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
         and not coalesce(c.reloptions::text like '%security_invoker=true%', false)`,
    );
    const functions = await t.sql(
      `select p.oid::regprocedure::text from pg_proc p join pg_namespace n on n.oid = p.pronamespace
       where p.prosecdef and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema' order by 1`,
    );
    // Completes a row of the transaction's own workspace; answers one question about one person, whether the account is open, or about a lock, whether a token is
    // still its own; counts a referral that belongs to
    // nobody; makes and drops partitions.
    expect([...views, ...functions]).toEqual([
      { oid: "events.complete(bigint,integer)" },
      { oid: "events.keep_partitions(integer)" },
      { oid: "identity.is_active(uuid)" },
      { oid: "locks.holds(text,bigint)" },
      { oid: "safety.count_referral()" },
      { oid: "usage.make_log_partitions()" },
    ]);
  });
});

describe("a violation is seen", () => {
  test.each([
    ["a table without the column", "create table planted.a (id int primary key)", "has no column workspace_id"],
    [
      "a nullable column",
      "create table planted.a (id int primary key, workspace_id uuid)",
      "has no column workspace_id",
    ],
    [
      "a table that nobody protected",
      "create table planted.a (workspace_id uuid not null, primary key (workspace_id))",
      "does not have row-level security enabled and forced",
    ],
    [
      "row-level security that is not forced",
      "create table planted.a (workspace_id uuid primary key); select plinth.protect_tenant_table('planted.a'); alter table planted.a no force row level security",
      "enabled and forced",
    ],
    [
      "a policy that lets everybody read",
      "create table planted.a (workspace_id uuid primary key); select plinth.protect_tenant_table('planted.a'); create policy open on planted.a for select using (true)",
      "lets other workspaces' rows through",
    ],
    [
      "a policy that checks reading alone",
      "create table planted.a (workspace_id uuid primary key); select plinth.protect_tenant_table('planted.a'); drop policy tenant on planted.a; create policy tenant on planted.a to plinth_app using (workspace_id = (select nullif(current_setting('app.workspace_id', true), '')::uuid)) with check (true)",
      "has no policy that holds plinth_app",
    ],
    [
      "an index that begins with something else",
      "create table planted.a (id int, workspace_id uuid not null, primary key (id, workspace_id)); select plinth.protect_tenant_table('planted.a')",
      "has no index that begins with workspace_id",
    ],
    [
      "TRUNCATE",
      "create table planted.a (workspace_id uuid primary key); select plinth.protect_tenant_table('planted.a'); grant truncate on planted.a to plinth_app",
      "TRUNCATE",
    ],
    [
      "a table of another owner",
      "reset role; create table planted.a (workspace_id uuid primary key)",
      "is not owned by plinth_owner",
    ],
  ])("%s", async (_, statements, fault) => {
    await t.sql(`create schema planted authorization plinth_owner; set role plinth_owner; ${statements}; reset role`);
    try {
      const faults = await t.db.asSystem("test", (tx) => tenantWallFaults(tx, ["planted"]));
      expect(faults.join("\n")).toContain(fault);
    } finally {
      await t.sql("drop schema planted cascade");
    }
  });

  test("and a protected table has none", async () => {
    await t.sql(
      "create schema planted authorization plinth_owner; set role plinth_owner; create table planted.a (workspace_id uuid primary key); select plinth.protect_tenant_table('planted.a'); reset role",
    );
    expect(await t.db.asSystem("test", (tx) => tenantWallFaults(tx, ["planted"]))).toEqual([]);
  });
});
