import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";

let t: BillingStage;
const { begin, second, told, invoice, refund, dispute, checkoutTold, subscriptionRow, grants, snapshot, notices } =
  storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());

type Story = Awaited<ReturnType<typeof begin>>;
type Step = ReturnType<typeof stepOf>;
const day = 86_400;

/** Something that Stripe tells, as a function of the story that it is told in. */
const n = fc.integer({ min: 0, max: 9 });
const k = fc.integer({ min: 1, max: 3 });
const update = fc.record({
  word: fc.constantFrom("created", "updated", "updated", "updated", "resumed"),
  n,
  status: fc.constantFrom("active", "active", "active", "past_due", "trialing", "unpaid", "paused", "incomplete"),
  price: fc.constantFrom("price_pro", "price_max"),
  quantity: fc.integer({ min: 1, max: 4 }),
  cancel_at_period_end: fc.boolean(),
  period: fc.integer({ min: 1, max: 2 }),
  latest: k,
  owned: fc.boolean(),
});
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("update" as const), update }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("paid" as const), k, n }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant("failed" as const), k, n, attempt: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("refund" as const), k, n, refunded: fc.constantFrom(1_000, 400) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("dispute" as const),
      k,
      n,
      status: fc.constantFrom("needs_response", "won", "lost"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("checkout" as const),
      n,
      word: fc.constantFrom("completed", "async_payment_succeeded", "async_payment_failed"),
      payment_status: fc.constantFrom("paid", "unpaid"),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("deleted" as const),
      n,
      price: fc.constantFrom("price_pro", "price_max"),
    }),
  },
);
type Told = typeof step extends fc.Arbitrary<infer T> ? T : never;

function stepOf(about: Told, { name, T }: Story): object {
  switch (about.kind) {
    case "update": {
      const { word, n: at, period, latest, owned, ...rest } = about.update;
      const second_ = { current_period_start: T, current_period_end: second(60 * day) };
      const options = { ...rest, ...(period === 2 ? second_ : {}), latest_invoice: `in_${name}_${latest}` } as const;
      if (!owned) return told(word as "created" | "updated" | "resumed", at, { ...options, workspace_id: undefined });
      return told(word as "created" | "updated" | "resumed", at, options);
    }
    case "paid":
      return invoice("paid", about.k, about.n);
    case "failed":
      return invoice("payment_failed", about.k, about.n, { attempt: about.attempt });
    case "refund":
      return refund(about.k, about.n, { refunded: about.refunded });
    case "dispute":
      return dispute(about.status === "needs_response" ? "created" : "closed", about.k, about.n, about.status);
    case "checkout":
      return checkoutTold(about.word, about.n, { payment_status: about.payment_status as "paid" | "unpaid" });
    case "deleted":
      return told("deleted", about.n, { price: about.price, latest_invoice: `in_${name}_1` });
  }
}

/** Everything that came of it, with the story's own names and times taken out. */
async function outcomeOf({ name, start, workspace_id }: Story) {
  const own = { row: await subscriptionRow(), grants: await grants(), snapshot: await snapshot() };
  const text = JSON.stringify(own, (_key, value: unknown) => {
    const isTime = typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value);
    return isTime ? new Date(value).getTime() - start.getTime() : value;
  });
  return JSON.parse(text.replaceAll(name, "NAME").replaceAll(workspace_id, "WORKSPACE"));
}

/** Of whatever it is now, the owners were told: once, as the table's key has it. */
async function expectTold(): Promise<void> {
  const row = await subscriptionRow();
  const told_ = (await notices()).map((each) => each.split(" ")[0]);
  const isRunning = row?.standing === "good" || row?.standing === "grace";
  if (isRunning) expect(told_).toContain("subscription_confirmed");
  if (row?.status === "canceled") expect(told_).toContain("subscription_canceled");
}

const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** However slow the machine is: what is tested is not the time. */
const timeout = 600_000;

test(`any permutation and repetition of a story ends in the same subscription, grants and snapshot (seed ${seed})`, {
  timeout,
}, async () => {
  const stories = fc.array(step, { minLength: 3, maxLength: 9 }).chain((steps) =>
    fc.record({
      steps: fc.constant(steps),
      again: fc.array(fc.nat({ max: steps.length - 1 }), { maxLength: 4 }),
      order: fc.array(fc.nat(), { minLength: steps.length + 4, maxLength: steps.length + 4 }),
      at_once: fc.constantFrom(false, false, true),
    }),
  );
  const tell = async (steps: Told[]): Promise<{ story: Story; events: Step[] }> => {
    const story = await begin();
    return { story, events: steps.map((each) => stepOf(each, story)) };
  };
  await fc.assert(
    fc.asyncProperty(stories, async ({ steps, again, order, at_once }) => {
      const first: Told = {
        kind: "update",
        update: {
          word: "created",
          n: 0,
          status: "incomplete",
          price: "price_pro",
          quantity: 1,
          cancel_at_period_end: false,
          period: 1,
          latest: 1,
          owned: true,
        },
      };
      const left = await tell([first, ...steps]);
      for (const event of left.events) await t.send(event);
      await expectTold();
      const expected = await outcomeOf(left.story);

      const right = await tell([first, ...steps]);
      const arriving = [...right.events, ...again.map((index) => right.events[index + 1] ?? {})];
      const shuffled = arriving
        .map((event, index) => ({ event, place: order[index] ?? 0 }))
        .sort((a, b) => a.place - b.place);
      if (at_once) await Promise.all(shuffled.map(({ event }) => t.send(event)));
      else for (const { event } of shuffled) await t.send(event);
      expect(await outcomeOf(right.story)).toEqual(expected);
      await expectTold();
    }),
    { numRuns: Number(process.env.FC_RUNS ?? 40), seed },
  );
});
