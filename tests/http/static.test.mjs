// Static files, probes and metrics.
import assert from 'node:assert/strict';
import { mkdtempSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { Client, exchange, get, post, sleep, startServer } from './harness.mjs';

let server;
let folder;
const css = `@font-face{src:url(../fonts/be.woff2) format("woff2")} a{background:url("../img/huy-hieu.svg#x")} b{background:url(/static/x.png)} i{background:url(data:image/png;base64,AA)} ${'/* đệm */'.repeat(200)}`;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'motcua-static-'));
  for (const name of ['css', 'fonts', 'img', 'js', '.git']) mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, 'css/main.css'), css);
  writeFileSync(path.join(folder, 'fonts/be.woff2'), Buffer.alloc(2000, 7));
  writeFileSync(path.join(folder, 'img/huy-hieu.svg'), `<svg>${' '.repeat(2000)}</svg>`);
  writeFileSync(path.join(folder, 'js/app.js'), 'export {}');
  writeFileSync(path.join(folder, '.git/config'), 'secret');
  writeFileSync(path.join(folder, 'empty.txt'), '');
  symlinkSync('/etc/passwd', path.join(folder, 'leak.txt'));
  server = await startServer({ static: folder, metrics: '127.0.0.1' });
});
after(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

test('a file has an address made of its content and is cached for ever', async () => {
  const url = (await exchange(server, get('/links'))).text;
  assert.match(url, /^\/static\/css\/main\.[0-9a-f]{16}\.css$/);
  const answer = await exchange(server, get(url));
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(answer.headers['content-type'], 'text/css; charset=utf-8');
  assert.equal(answer.headers.vary, 'Accept-Encoding');
  assert.match(answer.text, /src:url\("\/static\/fonts\/be\.[0-9a-f]{16}\.woff2"\)/);
  assert.match(answer.text, /url\("\/static\/img\/huy-hieu\.[0-9a-f]{16}\.svg#x"\)/);
  assert.ok(answer.text.includes('url(/static/x.png)') && answer.text.includes('url(data:image/png;base64,AA)'));
  const font = /\/static\/fonts\/be\.[0-9a-f]{16}\.woff2/.exec(answer.text)[0];
  assert.equal((await exchange(server, get(font))).headers['content-type'], 'font/woff2');
  const again = await exchange(server, get(url, { 'If-None-Match': answer.headers.etag }));
  assert.equal(again.status, 304);
  assert.equal((await exchange(server, get(url.replace(/\.[0-9a-f]{16}\./, '.0000000000000000.')))).status, 404);
});

test('compressed beforehand', async () => {
  const plain = await exchange(server, get('/static/css/main.css'));
  const gzip = await exchange(server, get('/static/css/main.css', { 'Accept-Encoding': 'gzip' }));
  const brotli = await exchange(server, get('/static/css/main.css', { 'Accept-Encoding': 'br, gzip' }));
  assert.equal(gzip.headers['content-encoding'], 'gzip');
  assert.equal(brotli.headers['content-encoding'], 'br');
  assert.deepEqual(gunzipSync(gzip.body), plain.body);
  assert.deepEqual(brotliDecompressSync(brotli.body), plain.body);
  const font = await exchange(server, get('/static/fonts/be.woff2', { 'Accept-Encoding': 'br' }));
  assert.equal(font.headers['content-encoding'], undefined);
});

test('the plain name is served with revalidation', async () => {
  const answer = await exchange(server, get('/static/js/app.js'));
  assert.equal(answer.headers['cache-control'], 'public, no-cache');
  assert.equal(answer.text, 'export {}');
  assert.equal((await exchange(server, get('/static/js/app.js', { 'If-None-Match': answer.headers.etag }))).status, 304);
  assert.equal((await exchange(server, get('/static/empty.txt'))).body.length, 0);
});

test('nothing outside the folder, nothing hidden, nothing by links', async () => {
  for (const target of ['/static/.git/config', '/static/leak.txt', '/static/', '/static', '/static/css', '/static/css/', '/static//css/main.css', '/static/nope.css']) assert.equal((await exchange(server, get(target))).status, 404, target);
  for (const target of ['/static/../server.c', '/static/%2e%2e/x', '/static/..%2fx']) assert.equal((await exchange(server, get(target))).status, 400, target);
});

test('only GET and HEAD', async () => {
  const refused = await exchange(server, post('/static/js/app.js', ''));
  assert.equal(refused.status, 405);
  assert.equal(refused.headers.allow, 'GET, HEAD');
  const client = new Client(server);
  await client.send(get('/static/js/app.js', {}, 'HEAD'));
  assert.equal((await client.response({ head: true })).headers['content-length'], '9');
  client.destroy();
});

test('probes answer; metrics are not public', async () => {
  assert.equal((await exchange(server, get('/healthz'))).text, 'ok\n');
  assert.equal((await exchange(server, get('/readyz'))).text, 'ready\n');
  assert.equal((await exchange(server, post('/healthz', ''))).status, 405);
  assert.equal((await exchange(server, get('/metrics'))).status, 404);
});

test('metrics on their own port count by route', async () => {
  for (let i = 0; i < 3; i++) await exchange(server, get('/page'));
  await exchange(server, get('/khong'));
  await exchange(server, 'GARBAGE\r\n');
  await exchange(server, get('/fails'));
  // A request counts once its answer has left, which is a little after the client has read it.
  let answer;
  for (const end = Date.now() + 5000; ; await sleep(20)) {
    answer = await exchange(server, get('/metrics'), { port: server.metricsPort });
    if (/route="\/fails"/.test(answer.text) || Date.now() > end) break;
  }
  assert.equal(answer.status, 200);
  assert.match(answer.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  assert.match(answer.text, /motcua_http_requests_total\{method="GET",route="\/page",status="2xx"\} 3\n/);
  assert.match(answer.text, /motcua_http_requests_total\{method="GET",route="\/fails",status="5xx"\} 1\n/);
  assert.match(answer.text, /route="\(refused\)",status="4xx"\} \d+\n/);
  assert.match(answer.text, /motcua_http_request_duration_seconds_bucket\{method="GET",route="\/page",le="\+Inf"\} 3\n/);
  for (const name of ['queue_waiting', 'workers_busy', 'connections_open', 'workers']) assert.match(answer.text, new RegExp(`\\nmotcua_http_${name} \\d+\\n`));
  assert.match(answer.text, /motcua_test_worker_starts 4\n/);
  for (const line of answer.text.trimEnd().split('\n')) assert.match(line, /^(# (HELP|TYPE) \w+ .+|\w+(\{[^{}]*\})? -?[\d.e+]+)$/);
  assert.equal((await exchange(server, get('/page'), { port: server.metricsPort })).status, 404);
});

test('metrics on the main port for allowed networks', async () => {
  const other = await startServer({ 'metrics-allow': '127.0.0.0/8' });
  assert.equal((await exchange(other, get('/metrics'))).status, 200);
  await other.stop();
});

test('a configuration that cannot work is refused with a clear sentence', async () => {
  for (const [options, words] of [[{ workers: 0 }, /workers is 0/], [{ trusted: 'nonsense' }, /not a network: nonsense/], [{ static: '/nonexistent' }, /nonexistent/], [{ port: 1 + Number(server.port) - 1 }, /cannot listen/]]) await assert.rejects(startServer(options), words);
});
