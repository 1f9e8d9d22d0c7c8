import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type Called, password, type SignedUp, type TestApp, testApp } from "../../../test/support/app.ts";
import { fill, operations } from "../../../test/support/routes.ts";
import { createRefreshTokens } from "../sessions/refresh-tokens.ts";

let plinth: TestApp;
/** An administrator who acts as Ada. */
let root: SignedUp;
let ada: SignedUp;
let acting: Impersonation;
let people = 0;
beforeAll(async () => {
  plinth = await testApp({ env: { PASSWORD_HASH_MEMORY_KIB: "8", PASSWORD_HASH_PASSES: "1" } });
  const first = await stranger();
  await plinth.app.promote(first.email);
});
afterAll(() => plinth.close());
beforeEach(async () => {
  root = await stranger();
  ada = await stranger();
  await plinth.app.promote(root.email);
  await vi.waitFor(async () => expect((await call(root.access_token, "GET", "/v1/me")).body.role).toBe("admin"), {
    timeout: 30_000,
    interval: 5,
  });
  acting = (await impersonate(ada)).body;
});

interface Impersonation {
  access_token: string;
  session_id: string;
}
type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
const stranger = () => plinth.signUp(`person${people++}@example.com`);
const call = (token: string, method: Method, path: string, body?: object, headers: Record<string, string> = {}) =>
  plinth.call(method, path, { token, body, headers });
const act = (method: Method, path: string, body?: object, headers: Record<string, string> = {}) =>
  call(acting.access_token, method, path, body, headers);
const impersonate = ({ user_id }: Pick<SignedUp, "user_id">, body: object = { reason: "ticket 42: lost turns" }) =>
  call(root.access_token, "POST", `/v1/admin/users/${user_id}/impersonate`, body);
const coded = ({ status, body }: Called) => (body?.code === undefined ? status : `${status} ${body.code}`);
const me = () => act("GET", "/v1/me");
const decode = (token: string) => JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
const auditOf = (workspace_id: string) =>
  plinth.sql<{ action: string; actor_id: string; impersonator_id: string | null; details: object }>(
    "select action, actor_id, impersonator_id, details from audit.entries where workspace_id = $1 order by created_at, id",
    [workspace_id],
  );

describe("W15: acting as a person", () => {
  test("is marked in the token, lasts half an hour, and cannot be refreshed", async () => {
    const { status, body } = await impersonate(ada);
    expect([status, Object.keys(body).sort()]).toEqual([
      201,
      ["access_token", "expires_in", "session_id", "token_type"],
    ]);
    const claims = decode(body.access_token);
    expect(claims).toMatchObject({ sub: ada.user_id, act: { sub: root.user_id }, sid: body.session_id });
    expect([claims.exp - claims.iat, body.expires_in]).toEqual([1_800, 1_800]);
    expect(decode(ada.access_token)).not.toHaveProperty("act");
  });

  test.each([
    ["no reason", {}],
    ["an empty reason", { reason: " " }],
    ["a longer time", { reason: "ticket 42", minutes: 600 }],
  ])("is refused with %s", async (_, body) => {
    expect(coded(await impersonate(ada, body))).toBe("422 request.invalid");
  });

  test("is told to the person: by mail with the reason, among the sessions, and in the session itself", async () => {
    await vi.waitFor(
      async () => {
        const { body } = await plinth.call("GET", `/dev/mailbox/messages?to=${ada.email}`);
        const told = body.data.find(({ subject }: { subject: string }) => /support looked into/.test(subject));
        expect(told?.text).toContain("ticket 42: lost turns");
      },
      { timeout: 30_000, interval: 20 },
    );
    const { data } = (await call(ada.access_token, "GET", "/v1/me/sessions")).body;
    const shown = data.map(({ id, impersonated, current }: Record<string, unknown>) => ({ id, impersonated, current }));
    expect(shown).toEqual([
      { id: acting.session_id, impersonated: true, current: false },
      { id: ada.session_id, impersonated: false, current: true },
    ]);
    expect((await me()).body).toMatchObject({ id: ada.user_id, impersonated_by: root.user_id });
    expect((await call(ada.access_token, "GET", "/v1/me")).body).not.toHaveProperty("impersonated_by");
  });

  test("stands in the person's audit record, with the reason", async () => {
    const begun = (await auditOf(ada.workspace_id)).find(({ action }) => action === "identity.impersonated");
    expect(begun).toMatchObject({
      actor_id: root.user_id,
      details: { reason: "ticket 42: lost turns", session_id: acting.session_id },
    });
  });

  test("bears the administrator in every audit row of what is done", async () => {
    const team = (await act("POST", "/v1/workspaces", { name: "Team" })).body.id;
    const mia = await stranger();
    await plinth.sql("insert into workspaces.members (workspace_id, user_id, role) values ($1, $2, 'member')", [
      team,
      mia.user_id,
    ]);
    const path = `/v1/workspaces/${team}`;
    const invitation = await act("POST", `${path}/invitations`, { email: "x@example.com" });
    const done = [
      invitation,
      await act("PATCH", path, { name: "Renamed" }),
      await act("DELETE", `${path}/invitations/${invitation.body.id}`),
      await act("PATCH", `${path}/members/${mia.user_id}`, { role: "admin" }),
      await act("DELETE", `${path}/members/${mia.user_id}`),
      await act("PATCH", "/v1/me", { display_name: "Countess" }),
      await act("POST", "/v1/auth/logout"),
    ];
    expect(done.map(({ status }) => status)).toEqual([201, 200, 204, 204, 204, 200, 204]);
    const rows = [...(await auditOf(team)), ...(await auditOf(ada.workspace_id))];
    const own = rows.filter(({ actor_id }) => actor_id === ada.user_id);
    const marked = own.filter(({ impersonator_id }) => impersonator_id === root.user_id).map(({ action }) => action);
    expect(marked).toEqual([
      "workspaces.created",
      "invitations.invited",
      "workspaces.updated",
      "invitations.revoked",
      "workspaces.role_changed",
      "workspaces.member_removed",
      "identity.profile_updated",
      "identity.logged_out",
    ]);
    const shown = await call(ada.access_token, "GET", `${path}/audit-entries?action=workspaces.updated`);
    expect(shown.body.data).toMatchObject([{ actor_id: ada.user_id, impersonator_id: root.user_id }]);
  });
});

describe("W15: who acts as a person cannot", () => {
  const forbidden = operations.filter(
    ({ name, wantsRecent, isAdmin }) =>
      wantsRecent ||
      isAdmin ||
      [
        "PUT /v1/me/password",
        "POST /v1/auth/step-up",
        "POST /v1/auth/logout-all",
        "DELETE /v1/me/sessions/{session_id}",
        "POST /v1/invitations/{token}/accept",
        "DELETE /v1/api-keys/{api_key_id}",
      ].includes(name),
  );
  test.each(forbidden)("$name", async (operation) => {
    const body = ["POST", "PATCH", "PUT"].includes(operation.method) ? {} : undefined;
    const answer = await act(operation.method, fill(operation, ada.workspace_id), body);
    expect(coded(answer)).toBe("403 request.impersonation_forbidden");
  });

  test("change the password, even with the right one, or prove to be the person", async () => {
    const change = { current_password: password, password: "Another-horse-8" };
    expect(coded(await act("PUT", "/v1/me/password", change))).toBe("403 request.impersonation_forbidden");
    expect(coded(await act("POST", "/v1/auth/step-up", { password }))).toBe("403 request.impersonation_forbidden");
    expect((await plinth.call("POST", "/v1/auth/login", { body: { email: ada.email, password } })).status).toBe(200);
  });

  test("end the person's sessions, or take a key away", async () => {
    const made = await call(ada.access_token, "POST", "/v1/api-keys", { name: "mine", scopes: ["workspaces:read"] });
    await act("DELETE", `/v1/api-keys/${made.body.id}`);
    await act("DELETE", `/v1/me/sessions/${ada.session_id}`);
    await act("POST", "/v1/auth/logout-all", {});
    expect((await call(ada.access_token, "GET", "/v1/me")).status).toBe(200);
    expect((await call(made.body.key, "GET", `/v1/workspaces/${ada.workspace_id}`)).status).toBe(200);
  });
});

describe("W15: it ends", () => {
  const refresh = () =>
    plinth.call("POST", "/v1/auth/refresh", {
      body: { refresh_token: createRefreshTokens(plinth.keyring).make(acting.session_id, 0) },
    });

  test("after half an hour, whatever is refreshed meanwhile", async () => {
    plinth.clock.advance(1_790_000);
    try {
      expect((await me()).status).toBe(200);
      expect(coded(await refresh())).toBe("401 identity.refresh_invalid");
      expect((await me()).status).toBe(200);
      plinth.clock.advance(11_000);
      expect((await me()).status).toBe(401);
      expect(coded(await refresh())).toBe("401 identity.refresh_invalid");
    } finally {
      plinth.clock.advance(-plinth.clock.offset());
    }
  });

  test("for a token that comes for the first time, too", async () => {
    plinth.clock.advance(1_801_000);
    try {
      expect((await me()).status).toBe(401);
    } finally {
      plinth.clock.advance(-plinth.clock.offset());
    }
  });

  test.each([
    ["the person ends it", () => call(ada.access_token, "DELETE", `/v1/me/sessions/${acting.session_id}`)],
    [
      "the person signs out everywhere",
      () => call(ada.access_token, "POST", "/v1/auth/logout-all", { keep_current: true }),
    ],
    ["the administrator signs out of it", () => act("POST", "/v1/auth/logout")],
    ["the person is suspended", () => adminAct(ada, "suspend")],
  ])("when %s", async (_, end) => {
    expect((await me()).status).toBe(200);
    expect((await end()).status).toBeLessThan(300);
    expect((await me()).status).toBe(401);
  });

  const adminAct = (whom: SignedUp, verb: string) =>
    call(root.access_token, "POST", `/v1/admin/users/${whom.user_id}/${verb}`, { reason: "test" });
  test.each([
    ["suspended", () => adminAct(root, "suspend")],
    [
      "an administrator no longer",
      () => call(root.access_token, "PUT", `/v1/admin/users/${root.user_id}/role`, { role: "user" }),
    ],
    ["signed out everywhere", () => adminAct(root, "end-sessions")],
  ])("when the administrator is %s", async (_, end) => {
    expect((await me()).status).toBe(200);
    expect((await end()).status).toBeLessThan(300);
    expect((await me()).status).toBe(401);
  });
});

describe("W15: nobody acts as", () => {
  test("an administrator, oneself among them", async () => {
    const other = await stranger();
    await plinth.app.promote(other.email);
    for (const one of [other, root]) expect(coded(await impersonate(one))).toBe("409 identity.not_impersonable");
  });

  test("a person who is suspended, or whose account is closed", async () => {
    const [out, gone] = [await stranger(), await stranger()];
    await call(root.access_token, "POST", `/v1/admin/users/${out.user_id}/suspend`, { reason: "test" });
    await call(gone.access_token, "DELETE", "/v1/me");
    for (const one of [out, gone]) expect(coded(await impersonate(one))).toBe("409 identity.not_impersonable");
    const actions = [...(await auditOf(out.workspace_id)), ...(await auditOf(gone.workspace_id))];
    expect(actions.map(({ action }) => action)).not.toContain("identity.impersonated");
  });

  test("anybody without being an administrator, nor in another's name", async () => {
    const path = `/v1/admin/users/${ada.user_id}/impersonate`;
    const mia = await stranger();
    expect(coded(await call(mia.access_token, "POST", path, { reason: "test" }))).toBe("403 request.forbidden");
    expect(coded(await act("POST", path, { reason: "test" }))).toBe("403 request.impersonation_forbidden");
  });
});
