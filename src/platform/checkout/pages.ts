/** The page that a buyer comes back to. */
export interface CheckoutOutcome {
  status: "opening" | "open" | "completed" | "expired" | "replaced";
  plan: string;
  /** The key of the licence that came with it; undefined while there is none. */
  license_key: string | undefined;
}

/** Thanks, and the licence key; it loads again by itself while the payment is on its way. */
export function checkoutPage(outcome: CheckoutOutcome | undefined): string {
  if (outcome === undefined)
    return page("Thank you", "<p>Your purchase is being completed. You find it in your account.</p>");
  if (outcome.status !== "completed") {
    const note = "<p>Your payment is on its way to us. This page looks again by itself.</p>";
    return page("Thank you", note, '<meta http-equiv="refresh" content="3">');
  }
  const key =
    outcome.license_key === undefined
      ? ""
      : `<p>Your licence key; it comes by mail too:</p><p class="key"><code>${escapeHtml(outcome.license_key)}</code></p>`;
  return page("Thank you", `<p>You have <b>${escapeHtml(outcome.plan)}</b> now.</p>${key}`);
}

export function checkoutCanceledPage(): string {
  return page("Nothing was bought", "<p>You left the checkout, and nothing was charged. You can close this page.</p>");
}

function page(title: string, body: string, head = ""): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><meta name="referrer" content="no-referrer">${head}<title>${title}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:30rem;margin:4rem auto;padding:0 1rem;color:#1c2430}h1{font-size:1.4rem}.key code{display:block;padding:1rem;border-radius:.5rem;background:#f4f6fa;font-size:1.05rem;overflow-wrap:anywhere;user-select:all}</style>
</head><body><h1>${title}</h1>${body}</body></html>
`;
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? character);
}
