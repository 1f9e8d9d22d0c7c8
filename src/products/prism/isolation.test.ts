import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type PrismApp, type PrismPerson, prismApp } from "../../../test/support/prism.ts";
import { type Operation, operations, randomId } from "../../../test/support/routes.ts";

let plinth: PrismApp;
let ada: PrismPerson;
/** A member of Ada's workspace. */
let eve: PrismPerson;
let key: string;
let ids: Record<string, string>;
beforeAll(async () => {
  plinth = await prismApp();
  ada = await plinth.person();
  eve = await plinth.person();
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'admin')", [
    ada.workspace_id,
    eve.user_id,
  ]);
  const session_id = await ada.session();
  const { body: exchange } = await ada.say(session_id, "Mine alone");
  const made = async (path: string, body: object) => (await ada.call("POST", path, body)).body.id;
  const goal_id = await made("/lens/goals", { title: "Mine alone" });
  ids = {
    session_id,
    message_id: exchange.reply.id,
    turn_id: await made("/turns", { question: "Mine alone?" }),
    fragment_id: await made("/mirror/fragments", { text: "Mine alone", theme: "mine" }),
    goal_id,
    action_id: await made("/lens/actions", { goal_id, title: "Mine alone" }),
  };
  const { body } = await plinth.call("POST", "/v1/api-keys", {
    token: ada.access_token,
    body: { name: "program", scopes: ["prism:read", "prism:write"] },
  });
  key = body.key;
});
afterAll(() => plinth.close());
beforeEach(() => plinth.model.reset());

const own = operations.filter(({ path }) => path.startsWith("/v1/prism/"));
const ofOne = own.filter(({ path }) => path.includes("{"));
const ofAll = own.filter(({ path, method }) => method === "GET" && !path.includes("{") && !path.endsWith("/spectrum"));
const bodies: Record<string, object> = {
  "POST /v1/prism/mirror/sessions/{session_id}/messages": { content: "Taken over" },
  "PATCH /v1/prism/mirror/sessions/{session_id}": { title: "Taken over" },
  "PATCH /v1/prism/turns/{turn_id}": { favourite: true },
  "PATCH /v1/prism/mirror/fragments/{fragment_id}": { text: "Taken over" },
  "PATCH /v1/prism/lens/goals/{goal_id}": { title: "Taken over" },
  "PATCH /v1/prism/lens/actions/{action_id}": { title: "Taken over" },
};

const pathOf = ({ path }: Operation, idOf: (name: string) => string) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => idOf(name));
const call = ({ method, name }: Operation, path: string, token: string) =>
  plinth.call(method, path, {
    token,
    headers: { "plinth-workspace": ada.workspace_id },
    ...(method === "GET" || method === "DELETE" ? {} : { body: bodies[name] ?? {} }),
  });
const state = async () => (await ada.call("GET", "/export")).body;
const shown = ({ status, body }: { status: number; body: object }) => ({ status, ...body, request_id: undefined });

test("these are all of them, and each names a thing that is known here", () => {
  expect([ofOne.length, ofAll.length]).toEqual([22, 7]);
  const named = new Set(ofOne.flatMap(({ path }) => [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)));
  expect([...named].sort()).toEqual(Object.keys(ids).sort());
});

describe("another member of the workspace", () => {
  test.each(ofOne)("$name is answered as for a random id, and nothing happens", async (operation) => {
    const before = await state();
    const foreign = await call(
      operation,
      pathOf(operation, (name) => ids[name] ?? ""),
      eve.access_token,
    );
    expect(foreign.status).toBe(404);
    expect(shown(foreign)).toEqual(
      shown(
        await call(
          operation,
          pathOf(operation, () => randomId),
          eve.access_token,
        ),
      ),
    );
    expect(await state()).toEqual(before);
    expect(plinth.model.calls.length).toBe(0);
  });

  test.each(ofAll)("$name shows nothing of it", async (operation) => {
    const answer = await call(operation, operation.path, eve.access_token);
    expect(answer.status).toBe(200);
    const text = JSON.stringify(answer.body);
    expect(text).not.toContain("Mine alone");
    for (const id of Object.values(ids)) expect(text).not.toContain(id);
    if ("data" in answer.body) expect(answer.body.data).toEqual([]);
  });

  test("has a spectrum of their own", async () => {
    const path = `/v1/prism/spectrum?from=${day(-1)}&to=${day(1)}`;
    const ask = (token: string) =>
      plinth.call("GET", path, { token, headers: { "plinth-workspace": ada.workspace_id } });
    expect((await ask(eve.access_token)).body.totals.turns).toBe(0);
    expect((await ask(ada.access_token)).body.totals.turns).toBe(1);
  });
});

describe("a program with a key", () => {
  test.each(own.filter(({ method, path }) => method === "GET" && !path.endsWith("/spectrum")))(
    "$name is answered as its maker is",
    async (operation) => {
      const path = pathOf(operation, (name) => ids[name] ?? "");
      const [program, maker] = [await call(operation, path, key), await call(operation, path, ada.access_token)];
      expect(program.status).toBe(200);
      expect(shown(program)).toEqual(shown(maker));
    },
  );

  test("says something in its maker's session", async () => {
    const path = `/v1/prism/mirror/sessions/${ids.session_id}/messages`;
    const answer = await plinth.call("POST", path, { token: key, body: { content: "By a program" } });
    expect(answer.status).toBe(201);
  });
});

function day(offset: number): string {
  return new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);
}
