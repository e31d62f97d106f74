// Bad input against the served portal: a clear answer of 4xx each time, never a 5xx, and nothing lost.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import * as answers from '../browser/answers.mjs';
import { Person, answerPages, attachAll, fieldsOf, password, readable, samplePdf, samplePng, sleep, startCity, startDraft, submitDraft, unescape, until } from '../browser/city.mjs';

let city;
let lan;

before(async () => {
  city = await startCity({ options: ['--upload-limit', '300k', '--dossier-upload-limit', '1M'] });
  lan = await new Person(city).signIn('lan@example.com');
});

// Each test from an address of its own: what one writes does not use up the next one's allowance.
beforeEach(() => {
  if (lan) lan.address = new Person(city).address;
});

after(async () => {
  const complaints = city?.complaints() ?? [];
  await city?.stop();
  assert.deepEqual(complaints, [], 'the server answered 5xx or logged an error');
});

const startExtract = (person) => startDraft(person, '2.000635', 'dich-vong-cau-giay');
const form = (person, target, body, type = 'application/x-www-form-urlencoded') => person.send('POST', target, { body, type });
const token = (person) => `csrf=${encodeURIComponent(person.csrf)}`;

/** Stored files below the data folder, the database left out. */
const files = () =>
  readdirSync(path.join(city.data, 'var'), { withFileTypes: true }).flatMap((entry) => {
    if (['pg', 'mail'].includes(entry.name)) return [];
    if (!entry.isDirectory()) return [entry.name];
    return readdirSync(path.join(city.data, 'var', entry.name), { recursive: true, withFileTypes: true }).filter((each) => each.isFile()).map((each) => `${entry.name}/${each.name}`);
  });

test('a form without its token, or with another person’s, is refused and changes nothing', async () => {
  const draft = await startExtract(lan);
  const hoa = await new Person(city).signIn('hoa@example.com');
  await hoa.open('/ho-so');
  await lan.open(`${draft}/yeu_cau`);
  const own = lan.csrf;
  for (const csrf of ['', 'x', hoa.csrf, `${own}A`, own.slice(1)]) {
    lan.csrf = csrf;
    const answer = await lan.post(`${draft}/yeu_cau`, { loai_giay: 'ket_hon', _action: 'next' });
    assert.equal(answer.status, 403, `token "${csrf}"`);
    assert.match(answer.headers['content-type'], /text\/html/);
  }
  const missing = await form(lan, `${draft}/yeu_cau`, 'loai_giay=ket_hon&_action=next');
  assert.equal(missing.status, 403);
  lan.csrf = own;
  const foreign = await lan.send('POST', `${draft}/yeu_cau`, { body: `${token(lan)}&loai_giay=ket_hon`, type: 'application/x-www-form-urlencoded', headers: { Origin: 'https://evil.example' } });
  assert.equal(foreign.status, 403);
  assert.equal(fieldsOf((await lan.open(`${draft}/yeu_cau`)).body, `${draft}/yeu_cau`).loai_giay, '');
});

test('malformed bodies are answered with 4xx', async () => {
  const draft = await startExtract(lan);
  await lan.open(`${draft}/yeu_cau`);
  const target = `${draft}/yeu_cau`;
  const cases = {
    'invalid UTF-8': [`${token(lan)}&loai_giay=%FF%FE%80`, 400],
    'a NUL': [`${token(lan)}&loai_giay=a%00b`, 400],
    'an overlong encoding': [`${token(lan)}&loai_giay=%C0%AF`, 400],
    'a surrogate': [`${token(lan)}&loai_giay=%ED%A0%80`, 400],
    'half an escape': [`${token(lan)}&loai_giay=%E`, 400],
  };
  for (const [name, [body, status]] of Object.entries(cases)) {
    const answer = await form(lan, target, body);
    assert.equal(answer.status, status, name);
  }
  const wide = await lan.send('POST', target, { body: Buffer.from(`csrf=${lan.csrf}&loai_giay=ket_hon`, 'utf16le'), type: 'application/x-www-form-urlencoded; charset=utf-16' });
  assert.ok(wide.status >= 400 && wide.status < 500, `UTF-16: ${wide.status}`);
  for (const type of ['application/json', 'text/plain', 'application/xml', 'multipart/form-data', null]) {
    const answer = await form(lan, target, '{"loai_giay":"ket_hon"}', type);
    assert.ok([400, 403, 415].includes(answer.status), `${type}: ${answer.status}`);
  }
  const many = await form(lan, target, `${token(lan)}&${'a=1&'.repeat(60000)}`);
  assert.ok([400, 413, 422].includes(many.status), `60,000 fields: ${many.status}`);
  const large = await form(lan, target, `${token(lan)}&ho_ten=${'x'.repeat(4 * 1024 * 1024)}`);
  assert.equal(large.status, 413);
  assert.equal((await lan.open(target)).status, 200);
});

test('wrong values of every kind stay on the page with the answer beside the field', async () => {
  const draft = await startExtract(lan);
  await lan.open(`${draft}/nguoi_yeu_cau`);
  const fields = {
    ...answers.extract.nguoi_yeu_cau,
    ho_ten: 'x',
    'ngay_sinh.day': '31',
    'ngay_sinh.month': '2',
    'ngay_sinh.year': '1985',
    giay_to: '99',
    dien_thoai: 'không có',
    thu_dien_tu: 'không phải thư',
    'noi_cu_tru.commune': "00166' OR '1'='1",
    noi_cap: 'x'.repeat(151),
    _action: 'next',
  };
  const answer = await lan.post(`${draft}/nguoi_yeu_cau`, fields);
  assert.equal(answer.status, 422);
  for (const name of ['ho_ten', 'giay_to', 'dien_thoai', 'thu_dien_tu', 'noi_cap']) assert.match(answer.body, new RegExp(`id="f-${name}"[^>]*aria-invalid="true"`), name);
  assert.match(answer.text, /chỗ cần sửa/);
  const kept = fieldsOf((await lan.open(`${draft}/nguoi_yeu_cau`)).body, `${draft}/nguoi_yeu_cau`);
  assert.equal(kept.dien_thoai, 'không có');
  assert.equal(kept['ngay_sinh.day'], '31');
  assert.equal(kept.noi_cap, 'x'.repeat(151));

  for (const [page, wrong] of [
    ['yeu_cau', { loai_giay: 'khong_co', noi_dang_ky: '1', quan_he: '[]' }],
    ['so_luong', { so_ban: '-1' }],
    ['so_luong', { so_ban: '1e400' }],
    ['so_luong', { so_ban: '99999999999999999999999999' }],
    ['so_luong', { so_ban: '１２' }],
    ['so_luong', { so_ban: ['x', 'y'], cam_doan: ['x', 'true'] }],
  ]) {
    const refused = await lan.post(`${draft}/${page}`, { ...wrong, _action: 'next' });
    assert.equal(refused.status, 422, JSON.stringify(wrong));
  }
  for (const page of ['khong-co', '..', '%2e%2e', 'giay-to/x/y', '%00', 'a'.repeat(3000)]) {
    const answer = await lan.send('GET', `${draft}/${page}`);
    assert.ok(answer.status >= 400 && answer.status < 500, `${page.slice(0, 20)}: ${answer.status}`);
  }
});

test('decomposed text is stored composed', async () => {
  const draft = await startExtract(lan);
  const composed = 'Nguyễn Thị Hằng Ường';
  await lan.open(`${draft}/nguoi_yeu_cau`);
  await lan.post(`${draft}/nguoi_yeu_cau`, { ...answers.extract.nguoi_yeu_cau, ho_ten: composed.normalize('NFD'), _action: 'next' });
  assert.equal(fieldsOf((await lan.open(`${draft}/nguoi_yeu_cau`)).body, `${draft}/nguoi_yeu_cau`).ho_ten, composed.normalize('NFC'));
});

const nasty = `<script>alert(1)</script>"'><img src=x onerror=alert(2)>'; DROP TABLE dossier;-- {{csrf}} \${7*7}`;
const isHarmless = (answer, where) => {
  assert.equal(answer.status, 200, where);
  assert.ok(!/<script>alert|<img src=x/i.test(answer.body), `${where} shows markup of an answer`);
  assert.ok(answer.body.includes('&lt;script&gt;alert(1)'), `${where} does not show the answer at all`);
};

test('markup and SQL in answers are shown as text on every page', async () => {
  const draft = await startExtract(lan);
  const pages = structuredClone(answers.extract);
  pages.nguoi_yeu_cau.noi_cap = nasty;
  pages.nguoi_yeu_cau['noi_cu_tru.line'] = nasty;
  pages.thong_tin.co_quan_dang_ky = nasty;
  pages.so_luong.muc_dich = nasty;
  await answerPages(lan, draft, pages);
  isHarmless(await lan.open(`${draft}/nguoi_yeu_cau`), 'the form page');
  await attachAll(lan, draft);
  const name = await lan.open(`${draft}/giay-to`);
  const target = /action="([^"]*\/giay-to\/[^"/]+)"/.exec(name.body)[1];
  assert.equal((await lan.upload(target, [samplePng(`<img src=x onerror=alert(3)>.png`)])).status, 303);
  const papers = await lan.open(`${draft}/giay-to`);
  assert.ok(!/<img src=x/i.test(papers.body));
  assert.match(papers.body, /onerror=alert\(3\)/, 'the file keeps what can be shown of its name');
  isHarmless(await lan.open(`${draft}/xem-lai`), 'the review page');
  const code = await submitDraft(lan, draft);
  isHarmless(await lan.open(`/ho-so/${code}`), 'the dossier’s page');
  const clerk = await new Person(city).signIn('mot-cua@dich-vong-cau-giay.example');
  const queue = await clerk.open('/can-bo');
  const link = new RegExp(`href="(/can-bo/ho-so/[0-9a-f-]+)[^"]*"`).exec(queue.body.slice(Math.max(0, queue.body.indexOf(code) - 1500)));
  assert.ok(link, 'the clerk sees the dossier in the queue');
  isHarmless(await clerk.open(link[1]), 'the official’s page');

  for (const target of [`/tim-kiem?q=${encodeURIComponent(nasty)}`, `/tim-kiem/goi-y?q=${encodeURIComponent(nasty)}`, `/thu-tuc?linh-vuc=${encodeURIComponent(nasty)}`, `/co-quan?q=${encodeURIComponent(nasty)}`, `/tra-cuu?ma=${encodeURIComponent(nasty)}`, `/xac-minh/${encodeURIComponent(nasty)}`, `/dang-nhap?ve=${encodeURIComponent(nasty)}`]) {
    const answer = await lan.open(target);
    assert.ok(answer.status < 500, `${target}: ${answer.status}`);
    assert.ok(!/<script>alert|<img src=x/i.test(answer.body), `${target} shows markup`);
  }
});

test('a link back leads nowhere but to this site', async () => {
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '/\t/evil.example', '%2F%2Fevil.example']) {
    const person = new Person(city);
    const page = await person.open(`/dang-nhap?ve=${encodeURIComponent(back)}`);
    assert.ok(page.status < 500);
    const answer = await person.post('/dang-nhap', { identifier: 'lan@example.com', password, back });
    assert.equal(answer.status, 303);
    assert.equal(new URL(answer.location, city.url).origin, city.url, back);
    const language = await person.send('GET', `/ngon-ngu/en?ve=${encodeURIComponent(back)}`);
    assert.ok(language.status < 400 ? new URL(language.location, city.url).origin === city.url : language.status < 500, `${back}: ${language.location}`);
  }
});

test('another citizen’s draft, dossier and papers do not exist for me', async () => {
  const draft = await startExtract(lan);
  await answerPages(lan, draft, answers.extract);
  await attachAll(lan, draft);
  const file = /href="([^"]*\/tep\/[0-9a-f-]+)"/.exec((await lan.open(`${draft}/giay-to`)).body)[1];
  assert.equal((await lan.open(file)).status, 200);
  const hoa = await new Person(city).signIn('hoa@example.com');
  const closed = async (paths) => {
    for (const target of paths) assert.equal((await hoa.send('GET', target)).status, 404, target);
  };
  await closed([draft, `${draft}/yeu_cau`, `${draft}/giay-to`, `${draft}/xem-lai`, `${draft}/xoa`, file]);
  await hoa.open('/ho-so');
  for (const [target, fields] of [[`${draft}/yeu_cau`, { loai_giay: 'ket_hon', _action: 'next' }], [`${draft}/nop`, { agree: 'true', return_channel: 'counter' }], [`${draft}/xoa`, {}]]) assert.equal((await hoa.post(target, fields)).status, 404, target);
  const uploading = await hoa.upload(`${draft}/giay-to/giay_to_tuy_than`, [samplePdf()]);
  assert.equal(uploading.status, 404);
  const code = await submitDraft(lan, draft);
  const sent = file.replace(draft, `/ho-so/${code}`);
  assert.equal((await lan.open(sent)).status, 200);
  await closed([`/ho-so/${code}`, `/ho-so/${code}/giay-hen`, `/ho-so/${code}/giay-hen.pdf`, `/ho-so/${code}/qr.svg`, sent, `/ho-so/${code}/rut`, `/ho-so/${code}/danh-gia`]);
  assert.ok([404, 409].includes((await hoa.send('GET', `/ho-so/${code}/bo-sung`)).status));
  assert.equal((await hoa.post(`/ho-so/${code}/rut`, { revision: '1', reason: 'x' })).status, 404);
  // Nor for officials, who have pages of their own, nor for another agency's.
  const other = await new Person(city).signIn('mot-cua@quan-hoa-cau-giay.example');
  assert.equal((await other.send('GET', `/ho-so/${code}`)).status, 404);
  assert.ok(!(await other.open('/can-bo')).body.includes(code));
  const id = draft.split('/').pop();
  for (const target of [`/can-bo/ho-so/${id}`, `/can-bo/ho-so/${id}/tep/${file.split('/').pop()}`, `/can-bo/ho-so/${id}/ban-in.pdf`, `/can-bo/ho-so/${id}/phieu/giay-hen.pdf`]) assert.equal((await other.send('GET', target)).status, 404, target);
  assert.ok([403, 404].includes((await hoa.send('GET', `/can-bo/ho-so/${id}`)).status), 'a citizen at the desk');
  const stranger = new Person(city);
  const asked = await stranger.send('GET', `/ho-so/${code}`);
  assert.equal(asked.status, 303);
  assert.match(asked.location, /^\/dang-nhap\?ve=/);
});

test('a form sent again after submission leads to the dossier and makes no second one', async () => {
  const draft = await startExtract(lan);
  await answerPages(lan, draft, answers.extract);
  await attachAll(lan, draft);
  const page = await lan.open(`${draft}/xem-lai`);
  const fields = { ...fieldsOf(page.body, `${draft}/nop`), return_channel: 'counter', agree: 'true' };
  const both = await Promise.all([1, 2, 3, 4].map(() => lan.post(`${draft}/nop`, fields)));
  const places = new Set(both.map((answer) => answer.location));
  assert.deepEqual(both.map((answer) => answer.status), [303, 303, 303, 303]);
  assert.equal(places.size, 1, [...places].join(' '));
  const code = /\/ho-so\/([^/]+)\//.exec([...places][0])[1];
  assert.equal((await lan.post(`${draft}/nop`, fields)).location, [...places][0]);
  for (const target of [`${draft}/yeu_cau`, `${draft}/giay-to`, `${draft}/xem-lai`]) assert.equal((await lan.send('GET', target)).location, `/ho-so/${code}`, target);
  assert.equal((await lan.post(`${draft}/so_luong`, { so_ban: '50', cam_doan: 'true', _action: 'next' })).location, `/ho-so/${code}`);
  assert.equal((await lan.upload(`${draft}/giay-to/giay_to_tuy_than`, [samplePdf()])).location, `/ho-so/${code}`);
  assert.match((await lan.open(`/ho-so/${code}`)).text, /Số bản sao 3/);
  const list = await lan.open('/ho-so');
  assert.equal(list.body.split(code).length > 1, true);
});

test('an unfinished dossier is not submitted and says what is missing', async () => {
  const draft = await startExtract(lan);
  await lan.open(`${draft}/xem-lai`);
  const answer = await lan.post(`${draft}/nop`, { agree: 'true', return_channel: 'counter', _revision: '1' });
  assert.equal(answer.status, 422);
  const lead = /href="([^"]*#f-loai_giay)"/.exec(answer.body)?.[1];
  assert.ok(lead, 'what is missing leads there');
  assert.match((await lan.open(lead.replace(/#.*/, ''))).body, /id="f-loai_giay"/);
  await answerPages(lan, draft, answers.extract);
  await attachAll(lan, draft);
  await lan.open(`${draft}/xem-lai`);
  const silent = await lan.post(`${draft}/nop`, { return_channel: 'counter' });
  assert.equal(silent.status, 422);
  assert.match(silent.text, /Hãy đánh dấu cam đoan/);
});

test('two windows on one page: the second is told, and what it typed is still there', async () => {
  const draft = await startExtract(lan);
  const page = await lan.open(`${draft}/so_luong`);
  const revision = fieldsOf(page.body, `${draft}/so_luong`)._revision;
  assert.equal((await lan.post(`${draft}/so_luong`, { _revision: revision, so_ban: '2', cam_doan: 'true', _action: 'next' })).status, 303);
  const late = await lan.post(`${draft}/so_luong`, { _revision: revision, so_ban: '7', cam_doan: 'true', _action: 'next' });
  assert.equal(late.status, 409);
  const typed = fieldsOf(late.body, `${draft}/so_luong`);
  assert.equal(typed.so_ban, '7');
  assert.equal((await lan.post(`${draft}/so_luong`, { ...typed, _action: 'next' })).status, 303);
  assert.equal(fieldsOf((await lan.open(`${draft}/so_luong`)).body, `${draft}/so_luong`).so_ban, '7');
});

test('uploads: wrong type, empty, too large, too many, no file, truncated', async () => {
  const draft = await startExtract(lan);
  await lan.open(`${draft}/giay-to`);
  const target = `${draft}/giay-to/giay_to_tuy_than`;
  const before = files().length;
  const wrong = {
    'a program named .pdf': [{ name: 'a.pdf', type: 'application/pdf', bytes: Buffer.from('MZ\x90\x00this is a program'.repeat(20), 'latin1') }],
    'a web page': [{ name: 'a.html', type: 'text/html', bytes: Buffer.from('<html><script>alert(1)</script></html>') }],
    'a picture with script': [{ name: 'a.svg', type: 'image/svg+xml', bytes: Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>') }],
    nothing: [{ name: 'a.pdf', type: 'application/pdf', bytes: Buffer.alloc(0) }],
  };
  for (const [name, list] of Object.entries(wrong)) {
    const answer = await lan.upload(target, list);
    assert.equal(answer.status, 422, name);
    assert.match(answer.body, /id="tep-giay_to_tuy_than-error"/, name);
  }
  const none = await lan.upload(target, []);
  assert.equal(none.status, 422);
  const big = await lan.upload(target, [samplePdf('to.pdf', { size: 400 * 1024 })]);
  assert.equal(big.status, 413);
  assert.equal((await lan.upload(`${draft}/giay-to/khong_co`, [samplePdf()])).status, 404);
  assert.equal((await lan.upload(target, [samplePdf()], { csrf: 'x' })).status, 403);
  const cut = await lan.send('POST', target, { body: `--r\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${lan.csrf}\r\n--r\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4`, type: 'multipart/form-data; boundary=r' });
  assert.ok(cut.status >= 400 && cut.status < 500, `truncated: ${cut.status}`);
  assert.equal(files().length, before, 'nothing refused is kept');
  assert.ok(!/\/tep\//.test((await lan.open(`${draft}/giay-to`)).body));
  for (const name of ['../../etc/passwd.pdf', 'giấy tờ.pdf', 'a\u0000b.pdf', `${'dài'.repeat(200)}.pdf`, '.pdf']) {
    const answer = await lan.upload(target, [samplePdf(name)]);
    assert.ok([303, 400, 422].includes(answer.status), `${name.slice(0, 20)}: ${answer.status}`);
  }
  const shown = await lan.open(`${draft}/giay-to`);
  assert.ok(shown.body.includes('giấy tờ.pdf'));
  assert.ok(!shown.body.includes('../'));
  // What was good of several files is kept, and the page that refuses the others shows it.
  const some = await lan.upload(target, [samplePdf('tot.pdf'), wrong['a web page'][0]]);
  assert.equal(some.status, 422);
  assert.ok(some.body.includes('tot.pdf'), 'the file that was kept is not shown');
  // All together have a limit too.
  let last = 303;
  for (let i = 0; i < 8 && last === 303; i++) last = (await lan.upload(target, [samplePdf(`n${i}.pdf`, { size: 250 * 1024, seed: i + 1 })])).status;
  assert.ok([413, 422].includes(last), `beyond the limit of a dossier: ${last}`);
});

test('a connection cut in the middle of an upload leaves no file and no row', async () => {
  const draft = await startExtract(lan);
  await lan.open(`${draft}/giay-to`);
  const before = files().length;
  const target = `${draft}/giay-to/giay_to_tuy_than`;
  const cookies = [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve, reject) => {
      const socket = net.connect(city.port, '127.0.0.1', () => {
        socket.write(`POST ${target} HTTP/1.1\r\nHost: localhost:${city.port}\r\nX-Forwarded-For: ${lan.address}\r\nCookie: ${cookies}\r\nContent-Type: multipart/form-data; boundary=r\r\nContent-Length: 200000\r\n\r\n`);
        socket.write(`--r\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n${lan.csrf}\r\n--r\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n`);
        socket.write(samplePdf().bytes);
        socket.write(Buffer.alloc(90000, 32), () => setTimeout(() => (socket.destroy(), resolve()), 150));
      });
      socket.on('error', reject);
    });
  }
  await until(() => files().length === before, 'the half-received files to go', 10);
  assert.ok(!/\/tep\//.test((await lan.open(`${draft}/giay-to`)).body));
  assert.equal((await lan.upload(target, [samplePdf()])).status, 303);
  assert.ok(files().length > before, 'a whole upload is kept');
});

test('an ended session leads to sign-in and back to the page; the draft is kept', async () => {
  const person = await new Person(city).signIn('anh@example.com');
  await person.send('GET', '/ngon-ngu/vi?ve=/');
  const draft = await startExtract(person);
  await answerPages(person, draft, { yeu_cau: answers.extract.yeu_cau });
  await person.open(`${draft}/so_luong`);
  const second = await new Person(city).signIn('anh@example.com');
  await second.open('/tai-khoan');
  assert.equal((await second.post('/tai-khoan/phien/thu-hoi-khac')).status, 303);
  const asked = await person.send('GET', `${draft}/so_luong`);
  assert.equal(asked.status, 303, 'revoked at once');
  assert.equal(decodeURIComponent(asked.location), `/dang-nhap?ve=${draft}/so_luong`);
  const body = new URLSearchParams({ csrf: person.csrf, so_ban: '2', _action: 'next' }).toString();
  const sent = await person.send('POST', `${draft}/so_luong`, { body, type: 'application/x-www-form-urlencoded', headers: { Referer: `${city.url}${draft}/so_luong` } });
  assert.equal(sent.status, 303);
  assert.equal(decodeURIComponent(sent.location), `/dang-nhap?ve=${draft}/so_luong`);
  await person.open(sent.location);
  const back = await person.post('/dang-nhap', { identifier: 'anh@example.com', password, back: `${draft}/so_luong` });
  assert.equal(back.location, `${draft}/so_luong`);
  assert.equal(fieldsOf((await person.open(`${draft}/yeu_cau`)).body, `${draft}/yeu_cau`).loai_giay, 'khai_sinh');
  for (const cookie of ['x', 'a'.repeat(43), '', '%00', 'A'.repeat(5000)]) {
    const thief = new Person(city);
    thief.cookies.set('phien', cookie);
    assert.ok([303, 400, 431].includes((await thief.send('GET', '/ho-so')).status), `cookie ${cookie.slice(0, 10)}`);
  }
});

test('what is sent after the session has ended is kept through signing in, and sent by a click', async () => {
  const person = await new Person(city).signIn('anh@example.com');
  const draft = await startExtract(person);
  await answerPages(person, draft, { yeu_cau: answers.extract.yeu_cau });
  await person.open(`${draft}/so_luong`);
  const second = await new Person(city).signIn('anh@example.com');
  await second.open('/tai-khoan');
  await second.post('/tai-khoan/phien/thu-hoi-khac');
  const sent = (headers, more = {}) =>
    person.send('POST', `${draft}/so_luong`, {
      body: new URLSearchParams({ csrf: person.csrf, ...answers.extract.so_luong, so_ban: '3', ghi_chu: 'dòng "một"\n<hai>', _action: 'next', ...more }).toString(), type: 'application/x-www-form-urlencoded', headers });
  const asked = await sent({ Origin: `http://127.0.0.1:${city.port}`, Referer: `${city.url}${draft}/so_luong` });
  assert.equal(asked.status, 401);
  assert.match(asked.text, /Phiên đăng nhập đã hết hạn/);
  const hidden = (page) => Object.fromEntries([...page.body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [name, unescape(value)]));
  const kept = hidden(asked);
  assert.equal(kept.kept_path, `${draft}/so_luong`);
  const wrong = await person.post('/dang-nhap', { ...kept, csrf: person.csrf, identifier: 'anh@example.com', password: 'sai mật khẩu' });
  assert.equal(wrong.status, 401);
  assert.equal(hidden(wrong).kept_body, kept.kept_body, 'a wrong password loses nothing');
  const offer = await person.post('/dang-nhap', { ...hidden(wrong), csrf: person.csrf, identifier: 'anh@example.com', password });
  assert.equal(offer.status, 200);
  assert.match(offer.body, new RegExp(`action="${draft}/so_luong"`));
  const fields = hidden(offer);
  assert.equal(fields.so_ban, '3');
  assert.equal(fields.ghi_chu.replaceAll('\r\n', '\n'), 'dòng "một"\n<hai>');
  const { csrf, ...answersAgain } = fields;
  assert.ok(csrf);
  const saved = await person.post(`${draft}/so_luong`, answersAgain);
  assert.equal(saved.status, 303);
  assert.equal(fieldsOf((await person.open(`${draft}/so_luong`)).body, `${draft}/so_luong`).so_ban, '3');

  person.cookies.delete('phien');
  assert.equal((await sent({ Origin: 'https://evil.example' })).status, 303, 'nothing is kept of what another site sends');
  assert.equal((await sent({})).status, 303, 'nor of what comes from nowhere');
  assert.equal((await sent({ Origin: `http://127.0.0.1:${city.port}` }, { _background: '1' })).status, 303, 'a script asks again by itself');
  await person.open('/dang-nhap');
  const script = { Origin: `http://127.0.0.1:${city.port}`, 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' };
  assert.equal((await sent(script)).status, 303, 'whatever it sends');
  const foreign = await person.post('/dang-nhap', { identifier: 'anh@example.com', password, back: '', kept_path: '//evil.example/x', kept_body: 'a=b' });
  assert.equal(foreign.status, 303, 'a path elsewhere is nothing to go on to');
});

test('signing in says the same for an unknown name and a wrong password, in about the same time', async () => {
  const person = new Person(city);
  const tell = async (identifier) => {
    await person.open('/dang-nhap');
    const begin = performance.now();
    const answer = await person.post('/dang-nhap', { identifier, password: 'không phải mật khẩu này', back: '' });
    return { time: performance.now() - begin, status: answer.status, text: answer.text };
  };
  const known = [];
  const unknown = [];
  for (let i = 0; i < 5; i++) {
    known.push(await tell('lan@example.com'));
    unknown.push(await tell(`la${i}@example.com`));
  }
  assert.deepEqual([...new Set([...known, ...unknown].map((each) => each.status))], [401]);
  assert.equal(new Set([...known, ...unknown].map((each) => each.text)).size, 1);
  const median = (list) => list.map((each) => each.time).sort((a, b) => a - b)[2];
  assert.ok(median(unknown) > median(known) * 0.4 && median(unknown) < median(known) * 2.5, `${median(unknown)} ms and ${median(known)} ms`);
  const texts = [];
  for (const identifier of ['lan@example.com', 'khong-co@example.com']) {
    await person.open('/quen-mat-khau');
    const answer = await person.post('/quen-mat-khau', { identifier });
    texts.push(`${answer.status} ${answer.text}`);
  }
  assert.equal(texts[0], texts[1]);
});

test('whatever the browser calls itself, one can sign in', async () => {
  for (const name of ['x'.repeat(299) + 'ệ', 'Trình duyệt \u{1f98a}', 'b\u00ff', ' ', 'x'.repeat(4000)]) {
    const person = new Person(city);
    const agent = { 'User-Agent': Buffer.from(name, name.startsWith('b') ? 'latin1' : 'utf8').toString('latin1') };
    await person.open('/dang-nhap');
    const body = new URLSearchParams({ csrf: person.csrf, identifier: 'lan@example.com', password, back: '' }).toString();
    const answer = await person.send('POST', '/dang-nhap', { body, type: 'application/x-www-form-urlencoded', headers: agent });
    assert.equal(answer.status, 303, JSON.stringify(name.slice(0, 20)));
  }
});

test('what is wrong with the profile loses nothing typed', async () => {
  await lan.open('/tai-khoan');
  const wrong = await lan.post('/tai-khoan', { full_name: 'Trần Thị Lan', personal_id: '1', email: 'lan@example.com', phone: '', address: 'Số 5', language: 'en' });
  assert.equal(wrong.status, 422);
  const typed = fieldsOf(wrong.body, '/tai-khoan');
  assert.equal(typed.full_name, 'Trần Thị Lan');
  assert.equal(typed.language, 'en');
});

test('guessing passwords is slowed down, for one address and for one name', async () => {
  const person = new Person(city);
  await person.open('/dang-nhap');
  let answer;
  for (let i = 0; i < 30; i++) {
    answer = await person.post('/dang-nhap', { identifier: `ai-do-${i}@example.com`, password: 'x', back: '' });
    if (answer.status === 429) break;
    assert.equal(answer.status, 401);
  }
  assert.equal(answer.status, 429);
  assert.ok(Number(answer.headers['retry-after']) >= 1);
  for (let i = 0; i < 30; i++) {
    const other = new Person(city);
    await other.open('/dang-nhap');
    answer = await other.post('/dang-nhap', { identifier: 'muc-tieu@example.com', password: 'x', back: '' });
    if (answer.status === 429) break;
  }
  assert.equal(answer.status, 429);
  assert.match(answer.headers['content-type'], /text\/html/);
});

test('registering, confirming by mail, and a lost password', async () => {
  const person = new Person(city);
  await person.open('/dang-ky');
  const wrong = await person.post('/dang-ky', { full_name: '', email: 'không phải thư', phone: '12', password: 'ngắn', password_again: 'khác', agree: 'true' });
  assert.equal(wrong.status, 422);
  const fields = { full_name: 'Đỗ Thị Thử Nghiệm', email: 'thu.nghiem@example.com', phone: '0987654321', password: 'một câu dễ nhớ 2017', password_again: 'một câu dễ nhớ 2017', agree: 'true' };
  const made = await person.post('/dang-ky', fields);
  assert.equal(made.status, 200);
  await person.open('/dang-ky');
  const again = await person.post('/dang-ky', fields);
  assert.equal(again.text, made.text, 'an address already taken is not told');
  const [mail] = await until(() => { const found = city.mails(/thu\.nghiem@example\.com/, /\/xac-nhan\//); return found.length ? found : null; }, 'the mail of confirmation');
  const confirm = /\/xac-nhan\/[\w-]+/.exec(mail)[0];
  assert.match(mail, /Đỗ Thị Thử Nghiệm/);
  await person.open(confirm);
  assert.match((await person.post(confirm)).text, /đã được xác nhận/);
  await person.signIn(fields.email, fields.password);

  const forgetful = new Person(city);
  await forgetful.open('/quen-mat-khau');
  await forgetful.post('/quen-mat-khau', { identifier: fields.email });
  const [letter] = await until(() => { const found = city.mails(/thu\.nghiem@example\.com/, /\/quen-mat-khau\//); return found.length ? found : null; }, 'the mail with the link');
  const link = /\/quen-mat-khau\/[\w-]+/.exec(letter)[0];
  assert.equal((await forgetful.open(link)).status, 200);
  assert.equal((await forgetful.post(link, { password: 'ngắn', password_again: 'ngắn' })).status, 422);
  const renewed = 'mật khẩu hoàn toàn mới';
  assert.equal((await forgetful.post(link, { password: renewed, password_again: renewed })).status, 303);
  assert.equal((await person.send('GET', '/ho-so')).status, 303, 'a new password ends the sessions');
  await forgetful.signIn(fields.email, renewed);
  const twice = await forgetful.post(link, { password: `${renewed}!`, password_again: `${renewed}!` });
  assert.ok(twice.status >= 400 && twice.status < 500, `the link works once: ${twice.status}`);
  for (const bad of ['/quen-mat-khau/x', '/xac-nhan/x', `/quen-mat-khau/${'A'.repeat(43)}`]) {
    const answer = await forgetful.post(bad, { password: renewed, password_again: renewed });
    assert.ok(answer.status >= 400 && answer.status < 500, `${bad}: ${answer.status}`);
  }
});

function totp(secret, at) {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = '';
  for (const letter of secret.replace(/[^A-Z2-7]/g, '')) bits += alphabet.indexOf(letter).toString(2).padStart(5, '0');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = mac[19] & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1000000).padStart(6, '0');
}

test('a second factor: enrolled, asked for, a code works once', async () => {
  const email = 'tu-phap@ha-dong.example';
  const person = await new Person(city).signIn(email);
  const page = await person.open('/tai-khoan/xac-thuc-hai-lop');
  const secret = readable(/<span class="code code--wrap">([^<]*)</.exec(page.body)[1]);
  const now = () => Date.parse(city.lines().at(-1).time);
  assert.equal((await person.post('/tai-khoan/xac-thuc-hai-lop', { code: '000000' })).status, 422);
  const answer = await person.post('/tai-khoan/xac-thuc-hai-lop', { code: totp(secret, now()) });
  assert.equal(answer.status, 303, answer.text.slice(0, 300));
  const other = new Person(city);
  await other.open('/dang-nhap');
  const half = await other.post('/dang-nhap', { identifier: email, password, back: '/can-bo' });
  assert.match(half.location, /^\/dang-nhap\/xac-thuc/);
  assert.match((await other.send('GET', '/can-bo')).location, /^\/dang-nhap\/xac-thuc/, 'half a sign-in opens nothing');
  await other.open(half.location);
  const refused = await other.post('/dang-nhap/xac-thuc', { code: '12345', back: '/can-bo' });
  assert.ok([401, 422].includes(refused.status));
  const code = totp(secret, now() + 30000);
  assert.equal((await other.post('/dang-nhap/xac-thuc', { code, back: '/can-bo' })).status, 303);
  assert.equal((await other.send('GET', '/can-bo')).status, 200);
  const replay = new Person(city);
  await replay.open('/dang-nhap');
  await replay.post('/dang-nhap', { identifier: email, password, back: '' });
  await replay.open('/dang-nhap/xac-thuc');
  assert.ok([401, 422].includes((await replay.post('/dang-nhap/xac-thuc', { code, back: '' })).status), 'a code works once');
});

test('the language is switched and kept', async () => {
  const person = new Person(city);
  assert.match((await person.open('/')).body, /<html[^>]*lang="vi"/);
  const answer = await person.send('GET', '/ngon-ngu/en?ve=%2Fthu-tuc');
  assert.equal(answer.location, '/thu-tuc');
  assert.match((await person.open('/thu-tuc')).body, /<html[^>]*lang="en"/);
  assert.ok((await person.send('GET', '/ngon-ngu/xx?ve=/')).status < 500);
});

test('tracking needs code and secret, and tells nothing else', async () => {
  const draft = await startExtract(lan);
  await answerPages(lan, draft, answers.extract);
  await attachAll(lan, draft);
  const code = await submitDraft(lan, draft);
  const secret = /Mã tra cứu \(giữ kín\) ([\w-]+)/.exec((await lan.open(`/ho-so/${code}/giay-hen`)).text)[1];
  const stranger = new Person(city);
  await stranger.open('/tra-cuu');
  const wrong = await stranger.post('/tra-cuu', { code, secret: 'AAAA-AAAA' });
  const unknown = await stranger.post('/tra-cuu', { code: code.replace('170314', '170313'), secret: 'AAAA-AAAA' });
  assert.equal(wrong.status, unknown.status);
  assert.ok(wrong.status >= 400 && wrong.status < 500);
  const right = await stranger.post('/tra-cuu', { code: ` ${code.toLowerCase()} `, secret: secret.toLowerCase().replace('-', ' ') });
  assert.equal(right.status, 200);
  assert.match(right.text, /chờ tiếp nhận/);
  await sleep(0);
});
