import Type, { type Static } from "typebox";
import { Closed, Id, Timestamp } from "../../core/schema.ts";

const Url = Type.String({ minLength: 1, maxLength: 2_000, pattern: "^https?://" });

export const CheckoutInput = Closed({
  plan_id: Type.String({ minLength: 1, maxLength: 200 }),
  quantity: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 100_000, description: "Units of the plan; each brings its seats" }),
  ),
  success_url: Type.Optional(
    Type.String({
      ...{ minLength: 1, maxLength: 2_000, pattern: "^https?://" },
      description:
        "Where the buyer goes on after paying, of an allowed origin; {CHECKOUT_SESSION_ID} stands for the store's id. Default: a page of Plinth",
    }),
  ),
  cancel_url: Type.Optional(Url),
});
export type CheckoutInput = Static<typeof CheckoutInput>;

export const Checkout = Closed({
  id: Id,
  plan_id: Type.String(),
  product: Type.String(),
  quantity: Type.Integer(),
  trial_days: Type.Integer({ description: "0 when the plan has none or an owner has had it" }),
  url: Type.Union([Type.String(), Type.Null()], { description: "The store's page: send the buyer there" }),
  status: Type.Enum(["opening", "open", "completed", "expired", "replaced"]),
  expires_at: Timestamp,
  created_at: Timestamp,
});
export type Checkout = Static<typeof Checkout>;
export const CheckoutParams = Closed({ checkout_id: Id });
export const CheckoutReturnQuery = Closed({ session_id: Type.Optional(Type.String({ maxLength: 500 })) });

export const PortalInput = Closed({ return_url: Url });
export const Portal = Closed({
  url: Type.String({ description: "The store's page for this customer, for a short time" }),
});

export const PaymentLinkQuery = Closed({ product: Type.Optional(Type.String({ maxLength: 100 })) });
export const PaymentLinks = Closed({ data: Type.Array(Closed({ plan_id: Type.String(), url: Type.String() })) });
