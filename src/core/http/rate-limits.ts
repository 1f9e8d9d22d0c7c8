import type { Metrics } from "../metrics.ts";
import { type Allowance, type Rate, type Rates, subnet } from "../rates.ts";
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
      const counted: RateLimit[] = [];
      const taken: Promise<Allowance>[] = [];
      for (const limit of limits) {
        const subject = subjects[limit.by ?? "address"];
        if (subject === undefined) continue;
        const named = limit.by === undefined || limit.by === "address" ? subnet(subject) : subject;
        counted.push(limit);
        taken.push(rates.take(limit, named));
      }
      return taken.length === 0 ? {} : headersOf(counted, await Promise.all(taken));
    },
  };
}

function headersOf(limits: RateLimit[], left: Allowance[]): Record<string, string> {
  let policy = "";
  let ratelimit = "";
  for (const [index, { name, limit, window_seconds }] of limits.entries()) {
    const separator = index === 0 ? "" : ", ";
    policy += `${separator}"${name}";q=${limit};w=${window_seconds}`;
    ratelimit += `${separator}"${name}";r=${left[index]?.remaining};t=${left[index]?.resets_in}`;
  }
  return { "ratelimit-policy": policy, ratelimit };
}

/** Counts refusals by rate, for the metrics. */
export function countRefusals(metrics: Metrics): (rate: Rate) => void {
  const refused = metrics.counter("plinth_http_rate_limited_total", "Calls refused by a rate, by its name", ["rate"]);
  return ({ name }) => refused({ rate: name });
}
