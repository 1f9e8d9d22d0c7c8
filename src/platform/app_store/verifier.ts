import {
  Environment,
  SignedDataVerifier,
  VerificationException,
  VerificationStatus,
} from "@apple/app-store-server-library";
import type { Clock } from "../../core/clock.ts";
import { type Environment as BillingEnvironment, billingErrors } from "../billing/index.ts";
import type { AppStoreTrust } from "./trust.ts";

/** The app whose purchases are ours. */
export interface AppStoreApp {
  /** For example `com.example.app`. */
  bundle_id: string;
  /** The app's number in App Store Connect. Needed for what is real; a sandbox does not tell it. */
  app_apple_id?: number;
  /** Which of Apple's environments is ours: `live` is Production, `test` is Sandbox (also TestFlight). */
  environment: BillingEnvironment;
}

/**
 * Checks signatures with Apple's own library: the chain of certificates up to the roots with Apple's marks in it, the signature, the app.
 * Each throws `billing.signature_invalid`, `billing.event_malformed` for another app, or `billing.store_unreachable` when an OCSP
 * responder does not answer in time, and tells in which environment it is valid.
 */
export interface AppStoreVerifier {
  /** A notification whole, with the transaction and the renewal in it. */
  notification(signed: string): Promise<BillingEnvironment>;
  /** Transactions, and what renews them. */
  transaction(signed: string, renewal?: string | null): Promise<BillingEnvironment>;
}

export interface VerifierOptions extends AppStoreApp, AppStoreTrust {
  clock: Pick<Clock, "now">;
}

/** How long the store's responders are waited for; the library's own 30 seconds are longer than the sender waits. */
const patience_ms = 10_000;

type Check = (verifier: SignedDataVerifier) => Promise<void>;

/**
 * There is one verifier for the configured environment and one for the other of the two, so that what is of the wrong one is known for
 * genuine before it is put aside. Neither is chosen by what the payload says of itself: the library checks no signature at all in its
 * environments Xcode and LocalTesting, so those have none here, and what comes from them is refused.
 */
export function createVerifier(app: VerifierOptions): AppStoreVerifier {
  if (app.environment === "live" && app.app_apple_id === undefined) {
    throw new Error("the App Store's production environment needs the app's Apple ID");
  }
  const ours = daily(app, app.environment);
  const theirs: BillingEnvironment = app.environment === "live" ? "test" : "live";
  // What is real names the app's number: without it configured nothing real can be told to be of our app.
  const other =
    theirs === "live" && app.app_apple_id === undefined ? undefined : { name: theirs, of: daily(app, theirs) };

  const check = async (work: Check): Promise<BillingEnvironment> => {
    try {
      await inTime(work(ours()));
      return app.environment;
    } catch (error) {
      if (other === undefined || !isOfAnother(error)) throw problemOf(error);
      await inTime(work(other.of())).catch((second) => {
        throw problemOf(second);
      });
      return other.name;
    }
  };
  const afterAnother = createTurns();
  return {
    notification: (signed) => afterAnother(signed, () => check((verifier) => checkNotification(verifier, signed))),
    transaction: (signed, renewal) =>
      afterAnother(signed, () => check((verifier) => checkTransaction(verifier, signed, renewal))),
  };
}

/**
 * Of what comes side by side with one and the same header, and so with the same certificates, the first goes alone: the others then find
 * the responders' answers instead of asking for them again.
 */
function createTurns() {
  const running = new Map<string, Promise<unknown>>();
  return async <T>(signed: string, work: () => Promise<T>): Promise<T> => {
    const [header = ""] = signed.split(".", 1);
    const first = running.get(header);
    if (first !== undefined) {
      await first.catch(() => undefined);
      return work();
    }
    const alone = work().finally(() => running.delete(header));
    running.set(header, alone);
    return alone;
  };
}

/**
 * Apple's verifier, a new one every day: it forgets no certificates that it has checked, and once there are more than 32 pairs of them it
 * refuses whatever it has to check anew (version 3.1.0, `verifyCertificateChain`).
 */
function daily(options: VerifierOptions, environment: BillingEnvironment): () => SignedDataVerifier {
  const { roots, online_checks, bundle_id, app_apple_id, clock } = options;
  const name = environment === "live" ? Environment.PRODUCTION : Environment.SANDBOX;
  const make = () => ({
    day: Math.floor(clock.now().getTime() / 86_400_000),
    verifier: new SignedDataVerifier(roots, online_checks, name, bundle_id, app_apple_id),
  });
  let present = make();
  return () => {
    if (present.day !== Math.floor(clock.now().getTime() / 86_400_000)) present = make();
    return present.verifier;
  };
}

/** One after the other: what the first has asked of the responders, the others find answered. */
async function checkNotification(verifier: SignedDataVerifier, signed: string): Promise<void> {
  const { data } = await verifier.verifyAndDecodeNotification(signed);
  if (data?.signedTransactionInfo) await verifier.verifyAndDecodeTransaction(data.signedTransactionInfo);
  if (data?.signedRenewalInfo) await verifier.verifyAndDecodeRenewalInfo(data.signedRenewalInfo);
}

async function checkTransaction(verifier: SignedDataVerifier, signed: string, renewal?: string | null): Promise<void> {
  await verifier.verifyAndDecodeTransaction(signed);
  if (renewal) await verifier.verifyAndDecodeRenewalInfo(renewal);
}

/** A sandbox does not tell the app's number, so that it may look like another app's before it looks like another environment's. */
function isOfAnother(error: unknown): boolean {
  const { INVALID_ENVIRONMENT, INVALID_APP_IDENTIFIER } = VerificationStatus;
  return statusOf(error) === INVALID_ENVIRONMENT || statusOf(error) === INVALID_APP_IDENTIFIER;
}

function isRetryable(error: unknown): boolean {
  return statusOf(error) === VerificationStatus.RETRYABLE_VERIFICATION_FAILURE;
}

function statusOf(error: unknown): VerificationStatus | undefined {
  return error instanceof VerificationException ? error.status : undefined;
}

function problemOf(cause: unknown): Error {
  if (isRetryable(cause)) return billingErrors.store_unreachable({ retry_after: 60, cause });
  if (statusOf(cause) === VerificationStatus.INVALID_APP_IDENTIFIER) {
    return billingErrors.event_malformed({ detail: "It is about another app", cause });
  }
  if (cause instanceof VerificationException) return billingErrors.signature_invalid({ cause });
  return cause instanceof Error ? cause : new Error("The verification failed", { cause });
}

async function inTime(work: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const failure = new VerificationException(VerificationStatus.RETRYABLE_VERIFICATION_FAILURE, new Error("timed out"));
  const timer = setTimeout(() => reject(failure), patience_ms);
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
