import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "./config.ts";

/** A file that an operator may edit: the one in `PLINTH_CONFIG_DIR`, or where there is none the one that comes with Plinth. */
export async function readConfigFile(
  config: Pick<Config, "PLINTH_CONFIG_DIR">,
  name: string,
): Promise<{ file: string; text: string }> {
  const own = join(config.PLINTH_CONFIG_DIR, name);
  try {
    return { file: own, text: await readFile(own, "utf8") };
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
    const shipped = fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
    return { file: shipped, text: await readFile(shipped, "utf8") };
  }
}
