import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp();
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

const post = (path: string, body?: unknown) => plinth.call("POST", path, { body });
const register = (email: string, own: string, at: TestApp = plinth) =>
  at.call("POST", "/v1/auth/register", { body: { email, password: own, full_name: "Ada Test" } });
const login = (email: string, own = password, at: TestApp = plinth) =>
  at.call("POST", "/v1/auth/login", { body: { email, password: own } });
async function signUpWith(email: string, own: string): Promise<void> {
  expect((await register(email, own)).status).toBe(201);
  await plinth.sql("update identity.users set email_verified_at = now() where email = $1", [email]);
}

describe("a password", () => {
  test.each([
    ["8 characters", "Abcdef7x"],
    ["64 characters", `Aa1${"x".repeat(61)}`],
    ["256 characters", `Aa1${"x".repeat(253)}`],
    ["spaces, also outside", "  Aa1 two  words "],
    ["emoji", "Aa1🦆🦢🦆🦢🦆"],
  ])("E9: may have %s, and is compared as it came", async (name, own) => {
    const email = `${name.replaceAll(/\W/g, "-")}@passwords.example`;
    await signUpWith(email, own);
    expect((await login(email, own)).status).toBe(200);
    expect((await login(email, own.trim().toLowerCase())).status).toBe(401);
  });

  test.each([73, 200])("E10: one of %i bytes counts beyond the 72nd", async (length) => {
    const email = `bytes-${length}@example.com`;
    const [start, end] = [`Aa1${"x".repeat(69)}`, "z".repeat(length - 73)];
    await signUpWith(email, `${start}y${end}`);
    for (const other of [`${start}w${end}`, start]) expect((await login(email, other)).status).toBe(401);
    expect((await login(email, `${start}y${end}`)).status).toBe(200);
  });

  test("E11: a NUL is refused, and cuts nothing off", async () => {
    const email = "nul@example.com";
    expect((await register(email, `${password}\0more`)).status).toBe(422);
    await signUpWith(email, password);
    expect((await login(email, `${password}\0more`)).status).not.toBe(200);
  });

  test.each([
    "Password1",
    "Passw0rd",
    "P@ssw0rd",
    "Qwerty123",
    "Welcome1",
    "Iloveyou1",
    "Football1",
    "Trustno1",
    "Abcd1234",
    "Aa123456",
    "1Qaz2wsx",
    "Letmein1",
    "Sunshine1!",
  ])("E12: the common %s is refused", async (common) => {
    const answer = await register("common@example.com", common);
    expect([answer.status, answer.body.errors?.[0]?.pointer]).toEqual([422, "/password"]);
  });

  test("E13: by length alone nothing is asked but eight characters that are not common", async () => {
    const lax = await testApp({ env: { PASSWORD_RULE: "length" }, worker: false });
    try {
      const statusOf = async (own: string) => (await register("lax@example.com", own, lax)).status;
      for (const fine of ["quiet purple otters", "83917462", "ÄÖÜßßÜÖÄ"])
        expect([fine, await statusOf(fine)]).toEqual([fine, 201]);
      for (const bad of [
        "otters7",
        "password",
        "12345678",
        "qwertyuiop",
        "iloveyou",
        "sunshine",
        "baseball",
        "1q2w3e4r",
      ])
        expect([bad, await statusOf(bad)]).toEqual([bad, 422]);
    } finally {
      await lax.close();
    }
  });

  test("E14: is changed by whoever knows the present one; the other sessions end, and the person is told", async () => {
    const eve = await plinth.signUp("change@example.com");
    const other = (await login(eve.email)).body as SignedUp;
    const change = (body: object) => plinth.call("PUT", "/v1/me/password", { token: eve.access_token, body });
    const next = "Another-horse-8";
    for (const refused of [{ password: next }, { current_password: "Wrong-horse-7", password: next }])
      expect((await change(refused)).body.code).toBe("identity.wrong_password");
    expect((await change({ current_password: password, password: "weak" })).status).toBe(422);
    expect((await login(eve.email)).status).toBe(200);
    expect((await change({ current_password: password, password: next })).status).toBe(200);
    const statusOf = async (token: string) => (await plinth.call("GET", "/v1/me", { token })).status;
    expect([await statusOf(eve.access_token), await statusOf(other.access_token)]).toEqual([200, 401]);
    expect((await post("/v1/auth/refresh", { refresh_token: other.refresh_token })).status).toBe(401);
    expect((await login(eve.email)).status).toBe(401);
    expect((await login(eve.email, next)).status).toBe(200);
    await vi.waitFor(
      async () => {
        const { data } = (await plinth.call("GET", "/dev/mailbox/messages?to=change@example.com")).body;
        expect(data[0].subject).toBe("A change to your account's security");
      },
      { timeout: 30_000, interval: 20 },
    );
  });

  test("E15: ten megabytes are refused sooner than a password is hashed, and so is what is too long", async () => {
    const bodies = [200, 900_000, 10_000_000].map((length) =>
      JSON.stringify({ email: "ada@example.com", password: "x".repeat(length) }),
    );
    const times: number[][] = [[], [], []];
    for (let round = 0; round < 9; round++) {
      for (const [which, status] of [401, 422, 413].entries()) {
        const start = performance.now();
        expect((await post("/v1/auth/login", bodies[which])).status).toBe(status);
        times[which]?.push(performance.now() - start);
      }
    }
    const [hashed = 0, long, huge] = times.map((each) => each.toSorted((a, b) => a - b)[4]);
    expect(long).toBeLessThan(hashed);
    expect(huge).toBeLessThan(hashed);
  });
});

describe("hashing", () => {
  const hashOf = async (email: string) =>
    (
      await plinth.sql<{ hash: string }>(
        "select p.hash from identity.passwords p join identity.users u on u.id = p.user_id where u.email = $1",
        [email],
      )
    )[0]?.hash;

  test("is Argon2id in a PHC string, with a salt of its own for everybody", async () => {
    await plinth.signUp("salt@example.com");
    const hashes = [await hashOf("ada@example.com"), await hashOf("salt@example.com")];
    for (const each of hashes) expect(each).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(hashes[0]).not.toBe(hashes[1]);
  });

  test("rehash: a login renews a hash of other parameters, once, and the password stays", async () => {
    await plinth.signUp("rehash@example.com");
    const env = { PASSWORD_HASH_MEMORY_KIB: "8192", PASSWORD_HASH_PASSES: "3" };
    const changed = await testApp({ env, worker: false, beside: plinth });
    try {
      const before = await hashOf("rehash@example.com");
      expect((await login("rehash@example.com", "Wrong-horse-7", changed)).status).toBe(401);
      expect(await hashOf("rehash@example.com")).toBe(before);
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => login("rehash@example.com", password, changed)),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array<number>(10).fill(200));
      const renewed = await hashOf("rehash@example.com");
      expect(renewed).toMatch(/^\$argon2id\$v=19\$m=8192,t=3,p=1\$/);
      expect((await login("rehash@example.com", password, changed)).status).toBe(200);
      expect(await hashOf("rehash@example.com")).toBe(renewed);
    } finally {
      await changed.close();
    }
    expect((await login("rehash@example.com")).status).toBe(200);
    expect(await hashOf("rehash@example.com")).toMatch(/m=19456,t=2,p=1/);
  });

  test("E16: 100 logins at once leave health quick, and each is answered or told to come back", async () => {
    await plinth.app.http.listen({ port: 0, host: "127.0.0.1" });
    const { port } = plinth.app.http.server.address() as AddressInfo;
    const body = JSON.stringify({ email: ada.email, password });
    const headers = { "content-type": "application/json" };
    const signIn = () => fetch(`http://127.0.0.1:${port}/v1/auth/login`, { method: "POST", headers, body });
    let share = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3 && share > 0.1; round++) {
      const start = performance.now();
      let isOver = false;
      const flood = Promise.all(Array.from({ length: 100 }, signIn)).finally(() => {
        isOver = true;
      });
      const times: number[] = [];
      while (!isOver) {
        const asked = performance.now();
        expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
        times.push(performance.now() - asked);
      }
      for (const answer of await flood) {
        expect([200, 503]).toContain(answer.status);
        if (answer.status === 503) expect(answer.headers.get("retry-after")).toBe("1");
      }
      const p99 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
      share = p99 / (performance.now() - start);
    }
    expect(share).toBeLessThan(0.1);
  });
});
