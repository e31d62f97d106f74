// Whoever holds the slip: follows the dossier without an account, rates it once, checks the result by its code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Person, findDossier, signedIn, startCity, step, submitDossier } from '../browser/city.mjs';

const ward = 'dich-vong-cau-giay.example';
let city;
let lan;
let holder;
let officials;
let code;
let secret;
let url;

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0'] });
  holder = new Person(city);
  lan = await signedIn(city, 'lan@example.com');
  officials = Object.fromEntries(
    await Promise.all(['mot-cua', 'tu-phap', 'lanh-dao', 'van-thu'].map(async (name) => [name, await signedIn(city, `${name}@${ward}`)])),
  );
  code = await submitDossier(lan);
  const slip = await lan.get(`/ho-so/${code}/giay-hen`);
  secret = /<p class="slip-code__value">([0-9A-Z]{4}-?[0-9A-Z]{4})<\/p>/.exec(slip.body)[1];
  url = await findDossier(officials['mot-cua'], code);
});
after(() => city?.stop());

const track = (fields) => holder.post('/tra-cuu', { code, secret, ...fields });
const steps = (body) =>
  [...body.matchAll(/<li class="(is-\w+)?[^"]*"[^>]*>\s*<span class="timeline__dot">.*?<span class="timeline__name">(.*?) <span/gs)].map(([, state, name]) => [name, state ?? 'ahead']);

test('code and secret open the dossier however they are written', async () => {
  for (const typed of [secret, secret.replace('-', ''), secret.toLowerCase(), ` ${secret.slice(0, 3)} ${secret.slice(3)} `]) {
    const page = await track({ secret: typed });
    assert.equal(page.status, 200, typed);
    assert.match(page.text, new RegExp(code.replaceAll('.', '\\.')));
  }
  assert.equal((await track({ code: code.toLowerCase() })).status, 200);
  assert.match((await track({})).headers['cache-control'], /no-store|private/);
});

test('a secret that is not quite right opens nothing', async () => {
  const bare = secret.replace('-', '');
  for (const typed of ['', bare.slice(0, 7), `${bare}2`, `${bare.slice(0, 7)}${bare[7] === '2' ? '3' : '2'}`, bare.split('').reverse().join('') + '2', `${bare} \u200b`, '%00'])
    assert.equal((await track({ secret: typed })).status, 422, JSON.stringify(typed));
  assert.equal((await track({ secret: `${bare}\u0000` })).status, 400, 'no form holds a NUL');
});

test('the page names nobody and shows the way ahead', async () => {
  const page = await track({});
  assert.doesNotMatch(page.body, /Nguyễn Thị Lan|lan@example\.com|001185000101|0912/);
  assert.match(page.text, /Chưa có ngày hẹn trả/);
  const way = steps(page.body);
  assert.deepEqual(way[0], ['Nộp hồ sơ', 'is-done']);
  assert.equal(way[1][1], 'is-current');
  assert.ok(way.length >= 4 && way.slice(2).every(([, state]) => state === 'ahead'), JSON.stringify(way));
  assert.doesNotMatch(page.body, /danh-gia/, 'nothing to rate yet');
});

test('a received dossier has a date and every line of its reckoning', async () => {
  await step(officials['mot-cua'], url, 'receive');
  const page = await track({});
  assert.match(page.text, /Hẹn trả kết quả \d\d giờ \d\d phút, (Thứ (Hai|Ba|Tư|Năm|Sáu|Bảy)|Chủ nhật), ngày \d\d\/\d\d\/\d{4}/);
  assert.match(page.text, /Tiếp nhận lúc .* thời hạn:/);
  assert.match(page.text, /Hẹn trả kết quả lúc/);
  assert.doesNotMatch(page.body, /Nguyễn Thị Lan/);
  const way = steps(page.body);
  assert.equal(way.filter(([, state]) => state === 'is-current').length, 1);
  assert.equal(way.filter(([, state]) => state === 'is-done').length, 2);
});

test('an open dossier cannot be rated', async () => {
  const answer = await holder.post('/tra-cuu/danh-gia', { code, secret, level: '3', reason: '' });
  assert.equal(answer.status, 409);
});

test('the slip of a received dossier has no empty lines', async () => {
  const slip = await lan.get(`/ho-so/${code}/giay-hen`);
  assert.match(slip.text, /Tiếp nhận lúc/);
  assert.doesNotMatch(slip.body, /<dd>\s*<\/dd>/);
});

test('a rating of the own dossier without a level leads to the levels', async () => {
  await step(officials['tu-phap'], url, 'approve');
  await step(officials['lanh-dao'], url, 'sign');
  await step(officials['van-thu'], url, 'issue');
  const bare = await lan.post(`/ho-so/${code}/danh-gia`, { reason: '' });
  assert.equal(bare.status, 422);
  const target = /class="error-summary.*?href="#([^"]+)"/s.exec(bare.body)[1];
  assert.ok(bare.body.includes(` id="${target}"`), `nothing on the page is #${target}`);
});

test('a finished dossier is rated once, with a reason when it was bad', async () => {
  const page = await track({});
  assert.match(page.text, /Giải quyết (trước|đúng) hạn/);
  assert.match(page.body, /action="\/tra-cuu\/danh-gia"/);
  const rate = (fields) => holder.post('/tra-cuu/danh-gia', { code, secret, reason: '', ...fields });
  const bare = await rate({ level: '1' });
  assert.equal(bare.status, 422);
  assert.match(bare.body, /href="#ly-do"/);
  assert.match(bare.body, /value="1" checked/);
  for (const level of ['', '0', '4', '-1', '99999999999999999999', 'ba']) assert.equal((await rate({ level })).status, 422, level);
  const evil = await rate({ level: '0', reason: '</textarea><script>alert(1)</script>' });
  assert.doesNotMatch(evil.body, /<script>alert/);
  assert.equal((await rate({ level: '3', secret: 'AAAABBBB' })).status, 422);
  const rated = await rate({ level: '2', reason: 'Nhanh hơn tôi nghĩ' });
  assert.equal(rated.status, 303);
  assert.equal(rated.location, '/');
  assert.match((await holder.get('/')).text, /Cảm ơn bạn đã đánh giá/);
  assert.equal((await rate({ level: '3' })).status, 409);
  assert.doesNotMatch((await track({})).body, /danh-gia/);
});

test('a rating by the slip names nobody, even when somebody else is signed in', async () => {
  const trail = await officials['mot-cua'].get(url);
  assert.equal(trail.status, 200);
  const other = await signedIn(city, 'hung@example.com');
  assert.equal((await other.post('/tra-cuu/danh-gia', { code, secret, level: '3', reason: '' })).status, 409);
  assert.doesNotMatch((await officials['mot-cua'].get(url)).text, /Lê Văn Hùng/);
});

test('the code on the result tells that it is real', async () => {
  const mine = await lan.get(`/ho-so/${code}`);
  const target = /href="(\/xac-minh\/[0-9A-Z-]+)"/.exec(mine.body)[1];
  const page = await holder.get(target);
  assert.equal(page.status, 200);
  assert.match(page.text, /còn hiệu lực/);
  assert.match(page.text, /Phạm Đình Toàn, Chủ tịch/);
  assert.match(page.text, /[0-9a-f]{64}/);
  const bare = target.slice('/xac-minh/'.length).replaceAll('-', '');
  assert.match((await holder.get(`/xac-minh/${bare.toLowerCase()}`)).text, /còn hiệu lực/);
  const form = await holder.get(`/xac-minh?ma=${bare.toLowerCase()}`);
  assert.equal((await holder.get(form.location)).status, 200);
  const forged = `${bare.slice(0, -1)}${bare.endsWith('2') ? '3' : '2'}`;
  assert.equal((await holder.get(`/xac-minh/${forged}`)).status, 404);
});

test('the figures of the first page count it, and add up', async () => {
  const page = await holder.get('/');
  // kept for a minute: they may be older than this dossier
  if (!page.body.includes('id="h-cam-ket"')) return;
  assert.match(page.text, /Hồ sơ mới tiếp nhận \d/);
  assert.match(page.text, /Giải quyết trước và đúng hạn (\d+(,\d)?%|–)/);
});
