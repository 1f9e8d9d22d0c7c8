import { declaredErrors } from "../errors.ts";
import { statusOfKind } from "./problem.ts";

/** Where the `type` of a problem document leads: every code that this process answers with, in HTML. */
export function errorsPage(): string {
  const rows = [...declaredErrors()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { kind, title }]) => {
      return `<tr id="${code}"><td><code>${code}</code></td><td>${statusOfKind(kind)}</td><td>${title}</td></tr>`;
    });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Errors · Plinth</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c2430}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid #dde3ee}tr:target{background:#fff3c4}code{overflow-wrap:anywhere}a{color:#2456d6}</style>
</head><body><h1>Errors</h1>
<p>Errors are <code>application/problem+json</code> (<a href="https://www.rfc-editor.org/rfc/rfc9457">RFC 9457</a>). Decide by <code>code</code>, which never changes; <code>detail</code> is for people, and <code>errors[]</code> names each bad field by a JSON pointer. Report a problem with its <code>request_id</code>. <a href="/docs">The API</a></p>
<table><thead><tr><th>code</th><th>status</th><th>title</th></tr></thead><tbody>
${rows.join("\n")}
</tbody></table></body></html>
`;
}
