import { expect, test } from "vitest";
import { type Deadline, startDeadline, systemTimer, type Timer, watchAttempt } from "./deadline.ts";

/** A timer whose alarms ring when they are told to. */
function handTimer() {
  const alarms = new Map<number, () => void>();
  const timer: Timer = {
    ...systemTimer,
    now: () => 0,
    alarm: (milliseconds, ring) => {
      alarms.set(milliseconds, ring);
      return () => {
        if (alarms.get(milliseconds) === ring) alarms.delete(milliseconds);
      };
    },
  };
  return { timer, alarms, ring: (milliseconds: number) => alarms.get(milliseconds)?.() };
}

const watched = (caller?: AbortSignal) => {
  const hand = handTimer();
  const deadline: Deadline = startDeadline(hand.timer, 9_000, caller);
  const watch = watchAttempt(hand.timer, { deadline, caller, first_byte_ms: 3_000, idle_ms: 1_000 });
  return { ...hand, deadline, watch, signal: watch.options.signal };
};

test("the first of deadline, first byte, silence and caller ends an attempt, and says which it was", () => {
  const late = watched();
  late.ring(9_000);
  expect(late.signal.reason).toMatchObject({ code: "timeout", reason: "total", maybe_billed: true });
  expect(late.deadline.remaining_ms()).toBe(0);

  const slow = watched();
  slow.ring(3_000);
  expect(slow.signal.reason).toMatchObject({ code: "timeout", reason: "first_byte" });
  expect(slow.deadline.signal.aborted).toBe(false);

  const silent = watched();
  silent.watch.options.onProgress("head");
  expect(silent.alarms.has(3_000)).toBe(false);
  silent.ring(1_000);
  expect(silent.signal.reason).toMatchObject({ code: "timeout", reason: "idle" });

  const caller = new AbortController();
  const left = watched(caller.signal);
  caller.abort(new Error("left"));
  left.ring(9_000);
  expect(left.signal.reason).toMatchObject({ code: "aborted", maybe_billed: true });
  expect(left.deadline.waiting.aborted).toBe(true);
});

test("while nobody reads, silence is no fault; when somebody does again, the clock begins anew", () => {
  const { watch, alarms, ring, signal } = watched();
  watch.options.onProgress("head");
  watch.rest();
  watch.options.onProgress("body");
  expect(alarms.has(1_000)).toBe(false);
  watch.resume();
  ring(1_000);
  expect(signal.reason).toMatchObject({ reason: "idle" });
});

test("after its end an attempt holds on to nothing, and no late piece winds a clock", async () => {
  const caller = new AbortController();
  const { watch, deadline, alarms, signal } = watched(caller.signal);
  watch.end();
  deadline.end();
  watch.options.onProgress("body");
  expect(alarms.size).toBe(0);
  caller.abort();
  expect(signal.aborted).toBe(false);
});

test("a promise that never settles is left at the signal", async () => {
  const { watch, ring } = watched();
  const bound = watch.bound(new Promise(() => {}));
  ring(9_000);
  await expect(bound).rejects.toMatchObject({ code: "timeout" });
  await expect(watch.bound(Promise.resolve(1))).rejects.toMatchObject({ code: "timeout" });
});

test("the machine's timer: a wait ends with its signal, an alarm that was stopped does not ring", async () => {
  const leave = new AbortController();
  const waiting = systemTimer.wait(3_600_000, leave.signal);
  leave.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  const order: string[] = [];
  const stop = systemTimer.alarm(1, () => order.push("stopped"));
  stop();
  await new Promise<void>((resolve) => systemTimer.alarm(5, resolve));
  expect(order).toEqual([]);
});
