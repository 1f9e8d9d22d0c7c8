import { requestErrors } from "../../core/errors.ts";

/** A slug for a name: its letters and digits in ASCII, and a suffix that makes it unique. */
export function slugOf(name: string, suffix: string): string {
  const words = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 40);
  return words === "" ? suffix : `${words}-${suffix}`;
}

/** The time zone under its canonical IANA name. Throws `request.invalid` for a name that is none. */
export function checkTimeZone(name: string): string {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    throw requestErrors.invalid({
      errors: [{ pointer: "/time_zone", detail: "must be an IANA time zone such as Europe/Berlin" }],
    });
  }
}

/** What a workspace may have so many of, whatever products it uses. */
export const quotas = ["members", "api_keys", "storage_bytes", "requests_per_minute"] as const;
export type Quota = (typeof quotas)[number];

/** The feature by which a plan sets a quota. */
export function featureOf(quota: Quota): string {
  return `workspace_${quota}`;
}
