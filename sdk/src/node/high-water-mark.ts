import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { HighWaterMark } from "../license/index.ts";

/**
 * Keeps the mark in a file. It makes setting the clock back inconvenient and not impossible: who may delete the file may begin anew
 * at the licence file's `issued_at`. What is in it and is no time counts as none.
 */
export function fileHighWaterMark(path: string): HighWaterMark {
  return {
    read: async () => {
      const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return "";
        throw error;
      });
      const time = Number(text.trim() || Number.NaN);
      return Number.isFinite(time) ? time : undefined;
    },
    write: async (time) => {
      const draft = `${path}.${randomUUID()}`;
      await mkdir(dirname(path), { recursive: true });
      await writeFile(draft, `${time}\n`, { mode: 0o600 });
      await rename(draft, path);
    },
  };
}
