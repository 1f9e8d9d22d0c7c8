/** The page behind a mailed link: a scanner that fetches it changes nothing, the button does. */
export function confirmPage(): string {
  return page("Confirm your e-mail address", '<form method="post"><button>Confirm</button></form>');
}

export function confirmedPage(): string {
  return page("Your e-mail address is confirmed", "<p>You can close this page and sign in.</p>");
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:28rem;margin:15vh auto;padding:0 1rem;text-align:center;color:#1c2430}
button{font:inherit;padding:.6rem 2rem;border:0;border-radius:.5rem;background:#2456d6;color:#fff;cursor:pointer}</style>
</head><body><h1>${title}</h1>${body}</body></html>
`;
}
