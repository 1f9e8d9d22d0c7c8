import fc from "fast-check";
import { expect } from "vitest";
import type { Ctx } from "../../src/core/context.ts";
import { newId } from "../../src/core/id.ts";
import type { Billing } from "../../src/platform/billing/index.ts";
import type { BillingStage } from "./billing.ts";
import { makeMember } from "./factories.ts";

/** What a store sends over the wire. */
export interface Sent {
  body: string | Buffer;
  headers?: Record<string, string>;
}

/** A purchase as it stands now. */
interface Purchase {
  status: string;
  standing: string;
  reason: string | null;
  plan_id: string;
  until: Date | null;
  renews: boolean;
  pending_plan_id: string | null;
}

/** What a workspace has by all its purchases. */
interface End {
  plan: string;
  purchases: Purchase[];
}

/** A day in milliseconds. */
export const day = 86_400_000;

/** Where stories of any store end: what a workspace may do, and one row for each purchase. */
export function endsOn(stage: () => BillingStage) {
  return {
    /** Makes it be this moment, or a little later. */
    moveTo: (moment: Date): void => {
      const { clock } = stage();
      clock.advance(moment.getTime() - clock.now().getTime());
    },
    /** Takes in what a store sends, in this order. */
    receive: async (source: StoreName, sent: Sent[], billing: Billing = stage().billing): Promise<void> => {
      for (const each of sent) await receiveOne(billing, source, each);
    },
    /** What a workspace has now of prism; its purchases by their ids. */
    endOf: async (workspace_id: string, product = "prism"): Promise<End> => {
      const { data } = await stage().billing.admin.listSubscriptions({ workspace_id, product, limit: 100 });
      const sorted = data.toSorted((a, b) => (a.external_id < b.external_id ? -1 : 1));
      return { plan: await stage().plan(workspace_id, product), purchases: sorted.map(purchaseOf) };
    },
    /** What became of the notifications about a buyer or a purchase, in the order of arrival. */
    outcomes: async (subject: string): Promise<[string, string | null][]> => {
      const { data } = await stage().billing.admin.listEvents({ subject, limit: 100 });
      return data.toReversed().map(({ status, reason }) => [status, reason]);
    },
  };
}

type StoreName = Parameters<Billing["stores"]["get"]>[0];

/** Takes in one thing that a store sends. */
export async function receiveOne(billing: Billing, source: StoreName, { body, headers = {} }: Sent): Promise<void> {
  const store = billing.stores.get(source);
  if (store === undefined) throw new Error(`${source} is not configured`);
  const delivery = { raw_body: Buffer.from(body), header: (name: string) => headers[name.toLowerCase()] };
  await billing.inbox.receive(store, delivery, newId());
}

type Listed = Awaited<ReturnType<Billing["admin"]["listSubscriptions"]>>["data"][number];

function purchaseOf(row: Listed): Purchase {
  const { status, standing, standing_reason: reason, plan_id, access_ends_at: until, pending_plan_id } = row;
  return { status, standing, reason, plan_id, until, renews: !row.cancel_at_period_end, pending_plan_id };
}

/** The end of somebody who has one purchase, in good order unless it is said otherwise. */
export function oneOf(plan: "free" | "pro" | "max", until: Date | null, more: Partial<Purchase> = {}): End {
  const given = plan === "free" ? { standing: "ended" } : { standing: "good", reason: null, plan_id: `prism.${plan}` };
  const purchase = { status: "active", renews: true, pending_plan_id: null, reason: null, plan_id: "prism.pro" };
  return { plan: `prism.${plan}`, purchases: [{ ...purchase, until, ...given, ...more }] };
}

/**
 * All that is in the tables of a workspace's purchases, as a text: the subscriptions, the grants, the snapshot. Without the words that tell one run
 * of a story from another, and without what depends on when it was told: ids and the times of our own.
 */
export async function tablesOf(stage: BillingStage, workspace_ids: string[], words: string[]): Promise<string> {
  const rows = await stage.sql(
    `select array_position($1::uuid[], workspace_id) as owner, external_id, source, status, standing, standing_reason, plan_id, price_id, seats,
       current_period_end, transaction_id, supersedes, trial_end, cancel_at_period_end, pending_price_id, pending_plan_id, started_at, ended_at,
       state_at, grace_ends_at, access_starts_at, access_ends_at, is_final, told_by
     from billing.subscriptions where workspace_id = any($1::uuid[]) order by external_id`,
    [workspace_ids],
  );
  const grants = await stage.sql(
    `select array_position($1::uuid[], workspace_id) as owner, source, product, plan_id, seats, standing, reason, starts_at, ends_at
     from entitlements.grants where workspace_id = any($1::uuid[]) and ends_at is distinct from starts_at and reason is distinct from 'transferred'
     order by source`,
    [workspace_ids],
  );
  const plans: string[] = [];
  for (const workspace_id of workspace_ids) plans.push(await stage.plan(workspace_id));
  const text = JSON.stringify({ rows, grants, plans }, null, 1);
  return words.reduce((whole, word) => whole.replaceAll(word, ""), text).replaceAll(/"\d{4}-[^"]+Z"/g, untimed);
}

const began = Date.now();
/** Of what happens at the time at which it is told. */
function untimed(moment: string): string {
  const time = Date.parse(moment.slice(1, -1));
  return time >= began && time <= Date.now() ? '"now"' : moment;
}

/** The persons of one telling of a story, and the word that is in all ids of it and of no other. */
export interface Telling {
  word: string;
  members: (Ctx & { user_id: string })[];
}

export interface AnyOrder<News> {
  stage: BillingStage;
  source: StoreName;
  /** What may be told. */
  story: fc.Arbitrary<News[]>;
  persons?: number;
  /** What is so at the store from then on, for one that is asked: before each news in its order, or all of it before any. */
  happen?(news: News, index: number, telling: Telling): void;
  /** A notification of it; the same one each time that it is made of the same news. */
  make(news: News, index: number, telling: Telling): Sent | Promise<Sent>;
}

/**
 * Tells random stories once in their order, and once more in any order, with any repetition, some of it at once: both must leave the same
 * in the tables. Prints the seed of one that does not.
 */
export async function endsTheSameInAnyOrder<News>(about: AnyOrder<News>): Promise<void> {
  const { stage, source } = about;
  const begin = async (news: News[]) => {
    const telling = { word: newId(), members: await membersOf(stage, about.persons ?? 1) };
    return { telling, sent: await Promise.all(news.map((each, index) => about.make(each, index, telling))) };
  };
  const tablesAfter = ({ word, members }: Telling) => {
    const workspace_ids = members.map(({ workspace_id }) => workspace_id);
    return tablesOf(stage, workspace_ids, [word, ...workspace_ids]);
  };
  const tellInOrder = async (news: News[]): Promise<string> => {
    const { telling, sent } = await begin(news);
    for (const [index, each] of news.entries()) {
      about.happen?.(each, index, telling);
      await receive(sent[index]);
    }
    return tablesAfter(telling);
  };
  const tell = async (news: News[], places: number[], isAtOnce: boolean): Promise<string> => {
    const { telling, sent } = await begin(news);
    for (const [index, each] of news.entries()) about.happen?.(each, index, telling);
    if (isAtOnce) await Promise.all(places.map((place) => receive(sent[place])));
    else for (const place of places) await receive(sent[place]);
    return tablesAfter(telling);
  };
  const receive = async (sent: Sent | undefined) => {
    if (sent !== undefined) await receiveOne(stage.billing, source, sent);
  };
  const told = about.story.chain((news) =>
    fc.record({
      news: fc.constant(news),
      order: fc.shuffledSubarray([...news.keys()], { minLength: news.length }),
      again: fc.array(fc.nat(news.length - 1), { maxLength: 3 }),
      isAtOnce: fc.boolean(),
    }),
  );
  await fc.assert(
    fc.asyncProperty(told, async ({ news, order, again, isAtOnce }) => {
      const inOrder = await tellInOrder(news);
      expect(await tell(news, [...again, ...order, ...again], isAtOnce)).toBe(inOrder);
    }),
    { numRuns: 30 },
  );
}

async function membersOf(stage: BillingStage, count: number): Promise<Telling["members"]> {
  const members: Telling["members"] = [];
  for (let index = 0; index < count; index++) members.push(await makeMember(stage));
  return members;
}
