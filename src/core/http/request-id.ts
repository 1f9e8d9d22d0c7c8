const acceptable = /^[A-Za-z0-9._-]{1,128}$/;

/**
 * The id of a request: the one that came with it when it can go into a log and a header as it is (1 to 128 letters, digits,
 * `.`, `_`, `-`), else a new one. A header that was sent twice counts as none.
 */
export function requestId(header: string | string[] | undefined, makeId: () => string): string {
  return typeof header === "string" && acceptable.test(header) ? header : makeId();
}
