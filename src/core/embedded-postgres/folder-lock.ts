import { open, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/** A folder that belongs to this process until it is released. */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the folder for this process. Undefined, with the owner told to `onTaken`, while another process that runs has it. What a dead
 * process left, also when its number was given to another one since, is taken over.
 */
export async function lockFolder(folder: string): Promise<FolderLock | { taken_by: number }> {
  const file = join(folder, "plinth.pid");
  for (;;) {
    try {
      const handle = await open(file, "wx", 0o644);
      await handle.writeFile(`${process.pid} ${await startOf(process.pid)}\n`);
      await handle.close();
      return { release: () => rm(file, { force: true }) };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const [pid = 0, started = ""] = (await readFile(file, "utf8").catch(() => ""))
      .trim()
      .split(" ")
      .map((part, i) => (i === 0 ? Number(part) : part));
    if (typeof pid === "number" && pid > 0 && pid !== process.pid && (await startOf(pid)) === started)
      return { taken_by: pid };
    await rm(file, { force: true });
  }
}

/** When the process started, in ticks since boot; "running" where that cannot be read; "" when there is no such process. */
async function startOf(pid: number): Promise<string> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return "";
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The name in parentheses may hold spaces; the 20th field behind it is the start time (proc(5), field 22).
  return stat === undefined ? "running" : (stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "running");
}
