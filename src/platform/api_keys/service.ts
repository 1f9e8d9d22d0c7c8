import { timingSafeEqual } from "node:crypto";
import { BlockList, isIP } from "node:net";
import type { Clock } from "../../core/clock.ts";
import { type ApiKeyActor, type Ctx, roleAtLeast, userOf } from "../../core/context.ts";
import { sha256 } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { requestErrors } from "../../core/errors.ts";
import { newId } from "../../core/id.ts";
import type { Listener } from "../../core/listener.ts";
import { createLiveCache } from "../../core/live-cache.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { PageQuery } from "../../core/schema.ts";
import type { Audit } from "../audit/index.ts";
import type { Workspaces } from "../workspaces/index.ts";
import { apiKeyErrors } from "./errors.ts";
import { looksLikeKey, newSecret, readKey, writeKey } from "./key-text.ts";
import type { ApiKey, ApiKeyChange, NewApiKey, ShownApiKey } from "./schema.ts";
import {
  countKeys,
  findKey,
  findLiveKey,
  insertKey,
  listKeys,
  lockKeys,
  revokeKey,
  rotateKey,
  touchKey,
  updateKey,
} from "./store.ts";

interface ApiKeysOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "systemStatement">;
  listener: Pick<Listener, "connected" | "onGap" | "on">;
  audit: Pick<Audit, "record">;
  workspaces: { quotas: Pick<Workspaces["quotas"], "count" | "requireRoom"> };
  clock: Clock;
  environment: "live" | "test";
  /** Calls in a minute of a key that says nothing of it. */
  rate_per_minute: number;
  onError: (error: unknown) => void;
}

export type ApiKeys = ReturnType<typeof createApiKeys>;

type LiveKey = NonNullable<Awaited<ReturnType<typeof findLiveKey>>> & { addresses: BlockList | undefined };

/** Keys by which programs act in a workspace: only hashes of them are kept. */
export function createApiKeys(options: ApiKeysOptions) {
  const { db, listener, audit, workspaces, clock, environment } = options;
  const keys = createLiveCache<LiveKey>({
    listener,
    tags: ({ id, created_by }) => [`api_key:${id}`, `user:${created_by}`],
  });
  listener.on("plinth_changes", keys.forget);
  workspaces.quotas.count("api_keys", countKeys);
  const touched = new Map<string, number>();
  let scopes: readonly string[] = [];

  const checkScopes = (wanted: string[]) => {
    const unknown = wanted.filter((scope) => !scopes.includes(scope));
    if (unknown.length === 0) return;
    const detail = `has unknown scopes: ${unknown.join(", ")}; there are ${scopes.join(", ")}`;
    throw apiKeyErrors.unknown_scope({ errors: [{ pointer: "/scopes", detail }] });
  };
  const load = async (id: string): Promise<LiveKey> => {
    const found = await db.systemStatement("authenticate key", (tx) => findLiveKey(tx, id));
    if (found === undefined) throw requestErrors.unauthenticated();
    const { allowed_addresses } = found;
    return { ...found, addresses: allowed_addresses.length === 0 ? undefined : addressList(allowed_addresses) };
  };
  const touch = (id: string) => {
    const now = clock.now().getTime();
    if (now - (touched.get(id) ?? Number.NEGATIVE_INFINITY) < 60_000) return;
    if (touched.size > 10_000) touched.clear();
    touched.set(id, now);
    void db.systemStatement("key used", (tx) => touchKey(tx, id)).catch(options.onError);
  };
  const maker = (ctx: Ctx): string => {
    const user_id = ctx.actor.kind === "user" ? userOf(ctx) : undefined;
    if (user_id === undefined) throw requestErrors.person_required();
    return user_id;
  };
  const recorded = (ctx: Ctx, action: string, id: string, details: Record<string, unknown> = {}) => ({
    action: `api_keys.${action}`,
    target: `api_key:${id}`,
    details: { ...details, role: ctx.role },
  });

  return {
    /** Names the scopes that keys may be given: those that routes ask for. */
    setScopes: (known: readonly string[]): void => {
      scopes = known;
    },
    scopes: () => scopes,

    looksLikeKey,

    /**
     * The program behind a key. Throws `request.unauthenticated` for a key that is damaged (without asking the database), unknown, revoked, expired
     * or of another environment, `api_keys.address_forbidden`, and `request.rate_limited` when the key has called too often.
     */
    authenticate: async (text: string, ip: string): Promise<ApiKeyActor> => {
      const given = readKey(text);
      if (given === undefined || given.environment !== environment) throw requestErrors.unauthenticated();
      const key = await keys.get(given.id, () => load(given.id));
      const now = clock.now();
      if (!isRightSecret(key, given.secret, now)) throw requestErrors.unauthenticated();
      if (key.expires_at !== null && now >= key.expires_at) throw requestErrors.unauthenticated();
      if (key.addresses !== undefined && !contains(key.addresses, ip)) throw apiKeyErrors.address_forbidden();
      const limit = key.rate_per_minute ?? options.rate_per_minute;
      touch(key.id);
      const { id: key_id, created_by: user_id, workspace_id, role, scopes: granted } = key;
      return { kind: "api_key", key_id, user_id, workspace_id, scopes: granted, role, rate_per_minute: limit };
    },

    /**
     * Makes a key; its text is in this answer and nowhere else. Throws `api_keys.unknown_scope`, `api_keys.outranks_creator`,
     * `workspaces.quota_reached`, `request.invalid` for addresses that are none.
     */
    create: async (ctx: Ctx, input: NewApiKey): Promise<ShownApiKey> => {
      checkScopes(input.scopes);
      addressList(input.allowed_addresses ?? []);
      if (!roleAtLeast(ctx.role, input.role)) throw apiKeyErrors.outranks_creator();
      const expires_at = input.expires_at === undefined ? null : new Date(input.expires_at);
      if (expires_at !== null && !(expires_at > clock.now())) {
        throw requestErrors.invalid({ errors: [{ pointer: "/expires_at", detail: "must be a time in the future" }] });
      }
      const { workspace_id } = ctx;
      const [id, secret] = [newId(), newSecret()];
      const { name, scopes: granted, role, allowed_addresses = [], rate_per_minute = null } = input;
      const fields = { name, scopes: granted, role, allowed_addresses, rate_per_minute, expires_at };
      const row = await db.inWorkspace(ctx, async (tx) => {
        await lockKeys(tx, workspace_id);
        await workspaces.quotas.requireRoom(tx, ctx, "api_keys");
        await audit.record(tx, ctx, recorded(ctx, "created", id, { scopes: granted }));
        const hidden = { secret_hash: sha256(secret), last4: secret.slice(-4), created_by: maker(ctx) };
        return insertKey(tx, { ...fields, ...hidden, id, workspace_id, environment });
      });
      return { ...shown(row), key: writeKey({ id, environment, secret }) };
    },

    /** The keys of the workspace, the newest first, revoked ones among them. */
    list: async (ctx: Ctx, { limit, cursor }: PageQuery) => {
      const after = readCursor(cursor);
      const page = pageOf(await db.statement(ctx, (tx) => listKeys(tx, ctx.workspace_id, after, limit)), limit);
      return { ...page, data: page.data.map(shown) };
    },

    get: async (ctx: Ctx, id: string): Promise<ApiKey> =>
      shown(required(await db.statement(ctx, (tx) => findKey(tx, ctx.workspace_id, id)))),

    /** Changes what a key may do. Throws `request.not_found`, `api_keys.unknown_scope`. */
    update: async (ctx: Ctx, id: string, change: ApiKeyChange): Promise<ApiKey> => {
      checkScopes(change.scopes ?? []);
      addressList(change.allowed_addresses ?? []);
      const row = await db.inWorkspace(ctx, async (tx) => {
        const updated = required(await updateKey(tx, ctx.workspace_id, id, change));
        await audit.record(tx, ctx, recorded(ctx, "updated", id, { fields: Object.keys(change) }));
        return updated;
      });
      keys.forget(`api_key:${id}`);
      return shown(row);
    },

    /** Gives a key another secret, shown this once; the present one stays good for the overlap. */
    rotate: async (ctx: Ctx, id: string, overlap_hours: number): Promise<ShownApiKey> => {
      const secret = newSecret();
      const next = { workspace_id: ctx.workspace_id, id, secret_hash: sha256(secret), last4: secret.slice(-4) };
      const row = await db.inWorkspace(ctx, async (tx) => {
        const rotated = required(await rotateKey(tx, { ...next, overlap_hours }));
        await audit.record(tx, ctx, recorded(ctx, "rotated", id, { overlap_hours }));
        return rotated;
      });
      keys.forget(`api_key:${id}`);
      return { ...shown(row), key: writeKey({ id, environment: row.environment, secret }) };
    },

    /** Ends a key for good: this process refuses it at once, every other within a second. */
    revoke: async (ctx: Ctx, id: string): Promise<void> => {
      await db.inWorkspace(ctx, async (tx) => {
        if (!(await revokeKey(tx, ctx.workspace_id, id))) throw requestErrors.not_found();
        await audit.record(tx, ctx, recorded(ctx, "revoked", id));
      });
      keys.forget(`api_key:${id}`);
    },
  };
}

function isRightSecret(key: LiveKey, secret: string, now: Date): boolean {
  const hash = sha256(secret);
  if (timingSafeEqual(hash, key.secret_hash)) return true;
  const { previous_secret_hash, previous_expires_at } = key;
  if (previous_secret_hash === null || previous_expires_at === null) return false;
  return timingSafeEqual(hash, previous_secret_hash) && now < previous_expires_at;
}

function shown(row: Omit<ApiKey, "prefix">): ApiKey {
  const start = writeKey({ id: row.id, environment: row.environment, secret: "" });
  return { ...row, prefix: start.slice(0, start.indexOf("_", 8)) };
}

/** Throws `request.invalid` for what is no address and no CIDR range. */
function addressList(addresses: string[]): BlockList {
  const list = new BlockList();
  addresses.forEach((text, index) => {
    const [address = "", bits, ...rest] = text.split("/");
    const version = isIP(address);
    const longest = version === 4 ? 32 : 128;
    const prefix = bits === undefined ? longest : Number(bits);
    if (version === 0 || rest.length > 0 || !/^\d{1,3}$/.test(bits ?? "0") || prefix > longest) {
      const detail = "must be an address or a CIDR range such as 192.0.2.0/24";
      throw requestErrors.invalid({ errors: [{ pointer: `/allowed_addresses/${index}`, detail }] });
    }
    list.addSubnet(address, prefix, version === 4 ? "ipv4" : "ipv6");
  });
  return list;
}

function contains(list: BlockList, ip: string): boolean {
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, "");
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

function required<T>(found: T | undefined): T {
  if (found === undefined) throw requestErrors.not_found();
  return found;
}
