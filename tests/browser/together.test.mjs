// Two people on telephones work on one draft: one invites, the other takes the part, fills it in and says so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, begin, isAccessible, mail } from './people.mjs';

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
