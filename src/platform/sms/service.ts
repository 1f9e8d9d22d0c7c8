import type { Ctx } from "../../core/context.ts";
import { hmac, type Keyring, open, seal } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { Metrics } from "../../core/metrics.ts";
import { pageOf, readCursor } from "../../core/pages.ts";
import type { Tx } from "../../core/tables.ts";
import { DependencyDown, defineSubscriber, type Events, type Subscriber } from "../events/index.ts";
import type { Inbox } from "../inbox/index.ts";
import { SmsRefused, smsErrors } from "./errors.ts";
import { SmsEnded, SmsReceived, SmsRequested } from "./events.ts";
import { isNumber, keywordOf, places } from "./rules.ts";
import type {
  IncomingSms,
  Keyword,
  NewSms,
  OutgoingSms,
  SmsMessage,
  SmsQuery,
  SmsStatus,
  SmsTransport,
  TakenSms,
} from "./schema.ts";
import {
  addOptOut,
  adoptProviderId,
  claimMessage,
  deleteMessagesOf,
  findByKey,
  findMessage,
  findOwner,
  forgetBodies,
  insertMessage,
  listMessages,
  listOutgoing,
  recordStatus,
  removeOptOut,
  type SmsRow,
} from "./store.ts";

/** Text messages, whoever carries them. */
export interface Sms {
  /**
   * Sends a message when the transaction commits; the same key again is the same message. A number gets two messages a minute at most, more wait. Whoever asked for no more gets none, and
   * the message ends as `suppressed`. Throws `sms.number_invalid`.
   */
  send(tx: Tx, ctx: Pick<Ctx, "workspace_id" | "request_id">, message: NewSms): Promise<{ id: string }>;
  /** The workspace's messages, the newest first. */
  list(ctx: Ctx, query: SmsQuery): Promise<{ data: SmsMessage[]; next_cursor: string | null }>;
  /** Throws `sms.message_not_found`. */
  get(ctx: Pick<Ctx, "workspace_id" | "actor">, id: string): Promise<SmsMessage>;
}

/** What the adapter and the wiring need beside the door. */
export interface SmsInternals extends Sms {
  /**
   * Takes in a person's message, once: it belongs to the workspace that wrote to the number last; STOP and START are kept, for all workspaces. Tells the keyword that it
   * was: "yes" and "start" are one only after a STOP, else they are a message like any other.
   */
  receive(message: IncomingSms, endpoint: string, request_id: string): Promise<Keyword | undefined>;
  /** Takes in what a provider says of a message, in any order and as often as it likes. */
  report(
    report: { workspace_id: string; id: string; status: SmsStatus; provider_id: string; error_code: string | null },
    request_id: string,
  ): Promise<void>;
  /** The newest messages that did not leave, where none do. */
  caught(): Promise<{ id: string; to: string; body: string | null; status: string; created_at: Date }[]>;
  /** Forgets texts older than so many days. */
  prune(days: number): Promise<number>;
  /** Removes a person's messages with their number, in every workspace; what waits is not sent. That the number wants no messages stays. */
  erasePerson(tx: Tx, user_id: string): Promise<void>;
  subscribers: Subscriber[];
}

interface SmsOptions {
  db: Pick<Database, "inWorkspace" | "statement" | "asSystem" | "systemStatement">;
  events: Pick<Events, "append">;
  inbox: Pick<Inbox, "receive">;
  keyring: Keyring;
  metrics: Pick<Metrics, "counter">;
  transport: SmsTransport;
}

/** What a person is spared: more text messages than these, from all workspaces together. */
const perNumber = { limit: 2, window_seconds: 60 };

export function createSms({ db, events, inbox, keyring, metrics, transport }: SmsOptions): SmsInternals {
  const hashKey = keyring.derive("sms.number_hash");
  const sealKey = keyring.derive("sms.message");
  const hash = (number: string) => hmac(hashKey, number);
  const shown = (row: SmsRow): SmsMessage => ({
    id: row.id,
    direction: row.direction as SmsMessage["direction"],
    user_id: row.user_id,
    number: open(sealKey, row.number_sealed),
    body: row.body_sealed === null ? null : open(sealKey, row.body_sealed),
    status: row.status as SmsStatus,
    error_code: row.error_code,
    created_at: row.created_at,
  });
  const rowOf = (number: string, body: string) => ({
    number_hash: hash(number),
    number_sealed: seal(sealKey, number),
    body_sealed: seal(sealKey, body),
  });
  const count = metrics.counter("plinth_sms_messages_total", "Text messages, by what became of an attempt or of them", [
    "provider",
    "outcome",
  ]);
  const counted = (outcome: string) => count({ provider: transport.name, outcome });

  type Settled = Parameters<typeof recordStatus>[1];

  /** Counts the state; once it is final, publishes the event that says so. */
  const tell = async (tx: Tx, message: Settled, request_id: string): Promise<void> => {
    const { workspace_id, id, status, error_code = null } = message;
    counted(status);
    if (places[status] < places.undelivered) return;
    await events.append(tx, { workspace_id, request_id }, SmsEnded, { message_id: id, status, error_code });
  };
  /** Notes the state, and tells of it. */
  const settle = async (tx: Tx, message: Settled, request_id: string): Promise<void> => {
    if (await recordStatus(tx, message)) await tell(tx, message, request_id);
  };

  const refuse = (ctx: Ctx, row: SmsRow, error: SmsRefused) =>
    db.asSystem("sms", async (tx) => {
      if (error.is_opt_out) await addOptOut(tx, hash(open(sealKey, row.number_sealed)), "provider");
      const status = error.is_opt_out ? "suppressed" : "failed";
      await settle(tx, { workspace_id: row.workspace_id, id: row.id, status, error_code: error.code }, ctx.request_id);
    });

  const asking = async <T>(question: Promise<T>): Promise<T> => {
    try {
      return await question;
    } catch (cause) {
      throw cause instanceof SmsRefused ? cause : new DependencyDown(transport.name, { cause });
    }
  };

  /** Hands the message over, unless an attempt whose end nobody saw has done so. */
  const carry = async (message: OutgoingSms, was_tried: boolean): Promise<TakenSms> => {
    const { id, workspace_id } = message;
    const known = was_tried && transport.find !== undefined ? await asking(transport.find(message)) : [];
    for (const taken of known) {
      const { provider_id } = taken;
      if (await db.systemStatement("sms", (tx) => adoptProviderId(tx, { workspace_id, id, provider_id }))) return taken;
    }
    return asking(transport.send(message));
  };

  /** Claim, call the provider outside of any transaction, record. */
  const deliver = async (ctx: Ctx, message_id: string): Promise<void> => {
    const row = await db.asSystem("sms", async (tx) => {
      const claimed = await claimMessage(tx, ctx.workspace_id, message_id);
      if (claimed?.status === "suppressed") await tell(tx, { ...claimed, status: "suppressed" }, ctx.request_id);
      return claimed;
    });
    if (row === undefined || row.status === "suppressed" || row.body_sealed === null) return;
    const to = open(sealKey, row.number_sealed);
    const { id, workspace_id, created_at } = row;
    const message: OutgoingSms = { id, workspace_id, to, body: open(sealKey, row.body_sealed), created_at };
    try {
      const taken = await carry(message, row.attempts > 1);
      await db.asSystem("sms", (tx) => settle(tx, { workspace_id, id, ...taken }, ctx.request_id));
    } catch (error) {
      if (error instanceof SmsRefused) return refuse(ctx, row, error);
      counted("retried");
      throw error;
    }
  };

  return {
    send: async (tx, ctx, { to, body, idempotency_key, user_id = null }) => {
      if (!isNumber(to)) throw smsErrors.number_invalid();
      const id = newId();
      const { workspace_id } = ctx;
      const row = { ...rowOf(to, body), id, workspace_id, user_id, idempotency_key, provider: transport.name };
      const isNew = await insertMessage(tx, { ...row, direction: "outgoing", status: "queued", provider_id: null });
      if (!isNew) return { id: (await findByKey(tx, workspace_id, idempotency_key))?.id ?? id };
      const number_key = row.number_hash.toString("base64url");
      await events.append(tx, ctx, SmsRequested, { message_id: id, number_key });
      return { id };
    },
    list: async (ctx, { limit, cursor, ...filter }) => {
      const rows = await db.statement(ctx, (tx) => listMessages(tx, filter, readCursor(cursor), limit));
      const page = pageOf(rows, limit);
      return { ...page, data: page.data.map(shown) };
    },
    get: async (ctx, id) => {
      const row = await db.statement(ctx, (tx) => findMessage(tx, ctx.workspace_id, id));
      if (row === undefined) throw smsErrors.message_not_found();
      return shown(row);
    },
    receive: async ({ provider_id, from, body, keyword: told }, endpoint, request_id) => {
      const keyword = told ?? keywordOf(body);
      const subject = hash(from).toString("base64url");
      // The text is kept in one place, sealed; here only that it came.
      const kept = { source: transport.name, endpoint, event_id: provider_id, event_type: "message", subject };
      let meant: Keyword | undefined = keyword === "start" ? undefined : keyword;
      await inbox.receive({ ...kept, payload: "" }, async (tx) => {
        if (keyword === "stop") await addOptOut(tx, hash(from), "keyword");
        if (keyword === "start" && (await removeOptOut(tx, hash(from)))) meant = keyword;
        const owner = await findOwner(tx, hash(from));
        if (owner === undefined) return { status: "ignored", reason: "number_unknown" };
        const { workspace_id, user_id } = owner;
        const row = { ...rowOf(from, body), id: newId(), workspace_id, user_id, provider: transport.name, provider_id };
        const key = `${transport.name}:${provider_id}`;
        await insertMessage(tx, { ...row, direction: "incoming", status: "received", idempotency_key: key });
        if (meant === undefined)
          await events.append(tx, { workspace_id, request_id }, SmsReceived, { message_id: row.id, user_id });
        return { status: "applied", reason: meant ?? null };
      });
      counted("received");
      return meant;
    },
    report: (report, request_id) => db.asSystem("sms", (tx) => settle(tx, report, request_id)),
    caught: async () => {
      const rows = await db.systemStatement("dev mailbox", (tx) => listOutgoing(tx, 100));
      return rows
        .map(shown)
        .map(({ id, number: to, body, status, created_at }) => ({ id, to, body, status, created_at }));
    },
    prune: (days) => db.systemStatement("sms", (tx) => forgetBodies(tx, days)),
    erasePerson: deleteMessagesOf,
    subscribers: [
      defineSubscriber({
        name: "sms.deliver",
        event: SmsRequested,
        key: ({ number_key }) => number_key,
        key_rate: perNumber,
        // What the provider has is told apart only while no other message to the number is on its way.
        key_concurrency: 1,
        handle: (ctx, { message_id }) => deliver(ctx, message_id),
      }),
    ],
  };
}
