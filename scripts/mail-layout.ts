// Compiles the mails' layout with MJML, at build time: a server that sends mails needs neither MJML nor what that brings.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** layout.ts as it follows from layout.mjml: the shell, with `{{content}}` where the blocks were, and each block by its name. */
export async function mailLayout(root: string): Promise<string> {
  const cli = join(root, "node_modules/mjml/bin/mjml");
  const source = join(root, "src/platform/messaging/layout.mjml");
  const { stdout } = await run(process.execPath, [cli, source, "-s", "--noStdoutFileComment"]);
  const html = stdout.replaceAll(/\s*\n\s*/g, "\n").trim();
  const [before = "", ...marked] = html.split("<!-- @");
  const blocks = marked.map((part) => splitOnce(part, " -->"));
  const last = blocks.pop();
  if (last?.[0] !== "end") throw new Error("layout.mjml has no block `end`");
  const pieces = [["shell", `${before}{{content}}${last[1]}`], ...blocks];
  const lines = pieces.map(([name, text = ""]) => `  ${name}: \`${text.trim().replaceAll(/[`\\$]/g, "\\$&")}\`,\n`);
  return `// Generated from layout.mjml by \`npm run generate\`; not to be edited.\nexport const layout = {\n${lines.join("")}};\n`;
}

function splitOnce(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}
