import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../../test/support/prism.ts";
import { unavailable } from "../../../../test/support/scripted-gateway.ts";

let plinth: PrismApp;
let ada: PrismPerson;
beforeAll(async () => {
  plinth = await prismApp();
});
afterAll(() => plinth.close());
beforeEach(async () => {
  plinth.model.reset();
  ada = await plinth.person();
});

const path = "/mirror/sessions";
const askedAgo = (id: string, ago: string) =>
  plinth.sql("update prism.mirror_sessions set summary_asked_at = now() - $2::interval where id = $1", [id, ago]);
const left = async (person: PrismPerson) =>
  (await person.call("GET", "/limits")).body.limits.mirror_sessions_per_week.used as number;

describe("a mirror session", () => {
  test("is begun, named, listed, shown with its counts, and deleted", async () => {
    const made = await ada.call("POST", path, { title: "Monday", locale: "de-AT" });
    expect(made).toMatchObject({
      status: 201,
      body: {
        status: "open",
        title: "Monday",
        locale: "de-AT",
        message_count: 0,
        summary: null,
        summary_status: "none",
      },
    });
    const { id } = made.body;
    await ada.say(id, "I am here.");
    expect((await ada.call("GET", `${path}/${id}`)).body).toMatchObject({ id, message_count: 2 });
    expect((await ada.call("PATCH", `${path}/${id}`, { title: "Tuesday" })).body.title).toBe("Tuesday");
    expect((await ada.call("PATCH", `${path}/${id}`, { title: null })).body.title).toBe(null);
    expect((await ada.call("GET", path)).body.data.map((session: { id: string }) => session.id)).toEqual([id]);
    expect((await ada.call("DELETE", `${path}/${id}`)).status).toBe(204);
    expect((await ada.call("DELETE", `${path}/${id}`)).status).toBe(404);
    for (const gone of [`${path}/${id}`, `${path}/${id}/messages`])
      expect((await ada.call("GET", gone)).status).toBe(404);
    expect((await ada.say(id, "Still there?")).status).toBe(404);
    expect((await ada.call("GET", path)).body.data).toEqual([]);
  });

  test("counts by the catalogue: of twenty begun at once on the free plan one is, and the others hear when it resets", async () => {
    const free = await plinth.person("free");
    const answers = await Promise.all(Array.from({ length: 20 }, () => free.call("POST", path, {})));
    expect(answers.filter(({ status }) => status === 201).length).toBe(1);
    const refused = answers.filter(({ status }) => status !== 201);
    for (const { status, body } of refused)
      expect({ status, ...body }).toMatchObject({ status: 429, code: "usage.limit_reached", limit: 1, used: 1 });
    expect(Date.parse(refused[0]?.body.resets_at)).toBeGreaterThan(Date.now());
    expect([await left(free), (await free.call("GET", path)).body.data.length]).toEqual([1, 1]);
  });

  test("with an Idempotency-Key is begun once", async () => {
    const headers = { "idempotency-key": "session-1" };
    const first = await ada.call("POST", path, {}, headers);
    expect((await ada.call("POST", path, {}, headers)).body).toEqual(first.body);
    expect(await left(ada)).toBe(1);
  });

  test("is found page by page, the newest first, by its status", async () => {
    const ids = [await ada.session(), await ada.session(), await ada.session()];
    await ada.call("POST", `${path}/${ids[1]}/close`);
    const seen: string[] = [];
    let cursor = "";
    do {
      const { body } = await ada.call("GET", `${path}?limit=1${cursor === "" ? "" : `&cursor=${cursor}`}`);
      seen.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor ?? "";
    } while (cursor !== "");
    expect(seen).toEqual(ids.toReversed());
    const open = (await ada.call("GET", `${path}?status=open`)).body.data;
    expect(open.map(({ id }: { id: string }) => id)).toEqual([ids[2], ids[0]]);
  });
});

describe("closing", () => {
  test("makes a summary of what was said; again it changes nothing and generates nothing", async () => {
    const id = await ada.session();
    plinth.model.script({ text: "What would help?" }, { text: "You spoke of rest." });
    await ada.say(id, "I need rest.");
    const closed = await ada.call("POST", `${path}/${id}/close`);
    expect(closed).toMatchObject({
      status: 200,
      body: { status: "closed", summary: "You spoke of rest.", summary_status: "completed" },
    });
    expect(plinth.model.calls[1]).toMatchObject({ feature: "prism.mirror_summary", prompt: "mirror_summary.v1" });
    expect(plinth.model.calls[1]?.messages.at(-1)?.content).toBe(
      "[1] Person: I need rest.\n\n[2] Mirror: What would help?",
    );
    expect((await ada.call("POST", `${path}/${id}/close`)).body).toEqual(closed.body);
    expect((await ada.call("POST", `${path}/${id}/summary`)).body).toEqual(closed.body);
    expect(plinth.model.calls.length).toBe(2);
    const late = await ada.say(id, "One more thing");
    expect([late.status, late.body.code]).toEqual([409, "prism.session_closed"]);
  });

  test("holds when the summary fails, and the summary can be asked for again", async () => {
    const id = await ada.session();
    plinth.model.script({}, { error: unavailable() }, { error: unavailable() }, { text: "You said hello." });
    await ada.say(id, "Hello");
    const closed = await ada.call("POST", `${path}/${id}/close`);
    expect(closed).toMatchObject({ status: 200, body: { status: "closed", summary: null, summary_status: "failed" } });
    const again = await ada.call("POST", `${path}/${id}/summary`);
    expect([again.status, again.body.code]).toEqual([502, "ai.provider_unavailable"]);
    const third = await ada.call("POST", `${path}/${id}/summary`);
    expect(third.body).toMatchObject({ summary: "You said hello.", summary_status: "completed" });
  });

  test("at once from ten devices makes one summary", async () => {
    const id = await ada.session();
    await ada.say(id, "Hello");
    const answers = await Promise.all(Array.from({ length: 10 }, () => ada.call("POST", `${path}/${id}/close`)));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(plinth.model.calls.filter(({ feature }) => feature === "prism.mirror_summary").length).toBe(1);
  });

  test("a summary that a dying process left behind can be asked for again after its time, and not before", async () => {
    const id = await ada.session();
    await ada.say(id, "Hello");
    await ada.call("POST", `${path}/${id}/close`);
    await plinth.sql(
      "update prism.mirror_sessions set summary = null, summary_status = 'pending', summary_asked_at = now() where id = $1",
      [id],
    );
    const ask = () => ada.call("POST", `${path}/${id}/summary`);
    expect((await ask()).body.summary_status).toBe("pending");
    // AI_TIMEOUT_MS goes to four minutes.
    await askedAgo(id, "4 minutes 1 second");
    expect((await ask()).body.summary_status).toBe("pending");
    await askedAgo(id, "5 minutes 1 second");
    expect((await ask()).body.summary_status).toBe("completed");
  });

  test("a summary whose time was over while it was made does not end the one that another makes since", async () => {
    const id = await ada.session();
    await ada.say(id, "Hello");
    let failFirst = () => {};
    let endSecond = () => {};
    plinth.model.script(
      { after: new Promise<void>((resolve) => (failFirst = resolve)), error: unavailable() },
      { after: new Promise<void>((resolve) => (endSecond = resolve)), text: "You said hello." },
    );
    const first = ada.call("POST", `${path}/${id}/close`);
    await plinth.model.arrival(2);
    await askedAgo(id, "6 minutes");
    const second = ada.call("POST", `${path}/${id}/summary`);
    await plinth.model.arrival(3);
    failFirst();
    expect((await first).body.summary_status).toBe("pending");
    endSecond();
    expect((await second).body).toMatchObject({ summary: "You said hello.", summary_status: "completed" });
  });

  test("an empty one needs no model; an open one has no summary", async () => {
    const id = await ada.session();
    expect((await ada.call("POST", `${path}/${id}/summary`)).body.code).toBe("prism.session_open");
    expect((await ada.call("POST", `${path}/${id}/close`)).body).toMatchObject({
      status: "closed",
      summary_status: "none",
    });
    expect((await ada.call("POST", `${path}/${id}/summary`)).body.code).toBe("prism.session_empty");
    expect(plinth.model.calls.length).toBe(0);
  });
});
