// The people of the journeys: each in a browser of their own, in a sample city that starts when this is imported.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before } from 'node:test';
import { chromium } from 'playwright-core';
import { Person, answerPages, attachAll, password, startCity, startDraft, submitDraft, until } from './city.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const people = new Map();
export let city;
let browser;
let addresses = 0;

before(async () => {
  [city, browser] = await Promise.all([
    startCity({ options: ['--session-lifetime', '365d'] }),
    chromium.launch({
      executablePath: process.env.MOTCUA_TEST_CHROMIUM || '/usr/bin/chromium',
      args: ['--no-sandbox', '--headless', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
    }),
  ]);
});

after(async () => {
  await browser?.close();
  const complaints = city?.complaints() ?? [];
  await city?.stop();
  assert.deepEqual(complaints, [], 'the server answered 5xx or logged an error');
});

/** A browser of its own. Complaints of its console (the content policy's, above all) are kept in page.complaints. */
export async function open({ width = 1280, script = true, touch = false } = {}) {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
    javaScriptEnabled: script,
    hasTouch: touch,
    isMobile: touch,
    locale: 'vi-VN',
    extraHTTPHeaders: { 'X-Forwarded-For': `10.88.0.${++addresses}` },
    baseURL: city.url,
  });
  context.setDefaultTimeout(30000);
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (message) => message.type() === 'error' && !/status of (4\d\d)/.test(message.text()) && page.complaints.push(message.text()));
  page.on('pageerror', (error) => page.complaints.push(error.message));
  return page;
}

export async function signIn(page, identifier) {
  await page.goto('/dang-nhap');
  await page.fill('#identifier', identifier);
  await page.fill('#password', password);
  await page.click('main form button[type=submit]');
  await page.waitForURL(/\/(can-bo|ho-so)/);
  return page;
}

/** The browser of this person, signed in. */
export async function as(identifier, options) {
  const key = `${identifier} ${JSON.stringify(options ?? {})}`;
  if (!people.has(key)) people.set(key, await signIn(await open(options), identifier));
  return people.get(key);
}

export async function isAccessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`));
  assert.deepEqual(found, [], where);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(sideways, 0, `${where} scrolls sideways`);
}

export const text = async (page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ');

/** Fills the controls by their names, as a person would: in order, waiting for lists that depend on what was chosen. */
export async function fill(page, fields) {
  for (const [name, value] of Object.entries(fields)) {
    const control = page.locator(`[name="${name}"]`).first();
    if (name === 'dia_diem.city' && !(await control.count())) continue; // the form says which city
    if (name === 'noi_cu_tru_truoc.city' && !(await control.count())) continue;
    await control.waitFor({ state: 'attached' });
    const kind = await control.evaluate((element) => (element.tagName === 'INPUT' ? element.type : element.tagName.toLowerCase()));
    if (kind === 'radio') await page.locator(`[name="${name}"][value="${value}"]`).check();
    else if (kind === 'checkbox') await control.setChecked(value === 'true');
    else if (kind === 'select') await control.selectOption(value);
    else if (kind !== 'hidden') await control.fill(value);
  }
}

/** Presses "next" and waits for the page that comes: a form keeps what was typed before it goes. */
export const next = (page) => Promise.all([page.waitForNavigation(), page.locator('.actions button[value=next]').click()]);

export async function fillPages(page, pages) {
  for (const [key, fields] of Object.entries(pages)) {
    await page.waitForURL(new RegExp(`/${key}$`));
    await fill(page, fields);
    await next(page);
  }
  await page.waitForURL(/\/giay-to$/);
}

/** From the procedure's page to the first page of the form; the draft's address. */
export async function begin(page, code, agency) {
  await page.goto(`/thu-tuc/${code}?co-quan=${agency}`);
  await page.locator(`form[action="/thu-tuc/${code}/nop"] button`).click();
  await page.waitForURL(/\/ho-so\/nhap\//);
  return /\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(page.url())[0];
}

export async function submit(page) {
  await page.check('#agree');
  await page.locator('form[action$="/nop"] button.button--start').click();
  await page.waitForURL(/\/giay-hen$/);
  return decodeURIComponent(/\/ho-so\/([^/]+)\//.exec(page.url())[1]);
}

/** A dossier handed in over plain HTTP: {code, id, person}. */
export async function handIn(identifier, code, agency, pages) {
  const person = await new Person(city).signIn(identifier);
  const draft = await startDraft(person, code, agency);
  await answerPages(person, draft, pages);
  await attachAll(person, draft);
  return { code: await submitDraft(person, draft), id: draft.split('/').pop(), person };
}

/** An official completes the step of a dossier with this outcome. */
export async function decide(page, id, outcome, { note = '', recipient, prepare, refused = false } = {}) {
  await page.goto(`/can-bo/ho-so/${id}`);
  const take = page.locator('form[action$="/nhan"] button');
  if (await take.count()) await take.click();
  if (outcome === 'issue') await page.locator('a[href*="/ket-qua"].button').click();
  else await page.locator(`[name=outcome][value=${outcome}]`).check();
  if (note) await page.fill('#note', note);
  if (recipient) await page.fill('#recipient', recipient);
  await prepare?.(page);
  await Promise.all([page.waitForResponse((answer) => answer.request().method() === 'POST' && answer.url().endsWith('/hoan-thanh')), page.locator(outcome === 'issue' ? 'button[name=outcome][value=issue]' : 'form[action$="/hoan-thanh"] .actions button').click()]);
  await page.waitForLoadState();
  if (!refused) assert.equal(await page.locator('.error-summary').count(), 0, `${outcome}: ${(await text(page)).slice(0, 400)}`);
}

export const dossierText = async (page, code) => {
  await page.goto(`/ho-so/${code}`);
  return text(page);
};

export async function pdfText(page, address) {
  const answer = await page.request.get(address);
  assert.equal(answer.status(), 200, address);
  assert.match(answer.headers()['content-type'], /application\/pdf/);
  const file = path.join(city.data, 'paper.pdf');
  writeFileSync(file, await answer.body());
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).normalize('NFC').replace(/\s+/g, ' ');
}

export const mail = (...patterns) => until(() => city.mails(...patterns).at(-1), `a mail with ${patterns.join(' ')}`);
