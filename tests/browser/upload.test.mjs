// Papers from a telephone over a line that breaks: progress, waiting, going on, also after a reload; several files; giving up.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Person, answerPages, samplePdf, startDraft, until } from './city.mjs';
import { as, begin, city, fillPages, isAccessible, next, open, signIn, submit, text } from './people.mjs';
import { extract } from './answers.mjs';
import { Line } from './line.mjs';
import { heldLike, photoOf } from '../http/photos.mjs';
import { pdfOf } from '../http/tus.mjs';

const MB = 1024 * 1024;
const paper = '#giay-giay_to_tuy_than';
const folder = path.join(tmpdir(), `motcua-upload-${process.pid}`);
const fileOf = (name, bytes) => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, name), bytes);
  return path.join(folder, name);
};
let lan, draft, line;

after(async () => {
  line?.break();
  line?.server.close();
  rmSync(folder, { recursive: true, force: true });
  // a line that was cut, and a file that is gone, say so in the console; nothing else may
  assert.deepEqual((lan?.complaints ?? []).filter((each) => !/ERR_FILE_NOT_FOUND|ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_SOCKET|ERR_EMPTY_RESPONSE/.test(each)), []);
});

const input = () => lan.locator(`${paper} input[type=file][multiple]`);
const row = (name) => lan.locator(`${paper} .upload`, { hasText: name });
const names = () => lan.locator(`${paper} .files .files__name`).allInnerTexts();
const percent = async (name) => Number.parseInt((await row(name).locator('[data-percent]').innerText()) || '0', 10);

test('a file is sent when it is chosen, and the page shows it', async () => {
  line = new Line(city.port);
  city.url = await line.lay();
  lan = await signIn(await open({ width: 360 }), 'lan@example.com');
  draft = await begin(lan, '2.000635', 'dich-vong-cau-giay');
  await fillPages(lan, extract);
  await input().setInputFiles({ name: 'căn cước.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await lan.locator(`${paper} .files .files__name`, { hasText: 'căn cước.pdf' }).waitFor();
  assert.deepEqual(await names(), ['căn cước.pdf']);
  assert.equal(await lan.evaluate(() => document.activeElement.type), 'file', 'the next file can be chosen at once');
  assert.equal(await lan.evaluate(() => localStorage.length), 0);
});

test('several files; what is no paper says why and keeps the others', async () => {
  await input().setInputFiles([
    { name: 'trang 1.pdf', mimeType: 'application/pdf', buffer: pdfOf(300000, 1) },
    { name: 'chương trình.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ not a paper') },
    { name: 'trang 2.pdf', mimeType: 'application/pdf', buffer: pdfOf(300000, 2) },
  ]);
  await lan.locator(`${paper} .files .files__name`, { hasText: 'trang 2.pdf' }).waitFor();
  assert.deepEqual((await names()).sort(), ['căn cước.pdf', 'trang 1.pdf', 'trang 2.pdf']);
  assert.match(await row('chương trình.exe').innerText(), /Chỉ nhận tệp PDF/);
  await isAccessible(lan, 'an upload that was refused');
  await row('chương trình.exe').getByRole('button', { name: 'Hủy' }).press('Enter');
  assert.equal(await row('chương trình.exe').count(), 0);
});

test('the line breaks again and again: the upload waits, and goes on by itself where it was', async () => {
  const file = fileOf('bản vẽ.pdf', pdfOf(20 * MB, 3));
  line.rate = 4 * MB;
  await input().setInputFiles(file);
  for (const reached of [5, 45, 70]) {
    await until(async () => (await percent('bản vẽ.pdf')) >= reached, `${reached} %`);
    line.break();
    await row('bản vẽ.pdf').getByText('Mất kết nối').waitFor();
    if (reached === 45) {
      assert.ok((await percent('bản vẽ.pdf')) >= 40);
      await isAccessible(lan, 'an upload that waits');
      if (process.env.MOTCUA_TEST_SHOTS) await lan.locator(paper).screenshot({ path: path.join(process.env.MOTCUA_TEST_SHOTS, 'waiting-360.png') });
    }
    line.mend();
    if (reached < 70) line.rate = 4 * MB;
    await row('bản vẽ.pdf').getByRole('button', { name: 'Thử lại ngay' }).click({ timeout: 1000 }).catch(() => {}); // it may have gone on by itself
  }
  await lan.locator(`${paper} .files .files__name`, { hasText: 'bản vẽ.pdf' }).waitFor();
  const parts = city.lines().filter((each) => each.method === 'POST' && /tai-len$/.test(each.path ?? '') && each.status === 201);
  assert.equal(parts.length, 5, 'it was begun once');
});

test('the page is loaded anew in the middle: it says what is unfinished, and the same file goes on', async () => {
  const bytes = pdfOf(20 * MB, 4);
  const file = fileOf('hợp đồng.pdf', bytes);
  line.rate = 4 * MB;
  await input().setInputFiles(file);
  await until(async () => (await percent('hợp đồng.pdf')) >= 45, 'the second part');
  lan.once('dialog', (dialog) => dialog.accept());
  await lan.reload();
  await row('hợp đồng.pdf').getByText('đang tải dở').waitFor();
  assert.ok((await percent('hợp đồng.pdf')) >= 40);
  await isAccessible(lan, 'an unfinished upload');
  if (process.env.MOTCUA_TEST_SHOTS) await lan.locator(paper).screenshot({ path: path.join(process.env.MOTCUA_TEST_SHOTS, 'unfinished-360.png') });
  line.mend();
  await input().setInputFiles(file);
  await lan.locator(`${paper} .files .files__name`, { hasText: 'hợp đồng.pdf' }).waitFor();
  assert.equal(await lan.locator(`${paper} .upload`).count(), 0);
  const address = await lan.locator(`${paper} .files .files__name`, { hasText: 'hợp đồng.pdf' }).getAttribute('href').then((href) => href.replace('/xem/', '/tep/'));
  assert.ok((await (await lan.request.get(address)).body()).equals(bytes), 'the same bytes');
  assert.equal(await lan.evaluate(() => localStorage.length), 0);
});

test('a file that is gone from the telephone meanwhile is said to be, and not tried for ever', async () => {
  const file = fileOf('ảnh tạm.pdf', pdfOf(20 * MB, 6));
  line.rate = 8 * MB;
  await input().setInputFiles(file);
  await until(async () => (await percent('ảnh tạm.pdf')) >= 2, 'some progress');
  rmSync(file);
  await row('ảnh tạm.pdf').getByText('Máy của bạn không còn đọc được tệp này').waitFor();
  line.mend();
  await row('ảnh tạm.pdf').getByRole('button', { name: 'Hủy' }).click();
  assert.equal(await row('ảnh tạm.pdf').count(), 0);
});

test('giving up by the keyboard leaves nothing, here and at the server', async () => {
  line.rate = 4 * MB;
  await input().setInputFiles(fileOf('nhầm.pdf', pdfOf(20 * MB, 5)));
  await until(async () => (await percent('nhầm.pdf')) >= 1, 'some progress');
  const cancel = row('nhầm.pdf').getByRole('button', { name: 'Hủy' });
  await cancel.focus();
  await lan.keyboard.press('Enter');
  assert.equal(await row('nhầm.pdf').count(), 0);
  assert.equal(await lan.evaluate(() => document.activeElement.type), 'file');
  line.mend();
  await until(() => city.lines().some((each) => each.method === 'DELETE' && each.status === 204), 'the end of the upload');
  assert.equal(await lan.evaluate(() => localStorage.length), 0);
  await lan.goto(`${draft}/giay-to`);
  assert.ok(!(await text(lan)).includes('nhầm.pdf'));
});

test('a session that ended says so; what was sent is kept', async () => {
  const page = await signIn(await open({ width: 360 }), 'hoa@example.com');
  const hers = await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.goto(`${hers}/giay-to`);
  await page.context().clearCookies();
  await page.locator(`${paper} input[type=file][multiple]`).setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await page.locator(`${paper} .upload--failed`).waitFor();
  assert.match(await page.locator(`${paper} .upload`).innerText(), /hết/);
});

test('without scripts the same form sends its files', async () => {
  const page = await signIn(await open({ width: 360, script: false }), 'hoa@example.com');
  const hers = await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.goto(`${hers}/giay-to`);
  assert.equal(await page.locator(`${paper} [data-uploads]`).isVisible(), false);
  await page.locator(`${paper} input[type=file][multiple]`).setInputFiles({ name: 'không script.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await page.locator(`${paper} form[data-tus] button[type=submit]`).click();
  await page.locator(`${paper} .files .files__name`, { hasText: 'không script.pdf' }).waitFor();
});

/** Three pages as a telephone takes them: one held on its side, one too dark, one across. */
const photos = () =>
  [photoOf('trang 2.jpg', { dark: true }), photoOf('trang 3.jpg', { width: 900, height: 500 }), heldLike(photoOf('trang 1.jpg', { width: 800, height: 560 }), 6)].map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: bytes }));
const order = async (page) => (await page.locator(`${paper} .photo__text`).allInnerTexts()).map((each) => /trang \d\.jpg/.exec(each)[0]);
/** Waits for the pictures and gives "upright" or "across" for each. */
const shapes = (page, selector) =>
  page.locator(selector).evaluateAll((pictures) =>
    Promise.all(
      pictures.map(async (picture) => {
        picture.loading = 'eager';
        await picture.decode();
        return picture.naturalWidth > picture.naturalHeight ? 'across' : 'upright';
      }),
    ),
  );

test('three photos of a telephone are put in order, become one PDF, are looked at and sent, and the official sees their pages', async () => {
  const page = await signIn(await open({ width: 360, touch: true }), 'lan@example.com');
  const person = await new Person(city).signIn('lan@example.com');
  const hers = await startDraft(person, '2.000635', 'dich-vong-cau-giay');
  await answerPages(person, hers, extract);
  await page.goto(`${hers}/giay-to`);
  assert.ok(await page.getByText('Chụp bằng máy ảnh').first().isVisible());
  await page.locator(`${paper} input[capture]`).setInputFiles({ name: 'nhầm.jpg', mimeType: 'image/jpeg', buffer: photoOf('x').bytes });
  await page.locator(`${paper} .files .files__name`, { hasText: 'nhầm.jpg' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'chup-giay_to_tuy_than', 'the next page can be photographed at once');
  await page.locator(`${paper} .files form button`).tap();
  await page.getByText('Đã xóa giấy tờ').waitFor();
  assert.equal(await page.locator(`${paper} .files`).count(), 0);

  await page.locator(`${paper} input[type=file][multiple]`).setInputFiles(photos());
  await page.locator(`${paper} .photo`).nth(2).waitFor();
  assert.deepEqual(await order(page), ['trang 2.jpg', 'trang 3.jpg', 'trang 1.jpg']);
  assert.deepEqual(await shapes(page, `${paper} .photo img`), ['upright', 'across', 'upright']);
  assert.match(await page.locator(`${paper} .photo`).first().innerText(), /Ảnh khá tối/);
  assert.equal(await page.locator(`${paper} .photo`, { hasText: 'Ảnh khá tối' }).count(), 1);
  await isAccessible(page, 'photos of one paper');
  if (process.env.MOTCUA_TEST_SHOTS) await page.locator(paper).screenshot({ path: path.join(process.env.MOTCUA_TEST_SHOTS, 'photos-360.png') });

  // once by the keyboard, once by the finger; the photo that was moved keeps the focus
  await page.locator(`${paper} .photo`).nth(2).getByRole('button', { name: 'Lên' }).focus();
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
  assert.deepEqual(await order(page), ['trang 2.jpg', 'trang 1.jpg', 'trang 3.jpg']);
  assert.equal(await page.evaluate(() => document.activeElement.innerText.includes('trang 1.jpg')), true);
  await Promise.all([page.waitForNavigation(), page.locator(`${paper} .photo`).nth(1).getByRole('button', { name: 'Lên' }).tap()]);
  assert.deepEqual(await order(page), ['trang 1.jpg', 'trang 2.jpg', 'trang 3.jpg']);
  await Promise.all([page.waitForNavigation(), page.getByRole('button', { name: 'Ghép 3 ảnh thành một tệp PDF' }).tap()]);
  const file = page.locator(`${paper} .files li`);
  assert.match(await file.innerText(), /Trang 2: Ảnh khá tối/);
  await file.locator('.files__name').tap();
  await page.waitForURL(/\/xem\//);
  assert.deepEqual(await shapes(page, '.preview__page'), ['upright', 'upright', 'across']);
  await isAccessible(page, 'a paper that is looked at');
  await page.locator('main').getByRole('link', { name: 'Quay lại' }).tap();
  await page.waitForURL(/giay-to#giay-/);
  await next(page);
  await submit(page);

  const official = await as('mot-cua@dich-vong-cau-giay.example');
  await official.goto(`/can-bo/ho-so/${hers.split('/').pop()}`);
  await official.locator('#giay-to .files__name').first().click();
  await official.waitForURL(/xem=/);
  assert.deepEqual(await shapes(official, '.preview__page'), ['upright', 'upright', 'across']);
  assert.match(await official.locator('#giay-to .files').first().innerText(), /Trang 2: Ảnh khá tối/);
  await isAccessible(official, 'a paper beside a dossier');
  assert.deepEqual([...page.complaints, ...official.complaints], []);
});

test('the same without scripts', async () => {
  const page = await signIn(await open({ width: 360, touch: true, script: false }), 'hoa@example.com');
  const hers = await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.goto(`${hers}/giay-to`);
  await page.locator(`${paper} input[type=file][multiple]`).setInputFiles(photos().slice(0, 2));
  await page.locator(`${paper} input[capture]`).setInputFiles(photos()[2]);
  await page.locator(`${paper} form[data-tus] button[type=submit]`).tap();
  await page.locator(`${paper} .photo`).nth(2).waitFor();
  for (const at of [2, 1]) await Promise.all([page.waitForNavigation(), page.locator(`${paper} .photo`).nth(at).getByRole('button', { name: 'Lên' }).tap()]);
  assert.deepEqual(await order(page), ['trang 1.jpg', 'trang 2.jpg', 'trang 3.jpg']);
  await page.getByRole('button', { name: 'Ghép 3 ảnh thành một tệp PDF' }).tap();
  await page.locator(`${paper} .files .files__name`).tap();
  await page.waitForURL(/\/xem\//);
  assert.equal(await page.locator('.preview__page').count(), 3);
});
