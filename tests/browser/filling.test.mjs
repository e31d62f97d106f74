// Filling in a form on a telephone: it saves itself and says so, outlives a broken line, two windows and a session that ended.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { business, extract, marital } from './answers.mjs';
import { Person, answerPages, attachAll, password, publishChanged, startDraft, until } from './city.mjs';
import { as, begin, city, dossierText, fill, handIn, isAccessible, mail, next, open, signIn, submit, text } from './people.mjs';

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
  const onTheWay = [
    (route) => route.fulfill({ contentType: 'text/html', body: '<p>Wi-Fi miễn phí: bấm để kết nối' }), // the network itself answers
    (route) => route.fulfill({ contentType: 'application/json', body: '' }),
    (route) => route.fetch().then(() => route.abort()), // the server has it, the telephone never hears
  ];
  await lan.route('**/luu/*', (route) => (onTheWay.shift() ?? ((last) => last.continue()))(route));
  await lan.fill('[name=noi_cap]', 'Công an quận Đống Đa');
  await state(lan, 'failed');
  await lan.fill('[name=noi_cap]', 'Công an quận Đống Đa, Hà Nội');
  while (onTheWay.length) {
    await Promise.all([lan.waitForRequest('**/luu/*'), lan.evaluate(() => dispatchEvent(new Event('online')))]);
    await state(lan, 'failed');
  }
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

const ward = ['2.000635', 'dich-vong-cau-giay'];

/** A draft filled in over plain HTTP, with its papers: what is tried begins on its last pages. */
async function prepared(code, agency, pages) {
  const person = await new Person(city).signIn('lan@example.com');
  const draft = await startDraft(person, code, agency);
  await answerPages(person, draft, pages);
  await attachAll(person, draft);
  return draft;
}
const send = (page) => page.locator('form[action$="/nop"] button.button--start');

/** What the page says when it saves at once, without the pause after the last key. */
async function saved(page, wanted = 'saved') {
  await page.evaluate(() => window.dispatchEvent(new Event('online')));
  await state(page, wanted);
}

test('two windows on one page: taking over keeps what was typed here and what was saved there', async () => {
  const lan = await someone();
  const address = await formPage(lan);
  const other = await lan.context().newPage();
  await other.goto(address);
  await other.fill('[name=dien_thoai]', '0912 345 678');
  await saved(other);
  await lan.fill('[name=noi_cap]', 'Công an quận Hoàn Kiếm');
  await saved(lan, 'changed');
  await lan.locator('[data-take-over]').click();
  await state(lan, 'saved');
  await lan.reload();
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Hoàn Kiếm');
  assert.equal(await lan.inputValue('[name=dien_thoai]'), '0912345678');
  await lan.context().close();
});

test('a server that dies while somebody types, and a press without a line, cost nothing and need no reload', async () => {
  const lan = await someone();
  const address = await formPage(lan);
  await lan.fill('[name=noi_cap]', 'Công an quận Tây Hồ');
  await city.restart();
  await state(lan, 'saved');
  // All is saved, but the line is gone: the press does not end on the browser's page of errors.
  await lan.context().setOffline(true);
  await lan.locator('.actions button[value=leave]').click();
  await lan.locator('#trang-thai-luu', { hasText: 'Những gì bạn nhập vẫn còn trên trang này' }).waitFor();
  assert.equal(new URL(lan.url()).pathname, address);
  await lan.context().setOffline(false);
  await state(lan, 'saved');
  await lan.locator('.actions button[value=leave]').click();
  await lan.waitForURL(/\/ho-so$/);
  await lan.goto(address);
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an quận Tây Hồ');
  await lan.context().close();
});

test('a dossier is handed in once: on a broken line, with an answer that gets lost, by two quick presses, after going back', async () => {
  const draft = await prepared(...ward, extract);
  const lan = await someone();
  await lan.goto(`${draft}/so_luong`);
  await lan.goto(`${draft}/xem-lai`);
  await lan.check('#agree');
  await lan.check('[name=return_channel][value=post]');
  await lan.context().setOffline(true);
  await send(lan).click();
  const unsent = lan.getByText('Chưa gửi được hồ sơ vì mất kết nối');
  await unsent.waitFor();
  await isAccessible(lan, 'a dossier that was not sent');
  assert.ok((await lan.isChecked('#agree')) && (await lan.isChecked('[name=return_channel][value=post]')), 'what was chosen stays');
  await lan.context().setOffline(false);
  let posts = 0;
  await lan.route('**/nop', async (route) => {
    if (posts++ > 0) return route.continue();
    await route.fetch({ maxRedirects: 0 }); // it is handed in, the telephone never hears
    await route.abort();
  });
  await send(lan).click();
  await until(() => posts === 1, 'the first of the two');
  await unsent.waitFor();
  await send(lan).dblclick();
  await lan.waitForURL(/\/giay-hen$/);
  assert.equal(posts, 2, 'the second press of two is none');
  const code = /\/ho-so\/([^/]+)\//.exec(lan.url())[1];
  await lan.goBack();
  await lan.waitForURL(`**/ho-so/${code}`);
  assert.match(await text(lan), /Hồ sơ này đã được nộp trước đó/);
  await lan.goto('/ho-so');
  assert.equal(await lan.locator(`a[href="/ho-so/${code}"]`).count(), 1);
  assert.equal(await lan.locator(`a[href="${draft}"]`).count(), 0);
  await lan.context().close();
});

test('for somebody else: asked first, nothing of oneself crosses over, an old window is told, the authorisation is demanded, both are named', async () => {
  const lan = await someone();
  const draft = await begin(lan, '1.004873', 'dich-vong-cau-giay');
  const old = await lan.context().newPage();
  await old.goto(`${draft}/nguoi_yeu_cau`);
  assert.equal(await old.inputValue('[name=ho_ten]'), 'Nguyễn Thị Lan');
  await lan.focus('[name=nop_thay]');
  await lan.keyboard.press('Space');
  await lan.locator('[name=nguoi_nop]').waitFor();
  await isAccessible(lan, 'who hands in');
  assert.equal(await lan.inputValue('[name=nguoi_nop]'), 'Nguyễn Thị Lan');
  await lan.locator('.hint--filled').first().waitFor();
  await state(lan, 'saved');
  await old.fill('[name=noi_cap]', 'Công an tỉnh Nam Định');
  await saved(old, 'changed');
  await old.locator('[data-take-over]').click();
  await state(old, 'saved');
  assert.deepEqual([await old.inputValue('[name=ho_ten]'), await old.inputValue('[name=noi_cap]')], ['', 'Công an tỉnh Nam Định']);
  await old.close();
  const { nguoi_nop_ho_so: _own, nguoi_yeu_cau: { 'noi_cu_tru.city': _city, ...person }, ...rest } = marital;
  for (const fields of [{ dien_thoai_nguoi_nop: '0912 345 678', than_thich: 'true' }, { ...person, thu_dien_tu: '' }]) {
    await fill(lan, fields);
    await next(lan);
  }
  await lan.waitForURL(/\/muc_dich$/);
  const byHand = await new Person(city).signIn('lan@example.com');
  await answerPages(byHand, draft, rest);
  await lan.goto(`${draft}/giay-to`);
  const paper = lan.locator('#giay-uy_quyen');
  assert.match(await paper.innerText(), /Văn bản ủy quyền[\s\S]*Còn thiếu/);
  await lan.goto(`${draft}/xem-lai`);
  assert.match(await text(lan), /Bạn nộp thay: hồ sơ đứng tên Phạm Thị Hoa/);
  await lan.locator('#con-thieu a', { hasText: 'Văn bản ủy quyền' }).click();
  await lan.waitForURL(/giay-to#giay-uy_quyen$/);
  await attachAll(byHand, draft);
  await lan.goto(`${draft}/xem-lai`);
  const code = await submit(lan);
  const both = /Chủ hồ sơ Phạm Thị Hoa Người nộp thay Nguyễn Thị Lan/;
  assert.match(await text(lan), both);
  assert.match(await dossierText(lan, code), both);
  assert.deepEqual(lan.complaints, []);
  await lan.context().close();
});

test('what happens elsewhere is told where one types: handed in, deleted, a new form', async () => {
  const lan = await someone();
  const draft = await prepared(...ward, extract);
  await lan.goto(`${draft}/so_luong`);
  const other = await lan.context().newPage();
  await other.goto(`${draft}/xem-lai`);
  await submit(other);
  await lan.fill('[name=muc_dich]', 'Việc khác');
  await saved(lan, 'refused');
  assert.match(await bar(lan).innerText(), /Hồ sơ này đã được nộp ở một cửa sổ hoặc thiết bị khác/);

  const gone = await formPage(lan);
  await other.goto(gone.replace(/[^/]+$/, 'xoa'));
  await other.getByRole('button', { name: 'Xóa bản nháp' }).click();
  await other.waitForURL(/\/ho-so$/);
  await lan.fill('[name=noi_cap]', 'Công an');
  await saved(lan, 'refused');
  assert.match(await bar(lan).innerText(), /Có thể bạn đã xóa hoặc đã nộp hồ sơ/);

  const address = await formPage(lan, 'thong_tin');
  await lan.fill('[name=so_dang_ky]', '12/1985');
  await saved(lan);
  const published = publishChanged(city, ward[0], (form) => {
    const page = form.pages.find(({ key }) => key === 'thong_tin');
    page.fields = page.fields.filter(({ key }) => key !== 'so_dang_ky').concat({ key: 'so_quyen', kind: 'text', label: 'Số quyển' });
  });
  assert.equal(published.status, 0, published.stderr);
  await lan.fill('[name=co_quan_dang_ky]', 'UBND phường Dịch Vọng');
  await lan.locator('.actions button[value=back]').click();
  await lan.waitForURL(/\/doi-mau$/);
  assert.match(await text(lan), /Số quyển Câu hỏi mới.*không còn chỗ.*12\/1985/);
  await isAccessible(lan, 'a new form');
  await lan.getByRole('button', { name: 'Tiếp tục với biểu mẫu mới' }).press('Enter');
  await lan.waitForURL(/\/ho-so\/nhap\/[^/]+\/(?!doi-mau)/);
  await lan.goto(address);
  assert.equal(await lan.inputValue('[name=co_quan_dang_ky]'), 'UBND phường Dịch Vọng');
  assert.match(await text(lan), /12\/1985/);
  await lan.context().close();
});

test('a press that is held while questions come anew is not lost', async () => {
  const lan = await someone();
  await formPage(lan, 'yeu_cau');
  await fill(lan, extract.yeu_cau);
  await state(lan, 'saved');
  const button = lan.locator('.actions button[value=next]');
  await button.scrollIntoViewIfNeeded();
  const box = await button.boundingBox();
  await lan.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await lan.mouse.down();
  const answer = lan.waitForResponse((one) => one.request().method() === 'POST' && one.url().endsWith('/yeu_cau'));
  await lan.locator('[name=quan_he]').evaluate((select) => {
    select.value = 'uy_quyen';
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await answer;
  await lan.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100))); // what came may be put in place
  await Promise.all([lan.waitForNavigation(), lan.mouse.up()]);
  await lan.context().close();
});

test('rows come and go by the keyboard without a reload; without a script the page stays at them', async () => {
  const lan = await someone();
  const draft = await begin(lan, '1.001612', 'cau-giay');
  await lan.goto(`${draft}/ho_kinh_doanh`);
  await lan.fill('[name="nganh_nghe[0].ten_nganh"]', 'Bán phở');
  await lan.evaluate(() => (window.stays = true));
  await lan.focus('button[name=_add]');
  await lan.keyboard.press('Enter');
  await lan.locator('[name="nganh_nghe[1].ten_nganh"]:focus').waitFor();
  await lan.keyboard.type('Ban bun');
  await saved(lan);
  await lan.locator('button[name=_remove]').first().press('Enter');
  await lan.locator('#f-nganh_nghe:focus').waitFor();
  assert.equal(await lan.inputValue('[name="nganh_nghe[0].ten_nganh"]'), 'Ban bun');
  assert.ok(await lan.evaluate(() => window.stays));
  await saved(lan);
  // Another window changes something else: the rows of this one stay, and what was saved there comes.
  const other = await lan.context().newPage();
  await other.goto(`${draft}/ho_kinh_doanh`);
  await other.fill('[name=ten_rieng]', 'Phở Lan');
  await saved(other);
  await lan.click('button[name=_add]');
  await saved(lan, 'changed');
  await lan.fill('[name="nganh_nghe[1].ten_nganh"]', 'Bán trà');
  await lan.locator('[data-take-over]').click();
  await state(lan, 'saved');
  const plain = await someone({ ...phone, script: false });
  await plain.goto(`${draft}/ho_kinh_doanh`);
  assert.deepEqual(await plain.locator('[name$=".ten_nganh"]').evaluateAll((all) => all.map((one) => one.value)), ['Ban bun', 'Bán trà']);
  assert.equal(await plain.inputValue('[name=ten_rieng]'), 'Phở Lan');
  await plain.click('button[name=_add]');
  await plain.waitForURL(/#f-nganh_nghe$/);
  const top = await plain.locator('#f-nganh_nghe').evaluate((rows) => rows.getBoundingClientRect().top);
  assert.ok(Math.abs(top) < 100, `the rows are ${top} px away`);
  await Promise.all([plain, lan].map((page) => page.context().close()));
});

test('without a script: a session that ended loses nothing, a second window is told what the other saved', async () => {
  const lan = await someone({ ...phone, script: false });
  const address = await formPage(lan);
  await lan.fill('[name=noi_cap]', 'Công an quận Ba Đình');
  await lan.context().clearCookies();
  await lan.locator('.actions button[value=leave]').click();
  await lan.getByText('Phiên đăng nhập đã hết hạn').waitFor();
  await lan.fill('#identifier', 'lan@example.com');
  await lan.fill('#password', password);
  await lan.click('main form button[type=submit]');
  await lan.getByRole('button', { name: 'Gửi lại' }).click();
  await lan.waitForURL(/\/ho-so$/);
  const [first, second] = [lan, await lan.context().newPage()];
  await first.goto(address);
  assert.equal(await first.inputValue('[name=noi_cap]'), 'Công an quận Ba Đình');
  await second.goto(address);
  await first.fill('[name=dien_thoai]', '0987654321');
  await first.locator('.actions button[value=leave]').click();
  await second.fill('[name=noi_cap]', 'Công an quận Đống Đa');
  await second.locator('.actions button[value=leave]').click();
  assert.match(await text(second), /Đã lưu ở cửa sổ kia .*Nơi cấp Công an quận Ba Đình Số điện thoại 0987654321/);
  assert.equal(await second.inputValue('[name=noi_cap]'), 'Công an quận Đống Đa');
  await lan.context().close();
});

test('odd characters, long answers and large letters: put in order, told in words, never wider than the screen', async () => {
  const lan = await someone();
  const draft = await begin(lan, ...ward);
  await lan.goto(`${draft}/nguoi_yeu_cau`);
  await lan.fill('[name=ho_ten]', `  ${'Nguyễn Thị Lan Phượng'.normalize('NFD')}\u200b\ufeff `);
  await lan.fill('[name=noi_cap]', 'Công an 🍜\u00a0\u200dHà Nội');
  await lan.fill('[name="noi_cu_tru.line"]', 'Khôngcókhoảngtrắng'.repeat(30));
  await lan.locator('.actions button[value=next]').click();
  await lan.locator('.error-summary a', { hasText: /tối đa 200 ký tự/ }).waitFor();
  assert.equal(await lan.inputValue('[name=ho_ten]'), 'Nguyễn Thị Lan Phượng');
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an 🍜 Hà Nội');
  for (const page of ['nguoi_yeu_cau', 'giay-to', 'xem-lai', 'cung-khai', 'ban-giao']) {
    await lan.goto(`${draft}/${page}`);
    await lan.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    const sideways = await lan.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(sideways, 0, `${page} with letters of twice the size`);
  }
  await lan.context().close();
});

test('a dossier is copied, and a draft that is left alone is reminded of by a letter that leads back to it', async () => {
  const { code } = await handIn('lan@example.com', '1.001612', 'cau-giay', business);
  const lan = await someone();
  await lan.goto(`/ho-so/${code}`);
  await lan.getByRole('button', { name: 'Nộp hồ sơ mới với các câu trả lời này' }).click();
  await lan.waitForURL(/\/ho-so\/nhap\//);
  const draft = /\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(lan.url())[0];
  assert.match(lan.url(), /\/cam_ket$/, 'the first page where something is missing: the signature is given anew');
  await lan.goto(`${draft}/chu_ho`);
  assert.match(await text(lan), new RegExp(`Điền sẵn từ hồ sơ ${code.replaceAll('.', '\\.')}`));
  await lan.goto(`${draft}/giay-to`);
  assert.match(await text(lan), /Chưa có tệp nào/);
  city.setTime('2017-05-29T10:00');
  const letter = await mail(new RegExp(draft), /sắp hết hạn lưu/, /12\/06\/2017/);
  const link = /\/ho-so\/nhap\/[0-9a-f-]{36}/.exec(letter)[0];
  const phoned = await open(phone);
  await phoned.goto(link);
  await phoned.fill('#identifier', 'lan@example.com');
  await phoned.fill('#password', password);
  await phoned.click('main form button[type=submit]');
  await phoned.waitForURL(`**${draft}/*`);
  await phoned.goto('/ho-so');
  const row = phoned.locator('li, article', { has: phoned.locator(`a[href="${draft}"]`) }).first();
  assert.match(await row.innerText(), /12\/06\/2017/);
  await Promise.all([phoned, lan].map((page) => page.context().close()));
});
