import { afterAll, beforeAll, expect, test } from "vitest";
import { entryOf, testLedger } from "../../../test/support/ai-ledger.ts";
import { type BareServer, bareServer, type Caller } from "../../../test/support/bare-server.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { newId } from "../../core/id.ts";
import { aiUsageRoutes } from "./routes.ts";

let t: TestDatabase;
let stage: ReturnType<typeof testLedger>;
let server: BareServer;
let ada: Awaited<ReturnType<typeof makeMember>>;
let eve: typeof ada;
const admin: Caller = { workspace_id: newId(), user_id: newId(), is_admin: true };
const day_ms = 86_400_000;
const dayIn = (days: number) => new Date(t.clock.now().getTime() + days * day_ms).toISOString().slice(0, 10);

beforeAll(async () => {
  t = await testDatabase();
  stage = testLedger(t);
  server = await bareServer(t, aiUsageRoutes(stage.ledger.usage));
  ada = await makeMember(t);
  eve = await makeMember(t);
  // Three days: the day before yesterday, yesterday, today.
  for (const day of [0, 1, 2]) {
    if (day > 0) t.clock.advance(day_ms);
    for (const model of ["small", "large"]) {
      const cost = model === "small" ? 1_000_000_000 : 20_000_000_000;
      await stage.ledger.record(ada, entryOf(newId(), cost, { model }));
      await stage.ledger.record(ada, entryOf(newId(), cost, { model, feature: "swan.review", outcome: "error" }));
    }
  }
  await stage.ledger.record(eve, entryOf(newId(), 7_000_000_000_000, { model: "small" }));
});
afterAll(async () => {
  await stage.close();
  await t.close();
});

test("usage is summed as it is asked for, the newest day first, with the total of the range, and never another tenant's", async () => {
  const { status, body } = await server.call(ada, "GET", "/v1/ai/usage?by=day");
  expect(status).toBe(200);
  expect(body.data.map(({ day }: { day: string }) => day)).toEqual([dayIn(0), dayIn(-1), dayIn(-2)]);
  expect(body.data[0]).toMatchObject({
    calls: 4,
    attempts: 4,
    failed_attempts: 2,
    input_tokens: 48,
    cost_usd: "0.042",
  });
  expect(body.total).toMatchObject({ calls: 12, cached_input_tokens: 24, output_tokens: 60, cost_usd: "0.126" });
  expect(body).toMatchObject({ from: dayIn(-30), to: dayIn(0), next_cursor: null });
  const narrowed = await server.call(ada, "GET", `/v1/ai/usage?by=feature,model&feature=prism.turn&from=${dayIn(-1)}`);
  expect(narrowed.body.data).toMatchObject([
    { feature: "prism.turn", model: "large", cost_usd: "0.04" },
    { feature: "prism.turn", model: "small", cost_usd: "0.002" },
  ]);
  expect(narrowed.body.data[0].day).toBeUndefined();
});

test("pages hold every row once, whatever the groups", async () => {
  for (const by of ["day,feature,model", "feature", "model,day", "provider,feature"]) {
    const whole = await server.call(ada, "GET", `/v1/ai/usage?by=${by}&limit=100`);
    const rows: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const next = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
      const { body } = await server.call(ada, "GET", `/v1/ai/usage?by=${by}&limit=1${next}`);
      rows.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(rows).toEqual(whole.body.data);
  }
});

test("a range that is none, too long a one, and a cursor of elsewhere are refused", async () => {
  const cursor = Buffer.from('["2026-11-21x"]').toString("base64url");
  for (const query of [
    `from=${dayIn(1)}&to=${dayIn(0)}`,
    "from=2020-01-01",
    "by=user",
    `by=day&cursor=${cursor}`,
    "from=x",
  ]) {
    expect((await server.call(ada, "GET", `/v1/ai/usage?${query}`)).body).toMatchObject({ code: "request.invalid" });
  }
});

test("administrators see the cost of each feature over all workspaces; nobody else does", async () => {
  const { body } = await server.call(admin, "GET", `/v1/admin/ai/usage?by=feature&from=${dayIn(0)}`);
  expect(body.data).toMatchObject([
    { feature: "prism.turn", calls: 3, cost_usd: "7.021" },
    { feature: "swan.review", calls: 2, cost_usd: "0.021" },
  ]);
  expect((await server.call(ada, "GET", "/v1/admin/ai/usage")).status).toBe(403);
});

test("attempts are listed newest first, narrowed and paged, to administrators of the workspace", async () => {
  const first = await server.call(ada, "GET", "/v1/ai/usage/events?outcome=error&limit=4");
  expect(first.body.data).toHaveLength(4);
  expect(first.body.data[0]).toMatchObject({
    feature: "swan.review",
    outcome: "error",
    operation: "complete",
    user_id: ada.user_id,
    day: dayIn(0),
    audio_seconds: 0,
  });
  expect(first.body.data[0].workspace_id).toBeUndefined();
  const rest = await server.call(
    ada,
    "GET",
    `/v1/ai/usage/events?outcome=error&limit=4&cursor=${first.body.next_cursor}`,
  );
  expect(rest.body.data).toHaveLength(2);
  expect(rest.body.next_cursor).toBeNull();
  const { call_id } = first.body.data[0];
  const one = await server.call(ada, "GET", `/v1/ai/usage/events?call_id=${call_id}`);
  expect(one.body.data).toHaveLength(1);
  expect((await server.call(eve, "GET", `/v1/ai/usage/events?call_id=${call_id}`)).body.data).toEqual([]);
  expect((await server.call({ ...ada, role: "member" }, "GET", "/v1/ai/usage/events")).status).toBe(403);
});

test("budgets show what is left today, and of persons only the caller's own", async () => {
  const limits = { workspace: 1e12, workspace_feature: 0.5e12, user: 0.2e12 };
  const call = { call_id: newId(), feature: "prism.turn", limits, amount_pico_usd: 0.1e12, ttl_seconds: 60 };
  await stage.ledger.reserve(ada, call);
  const { body } = await server.call(ada, "GET", "/v1/ai/budgets");
  expect(body).toMatchObject({ day: dayIn(0), resets_at: `${dayIn(1)}T00:00:00.000Z` });
  const mine = {
    user_id: ada.user_id,
    limit_usd: "0.2",
    spent_usd: "0.042",
    reserved_usd: "0.1",
    remaining_usd: "0.058",
  };
  expect(body.data).toMatchObject([
    { scope: "user", ...mine },
    { scope: "workspace", limit_usd: "1", remaining_usd: "0.858", feature: null },
    { scope: "workspace_feature", feature: "prism.turn", limit_usd: "0.5", spent_usd: "0.021" },
    { scope: "workspace_feature", feature: "swan.review", limit_usd: null, remaining_usd: null, spent_usd: "0.021" },
  ]);
  const stranger = { ...ada, user_id: newId() };
  const theirs = await server.call(stranger, "GET", "/v1/ai/budgets");
  expect(theirs.body.data.map(({ scope }: { scope: string }) => scope)).not.toContain("user");
});
