import type { Ctx } from "../../core/context.ts";
import type { Keyring } from "../../core/crypto.ts";
import type { Database } from "../../core/database.ts";
import { licensingErrors } from "./errors.ts";
import { fileOf, isFresh, type SignedState } from "./rules.ts";
import type { Download, LicenseFile } from "./schema.ts";
import { createSigner } from "./signing.ts";
import type { SigningKeys } from "./signing-keys.ts";
import { findActivation, findLicense, type StoredKey, saveFile } from "./store.ts";

interface FilesOptions {
  db: Pick<Database, "inWorkspace" | "statement">;
  keyring: Keyring;
  keys: Pick<SigningKeys, "current" | "currentNow">;
  /** Seconds for which a file may be relied on. */
  file_ttl: number;
}

/** Whose file: a licence's, or one that is bound to a machine. */
export interface FileOf {
  license_id: string;
  hardware_id?: string | undefined;
}

/** Tries before it is given up that a licence stands still while its file is signed. */
const mostTries = 5;

/** The signed files of licences: one signature for each change of a licence, kept. */
export function createFiles({ db, keyring, keys, file_ttl }: FilesOptions) {
  const signer = createSigner(keyring);
  const signing = new Map<string, Promise<string>>();

  /** The licence, and of the licence or of the activation the file that is kept. Throws what keeps it from having one. */
  const read = (ctx: Ctx, { license_id, hardware_id }: FileOf) =>
    db.inWorkspace(ctx, async (tx) => {
      const license = await findLicense(tx, ctx.workspace_id, license_id);
      if (license === undefined) throw licensingErrors.license_not_found();
      const { status, reason, expires_at, now } = license;
      const isOver = expires_at !== null && expires_at <= now;
      if (status !== "active" || isOver) throw inactive(isOver ? "expired" : status, reason);
      if (hardware_id === undefined) return { license, kept: license as SignedState, activation_id: undefined };
      const { workspace_id } = ctx;
      const activation = await findActivation(tx, { workspace_id, license_id, hardware_id });
      if (activation === undefined) throw licensingErrors.hardware_not_activated();
      return { license, kept: activation as SignedState, activation_id: activation.id };
    });

  const keptFile = ({ revision, now }: { revision: number; now: Date }, kept: SignedState, kid: string) =>
    isFresh(kept, { revision, kid, now, file_ttl }) ? (kept.signed_file ?? undefined) : undefined;
  /** Signs what the licence is now and keeps it; once more when it has changed in between. */
  const signAnew = async (ctx: Ctx, of: FileOf, key: StoredKey): Promise<string> => {
    for (let tries = 1; tries <= mostTries; tries++) {
      const { license, kept, activation_id } = await read(ctx, of);
      // Somebody may have signed it since the caller looked.
      const ready = keptFile(license, kept, key.kid);
      if (ready !== undefined) return ready;
      const issued_at = license.now;
      const content = fileOf(license, { hardware_id: of.hardware_id, issued_at, file_ttl });
      const file = await signer.sign(content, key);
      const { workspace_id, id: license_id, revision } = license;
      const row = { workspace_id, license_id, activation_id, revision, kid: key.kid, file, signed_at: issued_at };
      if (await db.statement(ctx, (tx) => saveFile(tx, row))) return file;
    }
    throw licensingErrors.file_pending({ retry_after: 1 });
  };
  /** Of any number of callers in this process at once, one signs. */
  const signOnce = (ctx: Ctx, of: FileOf, key: StoredKey, revision: number): Promise<string> => {
    const id = `${of.license_id}:${revision}:${key.kid}:${of.hardware_id ?? ""}`;
    const running = signing.get(id);
    if (running !== undefined) return running;
    const work = signAnew(ctx, of, key).finally(() => signing.delete(id));
    signing.set(id, work);
    return work;
  };
  const get = async (
    ctx: Ctx,
    of: FileOf,
    findKey: () => Promise<StoredKey>,
  ): Promise<Download & { product: string }> => {
    const { license, kept } = await read(ctx, of);
    const key = await findKey();
    const { revision, product } = license;
    const file = keptFile(license, kept, key.kid) ?? (await signOnce(ctx, of, key, revision));
    return { file, payload: payloadOf(file), kid: key.kid, product };
  };

  return {
    /**
     * The signed file as the licence is now, signed on demand where none is kept. Throws `licensing.license_not_found`,
     * `licensing.license_inactive`, `licensing.hardware_not_activated`, and `licensing.file_pending` while there is no key to sign with.
     */
    download: (ctx: Ctx, of: FileOf) => get(ctx, of, keys.currentNow),
    /** As `download`, for a job: waits for the key. */
    sign: (ctx: Ctx, of: FileOf) => get(ctx, of, keys.current),
  };
}

/** The error for a licence that is not active: how it stands, and why. */
export function inactive(status: string, reason: string | null) {
  return licensingErrors.license_inactive({ detail: `The licence is ${status}`, extensions: { status, reason } });
}

/** What a file of ours says; it was signed by us a moment ago, or kept by us. */
function payloadOf(file: string): LicenseFile {
  return JSON.parse(Buffer.from(file.split(".")[1] ?? "", "base64url").toString("utf8"));
}
