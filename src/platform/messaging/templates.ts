/** What a mail says. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

/** Asks a person to prove an address. */
export function verifyEmail({ full_name, url, hours }: { full_name: string; url: string; hours: number }): MailContent {
  return compose({
    subject: "Confirm your e-mail address",
    greeting: full_name,
    lines: [
      "Please confirm that this is your e-mail address.",
      `The link works once, for ${hours} hours. If you did not sign up, ignore this mail.`,
    ],
    action: { label: "Confirm", url },
  });
}

/** Tells the owner of an account that somebody registered with their address. */
export function accountExists({ full_name, login_url }: { full_name: string; login_url: string }): MailContent {
  return compose({
    subject: "You already have an account",
    greeting: full_name,
    lines: [
      "Somebody, probably you, signed up with this e-mail address. You already have an account: sign in with it.",
      "If it was not you, there is nothing to do; nobody learned that the account exists.",
    ],
    action: { label: "Sign in", url: login_url },
  });
}

interface Parts {
  subject: string;
  greeting: string;
  lines: string[];
  action: { label: string; url: string };
}

function compose({ subject, greeting, lines, action }: Parts): MailContent {
  const name = greeting.replaceAll(/\s+/g, " ").trim();
  const [first = "", ...rest] = lines;
  const paragraph = (line: string) => `<p style="margin:0 0 16px">${escapeHtml(line)}</p>`;
  const button = `<p style="margin:0 0 16px"><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 28px;border-radius:8px;background:#2456d6;color:#ffffff;text-decoration:none">${escapeHtml(action.label)}</a></p>`;
  return {
    subject,
    text: [`Hello ${name},`, first, `${action.label}: ${action.url}`, ...rest].join("\n\n"),
    html: `<!doctype html><html lang="en"><body style="margin:0;padding:32px 16px;background:#f4f6fa;font:16px/1.5 system-ui,sans-serif;color:#1c2430"><div style="max-width:480px;margin:0 auto;padding:32px;border-radius:12px;background:#ffffff"><h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(subject)}</h1>${paragraph(`Hello ${name},`)}${paragraph(first)}${button}${rest.map(paragraph).join("")}</div></body></html>`,
  };
}

/** The text as it may stand in HTML, inside and outside of quotes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
