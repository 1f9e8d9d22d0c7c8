import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type SignedUp, type TestApp, testApp } from "../support/app.ts";

/** Operations that anybody may call; every other refuses whoever is not signed in. */
const publicOperations = [
  "DELETE /dev/mailbox/messages",
  "GET /.well-known/jwks.json",
  "GET /dev/mailbox",
  "GET /dev/mailbox/messages",
  "GET /dev/mailbox/messages/{mail_id}",
  "GET /dev/mailbox/{mail_id}",
  "GET /health",
  "GET /health/live",
  "GET /health/ready",
  "GET /metrics",
  "GET /v1/auth/verify-email/{token}",
  "GET /v1/plans",
  "GET /v1/plans/{plan_id}",
  "POST /v1/auth/login",
  "POST /v1/auth/refresh",
  "POST /v1/auth/register",
  "POST /v1/auth/verify-email/{token}",
  "POST /v1/webhooks/stripe",
];

interface Operation {
  responses: Record<string, unknown>;
  security: object[];
  operationId: string;
  parameters?: { name: string; in: string }[];
}

const document: { openapi: string; paths: Record<string, Record<string, Operation>> } = JSON.parse(
  await readFile("docs/openapi.json", "utf8"),
);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operation,
  })),
);
const guarded = operations.filter(({ name }) => !publicOperations.includes(name));
const ofWorkspace = guarded.filter(({ operation }) =>
  operation.parameters?.some(({ name }) => name === "workspace_id" || name === "plinth-workspace"),
);

let plinth: TestApp;
let ada: SignedUp;
let eve: SignedUp;
let team: string;
beforeAll(async () => {
  plinth = await testApp();
  ada = await plinth.signUp("ada@example.com");
  eve = await plinth.signUp("eve@example.com");
  team = (await plinth.call("POST", "/v1/workspaces", { token: ada.access_token, body: { name: "Team" } })).body.id;
});
afterAll(() => plinth.close());

const random = "00000000-0000-7000-8000-000000000000";
const fill = (path: string, workspace_id: string) =>
  path.replace("{workspace_id}", workspace_id).replaceAll(/\{\w+\}/g, random);

type Method = "GET" | "POST";
const call = (method: string, path: string, token: string | undefined, workspace_id?: string) =>
  plinth.call(method as Method, path, {
    ...(token === undefined ? {} : { token }),
    headers: workspace_id === undefined ? {} : { "plinth-workspace": workspace_id },
    ...(["POST", "PATCH", "PUT"].includes(method) ? { body: {} } : {}),
  });
/** What a client can tell two answers apart by. */
const shown = ({ status, body }: { status: number; body: Record<string, unknown> }) => ({
  status,
  ...body,
  request_id: undefined,
});

describe("every route", () => {
  test("is in the reference that the server itself serves", async () => {
    const served = await plinth.call("GET", "/openapi.json");
    expect(Object.keys(served.body.paths).sort()).toEqual(Object.keys(document.paths).sort());
    expect(served.body.openapi).toBe("3.1.0");
  });

  test("has an operation id of its own", () => {
    const ids = operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(operations)("$name declares its answers, errors among them", ({ operation }) => {
    const statuses = Object.keys(operation.responses).map(Number);
    expect(statuses.some((status) => status < 300)).toBe(true);
    expect(statuses).toContain(500);
    expect(statuses).not.toContain(Number.NaN);
  });

  test("is guarded, or on the list of those that are not", () => {
    const open = operations.filter(({ operation }) => operation.security.length === 0).map(({ name }) => name);
    expect(open.sort()).toEqual(publicOperations);
  });
});

describe("a guarded route", () => {
  test.each(guarded)("$name refuses whoever is not signed in", async ({ method, path }) => {
    const answer = await call(method, fill(path, random), undefined);
    expect([answer.status, answer.body.code]).toEqual([401, "request.unauthenticated"]);
    expect((await call(method, fill(path, random), "not.a.token")).status).toBe(401);
  });

  test.each(ofWorkspace)(
    "$name answers for another tenant's workspace as for a random one",
    async ({ method, path }) => {
      const foreign = await call(method, fill(path, ada.workspace_id), eve.access_token, ada.workspace_id);
      const none = await call(method, fill(path, random), eve.access_token, random);
      expect(foreign.status).toBe(404);
      expect(shown(foreign)).toEqual(shown(none));
    },
  );

  test.each(ofWorkspace)("$name refuses a member from the request after the removal on", async ({ method, path }) => {
    await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
      team,
      eve.user_id,
    ]);
    const before = await call(method, fill(path, team), eve.access_token, team);
    expect(before.body?.code).not.toBe("request.unauthenticated");
    const removed = await plinth.call("DELETE", `/v1/workspaces/${team}/members/${eve.user_id}`, {
      token: ada.access_token,
    });
    expect([204, 404]).toContain(removed.status);
    expect((await call(method, fill(path, team), eve.access_token, team)).status).toBe(404);
  });
});

test("a route that needs a role refuses a weaker one", async () => {
  await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
    team,
    eve.user_id,
  ]);
  const path = `/v1/workspaces/${team}`;
  const refused = await plinth.call("PATCH", path, { token: eve.access_token, body: { name: "Mine" } });
  expect([refused.status, refused.body.code]).toEqual([403, "request.forbidden"]);
  expect((await plinth.call("PATCH", path, { token: ada.access_token, body: { name: "Ours" } })).body.name).toBe(
    "Ours",
  );
});
