import { createHash } from "node:crypto";
import { isRecord, parseJson } from "./json-rules.ts";
import type { ToolCall } from "./port.ts";

/** A call's arguments as an object: what the model wrote may be broken, and the conversation goes on all the same. */
export function argumentsOf({ arguments: text }: ToolCall): object {
  const value = text.trim() === "" ? {} : parseJson(text);
  return isRecord(value) ? value : { invalid_json: text };
}

/**
 * The id of a tool call as OpenAI and Anthropic take it: 40 letters, digits, `_` and `-` at most. A conversation may have been begun with a provider whose
 * ids are longer; such a one becomes its hash, the same in the call and in its result.
 */
export function fittingId(id: string): string {
  if (/^[\w-]{1,40}$/.test(id)) return id;
  return `call_${createHash("sha256").update(id).digest("hex").slice(0, 24)}`;
}
