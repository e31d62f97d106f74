// Shared by the checks: which C files there are, and their text without comments and literals.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export function cFiles(root, folders = ['include', 'src', 'tests']) {
  const found = [];
  const walk = (folder) => {
    let entries;
    try {
      entries = readdirSync(path.join(root, folder), { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const name = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(name);
      else if (/\.[ch]$/.test(entry.name)) found.push(name);
    }
  };
  folders.forEach(walk);
  return found;
}

export const read = (root, name) => readFileSync(path.join(root, name), 'utf8');

// Comments, string and character literals become spaces; lines and columns stay.
export function bare(text) {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'/g, (match) =>
    match.replace(/[^\n]/g, ' '));
}

// Prints TAP. checks: [name, list of findings, list of warnings]
export function report(checks) {
  console.log(`1..${checks.length}`);
  let failed = 0;
  checks.forEach(([name, findings, warnings = []], index) => {
    for (const warning of warnings) console.log(`# warning: ${warning}`);
    for (const finding of findings.slice(0, 50)) console.log(`# ${finding}`);
    if (findings.length > 0) failed++;
    console.log(`${findings.length > 0 ? 'not ok' : 'ok'} ${index + 1} - ${name}`);
  });
  process.exitCode = failed > 0 ? 1 : 0;
}
