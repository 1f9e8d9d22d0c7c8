/**
 * The object that a JSON text holds. Undefined when it is no JSON, no object, or names a member twice at any depth: parsers differ
 * in which of the two they take (RFC 8259 §4), so a signature would vouch for more than one meaning.
 */
export function parseStrictObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value) || hasDuplicateKeys(text)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** A text that is known to be JSON consists of strings and of what stands between them. */
const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]:]/g;

function hasDuplicateKeys(json: string): boolean {
  /** The names seen of each object that is open; of an array, none. */
  const open: (Set<string> | undefined)[] = [];
  let last = "";
  for (const [token] of json.matchAll(tokens)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else if (token === ":") {
      // Escapes are undone first: "a" and "\u0061" are the same name.
      const name = JSON.parse(last) as string;
      const names = open.at(-1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
    last = token;
  }
  return false;
}
