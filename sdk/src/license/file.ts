import { parseStrictObject } from "./strict-json.ts";
import type { HighWaterMark } from "./types.ts";

/** What a licence file says, format 1. Times are RFC 3339. */
export interface LicenseFile {
  format: 1;
  license_id: string;
  workspace_id: string;
  product: string;
  plan_id: string;
  features: Record<string, unknown>;
  max_seats: number;
  status: string;
  not_before: string;
  /** When the paid time ends; null for never. */
  expires_at: string | null;
  /** Seconds from `issued_at` after which a newer file is needed. */
  file_ttl: number;
  /** The server's time of signing. */
  issued_at: string;
  revision: number;
  /** The one machine that the file is for; any, without. */
  hardware_id?: string;
}

/**
 * - `malformed`: no compact JWS, or not of this format.
 * - `bad_header`: another algorithm or type, or a header that asks for more than this check knows.
 * - `unknown_key`: signed by a key that is not in the set (any more).
 * - `bad_signature`: changed after signing, or signed by somebody else.
 * - `clock_rollback`: the clock is more than 5 minutes behind a time that is known to have been. Going online recovers.
 * - `wrong_product`, `wrong_workspace`, `wrong_machine`: good, but not for here.
 * - `not_active`: the licence was suspended, expired or revoked when the file was signed.
 * - `not_yet_valid`, `expired`: before `not_before`; at or after `expires_at`.
 * - `file_too_old`: the licence may go on, but the file needs renewal (`file_ttl`).
 */
export type LicenseFileRefusal =
  | "malformed"
  | "bad_header"
  | "unknown_key"
  | "bad_signature"
  | "clock_rollback"
  | "wrong_product"
  | "wrong_workspace"
  | "wrong_machine"
  | "not_active"
  | "not_yet_valid"
  | "expired"
  | "file_too_old";

export type LicenseFileCheck =
  | { valid: true; license: LicenseFile }
  /** `license` is there when the signature is good. */
  | { valid: false; code: LicenseFileRefusal; message: string; license?: LicenseFile };

/** A key of `/.well-known/license-keys.json` (RFC 7517). */
export interface LicenseKey {
  kty?: string;
  kid?: string;
  alg?: string;
  use?: string;
  n?: string;
  e?: string;
}

export interface LicenseFileOptions {
  /** The key set, kept since the program was last online, or built into it. */
  jwks: { keys: LicenseKey[] };
  /** The product that asks; a file for another one is refused. */
  product: string;
  workspace_id?: string;
  /** This machine's id, as it was activated. A file for one machine is refused without it. */
  hardware_id?: string;
  /** Unix milliseconds. Default: the system's clock. */
  now?: number;
  /** Catches a clock that is set back between two checks. Without it, only one set back before `issued_at` is noticed. */
  high_water_mark?: HighWaterMark;
  /** Default: the platform's. Node 18 has none in modules: take `verifyLicenseFile` of `@plinth/sdk/node` there. */
  crypto?: { subtle: SubtleCrypto };
}

/** How far a clock may be behind, in milliseconds: clocks differ, and are corrected. */
const TOLERANCE = 5 * 60_000;

const messages: Record<LicenseFileRefusal, string> = {
  malformed: "This is not a licence file",
  bad_header: "The file is signed in a way that is not accepted",
  unknown_key: "The key that signed the file is not known",
  bad_signature: "The file was changed after it was signed",
  clock_rollback: "The clock of this machine was set back; go online to correct it",
  wrong_product: "The licence is for another product",
  wrong_workspace: "The licence belongs to another workspace",
  wrong_machine: "The file is for another machine",
  not_active: "The licence is not active",
  not_yet_valid: "The licence is not valid yet",
  expired: "The licence has expired",
  file_too_old: "The file must be renewed; go online or download a new one",
};

/**
 * Checks a licence file without a network: a compact JWS (RFC 7515) signed PS256 with type `license+jws`. What is read is exactly
 * what was signed. Never rejects for what is in the file; throws when the platform has no WebCrypto (an insecure page).
 */
export async function verifyLicenseFile(file: string, options: LicenseFileOptions): Promise<LicenseFileCheck> {
  const subtle = (options.crypto ?? globalThis.crypto)?.subtle;
  if (subtle === undefined) throw new TypeError("There is no WebCrypto here: pass `crypto`");
  const parts = splitFile(file);
  if (parts === undefined) return refuse("malformed");
  const kid = readHeader(parts.header);
  if (kid === undefined) return refuse("bad_header");
  const key = options.jwks.keys.find((candidate) => candidate.kid === kid);
  if (key === undefined) return refuse("unknown_key");
  if (!(await isSignedBy(subtle, key, parts))) return refuse("bad_signature");
  const license = readPayload(parts.payload);
  if (license === undefined) return refuse("malformed");
  const code = (await checkTime(license, options)) ?? checkHolder(license, options);
  return code === undefined ? { valid: true, license } : { ...refuse(code), license };
}

function refuse(code: LicenseFileRefusal): LicenseFileCheck & { valid: false } {
  return { valid: false, code, message: messages[code] };
}

interface Parts {
  header: string;
  payload: string;
  signed: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

function splitFile(file: string): Parts | undefined {
  const [header, payload, signature, ...more] = file.trim().split(".").map(decodeBase64url);
  if (header === undefined || payload === undefined || signature === undefined || more.length > 0) return undefined;
  const signed = new TextEncoder().encode(file.trim().slice(0, file.trim().lastIndexOf(".")));
  try {
    const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    return { header: utf8.decode(header), payload: utf8.decode(payload), signed, signature };
  } catch {
    return undefined;
  }
}

/** Of the one spelling that bytes have (RFC 4648 §3.5); undefined for any other. */
function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]+$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const again = btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  return again === text ? Uint8Array.from(binary, (character) => character.charCodeAt(0)) : undefined;
}

/** The key's id. Undefined for every header but the one that we sign: no other algorithm, no key of the file's own, no `crit`. */
function readHeader(text: string): string | undefined {
  const { alg, typ, kid, ...more } = parseStrictObject(text) ?? {};
  const isOurs = alg === "PS256" && typ === "license+jws" && Object.keys(more).length === 0;
  return isOurs && typeof kid === "string" ? kid : undefined;
}

/** RSASSA-PSS with SHA-256 and a salt as long as its hash (RFC 7518 §3.5). */
async function isSignedBy(subtle: SubtleCrypto, { kty, alg, use, n, e }: LicenseKey, { signed, signature }: Parts) {
  if (kty !== "RSA" || (alg ?? "PS256") !== "PS256" || (use ?? "sig") !== "sig") return false;
  try {
    const jwk = { kty, n, e, alg: "PS256", ext: true };
    const key = await subtle.importKey("jwk", jwk, { name: "RSA-PSS", hash: "SHA-256" }, false, ["verify"]);
    return await subtle.verify({ name: "RSA-PSS", saltLength: 32 }, key, signature, signed);
  } catch {
    return false;
  }
}

function readPayload(text: string): LicenseFile | undefined {
  const payload = parseStrictObject(text);
  if (payload === undefined || payload.format !== 1) return undefined;
  const texts = ["license_id", "workspace_id", "product", "plan_id", "status"].every((name) => isText(payload[name]));
  const numbers = ["max_seats", "file_ttl", "revision"].every((name) => Number.isFinite(payload[name]));
  const times = isTime(payload.not_before) && isTime(payload.issued_at);
  const end = payload.expires_at === null || isTime(payload.expires_at);
  const machine = payload.hardware_id === undefined || isText(payload.hardware_id);
  const features = typeof payload.features === "object" && payload.features !== null;
  const isWhole = texts && numbers && times && end && machine && features;
  return isWhole ? (payload as object as LicenseFile) : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isTime(value: unknown): value is string {
  return isText(value) && /^\d{4}-\d\d-\d\dT/.test(value) && !Number.isNaN(Date.parse(value));
}

function checkHolder(license: LicenseFile, options: LicenseFileOptions): LicenseFileRefusal | undefined {
  if (license.product !== options.product) return "wrong_product";
  if (options.workspace_id !== undefined && license.workspace_id !== options.workspace_id) return "wrong_workspace";
  if (license.hardware_id !== undefined && license.hardware_id !== options.hardware_id) return "wrong_machine";
  return license.status === "active" ? undefined : "not_active";
}

/** The clock is measured first, for all other times are compared with it. A signed time that is later than the mark raises it. */
async function checkTime(license: LicenseFile, options: LicenseFileOptions): Promise<LicenseFileRefusal | undefined> {
  const { now = Date.now(), high_water_mark } = options;
  const issued_at = Date.parse(license.issued_at);
  const mark = Math.max(issued_at, (await high_water_mark?.read()) ?? Number.NEGATIVE_INFINITY);
  await high_water_mark?.write(Math.max(mark, now));
  if (now < mark - TOLERANCE) return "clock_rollback";
  if (now < Date.parse(license.not_before) - TOLERANCE) return "not_yet_valid";
  if (license.expires_at !== null && now >= Date.parse(license.expires_at)) return "expired";
  if (now >= issued_at + license.file_ttl * 1_000) return "file_too_old";
  return undefined;
}
