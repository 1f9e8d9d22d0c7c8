import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { type Called, type CallOptions, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { type ProbeRoute, probeProduct } from "../../../test/support/probe-product.ts";

const limit = 10;
const by = (name: string) => [{ name: `probe_${name}`, limit, window_seconds: 600, by: name }];
const routes: ProbeRoute[] = [
  { method: "GET", path: "/v1/probe/address", auth: "public", rate_limits: by("address") },
  { method: "GET", path: "/v1/probe/user", auth: "workspace", rate_limits: by("user") },
  { method: "GET", path: "/v1/probe/key", auth: "workspace", rate_limits: by("key") },
  { method: "GET", path: "/v1/probe/workspace", auth: "workspace", rate_limits: by("workspace") },
  { method: "GET", path: "/v1/probe/free", auth: "workspace" },
];

let plinth: TestApp;
let probe: Awaited<ReturnType<typeof probeProduct>>;
/** Both are members of the team; Ada is an administrator of the platform. */
let ada: SignedUp;
let eve: SignedUp;
let team: string;
const keys: Record<string, string> = {};
beforeAll(async () => {
  probe = await probeProduct(routes);
  plinth = await testApp({ products: [probe.file] });
  ada = await plinth.signUp("ada@example.com");
  eve = await plinth.signUp("eve@example.com");
  await plinth.app.promote("ada@example.com");
  const token = ada.access_token;
  team = (await plinth.call("POST", "/v1/workspaces", { token, body: { name: "Team" } })).body.id;
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team,
    eve.user_id,
  ]);
  for (const name of ["one", "two"]) {
    const headers = { "plinth-workspace": team };
    const made = await plinth.call("POST", "/v1/api-keys", { token, headers, body: { name, scopes: ["probe:read"] } });
    keys[name] = made.body.key;
  }
});
afterAll(async () => {
  await plinth.close();
  await probe.remove();
});

/** Another process on the same database, with limits of its own. */
async function withApp(env: Record<string, string>, work: (app: TestApp) => Promise<void>): Promise<void> {
  const app = await testApp({ beside: plinth, worker: false, products: [probe.file], env });
  try {
    await work(app);
  } finally {
    await app.close();
  }
}

const inTeam = (person: SignedUp): CallOptions => ({
  token: person.access_token,
  headers: { "plinth-workspace": team },
});
const asKey = (name: string): CallOptions => ({ token: keys[name] ?? "" });
const passed = (answers: Called[]) => answers.filter(({ status }) => status === 200).length;
const refusals = (answers: Called[]) => answers.filter(({ status }) => status === 429);
const ratelimits = ({ headers }: Called, name: "ratelimit" | "ratelimit-policy") =>
  String(headers[name] ?? "").split(", ");

/** A kind of rate: how it is set, the call that it counts, and calls that have an allowance of their own. */
type Case = [
  name: string,
  env: Record<string, string>,
  path: string,
  counted: () => CallOptions[],
  own: () => CallOptions,
];
const cases: Case[] = [
  [
    "the server's own for an address",
    { RATE_LIMIT_ADDRESS: String(limit) },
    "/v1/plans",
    () => [
      { ip: "192.0.2.1" },
      { ip: "::ffff:192.0.2.1" },
      { ip: "192.0.2.1", headers: { "x-forwarded-for": "192.0.2.2" } },
    ],
    () => ({ ip: "192.0.2.2" }),
  ],
  [
    "the server's own for an IPv6 network",
    { RATE_LIMIT_ADDRESS: String(limit) },
    "/v1/plans",
    () => [{ ip: "2001:db8:1:2::1" }, { ip: "2001:db8:1:2:3:4:5:6" }],
    () => ({ ip: "2001:db8:1:3::1" }),
  ],
  [
    "the server's own for a person",
    { RATE_LIMIT_USER: String(limit) },
    "/v1/me",
    () => [{ token: ada.access_token }, { token: ada.access_token, ip: "192.0.2.9" }],
    () => ({ token: eve.access_token }),
  ],
  [
    "a workspace's",
    { QUOTA_REQUESTS_PER_MINUTE: String(limit) },
    "/v1/probe/free",
    () => [inTeam(ada), inTeam(eve), asKey("one"), asKey("two")],
    () => ({ token: ada.access_token }),
  ],
  ["a key's", { RATE_LIMIT_API_KEY: String(limit) }, "/v1/probe/free", () => [asKey("one")], () => asKey("two")],
  ["a route's for an address", {}, "/v1/probe/address", () => [{ ip: "192.0.2.1" }], () => ({ ip: "192.0.2.2" })],
  ["a route's for a person", {}, "/v1/probe/user", () => [inTeam(ada), { token: ada.access_token }], () => inTeam(eve)],
  ["a route's for a key", {}, "/v1/probe/key", () => [asKey("one")], () => asKey("two")],
  [
    "a route's for a workspace",
    {},
    "/v1/probe/workspace",
    () => [inTeam(ada), inTeam(eve), asKey("one")],
    () => ({ token: eve.access_token }),
  ],
];

describe("a rate", () => {
  test.each(cases)(
    "L3, L4: %s: exactly N of 100 at once pass, the others are told when to come back",
    async (...args) => {
      const [, env, path, counted, own] = args;
      await withApp(env, async (app) => {
        const ways = counted();
        const answers = await Promise.all(
          Array.from({ length: 100 }, (_, i) => app.call("GET", path, ways[i % ways.length])),
        );
        expect([passed(answers), refusals(answers).length]).toEqual([limit, 100 - limit]);
        for (const { body, headers } of refusals(answers)) {
          expect(body).toMatchObject({ status: 429, code: "request.rate_limited", type: expect.any(String) });
          expect(headers["content-type"]).toContain("application/problem+json");
          expect(headers["retry-after"]).toMatch(/^[1-9]\d*$/);
          expect(Number(headers["retry-after"])).toBeLessThanOrEqual(600);
        }
        expect((await app.call("GET", path, own())).status).toBe(200);
      });
    },
  );

  test("L3: that one route is held to leaves the others alone", async () => {
    await withApp({}, async (app) => {
      const call = (path: string) => app.call("GET", path, inTeam(ada));
      const answers = await Promise.all(Array.from({ length: 20 }, () => call("/v1/probe/user")));
      expect(passed(answers)).toBe(limit);
      expect((await call("/v1/probe/free")).status).toBe(200);
    });
  });

  test("L1: holds for what is public, refused or unknown too, and not for the server's own health", async () => {
    await withApp({ RATE_LIMIT_ADDRESS: "5" }, async (app) => {
      const ip = "192.0.2.1";
      for (let i = 0; i < 5; i++) expect((await app.call("GET", "/v1/me", { ip, token: "x.y.z" })).status).toBe(401);
      expect((await app.call("GET", "/v1/me", { ip, token: ada.access_token })).status).toBe(429);
      expect((await app.call("GET", "/v1/plans", { ip })).status).toBe(429);
      for (const path of ["/health", "/health/live", "/metrics"]) {
        expect((await app.call("GET", path, { ip })).status).toBe(200);
      }
    });
  });
});

describe("the headers", () => {
  test("L4: name each rate that a call was counted for, with what is left", async () => {
    await withApp(
      { RATE_LIMIT_ADDRESS: "500", RATE_LIMIT_USER: "400", QUOTA_REQUESTS_PER_MINUTE: "300" },
      async (app) => {
        const call = () => app.call("GET", "/v1/probe/workspace", { ...inTeam(ada), ip: "192.0.2.1" });
        await call();
        const second = await call();
        const policies = [
          '"address";q=500;w=60',
          '"user";q=400;w=60',
          '"workspace";q=300;w=60',
          '"probe_workspace";q=10;w=600',
        ];
        expect(ratelimits(second, "ratelimit-policy").sort()).toEqual([...policies].sort());
        const left = ratelimits(second, "ratelimit").map((each) => each.replace(/;t=\d+$/, ";t="));
        const expected = ['"address";r=498;t=', '"user";r=398;t=', '"workspace";r=298;t=', '"probe_workspace";r=8;t='];
        expect(left.sort()).toEqual(expected.sort());
      },
    );
  });

  test("L4: name a key's own rate", async () => {
    await withApp({ RATE_LIMIT_API_KEY: "7" }, async (app) => {
      const answer = await app.call("GET", "/v1/probe/free", asKey("one"));
      expect(ratelimits(answer, "ratelimit-policy")).toContain('"api_key";q=7;w=60');
      expect(ratelimits(answer, "ratelimit").join()).toMatch(/"api_key";r=6;t=\d+/);
    });
  });

  test("L4: are plain where one rate holds: what is left counts down to nothing", async () => {
    await withApp({ RATE_LIMIT_ADDRESS: "3" }, async (app) => {
      const seen: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { headers } = await app.call("GET", "/v1/plans", { ip: "192.0.2.1" });
        expect(headers["ratelimit-policy"]).toBe('"address";q=3;w=60');
        seen.push(String(headers.ratelimit).replace(/;t=([1-9]|[1-5]\d|60)$/, ";t="));
      }
      expect(seen).toEqual(['"address";r=2;t=', '"address";r=1;t=', '"address";r=0;t=']);
    });
  });
});

describe("those who are refused", () => {
  test("are counted by rate in the metrics, and listed for the administrators, the most refused first", async () => {
    await withApp({ RATE_LIMIT_ADDRESS: "10" }, async (app) => {
      const flood = (times: number, ip: string) =>
        Promise.all(Array.from({ length: times }, () => app.call("GET", "/v1/plans", { ip })));
      await Promise.all([flood(30, "198.51.100.1"), flood(50, "198.51.100.2"), flood(5, "198.51.100.3")]);
      const metrics = await app.call("GET", "/metrics", { ip: "198.51.100.9" });
      expect(metrics.body).toContain('plinth_http_rate_limited_total{rate="address"} 60');
      expect(metrics.body).not.toContain("198.51.100");
      const { status, body } = await app.call("GET", "/v1/admin/rate-limit-violations?rate=address&limit=200", {
        token: ada.access_token,
      });
      expect(status).toBe(200);
      const own = body.data.filter(({ subject }: { subject: string }) => subject.startsWith("198.51.100."));
      const at = { first_at: expect.any(String), last_at: expect.any(String) };
      expect(own).toEqual([
        { rate: "address", subject: "198.51.100.2", refused: 40, ...at },
        { rate: "address", subject: "198.51.100.1", refused: 20, ...at },
      ]);
    });
  });

  test("are added up over processes, by whom they are", async () => {
    for (let round = 0; round < 2; round++) {
      await withApp({ RATE_LIMIT_USER: "10" }, async (app) => {
        await Promise.all(Array.from({ length: 25 }, () => app.call("GET", "/v1/me", { token: eve.access_token })));
      });
    }
    const { body } = await plinth.call("GET", "/v1/admin/rate-limit-violations?rate=user", { token: ada.access_token });
    const own = body.data.filter(({ subject }: { subject: string }) => subject === eve.user_id);
    expect(own.map(({ refused }: { refused: number }) => refused)).toEqual([30]);
    const refused = await plinth.call("GET", "/v1/admin/rate-limit-violations", { token: eve.access_token });
    expect(refused.body.code).toBe("request.forbidden");
  });
});

const redis = inject("redis");
describe.skipIf("missing" in redis)(`on Redis${"missing" in redis ? ` (skipped: ${redis.missing})` : ""}`, () => {
  const target = new URL("url" in redis ? redis.url : "redis://127.0.0.1:6379");

  /** A line to Redis that can be cut and mended. */
  async function line() {
    const open = new Set<Socket>();
    const server = createServer((near) => {
      const far = connect(Number(target.port), target.hostname);
      for (const end of [near, far]) {
        open.add(end);
        end.on("error", () => {});
        end.on("close", () => [near, far].forEach((each) => void each.destroy()));
      }
      near.pipe(far).pipe(near);
    });
    const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    await listen(0);
    const { port } = server.address() as AddressInfo;
    const cut = async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
    };
    return { url: `redis://127.0.0.1:${port}`, cut, mend: () => listen(port) };
  }
  const statusOf = async (app: TestApp) => (await app.call("GET", "/health")).body.checks.redis.status;
  const flood = (apps: TestApp[], ip: string) =>
    Promise.all(
      Array.from({ length: 100 }, (_, i) => (apps[i % apps.length] ?? plinth).call("GET", "/v1/plans", { ip })),
    );

  test("L3: two processes have one count; without Redis each goes on with its own, and nobody is turned away for it", async () => {
    const wire = await line();
    const env = { RATE_LIMIT_ADDRESS: String(limit), REDIS_URL: wire.url };
    const fresh = () => `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:${process.pid.toString(16)}::1`;
    await withApp(env, (one) =>
      withApp(env, async (two) => {
        for (const app of [one, two]) await vi.waitFor(async () => expect(await statusOf(app)).toBe("ok"), 30_000);
        expect(passed(await flood([one, two], fresh()))).toBe(limit);

        await wire.cut();
        expect(await statusOf(one)).toBe("failed");
        const answers = await flood([one, two], fresh());
        expect([passed(answers), refusals(answers).length]).toEqual([2 * limit, 100 - 2 * limit]);
        const health = await one.call("GET", "/health");
        expect([health.status, health.body.status]).toEqual([200, "degraded"]);

        await wire.mend();
        for (const app of [one, two]) await vi.waitFor(async () => expect(await statusOf(app)).toBe("ok"), 30_000);
        expect(passed(await flood([one, two], fresh()))).toBe(limit);
        await wire.cut();
      }),
    );
  });
});
