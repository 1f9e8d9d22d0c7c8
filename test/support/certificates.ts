import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign, type X509Certificate } from "node:crypto";

/**
 * X.509 certificates and OCSP answers (RFC 5280, RFC 6960) as small as they can be, with P-256 keys: to play Apple, and everybody who
 * would like to be taken for Apple.
 */

/** A certificate with its private key. */
export interface Issued {
  name: string;
  der: Buffer;
  private_key: KeyObject;
  /** The SubjectPublicKeyInfo. */
  public_key: Buffer;
}

export interface CertificateOptions {
  name: string;
  /** Default: it signs itself. */
  issuer?: Issued;
  is_ca?: boolean;
  not_before?: Date;
  not_after?: Date;
  /** Extensions without content, by which Apple marks what a certificate is for. */
  marks?: string[];
  /** Where its OCSP responder is. */
  ocsp_url?: string;
  /** May sign OCSP answers for its issuer. */
  is_ocsp_responder?: boolean;
}

const oids = {
  common_name: "2.5.4.3",
  ecdsa_sha256: "1.2.840.10045.4.3.2",
  sha256: "2.16.840.1.101.3.4.2.1",
  basic_constraints: "2.5.29.19",
  extended_key_usage: "2.5.29.37",
  authority_info_access: "1.3.6.1.5.5.7.1.1",
  ocsp: "1.3.6.1.5.5.7.48.1",
  ocsp_basic: "1.3.6.1.5.5.7.48.1.1",
  ocsp_signing: "1.3.6.1.5.5.7.3.9",
};

export function issueCertificate(options: CertificateOptions): Issued {
  const pair = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const public_key = pair.publicKey.export({ type: "spki", format: "der" });
  const issuer = options.issuer ?? { name: options.name, private_key: pair.privateKey };
  const content = sequence(
    context(0, integer(2)),
    serial(),
    sequence(oid(oids.ecdsa_sha256)),
    nameOf(issuer.name),
    sequence(
      time(options.not_before ?? new Date("2020-01-01T00:00:00Z")),
      time(options.not_after ?? new Date("2120-01-01T00:00:00Z")),
    ),
    nameOf(options.name),
    public_key,
    context(3, sequence(...extensionsOf(options))),
  );
  return { name: options.name, der: signed(content, issuer.private_key), private_key: pair.privateKey, public_key };
}

/** What the responder says of one certificate, within its validity of an hour around `at`. */
export function ocspAnswer(about: {
  certificate: X509Certificate;
  issuer: Issued;
  responder: Issued;
  at: Date;
  is_revoked?: boolean;
}): Buffer {
  const { issuer, responder, at } = about;
  const near = (hours: number) => time(new Date(at.getTime() + hours * 3_600_000));
  const id = sequence(
    sequence(oid(oids.sha256), tlv(0x05)),
    octets(hash("sha256", nameOf(issuer.name))),
    octets(hash("sha256", rawKey(issuer.public_key))),
    tlv(0x02, Buffer.from(about.certificate.serialNumber, "hex")),
  );
  const status = about.is_revoked === true ? context(1, near(-1)) : tlv(0x80);
  const content = sequence(
    context(2, octets(hash("sha1", rawKey(responder.public_key)))),
    near(0),
    sequence(sequence(id, status, near(-1), context(0, near(1)))),
  );
  const basic = signed(content, responder.private_key, context(0, sequence(responder.der)));
  return sequence(tlv(0x0a, Buffer.from([0])), context(0, sequence(oid(oids.ocsp_basic), octets(basic))));
}

function extensionsOf({ is_ca, marks, ocsp_url, is_ocsp_responder }: CertificateOptions): Buffer[] {
  const found = (marks ?? []).map((mark) => sequence(oid(mark), octets(tlv(0x05))));
  found.push(sequence(oid(oids.basic_constraints), octets(sequence(...(is_ca === true ? [tlv(0x01, [0xff])] : [])))));
  if (ocsp_url !== undefined) {
    const access = sequence(sequence(oid(oids.ocsp), tlv(0x86, Buffer.from(ocsp_url))));
    found.push(sequence(oid(oids.authority_info_access), octets(access)));
  }
  if (is_ocsp_responder === true) {
    found.push(sequence(oid(oids.extended_key_usage), octets(sequence(oid(oids.ocsp_signing)))));
  }
  return found;
}

function signed(content: Buffer, key: KeyObject, ...more: Buffer[]): Buffer {
  const signature = tlv(0x03, [0], sign("sha256", content, key));
  return sequence(content, sequence(oid(oids.ecdsa_sha256)), signature, ...more);
}

/** The key's own bits, without what says of which kind it is. A P-256 point has 65 bytes. */
function rawKey(public_key: Buffer): Buffer {
  return public_key.subarray(-65);
}

function hash(algorithm: string, data: Buffer): Buffer {
  return createHash(algorithm).update(data).digest();
}

function nameOf(name: string): Buffer {
  return sequence(tlv(0x31, sequence(oid(oids.common_name), tlv(0x0c, Buffer.from(name)))));
}

function time(date: Date): Buffer {
  return tlv(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, "").slice(0, 14)}Z`));
}

/** Positive, and as short as DER wants it. */
function serial(): Buffer {
  const bytes = randomBytes(8);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return tlv(0x02, bytes);
}

/** Below 128, so that one byte without a sign is enough. */
function integer(value: number): Buffer {
  return tlv(0x02, [value]);
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  return tlv(0x06, [first * 40 + second, ...rest.flatMap(base128)]);
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) digits.unshift((left % 128) | 0x80);
  return digits;
}

function octets(content: Buffer): Buffer {
  return tlv(0x04, content);
}

function sequence(...content: Buffer[]): Buffer {
  return tlv(0x30, ...content);
}

function context(number: number, content: Buffer): Buffer {
  return tlv(0xa0 + number, content);
}

function tlv(tag: number, ...content: (Buffer | number[])[]): Buffer {
  const value = Buffer.concat(content.map((part) => Buffer.from(part)));
  const size = value.length;
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  return Buffer.concat([Buffer.from([tag, ...length]), value]);
}
