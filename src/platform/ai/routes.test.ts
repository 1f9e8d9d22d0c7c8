import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";

let plinth: TestApp;
beforeAll(async () => {
  plinth = await testApp();
});
afterAll(() => plinth.close());

test("a workspace decides whether its prompts may be logged: off at first, changed by administrators, effective at once, audited", async () => {
  const { access_token: token, workspace_id } = await plinth.signUp("ai-settings@example.com");
  const first = await plinth.call("GET", "/v1/ai/settings", { token });
  expect(first).toMatchObject({ status: 200, body: { log_content: false, updated_at: null } });

  const ask = () => plinth.call("POST", "/v1/prism/turns", { token, body: { question: "May I stay?" } });
  const told = () => plinth.logged.filter(({ msg }) => msg === "an AI call");
  expect((await ask()).status).toBe(201);
  expect(told()).toEqual([]);

  const changed = await plinth.call("PUT", "/v1/ai/settings", { token, body: { log_content: true } });
  expect(changed).toMatchObject({ status: 200, body: { log_content: true, updated_at: expect.any(String) } });
  await expect.poll(async () => (await ask()).status === 201 && told().length > 0).toBe(true);
  expect(told()[0]).toMatchObject({ level: "info", feature: "prism.turn" });

  const audited = await plinth.sql("select action from audit.entries where workspace_id = $1 and action like 'ai.%'", [
    workspace_id,
  ]);
  expect(audited).toEqual([{ action: "ai.settings_changed" }]);
  const wrong = await plinth.call("PUT", "/v1/ai/settings", { token, body: { log_content: "yes" } });
  expect(wrong).toMatchObject({ status: 422, body: { code: "request.invalid" } });
});

test("a member may look and not change", async () => {
  const owner = await plinth.signUp("ai-owner@example.com");
  const member = await plinth.signUp("ai-member@example.com");
  const team = await plinth.call("POST", "/v1/workspaces", { token: owner.access_token, body: { name: "Team" } });
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team.body.id,
    member.user_id,
  ]);
  const as = { token: member.access_token, headers: { "plinth-workspace": team.body.id } };
  expect((await plinth.call("GET", "/v1/ai/settings", as)).status).toBe(200);
  expect((await plinth.call("PUT", "/v1/ai/settings", { ...as, body: { log_content: true } })).status).toBe(403);
});
