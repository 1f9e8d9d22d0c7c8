import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../../test/support/app.ts";
import { type FakeOpenAi, fakeOpenAi } from "../../../../test/support/fake-openai.ts";

let plinth: TestApp;
let upstream: FakeOpenAi;
let ada: SignedUp;
let people = 0;
beforeAll(async () => {
  upstream = await fakeOpenAi();
  plinth = await testApp({ env: { AI_API_KEY: "sk-test", AI_BASE_URL: upstream.base_url } });
});
afterAll(async () => {
  await plinth.close();
  await upstream.close();
});
beforeEach(async () => {
  upstream.reset();
  ada = await plinth.signUp(`ada${people++}@example.com`);
});

const ask = (question: string, headers: Record<string, string> = {}, person = ada) =>
  plinth.call("POST", "/v1/prism/turns", { token: person.access_token, body: { question }, headers });
const list = async (person = ada, query = "") =>
  (await plinth.call("GET", `/v1/prism/turns${query}`, { token: person.access_token })).body;
const used = async () => {
  const { body } = await plinth.call("GET", "/v1/billing/entitlements?product=prism", { token: ada.access_token });
  return body.data[0].features.turns_per_day.used as number;
};
const usageEvents = () =>
  plinth.sql<{ outcome: string }>(
    "select outcome from ai_ledger.ai_usage_events where workspace_id = $1 order by created_at",
    [ada.workspace_id],
  );

describe("a turn", () => {
  test("is checked, counted, generated and stored", async () => {
    upstream.script({ text: "Rest is part of it. What would rest look like?" });
    const turn = await ask("Why am I tired?");
    expect(turn).toMatchObject({
      status: 201,
      body: {
        status: "completed",
        question: "Why am I tired?",
        answer: "Rest is part of it. What would rest look like?",
        provider: "openai",
      },
    });
    const { notice, ...kept } = turn.body;
    expect([notice, (await list()).data]).toEqual([null, [kept]]);
    expect(await used()).toBe(1);
    expect(await usageEvents()).toEqual([{ outcome: "ok" }]);
  });

  test("at the limit is a 429 that says when it resets, and nothing is generated: exactly three of twelve at once", async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => ask(`Question ${i}`)));
    expect(answers.filter(({ status }) => status === 201).length).toBe(3);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, body } of refused)
      expect({ status, ...body }).toMatchObject({ status: 429, code: "usage.limit_reached", limit: 3, used: 3 });
    expect(new Date(refused[0]?.body.resets_at).getTime()).toBeGreaterThan(Date.now());
    expect(upstream.calls.length).toBe(3);
    expect((await list()).data.length).toBe(3);
  });

  test("whose provider fails gives its unit back, and the attempts are on record", async () => {
    upstream.otherwise({ status: 400, body: { error: { message: "no", type: "invalid_request_error" } } });
    try {
      const failed = await ask("Why?");
      expect([failed.status, failed.body.code]).toEqual([400, "ai.invalid_request"]);
    } finally {
      upstream.otherwise({});
    }
    expect(await used()).toBe(0);
    expect((await list()).data).toMatchObject([{ status: "failed", answer: null }]);
    expect(await usageEvents()).toEqual([{ outcome: "error" }]);
    expect((await ask("And now?")).status).toBe(201);
  });

  test("with a text in crisis is answered with help: no call, no unit, no turn, and an event without the text", async () => {
    const text = "I am going to kill myself tonight.";
    const answer = await ask(text);
    expect(answer).toMatchObject({ status: 200, body: { safety: { status: "crisis" } } });
    expect(answer.body.resources.length).toBeGreaterThan(0);
    expect([upstream.calls.length, await used(), (await list()).data.length]).toEqual([0, 0, 0]);
    const events = await plinth.sql("select * from safety.safety_events where workspace_id = $1", [ada.workspace_id]);
    expect(events).toMatchObject([{ status: "crisis", feature: "prism.turn", user_id: ada.user_id }]);
    expect(JSON.stringify(events)).not.toContain("tonight");
  });

  test("with an Idempotency-Key is one turn, however often it is sent", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask("Once?", { "idempotency-key": "turn-1" })));
    const made = new Set(answers.filter(({ status }) => status === 201).map(({ body }) => body.id));
    expect(made.size).toBe(1);
    expect(await used()).toBe(1);
    expect(upstream.calls.length).toBe(1);
    expect((await ask("Once?", { "idempotency-key": "turn-1" })).body.id).toBe([...made][0]);
  });

  test("that a dying process left behind is given up after its time, and its unit given back, once", async () => {
    let answer = () => {};
    upstream.script({ after: new Promise<void>((resolve) => (answer = resolve)) });
    const lost = ask("Are you there?");
    await upstream.arrival(1);
    expect([await used(), (await list()).data[0].status]).toEqual([1, "pending"]);
    plinth.clock.advance(301_000);
    try {
      await vi.waitFor(async () => expect((await list()).data[0].status).toBe("failed"), {
        timeout: 30_000,
        interval: 20,
      });
    } finally {
      plinth.clock.advance(-301_000);
    }
    answer();
    expect((await lost).status).toBe(500);
    expect(await used()).toBe(0);
  });

  test("belongs to the person: another member of the workspace does not see it", async () => {
    const eve = await plinth.signUp(`eve${people++}@example.com`);
    await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
      ada.workspace_id,
      eve.user_id,
    ]);
    await ask("Mine?");
    const seen = await plinth.call("GET", "/v1/prism/turns", {
      token: eve.access_token,
      headers: { "plinth-workspace": ada.workspace_id },
    });
    expect([seen.status, seen.body.data]).toEqual([200, []]);
  });

  test("is found again page by page, the newest first, none twice", async () => {
    for (const n of [1, 2, 3]) await ask(`Question ${n}`);
    const questions: string[] = [];
    let cursor = "";
    do {
      const page = await list(ada, `?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      questions.push(...page.data.map(({ question }: { question: string }) => question));
      cursor = page.next_cursor ?? "";
    } while (cursor !== "");
    expect(questions).toEqual(["Question 3", "Question 2", "Question 1"]);
  });
});
