import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { day, type LicensingStage, licensingStage } from "../../../test/support/licensing.ts";
import { systemCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { createRates } from "../../core/rates.ts";
import { newKeyBody, writeKey } from "./key-text.ts";
import type { NewActivation, Validation } from "./schema.ts";

let t: LicensingStage;
beforeAll(async () => {
  t = await licensingStage({ pool_size: 20 });
});
afterAll(() => t.close());

const caller = { request_id: "test" };
const hardware_id = "machine-0123456789abcdef";
const machine = (n: number) => `machine-${String(n).padStart(16, "0")}`;
const unknownKey = () => writeKey({ prefix: "CODITECT", body: newKeyBody() });
const validate = (asked: Validation) => t.licensing.validate(caller, asked);
const activate = (asked: NewActivation, from = t.licensing) => from.activate(caller, asked);

/** Licensing over a database whose transactions are counted. */
function counted() {
  const used: string[] = [];
  const db: Database = {
    ...t.db,
    inWorkspace: (ctx, work) => {
      used.push("transaction");
      return t.db.inWorkspace(ctx, work);
    },
    systemStatement: (reason, work) => {
      used.push(reason);
      return t.db.systemStatement(reason, work);
    },
  };
  return { licensing: t.licensingWith({ db }), used };
}

describe("validate", () => {
  test("answers every outcome with a code and words", async () => {
    const { workspace_id, license } = await t.licensed();
    const { license_key } = license;
    const valid = await validate({ license_key });
    expect(valid).toMatchObject({ valid: true, code: "valid", message: expect.stringMatching(/\w+/) });
    expect(valid.license).toMatchObject({
      license_id: license.id,
      product: "coditect",
      plan_id: "coditect.team",
      status: "active",
      max_seats: 3,
    });
    expect(Object.keys(valid.license ?? {}).filter((name) => /key|workspace/.test(name))).toEqual([]);
    expect((await validate({ license_key: license_key.toLowerCase(), product: "coditect" })).code).toBe("valid");
    const mismatch = await validate({ license_key, product: "swan" });
    expect(mismatch).toMatchObject({ valid: false, code: "product_mismatch" });
    expect(mismatch).not.toHaveProperty("license");
    expect((await validate({ license_key, hardware_id })).code).toBe("hardware_not_activated");
    await activate({ license_key, hardware_id });
    expect((await validate({ license_key, hardware_id })).code).toBe("valid");
    const gone = new Date(0);
    await t.grant({ workspace_id, standing: "suspended", reason: "payment_failed", ends_at: gone });
    expect(await validate({ license_key })).toMatchObject({ code: "suspended", license: { reason: "payment_failed" } });
    await t.grant({ workspace_id, standing: "ended", reason: "refunded", ends_at: gone });
    expect(await validate({ license_key, hardware_id })).toMatchObject({ valid: false, code: "revoked" });
    await t.grant({ workspace_id, standing: "ended", reason: "canceled", ends_at: gone });
    expect(await validate({ license_key })).toMatchObject({ valid: false, code: "expired" });
    await t.sql(
      "update licensing.licenses set not_before = now() + interval '1 day', status = 'active', expires_at = null where id = $1",
      [license.id],
    );
    expect(await validate({ license_key })).toMatchObject({ valid: false, code: "not_yet_valid" });
    expect((await validate({ license_key: "nonsense" })).code).toBe("malformed_key");
    expect((await validate({ license_key: unknownKey() })).code).toBe("unknown_key");
  });

  test("its end is compared at every answer, whatever the row says", async () => {
    const { license } = await t.licensed();
    await t.sql("update licensing.licenses set expires_at = now() - interval '1 second' where id = $1", [license.id]);
    expect(await validate({ license_key: license.license_key })).toMatchObject({ valid: false, code: "expired" });
  });

  test("20: a bad check character costs no query, by any of the ways", async () => {
    const { licensing, used } = counted();
    const good = unknownKey();
    const license_key = `${good.slice(0, -1)}${good.endsWith("7") ? "8" : "7"}`;
    expect((await licensing.validate(caller, { license_key })).code).toBe("malformed_key");
    await expect(activate({ license_key, hardware_id }, licensing)).rejects.toMatchObject({
      code: "licensing.key_invalid",
    });
    expect(await licensing.findByKey(license_key, "test")).toBeUndefined();
    expect(used).toEqual([]);
  });

  test("21: a key that nobody has, one of another prefix and one that was replaced are alike in answer and work", async () => {
    const { workspace_id, license } = await t.licensed();
    const { licensing, used } = counted();
    const ctx = systemCtx(workspace_id, "test", "test");
    await t.licensing.rotateKey(ctx, license.id);
    const keys = [unknownKey(), license.license_key.replace("CODITECT", "SWAN"), license.license_key];
    const answers = [];
    for (const license_key of keys) {
      const { checked_at: _, ...answer } = await licensing.validate(caller, { license_key });
      const refused = await activate({ license_key, hardware_id }, licensing).catch(({ code, message }) => ({
        code,
        message,
      }));
      answers.push({ answer, refused, used: used.splice(0) });
    }
    expect(answers[0]?.answer).toEqual({ valid: false, code: "unknown_key", message: expect.any(String) });
    expect(answers[0]?.refused).toMatchObject({ code: "licensing.license_not_found" });
    expect(answers[0]?.used).toEqual(["look up a license key", "look up a license key"]);
    expect(answers.slice(1)).toEqual([answers[0], answers[0]]);
    const fresh = (await t.license(workspace_id)).license_key;
    expect((await licensing.validate(caller, { license_key: fresh })).code).toBe("valid");
    expect(used).toEqual(["look up a license key"]);
  });

  test("21: 60 in a minute of one key, whatever its spelling, and another key is not held up", async () => {
    const { license } = await t.licensed();
    const { license_key } = license;
    const spellings = [license_key, license_key.toLowerCase(), license_key.replaceAll("-", "")];
    for (let n = 0; n < 60; n++) {
      expect((await validate({ license_key: spellings[n % 3] ?? "" })).code).toBe("valid");
    }
    await expect(validate({ license_key })).rejects.toMatchObject({ code: "request.rate_limited" });
    await expect(activate({ license_key, hardware_id })).rejects.toMatchObject({ code: "request.rate_limited" });
    const other = await t.licensed();
    expect((await validate({ license_key: other.license.license_key })).code).toBe("valid");
  });

  test("21: an office of 200 activated machines behind one address is not held up; each has 60 in a minute", async () => {
    const settings = { file_ttl: 604_800, signs_days: 365, lead_minutes: 10, most_activations: 500 };
    const office = t.licensingWith({ settings, rates: createRates() });
    const { license } = await t.licensed();
    const { license_key } = license;
    for (let round = 0; round < 2; round++) {
      for (let n = 0; n < 200; n++) {
        if (round === 0) {
          await t.sql(
            "insert into licensing.activations (id, workspace_id, license_id, hardware_id) select uuidv7(), workspace_id, id, $2 from licensing.licenses where id = $1",
            [license.id, machine(n)],
          );
        }
        expect((await office.validate(caller, { license_key, hardware_id: machine(n) })).code).toBe("valid");
      }
    }
    for (let n = 0; n < 58; n++) await office.validate(caller, { license_key, hardware_id: machine(7) });
    await expect(office.validate(caller, { license_key, hardware_id: machine(7) })).rejects.toMatchObject({
      code: "request.rate_limited",
    });
  });
});

describe("activate", () => {
  test("once for each machine, however often and however many at once", async () => {
    const { workspace_id, license } = await t.licensed();
    const { license_key } = license;
    const processes = [t.licensing, t.licensingWith({ rates: createRates() })];
    const made = await Promise.all(
      Array.from({ length: 20 }, (_, n) => activate({ license_key, hardware_id, name: `try ${n}` }, processes[n % 2])),
    );
    expect(made.filter(({ is_new }) => is_new)).toHaveLength(1);
    expect(new Set(made.map(({ activation }) => activation.id)).size).toBe(1);
    const ctx = systemCtx(workspace_id, "test", "test");
    const page = await t.licensing.activations(ctx, license.id, { limit: 10 });
    expect(page.data).toHaveLength(1);
    const again = await activate({ license_key, hardware_id });
    expect(again).toMatchObject({ is_new: false, activation: { name: page.data[0]?.name } });
    const audited = await t.sql(
      "select from audit.entries where workspace_id = $1 and action = 'licensing.license_activated'",
      [workspace_id],
    );
    expect(audited).toHaveLength(1);
  });

  test("of 20 machines at once as many as may be, and not one more; a removed one makes room", async () => {
    const { workspace_id, license } = await t.licensed();
    const { license_key } = license;
    const tries = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) => activate({ license_key, hardware_id: machine(n) })),
    );
    const codes = tries.flatMap((each) => (each.status === "rejected" ? [each.reason.code] : []));
    expect(codes).toEqual(Array(15).fill("licensing.activations_exhausted"));
    const ctx = systemCtx(workspace_id, "test", "test");
    const { data } = await t.licensing.activations(ctx, license.id, { limit: 10 });
    expect(data).toHaveLength(5);
    expect(await activate({ license_key, hardware_id: data[0]?.hardware_id ?? "" })).toMatchObject({ is_new: false });
    await t.licensing.deactivate(ctx, license.id, data[0]?.id ?? "");
    expect(await activate({ license_key, hardware_id: machine(99) })).toMatchObject({ is_new: true });
    await expect(t.licensing.deactivate(ctx, license.id, data[0]?.id ?? "")).rejects.toThrow("no such activation");
  });

  test("11: not for a licence that is not active, nor after its end", async () => {
    const { workspace_id, license } = await t.licensed({ ends_at: t.in(day) });
    const { license_key } = license;
    t.clock.advance(day + 1_000);
    await expect(activate({ license_key, hardware_id })).rejects.toMatchObject({
      code: "licensing.license_inactive",
      occurrence: { extensions: { status: "expired" } },
    });
    await t.grant({ workspace_id, standing: "suspended", reason: "payment_failed", ends_at: new Date(0) });
    await expect(activate({ license_key, hardware_id })).rejects.toMatchObject({
      occurrence: { extensions: { status: "suspended", reason: "payment_failed" } },
    });
  });

  test("another workspace sees, and removes, none of them", async () => {
    const { workspace_id, license } = await t.licensed();
    const other = await t.licensed();
    const { activation } = await activate({ license_key: license.license_key, hardware_id });
    const stranger = systemCtx(other.workspace_id, "test", "test");
    await expect(t.licensing.activations(stranger, license.id, { limit: 10 })).rejects.toThrow("no such licence");
    await expect(t.licensing.deactivate(stranger, license.id, activation.id)).rejects.toThrow("no such activation");
    await expect(t.licensing.rotateKey(stranger, license.id)).rejects.toThrow("no such licence");
    const owner = systemCtx(workspace_id, "test", "test");
    expect((await t.licensing.activations(owner, license.id, { limit: 10 })).data).toHaveLength(1);
  });
});

test("findByKey knows whose a key is, whatever its status, and nothing of a key that is nobody's", async () => {
  const { workspace_id, license } = await t.licensed();
  expect(await t.licensing.findByKey(license.license_key, "test")).toMatchObject({
    license_id: license.id,
    workspace_id,
    product: "coditect",
    status: "active",
    max_seats: 3,
  });
  expect(await t.licensing.findByKey(unknownKey(), "test")).toBeUndefined();
});
