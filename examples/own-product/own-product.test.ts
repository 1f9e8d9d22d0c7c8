import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type TestApp, testApp } from "../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp({ products: ["examples/own-product/index.ts"] });
});
afterAll(() => plinth.close());

test("a product of its own has routes, a table, a limit and an event", async () => {
  const ada = await plinth.signUp("ada@example.com");
  const write = (text: string) => plinth.call("POST", "/v1/notes/notes", { token: ada.access_token, body: { text } });
  expect(await write("three small words")).toMatchObject({ status: 201, body: { words: null } });
  expect(await write("two words")).toMatchObject({ status: 201 });
  expect(await write("one more")).toMatchObject({
    status: 429,
    body: { code: "usage.limit_reached", limit: 2, used: 2 },
  });
  const list = () => plinth.call("GET", "/v1/notes/notes", { token: ada.access_token });
  await vi.waitFor(
    async () => expect((await list()).body.data.map((n: { words: number }) => n.words)).toEqual([3, 2]),
    { timeout: 20_000 },
  );

  const grace = await plinth.signUp("grace@example.com");
  expect((await plinth.call("GET", "/v1/notes/notes", { token: grace.access_token })).body.data).toEqual([]);
});
