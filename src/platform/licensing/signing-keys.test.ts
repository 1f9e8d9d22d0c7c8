import { compactVerify, createLocalJWKSet } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeMember } from "../../../test/support/factories.ts";
import { day, type LicensingStage, licenseKeys, licensingStage } from "../../../test/support/licensing.ts";
import { systemCtx, type UserCtx } from "../../core/context.ts";
import { generateKeys } from "./signing.ts";

let t: LicensingStage;
let admin: UserCtx;
beforeAll(async () => {
  t = await licensingStage();
  const { user_id } = await makeMember(t);
  admin = { actor: { kind: "user", user_id, session_id: null }, request_id: "test" };
}, 300_000);
afterAll(() => t.close());

const stages = async () => (await t.licensing.signingKeys.list()).map(({ stage }) => stage);
const publicKeys = async () => JSON.parse(JSON.stringify(await t.licensing.signingKeys.jwks()));

test("any number of processes that need the first key at once make one, and whoever cannot wait is told to come again", async () => {
  const { workspace_id, license } = await t.licensed();
  const slow = Promise.withResolvers<void>();
  const processes = Array.from({ length: 8 }, (_, n) =>
    t.licensingWith({
      generate: async () => {
        const made = await licenseKeys(n % 3);
        await slow.promise;
        return made;
      },
    }),
  );
  const waiting = Promise.all(processes.map((each) => each.signingKeys.maintain()));
  const hurried = processes[0]?.download(systemCtx(workspace_id, "test", "test"), { license_id: license.id });
  await expect(hurried).rejects.toMatchObject({ code: "licensing.file_pending", occurrence: { retry_after: 5 } });
  slow.resolve();
  await waiting;
  expect(await stages()).toEqual(["signing"]);
  const [row] = await t.sql<{ row: string }>("select k::text as row from licensing.signing_keys k");
  expect(row?.row).not.toMatch(/PRIVATE|"d"/);
});

test("19: after a rotation the next key signs, and what the old one signed is good until it has run out, then not", async () => {
  const { workspace_id, license } = await t.licensed({ ends_at: null });
  const rotating = t.licensingWith({ generate: () => licenseKeys(3) });
  const ctx = systemCtx(workspace_id, "test", "test");
  const download = () => rotating.download(ctx, { license_id: license.id });
  const old = await download();
  await rotating.signingKeys.rotate(admin);
  expect(await stages()).toEqual(["signing", "published"]);
  expect((await download()).kid).toBe(old.kid);

  t.clock.advance(11 * 60_000);
  expect(await stages()).toEqual(["verifying", "signing"]);
  const fresh = await download();
  expect(fresh.kid).not.toBe(old.kid);
  const both = await publicKeys();
  for (const { file } of [old, fresh]) await compactVerify(file, createLocalJWKSet(both), { algorithms: ["PS256"] });

  t.clock.advance(7 * day);
  await rotating.signingKeys.maintain();
  expect((await publicKeys()).keys).toHaveLength(2);
  t.clock.advance(3_600_000);
  await rotating.signingKeys.maintain();
  const left = await publicKeys();
  expect(left.keys.map(({ kid }: { kid: string }) => kid)).toEqual([fresh.kid]);
  await expect(compactVerify(old.file, createLocalJWKSet(left))).rejects.toThrow();
  await compactVerify(fresh.file, createLocalJWKSet(left), { algorithms: ["PS256"] });
  const [retired] = await t.sql("select length(private_sealed) as bytes from licensing.signing_keys where kid = $1", [
    old.kid,
  ]);
  expect(retired).toEqual({ bytes: 0 });
});

test("the next key is published before the present one has signed its year, once for any number of processes", async () => {
  // Both make the same key: if both kept theirs, the second would fail.
  const processes = [4, 4].map((n) => t.licensingWith({ generate: () => licenseKeys(n) }));
  const before = (await stages()).length;
  t.clock.advance(366 * day);
  await Promise.all(processes.map((each) => each.signingKeys.maintain()));
  expect(await stages()).toHaveLength(before + 1);
  expect(await stages()).toContain("published");
});

test("19: a key that is no longer secret is taken out of use at once, and files are signed with another", async () => {
  const { workspace_id, license } = await t.licensed({ ends_at: null });
  const revoking = t.licensingWith({ generate: () => licenseKeys(5) });
  const download = () => revoking.download(systemCtx(workspace_id, "test", "test"), { license_id: license.id });
  const old = await download();
  await revoking.signingKeys.revoke(admin, old.kid);
  const fresh = await download();
  expect(fresh.kid).not.toBe(old.kid);
  const keySet = createLocalJWKSet(await publicKeys());
  await expect(compactVerify(old.file, keySet)).rejects.toThrow();
  await compactVerify(fresh.file, keySet, { algorithms: ["PS256"] });
  await expect(revoking.signingKeys.revoke(admin, old.kid)).rejects.toMatchObject({ code: "request.not_found" });
  const recorded = await t.sql("select details from audit.entries where action = 'licensing.signing_key_revoked'");
  expect(recorded).toEqual([{ details: { kid: old.kid } }]);
});

test("a key pair is of RSA, 4,096 bits", async () => {
  const { publicKey } = await generateKeys();
  expect([publicKey.asymmetricKeyType, publicKey.asymmetricKeyDetails?.modulusLength]).toEqual(["rsa", 4_096]);
}, 300_000);
