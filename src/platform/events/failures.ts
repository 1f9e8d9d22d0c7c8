// What a handler throws to say how it failed. Any other error is tried again after the subscriber's backoff.

/** No retry would help: the event is a dead letter at once. */
export class PermanentFailure extends Error {
  override name = "PermanentFailure";
}

/**
 * What the handler needs is down, and the event is not to blame: its subscriber pauses, nothing of it uses up a retry, and one event at a time finds out
 * whether the dependency is back. The pause grows while it is not, from 5 seconds to 5 minutes.
 */
export class DependencyDown extends Error {
  override name = "DependencyDown";
  /** What is down, for the operator: `sendgrid`. */
  readonly dependency: string;
  /** Seconds for which the dependency asked to be left alone. */
  readonly retry_after: number | undefined;

  constructor(dependency: string, options: { retry_after?: number; cause?: unknown } = {}) {
    const { cause, retry_after } = options;
    const why = cause instanceof Error ? `: ${cause.message}` : "";
    super(`${dependency} is down${why}`, cause === undefined ? undefined : { cause });
    this.dependency = dependency;
    this.retry_after = retry_after;
  }
}
