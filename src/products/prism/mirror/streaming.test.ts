import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { eventsIn, openStream } from "../../../../test/support/event-stream.ts";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";
import { unavailable } from "../../../../test/support/scripted-gateway.ts";
import type { Verdict } from "../../../product.ts";

const bad: Verdict = {
  status: "crisis",
  categories: ["self_harm"],
  rule_ids: ["test.bad"],
  message: "Help is there.",
  resources: [],
};
const fine: Verdict = { status: "allow", categories: [], rule_ids: [], message: "", resources: [] };

let plinth: PrismApp;
let url: string;
let ada: PrismPerson;
let session: string;
beforeAll(async () => {
  plinth = await prismApp(({ safety }) => ({
    safety: {
      ...safety,
      watchOutput: () => {
        let text = "";
        const verdict = () => (text.includes("FORBIDDEN") ? bad : undefined);
        return {
          push: (piece) => {
            text += piece;
            return verdict();
          },
          end: async () => {
            if (text.includes("UNRECORDED")) throw new Error("What was found cannot be recorded");
            return text.includes("LATE") ? bad : fine;
          },
        };
      },
    },
  }));
  url = await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => plinth.close());
beforeEach(async () => {
  plinth.model.reset();
  ada = await plinth.person();
  session = await ada.session();
});

const path = () => `/v1/prism/mirror/sessions/${session}/messages`;
const open = (content: string, headers: Record<string, string> = {}) =>
  openStream(url + path(), { token: ada.access_token, body: { content }, headers });
const openRetry = (id: string) => openStream(`${url}${path()}/${id}/retry`, { token: ada.access_token, body: {} });
const reply = async () => (await ada.call("GET", `/mirror/sessions/${session}/messages?limit=1`)).body.data[0];
const becomes = (status: string) =>
  vi.waitFor(async () => expect((await reply()).status).toBe(status), { timeout: 30_000, interval: 20 });

describe("a streamed reply", () => {
  test("comes piece by piece: the message as it is stored, deltas, the reply as it is stored", async () => {
    let goOn = () => {};
    plinth.model.script({
      pieces: ["What ", "tires ", "you?"],
      after: new Promise<void>((resolve) => (goOn = resolve)),
    });
    const stream = await open("I am tired.");
    expect([stream.status, stream.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    await stream.first("delta");
    expect(stream.events().map(({ event }) => event)).toEqual(["message", "delta"]);
    goOn();
    const events = await stream.ended;
    expect(events.map(({ event }) => event)).toEqual(["message", "delta", "delta", "delta", "done"]);
    expect(events[0]?.data.message).toMatchObject({ role: "user", content: "I am tired.", position: 1 });
    const deltas = events.flatMap(({ event, data }) => (event === "delta" ? [data.text] : []));
    expect(deltas).toEqual(["What ", "tires ", "you?"]);
    expect(events.at(-1)?.data.message).toEqual(await reply());
    expect(await reply()).toMatchObject({ status: "completed", content: "What tires you?", provider: "scripted" });
  });

  test('comes for `"stream": true` too; refusals are problems with their status, not streams', async () => {
    const body = { content: "Hello", stream: true };
    const answer = await plinth.call("POST", path(), { token: ada.access_token, body });
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    expect(eventsIn(String(answer.body)).at(-1)?.event).toBe("done");
    await ada.call("POST", `/mirror/sessions/${session}/close`);
    const refused = await plinth.call("POST", path(), { token: ada.access_token, body });
    expect([refused.status, refused.body.code]).toEqual([409, "prism.session_closed"]);
  });

  test("whose client leaves is stopped, stored as far as it came, and can be asked for again", async () => {
    plinth.model.script(
      { pieces: ["It is ", "never told"], after: new Promise(() => {}) },
      { pieces: ["It is ", "whole."] },
    );
    const stream = await open("Tell me");
    await stream.first("delta");
    stream.leave();
    await plinth.model.calls[0]?.aborted;
    await becomes("interrupted");
    expect((await reply()).content).toBe("It is ");
    const again = await (await openRetry((await reply()).id)).ended;
    expect(again.at(-1)).toMatchObject({
      event: "done",
      data: { message: { status: "completed", content: "It is whole." } },
    });
    expect((await ada.call("GET", `/mirror/sessions/${session}/messages`)).body.data.length).toBe(2);
  });

  test("with a key is told again as a stream, with nothing generated; while it runs the key is busy", async () => {
    let goOn = () => {};
    plinth.model.script({ pieces: ["One ", "answer."], after: new Promise<void>((resolve) => (goOn = resolve)) });
    const key = { "idempotency-key": "stream-1" };
    const first = await open("Once?", key);
    await first.first("delta");
    const busy = await ada.say(session, "Once?", key);
    expect([busy.status, busy.body.code]).toEqual([409, "request.idempotency_in_progress"]);
    goOn();
    const told = await first.ended;
    const again = await (await open("Once?", key)).ended;
    expect(again.map(({ event }) => event)).toEqual(["message", "delta", "done"]);
    expect([again[0], again[1]?.data.text, again.at(-1)]).toEqual([told[0], "One answer.", told.at(-1)]);
    const whole = await ada.say(session, "Once?", key);
    expect(whole).toMatchObject({ status: 201, body: { reply: { content: "One answer." } } });
    expect(plinth.model.calls.length).toBe(1);
  });

  test("that a client left goes on anew with the same key", async () => {
    plinth.model.script({ pieces: ["It is ", "never told"], after: new Promise(() => {}) }, { text: "Whole." });
    const key = { "idempotency-key": "stream-2" };
    const stream = await open("Tell me", key);
    await stream.first("delta");
    stream.leave();
    await becomes("interrupted");
    const again = await (await open("Tell me", key)).ended;
    expect(again.at(-1)?.data.message).toMatchObject({ status: "completed", content: "Whole." });
  });

  test("that the provider breaks off ends with an error, and is stored as far as it came", async () => {
    plinth.model.script({ pieces: ["It is ", "half"], error: unavailable() });
    const events = await (await open("Tell me")).ended;
    expect(events.map(({ event }) => event)).toEqual(["message", "delta", "delta", "error"]);
    expect(events.at(-1)?.data).toMatchObject({ code: "ai.provider_unavailable", status: 502 });
    expect(await reply()).toMatchObject({ status: "interrupted", content: "It is half" });
  });

  test("that breaks off after words that do not pass is told as withheld, and neither kept nor read by the next model", async () => {
    plinth.model.script({ pieces: ["Well, ", "LATE"], error: unavailable() }, {});
    const events = await (await open("Tell me")).ended;
    expect(events.map(({ event }) => event)).toEqual(["message", "delta", "delta", "safety", "done"]);
    expect(events.at(-1)?.data.message).toMatchObject({ status: "withheld", content: "Help is there." });
    expect((await reply()).content).not.toContain("LATE");
    await ada.say(session, "And now?");
    expect(JSON.stringify(plinth.model.calls[1]?.messages)).not.toContain("LATE");
  });

  test("whose client leaves after words that do not pass is withheld", async () => {
    plinth.model.script({ pieces: ["LATE", "r"], after: new Promise(() => {}) });
    const stream = await open("Tell me");
    await stream.first("delta");
    stream.leave();
    await becomes("withheld");
    expect((await reply()).content).toBe("Help is there.");
  });

  test("that breaks off and whose findings cannot be recorded keeps nothing of its words", async () => {
    plinth.model.script({ pieces: ["UNRECORDED ", "words"], error: unavailable() });
    const events = await (await open("Tell me")).ended;
    expect(events.at(-1)?.event).toBe("error");
    expect(await reply()).toMatchObject({ status: "interrupted", content: "" });
  });

  test("that never began ends with an error, and is failed", async () => {
    plinth.model.script({ pieces: [], error: unavailable() });
    const events = await (await open("Tell me")).ended;
    expect(events.map(({ event }) => event)).toEqual(["message", "error"]);
    expect((await reply()).status).toBe("failed");
  });

  test("in a crisis is the notice, and no model is asked", async () => {
    const events = await (await open("I am going to kill myself tonight.")).ended;
    expect(events.map(({ event }) => event)).toEqual(["message", "safety", "done"]);
    expect(events[1]?.data.notice.resources.length).toBeGreaterThan(0);
    expect(events[2]?.data.message).toMatchObject({ status: "withheld" });
    expect(plinth.model.calls.length).toBe(0);
  });

  test.each([
    ["in the middle", ["Well, ", "FORBIDDEN", " words"], ["message", "delta", "safety", "done"]],
    ["at its end", ["Well, ", "LATE"], ["message", "delta", "delta", "safety", "done"]],
  ])("that does not pass %s is told as withheld, and not kept", async (_, pieces, names) => {
    plinth.model.script({ pieces });
    const events = await (await open("Tell me")).ended;
    expect(events.map(({ event }) => event)).toEqual(names);
    expect(JSON.stringify(events)).not.toContain("FORBIDDEN");
    expect(events.at(-1)?.data.message).toMatchObject({
      status: "withheld",
      notice: { safety: { status: "withheld" } },
    });
    expect((await reply()).content).not.toContain("Well");
  });

  test("two at once in one session: one streams, the other is refused", async () => {
    let goOn = () => {};
    const after = new Promise<void>((resolve) => (goOn = resolve));
    plinth.model.script({ pieces: ["a", "b"], after }, { pieces: ["a", "b"], after });
    const streams = await Promise.all([open("First"), open("Second")]);
    expect(streams.map(({ status }) => status).sort()).toEqual([200, 409]);
    goOn();
    await Promise.all(streams.map(({ ended }) => ended));
    expect(plinth.model.calls.length).toBe(1);
  });
});
