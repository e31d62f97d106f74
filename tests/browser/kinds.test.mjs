// A form with every kind of field, as somebody on a telephone and somebody with a keyboard and a screen reader meets it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { business } from './answers.mjs';
import { Person, findDossier, makeKey, root, samplePdf, samplePng, until } from './city.mjs';
import { answersOfPages } from './kinds.mjs';
import { begin, city, handIn, isAccessible, open, pdfText, signIn, submit, text } from './people.mjs';
import { controlsAsRead, readsWell } from './reading.mjs';

const form = JSON.parse(readFileSync(path.join(root, 'tests/vectors/forms/kitchen-sink.json'), 'utf8'));
const motcua = (...args) => {
  const result = spawnSync(city.program, [...args, '--data', path.join(city.data, 'var')], { encoding: 'utf8', env: { ...process.env, MOTCUA_SHARE: root, DATABASE_URL: '' } });
  assert.equal(result.status, 0, result.stdout + result.stderr);
  return result.stdout;
};

let ownCode; // of a dossier from before

test('a form with every kind is published, and its lists come as tables', async () => {
  ({ code: ownCode } = await handIn('lan@example.com', '1.001612', 'cau-giay', business));
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
      const wanted = target?.querySelector('input:not([type=hidden]), select, textarea') ? 'input, select, textarea' : '*'; // not to what takes a row away
      return !(target?.contains(document.activeElement) && document.activeElement.matches(wanted));
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

test('the table of a list is chosen with a button in the words of the page, and its name is shown', async () => {
  const admin = await signIn(await open({ width: 360 }), 'quan-tri@cau-giay.example');
  await admin.goto('/quan-tri/danh-muc');
  await readsWell(admin, 'lists');
  assert.equal(await admin.locator('label[for=table]').innerText(), 'Chọn tệp');
  assert.equal(await admin.locator('#table').evaluate((input) => getComputedStyle(input).opacity), '0', 'the words of the browser are not seen');
  assert.equal(await admin.locator('output[for=table]').innerText(), 'Chưa chọn tệp nào.');
  await admin.locator('#table').setInputFiles({ name: 'nghề.csv', mimeType: 'text/csv', buffer: Buffer.from('ma,ten\n1,\n') });
  assert.equal(await admin.locator('output[for=table]').innerText(), 'nghề.csv');
  await admin.fill('[name=name]', 'nghe');
  await admin.fill('[name=title]', 'Nghề');
  await Promise.all([admin.waitForNavigation(), admin.locator('form.card button[type=submit]').click()]);
  assert.match(await admin.locator('#table-error').innerText(), /Dòng 2: thiếu mã hoặc tên/);
  await isAccessible(admin, 'lists with a fault');
  assert.deepEqual(admin.complaints, []);
  await admin.context().close();
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

// --- Each kind, by the keyboard alone and without scripts: wrong, corrected, and read back everywhere.

/** Types as a person does who has no mouse: Tab until the control has the focus, then keys. */
async function byKeyboard(page, name, value, { search = false } = {}) {
  const keys = page.keyboard;
  const focused = () => page.evaluate(() => [document.activeElement?.name ?? '', document.activeElement?.type ?? '', document.activeElement?.value ?? '']);
  let [at, type, held] = await focused();
  for (let i = 0; at !== name; i++) {
    assert.ok(i < 60, `the keyboard does not reach ${name}, it stays at ${at}`);
    await keys.press('Tab');
    [at, type, held] = await focused();
  }
  if (type === 'radio') {
    if (held !== value || !(await page.evaluate(() => document.activeElement.checked))) await keys.press('Space');
    for (let i = 0; (await focused())[2] !== value; i++) {
      assert.ok(i < 20, `${name} has no ${value}`);
      await keys.press('ArrowDown');
    }
  } else if (type === 'checkbox') {
    for (const each of [value].flat()) {
      if (each !== true) for (let i = 0; i < 20 && (await focused())[2] !== each; i++) await keys.press('Tab');
      if (!(await page.evaluate(() => document.activeElement.checked))) await keys.press('Space');
    }
  } else if (type === 'select-one') {
    await page.locator(`[name="${name}"] option[value="${value}"]`).waitFor({ state: 'attached' });
    const [from, to] = await page.evaluate((wanted) => [document.activeElement.selectedIndex, [...document.activeElement.options].findIndex((option) => option.value === wanted)], value);
    for (let i = from; i !== to; i += Math.sign(to - from)) await keys.press(to > from ? 'ArrowDown' : 'ArrowUp');
  } else {
    await keys.press('Control+a');
    await keys.press('Delete');
    const lines = value.split('\n');
    for (const [i, line] of lines.entries()) {
      if (i) await keys.press('Enter');
      await keys.insertText(line);
    }
    if (search) {
      await page.locator('.suggestions [role=option]').first().waitFor();
      await keys.press('ArrowDown');
      await keys.press('Enter');
    }
  }
}

/** What is there of these controls is filled in at once; lists whose choice comes with the next page wait for it. */
const byHand = (page, values) =>
  page.evaluate((all) => {
    for (const [name, value] of all) {
      const controls = [...document.getElementsByName(name)].filter((each) => each.type !== 'hidden');
      for (const control of controls) {
        if (control.type === 'radio' || control.type === 'checkbox') control.checked = value === true || [value].flat().includes(control.value);
        else if (control.type !== 'select-one' || [...control.options].some((option) => option.value === value)) control.value = value;
      }
    }
  }, values);

const field = (key) => form.pages.flatMap((each) => each.fields).find((each) => each.key === key);
const named = (entry, values) => Object.entries(values).map(([rest, value]) => [entry.key + rest, value]);
const typed = async (page, entry, values) => {
  for (const [name, value] of named(entry, values)) {
    await page.locator(`[name="${name}"]`).first().waitFor({ state: 'attached' }); // what depends on the answer before may be on its way
    await byKeyboard(page, name, value, { search: entry.search && values === entry.type });
  }
};
const settled = (page) => page.waitForFunction(() => !document.querySelector('form[aria-busy=true]'));

/** What is heard of each field: its name, its help, whether it must be filled in, and what is wrong with it. */
async function readsAsMeant(page, entries, faults) {
  const heard = await controlsAsRead(page);
  for (const entry of entries) {
    const { label, help, required, kind } = field(entry.key);
    if (kind === 'group' || kind === 'computed') continue;
    const names = [...heard.keys()].filter((name) => name === entry.key || name.startsWith(`${entry.key}.`));
    if (entry.later && !names.length) continue;
    assert.ok(names.length, `${entry.key} is heard`);
    for (const name of names) {
      const control = heard.get(name);
      const whole = [control, ...control.groups];
      assert.ok(whole.some((each) => each.name.includes(label.vi)), `${name}: ${JSON.stringify(control)} has no “${label.vi}”`);
      assert.ok(whole.some((each) => each.name.includes('(không bắt buộc)')) !== Boolean(required), `${name}: whether it must be filled in is heard: ${JSON.stringify(control)}`);
      if (required && !(kind === 'partial_date' && !name.endsWith('.year'))) assert.ok(whole.some((each) => each.required), `${name}: required is heard`);
      if (help) assert.ok(whole.some((each) => each.description.includes(help.vi)), `${name}: its help is heard`);
      if (!faults || !entry.wrong) continue;
      assert.ok(whole.some((each) => entry.said.test(each.description)), `${name}: what is wrong is heard: ${JSON.stringify(control)}`);
      assert.ok(whole.some((each) => each.invalid && each.invalid !== 'false'), `${name}: that it is wrong is heard`);
    }
  }
}

const bare = (value) => value.replaceAll(' ', '').replace(/^0(?=\d$)/, ''); // days are shown with two digits
/** Each fault is named in plain words beside its field and in the summary, which leads there; nothing typed is lost. */
async function saysWhatIsWrong(page, entries) {
  const { links, faults, held } = await page.evaluate(() => ({
    links: [...document.querySelectorAll('.error-summary a')].map((link) => [link.hash, link.textContent.trim()]),
    faults: Object.fromEntries([...document.querySelectorAll('.field-error')].map((each) => [each.id, each.textContent.trim()])),
    held: Object.fromEntries([...document.querySelectorAll('main form :is(input:not([type=radio], [type=checkbox]), select, textarea)')].map((each) => [each.name, each.value])),
  }));
  for (const entry of entries.filter((each) => each.wrong)) {
    const id = `f-${(entry.at ?? entry.key).replaceAll(/[[.]/g, '-').replaceAll(']', '')}`;
    assert.match(faults[`${id}-error`] ?? '', entry.said, entry.key);
    const link = links.find(([hash]) => hash === `#${id}`);
    assert.ok(link, `the summary leads to ${entry.key}: ${JSON.stringify(links)}`);
    assert.match(link[1], entry.said);
    for (const [name, value] of named(entry, entry.wrong)) if (typeof value === 'string') assert.equal(bare(held[name] ?? ''), bare(value), `${name} is still there`);
  }
  assert.equal(links.length, entries.filter((each) => each.wrong).length, `nothing else is wrong: ${JSON.stringify(links)}`);
}

const plain = (words) => words.replace(/\s+/g, ' ');
/** Every answer in the words of people, on a page or a paper. */
function readBack(where, words, entries) {
  const missing = entries.filter((entry) => !plain(words).includes(entry.shown)).map((entry) => `${entry.key}: ${entry.shown}`);
  assert.deepEqual(missing, [], `${where} says all of it: ${plain(words).slice(0, 6000)}`);
}

test('each kind is filled in, corrected and sent by the keyboard alone, heard by a screen reader, and read back everywhere', async () => {
  const lan = await someone({ width: 1280 });
  const draft = await startedDraft(lan);
  const answered = answersOfPages(ownCode);
  for (const [key, entries] of Object.entries(answered)) {
    await until(async () => {
      await lan.goto(`${draft}/${key}`);
      return key !== 'nguoi' || lan.locator('select[name=nghe]').count();
    }, 'the list of occupations');
    await readsAsMeant(lan, entries, false);
    for (const entry of entries.filter((each) => each.type && !each.later)) await typed(lan, entry, entry.wrong ?? entry.type);
    await pressNext(lan);
    assert.ok(await lan.evaluate(() => document.activeElement.matches('.error-summary')), 'the summary is read first');
    await saysWhatIsWrong(lan, entries);
    await readsAsMeant(lan, entries, true);
    await lan.keyboard.press('Tab');
    await lan.keyboard.press('Enter'); // the first of what is wrong
    for (const entry of entries.filter((each) => each.wrong || each.later)) await typed(lan, entry, entry.type);
    await pressNext(lan);
    assert.doesNotMatch(lan.url(), new RegExp(`/${key}$`), `${key} is taken: ${(await lan.locator('.error-summary').allInnerTexts()).join()}`);
  }
  const owner = await new Person(city).signIn('lan@example.com');
  const key = await makeKey(owner, 'read');
  const api = (address) => new Person(city).send('GET', `/api/v1/dossiers/${address}`, { headers: { Authorization: `Bearer ${key}` } });
  const entries = Object.values(answered).flat();
  const { answers } = JSON.parse((await api(draft.slice(-36))).body);
  for (const entry of entries.filter((each) => 'data' in each)) assert.deepEqual(answers[entry.key], entry.data, entry.key);

  await lan.goto(`${draft}/giay-to`);
  for (const [paper, file] of [['giay_to_tuy_than', samplePdf()], ['tep', samplePdf()], ['anh', samplePng()]]) {
    await lan.locator(`#tep-${paper}`).setInputFiles({ name: file.name, mimeType: file.type, buffer: file.bytes });
    await lan.locator(`#giay-${paper}`, { hasText: /Đã tải lên 1 tệp/ }).waitFor();
  }
  const files = [{ key: 'tep', shown: '1 tệp' }];
  await lan.goto(`${draft}/xem-lai`);
  readBack('the review', await text(lan), [...entries, ...files]);
  assert.match(await text(lan), new RegExp(entries.find((each) => each.total).total));
  await isAccessible(lan, 'the review');
  await picture(lan, 'review-all-1280');
  const code = await submit(lan);
  const paper = await pdfText(lan, `/ho-so/${code}/ban-in.pdf`);
  readBack('the page of the dossier', (await owner.get(`/ho-so/${code}`)).text, entries);
  // lines of the paper break where they must, and rows name what stands in them
  readBack('the printed dossier', paper.replaceAll(' ', ''), entries.filter((each) => each.key !== 'ho').map((each) => ({ ...each, shown: each.shown.replaceAll(' ', '') })));
  for (const each of ['Nguyễn Văn An', '2.000.000 đồng', 'Tổng Thu nhập']) assert.ok(paper.includes(each), each);
  assert.deepEqual(lan.complaints, []);
  await lan.context().close();

  const clerk = await new Person(city).signIn('mot-cua@dich-vong-cau-giay.example');
  readBack('the page of the official', (await clerk.get(await findDossier(clerk, code))).text, entries);
});

/** To the button that goes on, by the keyboard. */
async function pressNext(page) {
  await settled(page);
  for (let i = 0; i < 80 && !(await page.evaluate(() => document.activeElement.matches('.actions button[value=next]'))); i++) await page.keyboard.press('Tab');
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

test('each kind is filled in and corrected without scripts on a telephone', async () => {
  const lan = await someone({ width: 360, script: false });
  const draft = await startedDraft(lan);
  const answered = answersOfPages(ownCode);
  for (const [key, entries] of Object.entries(answered)) {
    await lan.goto(`${draft}/${key}`);
    await byHand(lan, entries.filter((each) => each.type).flatMap((entry) => named(entry, entry.wrong ?? entry.type)));
    await press(lan);
    await saysWhatIsWrong(lan, entries);
    const right = entries.filter((each) => each.wrong || each.later).flatMap((entry) => named(entry, entry.search ? { '': 'Trồng lúa nước vùng cao (4711)' } : entry.type));
    for (let i = 0; i < 4 && new URL(lan.url()).pathname.endsWith(`/${key}`); i++) { // lists that depend on a choice come one press at a time
      await byHand(lan, right);
      await press(lan);
    }
    assert.doesNotMatch(lan.url(), new RegExp(`/${key}$`), `${key} is taken: ${(await lan.locator('.error-summary').allInnerTexts()).join()}`);
  }
  await lan.goto(`${draft}/xem-lai`);
  readBack('the review', await text(lan), Object.values(answered).flat());
  await picture(lan, 'review-all-360');
  await lan.context().close();
});
