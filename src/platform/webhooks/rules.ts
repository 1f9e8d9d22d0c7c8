/**
 * Seconds between a failed try and the next: 10 tries in 75 hours and a half. The schedule that Standard Webhooks recommends
 * (standardwebhooks.com, "Deliverability and reliability").
 */
const delays = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** Tries of a delivery, the first one among them. */
export const mostTries = delays.length + 1;

/** An endpoint that asks to be left alone is believed up to a day. */
const longestPause = 86_400;

/**
 * Seconds until the next try after `tries` of them failed, up to a tenth more so that what failed together does not return together; null when
 * that was the last. `random` is in [0, 1).
 */
export function nextTry(tries: number, retry_after: number | null, random: number): number | null {
  const delay = delays[tries - 1];
  if (delay === undefined) return null;
  return Math.max(delay * (1 + 0.1 * random), Math.min(retry_after ?? 0, longestPause));
}

/** What is wrong with the address of an endpoint, as far as it can be told from its text; undefined when nothing is. */
export function urlFault(text: string, options: { https_only: boolean }): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "is not an address";
  const schemes = options.https_only ? ["https:"] : ["https:", "http:"];
  if (!schemes.includes(url.protocol))
    return `has to begin with ${schemes.map((scheme) => `${scheme}//`).join(" or ")}`;
  if (url.username !== "" || url.password !== "") return "must not hold a name or a password";
  if (url.hash !== "") return "must not have a fragment";
  return undefined;
}

/** Which of these are neither a public type nor `*`. */
export function unknownTypes(wanted: string[], known: ReadonlySet<string>): string[] {
  return wanted.filter((type) => type !== "*" && !known.has(type));
}

/** The first kilobyte of an answer as text that can be stored: valid Unicode, without NUL. */
export function excerpt(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 1_024)).replaceAll("\u0000", "").toWellFormed();
}

/** Seconds that a Retry-After header asks for (RFC 9110, 10.2.3: seconds or a date); null for none. */
export function retryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null;
  if (/^\d{1,9}$/.test(header.trim())) return Number(header);
  const time = Date.parse(header);
  return Number.isNaN(time) ? null : Math.max(0, (time - now.getTime()) / 1_000);
}

/** Of a process's handlers, those that may deliver webhooks at once: half, so that servers that hang leave room for what else there is to do. */
export function deliverySlots(worker_concurrency: number): number {
  return Math.ceil(worker_concurrency / 2);
}
