/** What a mail says. */
export interface MailContent {
  subject: string;
  text: string;
  html: string;
}

const links = {
  verify_email: {
    subject: "Confirm your e-mail address",
    lines: ["Please confirm that this is your e-mail address.", "If you did not sign up, ignore this mail."],
    label: "Confirm",
  },
  change_email: {
    subject: "Confirm your new e-mail address",
    lines: ["Please confirm that this is to be your e-mail address.", "If you did not ask for it, ignore this mail."],
    label: "Confirm",
  },
  reset_password: {
    subject: "Choose a new password",
    lines: [
      "Somebody, probably you, asked for a new password.",
      "If it was not you, ignore this mail: nothing changes.",
    ],
    label: "Choose a password",
  },
  magic_link: {
    subject: "Your link to sign in",
    lines: [
      "Here is your link to sign in.",
      "If you did not ask for it, ignore this mail, and give the code to nobody.",
    ],
    label: "Sign in",
  },
  restore_account: {
    subject: "Your account was deleted",
    lines: ["Your account was deleted.", "If that was a mistake, restore it in time."],
    label: "Restore",
  },
} as const;

/** A mail with a link that works once; `code` are six digits that stand for it. */
export function mailedLink(mail: {
  purpose: keyof typeof links;
  full_name: string;
  url: string;
  minutes: number;
  code?: string;
}): MailContent {
  const { subject, lines, label } = links[mail.purpose];
  const [first, last] = lines;
  const time = mail.minutes >= 120 ? `${mail.minutes / 60} hours` : `${mail.minutes} minutes`;
  const code = mail.code === undefined ? [] : [`Or enter this code: ${mail.code}`];
  return compose({
    subject,
    greeting: mail.full_name,
    lines: [first, ...code, `The link works once, for ${time}. ${last}`],
    action: { label, url: mail.url },
  });
}

const changes: Record<string, string> = {
  password_changed: "The password of your account was changed.",
  second_factor_enabled: "An authenticator app was set up for your account.",
  second_factor_removed: "The authenticator app of your account was removed.",
  recovery_codes_renewed: "The recovery codes of your account were replaced.",
  passkey_added: "A passkey was added to your account.",
  passkey_removed: "A passkey was removed from your account.",
  identity_linked: "An account at another provider was linked: it can be used to sign in.",
  identity_unlinked: "An account at another provider was unlinked.",
  refresh_reused: "One of your sessions was ended, because somebody used a token of it that had been used before.",
};

/** Tells a person of a change of how they sign in. */
export function credentialsChanged({ full_name, change }: { full_name: string; change: string }): MailContent {
  return compose({
    subject: "A change to your account's security",
    greeting: full_name,
    lines: [
      changes[change] ?? "How you sign in was changed.",
      "If it was not you, set a new password at once: that ends every session.",
    ],
  });
}

/** Tells the former address of an account that it has another now. */
export function emailChanged({ full_name }: { full_name: string }): MailContent {
  return compose({
    subject: "Your e-mail address was changed",
    greeting: full_name,
    lines: [
      "Your account has another e-mail address now; this is the last mail to this one.",
      "If it was not you, write to us at once.",
    ],
  });
}

/** Tells a person that an administrator acts in their name. */
export function impersonated({ full_name, reason }: { full_name: string; reason: string }): MailContent {
  return compose({
    subject: "Our support looked into your account",
    greeting: full_name,
    lines: [
      `An administrator began to act in your account for at most 30 minutes. The reason given: ${reason}`,
      "Everything done stands in your audit record; passwords and other credentials cannot be changed in this way.",
    ],
  });
}

/** Tells a person that the account is closed, and until when it can be restored. */
export function accountClosed(mail: { full_name: string; url: string; days: number }): MailContent {
  return compose({
    subject: "Your account was deleted",
    greeting: mail.full_name,
    lines: [
      "Your account was deleted, and you were signed out everywhere.",
      `For ${mail.days} days it can be restored by this link; then everything in it is erased.`,
    ],
    action: { label: "Restore", url: mail.url },
  });
}

/** Invites somebody to a workspace. */
export function invitation(mail: { workspace: string; inviter: string; url: string; days: number }): MailContent {
  return compose({
    subject: `${mail.inviter} invites you to ${mail.workspace}`.replaceAll(/\s+/g, " "),
    greeting: "",
    lines: [
      `${mail.inviter} invites you to the workspace ${mail.workspace}.`,
      `Sign in or sign up with this e-mail address and accept, within ${mail.days} days. If you do not know what this is about, ignore it.`,
    ],
    action: { label: "See the invitation", url: mail.url },
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
  action?: { label: string; url: string };
}

function compose({ subject, greeting, lines, action }: Parts): MailContent {
  const name = greeting.replaceAll(/\s+/g, " ").trim();
  const hello = name === "" ? "Hello," : `Hello ${name},`;
  const [first = "", ...rest] = lines;
  const paragraph = (line: string) => `<p style="margin:0 0 16px">${escapeHtml(line)}</p>`;
  return {
    subject,
    text: [hello, first, ...(action === undefined ? [] : [`${action.label}: ${action.url}`]), ...rest].join("\n\n"),
    html: `<!doctype html><html lang="en"><body style="margin:0;padding:32px 16px;background:#f4f6fa;font:16px/1.5 system-ui,sans-serif;color:#1c2430"><div style="max-width:480px;margin:0 auto;padding:32px;border-radius:12px;background:#ffffff"><h1 style="margin:0 0 16px;font-size:20px">${escapeHtml(subject)}</h1>${paragraph(hello)}${paragraph(first)}${button(action)}${rest.map(paragraph).join("")}</div></body></html>`,
  };
}

function button(action: Parts["action"]): string {
  if (action === undefined) return "";
  return `<p style="margin:0 0 16px"><a href="${escapeHtml(action.url)}" style="display:inline-block;padding:10px 28px;border-radius:8px;background:#2456d6;color:#ffffff;text-decoration:none">${escapeHtml(action.label)}</a></p>`;
}

/** The text as it may stand in HTML, inside and outside of quotes. */
export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
