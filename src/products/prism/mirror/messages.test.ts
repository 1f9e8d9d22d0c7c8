import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";
import { unavailable } from "../../../../test/support/scripted-gateway.ts";
import type { Verdict } from "../../../product.ts";
import type { MirrorMessage } from "./schema.ts";

const bad: Verdict = {
  status: "crisis",
  categories: ["self_harm"],
  rule_ids: ["test.bad"],
  message: "Help is there.",
  resources: [],
};
const fine: Verdict = { status: "allow", categories: [], rule_ids: [], message: "", resources: [] };

let plinth: PrismApp;
let ada: PrismPerson;
let session: string;
beforeAll(async () => {
  plinth = await prismApp(({ safety }) => ({
    safety: { ...safety, checkOutput: async (_ctx, { text }) => (text.includes("FORBIDDEN") ? bad : fine) },
  }));
});
afterAll(() => plinth.close());
beforeEach(async () => {
  plinth.model.reset();
  ada = await plinth.person();
  session = await ada.session();
});

const said = async (): Promise<MirrorMessage[]> =>
  (await ada.call("GET", `/mirror/sessions/${session}/messages?limit=100`)).body.data.toReversed();
const retry = (id: string) => ada.call("POST", `/mirror/sessions/${session}/messages/${id}/retry`, {});
const contents = (call: number) => plinth.model.calls[call]?.messages.map(({ role, content }) => [role, content]);

describe("a message", () => {
  test("is checked, stored, and answered with the session's history behind it", async () => {
    plinth.model.script({ text: "What tires you?" }, { text: "And since when?" });
    const first = await ada.say(session, "I am tired.");
    expect(first).toMatchObject({
      status: 201,
      body: {
        message: { position: 1, role: "user", status: "completed", content: "I am tired.", safety_status: "allow" },
        reply: {
          position: 2,
          role: "assistant",
          status: "completed",
          content: "What tires you?",
          provider: "scripted",
        },
      },
    });
    await ada.say(session, "Work.");
    expect(contents(1)?.slice(1)).toEqual([
      ["user", "I am tired."],
      ["assistant", "What tires you?"],
      ["user", "Work."],
    ]);
    expect(plinth.model.calls[1]).toMatchObject({ feature: "prism.mirror_reply", prompt: "mirror_reply.v1" });
    expect((await said()).map(({ content }) => content)).toEqual([
      "I am tired.",
      "What tires you?",
      "Work.",
      "And since when?",
    ]);
  });

  test("sent fifty times at once with one key is one message with one reply, and the key keeps its answer", async () => {
    const key = { "idempotency-key": "message-1" };
    const answers = await Promise.all(Array.from({ length: 50 }, () => ada.say(session, "Once?", key)));
    const made = answers.filter(({ status }) => status === 201);
    expect(new Set(made.map(({ body }) => body.reply.id)).size).toBe(1);
    const others = answers.filter(({ status }) => status !== 201);
    expect(new Set(others.map(({ body }) => body.code))).toEqual(new Set(["request.idempotency_in_progress"]));
    expect([plinth.model.calls.length, (await said()).length]).toEqual([1, 2]);
    expect((await ada.say(session, "Once?", key)).body).toEqual(made[0]?.body);
    expect((await ada.say(session, "Twice?", key)).body.code).toBe("request.idempotency_conflict");
    expect((await ada.say(session, "Once?", { "idempotency-key": "x".repeat(256) })).status).toBe(422);
  });

  test("of two at once one waits its turn: 409, and nothing of it is stored", async () => {
    let answer = () => {};
    plinth.model.script({ after: new Promise<void>((resolve) => (answer = resolve)) });
    const first = ada.say(session, "First");
    await plinth.model.arrival(1);
    const second = await ada.say(session, "Second");
    expect([second.status, second.body.code, second.headers["retry-after"]]).toEqual([
      409,
      "prism.reply_in_progress",
      "1",
    ]);
    const closing = await ada.call("POST", `/mirror/sessions/${session}/close`);
    expect(closing.body.code).toBe("prism.reply_in_progress");
    answer();
    expect((await first).status).toBe(201);
    expect((await said()).length).toBe(2);
  });

  test("of twenty different ones at once some are answered, one after the other, and none is lost or half stored", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => ada.say(session, `Number ${n}`)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      made.length === 20 ? new Set([201]) : new Set([201, 409]),
    );
    const messages = await said();
    expect(messages.map(({ position }) => position)).toEqual(Array.from({ length: made.length * 2 }, (_, n) => n + 1));
    expect(messages.every(({ status }) => status === "completed")).toBe(true);
  });

  test("whose reply fails is kept; the reply can be asked for again, and so does the same key", async () => {
    plinth.model.script({ error: unavailable() }, { error: unavailable() }, { text: "Here I am." });
    const key = { "idempotency-key": "message-2" };
    const failed = await ada.say(session, "Hello?", key);
    expect([failed.status, failed.body.code]).toEqual([502, "ai.provider_unavailable"]);
    const [message, reply] = await said();
    expect([message?.status, reply?.status]).toEqual(["completed", "failed"]);
    expect((await retry(reply?.id ?? "")).status).toBe(502);
    const again = await ada.say(session, "Hello?", key);
    expect(again).toMatchObject({
      status: 201,
      body: { message: { id: message?.id }, reply: { id: reply?.id, status: "completed", content: "Here I am." } },
    });
    expect((await said()).length).toBe(2);
    const late = await retry(reply?.id ?? "");
    expect([late.status, late.body.code]).toEqual([409, "prism.not_retryable"]);
    expect((await retry(message?.id ?? "")).status).toBe(404);
  });

  test("that went on after a failed reply leaves that reply as it is", async () => {
    plinth.model.script({ error: unavailable() });
    await ada.say(session, "Hello?");
    await ada.say(session, "Anybody?");
    const [, failed] = await said();
    expect((await retry(failed?.id ?? "")).body.code).toBe("prism.not_retryable");
    expect(contents(1)?.slice(1)).toEqual([["user", "Hello?\n\nAnybody?"]]);
  });

  test("whose reply is asked for again ten times at once is generated once", async () => {
    plinth.model.script({ error: unavailable() });
    await ada.say(session, "Hello?");
    const [, reply] = await said();
    const answers = await Promise.all(Array.from({ length: 10 }, () => retry(reply?.id ?? "")));
    expect(answers.filter(({ status }) => status === 201).length).toBe(1);
    expect(plinth.model.calls.length).toBe(2);
  });

  test("that a dying process left without reply expires, and then can be asked for again; the dead one's answer is too late", async () => {
    let answer = () => {};
    let goOn = () => {};
    plinth.model.script(
      { text: "Too late", after: new Promise<void>((resolve) => (answer = resolve)) },
      { text: "Anew", after: new Promise<void>((resolve) => (goOn = resolve)) },
    );
    const lost = ada.say(session, "Are you there?");
    await plinth.model.arrival(1);
    plinth.clock.advance(301_000);
    try {
      await vi.waitFor(async () => expect((await said())[1]?.status).toBe("failed"), { timeout: 30_000, interval: 20 });
    } finally {
      plinth.clock.advance(-301_000);
    }
    const [, reply] = await said();
    const again = retry(reply?.id ?? "");
    await plinth.model.arrival(2);
    answer();
    expect((await lost).status).toBe(500);
    expect((await said())[1]).toMatchObject({ status: "pending", content: "" });
    goOn();
    expect((await again).body.reply).toMatchObject({ id: reply?.id, status: "completed", content: "Anew" });
  });

  test("goes with as much of what was said before as the window holds", async () => {
    const long = "word ".repeat(1_500);
    for (const _ of [1, 2, 3, 4]) await ada.say(session, long);
    const sent = contents(3) ?? [];
    expect(sent[0]?.[0]).toBe("system");
    expect(sent.at(-1)).toEqual(["user", long]);
    expect(sent.length).toBeLessThan(8);
  });
});

describe("safety", () => {
  const events = () =>
    plinth.sql<{ status: string; feature: string }>(
      "select status, feature from safety.safety_events where workspace_id = $1 order by created_at",
      [ada.workspace_id],
    );

  test("a message in crisis is answered with help: nothing is generated, the notice is stored, the event without the text", async () => {
    const answer = await ada.say(session, "I am going to kill myself tonight.");
    expect(answer).toMatchObject({
      status: 201,
      body: {
        message: { safety_status: "crisis" },
        reply: { status: "withheld", provider: null, notice: { safety: { status: "crisis" } } },
      },
    });
    expect(answer.body.reply.content).toBe(answer.body.reply.notice.message);
    expect(answer.body.reply.notice.resources.length).toBeGreaterThan(0);
    expect(plinth.model.calls.length).toBe(0);
    expect(await events()).toEqual([{ status: "crisis", feature: "prism.mirror_reply" }]);
    expect((await said()).map(({ status }) => status)).toEqual(["completed", "withheld"]);
    expect((await retry(answer.body.reply.id)).body.code).toBe("prism.not_retryable");
  });

  test("the same over several messages is found in their sequence; what follows is no crisis, and the model does not see it", async () => {
    expect((await ada.say(session, "I want to")).body.reply.status).toBe("completed");
    expect((await ada.say(session, "kill myself")).body.reply.status).toBe("withheld");
    const after = await ada.say(session, "I spoke to my sister, it is better.");
    expect(after.body.reply.status).toBe("completed");
    expect(JSON.stringify(plinth.model.calls.at(-1)?.messages)).not.toContain("kill myself");
  });

  test("a reply that does not pass is kept back, and told as such", async () => {
    plinth.model.script({ text: "FORBIDDEN words" });
    const { body } = await ada.say(session, "Tell me");
    expect(body.reply).toMatchObject({ status: "withheld", notice: { safety: { status: "withheld" } } });
    expect(JSON.stringify(await said())).not.toContain("FORBIDDEN");
  });

  test("where what was found cannot be recorded nothing is stored or generated", async () => {
    await plinth.sql("alter table safety.safety_events add constraint broken check (false) not valid");
    try {
      const answer = await ada.say(session, "I am going to kill myself tonight.");
      expect([answer.status, answer.body.code]).toEqual([503, "safety.unavailable"]);
    } finally {
      await plinth.sql("alter table safety.safety_events drop constraint broken");
    }
    expect([plinth.model.calls.length, (await said()).length]).toEqual([0, 0]);
  });
});
