// The whole journey of a dossier of each sample procedure, each person in a browser of their own: citizen, one-stop desk, officer,
// head, leader, records clerk, cashier and the other agency's officer; with a supplement, and two leaders at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as answers from './answers.mjs';
import { samplePdf, samplePng, until } from './city.mjs';
import { as, begin, city, decide, dossierText, fill, fillPages, handIn, isAccessible, mail, next, open, pdfText, submit, text } from './people.mjs';

test('a copy of a civil-status record, from the catalogue to the rating, on a telephone', async () => {
  const lan = await as('lan@example.com', { width: 360 });
  const draft = await begin(lan, '2.000635', 'dich-vong-cau-giay');
  await isAccessible(lan, 'a form page');
  // Nothing filled in: the summary names every question and leads to it.
  await next(lan);
  await lan.locator('.error-summary').waitFor();
  assert.ok(await lan.evaluate(() => document.activeElement.closest('.error-summary') !== null), 'the reader is at the summary');
  await isAccessible(lan, 'a form page with errors');
  await lan.locator('.error-summary a').first().click();
  assert.equal(await lan.evaluate(() => document.activeElement.id), 'f-loai_giay');
  // A question that depends on an answer comes and goes.
  assert.equal(await lan.locator('[name=uy_quyen_ruot_thit]').count(), 0);
  await lan.selectOption('[name=quan_he]', 'uy_quyen');
  await lan.locator('[name=uy_quyen_ruot_thit]').first().waitFor();
  await lan.selectOption('[name=quan_he]', 'ban_than');
  await lan.locator('[name=uy_quyen_ruot_thit]').first().waitFor({ state: 'detached' });
  // An answer that ends the journey here says where to go instead.
  await fill(lan, { ...answers.extract.yeu_cau, noi_dang_ky: 'nuoc_ngoai' });
  await next(lan);
  assert.match(await text(lan), /Bộ Ngoại giao/);
  await fill(lan, answers.extract.yeu_cau);
  await next(lan);
  await lan.waitForURL(/nguoi_yeu_cau$/);
  assert.equal(await lan.inputValue('[name=ho_ten]'), 'Nguyễn Thị Lan', 'filled in from the profile');
  // Back and forth, leaving and coming back: nothing is lost.
  await fill(lan, { dien_thoai: '0912 345 678' });
  await lan.locator('button[value=back]').click();
  await lan.waitForURL(/\/yeu_cau$/);
  await lan.goBack();
  await lan.goto(`${draft}/nguoi_yeu_cau`);
  assert.equal(await lan.inputValue('[name=dien_thoai]'), '0912345678');
  await lan.locator('button[value=leave]').click();
  await lan.waitForURL(/\/ho-so$/);
  await lan.locator(`a[href^="${draft}"]`).first().click();
  await fillPages(lan, { nguoi_yeu_cau: answers.extract.nguoi_yeu_cau, thong_tin: answers.extract.thong_tin, so_luong: answers.extract.so_luong });
  // Papers: a wrong type is refused in words; PDF and photo are taken.
  const input = lan.locator('[data-paper] input[type=file]').first();
  await input.setInputFiles({ name: 'a.exe', mimeType: 'application/octet-stream', buffer: Buffer.from('MZ not a paper') });
  await lan.locator('.upload--failed').first().waitFor();
  assert.match(await text(lan), /Chỉ nhận tệp PDF/);
  await lan.locator('[data-paper] input[type=file]').first().setInputFiles([
    { name: 'cccd mặt trước.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes },
    { name: 'cccd mặt sau.png', mimeType: 'image/png', buffer: samplePng().bytes },
  ]);
  await lan.locator('.files__name', { hasText: 'cccd mặt sau.png' }).waitFor();
  await lan.locator('form[action$="/xoa"] button').nth(1).click();
  await lan.waitForURL(/giay-to/);
  assert.equal(await lan.locator('.files__name').count(), 1);
  await isAccessible(lan, 'the page of papers');
  await next(lan);
  await lan.waitForURL(/xem-lai$/);
  assert.match(await text(lan), /24\.000 đồng/);
  assert.doesNotMatch(await text(lan), /false|null|undefined/);
  await isAccessible(lan, 'the review page');
  // A double press makes one dossier.
  await lan.check('#agree');
  await lan.locator('form[action$="/nop"] button.button--start').dblclick();
  await lan.waitForURL(/\/giay-hen$/);
  const code = decodeURIComponent(/\/ho-so\/([^/]+)\//.exec(lan.url())[1]);
  assert.match(code, /^000\.04\.35\.H26-170314-0001$/);
  await isAccessible(lan, 'the page after submission');
  await lan.goto('/ho-so');
  assert.equal((await text(lan)).split(code).length, 2, 'one dossier only');
  await mail(/lan@example\.com/, new RegExp(code));

  const id = draft.split('/').pop();
  const clerk = await as('mot-cua@dich-vong-cau-giay.example');
  await clerk.goto('/can-bo');
  assert.match(await text(clerk), new RegExp(code));
  await isAccessible(clerk, 'the queue');
  await clerk.goto(`/can-bo/ho-so/${id}`);
  await isAccessible(clerk, 'the official’s page of a dossier');
  await decide(clerk, id, 'receive');
  assert.match(await dossierText(lan, code), /Hẹn trả kết quả 17 giờ 00 phút, Thứ Ba, ngày 14\/03\/2017/);
  await lan.locator('summary', { hasText: /Vì sao|Xem từng dòng/ }).first().click();
  await lan.locator('details[open] caption', { hasText: 'Cách tính ngày hẹn trả' }).first().waitFor();
  assert.match(await text(lan), /Cách tính ngày hẹn trả/, 'the due date is explained line by line');
  await lan.goto(`/ho-so/${code}/giay-hen`);
  await isAccessible(lan, 'the appointment slip');
  const slip = await pdfText(lan, `/ho-so/${code}/giay-hen.pdf`);
  for (const part of [/GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ/, new RegExp(code), /Nguyễn Thị Lan/, /14\/03\/2017|14 tháng 3 năm 2017|ngày 14/]) assert.match(slip, part);
  await decide(await as('tu-phap@dich-vong-cau-giay.example'), id, 'approve');
  await decide(await as('lanh-dao@dich-vong-cau-giay.example'), id, 'sign');
  const records = await as('van-thu@dich-vong-cau-giay.example');
  await decide(records, id, 'issue');
  await mail(/lan@example\.com/, /kết quả/i, new RegExp(code));
  // The result is handed over when the fee is paid, not before.
  await clerk.goto('/can-bo/tra-ket-qua');
  assert.equal(await clerk.locator('form[action$="/hoan-thanh"]').count(), 0, 'not before the fee is paid');
  await records.goto('/can-bo/vai-tro');
  await records.locator('form[action="/can-bo/vai-tro"]', { hasText: /thu (phí|ngân)|Thu phí|Bộ phận thu/i }).locator('button').first().click().catch(async () => records.locator('form[action="/can-bo/vai-tro"] button').last().click());
  await records.goto('/can-bo/thu-phi');
  await records.locator(`form[action="/can-bo/ho-so/${id}/thu-phi"] button[value=cash]`).click();
  await records.waitForURL(/thu-phi/);
  assert.match(await text(records), /24\.000/);
  await clerk.goto('/can-bo/tra-ket-qua');
  await clerk.locator('input[name=recipient]').first().fill('Nguyễn Thị Lan');
  await clerk.locator('button[value=hand_over]').first().click();
  await clerk.waitForLoadState();
  // The citizen has the result, anyone can verify it, and it is rated once.
  assert.match(await dossierText(lan, code), /Đã trả kết quả/i);
  await isAccessible(lan, 'the finished dossier');
  const result = await lan.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(lan, result), /Nguyễn Thị Lan/i);
  const verification = await lan.locator('a[href^="/xac-minh/"]').first().getAttribute('href');
  const anyone = await open({ width: 360 });
  await anyone.goto(verification);
  assert.match(await text(anyone), new RegExp(code));
  await anyone.context().close();
  await lan.goto(`/ho-so/${code}/danh-gia`);
  await lan.locator('input[name=level][value="1"]').check();
  await lan.locator('main form button[type=submit]').click();
  await lan.locator('.error-summary').waitFor();
  await lan.fill('[name=reason]', 'Phải chờ lâu ở quầy.');
  await lan.locator('main form button[type=submit]').click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  assert.match(await text(lan), /Phải chờ lâu ở quầy/);
  assert.equal(await lan.locator('a[href$="/danh-gia"]').count(), 0);
  assert.deepEqual([lan.complaints, clerk.complaints], [[], []]);
});

test('a household business with members: rows, a supplement that stops the clock, two windows', async () => {
  const lan = await as('lan@example.com');
  const draft = await begin(lan, '1.001612', 'cau-giay');
  const pages = structuredClone(answers.business);
  pages.dieu_kien.doi_tuong = 'ho_gia_dinh';
  const { cam_ket, ...first } = pages;
  for (const [key, fields] of Object.entries(first)) {
    await lan.waitForURL(new RegExp(`/${key}$`));
    await fill(lan, fields);
    if (key === 'ho_kinh_doanh') {
      await lan.locator('button[name=_add]').click();
      await fill(lan, { 'nganh_nghe[1].ten_nganh': 'Bán lẻ đồ uống' });
      await lan.locator('button[name=_add]').click();
      await fill(lan, { 'nganh_nghe[2].ten_nganh': 'Nhầm' });
      await lan.locator('button[name=_remove]').nth(2).click();
      await lan.locator('[name="nganh_nghe[2].ten_nganh"]').waitFor({ state: 'detached' });
      assert.equal(await lan.inputValue('[name="nganh_nghe[1].ten_nganh"]'), 'Bán lẻ đồ uống');
      assert.equal(await lan.inputValue('[name=ten_rieng]'), 'Phở Lan Dịch Vọng');
    }
    await next(lan);
  }
  await lan.waitForURL(/thanh_vien$/);
  while ((await lan.locator('.row-card').count()) < 2) await lan.locator('button[name=_add]').click();
  const member = (i, name, card, share, year) => ({ [`thanh_vien[${i}].ten_thanh_vien`]: name, [`thanh_vien[${i}].sinh_thanh_vien.day`]: '1', [`thanh_vien[${i}].sinh_thanh_vien.month`]: '2', [`thanh_vien[${i}].sinh_thanh_vien.year`]: year, [`thanh_vien[${i}].giay_to_thanh_vien`]: card, [`thanh_vien[${i}].ty_le`]: share });
  await fill(lan, { ...member(0, 'Nguyễn Thị Lan', '012345678', '60', '1985'), ...member(1, 'Lê Văn Tuấn', '012345679', '30', '1983') });
  await next(lan);
  await lan.locator('.error-summary').waitFor();
  assert.match(await text(lan), /100/, 'shares must add up');
  await fill(lan, { 'thanh_vien[1].ty_le': '40' });
  await next(lan);
  await fillPages(lan, { cam_ket });
  const papers = await lan.locator('[data-paper] input[type=file][multiple]').count();
  for (let i = 0; i < papers; i++) {
    await lan.locator('[data-paper]').nth(i).locator('input[type=file][multiple]').setInputFiles({ name: `giay-${i}.pdf`, mimeType: 'application/pdf', buffer: samplePdf().bytes });
    await lan.locator('.files__name', { hasText: `giay-${i}.pdf` }).waitFor();
  }
  await next(lan);
  const code = await submit(lan);
  const id = draft.split('/').pop();

  const clerk = await as('mot-cua@cau-giay.example');
  await decide(clerk, id, 'receive');
  const due = /Hẹn trả[^.]*?(\d{2}\/\d{2}\/\d{4})/.exec(await dossierText(lan, code))?.[1];
  const officer = await as('kinh-doanh@cau-giay.example');
  // A request without papers and reasons is refused beside the field.
  await decide(officer, id, 'supplement', { refused: true });
  assert.equal(await officer.locator('.error-summary').count(), 1);
  await decide(officer, id, 'supplement', {
    note: 'Biên bản họp chưa có đủ chữ ký.',
    prepare: async (page) => {
      await page.locator('[name="items[1].ask"]').check();
      await page.fill('[name="items[1].reason"]', 'Thiếu chữ ký của ông Lê Văn Tuấn');
    },
  });
  await mail(/lan@example\.com/, /bổ sung/i, /Thiếu chữ ký của ông Lê Văn Tuấn/);
  const waiting = await dossierText(lan, code);
  assert.match(waiting, /bổ sung/i);
  assert.match(await pdfText(lan, `/ho-so/${code}/phieu/bo-sung-1.pdf`), /Thiếu chữ ký của ông Lê Văn Tuấn/);
  await lan.goto(`/ho-so/${code}/bo-sung`);
  await isAccessible(lan, 'the page of a supplement');
  await lan.locator(`main form[action="/ho-so/${code}/bo-sung"] button[type=submit]`).click();
  await lan.locator('.error-summary').waitFor();
  city.setTime('2017-03-16T10:00');
  await lan.locator('[data-paper] input[type=file]').first().setInputFiles({ name: 'bien-ban-du.pdf', mimeType: 'application/pdf', buffer: samplePdf().bytes });
  await lan.locator('.files__name', { hasText: 'bien-ban-du.pdf' }).waitFor();
  for (const link of await lan.locator('a.files__name').all()) assert.equal((await lan.request.get(await link.getAttribute('href'))).status(), 200, 'a file on the page of a supplement opens');
  await lan.locator(`main form[action="/ho-so/${code}/bo-sung"] button[type=submit]`).click();
  await lan.waitForURL(new RegExp(`/ho-so/${code.replaceAll('.', '\\.')}$`));
  const later = /Hẹn trả[^.]*?(\d{2}\/\d{2}\/\d{4})/.exec(await text(lan))?.[1];
  if (due && later) assert.notEqual(due, later, 'the time the citizen took does not count');
  assert.match((await lan.locator('main').textContent()).replace(/\s+/g, ' '), /[Tt]ạm dừng|bổ sung/);
  await decide(officer, id, 'approve');
  const head = await as('truong-phong-kinh-doanh@cau-giay.example');
  await decide(head, id, 'return', { note: 'Ghi rõ mã ngành thứ hai.' });
  await decide(officer, id, 'approve', { note: 'Đã ghi mã ngành 4723.' });
  await decide(head, id, 'sign');
  await decide(await as('van-thu@cau-giay.example'), id, 'issue');
  const cashier = await as('thu-ngan@cau-giay.example');
  await cashier.goto('/can-bo/thu-phi');
  await isAccessible(cashier, 'the cashier’s page');
  await cashier.locator(`form[action="/can-bo/ho-so/${id}/thu-phi"] button[value=transfer]`).click();
  await cashier.waitForLoadState();
  await decide(clerk, id, 'hand_over', { recipient: 'Nguyễn Thị Lan' });
  assert.match(await dossierText(lan, code), /Đã trả kết quả/i);
  const result = await lan.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(lan, result), /Phở Lan Dịch Vọng/i);
  assert.deepEqual([lan.complaints, officer.complaints, cashier.complaints], [[], [], []]);
});

test('a building permit asks the department and waits for it; head and leader sign', async () => {
  const { code, id } = await handIn('hoa@example.com', '1.013225', 'cau-giay', answers.building);
  await decide(await as('mot-cua@cau-giay.example'), id, 'receive');
  const officer = await as('do-thi@cau-giay.example');
  await decide(officer, id, 'approve');
  const department = await as('quy-hoach@so-quy-hoach-kien-truc.example');
  const link = await until(async () => {
    await department.goto('/can-bo');
    const found = department.locator('a[href^="/can-bo/hoi-y-kien/"]').first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the question to reach the department');
  await department.goto(link);
  await isAccessible(department, 'the page of a question');
  assert.match(await text(department), /Trần Thái Tông/);
  assert.equal((await department.request.get(`/can-bo/ho-so/${id}`)).status(), 404, 'the other agency sees the question, not the dossier');
  await department.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await department.locator('.error-summary, .field-error').first().waitFor();
  await department.locator('[name=answer][value=agree]').check();
  await department.fill('#note', 'Phù hợp quy hoạch; chiều cao không quá 12 m.');
  await department.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await department.waitForURL(/\/can-bo$/);
  await decide(officer, id, 'approve', { note: 'Biên bản: hiện trạng đúng bản vẽ.' });
  await until(async () => {
    await officer.goto(`/can-bo/ho-so/${id}`);
    return /chiều cao không quá 12 m/.test(await text(officer)) && (await officer.locator('[name=outcome][value=reject]').count());
  }, 'the answer to reach the dossier');
  await decide(officer, id, 'approve');
  await decide(await as('truong-phong-do-thi@cau-giay.example'), id, 'approve');
  await decide(await as('lanh-dao@cau-giay.example'), id, 'sign');
  await decide(await as('van-thu@cau-giay.example'), id, 'issue');
  const hoa = await as('hoa@example.com');
  assert.match(await dossierText(hoa, code), /kết quả/i);
});

test('a confirmation of marital status asks another ward; of two leaders the second is told', async () => {
  const { code, id } = await handIn('hoa@example.com', '1.004873', 'dich-vong-cau-giay', answers.marital);
  await decide(await as('mot-cua@dich-vong-cau-giay.example'), id, 'receive');
  const officer = await as('tu-phap@dich-vong-cau-giay.example');
  await decide(officer, id, 'approve');
  const ward = await as('tu-phap@quan-hoa-cau-giay.example');
  const link = await until(async () => {
    await ward.goto('/can-bo');
    const found = ward.locator('a[href^="/can-bo/hoi-y-kien/"]').first();
    return (await found.count()) ? found.getAttribute('href') : null;
  }, 'the question to reach the ward');
  await ward.goto(link);
  assert.match(await text(ward), /Phạm Thị Hoa/);
  await ward.locator('[name=answer][value=confirmed]').check();
  await ward.fill('#note', 'Không có đăng ký kết hôn trong thời gian thường trú.');
  await ward.locator('button[type=submit]', { hasText: 'Gửi trả lời' }).click();
  await ward.waitForURL(/\/can-bo$/);
  await until(async () => {
    await officer.goto(`/can-bo/ho-so/${id}`);
    return officer.locator('[name=outcome][value=reject]').count();
  }, 'the answer to come back');
  await decide(officer, id, 'approve');
  // Two leaders have the page open; the first signs, the second is told who it was and loses nothing.
  const first = await as('lanh-dao@dich-vong-cau-giay.example');
  const second = await as('quan-tri@dich-vong-cau-giay.example');
  await second.goto(`/can-bo/ho-so/${id}`);
  await second.locator('[name=outcome][value=return]').check();
  await second.fill('#note', 'Xem lại ngày tháng.');
  await decide(first, id, 'sign');
  const [answer] = await Promise.all([second.waitForResponse((each) => each.request().method() === 'POST'), second.locator('form[action$="/hoan-thanh"] .actions button').click()]);
  assert.equal(answer.status(), 409);
  await second.waitForLoadState();
  const told = await text(second);
  assert.match(told, /Phạm Đình Toàn đã xử lý trước bạn/);
  assert.match(told, /Xem lại ngày tháng\./);
  await isAccessible(second, 'the page of a conflict');
  await decide(await as('van-thu@dich-vong-cau-giay.example', { width: 1024 }), id, 'issue');
  const hoa = await as('hoa@example.com');
  await dossierText(hoa, code);
  const result = await hoa.locator('.notice a.button').first().getAttribute('href');
  assert.match(await pdfText(hoa, result), /Phạm Thị Hoa/i);
});
