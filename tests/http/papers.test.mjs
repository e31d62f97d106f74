// Papers of a draft: photos that become one PDF, pages to look at, what a paper and an agency take, the personal store.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { Person, answerPages, fieldsOf, findDossier, publishWithPaper, readable, root, samplePdf, samplePng, startCity, startDraft, submitDraft } from '../browser/city.mjs';
import { create, patch, pdfOf, tus } from './tus.mjs';
import { photoOf } from './photos.mjs';

const ward = 'dich-vong-cau-giay';
const paper = 'giay_to_tuy_than';
const folder = mkdtempSync(path.join(tmpdir(), 'motcua-papers-'));
let city, lan, url;

const motcua = (...args) => {
  const environment = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: path.join(city.data, 'var') };
  delete environment.DATABASE_URL;
  return spawnSync(city.program, args, { env: environment, encoding: 'utf8' });
};
const good = (...args) => {
  const result = motcua(...args);
  assert.equal(result.status, 0, result.stderr);
  return result.stdout;
};
const sql = (text) => {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
};

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0', '--upload-limit', '8M'] });
  lan = await new Person(city).signIn('lan@example.com');
  url = good('cluster', 'url').trim();
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  assert.deepEqual(city?.complaints() ?? [], []);
  await city?.stop();
});

const newDraft = async (person = lan) => {
  const draft = await startDraft(person, '2.000635', ward);
  await answerPages(person, draft, extract);
  return draft;
};
const papersOf = (draft, person = lan) => person.open(`${draft}/giay-to`);
const attach = async (draft, ...files) => {
  await papersOf(draft);
  return lan.upload(`${draft}/giay-to/${paper}`, files);
};
/** The photos of the page, in order: [{id, text}]. */
const photosOf = (page) =>
  [...page.body.matchAll(/<li class="photo" id="anh-([0-9a-f-]{36})"[\s\S]*?<\/li>/g)].map(([html, id]) => ({ id, text: readable(html) }));
const fileLink = (page) => /href="([^"]*\/tep\/[0-9a-f-]{36})"/.exec(page.body)?.[1];

test('photos are put in order, one is left out, and they become one PDF that keeps the warnings', async () => {
  const draft = await newDraft();
  const target = `${draft}/giay-to/${paper}/anh`;
  assert.equal((await attach(draft, photoOf('trang 1.jpg'), photoOf('trang 3.jpg', { dark: true }), photoOf('thừa.jpg'), photoOf('trang 2.jpg', { width: 900, height: 600 }))).status, 303);
  let page = await papersOf(draft);
  assert.match(page.text, /Ghép 4 ảnh thành một tệp PDF/);
  assert.equal((await lan.post(`${draft}/giay-to/${paper}/${photosOf(page)[2].id}/xoa`)).status, 303);
  const [, third, second] = photosOf(await papersOf(draft));
  const moved = await lan.post(target, { _action: `up:${second.id}` });
  assert.match(moved.location, new RegExp(`/giay-to#anh-${second.id}$`));
  page = await papersOf(draft);
  assert.deepEqual(photosOf(page).map((each) => /trang \d\.jpg/.exec(each.text)[0]), ['trang 1.jpg', 'trang 2.jpg', 'trang 3.jpg']);
  assert.match(photosOf(page)[2].text, /Ảnh khá tối/);
  assert.doesNotMatch(photosOf(page)[0].text, /Ảnh khá tối/);
  // neither below the end nor what is no picture of this paper moves anything
  for (const action of [`down:${third.id}`, 'up:', 'up:x', `down:${draft.slice(-36)}`, 'nothing', '']) assert.equal((await lan.post(target, { _action: action })).status, 303, action);
  assert.deepEqual(photosOf(await papersOf(draft)).map((each) => each.id), photosOf(page).map((each) => each.id));

  assert.equal((await lan.post(target, { _action: 'join' })).status, 303);
  page = await papersOf(draft);
  assert.deepEqual(photosOf(page), []);
  assert.match(page.text, /Trang 3: Ảnh khá tối/);
  const pdf = await lan.get(fileLink(page));
  assert.equal(pdf.headers['content-type'], 'application/pdf');
  assert.match(pdf.headers['content-disposition'], /^attachment/);
  writeFileSync(path.join(folder, 'a.pdf'), pdf.bytes);
  const info = spawnSync('pdfinfo', ['-f', '1', '-l', '3', path.join(folder, 'a.pdf')], { encoding: 'utf8' }).stdout;
  assert.match(info, /Pages:\s+3/);
  assert.deepEqual([...info.matchAll(/Page +\d size:\s+(\d+) x (\d+)/g)].map(([, w, h]) => `${w}x${h}`), ['595x842', '842x595', '595x842']);
  assert.equal(sql(`SELECT count(*) FILTER (WHERE removed_at IS NOT NULL) || ':' || count(*) FILTER (WHERE removed_at IS NULL) FROM document WHERE dossier_id = '${draft.slice(-36)}'`), '4:1');
  // pressed twice, from an old page: nothing is left to join, and nothing is lost
  assert.equal((await lan.post(target, { _action: 'join' })).status, 409);
  const code = await submitDraft(lan, draft);
  assert.ok(code);
  assert.notEqual((await lan.post(target, { _action: 'join' })).status, 500);
});

test('nobody else moves, joins or looks at them', async () => {
  const draft = await newDraft();
  await attach(draft, photoOf('a.jpg'), photoOf('b.jpg'));
  const [first] = photosOf(await papersOf(draft));
  const other = await new Person(city).signIn('hoa@example.com');
  for (const action of ['join', `down:${first.id}`]) assert.equal((await other.post(`${draft}/giay-to/${paper}/anh`, { _action: action })).status, 404);
  for (const target of [`${draft}/xem/${first.id}`, `${draft}/xem/${first.id}/1`]) assert.equal((await other.get(target)).status, 404);
  assert.equal((await new Person(city).get(`${draft}/xem/${first.id}/1`)).status, 303);
});

test('pages are shown as pictures, by themselves, to the citizen and to the official', async () => {
  const draft = await newDraft();
  await attach(draft, photoOf('a.jpg'), photoOf('b.jpg'));
  await lan.post(`${draft}/giay-to/${paper}/anh`, { _action: 'join' });
  const id = fileLink(await papersOf(draft)).slice(-36);
  const shown = await lan.get(`${draft}/xem/${id}`);
  assert.deepEqual([...shown.body.matchAll(/<img class="preview__page" src="([^"]+)"/g)].map(([, src]) => src), [`${draft}/xem/${id}/1`, `${draft}/xem/${id}/2`]);
  assert.match(shown.text, /Trang 1–2 trong 2 trang/);
  const picture = await lan.get(`${draft}/xem/${id}/2`);
  assert.equal(picture.headers['content-type'], 'image/jpeg');
  assert.match(picture.headers['cache-control'], /private/);
  const small = await lan.get(`${draft}/xem/${id}/2?nho=1`);
  assert.ok(small.bytes.length < picture.bytes.length);
  for (const number of ['0', '3', '-1', 'x', '99999999999999999999']) assert.equal((await lan.get(`${draft}/xem/${id}/${number}`)).status, 404, number);

  const code = await submitDraft(lan, draft);
  const desk = await new Person(city).signIn(`mot-cua@${ward}.example`);
  const address = await findDossier(desk, code);
  const page = await desk.get(`${address}?xem=${id}`);
  const source = /<img class="preview__page" src="([^"]+)"/.exec(page.body)[1];
  assert.equal((await desk.get(source)).headers['content-type'], 'image/jpeg');
  assert.doesNotMatch(page.body, /<iframe|<object|<embed/);
  const elsewhere = await new Person(city).signIn('mot-cua@cau-giay.example');
  assert.equal((await elsewhere.get(source)).status, 404);
  assert.equal((await lan.get(source)).status, 403);
  assert.match((await lan.get(`/ho-so/${code}/xem/${id}`)).body, /preview__page/);
  assert.equal((await lan.get(`/ho-so/${code}/xem/${id}/1`)).headers['content-type'], 'image/jpeg');
  assert.equal((await lan.get(`/kho-giay-to/${id}/xem/1`)).headers['content-type'], 'image/jpeg');
  assert.match((await lan.get(`/kho-giay-to/${id}/xem`)).body, new RegExp(`src="/kho-giay-to/${id}/xem/1"`));
});

test('a file name shows the ending that it has', async () => {
  const draft = await newDraft();
  assert.equal((await attach(draft, { ...samplePdf(), name: 'giấy\u202efdp.exe\u2066<b>.pdf' })).status, 303);
  assert.match((await papersOf(draft)).body, />giấy_fdp\.exe__b_\.pdf</);
});

test('HEIC is refused in words, by the form and by the script', async () => {
  const draft = await newDraft();
  const heic = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypheic'), Buffer.from([0, 0, 0, 0]), Buffer.from('mif1heic'), Buffer.alloc(64)]);
  const form = await attach(draft, { name: 'IMG_1.HEIC', bytes: heic });
  assert.equal(form.status, 422);
  assert.match(form.text, /HEIC của iPhone chưa nhận được.*Tương thích nhất/);
  const upload = await create(lan, `${draft}/giay-to/${paper}/tai-len`, heic.length, { name: 'IMG_1.HEIC' });
  const answer = await patch(lan, upload, 0, heic);
  assert.equal(answer.status, 422);
  assert.match(answer.body, /Tương thích nhất/);
});

const publish = (change, field) => publishWithPaper(city, '2.000635', change, field);

test('a file field of the form and its paper hold both, by the form, by the script and for programs', async () => {
  for (const [change, field, said] of [
    [{ accept: ['pdf'] }, { accept: ['jpg', 'png'] }, /no kind of file/],
    [{ accept: ['pdf'] }, { kind: 'photo' }, /no kind of file/],
    [{}, { accept: ['pdf', 'dwg'] }, /Files of this kind are not taken.*accept\[1\]/],
    [{ upload: false }, {}, /with the same key/],
  ]) {
    const refused = publish(change, field);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, said);
  }
  assert.equal(publish({ accept: ['pdf', 'jpg'], max_files: 3, upload_limit_mb: 1 }, { accept: ['jpg', 'png', 'pdf'], max_bytes: 300_000, max_files: 1 }).status, 0);
  const draft = await newDraft();
  const page = await papersOf(draft);
  assert.match(page.text, /PDF, JPG; mỗi tệp không quá 300 KB; tối đa 1 tệp\./);
  assert.match(page.body, /accept="\.pdf,\.jpg,\.jpeg"/);
  const large = await attach(draft, { name: 'to.pdf', bytes: pdfOf(300_001) });
  assert.equal(large.status, 413);
  assert.match(large.text, /mức cho phép là 300 KB/);
  const announced = await tus(lan, 'POST', `${draft}/giay-to/${paper}/tai-len`, { headers: { 'Upload-Length': '300001' } });
  assert.equal(announced.status, 413);
  assert.equal((await attach(draft, samplePng())).status, 422);
  assert.equal((await attach(draft, { name: 'vừa.pdf', bytes: pdfOf(300_000) })).status, 303);
  assert.equal((await attach(draft, samplePdf())).status, 422, 'one file is enough');
  assert.match((await lan.open(`${draft}/${Object.keys(extract)[0]}`)).text, /Bản chụp.*Đã tải lên: 1 tệp/);
  // a paper that says nothing of itself takes what the field says; a field that says nothing leaves it to the paper
  assert.equal(publish({}, { accept: ['png'] }).status, 0);
  assert.match((await papersOf(await newDraft())).text, /PNG; mỗi tệp không quá 8 MB\./);
  assert.equal(publish({ accept: ['pdf'] }, {}).status, 0);
  assert.match((await papersOf(await newDraft())).text, /PDF; mỗi tệp không quá 8 MB\./);
});

test('a paper says what it takes, and takes nothing else, by the form and by the script', async () => {
  for (const [change, said] of [
    [{ accept: ['exe'] }, /pdf, jpg, png, webp, docx and odt only/],
    [{ accept: [] }, /at least one type/],
    [{ max_files: 0 }, /whole number from 1 to 100/],
    [{ upload_limit_mb: 'x' }, /whole number from 1 to 2047/],
  ]) {
    const refused = publish(change);
    assert.equal(refused.status, 1);
    assert.match(refused.stderr, said);
  }
  assert.equal(publish({ name: 'Căn cước/hộ chiếu', accept: ['pdf', 'jpg'], max_files: 1, upload_limit_mb: 1 }).status, 0);
  const draft = await newDraft();
  const page = await papersOf(draft);
  assert.match(page.text, /PDF, JPG; mỗi tệp không quá 1 MB; tối đa 1 tệp\./);
  assert.match(page.body, /accept="\.pdf,\.jpg,\.jpeg"/);
  const creation = `${draft}/giay-to/${paper}/tai-len`;
  const sentByScript = async (bytes, name) => patch(lan, await create(lan, creation, bytes.length, { name }), 0, bytes);

  // kind, told by the content and not by the name
  const png = { ...samplePng(), name: 'giấy tờ.pdf' };
  const wrong = await attach(draft, png);
  assert.equal(wrong.status, 422);
  assert.match(wrong.text, /Giấy tờ này chỉ nhận tệp PDF, JPG; vui lòng chọn tệp khác/);
  const same = await sentByScript(png.bytes, 'a.pdf');
  assert.equal(same.status, 422);
  assert.match(same.body, /chỉ nhận tệp PDF, JPG/);

  // size: the paper's limit, below the portal's
  const large = await attach(draft, { name: 'to.pdf', bytes: pdfOf(1024 * 1024 + 1) });
  assert.equal(large.status, 413);
  assert.match(large.text, /lớn hơn mức cho phép là 1 MB/);
  const announced = await tus(lan, 'POST', creation, { headers: { 'Upload-Length': String(1024 * 1024 + 1) } });
  assert.equal(announced.status, 413);
  assert.match(announced.body, /mức cho phép là 1 MB/);
  assert.equal((await attach(draft, { name: 'vừa.pdf', bytes: pdfOf(1024 * 1024) })).status, 303);

  // number
  const second = await attach(draft, samplePdf('hai.pdf'));
  assert.equal(second.status, 422);
  assert.match(second.text, /chỉ nhận 1 tệp; vui lòng bỏ tệp cũ/);
  const again = await sentByScript(samplePdf().bytes, 'ba.pdf');
  assert.equal(again.status, 422);
  assert.match(again.body, /chỉ nhận 1 tệp/);
});

test('photos of a paper with one file count as its pages, and must become one file before sending', async () => {
  const draft = await newDraft();
  assert.equal((await attach(draft, photoOf('a.jpg'), photoOf('b.jpg'))).status, 303);
  const page = await papersOf(draft);
  assert.match(page.text, /Quá số tệp/);
  const review = await lan.open(`${draft}/xem-lai`);
  assert.match(review.text, /Chỉ nhận 1 tệp mà đang có 2; hãy bỏ bớt, hoặc ghép các ảnh/);
  assert.match(review.text, /Quá số tệp/);
  assert.doesNotMatch(review.text, /Chưa đính kèm giấy tờ này/);
  const refused = await lan.post(`${draft}/nop`, { ...fieldsOf(review.body, `${draft}/nop`), return_channel: 'counter', agree: 'true' });
  assert.doesNotMatch(refused.location ?? '', /giay-hen/);
  assert.equal((await lan.post(`${draft}/giay-to/${paper}/anh`, { _action: 'join' })).status, 303);
  assert.match((await papersOf(draft)).text, /Căn cước-hộ chiếu\.pdf/);
  assert.ok(await submitDraft(lan, draft));
});

test('a portrait is one picture, and one more is refused', async () => {
  assert.equal(publish({}, { kind: 'photo' }).status, 0);
  const draft = await newDraft();
  assert.equal((await attach(draft, photoOf('ngang.jpg', { width: 1200, height: 600 }))).status, 303);
  const remark = /ngang\.jpg[\s\S]*Ảnh không theo tỉ lệ 3×4, chiều đứng; nên chọn hoặc cắt lại ảnh khác\. Ảnh vẫn nộp được\./;
  const page = await papersOf(draft);
  for (const shown of [page, await lan.open(`${draft}/xem-lai`)]) assert.match(shown.text, remark);
  assert.equal((await lan.post(`${draft}/giay-to/${paper}/${fileLink(page).slice(-36)}/xoa`)).status, 303);
  assert.equal((await attach(draft, photoOf('một.jpg', { width: 675, height: 900 }))).status, 303);
  assert.doesNotMatch((await papersOf(draft)).text, /3×4/);
  const second = await attach(draft, photoOf('hai.jpg'));
  assert.equal(second.status, 422);
  assert.match(second.text, /chỉ nhận 1 tệp; vui lòng bỏ tệp cũ/);
  assert.equal(publish({}).status, 0);
});

test('a paper that these answers do not ask for is not taken, and one that they no longer ask for does not go along', async () => {
  assert.equal(publish({}).status, 0);
  const draft = await newDraft();
  const said = /không cần “Văn bản ủy quyền.*” nên tệp chưa được nhận/;
  await papersOf(draft);
  const form = await lan.upload(`${draft}/giay-to/uy_quyen`, [samplePdf('ủy quyền.pdf')]);
  assert.equal(form.status, 422);
  assert.match(form.text, said);
  const script = await tus(lan, 'POST', `${draft}/giay-to/uy_quyen/tai-len`, { headers: { 'Upload-Length': '300' } });
  assert.equal(script.status, 422);
  assert.match(script.body, said);
  // asked for, attached, begun; then no longer
  await answerPages(lan, draft, { yeu_cau: { ...extract.yeu_cau, quan_he: 'uy_quyen', uy_quyen_ruot_thit: 'false' } });
  await papersOf(draft);
  assert.equal((await lan.upload(`${draft}/giay-to/uy_quyen`, [samplePdf('ủy quyền.pdf')])).status, 303);
  const begun = await create(lan, `${draft}/giay-to/uy_quyen/tai-len`, samplePdf().bytes.length);
  await attach(draft, samplePdf('căn cước.pdf'));
  assert.doesNotMatch((await papersOf(draft)).text, /không được gửi đi/);
  await answerPages(lan, draft, { yeu_cau: extract.yeu_cau });
  assert.equal((await patch(lan, begun, 0, samplePdf().bytes)).status, 422);
  for (const page of [await papersOf(draft), await lan.open(`${draft}/xem-lai`)]) assert.match(page.text, /không được gửi đi và sẽ bị xóa khi nộp: *ủy quyền\.pdf/);
  const code = await submitDraft(lan, draft);
  const desk = await new Person(city).signIn(`mot-cua@${ward}.example`);
  for (const page of [await lan.open(`/ho-so/${code}`), await desk.open(await findDossier(desk, code))]) {
    assert.match(page.text, /căn cước\.pdf/);
    assert.doesNotMatch(page.text, /ủy quyền\.pdf/);
  }
  assert.equal(sql(`SELECT file_name FROM document WHERE dossier_id = '${draft.slice(-36)}' AND removed_at IS NOT NULL`), 'ủy quyền.pdf');
});

test('an agency takes less than the portal, by the form and by the script, as soon as it says so', async () => {
  assert.equal(publish({}).status, 0);
  good('tenant', 'change', ward, '--upload-limit', '2');
  const draft = await newDraft();
  let page;
  for (let i = 0; i < 100 && !/không quá 2 MB/.test((page = await papersOf(draft)).text); i++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.match(page.text, /mỗi tệp không quá 2 MB/);
  const large = await attach(draft, { name: 'to.pdf', bytes: pdfOf(2 * 1024 * 1024 + 1) });
  assert.equal(large.status, 413);
  assert.match(large.text, /mức cho phép là 2 MB/);
  const announced = await tus(lan, 'POST', `${draft}/giay-to/${paper}/tai-len`, { headers: { 'Upload-Length': String(2 * 1024 * 1024 + 1) } });
  assert.equal(announced.status, 413);
  assert.equal((await attach(draft, { name: 'vừa.pdf', bytes: pdfOf(2 * 1024 * 1024) })).status, 303);
  const refused = motcua('tenant', 'change', ward, '--upload-limit', '-1');
  assert.notEqual(refused.status, 0);
});

test('a paper that nobody has to keep is removed with an event on the trail', async () => {
  const draft = await newDraft();
  await attach(draft, samplePdf('rút.pdf'));
  const code = await submitDraft(lan, draft);
  const page = await lan.get(`/ho-so/${code}/rut`);
  assert.equal((await lan.post(`/ho-so/${code}/rut`, { ...fieldsOf(page.body, `/ho-so/${code}/rut`), reason: 'thử' })).status, 303);
  const id = sql(`SELECT d.id FROM document d JOIN dossier s ON s.id = d.dossier_id WHERE s.code = '${code}'`);
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 303);
  assert.equal((await lan.get(`/kho-giay-to/${id}`)).status, 404);
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 404);
  assert.equal(sql(`SELECT e.data->>'file' FROM event e JOIN dossier s ON s.tenant_id = e.tenant_id AND s.id = e.dossier_id WHERE s.code = '${code}' AND e.kind = 'paper_removed'`), 'rút.pdf');
  good('audit', 'verify');
});

test('the store goes back as far as there are papers', async () => {
  sql(`INSERT INTO document (tenant_id, id, account_id, dossier_id, kind, paper_key, file_name, media_type, size, sha256, storage_name, key_version, wrapped_key, created_at)
    SELECT d.tenant_id, gen_random_uuid(), d.account_id, d.dossier_id, 'paper', d.paper_key, 'cũ ' || n, d.media_type, d.size, d.sha256, d.storage_name, d.key_version, d.wrapped_key, d.created_at - n * interval '1 day'
    FROM (SELECT d.* FROM document d JOIN dossier s ON s.tenant_id = d.tenant_id AND s.id = d.dossier_id JOIN account a ON a.id = s.account_id WHERE a.email = 'lan@example.com' AND d.kind = 'paper' LIMIT 1) d, generate_series(1, 560) n`);
  const oldest = sql("SELECT id FROM document WHERE file_name = 'cũ 560'");
  const first = await lan.get('/kho-giay-to');
  assert.match(first.body, /href="\/kho-giay-to\?trang=2"/);
  assert.doesNotMatch(first.body, /trang=0/);
  assert.match((await lan.get('/kho-giay-to?trang=12')).text, /cũ 560/);
  assert.equal((await lan.get('/kho-giay-to?trang=999999999999')).status, 200);
  assert.equal((await lan.get(`/kho-giay-to/${oldest}/xem`)).status, 200);
});
