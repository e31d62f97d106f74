// The personal store: papers put in by their owner, what it takes, who else gets at them (nobody), and who has opened what was handed in.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { extract } from '../browser/answers.mjs';
import { Person, answerPages, findDossier, publishWithPaper, readable, root, samplePdf, samplePng, signedIn, startCity, startDraft, submitDossier, submitDraft } from '../browser/city.mjs';

const ward = 'dich-vong-cau-giay';
let city, lan, hung, desk, url;

before(async () => {
  city = await startCity({ time: null, options: ['--rate-limits', '0', '--store-files', '4', '--store-limit', '2M', '--virus-scan', 'off'] });
  [lan, hung, desk] = await Promise.all([signedIn(city, 'lan@example.com'), signedIn(city, 'hung@example.com'), signedIn(city, `mot-cua@${ward}.example`)]);
  const environment = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: path.join(city.data, 'var') };
  delete environment.DATABASE_URL;
  url = spawnSync(city.program, ['cluster', 'url'], { env: environment, encoding: 'utf8' }).stdout.trim();
});
after(async () => {
  assert.deepEqual(city?.complaints() ?? [], []);
  await city?.stop();
});

const sql = (text) => {
  const result = spawnSync('psql', ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url], { input: text, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.trim();
};
const folder = () => path.join(city.data, 'var/documents');
const blobs = () => (existsSync(folder()) ? readdirSync(folder(), { recursive: true }) : []).filter((name) => path.basename(name).length === 43);
const put = async (person, file, fields = {}) => {
  await person.get('/kho-giay-to');
  return person.upload('/kho-giay-to', file === null ? [] : [file], { fields });
};
/** The lines of what its owner put in: [{id, text}]. */
const kept = (page) => {
  const section = page.body.split('aria-labelledby="h-tu-cat"')[1].split('</section>')[0];
  return [...section.matchAll(/<li>\s*<svg[\s\S]*?\/kho-giay-to\/([0-9a-f-]{36})[\s\S]*?<\/div>\s*<\/li>/g)].map(([html, id]) => ({ id, text: readable(html) }));
};

test('a paper is put in under a name, lies sealed with the city, and is read, renamed and removed by its owner alone', async () => {
  const there = blobs().length;
  const answer = await put(lan, samplePdf('quét 01.pdf'), { title: ' Căn cước công dân ' });
  assert.equal(answer.status, 303, answer.text);
  assert.match(answer.location, /\/kho-giay-to#h-tu-cat$/);
  const page = await lan.get('/kho-giay-to');
  const [{ id, text }] = kept(page);
  assert.match(text, /Căn cước công dân PDF · [\d,]+ (k?B|KB) · \d\d\/\d\d\/\d{4}/);
  assert.match(page.text, /Đã cất giấy tờ vào kho của bạn/);
  assert.match(page.text, /Bạn đang cất 1\/4 giấy tờ, .* trong số 2 MB/);
  const file = await lan.get(`/kho-giay-to/${id}`);
  assert.ok(file.bytes.equals(samplePdf().bytes));
  assert.match(decodeURIComponent(file.headers['content-disposition']), /Căn cước công dân\.pdf/);
  assert.equal((await lan.get(`/kho-giay-to/${id}/xem/1`)).headers['content-type'], 'image/jpeg');
  assert.equal(sql(`SELECT t.kind || ' ' || d.file_name || ' ' || length(d.sha256) || ' ' || (d.dossier_id IS NULL) FROM document d JOIN tenant t ON t.id = d.tenant_id WHERE d.id = '${id}'`), 'city giay-to.pdf 32 true');
  const blob = blobs().find((name) => name.endsWith(sql(`SELECT storage_name FROM document WHERE id = '${id}'`)));
  assert.ok(!readFileSync(path.join(folder(), blob)).includes('%PDF'));

  for (const target of ['', '/xem', '/xem/1', '/chi-tiet']) for (const other of [hung, desk]) assert.equal((await other.get(`/kho-giay-to/${id}${target}`)).status, 404, target);
  for (const target of ['/xoa', '/ten']) assert.equal((await hung.post(`/kho-giay-to/${id}${target}`, { title: 'Của tôi' })).status, 404, target);
  assert.match((await new Person(city).get(`/kho-giay-to/${id}`)).location, /dang-nhap/);
  assert.equal((await lan.upload('/kho-giay-to', [samplePdf()], { csrf: 'x' })).status, 403);

  await lan.get(`/kho-giay-to/${id}/chi-tiet`);
  const unnamed = await lan.post(`/kho-giay-to/${id}/ten`, { title: '  ' });
  assert.equal(unnamed.status, 422);
  assert.match(unnamed.body, /id="title-error"/);
  assert.equal((await lan.post(`/kho-giay-to/${id}/ten`, { title: 'x'.repeat(101) })).status, 422);
  assert.equal((await lan.post(`/kho-giay-to/${id}/ten`, { title: 'CCCD <mặt trước>' })).status, 303);
  assert.match((await lan.get(`/kho-giay-to/${id}/chi-tiet`)).body, /<h1>CCCD &lt;mặt trước&gt;<\/h1>/);
  assert.match(decodeURIComponent((await lan.get(`/kho-giay-to/${id}`)).headers['content-disposition']), /CCCD _mặt trước_\.pdf/);

  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 303);
  assert.equal((await lan.get(`/kho-giay-to/${id}`)).status, 404);
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 404);
  assert.equal(blobs().length, there, 'its bytes are gone');
  assert.equal(sql(`SELECT title || file_name FROM document WHERE id = '${id}'`), 'giay-to.pdf', 'and its name');
});

test('what is no paper, too much or too many is refused in words, and the name stays in its box', async () => {
  const refused = async (answer, status, words) => {
    assert.equal(answer.status, status, answer.text);
    assert.match(answer.text, words);
    assert.match(answer.body, /name="title"[^>]*value="Sổ hộ khẩu"/);
  };
  const fields = { title: 'Sổ hộ khẩu' };
  await refused(await put(lan, null, fields), 422, /Vui lòng chọn tệp cần tải lên/);
  await refused(await put(lan, { name: 'a.pdf', bytes: Buffer.from('MZ\x90\x00 no paper') }, fields), 422, /PDF/);
  await refused(await put(lan, { name: 'a.pdf', bytes: Buffer.alloc(0) }, fields), 422, /Vui lòng chọn tệp|rỗng|PDF/);
  const large = { name: 'lớn.pdf', bytes: Buffer.concat([samplePdf().bytes, Buffer.alloc(2 * 1024 * 1024, '%')]) };
  await refused(await put(lan, large, fields), 422, /không được quá 2 MB/);
  assert.equal(kept(await lan.get('/kho-giay-to')).length, 0);

  // at once, so that they must wait for one another: four of six fit
  await lan.get('/kho-giay-to');
  const answers = await Promise.all([1, 2, 3, 4, 5, 6].map((i) => lan.upload('/kho-giay-to', [samplePng(`trang ${i}.png`)])));
  assert.deepEqual(answers.map((answer) => answer.status).sort(), [303, 303, 303, 303, 422, 422]);
  assert.match(answers.find((answer) => answer.status === 422).text, /chỉ giữ được 4 giấy tờ/);
  const page = await lan.get('/kho-giay-to');
  assert.deepEqual(kept(page).map(({ text }) => /trang \d/.test(text)), [true, true, true, true], 'named by their files');
  assert.ok(!page.body.includes('enctype="multipart/form-data"'), 'a full store offers no form');
  assert.match(page.text, /Bạn đang cất 4\/4 giấy tờ.*xóa bớt/);
  for (const { id } of kept(page)) assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 303);
});

test('the database itself shows a stored paper to nobody but its owner', async () => {
  assert.equal((await put(hung, samplePdf(), { title: 'Riêng của Hùng' })).status, 303);
  const [{ id }] = kept(await hung.get('/kho-giay-to'));
  const seen = (email) =>
    sql(`BEGIN; SELECT set_config('motcua.tenant', tenant_id::text, true) FROM document WHERE id = '${id}' \\g /dev/null
      SELECT set_config('motcua.account', id::text, true) FROM account WHERE email = '${email}' \\g /dev/null
      SET ROLE motcua_app; SELECT count(*) FROM document WHERE id = '${id}'`);
  assert.equal(seen('hung@example.com'), '1');
  assert.equal(seen('lan@example.com'), '0');
  assert.equal(seen(`mot-cua@${ward}.example`), '0');
});

test('it is attached to a draft with a click, and its owner reads where it went and who has opened it there', async () => {
  assert.equal((await put(lan, samplePdf('x.pdf'), { title: 'Hộ chiếu' })).status, 303);
  const [{ id }] = kept(await lan.get('/kho-giay-to'));
  assert.match((await lan.get(`/kho-giay-to/${id}/chi-tiet`)).text, /chưa được dùng trong hồ sơ nào/);
  const draft = await startDraft(lan, '2.000635', ward);
  await answerPages(lan, draft, extract);
  const papers = await lan.open(`${draft}/giay-to`);
  const choice = /href="(\/ho-so\/nhap\/[^"]+\/kho\/[^"]+)"/.exec(papers.body)[1];
  const offered = await lan.open(choice);
  assert.match(offered.text, /Hộ chiếu PDF ·/);
  assert.equal((await lan.post(choice, { document: id })).status, 303);
  assert.match((await lan.open(`${draft}/giay-to`)).text, /Hộ chiếu\.pdf/);
  assert.match((await lan.get(`/kho-giay-to/${id}/chi-tiet`)).body, new RegExp(`href="${draft}">Bản nháp chưa nộp`));
  const code = await submitDraft(lan, draft);
  const details = async () => (await lan.get(`/kho-giay-to/${id}/chi-tiet`)).text;
  assert.match(await details(), new RegExp(`${code.replaceAll('.', '\\.')} .*phường Dịch Vọng.*Chưa có cán bộ nào mở xem`));

  const dossier = await findDossier(desk, code);
  const page = await desk.open(dossier);
  const copy = sql(`SELECT document_id FROM paper_use WHERE source_id = '${id}'`);
  assert.doesNotMatch(await details(), /Cán bộ đã mở xem/, 'a list of files is no look at them');
  const file = new RegExp(`href="([^"]*/tep/${copy})"`).exec(page.body)[1];
  assert.equal((await desk.get(file)).status, 200);
  const text = await details();
  assert.match(text, /Cán bộ đã mở xem: [^:]+: \d\d:\d\d, \d\d\/\d\d/);
  assert.match(text, new RegExp(sql(`SELECT unit_name FROM paper_opening WHERE document_id = '${copy}'`)));
  assert.equal((await desk.get(file)).status, 200);
  assert.equal(sql(`SELECT count(*) FROM paper_opening WHERE document_id = '${copy}'`), '1', 'one row a unit and day');
  assert.equal(sql(`SELECT count(*) FROM own_openings(ARRAY['${copy}']::uuid[])`), '0', 'nobody else is told');
  // the paper that was handed in lists its own dossier; the one that was put in stays when the dossier is there
  assert.match((await lan.get(`/kho-giay-to/${copy}/chi-tiet`)).text, /Cán bộ đã mở xem/);
  assert.equal((await lan.post(`/kho-giay-to/${copy}/ten`, { title: 'Khác' })).status, 404);
  assert.equal((await lan.post(`/kho-giay-to/${id}/xoa`)).status, 303);
  assert.equal((await desk.get(file)).status, 200, 'the copy stays with the agency');
});

test('the own results are offered by their codes where a form asks for one', async () => {
  const [own, theirs, refused] = [await submitDossier(lan), await submitDossier(hung), await submitDossier(lan)];
  for (const [number, code, kind] of [['12/2017', own, 'granted'], ['13/2017', theirs, 'granted'], ['14/2017', refused, 'rejected']])
    sql(`INSERT INTO result (tenant_id, dossier_id, kind, number, title, issued_at, signed_by, signed_title, document_id, sha256, verification_code)
      SELECT tenant_id, id, '${kind}', '${number}', 'Trích lục khai sinh', submitted_at, 'A', 'B', gen_random_uuid(), '', 'MA${number.slice(0, 2)}' FROM dossier WHERE code = '${code}';
      UPDATE dossier SET fee_state = 'none' WHERE code = '${code}'`);
  publishWithPaper(city, '2.000635', {}, { key: 'ket_qua_truoc', kind: 'dossier', accepts: 'result', label: 'Kết quả trước' });
  const page = await lan.open(`${await startDraft(lan, '2.000635', ward)}/${Object.keys(extract)[0]}`);
  const offered = /<datalist id="f-ket_qua_truoc[^>]*>(.*?)<\/datalist>/s.exec(page.body)[1];
  assert.deepEqual([...offered.matchAll(/value="([^"]*)"/g)].map(([, value]) => value), ['MA12']);
  assert.match(offered, /Trích lục khai sinh, 12\/2017, \d\d\/\d\d\/\d{4}/);
});
