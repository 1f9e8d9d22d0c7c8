import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeSnapshot, type Grant } from "./rules.ts";

const at = (day: number, ms = 0) => new Date(Date.UTC(2026, 0, day) + ms);
const limit = (n: number | null) => ({
  turns: { kind: "limit" as const, limit: n, window: "day" as const, per: "member" as const },
});
const free = { plan_id: "p.free", plan_version_id: "v0", features: limit(3) };
const grant = (source: string, rank: number, n: number | null, from: number, to: number | null): Grant => ({
  source,
  rank,
  plan_id: `p.${source}`,
  plan_version_id: source,
  features: limit(n),
  starts_at: at(from),
  ends_at: to === null ? null : at(to),
});

describe("a snapshot", () => {
  test("without grants is the default plan, for ever", () => {
    expect(computeSnapshot(free, [], at(1))).toMatchObject({
      plan_id: "p.free",
      valid_until: null,
      features: limit(3),
    });
  });

  test("C1: half-open: at its end a grant is over, a millisecond before it is not", () => {
    const grants = [grant("pro", 10, 30, 1, 31)];
    expect(computeSnapshot(free, grants, at(31, -1))).toMatchObject({ plan_id: "p.pro", valid_until: at(31) });
    expect(computeSnapshot(free, grants, at(31))).toMatchObject({ plan_id: "p.free", valid_until: null });
  });

  test("is valid until the next grant begins or ends", () => {
    const grants = [grant("later", 10, 30, 20, 40), grant("now", 5, 10, 1, 30)];
    expect(computeSnapshot(free, grants, at(10)).valid_until).toEqual(at(20));
    expect(computeSnapshot(free, grants, at(25)).valid_until).toEqual(at(30));
  });

  test("M1, M2: takes the highest for each feature, whichever source gives it, and names the highest plan", () => {
    const odd = {
      ...grant("big", 20, 10, 1, 31),
      features: { ...limit(10), spectrum: { kind: "flag" as const, enabled: true } },
    };
    const snapshot = computeSnapshot(free, [odd, grant("small", 10, 30, 1, 31)], at(2));
    expect(snapshot.plan_id).toBe("p.big");
    expect(snapshot.features).toEqual({ ...limit(30), spectrum: { kind: "flag", enabled: true } });
    expect(snapshot.sources.map(({ source }) => source)).toEqual(["big", "small", "default"]);
  });

  test("U14: unlimited beats every number, and a paid plan with less than the default takes nothing away", () => {
    expect(computeSnapshot(free, [grant("a", 1, null, 1, null), grant("b", 2, 99, 1, null)], at(2)).features).toEqual(
      limit(null),
    );
    expect(computeSnapshot(free, [grant("poor", 1, 1, 1, null)], at(2)).features).toEqual(limit(3));
  });

  test("is a pure function: the order of the grants changes nothing, and it holds until valid_until", () => {
    const any = fc.record({
      source: fc.constantFrom("a", "b", "c", "d"),
      rank: fc.integer({ min: 0, max: 3 }),
      n: fc.option(fc.integer({ min: 0, max: 9 })),
      from: fc.integer({ min: 1, max: 20 }),
      length: fc.option(fc.integer({ min: 0, max: 20 })),
    });
    fc.assert(
      fc.property(
        fc.uniqueArray(any, { selector: ({ source }) => source, maxLength: 4 }),
        fc.integer({ min: 1, max: 45 }),
        (list, day) => {
          const grants = list.map(({ source, rank, n, from, length }) =>
            grant(source, rank, n, from, length === null ? null : from + length),
          );
          const snapshot = computeSnapshot(free, grants, at(day));
          expect(computeSnapshot(free, [...grants].reverse(), at(day))).toEqual(snapshot);
          const last = snapshot.valid_until === null ? at(1_000) : new Date(snapshot.valid_until.getTime() - 1);
          expect(computeSnapshot(free, grants, last)).toEqual(snapshot);
        },
      ),
    );
  });
});
