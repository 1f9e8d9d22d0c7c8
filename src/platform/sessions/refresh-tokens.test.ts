import { randomBytes, randomUUID } from "node:crypto";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { createRefreshTokens } from "./refresh-tokens.ts";

const env = { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1" };

let plinth: TestApp;
let strict: TestApp;
beforeAll(async () => {
  plinth = await testApp({ env });
  strict = await testApp({ worker: false, env: { ...env, REFRESH_GRACE_SECONDS: "0" } });
  await plinth.signUp("ada@example.com");
  await strict.signUp("ada@example.com");
});
afterAll(() => Promise.all([plinth.close(), strict.close()]));

const session = async (app = plinth): Promise<SignedUp> =>
  (await app.call("POST", "/v1/auth/login", { body: { email: "ada@example.com", password } })).body;
const refresh = (refresh_token: string, app = plinth) =>
  app.call("POST", "/v1/auth/refresh", { body: { refresh_token } });
const me = (token: string) => plinth.call("GET", "/v1/me", { token });
const stateOf = async (id: string) =>
  (await plinth.sql("select generation, revoked_at, revoked_reason from sessions.sessions where id = $1", [id]))[0];

const otherSecret = { derive: () => randomBytes(32) };

async function later<R>(seconds: number, work: () => Promise<R>, { clock } = plinth): Promise<R> {
  clock.advance(seconds * 1_000);
  try {
    return await work();
  } finally {
    clock.advance(-seconds * 1_000);
  }
}

describe("a refresh", () => {
  test("R1: gives a new pair", async () => {
    const first = await session();
    const next = await refresh(first.refresh_token);
    expect(next.status).toBe(200);
    expect(next.body.refresh_token).not.toBe(first.refresh_token);
    expect(next.body.access_token).not.toBe(first.access_token);
    expect(next.body).toMatchObject({ token_type: "Bearer", expires_in: 600, session_id: first.session_id });
    expect((await me(next.body.access_token)).status).toBe(200);
    expect(next.headers["cache-control"]).toBe("no-store");
  });

  test.each([1, 29])("R2: by the parent after %i s gets the same child, again and again", async (seconds) => {
    const first = await session();
    const child = (await refresh(first.refresh_token)).body.refresh_token;
    await later(seconds, async () => {
      for (const again of [await refresh(first.refresh_token), await refresh(first.refresh_token)])
        expect([again.status, again.body.refresh_token]).toEqual([200, child]);
    });
    expect((await refresh(child)).status).toBe(200);
  });

  test("R3: 50 at once get one live child, and the session lives", async () => {
    const first = await session();
    const answers = await Promise.all(Array.from({ length: 50 }, () => refresh(first.refresh_token)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.refresh_token}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await stateOf(first.session_id)).toMatchObject({ generation: 1, revoked_at: null });
    expect((await refresh(answers[0]?.body.refresh_token)).status).toBe(200);
  });

  test("R4: by the parent after the grace ends the session, access tokens included", async () => {
    const first = await session();
    const child = (await refresh(first.refresh_token)).body;
    expect((await me(child.access_token)).status).toBe(200);
    await later(31, async () =>
      expect((await refresh(first.refresh_token)).body).toMatchObject({ status: 401, code: "identity.refresh_reused" }),
    );
    expect((await refresh(child.refresh_token)).body.code).toBe("identity.refresh_invalid");
    for (const { access_token } of [first, child]) expect((await me(access_token)).status).toBe(401);
    expect(await stateOf(first.session_id)).toMatchObject({ revoked_reason: "refresh_reused" });
  });

  test("R4: without a grace the parent ends the session at once", async () => {
    const first = await session(strict);
    const child = (await refresh(first.refresh_token, strict)).body;
    expect((await refresh(first.refresh_token, strict)).body.code).toBe("identity.refresh_reused");
    expect((await refresh(child.refresh_token, strict)).body.code).toBe("identity.refresh_invalid");
  });

  test("R5, R6: by a grandparent, the parent of a child that was used, ends the session; R7: and no other", async () => {
    const other = await session();
    const first = await session();
    const child = (await refresh(first.refresh_token)).body;
    const grandchild = (await refresh(child.refresh_token)).body;
    expect((await refresh(first.refresh_token)).body.code).toBe("identity.refresh_reused");
    expect((await refresh(grandchild.refresh_token)).body.code).toBe("identity.refresh_invalid");
    expect((await me(grandchild.access_token)).status).toBe(401);
    expect((await me(other.access_token)).status).toBe(200);
    expect((await refresh(other.refresh_token)).status).toBe(200);
  });

  test("R6: by two at once, one of them late, ends the session once and is told once", async () => {
    const first = await session();
    const child = (await refresh(first.refresh_token)).body;
    await refresh(child.refresh_token);
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(first.refresh_token)));
    const codes = answers.map(({ body }) => body.code).sort();
    expect(codes).toEqual([...Array(9).fill("identity.refresh_invalid"), "identity.refresh_reused"]);
    const [row] = await plinth.sql(
      "select count(*)::int as n from audit.entries where action = 'identity.refresh_reused' and target = $1",
      [`session:${first.session_id}`],
    );
    expect(row).toEqual({ n: 1 });
  });

  test("R4: that ends a session tells the person, and stands in the record", async () => {
    const wronged = await plinth.signUp("wronged@example.com");
    await refresh(wronged.refresh_token);
    await later(31, () => refresh(wronged.refresh_token));
    const mails = () => plinth.call("GET", "/dev/mailbox/messages?to=wronged@example.com");
    const told = async () =>
      expect((await mails()).body.data).toContainEqual(
        expect.objectContaining({ text: expect.stringMatching(/One of your sessions was ended/) }),
      );
    await vi.waitFor(told, { timeout: 30_000, interval: 20 });
    const token = (await plinth.call("POST", "/v1/auth/login", { body: { email: wronged.email, password } })).body;
    const path = `/v1/workspaces/${wronged.workspace_id}/audit-entries?action=identity.refresh_reused`;
    const { body } = await plinth.call("GET", path, { token: token.access_token });
    expect(body.data).toMatchObject([{ target: `session:${wronged.session_id}`, actor_id: wronged.user_id }]);
    const events = await plinth.sql(
      "select payload from events.deliveries where event_type = 'identity.refresh_reused'",
    );
    expect(JSON.stringify(events)).toContain(wronged.session_id);
  });

  test("R8: that races the end of its session loses, 200 rounds", async () => {
    const keeper = await session();
    for (let round = 0; round < 200; round++) {
      const { refresh_token, session_id } = await session();
      const path = `/v1/me/sessions/${session_id}`;
      const [one, ended, two] = await Promise.all([
        refresh(refresh_token),
        plinth.call("DELETE", path, { token: keeper.access_token }),
        refresh(refresh_token),
      ]);
      expect(ended.status).toBe(204);
      for (const { status, body } of [one, two]) {
        if (status !== 200) expect(body.code).toBe("identity.refresh_invalid");
        expect((await refresh(body.refresh_token ?? refresh_token)).status).toBe(401);
        if (status === 200) expect((await me(body.access_token)).status).toBe(401);
      }
    }
    expect((await me(keeper.access_token)).status).toBe(200);
  });

  test("R9: by a token that was damaged or made up is refused, and the session lives", async () => {
    const { refresh_token, session_id } = await session();
    const changed = (at: number) =>
      refresh_token.slice(0, at) + (refresh_token[at] === "A" ? "b" : "A") + refresh_token.slice(at + 1);
    const bad = [
      "",
      "rt_",
      refresh_token.slice(0, -1),
      refresh_token.slice(3),
      `${refresh_token}x`,
      `${refresh_token}=`,
      ` ${refresh_token}`,
      refresh_token.toLowerCase(),
      refresh_token.toUpperCase(),
      ...Array.from({ length: 75 }, (_, i) => changed(3 + i)),
      `rt_${randomBytes(56).toString("base64url")}`,
      createRefreshTokens(otherSecret).make(session_id, 0),
      createRefreshTokens(otherSecret).make(session_id, 1),
      createRefreshTokens(plinth.keyring).make(randomUUID(), 0),
      createRefreshTokens(plinth.keyring).make(session_id, 1),
    ];
    for (const token of bad)
      expect((await refresh(token)).body).toMatchObject({ status: 401, code: "identity.refresh_invalid" });
    expect(await stateOf(session_id)).toMatchObject({ generation: 0, revoked_at: null });
    expect((await refresh(refresh_token)).status).toBe(200);
  });
});

test("R9: who knows a session's id, and no secret, ends nothing by naming a spent token", async () => {
  const { refresh_token, session_id } = await session();
  const child = (await refresh(refresh_token)).body.refresh_token;
  const grandchild = (await refresh(child)).body.refresh_token;
  for (const generation of [0, 1]) {
    const forged = createRefreshTokens(otherSecret).make(session_id, generation);
    expect((await refresh(forged)).body.code).toBe("identity.refresh_invalid");
  }
  expect((await refresh(grandchild)).status).toBe(200);
});

describe("R19: a refresh that fails on our side is worth another try, with the same token", () => {
  /** A superuser's connection of its own, to hold locks on. */
  async function beside<R>(app: TestApp, work: (client: Client) => Promise<R>): Promise<R> {
    const client = new Client({ connectionString: app.owner_url });
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.query("rollback");
      await client.end();
    }
  }
  const waiting = (app: TestApp) =>
    app.sql<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and usename = 'plinth_system' and wait_event_type = 'Lock'",
    );
  /** Ends whatever waits for a lock, again and again, until the work is done. */
  async function breakOff<R>(app: TestApp, work: Promise<R>): Promise<R> {
    let isDone = false;
    const watched = work.finally(() => {
      isDone = true;
    });
    while (!isDone) {
      for (const { pid } of await waiting(app)) await app.sql("select pg_terminate_backend($1, 20000)", [pid]);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return watched;
  }
  /** Makes the process forget its keys, as after each change of them, while a lock keeps it from reading them again. */
  async function loseKeys(app: TestApp): Promise<void> {
    const looks: Promise<unknown>[] = [];
    await app.sql("select pg_notify('plinth_changes', 'signing_key:x')");
    const isStuck = async () => {
      looks.push(app.call("GET", "/.well-known/jwks.json"));
      expect(await waiting(app)).not.toEqual([]);
    };
    await vi.waitFor(isStuck, { timeout: 20_000, interval: 5 });
    await breakOff(app, Promise.all(looks));
  }
  const retryable = { status: 503, body: { code: "request.unavailable" } };
  const expectRetryable = ({ status, body, headers }: Awaited<ReturnType<typeof refresh>>) => {
    expect({ status, body }).toMatchObject(retryable);
    expect(Number(headers["retry-after"])).toBeGreaterThan(0);
  };

  test("the connection is lost before the exchange", async () => {
    const { refresh_token, session_id } = await session();
    await beside(plinth, async (client) => {
      await client.query("begin");
      await client.query("select from sessions.sessions where id = $1 for update", [session_id]);
      expectRetryable(await breakOff(plinth, refresh(refresh_token)));
    });
    expect(await stateOf(session_id)).toMatchObject({ generation: 0, revoked_at: null });
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  test("the session stays locked for longer than a request waits", async () => {
    const { refresh_token, session_id } = await session();
    await beside(plinth, async (client) => {
      await client.query("begin");
      await client.query("select from sessions.sessions where id = $1 for update", [session_id]);
      expectRetryable(await refresh(refresh_token));
    });
    expect((await refresh(refresh_token)).status).toBe(200);
  });

  test("the database takes no writes, as while another takes its place", async () => {
    const { refresh_token } = await session();
    const reconnect = () =>
      plinth.sql(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'plinth_system'",
      );
    const name = new URL(plinth.owner_url).pathname.slice(1);
    await plinth.sql(`alter database ${name} set default_transaction_read_only = on`);
    try {
      await reconnect();
      await vi.waitFor(async () => expect((await refresh(refresh_token)).status).not.toBe(200), { timeout: 20_000 });
      expectRetryable(await refresh(refresh_token));
    } finally {
      await plinth.sql(`alter database ${name} reset default_transaction_read_only`);
      await reconnect();
    }
    await vi.waitFor(async () => expect((await refresh(refresh_token)).status).toBe(200), { timeout: 20_000 });
  });

  test.each([
    ["with the grace over by then", () => plinth, 31],
    ["where there is no grace", () => strict, 0],
  ])("the connection is lost while the new pair is made, %s", async (_, of, seconds) => {
    const app = of();
    const { refresh_token } = await session(app);
    await beside(app, async (client) => {
      await client.query("begin");
      await client.query("lock table sessions.signing_keys in access exclusive mode");
      await loseKeys(app);
      expectRetryable(await breakOff(app, refresh(refresh_token, app)));
    });
    await later(seconds, async () => expect((await refresh(refresh_token, app)).status).toBe(200), app);
  });

  test("and every other refusal is final, and says so", async () => {
    for (const token of ["x", (await session()).access_token]) {
      const { status, body, headers } = await refresh(token);
      expect([status, body.code, headers["retry-after"]]).toEqual([401, "identity.refresh_invalid", undefined]);
    }
  });
});
