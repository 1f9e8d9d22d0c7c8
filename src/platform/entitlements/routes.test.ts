import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BareServer, bareServer, type Caller } from "../../../test/support/bare-server.ts";
import { makeMember } from "../../../test/support/factories.ts";
import { limited, type Member, outcome, type UsageStage, usageStage } from "../../../test/support/usage.ts";
import { newId } from "../../core/id.ts";
import { createAudit } from "../audit/index.ts";
import { planErrors } from "../plans/index.ts";
import { createEntitlementAdmin } from "./index.ts";
import { entitlementRoutes } from "./routes.ts";

const day = 86_400_000;
const pro = { product: "prism", rank: 10, seats: 2, features: limited(50) };
let t: UsageStage;
let server: BareServer;
let ada: Member;
beforeAll(async () => {
  t = await usageStage();
  const admin = createEntitlementAdmin({
    db: t.db,
    entitlements: t.entitlements,
    audit: createAudit({ db: t.db }),
    offerOf: async (_tx, plan_id) => {
      if (plan_id !== "prism.pro") throw planErrors.not_found();
      return { plan_id, plan_version_id: newId(), content: pro };
    },
  });
  server = await bareServer(t, entitlementRoutes({ entitlements: t.entitlements, admin }));
});
afterAll(async () => {
  await server.app.close();
  await t.close();
});
beforeEach(async () => {
  ada = await makeMember(t);
  await t.plan(limited(5));
});

const caller = (more: Partial<Caller> = {}): Caller => ({
  workspace_id: ada.workspace_id,
  user_id: ada.user_id,
  ...more,
});
const admin = (
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  body?: object,
  workspace_id = ada.workspace_id,
) => server.call(caller({ is_admin: true }), method, `/v1/admin/workspaces/${workspace_id}/${path}`, body && { body });
const inDays = (days: number) => new Date(t.clock.now().getTime() + days * day).toISOString();
const snapshot = () => t.db.inWorkspace(ada, (tx) => t.entitlements.get(tx, ada, "prism"));
const audited = async () => {
  const rows = await t.sql<{ action: string }>("select action from audit.entries where workspace_id = $1 order by id", [
    ada.workspace_id,
  ]);
  return rows.map(({ action }) => action);
};

describe("a plan that is given by hand", () => {
  const give = (more: object = {}) =>
    admin("POST", "grants", { plan_id: "prism.pro", ends_at: inDays(30), reason: "a bet", ...more });

  test("M7: holds until its end, beside a subscription that is over, and is audited and listed", async () => {
    await t.db.asSystem("test", (tx) =>
      t.entitlements.grant(tx, ada, {
        ...{ workspace_id: ada.workspace_id, plan_id: "prism.max", plan_version_id: newId(), source: "stripe:sub_1" },
        ...{ ...pro, rank: 20, standing: "ended", reason: null },
        ...{ starts_at: new Date(inDays(-30)), ends_at: new Date(inDays(-1)) },
      }),
    );
    const given = await give();
    expect(given.status).toBe(201);
    expect(given.body).toMatchObject({
      product: "prism",
      plan_id: "prism.pro",
      seats: 2,
      reason: "a bet",
      revoked_at: null,
    });
    expect(given.body.created_by).toBe(ada.user_id);
    const source = `grant:${given.body.id}`;
    const { plan_id, seats, standing, features, sources } = await snapshot();
    expect({ plan_id, seats, standing, features }).toMatchObject({
      ...{ plan_id: "prism.pro", seats: 2, standing: "good", features: { turns: { limit: 50 } } },
    });
    expect(sources[0]?.source).toBe(source);
    expect((await admin("GET", "grants")).body.data).toEqual([given.body]);
    expect(await audited()).toEqual(["entitlements.granted"]);
    await t.later(31 * day, async () => expect((await snapshot()).plan_id).toBe("prism.free"));
  });

  test("is taken back at once, once", async () => {
    const { id } = (await give({ seats: 7 })).body;
    expect((await snapshot()).seats).toBe(7);
    expect((await admin("DELETE", `grants/${id}`)).status).toBe(204);
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", standing: "ended", reason: "revoked" });
    expect((await admin("GET", "grants")).body.data[0].revoked_at).not.toBeNull();
    expect((await admin("DELETE", `grants/${id}`)).body.code).toBe("entitlements.grant_not_found");
    expect((await admin("DELETE", `grants/${newId()}`)).status).toBe(404);
    expect(await audited()).toEqual(["entitlements.granted", "entitlements.grant_revoked"]);
  });

  test("is taken back once when 10 do it at the same time", async () => {
    const { id } = (await give()).body;
    const statuses = await Promise.all(
      Array.from({ length: 10 }, async () => (await admin("DELETE", `grants/${id}`)).status),
    );
    expect(statuses.sort()).toEqual([204, ...Array(9).fill(404)]);
    expect((await snapshot()).plan_id).toBe("prism.free");
  });

  test("is refused for nobody, without a plan, an end or a reason, and by nobody but an administrator", async () => {
    const body = { plan_id: "prism.pro", ends_at: inDays(30), reason: "a bet" };
    expect((await admin("POST", "grants", body, newId())).body.code).toBe("entitlements.workspace_not_found");
    expect((await give({ plan_id: "prism.none" })).body.code).toBe("plans.not_found");
    expect((await give({ ends_at: inDays(-1) })).body.code).toBe("entitlements.period_invalid");
    expect((await give({ ends_at: undefined })).status).toBe(422);
    expect((await give({ reason: "" })).status).toBe(422);
    const other = await server.call(caller(), "POST", `/v1/admin/workspaces/${ada.workspace_id}/grants`, { body });
    expect(other.status).toBe(403);
    expect(await audited()).toEqual([]);
    expect((await snapshot()).plan_id).toBe("prism.free");
  });
});

describe("an override", () => {
  const path = "overrides/prism/turns";
  const value = { kind: "limit", limit: 2, window: "day", per: "workspace" };
  const put = (more: object = {}, where = path) => admin("PUT", where, { value, reason: "a dispute", ...more });

  test("stands in place of what the plan says, also where that is more, until it ends", async () => {
    const written = await put({ ends_at: inDays(3) });
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({ product: "prism", feature: "turns", value, reason: "a dispute" });
    expect(await snapshot()).toMatchObject({ plan_id: "prism.free", features: { turns: { limit: 2 } } });
    expect((await snapshot()).valid_until?.toISOString()).toBe(written.body.ends_at);
    expect((await snapshot()).sources.at(-1)).toMatchObject({ source: "override:turns" });
    expect(await outcome(t.take(ada, { amount: 3 }))).toBe("usage.limit_reached");
    expect((await admin("GET", "overrides")).body.data).toEqual([written.body]);
    expect((await admin("GET", path)).body).toEqual(written.body);
    await t.later(3 * day + 1_000, async () => {
      expect(await snapshot()).toMatchObject({ features: { turns: { limit: 5 } }, valid_until: null });
      expect((await admin("GET", "overrides")).body.data).toEqual([]);
    });
  });

  test("adds a feature that the plan does not have, begins when it says, and counts at the next call", async () => {
    await put({ value: { kind: "flag", enabled: true }, starts_at: inDays(2) }, "overrides/prism/glow");
    expect((await snapshot()).features.glow).toBeUndefined();
    await t.later(2 * day + 1_000, async () =>
      expect((await snapshot()).features.glow).toEqual({ kind: "flag", enabled: true }),
    );
    await t.take(ada, { amount: 5 });
    expect(await outcome(t.take(ada))).toBe("usage.limit_reached");
    await put({ value: { ...value, limit: null } });
    expect(await t.take(ada)).toMatchObject({ limit: null, used: 6 });
  });

  test("is replaced, and taken away: the plan counts again; each step is audited and on the timeline", async () => {
    await put();
    await put({ value: { ...value, limit: 3 } });
    expect((await snapshot()).features.turns).toMatchObject({ limit: 3 });
    expect((await admin("DELETE", path)).status).toBe(204);
    expect((await snapshot()).features.turns).toMatchObject({ limit: 5 });
    expect((await admin("DELETE", path)).body.code).toBe("entitlements.override_not_found");
    expect((await admin("GET", path)).status).toBe(404);
    expect(await audited()).toEqual([
      "entitlements.overridden",
      "entitlements.overridden",
      "entitlements.override_removed",
    ]);
    const shown = await server.call(
      caller({ role: "member" }),
      "GET",
      "/v1/billing/entitlements/timeline?product=prism&limit=2",
    );
    expect(shown.status).toBe(200);
    expect(shown.body.data).toMatchObject([
      { source: "override:turns", what: "Features changed", detail: "turns: 3 a day → 5 a day" },
      { source: "override:turns", what: "Features changed", detail: "turns: 2 a day → 3 a day" },
    ]);
    expect(shown.body.next_cursor).not.toBeNull();
  });

  test("is refused for no workspace, no product, a period that is none, and what is no feature", async () => {
    const body = { value, reason: "x" };
    expect((await admin("PUT", path, body, newId())).body.code).toBe("entitlements.workspace_not_found");
    expect((await put({}, "overrides/nothing/turns")).body.code).toBe("entitlements.unknown_product");
    expect((await put({ ends_at: inDays(-1) })).body.code).toBe("entitlements.period_invalid");
    expect((await put({ starts_at: inDays(5), ends_at: inDays(4) })).body.code).toBe("entitlements.period_invalid");
    expect((await put({ value: { kind: "limit", limit: -1, window: "day", per: "workspace" } })).status).toBe(422);
    expect(
      (await server.call(caller(), "PUT", `/v1/admin/workspaces/${ada.workspace_id}/${path}`, { body })).status,
    ).toBe(403);
    expect((await snapshot()).features.turns).toMatchObject({ limit: 5 });
  });
});
