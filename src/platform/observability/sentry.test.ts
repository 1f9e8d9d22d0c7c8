import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { fakeSentry } from "../../../test/support/fake-sentry.ts";
import { createLogger } from "../../core/logger.ts";
import { scrub } from "./scrub.ts";
import { createErrorReports } from "./service.ts";

let sentry: Awaited<ReturnType<typeof fakeSentry>>;
const lost = vi.fn();
const lines: string[] = [];

beforeAll(async () => {
  sentry = await fakeSentry();
});
afterAll(() => sentry.close());
beforeEach(() => {
  sentry.events.length = 0;
  lost.mockClear();
});

/** A logger whose errors are reported to the fake. */
async function reporting() {
  const config = { SENTRY_DSN: sentry.dsn, NODE_ENV: "test" as const, RELEASE: "abc123", version: "1" };
  const reports = await createErrorReports(config, lost);
  if (reports === undefined) throw new Error("There are no reports");
  const logger = createLogger({ LOG_LEVEL: "info" }, { write: (line) => lines.push(line) }, reports.report);
  return { logger, reports };
}

test("an error that is logged arrives with its causes, its stack, the request's id, the release and what the line says of the house", async () => {
  const { logger, reports } = await reporting();
  const error = new Error("the outer", { cause: new TypeError("the inner") });
  logger.child({ request_id: "r-1" }).error({ err: error, code: "request.internal", user_id: "u-1" }, "it broke");
  await reports.flush(10_000);
  expect(sentry.faults).toEqual([]);
  expect(sentry.events).toHaveLength(1);
  const [{ event, envelope }] = sentry.events as [(typeof sentry.events)[number]];
  expect(event).toMatchObject({ level: "error", release: "abc123", environment: "test" });
  expect(event.tags).toEqual({ request_id: "r-1", code: "request.internal" });
  expect(event.exception?.values.map(({ type, value }) => `${type}: ${value}`)).toEqual([
    "TypeError: the inner",
    "Error: the outer",
  ]);
  const frames = event.exception?.values.at(-1)?.stacktrace?.frames ?? [];
  expect(frames.at(-1)?.filename).toContain("sentry.test.ts");
  expect(envelope.event_id).toBe(event.event_id);
});

test("nothing of a person leaves: no addresses, tokens, numbers, headers, names of machines, nor what else stood in the line", async () => {
  const { logger, reports } = await reporting();
  const secret = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl";
  const message = `duplicate key (ada.b+c@example.com) from 10.1.2.3 with ${secret} and +43 660 1234567 at postgres://u:pw@h/db, sk_live_abcdefgh123`;
  logger.error({ err: new Error(message), question: "Why am I sad?", user: { email: "ada@example.com" } }, message);
  await reports.flush(10_000);
  const [{ raw, event }] = sentry.events as [(typeof sentry.events)[number]];
  for (const word of [
    "ada.b",
    "10.1.2.3",
    "eyJ",
    "1234567",
    ":pw@",
    "abcdefgh123",
    "Why am I sad",
    (await import("node:os")).hostname(),
  ]) {
    expect(raw).not.toContain(word);
  }
  expect(event.exception?.values[0]?.value).toBe(
    "duplicate key ([email]) from [address] with [token] and [number] at postgres://[credentials]@h/db, [key]",
  );
});

test("a line without an Error is a message; warnings and less are nobody's errors", async () => {
  const { logger, reports } = await reporting();
  logger.warn({ err: new Error("a try failed") }, "trying again");
  logger.error({ alert: "refund", source: "stripe" }, "billing needs somebody to look");
  await reports.flush(10_000);
  expect(sentry.events.map(({ event }) => [event.message, event.tags])).toEqual([
    ["billing needs somebody to look", { source: "stripe" }],
  ]);
});

test("a service that is full is left alone for as long as it says, and one that is away holds nobody up", async () => {
  const { logger, reports } = await reporting();
  sentry.answer(429, { "retry-after": "600" });
  logger.error({ err: new Error("one") }, "one");
  await reports.flush(10_000);
  const before = sentry.calls();
  logger.error({ err: new Error("two") }, "two");
  await reports.flush(10_000);
  expect(sentry.calls()).toBe(before);
  const away = await createErrorReports(
    { SENTRY_DSN: "http://public@127.0.0.1:1/42", NODE_ENV: "test", version: "1" },
    lost,
  );
  away?.report({ err: new Error("three") }, "three");
  await away?.flush(10_000);
  expect(lost).toHaveBeenCalledWith(1);
});

test("without a DSN there are no reports, and one that is none is refused", async () => {
  expect(await createErrorReports({ NODE_ENV: "test", version: "1" }, lost)).toBeUndefined();
  await expect(
    createErrorReports({ SENTRY_DSN: "http://nowhere", NODE_ENV: "test", version: "1" }, lost),
  ).rejects.toThrow(/SENTRY_DSN/);
});

test("what is left is what a reader needs: ids, codes, dates and counts stay", () => {
  const text =
    "The turn 0190b7d0-1c2d-7e3f-8a9b-0c1d2e3f4a5b failed at 2026-11-21T10:00:00Z after 3 of 5 tries (ECONNRESET)";
  expect(scrub(text)).toBe(text);
});
