import { describe, expect, test } from "vitest";
import type { Snapshot } from "../entitlements/index.ts";
import {
  changesBetween,
  judge,
  retirementOf,
  rotationDue,
  sameJson,
  signingKeyOf,
  type Terms,
  termsOf,
} from "./rules.ts";

const now = new Date("2026-11-21T12:00:00Z");
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000);
const terms: Terms = {
  plan_id: "p.team",
  plan_version_id: "v1",
  features: { reports: { kind: "flag", enabled: true } },
  max_seats: 3,
  status: "active",
  reason: null,
  expires_at: at(24),
};
const free = { source: "default", plan_id: "p.free", ends_at: null };
const sold = { source: "stripe:sub_1", plan_id: "p.team", ends_at: at(24) };
const snapshot = (more: Partial<Snapshot> = {}): Snapshot => ({
  product: "p",
  version: 1,
  plan_id: "p.team",
  plan_version_id: "v1",
  seats: 3,
  standing: "good",
  reason: null,
  features: terms.features,
  sources: [sold, free],
  valid_until: at(24),
  ...more,
});
const without = (more: Partial<Snapshot>) =>
  snapshot({ plan_id: "p.free", plan_version_id: "v0", sources: [free], ...more });
const held = { terms, now };

describe("the terms of a licence", () => {
  test("are the deciding grant's", () => {
    expect(termsOf(snapshot(), true, undefined)).toEqual(terms);
  });

  test("are none where no licence comes with the plan and there was none", () => {
    expect(termsOf(without({ standing: "none" }), false, undefined)).toBeUndefined();
  });

  test("of a default plan with a licence have no end, and no reason that is another's", () => {
    const past = without({ standing: "ended", reason: "canceled" });
    expect(termsOf(past, true, undefined)).toMatchObject({ status: "active", reason: null, expires_at: null });
  });

  test.each([
    ["suspended", "payment_failed", "suspended"],
    ["suspended", "disputed", "suspended"],
    ["ended", "refunded", "revoked"],
    ["ended", "disputed_lost", "revoked"],
    ["ended", "revoked", "revoked"],
    ["ended", "canceled", "expired"],
    ["ended", null, "expired"],
    ["good", null, "expired"],
  ] as const)("when the rest stands %s for %s it is %s, with what it had last", (standing, reason, status) => {
    const after = termsOf(without({ standing, reason }), false, held);
    expect(after).toMatchObject({ status, reason, plan_id: "p.team", max_seats: 3, features: terms.features });
    if (status === "expired") expect(after?.expires_at).toEqual(now);
  });

  test("of a running grant that is suspended are suspended", () => {
    expect(termsOf(snapshot({ standing: "suspended", reason: "x" }), true, held)?.status).toBe("suspended");
    expect(termsOf(snapshot({ standing: "suspended", reason: "x" }), true, undefined)).toBeUndefined();
  });

  test("expired long ago keep their end", () => {
    const old = { ...terms, status: "expired" as const, expires_at: at(-48) };
    expect(termsOf(without({ standing: "ended" }), false, { terms: old, now })?.expires_at).toEqual(at(-48));
  });
});

describe("what happened", () => {
  test.each<[string, Partial<Terms>, Partial<Terms>, boolean, string[]]>([
    ["nothing", {}, { features: { ...terms.features } }, false, []],
    ["another reason alone", {}, { reason: "payment_failed" }, true, []],
    ["more seats", {}, { max_seats: 5 }, false, ["changed"]],
    ["another version of the plan", {}, { plan_version_id: "v2" }, false, ["changed"]],
    ["a later end", {}, { expires_at: at(48) }, false, ["renewed"]],
    ["no end any more", {}, { expires_at: null }, false, ["renewed"]],
    ["an end", { expires_at: null }, { expires_at: at(1) }, false, ["changed"]],
    ["an earlier end", {}, { expires_at: at(1) }, false, ["changed"]],
    ["a later end in grace", {}, { expires_at: at(48) }, true, ["changed"]],
    ["a later end and another plan", {}, { expires_at: at(48), plan_id: "p.max" }, false, ["changed", "renewed"]],
    ["a suspension", {}, { status: "suspended" }, false, ["suspended"]],
    ["its end", {}, { status: "expired", expires_at: now }, false, ["expired"]],
    ["taken back after its end", { status: "expired" }, { status: "revoked" }, false, ["expired"]],
    ["back", { status: "suspended" }, {}, false, ["reinstated"]],
    ["paid after its end", { status: "expired", expires_at: now }, {}, false, ["reinstated", "renewed"]],
    ["still suspended for another reason", { status: "suspended" }, { status: "suspended", reason: "x" }, false, []],
  ])("%s", (_, before, after, isGrace, changes) => {
    expect(changesBetween({ ...terms, ...before }, { ...terms, ...after }, isGrace)).toEqual(changes);
  });

  test("is not told by the order of a JSON value's members, and by nothing less than all of them", () => {
    expect(sameJson({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toBe(true);
    const others = [{ a: 1 }, { a: 1, b: [1] }, { a: 1, b: [{ c: null }, 1] }, { a: 1, b: [1, { c: 0 }] }, null, []];
    for (const other of others) expect(sameJson({ a: 1, b: [1, { c: null }] }, other)).toBe(false);
  });
});

test("12: an end is exclusive and a beginning inclusive, to the millisecond", () => {
  const license = { product: "p", status: "active" as const, not_before: now, expires_at: at(1) };
  const asked = { product: undefined, is_activated: undefined };
  const when = (time: number) => judge(license, asked, new Date(time));
  expect(when(now.getTime() - 1)).toBe("not_yet_valid");
  expect(when(now.getTime())).toBe("valid");
  expect(when(at(1).getTime() - 1)).toBe("valid");
  expect(when(at(1).getTime())).toBe("expired");
});

test("keys sign one after the other, and retire when the last file of each has run out", () => {
  const policy = { signs_days: 1, lead_minutes: 60, file_ttl: 7_200 };
  const keys = [
    { kid: "a", active_from: at(0) },
    { kid: "b", active_from: at(24) },
  ];
  expect([at(-1), at(0), at(23), at(24)].map((time) => signingKeyOf(keys, time)?.kid)).toEqual([
    undefined,
    "a",
    "a",
    "b",
  ]);
  expect(keys.map((key) => retirementOf(key, keys, policy.file_ttl))).toEqual([at(27), undefined]);
  expect(rotationDue([], now, policy)).toEqual({ create: true, retire: [] });
  expect(rotationDue(keys.slice(0, 1), at(22.9), policy).create).toBe(false);
  expect(rotationDue(keys.slice(0, 1), at(23), policy).create).toBe(true);
  expect(rotationDue(keys, at(27), policy).retire).toEqual([]);
  expect(rotationDue(keys, at(27.1), policy).retire).toEqual(["a"]);
});
