import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A prompt as it is sent, with its name for usage events. */
export interface Prompt {
  text: string;
  /** Name and version: `turn.v2`. */
  prompt: string;
}

/** Templates of a folder. */
export interface Prompts {
  /**
   * The template with its variables filled in: the newest version, or the one that is named. Values are data: what looks like a variable in one stays as it
   * is. Throws a TypeError for a name or version that is not there, and for a variable that is missing or unknown, with the template's line.
   */
  render(name: string, values: Record<string, string | number>, version?: number): Prompt;
  /** What there is: `turn.v1`, `turn.v2`. */
  list(): string[];
}

interface Template {
  file: string;
  /** Texts and variables by turns, beginning with a text. */
  pieces: { text: string; variable?: { name: string; line: number } }[];
}

const fileName = /^([a-z][a-z0-9_-]*)\.v([1-9][0-9]{0,5})\.md$/;

/**
 * Reads the prompt templates of a folder, once: files named `<name>.v<N>.md` with `{{variable}}` in them. A version that has been used is not edited: a new one
 * stands beside it. Throws a TypeError for a file with another name and for braces that are no variable, with file and line.
 */
export function readPrompts(folder: URL): Prompts {
  const templates = new Map<string, Map<number, Template>>();
  const directory = fileURLToPath(folder);
  for (const file of readdirSync(directory).sort()) {
    const [, name, version] = fileName.exec(file) ?? [];
    if (name === undefined) throw new TypeError(`${join(directory, file)}: a prompt is called <name>.v<N>.md`);
    const text = readFileSync(join(directory, file), "utf8").trimEnd();
    const versions = templates.get(name) ?? new Map<number, Template>();
    templates.set(name, versions.set(Number(version), { file, pieces: parse(text, file) }));
  }
  return {
    render: (name, values, version) => {
      const versions = templates.get(name);
      const number = version ?? Math.max(...(versions?.keys() ?? []));
      const template = versions?.get(number);
      if (template === undefined) throw new TypeError(`There is no prompt ${name}${version ? `.v${version}` : ""}`);
      return { text: fill(template, values), prompt: `${name}.v${number}` };
    },
    list: () =>
      [...templates].flatMap(([name, versions]) =>
        [...versions.keys()].sort((a, b) => a - b).map((version) => `${name}.v${version}`),
      ),
  };
}

function parse(text: string, file: string): Template["pieces"] {
  const pieces: Template["pieces"] = [];
  let at = 0;
  for (const found of text.matchAll(/\{\{\s*([A-Za-z_][A-Za-z0-9_]*)\s*\}\}/g)) {
    const [all, name = ""] = found;
    pieces.push({ text: text.slice(at, found.index), variable: { name, line: lineAt(text, found.index) } });
    at = found.index + all.length;
  }
  pieces.push({ text: text.slice(at) });
  let begins = 0;
  for (const piece of pieces) {
    const broken = /\{\{|\}\}/.exec(piece.text);
    const line = lineAt(text, text.indexOf(piece.text, begins) + (broken?.index ?? 0));
    if (broken !== null) throw new TypeError(`${file}:${line} ${broken[0]} is no variable; one is written {{name}}`);
    begins = text.indexOf(piece.text, begins) + piece.text.length;
  }
  return pieces;
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function fill({ file, pieces }: Template, values: Record<string, string | number>): string {
  const used = new Set<string>();
  const texts = pieces.map(({ text, variable }) => {
    if (variable === undefined) return text;
    if (!Object.hasOwn(values, variable.name)) {
      throw new TypeError(`${file}:${variable.line} The variable ${variable.name} is missing`);
    }
    used.add(variable.name);
    return `${text}${values[variable.name]}`;
  });
  const unknown = Object.keys(values).find((name) => !used.has(name));
  if (unknown !== undefined) throw new TypeError(`${file}:1 has no variable ${unknown}`);
  return texts.join("");
}
