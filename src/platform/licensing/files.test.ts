import { createPublicKey } from "node:crypto";
import { CompactSign, compactVerify, createLocalJWKSet, decodeProtectedHeader, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { day, type LicensingStage, licenseKeys, licensingStage } from "../../../test/support/licensing.ts";
import { type Ctx, systemCtx } from "../../core/context.ts";
import type { Database } from "../../core/database.ts";
import { newId } from "../../core/id.ts";
import type { LicenseFile } from "./schema.ts";

let t: LicensingStage;
beforeAll(async () => {
  t = await licensingStage();
  await t.licensing.signingKeys.maintain();
}, 300_000);
afterAll(() => t.close());

const ctxOf = (workspace_id: string): Ctx => systemCtx(workspace_id, "test", "test");
const download = (workspace_id: string, license_id: string, hardware_id?: string, from = t.licensing) =>
  from.download(ctxOf(workspace_id), { license_id, hardware_id });

/** Checks a file as somebody does who has the published keys and any JOSE library. */
async function verify(file: string): Promise<LicenseFile> {
  const { keys } = await t.licensing.signingKeys.jwks();
  const keySet = createLocalJWKSet(JSON.parse(JSON.stringify({ keys })));
  const { payload, protectedHeader } = await compactVerify(file, keySet, { algorithms: ["PS256"] });
  if (protectedHeader.typ !== "license+jws") throw new Error("This is no licence file");
  return JSON.parse(new TextDecoder().decode(payload));
}

const encode = (text: string) => Buffer.from(text).toString("base64url");
const decode = (part = "") => Buffer.from(part, "base64url").toString("utf8");
/** The file with other bytes in one of its parts, the signature the same. */
function withPart(file: string, index: number, change: (text: string) => string): string {
  const parts = file.split(".");
  parts[index] = encode(change(decode(parts[index])));
  return parts.join(".");
}

describe("a file", () => {
  test("says what the licence is, signed with PS256 by a published key of 4,096 bits", async () => {
    const { workspace_id, license } = await t.licensed();
    const { file, payload, kid } = await download(workspace_id, license.id);
    expect(await verify(file)).toEqual(payload);
    expect(payload).toEqual({
      format: 1,
      license_id: license.id,
      workspace_id,
      product: "coditect",
      plan_id: "coditect.team",
      plan_version_id: license.plan_version_id,
      features: { reports: { kind: "flag", enabled: true } },
      max_seats: 3,
      status: "active",
      not_before: license.not_before.toISOString(),
      expires_at: license.expires_at?.toISOString(),
      key_last4: license.license_key.slice(-4),
      revision: 1,
      issued_at: expect.any(String),
      file_ttl: 604_800,
    });
    expect(decodeProtectedHeader(file)).toEqual({ alg: "PS256", typ: "license+jws", kid });
    const { keys } = await t.licensing.signingKeys.jwks();
    expect(keys).toHaveLength(1);
    expect(keys[0]).toEqual({ kty: "RSA", n: expect.any(String), e: "AQAB", kid, alg: "PS256", use: "sig" });
    const key = createPublicKey({ key: JSON.parse(JSON.stringify(keys[0])), format: "jwk" });
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(4_096);
  });

  test("is signed once for each change: the same for whoever asks, however often a key is looked at, and by whichever process", async () => {
    const { workspace_id, license } = await t.licensed();
    const other = t.licensingWith({});
    const first = await download(workspace_id, license.id);
    await Promise.all(
      Array.from({ length: 5 }, () => t.licensing.validate({ request_id: "x" }, { license_key: license.license_key })),
    );
    const again = await Promise.all([
      download(workspace_id, license.id),
      download(workspace_id, license.id, undefined, other),
    ]);
    expect(again.map(({ file }) => file)).toEqual([first.file, first.file]);
    await t.grant({ workspace_id, plan: "business" });
    const changed = await download(workspace_id, license.id);
    expect(changed.payload).toMatchObject({ revision: 2, max_seats: 10, plan_id: "coditect.business" });
    expect(await verify(changed.file)).toEqual(changed.payload);
  });

  test("of any number of callers at once, one signs", async () => {
    const { workspace_id, license } = await t.licensed();
    const files = await Promise.all(Array.from({ length: 20 }, () => download(workspace_id, license.id)));
    expect(new Set(files.map(({ file }) => file)).size).toBe(1);
  });

  test("is never of a licence as it was: a change while it is signed makes it signed again", async () => {
    const { workspace_id, license } = await t.licensed();
    let isChanged = false;
    const statement: Database["statement"] = async (ctx, work) => {
      if (!isChanged) {
        isChanged = true;
        await t.grant({ workspace_id, plan: "business" });
      }
      return t.db.statement(ctx, work);
    };
    const slow = t.licensingWith({ db: { ...t.db, statement } });
    const job = slow.subscribers.find(({ name }) => name === "licensing.sign_file");
    const delivery = { event_id: newId(), idempotency_key: newId(), attempt: 1, signal: AbortSignal.timeout(60_000) };
    await job?.handle?.(ctxOf(workspace_id), { license_id: license.id, revision: 1 }, delivery);
    expect(isChanged).toBe(true);
    const [row] = await t.sql<{ revision: number; signed_revision: number; signed_file: string }>(
      "select revision, signed_revision, signed_file from licensing.licenses where id = $1",
      [license.id],
    );
    expect(row).toMatchObject({ revision: 2, signed_revision: 2 });
    expect(await verify(row?.signed_file ?? "")).toMatchObject({ revision: 2, max_seats: 10 });
  });

  test("changes and downloads at once: what is kept in the end is of the last change", async () => {
    const { workspace_id, license } = await t.licensed();
    const plans = ["business", "team"] as const;
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => {
        if (n % 3 === 0) await t.grant({ workspace_id, plan: plans[n % 2] ?? "team", seats: n + 1 });
        const { payload } = await download(workspace_id, license.id);
        expect(payload.status).toBe("active");
      }),
    );
    const now = await t.license(workspace_id);
    const last = await download(workspace_id, license.id);
    expect(last.payload).toMatchObject({ revision: now.revision, max_seats: now.max_seats, plan_id: now.plan_id });
  });

  test("is signed afresh before half of its time is over", async () => {
    const { workspace_id, license } = await t.licensed();
    const first = await download(workspace_id, license.id);
    t.clock.advance(3 * day);
    expect((await download(workspace_id, license.id)).file).toBe(first.file);
    t.clock.advance(day);
    const second = await download(workspace_id, license.id);
    expect(second.payload.revision).toBe(1);
    expect(Date.parse(second.payload.issued_at) - Date.parse(first.payload.issued_at)).toBeGreaterThan(3 * day);
  });

  test("is not given out for a licence that is not active, nor to another workspace", async () => {
    const { workspace_id, license } = await t.licensed();
    const other = await t.licensed();
    await expect(download(other.workspace_id, license.id)).rejects.toThrow("There is no such licence");
    await expect(download(workspace_id, newId())).rejects.toThrow("There is no such licence");
    await t.grant({ workspace_id, standing: "suspended", reason: "payment_failed", ends_at: new Date(0) });
    await expect(download(workspace_id, license.id)).rejects.toThrow("The licence is suspended");
  });

  test("bound to a machine is good for that alone, and only where the licence is activated", async () => {
    const { workspace_id, license } = await t.licensed();
    const hardware_id = "machine-0123456789abcdef";
    await expect(download(workspace_id, license.id, hardware_id)).rejects.toThrow("not activated on this machine");
    await t.licensing.activate({ request_id: "x" }, { license_key: license.license_key, hardware_id });
    const bound = await download(workspace_id, license.id, hardware_id);
    expect(await verify(bound.file)).toMatchObject({ hardware_id, license_id: license.id });
    expect((await download(workspace_id, license.id, hardware_id)).file).toBe(bound.file);
    expect((await download(workspace_id, license.id)).payload).not.toHaveProperty("hardware_id");
    const page = await t.licensing.activations(ctxOf(workspace_id), license.id, { limit: 10 });
    await t.licensing.deactivate(ctxOf(workspace_id), license.id, page.data[0]?.id ?? "");
    await expect(download(workspace_id, license.id, hardware_id)).rejects.toThrow("not activated on this machine");
  });
});

describe("19: a file that is not as it was signed is refused", () => {
  let file: string;
  let foreign: string;
  beforeAll(async () => {
    const one = await t.licensed();
    const other = await t.licensed({ plan: "business" });
    file = (await download(one.workspace_id, one.license.id)).file;
    foreign = (await download(other.workspace_id, other.license.id)).file;
  });

  test("with one bit flipped in any field, and in the signature", async () => {
    const content: Record<string, unknown> = JSON.parse(decode(file.split(".")[1]));
    expect(Object.keys(content).length).toBeGreaterThan(12);
    for (const [name, value] of Object.entries(content)) {
      const text = JSON.stringify(value);
      const at = Math.floor(text.length / 2);
      const flipped = text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ 1) + text.slice(at + 1);
      const before = `${JSON.stringify(name)}:${text}`;
      const changed = withPart(file, 1, (json) => json.replace(before, `${JSON.stringify(name)}:${flipped}`));
      expect(changed, name).not.toBe(file);
      await expect(verify(changed), name).rejects.toThrow();
    }
    const [header, body, signature = ""] = file.split(".");
    for (const place of [0, 100, 511]) {
      const bytes = Buffer.from(signature, "base64url");
      bytes[place] = (bytes[place] ?? 0) ^ 1;
      await expect(verify([header, body, bytes.toString("base64url")].join("."))).rejects.toThrow();
    }
  });

  test.each<[string, (json: string) => string]>([
    [
      "its members in another order",
      (json) => JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(json)).reverse())),
    ],
    ["a member more", (json) => json.replace("{", '{"unlimited":true,')],
    ["a member twice", (json) => json.replace("{", '{"max_seats":999,')],
    ["spaces between them", (json) => JSON.stringify(JSON.parse(json), null, 2)],
  ])("with %s", async (_, change) => {
    await expect(verify(withPart(file, 1, change))).rejects.toThrow();
  });

  test("cut off anywhere", async () => {
    for (const length of [0, 10, 200, file.length - 100, file.length - 2]) {
      await expect(verify(file.slice(0, length))).rejects.toThrow();
    }
  });

  test("with what another tenant's says, or another's signature", async () => {
    const [header, body, signature] = file.split(".");
    const [, otherBody, otherSignature] = foreign.split(".");
    await expect(verify([header, otherBody, signature].join("."))).rejects.toThrow();
    await expect(verify([header, body, otherSignature].join("."))).rejects.toThrow();
    expect((await verify(foreign)).workspace_id).not.toBe((await verify(file)).workspace_id);
  });

  test("signed with HS256 and the public key as its secret, with `none`, or with RS256 by another key of the same kid", async () => {
    const { keys } = await t.licensing.signingKeys.jwks();
    const jwk = JSON.parse(JSON.stringify(keys[0]));
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    const content = Buffer.from(decode(file.split(".")[1]));
    const { kid } = jwk;
    for (const secret of [pem.toString(), JSON.stringify(jwk), jwk.n]) {
      const header = { alg: "HS256", typ: "license+jws", kid };
      const confused = await new CompactSign(content).setProtectedHeader(header).sign(Buffer.from(secret));
      await expect(verify(confused)).rejects.toThrow();
    }
    for (const alg of ["none", "None", "NONE"]) {
      const header = encode(JSON.stringify({ alg, typ: "license+jws", kid }));
      await expect(verify(`${header}.${file.split(".")[1]}.`)).rejects.toThrow();
    }
    const { privateKey } = await licenseKeys(1);
    for (const alg of ["PS256", "RS256"]) {
      const header = { alg, typ: "license+jws", kid };
      await expect(
        verify(await new CompactSign(content).setProtectedHeader(header).sign(privateKey)),
      ).rejects.toThrow();
    }
    await expect(verify(withPart(file, 0, (json) => json.replace(kid, "another")))).rejects.toThrow();
  });

  test("of another kind, though signed with the same key", async () => {
    const { keys } = await t.licensing.signingKeys.jwks();
    const { privateKey } = await licenseKeys(0);
    const header = { alg: "PS256", typ: "at+jwt", kid: String(keys[0]?.kid) };
    const token = await new SignJWT({ sub: newId() }).setProtectedHeader(header).sign(privateKey);
    await expect(verify(token)).rejects.toThrow("This is no licence file");
  });
});

describe("mails", () => {
  test("a licence issued is told of once, with the signed file; a renewal too", async () => {
    t.worker.start();
    const { workspace_id, license } = await t.licensed();
    const mine = () => t.mails.filter(({ mail }) => mail.license_key === license.license_key);
    await vi.waitFor(() => expect(mine()).toHaveLength(1), { timeout: 50_000 });
    expect(mine()[0]).toMatchObject({
      kind: "issued",
      mail: { full_name: "Ada", product: "coditect", plan: "Team", seats: 3, expires_at: license.expires_at },
      attachments: [{ filename: "coditect-license.jws", content_type: "application/jose" }],
    });
    const attached = mine()[0]?.attachments[0]?.content ?? "";
    expect(await verify(attached)).toMatchObject({ license_id: license.id, revision: 1 });
    await t.grant({ workspace_id, ends_at: t.in(60 * day) });
    await vi.waitFor(() => expect(mine()).toHaveLength(2), { timeout: 50_000 });
    expect(mine()[1]).toMatchObject({ kind: "renewed", attachments: [] });
    await vi.waitFor(
      async () => {
        const [row] = await t.sql("select signed_revision from licensing.licenses where id = $1", [license.id]);
        expect(row).toEqual({ signed_revision: 2 });
      },
      { timeout: 50_000 },
    );
    expect(new Set(mine().map(({ idempotency_key }) => idempotency_key)).size).toBe(2);
  });
});
