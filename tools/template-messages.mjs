// The messages of templates, {{#_}}text{{/_}}, as a gettext template (.pot) on standard output.
// Usage: node tools/template-messages.mjs FILE...
// The message id is the text between with white space made single blanks, tags kept (docs/templates.md).
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const message = /\{\{\s*#\s*_\s*\}\}([\s\S]*?)\{\{\s*\/\s*_\s*\}\}/g;
const space = /[ \t\n\r\f\v]+/g;

/** The same text with comments blanked out; line numbers stay. */
export function withoutComments(text) {
  return text.replace(/\{\{![\s\S]*?\}\}/g, (found) => found.replace(/[^\n]/g, " "));
}

/** [{id, line, start, end}] of every message in a template. */
export function templateMessages(text) {
  const found = [];
  for (const hit of withoutComments(text).matchAll(message)) {
    found.push({
      id: hit[1].replace(space, " ").trim(),
      line: text.slice(0, hit.index).split("\n").length,
      start: hit.index,
      end: hit.index + hit[0].length,
    });
  }
  return found;
}

function quote(text) {
  return '"' + text.replace(/\\/g, "\\\\").replace(/"/g, '\\"') + '"';
}

function main(files) {
  const places = new Map();
  for (const file of files) {
    for (const { id } of templateMessages(readFileSync(file, "utf8"))) {
      if (id === "") throw new Error(`${file}: an empty message`);
      if (!places.has(id)) places.set(id, new Set());
      places.get(id).add(file);
    }
  }
  const head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n';
  const entries = [...places].map(([id, from]) => `#: ${[...from].join(" ")}\nmsgid ${quote(id)}\nmsgstr ""\n`);
  process.stdout.write([head, ...entries].join("\n"));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) main(process.argv.slice(2));
