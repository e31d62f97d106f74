// Filling in without a browser's help: drafts saved by the script's address and by plain forms, and what becomes of them.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { attachAll, fieldsOf, signedIn, startCity, startDraft, until } from '../browser/city.mjs';

let city;
let lan;

before(async () => {
  city = await startCity({ time: '2017-03-14T09:00', options: ['--rate-limits', '0', '--session-lifetime', '365d'] });
  lan = await signedIn(city, 'lan@example.com');
});
after(() => city?.stop());

const begin = () => startDraft(lan, '2.000635', 'dich-vong-cau-giay');
const revisionOf = (page) => /name="_revision" value="(\d+)"/.exec(page.body)[1];
const save = (draft, fields) => lan.post(`${draft}/luu/nguoi_yeu_cau`, fields);
const papersOnDisk = () => {
  const folder = path.join(city.data, 'var/documents');
  return existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length : 0;
};

test('the script saves half an answer, and is told when somebody else was faster', async () => {
  const draft = await begin();
  const page = await lan.open(`${draft}/nguoi_yeu_cau`);
  const fields = fieldsOf(page.body, `${draft}/nguoi_yeu_cau`);
  const first = await save(draft, { ...fields, dien_thoai: '09', _editor: 'a' });
  assert.equal(first.status, 200);
  assert.match(first.headers['content-type'], /^application\/json/);
  const { revision, text } = JSON.parse(first.body);
  assert.match(text, /^Đã lưu lúc \d\d:\d\d$/);
  assert.equal(revision, Number(fields._revision) + 1);
  assert.match((await lan.open(`${draft}/nguoi_yeu_cau`)).body, /name="dien_thoai"[^>]*value="09"/);
  // The answer was lost: the same page saves again with the revision it knows.
  assert.equal((await save(draft, { ...fields, dien_thoai: '091', _editor: 'a' })).status, 200);
  // Another page, or one without a name, is told and gets the revision to take over with.
  for (const editor of ['b', '', undefined]) {
    const late = await save(draft, { ...fields, dien_thoai: '092', ...(editor === undefined ? {} : { _editor: editor }) });
    assert.equal(late.status, 409);
    assert.match(JSON.parse(late.body).text, /cửa sổ hoặc thiết bị khác lúc/);
    assert.equal(JSON.parse(late.body).revision, revision + 1);
  }
  assert.match((await lan.open(`${draft}/nguoi_yeu_cau`)).body, /name="dien_thoai"[^>]*value="091"/);
  assert.equal((await save(draft, { ...fields, dien_thoai: '092', _editor: 'b', _revision: String(revision + 1) })).status, 200);
  // And the first one is behind now.
  assert.equal((await save(draft, { ...fields, dien_thoai: '091', _editor: 'a', _revision: String(revision + 1) })).status, 409);
});

test('what a script asks for while it is behind does not make it look up to date', async () => {
  const draft = await begin();
  const page = await lan.open(`${draft}/nguoi_yeu_cau`);
  const fields = fieldsOf(page.body, `${draft}/nguoi_yeu_cau`);
  assert.equal((await save(draft, { ...fields, _editor: 'a' })).status, 200);
  const shown = await lan.post(`${draft}/nguoi_yeu_cau`, { ...fields, _show: '1', _background: '1' });
  assert.equal(revisionOf(shown), fields._revision);
});

test('without a script a page that was saved elsewhere is shown again with what was typed', async () => {
  const draft = await begin();
  const page = await lan.open(`${draft}/nguoi_yeu_cau`);
  const fields = fieldsOf(page.body, `${draft}/nguoi_yeu_cau`);
  assert.equal((await save(draft, { ...fields, noi_cap: 'Công an quận Cầu Giấy', _editor: 'a' })).status, 200);
  const late = await lan.post(`${draft}/nguoi_yeu_cau`, { ...fields, noi_cap: 'Công an quận Ba Đình', _action: 'leave' });
  assert.equal(late.status, 409);
  assert.match(late.body, /name="noi_cap"[^>]*value="Công an quận Ba Đình"/);
  const again = await lan.post(`${draft}/nguoi_yeu_cau`, { ...fieldsOf(late.body, `${draft}/nguoi_yeu_cau`), _action: 'leave' });
  assert.equal(again.status, 303);
  assert.match((await lan.open(`${draft}/nguoi_yeu_cau`)).body, /value="Công an quận Ba Đình"/);
});

test('nonsense from a script is refused, not an error of the server', async () => {
  const draft = await begin();
  await lan.open(`${draft}/nguoi_yeu_cau`);
  assert.equal((await lan.post(`${draft}/luu/khong_co`, {})).status, 404);
  assert.equal((await lan.post('/ho-so/nhap/khong-phai-ma/luu/nguoi_yeu_cau', {})).status, 404);
  assert.equal((await save(draft, { _revision: '99999999999999999999', _editor: 'x'.repeat(5000) })).status, 200);
  assert.equal((await save(draft, { _revision: '-1', _editor: '\u0001' })).status, 400);
  const stranger = await signedIn(city, 'hoa@example.com');
  await stranger.get('/ho-so');
  assert.equal((await stranger.post(`${draft}/luu/nguoi_yeu_cau`, { ho_ten: 'X' })).status, 404);
});

test('a draft that is deleted takes its papers with it', async () => {
  const draft = await begin();
  const there = papersOnDisk();
  const attached = await attachAll(lan, draft);
  assert.equal(papersOnDisk(), there + attached);
  await lan.open(`${draft}/xoa`);
  assert.equal((await lan.post(`${draft}/xoa`)).status, 303);
  assert.equal(papersOnDisk(), there);
  assert.equal((await lan.get(draft)).status, 404);
});

test('a draft nobody touches is reminded of, kept for the time it says, and then deleted', async () => {
  const draft = await begin();
  const id = draft.split('/').pop();
  assert.match((await lan.open('/ho-so')).text, /được giữ đến hết ngày 12\/06\/2017/);
  city.setTime('2017-05-28T09:00');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(city.mails(new RegExp(id)).length, 0, 'too early');
  city.setTime('2017-05-29T10:00');
  const letter = await until(() => city.mails(new RegExp(id)).at(-1), 'the reminder');
  assert.match(letter, /sắp hết hạn lưu/);
  assert.match(letter, /lan@example\.com/);
  assert.match(letter, /ngày 12\/06\/2017/);
  city.setTime('2017-06-12T08:00');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal((await lan.open(draft)).status, 200, 'still there on its last day');
  assert.equal(city.mails(new RegExp(id)).length, 1, 'reminded of once');
  city.setTime('2017-06-13T09:00');
  await until(async () => (await lan.get(draft)).status === 404, 'the end of the draft');
});
