// A form with every kind of field, as somebody on a telephone and somebody with a keyboard and a screen reader meets it.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { root, sleep } from './city.mjs';
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
  writeFileSync(path.join(folder, 'procedure.json'), JSON.stringify({ ...procedure, fee: procedure.fee }));
  const rows = Array.from({ length: 50000 }, (_, i) => `${String(i).padStart(5, '0')},${i === 4711 ? 'Trồng lúa nước vùng cao' : `Ngành nghề thứ ${i}`}`);
  writeFileSync(path.join(folder, 'list.csv'), `ma,ten\n${rows.join('\n')}\n`);
  writeFileSync(path.join(folder, 'jobs.csv'), 'ma;ten;den_ngay\n01;Nông dân;\n02;Giáo viên;\n03;Phu xe;31/12/1990\n');
  execFileSync('chmod', ['-R', 'a+rX', folder]);
  motcua('catalogue', 'publish', folder);
  assert.match(motcua('list', 'import', 'ha-noi', 'nganh-nghe', path.join(folder, 'list.csv'), '--title', 'Ngành nghề'), /50000 entries/);
  motcua('list', 'import', 'dich-vong-cau-giay', 'occupation', path.join(folder, 'jobs.csv'));
  rmSync(folder, { recursive: true });
});

const someone = async (screen) => signIn(await open(screen), 'lan@example.com');
const pages = form.pages.map((page) => page.key);
const startedDraft = async (page) => begin(page, '2.000635', 'dich-vong-cau-giay');

for (const width of [360, 1280])
  test(`every page with every kind reads well at ${width} px, empty and with faults`, async () => {
    const lan = await someone({ width });
    await sleep(2500); // the server looks every two seconds whether lists have changed
    const draft = await startedDraft(lan);
    for (const key of pages) {
      await lan.goto(`${draft}/${key}`);
      await isAccessible(lan, `${key} at ${width}`);
      await readsWell(lan, `${key} at ${width}`);
      if (process.env.MOTCUA_TEST_PICTURES) await lan.screenshot({ path: `${process.env.MOTCUA_TEST_PICTURES}/${key}-${width}.png`, fullPage: true });
      await lan.locator('.actions button[value=next]').click();
      await lan.locator('.error-summary').waitFor();
      await isAccessible(lan, `${key} with faults at ${width}`);
      await readsWell(lan, `${key} with faults at ${width}`);
      if (process.env.MOTCUA_TEST_PICTURES) await lan.screenshot({ path: `${process.env.MOTCUA_TEST_PICTURES}/${key}-${width}-faults.png`, fullPage: true });
      for (const link of await lan.locator('.error-summary a').all()) {
        const target = (await link.getAttribute('href')).slice(1);
        assert.equal(await lan.locator(`[id="${target}"]`).count(), 1, `${key}: the summary leads to #${target}`);
        await link.click();
        assert.ok(await lan.evaluate((id) => document.getElementById(id).contains(document.activeElement), target), `${key}: #${target} has the focus`);
      }
    }
    for (const [address, name] of [[`${draft}/giay-to`, 'papers'], [`${draft}/xem-lai`, 'review'], ['/thu-tuc', 'catalogue'], ['/thu-tuc/2.000635', 'procedure'], ['/ho-so', 'dossiers']]) {
      await lan.goto(address);
      await readsWell(lan, `${name} at ${width}`);
    }
    assert.deepEqual(lan.complaints, []);
    await lan.context().close();
  });
