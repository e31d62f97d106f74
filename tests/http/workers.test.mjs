// Queue, deadline, gone clients, limits, and stopping gently.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, exchange, get, post, sleep, startServer } from './harness.mjs';

const counters = async (server) => JSON.parse((await exchange(server, get('/counters'))).text);

test('a full queue is answered 503 at once, and later requests work', async () => {
  const server = await startServer({ workers: 1, queue: 2 });
  const clients = [];
  for (let i = 0; i < 3; i++) {
    const client = new Client(server);
    await client.send(get('/slow?ms=1200'));
    clients.push(client);
    await sleep(60);
  }
  const started = Date.now();
  const full = await exchange(server, get('/page'));
  assert.equal(full.status, 503);
  assert.ok(Date.now() - started < 1000);
  assert.ok(Number(full.headers['retry-after']) >= 1);
  assert.equal((await exchange(server, get('/inline'))).status, 200);
  assert.equal((await exchange(server, get('/healthz'))).status, 200);
  for (const client of clients) assert.equal((await client.response()).status, 200);
  assert.equal((await exchange(server, get('/page'))).status, 200);
  await server.stop();
});

test('the deadline gives 503 in time; the late answer is thrown away', async () => {
  const server = await startServer({ workers: 2, 'deadline-ms': 300, metrics: '127.0.0.1' });
  const client = new Client(server);
  const started = Date.now();
  await client.send(get('/slow?ms=3000'));
  const answer = await client.response();
  const elapsed = Date.now() - started;
  assert.equal(answer.status, 503);
  assert.ok(answer.headers['retry-after']);
  assert.ok(elapsed >= 290 && elapsed < 2500, `${elapsed} ms`);
  // the connection goes on while the worker is still busy with the first request
  await client.send(get('/about'));
  assert.equal((await client.response()).status, 200);
  await sleep(3300 - (Date.now() - started));
  await client.send(get('/about'));
  assert.equal((await client.response()).status, 200);
  assert.ok(server.lines().some((line) => line.event === 'http.late_answer'));
  const metrics = await exchange(server, get('/metrics'), { port: server.metricsPort });
  assert.match(metrics.text, /motcua_http_late_answers_total 1\n/);
  assert.match(metrics.text, /motcua_http_deadline_total 1\n/);
  client.destroy();
  await server.stop();
});

test('a request that expires in the queue is never run', async () => {
  const server = await startServer({ workers: 1, 'deadline-ms': 300 });
  const first = new Client(server);
  await first.send(get('/long?ms=900'));
  await sleep(50);
  assert.equal((await exchange(server, get('/slow?ms=1'))).status, 503);
  assert.equal((await first.response()).status, 200);
  assert.equal((await counters(server)).runs, 1);
  await server.stop();
});

test('a gone client is noticed', async () => {
  const server = await startServer({ workers: 1 });
  const watcher = new Client(server);
  await watcher.send(get('/slow?ms=8000&watch=1'));
  await sleep(100);
  watcher.destroy();
  const started = Date.now();
  assert.equal((await exchange(server, get('/about'))).status, 200);
  assert.ok(Date.now() - started < 3000);
  // one that resets its connection while waiting is not served at all
  const busy = new Client(server);
  await busy.send(get('/slow?ms=1000'));
  await sleep(50);
  const gone = new Client(server);
  await gone.send(get('/slow?ms=1'));
  await sleep(50);
  gone.socket.resetAndDestroy();
  assert.equal((await busy.response()).status, 200);
  assert.equal((await counters(server)).runs, 2);
  await server.stop();
});

test('connections per address are limited, proxies are not', async () => {
  const server = await startServer({ 'per-address': 5 });
  const clients = [];
  for (let i = 0; i < 5; i++) {
    const client = new Client(server);
    await client.send(get('/inline'));
    assert.equal((await client.response()).status, 200);
    clients.push(client);
  }
  const extra = new Client(server);
  const refused = await extra.response();
  assert.equal(refused.status, 503);
  assert.ok(refused.headers['retry-after']);
  await extra.ended();
  clients[0].destroy();
  await sleep(200);
  assert.equal((await exchange(server, get('/inline'))).status, 200);
  for (const client of clients) client.destroy();
  await server.stop();
  const proxied = await startServer({ 'per-address': 5, trusted: '127.0.0.0/8' });
  const many = Array.from({ length: 20 }, () => new Client(proxied));
  for (const client of many) await client.send(get('/inline'));
  for (const client of many) assert.equal((await client.response()).status, 200);
  for (const client of many) client.destroy();
  await proxied.stop();
});

test('all connections together are limited; waiting ones are served later', async () => {
  const server = await startServer({ connections: 4, threads: 1 });
  const clients = Array.from({ length: 8 }, () => new Client(server));
  for (const client of clients) await client.send(get('/inline', { Connection: 'close' }));
  for (const client of clients) assert.equal((await client.response()).status, 200);
  for (const client of clients) client.destroy();
  await server.stop();
});

test('a body that trickles is answered 408', async () => {
  const server = await startServer({ 'body-rate': 1000 });
  const client = new Client(server);
  await client.send('POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n');
  const drip = setInterval(() => client.socket.write('x'), 200);
  const started = Date.now();
  const answer = await client.response({ timeout: 12000 });
  clearInterval(drip);
  assert.equal(answer.status, 408);
  assert.ok(Date.now() - started >= 4900);
  client.destroy();
  await server.stop();
});

test('a client that reads nothing does not hold a worker', async () => {
  const server = await startServer({ workers: 1, 'idle-ms': 2000 });
  const client = new Client(server);
  client.socket.pause();
  await client.send(get('/stream?known=1').repeat(40));
  await sleep(300);
  for (let i = 0; i < 5; i++) assert.equal((await exchange(server, get('/about'))).status, 200);
  await sleep(3500);
  const metrics = server.lines().filter((line) => line.event === 'http.access' && line.path === '/stream');
  assert.ok(metrics.length > 0 && metrics.length < 40);
  client.destroy();
  await server.stop();
});

test('rate classes give 429 with Retry-After, per address', async () => {
  const server = await startServer({ trusted: '127.0.0.1' });
  const limited = (address) => exchange(server, get('/limited', { 'X-Forwarded-For': address }));
  for (let i = 0; i < 3; i++) assert.equal((await limited('203.0.113.1')).status, 200);
  const refused = await limited('203.0.113.1');
  assert.equal(refused.status, 429);
  assert.ok(Number(refused.headers['retry-after']) >= 1);
  assert.equal((await limited('203.0.113.2')).status, 200);
  // of IPv6 the /64 counts
  for (let i = 0; i < 3; i++) assert.equal((await limited(`2001:db8::${i}`)).status, 200);
  assert.equal((await limited('2001:db8::ffff')).status, 429);
  // by handlers with a key of their own
  const login = (account) => exchange(server, post('/login', `account=${account}`));
  assert.equal((await login('an')).status, 200);
  assert.equal((await login('an')).status, 200);
  assert.equal((await login('an')).status, 429);
  assert.equal((await login('binh')).status, 200);
  await server.stop();
});

test('stopping finishes what is running and refuses what comes', async () => {
  const server = await startServer({ workers: 2 });
  const idle = new Client(server);
  await idle.send(get('/inline'));
  await idle.response();
  const running = new Client(server);
  await running.send(get('/slow?ms=800'));
  await sleep(100);
  server.kill('SIGTERM');
  await sleep(200);
  const late = new Client(server);
  await assert.rejects(late.response({ timeout: 300 }));
  // an open connection is told that the server is not ready
  await idle.send(get('/readyz'));
  const ready = await idle.response();
  assert.equal(ready.status, 503);
  assert.equal(ready.headers.connection, 'close');
  const answer = await running.response();
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.connection, 'close');
  const result = await server.wait();
  assert.equal(result.code, 0, server.log.slice(-3000));
  assert.match(server.output, /stopped workers 2\/2/);
});

test('what does not finish in time is answered 503 when stopping', async () => {
  const server = await startServer({ workers: 1, 'drain-ms': 300 });
  const running = new Client(server);
  await running.send(get('/slow?ms=1500'));
  const waiting = new Client(server);
  await sleep(50);
  await waiting.send(get('/about'));
  await sleep(50);
  server.kill('SIGTERM');
  assert.equal((await running.response()).status, 503);
  assert.equal((await waiting.response()).status, 503);
  assert.equal((await server.wait()).code, 0, server.log.slice(-3000));
});

test('readiness follows the hook', async () => {
  const server = await startServer();
  assert.equal((await exchange(server, get('/readyz'))).status, 200);
  await exchange(server, get('/ready?off=1'));
  assert.equal((await exchange(server, get('/readyz'))).status, 503);
  assert.equal((await exchange(server, get('/healthz'))).status, 200);
  await server.stop();
});

test('a flood of mixed good and broken requests leaves nothing behind', async () => {
  const server = await startServer({ workers: 4, queue: 64 });
  const kinds = [get('/page'), get('/slow?ms=5'), post('/form', 'a=1'), 'GET / HTTP/1.1\nHost: x\n\n', get('/khong'), get('/stream'), 'POST /raw HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc', get('/file')];
  for (let round = 0; round < 10; round++) {
    const clients = kinds.flatMap((bytes) => Array.from({ length: 4 }, () => [new Client(server), bytes]));
    for (const [client, bytes] of clients) await client.send(bytes);
    await sleep(round * 3);
    for (const [client] of clients) (round % 2 ? client.socket.resetAndDestroy() : client.destroy());
  }
  await sleep(500);
  assert.equal((await exchange(server, get('/page'))).status, 200);
  await server.stop();
});
