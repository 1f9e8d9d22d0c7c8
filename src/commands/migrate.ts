import { prepareGround } from "../boot.ts";
import { loadProducts } from "../product-loader.ts";
import type { CommandOptions } from "./command.ts";

/** `plinth migrate up|down|to N|status` */
export async function migrate({
  arguments: [direction = "status", number],
  products: files,
}: CommandOptions): Promise<void> {
  const ground = await prepareGround(process.env, (line) => console.error(line), { attach: true });
  try {
    const migrator = ground.migrator(await loadProducts(ground.config.PLINTH_PRODUCTS, files));
    switch (direction) {
      case "up":
        return say("applied", await migrator.up());
      case "down":
        return say("taken back", await migrator.down());
      case "to":
        return say("moved over", await migrator.to(wholeNumber(number)));
      case "status": {
        const steps = await migrator.status();
        for (const step of steps)
          console.log(`${step.applied_at?.toISOString() ?? "pending".padEnd(24)}  ${title(step)}`);
        return;
      }
      default:
        throw new Error(`plinth migrate takes up, down, to <number> or status, not ${direction}`);
    }
  } finally {
    await ground.stop();
  }
}

function say(what: string, steps: { line: string; number: number; name: string }[]): void {
  for (const step of steps) console.log(`${what}  ${title(step)}`);
  console.log(steps.length === 0 ? "Nothing to do." : `${steps.length} ${what}.`);
}

function title({ line, number, name }: { line: string; number: number; name: string }): string {
  return `${line}/${String(number).padStart(4, "0")}_${name}`;
}

function wholeNumber(text: string | undefined): number {
  if (text === undefined || !/^\d+$/.test(text)) throw new Error("plinth migrate to <number>: the number is missing");
  return Number(text);
}
