// Filling in a form on a telephone: it saves itself and says so, outlives a broken line, two windows and a session that ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, begin, isAccessible, open, signIn } from './people.mjs';

const phone = { width: 360 };
const bar = (page) => page.locator('#trang-thai-luu');
const state = (page, wanted) => page.locator(`#trang-thai-luu[data-state="${wanted}"]`).waitFor();

const someone = async (screen = phone) => signIn(await open(screen), 'lan@example.com');

async function formPage(page, key = 'nguoi_yeu_cau') {
  const draft = await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.goto(`${draft}/${key}`);
  return `${draft}/${key}`;
}

test('what is typed is saved by itself, right or wrong, and is there on another device', async () => {
  const lan = await as('lan@example.com', phone);
  const address = await formPage(lan);
  assert.ok(await bar(lan).isHidden(), 'nothing to say before anything is typed');
  await lan.fill('[name=noi_cap]', 'Công an thành phố Hà Nội');
  await lan.fill('[name=dien_thoai]', '09');
  await state(lan, 'waiting');
  await state(lan, 'saved');
  assert.match(await bar(lan).innerText(), /^Đã lưu lúc \d\d:\d\d$/);
  assert.match(await lan.locator('[data-saved-at]').innerText(), /^Đã lưu lúc \d\d:\d\d$/);
  assert.equal(await lan.locator('.field-error, .error-summary').count(), 0, 'no fault is found while typing');
  await isAccessible(lan, 'a form that has saved itself');
  const under = await lan.evaluate(() => document.activeElement.getBoundingClientRect().bottom - document.getElementById('trang-thai-luu').getBoundingClientRect().top);
  assert.ok(under <= 0, `the control one types in is ${under} px under the bar`);
  const tablet = await someone({ width: 768 });
  await tablet.goto(address);
  assert.equal(await tablet.inputValue('[name=noi_cap]'), 'Công an thành phố Hà Nội');
  assert.equal(await tablet.inputValue('[name=dien_thoai]'), '09');
  await tablet.context().close();
  assert.deepEqual(lan.complaints, []);
});

test('a broken line is tried again by itself, and nothing is left behind', async () => {
  const lan = await someone();
  const address = await formPage(lan);
  await lan.context().setOffline(true);
  await lan.fill('[name=noi_cap]', 'Công an quận Cầu Giấy');
  await state(lan, 'failed');
  assert.match(await bar(lan).innerText(), /Chưa lưu được – sẽ thử lại/);
  // A press waits instead of losing the page to an error of the browser.
  await lan.locator('.actions button[value=next]').click();
  await state(lan, 'failed');
  assert.equal(new URL(lan.url()).pathname, address);
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Cầu Giấy');
  // Leaving asks first.
  const asked = new Promise((resolve) => lan.once('dialog', (dialog) => dialog.dismiss().then(() => resolve(dialog.type()))));
  await lan.evaluate(() => setTimeout(() => location.assign('/thu-tuc'), 0));
  assert.equal(await asked, 'beforeunload');
  await lan.context().setOffline(false);
  await state(lan, 'saved');
  await lan.reload();
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Cầu Giấy');
  await lan.context().close();
});

test('an answer that gets lost on the way does not look like another window', async () => {
  const lan = await someone();
  await formPage(lan);
  let lost = 0;
  await lan.route('**/luu/*', async (route) => {
    if (lost++ > 0) return route.continue();
    await route.fetch(); // the server has it, the telephone never hears
    await route.abort();
  });
  await lan.fill('[name=noi_cap]', 'Công an quận Đống Đa');
  await state(lan, 'failed');
  await lan.fill('[name=noi_cap]', 'Công an quận Đống Đa, Hà Nội');
  await state(lan, 'saved');
  await lan.reload();
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Đống Đa, Hà Nội');
  await lan.context().close();
});

test('two windows: the second is told, and its owner takes over or keeps', async () => {
  const first = await someone();
  const address = await formPage(first);
  const second = await first.context().newPage();
  await second.goto(address);
  await first.fill('[name=noi_cap]', 'Công an quận Cầu Giấy');
  await state(first, 'saved');
  await second.fill('[name=noi_cap]', 'Công an quận Hoàn Kiếm');
  await state(second, 'changed');
  assert.match(await bar(second).innerText(), /vừa được lưu ở một cửa sổ hoặc thiết bị khác lúc \d\d:\d\d/);
  await isAccessible(second, 'a page that was saved elsewhere');
  assert.equal(await second.inputValue('[name=noi_cap]'), 'Công an quận Hoàn Kiếm', 'what was typed stays in sight');
  await second.locator('[data-take-over]').focus();
  await second.keyboard.press('Enter');
  await state(second, 'saved');
  // Now it is the first window that is behind; it takes what was saved there.
  await first.fill('[name=dien_thoai]', '0912 000 000');
  await state(first, 'changed');
  await first.locator('[data-reload]').click();
  await first.locator('[name=noi_cap]').waitFor();
  await first.waitForFunction(() => document.querySelector('[name=noi_cap]')?.value === 'Công an quận Hoàn Kiếm');
  await first.context().close();
});

test('a session that ended in between costs nothing that was typed', async () => {
  const lan = await someone();
  await formPage(lan);
  const cookies = await lan.context().cookies();
  await lan.context().clearCookies();
  await lan.fill('[name=noi_cap]', 'Công an quận Ba Đình');
  await state(lan, 'signed-out');
  assert.match(await bar(lan).innerText(), /đăng nhập lại/i);
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Ba Đình');
  // Signed in again in another window, the page goes on with its new token.
  await lan.context().addCookies(cookies.filter((cookie) => !/phien|session/i.test(cookie.name)));
  const other = await signIn(await lan.context().newPage(), 'lan@example.com');
  await other.close();
  await lan.evaluate(() => window.dispatchEvent(new Event('online')));
  await state(lan, 'saved');
  await lan.reload();
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Ba Đình');
  await lan.context().close();
});
