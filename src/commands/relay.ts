import type { CommandOptions } from "./command.ts";
import { withApp } from "./with-app.ts";

const usage = "plinth relay replay --from <time> --to <time> [--type <event>]; times as 2026-11-21T07:00:00Z";

/** `plinth relay replay`: publishes events of the past to NATS again, those that it does not know. */
export async function relay({ arguments: [verb], flags: { from, to, type }, products }: CommandOptions): Promise<void> {
  if (verb !== "replay") throw new Error(usage);
  const range = { from: instant(from), to: instant(to), type };
  if (range.from >= range.to) throw new Error("--from is before --to");
  await withApp(async (app) => {
    if (app.relay === undefined) throw new Error("NATS_URL is not set, so there is nothing to publish to");
    const { sent, stored } = await app.relay.replay(range, (so_far) => {
      process.stderr.write(`  … ${so_far.sent} sent\n`);
    });
    process.stdout.write(`${sent} events sent; ${stored} of them are new to the stream\n`);
  }, products);
}

/** An instant with its offset: a local time would mean another one on each machine. */
function instant(text: string | undefined): Date {
  const at = new Date(/(?:Z|[+-]\d\d:\d\d)$/.test(text ?? "") ? (text ?? "") : Number.NaN);
  if (Number.isNaN(at.getTime())) throw new Error(usage);
  return at;
}
