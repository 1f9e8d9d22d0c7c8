import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";
import { COSEALG, decodeAttestationObject, decodeClientDataJSON, isoBase64URL } from "@simplewebauthn/server/helpers";
import Type, { type Static } from "typebox";
import { Check } from "typebox/value";
import { isId } from "../../core/id.ts";

/** A public key credential (https://www.w3.org/TR/webauthn-3/), as it is kept. */
export interface StoredPasskey {
  /** 1 to 1,023 bytes. */
  credential_id: Buffer;
  /** COSE_Key (RFC 9052). */
  public_key: Buffer;
  /** Of signatures; always 0 for a passkey that is synced. */
  counter: number;
  /** How the browser may reach it, as `internal`, `hybrid`, `usb`. */
  transports: string[];
  backed_up: boolean;
  /** The model of the authenticator, a UUID; zeros when it does not tell. */
  aaguid: string;
}

/** What tells the browser which passkey is meant. */
type PasskeyHint = Pick<StoredPasskey, "credential_id" | "transports">;

/** Everywhere, `challenge` is 32 random bytes of the caller, who sees to it that each is answered once. */
export interface WebAuthn {
  /**
   * What `navigator.credentials.create()` needs, as JSON. User verification is required, attestation is not asked for. The authenticator gets
   * the 16 bytes of the UUID `user.id` as its user handle, base64url in the JSON; throws when it is no UUID.
   */
  registrationOptions(input: {
    challenge: Buffer;
    user: { id: string; name: string; display_name: string };
    exclude: PasskeyHint[];
  }): Promise<object>;
  /** The new passkey of a valid answer; undefined when it is not to be trusted. Never throws, whatever the response. */
  verifyRegistration(input: { challenge: Buffer; response: unknown }): Promise<StoredPasskey | undefined>;
  /** What `navigator.credentials.get()` needs, as JSON. Without `allow` the person chooses among the passkeys of this domain. */
  authenticationOptions(input: { challenge: Buffer; allow?: PasskeyHint[] }): Promise<object>;
  /** The credential that an answer claims to be by, for looking it up; undefined when it is malformed. */
  credentialIdOf(response: unknown): Buffer | undefined;
  /**
   * The new counter of a valid answer by this passkey; undefined when it is not to be trusted. A user handle in it must be that of `user_id`.
   * `is_cloned` when the counter has not grown, unless both are 0: the passkey may have a copy (§7.2 of the standard, step 22). Never throws,
   * whatever the response; throws when `user_id` is no UUID.
   */
  verifyAuthentication(input: {
    challenge: Buffer;
    response: unknown;
    passkey: StoredPasskey;
    user_id: string;
  }): Promise<{ counter: number; is_cloned: boolean; backed_up: boolean } | undefined>;
}

/** The site that passkeys belong to: a domain, and the origins whose pages may use them. */
interface Site {
  rp_id: string;
  rp_name: string;
  origins: string[];
}

/** Of every authenticator on sale. Named here, so that replicas on different versions of Node take the same keys. */
const algorithms = [COSEALG.EdDSA, COSEALG.ES256, COSEALG.RS256];
/** Milliseconds that the browser waits for the person: what the standard recommends with user verification. */
const timeout = 300_000;

// The library reads these fields without asking for their type. The limits are several times what an authenticator sends.
const Base64Url = Type.String({ pattern: "^[A-Za-z0-9_-]+$", maxLength: 10_000 });
const CredentialId = Type.String({ pattern: "^[A-Za-z0-9_-]+$", maxLength: 1_364 });
const credential = { id: CredentialId, rawId: CredentialId, type: Type.Literal("public-key") };
const Identified = Type.Object({ id: CredentialId });
const Registration = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: Type.Optional(Type.Array(Type.String({ pattern: "^[a-z0-9-]{1,32}$" }), { maxItems: 10 })),
  }),
});
type Registration = Static<typeof Registration>;
const Authentication = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Type.Optional(Type.Union([Type.String(), Type.Null()])),
  }),
});
type Authentication = Static<typeof Authentication>;

/** Passkeys (https://www.w3.org/TR/webauthn-3/) for one site. `rp_id` is the domain, without scheme and port; `origins` have both. */
export function createWebAuthn(site: Site): WebAuthn {
  return {
    registrationOptions: (input) => registrationOptions(site, input),
    authenticationOptions: (input) => authenticationOptions(site, input),
    credentialIdOf,
    verifyRegistration: async ({ challenge, response }) => {
      if (!Check(Registration, response)) return undefined;
      return trusted(() => verifyRegistration(site, challenge, response));
    },
    verifyAuthentication: async ({ challenge, response, passkey, user_id }) => {
      const handle = userHandle(user_id).toString("base64url");
      if (!Check(Authentication, response)) return undefined;
      // Authenticators leave it out, or empty, when they were told which passkey to use.
      const claimed = response.response.userHandle || handle;
      return claimed === handle ? trusted(() => verifyAuthentication(site, challenge, response, passkey)) : undefined;
    },
  };
}

type RegistrationInput = Parameters<WebAuthn["registrationOptions"]>[0];

async function registrationOptions(site: Site, { challenge, user, exclude }: RegistrationInput): Promise<object> {
  return generateRegistrationOptions({
    rpName: site.rp_name,
    rpID: site.rp_id,
    userID: new Uint8Array(userHandle(user.id)),
    userName: user.name,
    userDisplayName: user.display_name,
    challenge: new Uint8Array(challenge),
    timeout,
    attestationType: "none",
    excludeCredentials: exclude.map(descriptor),
    authenticatorSelection: { residentKey: "required", userVerification: "required" },
    supportedAlgorithmIDs: algorithms,
  });
}

type AuthenticationInput = Parameters<WebAuthn["authenticationOptions"]>[0];

async function authenticationOptions(site: Site, { challenge, allow }: AuthenticationInput): Promise<object> {
  return generateAuthenticationOptions({
    rpID: site.rp_id,
    challenge: new Uint8Array(challenge),
    timeout,
    userVerification: "required",
    ...(allow !== undefined && { allowCredentials: allow.map(descriptor) }),
  });
}

const descriptor = ({ credential_id, transports }: PasskeyHint) => ({
  id: credential_id.toString("base64url"),
  transports,
});

/** The UUID's 16 bytes: opaque, and nothing about the person, as the standard wants the user handle. */
function userHandle(user_id: string): Buffer {
  if (!isId(user_id)) throw new Error("A user's id must be a UUID");
  return Buffer.from(user_id.replaceAll("-", ""), "hex");
}

function credentialIdOf(response: unknown): Buffer | undefined {
  if (!Check(Identified, response)) return undefined;
  const bytes = Buffer.from(response.id, "base64url");
  // One credential has one spelling.
  return bytes.toString("base64url") === response.id ? bytes : undefined;
}

/** The library says what is wrong with an answer by throwing, in errors that nothing tells from others. */
async function trusted<T>(verify: () => Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await verify();
  } catch {
    return undefined;
  }
}

function expectations(site: Site, challenge: Buffer) {
  return {
    expectedChallenge: challenge.toString("base64url"),
    expectedOrigin: site.origins,
    expectedTopOrigin: site.origins,
    expectedRPID: site.rp_id,
    requireUserVerification: true,
  };
}

async function verifyRegistration(site: Site, challenge: Buffer, answer: Registration) {
  const { id, rawId, type, response } = answer;
  if (isFramedElsewhere(site, response.clientDataJSON) || isCertified(response.attestationObject)) return undefined;
  const { registrationInfo } = await verifyRegistrationResponse({
    ...expectations(site, challenge),
    response: { id, rawId, type, response, clientExtensionResults: {} },
    supportedAlgorithmIDs: algorithms,
  });
  // The library takes the id from what the authenticator says, without a look at the browser's.
  if (registrationInfo?.credential.id !== id) return undefined;
  const { credential, credentialBackedUp, aaguid } = registrationInfo;
  return {
    credential_id: Buffer.from(id, "base64url"),
    public_key: Buffer.from(credential.publicKey),
    counter: credential.counter,
    transports: response.transports ?? [],
    backed_up: credentialBackedUp,
    aaguid,
  };
}

async function verifyAuthentication(site: Site, challenge: Buffer, answer: Authentication, passkey: StoredPasskey) {
  const { id, rawId, type, response } = answer;
  const { clientDataJSON, authenticatorData, signature } = response;
  if (!credentialIdOf(answer)?.equals(passkey.credential_id)) return undefined;
  if (isFramedElsewhere(site, clientDataJSON)) return undefined;
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    ...expectations(site, challenge),
    response: {
      id,
      rawId,
      type,
      response: { clientDataJSON, authenticatorData, signature },
      clientExtensionResults: {},
    },
    // With the stored counter the library would throw before it looked at the signature: a forgery would pass for a clone.
    credential: { id, publicKey: new Uint8Array(passkey.public_key), counter: 0 },
  });
  if (!verified) return undefined;
  const { newCounter: counter, credentialBackedUp: backed_up } = authenticationInfo;
  const is_counting = counter > 0 || passkey.counter > 0;
  return { counter, is_cloned: is_counting && counter <= passkey.counter, backed_up };
}

/** Whether the page stood in a frame of a site that is not ours; the library looks at authentications alone, and not at all of them. */
function isFramedElsewhere({ origins }: Site, client_data_json: string): boolean {
  const { crossOrigin, topOrigin } = decodeClientDataJSON(client_data_json);
  if (crossOrigin !== true) return topOrigin !== undefined;
  return topOrigin === undefined || !origins.includes(topOrigin);
}

/**
 * Whether the attestation brings certificates. Nobody asked for them, browsers remove them, and the library would parse a stranger's
 * certificates, and for some formats fetch the revocation lists that they name.
 */
function isCertified(attestation_object: string): boolean {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(attestation_object));
  const format = attestation.get("fmt");
  if (format === "none") return false;
  return format !== "packed" || attestation.get("attStmt").get("x5c") !== undefined;
}
