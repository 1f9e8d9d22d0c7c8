import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "../crypto.ts";

/** One line of history: the platform's own, or that of a product. */
export interface MigrationLine {
  /** `platform`, or the product's name. */
  line: string;
  /** The folder with `0001_name.sql`, … */
  directory: string;
}

/** A migration as it stands in its file. */
export interface Migration {
  line: string;
  number: number;
  name: string;
  /** SHA-256 of the file, hexadecimal: a file that was applied is never edited. */
  checksum: string;
  up: string;
  down: string;
}

const fileName = /^(\d{4})_([a-z0-9_]+)\.sql$/;

/** Reads a line's migrations in order. Throws, naming the file, for a gap, a wrong name or a missing part. */
export async function readMigrations({ line, directory }: MigrationLine): Promise<Migration[]> {
  const files = (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
  const migrations = await Promise.all(files.map((file) => readMigration(line, directory, file)));
  migrations.forEach((migration, index) => {
    if (migration.number !== index + 1) {
      throw new Error(`${directory}: migration ${index + 1} is missing; the next file is ${migration.name}`);
    }
  });
  return migrations;
}

async function readMigration(line: string, directory: string, file: string): Promise<Migration> {
  const [, number, name] = fileName.exec(file) ?? [];
  if (number === undefined || name === undefined) {
    throw new Error(`${join(directory, file)}: a migration is named like 0001_what_it_does.sql`);
  }
  const text = await readFile(join(directory, file), "utf8");
  const [, up, down] = /^-- up$([\s\S]*?)^-- down$([\s\S]*)/m.exec(text) ?? [];
  if (up === undefined || down === undefined) {
    throw new Error(`${join(directory, file)}: a migration has a part under "-- up" and one under "-- down"`);
  }
  return { line, number: Number(number), name, checksum: sha256(text).toString("hex"), up, down };
}
