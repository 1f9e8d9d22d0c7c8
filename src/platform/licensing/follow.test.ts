import { afterAll, beforeAll, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { day, type LicensingStage, licensingStage } from "../../../test/support/licensing.ts";
import { systemCtx } from "../../core/context.ts";

let t: LicensingStage;
beforeAll(async () => {
  t = await licensingStage();
});
afterAll(() => t.close());

const types = async (workspace_id: string) =>
  (await t.published(workspace_id))
    .map(({ type }) => type.replace("licensing.", ""))
    .filter((type) => type !== "file_outdated");
const audited = async (workspace_id: string) =>
  (
    await t.sql<{ action: string }>("select action from audit.entries where workspace_id = $1 order by id", [
      workspace_id,
    ])
  ).map(({ action }) => action.replace("licensing.", ""));
/** Every kind of event has to be heard by somebody to be written down. */
const heard = ["license_issued", "license_renewed"];

test("a plan with a licence brings one, with a key that is stored as hash and ciphertext alone", async () => {
  const { workspace_id, license } = await t.licensed();
  expect(license).toMatchObject({
    product: "coditect",
    plan_id: "coditect.team",
    status: "active",
    reason: null,
    max_seats: 3,
    features: { reports: { kind: "flag", enabled: true } },
    revision: 1,
  });
  expect(license.expires_at?.getTime()).toBeCloseTo(t.in(30 * day).getTime(), -4);
  expect(license.license_key).toMatch(/^CODITECT(-[0-9A-HJKMNP-TV-Z]{4}){5}$/);
  expect(await types(workspace_id)).toEqual(["license_issued"]);
  expect(await audited(workspace_id)).toEqual(["license_issued"]);
  const [row] = await t.sql<{ row: string }>(
    "select l::text || (select string_agg(e::text, '') from audit.entries e) || (select string_agg(o::text, '') from events.deliveries o) as row from licensing.licenses l where id = $1",
    [license.id],
  );
  const bare = license.license_key.slice(9).replaceAll("-", "");
  for (const text of [license.license_key, bare, Buffer.from(license.license_key).toString("hex")]) {
    expect(row?.row).not.toContain(text);
  }
});

test("a plan without a licence brings none", async () => {
  const { workspace_id } = await makeMember(t);
  await t.grant({ workspace_id, plan: "plain" });
  await expect(t.license(workspace_id)).rejects.toThrow("There is no licence");
});

test("two grants at once issue one licence, twenty times over", async () => {
  for (let round = 0; round < 20; round++) {
    const { workspace_id } = await makeMember(t);
    await Promise.all([
      t.grant({ workspace_id }),
      t.grant({ workspace_id, source: "stripe:sub_2" }),
      t.grant({ workspace_id, source: "stripe:sub_3" }),
    ]);
    const rows = await t.sql("select revision from licensing.licenses where workspace_id = $1", [workspace_id]);
    expect(rows).toHaveLength(1);
    expect((await types(workspace_id)).filter((type) => type === "license_issued")).toHaveLength(1);
  }
});

test("10: an upgrade raises the seats at once, a downgrade lowers them; the key stays", async () => {
  const { workspace_id, license } = await t.licensed();
  const told: number[] = [];
  t.licensing.onChange(async (_tx, ctx, changed) => {
    if (ctx.workspace_id === workspace_id) told.push(changed.max_seats);
  });
  const ends_at = license.expires_at;
  await t.grant({ workspace_id, plan: "business", ends_at });
  const upgraded = await t.license(workspace_id);
  expect(upgraded).toMatchObject({ plan_id: "coditect.business", max_seats: 10, revision: 2, id: license.id });
  expect(upgraded.features).toHaveProperty("exports");
  await t.grant({ workspace_id, plan: "team", seats: 2, ends_at });
  const downgraded = await t.license(workspace_id);
  expect(downgraded).toMatchObject({ plan_id: "coditect.team", max_seats: 2, revision: 3 });
  expect(downgraded.license_key).toBe(license.license_key);
  expect(told).toEqual([10, 2]);
  expect(await audited(workspace_id)).toEqual(["license_issued", "license_changed", "license_changed"]);
});

test("the same grant again changes nothing", async () => {
  const { workspace_id, license } = await t.licensed();
  const before = await t.published(workspace_id);
  for (let n = 0; n < 3; n++) await t.grant({ workspace_id, ends_at: license.expires_at });
  expect(await t.license(workspace_id)).toMatchObject({ revision: 1, renewed_at: null });
  expect(await t.published(workspace_id)).toEqual(before);
});

test("a renewal moves the end to the period's, and says so", async () => {
  const { workspace_id } = await t.licensed();
  await t.grant({ workspace_id, ends_at: t.in(60 * day) });
  const renewed = await t.license(workspace_id);
  expect(renewed.expires_at?.getTime()).toBeCloseTo(t.in(60 * day).getTime(), -4);
  expect(renewed).toMatchObject({ revision: 2, status: "active" });
  expect(renewed.renewed_at).toBeInstanceOf(Date);
  expect(await types(workspace_id)).toEqual(heard);
  expect(await audited(workspace_id)).toEqual(heard);
});

test("11: in the grace of a failed payment it goes on, and that is no renewal; run out it is suspended; paid it is back", async () => {
  const { workspace_id } = await t.licensed();
  await t.grant({ workspace_id, standing: "grace", reason: "payment_failed", ends_at: t.in(37 * day) });
  expect(await t.license(workspace_id)).toMatchObject({ status: "active", reason: "payment_failed", renewed_at: null });
  const over = new Date(t.clock.now().getTime() - 1_000);
  await t.grant({ workspace_id, standing: "suspended", reason: "payment_failed", ends_at: over });
  const suspended = await t.license(workspace_id);
  expect(suspended).toMatchObject({
    status: "suspended",
    reason: "payment_failed",
    plan_id: "coditect.team",
    max_seats: 3,
  });
  expect(suspended.suspended_at).toBeInstanceOf(Date);
  await t.grant({ workspace_id, ends_at: t.in(60 * day) });
  expect(await t.license(workspace_id)).toMatchObject({ status: "active", reason: null, suspended_at: null });
  expect(await audited(workspace_id)).toEqual([
    "license_issued",
    "license_changed",
    "license_suspended",
    "license_reinstated",
    "license_renewed",
  ]);
});

test.each(["refunded", "disputed_lost", "revoked"])("%s, it is revoked", async (reason) => {
  const { workspace_id } = await t.licensed();
  await t.grant({ workspace_id, standing: "ended", reason, ends_at: new Date(t.clock.now().getTime() - 1) });
  expect(await t.license(workspace_id)).toMatchObject({ status: "revoked", reason });
  expect((await audited(workspace_id)).at(-1)).toBe("license_expired");
});

test("a plan without a licence instead of one with: the licence is over, and comes back with the plan, its key the same", async () => {
  const { workspace_id, license } = await t.licensed();
  await t.grant({ workspace_id, plan: "plain" });
  expect(await t.license(workspace_id)).toMatchObject({ status: "expired", plan_id: "coditect.team" });
  await t.grant({ workspace_id });
  const back = await t.license(workspace_id);
  expect(back).toMatchObject({ status: "active", id: license.id, license_key: license.license_key });
});

test("each product has its own licence", async () => {
  const { workspace_id, license } = await t.licensed();
  await t.grant({ workspace_id, product: "swan" });
  const other = await t.license(workspace_id, "swan");
  expect(other.license_key).toMatch(/^SWAN-/);
  expect(other.id).not.toBe(license.id);
});

test("without any worker it is over at its end, for whoever asks by whichever way, and listeners hear of it", async () => {
  const told: string[] = [];
  t.licensing.onChange(async (_tx, _ctx, { id, status }) => {
    told.push(`${id} ${status}`);
  });
  const asks: Record<string, (workspace_id: string, id: string, key: string) => Promise<unknown>> = {
    validate: async (_, __, key) => (await t.licensing.validate({ request_id: "test" }, { license_key: key })).code,
    findByKey: async (_, __, key) => (await t.licensing.findByKey(key, "test"))?.status,
    get: async (ws, id) => (await t.licensing.get(systemCtx(ws, "test", "test"), id)).status,
    list: async (ws) => (await t.license(ws)).status,
    listAll: async (workspace_id) =>
      (await t.licensing.listAll("test", { limit: 10, workspace_id, status: "expired" })).data[0]?.status,
    sweep: async (workspace_id) => {
      await t.licensing.sweep();
      const [row] = await t.sql("select status from licensing.licenses where workspace_id = $1", [workspace_id]);
      return row?.status;
    },
  };
  for (const [name, ask] of Object.entries(asks)) {
    const { workspace_id, license } = await t.licensed({ ends_at: t.in(day) });
    expect(await ask(workspace_id, license.id, license.license_key), name).not.toBe("expired");
    t.clock.advance(day + 1_000);
    expect(await ask(workspace_id, license.id, license.license_key), name).toBe("expired");
    expect(told).toContain(`${license.id} expired`);
    const ctx = systemCtx(workspace_id, "test", "test");
    await expect(t.licensing.download(ctx, { license_id: license.id })).rejects.toThrow("The licence is expired");
  }
});

test("what is rolled back leaves no licence", async () => {
  const { workspace_id } = await makeMember(t);
  const failing = t.db.asSystem("test", async (tx) => {
    const { plan_id, plan_version_id, content } = await t.plans.offer(tx, "coditect.team");
    const { features, rank, seats } = content;
    const what = { plan_id, plan_version_id, features, rank, seats, source: "stripe:x", standing: "good" as const };
    const when = { starts_at: new Date(0), ends_at: null, reason: null };
    const ctx = { workspace_id, request_id: "test" };
    await t.entitlements.grant(tx, ctx, { workspace_id, product: "coditect", ...what, ...when });
    throw new Error("not paid");
  });
  await expect(failing).rejects.toThrow("not paid");
  expect(await t.sql("select from licensing.licenses where workspace_id = $1", [workspace_id])).toEqual([]);
  expect(await t.published(workspace_id)).toEqual([]);
});
