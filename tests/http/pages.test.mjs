// Routing, what handlers read, and what answers look like.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Client, exchange, get, post, startServer } from './harness.mjs';

let server;
before(async () => {
  server = await startServer({ trusted: '127.0.0.1' });
});
after(() => server.stop());
const json = async (bytes) => JSON.parse((await exchange(server, bytes)).text);

test('parameters are decoded segment by segment', async () => {
  const value = await json(get('/ho-so/000.12%20%C4%90/buoc/b%3Fc'));
  assert.deepEqual(value, { code: '000.12 Đ', page: 'b?c', path: '/ho-so/000.12%20%C4%90/buoc/b%3Fc' });
  assert.equal((await exchange(server, get('/ho-so/x/buoc/moi'))).text, 'literal');
  assert.equal((await json(get('/tep/a/b%20c/d'))).path, 'a/b c/d');
});

test('paths that are not there are 404, with a page in both languages', async () => {
  for (const path of ['/khong', '/ho-so', '/ho-so/x', '/ho-so//buoc/1', '//', '//evil.example/', '/tep', '/page/x', '/' + 'a/'.repeat(100)]) {
    const answer = await exchange(server, get(path));
    assert.equal(answer.status, 404, path);
    assert.match(answer.text, /Không tìm thấy/);
    assert.match(answer.text, /no such page/);
    assert.ok(answer.text.includes(answer.headers['x-request-id']));
    assert.equal(answer.headers['cache-control'], 'no-store');
  }
});

test('a trailing slash is redirected away, the query kept', async () => {
  const answer = await exchange(server, get('/ho-so/a%20b/buoc/1/?x=1'));
  assert.equal(answer.status, 308);
  assert.equal(answer.headers.location, '/ho-so/a%20b/buoc/1?x=1');
  assert.equal((await exchange(server, post('/form/', 'a=1'))).status, 404);
});

test('HEAD answers as GET without the body', async () => {
  const client = new Client(server);
  await client.send(get('/page', {}, 'HEAD'));
  const head = await client.response({ head: true });
  await client.send(get('/page'));
  const full = await client.response();
  assert.equal(head.status, 200);
  assert.equal(head.headers['content-length'], full.headers['content-length']);
  assert.equal(full.body.length, Number(full.headers['content-length']));
  client.destroy();
});

test('OPTIONS names what a path takes', async () => {
  const answer = await exchange(server, get('/raw', {}, 'OPTIONS'));
  assert.equal(answer.status, 204);
  assert.equal(answer.headers.allow, 'POST, PUT, OPTIONS');
  assert.equal((await exchange(server, get('*', {}, 'OPTIONS'))).status, 204);
  assert.equal((await exchange(server, get('/khong', {}, 'OPTIONS'))).status, 404);
});

test('query and form values repeat, keep order, and are UTF-8', async () => {
  const value = await json(get('/echo?a=1&a=2&b=%C4%90%E1%BB%93ng+x&c&=&d=%0A'));
  assert.deepEqual(value.query, [['a', '1'], ['a', '2'], ['b', 'Đồng x'], ['c', ''], ['d', '\n']]);
  const form = await json(post('/form?q=1', 'ten=Nguy%E1%BB%85n+V%C4%83n+A&ten=%26&trong='));
  assert.deepEqual(form.form, [['ten', 'Nguyễn Văn A'], ['ten', '&'], ['trong', '']]);
  assert.deepEqual(form.query, [['q', '1']]);
});

test('what is not UTF-8, or has NUL, is refused with a clear message', async () => {
  for (const bytes of [get('/echo?a=%ff'), get('/echo?a=%00'), get('/echo?a=%zz'), get('/echo?a=%1b'), post('/form', 'a=%ff'), post('/form', 'a=%00'), post('/form', 'a=%c0%80'), post('/form', 'a=%ed%a0%80'), post('/form', Buffer.from('a=\xff', 'latin1')), post('/form', Buffer.from('a=\0'))]) {
    const answer = await exchange(server, bytes);
    assert.equal(answer.status, 400);
    assert.match(answer.text, /UTF-8/);
  }
  assert.equal((await exchange(server, post('/json', '{"a":"\xff"}', { 'Content-Type': 'application/json' }))).status, 200);
  assert.equal((await exchange(server, post('/json', Buffer.from('{"a":"\xff"}', 'latin1'), { 'Content-Type': 'application/json' }))).status, 400);
});

test('bodies are held to their kind, charset and size', async () => {
  const status = async (...args) => (await exchange(server, post(...args))).status;
  assert.equal(await status('/form', 'a=1', { 'Content-Type': 'text/plain' }), 415);
  assert.equal(await status('/form', 'a=1', { 'Content-Type': undefined }), 415);
  assert.equal(await status('/form', 'a=1', { 'Content-Type': 'application/x-www-form-urlencoded; charset=iso-8859-1' }), 415);
  assert.equal(await status('/form', 'a=1', { 'Content-Type': 'application/x-www-form-urlencoded; charset="UTF-8"' }), 200);
  assert.equal(await status('/form', 'a=1', { 'Content-Encoding': 'gzip' }), 415);
  assert.equal(await status('/json', '{}', { 'Content-Type': 'application/merge-patch+json' }), 200);
  assert.equal(await status('/nobody', 'a=1'), 400);
  assert.equal(await status('/nobody', ''), 200);
  assert.equal(await status('/form', ''), 200);
  assert.equal(await status('/form', `a=${'x'.repeat(65000)}`), 200);
  assert.equal(await status('/form', `a=${'x'.repeat(70000)}`), 413);
  assert.equal(await status('/form', 'a=1&'.repeat(2500)), 413);
  assert.equal((await exchange(server, get('/echo?' + 'a=1&'.repeat(1000)))).status, 400);
  assert.equal((await exchange(server, get('/', { 'Content-Length': 3 }) + 'abc')).status, 400);
});

test('a refused small body leaves the connection usable, a refused large one does not', async () => {
  const client = new Client(server);
  await client.send(post('/form', 'x'.repeat(1000), { 'Content-Type': 'text/plain' }));
  assert.equal((await client.response()).status, 415);
  await client.send(get('/about'));
  assert.equal((await client.response()).status, 200);
  await client.send('POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 999999999999\r\n\r\n');
  const refused = await client.response();
  assert.equal(refused.status, 413);
  assert.equal(refused.headers.connection, 'close');
  await client.ended();
});

test('a chunked body over the limit is answered 413', async () => {
  const client = new Client(server);
  await client.send('POST /raw HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const chunk = `4000\r\n${'x'.repeat(0x4000)}\r\n`;
  for (let i = 0; i < 6; i++) await client.send(chunk);
  assert.equal((await client.response()).status, 413);
  await client.ended();
});

test('Expect: 100-continue is answered only when the body is wanted', async () => {
  const client = new Client(server);
  await client.send('POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n');
  assert.equal((await client.response()).status, 100);
  await client.send('abc');
  assert.equal(JSON.parse((await client.response()).text).body, 'abc');
  await client.send('POST /form HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\nExpect: 100-continue\r\n\r\n');
  assert.equal((await client.response()).status, 413);
  client.destroy();
});

test('every answer carries the security headers', async () => {
  for (const bytes of [get('/'), get('/khong'), get('/healthz'), get('/redirect?to=/page'), get('/fails'), 'GARBAGE\r\n']) {
    const { headers, status } = await exchange(server, bytes);
    const policy = headers['content-security-policy'];
    for (const part of ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) assert.ok(policy.includes(part), `${status} ${part}`);
    assert.ok(!policy.includes('unsafe'));
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['referrer-policy'], 'same-origin');
    assert.equal(headers['cross-origin-opener-policy'], 'same-origin');
    assert.ok(headers['permissions-policy']);
    assert.equal(headers['strict-transport-security'], undefined);
    assert.equal(headers.server, undefined);
  }
  const frame = await exchange(server, get('/frame'));
  assert.ok(frame.headers['content-security-policy'].includes("frame-ancestors 'self'"));
});

test('errors show no detail, and defects of handlers become 500', async () => {
  const fails = await exchange(server, get('/fails'));
  assert.equal(fails.status, 500);
  assert.ok(!fails.text.includes('secret detail'));
  assert.ok(server.log.includes('secret detail 42'));
  for (const path of ['/nothing', '/defect', '/memory']) {
    const answer = await exchange(server, get(path));
    assert.equal(answer.status, 500, path);
    assert.equal(answer.headers['set-cookie'], undefined);
    assert.match(answer.text, /Hệ thống gặp lỗi/);
  }
  assert.equal((await exchange(server, get('/page'))).status, 200);
});

test('redirects stay on the site', async () => {
  const location = async (to) => (await exchange(server, get(`/redirect?to=${encodeURIComponent(to)}`))).headers.location;
  assert.equal(await location('/ho-so/1?a=b'), '/ho-so/1?a=b');
  for (const to of ['//evil.example', '/\\evil.example', 'https://evil.example', 'javascript:alert(1)', '', '/a\r\nX: y', '/ă', '\\/evil.example', '/\t/evil.example']) assert.equal(await location(to), '/', to);
});

test('text is compressed where accepted', async () => {
  const plain = await exchange(server, get('/page'));
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers.vary, 'Accept-Encoding');
  const zip = await exchange(server, get('/page', { 'Accept-Encoding': 'gzip' }));
  assert.equal(zip.headers['content-encoding'], 'gzip');
  assert.deepEqual(gunzipSync(zip.body), plain.body);
  const brotli = await exchange(server, get('/page', { 'Accept-Encoding': 'gzip, deflate, br' }));
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
  const encoding = async (accept) => (await exchange(server, get('/page', { 'Accept-Encoding': accept }))).headers['content-encoding'];
  assert.equal(await encoding('br;q=0, gzip;q=0.5'), 'gzip');
  assert.equal(await encoding('br;q=0.0, gzip;q=0'), undefined);
  assert.equal(await encoding('*'), 'br');
  assert.equal(await encoding('*;q=0'), undefined);
  assert.equal(await encoding('identity'), undefined);
  assert.equal((await exchange(server, get('/', { 'Accept-Encoding': 'br' }))).headers['content-encoding'], undefined);
});

test('a page with an entity tag is not sent twice', async () => {
  const first = await exchange(server, get('/tagged'));
  assert.match(first.headers.etag, /^W\/"[0-9a-f]{32}"$/);
  assert.equal(first.headers['cache-control'], 'private, no-cache');
  const client = new Client(server);
  for (const tags of [first.headers.etag, `"a", ${first.headers.etag}`, '*']) {
    await client.send(get('/tagged', { 'If-None-Match': tags }));
    const second = await client.response();
    assert.equal(second.status, 304);
    assert.equal(second.headers.etag, first.headers.etag);
  }
  await client.send(get('/tagged', { 'If-None-Match': '"other"' }));
  assert.equal((await client.response()).status, 200);
  client.destroy();
});

test('files answer ranges', async () => {
  const whole = await exchange(server, get('/file'));
  assert.equal(whole.body.length, 2600);
  assert.equal(whole.headers['content-disposition'], `attachment; filename="Gi_y_h_n__s__1_.pdf"; filename*=UTF-8''Gi%E1%BA%A5y%20h%E1%BA%B9n%20%22s%E1%BB%91%201%22.pdf`);
  const part = async (range, more = {}) => exchange(server, get('/file', { Range: range, ...more }));
  const one = await part('bytes=26-51');
  assert.equal(one.status, 206);
  assert.equal(one.headers['content-range'], 'bytes 26-51/2600');
  assert.equal(one.text, 'abcdefghijklmnopqrstuvwxyz');
  assert.equal((await part('bytes=2590-')).body.length, 10);
  assert.equal((await part('bytes=-7')).body.length, 7);
  assert.equal((await part('bytes=-9999')).body.length, 2600);
  assert.equal((await part('bytes=0-99999')).body.length, 2600);
  const none = await part('bytes=2600-');
  assert.equal(none.status, 416);
  const nines = '9'.repeat(40);
  assert.equal((await part(`bytes=${nines}-`)).status, 416);
  assert.equal((await part('bytes=-0')).status, 416);
  assert.equal((await part(`bytes=2590-${nines}`)).body.length, 10);
  assert.equal((await part(`bytes=-${nines}`)).headers['content-range'], 'bytes 0-2599/2600');
  assert.equal(none.headers['content-range'], 'bytes */2600');
  for (const odd of ['bytes=5-2', 'bytes=a-b', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=', 'bytes=--5', 'bytes=+1-5', 'bytes=0 - 5']) assert.equal((await part(odd)).status, 200, odd);
  assert.equal((await part('bytes=0-1', { 'If-Range': '"v1"' })).status, 206);
  assert.equal((await part('bytes=0-1', { 'If-Range': '"v0"' })).status, 200);
  assert.equal((await part('bytes=0-1', { 'If-Range': 'W/"v1"' })).status, 200);
});

test('streams are sent chunked or with their length', async () => {
  const chunked = await exchange(server, get('/stream'));
  assert.equal(chunked.headers['transfer-encoding'], 'chunked');
  assert.equal(chunked.body.length, 300000);
  const known = await exchange(server, get('/stream?known=1'));
  assert.equal(known.headers['content-length'], '300000');
  assert.ok(known.body.equals(chunked.body));
  const part = await exchange(server, get('/stream?known=1', { Range: 'bytes=100000-100025' }));
  assert.equal(part.status, 206);
  assert.ok(part.body.equals(chunked.body.subarray(100000, 100026)));
  const head = new Client(server);
  await head.send(get('/stream?known=1', {}, 'HEAD'));
  assert.equal((await head.response({ head: true })).headers['content-length'], '300000');
  head.destroy();
});

test('the client behind a trusted proxy is known, a forged address is not believed', async () => {
  const about = async (headers) => json(get('/about', headers));
  assert.equal((await about({})).address, '127.0.0.1');
  assert.equal((await about({ 'X-Forwarded-For': '203.0.113.7' })).address, '203.0.113.7');
  assert.equal((await about({ 'X-Forwarded-For': '6.6.6.6, 203.0.113.7' })).address, '203.0.113.7');
  assert.equal((await about({ 'X-Forwarded-For': '6.6.6.6, 203.0.113.7, 127.0.0.1' })).address, '203.0.113.7');
  assert.equal((await about({ 'X-Forwarded-For': '2001:db8::1' })).address, '2001:db8::1');
  assert.equal((await about({ 'X-Forwarded-For': '<script>' })).address, '127.0.0.1');
  const secure = await about({ 'X-Forwarded-Proto': 'https' });
  assert.equal(secure.secure, true);
  assert.equal(secure.origin, 'https://motcua.example');
  const untrusting = await startServer();
  const forged = JSON.parse((await exchange(untrusting, get('/about', { 'X-Forwarded-For': '6.6.6.6', 'X-Forwarded-Proto': 'https' }))).text);
  assert.equal(forged.address, '127.0.0.1');
  assert.equal(forged.secure, false);
  await untrusting.stop();
});

test('language follows the preference', async () => {
  const language = async (accept) => (await json(get('/about', accept === undefined ? {} : { 'Accept-Language': accept }))).language;
  assert.equal(await language(undefined), 'vi');
  assert.equal(await language('en-US,en;q=0.9,vi;q=0.8'), 'en');
  assert.equal(await language('vi-VN,vi;q=0.9,en;q=0.8'), 'vi');
  assert.equal(await language('fr, en;q=0.3, vi;q=0.2'), 'en');
  assert.equal(await language('fr'), 'vi');
  assert.equal(await language('en;q=x, vi;q=0.1'), 'vi');
  assert.equal(await language('eng'), 'vi');
});

test('the log has no query values and no bodies', async () => {
  await exchange(server, post('/form?secret=abc123', 'password=topsecret'));
  await exchange(server, get('/about'));
  const line = server.lines().findLast((entry) => entry.event === 'http.access' && entry.path === '/form');
  assert.equal(line.method, 'POST');
  assert.equal(line.route, '/form');
  assert.ok(!server.log.includes('abc123') && !server.log.includes('topsecret'));
});

test('error pages are rendered by the hook, on either thread, and replaced when they fail', async () => {
  const other = await startServer({ pages: 1 });
  const page = async (bytes) => exchange(other, bytes);
  assert.equal((await page(get('/khong'))).text, 'own page 404 - - event');
  assert.equal((await page(get('/fails'))).text, 'own page 500 - - worker');
  assert.match((await page(get('/echo?a=%ff'))).text, /^own page 400 Dữ liệu gửi lên không phải văn bản .* - worker$/);
  assert.equal((await page(post('/form', 'a'.repeat(70000)))).text, 'own page 413 - - event');
  const text = (await page(get('/khong', { 'X-Page': 'none' }))).text;
  assert.match(text, /Không tìm thấy/);
  for (const how of ['memory', 'defect'])
    for (const bytes of [get('/khong', { 'X-Page': how }), get('/fails', { 'X-Page': how }), post('/form', 'a'.repeat(70000), { 'X-Page': how }), get('/memory', { 'X-Page': how })]) {
      const answer = await page(bytes);
      assert.equal(answer.status, 500);
      assert.match(answer.text, /Hệ thống gặp lỗi/);
    }
  assert.equal((await page(get('/page'))).status, 200);
  await other.stop();
});
