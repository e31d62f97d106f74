// A large paper from Chromium at the width of a telephone, over a line that is cut ten times on the way: that nothing is lost, how long
// it takes, how much is sent twice, and how much memory the server needs for it.
//   MOTCUA_TEST_PROGRAM=build/release/motcua node tests/load/upload_browser.mjs [MEGABYTES [CUTS]]
import { rmSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { password, startCity, until } from '../browser/city.mjs';
import { Line } from '../browser/line.mjs';
import { bytesOf, filesOf, newDraft, newPerson, pdfOf } from '../http/tus.mjs';

const megabytes = Number(process.argv[2] ?? 200), cuts = Number(process.argv[3] ?? 10);
const city = await startCity({ options: ['--rate-limits', '0', '--upload-limit', '500M', '--dossier-upload-limit', '1G'] });
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${city.pid}/status`, 'utf8'))[1]) / 1024;
const line = new Line(city.port);
const base = await line.lay();
const lan = await newPerson(city, 'lan@example.com');
const { draft } = await newDraft(lan);
const bytes = pdfOf(megabytes * 1024 * 1024);
const file = path.join(city.data, 'bản vẽ.pdf');
writeFileSync(file, bytes);

const browser = await chromium.launch({ executablePath: process.env.MOTCUA_TEST_CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--headless', '--disable-gpu'] });
const page = await (await browser.newContext({ viewport: { width: 360, height: 800 }, baseURL: base, locale: 'vi-VN' })).newPage();
await page.goto('/dang-nhap');
await page.fill('#identifier', 'lan@example.com');
await page.fill('#password', password);
await page.click('main form button[type=submit]');
await page.waitForURL(/\/ho-so/);
await page.goto(`${draft}/giay-to`);
const paper = page.locator('#giay-giay_to_tuy_than');
const percent = async () => Number.parseInt(await paper.locator('[data-percent]').innerText().catch(() => '100'), 10);
const before = resident();
let most = before;
const watch = setInterval(() => (most = Math.max(most, resident())), 50);

const start = Date.now();
line.rate = 40 * 1024 * 1024;
await paper.locator('input[type=file][multiple]').setInputFiles(file);
for (let cut = 1; cut <= cuts; cut++) {
  await until(async () => (await percent()) >= (cut * 100) / (cuts + 1), `${cut} of ${cuts}`, 120);
  line.break();
  await paper.getByText('Mất kết nối').waitFor();
  line.mend();
  line.rate = 40 * 1024 * 1024;
  await paper.getByRole('button', { name: 'Thử lại ngay' }).click({ timeout: 1000 }).catch(() => {}); // it may have gone on by itself
}
line.mend();
await paper.locator('.files .files__name', { hasText: 'bản vẽ.pdf' }).waitFor({ timeout: 120000 });
const seconds = (Date.now() - start) / 1000;
clearInterval(watch);

const files = await filesOf(lan, draft);
if (files.length !== 1 || !(await bytesOf(lan, files[0].url)).equals(bytes)) throw new Error('what is kept is not what was sent');
await browser.close();
line.break();
line.server.close();
const complaints = city.complaints();
await city.stop();
rmSync(file, { force: true });
if (complaints.length > 0) throw new Error(JSON.stringify(complaints));
console.log(`${megabytes} MB, cut ${cuts} times: ${seconds.toFixed(1)} s, the same bytes; the server grew from ${before.toFixed(0)} to ${most.toFixed(0)} MB`);
