// Every page with its example view (docs/templates-views.md): rendered by the program, valid HTML, nothing for axe to find,
// no scrolling sideways at 320 px, and no complaint of the browser under the content security policy of the server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';
import { readsWell } from './reading.mjs';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const program = process.env.MOTCUA_TEST_PROGRAM ?? path.join(root, 'build/check/motcua');
const templates = path.join(root, 'templates');
const views = path.join(root, 'tests/vectors/views');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const allAudiences = ['portal', 'desk', 'studio', 'city'];
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "form-action 'self'; frame-src 'self'; base-uri 'none'";
const types = { '.css': 'text/css', '.js': 'text/javascript', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const square = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1H0z"/></svg>';

const json = (name) => JSON.parse(readFileSync(path.join(views, `${name}.json`), 'utf8'));
const filesBelow = (folder, prefix = '') =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(path.join(folder, entry.name), `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`],
  );
const names = filesBelow(templates).filter((file) => file.endsWith('.html')).map((file) => file.slice(0, -5));

const scratch = mkdtempSync(path.join(tmpdir(), 'motcua-views-'));
let server;
let browser;
let page;
const documents = new Map();

function render(name) {
  const audience = name.split('/')[0];
  const template = name.split('@')[0];
  let shared = {};
  try {
    shared = json(`${audience}/common`);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  const data = path.join(scratch, 'view.json');
  writeFileSync(data, JSON.stringify({ ...json('common'), ...shared, ...json(name) }));
  const partials = names.filter((other) => other !== template).flatMap((other) => ['--partial', `${other}=${templates}/${other}.html`]);
  return execFileSync(program, ['template', 'render', `${templates}/${template}.html`, data, '--raw', '*_html', ...partials], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
}

function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  response.setHeader('Content-Security-Policy', policy);
  if (documents.has(pathname)) {
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(documents.get(pathname));
  } else if (pathname.endsWith('/qr.svg') || /\/xem\/.*\/\d+$/.test(pathname)) {
    response.setHeader('Content-Type', 'image/svg+xml');
    response.end(square);
  } else {
    const file = path.join(root, path.normalize(pathname));
    const known = pathname.startsWith('/static/') && statSync(file, { throwIfNoEntry: false })?.isFile();
    response.statusCode = known ? 200 : 404;
    response.setHeader('Content-Type', types[path.extname(file)] ?? 'text/plain');
    response.end(known ? readFileSync(file) : '');
  }
}

const validator = new HtmlValidate({
  extends: ['html-validate:standard', 'html-validate:a11y'],
  rules: { 'no-trailing-whitespace': 'off', 'void-style': 'off', 'long-title': 'off', 'require-sri': 'off', 'tel-non-breaking': 'off' },
});

/** Tests for all pages of these audiences. */
export function checkPages(audiences) {
  before(async () => {
    server = http.createServer(answer);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: process.env.MOTCUA_TEST_CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  });

  after(async () => {
    await browser?.close();
    server?.close();
    rmSync(scratch, { recursive: true, force: true });
  });

  for (const audience of audiences) {
    for (const file of readdirSync(path.join(views, audience)).filter((each) => each !== 'common.json')) {
      const name = `${audience}/${file.slice(0, -5)}`;
      test(`${name} is valid, accessible and fits a small screen`, async () => {
        const text = render(name);
        if (/suggestions$/.test(name)) {
          assert.match(text, /^\s*<li role="(presentation|option)"/);
          return;
        }
        assert.ok((text.match(/class="error-summary" role="alert"/g) ?? []).length <= 1, 'what is wrong is said once');
        const report = await validator.validateString(text);
        assert.deepEqual(report.results.flatMap((result) => result.messages.map((each) => `${each.line}: ${each.ruleId} ${each.message}`)), []);

        const complaints = [];
        const listen = (message) => message.type() === 'error' && complaints.push(message.text());
        const fail = (error) => complaints.push(error.message);
        page.on('console', listen).on('pageerror', fail);
        documents.set(`/${name}`, text);
        await page.setViewportSize({ width: 1280, height: 900 });
        await page.goto(`http://127.0.0.1:${server.address().port}/${name}`);
        await page.evaluate(axe);
        const violations = await page.evaluate(async () =>
          (await axe.run(document, { resultTypes: ['violations'] })).violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`),
        );
        const official = audience !== 'portal'; // those of the portal are walked as they are served (kinds.test.mjs)
        if (official) await readsWell(page, `${name}, wide`);
        await page.setViewportSize({ width: 320, height: 600 });
        if (official) await readsWell(page, name);
        const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
        page.off('console', listen).off('pageerror', fail);
        assert.deepEqual(violations, []);
        assert.equal(sideways, 0, 'scrolls sideways at 320 px');
        assert.deepEqual(complaints, []);
      });
    }
  }
}

/** What needs no browser: examples for every template, and the mails. */
export function checkExamples() {
  test('every page template has an example view', () => {
    const examples = new Set(allAudiences.flatMap((audience) => readdirSync(path.join(views, audience)).map((file) => `${audience}/${file.slice(0, -5).split('@')[0]}`)));
    assert.deepEqual(names.filter((name) => allAudiences.includes(name.split('/')[0]) && !examples.has(name)), []);
  });

  test('every mail has an example view', () => {
    const mails = readdirSync(path.join(templates, 'mail')).map((file) => file.replace(/(-subject)?\.txt$/, '')).filter((name) => name !== 'footer');
    assert.deepEqual([...new Set(mails)].sort(), readdirSync(path.join(views, 'mail')).map((file) => file.slice(0, -5)).sort());
  });

  test('mails render in Vietnamese with nothing left open', () => {
    const partial = ['--partial', `mail/footer=${templates}/mail/footer.txt`];
    for (const file of readdirSync(path.join(views, 'mail'))) {
      const name = file.slice(0, -5);
      for (const part of [name, `${name}-subject`]) {
        const text = execFileSync(program, ['template', 'render', `${templates}/mail/${part}.txt`, path.join(views, 'mail', file), '--mode', 'text', ...partial], { encoding: 'utf8' });
        assert.doesNotMatch(text, /\{\{|\}\}|&(?:amp|quot|lt);/, part);
        if (part.endsWith('-subject')) assert.equal(text.trim().split('\n').length, 1, part);
        else assert.match(text, /^Kính gửi Ông\/Bà( \S+|,)[\s\S]*Trân trọng,/, part);
      }
    }
  });
}
