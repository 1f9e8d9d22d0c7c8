import { sha256 } from "./crypto.ts";

/** What belongs to the same trace in another process, as W3C Trace Context names it (https://www.w3.org/TR/trace-context/). */
export interface RemoteParent {
  trace_id: string;
  span_id: string;
  sampled: boolean;
}

/** Something that took time and is over. */
export interface Span {
  name: string;
  kind: "server" | "client" | "consumer";
  /** The request that it belongs to. Spans of one request are one trace; behind its end, of a trace of our own where the caller brought one. */
  request_id: string;
  /** Milliseconds of the epoch. */
  started_at: number;
  duration_ms: number;
  /** By OpenTelemetry's semantic conventions; never anything of a person. */
  attributes: Record<string, string | number | boolean>;
  /** A word for what went wrong. */
  error?: string;
}

/** Where spans go. */
export interface Tracer {
  /** A request begins, perhaps as a part of the caller's trace. */
  begin(request_id: string, traceparent: string | undefined): void;
  /** The request itself, once it is answered; what it caused may be told before and after. */
  endRequest(span: Span): void;
  /** A part of a request's work. */
  add(span: Span): void;
}

/**
 * The trace of a request is told by its id, so that nothing has to be handed from function to function, through the outbox, or from process to process: a UUID
 * is its own trace id, every other id the beginning of its hash. The request's own span is told by it too.
 */
export function traceOf(request_id: string): { trace_id: string; span_id: string } {
  const digits = request_id.replaceAll("-", "").toLowerCase();
  const hash = sha256(`trace:${request_id}`).toString("hex");
  const trace_id = /^[0-9a-f]{32}$/.test(digits) && !/^0+$/.test(digits) ? digits : hash.slice(0, 32);
  return { trace_id, span_id: hash.slice(32, 48) };
}

/** The caller's span from a `traceparent` header; undefined for one that is none. */
export function parseTraceparent(header: string | undefined): RemoteParent | undefined {
  const [, version, trace_id, span_id, flags] =
    /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/.exec(header?.trim() ?? "") ?? [];
  if (trace_id === undefined || span_id === undefined || flags === undefined || version === "ff") return undefined;
  if (/^0+$/.test(trace_id) || /^0+$/.test(span_id)) return undefined;
  return { trace_id, span_id, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Whether a trace is among the so many of a hundred that are kept: every process decides alike. */
export function isSampled(trace_id: string, percent: number): boolean {
  return (Number.parseInt(trace_id.slice(-8), 16) / 0x1_0000_0000) * 100 < percent;
}
