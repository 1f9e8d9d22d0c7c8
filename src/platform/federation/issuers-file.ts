import Type, { type Static } from "typebox";
import { Errors } from "typebox/value";
import { parse } from "yaml";
import { Closed } from "../../core/schema.ts";
import { type ForeignIssuer, IssuerEntry, resolveIssuer } from "./foreign-tokens.ts";

const IssuersFile = Closed({ issuers: Type.Array(IssuerEntry) });

/** Reads issuers.yaml. Throws an Error that names every entry that cannot be used. */
export function readIssuers(text: string, file: string): ForeignIssuer[] {
  const content = contentOf(text, file);
  const entries = typeof content === "object" && content !== null && "issuers" in content ? content.issuers : undefined;
  if (!Array.isArray(entries)) throw new Error(`${file}: issuers must be a list`);
  const mistakes: string[] = [];
  const issuers = entries.flatMap((entry: unknown, index) => {
    if (Errors(IssuerEntry, entry).length > 0) {
      mistakes.push(`issuers[${index}] is not of the form of its preset (clerk, firebase, supabase, oidc)`);
      return [];
    }
    try {
      return [resolveIssuer(entry as Static<typeof IssuerEntry>)];
    } catch (error) {
      mistakes.push(`issuers[${index}]: ${error instanceof Error ? error.message : String(error)}`);
      return [];
    }
  });
  if (Errors(IssuersFile, content).length > 0 && mistakes.length === 0)
    mistakes.push("only `issuers` stands in this file");
  for (const field of ["name", "issuer"] as const) {
    const values = issuers.map((issuer) => issuer[field]);
    const twice = values.find((value, index) => values.indexOf(value) < index);
    if (twice !== undefined) mistakes.push(`two issuers have the same ${field === "issuer" ? "iss" : field}: ${twice}`);
  }
  if (mistakes.length > 0)
    throw new Error(`${file} cannot be used:\n${mistakes.map((each) => `  - ${each}`).join("\n")}`);
  return issuers;
}

function contentOf(text: string, file: string): unknown {
  try {
    return parse(text) ?? { issuers: [] };
  } catch (error) {
    throw new Error(`${file} is not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
}
