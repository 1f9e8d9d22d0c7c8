import type { FastifyError } from "fastify";
import type { TSchema } from "typebox";
import { isConnectionLost, sqlState } from "../database.ts";
import { type ErrorKind, type FieldError, PlinthError, requestErrors } from "../errors.ts";
import type { Problem } from "../schema.ts";

const statusOf: Record<ErrorKind, number> = {
  bad_request: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  gone: 410,
  too_large: 413,
  unsupported_media_type: 415,
  invalid: 422,
  rate_limited: 429,
  limit_reached: 429,
  // nginx's number: nobody reads it but the log and the metrics.
  client_left: 499,
  internal: 500,
  bad_gateway: 502,
  unavailable: 503,
};

/** How errors are told on routes whose clients expect another form than problem details, because a standard of others says so. */
export interface ErrorFormat {
  media_type: string;
  /** Of what `tell` makes. */
  schema: TSchema;
  tell(problem: Problem): object;
  /** Statuses that are others there. */
  statuses?: Readonly<Record<number, number>>;
  headers?(problem: Problem): Record<string, string>;
}

/** An error as it is answered: in the route's own form, or as a problem document. */
export function answerTo(error: PlinthError, request_id: string, format?: ErrorFormat) {
  const { status, body, headers } = toProblem(error, request_id);
  if (format === undefined) return { status, body: body as object, headers, media_type: "application/problem+json" };
  return {
    status: format.statuses?.[status] ?? status,
    body: format.tell(body),
    headers: { ...headers, ...format.headers?.(body) },
    media_type: format.media_type,
  };
}

/** The HTTP status of a kind of error. The only place that knows. */
export function statusOfKind(kind: ErrorKind): number {
  return statusOf[kind];
}

/** The problem document (RFC 9457) of an error, its status, and its headers. Neither SQL nor a stack leaves. */
export function toProblem(error: PlinthError, request_id: string) {
  const status = statusOf[error.kind];
  const { detail, extensions, errors, retry_after } = error.occurrence;
  const body: Problem = {
    type: `/docs/errors#${error.code}`,
    title: error.title,
    status,
    code: error.code,
    request_id,
    ...(detail === undefined ? {} : { detail }),
    ...(errors === undefined ? {} : { errors }),
    ...extensions,
  };
  const headers: Record<string, string> = {};
  if (retry_after !== undefined) headers["retry-after"] = String(Math.max(1, Math.ceil(retry_after)));
  if (status === 401) headers["www-authenticate"] = "Bearer";
  return { status, body, headers };
}

/** The public error behind whatever was thrown; a defect becomes `request.internal` with the defect as its cause. */
export function publicError(error: unknown): PlinthError {
  if (error instanceof PlinthError) return error;
  if (isConnectionLost(error) || isOverloaded(error))
    return requestErrors.unavailable({ retry_after: 1, cause: error });
  if (isFastifyError(error)) return fromFastify(error);
  if (isNoDate(error)) return requestErrors.invalid({ detail: "A date or time is out of range", cause: error });
  if (isUnkeepable(error))
    return requestErrors.bad({ detail: "A text holds U+0000, which cannot be kept", cause: error });
  return requestErrors.internal({ cause: error });
}

/** Statement timeout, lock timeout, too many connections, a server that only reads (a failover): worth trying again. */
function isOverloaded(error: unknown): boolean {
  return ["57014", "55P03", "53300", "25006"].includes(sqlState(error) ?? "");
}

/** A character that PostgreSQL keeps in no text and no JSON: it comes in where a body is not read as strict JSON, as in stores' notifications. */
function isUnkeepable(error: unknown): boolean {
  return ["22021", "22P05"].includes(sqlState(error) ?? "");
}

/** What is a date by its form and none by the calendar, or lies beyond what PostgreSQL counts: the year 0, an offset of 20 hours. */
function isNoDate(error: unknown): boolean {
  return ["22007", "22008", "22009"].includes(sqlState(error) ?? "");
}

function isFastifyError(error: unknown): error is FastifyError {
  return error instanceof Error && ("validation" in error || ("statusCode" in error && "code" in error));
}

function fromFastify(error: FastifyError): PlinthError {
  if (error.validation !== undefined) return fromValidation(error);
  switch (error.statusCode) {
    case 413:
      return requestErrors.too_large({ cause: error });
    case 415:
      return requestErrors.unsupported_media_type({ detail: "Send application/json", cause: error });
    case undefined:
      return requestErrors.internal({ cause: error });
    default:
      return error.statusCode < 500
        ? requestErrors.bad({ detail: error.message, cause: error })
        : requestErrors.internal({ cause: error });
  }
}

/** A path that no route could have (an id that is none) is a thing that does not exist; the rest names the fields. */
function fromValidation(error: FastifyError): PlinthError {
  if (error.validationContext === "params") return requestErrors.not_found({ cause: error });
  const errors = (error.validation ?? []).slice(0, 50).map((each): FieldError => {
    const extra = each.params.additionalProperty ?? each.params.missingProperty;
    const pointer = typeof extra === "string" ? `${each.instancePath}/${escapePointer(extra)}` : each.instancePath;
    return { pointer, detail: explain(each.keyword, each.message ?? "is invalid", each.params) };
  });
  const where = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "request");
  return requestErrors.invalid({ detail: `Check the fields of the ${where}`, errors });
}

function explain(keyword: string, message: string, params: Record<string, unknown>): string {
  if (keyword === "additionalProperties") return "is not a known field";
  if (keyword === "required") return "is required";
  if (keyword === "enum" && Array.isArray(params.allowedValues))
    return `must be one of ${params.allowedValues.join(", ")}`;
  return message;
}

function escapePointer(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1").slice(0, 100);
}
