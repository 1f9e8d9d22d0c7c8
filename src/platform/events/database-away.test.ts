import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { delivered, type EventStage, eventStage, gate, Happened, patience } from "../../../test/support/events.ts";
import { makeMember } from "../../../test/support/factories.ts";
import type { Ctx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { DependencyDown, defineSubscriber } from "./index.ts";

// The database goes away between a worker and what it asks for, at the moment that the test chooses.

/** What becomes of a statement; a promise: its answer comes when that is resolved. */
type Fault = (reason: string) => "refused" | "answer lost" | Promise<void> | undefined;
const noFault: Fault = () => undefined;

let t: TestDatabase;
let ada: Ctx;
let stage: EventStage;
let fault: Fault;
beforeAll(async () => {
  t = await testDatabase({ pool_size: 10 });
  ada = await makeMember(t);
});
afterAll(() => t.close());
beforeEach(async () => {
  await t.sql("truncate events.outbox, events.completed, events.dead_letters, events.paused_subscribers");
  fault = noFault;
});
afterEach(async () => {
  fault = noFault;
  await stage.stop();
});

const gone = () => Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
const statement: Database["systemStatement"] = async (reason, ...rest) => {
  const what = fault(reason);
  if (what === "refused") throw gone();
  const answer = await t.db.systemStatement(reason, ...rest);
  if (what === "answer lost") throw gone();
  await what;
  return answer;
};
const longLease = { workers: 1, lease_seconds: 600 };
const wire = (handle: () => Promise<void>, max_retries = 5) => {
  const works = defineSubscriber({ name: "test.works", event: Happened, max_retries, handle });
  stage = eventStage({ ...t, db: { ...t.db, systemStatement: statement } }, [works], longLease);
};

test("4: a worker stops while the database is away, whatever it still has to hand back", async () => {
  wire(async () => {});
  stage.start();
  await stage.publish(ada, 1);
  await delivered(t);
  let refused = 0;
  fault = () => {
    refused++;
    return "refused";
  };
  stage.events.wake(["test.works"]);
  await vi.waitFor(() => expect(refused).toBeGreaterThan(3), patience);
  let isOver = false;
  const stopping = stage.workers[0]?.stop(200).then(() => {
    isOver = true;
  });
  try {
    await vi.waitFor(() => expect(isOver).toBe(true), { timeout: 4_000, interval: 20 });
  } finally {
    fault = noFault;
    await stopping;
  }
});

test("4: what several claims took whose answers got lost runs long before its lease ends", async () => {
  const release = gate();
  let lost = 0;
  wire(async () => {});
  fault = (reason) => {
    if (reason === "outbox release") return release.opened;
    if (reason !== "outbox claim") return undefined;
    lost++;
    return "answer lost";
  };
  const standing = async (status: string) =>
    (await t.sql("select from events.outbox where status = $1", [status])).length;
  await stage.publish(ada, 1);
  stage.start();
  await vi.waitFor(() => expect(lost).toBeGreaterThan(1), patience);
  const before = lost;
  // The first is being handed back when the second gets lost.
  await stage.publish(ada, 2);
  await vi.waitFor(async () => expect(await standing("processing")).toBe(2), patience);
  expect(lost).toBeGreaterThan(before);
  fault = noFault;
  release.open();
  await vi.waitFor(async () => expect(await t.sql("select from events.completed")).toHaveLength(2), {
    timeout: 8_000,
    interval: 20,
  });
});

test("what a worker that stops claimed without hearing of it goes back before its lease ends", async () => {
  wire(async () => {});
  fault = (reason) => (reason === "outbox claim" ? "answer lost" : reason === "outbox release" ? "refused" : undefined);
  await stage.publish(ada, 1);
  stage.start();
  await vi.waitFor(async () => {
    expect(await t.sql("select from events.outbox where status = 'processing'")).toHaveLength(1);
  }, patience);
  const stopping = stage.stop();
  fault = noFault;
  await stopping;
  expect(await t.sql("select from events.outbox where status = 'pending'")).toHaveLength(1);
});

test("4: an outage that cannot be written down costs its event neither a try nor the length of a lease", async () => {
  let calls = 0;
  wire(async () => {
    if (++calls === 1) throw new DependencyDown("sendgrid");
  }, 0);
  fault = (reason) => (reason === "pause for an outage" ? "refused" : undefined);
  stage.start();
  await stage.publish(ada, 1);
  await vi.waitFor(async () => expect(await t.sql("select from events.completed")).toHaveLength(1), {
    timeout: 8_000,
    interval: 20,
  });
  expect(calls).toBe(2);
  expect(await t.sql("select retry_count, attempt from events.completed")).toEqual([{ retry_count: 0, attempt: 2 }]);
});
