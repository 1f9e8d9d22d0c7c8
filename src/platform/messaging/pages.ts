import { escapeHtml } from "./compose.ts";
import type { CaughtMail, MailContent } from "./schema.ts";

/** The list of caught mails. */
export function mailboxPage(mails: CaughtMail[]): string {
  const rows = mails.map(
    ({ id, to, subject, created_at }) =>
      `<li><a href="/dev/mailbox/${id}"><b>${escapeHtml(subject)}</b><span>${escapeHtml(to)}</span><time>${timeOf(created_at)}</time></a></li>`,
  );
  const list =
    rows.length === 0 ? "<p>No mail yet. Sign somebody up, and the mail comes here.</p>" : `<ul>${rows.join("")}</ul>`;
  return page(
    "Mailbox",
    `<p class="note">Mails of this development server end here. Reload for new ones. · <a href="/dev/mails">All templates</a></p>${list}`,
  );
}

/** One mail: its HTML in a frame that runs nothing, its text, and its attachments. */
export function mailPage({ id, to, subject, text, html, attachments, created_at }: CaughtMail): string {
  const files = attachments.map(
    ({ filename, size }, n) =>
      `<li><a href="/dev/mailbox/messages/${id}/attachments/${n}"><b>${escapeHtml(filename)}</b><span>${size} bytes</span></a></li>`,
  );
  return page(
    subject,
    `<p class="note"><a href="/dev/mailbox">All mails</a> · to ${escapeHtml(to)} · ${timeOf(created_at)} UTC</p>
${frame(html)}${files.length === 0 ? "" : `<h2>Attachments</h2><ul>${files.join("")}</ul>`}
<h2>As text</h2><pre>${linked(text)}</pre>`,
  );
}

/** Every template in every language. */
export function templatesPage({ templates, locales }: { templates: string[]; locales: string[] }): string {
  const rows = templates.map((template) => {
    const links = locales.map((locale) => `<a href="/dev/mails/${template}?locale=${locale}">${locale}</a>`);
    return `<tr><th>${template.replaceAll("_", " ")}</th><td>${links.join("")}</td></tr>`;
  });
  return page(
    "Mail templates",
    `<p class="note">With sample data. · <a href="/dev/mailbox">Mailbox</a></p><table>${rows.join("")}</table>`,
  );
}

/** One template with sample data, as HTML and as text. */
export function templatePage({ template, locale, subject, text, html }: MailContent): string {
  return page(
    subject,
    `<p class="note"><a href="/dev/mails">All templates</a> · ${escapeHtml(template)} · ${escapeHtml(locale)}</p>
${frame(html)}<h2>As text</h2><pre>${linked(text)}</pre>`,
  );
}

function timeOf(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

function frame(html: string): string {
  return `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="The mail as HTML" srcdoc="${escapeHtml(html.replace("<body", '<base target="_blank"><body'))}"></iframe>`;
}

/** The text with its addresses as links. */
function linked(text: string): string {
  return escapeHtml(text).replaceAll(
    /https?:\/\/[^\s<]+/g,
    (url) => `<a href="${url}" target="_blank" rel="noopener">${url}</a>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)} · Plinth</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#1c2430}
a{color:#2456d6}ul{list-style:none;padding:0;border-top:1px solid #dde3ee}li a{display:grid;grid-template-columns:1fr auto;gap:0 1rem;padding:.7rem .3rem;border-bottom:1px solid #dde3ee;text-decoration:none;color:inherit}
li a:hover{background:#f4f6fa}li span{color:#5a6577}time,.note{color:#5a6577;font-size:.9rem}iframe{width:100%;height:38rem;border:1px solid #dde3ee;border-radius:.5rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f6fa;padding:1rem;border-radius:.5rem}
table{width:100%;border-collapse:collapse}th,td{padding:.55rem .3rem;border-bottom:1px solid #dde3ee;text-align:left;font-weight:400}th::first-letter{text-transform:uppercase}td{text-align:right}td a{margin-left:1rem}h1{overflow-wrap:anywhere}</style>
</head><body><h1>${escapeHtml(title)}</h1>${body}</body></html>
`;
}
