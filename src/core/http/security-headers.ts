import helmet from "helmet";

/**
 * The headers that helmet sets, as values. They are the same for every answer, so they are asked for once: its middleware computes each of
 * them anew for every request, which halved the rate of a small route (docs/benchmarks.md).
 */
export function securityHeaders(): Record<string, string> {
  const directives = { "form-action": ["'self'"], "upgrade-insecure-requests": null };
  const headers: Record<string, string> = {};
  const response = {
    setHeader: (name: string, value: number | string | readonly string[]) => {
      headers[name.toLowerCase()] = String(value);
      return response;
    },
    removeHeader: () => {},
  };
  const middleware = helmet({ contentSecurityPolicy: { directives } });
  middleware({} as never, response as never, () => {});
  return headers;
}
