import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { computeSnapshot, type Grant } from "./rules.ts";

const at = (day: number, ms = 0) => new Date(Date.UTC(2026, 0, day) + ms);
const limit = (n: number | null) => ({
  turns: { kind: "limit" as const, limit: n, window: "day" as const, per: "member" as const },
});
const free = { plan_id: "p.free", plan_version_id: "v0", seats: 1, features: limit(3) };
const grant = (source: string, rank: number, n: number | null, from: number, to: number | null): Grant => ({
  source,
  rank,
  plan_id: `p.${source}`,
  plan_version_id: source,
  seats: 1,
  standing: "good",
  reason: null,
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

  test("U14: an override stands over every plan, less or more, and only while it runs", () => {
    const override = { feature: "turns", value: limit(1).turns, starts_at: at(5), ends_at: at(9) };
    const grants = [grant("pro", 10, 30, 1, 31)];
    const seen = (day: number) => computeSnapshot(free, grants, at(day), [override]);
    expect([seen(4), seen(5), seen(8), seen(9)].map(({ features }) => features)).toEqual(
      [30, 1, 1, 30].map((n) => limit(n)),
    );
    expect([seen(4), seen(5), seen(9)].map(({ valid_until }) => valid_until)).toEqual([at(5), at(9), at(31)]);
    expect(seen(6).sources.at(-1)).toEqual({ source: "override:turns", plan_id: "p.pro", ends_at: at(9) });
    expect(seen(4).sources.some(({ source }) => source.startsWith("override:"))).toBe(false);
  });

  test("M7: a grant with an end counts beside a subscription that is over", () => {
    const ended = { ...grant("stripe", 20, 90, 1, 5), standing: "ended" as const };
    const gift = grant("grant:1", 10, 30, 4, 20);
    expect(computeSnapshot(free, [ended, gift], at(10))).toMatchObject({
      ...{ plan_id: "p.grant:1", standing: "good", features: limit(30), valid_until: at(20) },
    });
    expect(computeSnapshot(free, [ended, gift], at(20))).toMatchObject({ plan_id: "p.free", standing: "ended" });
  });

  test("counts what goes by seats with the grant's own, and anchors months at its beginning", () => {
    const turns = {
      kind: "limit",
      limit: 10,
      window: "month",
      per: "workspace",
      per_seat: 10,
      anchor: "subscription",
    } as const;
    const team = { ...grant("team", 10, 0, 3, null), seats: 4, features: { turns } };
    const { features, seats } = computeSnapshot(free, [team], at(10));
    expect(seats).toBe(4);
    expect(features.turns).toEqual({ ...turns, limit: 40, anchor_at: at(3).toISOString() });
  });

  const any = fc.record({
    source: fc.constantFrom("a", "b", "c", "d"),
    rank: fc.integer({ min: 0, max: 3 }),
    n: fc.option(fc.integer({ min: 0, max: 9 })),
    from: fc.integer({ min: 1, max: 20 }),
    length: fc.option(fc.integer({ min: 0, max: 20 })),
  });
  type Any = { source: string; rank: number; n: number | null; from: number; length: number | null };
  const toGrant = ({ source, rank, n, from, length }: Any) =>
    grant(source, rank, n, from, length === null ? null : from + length);
  const grantsOf = fc.uniqueArray(any, { selector: ({ source }) => source, maxLength: 4 });
  const overridesOf = fc.uniqueArray(any, { selector: ({ source }) => source, maxLength: 2 }).map((list) =>
    list.map(({ source, n, from, length }) => {
      const ends_at = length === null ? null : at(from + length);
      return { feature: source === "a" ? "turns" : source, value: limit(n).turns, starts_at: at(from), ends_at };
    }),
  );
  const day = fc.integer({ min: 1, max: 45 });

  test("M1, M2: is a pure function: the order of grants and overrides changes nothing", () => {
    fc.assert(
      fc.property(grantsOf, overridesOf, day, fc.infiniteStream(fc.nat()), (list, overrides, now, order) => {
        const grants = list.map(toGrant);
        const shuffled = <T>(each: T[]) =>
          each
            .map((value) => ({ value, by: order.next().value }))
            .sort((a, b) => a.by - b.by)
            .map(({ value }) => value);
        expect(computeSnapshot(free, shuffled(grants), at(now), shuffled(overrides))).toEqual(
          computeSnapshot(free, grants, at(now), overrides),
        );
      }),
    );
  });

  test("C3: holds at every instant until valid_until, and whoever reads it until then is right", () => {
    fc.assert(
      fc.property(
        grantsOf,
        overridesOf,
        day,
        fc.double({ min: 0, max: 1, noNaN: true }),
        (list, overrides, now, part) => {
          const grants = list.map(toGrant);
          const snapshot = computeSnapshot(free, grants, at(now), overrides);
          const end = snapshot.valid_until ?? at(1_000);
          expect(end > at(now)).toBe(true);
          const between = new Date(at(now).getTime() + Math.floor(part * (end.getTime() - at(now).getTime() - 1)));
          expect(computeSnapshot(free, grants, between, overrides)).toEqual(snapshot);
        },
      ),
    );
  });

  test("M2: another grant never takes anything away", () => {
    const worth = (n: number | null) => (n === null ? Number.POSITIVE_INFINITY : n);
    const turns = (grants: Grant[], now: number) => {
      const { features } = computeSnapshot(free, grants, at(now));
      return features.turns?.kind === "limit" ? worth(features.turns.limit) : -1;
    };
    fc.assert(
      fc.property(grantsOf, any, day, (list, more, now) => {
        const grants = list.map(toGrant);
        expect(turns([...grants, toGrant({ ...more, source: "e" })], now)).toBeGreaterThanOrEqual(turns(grants, now));
      }),
    );
  });
});
