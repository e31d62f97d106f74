// Drafts of several people: inviting, filling in a part, signing, what each may see, revoking, and handing the draft over.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { business } from '../browser/answers.mjs';
import { Person, answerPages, password, unescape, attachAll, fieldsOf, findDossier, readable, signedIn, startCity, startDraft, submitDraft, until } from '../browser/city.mjs';

let city, lan, hoa;

before(async () => {
  city = await startCity({ time: '2017-03-14T09:00', options: ['--rate-limits', '0', '--session-lifetime', '365d'] });
  [lan, hoa] = await Promise.all([signedIn(city, 'lan@example.com'), signedIn(city, 'hoa@example.com')]);
});
after(() => city?.stop());

const begin = () => startDraft(lan, '1.001612', 'cau-giay');
const addressIn = (letter, pattern) => pattern.exec(letter)?.[0];

/** Invites and gives the path of the mailed link. */
async function invite(draft, fields, page = 'cung-khai') {
  const form = await lan.open(`${draft}/${page}`);
  assert.equal(form.status, 200);
  const known = new Set(city.mails(/\/loi-moi\//).map((mail) => addressIn(mail, /\/loi-moi\/[\w-]{43}/)));
  const sent = await lan.post(`${draft}/${page}`, { label: 'Chồng tôi', ...fields });
  assert.equal(sent.status, 303, sent.text.slice(0, 600));
  return until(() => city.mails(new RegExp(`To: <${fields.email}`), /\/loi-moi\//).map((mail) => addressIn(mail, /\/loi-moi\/[\w-]{43}/)).find((path) => !known.has(path)), 'the invitation');
}

async function accept(person, link) {
  await person.open(link);
  const answer = await person.post(`${link}/nhan`);
  assert.equal(answer.status, 303, answer.text.slice(0, 400));
  return answer.location;
}

test('a guest fills in one page, sees no other, and two people save at once without stopping one another', async () => {
  const draft = await begin();
  await answerPages(lan, draft, { dieu_kien: business.dieu_kien, chu_ho: business.chu_ho });
  const link = await invite(draft, { email: 'hoa@example.com', 'trang.ho_kinh_doanh': 'fill' });
  assert.match((await lan.open(`${draft}/cung-khai`)).text, /Chồng tôi Đã mời, chờ trả lời/);
  // Before it is taken the link shows who and what, nothing of the answers; the owner cannot take it.
  const shown = await new Person(city).open(link);
  assert.equal(shown.status, 200);
  assert.match(shown.text, /Nguyễn Thị Lan mời bạn cùng làm hồ sơ này/);
  assert.ok(!shown.body.includes('001185000101'));
  assert.equal((await lan.post(`${link}/nhan`)).status, 409);
  const part = await accept(hoa, link);
  assert.match(part, /^\/ho-so\/chung\//);
  assert.equal((await hoa.open(link)).status, 404, 'the link worked once');
  assert.match((await hoa.open('/ho-so')).text, /mời bạn cùng làm .*Nguyễn Thị Lan/);

  const page = await hoa.open(`${part}/ho_kinh_doanh`);
  assert.equal(page.status, 200);
  for (const shown of [page.body, (await hoa.open(part)).body]) for (const secret of ['001185000101', '0912345678', 'Điền sẵn']) assert.ok(!shown.includes(secret), secret);
  for (const other of ['chu_ho', 'dieu_kien', 'giay-to', 'xem-lai', 'cung-khai', 'nop']) assert.equal((await hoa.open(`${part}/${other}`)).status, 404, other);
  assert.equal((await hoa.post(`${part}/chu_ho`, { ho_ten: 'Ai Khác' })).status, 404);
  assert.equal((await hoa.post(`${part}/luu/chu_ho`, { ho_ten: 'Ai Khác' })).status, 404);
  assert.equal((await hoa.open(draft)).status, 404, 'the draft itself stays its owner\'s');
  for (const target of ['nop', 'xoa', 'cung-khai', 'ban-giao']) assert.equal((await hoa.post(`${draft}/${target}`, { agree: 'true' })).status, 404, target);

  // Both have a page open; each saves, again and again, and neither stops the other.
  const ours = fieldsOf((await lan.open(`${draft}/chu_ho`)).body, `${draft}/chu_ho`);
  const theirs = fieldsOf(page.body, `${part}/ho_kinh_doanh`);
  for (let i = 0; i < 3; i++) {
    assert.equal((await lan.post(`${draft}/luu/chu_ho`, { ...ours, dien_thoai: `091234567${i}`, _editor: 'lan' })).status, 200);
    assert.equal((await hoa.post(`${part}/luu/ho_kinh_doanh`, { ...theirs, ten_rieng: `Phở ${i}`, _editor: 'hoa' })).status, 200);
  }
  assert.match((await lan.open(`${draft}/ho_kinh_doanh`)).body, /value="Phở 2"/);
  assert.match((await lan.open(`${draft}/chu_ho`)).body, /value="0912345672"/);
  // On the same page the slower one is told.
  const same = fieldsOf((await lan.open(`${draft}/ho_kinh_doanh`)).body, `${draft}/ho_kinh_doanh`);
  assert.equal((await hoa.post(`${part}/luu/ho_kinh_doanh`, { ...theirs, ten_rieng: 'Phở 3', _editor: 'hoa' })).status, 200);
  assert.equal((await lan.post(`${draft}/luu/ho_kinh_doanh`, { ...same, ten_rieng: 'Bún', _editor: 'lan' })).status, 409);
  const sent = await hoa.post(`${part}/ho_kinh_doanh`, { ...fieldsOf((await hoa.open(`${part}/ho_kinh_doanh`)).body, `${part}/ho_kinh_doanh`), ...business.ho_kinh_doanh, _action: 'next' });
  assert.equal(sent.location, part, sent.text.slice(0, 500));

  // The owner sees on the review page that the part is not finished, then gets a mail that it is.
  assert.match((await lan.open(`${draft}/xem-lai`)).text, /chưa làm xong phần của mình Chồng tôi Đã nhận, đang làm/);
  assert.equal((await hoa.post(`${part}/xong`)).status, 303);
  await until(() => city.mails(/To: <lan@example.com/, /đã làm xong phần của mình/, new RegExp(draft)).at(-1), 'the mail to the owner');
  assert.doesNotMatch((await lan.open(`${draft}/xem-lai`)).text, /chưa làm xong phần của mình/);
  assert.match((await lan.open(`${draft}/cung-khai`)).text, /Đã điền xong/);

  // Revoked: at once, for every address.
  const revoke = /action="([^"]*\/thu-hoi)"/.exec((await lan.open(`${draft}/cung-khai`)).body)[1];
  assert.equal((await hoa.post(revoke)).status, 404);
  assert.equal((await lan.post(revoke)).status, 303);
  for (const target of ['', '/ho_kinh_doanh']) assert.equal((await hoa.open(part + target)).status, 404);
  assert.equal((await hoa.post(`${part}/luu/ho_kinh_doanh`, theirs)).status, 404);
  assert.ok(!(await hoa.open('/ho-so')).body.includes(part));
});

test('a guest signs with an account of their own; a change afterwards asks for the signature again; officials see who signed', async () => {
  const draft = await begin();
  const { cam_ket: last, ...pages } = business;
  await answerPages(lan, draft, pages);
  await lan.open(`${draft}/cam_ket`);
  await lan.post(`${draft}/cam_ket`, { 'chu_ky.name': 'Phạm Thị Hoa', 'chu_ky.consent': 'true', _action: 'leave' });
  const link = await invite(draft, { email: 'hoa@example.com', 'trang.ho_kinh_doanh': 'see', 'ky.chu_ky': 'true' });
  // The owner's page shows whom the signature waits for, and takes no other.
  const waiting = await lan.open(`${draft}/cam_ket`);
  assert.match(waiting.text, /Chờ Chồng tôi ký/);
  assert.doesNotMatch(waiting.body, /name="chu_ky\.name"/);
  await lan.post(`${draft}/cam_ket`, { ...last, _action: 'leave' });
  assert.match((await lan.open(`${draft}/cam_ket`)).text, /Chờ Chồng tôi ký/);
  const part = await accept(hoa, link);
  // What stood there before is no signature of whoever is invited to sign.
  await attachAll(lan, draft);
  const unsigned = await lan.open(`${draft}/xem-lai`);
  assert.match(unsigned.text, /Chồng tôi: Người này chưa ký\. Hãy chờ, hoặc thu hồi lời mời\./);
  assert.doesNotMatch(readable(/<section class="error-summary"[\s\S]*?<\/section>/.exec(unsigned.body)[0]), /Ký xác nhận/);
  assert.equal((await lan.post(`${draft}/nop`, { return_channel: 'counter', agree: 'true' })).status, 422);
  const open = await hoa.open(part);
  assert.match(open.text, /Phở Lan Dịch Vọng/);
  assert.ok(!open.body.includes('001185000101'));
  assert.equal((await hoa.open(`${part}/ho_kinh_doanh`)).status, 404, 'to read is not to change');
  const revision = fieldsOf(open.body, `${part}/ky`)._revision;
  for (const [fields, says] of [[{ name: 'Nguyễn Thị Lan', consent: 'true' }, /đúng như trong tài khoản/], [{ name: 'Phạm Thị Hoa' }, /đánh dấu xác nhận/], [{ name: 'Phạm Thị Hoa', consent: 'true', _revision: '1' }, /đọc lại rồi ký/]]) {
    const refused = await hoa.post(`${part}/ky`, { _revision: revision, ...fields });
    assert.equal(refused.status, 422);
    assert.match(refused.text, says);
  }
  assert.equal((await hoa.post(`${part}/ky`, { name: 'Phạm Thị Hoa', consent: 'true', _revision: revision })).status, 303);
  assert.match((await hoa.open(part)).text, /Bạn đã ký lúc/);
  assert.match((await lan.open(`${draft}/cam_ket`)).text, /Chồng tôi đã ký lúc .* bằng tài khoản của Phạm Thị Hoa/);

  // What was signed is changed: it cannot be submitted until it is signed again.
  const changed = fieldsOf((await lan.open(`${draft}/ho_kinh_doanh`)).body, `${draft}/ho_kinh_doanh`);
  assert.equal((await lan.post(`${draft}/ho_kinh_doanh`, { ...changed, ten_rieng: 'Bún Lan', _action: 'leave' })).status, 303);
  const review = await lan.open(`${draft}/xem-lai`);
  assert.match(review.text, /Chồng tôi: Nội dung đã thay đổi sau khi người này ký/);
  assert.equal((await lan.post(`${draft}/nop`, { return_channel: 'counter', agree: 'true' })).status, 422);
  const again = await hoa.open(part);
  assert.match(again.text, /Nội dung đã thay đổi sau khi bạn ký/);
  assert.equal((await hoa.post(`${part}/ky`, { name: 'phạm thị hoa', consent: 'true', _revision: fieldsOf(again.body, `${part}/ky`)._revision })).status, 303);
  await hoa.post(`${part}/xong`);
  const code = await submitDraft(lan, draft);
  assert.equal((await hoa.open(part)).status, 404);
  const official = await signedIn(city, 'mot-cua@cau-giay.example');
  assert.match((await official.open(await findDossier(official, code))).text, /Chồng tôi \(tài khoản của Phạm Thị Hoa\) đã ký lúc/);
});

test('a draft is handed over with its papers once the other accepts, and nothing of it stays behind', async () => {
  const draft = await begin();
  await answerPages(lan, draft, business);
  assert.ok((await attachAll(lan, draft)) > 0);
  const other = await invite(draft, { email: 'khac@example.com', 'trang.chu_ho': 'fill' });
  const link = await invite(draft, { email: 'hoa@example.com' }, 'ban-giao');
  assert.equal((await lan.open(`${draft}/giay-to`)).status, 200, 'until then it is the owner\'s');
  assert.equal((await hoa.open(`${draft}/giay-to`)).status, 404);
  assert.equal(await accept(hoa, link), draft);
  for (const page of ['', '/giay-to', '/xem-lai', '/cung-khai']) assert.equal((await lan.open(draft + page)).status, 404, page);
  assert.ok(!(await lan.open('/ho-so')).body.includes(draft));
  assert.equal((await hoa.open(other)).status, 404, 'what others were invited to has ended');
  await until(() => city.mails(/To: <lan@example.com/, /đã nhận bàn giao/).at(-1), 'the mail to the former owner');
  const papers = await hoa.open(`${draft}/giay-to`);
  const file = new RegExp(`${draft}/tep/[0-9a-f-]{36}`).exec(papers.body)[0];
  assert.equal((await hoa.open(file)).status, 200);
  assert.equal((await lan.open(file)).status, 404);
  // What was signed and declared before is not the new owner's word.
  const signing = fieldsOf((await hoa.open(`${draft}/cam_ket`)).body, `${draft}/cam_ket`);
  assert.deepEqual([signing['chu_ky.name'], signing['chu_ky.consent']], ['', undefined]);
  assert.equal((await hoa.post(`${draft}/nop`, { return_channel: 'counter', agree: 'true' })).status, 422);
  await answerPages(hoa, draft, { cam_ket: { 'chu_ky.name': 'Phạm Thị Hoa', 'chu_ky.consent': 'true' } });
  assert.match(await submitDraft(hoa, draft), /-170314-/);
});

test('who has no account yet comes back to the invitation, by signing in as by confirming the address; nobody is led elsewhere', async () => {
  const draft = await begin();
  const link = await invite(draft, { email: 'moi@example.com', 'trang.chu_ho': 'fill' });
  const guest = new Person(city);
  const shown = await guest.open(link);
  const register = unescape(/href="(\/dang-ky\?ve=[^"]+)"/.exec(shown.body)[1]);
  await guest.open(register);
  const person = { full_name: 'Vũ Thị Mới', email: 'moi@example.com', phone: '', password, password_again: password };
  const wrong = await guest.post(register, { ...person, password_again: 'khác', agree: 'true' });
  assert.equal(wrong.status, 422);
  assert.ok(unescape(wrong.body).includes(`action="${register}"`), 'a slip does not lose the way back');
  const done = await guest.post(register, { ...person, agree: 'true' });
  const signIn = unescape(/href="(\/dang-nhap\?ve=[^"]+)"/.exec(done.body)[1]);
  const letter = await until(() => city.mails(/To: <moi@example.com/, /xac-nhan/).at(-1), 'the mail to confirm');
  const confirm = addressIn(letter, /\/xac-nhan\/[\w-]{43}\?ve=\S+/);
  const page = await guest.open(confirm);
  const confirmed = await guest.post(unescape(/action="(\/xac-nhan\/[^"]+)"/.exec(page.body)[1]));
  assert.equal(unescape(/href="(\/dang-nhap\?ve=[^"]+)"/.exec(confirmed.body)[1]), signIn);
  const form = await guest.open(signIn);
  const back = await guest.post('/dang-nhap', { ...fieldsOf(form.body, '/dang-nhap'), identifier: person.email, password });
  assert.equal(back.location.replace(city.url, ''), link);
  assert.match((await guest.open(link)).text, /đăng nhập bằng tài khoản của Vũ Thị Mới/);
  assert.match(await accept(guest, link), /^\/ho-so\/chung\//);
  for (const away of ['https://example.org/', '//example.org', '/\\example.org', '/dang-nhap?ve=//example.org']) {
    const anywhere = await new Person(city).open(`/dang-ky?ve=${encodeURIComponent(away)}`);
    assert.equal(anywhere.status, 200);
    assert.ok(!anywhere.body.includes('action="/dang-ky?ve'), away);
  }
});

test('an invitation that is declined, revoked or too late opens nothing, and wrong input is told', async () => {
  const draft = await begin();
  await answerPages(lan, draft, { dieu_kien: business.dieu_kien });
  for (const [fields, says] of [[{ email: 'không phải', 'trang.chu_ho': 'fill' }, /Địa chỉ thư điện tử chưa đúng/], [{ email: 'lan@example.com', 'trang.chu_ho': 'fill' }, /địa chỉ của chính bạn/], [{ email: 'hoa@example.com' }, /ít nhất một phần/], [{ email: 'hoa@example.com', label: ' ', 'trang.chu_ho': 'fill' }, /người được mời là ai/], [{ email: 'hoa@example.com', 'trang.khong_co': 'fill', 'ky.khong_co': 'true' }, /ít nhất một phần/]]) {
    await lan.open(`${draft}/cung-khai`);
    const answer = await lan.post(`${draft}/cung-khai`, { label: 'Chồng tôi', ...fields });
    assert.equal(answer.status, 422, JSON.stringify(fields));
    assert.match(answer.text, says);
    assert.equal(fieldsOf(answer.body, `${draft}/cung-khai`).email, fields.email);
  }
  const declined = await invite(draft, { email: 'hoa@example.com', 'trang.chu_ho': 'fill' });
  const visitor = new Person(city);
  await visitor.open(declined);
  assert.equal((await visitor.post(`${declined}/nhan`)).location?.startsWith('/dang-nhap') ?? true, true);
  assert.equal((await visitor.post(`${declined}/tu-choi`)).status, 303);
  assert.equal((await hoa.open(declined)).status, 404);
  await until(() => city.mails(/To: <lan@example.com/, /từ chối lời mời/).at(-1), 'the mail that it was declined');
  const late = await invite(draft, { email: 'hoa@example.com', 'trang.chu_ho': 'fill' });
  city.setTime('2017-03-29T09:00');
  assert.equal((await hoa.open(late)).status, 404);
  assert.match((await lan.open(`${draft}/cung-khai`)).text, /Lời mời đã quá hạn/);
  for (const wrong of ['/loi-moi/x', `/loi-moi/${'A'.repeat(43)}`, '/ho-so/chung/x', '/ho-so/chung/0190a0c0-0000-7000-8000-000000000001/chu_ho']) assert.equal((await hoa.open(wrong)).status, 404, wrong);
  // A guest steps back.
  city.setTime('2017-03-14T10:00');
  const part = await accept(hoa, await invite(draft, { email: 'hoa@example.com', 'trang.chu_ho': 'fill' }));
  assert.equal((await hoa.post(`${part}/tu-choi`)).status, 303);
  const gone = await hoa.open(part);
  assert.equal(gone.status, 404);
  assert.match(gone.text, /bạn đã thôi làm\. Hãy hỏi lại người đã mời bạn/);
  const told = await until(() => city.mails(/To: <lan@example.com/, /đã thôi làm phần của mình/).at(-1), 'the mail that the guest stepped back');
  assert.match(told, new RegExp(`${draft}/cung-khai`));
  const dead = await hoa.open(declined);
  assert.match(dead.text, /Phần của bạn nằm trong trang “Hồ sơ của tôi”.*Hãy nhờ người đã mời bạn gửi lời mời khác/);
});

test('that no dossier is needed is told on the page that says so, not on a page of a guest', async () => {
  const draft = await begin();
  const part = await accept(hoa, await invite(draft, { email: 'hoa@example.com', 'trang.ho_kinh_doanh': 'fill' }));
  await lan.open(`${draft}/dieu_kien`);
  const told = await lan.post(`${draft}/dieu_kien`, { ...business.dieu_kien, nho_le: 'true', _action: 'next' });
  assert.match(told.text, /Bạn không phải đăng ký/);
  assert.match((await lan.open(`${draft}/ho_kinh_doanh`)).text, /Bạn không phải đăng ký/);
  assert.doesNotMatch((await hoa.open(`${part}/ho_kinh_doanh`)).text, /Bạn không phải đăng ký|bán hàng rong/);
  // It is her own when she was asked.
  const asked = await accept(hoa, await invite(draft, { email: 'hoa@example.com', 'trang.dieu_kien': 'fill' }));
  assert.match((await hoa.open(`${asked}/dieu_kien`)).text, /Bạn không phải đăng ký/);
  assert.equal((await hoa.post(`${asked}/dieu_kien`, { ...business.dieu_kien, nho_le: 'true', _action: 'next' })).status, 422);
});
