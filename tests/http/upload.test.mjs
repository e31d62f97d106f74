// Streaming uploads: what reaches the sink, and that nothing is ever left behind.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Client, exchange, get, multipart, post, sleep, startServer } from './harness.mjs';

let server;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const counters = async () => JSON.parse((await exchange(server, get('/counters'))).text);
// Every opened file must be kept by a handler or aborted.
const settled = async (kept, action) => {
  const start = await counters();
  const result = await action();
  await sleep(150);
  const end = await counters();
  assert.equal(end.open - start.open - (end.aborted - start.aborted), kept, 'files neither kept nor aborted');
  return result;
};
const send = (target, parts, headers = {}) => {
  const { body, type } = multipart(parts);
  return exchange(server, post(target, body, { 'Content-Type': type, ...headers }));
};
const photo = { name: 'giay_to', filename: 'Giấy khai sinh.pdf', type: 'application/pdf', data: Buffer.alloc(300000, 'p') };

test('files and fields arrive, in order and whole', async () => {
  const answer = await settled(2, () => send('/upload', [{ name: 'keep', data: '1' }, { name: 'họ tên', data: 'Nguyễn Văn A' }, photo, { name: 'khác', filename: 'a.txt', data: 'x\r\n--XbOuNdAr\r\n-' }]));
  assert.equal(answer.status, 200);
  const value = JSON.parse(answer.text);
  assert.deepEqual(value.form, [['keep', '1'], ['họ tên', 'Nguyễn Văn A']]);
  assert.deepEqual(value.files, [
    { field: 'giay_to', name: 'Giấy khai sinh.pdf', type: 'application/pdf', size: 300000 },
    { field: 'khác', name: 'a.txt', type: null, size: 16 },
  ]);
});

test('the same bytes cut anywhere give the same', async () => {
  const { body, type } = multipart([{ name: 'a', data: '\r\n--XbOuNdAr' }, { name: 'f', filename: 'x', data: '--XbOuNdArY\r\n-\r\r\n--' }]);
  const bytes = post('/upload', body, { 'Content-Type': type });
  for (let step = 1; step < bytes.length; step += 7) {
    const client = new Client(server);
    for (let i = 0; i < bytes.length; i += step) {
      await client.send(bytes.subarray(i, i + step));
      if (step < 60) await sleep(0);
    }
    const value = JSON.parse((await client.response()).text);
    assert.deepEqual(value.form, [['a', '\r\n--XbOuNdAr']]);
    assert.equal(value.files[0].size, 19);
    client.destroy();
  }
});

test('files a handler does not keep are given back', () => settled(0, async () => assert.equal((await send('/upload', [photo])).status, 200)));

test('an empty file input is no file', async () => {
  const answer = await settled(0, () => send('/upload', [{ name: 'f', filename: '', type: 'application/octet-stream', data: '' }]));
  assert.deepEqual(JSON.parse(answer.text).files, []);
  assert.equal((await send('/upload', [{ name: 'f', filename: '', data: 'bytes' }])).status, 400);
});

test('file names lose their folders and keep their letters', async () => {
  const name = async (filename) => JSON.parse((await send('/upload', [{ name: 'f', filename, data: 'x' }])).text).files[0].name;
  assert.equal(await name('../../etc/passwd'), 'passwd');
  assert.equal(await name('C:\\\\Hồ sơ\\\\đơn.doc'), 'đơn.doc');
  assert.equal(await name('a%22b.txt'), 'a"b.txt');
  assert.equal(await name('<script>.html'), '<script>.html');
  const long = await name('ế'.repeat(300) + '.pdf');
  assert.ok(Buffer.byteLength(long) <= 255 && long.endsWith('.pdf') && !long.includes('\ufffd'));
});

test('limits: one file, all of it, their number, the fields', async () => {
  const status = async (parts) => settled(0, async () => (await send('/upload', parts)).status);
  assert.equal(await status([{ ...photo, data: Buffer.alloc(2 * 1024 * 1024) }]), 200);
  assert.equal(await status([{ ...photo, data: Buffer.alloc(2 * 1024 * 1024 + 1) }]), 413);
  assert.equal(await status([{ ...photo, data: Buffer.alloc(9 * 1024 * 1024) }]), 413);
  assert.equal(await status(Array(4).fill({ ...photo, data: 'x' })), 413);
  assert.equal(await status([{ name: 'a', data: 'x'.repeat(70000) }]), 413);
  assert.equal(await status(Array.from({ length: 501 }, (_, i) => ({ name: `a${i}`, data: 'x' }))), 413);
  assert.equal(await status([{ name: 'x'.repeat(5000), data: 'x' }]), 413);
  assert.equal(await status([{ name: 'x'.repeat(300), data: 'x' }]), 400);
});

test('a refusal in mid-upload is answered though the client is still sending', async () => {
  await settled(0, async () => {
    const client = new Client(server);
    const { body, type } = multipart([{ ...photo, data: Buffer.alloc(6 * 1024 * 1024, 'z') }]);
    await client.send(post('/upload', body, { 'Content-Type': type }));
    const answer = await client.response();
    assert.equal(answer.status, 413);
    assert.equal(answer.headers.connection, 'close');
    assert.match(answer.text, /quá lớn/);
    await client.ended();
  });
});

test('the sink can refuse, and its words are shown', async () => {
  const answer = await settled(0, () => send('/upload', [photo, { name: 'f', filename: 'refused.exe', data: 'MZ' }]));
  assert.equal(answer.status, 400);
  assert.match(answer.text, /Loại tệp này không được nhận/);
});

test('malformed bodies are 400 and leave nothing', async () => {
  const type = 'multipart/form-data; boundary=XbOuNdArY';
  const raw = (text, contentType = type) => settled(0, async () => (await exchange(server, post('/upload', Buffer.from(text, 'latin1'), { 'Content-Type': contentType }))).status);
  const disposition = 'Content-Disposition: form-data; name="f"; filename="a"';
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 200);
  assert.equal(await raw(`preamble\r\n--XbOuNdArY\r\n${disposition}\r\n\r\ndata\r\n--XbOuNdArY--epilogue`), 200);
  assert.equal(await raw(''), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\n\r\ndata`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\n\r\ndata\r\n--XbOuNdArY`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\n\r\ndata\r\n--XbOuNdArYx\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\n${disposition}\n\ndata\n--XbOuNdArY--\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\n${disposition}\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\nContent-Disposition: form-data; filename="a"\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\nContent-Disposition: attachment; name="f"\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\nContent-Disposition: form-data; name="f"; filename="\xff"\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\n${disposition}\r\nContent-Transfer-Encoding: base64\r\n\r\ndata\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\nContent-Disposition: form-data; name="f"\r\n\r\n\xff\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw(`--XbOuNdArY\r\nContent-Disposition: form-data; name="f"\r\n\r\na\0b\r\n--XbOuNdArY--\r\n`), 400);
  assert.equal(await raw('x', 'multipart/form-data'), 400);
  assert.equal(await raw('x', 'multipart/form-data; boundary='), 400);
  assert.equal(await raw('x', `multipart/form-data; boundary=${'b'.repeat(71)}`), 400);
  assert.equal(await raw('x', 'multipart/form-data; boundary=a; boundary=b'), 400);
  assert.equal(await raw('x', 'multipart/mixed; boundary=a'), 415);
  assert.equal(await raw('a=1', 'application/x-www-form-urlencoded'), 415);
});

test('a connection killed in mid-upload leaves nothing behind', async () => {
  const { body, type } = multipart([photo, photo]);
  const bytes = post('/upload', body, { 'Content-Type': type });
  for (const [cut, how] of [[400, 'destroy'], [200000, 'destroy'], [400000, 'resetAndDestroy'], [bytes.length - 5, 'destroy']])
    await settled(0, async () => {
      const client = new Client(server);
      await client.send(bytes.subarray(0, cut));
      await sleep(100);
      client.socket[how]();
      await sleep(100);
    });
  await settled(0, async () => {
    const client = new Client(server);
    await client.send(bytes.subarray(0, 200000));
    client.socket.end();
    await assert.rejects(client.response({ timeout: 1000 }));
  });
});

test('who may not upload is told before the body is read', async () => {
  const start = await counters();
  const client = new Client(server);
  const head = 'Host: x\r\nContent-Type: multipart/form-data; boundary=XbOuNdArY\r\nContent-Length: 5000000\r\n';
  await client.send(`POST /upload-private HTTP/1.1\r\n${head}Expect: 100-continue\r\n\r\n`);
  assert.equal((await client.response()).status, 403);
  await client.ended();
  const plain = new Client(server);
  await plain.send(`POST /upload-private HTTP/1.1\r\n${head}\r\n`);
  assert.equal((await plain.response()).status, 403);
  await plain.ended();
  assert.equal((await counters()).open, start.open);
});

test('who may upload is asked for the body, then served', async () => {
  const { body, type } = multipart([{ name: 'keep', data: '1' }, photo]);
  await settled(1, async () => {
    const client = new Client(server);
    await client.send(`POST /upload-private HTTP/1.1\r\nHost: x\r\nX-Person: an\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
    assert.equal((await client.response()).status, 100);
    await client.send(body);
    const answer = await client.response();
    assert.equal(answer.status, 200);
    assert.equal(JSON.parse(answer.text).files.length, 1);
    await client.send(get('/about'));
    assert.equal((await client.response()).status, 200);
    client.destroy();
  });
});

test('chunked uploads are streamed too, and held to the limits', async () => {
  const { body, type } = multipart([{ name: 'keep', data: '1' }, photo]);
  const chunked = (data) => Buffer.concat([...Array(Math.ceil(data.length / 50000)).keys()].map((i) => data.subarray(i * 50000, (i + 1) * 50000)).flatMap((part) => [Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]).concat(Buffer.from('0\r\n\r\n')));
  const head = Buffer.from(`POST /upload HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  await settled(1, async () => assert.equal((await exchange(server, Buffer.concat([head, chunked(body)]))).status, 200));
  const large = multipart([{ ...photo, data: Buffer.alloc(9 * 1024 * 1024) }]);
  await settled(0, async () => assert.equal((await exchange(server, Buffer.concat([head, chunked(large.body)]))).status, 413));
});

test('no file reaches the sink before its CSRF token', async () => {
  const client = new Client(server);
  await client.send(get('/token'));
  const page = await client.response();
  const cookie = page.headers['set-cookie'].split(';')[0];
  client.destroy();
  const upload = (parts, headers = {}) => send('/upload-guarded', parts, { Cookie: cookie, ...headers });
  const token = { name: 'csrf', data: page.text };
  const start = await counters();
  assert.equal((await upload([photo, token])).status, 403);
  assert.equal((await upload([{ name: 'csrf', data: 'x'.repeat(86) }, photo])).status, 403);
  assert.equal((await upload([token, photo], { Cookie: 'a=b' })).status, 403);
  assert.equal((await upload([token, photo], { Origin: 'http://evil.example' })).status, 403);
  assert.equal((await upload([token, photo], { 'Sec-Fetch-Site': 'cross-site' })).status, 403);
  assert.equal((await upload([{ name: 'a', data: 'b' }])).status, 403);
  assert.equal((await counters()).open, start.open);
  assert.equal((await upload([token, photo])).status, 200);
  assert.equal((await upload([photo], { 'X-CSRF-Token': page.text })).status, 200);
});

test('a server that is stopped in mid-upload gives the files back', async () => {
  const other = await startServer({ 'drain-ms': 200 });
  const { body, type } = multipart([photo, photo]);
  const client = new Client(other);
  await client.send(post('/upload', body, { 'Content-Type': type }).subarray(0, 200000));
  await sleep(150);
  await other.stop(); // the leak checker of the sanitizer would find the file
  client.destroy();
});
