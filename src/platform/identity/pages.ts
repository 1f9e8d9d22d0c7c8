/** What a mailed link's page asks for, and what it says when that is done. */
const texts = {
  verify_email: {
    title: "Confirm your e-mail address",
    button: "Confirm",
    done: "Your e-mail address is confirmed",
    next: "You can close this page and sign in.",
  },
  change_email: {
    title: "Confirm your new e-mail address",
    button: "Confirm",
    done: "Your e-mail address was changed",
    next: "From now on you sign in with the new address.",
  },
  reset_password: {
    title: "Choose a new password",
    button: "Set password",
    done: "Your password was changed",
    next: "You were signed out everywhere. You can close this page and sign in.",
  },
  magic_link: { title: "Sign in", button: "Sign in", done: "You are signed in", next: "You can close this page." },
  restore_account: {
    title: "Keep your account",
    button: "Restore",
    done: "Your account is open again",
    next: "You can close this page and sign in.",
  },
} as const;
type Purpose = keyof typeof texts;

const passwordField =
  '<label>New password<input type="password" name="password" autocomplete="new-password" minlength="8" maxlength="256" required></label>';

/** The page behind a mailed link: a scanner that fetches it changes nothing, the button does. */
export function linkPage(purpose: Purpose, faults: string[] = []): string {
  const { title, button } = texts[purpose];
  const field = purpose === "reset_password" ? passwordField : "";
  const list =
    faults.length === 0 ? "" : `<ul role="alert">${faults.map((fault) => `<li>${fault}</li>`).join("")}</ul>`;
  return page(title, `${list}<form method="post">${field}<button>${button}</button></form>`);
}

/** The page for whom a mailed link is not enough. */
export function owedPage(): string {
  return page(
    "One step more",
    "<p>Your account has an authenticator app. Sign in where you can enter its code; this link was used.</p>",
  );
}

/** The page when the button came to nothing: a link that is over. */
export function overPage(reason: string): string {
  return page("This did not work", `<p>${reason}.</p><p>Ask for a new link, and use the newest mail.</p>`);
}

/** The page after the button. */
export function donePage(purpose: Purpose): string {
  const { done, next } = texts[purpose];
  return page(done, `<p>${next}</p>`);
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1rem;text-align:center;color:#1c2430}
label{display:block;text-align:left;margin:0 0 1rem}input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.6rem;margin-top:.3rem;border:1px solid #8a94a6;border-radius:.5rem}
ul{text-align:left;color:#a1260d;padding-left:1.2rem}
button{font:inherit;padding:.6rem 2rem;border:0;border-radius:.5rem;background:#2456d6;color:#fff;cursor:pointer}</style>
</head><body><h1>${title}</h1>${body}</body></html>
`;
}
