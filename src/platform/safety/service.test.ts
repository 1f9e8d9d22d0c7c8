import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { shippedPolicy as policy } from "../../../test/support/safety.ts";
import { createMetrics } from "../../core/metrics.ts";
import { createSafety, type SafetyOptions } from "./service.ts";

const crisis = "I want to kill myself";
const settings = { event_days: 400, text_days: 30 };

describe("the check", () => {
  let t: TestDatabase;
  beforeAll(async () => {
    t = await testDatabase();
  });
  afterAll(() => t.close());
  beforeEach(async () => {
    await t.sql("delete from safety.safety_events");
    await t.sql("delete from safety.referral_days");
  });
  const safety = (more: Partial<SafetyOptions> = {}) =>
    createSafety({ db: t.db, policy, keyring: t.keyring, metrics: createMetrics(), settings, ...more });
  const place = { feature: "test.feature", locale: "en-GB" };
  const events = () => t.sql("select * from safety.safety_events order by created_at, id");
  const counted = () =>
    t.sql("select category, country, referrals from safety.referral_days order by category, country");

  test("records what it finds before it answers, without the text; and nothing when it finds nothing", async () => {
    const ada = await makeMember(t);
    const none = await safety().precheck(ada, { ...place, texts: ["What went well?"] });
    expect(none).toEqual({ status: "allow", categories: [], rule_ids: [], message: "", resources: [] });
    expect(await events()).toEqual([]);
    const verdict = await safety().precheck(ada, { ...place, texts: [crisis] });
    expect(verdict).toMatchObject({ status: "crisis", categories: ["suicide"], message: policy.messages.en?.suicide });
    expect(verdict.resources[0]).toMatchObject({ name: "Samaritans", phone: "116 123" });
    const [event] = await events();
    expect(event).toMatchObject({
      ...{
        workspace_id: ada.workspace_id,
        user_id: ada.user_id,
        direction: "input",
        status: "crisis",
        locale: "en-GB",
      },
      ...{ rule_ids: ["suicide.en.kill_myself"], policy_version: policy.policy_version },
      ...{ text_sealed: null, text_kept_until: null },
    });
    expect(JSON.stringify(event)).not.toMatch(/kill myself/);
  });

  test("that cannot be recorded lets nothing pass, neither way", async () => {
    const ada = await makeMember(t);
    const unavailable = { code: "safety.unavailable", occurrence: { retry_after: 1 } };
    await t.sql("revoke insert on safety.safety_events from plinth_app");
    try {
      await expect(safety().precheck(ada, { ...place, texts: [crisis] })).rejects.toMatchObject(unavailable);
      await expect(safety().precheck(ada, { ...place, texts: ["my friend killed himself"] })).rejects.toMatchObject(
        unavailable,
      );
      const said = "You should kill yourself.";
      await expect(safety().checkOutput(ada, { ...place, text: said })).rejects.toMatchObject(unavailable);
      const watch = safety().watchOutput(ada, place);
      watch.push(said);
      await expect(watch.end()).rejects.toMatchObject(unavailable);
      expect((await safety().precheck(ada, { ...place, texts: ["What went well?"] })).status).toBe("allow");
    } finally {
      await t.sql("grant insert on safety.safety_events to plinth_app");
    }
    expect([await events(), await counted()]).toEqual([[], []]);
  });

  test("of what a model said is recorded as that", async () => {
    const ada = await makeMember(t);
    const verdict = await safety().checkOutput(ada, { ...place, text: "Honestly? You should kill yourself." });
    expect(verdict).toMatchObject({ status: "crisis", categories: ["suicide"] });
    expect(await events()).toMatchObject([{ direction: "output", rule_ids: ["suicide.en.said"] }]);
  });

  test("of a stream says stop once, and records it when the stream has ended", async () => {
    const ada = await makeMember(t);
    const watch = safety().watchOutput(ada, place);
    const verdicts = "Well. You should kill yourself. And then there is more to say about it."
      .split(/(?<= )/)
      .map((piece) => watch.push(piece)?.status)
      .filter((status) => status !== undefined);
    expect(verdicts).toEqual(["crisis"]);
    expect(await events()).toEqual([]);
    expect((await watch.end()).status).toBe("crisis");
    expect(await events()).toMatchObject([{ direction: "output", status: "crisis" }]);
  });

  test("of a stream in which nothing is found writes nothing", async () => {
    const ada = await makeMember(t);
    const watch = safety().watchOutput(ada, place);
    expect(watch.push("Have you tried ")).toBeUndefined();
    expect(await watch.end()).toMatchObject({ status: "allow" });
    expect(await events()).toEqual([]);
  });

  test("finds a crisis anywhere in a text of a million characters, and lets others go on meanwhile", async () => {
    const ada = await makeMember(t);
    const piece = "We went for a walk and talked about the year. ".repeat(11_000);
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const verdict = await safety().precheck(ada, { ...place, texts: [`${piece}${crisis}. ${piece}`] });
    clearInterval(timer);
    expect(verdict.status).toBe("crisis");
    expect(turns).toBeGreaterThan(3);
  });

  test("keeps the text with consent alone, sealed, and forgets it in time", async () => {
    const ada = await makeMember(t);
    const asked: string[] = [];
    const consenting = safety({
      mayKeepText: async ({ request_id }) => {
        asked.push(request_id);
        return true;
      },
    });
    await consenting.precheck(ada, { ...place, texts: ["something before", crisis] });
    expect(asked).toEqual(["test"]);
    const [event] = await t.sql<{ id: string; text_sealed: Buffer }>("select * from safety.safety_events");
    expect(event?.text_sealed.toString("latin1")).not.toContain("kill");
    expect(await consenting.keptText(ada, event?.id ?? "")).toBe(crisis);
    const eve = await makeMember(t);
    expect(await consenting.keptText(eve, event?.id ?? "")).toBeUndefined();
    t.clock.advance(31 * 86_400_000);
    try {
      expect(await consenting.keptText(ada, event?.id ?? "")).toBeUndefined();
      await consenting.maintain();
      expect(await events()).toMatchObject([{ status: "crisis", text_sealed: null, text_kept_until: null }]);
    } finally {
      t.clock.advance(-31 * 86_400_000);
    }
  });

  test.each([
    ["says no", async () => false],
    [
      "cannot be asked",
      async () => {
        throw new Error("away");
      },
    ],
  ])("keeps no text of whoever %s", async (_, mayKeepText) => {
    const ada = await makeMember(t);
    await safety({ mayKeepText }).precheck(ada, { ...place, texts: [crisis] });
    expect(await events()).toMatchObject([{ text_sealed: null }]);
  });

  test("counts each crisis once under its gravest category and country, also of many at the same time", async () => {
    const ada = await makeMember(t);
    const check = (text: string, locale: string) =>
      safety().precheck(ada, { feature: "test.feature", texts: [text], locale });
    await Promise.all(
      Array.from({ length: 20 }, () => check("I want to kill myself. I keep cutting myself.", "en-GB")),
    );
    await check("quiero matarme", "es");
    await check("ich will sterben", "de-Latn-at");
    await check("my friend killed himself", "en-GB");
    expect(await counted()).toEqual([
      { category: "suicide", country: "AT", referrals: 1 },
      { category: "suicide", country: "GB", referrals: 20 },
      { category: "suicide", country: "ZZ", referrals: 1 },
    ]);
  });

  test("deletes events in time, and the counts stay; as they do when the workspace goes", async () => {
    const [ada, bob] = [await makeMember(t), await makeMember(t)];
    await safety().precheck(ada, { ...place, texts: [crisis] });
    t.clock.advance(401 * 86_400_000);
    try {
      await safety().precheck(bob, { ...place, texts: [crisis] });
      await safety().maintain();
    } finally {
      t.clock.advance(-401 * 86_400_000);
    }
    expect(await events()).toMatchObject([{ workspace_id: bob.workspace_id }]);
    await t.sql("delete from workspaces.members where workspace_id = $1", [bob.workspace_id]);
    await t.sql("delete from workspaces.workspaces where id = $1", [bob.workspace_id]);
    expect(await events()).toEqual([]);
    expect((await counted()).map(({ referrals }) => referrals)).toEqual([1, 1]);
  });
});

describe("over HTTP", () => {
  let plinth: TestApp;
  let ada: SignedUp;
  let root: SignedUp;
  beforeAll(async () => {
    plinth = await testApp({ worker: false });
    ada = await plinth.signUp("ada@example.com");
    root = await plinth.signUp("root@example.com");
    await plinth.sql("update identity.users set role = 'admin' where id = $1", [root.user_id]);
    const body = { question: "I want to kill myself", locale: "en-US" };
    for (let n = 0; n < 3; n++) await plinth.call("POST", "/v1/prism/turns", { token: ada.access_token, body });
    const other = { question: "my friend killed himself", locale: "de" };
    await plinth.call("POST", "/v1/prism/turns", { token: ada.access_token, body: other });
  });
  afterAll(() => plinth.close());
  const list = async (query: string, token = ada.access_token) =>
    plinth.call("GET", `/v1/safety/events?${query}`, { token });

  test("a crisis is answered with the message and the helpers of the person's locale", async () => {
    const body = { question: "ich will mich umbringen", locale: "de-AT" };
    const answer = await plinth.call("POST", "/v1/prism/turns", { token: ada.access_token, body });
    expect(answer).toMatchObject({
      status: 200,
      body: { message: policy.messages.de?.suicide, safety: { status: "crisis" } },
    });
    expect(answer.body.resources[0]).toMatchObject({ phone: "142" });
  });

  test("events are listed in pages, with filters, without the text or who it was", async () => {
    const first = await list("limit=2&locale=en-US".replace("&locale=en-US", ""));
    expect(first.status).toBe(200);
    expect(first.body.data).toHaveLength(2);
    const rest = await list(`limit=100&cursor=${first.body.next_cursor}`);
    const all = [...first.body.data, ...rest.body.data];
    expect(all).toHaveLength(5);
    expect(rest.body.next_cursor).toBeNull();
    expect(new Set(all.flatMap((event: object) => Object.keys(event)))).not.toContain("user_id");
    expect(JSON.stringify(all)).not.toContain(ada.user_id);
    expect((await list("status=caution")).body.data).toMatchObject([{ status: "caution", locale: "de" }]);
    expect((await list("category=suicide&status=crisis")).body.data).toHaveLength(4);
    expect((await list("feature=prism.turn")).body.data).toHaveLength(5);
    expect((await list("feature=other")).body.data).toEqual([]);
    expect((await list("direction=output")).body.data).toEqual([]);
    expect((await list("from=2999-01-01T00:00:00Z")).body.data).toEqual([]);
    expect((await list("to=2999-01-01T00:00:00Z")).body.data).toHaveLength(5);
    expect((await list("status=loud")).status).toBe(422);
    expect((await list("", root.access_token)).body.data).toEqual([]);
  });

  test("the year's referrals are told to administrators of the platform alone", async () => {
    const year = new Date().getUTCFullYear();
    const url = `/v1/admin/safety/referrals?year=${year}`;
    expect((await plinth.call("GET", url, { token: ada.access_token })).status).toBe(403);
    const report = await plinth.call("GET", url, { token: root.access_token });
    const month = new Date().toISOString().slice(0, 7);
    expect(report.body).toEqual({
      year,
      total: 4,
      data: [
        { month, category: "suicide", country: "AT", referrals: 1 },
        { month, category: "suicide", country: "US", referrals: 3 },
      ],
    });
    const before = await plinth.call("GET", `/v1/admin/safety/referrals?year=${year - 1}`, {
      token: root.access_token,
    });
    expect(before.body).toEqual({ year: year - 1, total: 0, data: [] });
  });

  test("the policy is told to anybody", async () => {
    const { status, body } = await plinth.call("GET", "/v1/safety/policy");
    expect(status).toBe(200);
    expect(body).toMatchObject({ policy_version: policy.policy_version, languages: ["de", "en", "es", "fr", "pt"] });
    expect(body.categories.map(({ name }: { name: string }) => name)).toEqual(Object.keys(policy.categories));
  });
});
