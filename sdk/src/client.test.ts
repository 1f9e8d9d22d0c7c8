import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../test/support/app.ts";
import { createPlinthClient, type TokenPair } from "./index.ts";

let plinth: TestApp;
let ada: SignedUp;
let base_url: string;
beforeAll(async () => {
  plinth = await testApp({ worker: false });
  ada = await plinth.signUp("ada@example.com");
  base_url = await plinth.app.http.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => plinth.close());

describe("the client", () => {
  test("knows paths, parameters and answers by their types", async () => {
    const client = createPlinthClient({ base_url, tokens: ada });
    const { data, error } = await client.GET("/v1/plans", { params: { query: { product: "prism" } } });
    expect(error).toBeUndefined();
    expect(data?.data.map(({ id }) => id)).toEqual(["prism.free", "prism.prism", "prism.prism_plus"]);
    expect((await client.GET("/v1/me")).data?.email).toBe("ada@example.com");
  });

  test("refreshes once for all requests that an expired token held up, and sends them again", async () => {
    const told: (TokenPair | undefined)[] = [];
    const tokens = { access_token: `${ada.access_token.slice(0, -4)}AAAA`, refresh_token: ada.refresh_token };
    const client = createPlinthClient({ base_url, tokens, onTokens: (pair) => told.push(pair) });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => client.POST("/v1/workspaces", { body: { name: `W${i}` } })),
    );
    expect(new Set(answers.map(({ response }) => response.status))).toEqual(new Set([201]));
    expect(told.length).toBe(1);
    expect(told[0]?.refresh_token).not.toBe(ada.refresh_token);
  });

  test("tells when the session is over", async () => {
    const told: (TokenPair | undefined)[] = [];
    const client = createPlinthClient({
      base_url,
      tokens: { access_token: "x", refresh_token: "y" },
      onTokens: (pair) => told.push(pair),
    });
    expect((await client.GET("/v1/me")).response.status).toBe(401);
    expect(told).toEqual([undefined]);
  });

  test("keeps the session when the refresh cannot be answered now", async () => {
    const told: (TokenPair | undefined)[] = [];
    const busy = async (request: Request) =>
      new URL(request.url).pathname === "/v1/auth/refresh"
        ? new Response(null, { status: 503 })
        : new Response(null, { status: 401 });
    const client = createPlinthClient({ base_url, tokens: ada, fetch: busy, onTokens: (pair) => told.push(pair) });
    expect((await client.GET("/v1/me")).response.status).toBe(401);
    expect(told).toEqual([]);
  });

  test("works for a program with an API key", async () => {
    const person = createPlinthClient({ base_url, tokens: await plinth.signUp("keys@example.com") });
    const made = await person.POST("/v1/api-keys", {
      body: { name: "sdk", scopes: ["workspaces:read"], role: "member" },
    });
    const program = createPlinthClient({ base_url, api_key: made.data?.key ?? "" });
    const workspace_id =
      (await person.GET("/v1/workspaces", { params: { query: { limit: 1 } } })).data?.data[0]?.id ?? "";
    const own = await program.GET("/v1/workspaces/{workspace_id}", { params: { path: { workspace_id } } });
    expect(own.data?.id).toBe(workspace_id);
    expect((await program.GET("/v1/me")).error?.code).toBe("request.person_required");
  });
});
