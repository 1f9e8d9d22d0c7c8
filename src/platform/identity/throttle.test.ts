import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

/** Wrong sign-ins that are borne. */
const borne = { address: 20, pair: 5, account: 10 };
const env = {
  LOGIN_FAILURES_PER_ADDRESS: String(borne.address),
  LOGIN_FAILURES_PER_ADDRESS_AND_ACCOUNT: String(borne.pair),
  LOGIN_FAILURES_PER_ACCOUNT: String(borne.account),
  PASSWORD_HASH_MEMORY_KIB: "8",
  PASSWORD_HASH_PASSES: "1",
  PASSWORD_HASH_QUEUE: "10000",
};

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({ env });
});
afterAll(() => plinth.close());

let count = 0;
/** An address that nobody has called from. */
const newIp = () => `10.${++count >> 16}.${(count >> 8) & 255}.${count & 255}`;
const newEmail = () => `person-${++count}@example.com`;

interface Attempt {
  ip?: string;
  wrong?: boolean;
  device_token?: string;
  headers?: Record<string, string>;
}
const login = (
  email: string,
  { ip = newIp(), wrong = false, device_token, headers = {} }: Attempt = {},
  app = plinth,
) =>
  app.call("POST", "/v1/auth/login", {
    ip,
    headers,
    body: {
      email,
      password: wrong ? "Wrong-horse-7" : password,
      ...(device_token === undefined ? {} : { device_token }),
    },
  });
const status = async (email: string, attempt: Attempt = {}) => (await login(email, attempt)).status;
const fail = async (times: number, email: string, attempt: (i: number) => Attempt): Promise<number[]> => {
  const statuses: number[] = [];
  for (let i = 0; i < times; i++) statuses.push(await status(email, { wrong: true, ...attempt(i) }));
  return statuses;
};
const times = (n: number, value: number) => Array<number>(n).fill(value);
const expectRefused = ({ status, body, headers }: Called, seconds: number) => {
  expect([status, body.code]).toEqual([429, "request.rate_limited"]);
  expect(headers["content-type"]).toContain("application/problem+json");
  expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  expect(Number(headers["retry-after"])).toBeLessThanOrEqual(seconds);
};

describe("guessing", () => {
  let victim: SignedUp;
  beforeEach(async () => {
    victim = await plinth.signUp(newEmail());
  });

  test("L1, L4: at one account from one address ends after so many, and harms neither another address nor another account", async () => {
    const ip = newIp();
    expect(await fail(borne.pair + 2, victim.email, () => ({ ip }))).toEqual([...times(borne.pair, 401), 429, 429]);
    expectRefused(await login(victim.email, { ip }), 15 * 60);
    expect(await status(victim.email)).toBe(200);
    expect(await status((await plinth.signUp(newEmail())).email, { ip })).toBe(200);
  });

  test("L1: at many accounts from one address ends after so many", async () => {
    const ip = newIp();
    for (let i = 0; i < borne.address; i++) expect(await status(newEmail(), { ip, wrong: true })).toBe(401);
    expectRefused(await login(victim.email, { ip }), 15 * 60);
    expect(await status(victim.email)).toBe(200);
  });

  test("L1: 100 at once share one allowance", async () => {
    const ip = newIp();
    const answers = await Promise.all(Array.from({ length: 100 }, () => status(victim.email, { ip, wrong: true })));
    expect(answers.filter((each) => each === 401).length).toBe(borne.pair);
    expect(answers.filter((each) => each === 429).length).toBe(100 - borne.pair);
  });

  test.each<[string, (i: number, ip: string) => Attempt]>([
    ["X-Forwarded-For", (i, ip) => ({ ip, headers: { "x-forwarded-for": `203.0.113.${i}` } })],
    [
      "several in X-Forwarded-For",
      (i, ip) => ({ ip, headers: { "x-forwarded-for": `203.0.113.${i}, 127.0.0.1, ${ip}` } }),
    ],
    ["an IPv6 one in X-Forwarded-For", (i, ip) => ({ ip, headers: { "x-forwarded-for": `2001:db8:${i}::1` } })],
    ["a mapped one in X-Forwarded-For", (i, ip) => ({ ip, headers: { "x-forwarded-for": `::ffff:203.0.113.${i}` } })],
    ["Forwarded", (i, ip) => ({ ip, headers: { forwarded: `for=203.0.113.${i}` } })],
    ["X-Real-IP", (i, ip) => ({ ip, headers: { "x-real-ip": `203.0.113.${i}`, "true-client-ip": `203.0.113.${i}` } })],
    ["the spelling of its own", (i, ip) => ({ ip: i % 2 === 0 ? ip : `::ffff:${ip}` })],
    ["another of its IPv6 network", (i) => ({ ip: `2001:db8:${count}:7:${i}::${i}` })],
  ])("L1: from an address that shows as %s is counted for the one that it is", async (_, attempt) => {
    const ip = newIp();
    const statuses = await fail(borne.pair + 2, victim.email, (i) => attempt(i, ip));
    expect(statuses).toEqual([...times(borne.pair, 401), 429, 429]);
  });

  test("L1: through a trusted proxy is counted for the address that the proxy saw, whatever stands left of it", async () => {
    const behind = await testApp({ beside: plinth, worker: false, env: { ...env, TRUSTED_PROXIES: "192.0.2.1" } });
    const through = async (forwarded: string, wrong: boolean, ip = "192.0.2.1") =>
      (await login(victim.email, { ip, wrong, headers: { "x-forwarded-for": forwarded } }, behind)).status;
    try {
      for (let i = 0; i < borne.pair; i++) expect(await through(`198.51.100.${i}, 203.0.113.7`, true)).toBe(401);
      expect(await through("198.51.100.99, 203.0.113.7", false)).toBe(429);
      expect(await through("203.0.113.7", false, "192.0.2.2")).toBe(200);
      expect(await through("203.0.113.7, 203.0.113.8", false)).toBe(200);
    } finally {
      await behind.close();
    }
  });

  test("L1: is counted for an account however its address is written, and for one that is none like for one that is", async () => {
    const write = (email: string) => (i: number) => [email, email.toUpperCase(), ` ${email} `][i % 3] ?? email;
    const over = borne.account + 3;
    for (const email of [victim.email, newEmail()]) {
      const statuses: number[] = [];
      for (let i = 0; i < over; i++) statuses.push(await status(write(email)(i), { wrong: true }));
      expect(statuses).toEqual([...times(borne.account, 401), 429, 429, 429]);
    }
  });

  test("L1: does not count what succeeds, at once or in a row", async () => {
    const ip = newIp();
    await fail(borne.pair - 1, victim.email, () => ({ ip }));
    for (let i = 0; i < 3 * borne.account; i++) expect(await status(victim.email, { ip })).toBe(200);
    expect(await status(victim.email, { ip, wrong: true })).toBe(401);
    expect(await status(victim.email, { ip })).toBe(429);
  });

  test("E16: does not count what was not looked at because the server was busy", async () => {
    const busy = await testApp({
      beside: plinth,
      worker: false,
      env: { ...env, PASSWORD_HASH_CONCURRENCY: "1", PASSWORD_HASH_QUEUE: "0", PASSWORD_HASH_MEMORY_KIB: "65536" },
    });
    try {
      const ip = newIp();
      for (let turnedAway = 0; turnedAway < borne.pair; ) {
        const crowd = Array.from({ length: 5 }, () => login(newEmail(), { wrong: true }, busy));
        const { body } = await login(victim.email, { ip }, busy);
        if (body.code === "identity.hashing_busy") turnedAway++;
        expect(body.code).not.toBe("request.rate_limited");
        await Promise.all(crowd);
      }
      expect((await login(victim.email, { ip }, busy)).status).toBe(200);
    } finally {
      await busy.close();
    }
  });
});

describe("an account that strangers guess at", () => {
  let owner: SignedUp & { device_token: string };
  let home: string;
  beforeEach(async () => {
    const { email } = await plinth.signUp(newEmail());
    home = newIp();
    owner = { ...(await login(email, { ip: home })).body, email };
    expect(owner.device_token).toMatch(/^dt_/);
    await strangers();
    expect(await status(email, { wrong: true })).toBe(429);
  });
  /** Each from an address of its own, so that none is refused for its address. */
  const strangers = () => fail(borne.account, owner.email, () => ({}));

  test("L2: lets its owner in from a known address, and from anywhere with a known device, again and again", async () => {
    for (let i = 0; i < 2 * borne.account; i++) {
      expect(await status(owner.email, { ip: home })).toBe(200);
      expect(await status(owner.email, { device_token: owner.device_token })).toBe(200);
    }
  });

  test("L2: lets no stranger in, not even with the right password", async () => {
    expectRefused(await login(owner.email), 3_600);
    expectRefused(await login(owner.email, { wrong: true }), 3_600);
    const strangersOwn = (await login((await plinth.signUp(newEmail())).email)).body.device_token as string;
    const [head, mac = ""] = owner.device_token.split(".");
    const forged = [
      strangersOwn,
      `${head}.${strangersOwn.split(".")[1]}`,
      `${head}.${mac.slice(0, -1)}`,
      `${head}.`,
      "",
      "dt_",
      owner.refresh_token,
    ];
    for (const device_token of forged) expect(await status(owner.email, { device_token })).toBe(429);
    const spoofed = { "x-forwarded-for": home, "x-real-ip": home, forwarded: `for=${home}` };
    expect(await status(owner.email, { headers: spoofed })).toBe(429);
  });

  test("L2: bears a few wrong passwords of a known device too, and no more", async () => {
    const { device_token } = owner;
    const statuses = await fail(borne.pair + 1, owner.email, () => ({ device_token }));
    expect(statuses).toEqual([...times(borne.pair, 401), 429]);
  });

  test("L2: forgets an address after 90 days", async () => {
    plinth.clock.advance(91 * 86_400_000);
    try {
      expect(await status(owner.email, { ip: home })).toBe(429);
      expect(await status(owner.email, { device_token: owner.device_token })).toBe(200);
    } finally {
      plinth.clock.advance(-91 * 86_400_000);
    }
  });

  test("L2: leaves its sessions and the other ways in alone", async () => {
    expect((await plinth.call("GET", "/v1/me", { token: owner.access_token })).status).toBe(200);
    const { refresh_token, email } = owner;
    expect((await plinth.call("POST", "/v1/auth/refresh", { body: { refresh_token } })).status).toBe(200);
    await plinth.call("POST", "/v1/auth/magic-link", { body: { email }, ip: newIp() });
    const link = await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${encodeURIComponent(email)}`);
        const texts = body.data.map(({ text }: { text: string }) => text).join("\n");
        const path = /http:\/\/plinth\.test(\/v1\/auth\/magic-link\/\S+)/.exec(texts)?.[1];
        if (path === undefined) throw new Error("no link yet");
        return path;
      },
      { timeout: 30_000, interval: 20 },
    );
    expect((await plinth.call("POST", link, { body: {}, ip: newIp() })).status).toBe(200);
  });

  test.each([
    ["stepping up", "POST", "/v1/auth/step-up", { password }],
    ["a new password", "PUT", "/v1/me/password", { current_password: password, password: "Another-horse-8" }],
  ] as const)(
    "L2: lets whoever is signed in prove the password from another address: %s",
    async (_, method, path, body) => {
      const answer = await plinth.call(method, path, { token: owner.access_token, body, ip: newIp() });
      expect([answer.status, answer.body.code]).toEqual([200, undefined]);
    },
  );

  test.each([
    ["its mapped spelling", "198.51.100.77", "::ffff:198.51.100.77"],
    ["another of its IPv6 network", "2001:db8:aa:bb::1", "2001:db8:aa:bb:1:2:3:4"],
  ])("L2: knows an address by %s", async (_, first, second) => {
    const { email } = await plinth.signUp(newEmail());
    expect(await status(email, { ip: first })).toBe(200);
    await fail(borne.account, email, () => ({}));
    expect(await status(email)).toBe(429);
    expect(await status(email, { ip: second })).toBe(200);
  });

  test("L2: is not named in the list of those who were refused", async () => {
    const root = await plinth.signUp(newEmail());
    await plinth.app.promote(root.email);
    const { body } = await plinth.call("GET", "/v1/admin/rate-limit-violations?rate=login_account", {
      token: root.access_token,
    });
    expect(body.data.length).toBeGreaterThan(0);
    expect(JSON.stringify(body)).not.toContain("@");
  });
});
