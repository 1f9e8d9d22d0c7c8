import fc from "fast-check";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { aiStage, down, html, turn } from "../../../test/support/ai-gateway.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { FakeAnswer } from "../../../test/support/fake-openai.ts";
import { createDatabase } from "../../core/database.ts";
import { createDemoProvider } from "./demo.ts";

const stage = await aiStage();
const { t, fake, key, gateway, eventsOf } = stage;

beforeEach(() => fake.reset());
afterAll(() => stage.close());

describe("metering", () => {
  test("scenario 21: cached tokens at their own price: 2,006 in, 1,920 of them cached, 300 out is $0.005615", async () => {
    const ctx = await makeMember(t);
    const { ai, metrics } = gateway();
    fake.script({
      usage: { prompt_tokens: 2_006, completion_tokens: 300, prompt_tokens_details: { cached_tokens: 1_920 } },
    });
    await ai.complete(ctx, turn);
    const event = { input_tokens: 2_006, cached_input_tokens: 1_920, output_tokens: 300, cost_pico_usd: 5_615_000_000 };
    expect(await eventsOf(ctx)).toMatchObject([event]);
    const { body } = await metrics.page();
    expect(body).toContain('plinth_ai_cost_usd_total{feature="prism.turn"} 0.005615');
    expect(body).toContain('plinth_ai_tokens_total{feature="prism.turn",kind="input"} 86');
    expect(body).toContain('plinth_ai_tokens_total{feature="prism.turn",kind="cached_input"} 1920');
    expect(body).toContain('plinth_ai_tokens_total{feature="prism.turn",kind="output"} 300');
    expect(body).toContain('plinth_ai_requests_total{feature="prism.turn",provider="openai",outcome="ok"} 1');
    expect(body).toContain('plinth_ai_request_duration_seconds_count{feature="prism.turn",provider="openai"} 1');
  });

  const faults: Record<string, FakeAnswer> = {
    ok: {},
    no_usage: { usage: null },
    down,
    busy: { status: 429, headers: { "retry-after": "1" } },
    later: { status: 429, headers: { "retry-after": "3600" } },
    refused: { status: 400 },
    wrong_key: { status: 401 },
    html,
    reset: { fault: "reset" },
    reset_in_body: { fault: "reset_in_body" },
  };

  test("scenario 25: calls on the wire are usage events, one to one, whatever the provider does", async () => {
    const { ai } = gateway();
    const script = fc.array(fc.constantFrom(...Object.keys(faults)), { minLength: 3, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(script, async (names) => {
        const ctx = await makeMember(t);
        fake.reset();
        fake.script(...names.map((name) => faults[name] ?? {}));
        const answered = await ai.complete(ctx, turn).then(
          () => true,
          () => false,
        );
        const events = await eventsOf(ctx);
        expect(events.map(({ attempt }) => attempt)).toEqual(fake.calls.map((_, index) => index + 1));
        expect(new Set(events.map(({ call_id }) => call_id)).size).toBe(1);
        expect(events.filter(({ outcome }) => outcome === "ok")).toHaveLength(answered ? 1 : 0);
        expect(events.length).toBeLessThanOrEqual(3);
      }),
      { numRuns: 60 },
    );
  });

  test("scenario 25: as true of 60 calls at once", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway();
    fake.script(...Array.from({ length: 60 }, (_, n) => faults[Object.keys(faults)[n % 10] ?? "ok"] ?? {}));
    const results = await Promise.allSettled(Array.from({ length: 60 }, () => ai.complete(ctx, turn)));
    const events = await eventsOf(ctx);
    expect(events).toHaveLength(fake.calls.length);
    expect(new Set(events.map(({ call_id, attempt }) => `${call_id} ${attempt}`)).size).toBe(events.length);
    const answered = results.filter(({ status }) => status === "fulfilled").length;
    expect(events.filter(({ outcome }) => outcome === "ok")).toHaveLength(answered);
  });

  test("an event that cannot be written stands in the log with all its figures, and the answer still comes", async () => {
    const ctx = await makeMember(t);
    const gone = createDatabase({ app_url: t.app_url, system_url: t.system_url });
    await gone.close();
    const { ai, lines, metrics } = gateway({ db: gone });
    const { text, call_id } = await ai.complete(ctx, turn);
    expect(text).toBe("Take one small step.");
    const line = JSON.parse(lines.find((entry) => entry.includes("could not be stored")) ?? "{}");
    expect(line).toMatchObject({
      level: "error",
      request_id: ctx.request_id,
      usage_event: {
        call_id,
        attempt: 1,
        workspace_id: ctx.workspace_id,
        input_tokens: 12,
        output_tokens: 5,
        cost_pico_usd: 80_000_000,
      },
    });
    expect((await metrics.page()).body).toContain('plinth_ai_usage_events_lost_total{feature="prism.turn"} 1');
  });

  test("the demo provider says so, is estimated and costs nothing", async () => {
    const ctx = await makeMember(t);
    const { ai } = gateway({ providers: { openai: createDemoProvider({ node_env: "test" }) } });
    const completion = await ai.complete(ctx, turn);
    expect(completion).toMatchObject({ provider: "demo", model: "demo", usage: { estimated: true, input_tokens: 4 } });
    expect(completion.text).toContain("demo provider");
    expect(await eventsOf(ctx)).toMatchObject([{ provider: "demo", outcome: "ok", estimated: true, cost_pico_usd: 0 }]);
    expect(fake.calls).toHaveLength(0);
  });

  test("a workspace's transactions may add usage events and see their own, not change them", async () => {
    const [mine, other] = [await makeMember(t), await makeMember(t)];
    await gateway().ai.complete(mine, turn);
    const [grants] = await t.sql(`select
      has_table_privilege('plinth_app', 'ai.ai_usage_events', 'update') as changes,
      has_table_privilege('plinth_app', 'ai.ai_usage_events', 'delete') as deletes`);
    expect(grants).toEqual({ changes: false, deletes: false });
    expect(await eventsOf(other)).toEqual([]);
    const [event] = await eventsOf(mine);
    await expect(
      t.sql(
        "insert into ai.ai_usage_events select (e).* from (select e from ai.ai_usage_events e where call_id = $1) s",
        [event?.call_id],
      ),
    ).rejects.toThrow(/duplicate key/);
  });
});

test("neither the key, a prompt nor an answer stands in a log, whatever happens", async () => {
  const ctx = await makeMember(t);
  const { ai, lines } = gateway();
  const secret = "my-very-private-worry";
  const input = { feature: "prism.turn", messages: [{ role: "user" as const, content: secret }] };
  const echo = { error: { message: `${key} ${secret}`, type: key, code: secret.slice(0, 60) } };
  const texts: FakeAnswer[] = [
    { text: `${secret}` },
    { status: 401, body: echo },
    { body: `${secret} ${key}` },
    { text: secret },
  ];
  fake.script(...texts, { fault: "reset_in_body", text: secret }, {}, { status: 400, body: `${secret}` });
  for (let n = 0; n < 5; n++) await ai.complete(ctx, input).catch(() => undefined);
  expect(fake.calls).toHaveLength(7);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join("\n")).not.toContain(key);
  expect(lines.join("\n")).not.toContain("private");
  expect(JSON.stringify(await eventsOf(ctx))).not.toContain("private");
});
