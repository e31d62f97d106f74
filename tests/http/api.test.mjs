// The interface for programs: a dossier from nothing to its code, what is refused and how, and whether openapi.json tells the truth.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { business, extract } from '../browser/answers.mjs';
import { Person, answerPages, attachAll, fieldsOf, makeKey, password, publishWithPaper, samplePdf, samplePng, signedIn, startCity, startDraft, submitDossier, submitDraft, until } from '../browser/city.mjs';
import { base64, octets, pdfOf, version } from './tus.mjs';

const base = '/api/v1';
const page = '/tai-khoan/khoa-truy-cap';
const paper = 'giay_to_tuy_than';
let city, lan, hoa, openapi, ajv, answers;
const seen = new Set();

/** The description of the answer to this request; fails where there is none. */
function described(method, target, status) {
  const asked = target.slice(base.length).split('/');
  const [name, item] = Object.entries(openapi.paths).find(([template]) => {
    const parts = template.split('/');
    return parts.length === asked.length && parts.every((part, i) => part.startsWith('{') || part === asked[i]);
  }) ?? [];
  const answer = item?.[method.toLowerCase()]?.responses[status];
  assert.ok(answer, `openapi.json says nothing of ${method} ${target} → ${status}`);
  seen.add(`${method.toLowerCase()} ${name} ${status}`);
  return answer;
}

/** A program with a key; every answer is held against openapi.json. */
class Program extends Person {
  constructor(key) {
    super(city);
    this.key = key;
  }

  async call(method, target, body = null, headers = {}) {
    const text = body === null ? null : typeof body === 'string' ? body : JSON.stringify(body);
    return this.checked(method, target, { body: text, type: text === null ? null : 'application/json', headers });
  }

  async checked(method, target, request) {
    const authorization = this.key ? { Authorization: `Bearer ${this.key}` } : {};
    const answer = await this.send(method, base + target, { ...request, headers: { ...authorization, ...request.headers } });
    const said = described(method, base + target, answer.status);
    const [type, content] = Object.entries(said.content ?? {})[0] ?? [];
    if (!type) {
      assert.equal(answer.body, '');
      return answer;
    }
    assert.equal(answer.headers['content-type'].split(';')[0], type, answer.body);
    answer.json = JSON.parse(answer.body);
    const validate = ajv.compile({ ...content.schema, components: openapi.components });
    assert.ok(validate(answer.json), `${method} ${target} ${answer.status}: ${JSON.stringify(validate.errors)}\n${answer.body}`);
    if (answer.status >= 400) assert.equal(answer.json.status, answer.status);
    return answer;
  }

  attach(target, files, headers = {}, field = 'file') {
    const boundary = 'ranh-gioi-7d93';
    const parts = files.flatMap((file) => [Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"; filename="${file.name}"\r\nContent-Type: ${file.type}\r\n\r\n`), file.bytes, Buffer.from('\r\n')]);
    return this.checked('POST', target, { body: Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]), type: `multipart/form-data; boundary=${boundary}`, headers });
  }
}

const fresh = () => ({ procedure: '2.000635', agency: 'dich-vong-cau-giay', answers });

before(async () => {
  city = await startCity({ time: '2017-03-14T09:00', options: ['--rate-limits', '0', '--session-lifetime', '365d'] });
  [lan, hoa] = await Promise.all([signedIn(city, 'lan@example.com'), signedIn(city, 'hoa@example.com')]);
  const document = await lan.open(`${base}/openapi.json`);
  assert.equal(document.status, 200);
  openapi = JSON.parse(document.body);
  ajv = new Ajv({ strict: false, validateFormats: false });
});
after(() => city?.stop());

test('a program makes a draft, learns what is missing, attaches papers and submits, each once', async () => {
  const program = new Program(await makeKey(lan, ['read', 'write', 'submit']));
  // What a person has filled in on the pages is what a program sends.
  const typed = await startDraft(lan, '2.000635', 'dich-vong-cau-giay');
  await answerPages(lan, typed, extract);
  answers = (await program.call('GET', `/dossiers/${typed.split('/').pop()}`)).json.answers;
  const procedure = (await program.call('GET', '/procedures/2.000635')).json;
  assert.ok(procedure.agencies.some((agency) => agency.slug === 'dich-vong-cau-giay'));
  const schema = JSON.parse((await lan.open(procedure.schema)).body);
  assert.ok(ajv.compile({ ...schema, $id: undefined })(answers));

  const key = randomUUID();
  const { so_ban: left, ...most } = answers;
  const made = await program.call('POST', '/dossiers', { ...fresh(), answers: most }, { 'Idempotency-Key': key });
  assert.equal(made.status, 201);
  const draft = `/dossiers/${made.json.id}`;
  assert.equal(made.headers.location, base + draft);
  const again = await program.call('POST', '/dossiers', { ...fresh(), answers: most }, { 'Idempotency-Key': key });
  assert.equal(again.status, 200);
  assert.equal(again.headers['idempotency-replayed'], 'true');
  assert.equal(again.json.id, made.json.id);
  const other = await program.call('POST', '/dossiers', fresh(), { 'Idempotency-Key': key });
  assert.equal(other.status, 422);
  assert.equal(other.json.type, 'urn:motcua:problem:request.key_reused');

  const missing = (await program.call('GET', `${draft}/missing`)).json;
  const wanted = missing.missing.find((one) => one.field === 'so_ban');
  assert.equal(missing.complete, false);
  assert.ok(missing.missing.some((one) => one.paper === paper));
  const early = await program.call('POST', `${draft}/submission`, { declaration: true });
  assert.equal(early.status, 422);
  assert.equal(early.json.type, 'urn:motcua:problem:dossier.incomplete');
  assert.deepEqual(early.json.errors, missing.missing);
  // The same words as on the page that a person reads before submitting.
  assert.ok((await lan.open(`/ho-so/nhap/${made.json.id}/xem-lai`)).text.includes(`${wanted.label}: ${wanted.message}`));

  const changed = await program.call('PUT', `${draft}/answers`, { answers: { ...most, so_ban: left }, revision: made.json.revision });
  assert.equal(changed.status, 200);
  assert.equal((await program.call('PUT', `${draft}/answers`, { answers: most, revision: made.json.revision })).status, 409);

  const file = samplePdf();
  const attached = await program.attach(`${draft}/papers/${paper}`, [file], { 'Idempotency-Key': 'tep-1' });
  assert.equal(attached.status, 201);
  assert.equal(attached.json.sha256, createHash('sha256').update(file.bytes).digest('hex'));
  const repeated = await program.attach(`${draft}/papers/${paper}`, [file], { 'Idempotency-Key': 'tep-1' });
  assert.equal(repeated.status, 200);
  assert.equal(repeated.json.id, attached.json.id);
  const second = await program.attach(`${draft}/papers/${paper}`, [file]);
  assert.equal((await program.call('DELETE', `${draft}/papers/${paper}/${second.json.id}`)).status, 204);
  assert.equal((await program.call('DELETE', `${draft}/papers/${paper}/${second.json.id}`)).status, 404);
  assert.equal((await program.attach(`${draft}/papers/${paper}`, [{ name: 'x.exe', type: 'application/octet-stream', bytes: Buffer.from('MZ\x90\0') }])).status, 422);
  assert.equal((await program.attach(`${draft}/papers/${paper}`, [])).status, 422);
  assert.equal((await program.attach(`${draft}/papers/${paper}`, [file], {}, 'other')).json.type, 'urn:motcua:problem:document.one');
  const unasked = await program.attach(`${draft}/papers/uy_quyen`, [file]);
  assert.equal(unasked.status, 422);
  assert.equal(unasked.json.type, 'urn:motcua:problem:paper.not_asked');
  assert.deepEqual((await program.call('GET', draft)).json.unneeded, []);
  const tall = await program.attach(`${draft}/papers/${paper}`, [samplePng()]);
  assert.deepEqual(tall.json.remarks, ['small']);
  assert.equal((await program.call('DELETE', `${draft}/papers/${paper}/${tall.json.id}`)).status, 204);
  assert.equal((await program.attach(`${draft}/papers/khong_co`, [file])).status, 404);

  // Other required papers too.
  for (const one of (await program.call('GET', `${draft}/missing`)).json.missing) await program.attach(`${draft}/papers/${one.paper}`, [file]);
  const done = await program.call('POST', `${draft}/submission`, { declaration: true, return_channel: 'counter' });
  assert.equal(done.status, 201);
  assert.match(done.json.code, /^[\w.]+-170314-\d{4}$/);
  assert.equal((await program.call('POST', `${draft}/submission`, { declaration: true })).json.code, done.json.code);
  assert.equal((await program.call('GET', draft)).json.status, 'submitted');
  assert.equal((await program.call('PUT', `${draft}/answers`, { answers, revision: 1 })).status, 409);
  assert.equal((await program.call('DELETE', draft)).status, 409);
  assert.equal((await program.call('GET', `${draft}/missing`)).status, 409);
  assert.equal((await program.attach(`${draft}/papers/${paper}`, [file])).status, 409);
  assert.ok((await program.call('GET', '/dossiers')).json.dossiers.some((one) => one.code === done.json.code));
  assert.ok((await lan.open(`/ho-so/${done.json.code}`)).text.includes(done.json.code));
});

test('wrong input is told by path and in words, in the language asked for, and is never an error of the server', async () => {
  const program = new Program(await makeKey(lan, ['read', 'write', 'submit']));
  const wrong = await program.call('POST', '/dossiers', { ...fresh(), answers: { so_ban: 'ba', khong_hoi: 1 } });
  assert.equal(wrong.status, 422);
  assert.deepEqual(wrong.json.errors.map((error) => error.field).sort(), ['khong_hoi', 'so_ban']);
  program.language = 'en';
  const english = await program.call('POST', '/dossiers', { ...fresh(), answers: { so_ban: 'ba' } });
  assert.doesNotMatch(english.json.detail, /[ạảãáàâăđêôơư]/);
  for (const body of ['', '{', '[]', '"x"', '{"answers":{}}', '{"procedure":"2.000635","agency":"khong-co","answers":{}}', '{"procedure":"9.999999","agency":"dich-vong-cau-giay","answers":{}}', '{"procedure":"2.000635","agency":"dich-vong-cau-giay","answers":[]}', '{"procedure":"2.000635","agency":"dich-vong-cau-giay","answers":{},"more":1}']) {
    const answer = await program.call('POST', '/dossiers', body);
    assert.ok([400, 422].includes(answer.status), `${body}: ${answer.status}`);
  }
  const { id } = (await program.call('POST', '/dossiers', { ...fresh(), answers: {} })).json;
  for (const body of [{}, { answers: {} }, { answers: {}, revision: 'x' }, { answers: 1, revision: 1 }]) assert.equal((await program.call('PUT', `/dossiers/${id}/answers`, body)).status, 422);
  for (const body of [{}, { declaration: 'yes' }, { declaration: true, return_channel: 'fax' }]) assert.equal((await program.call('POST', `/dossiers/${id}/submission`, body)).status, 422);
  program.language = 'vi';
  // What is wrong with a text that is no JSON for us is said in words; what JSON allows is judged field by field.
  const whole = (given) => `{"procedure":"2.000635","agency":"dich-vong-cau-giay","answers":${given}}`;
  for (const [given, status, says] of [
    ['{"a":1,"a":2}', 400, /hai lần/],
    ['{"a":"\\u0000"}', 400, /NUL/],
    ['{"a":"\\ud800"}', 400, /surrogate/],
    [`${'['.repeat(70)}${']'.repeat(70)}`, 400, /lồng nhau quá sâu/],
    ['{"so_ban":100000000000000000000}', 422, /đúng lược đồ/],
    [`{"ho_ten":${'['.repeat(20)}${']'.repeat(20)}}`, 422, /đúng lược đồ/],
  ]) {
    const answer = await program.call('POST', '/dossiers', whole(given));
    assert.equal(answer.status, status, given);
    assert.match(answer.json.detail, says, given);
    assert.doesNotMatch(answer.json.title, /Tệp/);
  }
  for (const key of ['', 'x'.repeat(129)]) assert.equal((await program.call('POST', '/dossiers', fresh(), { 'Idempotency-Key': key })).status, 400);
  assert.equal((await program.call('GET', `/dossiers/${randomUUID()}`)).status, 404);
  assert.equal((await program.call('GET', '/dossiers/x')).status, 404);
  assert.equal((await program.call('DELETE', `/dossiers/${id}`)).status, 204);
  assert.equal((await program.call('GET', `/dossiers/${id}`)).status, 404);
  const nowhere = await program.send('GET', '/api/v1/khong-co');
  assert.equal(nowhere.status, 404);
  assert.equal(nowhere.headers['content-type'], 'application/problem+json');
});

test('an invitation is to a person: a program of the guest gets at no part of the draft, before and after', async () => {
  const [owner, guest] = [await signedIn(city, 'lan@example.com'), await signedIn(city, 'hoa@example.com')];
  const draft = await startDraft(owner, '2.000635', 'dich-vong-cau-giay');
  const id = draft.split('/').pop();
  const mine = new Program(await makeKey(owner, ['read', 'write', 'submit']));
  const theirs = new Program(await makeKey(guest, ['read', 'write', 'submit']));
  await owner.open(`${draft}/cung-khai`);
  const known = city.mails(/\/loi-moi\//).length;
  assert.equal((await owner.post(`${draft}/cung-khai`, { label: 'Chị Hoa', email: 'hoa@example.com', 'trang.nguoi_yeu_cau': 'fill', 'trang.yeu_cau': 'see' })).status, 303);
  const link = /\/loi-moi\/[\w-]{43}/.exec(await until(() => city.mails(/To: <hoa@example.com/, /\/loi-moi\//)[known], 'the invitation'))[0];
  const bearer = { Authorization: `Bearer ${theirs.key}` };
  const byKey = (method, target) => new Person(city).send(method, target, { body: method === 'POST' ? 'ho_ten=X' : null, type: 'application/x-www-form-urlencoded', headers: bearer });
  const refused = async () => {
    for (const [method, target, body] of [['GET', ''], ['GET', '/missing'], ['PUT', '/answers', { answers: {}, revision: 1 }], ['POST', '/submission', { declaration: true, return_channel: 'counter' }], ['DELETE', '']])
      assert.equal((await theirs.call(method, `/dossiers/${id}${target}`, body)).status, 404, `${method} ${target}`);
    assert.equal((await theirs.attach(`/dossiers/${id}/papers/${paper}`, [samplePdf()])).status, 404);
    assert.ok(!JSON.stringify((await theirs.call('GET', '/dossiers')).json).includes(id));
  };
  await refused();
  assert.match((await byKey('POST', `${link}/nhan`)).location ?? '', /^\/dang-nhap|^$/, 'a key takes no invitation');
  assert.equal((await guest.open(link)).status, 200, 'which is still there');
  const part = (await guest.post(`${link}/nhan`)).location;
  await refused();
  for (const target of [part, `${part}/nguoi_yeu_cau`]) assert.match((await byKey('GET', target)).location ?? '', /^\/dang-nhap/, target);
  for (const target of [`${part}/luu/nguoi_yeu_cau`, `${part}/ky`, `${part}/xong`]) assert.notEqual((await byKey('POST', target)).status, 200, target);
  // The guest writes on the page; a program of the owner that read before that is told, and reads what she wrote.
  const before = (await mine.call('GET', `/dossiers/${id}`)).json;
  const fields = fieldsOf((await guest.open(`${part}/nguoi_yeu_cau`)).body, `${part}/nguoi_yeu_cau`);
  assert.equal((await guest.post(`${part}/luu/nguoi_yeu_cau`, { ...fields, noi_cap: 'Công an thành phố Hà Nội' })).status, 200);
  assert.equal((await mine.call('PUT', `/dossiers/${id}/answers`, { answers, revision: before.revision })).status, 409);
  assert.equal((await mine.call('GET', `/dossiers/${id}`)).json.answers.noi_cap, 'Công an thành phố Hà Nội');
});

test('a key opens its owner\'s dossiers for its purposes and time, and nothing else does', async () => {
  const reads = new Program(await makeKey(lan, 'read'));
  const lans = new Program(await makeKey(lan, ['read', 'write']));
  const hoas = new Program(await makeKey(hoa, ['read', 'write', 'submit']));
  const { id } = (await lans.call('POST', '/dossiers', fresh())).json;
  assert.equal((await reads.call('GET', `/dossiers/${id}`)).status, 200);
  assert.equal((await reads.call('POST', '/dossiers', fresh())).status, 403);
  assert.equal((await reads.call('DELETE', `/dossiers/${id}`)).status, 403);
  assert.equal((await lans.call('POST', `/dossiers/${id}/submission`, { declaration: true })).status, 403);
  for (const [method, target, body] of [['GET', `/dossiers/${id}`], ['DELETE', `/dossiers/${id}`], ['PUT', `/dossiers/${id}/answers`, { answers, revision: 1 }], ['POST', `/dossiers/${id}/submission`, { declaration: true }], ['GET', `/dossiers/${id}/missing`]])
    assert.equal((await hoas.call(method, target, body)).status, 404, `${method} ${target}`);
  // A session is no key, and a key is no session.
  const cookies = new Program(null);
  cookies.cookies = lan.cookies;
  const refused = await cookies.call('GET', `/dossiers/${id}`);
  assert.equal(refused.status, 401);
  assert.match(refused.headers['www-authenticate'], /^Bearer/);
  assert.match(refused.json.detail, /không kèm khóa/);
  assert.equal((await cookies.call('POST', '/dossiers', fresh())).status, 401);
  assert.equal((await new Program('motcua_' + 'A'.repeat(43)).call('GET', `/dossiers/${id}`)).status, 401);
  assert.equal((await lans.send('GET', '/ho-so', { headers: { Authorization: `Bearer ${lans.key}` } })).status, 303);

  // Revoked on the page: at once.
  const listed = await lan.open(page);
  assert.match(listed.text, /dùng lần cuối/);
  assert.ok(!listed.body.includes(lans.key));
  for (const [, revoke] of listed.body.matchAll(/action="(\/tai-khoan\/khoa-truy-cap\/[0-9a-f-]{36}\/thu-hoi)"/g)) assert.equal((await lan.post(revoke)).status, 303);
  assert.equal((await lans.call('GET', `/dossiers/${id}`)).status, 401);
  assert.match((await lan.open(page)).text, /Đã thu hồi/);
  // Another's key cannot be revoked, and one's own runs out.
  const theirs = /action="(\/tai-khoan\/khoa-truy-cap\/[0-9a-f-]{36}\/thu-hoi)"/.exec((await hoa.open(page)).body)[1];
  assert.equal((await lan.post(theirs)).status, 404);
  city.setTime('2017-04-12T09:00');
  assert.equal((await hoas.call('GET', '/dossiers')).status, 200);
  city.setTime('2017-04-13T10:00');
  assert.equal((await hoas.call('GET', '/dossiers')).status, 401);
  city.setTime('2017-03-14T10:00');
});

test('making a key asks for the password and says what is wrong', async () => {
  await lan.open(page);
  for (const [change, says] of [[{ password: 'sai' }, /Mật khẩu hiện tại không đúng/], [{ name: ' ' }, /đặt tên cho khóa/], [{ scope: [] }, /ít nhất một việc/], [{ days: '4000' }, /thời hạn của khóa/]]) {
    const answer = await lan.post(page, { name: 'Khóa', scope: 'read', days: '30', password, ...change });
    assert.equal(answer.status, 422);
    assert.match(answer.text, says);
    assert.ok(!/Bearer motcua_/.test(answer.body));
    assert.equal(fieldsOf(answer.body, page).name, (change.name ?? 'Khóa').trim());
  }
});

test('a large paper may come in parts by tus with the key', async () => {
  const program = new Program(await makeKey(lan, ['read', 'write']));
  const { id } = (await program.call('POST', '/dossiers', fresh())).json;
  const uploads = `${base}/dossiers/${id}/papers/${paper}/uploads`;
  const bytes = pdfOf(200_000);
  const headers = { ...version, Authorization: `Bearer ${program.key}` };
  const made = await program.send('POST', uploads, { headers: { ...headers, 'Upload-Length': String(bytes.length), 'Upload-Metadata': `filename ${base64('to-khai.pdf')}` } });
  assert.equal(made.status, 201);
  assert.ok(made.headers.location.startsWith(uploads));
  for (const [from, to] of [[0, 120_000], [120_000, bytes.length]])
    assert.equal((await program.send('PATCH', made.headers.location, { headers: { ...headers, 'Upload-Offset': String(from) }, body: bytes.subarray(from, to), type: octets })).status, 204);
  assert.equal((await program.call('GET', `/dossiers/${id}`)).json.papers.find((one) => one.key === paper).documents[0].size, bytes.length);
  const nobody = await new Program(null).send('POST', uploads, { headers: { ...version, 'Upload-Length': '5' } });
  const endless = await program.send('POST', uploads, { headers: { ...headers, 'Upload-Length': '9'.repeat(20) } });
  for (const [answer, status] of [[nobody, 401], [endless, 413]]) {
    assert.equal(answer.status, status);
    assert.equal(answer.headers['tus-resumable'], '1.0.0');
    assert.match(answer.headers['content-type'], /^application\/problem\+json/);
    assert.equal(JSON.parse(answer.body).status, status);
  }
});

test('a paper says what it takes and how many, and takes nothing else, whole or in parts', async () => {
  assert.equal(publishWithPaper(city, '2.000635', { accept: ['pdf', 'jpg'] }, { accept: ['pdf'], max_files: 1, max_bytes: 100_000 }).status, 0);
  const program = new Program(await makeKey(lan, ['read', 'write']));
  const said = async () => (await program.call('GET', '/procedures/2.000635')).json.papers;
  const [first] = await until(async () => {
    const papers = await said();
    return papers[0].max_files === 1 && papers;
  }, 'the new version');
  assert.equal(first.key, paper);
  assert.deepEqual(first.accept, ['application/pdf']);
  assert.equal(first.max_bytes, 100_000);
  const { id } = (await program.call('POST', '/dossiers', fresh())).json;
  const target = `/dossiers/${id}/papers/${paper}`;
  const sendInParts = async (bytes) => {
    const headers = { ...version, Authorization: `Bearer ${program.key}` };
    const made = await program.send('POST', `${base}${target}/uploads`, { headers: { ...headers, 'Upload-Length': String(bytes.length) } });
    assert.equal(made.status, 201);
    return program.send('PATCH', made.headers.location, { headers: { ...headers, 'Upload-Offset': '0' }, body: bytes, type: octets });
  };

  const png = { ...samplePng(), name: 'giay-to.pdf' }; // told by the content
  const wrong = await program.attach(target, [png]);
  assert.equal(wrong.status, 422);
  assert.equal(wrong.json.type, 'urn:motcua:problem:document.type');
  assert.match(wrong.json.detail, /chỉ nhận tệp PDF/);
  assert.equal((await sendInParts(png.bytes)).status, 422);
  const large = await program.attach(target, [{ name: 'to.pdf', bytes: pdfOf(100_001) }]);
  assert.equal(large.status, 413);
  assert.equal(large.json.type, 'urn:motcua:problem:document.size');
  assert.equal((await program.attach(target, [samplePdf()], { 'Idempotency-Key': 'mot tep' })).status, 201);
  const more = await program.attach(target, [samplePdf()]);
  assert.equal(more.status, 422);
  assert.equal(more.json.type, 'urn:motcua:problem:document.paper_full');
  assert.match(more.json.detail, /chỉ nhận 1 tệp/);
  assert.equal((await sendInParts(samplePdf().bytes)).status, 422);
  // sent again it is the one that is there, not one too many
  assert.equal((await program.attach(target, [samplePdf()], { 'Idempotency-Key': 'mot tep' })).status, 200);
  assert.equal((await program.call('GET', `/dossiers/${id}`)).json.papers.find((one) => one.key === paper).documents.length, 1);
  assert.equal(publishWithPaper(city, '2.000635', {}).status, 0);
  assert.ok(await until(async () => !('max_files' in (await said())[0]), 'the version after it'));
});

test('a code of another dossier is told apart only where it is the own: a foreign one is like one nobody has', async () => {
  const before = await startDraft(lan, '1.001612', 'cau-giay'); // the own one is at another agency
  await answerPages(lan, before, business);
  await attachAll(lan, before);
  const own = await submitDraft(lan, before), foreign = await submitDossier(hoa), nobodys = '000.25.05.H26-170214-9999';
  assert.equal(publishWithPaper(city, '2.000635', {}, { key: 'ho_so_truoc', kind: 'dossier', accepts: 'dossier', label: 'Hồ sơ trước' }).status, 0);
  const program = new Program(await makeKey(lan, ['read', 'write', 'submit']));
  await until(async () => (await lan.open('/thu-tuc/2.000635/luoc-do.json')).body.includes('ho_so_truoc'), 'the new version');
  const tried = async (code) => {
    const made = await program.call('POST', '/dossiers', { ...fresh(), answers: { ...answers, ho_so_truoc: code } });
    assert.equal(made.status, 201, made.body);
    for (const one of made.json.missing.filter((each) => each.paper)) await program.attach(`/dossiers/${made.json.id}/papers/${one.paper}`, [samplePdf()]);
    const missing = (await program.call('GET', `/dossiers/${made.json.id}/missing`)).json;
    const sent = await program.call('POST', `/dossiers/${made.json.id}/submission`, { declaration: true, return_channel: 'counter' });
    delete sent.json.instance; // names the request
    return { kept: made.json.answers.ho_so_truoc, missing, sent, id: made.json.id };
  };
  const refused = [];
  for (const code of [foreign, nobodys]) {
    const { kept, missing, sent, id } = await tried(code);
    assert.equal(kept, code, 'what is wrong with one answer is no reason to lose it');
    assert.deepEqual(missing.missing.map((one) => [one.field, one.code]), [['ho_so_truoc', 'form.dossier_unknown']]);
    assert.equal(sent.status, 422);
    refused.push(JSON.stringify([missing, { ...sent.json, instance: '' }]).replaceAll(id, ''));
    assert.doesNotMatch(refused.at(-1), /Hoa|submitted|received/);
  }
  assert.equal(refused[0], refused[1], 'the same words');
  const taken = await tried(own);
  assert.deepEqual(taken.missing.missing, []);
  assert.equal(taken.sent.status, 201);
  // what is no code has the wrong shape, whosever it may be
  for (const wrong of ['x', 7, foreign.toLowerCase()]) assert.equal((await program.call('POST', '/dossiers', { ...fresh(), answers: { ...answers, ho_so_truoc: wrong } })).status, 422);
  assert.equal(publishWithPaper(city, '2.000635', {}).status, 0);
});

test('recovering a forgotten password revokes every key, changing it does not', async () => {
  const program = new Program(await makeKey(hoa, 'read'));
  const changed = 'mật khẩu mới của Hoa', renewed = 'mật khẩu quên rồi đặt lại';
  await hoa.open('/tai-khoan');
  assert.equal((await hoa.post('/tai-khoan/mat-khau', { current_password: password, password: changed, password_again: changed })).status, 303);
  assert.equal((await program.call('GET', '/dossiers')).status, 200);
  const forgetful = new Person(city);
  await forgetful.open('/quen-mat-khau');
  await forgetful.post('/quen-mat-khau', { identifier: 'hoa@example.com' });
  const letter = await until(() => city.mails(/hoa@example\.com/, /\/quen-mat-khau\//)[0], 'the mail with the link');
  const link = /\/quen-mat-khau\/[\w-]+/.exec(letter)[0];
  await forgetful.open(link);
  assert.equal((await forgetful.post(link, { password: renewed, password_again: renewed })).status, 303);
  assert.equal((await program.call('GET', '/dossiers')).status, 401);
});

test('what openapi.json describes has been seen', () => {
  const all = Object.entries(openapi.paths).flatMap(([name, item]) => Object.entries(item).filter(([method]) => method !== 'parameters').flatMap(([method, operation]) => Object.keys(operation.responses).map((status) => `${method} ${name} ${status}`)));
  const expected = all.filter((one) => /2\d\d$/.test(one));
  assert.deepEqual(expected.filter((one) => !seen.has(one)), []);
});
