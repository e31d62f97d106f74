// Resumable uploads by the tus protocol 1.0.0: every answer of it, broken lines, races, a killed server, and one document each time.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { Person, answerPages, attachAll, sleep, startCity, submitDraft, until } from '../browser/city.mjs';
import { extract } from '../browser/answers.mjs';
import { base64, breakOff, bytesOf, create, filesOf, newDraft, newPerson, octets, offsetOf, patch, pdfOf, sha, tus, version } from './tus.mjs';

const MB = 1024 * 1024;
let city, lan, hoa, place;

before(async () => {
  city = await startCity({ options: ['--rate-limits', '0', '--upload-limit', '8M', '--dossier-upload-limit', '12M', '--session-lifetime', '365d'] });
  lan = await newPerson(city, 'lan@example.com');
  hoa = await newPerson(city, 'hoa@example.com');
});
beforeEach(async () => {
  if (lan) place = await newDraft(lan);
});
after(async () => {
  const complaints = city?.complaints() ?? [];
  await city?.stop();
  assert.deepEqual(complaints, [], 'the server answered 5xx or logged an error');
});

const spool = () => {
  try {
    return readdirSync(path.join(city.data, 'var/spool/resumable'));
  } catch {
    return [];
  }
};
/** The one document of the draft is these bytes. */
const isDocument = async (bytes, person = lan, draft = place.draft) => {
  const files = await filesOf(person, draft);
  assert.equal(files.length, 1, 'exactly one document');
  assert.ok((await bytesOf(person, files[0].url)).equals(bytes), 'the same bytes');
  return files[0];
};

test('OPTIONS says what the server can do, to anybody', async () => {
  for (const target of [place.creation, `${place.creation}/01930000-0000-7000-8000-000000000000`]) {
    const answer = await new Person(city).send('OPTIONS', target);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['tus-resumable'], '1.0.0');
    assert.equal(answer.headers['tus-version'], '1.0.0');
    assert.equal(answer.headers['tus-extension'], 'creation,creation-with-upload,termination,expiration,checksum');
    assert.equal(answer.headers['tus-max-size'], String(8 * MB));
    assert.match(answer.headers['tus-checksum-algorithm'], /\bsha1\b/);
  }
});

test('a file in three parts becomes one document, with its name', async () => {
  const bytes = pdfOf(300_001);
  const made = await tus(lan, 'POST', place.creation, { headers: { 'Upload-Length': '300001', 'Upload-Metadata': `filename ${base64('Căn cước.pdf')},filetype ${base64('application/pdf')},leer` } });
  assert.equal(made.status, 201);
  assert.equal(made.headers['tus-resumable'], '1.0.0');
  assert.ok(made.location.startsWith(`${place.creation}/`));
  assert.ok(Date.parse(made.headers['upload-expires']) > 0);
  const head = await tus(lan, 'HEAD', made.location);
  assert.deepEqual([head.status, head.headers['upload-offset'], head.headers['upload-length'], head.headers['cache-control']], [200, '0', '300001', 'no-store']);
  assert.match(head.headers['upload-metadata'], /^filename .*,leer$/);
  for (const [from, to] of [[0, 65536], [65536, 65537], [65537, 300001]]) {
    const answer = await patch(lan, made.location, from, bytes.subarray(from, to));
    assert.equal(answer.status, 204, answer.text);
    assert.equal(answer.headers['upload-offset'], String(to));
    assert.equal(answer.body, '');
    assert.equal(await offsetOf(lan, made.location), to);
  }
  const file = await isDocument(bytes);
  assert.equal(file.name, 'Căn cước.pdf');
  assert.deepEqual(spool(), []);
});

test('a last part that is repeated, because its answer was lost, makes no second document', async () => {
  const bytes = pdfOf(70_000);
  const upload = await create(lan, place.creation, bytes.length);
  assert.equal((await patch(lan, upload, 0, bytes)).status, 204);
  assert.equal((await patch(lan, upload, 0, bytes)).status, 409);
  assert.equal((await patch(lan, upload, bytes.length, '')).status, 204);
  assert.equal(await offsetOf(lan, upload), bytes.length);
  await isDocument(bytes);
  const { url } = (await filesOf(lan, place.draft))[0];
  const document = url.split('/').pop();
  assert.equal((await lan.post(`${place.draft}/giay-to/giay_to_tuy_than/${document}/xoa`)).status, 303);
  assert.equal((await patch(lan, upload, 0, bytes)).status, 409, 'nor one in place of the one removed');
  assert.equal((await filesOf(lan, place.draft)).length, 0);
});

test('creation with the first bytes, with all of them, and with wrong ones', async () => {
  const bytes = pdfOf(100_000);
  const answer = await tus(lan, 'POST', place.creation, { headers: { 'Upload-Length': '100000' }, body: bytes.subarray(0, 40_000), type: octets });
  assert.deepEqual([answer.status, answer.headers['upload-offset']], [201, '40000']);
  assert.equal((await patch(lan, answer.location, 40_000, bytes.subarray(40_000))).status, 204);
  await isDocument(bytes);
  const second = await newDraft(lan);
  const whole = await tus(lan, 'POST', second.creation, { headers: { 'Upload-Length': '100000' }, body: bytes, type: octets });
  assert.deepEqual([whole.status, whole.headers['upload-offset']], [201, '100000']);
  assert.equal((await filesOf(lan, second.draft)).length, 1);
  assert.equal((await tus(lan, 'POST', second.creation, { headers: { 'Upload-Length': '100000' }, body: bytes, type: 'application/pdf' })).status, 415);
  assert.equal((await tus(lan, 'POST', second.creation, { headers: { 'Upload-Length': '99999' }, body: bytes, type: octets })).status, 413);
  assert.equal((await tus(lan, 'POST', second.creation, { headers: { 'Upload-Length': '100000', 'Upload-Checksum': `sha1 ${sha('sha1', 'x')}` }, body: bytes, type: octets })).status, 460);
  assert.equal((await filesOf(lan, second.draft)).length, 1);
  assert.deepEqual(spool(), []);
});

test('what cannot be an upload is refused before it is one', async () => {
  const length = { 'Upload-Length': '1000' };
  const cases = {
    'no length': [{}, 400],
    'a negative length': [{ 'Upload-Length': '-1' }, 400],
    'a length in words': [{ 'Upload-Length': '1e3' }, 400],
    'a length with a plus': [{ 'Upload-Length': '+5' }, 400],
    'more than a number holds': [{ 'Upload-Length': '9223372036854775808' }, 413],
    'more than anybody counts': [{ 'Upload-Length': '9'.repeat(30) }, 413],
    'a deferred length': [{ 'Upload-Defer-Length': '1' }, 400],
    'a part to be put together': [{ ...length, 'Upload-Concat': 'partial' }, 400],
    'an empty file': [{ 'Upload-Length': '0' }, 422],
    'more than one file may have': [{ 'Upload-Length': String(8 * MB + 1) }, 413],
    'more than anything may have': [{ 'Upload-Length': '9'.repeat(18) }, 413],
    'metadata that are no base64': [{ ...length, 'Upload-Metadata': 'filename ???' }, 400],
    'metadata without a key': [{ ...length, 'Upload-Metadata': `filename ${base64('a')},,` }, 400],
    'a key twice': [{ ...length, 'Upload-Metadata': `a ${base64('a')},a ${base64('b')}` }, 400],
    'a name that is no UTF-8': [{ ...length, 'Upload-Metadata': `filename ${Buffer.from([0xff, 0xfe]).toString('base64')}` }, 400],
    'a name with a NUL': [{ ...length, 'Upload-Metadata': `filename ${base64('a\0b')}` }, 400],
    'too many pairs': [{ ...length, 'Upload-Metadata': [...Array(40).keys()].map((n) => `k${n} ${base64('v')}`).join(',') }, 400],
    'long metadata': [{ ...length, 'Upload-Metadata': `a ${base64('x'.repeat(4000))}` }, 400],
    'another version': [{ ...length, 'Tus-Resumable': '0.2.2' }, 412],
    'no token': [{ ...length, 'X-CSRF-Token': '' }, 403],
    'another site': [{ ...length, Origin: 'https://evil.example' }, 403],
  };
  for (const [what, [headers, status]] of Object.entries(cases)) {
    const answer = await tus(lan, 'POST', place.creation, { headers });
    assert.equal(answer.status, status, what);
    if (status !== 403) {
      assert.equal(answer.headers['tus-resumable'], '1.0.0', what);
      assert.match(answer.headers['content-type'], /^text\/plain/, what);
      assert.ok(answer.body.length > 10, what);
    }
    if (status === 412) assert.equal(answer.headers['tus-version'], '1.0.0');
  }
  assert.equal((await lan.send('POST', place.creation, { headers: { 'X-CSRF-Token': lan.csrf, ...length } })).status, 412, 'no version');
  assert.equal((await tus(lan, 'POST', place.creation.replace('giay_to_tuy_than', 'khong_co'), { headers: length })).status, 404);
  assert.equal((await tus(hoa, 'POST', place.creation, { headers: length })).status, 404, 'somebody else’s draft');
  const stranger = await tus(new Person(city), 'POST', place.creation, { headers: length });
  assert.equal(stranger.status, 401);
  assert.match(stranger.headers['content-type'], /^text\/plain/);
  assert.deepEqual(spool(), []);
});

test('all files of a dossier together have a limit, said before the bytes and once more at the end', async () => {
  const before = spool();
  const big = 7 * MB;
  const first = await create(lan, place.creation, big), second = await create(lan, place.creation, big);
  const bytes = pdfOf(big);
  assert.equal((await patch(lan, first, 0, bytes)).status, 204);
  const third = await tus(lan, 'POST', place.creation, { headers: { 'Upload-Length': String(big) } });
  assert.equal(third.status, 413);
  assert.match(third.text, /cộng lại/);
  assert.equal((await patch(lan, second, 0, bytes)).status, 413);
  await isDocument(bytes);
  assert.deepEqual(spool(), before);
});

test('parts that do not fit are refused, and change nothing', async () => {
  const bytes = pdfOf(200_000);
  const upload = await create(lan, place.creation, bytes.length);
  assert.equal((await patch(lan, upload, 0, bytes.subarray(0, 1000))).status, 204);
  const cases = {
    'an offset behind': [{ 'Upload-Offset': '0' }, octets, 409],
    'an offset ahead': [{ 'Upload-Offset': '1001' }, octets, 409],
    'a huge offset': [{ 'Upload-Offset': '9'.repeat(18) }, octets, 409],
    'an offset over all numbers': [{ 'Upload-Offset': '9'.repeat(40) }, octets, 400],
    'a negative offset': [{ 'Upload-Offset': '-1' }, octets, 400],
    'an offset in words': [{ 'Upload-Offset': 'end' }, octets, 400],
    'another type': [{ 'Upload-Offset': '1000' }, 'application/octet-stream', 415],
    'no type': [{ 'Upload-Offset': '1000' }, null, 415],
    'compressed': [{ 'Upload-Offset': '1000', 'Content-Encoding': 'gzip' }, octets, 415],
    'another version': [{ 'Upload-Offset': '1000', 'Tus-Resumable': '2.0.0' }, octets, 412],
    'no token': [{ 'Upload-Offset': '1000', 'X-CSRF-Token': 'x' }, octets, 403],
    'an unknown checksum': [{ 'Upload-Offset': '1000', 'Upload-Checksum': `crc32 ${base64('1234')}` }, octets, 400],
    'a checksum of the wrong length': [{ 'Upload-Offset': '1000', 'Upload-Checksum': `sha1 ${base64('1234')}` }, octets, 400],
    'a checksum that is no base64': [{ 'Upload-Offset': '1000', 'Upload-Checksum': 'sha1 !' }, octets, 400],
    'a checksum that does not fit': [{ 'Upload-Offset': '1000', 'Upload-Checksum': `sha1 ${sha('sha1', 'other')}` }, octets, 460],
  };
  for (const [what, [headers, type, status]] of Object.entries(cases)) {
    const answer = await tus(lan, 'PATCH', upload, { headers, type, body: bytes.subarray(1000, 90_000) });
    assert.equal(answer.status, status, what);
    assert.equal(await offsetOf(lan, upload), 1000, what);
  }
  assert.equal((await patch(lan, upload, 1000, Buffer.concat([bytes.subarray(1000), Buffer.from('x')]))).status, 413, 'one byte too many');
  assert.equal((await tus(lan, 'PATCH', upload, { headers: { 'Upload-Offset': '1000', 'Upload-Checksum': `sha256 ${sha('sha256', bytes.subarray(1000, 150_000))}` }, type: octets, body: bytes.subarray(1000, 150_000) })).status, 204);
  assert.equal((await patch(lan, upload, 150_000, bytes.subarray(150_000), { 'Upload-Checksum': `sha1 ${sha('sha1', bytes.subarray(150_000))}` })).status, 204);
  await isDocument(bytes);
});

test('a body in chunks that is longer than was said is cut off', async () => {
  const upload = await create(lan, place.creation, 1000);
  const answer = await tus(lan, 'PATCH', upload, { headers: { 'Upload-Offset': '0', 'Transfer-Encoding': 'chunked' }, type: octets, body: null });
  assert.equal(answer.status, 204);
  const http = await import('node:http');
  const status = await new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, headers: { ...version, 'X-CSRF-Token': lan.csrf, 'Upload-Offset': '0', 'Content-Type': octets, Cookie: [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } }, (response) => resolve(response.resume().statusCode));
    request.on('error', reject);
    request.write(Buffer.alloc(900));
    request.end(Buffer.alloc(900));
  });
  assert.equal(status, 413);
  assert.ok((await offsetOf(lan, upload)) <= 1000);
});

test('uploads that are not there, or not one’s own, are not found', async () => {
  const upload = await create(lan, place.creation, 1000);
  const id = upload.split('/').pop();
  const elsewhere = await newDraft(lan), hers = await newDraft(hoa);
  for (const [who, target] of [[hoa, upload], [hoa, `${hers.creation}/${id}`], [lan, `${elsewhere.creation}/${id}`], [lan, `${place.creation}/01930000-0000-7000-8000-000000000000`], [lan, `${place.creation}/not-an-id`], [lan, upload.replace('giay_to_tuy_than', 'khong_co')]]) {
    assert.equal((await tus(who, 'HEAD', target)).status, 404, target);
    assert.equal((await patch(who, target, 0, 'x')).status, 404, target);
    assert.equal((await tus(who, 'DELETE', target)).status, 404, target);
  }
  assert.equal((await tus(lan, 'PUT', upload)).status, 405);
  assert.equal(await offsetOf(lan, upload), 0);
});

test('an upload that is given up leaves nothing', async () => {
  const before = spool().length;
  const upload = await create(lan, place.creation, 1000);
  assert.equal((await patch(lan, upload, 0, pdfOf(500))).status, 204);
  assert.ok(spool().length >= before + 2);
  const answer = await tus(lan, 'DELETE', upload);
  assert.deepEqual([answer.status, answer.headers['tus-resumable']], [204, '1.0.0']);
  assert.equal(spool().length, before);
  assert.equal((await tus(lan, 'HEAD', upload)).status, 404);
  assert.equal((await patch(lan, upload, 500, 'x')).status, 404);
  assert.equal((await tus(lan, 'DELETE', upload)).status, 404);
});

test('a POST may stand for PATCH, HEAD and DELETE where the method does not pass', async () => {
  const bytes = pdfOf(2000);
  const upload = await create(lan, place.creation, bytes.length);
  const as = (method, options = {}) => tus(lan, 'POST', upload, { ...options, headers: { 'X-HTTP-Method-Override': method, ...options.headers } });
  const first = await as('PATCH', { headers: { 'Upload-Offset': '0' }, body: bytes.subarray(0, 1500), type: octets });
  assert.deepEqual([first.status, first.headers['upload-offset']], [204, '1500']);
  const head = await as('HEAD');
  assert.deepEqual([head.status, head.headers['upload-offset']], [200, '1500']);
  assert.equal((await as('OPTIONS')).headers['tus-version'], '1.0.0');
  assert.equal((await as('DELETE', { headers: { 'X-CSRF-Token': '' } })).status, 403);
  assert.equal((await as('DELETE')).status, 204);
  assert.equal((await tus(lan, 'HEAD', upload)).status, 404);
  assert.equal((await tus(lan, 'POST', upload)).status, 405);
  // rows that do not say so take no notice of the field
  const page = await lan.send('POST', `${place.draft}/giay-to`, { headers: { 'X-HTTP-Method-Override': 'GET' }, body: `csrf=${encodeURIComponent(lan.csrf)}&_action=next`, type: 'application/x-www-form-urlencoded' });
  assert.equal(page.status, 303);
});

test('a broken line keeps what came, and the upload goes on there', async () => {
  const bytes = pdfOf(3 * MB + 17, 7);
  const upload = await create(lan, place.creation, bytes.length);
  let offset = 0;
  for (const after of [1, 65535, 65536, 65537, 700_000, 1_000_001]) {
    const now = await breakOff(lan, upload, offset, bytes, after);
    assert.equal(now, offset + after, 'every byte that came is kept');
    offset = now;
  }
  assert.equal((await patch(lan, upload, offset, bytes.subarray(offset))).status, 204);
  await isDocument(bytes);
});

test('a checked part of which only a piece came counts for nothing', async () => {
  const bytes = pdfOf(500_000, 3);
  const upload = await create(lan, place.creation, bytes.length);
  const { request } = await import('node:http');
  const line = request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, headers: { ...version, 'X-CSRF-Token': lan.csrf, 'Upload-Offset': '0', 'Content-Type': octets, 'Content-Length': bytes.length, 'Upload-Checksum': `sha1 ${sha('sha1', bytes)}`, Cookie: [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
  line.on('error', () => {});
  line.write(bytes.subarray(0, 300_000));
  await sleep(300);
  line.destroy();
  await sleep(300);
  assert.equal(await offsetOf(lan, upload), 0);
  assert.equal((await patch(lan, upload, 0, bytes, { 'Upload-Checksum': `sha1 ${sha('sha1', bytes)}` })).status, 204);
  await isDocument(bytes);
});

test('two that send the same part at once: one goes on, the other is told to wait', async () => {
  const bytes = pdfOf(4 * MB, 5);
  for (let round = 0; round < 5; round++) {
    const { draft, creation } = await newDraft(lan);
    const upload = await create(lan, creation, bytes.length);
    const answers = await Promise.all([1, 2, 3, 4].map(() => patch(lan, upload, 0, bytes).then((answer) => answer.status, () => 'cut')));
    assert.equal(answers.filter((status) => status === 204).length, 1, String(answers));
    assert.ok(answers.every((status) => [204, 409, 423, 'cut'].includes(status)), String(answers));
    await isDocument(bytes, lan, draft);
  }
});

/** A connection that has sent the first 200,000 bytes and goes on holding the upload; on a slow machine it may take several tries. */
async function holdingLine(bytes) {
  const { request } = await import('node:http');
  for (let attempt = 1; ; attempt++) {
    const upload = await create(lan, place.creation, bytes.length);
    const line = request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, agent: false, headers: { ...version, 'X-CSRF-Token': lan.csrf, 'Upload-Offset': '0', 'Content-Type': octets, 'Content-Length': bytes.length, Cookie: [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    line.on('error', () => {});
    line.write(bytes.subarray(0, 200_000));
    try {
      await until(async () => (await offsetOf(lan, upload)) === 3 * 65536, 'the chunks of the other connection', 2);
      return { upload, line };
    } catch (error) {
      line.destroy();
      if (attempt === 5) throw error;
    }
  }
}

test('while one connection writes, another one is told so', async () => {
  const bytes = pdfOf(1 * MB);
  const { upload, line } = await holdingLine(bytes);
  const whole = 3 * 65536;
  const second = await patch(lan, upload, whole, bytes.subarray(whole));
  assert.equal(second.status, 423);
  assert.ok(second.headers['retry-after']);
  assert.equal((await tus(lan, 'DELETE', upload)).status, 423);
  line.destroy();
  await until(async () => (await offsetOf(lan, upload)) === 200_000, 'the end of the other connection', 10);
  assert.equal((await patch(lan, upload, 200_000, bytes.subarray(200_000))).status, 204);
  await isDocument(bytes);
});

test('a line that has been silent for seconds gives way; what it brought is kept, and nothing of it comes later', async () => {
  const bytes = pdfOf(1 * MB, 17);
  const upload = await create(lan, place.creation, bytes.length);
  const { request } = await import('node:http');
  const line = request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, agent: false, headers: { ...version, 'X-CSRF-Token': lan.csrf, 'Upload-Offset': '0', 'Content-Type': octets, 'Content-Length': bytes.length, Cookie: [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
  line.on('error', () => {});
  const late = new Promise((resolve) => line.on('response', (response) => resolve(response.resume().statusCode)).on('close', () => resolve('cut')));
  line.write(bytes.subarray(0, 200_000)); // and then not a word, nor a good-bye
  await sleep(3500);
  assert.equal(await offsetOf(lan, upload), 200_000);
  assert.equal((await patch(lan, upload, 200_000, bytes.subarray(200_000, 300_000))).status, 204);
  line.end(Buffer.alloc(bytes.length - 200_000, 'x'));
  assert.notEqual(await late, 204);
  assert.equal(await offsetOf(lan, upload), 300_000);
  assert.equal((await patch(lan, upload, 300_000, bytes.subarray(300_000))).status, 204);
  await isDocument(bytes);
});

test('what is no paper by its content is refused with its last byte, and leaves nothing', async () => {
  const before = spool();
  const bytes = Buffer.from(`MZ${'x'.repeat(5000)}`);
  const upload = await create(lan, place.creation, bytes.length, { name: 'giay.pdf' });
  const answer = await patch(lan, upload, 0, bytes);
  assert.equal(answer.status, 422);
  assert.match(answer.text, /Chỉ nhận tệp PDF/);
  assert.equal((await tus(lan, 'HEAD', upload)).status, 404);
  assert.deepEqual(spool(), before);
});

test('what is no paper is refused as soon as its beginning shows it, not with its last byte', async () => {
  const before = spool();
  const upload = await create(lan, place.creation, 8 * MB, { name: 'giay.pdf' });
  const film = Buffer.concat([Buffer.from([0, 0, 0, 24]), Buffer.from('ftypmp42\0\0\0\0mp42isom'), Buffer.alloc(70_000)]);
  // so little that nobody can tell yet
  assert.equal((await patch(lan, upload, 0, film.subarray(0, 1000))).status, 204);
  const answer = await patch(lan, upload, 1000, film.subarray(1000));
  assert.equal(answer.status, 422);
  assert.match(answer.text, /Không nhận video/);
  assert.equal((await tus(lan, 'HEAD', upload)).status, 404);
  assert.deepEqual(spool(), before);
});

test('nothing readable lies on the disk while an upload is under way', async () => {
  const bytes = Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.from('Nguyễn Thị Lan sinh ngày 12/03/1990. '.repeat(5000))]);
  const upload = await create(lan, place.creation, bytes.length + 1, { name: 'bí mật.pdf' });
  await breakOff(lan, upload, 0, Buffer.concat([bytes, Buffer.from('x')]), bytes.length);
  const names = spool();
  assert.ok(names.length >= 2);
  for (const name of names) assert.equal(readFileSync(path.join(city.data, 'var/spool/resumable', name)).includes('Lan sinh'), false, name);
  assert.equal((await tus(lan, 'DELETE', upload)).status, 204);
});

test('once the dossier is sent, its papers are closed', async () => {
  await answerPages(lan, place.draft, extract);
  const upload = await create(lan, place.creation, 1000);
  await attachAll(lan, place.draft);
  await submitDraft(lan, place.draft);
  assert.equal((await tus(lan, 'HEAD', upload)).status, 410);
  assert.equal((await patch(lan, upload, 0, 'x')).status, 410);
  const answer = await tus(lan, 'POST', place.creation, { headers: { 'Upload-Length': '5' } });
  assert.equal(answer.status, 410);
  assert.match(answer.text, /đã được gửi/);
});

test('a person who begins far too many uploads loses the oldest', async () => {
  const uploads = [];
  for (let i = 0; i < 33; i++) uploads.push(await create(hoa, (place = await newDraft(hoa)).creation, 1000));
  assert.equal((await tus(hoa, 'HEAD', uploads[0])).status, 410);
  assert.equal((await tus(hoa, 'HEAD', uploads[2])).status, 410);
  assert.equal((await tus(hoa, 'HEAD', uploads[3])).status, 200);
  assert.equal((await tus(hoa, 'HEAD', uploads[32])).status, 200);
});

test('a killed server goes on with what was safe; not a byte is wrong', async () => {
  const bytes = pdfOf(5 * MB + 321, 11);
  const upload = await create(lan, place.creation, bytes.length);
  assert.equal((await patch(lan, upload, 0, bytes.subarray(0, 100_003))).status, 204);
  let promised = 100_003;
  for (const signal of ['SIGKILL', 'SIGTERM', 'SIGKILL']) {
    const { request } = await import('node:http');
    const line = request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, agent: false, headers: { ...version, 'X-CSRF-Token': lan.csrf, 'Upload-Offset': String(promised), 'Content-Type': octets, 'Content-Length': bytes.length - promised, Cookie: [...lan.cookies].map(([name, value]) => `${name}=${value}`).join('; ') } });
    line.on('error', () => {});
    line.write(bytes.subarray(promised, promised + 1_000_000));
    await sleep(400);
    if (signal === 'SIGTERM') line.destroy();
    await city.restart(signal);
    line.destroy();
    const now = await offsetOf(lan, upload);
    assert.ok(now >= promised + 1_000_000 - 65536 && now <= promised + 1_000_000, `${signal}: at ${now} of ${promised + 1_000_000}`);
    promised = now;
  }
  assert.equal((await patch(lan, upload, promised, bytes.subarray(promised))).status, 204);
  await isDocument(bytes);
});

test('an upload that nobody goes on with expires, and is swept with its files', async () => {
  const bytes = pdfOf(200_000);
  const upload = await create(lan, place.creation, bytes.length);
  city.setTime('2017-03-15T08:00'); // 23 hours: going on puts the end off
  assert.equal((await patch(lan, upload, 0, bytes.subarray(0, 1000))).status, 204);
  city.setTime('2017-03-16T07:00');
  assert.equal((await tus(lan, 'HEAD', upload)).status, 200);
  city.setTime('2017-03-16T09:00');
  for (const method of ['HEAD', 'PATCH', 'DELETE']) {
    const answer = method === 'PATCH' ? await patch(lan, upload, 1000, 'x') : await tus(lan, method, upload);
    assert.equal(answer.status, 410, method);
  }
  assert.ok(spool().length > 0);
  await city.restart('SIGTERM'); // a new server sweeps at once
  await until(() => spool().length === 0, 'the sweeper');
  assert.equal((await tus(lan, 'HEAD', upload)).status, 404);
});
