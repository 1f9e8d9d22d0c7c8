import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** What is wrong, or unusual, with an answer. */
interface Overrides {
  origin?: string;
  rp_id?: string;
  /** Base64url, in place of the one that was sent. */
  challenge?: string;
  type?: "webauthn.create" | "webauthn.get";
  user_present?: boolean;
  user_verified?: boolean;
  /** Says that the passkey is synced. */
  backed_up?: boolean;
  /** The counter of signatures in this answer; later ones count on from it. */
  counter?: number;
  /** The page stood in a frame of this site; null: of one that the browser does not tell. */
  top_origin?: string | null;
}

interface CreateOverrides extends Overrides {
  /** `self`: signed by the new key. `certificate`: signed by a maker's key, with its certificate. Default `none`. */
  attestation?: "none" | "self" | "certificate";
  transports?: string[];
}

interface GetOverrides extends Overrides {
  corrupt_signature?: boolean;
  /** The id of another of its credentials, whose key signs. */
  signed_by?: string;
  /** Base64url; null leaves it out. */
  user_handle?: string | null;
}

/** What `navigator.credentials.create()` gave, as JSON. */
export interface FakeRegistration extends FakeCredential {
  response: { clientDataJSON: string; attestationObject: string; transports: string[] };
}

/** What `navigator.credentials.get()` gave, as JSON. */
export interface FakeAuthentication extends FakeCredential {
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle?: string };
}

interface FakeCredential {
  id: string;
  rawId: string;
  type: "public-key";
  authenticatorAttachment: "platform";
  clientExtensionResults: { credProps?: { rk: boolean } };
}

export interface FakeAuthenticator {
  /** Makes a passkey. Throws as a browser does: InvalidStateError when it has an excluded one, SecurityError for another site. */
  create(options: object, overrides?: CreateOverrides): FakeRegistration;
  /** Signs by the newest passkey that is allowed. Throws as a browser does: NotAllowedError when it has none. */
  get(options: object, overrides?: GetOverrides): FakeAuthentication;
}

interface Kept {
  id: string;
  user_handle: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
  counter: number;
}

interface Site {
  origin: string;
  rp_id: string;
}

interface CreationOptions {
  rp: { id: string };
  user: { id: string };
  challenge: string;
  excludeCredentials?: { id: string }[];
}

interface RequestOptions {
  rpId: string;
  challenge: string;
  allowCredentials?: { id: string }[];
}

/** A browser on a page of `origin` together with a platform authenticator (ES256) whose passkeys are all discoverable. */
export function createFakeAuthenticator(site: Site): FakeAuthenticator {
  const kept: Kept[] = [];
  return {
    create: (options, overrides = {}) => {
      const { rp, user, challenge, excludeCredentials = [] } = options as CreationOptions;
      checkSite(site, rp.id);
      if (kept.some((passkey) => excludeCredentials.some(({ id }) => id === passkey.id)))
        throw new DOMException("The authenticator has a passkey already", "InvalidStateError");
      const passkey = newPasskey(user.id, overrides.counter);
      kept.push(passkey);
      return register(site, passkey, challenge, overrides);
    },
    get: (options, overrides = {}) => {
      const { rpId, challenge, allowCredentials = [] } = options as RequestOptions;
      checkSite(site, rpId);
      const isAllowed = ({ id }: Kept) =>
        allowCredentials.length === 0 || allowCredentials.some((one) => one.id === id);
      const passkey = found(kept.findLast(isAllowed));
      const { signed_by } = overrides;
      const signer = signed_by === undefined ? passkey : found(kept.find(({ id }) => id === signed_by));
      passkey.counter = overrides.counter ?? passkey.counter + 1;
      return authenticate(site, passkey, signer, challenge, overrides);
    },
  };
}

function checkSite({ rp_id }: Site, asked: string): void {
  if (asked !== rp_id) throw new DOMException(`This page may not use passkeys of ${asked}`, "SecurityError");
}

function found(passkey: Kept | undefined): Kept {
  if (passkey === undefined) throw new DOMException("There is no such passkey", "NotAllowedError");
  return passkey;
}

function newPasskey(user_handle: string, counter = 0): Kept {
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { ...keys, id: randomBytes(16).toString("base64url"), user_handle, counter };
}

function register(site: Site, passkey: Kept, challenge: string, overrides: CreateOverrides): FakeRegistration {
  const client_data = clientData(site, "webauthn.create", challenge, overrides);
  const data = authenticatorData(site, passkey, overrides, attestedCredential(passkey));
  const attestation = new Map<string, Cbor>([
    ["fmt", (overrides.attestation ?? "none") === "none" ? "none" : "packed"],
    ["attStmt", attestationStatement(passkey, Buffer.concat([data, sha256(client_data)]), overrides)],
    ["authData", data],
  ]);
  return {
    ...credential(passkey),
    clientExtensionResults: { credProps: { rk: true } },
    response: {
      clientDataJSON: client_data.toString("base64url"),
      attestationObject: cbor(attestation).toString("base64url"),
      transports: overrides.transports ?? ["hybrid", "internal"],
    },
  };
}

function authenticate(
  site: Site,
  passkey: Kept,
  signer: Kept,
  challenge: string,
  overrides: GetOverrides,
): FakeAuthentication {
  const client_data = clientData(site, "webauthn.get", challenge, overrides);
  const data = authenticatorData(site, passkey, overrides);
  const signature = sign("sha256", Buffer.concat([data, sha256(client_data)]), signer.privateKey);
  // The last byte is within a number: what is corrupt is still well formed.
  if (overrides.corrupt_signature)
    signature.writeUInt8(signature.readUInt8(signature.length - 1) ^ 1, signature.length - 1);
  const userHandle = overrides.user_handle === undefined ? passkey.user_handle : overrides.user_handle;
  return {
    ...credential(passkey),
    clientExtensionResults: {},
    response: {
      clientDataJSON: client_data.toString("base64url"),
      authenticatorData: data.toString("base64url"),
      signature: signature.toString("base64url"),
      ...(userHandle !== null && { userHandle }),
    },
  };
}

function credential({ id }: Kept) {
  return { id, rawId: id, type: "public-key", authenticatorAttachment: "platform" } as const;
}

/** https://www.w3.org/TR/webauthn-3/#dictdef-collectedclientdata */
function clientData(site: Site, type: string, challenge: string, overrides: Overrides): Buffer {
  const { top_origin } = overrides;
  const data = {
    type: overrides.type ?? type,
    challenge: overrides.challenge ?? challenge,
    origin: overrides.origin ?? site.origin,
    crossOrigin: top_origin !== undefined,
    ...(typeof top_origin === "string" && { topOrigin: top_origin }),
  };
  return Buffer.from(JSON.stringify(data));
}

/** https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data */
function authenticatorData(site: Site, passkey: Kept, overrides: Overrides, attested?: Buffer): Buffer {
  const { user_present = true, user_verified = true, backed_up = false } = overrides;
  const present = user_present ? 0x01 : 0;
  const verified = user_verified ? 0x04 : 0;
  const backup = backed_up ? 0x18 : 0;
  const flags = present | verified | backup | (attested === undefined ? 0 : 0x40);
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(passkey.counter);
  return Buffer.concat([sha256(overrides.rp_id ?? site.rp_id), Buffer.of(flags), counter, attested ?? Buffer.alloc(0)]);
}

const aaguid = Buffer.alloc(16, 0xfa);

/** https://www.w3.org/TR/webauthn-3/#sctn-attested-credential-data */
function attestedCredential({ id, publicKey }: Kept): Buffer {
  const credential_id = Buffer.from(id, "base64url");
  const length = Buffer.alloc(2);
  length.writeUInt16BE(credential_id.length);
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  // COSE_Key (RFC 9053): kty EC2, alg ES256, crv P-256, x, y.
  const key = new Map<number, Cbor>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, Buffer.from(x, "base64url")],
    [-3, Buffer.from(y, "base64url")],
  ]);
  return Buffer.concat([aaguid, length, credential_id, cbor(key)]);
}

/** https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation */
function attestationStatement({ privateKey }: Kept, signed: Buffer, { attestation = "none" }: CreateOverrides) {
  const statement = new Map<string, Cbor>();
  if (attestation === "none") return statement;
  statement.set("alg", -7);
  if (attestation === "self") return statement.set("sig", sign("sha256", signed, privateKey));
  const keys = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return statement.set("sig", sign("sha256", signed, keys.privateKey)).set("x5c", [certificate(keys)]);
}

/** A maker's certificate that anybody could make (https://www.w3.org/TR/webauthn-3/#sctn-packed-attestation-cert-requirements). */
function certificate({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Buffer {
  const algorithm = der(0x30, der(0x06, oids.ecdsa_with_sha256));
  const name = der(
    0x30,
    ...Object.entries(maker).map(([type, text]) => nameAttribute(oids[type as keyof typeof maker], text)),
  );
  const validity = der(0x30, ...["20200101000000Z", "20991231235959Z"].map((time) => der(0x18, Buffer.from(time))));
  const version = der(0xa0, der(0x02, Buffer.of(2)));
  const serial = der(0x02, Buffer.of(1));
  const key = publicKey.export({ type: "spki", format: "der" });
  const signed = der(0x30, version, serial, algorithm, name, validity, name, key);
  return der(0x30, signed, algorithm, der(0x03, Buffer.of(0), sign("sha256", signed, privateKey)));
}

const maker = { country: "SE", organization: "Maker", unit: "Authenticator Attestation", common_name: "Fake" };
const oids = {
  ecdsa_with_sha256: Buffer.from("2a8648ce3d040302", "hex"),
  common_name: Buffer.from("550403", "hex"),
  country: Buffer.from("550406", "hex"),
  organization: Buffer.from("55040a", "hex"),
  unit: Buffer.from("55040b", "hex"),
};

const nameAttribute = (oid: Buffer, text: string) => der(0x31, der(0x30, der(0x06, oid), der(0x13, Buffer.from(text))));

/** One element of DER (X.690), shorter than 64 KiB. */
function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const long = length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...(length < 128 ? [length] : long)]), content]);
}

type Cbor = number | string | Buffer | Cbor[] | Map<string, Cbor> | Map<number, Cbor>;

/** As much of CBOR (RFC 8949) as an authenticator speaks: whole numbers, bytes, texts, arrays and maps shorter than 64 KiB. */
function cbor(value: Cbor): Buffer {
  if (typeof value === "number") return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value);
  if (typeof value === "string") return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([cborHead(2, value.length), value]);
  if (Array.isArray(value)) return Buffer.concat([cborHead(4, value.length), ...value.map(cbor)]);
  const entries = [...value].flat() as Cbor[];
  return Buffer.concat([cborHead(5, value.size), ...entries.map(cbor)]);
}

function cborHead(major: number, count: number): Buffer {
  const type = major << 5;
  if (count < 24) return Buffer.of(type | count);
  if (count < 256) return Buffer.of(type | 24, count);
  return Buffer.of(type | 25, count >> 8, count & 255);
}

const sha256 = (data: string | Buffer) => createHash("sha256").update(data).digest();
