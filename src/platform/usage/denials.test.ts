import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";
import { createRedis, type RedisClient } from "../../core/redis.ts";

const given = inject("redis");
const day = 86_400_000;

describe.skipIf("missing" in given)(`denials${"missing" in given ? ` (skipped: ${given.missing})` : ""}`, () => {
  let t: UsageStage;
  let redis: RedisClient;
  let server: ChildProcess;
  let port: number;
  let ada: Member;

  const startServer = async () => {
    const started = spawn("redis-server", ["--port", String(port), "--save", "", "--appendonly", "no"]);
    for await (const line of started.stdout) if (String(line).includes("Ready to accept connections")) break;
    started.stdout.resume();
    return started;
  };
  const stopServer = async () => {
    const gone = once(server, "exit");
    server.kill();
    await gone;
  };
  const isReady = async () => {
    if (redis.status !== "ready") await once(redis, "ready");
  };

  beforeAll(async () => {
    const probe = createServer().listen(0);
    await once(probe, "listening");
    const address = probe.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
    probe.close();
    server = await startServer();
    redis = createRedis({ url: `redis://127.0.0.1:${port}`, onError: () => {} });
    await isReady();
    t = await usageStage({ redis });
  });
  afterAll(async () => {
    redis.disconnect();
    server.kill();
    await t.close();
  });
  beforeEach(async () => {
    ada = await makeMember(t);
    await t.plan(limited(3, { per: "member" }));
  });

  const take = (amount = 1) => outcome(t.take(ada, { amount, is_new_key: true }));
  const full = "usage.limit_reached";
  /** Makes room behind everybody's back, so that only a refusal from memory still refuses. */
  const empty = () => t.sql("update usage.usage_counters set used = 0 where workspace_id = $1", [ada.workspace_id]);
  const back = (key: string) => t.db.inWorkspace(ada, (tx) => t.usage.giveBack(tx, ada, key));
  /** Commands are answered in order on one connection: what was sent without being awaited is done. */
  const settled = () => redis.ping();

  test("E4: a limit that PostgreSQL refused a moment ago refuses without it, with the same answer; less may pass", async () => {
    await t.take(ada, { amount: 2 });
    const first = await t.take(ada, { amount: 2, is_new_key: true }).catch((error: unknown) => error);
    await settled();
    await empty();
    const again = await t.take(ada, { amount: 2, is_new_key: true }).catch((error: unknown) => error);
    expect(again).toMatchObject({ code: full, occurrence: { extensions: { limit: 3, used: 2 } } });
    expect(again).toEqual(first);
    expect(await take(1)).toBe("ok");
  });

  test("E4: another member, another workspace, and a key that may have been counted are asked of PostgreSQL", async () => {
    const key = newId();
    await t.take(ada, { amount: 3, idempotency_key: key });
    expect(await take()).toBe(full);
    await settled();
    expect(await t.take(ada, { amount: 3, idempotency_key: key })).toMatchObject({ replayed: true });
    const eve = { ...(await makeMember(t)), workspace_id: ada.workspace_id };
    expect(await outcome(t.take(eve, { is_new_key: true }))).toBe("ok");
  });

  test.each<[string, (key: string, reservation: string) => Promise<unknown>]>([
    ["what is given back", (key) => back(key)],
    [
      "a refund",
      (key) => t.db.inWorkspace(ada, (tx) => t.usage.refund(tx, ada, { idempotency_key: key, reason: "timeout" })),
    ],
    ["a release", (_, reservation) => t.release(ada, reservation)],
    ["a confirmation of less", (_, reservation) => t.confirm(ada, reservation, 0)],
    [
      "another plan",
      async () => {
        await t.plan(limited(9, { per: "member" }));
        await t.db.inWorkspace(ada, (tx) => t.entitlements.get(tx, ada, "prism"));
      },
    ],
  ])("E4: %s makes room at once", async (_, makeRoom) => {
    const key = newId();
    await t.take(ada, { amount: 2, idempotency_key: key });
    const { reservation_id } = await t.hold(ada, [{ feature: "prism.turns" }]);
    expect([await take(), await take()]).toEqual([full, full]);
    await settled();
    await makeRoom(key, reservation_id);
    await settled();
    expect(await take()).toBe("ok");
  });

  test("E4: a window that ends is not outlived", async () => {
    await t.take(ada, { amount: 3 });
    expect(await take()).toBe(full);
    const [ttl] = await Promise.all((await redis.keys(`*${ada.workspace_id}*denied*`)).map((key) => redis.pttl(key)));
    expect(ttl).toBeGreaterThan(0);
    expect(ttl).toBeLessThanOrEqual(5_000);
    await redis.flushall();
    await t.later(day, async () => expect(await take()).toBe("ok"));
  });

  test("E4: an emptied Redis admits nobody, and forgets no refusal into the wrong generation", async () => {
    const key = newId();
    await t.take(ada, { amount: 3, idempotency_key: key });
    expect(await take()).toBe(full);
    await redis.flushall();
    expect(await take()).toBe(full);
    await settled();
    await back(key);
    await settled();
    expect(await take()).toBe("ok");
  });

  test("E4: while Redis is down PostgreSQL decides, to the unit", async () => {
    await stopServer();
    const told = await Promise.all(Array.from({ length: 20 }, () => take()));
    expect(told.filter((each) => each === "ok").length).toBe(3);
    expect(await t.books(ada)).toEqual({ counter: 3, held: 0, logs: 3, daily: 3 });
    server = await startServer();
    await isReady();
    expect(await take()).toBe(full);
  });
});
