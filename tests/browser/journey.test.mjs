// The whole journey of a dossier, each person in a browser of their own: citizen, one-stop desk, officer, head, leader, records
// clerk, cashier and the other agency's officer; with supplement, refusal, withdrawal, lateness and two people at once.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import * as answers from './answers.mjs';
import { Person, answerPages, attachAll, password, samplePdf, samplePng, startCity, startDraft, submitDraft, until } from './city.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const people = new Map();
let city;
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
async function open({ width = 1280, script = true } = {}) {
  const context = await browser.newContext({
    reducedMotion: 'reduce',
    viewport: { width, height: 900 },
    javaScriptEnabled: script,
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

async function signIn(page, identifier) {
  await page.goto('/dang-nhap');
  await page.fill('#identifier', identifier);
  await page.fill('#password', password);
  await page.click('main form button[type=submit]');
  await page.waitForURL(/\/(can-bo|ho-so)/);
  return page;
}

/** The browser of this person, signed in. */
async function as(identifier, options) {
  const key = `${identifier} ${JSON.stringify(options ?? {})}`;
  if (!people.has(key)) people.set(key, await signIn(await open(options), identifier));
  return people.get(key);
}

async function isAccessible(page, where) {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await axe.run(document, { resultTypes: ['violations'] })).violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`));
  assert.deepEqual(found, [], where);
  const sideways = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(sideways, 0, `${where} scrolls sideways`);
}

const text = async (page) => (await page.locator('main').innerText()).replace(/\s+/g, ' ');

/** Fills the controls by their names, as a person would: in order, waiting for lists that depend on what was chosen. */
async function fill(page, fields) {
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

const next = (page) => page.locator('.actions button[value=next]').click();

async function fillPages(page, pages) {
  for (const [key, fields] of Object.entries(pages)) {
    await page.waitForURL(new RegExp(`/${key}$`));
    await fill(page, fields);
    await next(page);
  }
  await page.waitForURL(/\/giay-to$/);
}

/** From the procedure's page to the first page of the form; the draft's address. */
async function begin(page, code, agency) {
  await page.goto(`/thu-tuc/${code}?co-quan=${agency}`);
  await page.locator(`form[action="/thu-tuc/${code}/nop"] button`).click();
  await page.waitForURL(/\/ho-so\/nhap\//);
  return /\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(page.url())[0];
}

async function submit(page) {
  await page.check('#agree');
  await page.locator('form[action$="/nop"] button.button--start').click();
  await page.waitForURL(/\/giay-hen$/);
  return decodeURIComponent(/\/ho-so\/([^/]+)\//.exec(page.url())[1]);
}

/** A dossier handed in over plain HTTP: {code, id, person}. */
async function handIn(identifier, code, agency, pages) {
  const person = await new Person(city).signIn(identifier);
  const draft = await startDraft(person, code, agency);
  await answerPages(person, draft, pages);
  await attachAll(person, draft);
  return { code: await submitDraft(person, draft), id: draft.split('/').pop(), person };
}

/** An official completes the step of a dossier with this outcome. */
async function decide(page, id, outcome, { note = '', recipient, prepare, refused = false } = {}) {
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

const dossierText = async (page, code) => {
  await page.goto(`/ho-so/${code}`);
  return text(page);
};

async function pdfText(page, address) {
  const answer = await page.request.get(address);
  assert.equal(answer.status(), 200, address);
  assert.match(answer.headers()['content-type'], /application\/pdf/);
  const file = path.join(city.data, 'paper.pdf');
  writeFileSync(file, await answer.body());
  return execFileSync('pdftotext', ['-layout', file, '-'], { encoding: 'utf8' }).normalize('NFC').replace(/\s+/g, ' ');
}

const mail = (...patterns) => until(() => city.mails(...patterns).at(-1), `a mail with ${patterns.join(' ')}`);

test('a copy of a civil-status record, from the catalogue to the rating, on a telephone', async () => {
  const lan = await as('lan@example.com', { width: 360 });
  const draft = await begin(lan, '2.000635', 'dich-vong-cau-giay');
  await isAccessible(lan, 'a form page');
  // Nothing filled in: the summary names every question and leads to it.
  await next(lan);
  await lan.locator('.error-summary').waitFor();
  assert.ok(await lan.evaluate(() => document.activeElement.closest('.error-summary') !== null), 'the reader is at the summary');
  await isAccessible(lan, 'a form page with errors');
  await lan.locator('.error-summary a').first().click();
  assert.equal(await lan.evaluate(() => document.activeElement.id), 'f-loai_giay');
  // A question that depends on an answer comes and goes.
  assert.equal(await lan.locator('[name=uy_quyen_ruot_thit]').count(), 0);
  await lan.selectOption('[name=quan_he]', 'uy_quyen');
  await lan.locator('[name=uy_quyen_ruot_thit]').first().waitFor();
  await lan.selectOption('[name=quan_he]', 'ban_than');
  await lan.locator('[name=uy_quyen_ruot_thit]').first().waitFor({ state: 'detached' });
  // An answer that ends the journey here says where to go instead.
  await fill(lan, { ...answers.extract.yeu_cau, noi_dang_ky: 'nuoc_ngoai' });
  await next(lan);
  assert.match(await text(lan), /Bộ Ngoại giao/);
  await fill(lan, answers.extract.yeu_cau);
  await next(lan);
  await lan.waitForURL(/nguoi_yeu_cau$/);
  assert.equal(await lan.inputValue('[name=ho_ten]'), 'Nguyễn Thị Lan', 'filled in from the profile');
  // Back and forth, leaving and coming back: nothing is lost.
  await fill(lan, { dien_thoai: '0912 345 678' });
  await lan.locator('button[value=back]').click();
  await lan.waitForURL(/yeu_cau$/);
  await lan.goBack();
  await lan.goto(`${draft}/nguoi_yeu_cau`);
  assert.equal(await lan.inputValue('[name=dien_thoai]'), '0912345678');
  await lan.locator('button[value=leave]').click();
  await lan.waitForURL(/\/ho-so$/);
  await lan.locator(`a[href^="${draft}"]`).first().click();
  await fillPages(lan, { nguoi_yeu_cau: answers.extract.nguoi_yeu_cau, thong_tin: answers.extract.thong_tin, so_luong: answers.extract.so_luong });
  // Papers: a wrong type is refused in words; PDF and photo are taken.
  const input = lan.locator('[data-paper] input[type=file]').first();
  await input.setInputFiles({ name: 'a.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ not a paper') });
  await lan.locator('.field-error').first().waitFor();
  assert.match(await text(lan), /Chỉ nhận tệp PDF/);
  await lan.locator('[data-paper] input[type=file]').first().setInputFiles([
    { name: 'cccd mặt trước.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes },
    { name: 'cccd mặt sau.png', mimeType: 'image/png', buffer: samplePng().bytes },
  ]);
  await lan.locator('.files__name', { hasText: 'cccd mặt sau.png' }).waitFor();
  await lan.locator('form[action$="/xoa"] button').nth(1).click();
  await lan.waitForURL(/giay-to/);
  assert.equal(await lan.locator('.files__name').count(), 1);
  await isAccessible(lan, 'the page of papers');
  await next(lan);
  await lan.waitForURL(/xem-lai$/);
  assert.match(await text(lan), /24\.000 đồng/);
  assert.doesNotMatch(await text(lan), /false|null|undefined/);
  await isAccessible(lan, 'the review page');
  // A double press makes one dossier.
  await lan.check('#agree');
  await lan.locator('form[action$="/nop"] button.button--start').dblclick();
  await lan.waitForURL(/\/giay-hen$/);
  const code = decodeURIComponent(/\/ho-so\/([^/]+)\//.exec(lan.url())[1]);
  assert.match(code, /^000\.04\.35\.H26-170314-0001$/);
  await isAccessible(lan, 'the page after submission');
  await lan.goto('/ho-so');
  assert.equal((await text(lan)).split(code).length, 2, 'one dossier only');
  await mail(/lan@example\.com/, new RegExp(code));

  const id = draft.split('/').pop();
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await clerk.goto('/can-bo');
  assert.match(await text(clerk), new RegExp(code));
  await isAccessible(clerk, 'the queue');
  await clerk.goto(`/can-bo/ho-so/${id}`);
  await isAccessible(clerk, 'the official’s page of a dossier');
  await decide(clerk, id, 'receive');
  assert.match(await dossierText(lan, code), /Hẹn trả kết quả 17 giờ 00 phút, Thứ Ba, ngày 14\/03\/2017/);
  await lan.locator('summary', { hasText: /Vì sao|Xem từng dòng/ }).first().click();
  await lan.locator('details[open] caption', { hasText: 'Cách tính ngày hẹn trả' }).first().waitFor();
  assert.match(await text(lan), /Cách tính ngày hẹn trả/, 'the due date is explained line by line');
  await lan.goto(`/ho-so/${code}/giay-hen`);
  await isAccessible(lan, 'the appointment slip');
  const slip = await pdfText(lan, `/ho-so/${code}/giay-hen.pdf`);
  for (const part of [/GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ/, new RegExp(code), /Nguyễn Thị Lan/, /14\/03\/2017|14 tháng 3 năm 2017|ngày 14/]) assert.match(slip, part);
  await decide(await as('tu-phap@dich-vong-cau-giay.example'), id, 'approve');
  await decide(await as('lanh-dao@dich-vong-cau-giay.example'), id, 'sign');
  const records = await as('van-thu@dich-vong-cau-giay.example');
  await decide(records, id, 'issue');
  await mail(/lan@example\.com/, /kết quả/i, new RegExp(code));
  // The result is handed over when the fee is paid, not before.
  await clerk.goto('/can-bo/tra-ket-qua');
  assert.equal(await clerk.locator('form[action$="/hoan-thanh"]').count(), 0, 'not before the fee is paid');
  await records.goto('/can-bo/vai-tro');
  await records.locator('form[action="/can-bo/vai-tro"]', { hasText: /thu (phí|ngân)|Thu phí|Bộ phận thu/i }).locator('button').first().click().catch(async () => records.locator('form[action="/can-bo/vai-tro"] button').last().click());
  await records.goto('/can-bo/thu-phi');
  await records.locator(`form[action="/can-bo/ho-so/${id}/thu-phi"] button[value=cash]`).click();
  await records.waitForURL(/thu-phi/);
  assert.match(await text(records), /24\.000/);
  await clerk.goto('/can-bo/tra-ket-qua');
  await clerk.locator('input[name=recipient]').first().fill('Nguyễn Thị Lan');
  await clerk.locator('button[value=hand_over]').first().click();
  await clerk.waitForLoadState();
  // The citizen has the result, anyone can verify it, and it is rated once.
  assert.match(await dossierText(lan, code), /Đã trả kết quả/i);
  await isAccessible(lan, 'the finished dossier');
  const result = await lan.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(lan, result), /Nguyễn Thị Lan/i);
  const verification = await lan.locator('a[href^="/xac-minh/"]').first().getAttribute('href');
  const anyone = await open({ width: 360 });
  await anyone.goto(verification);
  assert.match(await text(anyone), new RegExp(code));
  await anyone.context().close();
  await lan.goto(`/ho-so/${code}/danh-gia`);
  await lan.locator('input[name=level][value="1"]').check();
  await lan.locator('main form button[type=submit]').click();
  await lan.locator('.error-summary').waitFor();
  await lan.fill('[name=reason]', 'Phải chờ lâu ở quầy.');
  await lan.locator('main form button[type=submit]').click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  assert.match(await text(lan), /Phải chờ lâu ở quầy/);
  assert.equal(await lan.locator('a[href$="/danh-gia"]').count(), 0);
  assert.deepEqual([lan.complaints, clerk.complaints], [[], []]);
});

test('a household business with members: rows, a supplement that stops the clock, two windows', async () => {
  const lan = await as('lan@example.com');
  const draft = await begin(lan, '1.001612', 'cau-giay');
  const pages = structuredClone(answers.business);
  pages.dieu_kien.doi_tuong = 'ho_gia_dinh';
  const { cam_ket, ...first } = pages;
  for (const [key, fields] of Object.entries(first)) {
    await lan.waitForURL(new RegExp(`/${key}$`));
    await fill(lan, fields);
    if (key === 'ho_kinh_doanh') {
      await lan.locator('button[name=_add]').click();
      await fill(lan, { 'nganh_nghe[1].ten_nganh': 'Bán lẻ đồ uống' });
      await lan.locator('button[name=_add]').click();
      await fill(lan, { 'nganh_nghe[2].ten_nganh': 'Nhầm' });
      await lan.locator('button[name=_remove]').nth(2).click();
      await lan.locator('[name="nganh_nghe[2].ten_nganh"]').waitFor({ state: 'detached' });
      assert.equal(await lan.inputValue('[name="nganh_nghe[1].ten_nganh"]'), 'Bán lẻ đồ uống');
      assert.equal(await lan.inputValue('[name=ten_rieng]'), 'Phở Lan Dịch Vọng');
    }
    await next(lan);
  }
  await lan.waitForURL(/thanh_vien$/);
  while ((await lan.locator('.row-card').count()) < 2) await lan.locator('button[name=_add]').click();
  const member = (i, name, card, share, year) => ({ [`thanh_vien[${i}].ten_thanh_vien`]: name, [`thanh_vien[${i}].sinh_thanh_vien.day`]: '1', [`thanh_vien[${i}].sinh_thanh_vien.month`]: '2', [`thanh_vien[${i}].sinh_thanh_vien.year`]: year, [`thanh_vien[${i}].giay_to_thanh_vien`]: card, [`thanh_vien[${i}].ty_le`]: share });
  await fill(lan, { ...member(0, 'Nguyễn Thị Lan', '012345678', '60', '1985'), ...member(1, 'Lê Văn Tuấn', '012345679', '30', '1983') });
  await next(lan);
  await lan.locator('.error-summary').waitFor();
  assert.match(await text(lan), /100/, 'shares must add up');
  await fill(lan, { 'thanh_vien[1].ty_le': '40' });
  await next(lan);
  await fillPages(lan, { cam_ket });
  const papers = await lan.locator('[data-paper] input[type=file]').count();
  for (let i = 0; i < papers; i++) {
    await lan.locator('[data-paper]').nth(i).locator('input[type=file]').setInputFiles({ name: `giay-${i}.pdf`, mimeType: 'application/pdf', buffer: samplePdf().bytes });
    await lan.locator('.files__name', { hasText: `giay-${i}.pdf` }).waitFor();
  }
  await next(lan);
  const code = await submit(lan);
  const id = draft.split('/').pop();

  const clerk = await as('mot-cua@cau-giay.example');
  await decide(clerk, id, 'receive');
  const due = /Hẹn trả[^.]*?(\d{2}\/\d{2}\/\d{4})/.exec(await dossierText(lan, code))?.[1];
  const officer = await as('kinh-doanh@cau-giay.example');
  // A request without papers and reasons is refused beside the field.
  await decide(officer, id, 'supplement', { refused: true });
  assert.equal(await officer.locator('.error-summary').count(), 1);
  await decide(officer, id, 'supplement', {
    note: 'Biên bản họp chưa có đủ chữ ký.',
    prepare: async (page) => {
      await page.locator('[name="items[1].ask"]').check();
      await page.fill('[name="items[1].reason"]', 'Thiếu chữ ký của ông Lê Văn Tuấn');
    },
  });
  await mail(/lan@example\.com/, /bổ sung/i, /Thiếu chữ ký của ông Lê Văn Tuấn/);
  const waiting = await dossierText(lan, code);
  assert.match(waiting, /bổ sung/i);
  assert.match(await pdfText(lan, `/ho-so/${code}/phieu/bo-sung-1.pdf`), /Thiếu chữ ký của ông Lê Văn Tuấn/);
  await lan.goto(`/ho-so/${code}/bo-sung`);
  await isAccessible(lan, 'the page of a supplement');
  await lan.locator(`main form[action="/ho-so/${code}/bo-sung"] button[type=submit]`).click();
  await lan.locator('.error-summary').waitFor();
  city.setTime('2017-03-16T10:00');
  await lan.locator('[data-paper] input[type=file]').first().setInputFiles({ name: 'bien-ban-du.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await lan.locator('.files__name', { hasText: 'bien-ban-du.pdf' }).waitFor();
  await lan.locator(`main form[action="/ho-so/${code}/bo-sung"] button[type=submit]`).click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  const later = /Hẹn trả[^.]*?(\d{2}\/\d{2}\/\d{4})/.exec(await text(lan))?.[1];
  if (due && later) assert.notEqual(due, later, 'the time the citizen took does not count');
  assert.match((await lan.locator('main').textContent()).replace(/\s+/g, ' '), /[Tt]ạm dừng|bổ sung/);
  await decide(officer, id, 'approve');
  const head = await as('truong-phong-kinh-doanh@cau-giay.example');
  await decide(head, id, 'return', { note: 'Ghi rõ mã ngành thứ hai.' });
  await decide(officer, id, 'approve', { note: 'Đã ghi mã ngành 4723.' });
  await decide(head, id, 'sign');
  await decide(await as('van-thu@cau-giay.example'), id, 'issue');
  const cashier = await as('thu-ngan@cau-giay.example');
  await cashier.goto('/can-bo/thu-phi');
  await isAccessible(cashier, 'the cashier’s page');
  await cashier.locator(`form[action="/can-bo/ho-so/${id}/thu-phi"] button[value=transfer]`).click();
  await cashier.waitForLoadState();
  await decide(clerk, id, 'hand_over', { recipient: 'Nguyễn Thị Lan' });
  assert.match(await dossierText(lan, code), /Đã trả kết quả/i);
  const result = await lan.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(lan, result), /Phở Lan Dịch Vọng/i);
  assert.deepEqual([lan.complaints, officer.complaints, cashier.complaints], [[], [], []]);
});

test('a building permit asks the department and waits for it; head and leader sign', async () => {
  const { code, id } = await handIn('hoa@example.com', '1.013225', 'cau-giay', answers.building);
  await decide(await as('mot-cua@cau-giay.example'), id, 'receive');
  const officer = await as('do-thi@cau-giay.example');
  await decide(officer, id, 'approve');
  const department = await as('quy-hoach@so-quy-hoach-kien-truc.example');
  const link = await until(async () => {
    await department.goto('/can-bo');
    const found = department.locator('a[href^="/can-bo/hoi-y-kien/"]').first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the question to reach the department');
  await department.goto(link);
  await isAccessible(department, 'the page of a question');
  assert.match(await text(department), /Trần Thái Tông/);
  assert.equal((await department.request.get(`/can-bo/ho-so/${id}`)).status(), 404, 'the other agency sees the question, not the dossier');
  await department.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await department.locator('.error-summary, .field-error').first().waitFor();
  await department.locator('[name=answer][value=agree]').check();
  await department.fill('#note', 'Phù hợp quy hoạch; chiều cao không quá 12 m.');
  await department.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await department.waitForURL(/\/can-bo$/);
  await decide(officer, id, 'approve', { note: 'Biên bản: hiện trạng đúng bản vẽ.' });
  await until(async () => {
    await officer.goto(`/can-bo/ho-so/${id}`);
    return /chiều cao không quá 12 m/.test(await text(officer)) && (await officer.locator('[name=outcome][value=reject]').count());
  }, 'the answer to reach the dossier');
  await decide(officer, id, 'approve');
  await decide(await as('truong-phong-do-thi@cau-giay.example'), id, 'approve');
  await decide(await as('lanh-dao@cau-giay.example'), id, 'sign');
  await decide(await as('van-thu@cau-giay.example'), id, 'issue');
  const hoa = await as('hoa@example.com');
  assert.match(await dossierText(hoa, code), /kết quả/i);
});

test('a confirmation of marital status asks another ward; of two leaders the second is told', async () => {
  const { code, id } = await handIn('hoa@example.com', '1.004873', 'dich-vong-cau-giay', answers.marital);
  await decide(await as('mot-cua@dich-vong-cau-giay.example'), id, 'receive');
  const officer = await as('tu-phap@dich-vong-cau-giay.example');
  await decide(officer, id, 'approve');
  const ward = await as('tu-phap@quan-hoa-cau-giay.example');
  const link = await until(async () => {
    await ward.goto('/can-bo');
    const found = ward.locator('a[href^="/can-bo/hoi-y-kien/"]').first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the question to reach the ward');
  await ward.goto(link);
  assert.match(await text(ward), /Phạm Thị Hoa/);
  await ward.locator('[name=answer][value=confirmed]').check();
  await ward.fill('#note', 'Không có đăng ký kết hôn trong thời gian thường trú.');
  await ward.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await ward.waitForURL(/\/can-bo$/);
  await until(async () => {
    await officer.goto(`/can-bo/ho-so/${id}`);
    return officer.locator('[name=outcome][value=reject]').count();
  }, 'the answer to come back');
  await decide(officer, id, 'approve');
  // Two leaders have the page open; the first signs, the second is told who it was and loses nothing.
  const first = await as('lanh-dao@dich-vong-cau-giay.example');
  const second = await as('quan-tri@dich-vong-cau-giay.example');
  await second.goto(`/can-bo/ho-so/${id}`);
  await second.locator('[name=outcome][value=return]').check();
  await second.fill('#note', 'Xem lại ngày tháng.');
  await decide(first, id, 'sign');
  const [answer] = await Promise.all([second.waitForResponse((each) => each.request().method() === 'POST'), second.locator('form[action$="/hoan-thanh"] .actions button').click()]);
  assert.equal(answer.status(), 409);
  await second.waitForLoadState();
  const told = await text(second);
  assert.match(told, /Phạm Đình Toàn đã xử lý trước bạn/);
  assert.match(told, /Xem lại ngày tháng\./);
  await isAccessible(second, 'the page of a conflict');
  await decide(await as('van-thu@dich-vong-cau-giay.example', { width: 1024 }), id, 'issue');
  const hoa = await as('hoa@example.com');
  await dossierText(hoa, code);
  const result = await hoa.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(hoa, result), /Phạm Thị Hoa/i);
});

test('a refusal says why, on the page, by mail and on form 03', async () => {
  const { code, id } = await handIn('lan@example.com', '2.000635', 'dich-vong-cau-giay', answers.extract);
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await decide(clerk, id, 'refuse', { refused: true });
  assert.equal(await clerk.locator('.error-summary').count(), 1, 'a refusal needs a reason');
  await decide(clerk, id, 'refuse', { note: 'Việc hộ tịch đăng ký tại quận khác.' });
  const lan = await as('lan@example.com');
  assert.match(await dossierText(lan, code), /Việc hộ tịch đăng ký tại quận khác\./);
  await isAccessible(lan, 'a refused dossier');
  const paper = await pdfText(lan, `/ho-so/${code}/phieu/tu-choi.pdf`);
  assert.match(paper, /PHIẾU TỪ CHỐI/i);
  assert.match(paper, /Việc hộ tịch đăng ký tại quận khác/);
  await mail(/lan@example\.com/, /Việc hộ tịch đăng ký tại quận khác/);
});

test('a citizen withdraws, once, and nobody acts on the dossier any more', async () => {
  const { code, id } = await handIn('lan@example.com', '2.000635', 'dich-vong-cau-giay', answers.extract);
  const lan = await as('lan@example.com');
  await lan.goto(`/ho-so/${code}/rut`);
  await isAccessible(lan, 'the page of withdrawal');
  await lan.fill('[name=reason]', 'Tôi không cần nữa.');
  await lan.locator('main form button[type=submit]').click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  assert.match(await text(lan), /rút/i);
  assert.equal(await lan.locator('a[href$="/rut"]').count(), 0);
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await clerk.goto(`/can-bo/ho-so/${id}`);
  assert.equal(await clerk.locator('form[action$="/hoan-thanh"]').count(), 0);
});

test('a dossier that is late: an apology is drafted, sent, and the citizen reads it', async () => {
  city.setTime('2017-03-20T08:30');
  const { code, id } = await handIn('lan@example.com', '1.001612', 'cau-giay', answers.business);
  await decide(await as('mot-cua@cau-giay.example'), id, 'receive');
  city.setTime('2017-03-27T09:00');
  const head = await as('truong-phong-kinh-doanh@cau-giay.example');
  const link = await until(async () => {
    await head.goto('/can-bo/xin-loi');
    const found = head.locator(`a[href^="/can-bo/ho-so/${id}/xin-loi/"]`).first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the drafted apology');
  await head.goto(link);
  await isAccessible(head, 'the page of an apology');
  await head.fill('#reason', 'Phòng chậm đối chiếu tên hộ kinh doanh trùng trong quận.');
  await fill(head, { 'new_due.day': '29', 'new_due.month': '3', 'new_due.year': '2017', new_due_time: '16:00' });
  await head.locator('button[name=action][value=send]').click();
  await head.waitForLoadState();
  await mail(/lan@example\.com/, /xin lỗi/i, /đối chiếu tên hộ kinh doanh/);
  const lan = await as('lan@example.com');
  const page = await dossierText(lan, code);
  assert.match(page, /29\/03\/2017/);
  assert.match(await pdfText(lan, `/ho-so/${code}/phieu/xin-loi-1.pdf`), /XIN LỖI/i);
  const officer = await as('kinh-doanh@cau-giay.example');
  await officer.goto('/can-bo');
  assert.match(await text(officer), new RegExp(code));
});

test('without JavaScript and by keyboard alone', async () => {
  const page = await signIn(await open({ width: 360, script: false }), 'anh@example.com');
  await page.goto('/ngon-ngu/vi?ve=/thu-tuc');
  await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.selectOption('[name=quan_he]', 'uy_quyen');
  assert.equal(await page.locator('[name=uy_quyen_ruot_thit]').count(), 0);
  await page.locator('noscript button[name=_show], button[name=_show]').first().click();
  await page.locator('[name=uy_quyen_ruot_thit]').first().waitFor();
  assert.equal(await page.inputValue('[name=quan_he]'), 'uy_quyen');
  await fill(page, { ...answers.extract.yeu_cau });
  await page.locator('.actions button[value=next]').press('Enter');
  await page.waitForURL(/nguoi_yeu_cau$/);
  // The lists of districts and communes come one press at a time.
  for (const [name, value] of [['city', '01'], ['district', '005'], ['commune', '00166']]) {
    await page.selectOption(`[name="noi_cu_tru.${name}"]`, value);
    await page.locator('button[name=_show]').first().press('Enter');
    await page.waitForLoadState();
  }
  await page.locator('[name="noi_cu_tru.line"]').fill('Số 7 đường Xuân Thủy');
  const { ho_ten: _name, giay_to: _card, ...rest } = answers.extract.nguoi_yeu_cau;
  await fill(page, { ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('noi_cu_tru') && !name.startsWith('ngay_sinh'))), 'ngay_sinh.day': '20', 'ngay_sinh.month': '8', 'ngay_sinh.year': '1990', ho_ten: 'Trần Đức Anh', giay_to: '001090000404' });
  await page.locator('.actions button[value=next]').press('Enter');
  await page.waitForURL(/thong_tin$/);
  await page.context().close();

  const keys = await open({ width: 1280 });
  await keys.goto('/dang-nhap');
  await keys.keyboard.press('Tab');
  assert.equal(await keys.evaluate(() => document.activeElement.getAttribute('href')), '#noi-dung', 'the first stop leads past the navigation');
  await keys.keyboard.press('Enter');
  const reach = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await keys.keyboard.press('Tab');
      if (await keys.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    }
    assert.fail(`the keyboard does not reach ${selector}`);
  };
  await reach('#identifier');
  await keys.keyboard.type('anh@example.com');
  await reach('#password');
  await keys.keyboard.type(password);
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/\/ho-so/);
  await keys.goto('/thu-tuc/2.000635?co-quan=dich-vong-cau-giay');
  await reach('form[action="/thu-tuc/2.000635/nop"] button');
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/yeu_cau$/);
  await reach('[name=loai_giay]');
  await keys.keyboard.press('ArrowDown');
  await reach('[name=noi_dang_ky]');
  await keys.keyboard.press('Space');
  await reach('[name=quan_he]');
  await keys.keyboard.press('ArrowDown');
  await reach('.actions button[value=next]');
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/nguoi_yeu_cau$/);
  await keys.context().close();
});
