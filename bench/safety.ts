import { readConfigLayers } from "../src/core/config-files.ts";
import { parsePattern, plainReadings } from "../src/platform/lexicon/patterns.ts";
import { compilePolicy, evaluate } from "../src/platform/safety/findings.ts";
import { parsePolicy } from "../src/platform/safety/policy.ts";

import { percentile, type Row, verdict } from "./measure.ts";

const benign =
  "I had a long walk with my sister today and we talked about work, about what I want to do next year, and why I don't like to say no. ";
const dense =
  "i w4nt to d1e. I would never kill myself, she said she wants to die. This deadline is killing me. Ich will nicht mehr leben in Berlin. Je meurs de faim. k i l l  m y s e l f. ";
const goal_ms = 2;

/** The time of one check with every rule of every language. */
export async function measureSafety(): Promise<Row[]> {
  const policy = parsePolicy(await readConfigLayers({ PLINTH_CONFIG_DIR: "nowhere" }, "safety"));
  const compiled = compilePolicy(policy);
  const phrases = policy.rules.flatMap(({ patterns, language }) =>
    patterns.flatMap((pattern) => plainReadings(parsePattern(pattern, language)).map((words) => words.join(" "))),
  );
  const peer = new RegExp(
    `\\b(?:${[...new Set(phrases)].filter((phrase) => /^[\p{L}\p{N} ]+$/u.test(phrase)).join("|")})\\b`,
    "giu",
  );
  const rows: Row[] = [];
  for (const [kind, sentence] of Object.entries({ harmless: benign, dense })) {
    for (const length of [280, 4_000, 40_000]) {
      const text = sentence.repeat(Math.ceil(length / sentence.length)).slice(0, length);
      const ours = timesOf(() => evaluate(compiled, [text]), length);
      const theirs = timesOf(() => text.match(peer)?.length ?? 0, length);
      rows.push({
        name: `safety check, ${length.toLocaleString("en")} characters, ${kind}, p50 / p99`,
        ours: `${us(percentile(ours, 0.5))} / ${us(percentile(ours, 0.99))}`,
        peer: `one RegExp of ${new Set(phrases).size.toLocaleString("en")} phrases ${us(percentile(theirs, 0.5))} / ${us(percentile(theirs, 0.99))}`,
        ratio: (percentile(theirs, 0.5) / percentile(ours, 0.5)).toFixed(2),
        goal: length === 4_000 ? verdict(`p99 < ${goal_ms} ms`, percentile(ours, 0.99) < goal_ms) : "",
      });
    }
  }
  return rows;
}

/** Milliseconds of each of many calls, after some that warm up; without those during which the processor was given to somebody else. */
function timesOf(work: () => unknown, length: number): number[] {
  const calls = Math.min(2_000, Math.max(200, Math.round(4_000_000 / length)));
  for (let n = 0; n < calls; n++) work();
  const times: number[] = [];
  for (let n = 0; n < 20 * calls && times.length < 2 * calls; n++) {
    const before = process.resourceUsage().involuntaryContextSwitches;
    const began = performance.now();
    work();
    const took = performance.now() - began;
    if (process.resourceUsage().involuntaryContextSwitches === before) times.push(took);
  }
  return times;
}

const us = (milliseconds: number) => `${(milliseconds * 1_000).toFixed(0)} µs`;
