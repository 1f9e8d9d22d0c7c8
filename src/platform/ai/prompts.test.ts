import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, expect, test } from "vitest";
import { readPrompts } from "./prompts.ts";

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

/** A folder with these files, with and without the slash at its end. */
function folderOf(files: Record<string, string>): URL {
  const folder = mkdtempSync(join(tmpdir(), "prompts-"));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return pathToFileURL(`${folder}/`);
}

const files = {
  "turn.v1.md": "Old.\n",
  "turn.v2.md": "You help {{ name }}.\n\nAnswer in {{language}}, {{name}}.\n",
  "turn.v10.md": "You help {{name}}.\n",
  "close.v1.md": "No variables.\n",
};

test("the newest version is rendered, or the one that is named; both say which they are", () => {
  const prompts = readPrompts(folderOf(files));
  expect(prompts.list()).toEqual(["close.v1", "turn.v1", "turn.v2", "turn.v10"]);
  expect(prompts.render("turn", { name: "Ada" })).toEqual({ text: "You help Ada.", prompt: "turn.v10" });
  expect(prompts.render("turn", { name: "Ada", language: "de" }, 2)).toEqual({
    text: "You help Ada.\n\nAnswer in de, Ada.",
    prompt: "turn.v2",
  });
  expect(prompts.render("close", {}).text).toBe("No variables.");
});

test("values are data: what looks like a variable, or a pattern of replacement, stays as it is", () => {
  const prompts = readPrompts(folderOf({ "a.v1.md": "[{{x}}] [{{y}}]" }));
  expect(prompts.render("a", { x: "{{y}} $& $1", y: 7 }).text).toBe("[{{y}} $& $1] [7]");
});

test("a variable that is missing or unknown, and a prompt that is not there, are told with the line", () => {
  const prompts = readPrompts(folderOf(files));
  expect(() => prompts.render("turn", { name: "Ada" }, 2)).toThrow("turn.v2.md:3 The variable language is missing");
  expect(() => prompts.render("turn", { name: "Ada", nmae: "Eva" })).toThrow("turn.v10.md:1 has no variable nmae");
  expect(() => prompts.render("turn", {}, 3)).toThrow("There is no prompt turn.v3");
  expect(() => prompts.render("constructor", {})).toThrow("There is no prompt constructor");
});

test("a file with another name, and braces that are no variable, are refused when they are read", () => {
  expect(() => readPrompts(folderOf({ "turn.md": "" }))).toThrow(/turn\.md: a prompt is called <name>\.v<N>\.md/);
  expect(() => readPrompts(folderOf({ "a.v1.md": "one\n{{ok}}\n{{not ok}}" }))).toThrow("a.v1.md:3 {{ is no variable");
  expect(() => readPrompts(folderOf({ "a.v1.md": "{{x}}\n\nlost }}" }))).toThrow("a.v1.md:3 }} is no variable");
});

test("a folder may be given without the slash at its end", () => {
  const url = folderOf(files);
  expect(readPrompts(new URL(url.href.slice(0, -1))).render("close", {}).prompt).toBe("close.v1");
});
