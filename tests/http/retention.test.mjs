// Ended dossiers over the years: the plan of the administrator, holds, the agency's own rule, the operator's command, and what is
// left on the pages when the time of keeping is over.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { Person, answerPages, attachAll, findDossier, readable, root, samplePng, signedIn as signedInTo, startCity, startDraft, submitDossier, submitDraft } from '../browser/city.mjs';
import { extract } from '../browser/answers.mjs';

let city, admin, hung, codes;

const signedIn = (identifier) => signedInTo(city, identifier);
function motcua(...args) {
  const environment = { ...process.env, MOTCUA_SHARE: root, MOTCUA_DATA: path.join(city.data, 'var') };
  delete environment.DATABASE_URL;
  const result = spawnSync(city.program, [...args, ...(args[0] === 'retention' ? ['--rehearsal-clock', path.join(city.data, 'clock')] : [])], { encoding: 'utf8', env: environment });
  assert.doesNotMatch(result.stderr, /Sanitizer|runtime error/);
  return result;
}
const withdraw = async (code) => assert.equal((await hung.post(`/ho-so/${code}/rut`, { reason: 'Tôi đổi ý' })).status, 303);

before(async () => {
  city = await startCity({ options: ['--rate-limits', '0', '--job-workers', '0'] });
  admin = await signedIn('quan-tri@dich-vong-cau-giay.example');
  hung = await signedIn('hung@example.com');
  codes = [];
  for (let i = 0; i < 3; i++) {
    const code = await submitDossier(hung);
    await hung.get(`/ho-so/${code}/rut`);
    await withdraw(code);
    codes.push(code);
  }
});
after(() => city?.stop());

test('only the administrator opens the plan; what is missing in a form is said beside it and nothing is lost', async () => {
  const clerk = await signedIn('mot-cua@dich-vong-cau-giay.example');
  assert.equal((await clerk.get('/quan-tri/luu-tru')).status, 403);
  assert.equal((await new Person(city).get('/quan-tri/luu-tru')).status, 303);
  const page = await admin.get('/quan-tri/luu-tru');
  assert.equal(page.status, 200);
  assert.match(readable(page.body), /Quy định chung: giữ vĩnh viễn/);
  for (const [address, fields, error] of [
    ['giu', { code: codes[0], hold_reason: '' }, 'hold_reason'],
    ['giu', { code: 'khong-co', hold_reason: 'Khiếu nại' }, 'code'],
    ['quy-dinh', { procedure: '2.000635', archive_months: 'mười', reason: 'x' }, 'archive_months'],
    ['quy-dinh', { procedure: '2.000635', erase_months: '100000', reason: 'x' }, 'erase_months'],
    ['quy-dinh', { procedure: '2.000635', warn_days: '30', reason: 'x' }, 'warn_days'],
    ['quy-dinh', { procedure: '2.000635', erase_months: '12', reason: 'x' }, 'warn_days'],
    ['quy-dinh', { procedure: '2.000635', erase_months: '12', warn_days: '13', reason: 'x' }, 'warn_days'],
    ['quy-dinh', { procedure: '2.000635', erase_months: '12', warn_days: '30', reason: '' }, 'reason'],
    ['quy-dinh', { procedure: '9.9', erase_months: '12', warn_days: '30', reason: 'x' }, 'procedure'],
  ]) {
    const refused = await admin.post(`/quan-tri/luu-tru/${address}`, fields);
    assert.equal(refused.status, 422, JSON.stringify(fields));
    assert.ok(refused.body.includes(`href="#${error}"`), error);
    for (const value of Object.values(fields)) assert.ok(refused.body.includes(value));
  }
});

const textOf = (pdf) => {
  const result = spawnSync('pdftotext', ['-layout', '-', '-'], { input: pdf, encoding: 'utf8' });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.replace(/\s+/g, ' ');
};

test('the whole dossier is one PDF: state, answers, digests and the events its reader may see', async () => {
  const page = await hung.get(`/ho-so/${codes[0]}`);
  assert.ok(page.body.includes(`/ho-so/${codes[0]}/ban-in.pdf`));
  const own = await hung.get(`/ho-so/${codes[0]}/ban-in.pdf`);
  assert.equal(own.status, 200);
  assert.equal(own.headers['content-type'], 'application/pdf');
  const text = textOf(own.bytes ?? Buffer.from(own.body, 'latin1'));
  for (const part of [codes[0], 'Lê Văn Hùng', 'Tình trạng:', 'Người nộp rút hồ sơ', 'Tôi đổi ý', 'SHA-256']) assert.ok(text.includes(part), `${part}: ${text.slice(0, 600)}`);
  const clerk = await signedIn('mot-cua@dich-vong-cau-giay.example');
  const address = await findDossier(clerk, codes[0]);
  assert.equal((await clerk.get(`${address}/ban-in.pdf`)).status, 200);
  const lan = await signedIn('lan@example.com');
  assert.equal((await lan.get(`/ho-so/${codes[0]}/ban-in.pdf`)).status, 404);
  assert.equal((await new Person(city).get(`/ho-so/${codes[0]}/ban-in.pdf`)).status, 303);
});

test('with its papers behind it, each as pages; what cannot be joined stands on the list with the reason', async () => {
  const draft = await startDraft(hung, '2.000635', 'dich-vong-cau-giay');
  await answerPages(hung, draft, extract);
  await attachAll(hung, draft);
  const target = new RegExp(`action="(${draft}/giay-to/[^"/]+)"`).exec((await hung.open(`${draft}/giay-to`)).body)[1];
  assert.equal((await hung.upload(target, [samplePng()])).status, 303);
  const code = await submitDraft(hung, draft);
  const pages = (pdf) => Number(/^Pages: +(\d+)/m.exec(spawnSync('pdfinfo', ['-'], { input: pdf, encoding: 'utf8' }).stdout)[1]);
  const alone = await hung.get(`/ho-so/${code}/ban-in.pdf`), page = await hung.get(`/ho-so/${code}`);
  const files = [...page.body.matchAll(/class="files__name" href="([^"]+)"/g)].length;
  assert.ok(files >= 2);
  assert.ok(page.body.includes(`/ho-so/${code}/ban-in-kem-giay-to.pdf`));
  const whole = await hung.get(`/ho-so/${code}/ban-in-kem-giay-to.pdf`);
  assert.equal(whole.status, 200, whole.text?.slice(0, 300));
  assert.equal(whole.headers['content-type'], 'application/pdf');
  assert.equal(pages(whole.bytes), pages(alone.bytes) + files);
  const text = textOf(whole.bytes);
  assert.match(text, /Giấy tờ được ghép ngay sau bản in này/);
  assert.match(text, /ở đâu\? Trong nước|ở đâu\? Ở Việt Nam/);
  assert.doesNotMatch(text, /[.?]:/, 'one mark behind a label');
  // a paper whose bytes are damaged, and one whose are gone: the rest goes out all the same, and the list says so
  const below = path.join(city.data, 'var/documents'), ends = readdirSync(below, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()).map((one) => path.join(one.parentPath ?? one.path, one.name));
  const last = ends.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs).slice(0, 2), kept = last.map((file) => readFileSync(file));
  writeFileSync(last[0], Buffer.concat([kept[0].subarray(0, -9), Buffer.from('damaged!!')]));
  rmSync(last[1]);
  const partial = await hung.get(`/ho-so/${code}/ban-in-kem-giay-to.pdf`);
  last.forEach((file, i) => writeFileSync(file, kept[i], { mode: 0o600 }));
  assert.equal(partial.status, 200, partial.text?.slice(0, 300));
  assert.equal(textOf(partial.bytes).match(/không ghép/g)?.length, 2, textOf(partial.bytes));
  assert.equal(pages(partial.bytes), pages(alone.bytes) + files - 2);
  const clerk = await signedIn('mot-cua@dich-vong-cau-giay.example');
  const desk = await clerk.get(`${await findDossier(clerk, code)}/ban-in-kem-giay-to.pdf`);
  assert.equal(desk.status, 200);
  assert.equal(pages(desk.bytes), pages(alone.bytes) + files);
  const lan = await signedIn('lan@example.com');
  assert.equal((await lan.get(`/ho-so/${code}/ban-in-kem-giay-to.pdf`)).status, 404);
  assert.equal((await new Person(city).get(`/ho-so/${code}/ban-in-kem-giay-to.pdf`)).status, 303);
  assert.deepEqual(city.spool(), [], 'nothing stays behind');
});

test('the plan says what will happen, a held dossier is left out, the command does it and the register shows it', async () => {
  await admin.get('/quan-tri/luu-tru');
  // what a rule would do is shown before it holds, and only what was shown is agreed to
  const rule = { procedure: '2.000635', archive_months: '2', erase_months: '12', warn_days: '30', how: 'anonymise', reason: 'Quyết định 12/QĐ-UBND' };
  const asked = await admin.post('/quan-tri/luu-tru/quy-dinh', rule);
  assert.equal(asked.status, 200);
  assert.match(readable(asked.body), /Số hồ sơ đã kết thúc thuộc thủ tục này, không tính hồ sơ đang được giữ lại: 3\. Sớm nhất xóa ngày 14\/03\/2018/);
  assert.ok(!(await admin.get('/quan-tri/luu-tru')).body.includes('Quyết định 12/QĐ-UBND'), 'nothing holds yet');
  const seen = /name="seen" value="([^"]*)"/.exec(asked.body)[1];
  assert.equal((await admin.post('/quan-tri/luu-tru/quy-dinh', { ...rule, erase_months: '1', seen })).status, 200, 'another one than was shown');
  assert.equal((await admin.post('/quan-tri/luu-tru/quy-dinh', { ...rule, seen })).status, 303);
  assert.equal((await admin.post('/quan-tri/luu-tru/giu', { code: codes[0], hold_reason: 'Đang có khiếu nại' })).status, 303);
  const plan = readable((await admin.get('/quan-tri/luu-tru')).body);
  assert.match(plan, /Đưa vào lưu trữ đưa vào lưu trữ sau 2 tháng; xóa thông tin cá nhân sau 12 tháng; báo trước 30 ngày \(quy định riêng của cơ quan\) 2 0 14\/05\/2017/);
  assert.ok(plan.includes('Đang có khiếu nại'));
  assert.match(motcua('retention', 'plan', '--agency', 'dich-vong-cau-giay').stdout, /2\.000635: archive 2, 0 of them now, the first on 2017-05-14/);
  assert.match(motcua('retention', 'run').stdout, /^0 steps done/);
  city.setTime('2017-06-14T09:00');
  hung = await signedIn('hung@example.com');
  assert.match(motcua('retention', 'run', '--agency', 'dich-vong-cau-giay', '--limit', '1').stdout, /^1 steps done/);
  assert.match(motcua('retention', 'run').stdout, /^1 steps done/);
  const own = (await hung.get('/ho-so')).body;
  assert.ok(own.includes(codes[0]));
  for (const code of codes.slice(1)) {
    assert.ok(!own.includes(code), code);
    assert.equal((await hung.get(`/ho-so/${code}`)).status, 200, 'found by its code');
  }
});

test('after the notice the person is gone from the dossier, its papers are gone, the trail still fits', async () => {
  city.setTime('2018-03-14T10:00');
  assert.match(motcua('retention', 'run').stdout, /^2 steps done/, 'announced first');
  city.setTime('2018-04-14T10:00');
  assert.match(motcua('retention', 'run').stdout, /^2 steps done/);
  assert.match(motcua('retention', 'run').stdout, /^0 steps done/);
  assert.match(motcua('audit', 'verify').stdout, /: 0 findings/);
  const verified = motcua('documents', 'verify');
  assert.equal(verified.status, 0, verified.stdout);
  assert.match(verified.stdout, / 0 faulty; 0 blobs without a document/);
  // keys are renewed over what is gone: nothing fails, nothing comes back
  for (const args of [['rotate-tenant', 'dich-vong-cau-giay', '--rewrap'], ['rotate-master']]) {
    const renewed = motcua('keys', ...args);
    assert.equal(renewed.status, 0, renewed.stderr);
    assert.doesNotMatch(renewed.stdout, /[1-9]\d* damaged/);
  }
  const again = motcua('documents', 'verify');
  assert.equal(again.status, 0, again.stdout);
  assert.equal(again.stdout, verified.stdout);
  hung = await signedIn('hung@example.com');
  admin = await signedIn('quan-tri@dich-vong-cau-giay.example');
  assert.equal((await hung.get(`/ho-so/${codes[1]}`)).status, 404, 'nobody owns it any more');
  assert.equal((await hung.get(`/ho-so/${codes[0]}`)).status, 200, 'the held one stays');
  const clerk = await signedIn('mot-cua@dich-vong-cau-giay.example');
  const page = await clerk.get(await findDossier(clerk, codes[1]));
  assert.equal(page.status, 200);
  assert.ok(!page.body.includes('Lê Văn Hùng'));
  assert.ok(page.body.includes('Xóa thông tin cá nhân theo thời gian lưu giữ'));
  const register = readable((await admin.get('/quan-tri/luu-tru')).body);
  assert.match(register, /14\/04\/2018 Xóa thông tin cá nhân .* 2 [1-9]\d*/);
  const release = /action="(\/quan-tri\/luu-tru\/giu\/[0-9a-f-]{36}\/thoi)"/.exec((await admin.get('/quan-tri/luu-tru')).body)[1];
  assert.equal((await admin.post(release)).status, 303);
  assert.equal((await admin.post(release)).status, 404);
  assert.equal((await admin.post('/quan-tri/luu-tru/quy-dinh/2.000635/bo')).status, 303);
});

test('the command says what it cannot do', () => {
  for (const args of [['retention'], ['retention', 'burn'], ['retention', 'plan', '--retention', 'burn after 3 days'], ['retention', 'plan', '--days', '0']])
    assert.equal(motcua(...args).status, 64, args.join(' '));
  assert.equal(motcua('retention', 'run', '--agency', 'khong-co').status, 1);
});
