import type { TSchema } from "typebox";
import { Errors } from "typebox/value";
import { isNode, LineCounter, parseDocument } from "yaml";
import { sha256 } from "../../core/crypto.ts";
import { type Lists, PatternError, parsePattern, writtenOut } from "../lexicon/index.ts";
import {
  LanguageFile,
  OperatorFile,
  type PolicyRule,
  ProtocolFile,
  type SafetyPolicy,
  type SafetyRule,
} from "./schema.ts";

/** A policy that cannot be used, with every mistake as `file:line: what`. */
export class SafetyPolicyError extends Error {
  readonly mistakes: string[];
  constructor(mistakes: string[]) {
    super(`The safety policy has mistakes:\n${mistakes.map((mistake) => `  - ${mistake}`).join("\n")}`);
    this.name = "SafetyPolicyError";
    this.mistakes = mistakes;
  }
}

interface Source {
  file: string;
  text: string;
}

/** The files that come with Plinth, and the operator's own where there is one. */
export interface PolicyFiles {
  shipped: Source[];
  own?: Source | undefined;
}

type Path = (string | number)[];

/** A file that was read, and how to name a place in it. */
interface Read<T> {
  value: T;
  at: (path: Path, what: string) => string;
}

/**
 * Reads the policy: `protocol.yaml` and one file for each language, with what the operator's file adds, replaces and disables. Throws a
 * SafetyPolicyError that names every mistake with its file and line.
 */
export function parsePolicy({ shipped, own }: PolicyFiles): SafetyPolicy {
  const operator = own === undefined ? undefined : read<OperatorFile>(OperatorFile, own);
  const isAlone = operator?.value.extends === "nothing";
  const protocols = shipped
    .filter(({ file }) => isProtocol(file))
    .map((source) => read<ProtocolFile>(ProtocolFile, source));
  const languages = shipped
    .filter(({ file }) => !isProtocol(file))
    .map((source) => read<LanguageFile>(LanguageFile, source));
  const [protocol] = protocols;
  if (protocol === undefined) throw new SafetyPolicyError(["config/safety/protocol.yaml is missing"]);
  const lists = new Map(languages.map(({ value }) => [value.language, value.lists ?? {}]));
  const categories = { ...protocol.value.categories, ...operator?.value.categories };
  const known = Object.keys(categories);
  const check = checkRules(known);
  const builtIn = isAlone
    ? []
    : languages.flatMap(({ value, at }) =>
        check(
          value.rules.map((rule) => ({ ...rule, language: value.language })),
          () => value.lists ?? {},
          at,
        ),
      );
  const added =
    operator === undefined
      ? []
      : check(
          operator.value.rules ?? [],
          (language) => ({ ...lists.get(language), ...operator.value.lists }),
          operator.at,
        );
  const disabled = operator?.value.disabled ?? [];
  const mistakes = [...check.mistakes];
  disabled.forEach((id, index) => {
    if (builtIn.some((rule) => rule.id === id)) return;
    mistakes.push(operator?.at(["disabled", index], `there is no rule ${id} to disable`) ?? "");
  });
  const rules = [...builtIn.filter(({ id }) => !disabled.includes(id)), ...added];
  const resources = { ...protocol.value.resources, ...operator?.value.resources };
  for (const { value, at } of [protocol, ...(operator === undefined ? [] : [operator])]) {
    mistakes.push(...unknownCategories(value, known).map(({ path, what }) => at(path, what)));
  }
  if (resources.default === undefined) mistakes.push(protocol.at(["resources"], "resources need a default"));
  if (rules.length === 0) mistakes.push(`${own?.file}:1: no rule is left`);
  if (mistakes.length > 0) throw new SafetyPolicyError(mistakes);
  const messages = { ...protocol.value.messages };
  for (const [language, said] of Object.entries(operator?.value.messages ?? {}))
    messages[language] = { ...messages[language], ...said };
  return { policy_version: versionOf(protocol.value, operator?.value, own), categories, resources, messages, rules };
}

/** The operator's own name for it, or the shipped one with a sign for what was added: an event names the rules exactly. */
function versionOf(
  { policy_version }: ProtocolFile,
  operator: OperatorFile | undefined,
  own: Source | undefined,
): string {
  if (operator === undefined || own === undefined) return policy_version;
  return operator.policy_version ?? `${policy_version}+${sha256(own.text).toString("hex").slice(0, 8)}`;
}

const isProtocol = (file: string) => /(^|[/\\])protocol\.yaml$/.test(file);

function read<T>(schema: TSchema, { file, text }: Source): Read<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const lineOf = (path: Path): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
    }
    return 1;
  };
  const at = (path: Path, what: string) => `${file}:${lineOf(path)}: ${what}`;
  const broken = document.errors.map(
    ({ pos, message }) => `${file}:${lines.linePos(pos[0]).line}: ${message.split("\n")[0]}`,
  );
  if (broken.length > 0) throw new SafetyPolicyError(broken);
  const value: unknown = document.toJS();
  const mistakes = [...Errors(schema, value)].map(({ instancePath, message }) => {
    const path = instancePath
      .split("/")
      .slice(1)
      .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    return at(path, `${instancePath || "the file"} ${message}`);
  });
  if (mistakes.length > 0) throw new SafetyPolicyError([...new Set(mistakes)]);
  return { value: value as T, at };
}

/** Checks rules of several files, their ids across all of them; gives them back with their lists written out. */
function checkRules(categories: string[]) {
  const ids = new Set<string>();
  const mistakes: string[] = [];
  const check = (rules: PolicyRule[], listsOf: (language: string) => Lists, at: Read<unknown>["at"]): PolicyRule[] =>
    rules.flatMap((rule, index) => {
      const fault = (path: Path, what: string) => mistakes.push(at(["rules", index, ...path], what));
      if (!categories.includes(rule.category))
        fault([], `the rule ${rule.id} has the unknown category ${rule.category}`);
      if (ids.has(rule.id)) fault([], `there are two rules named ${rule.id}`);
      ids.add(rule.id);
      const lists = listsOf(rule.language);
      const faults = patternFaults(rule, lists);
      for (const { path, what } of faults) fault(path, what);
      if (faults.length > 0) return [];
      const { patterns, unless = [], soften = [] } = rule;
      const write = (sources: string[]) => writtenOut(sources, lists);
      return [{ ...rule, patterns: write(patterns), unless: write(unless), soften: write(soften) }];
    });
  return Object.assign(check, { mistakes });
}

const kinds = ["patterns", "unless", "soften"] as const;

function patternFaults(rule: SafetyRule & { language: string }, lists: Lists): { path: Path; what: string }[] {
  return kinds.flatMap((kind) =>
    (rule[kind] ?? []).flatMap((source, index) => {
      try {
        for (const entry of writtenOut([source], lists)) {
          const isContext = parsePattern(entry, rule.language).some((item) => item.kind === "match");
          if (isContext && kind === "patterns") throw new PatternError("has an @, which stands in contexts alone");
        }
        return [];
      } catch (error) {
        if (!(error instanceof PatternError)) throw error;
        return [{ path: [kind, index], what: `the pattern "${source}" ${error.message}` }];
      }
    }),
  );
}

/** Resources and messages are for categories that there are. */
function unknownCategories(
  { resources = {}, messages = {} }: Pick<OperatorFile, "resources" | "messages">,
  categories: string[],
): { path: Path; what: string }[] {
  const inResources = Object.entries(resources).flatMap(([place, list]) =>
    list.flatMap(({ for: of = [] }, index) =>
      of.map((category) => ({ path: ["resources", place, index] as Path, category })),
    ),
  );
  const inMessages = Object.entries(messages).flatMap(([language, said]) =>
    Object.keys(said).map((category) => ({ path: ["messages", language, category] as Path, category })),
  );
  return [...inResources, ...inMessages]
    .filter(({ category }) => category !== "default" && !categories.includes(category))
    .map(({ path, category }) => ({ path, what: `there is no category ${category}` }));
}
