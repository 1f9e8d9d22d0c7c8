import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";
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
let ada: PrismPerson;
beforeAll(async () => {
  plinth = await prismApp(({ safety }) => ({
    safety: { ...safety, checkOutput: async (_ctx, { text }) => (/FOR\n?BIDDEN/.test(text) ? bad : fine) },
  }));
});
afterAll(() => plinth.close());
beforeEach(async () => {
  plinth.model.reset();
  ada = await plinth.person();
});

const path = "/mirror/fragments";
const write = (text: string, more: object = {}) => ada.call("POST", path, { text, theme: "rest", ...more });
const textsOf = async (query = "") =>
  (await ada.call("GET", `${path}${query}`)).body.data.map(({ text }: { text: string }) => text);

describe("fragments", () => {
  test("are lifted from a session, with the messages that they come from; what was lifted does not come again", async () => {
    const session = await ada.session();
    const { body } = await ada.say(session, "I never rest.");
    const insight = { text: "I need rest.", theme: "Rest", mood: "tired", messages: [1, 9] };
    plinth.model.script({ output: { fragments: [insight] } }, { output: { fragments: [insight] } });
    const lifted = await ada.call("POST", `/mirror/sessions/${session}/fragments`);
    expect(lifted).toMatchObject({
      status: 201,
      body: {
        data: [
          {
            text: "I need rest.",
            theme: "rest",
            mood: "tired",
            source: "lifted",
            session_id: session,
            source_message_ids: [body.message.id],
          },
        ],
        notice: null,
      },
    });
    expect(plinth.model.calls[1]).toMatchObject({
      feature: "prism.fragments",
      prompt: "mirror_fragments.v1",
      response_schema: { name: "fragments" },
    });
    await ada.call("DELETE", `${path}/${lifted.body.data[0].id}`);
    expect((await ada.call("POST", `/mirror/sessions/${session}/fragments`)).body.data).toEqual([]);
  });

  test("of a session in which nothing was said are none; of an answer that does not pass nothing is stored", async () => {
    const session = await ada.session();
    const lift = () => ada.call("POST", `/mirror/sessions/${session}/fragments`);
    expect((await lift()).body.code).toBe("prism.session_empty");
    await ada.say(session, "Hello");
    // The words are checked as they are read, not as JSON writes them.
    for (const text of ["FORBIDDEN", "FOR\nBIDDEN"]) {
      plinth.model.script({ output: { fragments: [{ text, theme: "x", mood: "sad", messages: [] }] } });
      expect(await lift()).toMatchObject({
        status: 201,
        body: { data: [], notice: { safety: { status: "withheld" } } },
      });
    }
    expect(await textsOf()).toEqual([]);
  });

  test("lifted several times at once come once, of one generation under one key", async () => {
    const session = await ada.session();
    await ada.say(session, "I never rest.");
    const fragments = [{ text: "I need rest.", theme: "rest", mood: "tired", messages: [1] }];
    let goOn = () => {};
    const after = new Promise<void>((resolve) => (goOn = resolve));
    plinth.model.script(...Array.from({ length: 5 }, () => ({ output: { fragments }, after })));
    const lifts = Array.from({ length: 5 }, () => ada.call("POST", `/mirror/sessions/${session}/fragments`));
    await plinth.model.arrival(6);
    goOn();
    const answers = await Promise.all(lifts);
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(201));
    expect(answers.flatMap(({ body }) => body.data)).toHaveLength(1);
    expect(await textsOf()).toEqual(["I need rest."]);
    const keys = new Set(plinth.model.calls.slice(1).map(({ idempotency_key }) => idempotency_key));
    expect([...keys]).toEqual([expect.stringContaining(session)]);
  });

  test("lifted from a session that is deleted meanwhile are none", async () => {
    const session = await ada.session();
    await ada.say(session, "I never rest.");
    let goOn = () => {};
    const after = new Promise<void>((resolve) => (goOn = resolve));
    const fragments = [{ text: "I need rest.", theme: "rest", mood: "tired", messages: [1] }];
    plinth.model.script({ output: { fragments }, after });
    const lifted = ada.call("POST", `/mirror/sessions/${session}/fragments`);
    await plinth.model.arrival(2);
    await ada.call("DELETE", `/mirror/sessions/${session}`);
    goOn();
    expect((await lifted).status).toBe(404);
    expect(await textsOf()).toEqual([]);
  });

  test("are written, changed, deleted, and found by theme, mood, session and text", async () => {
    const session = await ada.session();
    const { body: own } = await write("Walking helps", { theme: " Body ", mood: "calm" });
    expect(own).toMatchObject({ theme: "body", mood: "calm", source: "own", session_id: null, source_message_ids: [] });
    await write("Naps, 100% sure", { session_id: session });
    expect(await textsOf("?theme=Body")).toEqual(["Walking helps"]);
    expect(await textsOf("?mood=neutral")).toEqual(["Naps, 100% sure"]);
    expect(await textsOf(`?session_id=${session}`)).toEqual(["Naps, 100% sure"]);
    expect(await textsOf(`?q=${encodeURIComponent("100%")}`)).toEqual(["Naps, 100% sure"]);
    expect(await textsOf("?q=HELPS")).toEqual(["Walking helps"]);
    expect((await ada.call("GET", `${path}?q=%00`)).status).toBe(400);
    const changed = await ada.call("PATCH", `${path}/${own.id}`, { text: "Running helps", theme: "Sport" });
    expect(changed.body).toMatchObject({ text: "Running helps", theme: "sport", mood: "calm" });
    expect((await ada.call("GET", `${path}/${own.id}`)).body).toEqual(changed.body);
    expect((await ada.call("DELETE", `${path}/${own.id}`)).status).toBe(204);
    expect((await ada.call("GET", `${path}/${own.id}`)).status).toBe(404);
    expect(await textsOf()).toEqual(["Naps, 100% sure"]);
    const foreign = await (await plinth.person()).session();
    expect((await write("x", { session_id: foreign })).status).toBe(404);
  });
});
