import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  judgeSpentToken,
  type KeyTimes,
  type RotationPolicy,
  retirementOf,
  rotationDue,
  type SessionState,
  signingKeyOf,
} from "./rules.ts";

const start = Date.UTC(2026, 0, 1);
const at = (seconds: number) => new Date(start + seconds * 1_000);
const [minute, hour, day] = [60, 3_600, 86_400];

describe("a refresh token that is not the live one", () => {
  const session = (more: Partial<SessionState> = {}): SessionState => ({
    generation: 5,
    rotated_at: at(0),
    revoked_at: null,
    idle_expires_at: at(30 * day),
    expires_at: at(90 * day),
    ...more,
  });

  test.each([
    ["R2: the parent at once", 4, 0, 30, {}, "replay"],
    ["R2: the parent just within the grace", 4, 29.999, 30, {}, "replay"],
    ["R4: the parent as the grace ends", 4, 30, 30, {}, "reuse"],
    ["R4: the parent, when there is no grace", 4, 0, 0, {}, "reuse"],
    ["R5: a grandparent within the grace", 3, 0, 30, {}, "reuse"],
    ["R5: the very first", 0, 0, 30, {}, "reuse"],
    ["the live one, exchanged by another process meanwhile", 5, 0, 30, {}, "over"],
    ["one of the future", 6, 0, 30, {}, "over"],
    ["R10: the parent as the session falls idle", 4, 10, 30, { idle_expires_at: at(10) }, "over"],
    ["R10: the parent as the session ends for good", 4, 10, 30, { expires_at: at(10) }, "over"],
    ["R8: the parent in a session that was ended", 4, 10, 30, { revoked_at: at(5) }, "over"],
    ["a grandparent in a session that was ended: nothing is left to end", 3, 10, 30, { revoked_at: at(5) }, "over"],
  ] as const)("%s", (_, generation, seconds, grace, more, verdict) => {
    expect(judgeSpentToken(session(more), generation, at(seconds), grace)).toBe(verdict);
  });

  test("R2, R4, R5: is answered again only as the parent within the grace, and ends a session only while it lives", () => {
    const moment = fc.integer({ min: 0, max: 100 }).map(at);
    const state = fc.record<SessionState>({
      generation: fc.integer({ min: 0, max: 4 }),
      rotated_at: moment,
      revoked_at: fc.option(moment),
      idle_expires_at: moment,
      expires_at: moment,
    });
    const seconds = fc.integer({ min: 0, max: 100 });
    fc.assert(
      fc.property(state, fc.integer({ min: 0, max: 5 }), moment, seconds, (found, generation, now, grace) => {
        const lives = found.revoked_at === null && now < found.idle_expires_at && now < found.expires_at;
        const isPast = generation < found.generation;
        const isFresh = now.getTime() < found.rotated_at.getTime() + grace * 1_000;
        const verdict = judgeSpentToken(found, generation, now, grace);
        expect(verdict === "over").toBe(!lives || !isPast);
        if (verdict !== "over") expect(verdict === "replay").toBe(generation === found.generation - 1 && isFresh);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("J12: the keys that sign", () => {
  const key = (kid: string, seconds: number): KeyTimes => ({ kid, active_from: at(seconds) });
  const policy: RotationPolicy = { signs_days: 90, lead_minutes: 60, access_token_minutes: 10 };
  const keys = [key("old", 0), key("present", 90 * day), key("next", 180 * day)];

  test.each([
    ["none before the first one's time", -1, undefined],
    ["the first from its time on", 0, "old"],
    ["the first until the second's time", 90 * day - 1, "old"],
    ["the second from its time on, the third only published", 90 * day, "present"],
    ["the third at last", 200 * day, "next"],
  ])("%s", (_, seconds, kid) => {
    for (const order of [keys, keys.toReversed()]) expect(signingKeyOf(order, at(seconds))?.kid).toBe(kid);
  });

  test("every process takes the same of two of one moment", () => {
    const twins = [key("b", 0), key("a", 0)];
    expect([signingKeyOf(twins, at(1))?.kid, signingKeyOf(twins.toReversed(), at(1))?.kid]).toEqual(["a", "a"]);
  });

  test("one is over when its successor has signed for a token's life and two minutes more; the newest never", () => {
    expect(keys.map((each) => retirementOf(each, keys, 10)?.getTime())).toEqual([
      at(90 * day + 12 * minute).getTime(),
      at(180 * day + 12 * minute).getTime(),
      undefined,
    ]);
  });

  test.each([
    ["there is none", [], 0, { create: true, retire: [] }],
    ["one has just begun", [key("a", 0)], hour, { create: false, retire: [] }],
    ["it is too early by a second", [key("a", 0)], 90 * day - 60 * minute - 1, { create: false, retire: [] }],
    ["the lead begins", [key("a", 0)], 90 * day - 60 * minute, { create: true, retire: [] }],
    ["the next is published", [key("a", 0), key("b", 90 * day)], 90 * day - 1, { create: false, retire: [] }],
    ["the last tokens live", [key("a", 0), key("b", day)], day + 12 * minute, { create: false, retire: [] }],
    ["they are over", [key("a", 0), key("b", day)], day + 12 * minute + 1, { create: false, retire: ["a"] }],
    ["all is late", [key("a", 0), key("b", day)], 400 * day, { create: true, retire: ["a"] }],
  ])("what is due when %s", (_, present, seconds, due) => {
    expect(rotationDue(present, at(seconds), policy)).toEqual(due);
  });

  test("whenever the housekeeping comes by, some key signs, and no token loses the key that signed it", () => {
    const pauses = fc.array(fc.integer({ min: 1, max: 40 * day }), { minLength: 1, maxLength: 40 });
    const wanted = fc.record<RotationPolicy>({
      signs_days: fc.integer({ min: 1, max: 90 }),
      lead_minutes: fc.integer({ min: 5, max: 10_080 }),
      access_token_minutes: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(pauses, wanted, (visits, each) => {
        let present = [key("0", 0)];
        let now = 0;
        for (const pause of visits) {
          now += pause;
          const due = rotationDue(present, at(now), each);
          for (const age of [0, each.access_token_minutes * 60])
            expect(due.retire).not.toContain(signingKeyOf(present, at(now - age))?.kid);
          if (due.create) present = [...present, key(String(now), now + each.lead_minutes * 60)];
          present = present.filter(({ kid }) => !due.retire.includes(kid));
          expect(signingKeyOf(present, at(now))).toBeDefined();
        }
      }),
    );
  });
});
