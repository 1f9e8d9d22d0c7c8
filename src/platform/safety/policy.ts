import { Errors } from "typebox/value";
import { isNode, LineCounter, parseDocument } from "yaml";
import { type SafetyPolicy as Policy, SafetyPolicy } from "./schema.ts";

/** A policy that cannot be used, with every mistake as `file:line: what`. */
export class SafetyPolicyError extends Error {
  readonly mistakes: string[];
  constructor(mistakes: string[]) {
    super(`The safety policy has mistakes:\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`);
    this.name = "SafetyPolicyError";
    this.mistakes = mistakes;
  }
}

type Path = (string | number)[];

/** Reads a policy from YAML. Throws a SafetyPolicyError that names every mistake with its line. */
export function parsePolicy(text: string, file: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: Path): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const say = (path: Path, what: string) => `${file}:${lineOf(path)}: ${what}`;
  const broken = document.errors.map(
    ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message.split("\n")[0]}`,
  );
  if (broken.length > 0) throw new SafetyPolicyError(broken);
  const value: unknown = document.toJS();
  const mistakes = [...Errors(SafetyPolicy, value)].map(({ instancePath, message }) => {
    const path = instancePath
      .split("/")
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    return say(path, `${instancePath || "the file"} ${message}`);
  });
  if (mistakes.length > 0) throw new SafetyPolicyError([...new Set(mistakes)]);
  const policy = value as Policy;
  const inconsistent = contradictions(policy).map(({ path, what }) => say(path, what));
  if (inconsistent.length > 0) throw new SafetyPolicyError(inconsistent);
  return policy;
}

function contradictions({ categories, resources, rules }: Policy): { path: Path; what: string }[] {
  const faults: { path: Path; what: string }[] = [];
  if (resources.default === undefined) faults.push({ path: ["resources"], what: "resources need a default" });
  rules.forEach(({ id, category, patterns, unless = [], soften = [] }, index) => {
    const fault = (what: string) => faults.push({ path: ["rules", index], what });
    if (!categories.includes(category)) fault(`the rule ${id} has the unknown category ${category}`);
    if (rules.findIndex((rule) => rule.id === id) !== index) fault(`there are two rules named ${id}`);
    for (const pattern of [...patterns, ...unless, ...soften]) {
      if (/^(\.\.\.|\S+\?)|(\.\.\.|\S+\?)$/.test(pattern.trim()))
        fault(`the pattern "${pattern}" begins and ends with a word that must be there`);
      if (!/^[\p{L}\p{N}'’|()*?. ]+$/u.test(pattern))
        fault(`the pattern "${pattern}" has a sign that means nothing here`);
    }
  });
  return faults;
}
