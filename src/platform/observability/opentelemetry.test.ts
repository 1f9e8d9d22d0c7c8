import { afterAll, beforeAll, expect, test } from "vitest";
import { type TestApp, testApp } from "../../../test/support/app.ts";
import { fakeCollector } from "../../../test/support/fake-collector.ts";
import { isSampled, parseTraceparent, type Span, traceOf } from "../../core/traces.ts";
import { createTracer } from "./opentelemetry.ts";

let collector: Awaited<ReturnType<typeof fakeCollector>>;
beforeAll(async () => {
  collector = await fakeCollector();
});
afterAll(() => collector.close());

const spansOf = (request_id: string) =>
  collector.spans.filter(({ attributes }) => attributes["plinth.request_id"] === request_id);

const tracer = (percent: number) =>
  createTracer({
    endpoint: collector.endpoint,
    headers: { "x-team": "money" },
    service_name: "plinth",
    release: "abc",
    environment: "test",
    percent,
  });

const part = (request_id: string): Span => ({
  name: "part",
  kind: "client",
  request_id,
  started_at: 1_700_000_000_000.25,
  duration_ms: 12.5,
  attributes: { "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7 },
});

test("the spans of one request are one trace, told by its id alone, in whatever order they end", async () => {
  const traces = tracer(100);
  traces.add(part("0190b7d0-1c2d-7e3f-8a9b-0c1d2e3f4a5b"));
  traces.endRequest({ ...part("0190b7d0-1c2d-7e3f-8a9b-0c1d2e3f4a5b"), name: "GET /v1/me", kind: "server" });
  await traces.stop();
  const [child, request] = spansOf("0190b7d0-1c2d-7e3f-8a9b-0c1d2e3f4a5b");
  expect(request).toMatchObject({
    traceId: "0190b7d01c2d7e3f8a9b0c1d2e3f4a5b",
    name: "GET /v1/me",
    startTimeUnixNano: "1700000000000250000",
    endTimeUnixNano: "1700000000012750000",
  });
  expect(request?.parentSpanId ?? "").toBe("");
  expect(child).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId });
  expect(child?.attributes).toMatchObject({ "gen_ai.request.model": "m", "gen_ai.usage.input_tokens": 7 });
  expect(child?.resource).toMatchObject({ "service.name": "plinth", "service.version": "abc" });
  expect(collector.headers.at(-1)).toMatchObject({ "x-team": "money" });
});

test("a caller's trace goes on, and its decision is kept", async () => {
  const traces = tracer(0);
  traces.begin("r-yes", `00-${"a".repeat(32)}-${"b".repeat(16)}-01`);
  traces.begin("r-no", `00-${"c".repeat(32)}-${"d".repeat(16)}-00`);
  for (const id of ["r-yes", "r-no", "r-alone"]) {
    traces.add(part(id));
    traces.endRequest(part(id));
  }
  await traces.stop();
  expect(spansOf("r-yes").map(({ traceId }) => traceId)).toEqual(["a".repeat(32), "a".repeat(32)]);
  expect(spansOf("r-yes").at(-1)?.parentSpanId).toBe("b".repeat(16));
  expect([...spansOf("r-no"), ...spansOf("r-alone")]).toEqual([]);
});

test("a request to the API is a span with its route, its status and nothing of a person", async () => {
  const app: TestApp = await testApp({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, worker: false });
  await app.call("GET", "/v1/plans?product=prism", { headers: { "x-request-id": "over-http" } });
  await app.close();
  const [span] = spansOf("over-http");
  expect(span).toMatchObject({ name: "GET /v1/plans", kind: 2, traceId: traceOf("over-http").trace_id });
  expect(span?.attributes).toEqual({
    "http.request.method": "GET",
    "http.response.status_code": 200,
    "http.route": "/v1/plans",
    "plinth.request_id": "over-http",
  });
});

test.each([
  [undefined, undefined],
  ["", undefined],
  ["00-00000000000000000000000000000000-bbbbbbbbbbbbbbbb-01", undefined],
  ["ff-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01", undefined],
  ["00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-03", true],
  ["01-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-00-what-comes-later", false],
])("traceparent %s", (header, sampled) => {
  expect(parseTraceparent(header)?.sampled).toBe(sampled);
});

test("every process keeps the same part of the traces, and about as many as asked", () => {
  const ids = Array.from({ length: 4_000 }, (_, n) => traceOf(`request ${n}`).trace_id);
  const kept = ids.filter((id) => isSampled(id, 25)).length;
  expect(kept).toBeGreaterThan(800);
  expect(kept).toBeLessThan(1_200);
  expect(ids.every((id) => isSampled(id, 100))).toBe(true);
});
