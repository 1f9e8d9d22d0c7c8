import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, type ReadableSpan } from "@opentelemetry/sdk-trace";
import { isSampled, parseTraceparent, type RemoteParent, type Span, type Tracer, traceOf } from "../../core/traces.ts";

interface TracingOptions {
  /** Of a collector: `/v1/traces` is added. */
  endpoint: string;
  headers: Record<string, string>;
  service_name: string;
  release: string;
  environment: string;
  /** Of a hundred requests, so many; a caller who traces decides for its own. */
  percent: number;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, consumer: SpanKind.CONSUMER };

/** Requests in flight whose caller traces them; more are not remembered. */
const mostParents = 10_000;

/**
 * Sends spans to an OpenTelemetry collector by OTLP over HTTP, in batches; what it does not take in time is dropped, and nobody waits. Spans bear their ids from their
 * request (`traceOf`), so the SDK's own context and its hooks into other libraries are not used.
 */
export function createTracer(options: TracingOptions): Tracer & { stop(): Promise<void> } {
  const { headers, percent } = options;
  const url = `${options.endpoint.replace(/\/+$/, "")}/v1/traces`;
  const processor = new BatchSpanProcessor({ exporter: new OTLPTraceExporter({ url, headers }) });
  const frame = {
    resource: resourceFromAttributes({
      "service.name": options.service_name,
      "service.version": options.release,
      "deployment.environment.name": options.environment,
    }),
    instrumentationScope: { name: "plinth", version: options.release },
  };
  const parents = new Map<string, RemoteParent>();
  const send = (span: Span, isRequest: boolean) => {
    const own = traceOf(span.request_id);
    const remote = parents.get(span.request_id);
    const traceId = remote?.trace_id ?? own.trace_id;
    if (!(remote?.sampled ?? isSampled(traceId, percent))) return;
    const context = (spanId: string) => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED });
    const parent = isRequest ? remote?.span_id : own.span_id;
    processor.onEnd({
      ...readable(span),
      ...frame,
      spanContext: () => context(isRequest ? own.span_id : newSpanId()),
      ...(parent === undefined ? {} : { parentSpanContext: { ...context(parent), isRemote: isRequest } }),
    });
  };
  return {
    begin: (request_id, traceparent) => {
      const parent = traceparent === undefined ? undefined : parseTraceparent(traceparent);
      if (parent !== undefined && parents.size < mostParents) parents.set(request_id, parent);
    },
    endRequest: (span) => {
      send(span, true);
      parents.delete(span.request_id);
    },
    add: (span) => send(span, false),
    stop: () => processor.shutdown(),
  };
}

function readable({ name, kind, request_id, started_at, duration_ms, attributes, error }: Span) {
  return {
    name,
    kind: kinds[kind],
    startTime: hrTime(started_at),
    endTime: hrTime(started_at + duration_ms),
    duration: hrTime(duration_ms),
    status: error === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: error },
    attributes: {
      ...attributes,
      "plinth.request_id": request_id,
      ...(error === undefined ? {} : { "error.type": error }),
    },
    links: [],
    events: [],
    ended: true,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  } satisfies Partial<ReadableSpan>;
}

function hrTime(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1_000);
  return [seconds, Math.round((milliseconds - seconds * 1_000) * 1e6)];
}

function newSpanId(): string {
  const id = crypto.getRandomValues(new Uint8Array(8));
  return Buffer.from(id).toString("hex");
}
