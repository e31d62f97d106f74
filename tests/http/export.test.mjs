// A person's data as one archive: complete, the person's own only, without secrets, and only for who knows the password.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Person, answerPages, attachAll, password, signedIn as signedInTo, startCity, startDraft, submitDossier } from '../browser/city.mjs';
import { extract } from '../browser/answers.mjs';

let city, hung, lan, folder, code, foreign, draft;
const files = (below) => readdirSync(below, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => path.relative(below, path.join(one.parentPath ?? one.path, one.name)));
const json = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8'));

before(async () => {
  city = await startCity({ options: ['--rate-limits', '0'] });
  folder = mkdtempSync(path.join(tmpdir(), 'motcua-export-'));
  hung = await signedInTo(city, 'hung@example.com');
  lan = await signedInTo(city, 'lan@example.com');
  code = await submitDossier(hung);
  foreign = await submitDossier(lan);
  draft = await startDraft(hung, '2.000635', 'dich-vong-cau-giay');
  await answerPages(hung, draft, extract);
  await attachAll(hung, draft);
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
  return city?.stop();
});

test('the password is asked for again, and a wrong one is said beside its field', async () => {
  await hung.get('/tai-khoan');
  for (const wrong of ['', 'mot-hai-ba-bon']) {
    const refused = await hung.post('/tai-khoan/du-lieu', { export_password: wrong });
    assert.equal(refused.status, 422);
    assert.ok(refused.body.includes('id="export_password-error"'), wrong);
    assert.ok(!wrong || !refused.body.includes(wrong));
  }
  const visitor = new Person(city);
  await visitor.get('/dang-nhap');
  assert.equal((await visitor.post('/tai-khoan/du-lieu', { export_password: password })).status, 303);
});

test('the archive holds everything of the person and nothing of others', async () => {
  await hung.get('/tai-khoan');
  const answer = await hung.post('/tai-khoan/du-lieu', { export_password: password });
  assert.equal(answer.status, 200, answer.text?.slice(0, 300));
  assert.equal(answer.headers['content-type'], 'application/zip');
  assert.match(answer.headers['content-disposition'], /attachment.*du-lieu-cua-toi\.zip/);
  assert.match(answer.headers['cache-control'], /private|no-store/);
  const archive = path.join(folder, 'a.zip');
  writeFileSync(archive, answer.bytes);
  const unpacked = spawnSync('python3', ['-c', 'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; z.extractall(sys.argv[2])', archive, folder], { encoding: 'utf8' });
  assert.equal(unpacked.status, 0, unpacked.stderr);
  rmSync(archive);
  const names = files(folder);
  for (const name of ['DOC-TRUOC-README.txt', 'tai-khoan.json', 'thiet-bi.json', 'dung-lai-giay-to.json', `ho-so/${code}/ho-so.json`, `ho-so/${code}/ho-so.pdf`]) assert.ok(names.includes(name), `${name}: ${names}`);
  assert.equal(json('tai-khoan.json').email, 'hung@example.com');
  assert.ok(json('thiet-bi.json').length >= 1);
  const dossier = json(`ho-so/${code}/ho-so.json`);
  assert.equal(dossier.code, code);
  assert.ok(Object.keys(dossier.answers).length > 3);
  assert.ok(dossier.events.some((event) => event.what === 'Hồ sơ được nộp'));
  assert.ok(dossier.files.length > 0);
  for (const file of dossier.files) {
    const bytes = readFileSync(path.join(folder, `ho-so/${code}`, file.file));
    assert.equal(createHash('sha256').update(bytes).digest('hex'), file.sha256, file.name);
  }
  assert.equal(readFileSync(path.join(folder, `ho-so/${code}/ho-so.pdf`)).subarray(0, 5).toString(), '%PDF-');
  assert.equal(names.filter((name) => name.endsWith('nhap.json')).length, 1);
  assert.ok(names.some((name) => /^nhap\/.*\/tep\/01\.pdf$/.test(name)));
  const all = names.filter((name) => name.endsWith('.json') || name.endsWith('.txt')).map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
  for (const secret of [foreign, 'argon2', 'wrapped', 'storage_name', 'token']) assert.ok(!all.includes(secret), secret);
  assert.deepEqual(readdirSync(path.join(city.data, 'var/spool')), [], 'nothing stays behind');
});
