// Filling in without a browser's help: drafts saved by the script's address and by plain forms, and what becomes of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { business, extract, marital } from '../browser/answers.mjs';
import { answerPages, attachAll, fieldsOf, findDossier, publishChanged, readable, samplePdf, samplePng, signedIn, startCity, startDraft, step, submitDossier, submitDraft, until } from '../browser/city.mjs';

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
  assert.match(late.text, /Đã lưu ở cửa sổ kia .* Nơi cấp Công an quận Cầu Giấy/);
  assert.equal(/<dl class="summary summary--small">(.*?)<\/dl>/s.exec(late.body)[1].split('<dt>').length, 2, 'only what differs');
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

const hintOf = (page, key) => new RegExp(`<p class="hint hint--filled">(?:(?!<p class="hint hint--filled">)[\\s\\S])*?name="${key}"`).exec(page.body)?.[0] ?? '';

test('what an earlier dossier said of the same person is not asked again, and says where it came from', async () => {
  const code = await submitDossier(lan);
  const draft = await startDraft(lan, '1.001612', 'cau-giay');
  const page = await lan.open(`${draft}/chu_ho`);
  const fields = fieldsOf(page.body, `${draft}/chu_ho`);
  assert.equal(fields.ho_ten, 'Nguyễn Thị Lan');
  assert.equal(fields.noi_cap, 'Công an thành phố Hà Nội');
  assert.match(readable(hintOf(page, 'noi_cap')), new RegExp(`Điền sẵn từ hồ sơ ${code.replaceAll('.', '\\.')} nộp ngày 14/03/2017`));
  assert.match(readable(hintOf(page, 'ho_ten')), /Điền sẵn từ thông tin tài khoản/);
  // Corrected, it is the person's own answer.
  assert.equal((await lan.post(`${draft}/luu/chu_ho`, { ...fields, noi_cap: 'Cục Cảnh sát' })).status, 200);
  const corrected = await lan.open(`${draft}/chu_ho`);
  assert.equal(fieldsOf(corrected.body, `${draft}/chu_ho`).noi_cap, 'Cục Cảnh sát');
  const hints = (shown) => shown.body.split('hint--filled').length;
  assert.equal(hints(corrected), hints(page) - 1);
});

test('a dossier about somebody else fills nothing in', async () => {
  const hoa = await signedIn(city, 'hoa@example.com');
  const other = structuredClone(extract);
  Object.assign(other.nguoi_yeu_cau, { ho_ten: 'Phạm Văn Ba', giay_to: '001085000999', noi_cap: 'Công an tỉnh Nam Định', 'ngay_sinh.year': '1985' });
  await submitDossier(hoa, other);
  const draft = await startDraft(hoa, '1.001612', 'cau-giay');
  const page = await hoa.open(`${draft}/chu_ho`);
  assert.doesNotMatch(page.text, /Nam Định|Phạm Văn Ba/);
  assert.equal(fieldsOf(page.body, `${draft}/chu_ho`).noi_cap, '');
});

test('a dossier handed in for somebody else names both, takes nothing of the submitter for the other, and asks for the authorisation', async () => {
  const draft = await startDraft(lan, '1.004873', 'dich-vong-cau-giay');
  const own = fieldsOf((await lan.open(`${draft}/nguoi_yeu_cau`)).body, `${draft}/nguoi_yeu_cau`);
  assert.deepEqual([own.ho_ten, own.giay_to], ['Nguyễn Thị Lan', '001185000101'], 'as long as it is for herself');
  const first = await lan.open(`${draft}/nguoi_nop_ho_so`);
  assert.equal(fieldsOf(first.body, `${draft}/nguoi_nop_ho_so`).nguoi_nop, undefined, 'not asked');
  // By the script: for somebody else, for herself after all, for somebody else. What was filled in goes and comes back.
  const autosave = async (fields) => {
    const page = fieldsOf((await lan.open(`${draft}/nguoi_nop_ho_so`)).body, `${draft}/nguoi_nop_ho_so`);
    assert.equal((await lan.post(`${draft}/luu/nguoi_nop_ho_so`, { ...page, ...fields })).status, 200);
    return fieldsOf((await lan.open(`${draft}/nguoi_yeu_cau`)).body, `${draft}/nguoi_yeu_cau`);
  };
  for (const field of ['ho_ten', 'giay_to', 'dien_thoai', 'thu_dien_tu', 'ngay_sinh.year', 'noi_cu_tru.line']) assert.equal((await autosave({ nop_thay: 'true' }))[field] || '', '', field);
  assert.equal((await autosave({ nop_thay: 'false' })).giay_to, '001185000101');
  assert.equal((await autosave({ nop_thay: 'true' })).giay_to, '');
  const submitter = await lan.open(`${draft}/nguoi_nop_ho_so`);
  assert.equal(fieldsOf(submitter.body, `${draft}/nguoi_nop_ho_so`).nguoi_nop, 'Nguyễn Thị Lan');
  assert.match(submitter.text, /Điền sẵn từ thông tin tài khoản/);
  // What the other person happens to share with her is typed, and stays.
  const { nguoi_nop_ho_so: _own, nguoi_yeu_cau: person, ...rest } = structuredClone(marital);
  await answerPages(lan, draft, { nguoi_nop_ho_so: { nop_thay: 'true', than_thich: 'true' }, nguoi_yeu_cau: { ...person, dien_thoai: own.dien_thoai, thu_dien_tu: '' }, ...rest });
  const kept = await lan.open(`${draft}/nguoi_yeu_cau`);
  assert.equal(fieldsOf(kept.body, `${draft}/nguoi_yeu_cau`).dien_thoai, own.dien_thoai);
  assert.doesNotMatch(kept.body, /hint--filled|autocomplete="(name|tel|email|bday)"/);
  // All papers but the authorisation: it is named, and stands against submitting.
  const targets = [...(await lan.open(`${draft}/giay-to`)).body.matchAll(new RegExp(`action="(${draft}/giay-to/[^"/]+)"`, 'g'))].map(([, target]) => target);
  assert.ok(targets.some((target) => target.endsWith('/uy_quyen')));
  for (const target of targets) if (!target.endsWith('/uy_quyen')) await lan.upload(target, [samplePdf()]);
  const review = await lan.open(`${draft}/xem-lai`);
  assert.match(review.text, /Bạn nộp thay: hồ sơ đứng tên Phạm Thị Hoa\./);
  assert.match(readable(/<section class="error-summary"[\s\S]*?<\/section>/.exec(review.body)[0]), /Giấy tờ kèm theo Văn bản ủy quyền/);
  assert.equal((await lan.post(`${draft}/nop`, { agree: 'true', return_channel: 'counter' })).status, 422);
  await lan.upload(`${draft}/giay-to/uy_quyen`, [samplePdf()]);
  const code = await submitDraft(lan, draft);
  const both = /Chủ hồ sơ Phạm Thị Hoa Người nộp thay Nguyễn Thị Lan/;
  for (const page of [`/ho-so/${code}`, `/ho-so/${code}/giay-hen`]) assert.match((await lan.open(page)).text, both, page);
  await until(() => city.mails(/To: <lan@example.com/, /do Ông\/Bà Nguyễn Thị Lan nộp thay cho Ông\/Bà Phạm Thị Hoa/, new RegExp(code)).at(-1), 'the mail to who handed in');
  const official = await signedIn(city, 'mot-cua@dich-vong-cau-giay.example');
  const dossier = await findDossier(official, code);
  const seen = await official.open(dossier);
  assert.match(seen.text, both);
  assert.doesNotMatch(seen.text, /001185000101/, 'the number of who hands in is nobody\'s here');
  await step(official, dossier, 'receive');
  const slip = await lan.get(`/ho-so/${code}/giay-hen.pdf`);
  const text = spawnSync('pdftotext', ['-layout', '-', '-'], { input: slip.bytes, encoding: 'utf8' }).stdout.normalize('NFC').replace(/\s+/g, ' ');
  assert.match(text, /Tiếp nhận hồ sơ của: Phạm Thị Hoa Người nộp hồ sơ: Nguyễn Thị Lan/);
  // It says nothing about her, so nothing of it fills in her next dossier.
  const next = await startDraft(lan, '1.001612', 'cau-giay');
  assert.doesNotMatch((await lan.open(`${next}/chu_ho`)).body, /Phạm Thị Hoa/);
});

test('a window that still shows oneself does not put that into a dossier that is for somebody else by now', async () => {
  const draft = await startDraft(lan, '1.004873', 'dich-vong-cau-giay');
  const fields = async (page) => fieldsOf((await lan.open(`${draft}/${page}`)).body, `${draft}/${page}`);
  const person = await fields('nguoi_yeu_cau');
  assert.equal(person.ho_ten, 'Nguyễn Thị Lan');
  assert.equal((await lan.post(`${draft}/luu/nguoi_nop_ho_so`, { ...(await fields('nguoi_nop_ho_so')), nop_thay: 'true', _editor: 'a' })).status, 200);
  assert.equal((await lan.post(`${draft}/luu/nguoi_yeu_cau`, { ...person, _editor: 'b' })).status, 409);
  const shown = await lan.post(`${draft}/nguoi_yeu_cau`, { ...person, noi_cap: 'Công an tỉnh Nam Định', _action: 'next' });
  assert.equal(shown.status, 409);
  assert.match(shown.text, /Đã lưu ở cửa sổ kia .* Họ, chữ đệm, tên Không khai/);
  assert.equal((await fields('nguoi_yeu_cau')).ho_ten, '');
});

test('a copy of one\'s own dossier that is then for somebody else loses what was one\'s own', async () => {
  const draft = await startDraft(lan, '1.001612', 'cau-giay');
  await answerPages(lan, draft, business);
  await attachAll(lan, draft);
  const copy = (await lan.post(`/ho-so/${await submitDraft(lan, draft)}/sao-chep`)).location.replace(city.url, '');
  const page = await lan.open(`${copy}/chu_ho`);
  assert.match(readable(hintOf(page, 'ho_ten')), /Điền sẵn từ hồ sơ/);
  await answerPages(lan, copy, { dieu_kien: { ...business.dieu_kien, cach_nop: 'uy_quyen', nguoi_nop: 'Nguyễn Thị Lan', giay_to_nguoi_nop: '001185000101', dien_thoai_nguoi_nop: '0912345678' } });
  const now = fieldsOf((await lan.open(`${copy}/chu_ho`)).body, `${copy}/chu_ho`);
  assert.deepEqual([now.ho_ten, now.giay_to, now['thuong_tru.line']], ['', '', '']);
  assert.equal(fieldsOf((await lan.open(`${copy}/ho_kinh_doanh`)).body, `${copy}/ho_kinh_doanh`).ten_rieng, business.ho_kinh_doanh.ten_rieng);
});

test('a new dossier begins with the answers of an earlier one, without its declaration and papers', async () => {
  const code = await submitDossier(lan);
  assert.match((await lan.open(`/ho-so/${code}`)).body, new RegExp(`action="/ho-so/${code}/sao-chep"`));
  const copied = await lan.post(`/ho-so/${code}/sao-chep`);
  assert.equal(copied.status, 303, copied.text);
  const draft = copied.location.replace(city.url, '');
  const page = await lan.open(`${draft}/so_luong`);
  const fields = fieldsOf(page.body, `${draft}/so_luong`);
  assert.deepEqual([fields.so_ban, fields.muc_dich, fields.cam_doan], ['3', 'Nhập học cho con', undefined]);
  assert.equal(fieldsOf((await lan.open(`${draft}/yeu_cau`)).body, `${draft}/yeu_cau`).quan_he, 'ban_than');
  assert.match((await lan.open(`${draft}/giay-to`)).text, /Chưa có tệp nào/);
  assert.equal((await lan.get(copied.location.replace(city.url, ''))).location.replace(city.url, ''), `${draft}/so_luong`, 'the declaration is what is missing');
  const stranger = await signedIn(city, 'hoa@example.com');
  await stranger.get('/ho-so');
  assert.equal((await stranger.post(`/ho-so/${code}/sao-chep`)).status, 404);
});

test('the review page lists what is missing page by page and paper by paper, and leads there', async () => {
  const draft = await begin();
  await answerPages(lan, draft, { yeu_cau: extract.yeu_cau });
  const page = await lan.open(`${draft}/xem-lai`);
  const part = /<section class="error-summary"[\s\S]*?<\/section>/.exec(page.body)[0];
  assert.deepEqual([...part.matchAll(/<h3>(.*?)<\/h3>/g)].map(([, title]) => title), ['Thông tin đã đăng ký', 'Số lượng và phí', 'Giấy tờ kèm theo'], readable(part));
  for (const [, url, text] of part.matchAll(/<a href="([^"]+)">(.*?)<\/a>/g)) {
    const [address, id] = url.split('#');
    assert.ok((await lan.open(address)).body.includes(`id="${id}"`), `${text} leads to ${url}`);
  }
  assert.match(readable(part), /chịu trách nhiệm trước pháp luật: Hãy đánh dấu vào ô này/);
  assert.doesNotMatch(part, /data-focus-on-load/);
  const refused = await lan.post(`${draft}/nop`, { agree: 'true', return_channel: 'counter' });
  assert.equal(refused.status, 422);
  assert.match(refused.body, /id="con-thieu"[^>]*data-focus-on-load/);
});

test('a paper handed in at one agency is used again at another, as a copy that its owner can follow', async () => {
  const code = await submitDossier(lan);
  const store = await lan.open('/kho-giay-to');
  assert.equal(store.status, 200);
  const id = [...store.body.matchAll(/href="\/kho-giay-to\/([0-9a-f-]{36})\/xem">[\s\S]*?href="\/ho-so\/([^"]+)"/g)].find(([, , of]) => of === code)[1];
  const draft = await startDraft(lan, '1.001612', 'cau-giay');
  const papers = await lan.open(`${draft}/giay-to`);
  const choice = /href="(\/ho-so\/nhap\/[^"]+\/kho\/[^"]+)"/.exec(papers.body)[1];
  const offered = await lan.open(choice);
  assert.match(offered.body, new RegExp(`name="document" value="${id}"`));
  const used = await lan.post(choice, { document: id });
  assert.equal(used.status, 303, used.text);
  const after = await lan.open(`${draft}/giay-to`);
  const copy = new RegExp(`href="(${draft}/tep/[0-9a-f-]{36})"`).exec(after.body)[1];
  const [mine, theirs] = [await lan.get(`/kho-giay-to/${id}`), await lan.get(copy)];
  assert.equal(mine.status, 200);
  assert.ok(mine.bytes.equals(theirs.bytes) && mine.bytes.length > 100, 'the same bytes under another key');
  assert.ok(!copy.endsWith(id), 'a document of its own');
  assert.match((await lan.open('/kho-giay-to')).text, /Đã dùng lại trong: Bản nháp chưa nộp/);
  // Nobody else gets at it, neither by the store nor by a draft of their own.
  const stranger = await signedIn(city, 'hoa@example.com');
  assert.equal((await stranger.get(`/kho-giay-to/${id}`)).status, 404);
  const own = await startDraft(stranger, '1.001612', 'cau-giay');
  assert.equal((await stranger.post(choice.replace(draft, own), { document: id })).status, 404);
  assert.equal((await stranger.post(choice, { document: id })).status, 404);
  // What an agency may still have to keep stays; what was taken back before it was received may go.
  assert.doesNotMatch((await lan.open('/kho-giay-to')).body, new RegExp(`${id}/xoa`));
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 409);
  await lan.open(`/ho-so/${code}/rut`);
  assert.equal((await lan.post(`/ho-so/${code}/rut`, { reason: 'Nộp nhầm' })).status, 303);
  const there = papersOnDisk();
  await lan.open('/kho-giay-to');
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 303);
  assert.equal((await lan.get(`/kho-giay-to/${id}`)).status, 404);
  assert.equal(papersOnDisk(), there - 1);
  assert.equal((await lan.get(copy)).status, 200, 'the copy is a paper of its own');
});

test('every published version has its JSON Schema at an address of its own', async () => {
  const current = await lan.get('/thu-tuc/2.000635/luoc-do.json');
  assert.equal(current.status, 303);
  const address = current.location.replace(city.url, '');
  assert.match(address, /^\/thu-tuc\/2\.000635\/phien-ban\/\d+\/luoc-do\.json$/);
  const answer = await lan.get(address);
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^application\/schema\+json/);
  const schema = JSON.parse(answer.body);
  assert.equal(schema.$schema, 'https://json-schema.org/draft/2020-12/schema');
  assert.ok(schema.$id.endsWith(address));
  assert.ok('ho_ten' in schema.properties);
  // The first version only described the procedure.
  for (const wrong of ['/thu-tuc/2.000635/phien-ban/1/luoc-do.json', '/thu-tuc/2.000635/phien-ban/99/luoc-do.json', '/thu-tuc/2.000635/phien-ban/0/luoc-do.json', '/thu-tuc/2.000635/phien-ban/x/luoc-do.json', '/thu-tuc/9.999999/luoc-do.json', '/thu-tuc/9.999999/phien-ban/1/luoc-do.json'])
    assert.equal((await lan.get(wrong)).status, 404, wrong);
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

function publish(code, change, status = 0) {
  const result = publishChanged(city, code, change);
  assert.equal(result.status, status, result.stdout + result.stderr);
  return result.stdout + result.stderr;
}
const fieldOf = (form, page, key) => form.pages.find((one) => one.key === page).fields.find((field) => field.key === key);

test('a draft whose form was replaced goes on with the new one, and its owner sees what changed', async () => {
  const draft = await begin();
  await answerPages(lan, draft, { yeu_cau: extract.yeu_cau });
  await lan.open(`${draft}/thong_tin`);
  assert.equal((await lan.post(`${draft}/luu/thong_tin`, { ho_ten_cha: 'Nguyễn Văn Bình', so_dang_ky: '12/1985' })).status, 200);
  // Nothing that is asked changes: the draft follows silently.
  publish('2.000635', (form) => (fieldOf(form, 'thong_tin', 'ho_ten_cha').help = 'Ghi như trong giấy khai sinh.'));
  assert.match((await lan.open(`${draft}/thong_tin`)).body, /Ghi như trong giấy khai sinh/);
  const stale = await lan.open(`${draft}/thong_tin`);
  publish('2.000635', (form) => {
    const page = form.pages.find((one) => one.key === 'thong_tin');
    page.fields = page.fields.filter((field) => field.key !== 'so_dang_ky');
    page.fields.push({ key: 'so_quyen', kind: 'text', label: { vi: 'Số quyển', en: 'Volume' } });
    fieldOf(form, 'thong_tin', 'ho_ten_me').label = { vi: 'Họ và tên người mẹ', en: 'Mother' };
  });
  // What was typed before anybody knew is kept, then the page of changes comes, from every page.
  const sent = await lan.post(`${draft}/thong_tin`, { ...fieldsOf(stale.body, `${draft}/thong_tin`), ho_ten_me: 'Trần Thị Mai', _action: 'back' });
  assert.equal(sent.status, 303);
  for (const address of [sent.location, draft, `${draft}/giay-to`, `${draft}/xem-lai`, `${draft}/thong_tin`]) {
    const page = await lan.open(address.replace(city.url, ''));
    assert.match(page.path, /\/doi-mau$/, address);
    assert.equal(page.status, 200);
  }
  const page = await lan.open(draft);
  assert.match(page.text, /Số quyển Câu hỏi mới/);
  assert.match(page.text, /Họ và tên người mẹ Đổi tên câu hỏi/);
  assert.match(page.text, /Câu trả lời không còn chỗ trong biểu mẫu mới .*12\/1985/);
  assert.equal((await lan.post(`${draft}/nop`, { agree: 'true' })).location.replace(city.url, ''), `${draft}/doi-mau`, 'the old form cannot be handed in');
  assert.equal((await lan.post(`${draft}/doi-mau`)).status, 303);
  const renewed = await lan.open(`${draft}/thong_tin`);
  assert.match(renewed.body, /value="Nguyễn Văn Bình"/);
  assert.match(renewed.body, /value="Trần Thị Mai"/);
  assert.match(renewed.body, /name="so_quyen"/);
  assert.match(renewed.text, /12\/1985/, 'what has no place is still shown');
  assert.match((await lan.open(`${draft}/xem-lai`)).text, /12\/1985/);
  assert.equal((await lan.get(`${draft}/doi-mau`)).status, 303, 'nothing more to do there');
});

test('a code in a form is the own dossier or a result, and a photo comes as a paper', async () => {
  const code = await submitDossier(lan);
  const hoa = await signedIn(city, 'hoa@example.com');
  const theirs = await submitDossier(hoa);
  publish('2.000635', (form, procedure) => {
    form.pages[0].fields.push(
      { key: 'ho_so_truoc', kind: 'dossier', accepts: 'dossier', label: 'Hồ sơ trước' },
      { key: 'anh', kind: 'photo', label: 'Ảnh 3×4', required: true },
    );
    procedure.papers.push({ key: 'anh', name: 'Ảnh 3×4', original: 0, certified: 0, copy: 1, required: false, accept: ['jpg', 'png'], max_files: 1 });
  });
  const draft = await begin();
  const first = `${draft}/${Object.keys(extract)[0]}`;
  const answer = async (value) => {
    const page = await lan.open(first);
    return lan.post(first, { ...fieldsOf(page.body, first), ...Object.values(extract)[0], ho_so_truoc: value });
  };
  assert.match((await lan.open(first)).body, new RegExp(`<datalist[^>]*>.*<option value="${code}">`), 'the own dossiers are offered');
  assert.doesNotMatch((await lan.open(first)).body, new RegExp(theirs));
  const refused = [];
  for (const wrong of [theirs, '000.25.05.H26-170214-9999', 'ABCD-EFGH-JKLM']) {
    const page = await answer(wrong);
    assert.equal(page.status, 422);
    refused.push(/id="f-ho_so_truoc-error">([\s\S]*?)<\/p>/.exec(page.body)[1]);
  }
  assert.match(refused[0], /Trong các hồ sơ của bạn không có hồ sơ nào mang mã này/);
  assert.equal(new Set(refused).size, 1, 'somebody else’s dossier is told like one nobody has');
  const taken = await answer(code.toLowerCase());
  assert.equal(taken.status, 303, 'the photo does not hold up the page');
  await answerPages(lan, draft, Object.fromEntries(Object.entries(extract).slice(1)));

  // The review names the photo, which is uploaded with the papers; nothing a browser sends stands for it.
  await lan.post(first, { ...fieldsOf((await lan.open(first)).body, first), anh: '0a1b2c3d-0000-4000-8000-000000000001' });
  const paper = (key) => `${draft}/giay-to/${key}`;
  await lan.open(`${draft}/giay-to`);
  assert.equal((await lan.upload(paper('giay_to_tuy_than'), [samplePdf()])).status, 303);
  const review = await lan.open(`${draft}/xem-lai`);
  assert.match(review.body, /href="[^"]*giay-to#giay-anh"/);
  const early = await lan.post(`${draft}/nop`, { ...fieldsOf(review.body, `${draft}/nop`), return_channel: 'counter', agree: 'true' });
  assert.ok(!/giay-hen/.test(early.location ?? ''), 'not without the photo');
  await lan.open(`${draft}/giay-to`);
  assert.equal((await lan.upload(paper('anh'), [samplePng()])).status, 303);
  assert.match((await lan.open(first)).text, /Ảnh 3×4.*Đã tải lên: 1 tệp/);
  await submitDraft(lan, draft);
});

test('a file field without its paper is not published', () => {
  assert.match(publish('2.000635', (form) => form.pages[0].fields.push({ key: 'anh', kind: 'photo', label: 'Ảnh' }), 1), /"anh"/);
});

test('a plot pasted with too many corners is told so, and the page opens as often as one likes', async () => {
  publish('2.000635', (form) => form.pages[0].fields.push({ key: 'thua', kind: 'map_plot', label: 'Thửa đất' }));
  const draft = await begin(), first = `${draft}/${Object.keys(extract)[0]}`;
  for (const [corners, status] of [[100, 422], [101, 422], [5000, 422], [20000, 413]]) {
    const lines = Array.from({ length: corners }, (_, i) => `21.0,105.${i + 1}`).join('\n');
    const page = await lan.open(first);
    const answer = await lan.post(first, { ...fieldsOf(page.body, first), thua: lines });
    assert.equal(answer.status, status, `${corners} corners`);
    if (corners > 100 && status === 422) assert.match(answer.text, /Thửa đất có tối đa 100 đỉnh/);
    const again = await lan.open(first);
    assert.equal(again.status, 200, `${corners} corners`);
    if (status === 422) assert.ok(again.body.includes(corners > 100 ? `105.${corners}` : '21,0 105,99'), 'what was typed is there');
    assert.equal((await lan.open(`${draft}/xem-lai`)).status, 200);
  }
});
