// The personal store on a telephone: a paper is put in, found again while a dossier is filled in, and looked after; also without scripts.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Person, answerPages, findDossier, samplePng, startDraft, submitDraft } from './city.mjs';
import { as, city, isAccessible, text } from './people.mjs';
import { readsWell } from './reading.mjs';
import { extract } from './answers.mjs';

const file = (name) => ({ name, mimeType: 'image/png', buffer: samplePng().bytes });
const stored = (page) => page.locator('section[aria-labelledby=h-tu-cat] .files > li');
const press = (page, name) => Promise.all([page.waitForNavigation(), page.getByRole('button', { name }).click()]);
const looksRight = async (page, where) => {
  await isAccessible(page, where);
  await readsWell(page, where);
};
let lan;

after(() => assert.deepEqual(lan?.complaints ?? [], []));

test('a paper is put into the store with our button, and used for a dossier with a click', async () => {
  lan = await as('lan@example.com', { width: 360, touch: true });
  await lan.goto('/kho-giay-to');
  await looksRight(lan, 'an empty store');
  await lan.fill('#title', 'Căn cước công dân');
  await press(lan, 'Cất vào kho');
  assert.match(await text(lan), /Vui lòng chọn tệp cần tải lên/);
  assert.equal(await lan.inputValue('#title'), 'Căn cước công dân');
  await looksRight(lan, 'nothing was chosen');
  await lan.setInputFiles('#file', file('IMG_0001.png'));
  assert.equal(await lan.locator('.pick__chosen').innerText(), 'IMG_0001.png');
  await press(lan, 'Cất vào kho');
  assert.match(await text(lan), /Đã cất giấy tờ vào kho của bạn/);
  assert.match(await stored(lan).first().innerText(), /Căn cước công dân/);
  await looksRight(lan, 'a store with a paper');

  const person = await new Person(city).signIn('lan@example.com');
  const draft = await startDraft(person, '2.000635', 'dich-vong-cau-giay');
  await answerPages(person, draft, extract);
  await lan.goto(`${draft}/giay-to`);
  await lan.getByRole('link', { name: /Lấy từ kho giấy tờ của tôi/ }).first().click();
  await lan.waitForURL(/\/kho\//);
  await looksRight(lan, 'choosing from the store');
  await press(lan, /Dùng giấy này – Căn cước công dân/);
  assert.match(await text(lan), /Đã đính kèm bản sao từ kho giấy tờ của bạn.*Căn cước công dân\.png/);

  const code = await submitDraft(person, draft);
  const official = await new Person(city).signIn('mot-cua@dich-vong-cau-giay.example');
  const page = await official.open(await findDossier(official, code));
  assert.equal((await official.get(/href="([^"]*\/tep\/[0-9a-f-]{36})"/.exec(page.body)[1])).status, 200);
  await lan.goto('/kho-giay-to');
  await stored(lan).getByRole('link', { name: /Chi tiết, ai đã xem/ }).click();
  await lan.waitForURL(/\/chi-tiet$/);
  assert.match(await text(lan), new RegExp(`${code.replaceAll('.', '\\.')}.*Cán bộ đã mở xem: [^:]+: \\d\\d:\\d\\d`));
  await looksRight(lan, 'a paper and who has seen it');
  await lan.fill('#title', 'Căn cước (cũ)');
  await press(lan, 'Lưu tên mới');
  assert.equal(await lan.locator('h1').innerText(), 'Căn cước (cũ)');
  await press(lan, 'Xóa');
  assert.equal(await stored(lan).count(), 0);
});

test('the same without scripts', async () => {
  const hung = await as('hung@example.com', { width: 360, script: false });
  await hung.goto('/kho-giay-to');
  await hung.setInputFiles('#file', file('ho-khau.png'));
  await press(hung, 'Cất vào kho');
  assert.match(await stored(hung).first().innerText(), /ho-khau/);
  await stored(hung).getByRole('link', { name: /^Xóa ho-khau/ }).click();
  await press(hung, 'Xóa');
  assert.equal(await stored(hung).count(), 0);
});
