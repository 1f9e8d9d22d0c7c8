import { describe, expect, test } from "vitest";
import { describeChange, sayFeature, why } from "./explain.ts";

const until = new Date("2026-12-01T00:00:00Z");
const source = (name: string, ends_at: Date | null = until) => ({ source: name, plan_id: "p.pro", ends_at });
const pro = { plan_id: "p.pro", standing: "good" as const, reason: null };

describe("why", () => {
  test.each([
    [{ ...pro, sources: [source("stripe:sub_1")] }, "p.pro, as stripe:sub_1 gives it until 2026-12-01T00:00:00.000Z."],
    [{ ...pro, sources: [source("grant:1", null)] }, "p.pro, as grant:1 gives it with no end."],
    [
      { ...pro, standing: "grace" as const, reason: "payment_failed", sources: [source("stripe:sub_1")] },
      "p.pro, as stripe:sub_1 gives it until 2026-12-01T00:00:00.000Z; it stands in grace (payment_failed).",
    ],
    [
      {
        plan_id: "p.free",
        standing: "suspended" as const,
        reason: "payment_failed",
        sources: [source("default", null)],
      },
      "p.free, the default plan, as what was granted is suspended (payment_failed).",
    ],
    [
      { plan_id: "p.free", standing: "ended" as const, reason: null, sources: [source("default", null)] },
      "p.free, the default plan, as what was granted has ended.",
    ],
    [
      {
        plan_id: "p.free",
        standing: "none" as const,
        reason: null,
        sources: [source("default", null), source("override:turns")],
      },
      "p.free, the default plan, as nothing was granted. Overridden for this workspace: turns.",
    ],
  ])("%#: %s", (snapshot, sentence) => {
    expect(why(snapshot)).toBe(sentence);
  });
});

describe("a change", () => {
  const of = (limit: number | null) => ({
    turns: { kind: "limit" as const, limit, window: "week" as const, per: "member" as const },
  });
  const before = { ...pro, seats: 1, features: of(3) };

  test("is undefined when nothing of it shows", () => {
    expect(describeChange(before, { ...before, features: of(3) })).toBeUndefined();
  });

  test("names each feature that came, went or changed", () => {
    const after = { ...before, features: { glow: { kind: "flag" as const, enabled: true } } };
    expect(describeChange(before, after)).toEqual({
      what: "Features changed",
      detail: "glow: none → on; turns: 3 a week for each member → none",
    });
  });
});

test.each([
  [undefined, "none"],
  [{ kind: "flag", enabled: false } as const, "off"],
  [{ kind: "limit", limit: null, window: "none", per: "workspace" } as const, "unlimited"],
  [{ kind: "limit", limit: 5, window: "month", per: "workspace", policy: "overage" } as const, "5 a month (overage)"],
])("a feature in words: %j", (feature, words) => {
  expect(sayFeature(feature)).toBe(words);
});
