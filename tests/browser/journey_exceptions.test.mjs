// Journeys that end or go otherwise: refusal, withdrawal, lateness, no JavaScript, the keyboard alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as answers from './answers.mjs';
import { password, until } from './city.mjs';
import { as, begin, city, decide, dossierText, fill, handIn, isAccessible, mail, next, open, pdfText, signIn, submit, text } from './people.mjs';

test('a refusal says why, on the page, by mail and on form 03', async () => {
  const { code, id } = await handIn('lan@example.com', '2.000635', 'dich-vong-cau-giay', answers.extract);
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await decide(clerk, id, 'refuse', { refused: true });
  assert.equal(await clerk.locator('.error-summary').count(), 1, 'a refusal needs a reason');
  await decide(clerk, id, 'refuse', { note: 'Việc hộ tịch đăng ký tại quận khác.' });
  const lan = await as('lan@example.com');
  assert.match(await dossierText(lan, code), /Việc hộ tịch đăng ký tại quận khác\./);
  await isAccessible(lan, 'a refused dossier');
  const paper = await pdfText(lan, `/ho-so/${code}/phieu/tu-choi.pdf`);
  assert.match(paper, /PHIẾU TỪ CHỐI/i);
  assert.match(paper, /Việc hộ tịch đăng ký tại quận khác/);
  await mail(/lan@example\.com/, /Việc hộ tịch đăng ký tại quận khác/);
});

test('a citizen withdraws, once, and nobody acts on the dossier any more', async () => {
  const { code, id } = await handIn('lan@example.com', '2.000635', 'dich-vong-cau-giay', answers.extract);
  const lan = await as('lan@example.com');
  await lan.goto(`/ho-so/${code}/rut`);
  await isAccessible(lan, 'the page of withdrawal');
  await lan.fill('[name=reason]', 'Tôi không cần nữa.');
  await lan.locator('main form button[type=submit]').click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  assert.match(await text(lan), /rút/i);
  assert.equal(await lan.locator('a[href$="/rut"]').count(), 0);
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await clerk.goto(`/can-bo/ho-so/${id}`);
  assert.equal(await clerk.locator('form[action$="/hoan-thanh"]').count(), 0);
});

test('a dossier that is late: an apology is drafted, sent, and the citizen reads it', async () => {
  city.setTime('2017-03-20T08:30');
  const { code, id } = await handIn('lan@example.com', '1.001612', 'cau-giay', answers.business);
  await decide(await as('mot-cua@cau-giay.example'), id, 'receive');
  city.setTime('2017-03-27T09:00');
  const head = await as('truong-phong-kinh-doanh@cau-giay.example');
  const link = await until(async () => {
    await head.goto('/can-bo/xin-loi');
    const found = head.locator(`a[href^="/can-bo/ho-so/${id}/xin-loi/"]`).first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the drafted apology');
  await head.goto(link);
  await isAccessible(head, 'the page of an apology');
  await head.fill('#reason', 'Phòng chậm đối chiếu tên hộ kinh doanh trùng trong quận.');
  await fill(head, { 'new_due.day': '29', 'new_due.month': '3', 'new_due.year': '2017', new_due_time: '16:00' });
  await head.locator('button[name=action][value=send]').click();
  await head.waitForLoadState();
  await mail(/lan@example\.com/, /xin lỗi/i, /đối chiếu tên hộ kinh doanh/);
  const lan = await as('lan@example.com');
  const page = await dossierText(lan, code);
  assert.match(page, /29\/03\/2017/);
  assert.match(await pdfText(lan, `/ho-so/${code}/phieu/xin-loi-1.pdf`), /XIN LỖI/i);
  const officer = await as('kinh-doanh@cau-giay.example');
  await officer.goto('/can-bo');
  assert.match(await text(officer), new RegExp(code));
});

test('without JavaScript and by keyboard alone', async () => {
  const page = await signIn(await open({ width: 360, script: false }), 'anh@example.com');
  await page.goto('/ngon-ngu/vi?ve=/thu-tuc');
  await begin(page, '2.000635', 'dich-vong-cau-giay');
  await page.selectOption('[name=quan_he]', 'uy_quyen');
  assert.equal(await page.locator('[name=uy_quyen_ruot_thit]').count(), 0);
  await page.locator('noscript button[name=_show], button[name=_show]').first().click();
  await page.locator('[name=uy_quyen_ruot_thit]').first().waitFor();
  assert.equal(await page.inputValue('[name=quan_he]'), 'uy_quyen');
  await fill(page, { ...answers.extract.yeu_cau });
  await page.locator('.actions button[value=next]').press('Enter');
  await page.waitForURL(/nguoi_yeu_cau$/);
  // The lists of districts and communes come one press at a time.
  for (const [name, value] of [['city', '01'], ['district', '005'], ['commune', '00166']]) {
    await page.selectOption(`[name="noi_cu_tru.${name}"]`, value);
    await page.locator('button[name=_show]').first().press('Enter');
    await page.waitForLoadState();
  }
  await page.locator('[name="noi_cu_tru.line"]').fill('Số 7 đường Xuân Thủy');
  const { ho_ten: _name, giay_to: _card, ...rest } = answers.extract.nguoi_yeu_cau;
  await fill(page, { ...Object.fromEntries(Object.entries(rest).filter(([name]) => !name.startsWith('noi_cu_tru') && !name.startsWith('ngay_sinh'))), 'ngay_sinh.day': '20', 'ngay_sinh.month': '8', 'ngay_sinh.year': '1990', ho_ten: 'Trần Đức Anh', giay_to: '001090000404' });
  await page.locator('.actions button[value=next]').press('Enter');
  await page.waitForURL(/thong_tin$/);
  await page.context().close();

  const keys = await open({ width: 1280 });
  await keys.goto('/dang-nhap');
  await keys.keyboard.press('Tab');
  assert.equal(await keys.evaluate(() => document.activeElement.getAttribute('href')), '#noi-dung', 'the first stop leads past the navigation');
  await keys.keyboard.press('Enter');
  const reach = async (selector) => {
    for (let i = 0; i < 60; i++) {
      await keys.keyboard.press('Tab');
      if (await keys.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
    }
    assert.fail(`the keyboard does not reach ${selector}`);
  };
  await reach('#identifier');
  await keys.keyboard.type('anh@example.com');
  await reach('#password');
  await keys.keyboard.type(password);
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/\/ho-so/);
  await keys.goto('/thu-tuc/2.000635?co-quan=dich-vong-cau-giay');
  await reach('form[action="/thu-tuc/2.000635/nop"] button');
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/yeu_cau$/);
  // The page that depends on her answers comes when she has gone on to the button: she is still on it.
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await keys.route('**/yeu_cau', async (route) => {
    if (route.request().postData()?.includes('_background')) await held;
    await route.continue().catch(() => {}); // an answer nobody waits for any more
  });
  await reach('[name=loai_giay]');
  await keys.keyboard.press('ArrowDown');
  await reach('[name=noi_dang_ky]');
  await keys.keyboard.press('Space');
  await reach('[name=quan_he]');
  await keys.keyboard.press('ArrowDown');
  await reach('.actions button[value=next]');
  await keys.evaluate(() => (document.activeElement.dataset.old = 'true'));
  release();
  await keys.waitForFunction(() => !document.querySelector('[data-old]'));
  assert.equal(await keys.evaluate(() => document.activeElement.value), 'next', 'the button keeps the focus');
  await keys.keyboard.press('Enter');
  await keys.waitForURL(/nguoi_yeu_cau$/);
  await keys.context().close();
});
