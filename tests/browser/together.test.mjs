// Two people on telephones work on one draft: one invites, the other takes the part, fills it in and says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { business } from './answers.mjs';
import { Person, answerPages, attachAll, startDraft } from './city.mjs';
import { as, begin, city, isAccessible, mail, submit, text } from './people.mjs';

const phone = { width: 360 };

test('a spouse is invited, fills in a page beside the owner, and sees nothing else', async () => {
  const lan = await as('lan@example.com', phone);
  const draft = await begin(lan, '2.000635', 'dich-vong-cau-giay');
  await lan.goto(`${draft}/cung-khai`);
  await isAccessible(lan, 'inviting');
  await lan.fill('[name=email]', 'hoa@example.com');
  await lan.fill('[name=label]', 'Vợ tôi');
  await lan.focus('[name="trang.nguoi_yeu_cau"][value=none]');
  await lan.keyboard.press('ArrowRight');
  await lan.keyboard.press('ArrowRight');
  await lan.getByRole('button', { name: 'Gửi lời mời' }).press('Enter');
  await lan.getByText('Đã mời, chờ trả lời').waitFor();
  const link = /\/loi-moi\/[\w-]{43}/.exec(await mail(/To: <hoa@example.com/, /\/loi-moi\//))[0];

  const hoa = await as('hoa@example.com', phone);
  await hoa.goto(link);
  await isAccessible(hoa, 'an invitation');
  await hoa.getByRole('button', { name: 'Nhận' }).press('Enter');
  await hoa.getByRole('heading', { name: 'Phần của bạn trong hồ sơ' }).waitFor();
  await isAccessible(hoa, 'a part');
  await hoa.locator('main .list a').first().click();
  await hoa.fill('[name=noi_cap]', 'Công an thành phố Hà Nội');
  await hoa.locator('#trang-thai-luu[data-state=saved]').waitFor();
  await lan.goto(`${draft}/nguoi_yeu_cau`);
  assert.equal(await lan.inputValue('[name=noi_cap]'), 'Công an thành phố Hà Nội');
  await hoa.goBack();
  await hoa.getByRole('button', { name: 'Tôi đã làm xong phần của mình' }).click();
  await hoa.getByText('Đã điền xong').waitFor();
  await lan.goto(`${draft}/cung-khai`);
  await lan.getByText('Đã điền xong').waitFor();
  assert.deepEqual([...lan.complaints, ...hoa.complaints], []);
});

const linkFor = async (what) => /\/loi-moi\/[\w-]{43}/.exec(await mail(/To: <hoa@example.com/, /\/loi-moi\//, what))[0];

test('a spouse reads and signs on her telephone; a change asks her again; what is taken back is told where she types', async () => {
  const owner = await new Person(city).signIn('lan@example.com');
  const draft = await startDraft(owner, '1.001612', 'cau-giay');
  const { cam_ket: _signature, ...pages } = business;
  await answerPages(owner, draft, pages);
  await attachAll(owner, draft);
  const lan = await as('lan@example.com', phone);
  await lan.goto(`${draft}/cung-khai`);
  await lan.fill('[name=email]', 'hoa@example.com');
  await lan.fill('[name=label]', 'Em tôi');
  await lan.check('[name="trang.ho_kinh_doanh"][value=fill]');
  await lan.check('[name="ky.chu_ky"]');
  await lan.getByRole('button', { name: 'Gửi lời mời' }).click();
  const hoa = await as('hoa@example.com', phone);
  await hoa.goto(await linkFor(/thành lập hộ kinh doanh/));
  await hoa.getByRole('button', { name: 'Nhận' }).click();
  await hoa.waitForURL(/\/ho-so\/chung\//);
  const part = hoa.url();
  const sign = hoa.getByRole('button', { name: 'Ký', exact: true });
  await sign.click();
  await hoa.locator('#consent-error').waitFor();
  await hoa.locator('.error-summary a').press('Enter');
  await hoa.keyboard.press('Space');
  await isAccessible(hoa, 'a signature that lacked its tick');
  await sign.dblclick();
  await hoa.getByText('Bạn đã ký lúc').waitFor();
  await lan.goto(`${draft}/ho_kinh_doanh`);
  await lan.fill('[name=so_lao_dong]', '5');
  await lan.locator('#trang-thai-luu[data-state=saved]').waitFor();
  await lan.goto(`${draft}/xem-lai`);
  assert.match(await text(lan), /Em tôi: Nội dung đã thay đổi sau khi người này ký; cần ký lại/);
  await hoa.goto(part);
  assert.match(await text(hoa), /Nội dung đã thay đổi sau khi bạn ký/);
  await hoa.check('#consent');
  await sign.click();
  await hoa.getByText('Bạn đã ký lúc').waitFor();
  await hoa.goto(`${part}/ho_kinh_doanh`);
  assert.doesNotMatch(await text(hoa), /Bước \d trong \d/, 'a guest has one page, not one of four');
  await lan.goto(`${draft}/cung-khai`);
  await lan.getByRole('button', { name: 'Thu hồi' }).click();
  await lan.getByText('Đã thu hồi').first().waitFor();
  await hoa.fill('[name=so_lao_dong]', '6');
  await hoa.locator('#trang-thai-luu[data-state=refused]').waitFor();
  assert.match(await hoa.locator('#trang-thai-luu').innerText(), /lời mời đã bị thu hồi/);

  // Handed over, it is hers: she gives the declaration herself and hands it in.
  await lan.goto(`${draft}/ban-giao`);
  await lan.fill('[name=email]', 'hoa@example.com');
  await lan.fill('[name=label]', 'Em tôi');
  await lan.getByRole('button', { name: 'Gửi đề nghị bàn giao' }).click();
  await hoa.goto(await linkFor(/bàn giao/));
  await hoa.getByRole('button', { name: 'Nhận' }).click();
  await hoa.waitForURL(/\/ho-so\/nhap\//);
  assert.equal((await lan.goto(`${draft}/xem-lai`)).status(), 404);
  await hoa.goto(`${draft}/cam_ket`);
  await hoa.fill('[name="chu_ky.name"]', 'Phạm Thị Hoa');
  await hoa.check('[name="chu_ky.consent"]');
  await hoa.locator('.actions button[value=next]').click();
  await hoa.waitForURL(/\/giay-to$/);
  await hoa.goto(`${draft}/xem-lai`);
  await submit(hoa);
  assert.deepEqual([...lan.complaints.filter((one) => !/404/.test(one)), ...hoa.complaints], []);
});
