import { AckPolicy, jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import Type from "typebox";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../test/support/database.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { makeNats, natsMissing, type TestNats } from "../../../test/support/nats.ts";
import { eventually } from "../../../test/support/seats.ts";
import type { Ctx } from "../../core/context.ts";
import { createLogger } from "../../core/logger.ts";
import { createMetrics, type Metrics } from "../../core/metrics.ts";
import {
  createEvents,
  createWorker,
  DependencyDown,
  defineEvent,
  defineSubscriber,
  type EventsInternals,
  PermanentFailure,
  type Worker,
} from "../events/index.ts";
import { createRelay, type Relay } from "./index.ts";

const Noted = defineEvent(
  "test.noted",
  "Something of the tests",
  Type.Object({ n: Type.Number(), text: Type.Optional(Type.String()) }),
);
const Other = defineEvent("test.other", "Something else of the tests", Type.Object({}));

let t: TestDatabase;
let nats: TestNats;
let ctx: Ctx;
let events: EventsInternals;
let relay: Relay;
let worker: Worker;
let metrics: Metrics;
beforeEach(async () => {
  t = await testDatabase();
  nats = await makeNats();
  ctx = await makeMember(t);
  metrics = createMetrics();
  const { db, listener } = t;
  events = createEvents({ db, onError: () => {} });
  const settings = { servers: [nats.url], stream: "PLINTH", prefix: "plinth", duplicate_window_seconds: 120 };
  relay = createRelay({ settings: { ...settings, max_age_days: 1, replicas: 1 }, db, metrics, onError: () => {} });
  const another = defineSubscriber({ name: "test.another", event: Noted, handle: async () => {} });
  events.subscribe([...relay.subscribers, another]);
  const logger = createLogger({ LOG_LEVEL: "silent" });
  worker = createWorker({ db, events, listener, logger, metrics, concurrency: 10, poll_ms: 50 });
  await listener.start();
});
afterEach(async () => {
  await worker.stop(1_000);
  await relay.close();
  await events.settled();
  await nats.stop();
  await t.close();
});

/** Publishes so many, one transaction each; returns their ids. */
const publish = async (count: number, from = 0, text?: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let n = from; n < from + count; n++) {
    const payload = text === undefined ? { n } : { n, text };
    ids.push(await t.db.inWorkspace(ctx, (tx) => events.append(tx, ctx, Noted, payload)));
  }
  return ids;
};
const waiting = async () =>
  (await t.sql("select retry_count from events.outbox where subscriber = 'relay.nats'")) as { retry_count: number }[];
/** Waits until nothing is left, letting the time of pauses pass. */
const delivered = () =>
  eventually(async () => {
    if ((await waiting()).length === 0) return true;
    t.clock.advance(10_000);
    return false;
  }, 50_000);
const idsIn = async () => (await nats.read("PLINTH")).map(({ id }) => id);
const hour = 3_600_000;

describe.skipIf(natsMissing !== undefined)(
  `the relay${natsMissing === undefined ? "" : ` (skipped: ${natsMissing})`}`,
  () => {
    test("makes the stream, and publishes each event once with what it is, whose, and when", async () => {
      await nats.start();
      worker.start();
      const [id = ""] = await publish(1);
      await t.db.inWorkspace(ctx, (tx) => events.append(tx, ctx, Other, {}));
      await delivered();
      const stored = await nats.read("PLINTH");
      expect(stored.map(({ subject }) => subject).sort()).toEqual(["plinth.test.noted", "plinth.test.other"]);
      expect(stored.find((message) => message.id === id)).toEqual({
        id,
        subject: "plinth.test.noted",
        body: { n: 0 },
        headers: expect.objectContaining({
          event_id: id,
          event_type: "test.noted",
          workspace_id: ctx.workspace_id,
          request_id: ctx.request_id,
          created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
        }),
      });
      expect((await metrics.page()).body).toContain('plinth_relay_published_total{outcome="stored"} 2');
      expect((await metrics.page()).body).toContain("plinth_relay_connected 1");
    });

    test("killed in between and started again on its store: nothing is lost, nothing is there twice", async () => {
      await nats.start();
      worker.start();
      const first = await publish(60);
      const more = (async () => [...(await publish(200, 60)), ...(await publish(40, 260))])();
      await eventually(async () => (await waiting()).length < 200);
      await nats.kill();
      const rest = await more;
      await nats.start();
      const last = await publish(20, 300);
      await delivered();
      const ids = await idsIn();
      expect([...ids].sort()).toEqual([...first, ...rest, ...last].sort());
      expect(await t.sql("select from events.dead_letters")).toEqual([]);
    });

    test("a durable consumer hears of each event once", async () => {
      await nats.start();
      worker.start();
      const ids = await publish(40);
      await delivered();
      const connection = await connect({ servers: nats.url });
      try {
        const manager = await jetstreamManager(connection);
        const durable = {
          durable_name: "reports",
          ack_policy: AckPolicy.Explicit,
          filter_subject: "plinth.test.noted",
        };
        await manager.consumers.add("PLINTH", durable);
        const consumer = await jetstream(connection).consumers.get("PLINTH", "reports");
        const heard: (string | undefined)[] = [];
        for await (const message of await consumer.consume()) {
          heard.push(message.headers?.get("event_id"));
          message.ack();
          if (heard.length === ids.length) break;
        }
        expect(heard.sort()).toEqual([...ids].sort());
        await eventually(async () => {
          const { num_pending, num_ack_pending } = await manager.consumers.info("PLINTH", "reports");
          return num_pending + num_ack_pending === 0;
        });
      } finally {
        await connection.close();
      }
    });

    test("while NATS is not there the events wait, and use up no retry", async () => {
      worker.start();
      const ids = await publish(5);
      await eventually(async () => (await events.pauses.list()).some(({ subscriber }) => subscriber === "relay.nats"));
      expect((await waiting()).map(({ retry_count }) => retry_count)).toEqual([0, 0, 0, 0, 0]);
      await expect(relay.check()).rejects.toThrow();
      await nats.start();
      await delivered();
      expect((await idsIn()).sort()).toEqual([...ids].sort());
      await relay.check();
    });

    test("22: an acknowledgement that was lost makes no second message", async () => {
      await nats.start();
      const [subscriber] = relay.subscribers;
      const event = {
        event_type: "test.noted",
        event_id: crypto.randomUUID(),
        payload: { n: 1 },
        created_at: new Date(),
      };
      const delivery = { event_id: "", idempotency_key: "", attempt: 1, signal: new AbortController().signal };
      await subscriber?.handle?.(ctx, event, delivery);
      await nats.kill();
      await nats.start();
      await eventually(async () => {
        const again = subscriber?.handle?.(ctx, event, { ...delivery, attempt: 2 });
        return (
          again?.then(
            () => true,
            (error) => !(error instanceof DependencyDown),
          ) ?? false
        );
      });
      expect(await idsIn()).toEqual([event.event_id]);
      expect((await metrics.page()).body).toContain('plinth_relay_published_total{outcome="duplicate"} 1');
    });

    test("an event that is too large for NATS is a dead letter at once", async () => {
      await nats.start();
      worker.start();
      await publish(1, 0, "x".repeat(1_100_000));
      await eventually(async () => (await t.sql("select from events.dead_letters")).length === 1);
      expect(await t.sql("select subscriber, retry_count from events.dead_letters")).toEqual([
        { subscriber: "relay.nats", retry_count: expect.any(Number) },
      ]);
      const [subscriber] = relay.subscribers;
      const event = { event_type: "t", event_id: "x", payload: "x".repeat(1_100_000), created_at: new Date() };
      await expect(subscriber?.handle?.(ctx, event, {} as never)).rejects.toThrow(PermanentFailure);
    });
  },
);

describe.skipIf(natsMissing !== undefined)("22: a replay", () => {
  const now = () => t.clock.now();
  const around = () => ({ from: new Date(now().getTime() - hour), to: new Date(now().getTime() + hour) });

  test("brings back what a broker acknowledged and lost", async () => {
    await nats.start();
    worker.start();
    const ids = await publish(30);
    await delivered();
    await nats.wipe();
    await nats.start();
    await eventually(async () =>
      relay.check().then(
        () => true,
        () => false,
      ),
    );
    const seen: number[] = [];
    const { sent } = await eventuallyReplayed(around(), ({ sent: so_far }) => seen.push(so_far));
    expect([sent, seen.at(-1)]).toEqual([30, 30]);
    expect((await idsIn()).sort()).toEqual([...ids].sort());
  });

  test("stores nothing twice, takes each event once however many heard it, and keeps to its time and its kind", async () => {
    await nats.start();
    worker.start();
    await publish(20);
    await t.db.inWorkspace(ctx, (tx) => events.append(tx, ctx, Other, {}));
    await delivered();
    await eventually(async () => (await t.sql("select from events.outbox")).length === 0);
    expect((await t.sql("select from events.completed")).length).toBe(41);
    expect(await relay.replay(around())).toEqual({ sent: 21, stored: 0 });
    expect(await relay.replay({ ...around(), type: "test.other" })).toEqual({ sent: 1, stored: 0 });
    const { from } = around();
    expect(await relay.replay({ from: new Date(from.getTime() - hour), to: from })).toEqual({ sent: 0, stored: 0 });
    expect((await idsIn()).length).toBe(21);
  });

  test("goes through workspaces and pages", async () => {
    await nats.start();
    const others = await Promise.all([makeMember(t), makeMember(t), makeMember(t)]);
    await t.sql(
      `insert into events.completed (id, event_id, event_type, subscriber, workspace_id, payload, request_id, attempt, retry_count, created_at, completed_at)
       select n, gen_random_uuid(), 'test.noted', 'test.another', ($1::uuid[])[1 + n % 3], jsonb_build_object('n', n), 'test', 1, 0, now(), now()
       from generate_series(1, 1400) n`,
      [others.map(({ workspace_id }) => workspace_id)],
    );
    expect(await relay.replay(around())).toEqual({ sent: 1_400, stored: 1_400 });
    const numbers = (await nats.read("PLINTH")).map(({ body }) => (body as { n: number }).n);
    expect(new Set(numbers).size).toBe(1_400);
  });

  /** The first message after the stream was lost makes it anew, and fails. */
  async function eventuallyReplayed(range: { from: Date; to: Date }, onProgress: (so_far: { sent: number }) => void) {
    let answer = { sent: 0, stored: 0 };
    await eventually(async () =>
      relay.replay(range, onProgress).then(
        (replayed) => {
          answer = replayed;
          return true;
        },
        () => false,
      ),
    );
    return answer;
  }
});
