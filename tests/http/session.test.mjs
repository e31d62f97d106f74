// Cookies, sessions, CSRF.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { exchange, get, post, startServer } from './harness.mjs';

let server;
let secure;
before(async () => {
  server = await startServer();
  secure = await startServer({ tls: 1 });
});
after(async () => {
  await server.stop();
  await secure.stop();
});
const cookieOf = (answer) => answer.headers['set-cookie'].split(';')[0];

test('cookies are read by their exact name', async () => {
  const cookie = async (value) => JSON.parse((await exchange(server, get('/about', { Cookie: value }))).text).cookie;
  assert.equal(await cookie('mau=xanh'), 'xanh');
  assert.equal(await cookie('a=1; mau="xanh"; b=2'), 'xanh');
  assert.equal(await cookie('xmau=1; maux=2; mau = 3'), null);
  assert.equal(await cookie('MAU=1'), null);
  assert.equal(await cookie('mau=1; mau=2'), '1');
  assert.equal(await cookie('=;;;=mau;mau'), null);
});

test('behind TLS only __Host- cookies count, and HSTS is sent', async () => {
  const about = await exchange(secure, get('/about', { Cookie: 'mau=1; __Host-mau=2' }));
  assert.equal(JSON.parse(about.text).cookie, '2');
  assert.match(about.headers['strict-transport-security'], /max-age=31536000/);
  const signed = await exchange(secure, get('/sign-in'));
  assert.match(signed.headers['set-cookie'], /^__Host-phien=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax$/);
  const plain = await exchange(server, get('/sign-in'));
  assert.match(plain.headers['set-cookie'], /^phien=[\w-]{43}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/);
});

test('a session token must be well-formed', async () => {
  const session = async (value) => JSON.parse((await exchange(server, get('/about', { Cookie: `phien=${value}` }))).text).session;
  const good = 'A'.repeat(42) + '-';
  assert.equal(await session(good), good);
  for (const bad of ['', 'x', good + 'x', good.replace('-', '+'), good.replace('-', '%')]) assert.equal(await session(bad), null);
});

test('signing out deletes the cookie', async () => {
  const answer = await exchange(server, get('/sign-out'));
  assert.equal(answer.status, 303);
  assert.match(answer.headers['set-cookie'], /^phien=; Path=\/; Max-Age=0;/);
});

test('a form works with its token and not without', async () => {
  const page = await exchange(server, get('/token'));
  const cookie = cookieOf(page);
  assert.match(page.headers['set-cookie'], /^khach=/);
  const status = async (body, headers = {}) => (await exchange(server, post('/guarded', body, { Cookie: cookie, ...headers }))).status;
  const token = page.text;
  assert.equal(await status(`csrf=${token}`), 200);
  assert.equal(await status('', { 'X-CSRF-Token': token }), 200);
  assert.equal(await status(''), 403);
  assert.equal(await status('csrf='), 403);
  assert.equal(await status(`csrf=${token.slice(0, -1)}`), 403);
  assert.equal(await status(`csrf=${token}x`), 403);
  assert.equal(await status(`csrf=${(token[0] === 'A' ? 'B' : 'A') + token.slice(1)}`), 403);
  assert.equal(await status(`csrf=${token}`, { Cookie: '' }), 403);
  assert.equal(await status(`csrf=${token}`, { Cookie: `khach=${'A'.repeat(43)}` }), 403);
  const refused = await exchange(server, post('/guarded', '', { Cookie: cookie }));
  assert.match(refused.text, /tải lại trang/);
});

test('tokens are masked: never twice the same, all good', async () => {
  const first = await exchange(server, get('/token'));
  const cookie = cookieOf(first);
  const second = await exchange(server, get('/token', { Cookie: cookie }));
  assert.equal(second.headers['set-cookie'], undefined);
  assert.notEqual(first.text, second.text);
  for (const token of [first.text, second.text]) assert.equal((await exchange(server, post('/guarded', `csrf=${token}`, { Cookie: cookie }))).status, 200);
});

test('the origin of a request must be ours', async () => {
  const page = await exchange(server, get('/token'));
  const status = async (headers) => (await exchange(server, post('/guarded', `csrf=${page.text}`, { Cookie: cookieOf(page), ...headers }))).status;
  assert.equal(await status({ Origin: 'http://motcua.example' }), 200);
  assert.equal(await status({ 'Sec-Fetch-Site': 'same-origin' }), 200);
  assert.equal(await status({ 'Sec-Fetch-Site': 'none' }), 200);
  for (const headers of [{ Origin: 'http://evil.example' }, { Origin: 'https://motcua.example' }, { Origin: 'http://motcua.example.evil' }, { Origin: 'null' }, { Origin: '' }, { Origin: 'http://motcua.example:81' }, { 'Sec-Fetch-Site': 'cross-site' }, { 'Sec-Fetch-Site': 'same-site' }]) assert.equal(await status(headers), 403, JSON.stringify(headers));
});

test('signing in makes tokens of before worthless', async () => {
  const visitor = await exchange(server, get('/token'));
  const signed = await exchange(server, get('/sign-in', { Cookie: cookieOf(visitor) }));
  const session = cookieOf(signed);
  const both = `${cookieOf(visitor)}; ${session}`;
  const status = async (token, cookie) => (await exchange(server, post('/guarded', `csrf=${token}`, { Cookie: cookie }))).status;
  assert.equal(await status(visitor.text, cookieOf(visitor)), 200);
  assert.equal(await status(visitor.text, both), 403);
  assert.equal(await status(signed.text, both), 200);
  assert.equal(await status(signed.text, cookieOf(visitor)), 403);
});

test('who must sign in is sent there', async () => {
  const answer = await exchange(server, get('/private'));
  assert.equal(answer.status, 303);
  assert.equal(answer.headers.location, '/sign-in');
  assert.equal((await exchange(server, get('/private', { 'X-Person': 'an' }))).status, 200);
});
