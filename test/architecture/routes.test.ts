import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { everyStore } from "../../src/openapi-document.ts";
import { type Called, type SignedUp, type TestApp, testApp } from "../support/app.ts";
import { document, fill, type Operation, operations, randomId } from "../support/routes.ts";

/** Operations that anybody may call; every other refuses whoever is not signed in. */
const publicOperations = [
  "DELETE /dev/mailbox/messages",
  "DELETE /v1/auth/cookies",
  "DELETE /v1/licenses/sessions/{session_id}",
  "GET /.well-known/jwks.json",
  "GET /.well-known/license-keys.json",
  "GET /dev/mailbox",
  "GET /dev/mailbox/messages",
  "GET /dev/mailbox/messages/{mail_id}",
  "GET /dev/mailbox/messages/{mail_id}/attachments/{n}",
  "GET /dev/mailbox/{mail_id}",
  "GET /dev/mails",
  "GET /dev/mails/{template}",
  "GET /dev/sms/messages",
  "GET /health",
  "GET /health/live",
  "GET /health/ready",
  "GET /metrics",
  "GET /v1/auth/change-email/{token}",
  "GET /v1/auth/invitations/{token}",
  "GET /v1/auth/magic-link/{token}",
  "GET /v1/auth/oauth/{provider}/callback",
  "GET /v1/auth/reset-password/{token}",
  "GET /v1/auth/restore-account/{token}",
  "GET /v1/auth/verify-email/{token}",
  "GET /v1/checkout/cancel",
  "GET /v1/checkout/success",
  "GET /v1/licenses/{license_key}/sessions",
  "GET /v1/licenses/{license_key}/status",
  "GET /v1/plans",
  "GET /v1/plans/comparison",
  "GET /v1/plans/{plan_id}",
  "GET /v1/safety/policy",
  "GET /v1/webhook-event-types",
  "POST /dev/sms/messages",
  "POST /v1/auth/change-email/{token}",
  "POST /v1/auth/forgot-password",
  "POST /v1/auth/login",
  "POST /v1/auth/magic-link",
  "POST /v1/auth/magic-link/code",
  "POST /v1/auth/magic-link/{token}",
  "POST /v1/auth/oauth/complete",
  "POST /v1/auth/oauth/{provider}/callback",
  "POST /v1/auth/oauth/{provider}/start",
  "POST /v1/auth/passkey",
  "POST /v1/auth/passkey/options",
  "POST /v1/auth/refresh",
  "POST /v1/auth/register",
  "POST /v1/auth/resend-verification",
  "POST /v1/auth/reset-password/{token}",
  "POST /v1/auth/restore-account/{token}",
  "POST /v1/auth/second-factor",
  "POST /v1/auth/verify-email/{token}",
  "POST /v1/licenses/acquire",
  "POST /v1/licenses/activate",
  "POST /v1/licenses/sessions/{session_id}/heartbeat",
  "POST /v1/licenses/validate",
  "POST /v1/webhooks/app-store",
  "POST /v1/webhooks/google-play",
  "POST /v1/webhooks/revenuecat",
  "POST /v1/webhooks/sendgrid",
  "POST /v1/webhooks/stripe",
];

const guarded = operations.filter(({ name }) => !publicOperations.includes(name));
const ofWorkspace = guarded.filter((operation) => operation.ofWorkspace);

let plinth: TestApp;
let ada: SignedUp;
let eve: SignedUp;
let mia: SignedUp;
let stale: SignedUp;
/** Ada owns it; Mia is a member; a key of it with every scope, and one with a scope that nothing asks for. */
let team: string;
let suspended: string;
let key: string;
let weakKey: string;
let evesKey: string;
beforeAll(async () => {
  plinth = await testApp({ env: everyStore, worker: false });
  ada = await plinth.signUp("ada@example.com");
  eve = await plinth.signUp("eve@example.com");
  mia = await plinth.signUp("mia@example.com");
  stale = await plinth.signUp("stale@example.com");
  await plinth.sql("update sessions.sessions set authenticated_at = now() - interval '1 day' where id = $1", [
    stale.session_id,
  ]);
  await plinth.sql("update identity.users set role = 'admin' where id = $1", [stale.user_id]);
  team = await makeTeam("Team");
  suspended = await makeTeam("Suspended");
  await plinth.sql("update workspaces.workspaces set status = 'suspended', suspended_reason = 'test' where id = $1", [
    suspended,
  ]);
  const scopes = (await plinth.call("GET", "/v1/api-key-scopes", { token: ada.access_token })).body.data;
  key = await makeKey(ada, team, scopes);
  weakKey = await makeKey(
    ada,
    team,
    ["safety:read", "usage:read"].filter((scope) => scopes.includes(scope)).slice(0, 1),
  );
  evesKey = await makeKey(eve, eve.workspace_id, scopes);
});
afterAll(() => plinth.close());

async function makeTeam(name: string): Promise<string> {
  const { body } = await plinth.call("POST", "/v1/workspaces", { token: ada.access_token, body: { name } });
  await join(body.id, mia);
  await join(body.id, stale, "owner");
  return body.id;
}

function join(workspace_id: string, { user_id }: SignedUp, role = "member") {
  return plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, $3)", [
    workspace_id,
    user_id,
    role,
  ]);
}

async function makeKey(person: SignedUp, workspace_id: string, scopes: string[]): Promise<string> {
  const { status, body } = await plinth.call("POST", "/v1/api-keys", {
    token: person.access_token,
    headers: { "plinth-workspace": workspace_id },
    body: { name: "test", scopes: scopes.length === 0 ? ["workspaces:read"] : scopes, role: "admin" },
  });
  if (status !== 201) throw new Error(JSON.stringify(body));
  return body.key;
}

const call = (operation: Operation, token: string | undefined, workspace_id = randomId): Promise<Called> =>
  plinth.call(operation.method, fill(operation, workspace_id), {
    ...(token === undefined ? {} : { token }),
    headers: operation.ofWorkspace ? { "plinth-workspace": workspace_id } : {},
    ...(["POST", "PATCH", "PUT"].includes(operation.method) ? { body: {} } : {}),
  });
/** What a client can tell two answers apart by. */
const shown = (answer: Called) => {
  const { request_id: _, error: { request_id: __, ...error } = {}, ...body } = answer.body ?? {};
  return { status: answer.status, ...body, error };
};
/** The code, also where errors are told in another form. */
const codeOf = ({ body }: Called) => body?.code ?? body?.error?.plinth_code;
const coded = (answer: Called) => [answer.status, codeOf(answer)];

describe("every route", () => {
  test("is in the reference that the server itself serves", async () => {
    const served = await plinth.call("GET", "/openapi.json");
    expect(Object.keys(served.body.paths).sort()).toEqual(Object.keys(document.paths).sort());
    expect(served.body.openapi).toBe("3.1.0");
  });

  test("has an operation id of its own", () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
  });

  test.each(operations)("$name declares its answers, errors among them", ({ statuses }) => {
    expect(statuses.some((status) => Number(status) < 400)).toBe(true);
    expect(statuses).toContain("500");
    expect(statuses.map(Number)).not.toContain(Number.NaN);
  });

  test("is guarded, or on the list of those that are not", () => {
    const open = operations.filter(({ credentials }) => credentials.length === 0).map(({ name }) => name);
    expect(open.sort()).toEqual(publicOperations);
  });
});

describe("a guarded route", () => {
  test.each(guarded)("$name refuses whoever is not signed in", async (operation) => {
    expect(coded(await call(operation, undefined))).toEqual([401, "request.unauthenticated"]);
    expect((await call(operation, "not.a.token")).status).toBe(401);
    expect((await call(operation, `${key.slice(0, -1)}x`)).status).toBe(401);
  });

  test.each(guarded.filter(({ wantsRecent }) => wantsRecent))("$name asks for recent proof", async (operation) => {
    const answer = await call(operation, stale.access_token, team);
    expect(coded(answer)).toEqual([403, "request.step_up_required"]);
  });

  test.each(guarded.filter(({ isAdmin }) => isAdmin))("$name is for administrators", async (operation) => {
    expect(coded(await call(operation, ada.access_token))).toEqual([403, "request.forbidden"]);
  });

  test.each(guarded.filter(({ ofWorkspace: is }) => !is))("$name refuses API keys", async (operation) => {
    expect(coded(await call(operation, key))).toEqual([403, "request.person_required"]);
  });
});

describe("a route of a workspace", () => {
  test.each(ofWorkspace)("W1: $name answers for another tenant's as for a random one", async (operation) => {
    const foreign = await call(operation, eve.access_token, ada.workspace_id);
    expect(foreign.status).toBe(404);
    expect(shown(foreign)).toEqual(shown(await call(operation, eve.access_token, randomId)));
  });

  test.each(ofWorkspace)("W10: $name refuses a member from the request after the removal on", async (operation) => {
    await join(team, eve);
    const before = await call(operation, eve.access_token, team);
    expect(codeOf(before)).not.toBe("request.unauthenticated");
    const path = `/v1/workspaces/${team}/members/${eve.user_id}`;
    const removed = await plinth.call("DELETE", path, { token: ada.access_token });
    expect([204, 404]).toContain(removed.status);
    expect((await call(operation, eve.access_token, team)).status).toBe(404);
  });

  test.each(ofWorkspace.filter(({ role }) => role !== undefined))("$name refuses a weaker role", async (operation) => {
    expect(coded(await call(operation, mia.access_token, team))).toEqual([403, "request.forbidden"]);
  });

  test.each(ofWorkspace)("K6: $name knows no key of another workspace", async (operation) => {
    const answer = await call(operation, evesKey, team);
    const isOpen = operation.scope !== undefined;
    expect(coded(answer)).toEqual(isOpen ? [404, "request.not_found"] : [403, "request.person_required"]);
  });

  test.each(ofWorkspace)("K6: $name takes keys with its scope, or none", async (operation) => {
    const weak = await call(operation, weakKey, team);
    if (operation.scope === undefined) return expect(coded(weak)).toEqual([403, "request.person_required"]);
    const strong = await call(operation, key, team);
    // A plan may not have it; the key does.
    if (codeOf(strong) !== "entitlements.missing") expect([401, 403]).not.toContain(strong.status);
    const { scopes } = (
      await plinth.sql<{ scopes: string[] }>("select scopes from api_keys.keys order by cardinality(scopes) limit 1")
    )[0] ?? { scopes: [] };
    if (!scopes.includes(operation.scope)) expect(coded(weak)).toEqual([403, "request.scope_missing"]);
  });

  test.each(ofWorkspace)("$name in a suspended one: reads, and no changes", async (operation) => {
    // Something is asked of it that has no effect even where it is let through.
    const answer = await call(operation, ada.access_token, suspended);
    const isRefused = operation.method !== "GET" && !operation.whileSuspended;
    if (isRefused) expect(coded(answer)).toEqual([403, "workspaces.suspended"]);
    else expect(codeOf(answer)).not.toBe("workspaces.suspended");
    await plinth.sql("update workspaces.workspaces set deleted_at = null where id = $1", [suspended]);
  });
});
