import type { Metrics } from "../metrics.ts";
import { type Rate, type Rates, subnet } from "../rates.ts";
import type { RateLimit } from "./route.ts";

/** Whom a request is counted for; what is not known of it is not counted. */
export interface Subjects {
  address: string;
  user?: string;
  key?: string;
  workspace?: string;
}

/** Holds requests to the rates of their route and of the whole server. */
export interface RateLimits {
  /**
   * Counts the request for those of the rates whose subject is known. Returns the headers to answer with
   * (draft-ietf-httpapi-ratelimit-headers). Throws `request.rate_limited` for the first that is used up.
   */
  take(limits: readonly RateLimit[], subjects: Partial<Subjects>): Promise<Record<string, string>>;
}

export function createRateLimits(rates: Rates): RateLimits {
  return {
    take: async (limits, subjects): Promise<Record<string, string>> => {
      const counted: Promise<{ limit: RateLimit; remaining: number; resets_in: number }>[] = [];
      for (const limit of limits) {
        const subject = subjects[limit.by ?? "address"];
        if (subject === undefined) continue;
        const named = limit.by === undefined || limit.by === "address" ? subnet(subject) : subject;
        counted.push(rates.take(limit, named).then((left) => ({ limit, ...left })));
      }
      const left = await Promise.all(counted);
      if (left.length === 0) return {};
      return {
        "ratelimit-policy": left
          .map(({ limit }) => `"${limit.name}";q=${limit.limit};w=${limit.window_seconds}`)
          .join(", "),
        ratelimit: left
          .map(({ limit, remaining, resets_in }) => `"${limit.name}";r=${remaining};t=${resets_in}`)
          .join(", "),
      };
    },
  };
}

/** Counts refusals by rate, for the metrics. */
export function countRefusals(metrics: Metrics): (rate: Rate) => void {
  const refused = metrics.counter("plinth_http_rate_limited_total", "Calls refused by a rate, by its name", ["rate"]);
  return ({ name }) => refused({ rate: name });
}
