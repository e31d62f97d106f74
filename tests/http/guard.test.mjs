// Every way of writing a request that must not be served, in raw bytes. Each is answered and the connection closed.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client, exchange, get, post, sleep, startServer } from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ 'head-ms': 1500, 'idle-ms': 3000 });
});
after(() => server.stop());

async function refused(bytes, status, { split = false } = {}) {
  const client = new Client(server);
  const data = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, 'latin1');
  if (split) {
    for (const byte of data) {
      await client.send(Buffer.from([byte]));
      await sleep(0);
    }
  } else {
    await client.send(data);
  }
  const answer = await client.response();
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.connection, 'close');
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.match(answer.headers['content-security-policy'], /default-src 'none'/);
  await client.ended();
  client.destroy();
}

const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
const cases = [
  ['Content-Length together with Transfer-Encoding', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`, 400],
  ['Transfer-Encoding together with Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n${smuggled}`, 400],
  ['two different Content-Lengths', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!`, 400],
  ['two equal Content-Lengths', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello`, 400],
  ['a list of Content-Lengths', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 5\r\n\r\nhello`, 400],
  ['a signed Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello`, 400],
  ['a negative Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n`, 400],
  ['a hexadecimal Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 0x5\r\n\r\nhello`, 400],
  ['an empty Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n`, 400],
  ['an overflowing Content-Length', `POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 18446744073709551617\r\n\r\n`, 400],
  ['two Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n', 400],
  ['two equal Hosts', 'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n', 400],
  ['no Host', 'GET / HTTP/1.1\r\nAccept: */*\r\n\r\n', 400],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 400],
  ['a Host with a user', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 400],
  ['a Host with a blank', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 400],
  ['a Host with a wrong port', 'GET / HTTP/1.1\r\nHost: a:99x\r\n\r\n', 400],
  ['bare LF behind the request line', 'GET / HTTP/1.1\nHost: x\r\n\r\n', 400],
  ['bare LF behind a field', 'GET / HTTP/1.1\r\nHost: x\nAccept: */*\r\n\r\n', 400],
  ['bare LF behind the last field', 'GET / HTTP/1.1\r\nHost: x\n\r\n', 400],
  ['bare LF as the empty line', 'GET / HTTP/1.1\r\nHost: x\r\n\n', 400],
  ['bare LF only', 'GET / HTTP/1.1\nHost: x\n\n', 400],
  ['bare CR in a field', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\rc\r\n\r\n', 400],
  ['NUL in a field', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n', 400],
  ['NUL in the target', 'GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['%00 in the path', 'GET /ho-so/a%00b/buoc/1 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['encoded dots and slash', 'GET /%2e%2e%2fetc/passwd HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['encoded dots', 'GET /static/%2e%2e/x HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['half encoded dots', 'GET /a/.%2E/b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['plain dots', 'GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a single dot', 'GET /a/./b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an encoded slash', 'GET /ho-so/a%2fb/buoc/1 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an encoded backslash', 'GET /ho-so/a%5cb/buoc/1 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a backslash', 'GET /ho-so\\a HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a broken escape', 'GET /ho-so/%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a cut escape', 'GET /ho-so/%2 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an encoded line end', 'GET /ho-so/%0d%0aX:y HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['invalid UTF-8 in the path', 'GET /ho-so/%ff/buoc/1 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['overlong UTF-8 in the path', 'GET /%c0%ae%c0%ae/x HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['raw bytes in the target', 'GET /h\xe1\xbb\x93 HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a fragment', 'GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an unknown Transfer-Encoding', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: foo\r\n\r\nhello', 400],
  ['gzip before chunked', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n', 400],
  ['chunked twice', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['Transfer-Encoding with a vertical tab', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n', 400],
  ['a blank before the colon', `POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\nContent-Length: 3\r\n\r\nabc`, 400],
  ['a folded field', 'GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n', 400],
  ['a folded first field', 'GET / HTTP/1.1\r\n Host: x\r\n\r\n', 400],
  ['a field without a name', 'GET / HTTP/1.1\r\nHost: x\r\n: b\r\n\r\n', 400],
  ['a field without a colon', 'GET / HTTP/1.1\r\nHost: x\r\nhello\r\n\r\n', 400],
  ['a field name with a blank', 'GET / HTTP/1.1\r\nHost: x\r\nA B: c\r\n\r\n', 400],
  ['absolute form', 'GET http://motcua.example/ HTTP/1.1\r\nHost: motcua.example\r\n\r\n', 400],
  ['authority form', 'CONNECT motcua.example:443 HTTP/1.1\r\nHost: motcua.example:443\r\n\r\n', 400],
  ['asterisk form for GET', 'GET * HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['no target', 'GET  HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['two blanks', 'GET  / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a blank in the target', 'GET /a b HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['a trailing blank', 'GET / HTTP/1.1 \r\nHost: x\r\n\r\n', 400],
  ['a tab', 'GET\t/\tHTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 400],
  ['HTTP/1.10', 'GET / HTTP/1.10\r\nHost: x\r\n\r\n', 400],
  ['lower case http', 'GET / http/1.1\r\nHost: x\r\n\r\n', 400],
  ['HTTP/1.2', 'GET / HTTP/1.2\r\nHost: x\r\n\r\n', 505],
  ['HTTP/2.0', 'GET / HTTP/2.0\r\nHost: x\r\n\r\n', 505],
  ['the HTTP/2 preface', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 505],
  ['a TLS greeting', Buffer.from('16030100c8010000c40303', 'hex'), 400],
  ['garbage', '\x01\x02\x03\x04', 400],
  ['many empty lines', '\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
  ['an unknown expectation', 'POST /raw HTTP/1.1\r\nHost: x\r\nExpect: cake\r\nContent-Length: 1\r\n\r\na', 417],
  ['chunked in HTTP/1.0', 'POST /raw HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400],
  ['a chunk size that is no number', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\nabc\r\n0\r\n\r\n', 400],
  ['a signed chunk size', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n0\r\n\r\n', 400],
  ['a chunk size with 0x', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0x3\r\nabc\r\n0\r\n\r\n', 400],
  ['a huge chunk size', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nabc\r\n0\r\n\r\n', 400],
  ['bare LF behind a chunk size', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\r\n0\r\n\r\n', 400],
  ['bare LF behind a chunk', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\n0\r\n\r\n', 400],
  ['a chunk longer than its size', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n0\r\n\r\n', 400],
  ['bare LF at the end of chunks', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\n', 400],
  ['a malformed trailer', 'POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nhello\r\n\r\n', 400],
];

describe('refused as soon as it is seen', () => {
  for (const [name, bytes, status] of cases) test(name, () => refused(bytes, status));
});

describe('refused also byte by byte', () => {
  const some = ['Content-Length together with Transfer-Encoding', 'bare LF behind the last field', 'bare LF as the empty line', 'two Hosts', 'a chunk longer than its size', 'a malformed trailer', 'an unknown Transfer-Encoding'];
  for (const [name, bytes, status] of cases.filter(([name]) => some.includes(name))) test(name, () => refused(bytes, status, { split: true }));
});

test('a request smuggled behind a refused one is never served', async () => {
  const marker = `/about?smuggled=${Date.now()}`;
  for (const head of ['Content-Length: 4\r\nTransfer-Encoding: chunked', 'Content-Length: 4\r\nContent-Length: 0', 'Transfer-Encoding: xchunked']) {
    const client = new Client(server);
    await client.send(`POST /raw HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n0\r\n\r\n${get(marker)}`);
    assert.equal((await client.response()).status, 400);
    await client.ended();
  }
  await sleep(100);
  assert.ok(!server.lines().some((line) => line.event === 'http.access' && line.path === '/about'));
});

test('a refusal in a body that is being read is answered too', async () => {
  const client = new Client(server);
  await client.send('POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n');
  await sleep(200);
  await client.send('zz\r\nabc\r\n');
  const answer = await client.response();
  assert.equal(answer.status, 400);
  assert.equal(answer.headers.connection, 'close');
  await client.ended();
});

test('a long target is answered 414', () => refused(`GET /${'a'.repeat(9000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414));
test('an endless first line is answered 414', () => refused(`GET /${'a'.repeat(30000)}`, 414));
test('a long head is answered 431', () => refused(`GET / HTTP/1.1\r\nHost: x\r\nA: ${'a'.repeat(20000)}\r\n\r\n`, 431));
test('an endless head is answered 431', () => refused(`GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(5000)}`, 431));
test('too many fields are answered 431', () => refused(`GET / HTTP/1.1\r\nHost: x\r\n${'A: b\r\n'.repeat(150)}\r\n`, 431));

test('an unknown method is answered 501', async () => {
  for (const method of ['BREW', 'get', 'TRACE', 'PROPFIND']) {
    const answer = await exchange(server, get('/', {}, method));
    assert.equal(answer.status, 501, method);
  }
});

test('a known method a page does not take is answered 405 with Allow', async () => {
  const answer = await exchange(server, post('/', 'a=1'));
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.allow, 'GET, HEAD, OPTIONS');
  const raw = await exchange(server, get('/raw', {}, 'DELETE'));
  assert.equal(raw.status, 405);
  assert.equal(raw.headers.allow, 'POST, PUT, OPTIONS');
});

test('one or two empty lines before a request are forgiven', async () => {
  assert.equal((await exchange(server, `\r\n\r\n${get('/')}`)).status, 200);
});

test('HTTP/1.0 without a Host is served and closed', async () => {
  const client = new Client(server);
  await client.send('GET / HTTP/1.0\r\n\r\n');
  assert.equal((await client.response()).status, 200);
  await client.ended();
});

test('a head that comes byte by byte is served', async () => {
  const client = new Client(server);
  for (const byte of Buffer.from(get('/about'))) {
    await client.send(Buffer.from([byte]));
    await sleep(1);
  }
  assert.equal((await client.response()).status, 200);
  client.destroy();
});

test('pipelined requests are answered in order, whatever the cuts', async () => {
  const bytes = Buffer.concat([
    Buffer.from(get('/ho-so/a/buoc/1')),
    post('/form', 'x=1'),
    Buffer.from('POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\nTrailer: yes\r\n\r\n'),
    Buffer.from(get('/inline')),
    Buffer.from(get('/ho-so/b/buoc/2')),
  ]);
  for (const step of [bytes.length, 1000, 97, 13]) {
    const client = new Client(server);
    for (let i = 0; i < bytes.length; i += step) {
      await client.send(bytes.subarray(i, i + step));
      if (step < 1000) await sleep(1);
    }
    assert.equal(JSON.parse((await client.response()).text).code, 'a');
    assert.deepEqual(JSON.parse((await client.response()).text).form, [['x', '1']]);
    assert.equal(JSON.parse((await client.response()).text).body, 'abcde');
    assert.equal(JSON.parse((await client.response()).text).worker, false);
    assert.equal(JSON.parse((await client.response()).text).code, 'b');
    client.destroy();
  }
});

test('many pipelined requests at once are all answered', async () => {
  const client = new Client(server);
  const count = 2000;
  await client.send(get('/inline').repeat(count));
  for (let i = 0; i < count; i++) assert.equal((await client.response()).status, 200);
  client.destroy();
});

test('a valid request before a malformed one is still answered', async () => {
  const client = new Client(server);
  await client.send(`${get('/about')}GET / HTTP/1.1\nHost: x\n\n`);
  assert.equal((await client.response()).status, 200);
  assert.equal((await client.response()).status, 400);
  await client.ended();
});

test('a head that does not come in time is answered 408', async () => {
  const client = new Client(server);
  await client.send('GET / HTTP/1.1\r\nHost: x\r\n');
  const started = Date.now();
  const drip = setInterval(() => client.socket.write('A: b\r\n'), 300);
  const answer = await client.response();
  clearInterval(drip);
  assert.equal(answer.status, 408);
  assert.ok(Date.now() - started < 4000);
  client.destroy();
});

test('a connection that says nothing is closed without a word', async () => {
  const client = new Client(server);
  await client.opened;
  await client.ended();
});

test('an idle connection is closed after its time', async () => {
  const client = new Client(server);
  await client.send(get('/inline'));
  await client.response();
  await client.ended();
});

test('a client that closes its sending side still gets its answer', async () => {
  const client = new Client(server);
  await client.send(get('/slow?ms=300'));
  client.socket.end();
  assert.equal((await client.response()).status, 200);
});

test('what is just below the limits is served, also pipelined', async () => {
  const filler = Object.fromEntries(Array.from({ length: 95 }, (_, i) => [`X-Filler-${i}`, 'v'.repeat(130)]));
  const bytes = get('/about', filler);
  assert.ok(bytes.length > 13000 && bytes.length < 16384);
  const client = new Client(server);
  await client.send(bytes.repeat(6));
  for (let i = 0; i < 6; i++) assert.equal((await client.response()).status, 200);
  await client.send(get(`/tep/${'a'.repeat(7900)}`));
  assert.equal((await client.response()).status, 200);
  await client.send(get(`/about?${'&a'.repeat(3900)}`));
  assert.equal((await client.response()).status, 400); // too many values for us, but no matter for the library
  await client.send(get('/about', { Cookie: `${'=;'.repeat(3000)}mau=1` }));
  assert.equal(JSON.parse((await client.response()).text).cookie, '1');
  client.destroy();
});
