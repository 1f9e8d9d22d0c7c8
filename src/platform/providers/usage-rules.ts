import type { Usage } from "./port.ts";

/** Counts as a provider told them, not believed yet. */
interface ToldCounts {
  /** All of the input, what was cached included. */
  input: unknown;
  cached?: unknown;
  written?: unknown;
  /** All of the output, the reasoning included. */
  output: unknown;
  reasoning?: unknown;
}

/**
 * Usage as the gateway counts it. A paid answer is not thrown away for its bookkeeping: numbers that cannot be true count as not told, and give null.
 * A part that is larger than the whole is cut to it.
 */
export function usageOf(told: ToldCounts): Usage | null {
  const input = countOf(told.input);
  const output = countOf(told.output);
  const [cached, written, reasoning] = [told.cached, told.written, told.reasoning].map((part) => countOf(part ?? 0));
  if (input === undefined || output === undefined) return null;
  if (cached === undefined || written === undefined || reasoning === undefined) return null;
  const cached_input_tokens = Math.min(cached, input);
  return {
    input_tokens: input,
    cached_input_tokens,
    cache_write_tokens: Math.min(written, input - cached_input_tokens),
    output_tokens: output,
    reasoning_tokens: Math.min(reasoning, output),
    images: 0,
    audio_seconds: 0,
  };
}

/** The sum of counts that a provider tells apart; those that it leaves out are 0. Undefined when one cannot be true, or when none was told at all. */
export function sumOf(...parts: unknown[]): number | undefined {
  const told = parts.filter((part) => part !== undefined && part !== null).map(countOf);
  if (told.length === 0) return undefined;
  return told.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0);
}

/** The value where it is a count that a database's integer can hold. */
function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 2_147_483_647
    ? value
    : undefined;
}
