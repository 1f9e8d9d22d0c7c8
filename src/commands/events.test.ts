import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../test/support/app.ts";
import { randomId } from "../../test/support/routes.ts";

let plinth: TestApp;
let folder: string;
let ada: SignedUp;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plinth-commands-"));
  plinth = await testApp({ worker: false });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(async () => {
  await plinth.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await plinth.sql("delete from events.dead_letters; delete from events.outbox; delete from events.paused_subscribers");
});

/** Runs `plinth events …` beside the running Plinth, on its database; what it answers, and what it says meanwhile. */
function run(...words: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, ["bin/plinth.mjs", "events", ...words], {
    env: {
      ...{ PATH: process.env.PATH, NODE_ENV: "test", PLINTH_DATA_DIR: folder, DATABASE_URL: plinth.owner_url },
      PLINTH_SECRET: inject("secret"),
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { out: "", err: "" };
  child.stdout.on("data", (chunk: Buffer) => {
    said.out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    said.err += chunk.toString();
  });
  return new Promise((resolve) => child.once("close", (code) => resolve({ code, ...said })));
}

const plant = (many: number, subscriber = "webhooks.deliver") =>
  plinth.sql(
    `insert into events.dead_letters (id, event_id, event_type, subscriber, workspace_id, payload, request_id, key, attempt, retry_count, max_retries,
       error_message, created_at, failed_at)
     select n + (select coalesce(max(id), 0) from events.dead_letters), gen_random_uuid(), 'webhooks.delivery_due', $2, $3,
       jsonb_build_object('endpoint_id', $4::text), 'planted', $4, 6, 5, 5, 'Planted ' || n || E'\\nat a stack', now(), now()
     from generate_series(1, $1) n`,
    [many, subscriber, ada.workspace_id, randomId],
  );
const states = () =>
  plinth.sql<{ state: string; n: number }>(
    "select state, count(*)::int as n from events.dead_letters group by 1 order by 1",
  );

describe("plinth events", { timeout: 180_000 }, () => {
  test("tells what it can do, each command for itself", async () => {
    const helps = [
      [["--help"], "dead list"],
      [["dead"], "dead list"],
      [["dead", "list", "--help"], "--failed-from"],
      [["dead", "replay", "-h"], "--yes"],
      [["pause", "--help"], "--reason"],
    ] as const;
    const answers = await Promise.all(helps.map(([words]) => run(...words)));
    for (const [index, [words, text]] of helps.entries()) {
      const { code, out } = answers[index] ?? { code: null, out: "" };
      expect({ words, code, tells: out.includes(text) }).toEqual({ words, code: 0, tells: true });
    }
    const { code, err } = await run("dance");
    expect([code, err]).toEqual([1, expect.stringContaining("There is no command events dance")]);
  });

  test("lists and shows dead letters, for people and as JSON", async () => {
    await plant(3);
    const { out } = await run("dead", "list", "--subscriber", "webhooks.deliver", "--error", "planted");
    expect(out.trim().split("\n")).toHaveLength(3);
    expect(out).toMatch(/webhooks\.deliver {2}webhooks\.delivery_due {2}Planted \d\n/);
    const { data } = JSON.parse((await run("dead", "list", "--limit", "2", "--json")).out);
    expect(data).toHaveLength(2);
    const shown = await run("dead", "show", String(data[0].id));
    expect(shown.out).toContain(`event_id: ${data[0].event_id}`);
    expect(shown.out).toContain('"endpoint_id"');
    expect((await run("dead", "show", "99")).err).toContain("There is no such dead letter");
    expect((await run("dead", "list", "--state", "nonsense")).err).toContain("--state is");
  });

  test("12: tells what a replay would take, and does it when it is told to", async () => {
    await plant(1_200);
    await plant(1, "nobody.any_more");
    const before = await run("dead", "replay", "--all");
    expect(before.out).toContain("1200 dead letters fit");
    expect(before.out).toContain("1 more have no subscriber here: name their products with --product");
    expect(before.out).toContain("Nothing was changed");
    expect(await states()).toEqual([{ state: "dead", n: 1_201 }]);
    const done = await run("dead", "replay", "--all", "--yes", "--reason", "Fixed");
    expect(done.out).toBe("replayed: 1200 of 1200\n");
    expect(done.err).toContain("1000 of 1200");
    expect(await states()).toEqual([
      { state: "dead", n: 1 },
      { state: "replayed", n: 1_200 },
    ]);
    expect((await run("dead", "replay")).err).toContain("Say which");
  });

  test("knows the subscribers of products outside the house by --product", async () => {
    await plant(2, "notes.count_words");
    const product = ["--product", "examples/own-product/index.ts"];
    expect((await run("dead", "replay", "--all")).out).toContain("2 more have no subscriber here");
    expect((await run("dead", "replay", "--all", ...product)).out).toContain(
      "2 dead letters fit\n  notes.count_words: 2",
    );
    expect((await run("pause", "notes.count_words", "--reason", "Down", ...product)).out).toContain("is paused");
    expect((await run("resume", "notes.count_words", ...product)).out).toBe("notes.count_words goes on\n");
    const done = await run("dead", "replay", "--subscriber", "notes.count_words", "--yes", ...product);
    expect(done.out).toBe("replayed: 2 of 2\n");
  });

  test("replays and gives up one", async () => {
    await plant(2);
    const [first, second] = await plinth.sql<{ id: number }>("select id from events.dead_letters order by id");
    expect((await run("dead", "replay", String(first?.id))).out).toMatch(/^replayed: \d+ \(webhooks.deliver/);
    expect((await run("dead", "discard", String(second?.id))).err).toContain("needs --reason");
    const discarded = await run("dead", "discard", String(second?.id), "--reason", "A test", "--json");
    expect(JSON.parse(discarded.out)).toMatchObject({ state: "discarded", resolved_by: "plinth events" });
    expect((await run("dead", "replay", String(first?.id))).err).toContain("replayed or discarded already");
  });

  test("pauses a subscriber and lets it go on", async () => {
    expect((await run("pause", "webhooks.deliver")).err).toContain("needs --reason");
    expect((await run("pause", "no.body", "--reason", "x")).err).toContain("There is no subscriber of that name");
    expect((await run("pause", "webhooks.deliver", "--reason", "Down")).out).toContain("is paused");
    expect((await run("paused")).out).toMatch(
      /^webhooks\.deliver {2}since .* by plinth events, until it is resumed: Down\n$/,
    );
    expect((await run("resume", "webhooks.deliver")).out).toBe("webhooks.deliver goes on\n");
    expect((await run("resume", "webhooks.deliver")).out).toBe("webhooks.deliver was not paused\n");
    expect((await run("paused")).out).toBe("None\n");
  });
});
