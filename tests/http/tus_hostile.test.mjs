// What no program of good will sends to the places where papers arrive and are read back: repeated and senseless fields, sessions
// that end on the way, bodies in ten thousand parts, ranges beyond all numbers. Each is answered as the standards say.
import assert from 'node:assert/strict';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { startCity, until } from '../browser/city.mjs';
import { base64, create, filesOf, newDraft, newPerson, octets, offsetOf, patch, pdfOf, tus, version } from './tus.mjs';

const MB = 1024 * 1024;
let city, lan, place;

before(async () => {
  city = await startCity({ options: ['--rate-limits', '0', '--upload-limit', '8M'] });
  lan = await newPerson(city, 'lan@example.com');
  place = await newDraft(lan);
});
after(async () => {
  const complaints = city?.complaints() ?? [];
  await city?.stop();
  assert.deepEqual(complaints, [], 'the server answered 5xx or logged an error');
});

const cookies = (person) => [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

/** The status of a request whose head is sent as it is written here. */
function raw(method, target, fields, body = '') {
  const head = [`${method} ${target} HTTP/1.1`, 'Host: localhost', `Cookie: ${cookies(lan)}`, `X-CSRF-Token: ${lan.csrf}`, ...fields].join('\r\n');
  return new Promise((resolve, reject) => {
    const socket = net.connect(city.port, '127.0.0.1');
    let text = '';
    socket.setTimeout(10000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      const status = /^HTTP\/1\.1 (\d{3}) [^\n]*\r\n/.exec(text)?.[1];
      if (!status) return;
      resolve(Number(status));
      socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${JSON.stringify(text.slice(0, 100))}`)));
    socket.write(Buffer.from(`${head}\r\n\r\n${body}`, 'latin1'));
  });
}
const tusVersion = 'Tus-Resumable: 1.0.0';

test('a head that can be read in two ways, or not at all, begins nothing', async () => {
  const cases = [
    [400, 'Upload-Length: 5', 'Upload-Length: 6'],
    [400, 'Upload-Length: 5', tusVersion],
    [400, 'Upload-Length: 5', 'Upload-Defer-Length: 1'],
    [400, 'Upload-Length: 5', `Upload-Metadata: filename ${base64('a')}`, `upload-metadata: filename ${base64('b')}`],
    [400, 'Upload-Length: 5', 'X-CSRF-Token: x'],
    [400, 'Upload-Length: 5', 'Upload-Metadata: t\xean \xff\xfe'],
    [400, 'Upload-Length: 5', `Upload-Metadata: ${','.repeat(1000)}`],
    [400, 'Upload-Length: 5', `Upload-Metadata: ${'a b c '.repeat(100)}`],
    [431, 'Upload-Length: 5', `Upload-Metadata: filename ${'QUFB'.repeat(25000)}`],
    [431, 'Upload-Length: 5', ...Array.from({ length: 2000 }, (_, i) => `X-${i}: a`)],
    [400, 'Upload-Length: 5,5'],
    [400, 'Upload-Length: 0x10'],
    [413, 'Upload-Length: 9223372036854775808'],
    [400, 'Upload-Length: 5', 'Transfer-Encoding: chunked'],
  ];
  for (const [status, ...fields] of cases) assert.equal(await raw('POST', place.creation, [tusVersion, 'Content-Length: 0', ...fields]), status, fields.join(' ').slice(0, 80));
  // what the standard leaves open stays usable
  for (const fields of [['Upload-Metadata:'], [`Upload-Metadata: filename`], ['X-HTTP-Method-Override: CONNECT']]) assert.equal(await raw('POST', place.creation, [tusVersion, 'Content-Length: 0', 'Upload-Length: 5', ...fields]), 201, fields[0]);
});

test('a part with a senseless head, length or framing changes nothing', async () => {
  const upload = await create(lan, place.creation, 100000);
  const send = (fields, body = 'x') => raw('PATCH', upload, [tusVersion, `Content-Type: ${octets}`, ...fields], body);
  for (const [status, fields, body] of [
    [400, ['Upload-Offset: 0', 'Upload-Offset: 1', 'Content-Length: 1']],
    [400, ['Content-Length: 1']],
    [400, ['Upload-Offset:', 'Content-Length: 1']],
    [400, ['Upload-Offset: 0,0', 'Content-Length: 1']],
    [400, ['Upload-Offset: 0', 'Upload-Checksum: sha1 a', 'Upload-Checksum: sha1 b', 'Content-Length: 1']],
    [400, ['Upload-Offset: 0', 'Upload-Checksum:', 'Content-Length: 1']],
    [400, ['Upload-Offset: 0', 'Upload-Checksum: sha1', 'Content-Length: 1']],
    [400, ['Upload-Offset: 0', `Upload-Checksum: sha1 ${'A'.repeat(5000)}`, 'Content-Length: 1']],
    [400, ['Upload-Offset: 0', 'Content-Length: 99999999999999999999']],
    [400, ['Upload-Offset: 0', 'Content-Length: -1']],
    [413, ['Upload-Offset: 0', 'Content-Length: 8000000000']],
    [400, ['Upload-Offset: 0', 'Transfer-Encoding: chunked'], 'zz\r\nx\r\n0\r\n\r\n'],
    [400, ['Upload-Offset: 0', 'Transfer-Encoding: chunked'], 'fffffffffffffffff\r\nx\r\n0\r\n\r\n'],
  ]) {
    assert.equal(await send(fields, body), status, fields.join(' ').slice(0, 80));
    assert.equal(await offsetOf(lan, upload), 0, fields.join(' ').slice(0, 80));
  }
  for (const method of ['HEAD', 'DELETE', 'PATCH']) assert.equal(await raw(method, upload, ['Content-Length: 0']), 412, `${method} without a version`);
  for (const [id, status] of [['..%2f..%2f', 400], ['%00', 400], ['%F0%28%8C%28', 400], ['a'.repeat(3000), 404]]) assert.equal(await raw('HEAD', `${place.creation}/${id}`, [tusVersion]), status, id.slice(0, 20));
});

test('a session that ends while a part is under way: what was begun under it ends, and nothing more is taken', async () => {
  const hoa = await newPerson(city, 'hoa@example.com');
  const { draft, creation } = await newDraft(hoa);
  const bytes = pdfOf(MB, 3);
  const upload = await create(hoa, creation, bytes.length);
  let line, answered, early;
  do {
    // a HEAD holds the upload for a moment: who comes just then is told to come again
    early = null;
    line = http.request({ host: '127.0.0.1', port: city.port, method: 'PATCH', path: upload, agent: false, headers: { ...version, 'X-CSRF-Token': hoa.csrf, 'Upload-Offset': '0', 'Content-Type': octets, 'Content-Length': 600_000, Cookie: cookies(hoa) } });
    answered = new Promise((resolve, reject) => line.on('response', (response) => resolve((early = response.resume().statusCode))).on('error', reject));
    await new Promise((resolve) => line.write(bytes.subarray(0, 300_000), resolve));
    await until(async () => early === 423 || (await offsetOf(hoa, upload)) > 0, 'the first bytes, after its session was asked for', 20);
  } while (early === 423);
  const before = { cookies: new Map(hoa.cookies), csrf: hoa.csrf };
  assert.equal((await hoa.post('/dang-xuat')).status, 303);
  line.end(bytes.subarray(300_000, 600_000));
  assert.ok([204, 401].includes(await answered));
  Object.assign(hoa, before);
  for (const answer of [await tus(hoa, 'HEAD', upload), await patch(hoa, upload, 600_000, bytes.subarray(600_000)), await tus(hoa, 'DELETE', upload), await tus(hoa, 'POST', creation, { headers: { 'Upload-Length': '5' } })]) assert.equal(answer.status, 401);
  hoa.cookies.clear();
  await hoa.signIn('hoa@example.com');
  await hoa.open(`${draft}/giay-to`);
  const offset = await offsetOf(hoa, upload);
  assert.ok(offset > 0 && offset <= 600_000);
  assert.equal((await patch(hoa, upload, offset, bytes.subarray(offset))).status, 204);
  assert.equal((await filesOf(hoa, draft)).length, 1);
});

test('forms in ten thousand parts, without a boundary, with one within another', async () => {
  const target = `${place.draft}/giay-to/giay_to_tuy_than`;
  await lan.open(`${place.draft}/giay-to`);
  const field = (name, value) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const file = (name = 'file', fileName = 'a.pdf', more = '', bytes = 'x') => `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${fileName}"\r\n${more}\r\n${bytes}\r\n`;
  const many = (part) => Array.from({ length: 10000 }, (_, i) => part(i)).join('');
  const token = field('csrf', lan.csrf), end = '--b--\r\n', type = 'multipart/form-data; boundary=b';
  const nested = '--b\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Disposition: file; filename="a"\r\n\r\nx\r\n--c--\r\n';
  for (const [what, status, body, sent = type] of [
    ['no boundary', 400, token + end, 'multipart/form-data'],
    ['an empty boundary', 400, token + end, 'multipart/form-data; boundary='],
    ['a boundary too long', 400, token + end, `multipart/form-data; boundary=${'b'.repeat(71)}`],
    ['nothing', 400, ''],
    ['no end', 400, token + file()],
    ['only a preamble', 400, 'x'.repeat(100_000)],
    ['one within another', 400, token + nested + end],
    ['a huge name of a field', 413, token + file('n'.repeat(100_000)) + end],
    ['a huge name of a file', 413, token + file('file', 'n'.repeat(100_000)) + end],
    ['a thousand fields in the head of a part', 413, token + file('file', 'a.pdf', Array.from({ length: 1000 }, (_, i) => `X-${i}: a\r\n`).join('')) + end],
    ['10,000 fields', 413, token + many((i) => field(`f${i}`, 'x')) + end],
    ['10,000 files', 413, token + many(() => file()) + end],
    ['10,000 inputs without a file', 413, token + many(() => file('file', '', '', '')) + end],
    ['a file before the token', 403, file() + token + end],
    ['no file', 422, token + end],
    ['no form of files', 415, '{}', 'application/json'],
  ]) {
    const answer = await lan.send('POST', target, { type: sent, body: Buffer.from(body, 'latin1') });
    assert.equal(answer.status, status, what);
  }
  assert.deepEqual(await filesOf(lan, place.draft), []);
});

test('ranges beyond all numbers, backwards, several and repeated', async () => {
  await lan.open(`${place.draft}/giay-to`);
  const bytes = pdfOf(3000);
  assert.equal((await lan.upload(`${place.draft}/giay-to/giay_to_tuy_than`, [{ name: 'a.pdf', type: 'application/pdf', bytes }])).status, 303);
  const { url } = (await filesOf(lan, place.draft))[0];
  const nines = '9'.repeat(30);
  for (const [range, status, first, end] of [
    ['bytes=0-0', 206, 0, 1], ['bytes=-1', 206, 2999, 3000], ['bytes=2999-', 206, 2999, 3000], [`bytes=10-${nines}`, 206, 10, 3000], [`bytes=-${nines}`, 206, 0, 3000],
    ['bytes=-0', 416], ['bytes=3000-', 416], [`bytes=${nines}-`, 416], [`bytes=${nines}-${nines}`, 416],
    ['bytes=5-4', 200], ['bytes=0-0,5-9', 200], [`bytes=${Array.from({ length: 700 }, (_, i) => `${i}-${i}`).join(',')}`, 200], ['bytes=-', 200], ['bytes=+1-5', 200], ['items=0-5', 200], ['bytes', 200],
  ]) {
    const answer = await lan.send('GET', url, { headers: { Range: range } });
    const what = range.slice(0, 40);
    assert.equal(answer.status, status, what);
    if (status === 416) assert.equal(answer.headers['content-range'], 'bytes */3000', what);
    else assert.ok(answer.bytes.equals(bytes.subarray(first ?? 0, end ?? 3000)), what);
    if (status === 206) assert.equal(answer.headers['content-range'], `bytes ${first}-${end - 1}/3000`, what);
  }
  assert.equal(await raw('GET', url, ['Range: bytes=0-1', 'Range: bytes=2-3']), 400);
  const head = await lan.send('HEAD', url, { headers: { Range: 'bytes=0-1' } });
  assert.deepEqual([head.status, head.headers['content-length'], head.headers['accept-ranges']], [200, '3000', 'bytes'], 'a range is of a GET');
});
