import type { FastifyBaseLogger } from "fastify";

const levels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;

/**
 * A request's logger, made when the request first logs: most never do, and a child of its own cost a sixth of a small request. Every
 * line bears the request's id.
 */
export function requestLog(parent: FastifyBaseLogger, bindings: Record<string, unknown>): FastifyBaseLogger {
  let made: FastifyBaseLogger | undefined;
  const own = () => {
    made ??= parent.child(bindings);
    return made;
  };
  const lazy: Record<string, unknown> = {
    level: parent.level,
    silent: () => {},
    child: (...args: Parameters<FastifyBaseLogger["child"]>) => own().child(...args),
  };
  for (const level of levels) {
    lazy[level] = (...args: [object, string]) => own()[level](...args);
  }
  return lazy as unknown as FastifyBaseLogger;
}
