import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "./config.ts";

/** A file that an operator may edit: the one in `PLINTH_CONFIG_DIR`, or where there is none the one that comes with Plinth. */
export async function readConfigFile(config: Pick<Config, "PLINTH_CONFIG_DIR">, name: string): Promise<ConfigFile> {
  const own = await readOwn(join(config.PLINTH_CONFIG_DIR, name));
  if (own !== undefined) return own;
  const shipped = fileURLToPath(new URL(`../../config/${name}`, import.meta.url));
  return { file: shipped, text: await readFile(shipped, "utf8") };
}

/** A file of the configuration, as it was read. */
export interface ConfigFile {
  file: string;
  text: string;
}

/**
 * What comes with Plinth and what an operator says about it: the files of the folder `config/<name>`, and `<name>.yaml` in `PLINTH_CONFIG_DIR`
 * where there is one.
 */
export async function readConfigLayers(
  config: Pick<Config, "PLINTH_CONFIG_DIR">,
  name: string,
): Promise<{ shipped: ConfigFile[]; own: ConfigFile | undefined }> {
  const folder = fileURLToPath(new URL(`../../config/${name}/`, import.meta.url));
  const names = (await readdir(folder)).filter((file) => file.endsWith(".yaml")).sort();
  const shipped = names.map(async (file) => ({
    file: join(folder, file),
    text: await readFile(join(folder, file), "utf8"),
  }));
  return { shipped: await Promise.all(shipped), own: await readOwn(join(config.PLINTH_CONFIG_DIR, `${name}.yaml`)) };
}

async function readOwn(file: string): Promise<ConfigFile | undefined> {
  try {
    return { file, text: await readFile(file, "utf8") };
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
