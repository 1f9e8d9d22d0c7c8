import type { CommandOptions } from "./command.ts";
import { withApp } from "./with-app.ts";

/** `plinth admin promote <email>`: how the platform's first administrator comes about. */
export async function admin({ arguments: [verb, email] }: CommandOptions): Promise<void> {
  if (verb !== "promote" || email === undefined) throw new Error("plinth admin promote <email>");
  await withApp(async (app) => {
    await app.promote(email);
    process.stdout.write(`${email} is an administrator of the platform\n`);
  });
}
