import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type BillingStage, billingStage } from "../../../test/support/billing.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { type FakeStripe, startFakeStripe } from "../../../test/support/fake-stripe.ts";
import { Registered } from "../identity/index.ts";
import { customerAtRegistration } from "./jobs.ts";

let fake: FakeStripe;
let t: BillingStage;
let me: Awaited<ReturnType<typeof makeMember>>;

beforeAll(async () => {
  fake = await startFakeStripe();
  t = await billingStage({ stripe: fake });
  const { checkouts } = t;
  if (checkouts === undefined) throw new Error("Nothing is sold here");
  t.events.subscribe([customerAtRegistration(checkouts.createCustomer)]);
});
afterAll(async () => {
  await t.close();
  await fake.close();
});
beforeEach(async () => {
  me = await makeMember(t);
  fake.requests.length = 0;
});
afterEach(() => fake.fail(undefined));

const register = () => t.db.inWorkspace(me, (tx) => t.events.append(tx, me, Registered, { user_id: me.user_id }));
const customers = () =>
  t.sql("select external_id, is_current from billing.customers where workspace_id = $1", [me.workspace_id]);

test("whoever registers is a customer of Stripe's soon after, with their address and workspace", async () => {
  await register();
  expect(fake.requests).toEqual([]);
  await t.work();
  expect(fake.requests).toMatchObject([
    {
      endpoint: "POST /v1/customers",
      params: { email: `${me.user_id}@example.com`, name: "Ada Test", metadata: { workspace_id: me.workspace_id } },
    },
  ]);
  expect(await customers()).toEqual([{ external_id: expect.stringMatching(/^cus_/), is_current: true }]);
});

test("a Stripe that does not answer keeps nobody from signing up: it is asked again", async () => {
  fake.fail("down");
  await register();
  await t.work();
  expect(await customers()).toEqual([]);
  const [row] = await t.sql<{ status: string; attempt: number; max_retries: number }>(
    "select status, attempt, max_retries from events.outbox where workspace_id = $1 and subscriber = 'stripe.create_customer'",
    [me.workspace_id],
  );
  expect(row).toEqual({ status: "pending", attempt: 1, max_retries: 9 });
  fake.fail(undefined);
  t.clock.advance(3_600_000);
  await t.work();
  expect(await customers()).toHaveLength(1);
});

test("the customer of the registration and of a checkout in the same moment are one", async () => {
  await register();
  await Promise.all([t.work(), t.checkouts?.create(me, { plan_id: "prism.pro" })]);
  expect(await customers()).toHaveLength(1);
  const sessions = fake.requests.filter(({ endpoint }) => endpoint === "POST /v1/checkout/sessions");
  expect(sessions.at(-1)?.params.customer).toBe((await customers())[0]?.external_id);
});
