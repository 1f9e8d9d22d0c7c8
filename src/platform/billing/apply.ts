import type { Tx } from "../../core/tables.ts";
import type { Entitlements } from "../entitlements/index.ts";
import { type Plans, type Store, stores } from "../plans/index.ts";
import { accessOf, type Facts } from "./access-rules.ts";
import { describe, normalized, storeOf, subscriptionOf } from "./contents.ts";
import { findCustomer, findNamed, linkCustomer, moveCustomer } from "./customers-store.ts";
import { aboutOf, type Change, type Effects } from "./effects.ts";
import { TrialEnding } from "./events.ts";
import {
  findFacts,
  findSubscriptionsOfCharges,
  followTransfers,
  keepCheckout,
  keepPayment,
  keepReversal,
  keepTransfer,
  type SubscriptionKey,
} from "./facts-store.ts";
import { type EventOutcome, lockSubjects } from "./inbox-store.ts";
import { isOutdated, type KnownSubscription, keptState, learn, resolve, type SubscriptionState } from "./rules.ts";
import type { Sales } from "./sales.ts";
import type { Environment } from "./schema.ts";
import {
  findSubscription,
  findSuperseding,
  listReplacing,
  listSubscriptionsOf,
  moveSubscription,
  type SubscriptionRow,
  writeSubscription,
} from "./store.ts";
import type { Content, ToldItem, ToldSubscription } from "./store-port.ts";

/** News of a store in the transaction that takes them in. */
export interface Work {
  tx: Tx;
  now: Date;
  request_id: string;
  /** Who told. */
  source: Store;
  environment: Environment;
}

type Told<K extends Content["kind"]> = Extract<Content, { kind: K }>;
type Row = SubscriptionRow & { access: Change["after"]["access"] };

const applied: EventOutcome = { status: "applied", reason: null };
/** It is newer, and says nothing that was not known. */
const unchanged: EventOutcome = { status: "applied", reason: "unchanged" };
const waiting = (reason: string): EventOutcome => ({ status: "received", reason });
const ignored = (reason: string): EventOutcome => ({ status: "ignored", reason });
const failed = (reason: string): EventOutcome => ({ status: "failed", reason });

/** Purchases that become another workspace's. */
interface Moving {
  from: string;
  to: string;
  until: Date;
  /** Which of them. Default: all. */
  isMoved?: (row: SubscriptionRow) => boolean;
}

interface ApplyOptions {
  plans: Pick<Plans, "offers" | "versions">;
  entitlements: Pick<Entitlements, "note">;
  effects: Effects;
  sales: Pick<Sales, "report" | "noteTrial">;
  /** Told of what somebody should look at. */
  onAlert: (alert: string, about: Record<string, unknown>) => void;
  /** Whether a purchase goes to whoever shows it last, or stays whose it is. */
  on_conflict: "transfer" | "keep";
}

/** Applies what stores say, each thing by its own order: whatever order and number of times it comes in, the end is the same. */
export function createApply(options: ApplyOptions) {
  const { plans, entitlements, effects, sales, on_conflict } = options;
  const factsOf = async (tx: Tx, key: SubscriptionKey): Promise<Facts> => {
    const superseding = await findSuperseding(tx, key);
    return { ...(await findFacts(tx, key)), superseded_at: superseding?.started_at ?? null };
  };
  const accessNow = async ({ tx, now }: Work, row: SubscriptionKey, known: KnownSubscription) =>
    accessOf(known, await factsOf(tx, row), row.source === "stripe", now);
  const find = async (
    work: Work,
    source: Store,
    external_id: string,
    alias: string | null = null,
  ): Promise<Row | undefined> => {
    const key = { source, environment: work.environment, external_id };
    const row = await findSubscription(work.tx, plans.versions, key, alias);
    return row === undefined ? undefined : { ...row, access: await accessNow(work, row, row.known) };
  };

  const findReplaced = async (work: Work, store: Store, { supersedes }: Pick<SubscriptionState, "supersedes">) =>
    supersedes === null ? undefined : find(work, store, supersedes);

  /**
   * The workspace that buys: the one that is named, else the one that the store's customer is known to be, else the one whose purchase is
   * replaced, which by policy goes before.
   */
  const ownerOf = async (work: Work, { buyer, told }: Told<"subscription">) => {
    const { tx, source, environment } = work;
    const replaced = await findReplaced(work, told.store, told);
    if (replaced !== undefined && on_conflict === "keep") return replaced.workspace_id;
    const { candidates, customer } = buyer;
    const named = (await findNamed(tx, candidates)) ?? (await findCustomer(tx, { source, environment }, customer));
    return named === undefined
      ? replaced?.workspace_id
      : followTransfers(tx, { source, environment }, named, told.state_at);
  };

  /** What the items are sold as: by their store's ids, else by what a broker calls them. */
  const offersOf = async (tx: Tx, store: Store, items: ToldItem[]) => {
    const own = await plans.offers(
      tx,
      store,
      items.map(({ price_id }) => price_id),
    );
    const names = items.flatMap(({ entitlement_ids = [] }) => entitlement_ids);
    const brokered = names.length === 0 ? new Map() : await plans.offers(tx, "revenuecat", names);
    return ({ price_id, entitlement_ids = [] }: ToldItem) => {
      const offers = [own.get(price_id), ...entitlement_ids.map((name) => brokered.get(name))];
      return offers.filter((offer) => offer !== undefined).sort((a, b) => b.content.rank - a.content.rank)[0];
    };
  };

  interface Writing {
    before: Row | undefined;
    key: Parameters<typeof writeSubscription>[1];
    known: KnownSubscription;
  }
  const write = async (work: Work, { before, key, known }: Writing): Promise<{ after: Row; isNoticed: boolean }> => {
    const { tx, request_id } = work;
    const access = await accessNow(work, key, known);
    const pending = known.state.pending_price_id;
    const next = pending === null ? undefined : (await plans.offers(tx, key.source, [pending])).get(pending);
    const [best] = known.state.items;
    const id = await writeSubscription(tx, key, known, next?.plan_id ?? null, access);
    const after: Row = {
      ...{ id, workspace_id: key.workspace_id, source: key.source, environment: key.environment },
      ...{ external_id: key.external_id, customer_id: key.customer_id, alias: key.alias, told_by: key.told_by },
      product: best?.offer.content.product ?? "",
      ...{ is_duplicate: before?.is_duplicate ?? false, standing: access.standing, known, access },
    };
    return { after, isNoticed: await effects.follow(tx, request_id, { before, after }) };
  };
  /** Computes a subscription afresh, after something about it became known. */
  const refresh = (work: Work, row: Row) => write(work, { before: row, key: row, known: row.known });

  const subscription = async (work: Work, content: Told<"subscription">): Promise<EventOutcome> => {
    const { told } = content;
    const { tx, environment } = work;
    if (told.supersedes !== null) await lockReplacements(work);
    const current = await find(work, told.store, told.external_id, told.alias);
    const owner = current?.workspace_id ?? (await ownerOf(work, content));
    if (owner === undefined) return waiting("unknown_owner");
    const next = resolve(current?.known, told, await offersOf(tx, told.store, told.items));
    if (typeof next === "string") {
      if (isOutdated(current?.known, told)) return ignored("older");
      options.onAlert(next, { source: told.store, external_id: told.external_id, workspace_id: owner });
      if (current !== undefined && next === "unknown_price") await goOn(work, current, told);
      return failed(next);
    }
    const { known, verdict, isPaidNews, isEarlier } = learn(current?.known, next);
    const names = namesOf(work, content, current);
    const isOther = isPaidNews || isEarlier || names.told_by !== current?.told_by;
    if (verdict !== "apply" && !isOther) return ignored(verdict);
    const key = { source: told.store, environment, ...names, workspace_id: owner, id: current?.id };
    // As it is before something takes its place.
    const replaced = await findReplaced(work, told.store, known.state);
    const { after, isNoticed } = await write(work, { before: current, key, known });
    if (next.status === "trialing") await sales.noteTrial(tx, owner, after.product);
    await keepOwner(work, replaced === undefined ? after : await supersede(work, after, replaced));
    if (verdict !== "apply") return ignored(verdict);
    return isNoticed ? applied : unchanged;
  };

  /** What was known goes on to the end that is paid, while nobody knows what it is for now. */
  const goOn = async (work: Work, current: Row, told: ToldSubscription): Promise<void> => {
    const { known, verdict } = learn(current.known, keptState(current.known, told));
    if (verdict !== "apply") return;
    await write(work, { before: current, key: current, known: { ...known, paid: current.known.paid } });
  };

  /** What a purchase replaces gives nothing any more; by policy its owner keeps the new one too. Returns the new one as it is then. */
  const supersede = async (work: Work, after: Row, replaced: Row): Promise<Row> => {
    await refresh(work, replaced);
    const { workspace_id } = replaced;
    if (on_conflict !== "keep" || workspace_id === after.workspace_id) return after;
    await move(work, after, workspace_id, work.now);
    return { ...after, workspace_id };
  };

  /** By policy what replaced a purchase is its owner's, over any number of replacements, also where the oldest becomes known last. */
  const keepOwner = async (work: Work, row: Row): Promise<void> => {
    if (on_conflict !== "keep" || (await listReplacing(work.tx, row)).length === 0) return;
    await lockReplacements(work);
    const { workspace_id } = row;
    for (const external_id of await listReplacing(work.tx, row)) {
      const next = await find(work, row.source, external_id);
      if (next === undefined || next.workspace_id === workspace_id) continue;
      await move(work, next, workspace_id, work.now);
      await keepOwner(work, { ...next, workspace_id });
    }
  };

  const payment = async (work: Work, content: Told<"payment">): Promise<EventOutcome> => {
    const { subscription_id, store } = content;
    if (subscription_id === null) return ignored("not_for_a_subscription");
    const row = await find(work, store, subscription_id);
    await keepPayment(work.tx, work, { ...content, subscription_id });
    if (row === undefined) return applied;
    const { isNoticed } = await refresh(work, row);
    return isNoticed ? applied : unchanged;
  };

  const reversal = async (work: Work, content: Told<"reversal">): Promise<EventOutcome> => {
    const { tx, environment } = work;
    const { store: source, subscription_id, charge_ids } = content;
    const found =
      subscription_id === null
        ? await findSubscriptionsOfCharges(tx, { source, environment }, charge_ids)
        : [subscription_id];
    // It names the payment alone: whoever has news of the subscription itself goes before or after.
    await lockSubjects(
      tx,
      found.map((external_id) => `${environment}.${external_id}`),
    );
    const rows: Row[] = [];
    for (const external_id of found)
      rows.push(...[await find(work, source, external_id)].filter((row) => row !== undefined));
    await keepReversal(tx, work, content);
    for (const row of rows) await refresh(work, row);
    return found.length === 0 ? waiting("unknown_payment") : applied;
  };

  const checkout = async (work: Work, content: Told<"checkout">): Promise<EventOutcome> => {
    const { tx, source, environment } = work;
    const { buyer, external_id, subscription_id, status } = content;
    const row = subscription_id === null ? undefined : await find(work, source, subscription_id);
    await keepCheckout(tx, { source, environment }, content, normalized(content.email));
    await sales.report(tx, external_id, status);
    if (status === "expired") return applied;
    if (row !== undefined) await refresh(work, row);
    const named = await findNamed(tx, buyer.candidates);
    if (named !== undefined && (await linkCustomer(tx, { source, environment }, buyer.customer, named))) return applied;
    const owner = await findCustomer(tx, { source, environment }, buyer.customer);
    if (owner === undefined)
      return buyer.candidates.length === 0 ? waiting("unknown_owner") : failed("unknown_workspace");
    if (named !== undefined && named !== owner) return ignored("customer_of_another_workspace");
    return row === undefined ? ignored("unchanged") : applied;
  };

  const transfer = async (work: Work, content: Told<"transfer">): Promise<EventOutcome> => {
    const { tx, source, environment } = work;
    const to = await findNamed(tx, content.to);
    if (to === undefined) return waiting("unknown_owner");
    for (const candidate of content.from) {
      const from = await findNamed(tx, [candidate]);
      // Nobody here: what was bought under that id waits for its owner, who is found now.
      if (from === undefined) await linkCustomer(tx, { source, environment }, candidate, to);
      if (from === undefined || from === to) continue;
      await keepTransfer(tx, { source, environment }, content, { from_workspace_id: from, to_workspace_id: to });
      await moveAll(work, {
        from,
        to,
        isMoved: ({ source: store, told_by }) => store !== "stripe" || told_by !== null,
        until: content.at,
      });
    }
    return applied;
  };

  /** Gives a workspace's purchases to another; of a transfer those that were made before it. */
  const moveAll = async (work: Work, { from, to, until, isMoved = () => true }: Moving) => {
    const list = () => listSubscriptionsOf(work.tx, plans.versions, from);
    // Whoever has news of them goes before or after, and finds them where they are then.
    await lockSubjects(
      work.tx,
      (await list()).map((row) => `${row.environment}.${row.external_id}`),
    );
    const rows = await list();
    for (const row of rows.filter(({ environment }) => environment === work.environment)) {
      if (row.known.state.started_at > until || !isMoved(row)) continue;
      await move(work, { ...row, access: await accessNow(work, row, row.known) }, to, work.now);
    }
  };
  const move = async ({ tx, request_id }: Work, row: Row, to: string, at: Date) => {
    await moveSubscription(tx, row.id, to);
    const { environment, told_by } = row;
    const source = stores.find((store) => store === told_by) ?? row.source;
    if (row.customer_id !== null) await moveCustomer(tx, { source, environment }, row.customer_id, to);
    await effects.move(tx, request_id, row, to, at);
  };

  const trialEnding = async (work: Work, content: Told<"trial_ending">): Promise<EventOutcome> => {
    const row = await find(work, content.store, content.external_id);
    if (row === undefined) return waiting("unknown_subscription");
    const trial_ends_at = content.trial_end.toISOString();
    const payload = { ...aboutOf(row), trial_ends_at };
    await effects.tell(work.tx, work.request_id, row, { event: TrialEnding, about: trial_ends_at, payload });
    return applied;
  };

  const one = (work: Work, content: Content): Promise<EventOutcome> => {
    switch (content.kind) {
      case "subscription":
        return subscription(work, content);
      case "checkout":
        return checkout(work, content);
      case "payment":
        return payment(work, content);
      case "reversal":
        return reversal(work, content);
      case "transfer":
        return transfer(work, content);
      case "trial_ending":
        return trialEnding(work, content);
      case "unreadable":
        return Promise.resolve(failed(`unreadable: ${content.detail}`));
    }
  };

  /** Writes into the history of the workspace what became of it, where one is concerned. */
  const note = async (work: Work, content: Content, { status, reason }: EventOutcome, reference: string) => {
    if (content.kind === "unreadable" || status === "received" || reason === "unchanged") return;
    const id = subscriptionOf(content);
    const row = id === null ? undefined : await find(work, storeOf(content, work.source), id);
    if (row === undefined) return;
    const outcome = ({ applied: "applied", ignored: "ignored", failed: "rejected" } as const)[status];
    const { workspace_id, product, source, external_id } = row;
    const told = {
      product,
      source: `${source}:${external_id}`,
      what: content.kind,
      detail: reason ?? describe(content),
    };
    await entitlements.note(work.tx, { workspace_id }, { outcome, ...told, reference });
  };

  return {
    /** Applies everything that was told; what became of it is what became of its worst part. */
    all: async (work: Work, contents: Content[], reference: string): Promise<EventOutcome> => {
      const outcomes: EventOutcome[] = [];
      for (const content of contents) {
        const outcome = await one(work, content);
        await note(work, content, outcome, reference);
        outcomes.push(outcome);
      }
      const worst = (["failed", "received", "applied", "ignored"] as const).flatMap((status) =>
        outcomes.filter((outcome) => outcome.status === status),
      );
      return worst[0] ?? ignored("not_handled");
    },
    moveAll,
    /** Gives one purchase to another workspace. */
    moveOne: async (work: Work, key: SubscriptionKey, to: string) => {
      const row = await find(work, key.source, key.external_id);
      if (row !== undefined) await move(work, row, to, work.now);
    },
    /** Computes afresh what a subscription gives, after something about its plan changed. */
    refresh: async (work: Work, key: { source: Store; external_id: string }) => {
      const row = await find(work, key.source, key.external_id);
      if (row !== undefined) await write(work, { before: undefined, key: row, known: row.known });
    },
  };
}
export type Apply = ReturnType<typeof createApply>;

/** Whoever changes the owners of purchases that replace each other goes alone: a chain of them is longer than what one notification names. */
function lockReplacements({ tx, environment }: Work): Promise<Date> {
  return lockSubjects(tx, [`${environment}.replacements`]);
}

/** How a purchase is known: as its store calls it, once that has told of it itself; until then as the broker does. */
function namesOf({ source }: Work, { buyer, told }: Told<"subscription">, current: Row | undefined) {
  const isDirect = source === told.store;
  return {
    external_id: current !== undefined && !isDirect ? current.external_id : told.external_id,
    alias: told.alias ?? current?.alias ?? null,
    told_by: isDirect ? null : current === undefined ? source : current.told_by,
    customer_id: isDirect || current?.told_by !== null ? buyer.customer : current.customer_id,
  };
}
