// A form with every kind of field, as somebody on a telephone and somebody with a keyboard and a screen reader meets it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { root, until } from './city.mjs';
import { begin, city, isAccessible, open, signIn } from './people.mjs';
import { readsWell } from './reading.mjs';

const form = JSON.parse(readFileSync(path.join(root, 'tests/vectors/forms/kitchen-sink.json'), 'utf8'));
const motcua = (...args) => {
  const result = spawnSync(city.program, [...args, '--data', path.join(city.data, 'var')], { encoding: 'utf8', env: { ...process.env, MOTCUA_SHARE: root, DATABASE_URL: '' } });
  assert.equal(result.status, 0, result.stdout + result.stderr);
  return result.stdout;
};

test('a form with every kind is published, and its lists come as tables', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'motcua-kinds-'));
  cpSync(path.join(root, 'samples/procedures/2.000635'), folder, { recursive: true });
  const procedure = JSON.parse(readFileSync(path.join(folder, 'procedure.json'), 'utf8'));
  writeFileSync(path.join(folder, 'form.json'), JSON.stringify({ ...form, form: '2.000635' }));
  const files = [
    { key: 'tep', name: 'Bản vẽ', original: 0, certified: 0, copy: 1, required: false },
    { key: 'anh', name: 'Ảnh 3×4', original: 0, certified: 0, copy: 1, required: false, accept: ['jpg', 'png'], max_files: 1 },
  ];
  writeFileSync(path.join(folder, 'procedure.json'), JSON.stringify({ ...procedure, papers: procedure.papers.concat(files) }));
  const rows = Array.from({ length: 5000 }, (_, i) => `${String(i).padStart(4, '0')},${i === 4711 ? 'Trồng lúa nước vùng cao' : `Ngành nghề thứ ${i}`}`);
  writeFileSync(path.join(folder, 'list.csv'), `ma,ten\n${rows.join('\n')}\n`);
  writeFileSync(path.join(folder, 'jobs.csv'), 'ma;ten;den_ngay\n01;Nông dân;\n02;Giáo viên;\n03;Phu xe;31/12/1990\n');
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  motcua('catalogue', 'publish', folder);
  assert.match(motcua('list', 'import', 'ha-noi', 'nganh-nghe', path.join(folder, 'list.csv'), '--title', 'Ngành nghề'), /5000 entries/);
  motcua('list', 'import', 'dich-vong-cau-giay', 'occupation', path.join(folder, 'jobs.csv'));
  rmSync(folder, { recursive: true });
});

const someone = async (screen) => signIn(await open(screen), 'lan@example.com');
const pages = form.pages.map((page) => page.key);
const startedDraft = async (page) => begin(page, '2.000635', 'dich-vong-cau-giay');

const picture = (page, name) => process.env.MOTCUA_TEST_PICTURES && page.screenshot({ path: `${process.env.MOTCUA_TEST_PICTURES}/${name}.png`, fullPage: true });
const press = (page) => Promise.all([page.waitForNavigation(), page.locator('.actions button[value=next]').click()]);

test('every page with every kind reads well on a telephone and on a wide screen, empty and with faults', async () => {
  const lan = await someone({ width: 360 });
  const draft = await startedDraft(lan);
  const wide = async (name, check) => {
    await lan.setViewportSize({ width: 1280, height: 900 });
    await check();
    await picture(lan, `${name}-1280`);
    await lan.setViewportSize({ width: 360, height: 900 });
  };
  for (const key of pages) {
    await lan.goto(`${draft}/${key}`);
    await readsWell(lan, key);
    await picture(lan, `${key}-360`);
    await wide(key, () => readsWell(lan, `${key}, wide`));
    await press(lan);
    await lan.locator('.error-summary').waitFor();
    await isAccessible(lan, `${key} with faults`);
    await readsWell(lan, `${key} with faults`);
    await picture(lan, `${key}-faults-360`);
    const lost = await lan.evaluate(() => [...document.querySelectorAll('.error-summary a')].filter((link) => {
      const target = document.getElementById(link.hash.slice(1));
      link.click();
      return !target?.contains(document.activeElement);
    }).map((link) => link.hash));
    assert.deepEqual(lost, [], `${key}: the summary leads to the fields`);
    await wide(`${key}-faults`, () => isAccessible(lan, `${key} with faults, wide`));
  }
  for (const [address, name] of [[`${draft}/giay-to`, 'papers'], [`${draft}/xem-lai`, 'review'], ['/thu-tuc', 'catalogue'], ['/thu-tuc/2.000635', 'procedure'], ['/ho-so', 'dossiers']]) {
    await lan.goto(address);
    await readsWell(lan, name);
  }
  assert.deepEqual(lan.complaints, []);
  await lan.context().close();
});

const saved = (page) => page.locator('#trang-thai-luu[data-state="saved"]').waitFor();
const nextHas = async (page, address, ...values) => {
  await page.goto(address);
  for (const [name, value] of values) assert.equal(await page.locator(`[name="${name}"]`).first().inputValue(), value, name);
};

test('amounts are said in words, a long list is searched, a plot is set on the grid, a name is signed', async () => {
  const lan = await someone({ width: 360 });
  const draft = await startedDraft(lan);
  await lan.goto(`${draft}/chu_va_so`);
  await lan.fill('[name=von]', '1.250.000');
  await lan.locator('#f-von-words', { hasText: /một triệu hai trăm năm mươi nghìn đồng/i }).waitFor();
  await saved(lan);

  await until(async () => { // servers see a new list within seconds
    await lan.goto(`${draft}/nguoi`);
    return lan.locator('select[name=nghe]').count();
  }, 'the list of occupations');
  assert.deepEqual(await lan.locator('[name=nghe] option').allInnerTexts().then((all) => all.slice(1)), ['Nông dân', 'Giáo viên'], 'what is no longer valid cannot be chosen');
  const box = lan.locator('[name=nganh_nghe]');
  await box.pressSequentially('trong lua cao');
  await lan.locator('.suggestions [role=option]', { hasText: 'Trồng lúa nước vùng cao' }).waitFor();
  await box.press('ArrowDown');
  await box.press('Enter');
  assert.equal(await box.inputValue(), 'Trồng lúa nước vùng cao (4711)');
  await saved(lan);
  await nextHas(lan, `${draft}/nguoi`, ['nganh_nghe', 'Trồng lúa nước vùng cao (4711)']);

  await lan.goto(`${draft}/bang_va_tep`);
  await lan.fill('[name=thua_dat]', '21,028500 105,854200');
  const grid = lan.locator('[data-plot=plot] svg');
  await grid.focus();
  for (const key of ['ArrowUp', 'ArrowUp', 'Enter', 'ArrowRight', 'ArrowRight', 'Enter', 'ArrowDown', 'ArrowDown', 'Enter']) await grid.press(key);
  assert.equal((await lan.inputValue('[name=thua_dat]')).split('\n').length, 4);
  await lan.locator('#f-thua_dat-area', { hasText: /^(99|100|101) m²$/ }).waitFor();
  const pad = await lan.locator('.pad svg').boundingBox();
  await lan.locator('.pad svg').scrollIntoViewIfNeeded();
  const at = await lan.locator('.pad svg').boundingBox();
  await lan.mouse.move(at.x + 20, at.y + 20);
  await lan.mouse.down();
  await lan.mouse.move(at.x + pad.width - 30, at.y + 50, { steps: 5 });
  await lan.mouse.up();
  const drawn = await lan.inputValue('[name="chu_ky.drawing"]');
  assert.match(drawn, /^M\d+,\d+(L\d+,\d+)+$/);
  await lan.check('[name="chu_ky.consent"]');
  await lan.fill('[name="chu_ky.name"]', 'Nguyễn Thị Lan');
  await saved(lan);
  await picture(lan, 'drawn');
  await lan.goto(`${draft}/xem-lai`);
  assert.equal(await lan.locator('svg.drawn path').getAttribute('d'), drawn);
  await picture(lan, 'review');
  assert.deepEqual(lan.complaints, []);
  await lan.context().close();
});

test('without JavaScript a long list is searched by a button, and whatever is typed comes back', async () => {
  const lan = await someone({ width: 360, script: false });
  const draft = await startedDraft(lan);
  await lan.goto(`${draft}/nguoi`);
  await lan.fill('[name=nganh_nghe]', 'lua cao');
  await lan.locator('button[name=_show][value=nganh_nghe]').click();
  await lan.locator('input[name="nganh_nghe.choice"]').first().check();
  await lan.locator('.actions button[value=next]').click();
  assert.equal(await lan.inputValue('[name=nganh_nghe]'), 'Trồng lúa nước vùng cao (4711)');

  // Every box of text of every page takes rubbish without losing it; invisible marks are taken off.
  const rubbish = '‮عربي \u0301\u0323 \u{1F600}\u{1F468}\u200D\u{1F469} <b>&amp; ' + 'x'.repeat(300);
  for (const key of pages) {
    await lan.goto(`${draft}/${key}`);
    const typed = await lan.evaluate((text) => [...document.querySelectorAll('main form :is(input[type=text], input[type=email], input[type=tel], textarea, .date-parts input)')].map((box) => {
      box.value = box.maxLength > 0 ? [...text].slice(0, Math.min(box.maxLength, 400) / 2).join('') : text;
      return [box.name, box.value];
    }), rubbish);
    await press(lan);
    await lan.locator('.error-summary').waitFor();
    const held = Object.fromEntries(await lan.evaluate(() => [...document.querySelectorAll('main form :is(input, textarea)')].map((box) => [box.name, box.value])));
    const plain = (text) => text.replace(/[\u202e\u200d]/g, '').normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase();
    for (const [name, value] of typed) {
      const back = plain(held[name] ?? '');
      assert.ok(back === plain(value) || back.replace(/[ .-]/g, '') === plain(value).replace(/[ .-]/g, ''), `${name}: ${JSON.stringify(back)} for ${JSON.stringify(value)}`);
    }
  }
  await lan.context().close();
});
