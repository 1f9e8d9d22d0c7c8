import type { Socket } from "node:net";
import {
  type CompiledQuery,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from "kysely";
import { Pool, type PoolClient, types } from "pg";
import { type Clock, systemClock } from "./clock.ts";
import type { Ctx } from "./context.ts";
import { isId } from "./id.ts";
import { session, type Tx } from "./tables.ts";

/** The database as modules see it: transactions, each bound to one workspace or to a named task of the platform. */
export interface Database {
  /**
   * Runs the work in a transaction that sees the rows of `ctx.workspace_id` only (role `plinth_app`, row-level
   * security). BEGIN and the settings are sent ahead of the first query and not awaited. A serialization failure or a
   * deadlock runs the work again, at most three times: so the work does nothing but talk to the database.
   */
  inWorkspace<R>(ctx: WorkspaceScope, work: (tx: Tx) => Promise<R>): Promise<R>;
  /**
   * As `inWorkspace` for work of exactly one statement: BEGIN, settings, statement and COMMIT leave in one round trip.
   * A second statement throws.
   */
  statement<R>(ctx: WorkspaceScope, work: (tx: Tx) => Promise<R>): Promise<R>;
  /** Runs the work across workspaces (role `plinth_system`), for a task of the platform that the reason names. */
  asSystem<R>(reason: string, work: (tx: Tx) => Promise<R>): Promise<R>;
  /**
   * As `asSystem` for exactly one statement: one round trip, committed by itself. `settings` are for the planner, for example
   * `{ enable_seqscan: "off" }` where tables grow from nothing to much faster than their statistics.
   */
  systemStatement<R>(reason: string, work: (tx: Tx) => Promise<R>, settings?: Record<string, string>): Promise<R>;
  /** Connections in use, idle and awaited, by pool. */
  pools(): { pool: string; total: number; idle: number; waiting: number }[];
  /** Waits for running transactions and closes the pools. */
  close(): Promise<void>;
}

type WorkspaceScope = Pick<Ctx, "workspace_id" | "actor">;

export interface DatabaseOptions {
  /** Connection string of the role `plinth_app`. */
  app_url: string;
  /** Connection string of the role `plinth_system`. */
  system_url: string;
  /** Whether statements are prepared once per connection; off behind a PgBouncer older than 1.21 in transaction mode. Default true. */
  prepared_statements?: boolean;
  /** Connections of the app pool; the system pool has half as many, at least 4. Default 20. */
  pool_size?: number;
  clock?: Clock;
  /** Told of errors of idle connections, which nobody awaits. */
  onError?: (error: Error) => void;
  /** Told the reason of each task of the platform as it starts. */
  onSystem?: (reason: string) => void;
}

// PostgreSQL's int8 as a JavaScript number: counters and money in minor units stay far below 2^53, and what does
// not is refused loudly instead of rounded.
types.setTypeParser(types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`The integer ${text} is too large for a number`);
  return value;
});

// A calendar day is a text (2026-11-21): as a Date it would move with the machine's time zone.
types.setTypeParser(types.builtins.DATE, (text) => text);

const dialect = {
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new DummyDriver(),
  createIntrospector: (db: Kysely<unknown>) => new PostgresIntrospector(db),
  createQueryCompiler: () => new PostgresQueryCompiler(),
};
const kysely = new Kysely<unknown>({ dialect });
const executor = kysely.getExecutor();

/** Opens the pools. Nothing is connected before the first query. */
export function createDatabase(options: DatabaseOptions): Database {
  const clock = options.clock ?? systemClock;
  const size = options.pool_size ?? 20;
  const prepares = options.prepared_statements ?? true;
  const app = { pool: createPool(options.app_url, size, options.onError), prepares };
  const system = { pool: createPool(options.system_url, Math.max(4, size / 2), options.onError), prepares };
  const clockSetting = () => {
    const offset = clock.offset();
    return offset === 0 ? "" : `; set local plinth.clock_offset = '${Math.trunc(offset)} milliseconds'`;
  };
  const tenant = (ctx: WorkspaceScope) => `begin${scope(ctx)}${clockSetting()}`;
  const asSystem = (reason: string) => {
    options.onSystem?.(reason);
    return clockSetting();
  };
  return {
    inWorkspace: (ctx, work) => withRetry(() => transaction(app, tenant(ctx), work)),
    statement: (ctx, work) => withRetry(() => oneStatement(app, tenant(ctx), work)),
    asSystem: (reason, work) => withRetry(() => transaction(system, `begin${asSystem(reason)}`, work)),
    systemStatement: (reason, work, settings) =>
      withRetry(() => {
        const setting = asSystem(reason) + localSettings(settings);
        return oneStatement(system, setting === "" ? undefined : `begin${setting}`, work);
      }),
    pools: () => [describe("app", app.pool), describe("system", system.pool)],
    close: async () => {
      await Promise.all([app.pool.end(), system.pool.end()]);
    },
  };
}

function createPool(url: string, max: number, onError?: (error: Error) => void): Pool {
  const pool = new Pool({ connectionString: url, max, pipeline: true, connectionTimeoutMillis: 5_000 });
  pool.on("error", (error) => onError?.(error));
  // A connection that dies while it is in use tells its query, and itself too: unheard, that would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** Where a transaction gets its connection, and how it runs its statements. */
interface Source {
  pool: Pool;
  prepares: boolean;
}

function describe(name: string, pool: Pool) {
  return { pool: name, total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount };
}

/** The settings that row-level security reads. The ids are checked, because SET takes no parameters. */
function scope(ctx: WorkspaceScope): string {
  const user_id = ctx.actor.kind === "system" ? "" : ctx.actor.user_id;
  if (!isId(ctx.workspace_id)) throw new TypeError("A workspace's transaction needs the workspace's UUID");
  if (user_id !== "" && !isId(user_id)) throw new TypeError("A person's transaction needs the person's UUID");
  return `; set local app.workspace_id = '${ctx.workspace_id}'; set local app.user_id = '${user_id}'`;
}

/** Settings for the transaction alone. Their names and values are the code's own, never a caller's of the API. */
function localSettings(settings: Record<string, string> = {}): string {
  return Object.entries(settings)
    .map(([name, value]) => `; set local ${name} = '${value}'`)
    .join("");
}

async function transaction<R>(source: Source, opening: string, work: (tx: Tx) => Promise<R>): Promise<R> {
  const client = await source.pool.connect();
  const effects: (() => void)[] = [];
  const flush = holdBack(client);
  const opened = ignoreUntilAwaited(client.query(opening));
  let broken: Error | undefined;
  let isOver = false;
  try {
    const result = await work(
      createTx(
        plainConnection(client, source, flush, () => isOver),
        effects,
      ),
    );
    isOver = true;
    flush();
    await opened;
    await commit(client);
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    isOver = true;
    flush();
    broken = await rollback(client);
    // When BEGIN itself failed the transaction never was: that is the error to tell.
    await opened;
    throw error;
  } finally {
    client.release(broken);
  }
}

async function oneStatement<R>(source: Source, opening: string | undefined, work: (tx: Tx) => Promise<R>): Promise<R> {
  const client = await source.pool.connect();
  const effects: (() => void)[] = [];
  const flush = holdBack(client);
  const opened = opening === undefined ? undefined : ignoreUntilAwaited(client.query(opening));
  let broken: Error | undefined;
  try {
    const result = await work(createTx(singleUseConnection(client, source, opening !== undefined, flush), effects));
    flush();
    await opened;
    for (const effect of effects) effect();
    return result;
  } catch (error) {
    flush();
    broken = opening === undefined && !isConnectionLost(error) ? undefined : await rollback(client);
    await opened;
    throw error;
  } finally {
    client.release(broken);
  }
}

function createTx(connection: DatabaseConnection, effects: (() => void)[]): Tx {
  const provider = { provideConnection: <T>(use: (c: DatabaseConnection) => Promise<T>) => use(connection) };
  return {
    [session]: new Kysely<unknown>({
      config: { dialect },
      dialect,
      driver: new DummyDriver(),
      executor: executor.withConnectionProvider(provider),
    }),
    afterCommit: (effect) => {
      effects.push(effect);
    },
  };
}

/**
 * Keeps what is sent on the connection back until the returned function is called, so that BEGIN, the settings and the first query leave in one
 * packet: three of four parts of a small transaction's time here were system calls that wrote to the socket.
 */
function holdBack(client: PoolClient): () => void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  let isHeld = true;
  stream.cork();
  return () => {
    if (isHeld) stream.uncork();
    isHeld = false;
  };
}

function plainConnection(
  client: PoolClient,
  source: Source,
  flush: () => void,
  isOver: () => boolean,
): DatabaseConnection {
  return {
    executeQuery: async <R>(query: CompiledQuery) => {
      // Work that was given up may still run: its queries must not reach whoever has the connection by now, in another workspace.
      if (isOver()) throw new Error("The transaction is over: it was committed, or rolled back");
      const result = run<R>(client, source, query);
      flush();
      return result;
    },
    streamQuery: refuseStream,
  };
}

/** A connection that sends COMMIT right behind its first statement and takes no second one. */
function singleUseConnection(
  client: PoolClient,
  source: Source,
  inTransaction: boolean,
  flush: () => void,
): DatabaseConnection {
  let used = false;
  return {
    executeQuery: async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
      if (used) throw new Error("This transaction was opened for one statement; use inWorkspace or asSystem for more");
      used = true;
      const result = ignoreUntilAwaited(run<R>(client, source, query));
      const committed = inTransaction ? ignoreUntilAwaited(commit(client)) : undefined;
      flush();
      const rows = await result;
      await committed;
      return rows;
    },
    streamQuery: refuseStream,
  };
}

async function* refuseStream<R>(): AsyncGenerator<QueryResult<R>> {
  yield* [];
  throw new Error("Rows are not streamed; read them in pages");
}

/**
 * Texts that are prepared: each connection parses and plans one once, and then only runs it. So many at most, because each is kept in each
 * connection; lists of varying length make ever new texts.
 */
const prepared = new Map<string, string>();
const mostPrepared = 500;

function preparedName(text: string): string | undefined {
  const known = prepared.get(text);
  if (known !== undefined || prepared.size >= mostPrepared) return known;
  const name = `plinth_${prepared.size}`;
  prepared.set(text, name);
  return name;
}

async function run<R>(client: PoolClient, { prepares }: Source, query: CompiledQuery): Promise<QueryResult<R>> {
  const name = prepares ? preparedName(query.sql) : undefined;
  const result = await client.query({ text: query.sql, values: query.parameters as unknown[], ...(name && { name }) });
  const changed = result.command !== "SELECT" && result.rowCount !== null ? BigInt(result.rowCount) : undefined;
  return { rows: result.rows as R[], ...(changed === undefined ? {} : { numAffectedRows: changed }) };
}

/** Commits; throws when PostgreSQL answers ROLLBACK because a statement's error had been swallowed. */
async function commit(client: PoolClient): Promise<void> {
  const { command } = await client.query("commit");
  if (command === "ROLLBACK") throw new Error("The transaction was rolled back: an earlier statement had failed");
}

/** Rolls back; returns the error of a connection that can no longer be used, so that the pool drops it. */
async function rollback(client: PoolClient): Promise<Error | undefined> {
  try {
    await client.query("rollback");
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error("The rollback failed");
  }
}

/** Lets a promise be awaited later without Node taking its rejection for an unhandled one. */
function ignoreUntilAwaited<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

const retryable = new Set(["40001", "40P01"]);

async function withRetry<R>(attempt: () => Promise<R>): Promise<R> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= 4 || !retryable.has(sqlState(error) ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * tries));
    }
  }
}

/** The SQLSTATE of a PostgreSQL error (five characters), undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  // No class of SQLSTATE begins with E, and Node's EPIPE does.
  return typeof code === "string" && /^[0-9A-DF-Z][0-9A-Z]{4}$/.test(code) ? code : undefined;
}

const lostMessages =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|client was closed/i;
const lostCodes = /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH)/;

/** Whether the error means that PostgreSQL cannot be reached or is going down: worth a retry, nobody's fault. */
export function isConnectionLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const state = sqlState(error);
  if (state !== undefined) return state.startsWith("08") || state.startsWith("57P") || state === "53300";
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  return lostCodes.test(code) || lostMessages.test(error.message);
}
