import Type from "typebox";
import { list, optional, secret, text, whole } from "./kinds.ts";

/** Variables of the stores, billing and licences. */
export const moneyVariables = {
  STRIPE_WEBHOOK_SECRET: Type.Array(Type.String({ pattern: "^whsec_" }), {
    description:
      "Signing secrets of the Stripe endpoint, separated by commas while one is rotated. Generated in development; without any, the endpoint does not exist",
    default: [],
    ...secret,
  }),
  STRIPE_SECRET_KEY: optional(
    text(
      "Key of Stripe's API: with it Plinth sells (checkout, portal), and asks Stripe for the present state instead of believing notifications",
      { pattern: "^(sk|rk)_(live|test)_", ...secret },
    ),
  ),
  STRIPE_URL: optional(text("Stands for Stripe's host, in a test", { pattern: "^https?://" })),
  BILLING_URL: optional(
    text("The page of your product where payments are put in order: mails about failed payments lead there", {
      pattern: "^https?://",
    }),
  ),
  PURCHASE_CONFLICT: Type.Enum(["keep", "transfer"], {
    description:
      "When a purchase of a store shows up with another buyer: `keep` leaves it whose it is, `transfer` gives it to whoever shows it last",
    default: "keep",
  }),
  APP_STORE_BUNDLE_ID: optional(text("The app's bundle id: with it the App Store's notifications are taken")),
  APP_STORE_APP_ID: optional(
    Type.Integer({
      minimum: 1,
      description: "The app's Apple ID, a number: required where BILLING_ENVIRONMENT is live",
    }),
  ),
  APP_STORE_ISSUER_ID: optional(
    text("App Store Server API: the issuer's id; with the key, states are asked for and lost notifications found"),
  ),
  APP_STORE_KEY_ID: optional(text("App Store Server API: the key's id")),
  APP_STORE_PRIVATE_KEY: optional(text("App Store Server API: the .p8 key, with \\n for line ends", secret)),
  APP_STORE_URL: optional(text("Stands for Apple's host, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_PACKAGE_NAMES: list(
    "The apps whose Google Play notifications are taken; without any, there is no endpoint",
  ),
  GOOGLE_PLAY_PUSH_AUDIENCE: optional(text("Audience of the Pub/Sub push subscription's tokens")),
  GOOGLE_PLAY_PUSH_ACCOUNT: optional(text("E-mail of the service account whose tokens the pushes bear")),
  GOOGLE_PLAY_CLIENT_EMAIL: optional(text("Service account for the Google Play Developer API")),
  GOOGLE_PLAY_PRIVATE_KEY: optional(text("Its key, PKCS #8 in PEM, with \\n for line ends", secret)),
  GOOGLE_PLAY_JWKS_URL: optional(text("Stands for Google's published keys, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_TOKEN_URL: optional(text("Stands for Google's token endpoint, in a test", { pattern: "^https?://" })),
  GOOGLE_PLAY_API_URL: optional(text("Stands for the Google Play Developer API, in a test", { pattern: "^https?://" })),
  REVENUECAT_AUTHORIZATION: Type.Array(Type.String({ minLength: 16 }), {
    description:
      "Whole values of the Authorization header set for the webhook in RevenueCat, separated by commas while one is replaced; without any, the endpoint does not exist",
    default: [],
    ...secret,
  }),
  REVENUECAT_API_KEY: optional(
    text("RevenueCat's secret key (API v1): with it states are asked for", { minLength: 8, ...secret }),
  ),
  REVENUECAT_API_URL: optional(text("Stands for RevenueCat's host, in a test", { pattern: "^https?://" })),
  USAGE_REDIS: Type.Enum(["on", "off"], {
    description:
      "Whether refusals of members' limits are remembered in Redis for some seconds. It never admits anything: that PostgreSQL does",
    default: "off",
  }),
  STORE_FEES: Type.Array(Type.String({ pattern: "^[a-z_]+:\\d{1,2}(\\.\\d+)?(:\\d+[A-Z]{3})?$" }), {
    description:
      "What the stores keep, for the estimate of net revenue: store:percent, and an amount in minor units for each charge, for example stripe:2.9:30USD",
    default: ["stripe:2.9:30USD", "app_store:30", "google_play:15"],
  }),
  LICENSE_FILE_TTL_SECONDS: whole("A licence file may be relied on for so long", 604_800, 3_600, 31_536_000),
  LICENSE_KEY_DAYS: whole("A key signs licence files for so long, then the next one does", 365, 1, 3_650),
  LICENSE_KEY_LEAD_MINUTES: whole("A key that signs licence files is published so long before it signs", 10, 5, 10_080),
  LICENSE_ACTIVATIONS: whole("Machines that one licence may be activated on", 1_000, 1, 1_000_000),
  BILLING_ENVIRONMENT: optional(
    Type.Enum(["live", "test"], {
      description:
        "Whose money counts, of every store: real, or the sandboxes'. Default: live in production, else test",
    }),
  ),
};
