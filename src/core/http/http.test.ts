import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
let ada: SignedUp;
let port: number;
beforeAll(async () => {
  plinth = await testApp({ env: { REQUEST_TIMEOUT_MS: "1000", CORS_ORIGINS: "https://app.example" }, worker: false });
  ada = await plinth.signUp("ada@example.com");
  await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
  const address = plinth.app.http.server.address();
  port = typeof address === "object" && address !== null ? address.port : 0;
});
afterAll(() => plinth.close());

const post = (body: string, headers: Record<string, string> = {}) =>
  plinth.call("POST", "/v1/workspaces", {
    token: ada.access_token,
    body,
    headers: { "content-type": "application/json", ...headers },
  });

describe("a body", () => {
  test.each([
    ["duplicate keys", '{"name":"a","name":"b"}', "/name"],
    ["__proto__", '{"name":"a","__proto__":{"role":"owner"}}', "/__proto__"],
    ["constructor.prototype", '{"name":"a","constructor":{"prototype":{"x":1}}}', "/constructor"],
    ["NUL", '{"name":"a\\u0000b"}', "/name"],
    ["half a surrogate pair", '{"name":"\\ud800"}', "/name"],
  ])("L5: with %s is a 422 that names the field", async (_, body, pointer) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([422, "request.invalid"]);
    expect(answer.body.errors).toEqual([{ pointer, detail: answer.body.detail }]);
  });

  test.each([
    ["10,000-deep nesting", `${'{"name":'.repeat(10_000)}1${"}".repeat(10_000)}`],
    ["10,000-deep arrays", `{"name":${"[".repeat(10_000)}${"]".repeat(10_000)}}`],
    ["100,000 keys", `{${Array.from({ length: 60_000 }, (_, i) => `"k${i}":1`).join(",")}}`],
    ["no JSON", "name=a"],
    ["nothing", ""],
  ])("L5: with %s is a 400 that says so", async (_, body) => {
    const answer = await post(body);
    expect([answer.status, answer.body.code]).toEqual([400, "request.malformed"]);
    expect(answer.body.detail.length).toBeLessThan(200);
  });

  test("L5: with invalid UTF-8 is a 400", async () => {
    const response = await plinth.app.http.inject({
      method: "POST",
      url: "/v1/workspaces",
      headers: { authorization: `Bearer ${ada.access_token}`, "content-type": "application/json" },
      payload: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    });
    expect([response.statusCode, response.json().code]).toEqual([400, "request.malformed"]);
  });

  test("with undeclared fields is a 422 that names each", async () => {
    const answer = await post('{"name":"a","owner_id":1,"plan":"free"}');
    expect(answer.status).toBe(422);
    expect(answer.body.errors).toEqual([
      { pointer: "/owner_id", detail: "is not a known field" },
      { pointer: "/plan", detail: "is not a known field" },
    ]);
  });

  test("is not converted: a number is no name", async () => {
    expect((await post('{"name":7}')).body.errors).toEqual([{ pointer: "/name", detail: "must be string" }]);
  });

  test("L5: over the limit is a 413, announced or in chunks", async () => {
    expect((await post(JSON.stringify({ name: "x".repeat(1_100_000) }))).body.code).toBe("request.too_large");
    const chunked = await new Promise<number>((resolve, reject) => {
      const headers = { authorization: `Bearer ${ada.access_token}`, "content-type": "application/json" };
      const request = httpRequest(
        { port, host: "127.0.0.1", method: "POST", path: "/v1/workspaces", headers },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      request.on("error", reject);
      for (let i = 0; i < 12; i++) request.write("x".repeat(100_000));
      request.end();
    });
    expect(chunked).toBe(413);
  });

  test.each(["text/plain", "application/xml", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded"])(
    "L8: of type %s is a 415",
    async (type) => expect((await post("name=a", { "content-type": type })).status).toBe(415),
  );

  test("L16: 1,000 random ones on every kind of route make no 5xx", async () => {
    const routes: [string, string][] = [
      ["POST", "/v1/auth/register"],
      ["POST", "/v1/auth/login"],
      ["POST", "/v1/auth/refresh"],
      ["POST", "/v1/workspaces"],
      ["POST", "/v1/prism/turns"],
      ["POST", "/v1/webhooks/stripe"],
      ["PATCH", `/v1/workspaces/${ada.workspace_id}`],
    ];
    const field = fc.constantFrom("email", "password", "full_name", "name", "question", "refresh_token", "locale", "x");
    const body = fc.oneof(
      fc.json(),
      fc.dictionary(field, fc.anything()).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), body, async ([method, url], text) => {
        const answer = await plinth.call(method as "POST", url, { token: ada.access_token, body: text });
        expect({ url, text, status: Math.floor(answer.status / 100) }).not.toMatchObject({ status: 5 });
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("an answer", () => {
  test("L12: bears the request's id, the client's own only when it is harmless", async () => {
    const idOf = async (id: string) =>
      (await plinth.call("GET", "/v1/me", { headers: { "x-request-id": id } })).headers["x-request-id"];
    expect(await idOf("client-1.A_b")).toBe("client-1.A_b");
    for (const bad of ["a b", "x".repeat(200), "{}", "ä"]) expect(await idOf(bad)).toMatch(/^[0-9a-f-]{36}$/);
    const answer = await plinth.call("GET", "/v1/me", { headers: { "x-request-id": "seen-7" } });
    expect(answer.body.request_id).toBe("seen-7");
    expect(plinth.logged.filter(({ request_id }) => request_id === "seen-7").length).toBeGreaterThan(0);
  });

  test("L11: to an unknown path is a 404 problem; L8: to a wrong method a 405 that says which", async () => {
    const unknown = await plinth.call("GET", "/v1/nothing");
    expect(unknown).toMatchObject({
      status: 404,
      body: { type: "/docs/errors#request.not_found", code: "request.not_found" },
    });
    expect(unknown.headers["content-type"]).toContain("application/problem+json");
    const wrong = await plinth.call("DELETE", "/v1/plans");
    expect([wrong.status, wrong.headers.allow, wrong.body.code]).toEqual([405, "GET", "request.method_not_allowed"]);
  });

  test("the type of a problem leads to a page that tells its code and status", async () => {
    const { type } = (await plinth.call("GET", "/v1/nothing")).body;
    const [path, code] = type.split("#");
    const page = await plinth.app.http.inject({ url: path });
    expect([page.statusCode, page.headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    expect(page.body).toContain(`<tr id="${code}"><td><code>${code}</code></td><td>404</td>`);
  });

  test("L13: is not sniffed, framed or cached", async () => {
    const { headers } = await plinth.call("GET", "/v1/me", { token: ada.access_token });
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "x-frame-options": "SAMEORIGIN",
    });
  });

  test("L10: allows the configured origin and no other", async () => {
    const allowed = async (origin: string) =>
      (await plinth.call("GET", "/v1/plans", { headers: { origin } })).headers["access-control-allow-origin"];
    expect(await allowed("https://app.example")).toBe("https://app.example");
    for (const origin of ["https://evil.example", "null", "https://app.example.evil.example"])
      expect(await allowed(origin)).toBeUndefined();
  });

  test("L10: tells a page of another site nothing, not in a preflight either, and nobody where no origin is configured", async () => {
    const preflight = (origin: string, app: TestApp) =>
      app.call("OPTIONS", "/v1/me", { headers: { origin, "access-control-request-method": "GET" } });
    const own = await preflight("https://app.example", plinth);
    expect(own.headers).toMatchObject({
      "access-control-allow-origin": "https://app.example",
      "access-control-allow-credentials": "true",
    });
    const closed = await testApp({ beside: plinth, worker: false });
    try {
      for (const [origin, app] of [
        ["https://evil.example", plinth],
        ["null", plinth],
        ["https://app.example", closed],
      ] as const) {
        for (const { headers } of [
          await preflight(origin, app),
          await app.call("GET", "/v1/plans", { headers: { origin } }),
        ]) {
          expect(headers["access-control-allow-origin"]).toBeUndefined();
        }
      }
    } finally {
      await closed.close();
    }
  });

  test.each([
    ["a NUL in the URL", "/v1/plans?product=%00", 400],
    ["a broken escape", "/v1/plans/%E0%A4%A", 400],
    ["an id that is none", "/v1/workspaces/not-an-id", 404],
    ["a limit that is no number", "/v1/workspaces?limit=many", 422],
    ["L9: a parameter that is sent twice", "/v1/workspaces?limit=1&limit=2", 422],
    ["W4: a cursor that nobody gave out", "/v1/workspaces?cursor=x", 422],
    ["an unknown parameter", "/v1/workspaces?owner=x", 422],
  ])("to %s is a %s problem", async (_, url, status) => {
    const answer = await plinth.call("GET", url, { token: ada.access_token });
    expect(answer.status).toBe(status);
    expect(answer.body.code).toMatch(/^request\./);
  });

  test("never tells SQL or a stack when something breaks inside", async () => {
    await plinth.sql("alter table workspaces.workspaces rename column name to name_gone");
    try {
      const answer = await post('{"name":"a"}');
      expect(answer.status).toBe(500);
      expect(JSON.stringify(answer.body)).not.toMatch(/name_gone|column|select|insert|\.ts|node_modules/i);
    } finally {
      await plinth.sql("alter table workspaces.workspaces rename column name_gone to name");
    }
  });
});

describe("a slow or broken client", () => {
  const talk = (bytes: string) =>
    new Promise<string>((resolve) => {
      let heard = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
      socket.on("data", (chunk) => {
        heard += chunk.toString();
      });
      socket.on("close", () => resolve(heard));
      socket.on("error", () => resolve(heard));
    });

  test("L5: that never finishes its headers, or its body, is cut off", async () => {
    expect(await talk("GET /v1/plans HTTP/1.1\r\nHost: x\r\nX-Slow: ")).toMatch(/^(HTTP\/1.1 408|$)/);
    const half = `POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"em`;
    expect(await talk(half)).toMatch(/^(HTTP\/1.1 408|$)/);
  });

  test("L14: that sends two lengths, L6: or huge headers, is refused", async () => {
    const both =
      "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    expect(await talk(both)).toMatch(/^HTTP\/1.1 400/);
    expect(await talk(`GET /v1/plans HTTP/1.1\r\nHost: x\r\nX-Big: ${"x".repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1.1 431/,
    );
  });

  const post = "POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
  test.each([
    ["two Content-Lengths", `${post}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`],
    ["chunked and something else", `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ["a coding that is none", `${post}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ["a space before the colon", `${post}Content-Length : 2\r\n\r\n{}`],
    ["a folded header", `${post}X-A: b\r\n Content-Length: 2\r\n\r\n`],
    ["a line that ends with LF alone", "GET /v1/plans HTTP/1.1\nHost: x\n\n"],
    ["a negative length", `${post}Content-Length: -1\r\n\r\n`],
    ["no Host", "GET /v1/plans HTTP/1.1\r\n\r\n"],
  ])("L14: that sends %s is refused, and what comes behind it is no request", async (_, bytes) => {
    const heard = await talk(`${bytes}GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect(heard).toMatch(/^HTTP\/1.1 400/);
    expect(heard.match(/HTTP\/1.1 /g)?.length).toBe(1);
  });

  test.each([
    ["a request's id", "GET /v1/plans HTTP/1.1\r\nHost: x\r\nX-Request-Id: a%0d%0aset-cookie: x=1\r\n"],
    ["a path", "GET /v1/auth/invitations/token%0d%0aset-cookie:%20x=1 HTTP/1.1\r\nHost: x\r\n"],
    ["a query", "GET /v1/plans?product=a%0d%0aset-cookie:%20x=1 HTTP/1.1\r\nHost: x\r\n"],
    ["an origin", "GET /v1/plans HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example%0d%0aset-cookie: x=1\r\n"],
  ])("L7: that hides a line in %s gets no header for it", async (_, bytes) => {
    const [head = ""] = (await talk(`${bytes}Connection: close\r\n\r\n`)).split("\r\n\r\n");
    expect(head).toMatch(/^HTTP\/1.1 (200|4\d\d)/);
    expect(head).not.toMatch(/set-cookie/i);
  });

  test.each(["TRACE", "TRACK", "CONNECT", "PROPFIND"])(
    "L8: that says %s gets nothing back of what it said",
    async (method) => {
      const heard = await talk(
        `${method} /v1/plans HTTP/1.1\r\nHost: x\r\nX-Secret: mirrored\r\nConnection: close\r\n\r\n`,
      );
      expect(heard).toMatch(/^(HTTP\/1.1 (400|404|405|501)|$)/);
      expect(heard).not.toContain("mirrored");
    },
  );

  test("W7: that hangs up in the middle leaves the next one's rows alone", async () => {
    const eve = await plinth.signUp("eve@example.com");
    const hangUp = () =>
      new Promise<void>((resolve) => {
        const socket = connect(port, "127.0.0.1", () => {
          socket.write(
            `GET /v1/workspaces/${ada.workspace_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ada.access_token}\r\n\r\n`,
          );
          setImmediate(() => socket.destroy());
        });
        socket.on("close", () => resolve());
      });
    const look = async (person: SignedUp) => {
      const { status, body } = await plinth.call("GET", `/v1/workspaces/${person.workspace_id}`, {
        token: person.access_token,
      });
      expect([status, body.id]).toEqual([200, person.workspace_id]);
    };
    await Promise.all(Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? hangUp() : look(i % 2 === 0 ? ada : eve))));
  });
});

describe("Idempotency-Key", () => {
  const create = (name: string, key: string, token = ada.access_token) =>
    plinth.call("POST", "/v1/workspaces", { token, body: { name }, headers: { "idempotency-key": key } });

  test("the same request again gets the first answer, 20 at once make one thing", async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => create("Once", "key-1")));
    const made = answers.filter(({ status }) => status === 201);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map(({ body }) => body.id)).size).toBe(1);
    for (const other of answers.filter(({ status }) => status !== 201)) {
      expect([other.status, other.body.code, other.headers["retry-after"]]).toEqual([
        409,
        "request.idempotency_in_progress",
        "1",
      ]);
    }
    expect((await create("Once", "key-1")).body).toEqual(made[0]?.body);
    expect(await plinth.sql("select count(*)::int as n from workspaces.workspaces where name = 'Once'")).toEqual([
      { n: 1 },
    ]);
  });

  test("another request with the key is a 409; somebody else's key is another key", async () => {
    await create("First", "key-2");
    expect((await create("Second", "key-2")).body.code).toBe("request.idempotency_conflict");
    const bob = await plinth.signUp("bob@example.com");
    expect((await create("Third", "key-2", bob.access_token)).status).toBe(201);
  });

  test("a request that failed leaves its key free", async () => {
    const bad = await plinth.call("POST", "/v1/workspaces", {
      token: ada.access_token,
      body: { name: "Zone", time_zone: "Mars/Olympus" },
      headers: { "idempotency-key": "key-3" },
    });
    expect(bad.status).toBe(422);
    expect((await create("Zone", "key-3")).status).toBe(201);
  });
});

describe("operations", () => {
  test("health tells each dependency, and metrics tell each route", async () => {
    expect((await plinth.call("GET", "/health")).body).toMatchObject({
      status: "ok",
      checks: { database: { status: "ok" } },
    });
    expect((await plinth.call("GET", "/health/live")).body).toEqual({ status: "ok" });
    expect((await plinth.call("GET", "/health/ready")).status).toBe(200);
    const { body, headers } = await plinth.call("GET", "/metrics");
    expect(headers["content-type"]).toContain("text/plain");
    expect(body).toContain(
      'plinth_http_request_duration_seconds_bucket{le="0.001",method="GET",route="/health/live",status="200"}',
    );
    expect(body).toContain('plinth_http_errors_total{method="POST",route="/v1/workspaces",code="request.malformed"}');
    expect(body).toContain("plinth_events_pending");
    expect(body).not.toContain(ada.user_id);
  });
});
