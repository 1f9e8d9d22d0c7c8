import { parseCookie, stringifySetCookie } from "cookie";
import { requestErrors } from "../errors.ts";

/**
 * The cookies of a browser's session. `__Host-` holds them to this host, to HTTPS and to the path `/`
 * (RFC 6265bis, 4.1.3.2); scripts cannot read them, and other sites' requests do not bring them.
 */
export const sessionCookies = { access: "__Host-plinth_access", refresh: "__Host-plinth_refresh" } as const;

/** Only what a request asks of: enough for an origin to be judged. */
interface Asking {
  headers: Record<string, string | string[] | undefined>;
}

/** The value of the request's cookie; undefined without it. */
export function readCookie(request: Asking, name: string): string | undefined {
  const header = request.headers.cookie;
  if (typeof header !== "string" || !header.includes(name)) return undefined;
  return parseCookie(header)[name] || undefined;
}

/** A Set-Cookie header; `max_age` in seconds, 0 deletes. `lax` lets it come back with a redirect from another site. */
export function setCookie(name: string, value: string, max_age: number, sameSite: "strict" | "lax" = "strict"): string {
  return stringifySetCookie({ name, value, httpOnly: true, secure: true, sameSite, path: "/", maxAge: max_age });
}

/**
 * Lets pass a request whose credentials are cookies only when this site's own page sent it: its Origin is on the list, or, without one,
 * the browser says that it is of this origin (`Sec-Fetch-Site`). Throws `request.origin_forbidden`. Reads need no origin, but a
 * foreign one is refused all the same.
 */
export function requireOwnOrigin(request: Asking & { method: string }, origins: readonly string[]): void {
  const { origin } = request.headers;
  if (origin !== undefined) {
    if (typeof origin === "string" && origins.includes(origin)) return;
    throw requestErrors.origin_forbidden({ detail: "Add the origin to CORS_ORIGINS, or send a bearer token" });
  }
  const site = request.headers["sec-fetch-site"];
  const isRead = request.method === "GET" || request.method === "HEAD";
  if (isRead && (site === undefined || site === "same-origin" || site === "same-site" || site === "none")) return;
  if (site === "same-origin") return;
  throw requestErrors.origin_forbidden({ detail: "A request with cookies says its Origin" });
}

/**
 * Throws `request.origin_forbidden` when another site's page sent the request: nobody is to be signed in to a stranger's account by a form of
 * the stranger's. What is no browser says nothing of an origin, and is let through.
 */
export function refuseForeignOrigin({ headers }: Asking, origins: readonly string[]): void {
  const { origin, "sec-fetch-site": site } = headers;
  // Browsers alone write this one; beside a referrer policy of none the origin of our own page's form is `null`.
  if (site === "same-origin") return;
  const isForeign =
    origin === undefined ? site === "cross-site" : typeof origin !== "string" || !origins.includes(origin);
  if (isForeign)
    throw requestErrors.origin_forbidden({ detail: "A session in cookies is begun by this product's pages" });
}

/** The cookies that hold a session's tokens. */
export function sessionCookieHeaders(
  tokens: { access_token: string; refresh_token: string; expires_in: number },
  refresh_seconds: number,
): { "set-cookie": string[] } {
  return {
    "set-cookie": [
      setCookie(sessionCookies.access, tokens.access_token, tokens.expires_in),
      setCookie(sessionCookies.refresh, tokens.refresh_token, refresh_seconds),
    ],
  };
}

/** Takes the session's cookies back. */
export function clearSessionCookies(): { "set-cookie": string[] } {
  return { "set-cookie": [setCookie(sessionCookies.access, "", 0), setCookie(sessionCookies.refresh, "", 0)] };
}
