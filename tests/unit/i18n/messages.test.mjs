// tools/check-messages finds what it is there to find: a small tree with planted mistakes, and the same tree mended.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const source = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");
const header = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=n != 1;\\n"\n';

function check(files) {
  const root = mkdtempSync(join(tmpdir(), "messages-test-"));
  try {
    for (const tool of ["check-messages", "extract-messages", "template-messages.mjs"])
      cpSync(join(source, "tools", tool), join(root, "tools", tool));
    const all = {
      "src/web/a.c": "int a;\n",
      "include/motcua/a.h": "extern int a;\n",
      "templates/a.html": "<p>{{x}}</p>\n",
      "po/en.po": header,
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "tools", "check-messages"), root], { encoding: "utf8" });
    return { output: stdout + stderr, status };
  } finally {
    rmSync(root, { recursive: true });
  }
}

test("a clean tree passes", () => {
  const { output, status } = check({
    "src/web/a.c": 'const char *a = N_("Nộp "\n    "hồ sơ"); // "chú thích"\nconst char *b = NP_("%d hồ sơ"); /* "Lời chú" */\nchar c = \'"\';\n',
    "templates/a.html": '{{! Ghi chú }}<p title="{{#_}}Ngày{{/_}}">{{#_}}Nộp  hồ\n sơ{{/_}} PDF – {{name}} &nbsp;12</p>\n',
    "po/en.po": header + '\nmsgid "Nộp hồ sơ"\nmsgstr "Submit"\n\nmsgid "Ngày"\nmsgstr "Day"\n\nmsgid "%d hồ sơ"\nmsgid_plural "%d hồ sơ"\nmsgstr[0] "%d dossier"\nmsgstr[1] "%d dossiers"\n',
  });
  assert.equal(status, 0, output);
});

test("Vietnamese outside N_() in C is found with its line", () => {
  const { output, status } = check({ "src/web/a.c": 'int x;\nshow("Lỗi hệ thống");\nlog("fine");\n' });
  assert.equal(status, 1);
  assert.match(output, /src\/web\/a\.c:2: outside the catalogue: "Lỗi hệ thống"/);
  assert.doesNotMatch(output, /fine/);
});

test("a string may be exempted with a reason", () => {
  const { status, output } = check({ "src/web/a.c": '/* vietnamese only: a name */\nshow("Đỗ");\n' });
  assert.equal(status, 0, output);
});

test("words in templates outside messages are found, also in attributes", () => {
  const { output } = check({ "templates/a.html": '<p>{{x}}</p>\n<p>Hello</p>\n<img alt="Picture">\n<p>ạ {{x}}</p>\n' });
  for (const line of [2, 3, 4]) assert.match(output, new RegExp(`templates/a\\.html:${line}: outside`));
  assert.doesNotMatch(output, /a\.html:1:/);
});

test("a message without English, a fuzzy one and a wrong placeholder are found", () => {
  const { output } = check({
    "templates/a.html": "{{#_}}Một{{/_}}{{#_}}Hai{{/_}}{{#_}}Ba {{x}}{{/_}}\n",
    "po/en.po": header + '\n#, fuzzy\nmsgid "Hai"\nmsgstr "Two"\n\nmsgid "Ba {{x}}"\nmsgstr "Three {{y}}"\n',
  });
  assert.match(output, /no translation: Một/);
  assert.match(output, /no translation: Hai/);
  assert.match(output, /"y" is not in the source: Ba/);
});

test("Vietnamese in a script of the browser is found", () => {
  const { output } = check({ "static/js/a.js": "// chú thích\nalert('Đã lưu');\n" });
  assert.match(output, /static\/js\/a\.js:2: texts come from the page/);
  assert.doesNotMatch(output, /a\.js:1/);
});
