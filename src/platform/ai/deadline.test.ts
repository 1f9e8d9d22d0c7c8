import { expect, test } from "vitest";
import { startDeadline, systemTimer } from "./deadline.ts";

const hour = 3_600_000;

test("the machine's timer: a wait ends with its signal, an alarm that was stopped does not ring", async () => {
  const leave = new AbortController();
  const waiting = systemTimer.wait(hour, leave.signal);
  leave.abort();
  await expect(waiting).rejects.toThrow(/abort/i);
  const order: string[] = [];
  const stop = systemTimer.alarm(1, () => order.push("stopped"));
  stop();
  await new Promise<void>((resolve) => systemTimer.alarm(5, resolve));
  expect(order).toEqual([]);
});

test("the first of deadline and caller ends it, and says which it was", () => {
  const rings: (() => void)[] = [];
  const alarm = (_ms: number, ring: () => void) => {
    rings.push(ring);
    return () => {};
  };
  const timer = { ...systemTimer, now: () => 100, alarm };
  const late = startDeadline(timer, 50, undefined);
  expect(late.remaining_ms()).toBe(50);
  rings[0]?.();
  expect(late.signal.reason).toMatchObject({ code: "timeout", maybe_billed: true });
  expect(late.remaining_ms()).toBe(0);
  const leave = new AbortController();
  const left = startDeadline(timer, 50, leave.signal);
  leave.abort();
  rings[1]?.();
  expect(left.signal.reason).toMatchObject({ code: "aborted" });
  expect(startDeadline(timer, 50, leave.signal).signal.reason).toMatchObject({ code: "aborted" });
});

test("after its end it holds on to nothing of the caller's", () => {
  const leave = new AbortController();
  const deadline = startDeadline(systemTimer, hour, leave.signal);
  deadline.end();
  leave.abort();
  expect(deadline.signal.aborted).toBe(false);
});
