import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { loadConfig } from "../core/config.ts";
import { readConfigLayers } from "../core/config-files.ts";
import {
  explanationOf,
  parsePolicy,
  readSentences,
  type SentenceReport,
  testSentences,
} from "../platform/safety/index.ts";
import type { CommandOptions } from "./command.ts";

const usage = "plinth safety check <text> [--direction input|output]\nplinth safety test [--file <sentences.yaml>]";

/** `plinth safety`: what the rules that apply here make of a text, and how they do on labelled sentences. */
export async function safety({ arguments: [verb, ...words], flags }: CommandOptions): Promise<void> {
  const policy = parsePolicy(await readConfigLayers(loadConfig(process.env), "safety"));
  if (verb === "check" && words.length > 0) {
    const { direction = "input" } = flags;
    if (direction !== "input" && direction !== "output") throw new Error(usage);
    process.stdout.write(`${explanationOf(policy, words.join(" "), direction)}\n`);
    return;
  }
  if (verb !== "test") throw new Error(usage);
  for (const file of flags.file === undefined ? shippedSentences : [flags.file]) {
    const reports = testSentences(policy, readSentences(await readFile(file, "utf8"), file));
    process.stdout.write(`${file}\n${reports.map(linesOf).join("")}\n`);
  }
}

const shippedSentences = ["sentences.yaml", "sentences.held-out.yaml"].map((name) =>
  fileURLToPath(new URL(`../platform/safety/${name}`, import.meta.url)),
);

function linesOf({ group, sentences, recall, precision, noticed, quiet, categories, wrong }: SentenceReport): string {
  const shares = { recall, precision, noticed, quiet };
  const figures = Object.entries(shares).map(([name, { right, of }]) => `${name} ${right}/${of}`);
  const byCategory = Object.entries(categories).map(
    ([name, { right, of }]) => `      ${name.padEnd(18)} ${right}/${of}\n`,
  );
  const misses = wrong.map(
    ({ sentence, found, rule_ids }) =>
      `      ${sentence.label} was found ${found}${rule_ids.length > 0 ? ` by ${rule_ids.join(", ")}` : ""}: ${sentence.text}\n`,
  );
  return `  ${group.padEnd(6)} ${sentences} sentences: ${figures.join(", ")}\n${byCategory.join("")}${misses.join("")}`;
}
