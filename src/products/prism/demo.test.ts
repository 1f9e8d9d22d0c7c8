import { afterAll, beforeAll, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";

// As a newcomer finds it: without a key, the demo provider answers for every feature.

let plinth: TestApp;
let ada: SignedUp;
beforeAll(async () => {
  plinth = await testApp();
  ada = await plinth.signUp("ada@example.com");
});
afterAll(() => plinth.close());

const post = async (path: string, body: object = {}) => {
  const answer = await plinth.call("POST", `/v1/prism/${path}`, { token: ada.access_token, body });
  expect([path, answer.status, answer.body.code]).toEqual([path, expect.any(Number), undefined]);
  return answer.body;
};

test("turns, replies, summaries, fragments and suggestions come without a key", async () => {
  expect((await post("turns", { question: "What now?", kind: "plan" })).answer).toContain("demo provider");
  const { id } = await post("mirror/sessions", { title: "First" });
  expect(JSON.stringify(await post(`mirror/sessions/${id}/messages`, { content: "I feel stuck." }))).toContain(
    "demo provider",
  );
  expect((await post(`mirror/sessions/${id}/fragments`)).data).toEqual([
    expect.objectContaining({ text: expect.any(String) }),
  ]);
  expect((await post(`mirror/sessions/${id}/close`)).summary).toContain("demo provider");
  const goal = await post("lens/goals", { title: "Run ten kilometres" });
  expect((await post(`lens/goals/${goal.id}/suggestions`)).data).toEqual([
    expect.objectContaining({ title: expect.any(String) }),
  ]);
});
