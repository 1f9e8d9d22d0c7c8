import type { AddressInfo } from "node:net";
import { hash } from "@node-rs/argon2";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Called, password, type TestApp, testApp } from "../../../test/support/app.ts";

const register = (at: TestApp, email: string) =>
  at.call("POST", "/v1/auth/register", { body: { email, password, full_name: "Ada Test" } });

describe("the time of an answer", { timeout: 600_000 }, () => {
  let plinth: TestApp;
  beforeAll(async () => {
    plinth = await testApp({ worker: false });
    for (const name of ["ada", "bare", "suspended", "old"]) await plinth.signUp(`${name}@example.com`);
    await plinth.sql(`delete from identity.passwords where user_id = ${idOf("bare")}`);
    await plinth.sql("update identity.users set status = 'suspended' where email = 'suspended@example.com'");
    const old = await hash(password, { algorithm: 2, memoryCost: 8_192, timeCost: 2, parallelism: 1 });
    await plinth.sql(`update identity.passwords set hash = $1 where user_id = ${idOf("old")}`, [old]);
  });
  afterAll(() => plinth.close());

  const idOf = (name: string) => `(select id from identity.users where email = '${name}@example.com')`;
  const login = (name: string) =>
    plinth.call("POST", "/v1/auth/login", { body: { email: `${name}@example.com`, password: "Wrong-horse-7" } });
  const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;

  /** Waits until what the call before left to be done after its answer is done. */
  const quiet = () =>
    vi.waitFor(
      async () => {
        const busy =
          "select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'";
        expect(await plinth.sql(busy)).toEqual([]);
      },
      { timeout: 30_000, interval: 1 },
    );

  async function timed(call: () => Promise<Called>, status: number): Promise<number> {
    await quiet();
    const start = performance.now();
    const answer = await call();
    const time = performance.now() - start;
    expect(answer.status).toBe(status);
    return time;
  }

  /** Compares the medians of 60 interleaved pairs, every other pair the other way round; of three rounds, or all together, one is within a tenth. */
  async function expectAlike(status: number, one: () => Promise<Called>, other: () => Promise<Called>): Promise<void> {
    const [all, allOthers, ratios]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < 3; round++) {
      const [ones, others]: [number[], number[]] = [[], []];
      for (let pair = 0; pair < 60; pair++) {
        if (pair % 2 === 0) ones.push(await timed(one, status));
        others.push(await timed(other, status));
        if (pair % 2 === 1) ones.push(await timed(one, status));
      }
      all.push(...ones);
      allOthers.push(...others);
      ratios.push(median(ones) / median(others), median(all) / median(allOthers));
      if (ratios.some((ratio) => Math.abs(ratio - 1) <= 0.1)) return;
    }
    expect.fail(`The medians' ratios are ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")}`);
  }

  test.each([
    ["an unknown address", "nobody"],
    ["an account without a password", "bare"],
    ["a suspended account", "suspended"],
    ["a hash of an older cost", "old"],
  ])("E2: a login to %s takes as long as a wrong password", async (_, name) => {
    await expectAlike(
      401,
      () => login(name),
      () => login("ada"),
    );
  });

  test.each(["forgot-password", "magic-link", "resend-verification"])(
    "E4: %s takes as long for known addresses as for unknown ones",
    async (path) => {
      // Each address may be mailed only so many times, and each client may ask for only so many.
      for (let i = 0; i < 20; i++) await register(plinth, `${path}${i}@example.com`);
      let asked = 0;
      const ask = (email: string) =>
        plinth.call("POST", `/v1/auth/${path}`, { body: { email }, ip: `10.0.${asked >> 8}.${asked++ & 255}` });
      await expectAlike(
        202,
        () => ask(`${path}${asked % 20}@example.com`),
        () => ask(`unknown-${path}${asked % 20}@example.com`),
      );
    },
  );

  test("E5: registering takes as long for a known address as for an unknown one", async () => {
    let people = 0;
    await expectAlike(
      201,
      () => register(plinth, "ada@example.com"),
      () => register(plinth, `new${people++}@example.com`),
    );
  });
});

describe("a mail server that takes its time", () => {
  const taken: string[] = [];
  const held: (() => void)[] = [];
  let isSlow = true;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData(stream, { envelope }, callback) {
      stream.resume();
      const take = () => {
        taken.push(...envelope.rcptTo.map(({ address }) => address));
        callback();
      };
      stream.on("end", () => (isSlow ? held.push(take) : take()));
    },
  });
  let plinth: TestApp;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.server.address() as AddressInfo;
    plinth = await testApp({ env: { MAIL_SMTP_URL: `smtp://127.0.0.1:${port}` } });
  });
  afterAll(async () => {
    await plinth.close();
    await new Promise<void>((resolve) => server.close(resolve));
  });

  test("E4: delays no answer: each comes while the server still holds its mails", async () => {
    const ada = await plinth.signUp("ada@example.com");
    await vi.waitFor(() => expect(held.length).toBeGreaterThan(0), { timeout: 30_000 });
    await register(plinth, "unproved@example.com");
    const asks = [
      ["forgot-password", ada.email],
      ["magic-link", ada.email],
      ["resend-verification", "unproved@example.com"],
      ["forgot-password", "nobody@example.com"],
    ] as const;
    for (const [path, email] of asks) {
      expect((await plinth.call("POST", `/v1/auth/${path}`, { body: { email } })).status).toBe(202);
    }
    expect((await register(plinth, ada.email)).status).toBe(201);
    expect(taken).toEqual([]);
    isSlow = false;
    for (const take of held) take();
    const waiting = () => plinth.sql("select id from events.outbox");
    await vi.waitFor(async () => expect(await waiting()).toEqual([]), { timeout: 50_000 });
    expect(new Set(taken)).toEqual(new Set(["ada@example.com", "unproved@example.com"]));
  });
});
