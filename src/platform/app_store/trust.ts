import { appleRoots } from "./apple-roots.ts";
import { developmentRoot } from "./development-ca.ts";

/** Whose signatures count as the App Store's. */
export interface AppStoreTrust {
  /** Root certificates in DER. */
  roots: Buffer[];
  /**
   * Whether Apple's OCSP responders are asked if a certificate was revoked, and certificates must be valid now rather than when they
   * signed. The answer is kept for 15 minutes for each pair of certificates: two calls side by side in that time, however many
   * notifications come.
   */
  online_checks: boolean;
}

/**
 * In production Apple's roots alone, with online checks. Elsewhere also the development root, whose leaf's key everybody has, and no
 * online checks: the development certificates name no OCSP responder, and development works without a network.
 */
export function appStoreTrust(node_env: "development" | "test" | "production"): AppStoreTrust {
  if (node_env === "production") return { roots: [...appleRoots], online_checks: true };
  return { roots: [...appleRoots, developmentRoot], online_checks: false };
}
