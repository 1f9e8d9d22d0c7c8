import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { storiesOn } from "../../../test/support/billing-story.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { newId } from "../../core/id.ts";

type Member = Awaited<ReturnType<typeof makeMember>>;

let t: BillingStage;
let me: Member;
let address: string;
let subscription: string;
const { begin, told, checkoutTold, invoice, subscriptionRow, eventRows } = storiesOn(() => t);

beforeAll(async () => {
  t = await billingStage();
});
afterAll(() => t.close());
beforeEach(async () => {
  ({ subscription } = await begin());
  me = await makeMember(t);
  address = `${newId()}@example.com`;
});

const unowned = { workspace_id: undefined };
/** Somebody buys by a Payment Link, without an account. */
const guest = (email: string | null = address) => [
  told("created", 0, unowned),
  invoice("paid", 1, 1),
  checkoutTold("completed", 2, { workspace_id: newId(), email }),
];
const anonymous = (email: string | null = address) => {
  const [created, paid] = guest(email);
  const completed = checkoutTold("completed", 2, { email });
  return [
    created ?? {},
    paid ?? {},
    { ...completed, data: { object: { ...completed.data.object, client_reference_id: null } } },
  ];
};
const claim = (ctx: Member = me, email = address) => t.billing.claims.byEmail(ctx.workspace_id, email, "test");
const ownerOf = async (id = subscription) =>
  (
    await t.sql<{ workspace_id: string }>("select workspace_id from billing.subscriptions where external_id = $1", [id])
  )[0]?.workspace_id;

describe("S22: a purchase of nobody known", () => {
  test("waits, and grants nothing", async () => {
    await t.send(...anonymous());
    expect(await subscriptionRow()).toBeUndefined();
    const waiting = (await eventRows()).filter(({ status }) => status === "received").map(({ reason }) => reason);
    expect(waiting).toEqual(["unknown_owner", "unknown_owner"]);
  });

  test("is claimed by its address, in whatever case it was written, once the person has proved it", async () => {
    await t.send(...anonymous(address.toUpperCase()));
    expect(await claim()).toBeGreaterThan(0);
    expect(await t.plan(me.workspace_id)).toBe("prism.pro");
    expect(await ownerOf()).toBe(me.workspace_id);
    expect((await eventRows()).filter(({ status }) => status === "received")).toEqual([]);
  });

  test("by another address claims nothing", async () => {
    await t.send(...anonymous());
    expect(await claim(me, `other-${address}`)).toBe(0);
    expect(await t.plan(me.workspace_id)).toBe("prism.free");
  });

  test("is claimed once: by the first of two people who ask at once, and again without effect", async () => {
    await t.send(...anonymous());
    const other = await makeMember(t);
    await Promise.all([claim(), claim(other), claim(), claim(other)]);
    const plans = [await t.plan(me.workspace_id), await t.plan(other.workspace_id)];
    expect(plans.toSorted()).toEqual(["prism.free", "prism.pro"]);
    expect(await claim()).toBe(0);
  });

  test("what comes after the claim is the owner's, and what is told of it too", async () => {
    await t.send(...anonymous());
    await claim();
    await t.send(told("updated", 60, { ...unowned, price: "price_max" }));
    expect(await t.plan(me.workspace_id)).toBe("prism.max");
  });

  test("the claim comes before the subscription is told", async () => {
    const [created, paid, completed] = anonymous();
    await t.send(completed ?? {});
    await claim();
    await t.send(created ?? {}, paid ?? {});
    expect(await t.plan(me.workspace_id)).toBe("prism.pro");
  });

  test("of a workspace that names itself is nobody else's, whatever address paid", async () => {
    const owner = await makeMember(t);
    await t.send(
      told("created", 0, unowned),
      checkoutTold("completed", 2, { workspace_id: owner.workspace_id, email: address }),
    );
    expect(await claim()).toBe(0);
    expect([await t.plan(owner.workspace_id), await t.plan(me.workspace_id)]).toEqual(["prism.pro", "prism.free"]);
  });

  test("M8: one of the other environment stays there", async () => {
    const [created, paid, completed] = anonymous();
    await t.send(...[created, paid, completed].map((event) => ({ ...event, livemode: true })));
    expect(await claim()).toBe(0);
    expect(await t.plan(me.workspace_id)).toBe("prism.free");
  });

  test("a checkout that expired claims nothing", async () => {
    await t.send(told("created", 0, unowned), checkoutTold("expired", 2, { workspace_id: newId(), email: address }));
    expect(await claim()).toBe(0);
  });
});

describe("M4: two accounts become one", () => {
  const merge = (from: string, to: string) => t.billing.claims.merge(from, to, "test");

  test("all subscriptions move, with their grants, and the trials that were used", async () => {
    const other = await makeMember(t);
    await t.send(
      told("created", 0, { workspace_id: me.workspace_id }),
      told("created", 0, { workspace_id: me.workspace_id, subscription: `${subscription}_t`, price: "price_team" }),
    );
    await t.sql(
      "insert into checkout.trial_redemptions (user_id, product, created_at) values ($1, 'coditect', now())",
      [me.user_id],
    );
    await merge(me.user_id, other.user_id);
    expect([await t.plan(me.workspace_id), await t.plan(other.workspace_id)]).toEqual(["prism.free", "prism.pro"]);
    expect([await t.plan(me.workspace_id, "coditect"), await t.plan(other.workspace_id, "coditect")]).toEqual([
      "coditect.none",
      "coditect.team",
    ]);
    const trials = await t.sql("select user_id from checkout.trial_redemptions where user_id = $1", [other.user_id]);
    expect(trials).toHaveLength(1);
  });

  test("later news goes to where the purchase is now", async () => {
    const other = await makeMember(t);
    await t.send(told("created", 0, { workspace_id: me.workspace_id }));
    await merge(me.user_id, other.user_id);
    await t.send(told("updated", 60, { workspace_id: me.workspace_id, price: "price_max" }));
    expect([await t.plan(me.workspace_id), await t.plan(other.workspace_id)]).toEqual(["prism.free", "prism.max"]);
    await t.send(told("deleted", 120, { workspace_id: me.workspace_id }));
    expect(await t.plan(other.workspace_id)).toBe("prism.free");
  });

  test("in the moment of other news: the grant is where the subscription is", async () => {
    for (let round = 0; round < 8; round++) {
      ({ subscription } = await begin());
      const [from, to] = [await makeMember(t), await makeMember(t)];
      await t.send(told("created", 0, { workspace_id: from.workspace_id }));
      await Promise.all([
        merge(from.user_id, to.user_id),
        t.send(told("updated", 60, { workspace_id: from.workspace_id, price: "price_max" })),
      ]);
      expect(await ownerOf()).toBe(to.workspace_id);
      expect([await t.plan(from.workspace_id), await t.plan(to.workspace_id)]).toEqual(["prism.free", "prism.max"]);
    }
  });

  test("what is owed moves too, and two of the same are one too many", async () => {
    const other = await makeMember(t);
    const status = async () =>
      (
        await t.sql<{ billing_status: string }>(
          "select billing_status from workspaces.workspaces where id in ($1, $2) order by id = $1 desc",
          [me.workspace_id, other.workspace_id],
        )
      ).map((row) => row.billing_status);
    const [mine, twin] = [
      { workspace_id: me.workspace_id },
      { workspace_id: other.workspace_id, subscription: `${subscription}_twin` },
    ];
    await t.send(
      told("created", 0, mine),
      told("created", 1, { ...mine, subscription: `${subscription}_t`, price: "price_team" }),
      told("created", 2, { ...twin, started_at: new Date() }),
    );
    await t.send(
      told("updated", 3, { ...mine, subscription: `${subscription}_t`, price: "price_team", status: "unpaid" }),
    );
    expect(await status()).toEqual(["past_due", "current"]);
    await merge(me.user_id, other.user_id);
    expect(await status()).toEqual(["current", "past_due"]);
    expect(await subscriptionRow(twin.subscription)).toMatchObject({ is_duplicate: true });
    expect(await subscriptionRow()).toMatchObject({ is_duplicate: false });
  });

  test("to nobody, or to itself, is refused", async () => {
    await expect(merge(me.user_id, newId())).rejects.toMatchObject({ code: "billing.workspace_unknown" });
    await expect(merge(me.user_id, me.user_id)).rejects.toMatchObject({ code: "billing.workspace_unknown" });
  });
});

describe("who it is", () => {
  test("M5: a purchase of an erased account waits, and brings nobody back", async () => {
    await t.sql("delete from workspaces.workspaces where id = $1", [me.workspace_id]);
    await t.send(told("created", 0, { workspace_id: me.workspace_id }));
    expect(await subscriptionRow()).toBeUndefined();
    expect(await eventRows()).toEqual([expect.objectContaining({ status: "received", reason: "unknown_owner" })]);
    expect(await t.sql("select id from workspaces.workspaces where id = $1", [me.workspace_id])).toEqual([]);
  });

  test("M6: the workspace keeps its subscription when it gets another owner", async () => {
    await t.send(told("created", 0, { workspace_id: me.workspace_id }));
    const other = await makeMember(t);
    await t.sql("update workspaces.members set user_id = $1 where workspace_id = $2", [other.user_id, me.workspace_id]);
    await t.send(told("updated", 60, { workspace_id: me.workspace_id, quantity: 2 }));
    expect([await t.plan(me.workspace_id), await t.plan(other.workspace_id)]).toEqual(["prism.pro", "prism.free"]);
  });

  test("M9: a store's id is looked up in its store and environment alone", async () => {
    await t.send(
      told("created", 0, { workspace_id: me.workspace_id }),
      told("created", 0, { workspace_id: me.workspace_id, livemode: true, price: "price_max" }),
    );
    expect(await t.plan(me.workspace_id)).toBe("prism.pro");
    const live = t.billingWith({ environment: "live" });
    const other = await makeMember(t);
    await t.sendTo(live, told("updated", 60, { workspace_id: other.workspace_id, livemode: true, price: "price_max" }));
    expect([await t.plan(me.workspace_id), await t.plan(other.workspace_id)]).toEqual(["prism.pro", "prism.max"]);
  });

  test("a person's id stands for their own workspace", async () => {
    await t.send(told("created", 0, { workspace_id: me.user_id }));
    expect(await t.plan(me.workspace_id)).toBe("prism.pro");
  });
});
