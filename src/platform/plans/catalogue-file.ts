import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml";

/** A text of the catalogue: a product's `plans.yaml`, or the operator's overrides. */
export interface CatalogueDocument {
  /** How mistakes name it. */
  file: string;
  text: string;
}

/** Where something stands: the way to it through maps (by key) and lists (by index). */
export type Path = readonly string[];

/** A mistake that is fixed by editing a file. */
export interface Mistake {
  file: string;
  line: number;
  message: string;
}

/** A YAML file that was read, with the lines of everything in it. */
export interface YamlFile {
  file: string;
  value: unknown;
  /** The mistakes of the YAML itself. */
  mistakes: Mistake[];
  /** The line of what stands at the path, or of the last part of the way there that exists; `depth` tells how far it came. */
  locate(path: Path): { line: number; depth: number };
}

/** Reads YAML 1.2; a file that is none has mistakes and the value null. */
export function readYaml({ file, text }: CatalogueDocument): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line);
  const mistakes = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    file,
    line: lineAt(pos[0]),
    message: `is not valid YAML: ${message}`,
  }));
  const resolve = (node: unknown) => (isAlias(node) ? node.resolve(document) : node);
  return {
    file,
    value: mistakes.length > 0 ? null : document.toJS(),
    mistakes,
    locate: (path) => {
      const { offset, depth } = walk(document.contents, path, resolve);
      return { line: lineAt(offset), depth };
    },
  };
}

function walk(root: unknown, path: Path, resolve: (node: unknown) => unknown): { offset: number; depth: number } {
  let node = root;
  let offset = startOf(root) ?? 0;
  let depth = 0;
  for (const part of path) {
    const next = child(resolve(node), part);
    if (next === undefined) break;
    offset = startOf(next.mark) ?? offset;
    node = next.value;
    depth++;
  }
  return { offset, depth };
}

/** What stands under the part, and the node that marks its place: a map's key, or the list's item itself. */
function child(node: unknown, part: string): { mark: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
    return pair === undefined ? undefined : { mark: pair.key, value: pair.value };
  }
  const item = isSeq(node) ? node.items[Number(part)] : undefined;
  return item === undefined ? undefined : { mark: item, value: item };
}

function startOf(node: unknown): number | undefined {
  return typeof node === "object" && node !== null && "range" in node ? (node as Node).range?.[0] : undefined;
}
