/**
 * What can go wrong, in one shape. A module declares its errors in one table; whoever throws one says what the
 * client may know (`detail`, `extensions`) apart from what only the log may know (`cause`).
 * Only core/http turns a kind into an HTTP status.
 */

/** How an error behaves towards a caller; core/http knows the status of each. */
export type ErrorKind =
  | "bad_request"
  | "unauthenticated"
  | "forbidden"
  | "not_found"
  | "method_not_allowed"
  | "conflict"
  | "gone"
  | "too_large"
  | "unsupported_media_type"
  | "invalid"
  | "rate_limited"
  | "client_left"
  | "limit_reached"
  | "bad_gateway"
  | "unavailable"
  | "internal";

/** One bad field of a request: a JSON pointer (RFC 6901) to it and what is wrong. */
export interface FieldError {
  pointer: string;
  detail: string;
}

/** A code as its module declares it. */
export interface ErrorDefinition {
  kind: ErrorKind;
  /** The public title: the same for every occurrence of the code. */
  title: string;
}

/** What one occurrence of an error adds to its code. */
export interface Occurrence {
  /** One sentence for the client about this occurrence. */
  detail?: string;
  /** Members added to the problem document, for example `limit` and `resets_at`. */
  extensions?: Record<string, unknown>;
  errors?: FieldError[];
  /** Seconds after which a retry makes sense; becomes `Retry-After`. */
  retry_after?: number;
  /** For the log alone. */
  cause?: unknown;
}

/** An error with a stable code and a public face. Everything else that is thrown is a defect: a 500 with no details. */
export class PlinthError extends Error {
  readonly code: string;
  readonly kind: ErrorKind;
  readonly title: string;
  readonly occurrence: Occurrence;

  constructor(code: string, definition: ErrorDefinition, occurrence: Occurrence = {}) {
    super(occurrence.detail ?? definition.title, occurrence.cause === undefined ? {} : { cause: occurrence.cause });
    this.name = "PlinthError";
    this.code = code;
    this.kind = definition.kind;
    this.title = definition.title;
    this.occurrence = occurrence;
  }
}

type ErrorFactories<T> = { readonly [K in keyof T]: (occurrence?: Occurrence) => PlinthError };

const known = new Map<string, ErrorDefinition>();

/**
 * Declares a module's errors; returns one function per code that makes the error to throw.
 * The code that clients see is `<module>.<name>`. A code declared twice is a defect and throws at once.
 */
export function defineErrors<const T extends Record<string, ErrorDefinition>>(
  module: string,
  definitions: T,
): ErrorFactories<T> {
  const factories = Object.entries(definitions).map(([name, definition]) => {
    const code = `${module}.${name}`;
    if (known.has(code)) throw new Error(`The error code ${code} is declared twice`);
    known.set(code, definition);
    return [name, (occurrence?: Occurrence) => new PlinthError(code, definition, occurrence)];
  });
  return Object.fromEntries(factories);
}

/** Every declared error code with its kind and title, for documentation and the architecture tests. */
export function declaredErrors(): ReadonlyMap<string, Readonly<ErrorDefinition>> {
  return known;
}

/** Errors that any module or the transport may answer with. */
export const requestErrors = defineErrors("request", {
  malformed: { kind: "bad_request", title: "The request body is not valid JSON" },
  bad: { kind: "bad_request", title: "The request is not well formed" },
  invalid: { kind: "invalid", title: "The request has invalid fields" },
  unauthenticated: { kind: "unauthenticated", title: "Authentication is required" },
  forbidden: { kind: "forbidden", title: "You may not do this" },
  step_up_required: { kind: "forbidden", title: "Prove again who you are: POST /v1/auth/step-up" },
  impersonation_forbidden: { kind: "forbidden", title: "Nobody may do this in another person's name" },
  person_required: { kind: "forbidden", title: "Only a person may do this, not an API key" },
  scope_missing: { kind: "forbidden", title: "The API key does not have the scope that this needs" },
  origin_forbidden: { kind: "forbidden", title: "Cookies are not taken from this origin" },
  not_found: { kind: "not_found", title: "There is nothing here" },
  method_not_allowed: { kind: "method_not_allowed", title: "This method is not allowed here" },
  too_large: { kind: "too_large", title: "The request body is too large" },
  unsupported_media_type: { kind: "unsupported_media_type", title: "This content type is not supported" },
  rate_limited: { kind: "rate_limited", title: "Too many requests" },
  client_left: { kind: "client_left", title: "The client left before its answer" },
  idempotency_conflict: { kind: "conflict", title: "The Idempotency-Key was used with another request" },
  idempotency_in_progress: { kind: "conflict", title: "A request with this Idempotency-Key is still running" },
  unavailable: { kind: "unavailable", title: "The service cannot answer right now" },
  internal: { kind: "internal", title: "Something went wrong on our side" },
});
