import { createHmac, createPrivateKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { developmentChain, developmentKey } from "../../src/platform/app_store/development-ca.ts";
import { appStoreNotification } from "../../src/platform/app_store/simulator.ts";
import { simulateGooglePlay } from "../../src/platform/google_play/index.ts";
import { revenueCatEvent } from "../../src/platform/revenuecat/simulator.ts";
import { stripeSecret, type TestApp } from "./app.ts";
import { shapeOf } from "./fuzz-input.ts";

/** How a vendor sends: the reference describes no body of its, and refuses whatever it did not sign. */
interface Vendor {
  /** The schema of one notification, where what is packed inside stands unpacked. */
  body: object;
  /** Packs and signs a text as the vendor would; one that cannot be packed is signed as it is. */
  send(text: string): { text: string; headers: Record<string, string> };
}

const revenueCatAuthorization = "Bearer of the fuzz alone";
const app = { bundle_id: "example.plinth", package_name: "example.plinth" };
const sendGridKeys = generateKeyPairSync("ec", { namedCurve: "prime256v1" });

/** Settings with which the vendors' endpoints are open to the ones below. */
export const vendorSettings = {
  APP_STORE_BUNDLE_ID: app.bundle_id,
  GOOGLE_PLAY_PACKAGE_NAMES: app.package_name,
  REVENUECAT_AUTHORIZATION: revenueCatAuthorization,
  MAIL_SENDGRID_WEBHOOK_KEY: sendGridKeys.publicKey.export({ format: "der", type: "spki" }).toString("base64"),
};

/** Vendors by the end of their endpoint's path. */
export async function vendorsOf(plinth: Pick<TestApp, "keyring" | "clock">): Promise<Record<string, Vendor>> {
  const seconds = () => Math.floor(plinth.clock.now().getTime() / 1_000);
  return {
    stripe: {
      body: shapeOf(stripeEvent),
      send: (text) => {
        const mac = createHmac("sha256", stripeSecret).update(`${seconds()}.${text}`).digest("hex");
        return { text, headers: { "stripe-signature": `t=${seconds()},v1=${mac}` } };
      },
    },
    "app-store": {
      body: shapeOf(appStoreSample()),
      send: (text) => ({ text: packed(text, wrapAppStore), headers: {} }),
    },
    "google-play": await googlePlay(plinth),
    revenuecat: {
      body: shapeOf(revenueCatEvent("INITIAL_PURCHASE", { app_user_id: "@@workspace_id@@", event_id: "@@random@@" })),
      send: (text) => ({ text, headers: { authorization: revenueCatAuthorization } }),
    },
    sendgrid: {
      body: shapeOf([sendGridEvent]),
      send: (text) => {
        const timestamp = String(seconds());
        const signature = sign("sha256", Buffer.from(timestamp + text), sendGridKeys.privateKey).toString("base64");
        const name = "x-twilio-email-event-webhook";
        return { text, headers: { [`${name}-signature`]: signature, [`${name}-timestamp`]: timestamp } };
      },
    },
  };
}

/** What Plinth reads of a subscription's event. */
const stripeEvent = {
  id: "evt_@@random@@",
  object: "event",
  type: "customer.subscription.updated",
  created: 1_750_000_000,
  livemode: false,
  data: {
    object: {
      id: "sub_@@random@@",
      customer: "cus_@@user_id@@",
      status: "active",
      items: { data: [{ price: { id: "price_prism_monthly" }, quantity: 1, current_period_end: 1_999_999_999 }] },
      created: 1_750_000_000,
      start_date: 1_750_000_000,
      trial_end: null,
      cancel_at_period_end: false,
      metadata: { workspace_id: "@@workspace_id@@" },
    },
  },
};

const sendGridEvent = {
  email: "@@email@@",
  event: "bounce",
  timestamp: 1_750_000_000,
  sg_message_id: "@@random@@.filter",
  plinth_mail_id: "@@random@@",
  type: "blocked",
  reason: "550 no such person",
};

/** The text with its JSON packed; one that is no JSON of that form stays as it is. */
// biome-ignore lint/suspicious/noExplicitAny: whatever the fuzz made of the sample
function packed(text: string, pack: (told: any) => object): string {
  try {
    return JSON.stringify(pack(JSON.parse(text)));
  } catch {
    return text;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a payload of Apple's
const claimsOf = (jws: string): any => JSON.parse(Buffer.from(jws.split(".")[1] ?? "", "base64url").toString());

/** A notification whose three signed parts stand open. */
function appStoreSample(): object {
  const { body } = appStoreNotification({
    type: "SUBSCRIBED/INITIAL_BUY",
    bundle_id: app.bundle_id,
    product_id: "prism_pro_monthly",
    original_transaction_id: "@@random@@",
    app_account_token: "@@workspace_id@@",
    notification_id: "@@random@@",
  });
  const payload = claimsOf(JSON.parse(body).signedPayload);
  const { signedTransactionInfo, signedRenewalInfo } = payload.data;
  const data = {
    ...payload.data,
    signedTransactionInfo: claimsOf(signedTransactionInfo),
    signedRenewalInfo: claimsOf(signedRenewalInfo),
  };
  return { ...payload, data };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever the fuzz made of the sample
function wrapAppStore(payload: any): object {
  const { data } = payload;
  const parts = Object.entries(data ?? {}).map(([name, part]) => [name, name.startsWith("signed") ? jws(part) : part]);
  return { signedPayload: jws({ ...payload, data: Object.fromEntries(parts) }) };
}

const developmentLeaf: KeyObject = createPrivateKey({ key: developmentKey, format: "der", type: "pkcs8" });
function jws(claims: unknown): string {
  const parts = [{ alg: "ES256", x5c: developmentChain }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString("base64url"),
  );
  const key = { key: developmentLeaf, dsaEncoding: "ieee-p1363" } as const;
  return [...parts, sign("sha256", Buffer.from(parts.join(".")), key).toString("base64url")].join(".");
}

/** A push, its message's data and the purchase beside it unpacked. */
async function googlePlay({ keyring, clock }: Pick<TestApp, "keyring" | "clock">): Promise<Vendor> {
  const simulated = await simulateGooglePlay("SUBSCRIPTION_PURCHASED", {
    seed: keyring.derive("google play simulator"),
    package_name: app.package_name,
    purchase_token: "@@random@@",
    purchase: { account_id: "@@workspace_id@@", price_id: "prism_pro:monthly" },
    now: clock.now(),
  });
  const open = (text: string) => JSON.parse(Buffer.from(text, "base64").toString());
  const close = (value: unknown) =>
    typeof value === "object" ? Buffer.from(JSON.stringify(value)).toString("base64") : value;
  const push = JSON.parse(simulated.body);
  const unpack = (members: Record<string, string>) =>
    Object.fromEntries(Object.entries(members).map(([name, text]) => [name, open(text)]));
  const { message } = push;
  return {
    body: shapeOf({
      ...push,
      message: {
        ...message,
        messageId: "@@random@@",
        data: open(message.data),
        attributes: unpack(message.attributes),
      },
    }),
    send: (text) => ({
      headers: { authorization: simulated.headers.authorization ?? "" },
      text: packed(text, (told) => {
        const attributes = Object.entries(told.message.attributes ?? {}).map(([name, value]) => [name, close(value)]);
        const inner = { data: close(told.message.data), attributes: Object.fromEntries(attributes) };
        return { ...told, message: { ...told.message, ...inner } };
      }),
    }),
  };
}
