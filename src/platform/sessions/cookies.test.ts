import { parseSetCookie } from "cookie";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { fill, operations } from "../../../test/support/routes.ts";

const own = "http://plinth.test";
const page = "https://app.example.com";
const evil = "https://evil.example";
const names = ["__Host-plinth_access", "__Host-plinth_refresh"];

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp({
    env: { PASSWORD_HASH_MEMORY_KIB: "64", PASSWORD_HASH_PASSES: "1", CORS_ORIGINS: page },
  });
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

type Jar = Record<string, string>;
const setCookies = ({ headers }: Called) =>
  [headers["set-cookie"] ?? []].flat().map((header) => parseSetCookie(header));
/** What a browser keeps of an answer. */
const kept = (answer: Called): Jar =>
  Object.fromEntries(setCookies(answer).map(({ name, value }) => [name, value ?? ""]));
const cookieHeader = (jar: Jar) =>
  Object.entries(jar)
    .map(([name, value]) => `${name}=${value}`)
    .join("; ");
type Headers = Record<string, string>;
const withCookies = (jar: Jar, headers: Headers = { origin: own }): Headers => ({
  cookie: cookieHeader(jar),
  ...headers,
});
const login = (headers: Headers = { origin: own }) =>
  plinth.call("POST", "/v1/auth/login", { body: { email: ada.email, password, session: "cookie" }, headers });
const get = (jar: Jar, headers?: Headers, path = "/v1/me") =>
  plinth.call("GET", path, { headers: withCookies(jar, headers) });
const post = (path: string, jar: Jar, headers?: Headers, body?: object) =>
  plinth.call("POST", path, { headers: withCookies(jar, headers), ...(body === undefined ? {} : { body }) });
const refresh = (jar: Jar, headers?: Headers) => post("/v1/auth/refresh", jar, headers, {});
const expectForeign = ({ status, body, headers }: Called) => {
  expect([status, body.code, headers["set-cookie"]]).toEqual([403, "request.origin_forbidden", undefined]);
};

let signedIn: Called;
let jar: Jar;
beforeEach(async () => {
  signedIn = await login();
  jar = kept(signedIn);
});

describe("R17: the cookies of a session", () => {
  test("hold its tokens where no script and no other site gets at them, and the answer has none", async () => {
    expect(signedIn.status).toBe(200);
    const strict = { httpOnly: true, secure: true, sameSite: "strict", path: "/" };
    expect(setCookies(signedIn)).toMatchObject([
      { ...strict, name: names[0], maxAge: 600 },
      { ...strict, name: names[1], maxAge: 30 * 86_400 },
    ]);
    for (const cookie of setCookies(signedIn)) expect(cookie.domain).toBeUndefined();
    for (const value of Object.values(jar)) expect(JSON.stringify(signedIn.body)).not.toContain(value);
    expect(signedIn.body).toMatchObject({ token_type: "Cookie", expires_in: 600, user: { id: ada.user_id } });
    expect(Object.keys(signedIn.body)).not.toContain("access_token");
    expect(signedIn.headers["cache-control"]).toBe("no-store");
  });

  test("let this site's pages in, and the list of sessions calls it one of cookies", async () => {
    expect((await get(jar)).body.id).toBe(ada.user_id);
    const [session] = (await get(jar, {}, "/v1/me/sessions")).body.data;
    expect(session).toMatchObject({ id: signedIn.body.session_id, current: true, transport: "cookie" });
    expect((await post("/v1/workspaces", jar, { origin: own }, { name: "Team" })).status).toBe(201);
  });

  test("are not given to whoever asked for tokens", async () => {
    const answer = await plinth.call("POST", "/v1/auth/login", { body: { email: ada.email, password } });
    expect(answer.headers["set-cookie"]).toBeUndefined();
  });

  test("yield to an Authorization header", async () => {
    const authorization = "Bearer x";
    expect((await get(jar, { authorization })).status).toBe(401);
    const bearer = { authorization: `Bearer ${ada.access_token}`, origin: evil };
    expect((await get({ ...jar, [names[0] ?? ""]: "x" }, bearer)).status).toBe(200);
  });

  test.each([
    ["the refresh cookie as the access cookie", 1],
    ["no access cookie", 2],
  ])("%s signs nobody in", async (_, which) => {
    const value = Object.values(jar)[which];
    expect((await get(value === undefined ? {} : { [names[0] ?? ""]: value })).status).toBe(401);
  });
});

describe("R17: a request with cookies", () => {
  test.each([
    ["a foreign one", { origin: evil }],
    ["null", { origin: "null" }],
    ["this host by another scheme", { origin: "https://plinth.test" }],
    ["this host on another port", { origin: "http://plinth.test:8080" }],
    ["a host that begins alike", { origin: "http://plinth.test.evil.example" }],
    ["a subdomain", { origin: "http://sub.plinth.test" }],
    ["an empty one", { origin: "" }],
    ["none, with a browser that says it is of another site", { "sec-fetch-site": "cross-site" }],
    ["a foreign one, whatever Sec-Fetch-Site says", { origin: evil, "sec-fetch-site": "same-origin" }],
  ])("is refused where its origin is %s, whether it reads or writes", async (_, headers) => {
    expectForeign(await get(jar, headers));
    expectForeign(await post("/v1/workspaces", jar, headers, { name: "Team" }));
    expectForeign(await refresh(jar, headers));
    expectForeign(await post("/v1/auth/logout", jar, headers));
    expectForeign(await post("/v1/auth/logout-all", jar, headers, {}));
    expect((await get(jar)).status).toBe(200);
  });

  test.each([
    ["none", {}],
    ["none, of a page of the same site", { "sec-fetch-site": "same-site" }],
    ["none, typed into the address bar", { "sec-fetch-site": "none" }],
  ])("reads but does not write where its origin is %s", async (_, headers) => {
    expect((await get(jar, headers)).status).toBe(200);
    expectForeign(await post("/v1/workspaces", jar, headers, { name: "Team" }));
    expectForeign(await refresh(jar, headers));
  });

  test.each([
    ["this host's", { origin: own }],
    ["one of the list", { origin: page }],
    ["none, with a browser that says it is of this one", { "sec-fetch-site": "same-origin" }],
  ])("does both where its origin is %s", async (_, headers) => {
    expect((await get(jar, headers)).status).toBe(200);
    expect((await refresh(jar, headers)).status).toBe(200);
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/xml"])(
    "writes JSON and nothing else: %s is 415",
    async (type) => {
      const paths = ["/v1/workspaces", "/v1/auth/login", "/v1/auth/logout-all", "/v1/auth/refresh"];
      for (const path of paths) {
        const headers = withCookies(jar, { origin: own, "content-type": type });
        const answer = await plinth.call("POST", path, { headers, body: '{"name":"Team"}' });
        expect([path, answer.status, answer.headers["set-cookie"]]).toEqual([path, 415, undefined]);
      }
    },
  );
});

describe("refreshing by cookie", () => {
  test("sets the next pair, and tells no token", async () => {
    const answer = await refresh(jar);
    const next = kept(answer);
    expect(setCookies(answer)).toMatchObject(setCookies(signedIn).map(({ value: _, expires: __, ...rest }) => rest));
    expect(Object.keys(answer.body).sort()).toEqual(["expires_in", "session_id", "token_type"]);
    for (const name of names) expect(next[name]).not.toBe(jar[name]);
    expect((await get(next)).status).toBe(200);
    expect((await refresh(next)).status).toBe(200);
  });

  test("R3: in ten tabs at once leaves all of them with one live cookie", async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(jar)));
    const cookies = answers.map((answer) => kept(answer)[names[1] ?? ""]);
    expect([answers[0]?.status, new Set(cookies).size]).toEqual([200, 1]);
    expect((await refresh({ [names[1] ?? ""]: cookies[0] ?? "" })).status).toBe(200);
  });

  test("needs no body", async () => {
    const answer = await post("/v1/auth/refresh", jar);
    expect([answer.status, Object.keys(kept(answer))]).toEqual([200, names]);
  });

  test("without a cookie is refused, and sets none", async () => {
    const answer = await refresh({});
    expect([answer.status, answer.body.code, answer.headers["set-cookie"]]).toEqual([
      401,
      "identity.refresh_invalid",
      undefined,
    ]);
  });
});

describe("R16: who signs in gets a session of their own", () => {
  test("whatever session or cookie was there before", async () => {
    const planted = kept(await login());
    const answer = await login(withCookies(planted));
    const fresh = kept(answer);
    for (const name of names) expect(fresh[name]).not.toBe(planted[name]);
    expect(answer.body.session_id).not.toBe(signedIn.body.session_id);
    for (const cookie of [`${names[0]}=planted`, `session_id=planted; sid=planted; ${names[1]}=planted`]) {
      const { status, body, headers } = await login({ origin: own, cookie });
      expect([status, JSON.stringify([body, headers]).includes("planted")]).toEqual([200, false]);
    }
  });

  test("and nobody names its id", async () => {
    const body = { email: ada.email, password, session_id: ada.session_id };
    expect((await plinth.call("POST", "/v1/auth/login", { body })).status).toBe(422);
  });

  test("and no foreign page's form puts its own session into a browser by a mailed link", async () => {
    await plinth.call("POST", "/v1/auth/magic-link", { body: { email: ada.email } });
    const link = await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${ada.email}`);
        const texts: string[] = body.data.map(({ text }: { text: string }) => text);
        const found = /http:\/\/plinth\.test(\/v1\/auth\/magic-link\/\S+)/.exec(texts.join("\n"))?.[1];
        if (found === undefined) throw new Error("no mail yet");
        return found;
      },
      { timeout: 30_000, interval: 20 },
    );
    const form = { "content-type": "application/x-www-form-urlencoded", accept: "text/html" };
    const submit = (headers: Headers) =>
      plinth.call("POST", link, { body: "session=cookie", headers: { ...form, ...headers } });
    const foreign = await submit({ origin: evil, "sec-fetch-site": "cross-site" });
    expect([foreign.status, foreign.headers["set-cookie"]]).toEqual([403, undefined]);
    // Its own page says no referrer, and with that a browser says no origin either.
    const answer = await submit({ origin: "null", "sec-fetch-site": "same-origin" });
    expect([answer.status, Object.keys(kept(answer))]).toEqual([200, names]);
  });
});

describe("R18: the end of a session takes its cookies", () => {
  const expectCleared = (answer: Called) => {
    const gone = { value: "", maxAge: 0, httpOnly: true, secure: true, sameSite: "strict", path: "/" };
    expect(setCookies(answer)).toMatchObject(names.map((name) => ({ ...gone, name })));
  };

  test.each<[string, (kept: Jar) => Promise<Called>, number]>([
    ["a logout", (kept) => post("/v1/auth/logout", kept), 204],
    ["a logout everywhere", (kept) => post("/v1/auth/logout-all", kept, { origin: own }, {}), 200],
  ])("by %s, after which they are worth nothing", async (_, logout, status) => {
    const answer = await logout(jar);
    expect(answer.status).toBe(status);
    expectCleared(answer);
    expect((await get(jar)).status).toBe(401);
    expect((await refresh(jar)).status).toBe(401);
  });

  test("not by a logout everywhere else", async () => {
    const answer = await post("/v1/auth/logout-all", jar, { origin: own }, { keep_current: true });
    expect([answer.status, answer.headers["set-cookie"]]).toEqual([200, undefined]);
    expect((await get(jar)).status).toBe(200);
  });

  test("and whoever has dead ones left is rid of them without a session", async () => {
    const answer = await plinth.call("DELETE", "/v1/auth/cookies", { headers: withCookies(jar) });
    expect(answer.status).toBe(204);
    expectCleared(answer);
    expect((await get(jar)).status).toBe(200);
  });

  test("for good: what was on its way when it ended sets none that live", async () => {
    for (let round = 0; round < 20; round++) {
      jar = kept(await login());
      const [reads, refreshed, ended] = await Promise.all([
        Promise.all(Array.from({ length: 5 }, () => get(jar))),
        refresh(jar),
        post("/v1/auth/logout", jar),
      ]);
      expect(ended.status).toBe(204);
      for (const { headers } of reads) expect(headers["set-cookie"]).toBeUndefined();
      const late = kept(refreshed);
      expect((await get({ ...jar, ...late })).status).toBe(401);
      expect((await refresh({ ...jar, ...late })).status).toBe(401);
    }
  });

  const reads = operations.filter(({ method, name }) => method === "GET" && !name.includes("/oauth/"));
  test.each(reads)("$name sets no cookie of a session", async (operation) => {
    for (const cookies of [jar, { ...jar, [names[0] ?? ""]: "x" }]) {
      const { headers } = await get(cookies, { origin: own }, fill(operation, ada.workspace_id));
      expect(headers["set-cookie"]).toBeUndefined();
    }
  });
});
