/** A store that sells on our behalf: it makes customers, checkouts and portals. Never called inside a transaction. */
export interface Seller {
  /** Makes a customer; the same key makes it once. */
  createCustomer(
    customer: { workspace_id: string; email: string | null; name: string | null },
    idempotency_key: string,
  ): Promise<{ customer_id: string }>;
  /** Opens a checkout; the same key opens it once. */
  createCheckout(checkout: CheckoutOrder, idempotency_key: string): Promise<OpenedCheckout>;
  /** Closes a checkout that nobody paid; one that is over already is no error. Tells whether it was paid meanwhile. */
  expireCheckout(external_id: string): Promise<"expired" | "paid">;
  createPortal(portal: { customer_id: string; return_url: string }): Promise<{ url: string }>;
}

export interface CheckoutOrder {
  workspace_id: string;
  customer_id: string;
  price_id: string;
  quantity: number;
  trial_days: number;
  success_url: string;
  cancel_url: string;
}

export interface OpenedCheckout {
  external_id: string;
  url: string;
  expires_at: Date;
}
