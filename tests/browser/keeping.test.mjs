// What is kept of people and for how long: the agency's rule and a hold on a dossier; a person's own data, papers and account.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import * as answers from './answers.mjs';
import { Person, answerPages, attachAll, password, samplePdf, startDraft, submitDraft } from './city.mjs';
import { as, city, handIn, isAccessible, mail, pdfText, signIn, text } from './people.mjs';
import { readsWell } from './reading.mjs';

const ward = 'dich-vong-cau-giay';
const plan = '/quan-tri/luu-tru';
/** A picture to look at, in both widths. The pages themselves are checked with their example views (templates.mjs). */
const shot = async (page, name) => {
  const folder = process.env.MOTCUA_TEST_SHOTS;
  if (!folder) return;
  for (const width of [1280, 360]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: path.join(folder, `${name.replace(/\W+/g, '-')}-${width}.png`), fullPage: true });
  }
};
/** Presses what is in focus with Enter, and waits for the page that comes. */
const enter = async (page, control) => {
  await control.focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
};
const click = (page, control) => Promise.all([page.waitForNavigation(), control.click()]);
const faults = (page) => page.locator('.error-summary a').evaluateAll((links) => links.map((link) => link.hash));

let withdrawn, held;

test('an administrator holds a dossier back and sees what a rule would do before it holds, with the keyboard alone', async () => {
  for (const given of ['withdrawn', 'held']) {
    const { code, person: lan } = await handIn('hoa@example.com', '2.000635', ward, answers.extract);
    await lan.open(`/ho-so/${code}/rut`);
    assert.equal((await lan.post(`/ho-so/${code}/rut`, { reason: 'Tôi đổi ý' })).status, 303);
    if (given === 'held') held = code;
    else withdrawn = code;
  }
  const page = await as(`quan-tri@${ward}.example`, { width: 360 });
  await page.goto('/quan-tri');
  await enter(page, page.getByRole('link', { name: 'Lưu giữ hồ sơ' }));
  await shot(page, 'the plan, empty');

  // a hold: what is missing is said, and what was written stays
  await page.locator('#code').fill(held);
  await enter(page, page.getByRole('button', { name: 'Giữ lại', exact: true }));
  assert.deepEqual(await faults(page), ['#hold_reason']);
  assert.equal(await page.locator('#code').inputValue(), held);
  await shot(page, 'a hold without a reason');
  await page.locator('#hold_reason').focus();
  await page.keyboard.type('Đang có khiếu nại số 15/2017');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  assert.match(await text(page), new RegExp(`${held.replaceAll('.', '\\.')} Đang có khiếu nại số 15/2017`));

  // a rule: its effect first
  for (const [field, value] of [['procedure', '2.000635'], ['archive_months', '2'], ['erase_months', '12'], ['reason', 'Quyết định 12/QĐ-UBND']]) await page.locator(`#${field}`).fill(value);
  await enter(page, page.getByRole('button', { name: 'Xem tác động trước khi đặt' }));
  assert.deepEqual(await faults(page), ['#warn_days']);
  assert.equal(await page.locator('#reason').inputValue(), 'Quyết định 12/QĐ-UBND');
  await shot(page, 'a rule without a warning');
  await page.locator('#warn_days').fill('30');
  await enter(page, page.getByRole('button', { name: 'Xem tác động trước khi đặt' }));
  const effect = page.locator('#tac-dong');
  assert.match((await effect.innerText()).replace(/\s+/g, ' '), /Số hồ sơ đã kết thúc thuộc thủ tục này, .*: 1\..*Sớm nhất xóa ngày 14\/03\/2018/);
  assert.ok(await effect.evaluate((box) => box.getBoundingClientRect().top < innerHeight && box.getBoundingClientRect().bottom > 0), 'the effect is in view');
  await isAccessible(page, 'the effect of a rule');
  await readsWell(page, 'the effect of a rule');
  await shot(page, 'the effect of a rule');
  await enter(page, page.getByRole('link', { name: 'Không, quay lại' }));
  assert.doesNotMatch(await text(page), /Quyết định 12/, 'nothing holds without agreeing');
  assert.deepEqual(page.complaints, []);
});

test('without scripts the rule is agreed to, stands in the plan, and can be taken back; the held dossier stays out of it', async () => {
  const page = await as(`quan-tri@${ward}.example`, { width: 360, script: false });
  await page.goto(plan);
  for (const [field, value] of [['procedure', '2.000635'], ['archive_months', '2'], ['erase_months', '12'], ['warn_days', '30'], ['reason', 'Quyết định 12/QĐ-UBND']]) await page.locator(`#${field}`).fill(value);
  await page.locator('#how').selectOption('delete');
  await click(page, page.getByRole('button', { name: 'Xem tác động trước khi đặt' }));
  assert.match(await page.locator('#tac-dong').innerText(), /xóa hẳn sau 12 tháng/);
  await click(page, page.getByRole('button', { name: 'Đồng ý và đặt quy định' }));
  const shown = await text(page);
  assert.match(shown, /Quyết định 12\/QĐ-UBND/);
  assert.match(shown, /Đưa vào lưu trữ .*xóa hẳn sau 12 tháng.*14\/05\/2017/);
  await page.getByText('Các hồ sơ đến hạn sớm nhất').first().click();
  const due = await page.locator('details .table a.code').allInnerTexts();
  assert.ok(due.includes(withdrawn) && !due.includes(held), String(due));
  await click(page, page.getByRole('button', { name: `Thôi giữ lại ${held}` }));
  assert.match(await text(page), /Không có hồ sơ nào đang được giữ lại/);
  await click(page, page.getByRole('button', { name: 'Bỏ quy định này 2.000635' }));
  assert.doesNotMatch(await text(page), /Bỏ quy định này/);
});

test('a citizen takes all of her own data away: one archive with a list to read, and nothing of others', async () => {
  await handIn('hung@example.com', '2.000635', ward, answers.extract);
  const { code, person: lan } = await handIn('lan@example.com', '2.000635', ward, answers.extract);
  const draft = await startDraft(lan, '2.000635', ward);
  await answerPages(lan, draft, answers.extract);
  await lan.open(`${draft}/giay-to`);
  assert.equal((await lan.upload(`${draft}/giay-to/giay_to_tuy_than`, [samplePdf('Căn cước của Lan.pdf')])).status, 303);
  const page = await as('lan@example.com', { width: 360 });
  await page.goto('/tai-khoan');
  await shot(page, 'the account');
  await page.locator('#export_password').fill('sai-mat-khau');
  await enter(page, page.getByRole('button', { name: 'Tải gói dữ liệu' }));
  assert.deepEqual(await faults(page), ['#export_password']);
  await shot(page, 'the account with a wrong password');
  await page.locator('#export_password').fill(password);
  await page.getByRole('button', { name: 'Tải gói dữ liệu' }).focus();
  const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
  assert.equal(download.suggestedFilename(), 'du-lieu-cua-toi.zip');
  const folder = path.join(city.data, 'archive');
  mkdirSync(folder);
  const archive = path.join(city.data, 'archive.zip');
  await download.saveAs(archive);
  execFileSync('python3', ['-c', 'import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])', archive, folder]);
  const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => path.relative(folder, path.join(each.parentPath ?? each.path, each.name)));
  const index = readFileSync(path.join(folder, 'MUC-LUC.txt'), 'utf8');
  for (const part of ['Nguyễn Thị Lan', code, 'Cấp bản sao Trích lục hộ tịch', 'Căn cước của Lan.pdf']) assert.ok(index.includes(part), `${part}: ${index}`);
  for (const name of names.filter((each) => each.includes('/'))) assert.ok(index.includes(path.basename(name)), `${name}: ${index}`);
  for (const [name] of index.matchAll(/(?:nhap|ho-so)\/\S+\.(?:json|pdf)/g)) assert.ok(names.includes(name), name);
  const all = names.filter((each) => /\.(json|txt)$/.test(each)).map((each) => readFileSync(path.join(folder, each), 'utf8')).join('\n');
  assert.doesNotMatch(all, /Lê Văn Hùng|hung@example\.com|hoa@example\.com/);
  assert.ok(!all.includes(withdrawn) && !all.includes(held));
});

test('the whole dossier as one PDF, with its papers, and without', async () => {
  const { code } = await handIn('lan@example.com', '2.000635', ward, answers.extract);
  const page = await as('lan@example.com', { width: 360, script: false });
  await page.goto(`/ho-so/${code}`);
  await shot(page, 'a dossier to print');
  for (const name of ['Bản in toàn bộ hồ sơ', 'kèm giấy tờ']) {
    const link = page.locator('aside a').filter({ hasText: name }).first();
    const printed = await pdfText(page, await link.getAttribute('href'));
    for (const part of [code, 'Nguyễn Thị Lan', 'SHA-256']) assert.ok(printed.includes(part), part);
  }
});

test('the store of papers: where each was used, and one that nobody has to keep goes', async () => {
  const lan = await new Person(city).signIn('lan@example.com');
  const source = await startDraft(lan, '2.000635', ward);
  await answerPages(lan, source, answers.extract);
  await lan.open(`${source}/giay-to`);
  assert.equal((await lan.upload(`${source}/giay-to/giay_to_tuy_than`, [samplePdf('Căn cước.pdf')])).status, 303);
  await attachAll(lan, source);
  const code = await submitDraft(lan, source);

  // one click takes it into another draft; the store says so
  const page = await as('lan@example.com', { width: 360 });
  const target = await startDraft(lan, '2.000635', ward);
  await answerPages(lan, target, answers.extract);
  await page.goto(`${target}/giay-to`);
  await enter(page, page.getByRole('link', { name: /Lấy từ kho giấy tờ của tôi/ }).first());
  await shot(page, 'what the store offers');
  const offered = page.locator('.files li', { hasText: code }).filter({ hasText: 'Căn cước.pdf' });
  await enter(page, offered.getByRole('button', { name: /Dùng giấy này/ }));
  await page.waitForURL(/giay-to/);
  assert.match(await text(page), /Căn cước\.pdf/);
  await page.goto('/ho-so');
  await enter(page, page.getByRole('link', { name: /Kho giấy tờ/ }).first());
  const kept = page.locator('main .files > li', { hasText: code });
  assert.match((await kept.filter({ hasText: 'Căn cước.pdf' }).innerText()).replace(/\s+/g, ' '), /Đã dùng lại trong: Bản nháp chưa nộp \(14\/03\/2017\)/);
  const used = await submitDraft(lan, target);
  await page.reload();
  assert.match((await kept.filter({ hasText: 'Căn cước.pdf' }).innerText()).replace(/\s+/g, ' '), new RegExp(`Đã dùng lại trong: .* – ${used.replaceAll('.', '\\.')}`));
  assert.equal(await kept.getByRole('link', { name: /Xóa/ }).count(), 0, 'an open dossier needs it');
  await isAccessible(page, 'the store');
  await shot(page, 'the store');

  // a page that the server cannot draw just now is asked for again by itself
  let asked = 0;
  await page.route(/\/xem\/1$/, (route) => (++asked === 1 ? route.fulfill({ status: 503 }) : route.continue()));
  await enter(page, kept.filter({ hasText: 'Căn cước.pdf' }).locator('.files__name'));
  await page.waitForFunction(() => document.querySelector('.preview__page').naturalWidth > 100);
  assert.equal(asked, 2);
  page.complaints.splice(0, page.complaints.length, ...page.complaints.filter((each) => !/503/.test(each)));
  await page.goBack();

  // a dossier that was taken back: nobody has to keep its paper
  await lan.open(`/ho-so/${code}/rut`);
  assert.equal((await lan.post(`/ho-so/${code}/rut`, { reason: 'Tôi đổi ý' })).status, 303);
  await page.reload();
  const own = kept.filter({ hasText: 'Căn cước.pdf' });
  const count = await kept.count();
  await enter(page, own.getByRole('link', { name: /Xóa/ }));
  assert.match(await text(page), /Tệp bị xóa hẳn, không lấy lại được/);
  await enter(page, page.getByRole('button', { name: 'Xóa' }));
  assert.equal(await own.count(), 0);
  assert.equal(await kept.count(), count - 1);
  await shot(page, 'the store after one paper went');
});

test('she closes her account and changes her mind in time', async () => {
  const lan = await new Person(city).signIn('lan@example.com');
  await startDraft(lan, '2.000635', ward);
  const page = await as('lan@example.com', { width: 360 });
  await page.goto('/tai-khoan');
  await enter(page, page.getByRole('link', { name: 'Xóa tài khoản' }));
  assert.match(await text(page), /Bản nháp chưa nộp \(\d+\)/);
  await shot(page, 'closing the account');
  await enter(page, page.getByRole('button', { name: 'Xóa tài khoản của tôi' }));
  assert.deepEqual(await faults(page), ['#closing_password']);
  await page.locator('#closing_password').fill(password);
  await enter(page, page.getByRole('button', { name: 'Xóa tài khoản của tôi' }));
  assert.match(await text(page), /Đã ghi nhận yêu cầu xóa tài khoản/);
  await shot(page, 'the wish is noted');
  await mail(/^To: .*lan@example\.com/m, /Yêu cầu xóa tài khoản/, /21\/03\/2017/);
  await page.goto('/ho-so');
  assert.match(page.url(), /dang-nhap/, 'signed out');
  city.setTime('2017-03-20T09:00');
  await signIn(page, 'lan@example.com');
  assert.match(await text(page), /Yêu cầu xóa tài khoản đã được hủy/);
  await shot(page, 'the account stays');
  await mail(/^To: .*lan@example\.com/m, /Đã hủy yêu cầu/);
  city.setTime('2017-03-23T09:00');
  await page.goto('/ho-so');
  assert.doesNotMatch(page.url(), /dang-nhap/);
  assert.deepEqual(page.complaints, []);
});
