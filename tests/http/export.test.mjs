// A person's data as one archive: complete, the person's own only, without secrets, and only for who knows the password.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Person, answerPages, attachAll, findDossier, password, readable, samplePdf, signedIn as signedInTo, startCity, startDraft, submitDossier, until } from '../browser/city.mjs';
import { extract } from '../browser/answers.mjs';

let city, hung, lan, folder, code, foreign, draft, key;
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
  await hung.get('/tai-khoan/khoa-truy-cap');
  const made = await hung.post('/tai-khoan/khoa-truy-cap', { name: 'Phần mềm kế toán', scope: 'read', days: '30', password });
  assert.equal(made.status, 201);
  key = /Bearer ([\w-]+)/.exec(made.body)[1];
  await hung.get('/kho-giay-to');
  assert.equal((await hung.upload('/kho-giay-to', [samplePdf()], { fields: { title: 'Sổ hộ khẩu' } })).status, 303);
  await lan.get('/tai-khoan');
  const part = /name="(trang\.[^"]+)"/.exec((await hung.open(`${draft}/cung-khai`)).body)[1];
  assert.equal((await hung.post(`${draft}/cung-khai`, { email: 'lan@example.com', label: 'Chị Lan', [part]: 'fill' })).status, 303);
  const mail = await until(() => city.mails(/^To: .*lan@example\.com/m, /\/loi-moi\//)[0], 'the invitation');
  const invitation = /(\/loi-moi\/[\w-]{43})/.exec(mail)[1];
  await lan.get(invitation);
  assert.equal((await lan.post(`${invitation}/nhan`)).status, 303);
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
  const [stored, ...more] = json('kho/kho.json');
  assert.deepEqual([stored.name, stored.file, more.length], ['Sổ hộ khẩu.pdf', 'tep/01.pdf', 0]);
  assert.ok(readFileSync(path.join(folder, 'kho/tep/01.pdf')).equals(samplePdf().bytes));
  assert.deepEqual(json('giay-to-xem.json'), []);
  assert.equal(names.filter((name) => name.endsWith('nhap.json')).length, 1);
  assert.ok(names.some((name) => /^nhap\/.*\/tep\/01\.pdf$/.test(name)));
  const all = names.filter((name) => name.endsWith('.json') || name.endsWith('.txt')).map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
  const keys = json('khoa-truy-cap.json');
  assert.equal(keys.length, 1);
  assert.equal(keys[0].name, 'Phần mềm kế toán');
  assert.deepEqual(keys[0].may, ['read']);
  const invited = json(names.find((name) => name.endsWith('nhap.json'))).invited;
  assert.deepEqual([invited.length, invited[0].email, invited[0].label, invited[0].state], [1, 'lan@example.com', 'Chị Lan', 'accepted']);
  assert.deepEqual(json('cung-khai.json'), []);
  for (const secret of [foreign, key, createHash('sha256').update(key).digest('hex'), 'argon2', 'wrapped', 'storage_name', 'token']) assert.ok(!all.includes(secret), secret);
  assert.deepEqual(readdirSync(path.join(city.data, 'var/spool')), [], 'nothing stays behind');
  // the other side: what Lan was invited to, and by whom
  await lan.get('/tai-khoan');
  const other = await lan.post('/tai-khoan/du-lieu', { export_password: password });
  writeFileSync(archive, other.bytes);
  const read = spawnSync('python3', ['-c', 'import sys, zipfile; print(zipfile.ZipFile(sys.argv[1]).read("cung-khai.json").decode())', archive], { encoding: 'utf8' });
  rmSync(archive);
  const parts = JSON.parse(read.stdout);
  assert.deepEqual([parts.length, parts[0].invited_by, parts[0].state], [1, 'Lê Văn Hùng', 'accepted']);
});

test('closing the account: told beforehand, with the password, taken back by signing in, and final after the time of grace', async () => {
  const official = await signedInTo(city, 'mot-cua@dich-vong-cau-giay.example');
  const told = await official.get('/tai-khoan/xoa');
  assert.match(told.body, /không tự xóa được/);
  assert.ok(!told.body.includes('name="closing_password"'));
  assert.equal((await official.post('/tai-khoan/xoa', { closing_password: password })).status, 409);
  const visitor = new Person(city);
  await visitor.get('/dang-nhap');
  assert.equal((await visitor.post('/tai-khoan/xoa', { closing_password: password })).status, 303);
  const page = readable((await hung.get('/tai-khoan/xoa')).body);
  for (const part of ['Bản nháp chưa nộp (1)', 'Hồ sơ đang giải quyết (1)', 'Khóa truy cập cho phần mềm (1)', 'Tải gói dữ liệu của tôi', 'yêu cầu xóa tự hủy']) assert.ok(page.includes(part), part);
  const refused = await hung.post('/tai-khoan/xoa', { closing_password: 'mot-hai-ba-bon' });
  assert.equal(refused.status, 422);
  assert.ok(refused.body.includes('id="closing_password-error"'));
  assert.equal((await hung.get('/tai-khoan')).status, 200, 'nothing has ended');
  const elsewhere = await signedInTo(city, 'hung@example.com');
  assert.equal((await hung.post('/tai-khoan/xoa', { closing_password: password })).status, 303);
  assert.match(readable((await hung.get('/')).body), /Đã ghi nhận yêu cầu xóa tài khoản/);
  for (const one of [hung, elsewhere]) assert.equal((await one.get('/ho-so')).status, 303, 'signed out everywhere');
  await until(() => city.mails(/^To: .*hung@example\.com/m, /Yêu cầu xóa tài khoản/, /21\/03\/2017/).length === 1, 'the mail with the date');
  // signing in takes it back
  hung = new Person(city);
  await hung.get('/dang-nhap');
  assert.equal((await hung.post('/dang-nhap', { identifier: 'hung@example.com', password })).status, 303);
  const back = await hung.get('/ho-so');
  assert.match(readable(back.body), /Yêu cầu xóa tài khoản đã được hủy/);
  assert.ok(back.body.includes(code));
  await until(() => city.mails(/^To: .*hung@example\.com/m, /Đã hủy yêu cầu/).length === 1, 'the mail that it stays');
  // and again, to the end
  await hung.get('/tai-khoan/xoa');
  assert.equal((await hung.post('/tai-khoan/xoa', { closing_password: password })).status, 303);
  city.setTime('2017-03-22T09:00');
  await until(() => city.mails(/^To: .*hung@example\.com/m, /đã được xóa/).length === 1, 'the mail that it is done');
  const gone = new Person(city);
  await gone.get('/dang-nhap');
  assert.equal((await gone.post('/dang-nhap', { identifier: 'hung@example.com', password })).status, 401);
  const clerk = await signedInTo(city, 'mot-cua@dich-vong-cau-giay.example');
  const kept = await clerk.get(await findDossier(clerk, code));
  assert.equal(kept.status, 200);
  assert.ok(kept.body.includes('Lê Văn Hùng'), 'the agency goes on with it');
  assert.deepEqual(city.complaints(), []);
});
