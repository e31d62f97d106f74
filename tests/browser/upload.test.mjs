// Papers from a telephone over a line that breaks: progress, waiting, going on, also after a reload; several files; giving up.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { samplePdf, until } from './city.mjs';
import { begin, city, fillPages, isAccessible, open, signIn, text } from './people.mjs';
import { extract } from './answers.mjs';
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

/** Between the browser and the server: so many bytes a second upwards, and now and then no line at all. */
class Line {
  rate = Infinity;
  broken = false;
  ends = new Set();
  server = net.createServer((client) => {
    if (this.broken) {
      client.destroy();
      return;
    }
    const server = net.connect(city.port, '127.0.0.1');
    for (const [end, other] of [[client, server], [server, client]]) {
      this.ends.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        this.ends.delete(end);
        other.destroy();
      });
    }
    client.on('data', (bytes) => {
      server.write(bytes);
      if (this.rate === Infinity) return;
      client.pause();
      setTimeout(() => client.resume(), (1000 * bytes.length) / this.rate);
    });
    server.pipe(client);
  });
  async lay() {
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://localhost:${this.server.address().port}`;
  }
  break() {
    this.broken = true;
    for (const end of this.ends) end.destroy();
  }
  mend() {
    this.broken = false;
    this.rate = Infinity;
  }
}

after(async () => {
  line?.break();
  line?.server.close();
  rmSync(folder, { recursive: true, force: true });
  // a line that was cut says so in the console; nothing else may
  assert.deepEqual((lan?.complaints ?? []).filter((each) => !/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION|ERR_SOCKET|ERR_EMPTY_RESPONSE/.test(each)), []);
});

const input = () => lan.locator(`${paper} input[type=file]`);
const row = (name) => lan.locator(`${paper} .upload`, { hasText: name });
const names = () => lan.locator(`${paper} .files .files__name`).allInnerTexts();
const percent = async (name) => Number.parseInt((await row(name).locator('[data-percent]').innerText()) || '0', 10);

test('a file is sent when it is chosen, and the page shows it', async () => {
  line = new Line();
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

test('the line breaks: the upload waits, and goes on by itself where it was', async () => {
  const file = fileOf('bản vẽ.pdf', pdfOf(20 * MB, 3));
  line.rate = 4 * MB;
  await input().setInputFiles(file);
  await until(async () => (await percent('bản vẽ.pdf')) >= 45, 'the second part');
  line.break();
  await row('bản vẽ.pdf').getByText('Mất kết nối').waitFor();
  const before = await percent('bản vẽ.pdf');
  assert.ok(before >= 40);
  await isAccessible(lan, 'an upload that waits');
  if (process.env.MOTCUA_TEST_SHOTS) await lan.locator(paper).screenshot({ path: path.join(process.env.MOTCUA_TEST_SHOTS, 'waiting-360.png') });
  line.mend();
  await row('bản vẽ.pdf').getByRole('button', { name: 'Thử lại ngay' }).click().catch(() => {}); // it may have gone on by itself
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
  await page.locator(`${paper} input[type=file]`).setInputFiles({ name: 'a.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await page.locator(`${paper} .upload--failed`).waitFor();
  assert.match(await page.locator(`${paper} .upload`).innerText(), /hết/);
});

test('without scripts the same form sends its files', async () => {
  const page = await signIn(await open({ width: 360, script: false }), 'hoa@example.com');
  const hers = await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.goto(`${hers}/giay-to`);
  assert.equal(await page.locator(`${paper} [data-uploads]`).isVisible(), false);
  await page.locator(`${paper} input[type=file]`).setInputFiles({ name: 'không script.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await page.locator(`${paper} form[data-tus] button[type=submit]`).click();
  await page.locator(`${paper} .files .files__name`, { hasText: 'không script.pdf' }).waitFor();
});
